//! When tokens are renewed, by whom, and what happens when that fails.

use super::support::{Hands, Reply, Server};
use rolecall::auth::oauth::ClientCredentials;
use rolecall::auth::{Error, ErrorKind, Token, TokenRequest, TokenSource};
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
