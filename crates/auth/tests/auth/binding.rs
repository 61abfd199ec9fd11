//! What a stored session is bound to, and how it ends.

use crate::support::{Hands, Received, Reply, Server, shown};
use rolecall_auth::oauth::{Endpoints, OAuthClient, Provider, UserSession};
use rolecall_auth::{ErrorKind, MemoryStore, StoreLock, TokenRequest, TokenSource, TokenStore};
use rolecall_client::Secret;
use serde_json::{Value, json};
use std::sync::Arc;

/// A server of one organization, which gives out tokens by the device grant at once, and revokes them with this status.
async fn organization(name: &'static str, revocation: u16) -> Server {
    Server::start(move |request, before| match request.path.as_str() {
        "/device" => Reply::new(
            200,
            json!({
                "device_code": format!("{name}-device-{before}"), "user_code": "A",
                "verification_uri": "https://example.com/", "expires_in": 600,
            }),
        ),
        "/token" => Reply::new(
            200,
            json!({
                "access_token": format!("{name}-access-{before}"), "token_type": "Bearer",
                "expires_in": 3600, "refresh_token": format!("{name}-refresh-{before}"),
            }),
        ),
        "/revoke" => Reply::new(revocation, ""),
        _ => Reply::new(404, ""),
    })
    .await
}

fn client(server: &Server, id: &str, hands: &Hands) -> OAuthClient {
    let endpoints = Endpoints::new(server.at("/token"))
        .revocation(server.at("/revoke"))
        .device_authorization(server.at("/device"));
    let client = OAuthClient::builder(Provider::endpoints(endpoints), id);
    client.clock(hands.clone()).build().unwrap()
}

fn session(client: OAuthClient, store: &MemoryStore, scope: &str) -> UserSession {
    UserSession::new(client, store.clone(), "me", [scope])
}

async fn sign_in(session: &UserSession) {
    let started = session.start_device_sign_in().await.unwrap();
    started.finish().await.unwrap();
}

fn revoked(server: &Server) -> Vec<Received> {
    let mut seen = server.seen();
    seen.retain(|request| request.path == "/revoke");
    seen
}

#[tokio::test]
async fn a_session_of_something_else_is_no_session() {
    let hands = Hands::new();
    let (one, other) = (
        organization("one", 200).await,
        organization("other", 200).await,
    );
    let store = MemoryStore::new();
    sign_in(&session(client(&one, "client-1", &hands), &store, "read")).await;
    let audience = |client| {
        let store = Arc::new(store.clone());
        UserSession::with_audience(client, store, "me", ["read"], Some("api".to_owned()))
    };
    let others = [
        (
            session(client(&other, "client-1", &hands), &store, "read"),
            "authorization server",
        ),
        (
            session(client(&one, "client-2", &hands), &store, "read"),
            "client",
        ),
        (
            session(client(&one, "client-1", &hands), &store, "write"),
            "scopes",
        ),
        (audience(client(&one, "client-1", &hands)), "audience"),
    ];
    let before = one.seen().len();
    for ended in [false, true] {
        for (session, what) in &others {
            assert!(!session.is_signed_in().await.unwrap(), "{what}");
            let error = session.token(TokenRequest::default()).await.unwrap_err();
            if error.kind() != ErrorKind::BackingOff {
                assert_eq!(error.kind(), ErrorKind::SignInNeeded);
                assert!(
                    error.to_string().contains(&format!("it is for the {what}")),
                    "{error}"
                );
            }
            assert!(!shown(&error).contains("-access-") && !shown(&error).contains("-refresh-"));
        }
        if !ended {
            hands.forward(3600);
        }
    }
    // Nothing of it went anywhere, and the first session goes on.
    assert!(other.seen().is_empty());
    assert_eq!(one.seen().len(), before);
    let first = session(client(&one, "client-1", &hands), &store, "read");
    first.token(TokenRequest::default()).await.unwrap();
    assert_eq!(
        one.seen().last().unwrap().form("refresh_token").unwrap(),
        "one-refresh-1"
    );
}

#[tokio::test]
async fn a_session_that_does_not_say_what_it_is_bound_to_is_none() {
    let hands = Hands::new();
    let server = organization("one", 200).await;
    let store = MemoryStore::new();
    let session = session(client(&server, "client-1", &hands), &store, "read");
    sign_in(&session).await;
    let text = store.load("me").await.unwrap().unwrap();
    let mut saved: Value = serde_json::from_str(text.expose()).unwrap();
    assert!(saved.as_object_mut().unwrap().remove("bound_to").is_some());
    let lock: StoreLock = store.lock().await.unwrap();
    let saved = Some(Secret::from(saved.to_string()));
    store.save(&lock, "me", saved).await.unwrap();
    drop(lock);
    assert!(!session.is_signed_in().await.unwrap());
}

#[tokio::test]
async fn signing_out_revokes_the_refresh_token() {
    let hands = Hands::new();
    let server = organization("one", 200).await;
    let store = MemoryStore::new();
    let session = session(client(&server, "client-1", &hands), &store, "read");
    sign_in(&session).await;
    session.sign_out().await.unwrap();
    let [request] = &revoked(&server)[..] else {
        panic!("one request")
    };
    assert_eq!(request.form("token").as_deref(), Some("one-refresh-1"));
    assert_eq!(
        request.form("token_type_hint").as_deref(),
        Some("refresh_token")
    );
    assert_eq!(request.form("client_id").as_deref(), Some("client-1"));
    // There is nothing left to revoke.
    session.sign_out().await.unwrap();
    assert_eq!(revoked(&server).len(), 1);
}

#[tokio::test]
async fn a_session_that_could_not_be_revoked_is_forgotten_all_the_same() {
    let hands = Hands::new();
    let server = organization("one", 503).await;
    let store = MemoryStore::new();
    let session = session(client(&server, "client-1", &hands), &store, "read");
    sign_in(&session).await;
    let error = session.sign_out().await.unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("the session is forgotten, but"),
        "{error}"
    );
    assert_eq!(store.load("me").await.unwrap().map(drop), None);
    let error = session.token(TokenRequest::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SignInNeeded);
}

#[tokio::test]
async fn signing_out_of_another_session_tells_nobody_its_tokens() {
    let hands = Hands::new();
    let (one, other) = (
        organization("one", 200).await,
        organization("other", 200).await,
    );
    let store = MemoryStore::new();
    sign_in(&session(client(&one, "client-1", &hands), &store, "read")).await;
    let another = session(client(&other, "client-1", &hands), &store, "read");
    another.sign_out().await.unwrap();
    assert!(other.seen().is_empty() && revoked(&one).is_empty());
    assert!(store.load("me").await.unwrap().is_none());
}
