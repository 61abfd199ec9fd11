//! A key that is traded for a token.

use crate::support::{Reply, Server, shown};
use rolecall_auth::{ApiKeyExchange, ErrorKind, TokenRequest, TokenSource};
use rolecall_client::CredentialKind;

const KEY: &str = "ZENPROKEY_made+up";

#[tokio::test]
async fn the_key_goes_as_the_password_and_the_token_is_kept() {
    let server = Server::counting().await;
    let source = ApiKeyExchange::new(&server.at("/auth/login"), KEY).unwrap();
    let one = source.token(TokenRequest::default()).await.unwrap();
    let again = source.token(TokenRequest::default()).await.unwrap();
    assert_eq!(one.id(), again.id());
    let renewed = source
        .token(TokenRequest::default().other_than(one.id()))
        .await
        .unwrap();
    assert_eq!(renewed.value().expose(), "token-2");
    let seen = server.seen();
    assert_eq!(seen.len(), 2);
    for request in seen {
        assert_eq!(request.path, "/auth/login");
        assert_eq!(request.body, "password=ZENPROKEY_made%2Bup");
    }
    assert_eq!(source.kind(), CredentialKind::OAuth2);
    assert!(!format!("{source:?}").contains("ZENPRO"));
}

#[tokio::test]
async fn a_refusal_says_what_to_look_at_and_hides_the_key() {
    let body = serde_json::json!({ "detail": format!("bad key {KEY}") });
    let server = Server::always(Reply::new(401, body)).await;
    let source = ApiKeyExchange::new(&server.at("/auth/login"), KEY).unwrap();
    let error = source.token(TokenRequest::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(
        error.to_string().contains("(bad key ***); check the key"),
        "{error}"
    );
    assert!(!shown(&error).contains(KEY));
}
