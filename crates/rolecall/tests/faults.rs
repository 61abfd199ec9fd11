//! What callers get when services and networks misbehave: one table, over real sockets.

mod support;

use futures_util::StreamExt;
use rolecall::auth::{Scheme, StaticToken, Token, TokenRequest, TokenSource};
use rolecall::okta::types::AssignRoleRequest;
use rolecall::rolecall_client::{BoxFuture, CredentialKind};
use rolecall::{CallOptions, Error, Timeouts, okta};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use support::{Received, Reply, Server, TestClock};

const SECRET: &str = "s3cr3t-t0k3n";
const USERS: usize = 6;
const A_PAGE: usize = 2;

/// One line of the table.
struct Row {
    fault: &'static str,
    call: &'static str,
    got: String,
    requests: usize,
    kept: String,
}

/// A client without patience for real time: waits are skipped, and sending once may take 100 ms.
fn client(url: &str, clock: &TestClock, source: impl TokenSource) -> okta::Client {
    okta::Client::builder()
        .base_url(url)
        .token(source)
        .clock(clock.clone())
        .timeouts(Timeouts {
            attempt: Duration::from_millis(100),
            ..Timeouts::default()
        })
        .max_body_bytes(4096)
        .build()
        .unwrap()
}

fn told(error: &Error) -> String {
    let story = format!("{error:#} {error:?}");
    assert!(!story.contains(SECRET), "{story}");
    format!("{:?}", error.kind())
}

/// How long was waited, in whole seconds: jitter is a fraction of a tenth.
fn waited(clock: &TestClock) -> String {
    match clock.slept().as_secs() {
        0 => String::new(),
        seconds => format!(" after {seconds} s"),
    }
}

const USER: &str = r#"{"id":"00u1"}"#;

/// A read that meets these answers, and then a good one for ever.
async fn read(fault: &'static str, replies: Vec<Reply>) -> Row {
    let server = Server::new(move |number, _| {
        let reply = replies.get(number).cloned();
        reply.unwrap_or_else(|| Reply::json(USER))
    })
    .await;
    let clock = TestClock::new();
    let client = client(&server.url, &clock, StaticToken::ssws(SECRET));
    let result = client.get_user().id("00u1").send().await;
    let (got, kept) = match result {
        Ok(user) => {
            assert_eq!(user.id.as_deref(), Some("00u1"));
            (
                format!("the value{}", waited(&clock)),
                "the value".to_owned(),
            )
        }
        Err(error) => (told(&error.into()), "no value to lose".to_owned()),
    };
    Row {
        fault,
        call: "read",
        got,
        requests: server.count(),
        kept,
    }
}

/// The same again and again.
async fn read_for_ever(fault: &'static str, reply: Reply) -> Row {
    read(fault, vec![reply; 50]).await
}

/// Whether the service acts on a write before the fault.
#[derive(Clone, Copy, PartialEq)]
enum Acts {
    Before,
    Not,
}

/// A write that may not be done twice, with the fault the first time.
async fn write(fault: &'static str, reply: Reply, acts: Acts, options: CallOptions) -> Row {
    let done = Arc::new(AtomicUsize::new(0));
    let effects = Arc::clone(&done);
    let server = Server::new(move |number, _| {
        if number > 0 || acts == Acts::Before {
            effects.fetch_add(1, Ordering::SeqCst);
        }
        match number {
            0 => reply.clone(),
            _ => Reply::status("201 Created", r#"{"id":"irb1","type":"ORG_ADMIN"}"#),
        }
    })
    .await;
    let clock = TestClock::new();
    let client = client(&server.url, &clock, StaticToken::ssws(SECRET)).with(options);
    let role: AssignRoleRequest = serde_json::from_str(r#"{"type":"ORG_ADMIN"}"#).unwrap();
    let result = client
        .assign_role_to_user()
        .user_id("00u1")
        .body(role)
        .send()
        .await;
    let got = match result {
        Ok(_) => format!("the answer{}", waited(&clock)),
        Err(error) => {
            let error = Error::from(error);
            let reason = error.summary().and_then(|summary| summary.gave_up);
            format!("{}, {:?}", told(&error), reason.unwrap())
        }
    };
    let done = done.load(Ordering::SeqCst);
    assert!(done <= 1, "{fault}: done {done} times");
    Row {
        fault,
        call: "write",
        got,
        requests: server.count(),
        kept: format!("done {done} times"),
    }
}

fn page(request: &Received) -> usize {
    let query = request.target.split_once("after=").map(|(_, after)| after);
    query.map_or(0, |after| after.split('&').next().unwrap().parse().unwrap())
}

/// A page of users, with a link to the next.
fn users(page: usize) -> Reply {
    let first = page * A_PAGE;
    let users: Vec<Value> = (first..first + A_PAGE)
        .map(|id| json!({"id": id.to_string()}))
        .collect();
    let reply = Reply::json(Value::from(users).to_string());
    if first + A_PAGE >= USERS {
        return reply;
    }
    reply.with(
        "link",
        format!("</api/v1/users?after={}>; rel=next", page + 1),
    )
}

/// A list of three pages, whose answers this changes. Nothing may come twice.
async fn list(
    fault: &'static str,
    source: impl TokenSource,
    change: impl Fn(usize, &Received, Reply) -> Reply + Send + Sync + 'static,
) -> Row {
    let server =
        Server::new(move |number, request| change(number, request, users(page(request)))).await;
    let clock = TestClock::new();
    let client = client(&server.url, &clock, source);
    let mut stream = client.pages(client.list_users());
    let mut ids = Vec::new();
    let mut got = "the end".to_owned();
    while let Some(item) = stream.next().await {
        match item {
            Ok(user) => ids.push(user.id.unwrap()),
            Err(error) => got = told(&error),
        }
    }
    let came = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), came, "{fault}: {ids:?}");
    Row {
        fault,
        call: "list",
        got,
        requests: server.count(),
        kept: format!("{came} of {USERS} items, once"),
    }
}

/// Gives another token whenever one was refused.
#[derive(Debug, Default)]
struct Renewing(AtomicUsize);

impl TokenSource for Renewing {
    fn kind(&self) -> CredentialKind {
        CredentialKind::OAuth2
    }

    fn token(&self, request: TokenRequest) -> BoxFuture<'_, Result<Token, rolecall::auth::Error>> {
        if request.force_refresh.is_some() {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
        let text = format!("{SECRET}-{}", self.0.load(Ordering::SeqCst));
        let token = Token::new(Scheme::Bearer, text.into());
        Box::pin(std::future::ready(Ok(token)))
    }
}

/// A redirect to another server, which must not see a credential, nor anything else.
async fn redirected_elsewhere() -> Row {
    let elsewhere = Server::replying(vec![Reply::json(USER)]).await;
    let reply = Reply::status("302 Found", "")
        .with("location", format!("{}/api/v1/users/1", elsewhere.url));
    let mut row = read_for_ever("redirect to another origin", reply).await;
    let seen = elsewhere.count();
    assert_eq!(seen, 0, "{:?}", elsewhere.received());
    row.kept = format!("{seen} requests elsewhere");
    row
}

async fn next_page_elsewhere() -> Row {
    let elsewhere = Server::replying(vec![Reply::json("[]")]).await;
    let link = format!("<{}/api/v1/users?after=1>; rel=next", elsewhere.url);
    let row = list(
        "next page at another origin",
        StaticToken::ssws(SECRET),
        move |_, _, _| {
            Reply::json(json!([{"id": "0"}, {"id": "1"}]).to_string()).with("link", &link)
        },
    )
    .await;
    assert_eq!(elsewhere.count(), 0, "{:?}", elsewhere.received());
    row
}

async fn nobody_listens() -> Row {
    let server = Server::replying(vec![Reply::json(USER)]).await;
    let url = server.url.clone();
    drop(server);
    let clock = TestClock::new();
    let client = client(&url, &clock, StaticToken::ssws(SECRET));
    let error = Error::from(client.get_user().id("00u1").send().await.unwrap_err());
    Row {
        fault: "connection refused",
        call: "read",
        got: format!("{}, tried {} times", told(&error), error.attempts()),
        requests: 0,
        kept: "no value to lose".to_owned(),
    }
}

fn too_many() -> Reply {
    Reply::status("429 Too Many Requests", r#"{"errorCode":"E0000047"}"#)
}

/// Three seconds to the reset, by a clock that is ten minutes ahead of the world's.
fn too_many_until_reset(limit: u32) -> Reply {
    too_many()
        .with("date", "Sun, 06 Nov 1994 08:59:37 GMT")
        .with("x-rate-limit-limit", limit)
        .with("x-rate-limit-remaining", 0)
        .with("x-rate-limit-reset", 784_112_380)
}

async fn rate_limits() -> Vec<Row> {
    let later = |reply: Reply| {
        reply
            .with("date", "Sun, 06 Nov 1994 08:49:37 GMT")
            .with("retry-after", "Sun, 06 Nov 1994 08:49:42 GMT")
    };
    let none = CallOptions::new;
    vec![
        read(
            "429, Retry-After in seconds",
            vec![too_many().with("retry-after", 3)],
        )
        .await,
        read("429, Retry-After as a date", vec![later(too_many())]).await,
        read(
            "429, X-Rate-Limit-Reset, clock 10 min off",
            vec![too_many_until_reset(600)],
        )
        .await,
        read(
            "429, too many calls at once (limit 0)",
            vec![too_many_until_reset(0)],
        )
        .await,
        read("429 that says no more", vec![too_many()]).await,
        read(
            "429, Retry-After of a day",
            vec![too_many().with("retry-after", 86_400)],
        )
        .await,
        read_for_ever("429 without end", too_many().with("retry-after", 1)).await,
        write(
            "429, Retry-After in seconds",
            too_many().with("retry-after", 3),
            Acts::Not,
            none(),
        )
        .await,
    ]
}

async fn server_errors() -> Vec<Row> {
    let gone =
        |status| Reply::status(status, "<html>no JSON</html>").with("content-type", "text/html");
    let found = json!({"id": "irb1", "type": "ORG_ADMIN"});
    let answer = rolecall::ReadBack::took_effect(&found);
    let looks = CallOptions::new().read_back(move || std::future::ready(answer.clone()));
    let sees_nothing = || std::future::ready(rolecall::ReadBack::DidNot);
    let none = CallOptions::new;
    vec![
        read("500", vec![gone("500 Internal Server Error")]).await,
        read("502", vec![gone("502 Bad Gateway")]).await,
        read(
            "503, Retry-After in seconds",
            vec![gone("503 Service Unavailable").with("retry-after", 2)],
        )
        .await,
        read("504", vec![gone("504 Gateway Timeout")]).await,
        read(
            "503, asked not to come back",
            vec![gone("503 X").with("qos-retry-hint", "do-not-retry")],
        )
        .await,
        read_for_ever("503 without end", gone("503 Service Unavailable")).await,
        write("503", gone("503 X"), Acts::Not, none()).await,
        write("504 after it was done", gone("504 X"), Acts::Before, none()).await,
        write(
            "504 after it was done, read back",
            gone("504 X"),
            Acts::Before,
            looks,
        )
        .await,
        write(
            "503, read back",
            gone("503 X"),
            Acts::Not,
            none().read_back(sees_nothing),
        )
        .await,
    ]
}

async fn broken_exchanges() -> Vec<Row> {
    let half = || Reply::part_of(USER, 6);
    let none = CallOptions::new;
    vec![
        nobody_listens().await,
        read("reset before headers", vec![Reply::Reset(String::new())]).await,
        read(
            "reset in the middle of the headers",
            vec![Reply::Reset("HTTP/1.1 200 O".into())],
        )
        .await,
        read(
            "reset in the middle of the body",
            vec![Reply::Reset(half())],
        )
        .await,
        read("closed in the middle of the body", vec![Reply::Cut(half())]).await,
        read(
            "no HTTP at all",
            vec![Reply::Cut("220 mail.example.com ESMTP\r\n".into())],
        )
        .await,
        read("no rest of the body, once", vec![Reply::Hang(half())]).await,
        read_for_ever("slow drip of headers", Reply::Drip("x".into())).await,
        write(
            "reset before headers, done",
            Reply::Reset(String::new()),
            Acts::Before,
            none(),
        )
        .await,
        write(
            "reset in the middle of the body, done",
            Reply::Reset(half()),
            Acts::Before,
            none(),
        )
        .await,
        write(
            "no answer, done",
            Reply::Hang(String::new()),
            Acts::Before,
            none(),
        )
        .await,
    ]
}

async fn wrong_answers() -> Vec<Row> {
    let large = format!("{{\"id\":\"00u1\",\"pad\":\"{}\"}}", "x".repeat(5000));
    let found = Reply::status("302 Found", "").with("location", "/api/v1/users/moved");
    vec![
        read(
            "truncated JSON, whole by its length",
            vec![Reply::json(&USER[..8])],
        )
        .await,
        read("no JSON", vec![Reply::json("<html>")]).await,
        read("empty body", vec![Reply::json("")]).await,
        read("larger than what is read", vec![Reply::json(large)]).await,
        redirected_elsewhere().await,
        read("redirect within the origin", vec![found]).await,
        read_for_ever(
            "redirect in a circle",
            Reply::status("302 Found", "").with("location", "/api/v1/users/00u1"),
        )
        .await,
    ]
}

async fn lists() -> Vec<Row> {
    let ssws = || StaticToken::ssws(SECRET);
    vec![
        list("none", ssws(), |_, _, reply| reply).await,
        next_page_elsewhere().await,
        list(
            "cursor that loops",
            ssws(),
            |_, request, reply| match page(request) {
                2 => reply.with("link", "</api/v1/users?after=1>; rel=next"),
                _ => reply,
            },
        )
        .await,
        list("page that never shrinks", ssws(), |number, _, _| {
            let next = format!("</api/v1/users?after={}>; rel=next", number + 1);
            Reply::json(json!([{"id": "0"}, {"id": "1"}]).to_string()).with("link", next)
        })
        .await,
        list(
            "token expires mid-stream",
            Renewing::default(),
            |_, request, reply| {
                let first = request.header("authorization").unwrap().ends_with("-0");
                match page(request) {
                    1.. if first => Reply::status("401 Unauthorized", "{}"),
                    _ => reply,
                }
            },
        )
        .await,
        list(
            "token refused for good",
            Renewing::default(),
            |_, request, reply| match page(request) {
                2 => Reply::status("401 Unauthorized", "{}"),
                _ => reply,
            },
        )
        .await,
        list("429 mid-stream", ssws(), |number, _, reply| match number {
            1 => too_many().with("retry-after", 1),
            _ => reply,
        })
        .await,
        list(
            "reset in the middle of a page",
            ssws(),
            |number, _, reply| match number {
                1 => Reply::Reset(Reply::part_of("[{\"id\":\"2\"},{\"id\":\"3\"}]", 12)),
                _ => reply,
            },
        )
        .await,
        list(
            "one page is broken",
            ssws(),
            |_, request, reply| match page(request) {
                1 => Reply::json("[{\"id\":\"2\"},{\"id\":"),
                _ => reply,
            },
        )
        .await,
    ]
}

fn table(rows: &[Row]) -> String {
    let head = [
        "fault",
        "call",
        "the caller got",
        "requests",
        "nothing lost",
    ];
    let mut lines = vec![head.map(str::to_owned)];
    lines.extend(rows.iter().map(|row| {
        let requests = row.requests.to_string();
        [
            row.fault.to_owned(),
            row.call.to_owned(),
            row.got.clone(),
            requests,
            row.kept.clone(),
        ]
    }));
    let width = |column: usize| lines.iter().map(|line| line[column].len()).max().unwrap();
    let widths = [0, 1, 2, 3, 4].map(width);
    let line = |cells: &[String; 5]| {
        let cells = cells.iter().zip(widths);
        let cells: Vec<_> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        format!("| {} |", cells.join(" | "))
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn fault_matrix() {
    let mut rows = rate_limits().await;
    rows.extend(server_errors().await);
    rows.extend(broken_exchanges().await);
    rows.extend(wrong_answers().await);
    rows.extend(lists().await);
    let table = table(&rows);
    println!("{table}");
    insta::assert_snapshot!(table);
}
