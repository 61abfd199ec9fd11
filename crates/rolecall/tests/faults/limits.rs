//! Rate limits: many calls at once, calls that are given up, and headers that make no sense.

use super::run::{Row, SECRET, USER, read, told};
use super::support::{Reply, Server, TestClock};
use futures_util::FutureExt;
use futures_util::future::join_all;
use rolecall::auth::{Scheme, StaticToken, Token, TokenRequest, TokenSource};
use rolecall::okta::types::AssignRoleRequest;
use rolecall::rolecall_client::{BoxFuture, CredentialKind};
use rolecall::{CallSummary, Clock, Effect, Error, Limiter, okta};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

/// A clock that jumps to where somebody sleeps to, however many sleep at once; or on which nobody wakes up.
#[derive(Clone, Debug)]
struct SharedClock {
    start: Instant,
    passed: Arc<Mutex<Duration>>,
    stands: Arc<AtomicBool>,
}

impl SharedClock {
    fn new() -> Self {
        Self {
            start: Instant::now(),
            passed: Arc::default(),
            stands: Arc::default(),
        }
    }

    fn passed(&self) -> Duration {
        *self.passed.lock().unwrap()
    }
}

impl Clock for SharedClock {
    fn now(&self) -> Instant {
        self.start + self.passed()
    }

    fn time_of_day(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + self.passed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        if self.stands.load(Ordering::SeqCst) {
            return Box::pin(std::future::pending());
        }
        let until = self.passed() + duration;
        let passed = Arc::clone(&self.passed);
        Box::pin(async move {
            tokio::task::yield_now().await;
            let mut passed = passed.lock().unwrap();
            *passed = until.max(*passed);
        })
    }
}

fn client(server: &Server, clock: impl Clock) -> rolecall::ClientBuilder<okta::Generated> {
    okta::Client::builder()
        .base_url(&server.url)
        .token(StaticToken::ssws(SECRET))
        .clock(clock)
}

fn refusal() -> Reply {
    Reply::status("429 Too Many Requests", r#"{"errorCode":"E0000047"}"#)
}

/// What is under way when the first is turned away is lost, and no more.
async fn many_calls_after_one_429() -> Row {
    const CALLS: usize = 200;
    let clock = SharedClock::new();
    let time = clock.clone();
    let server = Server::new(move |_, _| match time.passed().as_secs() {
        0..4 => refusal().with("retry-after", 4),
        _ => Reply::json(USER),
    })
    .await;
    let client = client(&server, clock).build().unwrap();
    let calls = (0..CALLS).map(|_| client.get_user().id("00u1").send());
    let got = join_all(calls).await;
    let values = got.iter().filter(|got| got.is_ok()).count();
    let refused = server.count() - values;
    assert!((1..=10).contains(&refused), "{refused} were refused");
    Row {
        fault: "429, Retry-After: 4, 200 calls",
        call: "read",
        got: format!("{values} values"),
        requests: values,
        kept: "at most 10 more requests".to_owned(),
    }
}

/// Forty that waited for their turn have gone, and left it to others.
async fn cancelled_calls() -> Row {
    let server = Server::new(|_, _| {
        Reply::json(USER)
            .with("date", "Sun, 06 Nov 1994 08:49:37 GMT")
            .with("x-rate-limit-limit", 600)
            .with("x-rate-limit-remaining", 41)
            .with("x-rate-limit-reset", 784_111_797)
    })
    .await;
    let clock = SharedClock::new();
    let client = client(&server, clock.clone()).build().unwrap();
    let call = || client.get_user().id("00u1").send();
    call().await.unwrap();
    clock.stands.store(true, Ordering::SeqCst);
    let waiting = join_all((0..40).map(|_| call()));
    assert!(waiting.now_or_never().is_none());
    clock.stands.store(false, Ordering::SeqCst);
    let answer = call().await.unwrap();
    let waited = CallSummary::of_response(&answer).unwrap().attempts[0].waited;
    assert!(waited <= Duration::from_secs(1), "{waited:?}");
    Row {
        fault: "40 calls cancelled while they waited",
        call: "read",
        got: "the value within 1 s".to_owned(),
        requests: 2,
        kept: "the value".to_owned(),
    }
}

/// A service that fails and says to come back at once must not be called without end.
async fn comes_back_at_once(fault: &'static str, reply: Reply) -> Row {
    const CALLS: usize = 100;
    let server = Server::replying(vec![reply]).await;
    let clock = SharedClock::new();
    let client = client(&server, clock.clone()).build().unwrap();
    for _ in 0..CALLS {
        client.get_user().id("00u1").send().await.unwrap_err();
    }
    assert!(clock.passed() > Duration::ZERO);
    Row {
        fault,
        call: "read",
        got: format!("{CALLS} errors"),
        requests: server.count(),
        kept: "50 retries, each after a wait".to_owned(),
    }
}

/// Gets its token when the time of the call is over.
#[derive(Debug)]
struct Slow(TestClock);

impl TokenSource for Slow {
    fn kind(&self) -> CredentialKind {
        CredentialKind::OAuth2
    }

    fn token(&self, _: TokenRequest) -> BoxFuture<'_, Result<Token, rolecall::auth::Error>> {
        Box::pin(async {
            self.0.sleep(Duration::from_secs(600)).await;
            Ok(Token::new(Scheme::Bearer, SECRET.into()))
        })
    }
}

async fn no_time_left() -> Row {
    let server = Server::replying(vec![Reply::status("201 Created", "{}")]).await;
    let clock = TestClock::new();
    let client = client(&server, clock.clone()).token(Slow(clock)).build();
    let role: AssignRoleRequest = serde_json::from_str(r#"{"type":"ORG_ADMIN"}"#).unwrap();
    let client = client.unwrap();
    let call = client.assign_role_to_user().user_id("00u1").body(role);
    let error = Error::from(call.send().await.unwrap_err());
    assert_eq!(error.effect(), Effect::NotSent);
    Row {
        fault: "a token that took all the time",
        call: "write",
        got: format!("{}, {:?}", told(&error), error.effect()),
        requests: server.count(),
        kept: "done 0 times".to_owned(),
    }
}

async fn half_of_the_limit() -> Row {
    const LIMIT: usize = 20;
    let server = Server::new(|number, _| {
        Reply::json(USER)
            .with("date", "Sun, 06 Nov 1994 08:49:37 GMT")
            .with("x-rate-limit-limit", LIMIT)
            .with("x-rate-limit-remaining", LIMIT.saturating_sub(number + 1))
            .with("x-rate-limit-reset", 784_111_797)
    })
    .await;
    let clock = SharedClock::new();
    let client = client(&server, clock.clone());
    let client = client.limiter(Limiter::new().share(0.5)).build().unwrap();
    let mut at_once = 0;
    while clock.passed().is_zero() {
        at_once = server.count();
        client.get_user().id("00u1").send().await.unwrap();
    }
    Row {
        fault: "a limit of 20, of which half is ours",
        call: "read",
        got: format!("{at_once} values, then a wait"),
        requests: at_once,
        kept: format!("{} for others", LIMIT - at_once),
    }
}

pub async fn rows() -> Vec<Row> {
    let unavailable = || Reply::status("503 Service Unavailable", "{}");
    let late = unavailable()
        .with("date", "Sun, 06 Nov 1994 08:49:37 GMT")
        .with("retry-after", "Sun, 06 Nov 1994 08:40:00 GMT");
    let far = refusal()
        .with("date", "Thu, 01 Jan 1970 00:00:00 GMT")
        .with("x-rate-limit-limit", u64::MAX)
        .with("x-rate-limit-remaining", 0)
        .with("x-rate-limit-reset", u64::MAX);
    vec![
        many_calls_after_one_429().await,
        cancelled_calls().await,
        comes_back_at_once(
            "503, Retry-After: 0, 100 calls",
            unavailable().with("retry-after", 0),
        )
        .await,
        comes_back_at_once("503, Retry-After in the past, 100 calls", late).await,
        comes_back_at_once(
            "429, Retry-After: 0, 100 calls",
            refusal().with("retry-after", 0),
        )
        .await,
        no_time_left().await,
        read("429, reset at the end of time, Date of 1970", vec![far]).await,
        half_of_the_limit().await,
    ]
}
