//! What meets the faults: a read, a write that may not be done twice, a list.

use super::support::{Received, Reply, Server, TestClock};
use futures_util::StreamExt;
use rolecall::auth::{StaticToken, TokenSource};
use rolecall::okta::types::AssignRoleRequest;
use rolecall::{CallOptions, Effect, Error, PagedExt, ReadBack, okta};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

pub const SECRET: &str = "s3cr3t-t0k3n";
pub const USERS: usize = 6;
pub const A_PAGE: usize = 2;

/// One line of the table.
pub struct Row {
    pub fault: &'static str,
    pub call: &'static str,
    pub got: String,
    pub requests: usize,
    pub kept: String,
}

/// A client without patience for real time: waits between requests are skipped.
pub fn client(url: &str, clock: &TestClock, source: impl TokenSource) -> okta::Client {
    okta::Client::builder()
        .base_url(url)
        .token(source)
        .clock(clock.clone())
        .max_body_bytes(4096)
        .build()
        .unwrap()
}

pub fn told(error: &Error) -> String {
    let story = format!("{error:#} {error:?}");
    assert!(!story.contains(SECRET), "{story}");
    format!("{:?}", error.kind())
}

/// How long was waited, in whole seconds: jitter is a fraction of a tenth.
pub fn waited(clock: &TestClock) -> String {
    match clock.slept().as_secs() {
        0 => String::new(),
        seconds => format!(" after {seconds} s"),
    }
}

pub const USER: &str = r#"{"id":"00u1"}"#;

/// A read that meets these answers, and then a good one for ever.
pub async fn read(fault: &'static str, replies: Vec<Reply>) -> Row {
    read_with(fault, replies, CallOptions::new()).await
}

/// The same with other options.
pub async fn read_with(fault: &'static str, replies: Vec<Reply>, options: CallOptions) -> Row {
    let server = Server::new(move |number, _| {
        let reply = replies.get(number).cloned();
        reply.unwrap_or_else(|| Reply::json(USER))
    })
    .await;
    let clock = TestClock::new();
    let client = client(&server.url, &clock, StaticToken::ssws(SECRET)).with(options);
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
pub async fn read_for_ever(fault: &'static str, reply: Reply) -> Row {
    read(fault, vec![reply; 50]).await
}

/// Whether the service acts on a write before the fault.
#[derive(Clone, Copy, PartialEq)]
pub enum Acts {
    Before,
    Not,
}

/// What a write met: its server does it when the second request comes, and before the fault if it acts before.
struct Written {
    server: Server,
    clock: TestClock,
    client: okta::Client,
    done: Arc<AtomicUsize>,
}

impl Written {
    async fn new(fault: Reply, success: Reply, acts: Acts, options: CallOptions) -> Self {
        let done = Arc::new(AtomicUsize::new(0));
        let effects = Arc::clone(&done);
        let server = Server::new(move |number, _| {
            if number > 0 || acts == Acts::Before {
                effects.fetch_add(1, Ordering::SeqCst);
            }
            if number == 0 {
                fault.clone()
            } else {
                success.clone()
            }
        })
        .await;
        let clock = TestClock::new();
        let client = client(&server.url, &clock, StaticToken::ssws(SECRET)).with(options);
        Self {
            server,
            clock,
            client,
            done,
        }
    }

    fn row(self, fault: &'static str, call: &'static str, result: Result<(), Error>) -> Row {
        let done = self.done.load(Ordering::SeqCst);
        assert!(done <= 1, "{fault}: done {done} times");
        let got = match result {
            Ok(()) => {
                assert_eq!(done, 1, "{fault}: what was not done is no success");
                format!("the answer{}", waited(&self.clock))
            }
            Err(error) => {
                let effect = error.effect();
                assert!(
                    done == 0 || effect == Effect::Unknown,
                    "{fault}: {effect:?}"
                );
                format!("{}, {effect:?}", told(&error))
            }
        };
        Row {
            fault,
            call,
            got,
            requests: self.server.count(),
            kept: format!("done {done} times"),
        }
    }
}

/// A write that may not be done twice, with the fault the first time.
pub async fn write(fault: &'static str, reply: Reply, acts: Acts, options: CallOptions) -> Row {
    let success = Reply::status("201 Created", r#"{"id":"irb1","type":"ORG_ADMIN"}"#);
    let written = Written::new(reply, success, acts, options).await;
    let role: AssignRoleRequest = serde_json::from_str(r#"{"type":"ORG_ADMIN"}"#).unwrap();
    let call = written.client.assign_role_to_user();
    let result = call.user_id("00u1").body(role).send().await;
    written.row(fault, "write", result.map(drop).map_err(Error::from))
}

/// The same, and looks whether it was done after a failure that leaves that open.
pub async fn write_and_look(fault: &'static str, reply: Reply, acts: Acts) -> Row {
    let success = Reply::status("201 Created", r#"{"id":"irb1","type":"ORG_ADMIN"}"#);
    let written = Written::new(reply, success, acts, CallOptions::new()).await;
    let role: AssignRoleRequest = serde_json::from_str(r#"{"type":"ORG_ADMIN"}"#).unwrap();
    let look = async || match written.done.load(Ordering::SeqCst) {
        0 => ReadBack::DidNot,
        _ => serde_json::from_str(r#"{"id":"irb1","type":"ORG_ADMIN"}"#)
            .map_or(ReadBack::Unknown, ReadBack::TookEffect),
    };
    let assign = |client: okta::Client| {
        let call = client.assign_role_to_user().user_id("00u1");
        call.body(role).send()
    };
    let result = written.client.read_back(assign, look).await;
    written.row(fault, "write", result.map(drop))
}

/// A write that may be done twice, with the fault the first time.
pub async fn revoke(fault: &'static str, reply: Reply) -> Row {
    let success = Reply::status("204 No Content", "");
    let written = Written::new(reply, success, Acts::Not, CallOptions::new()).await;
    let call = written.client.unassign_role_from_user();
    let result = call.user_id("00u1").role_assignment_id("irb1").send().await;
    written.row(fault, "revoke", result.map(drop).map_err(Error::from))
}

pub fn page(request: &Received) -> usize {
    let query = request.target.split_once("after=").map(|(_, after)| after);
    query.map_or(0, |after| after.split('&').next().unwrap().parse().unwrap())
}

/// A page of users, with a link to the next.
pub fn users(page: usize) -> Reply {
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
pub async fn list(
    fault: &'static str,
    source: impl TokenSource,
    change: impl Fn(usize, &Received, Reply) -> Reply + Send + Sync + 'static,
) -> Row {
    let server =
        Server::new(move |number, request| change(number, request, users(page(request)))).await;
    let clock = TestClock::new();
    let client = client(&server.url, &clock, source);
    let mut stream = client.list_users().items();
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
