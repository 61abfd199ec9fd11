//! Finding the endpoints of an issuer.

use crate::support::{Reply, Server};
use rolecall_auth::oauth::{
    ClientAuthentication, ClientCredentials, Endpoints, OAuthClient, Provider,
};
use rolecall_auth::{Error, ErrorKind, SigningKey, Token, TokenRequest, TokenSource};
use serde_json::{Value, json};

const OAUTH: &str = "/.well-known/oauth-authorization-server";
const OPENID: &str = "/.well-known/openid-configuration";

/// A server that has metadata at one path only, where `HERE` stands for its own address.
async fn server(path: &'static str, metadata: Value) -> Server {
    Server::start(move |request, _| {
        let here = format!("http://{}", request.header("host").unwrap());
        if request.path == path {
            Reply::new(200, metadata.to_string().replace("HERE", &here))
        } else if request.path == "/token" {
            Reply::token("t")
        } else {
            Reply::new(404, "")
        }
    })
    .await
}

async fn ask(issuer: String) -> Result<Token, Error> {
    let client = OAuthClient::builder(Provider::issuer(issuer), "client-1").build()?;
    let source = ClientCredentials::new(client);
    source.token(TokenRequest::default()).await
}

fn paths(server: &Server) -> Vec<String> {
    server
        .seen()
        .into_iter()
        .map(|request| request.path)
        .collect()
}

#[tokio::test]
async fn oauth_metadata_comes_first_and_openid_after_it() {
    let metadata = json!({ "issuer": "HERE", "token_endpoint": "HERE/token" });
    let oauth = server(OAUTH, metadata.clone()).await;
    ask(oauth.url.clone()).await.unwrap();
    assert_eq!(paths(&oauth), [OAUTH, "/token"]);
    let openid = server(OPENID, metadata).await;
    ask(openid.url.clone()).await.unwrap();
    assert_eq!(paths(&openid), [OAUTH, OPENID, "/token"]);
}

#[tokio::test]
async fn an_issuer_with_a_path_is_looked_up_as_each_standard_says() {
    let metadata = json!({ "issuer": "HERE/one/two", "token_endpoint": "HERE/token" });
    let found = server("/one/two/.well-known/openid-configuration", metadata).await;
    ask(found.at("/one/two")).await.unwrap();
    let expected = [
        "/.well-known/oauth-authorization-server/one/two",
        "/one/two/.well-known/openid-configuration",
        "/token",
    ];
    assert_eq!(paths(&found), expected);
}

#[tokio::test]
async fn what_was_found_is_kept() {
    let found = server(
        OAUTH,
        json!({ "issuer": "HERE", "token_endpoint": "HERE/token" }),
    )
    .await;
    let client = OAuthClient::builder(Provider::issuer(&found.url), "client-1")
        .build()
        .unwrap();
    for _ in 0..2 {
        let source = ClientCredentials::new(client.clone());
        source.token(TokenRequest::default()).await.unwrap();
    }
    assert_eq!(paths(&found), [OAUTH, "/token", "/token"]);
}

#[tokio::test]
async fn metadata_that_cannot_be_trusted_is_refused() {
    let cases = [
        (
            json!({ "issuer": "https://other.example", "token_endpoint": "HERE/token" }),
            ErrorKind::InvalidAnswer,
        ),
        (
            json!({ "issuer": "HERE/", "token_endpoint": "HERE/token" }),
            ErrorKind::InvalidAnswer,
        ),
        (
            json!({ "token_endpoint": "HERE/token" }),
            ErrorKind::InvalidAnswer,
        ),
        (json!({ "issuer": "HERE" }), ErrorKind::InvalidAnswer),
        (json!([]), ErrorKind::InvalidAnswer),
        (
            json!({ "issuer": "HERE", "token_endpoint": "http://auth.example.com/token" }),
            ErrorKind::Insecure,
        ),
        (
            json!({ "issuer": "HERE", "token_endpoint": "/token" }),
            ErrorKind::Configuration,
        ),
    ];
    for (metadata, expected) in cases {
        let server = server(OAUTH, metadata.clone()).await;
        let error = ask(server.url.clone()).await.unwrap_err();
        assert_eq!(error.kind(), expected, "{metadata}: {error}");
        assert_eq!(paths(&server), [OAUTH]);
    }
}

#[tokio::test]
async fn no_metadata_and_redirected_metadata_are_errors() {
    let none = Server::always(Reply::new(404, "")).await;
    let moved = Server::always(Reply::new(302, "").header("location", none.url.clone())).await;
    for server in [none, moved] {
        let error = ask(server.url.clone()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidAnswer, "{error}");
    }
}

#[test]
fn an_issuer_must_be_https() {
    let issuer = |text: &str| {
        OAuthClient::builder(Provider::issuer(text), "client-1")
            .build()
            .map(drop)
    };
    issuer("https://org.okta.com").unwrap();
    assert_eq!(
        issuer("http://org.okta.com").unwrap_err().kind(),
        ErrorKind::Insecure
    );
    assert_eq!(
        issuer("https://org.okta.com?a=b").unwrap_err().kind(),
        ErrorKind::Configuration
    );
}

#[tokio::test]
async fn an_assertion_is_for_the_issuer_when_the_endpoints_were_discovered() {
    let metadata = json!({ "issuer": "HERE", "token_endpoint": "HERE/token" });
    let server = server(OAUTH, metadata).await;
    for (provider, audience) in [
        (Provider::issuer(&server.url), server.url.clone()),
        (
            Provider::endpoints(Endpoints::new(server.at("/token")).issuer(&server.url)),
            server.at("/token"),
        ),
    ] {
        let key = SigningKey::from_pem(include_str!("keys/p256.pkcs8.pem")).unwrap();
        let client = OAuthClient::builder(provider, "client-1")
            .authentication(ClientAuthentication::private_key_jwt(key))
            .build()
            .unwrap();
        let source = ClientCredentials::new(client);
        source.token(TokenRequest::default()).await.unwrap();
        let seen = server.seen();
        assert_eq!(seen.last().unwrap().assertion().claim("aud"), audience);
    }
}
