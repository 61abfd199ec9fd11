//! What a program sees of waits and repeats in its log, and what it must not see there.

mod support;

use rolecall::auth::StaticToken;
use rolecall::{ReadBack, okta};
use std::io::Write;
use std::sync::{Arc, Mutex};
use support::{Reply, Server, TestClock};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;

const SECRET: &str = "s3cr3t-t0k3n";

/// Keeps what is written.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// Everything of every level, of this crate and of all below it.
fn listen() -> (Log, tracing::subscriber::DefaultGuard) {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    (log, tracing::subscriber::set_default(subscriber))
}

/// The spans when they end, and the events of attempts, without what differs from run to run.
fn traced(log: &Log, server: &Server) -> String {
    let port = server.url.rsplit(':').next().unwrap();
    let text = log.text().replace(port, "PORT");
    let own = text
        .lines()
        .filter(|line| line.contains(": close ") || line.contains(": attempt "));
    let own = own.filter(|line| line.contains(" rolecall_policy::"));
    let own = own.map(|line| {
        let line = &line[line.find("call{").unwrap()..];
        let line = line.split(" time.busy=").next().unwrap();
        let line = line.split(" waited_ms=").next().unwrap();
        // Where the code is may change.
        let end = line.find("}: ").unwrap() + 3;
        let (span, event) = line.split_at(end);
        format!("{span}{}", event.split_once(": ").unwrap().1)
    });
    own.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn a_call_is_a_span_and_an_attempt_an_event() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_span_events(FmtSpan::CLOSE)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let server = Server::replying(vec![
        Reply::status("503 X", "{}"),
        Reply::Reset(String::new()),
        Reply::json("{}"),
        Reply::status("404 X", "{}"),
        Reply::Cut(String::new()),
    ])
    .await;
    let client = okta::Client::builder()
        .base_url(&server.url)
        .token(StaticToken::ssws(SECRET))
        .clock(TestClock::new())
        .build()
        .unwrap();
    client.get_user().id("00u1").send().await.unwrap();
    client.get_user().id("00u2").send().await.unwrap_err();
    let role = serde_json::from_str::<okta::types::AssignRoleRequest>(r#"{"type":"ORG_ADMIN"}"#);
    let call = client.assign_role_to_user().user_id("00u1");
    call.body(role.unwrap()).send().await.unwrap_err();
    let users = client.list_users().q("password=tiger7");
    users.send().await.unwrap_err();
    let text = traced(&log, &server);
    assert!(!text.contains(SECRET) && !text.contains("tiger7"), "{text}");
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn waits_and_repeats_are_told_and_secrets_are_not() {
    let (log, _guard) = listen();
    let unavailable = || Reply::status("503 X", "{}");
    let server = Server::replying(vec![
        Reply::status("429 X", "{}").with("retry-after", 2),
        unavailable(),
        Reply::json("{}"),
        unavailable(),
        unavailable(),
    ])
    .await;
    let client = okta::Client::builder()
        .base_url(&server.url)
        .token(StaticToken::ssws(SECRET))
        .clock(TestClock::new())
        .build()
        .unwrap();
    client.get_user().id("00u1").send().await.unwrap();
    let role = serde_json::from_str::<okta::types::AssignRoleRequest>(r#"{"type":"ORG_ADMIN"}"#);
    let assign = |client: okta::Client| {
        let call = client.assign_role_to_user().user_id("00u1");
        call.body(role.unwrap()).send()
    };
    let looks = async || ReadBack::Unknown;
    client.read_back(assign, looks).await.unwrap_err();
    let text = log.text();
    let own: Vec<_> = text
        .lines()
        .filter(|line| line.contains(" rolecall_policy::"))
        .collect();
    let told = |what: &str| own.iter().filter(|line| line.contains(what)).count();
    assert_eq!(told("sending again operation=\"getUser\""), 2, "{own:#?}");
    assert_eq!(told("attempt=1 fault=429 wait_ms=2"), 1, "{own:#?}");
    assert_eq!(told("looking whether it took effect"), 1, "{own:#?}");
    assert_eq!(
        told("giving up operation=\"assignRoleToUser\" fault=503"),
        1,
        "{own:#?}"
    );
    assert!(!text.contains(SECRET), "{text}");
}
