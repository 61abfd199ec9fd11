//! Signing in on a machine without a browser.

use crate::support::{Hands, Reply, Server, shown};
use rolecall_auth::oauth::{DeviceSignIn, Endpoints, OAuthClient, Provider, UserSession};
use rolecall_auth::{DpopKey, ErrorKind, MemoryStore, TokenRequest, TokenSource};
use serde_json::{Value, json};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

fn authorization() -> Value {
    json!({
        "device_code": "s3cr3t-device-code",
        "user_code": "WDJB-MJHT",
        "verification_uri": "https://example.com/device",
        "verification_uri_complete": "https://example.com/device?user_code=WDJB-MJHT",
        "expires_in": 900,
        "interval": 7,
    })
}

/// A server that answers the polls one after the other, the last one ever after.
async fn server(authorization: Value, polls: Vec<Reply>) -> Server {
    Server::start(move |request, before| match request.path.as_str() {
        "/device" => Reply::new(200, &authorization),
        _ => polls[(before - 1).min(polls.len() - 1)].clone(),
    })
    .await
}

fn session(server: &Server, hands: &Hands) -> UserSession {
    let endpoints = Endpoints::new(server.at("/token")).device_authorization(server.at("/device"));
    let client = OAuthClient::builder(Provider::endpoints(endpoints), "client-1");
    let client = client.clock(hands.clone()).build().unwrap();
    UserSession::new(client, MemoryStore::new(), "me", ["read", "offline_access"])
}

async fn start(server: &Server, hands: &Hands) -> DeviceSignIn {
    session(server, hands).start_device_sign_in().await.unwrap()
}

fn pending() -> Reply {
    Reply::error(400, "authorization_pending")
}

#[tokio::test]
async fn somebody_enters_the_code_on_another_device() {
    let polls = vec![
        pending(),
        Reply::error(400, "slow_down"),
        pending(),
        Reply::token("t"),
    ];
    let server = server(authorization(), polls).await;
    let hands = Hands::new();
    let session = session(&server, &hands);
    let sign_in = session.start_device_sign_in().await.unwrap();
    assert_eq!(sign_in.user_code(), "WDJB-MJHT");
    assert_eq!(
        sign_in.verification_uri().as_str(),
        "https://example.com/device"
    );
    let complete = sign_in.verification_uri_complete().unwrap();
    assert_eq!(complete.query(), Some("user_code=WDJB-MJHT"));
    assert!(!format!("{sign_in:?}").contains("s3cr3t"));
    let started = hands.seconds();
    assert_eq!(sign_in.finish().await.unwrap().value().expose(), "t");
    // Seven seconds before each poll, and five more after `slow_down`.
    assert_eq!(hands.seconds() - started, 7 + 7 + 12 + 12);
    let seen = server.seen();
    assert_eq!(
        seen[0].form("scope").as_deref(),
        Some("offline_access read")
    );
    assert_eq!(seen[0].form("client_id").as_deref(), Some("client-1"));
    for poll in &seen[1..] {
        assert_eq!(poll.form("grant_type").as_deref(), Some(GRANT));
        assert_eq!(
            poll.form("device_code").as_deref(),
            Some("s3cr3t-device-code")
        );
        assert_eq!(poll.form("client_id").as_deref(), Some("client-1"));
    }
    // It is a session like any other.
    let token = session.token(TokenRequest::default()).await.unwrap();
    assert_eq!(token.value().expose(), "t");
    assert!(session.is_signed_in().await.unwrap());
}

#[tokio::test]
async fn a_poll_that_fails_for_now_is_made_again_later() {
    let late = Reply::new(503, "").header("Retry-After", "60");
    let polls = vec![late, Reply::new(502, ""), Reply::token("t")];
    let server = server(authorization(), polls).await;
    let hands = Hands::new();
    let sign_in = start(&server, &hands).await;
    let started = hands.seconds();
    sign_in.finish().await.unwrap();
    assert_eq!(hands.seconds() - started, 7 + 60 + 120);
}

#[tokio::test]
async fn nobody_enters_the_code() {
    let server = server(authorization(), vec![pending()]).await;
    let hands = Hands::new();
    let sign_in = start(&server, &hands).await;
    let started = hands.seconds();
    let error = sign_in.finish().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(hands.seconds() - started, 900);
    assert!(!shown(&error).contains("s3cr3t"));
}

#[tokio::test]
async fn the_server_ends_it() {
    for (code, kind) in [
        ("access_denied", ErrorKind::SignIn),
        ("expired_token", ErrorKind::Timeout),
        ("invalid_grant", ErrorKind::Refused),
    ] {
        let server = server(authorization(), vec![pending(), Reply::error(400, code)]).await;
        let error = start(&server, &Hands::new())
            .await
            .finish()
            .await
            .unwrap_err();
        assert_eq!(error.kind(), kind, "{code}");
        assert!(!shown(&error).contains("s3cr3t"));
        assert_eq!(server.seen().len(), 3);
    }
}

#[tokio::test]
async fn a_code_that_cannot_be_used_is_refused_at_once() {
    let with = |name: &str, value: Value| {
        let mut authorization = authorization();
        authorization[name] = value;
        authorization
    };
    for authorization in [
        json!({}),
        with("user_code", "".into()),
        with("user_code", "A\u{1b}[2J".into()),
        with("verification_uri", "javascript:alert(1)".into()),
        with("expires_in", "soon".into()),
    ] {
        let server = server(authorization, vec![Reply::token("t")]).await;
        let session = session(&server, &Hands::new());
        let error = session.start_device_sign_in().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidAnswer);
        assert!(!shown(&error).contains("s3cr3t"));
        assert_eq!(server.seen().len(), 1);
    }
}

#[tokio::test]
async fn huge_numbers_of_the_server_are_cut() {
    let mut authorization = authorization();
    authorization["expires_in"] = u64::MAX.into();
    authorization["interval"] = u64::MAX.into();
    let server = server(authorization, vec![pending()]).await;
    let hands = Hands::new();
    let sign_in = start(&server, &hands).await;
    let started = hands.seconds();
    assert_eq!(
        sign_in.finish().await.unwrap_err().kind(),
        ErrorKind::Timeout
    );
    assert_eq!(hands.seconds() - started, 3600);
    assert_eq!(server.seen().len(), 1 + 3600 / 300);
}

#[tokio::test]
async fn a_relative_page_is_the_servers_own() {
    let mut authorization = authorization();
    authorization["verification_uri"] = "/devices/verify".into();
    let server = server(authorization, vec![Reply::token("t")]).await;
    let sign_in = start(&server, &Hands::new()).await;
    assert_eq!(
        sign_in.verification_uri().as_str(),
        server.at("/devices/verify")
    );
}

#[tokio::test]
async fn tokens_are_bound_to_the_key() {
    let bound = json!({ "access_token": "t", "token_type": "DPoP", "expires_in": 3600 });
    let server = server(authorization(), vec![pending(), Reply::new(200, bound)]).await;
    let endpoints = Endpoints::new(server.at("/token")).device_authorization(server.at("/device"));
    let client = OAuthClient::builder(Provider::endpoints(endpoints), "client-1")
        .dpop(DpopKey::generate().unwrap())
        .clock(Hands::new())
        .build()
        .unwrap();
    let session = UserSession::new(client, MemoryStore::new(), "me", ["read"]);
    let sign_in = session.start_device_sign_in().await.unwrap();
    sign_in.finish().await.unwrap();
    let seen = server.seen();
    assert_eq!(seen[1].proof().header["jwk"], seen[2].proof().header["jwk"]);
}

#[tokio::test]
async fn without_an_endpoint_there_is_no_such_sign_in() {
    let server = Server::always(Reply::new(404, "")).await;
    let client = server.client().build().unwrap();
    let session = UserSession::new(client, MemoryStore::new(), "me", ["read"]);
    let error = session.start_device_sign_in().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(server.seen().is_empty());
}
