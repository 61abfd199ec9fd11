//! When tokens are renewed, by whom, and what happens when that fails.

use crate::support::{Hands, Reply, Server};
use rolecall_auth::oauth::ClientCredentials;
use rolecall_auth::{Error, ErrorKind, Token, TokenRequest, TokenSource};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Semaphore;

const CALLERS: usize = 1000;

async fn ask(source: &ClientCredentials) -> Result<Token, Error> {
    source.token(TokenRequest::default()).await
}

async fn value(source: &ClientCredentials) -> String {
    ask(source).await.unwrap().value().expose().to_owned()
}

fn with_clock(server: &Server, hands: &Hands) -> Arc<ClientCredentials> {
    let client = server.client().clock(hands.clone()).build().unwrap();
    Arc::new(ClientCredentials::new(client))
}

/// Lets other tasks run until it is so.
async fn until(so: impl Fn() -> bool) {
    while !so() {
        tokio::task::yield_now().await;
    }
}

/// Many callers at once, all of them waiting before the server answers.
async fn crowd(
    server: &Server,
    source: &Arc<ClientCredentials>,
    wanted: TokenRequest,
    gate: &Semaphore,
) -> Vec<Token> {
    let before = server.seen().len();
    let waiting = Arc::<AtomicUsize>::default();
    let callers: Vec<_> = (0..CALLERS)
        .map(|_| {
            let (source, waiting, wanted) = (source.clone(), waiting.clone(), wanted.clone());
            tokio::spawn(async move {
                waiting.fetch_add(1, Ordering::SeqCst);
                source.token(wanted).await.unwrap()
            })
        })
        .collect();
    until(|| waiting.load(Ordering::SeqCst) == CALLERS && server.seen().len() > before).await;
    gate.add_permits(1);
    let mut tokens = Vec::new();
    for caller in callers {
        tokens.push(caller.await.unwrap());
    }
    tokens
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_callers_make_one_request() {
    let gate = Arc::new(Semaphore::new(0));
    let server = Server::start({
        let gate = gate.clone();
        move |_, before| Reply::token(&format!("token-{before}")).behind(&gate)
    })
    .await;
    let source = Arc::new(ClientCredentials::new(server.confidential()));
    let first = crowd(&server, &source, TokenRequest::default(), &gate).await;
    assert!(
        first
            .iter()
            .all(|token| token.value().expose() == "token-0")
    );
    assert_eq!(server.seen().len(), 1);

    // All of them find that it is refused: one request again.
    let refused = TokenRequest::default().other_than(first[0].id());
    let second = crowd(&server, &source, refused, &gate).await;
    assert!(
        second
            .iter()
            .all(|token| token.value().expose() == "token-1")
    );
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn whoever_goes_away_takes_nothing_from_the_others() {
    let gate = Arc::new(Semaphore::new(0));
    let server = Server::always(Reply::token("t").behind(&gate)).await;
    let source = Arc::new(ClientCredentials::new(server.confidential()));
    let start = |source: &Arc<ClientCredentials>| {
        let source = source.clone();
        tokio::spawn(async move { ask(&source).await })
    };
    let leader = start(&source);
    until(|| server.seen().len() == 1).await;
    let follower = start(&source);
    tokio::task::yield_now().await;
    leader.abort();
    assert!(leader.await.unwrap_err().is_cancelled());
    gate.add_permits(1);
    assert_eq!(follower.await.unwrap().unwrap().value().expose(), "t");
    // Even if all had gone away, the token would be there.
    ask(&source).await.unwrap();
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_token_is_renewed_before_its_end_while_callers_go_on_with_it() {
    let server = Server::counting().await;
    let hands = Hands::new();
    let source = with_clock(&server, &hands);
    assert_eq!(value(&source).await, "token-1");
    // An hour less a minute and a half is the earliest.
    hands.forward(3600 - 91);
    assert_eq!(value(&source).await, "token-1");
    assert_eq!(server.seen().len(), 1);
    // At a minute before its end it is time, but nobody has to wait.
    hands.forward(31);
    assert_eq!(value(&source).await, "token-1");
    until(|| server.seen().len() == 2).await;
    loop {
        if value(&source).await == "token-2" {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn a_token_that_has_ended_is_not_given_out() {
    let server = Server::counting().await;
    let hands = Hands::new();
    let source = with_clock(&server, &hands);
    assert_eq!(value(&source).await, "token-1");
    hands.forward(3600);
    assert_eq!(value(&source).await, "token-2");
}

#[tokio::test]
async fn a_token_without_an_end_is_kept() {
    let answer = serde_json::json!({ "access_token": "t", "token_type": "Bearer" });
    let server = Server::always(Reply::new(200, answer)).await;
    let hands = Hands::new();
    let source = with_clock(&server, &hands);
    ask(&source).await.unwrap();
    hands.forward(10_000_000);
    ask(&source).await.unwrap();
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_broken_server_is_not_hammered() {
    let server = Server::always(Reply::new(503, "")).await;
    let hands = Hands::new();
    let source = with_clock(&server, &hands);
    let error = ask(&source).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidAnswer);
    for _ in 0..100 {
        let error = ask(&source).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BackingOff);
        assert!(error.is_transient() && error.retry_after().is_some());
    }
    assert_eq!(server.seen().len(), 1);
    // Seconds until the next attempt is allowed grow: 1, 2, 4 ... 60, each by chance as little as half of it.
    let mut waits = Vec::new();
    for _ in 0..10 {
        let error = ask(&source).await.unwrap_err();
        let wait = error.retry_after().unwrap().as_secs_f64();
        waits.push(wait);
        hands.forward(wait.ceil() as u64);
        assert_ne!(
            ask(&source).await.unwrap_err().kind(),
            ErrorKind::BackingOff
        );
    }
    assert_eq!(server.seen().len(), 11);
    for (at, wait) in waits.iter().enumerate() {
        let most = f64::from(1 << at.min(6)).min(60.0);
        assert!((most / 2.0..=most).contains(wait), "{waits:?}");
    }
}

#[tokio::test]
async fn the_server_says_how_long_to_wait() {
    let server = Server::always(Reply::error(429, "slow_down").header("retry-after", "120")).await;
    let hands = Hands::new();
    let source = with_clock(&server, &hands);
    ask(&source).await.unwrap_err();
    hands.forward(119);
    assert_eq!(
        ask(&source).await.unwrap_err().kind(),
        ErrorKind::BackingOff
    );
    hands.forward(1);
    assert_eq!(ask(&source).await.unwrap_err().kind(), ErrorKind::Refused);
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn a_failure_to_renew_early_harms_nobody() {
    let server = Server::start(|_, before| match before {
        0 => Reply::token("t"),
        _ => Reply::new(500, ""),
    })
    .await;
    let hands = Hands::new();
    let source = with_clock(&server, &hands);
    ask(&source).await.unwrap();
    hands.forward(3570);
    for _ in 0..50 {
        assert_eq!(value(&source).await, "t");
    }
    until(|| server.seen().len() == 2).await;
    assert_eq!(value(&source).await, "t");
    hands.forward(30);
    ask(&source).await.unwrap_err();
}

#[tokio::test]
async fn success_after_failure_counts_from_the_start() {
    let server = Server::start(|_, before| match before {
        1 => Reply::token("t"),
        _ => Reply::new(500, ""),
    })
    .await;
    let hands = Hands::new();
    let source = with_clock(&server, &hands);
    ask(&source).await.unwrap_err();
    hands.forward(1);
    ask(&source).await.unwrap();
    hands.forward(3600);
    ask(&source).await.unwrap_err();
    let wait = ask(&source).await.unwrap_err().retry_after().unwrap();
    assert!(wait.as_secs_f64() <= 1.0, "{wait:?}");
}

#[tokio::test]
async fn a_refused_token_is_kept_until_there_is_another() {
    let server = Server::start(|_, before| match before {
        0 => Reply::token("t"),
        1 => Reply::error(400, "invalid_grant"),
        _ => Reply::token("t2"),
    })
    .await;
    let hands = Hands::new();
    let source = with_clock(&server, &hands);
    let first = ask(&source).await.unwrap();
    let other = || TokenRequest::default().other_than(first.id());
    // The service refused it, and there is no other: it may have been about a permission.
    let error = source.token(other()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    for _ in 0..10 {
        assert_eq!(ask(&source).await.unwrap().id(), first.id());
    }
    assert_eq!(server.seen().len(), 2);
    hands.forward(60);
    assert_eq!(source.token(other()).await.unwrap().value().expose(), "t2");
    assert_eq!(value(&source).await, "t2");
}

/// What a runtime is doing when it ends.
const STATES: usize = 5;

/// Ends runtimes while tokens are fetched, and asks once more on the next one: nothing may hang, and no later runtime may be
/// harmed by an earlier one.
#[test]
fn a_runtime_that_ends_locks_nothing() {
    let outer = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let gate = Arc::new(Semaphore::new(0));
    let server = outer.block_on(Server::start({
        let gate = gate.clone();
        move |_, _| Reply::token("t").behind(&gate)
    }));
    let hands = Hands::new();
    let source = with_clock(&server, &hands);
    for round in 0..1000 {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(1 + round % 2).enable_all();
        let runtime = runtime.build().unwrap();
        let asking = || {
            let source = source.clone();
            async move { ask(&source).await.map(drop) }
        };
        match round % STATES {
            // Nothing has begun.
            0 => drop(runtime.spawn(asking())),
            // The fetch has begun, and others wait for it.
            1 => {
                let callers = [runtime.spawn(asking()), runtime.spawn(asking())];
                runtime.block_on(tokio::task::yield_now());
                drop(callers);
            }
            // From within the runtime, while it ends.
            2 => {
                let late = asking();
                runtime.spawn(async move {
                    let _ends_with_the_runtime = AskOnDrop(Some(Box::pin(late)));
                    std::future::pending::<()>().await;
                });
            }
            // Ended at once, in the background.
            3 => {
                runtime.spawn(asking());
                runtime.shutdown_background();
                continue;
            }
            // From a thread of its own, which races with the end.
            _ => {
                let handle = runtime.handle().clone();
                let asking = asking();
                let thread = std::thread::spawn(move || drop(handle.spawn(asking)));
                drop(runtime);
                thread.join().unwrap();
                continue;
            }
        }
        drop(runtime);
    }
    gate.add_permits(10_000);
    outer.block_on(async {
        // A connection of a runtime that has ended may fail once more, and that failure is waited out.
        let mut tries = 0;
        while ask(&source).await.is_err() {
            tries += 1;
            assert!(tries < 10, "no token");
            hands.forward(60);
        }
        assert_eq!(value(&source).await, "t");
    });
}

/// Polls a future once when it is dropped.
struct AskOnDrop(Option<rolecall_client::BoxFuture<'static, Result<(), Error>>>);

impl Drop for AskOnDrop {
    fn drop(&mut self) {
        if let Some(mut future) = self.0.take() {
            let mut context = std::task::Context::from_waker(std::task::Waker::noop());
            let _ = future.as_mut().poll(&mut context);
        }
    }
}

#[test]
fn outside_of_a_runtime_there_is_an_error_and_no_panic() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(Server::counting());
    let source = with_clock(&server, &Hands::new());
    let error = futures_executor(ask(&source)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
}

/// Polls once: what is asked for is refused before anything is waited for.
fn futures_executor<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match future.as_mut().poll(&mut context) {
        std::task::Poll::Ready(output) => output,
        std::task::Poll::Pending => panic!("it waits"),
    }
}
