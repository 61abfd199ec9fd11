//! Tokens for a program itself: how it proves who it is, what it asks for, and what it makes of the answer.

use crate::support::{Hands, Reply, Server, shown};
use rolecall_auth::Clock;
use rolecall_auth::oauth::{
    AssertionAudience, ClientAuthentication, ClientCredentials, Endpoints, OAuthClient, Provider,
};
use rolecall_auth::{
    Error, ErrorKind, Scheme, Scopes, SigningKey, Token, TokenRequest, TokenSource,
};
use serde_json::json;
use std::time::Duration;

const SECRET: &str = "s3cr3t-of-client-1";

async fn ask(source: &ClientCredentials, scopes: &str) -> Result<Token, Error> {
    source.token(TokenRequest::new(Scopes::parse(scopes))).await
}

async fn error_for(reply: Reply) -> Error {
    let server = Server::always(reply).await;
    let source = ClientCredentials::new(server.confidential());
    ask(&source, "").await.unwrap_err()
}

#[tokio::test]
async fn a_secret_goes_as_basic_form_encoded_first() {
    let server = Server::always(Reply::token("t")).await;
    let endpoints = Endpoints::new(server.at("/token"));
    let method = ClientAuthentication::secret_basic("p+w: %ä&~");
    let client = OAuthClient::builder(Provider::endpoints(endpoints), "id/1 :ü")
        .authentication(method)
        .build()
        .unwrap();
    ask(&ClientCredentials::new(client), "b a").await.unwrap();
    let [request] = &server.seen()[..] else {
        panic!()
    };
    // base64 of `id%2F1+%3A%C3%BC:p%2Bw%3A+%25%C3%A4%26%7E` (RFC 6749, appendix B).
    let expected = "Basic aWQlMkYxKyUzQSVDMyVCQzpwJTJCdyUzQSslMjUlQzMlQTQlMjYlN0U=";
    assert_eq!(request.header("authorization"), Some(expected));
    assert_eq!(
        request.header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
    assert_eq!(request.body, "grant_type=client_credentials&scope=a+b");
    assert_eq!(
        (request.method.as_str(), request.path.as_str()),
        ("POST", "/token")
    );
}

#[tokio::test]
async fn a_secret_goes_in_the_form() {
    let server = Server::always(Reply::token("t")).await;
    let source = ClientCredentials::new(server.confidential()).audience("https://api.example");
    ask(&source, "").await.unwrap();
    let [request] = &server.seen()[..] else {
        panic!()
    };
    assert_eq!(request.form("client_id").as_deref(), Some("client-1"));
    assert_eq!(request.form("client_secret").as_deref(), Some(SECRET));
    assert_eq!(
        request.form("audience").as_deref(),
        Some("https://api.example")
    );
    assert_eq!(request.form("scope"), None);
    assert_eq!(request.header("authorization"), None);
}

#[tokio::test]
async fn a_public_client_only_names_itself() {
    let server = Server::always(Reply::token("t")).await;
    let source = ClientCredentials::new(server.client().build().unwrap());
    ask(&source, "").await.unwrap();
    assert_eq!(
        server.seen()[0].body,
        "grant_type=client_credentials&client_id=client-1"
    );
}

#[tokio::test]
async fn an_assertion_says_who_to_whom_and_for_how_long_and_serves_once() {
    let server = Server::counting().await;
    let hands = Hands::new();
    let audiences = [
        (AssertionAudience::Endpoint, server.at("/token")),
        (
            AssertionAudience::Issuer,
            "https://issuer.example".to_owned(),
        ),
        (
            AssertionAudience::Other("somebody".to_owned()),
            "somebody".to_owned(),
        ),
    ];
    let mut ids = Vec::new();
    for (audience, expected) in audiences {
        let key = SigningKey::from_pem(include_str!("keys/rsa.pkcs8.pem")).unwrap();
        let method = ClientAuthentication::private_key_jwt_for(key, audience);
        let endpoints = Endpoints::new(server.at("/token")).issuer("https://issuer.example");
        let client = OAuthClient::builder(Provider::endpoints(endpoints), "client-1")
            .authentication(method)
            .clock(hands.clone())
            .build()
            .unwrap();
        ask(&ClientCredentials::new(client), "").await.unwrap();
        let request = server.seen().pop().unwrap();
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        assert_eq!(request.form("client_assertion_type").as_deref(), Some(kind));
        assert_eq!(request.form("client_id"), None);
        let assertion = request.assertion();
        assertion.verify_rs256();
        assert_eq!(assertion.claim("aud"), expected);
        assert_eq!(
            (assertion.claim("iss"), assertion.claim("sub")),
            ("client-1", "client-1")
        );
        assert_eq!(assertion.claims["iat"], hands.seconds());
        assert_eq!(assertion.claims["exp"], hands.seconds() + 300);
        ids.push(assertion.claim("jti").to_owned());
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 3);
}

#[tokio::test]
async fn an_assertion_for_an_issuer_that_is_not_known_is_an_error() {
    let server = Server::counting().await;
    let key = SigningKey::from_pem(include_str!("keys/p256.pkcs8.pem")).unwrap();
    let method = ClientAuthentication::private_key_jwt_for(key, AssertionAudience::Issuer);
    let client = server.client().authentication(method).build().unwrap();
    let error = ask(&ClientCredentials::new(client), "").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_token_is_kept_for_each_set_of_scopes_and_audience() {
    let server = Server::counting().await;
    let source = ClientCredentials::new(server.confidential());
    let mut got = Vec::new();
    for scopes in ["read", "read write", "write read", "read", ""] {
        got.push(
            ask(&source, scopes)
                .await
                .unwrap()
                .value()
                .expose()
                .to_owned(),
        );
    }
    assert_eq!(got, ["token-1", "token-2", "token-2", "token-1", "token-3"]);
    let other = TokenRequest::new(Scopes::parse("read")).audience("elsewhere");
    assert_eq!(
        source.token(other).await.unwrap().value().expose(),
        "token-4"
    );
    assert_eq!(
        server.seen()[3].form("audience").as_deref(),
        Some("elsewhere")
    );
}

#[tokio::test]
async fn a_source_can_always_ask_for_the_same_or_for_nothing() {
    let server = Server::counting().await;
    let same = ClientCredentials::new(server.confidential()).scopes(["x", "y"]);
    let nothing = ClientCredentials::new(server.confidential()).without_scopes();
    for source in [&same, &nothing] {
        let one = ask(source, "read").await.unwrap();
        let other = ask(source, "write").await.unwrap();
        assert_eq!(one.id(), other.id());
    }
    let asked: Vec<_> = server
        .seen()
        .iter()
        .map(|request| request.form("scope"))
        .collect();
    assert_eq!(asked, [Some("x y".to_owned()), None]);
}

#[tokio::test]
async fn what_was_granted_is_what_the_answer_says_or_else_what_was_asked() {
    let server = Server::start(|_, before| {
        let mut answer = json!({ "access_token": "t", "token_type": "bearer", "expires_in": "60" });
        match before {
            0 => answer["scope"] = "read".into(),
            1 => answer["scope"] = "".into(),
            _ => answer["scope"] = serde_json::Value::Null,
        }
        Reply::new(200, answer)
    })
    .await;
    let hands = Hands::new();
    let client = server.client().clock(hands.clone()).build().unwrap();
    let source = ClientCredentials::new(client);
    let granted = [("read write", "read"), ("read", ""), ("write", "write")];
    for (asked, granted) in granted {
        let token = ask(&source, asked).await.unwrap();
        assert_eq!(token.scopes().unwrap(), &Scopes::parse(granted), "{asked}");
        assert_eq!(token.scheme(), Scheme::Bearer);
        let left = token
            .expires_at()
            .unwrap()
            .duration_since(hands.time_of_day());
        assert_eq!(left.unwrap(), Duration::from_secs(60));
    }
}

#[tokio::test]
async fn lifetimes_are_read_in_every_spelling() {
    let cases = [
        (json!(120), Some(120)),
        (json!(120.0), Some(120)),
        (json!("120"), Some(120)),
        (json!(-5), Some(0)),
        (json!(1e300), Some(10 * 365 * 24 * 60 * 60)),
        (json!("soon"), None),
        (json!(null), None),
    ];
    for (given, expected) in cases {
        let answer = json!({ "access_token": "t", "token_type": "Bearer", "expires_in": given });
        let server = Server::always(Reply::new(200, answer)).await;
        let hands = Hands::new();
        let client = server.client().clock(hands.clone()).build().unwrap();
        let token = ask(&ClientCredentials::new(client), "").await.unwrap();
        let left = token
            .expires_at()
            .map(|end| end.duration_since(hands.time_of_day()).unwrap());
        assert_eq!(left.map(|left| left.as_secs()), expected, "{given}");
    }
}

#[tokio::test]
async fn the_servers_words_are_in_the_error_and_the_secret_is_not() {
    let body = json!({
        "error": "invalid_client",
        "error_description": format!("no client client-1 with {SECRET}\u{1b}[31m here"),
    });
    let error = error_for(Reply::new(401, body)).await;
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert_eq!(
        (error.status(), error.oauth_error()),
        (Some(401), Some("invalid_client"))
    );
    let description = error.oauth_error_description().unwrap();
    assert_eq!(description, "no client client-1 with *** [31m here");
    let endpoint = error.endpoint().unwrap().to_owned();
    assert_eq!(
        error.to_string(),
        format!(
            "the token endpoint {endpoint} refused with 401: invalid_client (no client client-1 with *** [31m here); \
             check the client id and the secret, and that the client is registered for `client_secret_post`"
        )
    );
    assert!(!shown(&error).contains(SECRET));
    assert!(!error.is_transient());
}

#[tokio::test]
async fn errors_of_the_vendors_own_shape_are_read() {
    let okta = json!({ "errorCode": "E0000047", "errorSummary": "API call exceeded rate limit" });
    let error = error_for(Reply::new(429, okta).header("retry-after", "7")).await;
    assert_eq!(error.oauth_error(), Some("E0000047"));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    assert!(error.is_transient());
    let zenml = error_for(Reply::new(401, json!({ "detail": "Invalid credentials" }))).await;
    assert_eq!(zenml.oauth_error_description(), Some("Invalid credentials"));
}

#[tokio::test]
async fn answers_that_are_none_are_refused_without_showing_them() {
    let token = "v3ry-s3cr3t";
    let odd = [
        Reply::new(200, "<html>v3ry-s3cr3t"),
        Reply::new(200, ""),
        Reply::new(200, json!([token])),
        Reply::new(200, json!({ "token": token })),
        Reply::new(200, json!({ "access_token": { "a": token } })),
        Reply::new(200, json!({ "access_token": "" })),
        Reply::new(200, json!({ "access_token": format!("{token}\n") })),
        Reply::new(200, json!({ "access_token": token, "token_type": "mac" })),
        Reply::new(200, json!({ "access_token": token, "token_type": "DPoP" })),
        Reply::new(204, ""),
        Reply::new(404, "v3ry-s3cr3t"),
        Reply::new(200, format!("{{\"a\":\"{}\"}}", "x".repeat(300_000))),
    ];
    for reply in odd {
        let error = error_for(reply.clone()).await;
        assert_eq!(error.kind(), ErrorKind::InvalidAnswer, "{reply:?}");
        assert!(!shown(&error).contains(token), "{}", shown(&error));
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Server::counting().await;
    for status in [301, 302, 303, 307, 308] {
        let reply = Reply::new(status, "").header("location", elsewhere.at("/token"));
        let error = error_for(reply).await;
        assert_eq!(error.kind(), ErrorKind::InvalidAnswer, "{status}");
    }
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn waiting_ends() {
    let gate = std::sync::Arc::new(tokio::sync::Semaphore::new(0));
    let server = Server::always(Reply::token("t").behind(&gate)).await;
    let client = server
        .client()
        .timeout(Duration::from_millis(50))
        .build()
        .unwrap();
    let error = ask(&ClientCredentials::new(client), "").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.is_transient());
}

#[tokio::test]
async fn nobody_there_is_a_transport_error() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}/token?secret=q", listener.local_addr().unwrap());
    drop(listener);
    let provider = Provider::endpoints(Endpoints::new(endpoint));
    let client = OAuthClient::builder(provider, "client-1").build().unwrap();
    let error = ask(&ClientCredentials::new(client), "").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert!(!shown(&error).contains("secret=q"), "{}", shown(&error));
}

#[test]
fn secrets_do_not_go_over_plain_http() {
    for endpoint in ["http://auth.example.com/token", "http://10.0.0.1/token"] {
        let builder =
            || OAuthClient::builder(Provider::endpoints(Endpoints::new(endpoint)), "client-1");
        assert_eq!(builder().build().unwrap_err().kind(), ErrorKind::Insecure);
        builder().allow_insecure_http().build().unwrap();
    }
    for endpoint in [
        "",
        "auth.example.com",
        "https://u:p@auth.example.com",
        "https://auth.example.com/#t",
    ] {
        let provider = Provider::endpoints(Endpoints::new(endpoint));
        let error = OAuthClient::builder(provider, "client-1")
            .build()
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{endpoint}");
    }
}
