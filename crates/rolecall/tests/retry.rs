//! What is sent again, what is not, and what is waited for.

mod support;

use rolecall::auth::StaticToken;
use rolecall::okta::types::{AssignRoleRequest, ErrorObject, RoleAssignment};
use rolecall::rolecall_client::{Error as CallError, Response};
use rolecall::{
    Backoff, CallOptions, CallSummary, Client, ClientBuilder, Error, Fault, GaveUp, Kind, Limiter,
    Outcome, ReadBack, Retryable, Timeouts, okta,
};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use support::{Reply, Server, TestClock, chain};

type Okta = Client<okta::Generated>;

fn builder(server: &Server, clock: &TestClock) -> ClientBuilder<okta::Generated> {
    okta::Client::builder()
        .base_url(&server.url)
        .token(StaticToken::ssws("secret-token"))
        .clock(clock.clone())
}

async fn client(replies: Vec<Reply>) -> (Server, TestClock, Okta) {
    let server = Server::replying(replies).await;
    let clock = TestClock::new();
    let client = builder(&server, &clock).build().unwrap();
    (server, clock, client)
}

fn unavailable() -> Reply {
    Reply::status("503 Service Unavailable", "{}")
}

async fn read(client: &Okta) -> Result<CallSummary, Error> {
    let answer = client.get_user().id("00u1").send().await?;
    Ok(CallSummary::of_response(&answer).unwrap().clone())
}

fn role() -> AssignRoleRequest {
    serde_json::from_str(r#"{"type":"ORG_ADMIN"}"#).unwrap()
}

const ASSIGNED: &str = r#"{"id":"irb1","type":"ORG_ADMIN"}"#;

async fn assign(client: &Okta) -> Result<CallSummary, Error> {
    let call = client.assign_role_to_user().user_id("00u1").body(role());
    let answer = call.send().await?;
    Ok(CallSummary::of_response(&answer).unwrap().clone())
}

async fn assignment(client: Okta) -> Result<Response<RoleAssignment>, CallError<ErrorObject>> {
    let call = client.assign_role_to_user().user_id("00u1").body(role());
    call.send().await
}

#[tokio::test]
async fn a_read_is_sent_again_until_it_works() {
    let (server, clock, client) = client(vec![
        unavailable(),
        Reply::Reset(String::new()),
        Reply::Cut(Reply::part_of(r#"{"id":"00u1"}"#, 5)),
        Reply::json(r#"{"id":"00u1"}"#),
    ])
    .await;
    let summary = read(&client).await.unwrap();
    let outcomes: Vec<_> = summary
        .attempts
        .iter()
        .map(|one| one.outcome.to_string())
        .collect();
    assert_eq!(outcomes, ["503", "broke off", "broke off", "200"]);
    assert_eq!(server.count(), 4);
    let most = [250, 500, 1000].map(Duration::from_millis);
    assert_eq!(clock.sleeps().len(), 3);
    for (slept, most) in clock.sleeps().into_iter().zip(most) {
        assert!(slept <= most, "{slept:?} is more than {most:?}");
    }
    assert_eq!(summary.gave_up, None);
}

#[tokio::test]
async fn attempts_are_budgeted() {
    let (server, _, client) = client(vec![unavailable()]).await;
    let error = read(&client).await.unwrap_err();
    assert_eq!(server.count(), 4);
    assert_eq!(error.kind(), Kind::Service);
    assert_eq!(error.attempts(), 4);
    assert_eq!(error.retryable(), Retryable::Yes);
    assert_eq!(error.summary().unwrap().gave_up, Some(GaveUp::Attempts));
}

#[tokio::test]
async fn what_no_repeat_mends_is_sent_once() {
    for status in [
        "400 Bad Request",
        "404 Not Found",
        "500 Internal Server Error",
        "501 X",
    ] {
        let (server, _, client) = client(vec![Reply::status(status, "{}")]).await;
        let error = read(&client).await.unwrap_err();
        assert_eq!(server.count(), 1, "{status}");
        assert_eq!(error.retryable(), Retryable::No);
    }
}

#[tokio::test]
async fn a_write_with_an_open_outcome_is_sent_once() {
    for reply in [
        unavailable(),
        Reply::Reset(String::new()),
        Reply::Cut(String::new()),
    ] {
        let (server, _, client) = client(vec![reply, Reply::json(ASSIGNED)]).await;
        let error = assign(&client).await.unwrap_err();
        assert_eq!(server.count(), 1);
        assert_eq!(error.retryable(), Retryable::AfterLooking);
        assert_eq!(
            error.summary().unwrap().gave_up,
            Some(GaveUp::OutcomeUnknown)
        );
    }
}

#[tokio::test]
async fn a_write_that_was_turned_away_is_sent_again() {
    let too_many = Reply::status("429 Too Many Requests", "{}").with("retry-after", 3);
    let (server, clock, client) = client(vec![too_many, Reply::json(ASSIGNED)]).await;
    let summary = assign(&client).await.unwrap();
    assert_eq!(summary.attempts.len(), 2);
    assert_eq!(server.count(), 2);
    let slept = clock.slept();
    assert!(
        slept >= Duration::from_secs(3) && slept <= Duration::from_millis(3300),
        "{slept:?}"
    );
}

#[tokio::test]
async fn a_write_that_is_declared_or_said_to_be_idempotent_is_sent_again() {
    let (server, _, client) = client(vec![unavailable(), Reply::json(ASSIGNED)]).await;
    assign(&client.with(CallOptions::new().idempotent()))
        .await
        .unwrap();
    assert_eq!(server.count(), 2);
    let (server, _, client) = self::client(vec![unavailable(), Reply::status("204 X", "")]).await;
    let call = client
        .unassign_role_from_user()
        .user_id("00u1")
        .role_assignment_id("irb1");
    call.send().await.unwrap();
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_read_back_decides() {
    let found: RoleAssignment =
        serde_json::from_str(r#"{"id":"irb9","type":"ORG_ADMIN"}"#).unwrap();
    for (says, sent) in [
        (ReadBack::TookEffect(found.clone()), 1),
        (ReadBack::DidNot, 2),
        (ReadBack::Unknown, 1),
    ] {
        let (server, _, client) =
            client(vec![Reply::Reset(String::new()), Reply::json(ASSIGNED)]).await;
        let looks = std::cell::Cell::new(0);
        // It uses what is around it, and nothing of that has to be shared between threads.
        let look = async || {
            looks.set(looks.get() + 1);
            says.clone()
        };
        let result = client.read_back(assignment, look).await;
        assert_eq!((server.count(), looks.get()), (sent, 1), "{says:?}");
        let summary = |result: &Response<RoleAssignment>| CallSummary::of_response(result).cloned();
        match says {
            ReadBack::TookEffect(_) => {
                let result = result.unwrap();
                assert_eq!(*result, found);
                let summary = summary(&result).unwrap();
                assert_eq!(summary.attempts[0].outcome, Outcome::FoundDone);
            }
            ReadBack::DidNot => {
                let summary = summary(&result.unwrap()).unwrap();
                assert_eq!(summary.attempts.len(), 2);
            }
            _ => assert_eq!(result.unwrap_err().kind(), Kind::Transport),
        }
    }
}

#[tokio::test]
async fn a_read_back_that_never_ends_ends_with_the_call() {
    let (server, _, client) = client(vec![Reply::Reset(String::new())]).await;
    let client = client.with(CallOptions::new().deadline(Duration::from_millis(50)));
    let error = client.read_back(assignment, std::future::pending).await;
    let error = error.map(drop).unwrap_err();
    assert_eq!((error.kind(), server.count()), (Kind::Transport, 1));
    let gave_up = error.summary().unwrap().gave_up;
    assert_eq!(gave_up, Some(GaveUp::OutcomeUnknown));
    // It can be moved between threads where what it uses can.
    let look = async || ReadBack::Unknown;
    let spawned = tokio::spawn(async move { client.read_back(assignment, look).await.map(drop) });
    spawned.await.unwrap().unwrap_err();
}

#[tokio::test]
async fn no_connection_leaves_nothing_open() {
    let server = Server::replying(vec![unavailable()]).await;
    let url = server.url.clone();
    drop(server);
    let clock = TestClock::new();
    let client = okta::Client::builder()
        .base_url(url)
        .clock(clock)
        .build()
        .unwrap();
    let error = assign(&client).await.unwrap_err();
    let fault = Outcome::Failed(Fault::NotConnected);
    assert_eq!(error.attempts(), 4, "{error:#}");
    assert!(
        error
            .summary()
            .unwrap()
            .attempts
            .iter()
            .all(|one| one.outcome == fault)
    );
    assert_eq!(error.retryable(), Retryable::Yes);
}

#[tokio::test]
async fn waits_until_the_reset_by_the_service_s_own_clock() {
    // The local clock of the test stands at 1970; only the difference to `Date` may count.
    let too_many = Reply::status("429 Too Many Requests", r#"{"errorCode":"E0000047"}"#)
        .with("date", "Sun, 06 Nov 1994 08:49:37 GMT")
        .with("x-rate-limit-limit", 600)
        .with("x-rate-limit-remaining", 0)
        .with("x-rate-limit-reset", 784_111_797);
    let (_server, clock, client) = client(vec![too_many, Reply::json("{}")]).await;
    read(&client).await.unwrap();
    let slept = clock.slept();
    assert!(
        slept >= Duration::from_secs(21) && slept <= Duration::from_secs(23),
        "{slept:?}"
    );
}

#[tokio::test]
async fn a_wait_beyond_the_deadline_is_not_begun() {
    let too_many = Reply::status("429 Too Many Requests", "{}").with("retry-after", 60);
    let (server, clock, client) = client(vec![too_many]).await;
    let hurried = client.with(CallOptions::new().deadline(Duration::from_secs(20)));
    let error = read(&hurried).await.unwrap_err();
    assert_eq!(error.kind(), Kind::RateLimited);
    assert_eq!(error.summary().unwrap().gave_up, Some(GaveUp::Deadline));
    assert_eq!((server.count(), clock.slept()), (1, Duration::ZERO));
    // The next call knows of the wait, and is not even sent.
    let error = read(&hurried).await.unwrap_err();
    assert_eq!((error.kind(), server.count()), (Kind::RateLimited, 1));
}

#[tokio::test]
async fn slows_down_before_the_limit_is_reached() {
    let server = Server::new(|number, _| {
        Reply::json("{}")
            .with("date", "Sun, 06 Nov 1994 08:49:37 GMT")
            .with("x-rate-limit-limit", 20)
            .with(
                "x-rate-limit-remaining",
                20_usize.saturating_sub(number + 1),
            )
            .with("x-rate-limit-reset", 784_111_797)
    })
    .await;
    let clock = TestClock::new();
    let limiter = Limiter::new();
    let one = builder(&server, &clock)
        .limiter(limiter.clone())
        .build()
        .unwrap();
    let other = builder(&server, &clock).limiter(limiter).build().unwrap();
    for at in 0..18 {
        read(if at % 2 == 0 { &one } else { &other }).await.unwrap();
    }
    assert_eq!(clock.slept(), Duration::ZERO);
    // Two are left for 20 s, and then none.
    let summary = read(&one).await.unwrap();
    assert_eq!(summary.attempts[0].waited, Duration::ZERO);
    let summary = read(&other).await.unwrap();
    assert_eq!(summary.attempts[0].waited, Duration::from_secs(10));
    let summary = read(&one).await.unwrap();
    assert_eq!(summary.attempts[0].waited, Duration::from_secs(10));
    assert_eq!(server.count(), 21);
}

#[tokio::test]
async fn a_broken_service_is_not_hammered() {
    let (server, _, client) = client(vec![unavailable()]).await;
    for _ in 0..100 {
        read(&client).await.unwrap_err();
    }
    // Every call once, and 50 repeats.
    assert_eq!(server.count(), 150);
    let error = read(&client).await.unwrap_err();
    assert_eq!(error.summary().unwrap().gave_up, Some(GaveUp::Budget));
}

#[tokio::test]
async fn is_told_to_stay_away() {
    let (server, _, client) =
        client(vec![unavailable().with("QoS-Retry-Hint", "do-not-retry")]).await;
    read(&client).await.unwrap_err();
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn everything_can_be_switched_off() {
    let too_many = || Reply::status("429 X", "{}").with("retry-after", 9);
    let server = Server::replying(vec![too_many(), Reply::json("{}")]).await;
    let clock = TestClock::new();
    let client = builder(&server, &clock)
        .no_retry()
        .no_limiter()
        .no_concurrency_limit();
    let client = client.build().unwrap();
    let error = read(&client).await.unwrap_err();
    assert_eq!(error.summary().unwrap().gave_up, Some(GaveUp::SwitchedOff));
    read(&client).await.unwrap();
    assert_eq!(clock.slept(), Duration::ZERO);
    let policy = Backoff::default().attempts(2).base(Duration::ZERO);
    let again = Server::replying(vec![unavailable()]).await;
    let client = builder(&again, &clock)
        .build()
        .unwrap()
        .with(CallOptions::new().retry(policy));
    read(&client).await.unwrap_err();
    assert_eq!(again.count(), 2);
}

#[tokio::test]
async fn time_runs_out() {
    let server = Server::replying(vec![Reply::Hang(Reply::part_of("{}", 1))]).await;
    let clock = TestClock::new();
    let client = builder(&server, &clock)
        .timeouts(Timeouts {
            attempt: Duration::from_millis(50),
            ..Timeouts::default()
        })
        .build()
        .unwrap();
    let error = read(&client).await.unwrap_err();
    assert_eq!(
        (error.kind(), server.count()),
        (Kind::Timeout, 4),
        "{error:#}"
    );
    let error = assign(&client).await.unwrap_err();
    assert_eq!((error.kind(), server.count()), (Kind::Timeout, 5));
    assert_eq!(error.retryable(), Retryable::AfterLooking);
}

#[tokio::test]
async fn so_many_calls_at_once() {
    let (arrived, mut arrivals) = tokio::sync::mpsc::unbounded_channel();
    let server = Server::new(move |_, _| {
        arrived.send(()).unwrap();
        Reply::Hang(String::new())
    })
    .await;
    let client = builder(&server, &TestClock::new())
        .concurrency(3)
        .build()
        .unwrap();
    let mut holding = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let client = client.clone();
        holding.spawn(async move { read(&client).await });
        arrivals.recv().await.unwrap();
    }
    let hurried = client.with(CallOptions::new().deadline(Duration::from_millis(50)));
    let error = read(&hurried).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (Kind::Timeout, 0),
        "{error}"
    );
    assert_eq!(server.count(), 3);
    // A call that is given up gives its place back.
    holding.abort_all();
    while holding.join_next().await.is_some() {}
    holding.spawn(async move { read(&client).await });
    arrivals.recv().await.unwrap();
}

#[tokio::test]
async fn hazards_need_a_word() {
    let (server, _, client) = client(vec![Reply::status("204 X", "")]).await;
    let wipe = |client: &Okta| {
        let call = client.delete_binding();
        call.resource_set_id_or_label("iam1")
            .role_id_or_label("cr0")
            .send()
    };
    let error = Error::from(wipe(&client).await.unwrap_err());
    assert_eq!((error.kind(), server.count()), (Kind::Hazard, 0));
    assert!(
        error
            .to_string()
            .contains("allow_hazard(\"deleteBinding\")"),
        "{error}"
    );
    let other = client.with(CallOptions::new().allow_hazard("deleteRole"));
    wipe(&other).await.unwrap_err();
    let allowed = client.with(CallOptions::new().allow_hazard("deleteBinding"));
    wipe(&allowed).await.unwrap();
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn the_observer_sees_every_call() {
    let server = Server::replying(vec![unavailable(), Reply::json("{}")]).await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    let client = builder(&server, &TestClock::new())
        .observer(move |summary| {
            let credential = summary
                .credential
                .as_ref()
                .map(|known| known.source.clone());
            let line = (summary.operation.id, summary.attempts.len(), credential);
            log.lock().unwrap().push(line);
        })
        .build()
        .unwrap();
    read(&client).await.unwrap();
    let by = Some("default".to_owned());
    assert_eq!(*seen.lock().unwrap(), [("getUser", 2, by)]);
}

#[tokio::test]
async fn plain_http_is_for_this_machine_only() {
    let build = |url: &str| okta::Client::builder().base_url(url);
    let error = build("http://example.com").build().unwrap_err();
    assert!(
        chain(&error)[0].contains("http to example.com is not encrypted"),
        "{error}"
    );
    build("http://example.com").allow_http().build().unwrap();
    build("http://localhost:1").build().unwrap();
    build("http://[::1]:1").build().unwrap();
    let error = okta::Client::builder().build().unwrap_err();
    assert!(error.to_string().contains("yourOktaDomain"), "{error}");
    let debug = format!("{:?}", build("https://user:secret@example.com"));
    assert!(!debug.contains("secret"), "{debug}");
}
