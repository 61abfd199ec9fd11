//! Somebody signs in, and stays signed in.

use crate::support::{Hands, Received, Reply, Server, shown};
use ring::digest::{SHA256, digest};
use rolecall_auth::oauth::{Endpoints, OAuthClient, Provider, Redirect, UserSession};
use rolecall_auth::{
    DpopKey, Error, ErrorKind, FileStore, MemoryStore, StoreLock, Token, TokenRequest, TokenSource,
    TokenStore,
};
use rolecall_client::{BoxFuture, Secret, Url, install_crypto_provider, reqwest};
use serde_json::json;
use std::collections::HashSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A server with refresh tokens that serve once: showing one twice ends everything, as with reuse detection.
async fn rotating() -> Server {
    let used = Mutex::new(HashSet::new());
    let broken = AtomicBool::new(false);
    Server::start(move |request, before| {
        let shown = match request.form("grant_type").as_deref() {
            Some("authorization_code") => request.form("code").unwrap(),
            Some("refresh_token") => request.form("refresh_token").unwrap(),
            _ => return Reply::error(400, "unsupported_grant_type"),
        };
        if !used.lock().unwrap().insert(shown) {
            broken.store(true, Ordering::SeqCst);
        }
        if broken.load(Ordering::SeqCst) {
            return Reply::error(400, "invalid_grant");
        }
        let bound = request.headers.contains_key("dpop");
        Reply::new(
            200,
            json!({
                "access_token": format!("access-{before}"),
                "token_type": if bound { "DPoP" } else { "Bearer" },
                "expires_in": 3600,
                "refresh_token": format!("refresh-{before}"),
                "scope": "read offline_access",
            }),
        )
    })
    .await
}

fn session(server: &Server, hands: &Hands, store: impl TokenStore) -> UserSession {
    let client = server.client().clock(hands.clone()).build().unwrap();
    UserSession::new(client, store, "me", ["read", "offline_access"])
}

fn query(url: &Url, name: &str) -> String {
    let mut pairs = url.query_pairs();
    let found = pairs.find(|(key, _)| key == name);
    found.unwrap_or_else(|| panic!("no {name}")).1.into_owned()
}

/// Goes back to the program as a browser does, and gives status and page.
async fn go_back(url: Url, parameters: &[(&str, &str)]) -> (u16, String) {
    install_crypto_provider();
    let mut back = Url::parse(&query(&url, "redirect_uri")).unwrap();
    back.query_pairs_mut().extend_pairs(parameters);
    let answer = reqwest::Client::new().get(back).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// Signs in, coming back with a code that was not used before.
async fn sign_in(session: &UserSession) -> Token {
    static CODES: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let sign_in = session.start_sign_in(Redirect::default()).await.unwrap();
    let url = sign_in.url().clone();
    let state = query(&url, "state");
    let code = format!("code-{}", CODES.fetch_add(1, Ordering::SeqCst));
    let browser =
        tokio::spawn(async move { go_back(url, &[("code", &code), ("state", &state)]).await });
    let token = sign_in.finish().await.unwrap();
    let (status, page) = browser.await.unwrap();
    assert_eq!(status, 200);
    assert!(page.contains("You are signed in"), "{page}");
    token
}

async fn ask(session: &UserSession) -> Result<Token, Error> {
    session.token(TokenRequest::default()).await
}

async fn value(session: &UserSession) -> String {
    ask(session).await.unwrap().value().expose().to_owned()
}

fn refreshed(server: &Server) -> Vec<String> {
    let seen = server.seen();
    seen.iter()
        .filter_map(|request: &Received| request.form("refresh_token"))
        .collect()
}

#[tokio::test]
async fn signing_in_proves_that_the_code_is_ours() {
    let server = rotating().await;
    let session = session(&server, &Hands::new(), MemoryStore::new());
    let mut opened = None;
    let task = {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let session = session.clone();
        let task = tokio::spawn(async move {
            let open = move |url: &Url| sender.send(url.clone()).unwrap();
            session
                .sign_in(Redirect::default().path("/back"), open)
                .await
        });
        opened.replace(receiver.await.unwrap());
        task
    };
    let url = opened.unwrap();
    assert!(url.as_str().starts_with(&server.at("/authorize?")), "{url}");
    let expected = [
        ("response_type", "code"),
        ("client_id", "client-1"),
        ("scope", "offline_access read"),
        ("code_challenge_method", "S256"),
    ];
    for (name, expected) in expected {
        assert_eq!(query(&url, name), expected);
    }
    let redirect = query(&url, "redirect_uri");
    assert!(
        redirect.starts_with("http://127.0.0.1:") && redirect.ends_with("/back"),
        "{redirect}"
    );
    let state = query(&url, "state");
    assert!(state.len() >= 43);
    go_back(url.clone(), &[("code", "c0de"), ("state", &state)]).await;
    let token = task.await.unwrap().unwrap();
    assert_eq!(token.value().expose(), "access-0");

    let [request] = &server.seen()[..] else {
        panic!()
    };
    assert_eq!(request.form("code").as_deref(), Some("c0de"));
    assert_eq!(
        request.form("redirect_uri").as_deref(),
        Some(redirect.as_str())
    );
    assert_eq!(request.form("client_id").as_deref(), Some("client-1"));
    let verifier = request.form("code_verifier").unwrap();
    assert!((43..=128).contains(&verifier.len()));
    use base64::Engine as _;
    let challenge = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .encode(digest(&SHA256, verifier.as_bytes()));
    assert_eq!(query(&url, "code_challenge"), challenge);
    assert_eq!(value(&session).await, "access-0");
}

#[tokio::test]
async fn answers_to_something_else_are_waited_past() {
    let server = rotating().await;
    let session = session(&server, &Hands::new(), MemoryStore::new());
    let sign_in = session.start_sign_in(Redirect::default()).await.unwrap();
    let url = sign_in.url().clone();
    let state = query(&url, "state");
    let finished = tokio::spawn(sign_in.finish());
    let (almost, double) = (
        format!("{state}x"),
        [("state", state.as_str()), ("state", "other"), ("code", "c")],
    );
    let strange: [&[(&str, &str)]; 5] = [
        &[("code", "evil")],
        &[("code", "evil"), ("state", "")],
        &[("code", "evil"), ("state", &almost)],
        &[("error", "access_denied"), ("state", "guess")],
        &double,
    ];
    for parameters in strange {
        let (status, page) = go_back(url.clone(), parameters).await;
        assert_eq!(status, 400);
        assert!(!page.contains("evil"));
    }
    // A favicon, another method, a connection that says nothing: none of them is an answer.
    let back = Url::parse(&query(&url, "redirect_uri")).unwrap();
    let http = reqwest::Client::new();
    assert_eq!(
        http.get(back.join("/favicon.ico").unwrap())
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
    assert_eq!(http.post(back.clone()).send().await.unwrap().status(), 405);
    let address = (back.host_str().unwrap(), back.port().unwrap());
    let _silent = tokio::net::TcpStream::connect(address).await.unwrap();
    go_back(url, &[("code", "right"), ("state", &state)]).await;
    finished.await.unwrap().unwrap();
    assert_eq!(server.seen()[0].form("code").as_deref(), Some("right"));
}

#[tokio::test]
async fn a_refusal_ends_the_sign_in_with_the_servers_words() {
    let server = rotating().await;
    let session = session(&server, &Hands::new(), MemoryStore::new());
    let sign_in = session.start_sign_in(Redirect::default()).await.unwrap();
    let url = sign_in.url().clone();
    let state = query(&url, "state");
    let finished = tokio::spawn(sign_in.finish());
    let refusal = [
        ("error", "access_denied"),
        ("error_description", "not <b>you</b>"),
        ("state", &state),
    ];
    let (status, page) = go_back(url, &refusal).await;
    assert_eq!(status, 400);
    assert!(!page.contains("<b>"), "{page}");
    let error = finished.await.unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), error.oauth_error()),
        (ErrorKind::SignIn, Some("access_denied"))
    );
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn the_issuer_of_the_answer_must_be_the_right_one() {
    let server = rotating().await;
    let mut endpoints = Endpoints::new(server.at("/token"))
        .authorization(server.at("/authorize"))
        .issuer("https://issuer.example");
    endpoints.names_issuer = true;
    let client = OAuthClient::builder(Provider::endpoints(endpoints), "client-1")
        .build()
        .unwrap();
    let session = UserSession::new(client, MemoryStore::new(), "me", ["read"]);
    for (issuer, good) in [
        (None, false),
        (Some("https://evil.example"), false),
        (Some("https://issuer.example"), true),
    ] {
        let sign_in = session.start_sign_in(Redirect::default()).await.unwrap();
        let url = sign_in.url().clone();
        let state = query(&url, "state");
        let finished = tokio::spawn(sign_in.finish());
        let mut parameters = vec![("code", "c"), ("state", state.as_str())];
        parameters.extend(issuer.map(|issuer| ("iss", issuer)));
        go_back(url, &parameters).await;
        let outcome = finished.await.unwrap();
        assert_eq!(outcome.is_ok(), good, "{issuer:?}");
        if let Err(error) = outcome {
            assert_eq!(error.kind(), ErrorKind::SignIn);
        }
    }
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn nobody_comes_back() {
    let server = rotating().await;
    let session = session(&server, &Hands::new(), MemoryStore::new());
    let redirect = Redirect::default().timeout(Duration::from_millis(20));
    let error = session.sign_in(redirect, |_| {}).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
}

#[tokio::test]
async fn without_a_session_somebody_has_to_sign_in() {
    let server = rotating().await;
    let session = session(&server, &Hands::new(), MemoryStore::new());
    let error = ask(&session).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SignInNeeded);
    assert!(!session.is_signed_in().await.unwrap());
    // Signing in counts at once, though the failure is being waited out.
    sign_in(&session).await;
    ask(&session).await.unwrap();
    assert!(session.is_signed_in().await.unwrap());
    session.sign_out().await.unwrap();
    assert!(!session.is_signed_in().await.unwrap());
    let error = ask(&session).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SignInNeeded);
}

#[tokio::test]
async fn each_refresh_token_is_shown_once() {
    let server = rotating().await;
    let hands = Hands::new();
    let session = session(&server, &hands, MemoryStore::new());
    assert_eq!(sign_in(&session).await.value().expose(), "access-0");
    for round in 1..5 {
        hands.forward(3600);
        assert_eq!(value(&session).await, format!("access-{round}"));
    }
    assert_eq!(
        refreshed(&server),
        ["refresh-0", "refresh-1", "refresh-2", "refresh-3"]
    );
}

#[tokio::test]
async fn a_session_goes_on_in_another_process() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sessions.json");
    let server = rotating().await;
    let hands = Hands::new();
    sign_in(&session(&server, &hands, FileStore::new(&file))).await;
    // The access token goes on as well, until it has ended.
    let next = session(&server, &hands, FileStore::new(&file));
    assert_eq!(value(&next).await, "access-0");
    hands.forward(3600);
    let next = session(&server, &hands, FileStore::new(&file));
    assert_eq!(value(&next).await, "access-1");
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sessions_that_share_a_file_do_not_show_a_token_twice() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sessions.json");
    let server = rotating().await;
    let hands = Hands::new();
    let all: Vec<_> = (0..8)
        .map(|_| session(&server, &hands, FileStore::new(&file)))
        .collect();
    sign_in(&all[0]).await;
    for round in 1..4 {
        hands.forward(3600);
        let asking: Vec<_> = all
            .iter()
            .cloned()
            .map(|session| tokio::spawn(async move { value(&session).await }))
            .collect();
        for asked in asking {
            assert_eq!(asked.await.unwrap(), format!("access-{round}"));
        }
    }
    assert_eq!(refreshed(&server).len(), 3);
}

#[tokio::test]
async fn a_session_keeps_the_key_that_it_is_bound_to() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sessions.json");
    let server = rotating().await;
    let hands = Hands::new();
    let bound = || {
        // A new key each time, as a program makes it when it starts.
        let key = DpopKey::generate().unwrap();
        let client = server
            .client()
            .clock(hands.clone())
            .dpop(key)
            .build()
            .unwrap();
        UserSession::new(client, FileStore::new(&file), "me", ["read"])
    };
    let first = bound();
    let sign_in_url = first
        .start_sign_in(Redirect::default())
        .await
        .unwrap()
        .url()
        .clone();
    assert_eq!(query(&sign_in_url, "dpop_jkt").len(), 43);
    sign_in(&first).await;
    hands.forward(3600);
    value(&bound()).await;
    let seen = server.seen();
    assert_eq!(seen[0].proof().header["jwk"], seen[1].proof().header["jwk"]);
}

/// A store that can be told to fail.
#[derive(Clone, Debug, Default)]
struct Failing {
    inner: MemoryStore,
    full: Arc<AtomicBool>,
}

impl TokenStore for Failing {
    fn lock(&self) -> BoxFuture<'_, Result<StoreLock, Error>> {
        self.inner.lock()
    }

    fn load<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<Secret>, Error>> {
        self.inner.load(name)
    }

    fn save<'a>(
        &'a self,
        lock: &'a StoreLock,
        name: &'a str,
        session: Option<Secret>,
    ) -> BoxFuture<'a, Result<(), Error>> {
        if self.full.load(Ordering::SeqCst) {
            let error = Error::custom(ErrorKind::Store, "the disk is full");
            return Box::pin(std::future::ready(Err(error)));
        }
        self.inner.save(lock, name, session)
    }
}

#[tokio::test]
async fn a_refresh_token_is_stored_before_it_is_used() {
    let server = rotating().await;
    let hands = Hands::new();
    let store = Failing::default();
    let session = session(&server, &hands, store.clone());
    sign_in(&session).await;
    hands.forward(3600);
    store.full.store(true, Ordering::SeqCst);
    for _ in 0..5 {
        let error = ask(&session).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Store);
        hands.forward(60);
    }
    // The server was asked once: what it gave is kept, and the used-up token not shown again.
    assert_eq!(refreshed(&server), ["refresh-0"]);
    store.full.store(false, Ordering::SeqCst);
    assert_eq!(value(&session).await, "access-1");
    hands.forward(3600);
    assert_eq!(value(&session).await, "access-2");
    assert_eq!(refreshed(&server), ["refresh-0", "refresh-1"]);
}

#[tokio::test]
async fn a_refused_refresh_token_means_signing_in_again() {
    let server = rotating().await;
    let hands = Hands::new();
    let session = session(&server, &hands, MemoryStore::new());
    let token = sign_in(&session).await;
    // Somebody else has used it.
    let stolen = [
        ("grant_type", "refresh_token"),
        ("refresh_token", "refresh-0"),
    ];
    let body: String = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(stolen)
        .finish();
    reqwest::Client::new()
        .post(server.at("/token"))
        .body(body)
        .send()
        .await
        .unwrap();
    let error = session
        .token(TokenRequest::default().other_than(token.id()))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.is_transient()),
        (ErrorKind::SignInNeeded, false)
    );
    assert!(error.to_string().contains("invalid_grant"), "{error}");
    assert!(!shown(&error).contains("refresh-0"));
}

#[tokio::test]
async fn a_server_that_does_not_rotate_keeps_its_refresh_token() {
    let server = Server::start(|request, before| {
        let mut answer = json!({ "access_token": format!("access-{before}"), "token_type": "Bearer", "expires_in": 60 });
        if request.form("grant_type").as_deref() == Some("authorization_code") {
            answer["refresh_token"] = "for ever".into();
        }
        Reply::new(200, answer)
    })
    .await;
    let hands = Hands::new();
    let session = session(&server, &hands, MemoryStore::new());
    sign_in(&session).await;
    for _ in 0..3 {
        hands.forward(60);
        ask(&session).await.unwrap();
    }
    assert_eq!(refreshed(&server), ["for ever"; 3]);
}

#[tokio::test]
async fn a_lost_answer_leaves_the_session_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sessions.json");
    let server = Server::start(|_, before| match before {
        1 => Reply::new(502, "<html>"),
        _ => Reply::new(
            200,
            json!({ "access_token": "a", "token_type": "Bearer", "expires_in": 60, "refresh_token": "r" }),
        ),
    })
    .await;
    let hands = Hands::new();
    let session = session(&server, &hands, FileStore::new(&file));
    sign_in(&session).await;
    let before = read(&file);
    hands.forward(60);
    ask(&session).await.unwrap_err();
    assert_eq!(read(&file), before);
    hands.forward(1);
    ask(&session).await.unwrap();
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap()
}
