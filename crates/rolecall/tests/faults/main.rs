//! What callers get when services and networks misbehave: one table, over real sockets.

mod headers;
mod limits;
mod offsets;
mod run;
#[path = "../support/mod.rs"]
mod support;
mod transport;

use rolecall::auth::oauth::{
    ClientAuthentication, ClientCredentials, Endpoints, OAuthClient, Provider,
};
use rolecall::auth::{Scheme, StaticToken, Token, TokenRequest, TokenSource};
use rolecall::rolecall_client::{BoxFuture, CredentialKind};
use rolecall::{CallOptions, Error};
use run::{
    Acts, Row, SECRET, USER, client, list, page, read, read_for_ever, read_with, told, write,
    write_and_look,
};
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use support::{Received, Reply, Server, TestClock};

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

/// So many callers at once, and no token yet.
async fn callers_without_a_token() -> Row {
    const CALLERS: usize = 1000;
    let server = Server::new(|_, request| match request.target.as_str() {
        "/token" => Reply::json(
            json!({"access_token": SECRET, "token_type": "Bearer", "expires_in": 3600}).to_string(),
        ),
        _ if request.header("authorization") == Some("Bearer s3cr3t-t0k3n") => Reply::json(USER),
        _ => Reply::status("401 Unauthorized", "{}"),
    })
    .await;
    let endpoints = Endpoints::new(format!("{}/token", server.url));
    let app = OAuthClient::builder(Provider::endpoints(endpoints), "app")
        .authentication(ClientAuthentication::secret_basic("secret"))
        .build()
        .unwrap();
    let client = client(&server.url, &TestClock::new(), ClientCredentials::new(app));
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..CALLERS {
        let call = client.get_user().id("00u1");
        calls.spawn(async move { call.send().await.map(drop).map_err(Error::from) });
    }
    let answers = calls.join_all().await;
    let got = answers.iter().filter(|answer| answer.is_ok()).count();
    let asked = |one: &&Received| one.target == "/token";
    let tokens = server.received().iter().filter(asked).count();
    Row {
        fault: "1,000 callers and no token yet",
        call: "read",
        got: format!("{got} values"),
        requests: server.count(),
        kept: format!("{tokens} token request"),
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
        write_and_look(
            "504 after it was done, read back",
            gone("504 X"),
            Acts::Before,
        )
        .await,
        write_and_look("503, read back", gone("503 X"), Acts::Not).await,
    ]
}

async fn broken_exchanges() -> Vec<Row> {
    let half = || Reply::part_of(USER, 6);
    // So much that it has no end within the time of an attempt.
    let long = format!("{USER}{}", " ".repeat(2000));
    let none = CallOptions::new;
    let within = |millis| none().attempt_timeout(Duration::from_millis(millis));
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
        read_with(
            "no rest of the body, once",
            vec![Reply::Hang(half())],
            within(2000),
        )
        .await,
        read_with(
            "slow drip of headers",
            vec![Reply::Drip("HTTP/1.1 200 OK\r\nx-pad: ".into()); 50],
            within(100),
        )
        .await,
        read_with(
            "slow drip of the body",
            vec![Reply::Drip(Reply::part_of(&long, 6)); 50],
            within(100),
        )
        .await,
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
            within(100),
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
    rows.extend(transport::rows().await);
    rows.extend(limits::rows().await);
    rows.extend(lists().await);
    rows.push(callers_without_a_token().await);
    let table = table(&rows);
    println!("{table}");
    insta::assert_snapshot!(table);
}
