//! Redirects, login pages, proxies, and services that repeat a credential.

use super::run::{Acts, Row, SECRET, USER, client, read, revoke, told, write};
use super::support::{Reply, Server, TestClock};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rolecall::auth::{DpopKey, Scheme, StaticToken, Token, TokenRequest, TokenSource};
use rolecall::rolecall_client::{BoxFuture, CredentialKind};
use rolecall::{CallOptions, Error, HttpSettings, okta};
use serde_json::Value;

fn login_page() -> Reply {
    Reply::status("200 OK", "<html>Sign in</html>").with("content-type", "text/html")
}

fn redirect(status: &'static str, location: &str) -> Reply {
    Reply::status(status, "").with("location", location)
}

async fn redirects() -> Vec<Row> {
    let login = Server::replying(vec![login_page()]).await;
    let none = CallOptions::new;
    let to_login = || redirect("302 Found", &login.url);
    let rows = vec![
        write("302 to a login page", to_login(), Acts::Not, none()).await,
        write(
            "302 to a page of the same origin",
            redirect("302 Found", "/login"),
            Acts::Not,
            none(),
        )
        .await,
        write(
            "307 to the same origin",
            redirect("307 X", "/api/v2"),
            Acts::Not,
            none(),
        )
        .await,
        write(
            "303 after it was done",
            redirect("303 See Other", "/done"),
            Acts::Before,
            none(),
        )
        .await,
        write("200 with a login page", login_page(), Acts::Not, none()).await,
        revoke("302 to a login page", to_login()).await,
        revoke("200 with a login page", login_page()).await,
        redirect_with_proofs().await,
    ];
    assert_eq!(login.count(), 0, "{:?}", login.received());
    rows
}

/// Gives tokens that are bound to a key.
#[derive(Debug)]
struct Bound(DpopKey);

impl TokenSource for Bound {
    fn kind(&self) -> CredentialKind {
        CredentialKind::OAuth2
    }

    fn token(&self, _: TokenRequest) -> BoxFuture<'_, Result<Token, rolecall::auth::Error>> {
        let token = Token::new(Scheme::Dpop, SECRET.into()).with_key(self.0.clone());
        Box::pin(std::future::ready(Ok(token)))
    }
}

async fn redirect_with_proofs() -> Row {
    let replies = vec![
        redirect("302 Found", "/api/v1/users/moved"),
        Reply::json(USER),
    ];
    let server = Server::replying(replies).await;
    let source = Bound(DpopKey::generate().unwrap());
    let client = client(&server.url, &TestClock::new(), source);
    client.get_user().id("00u1").send().await.unwrap();
    let received = server.received();
    let mut proofs = Vec::new();
    for request in &received {
        let proof = request.header("dpop").unwrap().split('.').nth(1).unwrap();
        let claims: Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(proof).unwrap()).unwrap();
        assert_eq!(claims["htu"], format!("{}{}", server.url, request.target));
        proofs.push(claims["jti"].clone());
    }
    proofs.dedup();
    Row {
        fault: "302 within the origin, with DPoP",
        call: "read",
        got: "the value".to_owned(),
        requests: received.len(),
        kept: format!("{} proofs, each for its URL", proofs.len()),
    }
}

async fn proxies() -> Vec<Row> {
    let proxy = Server::replying(vec![Reply::json(USER)]).await;
    let server = Server::replying(vec![Reply::json(USER)]).await;
    let dead = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let client = |url: &str, proxy: String| {
        okta::Client::builder()
            .base_url(url)
            .allow_http()
            .token(StaticToken::ssws(SECRET))
            .clock(TestClock::new())
            .http(HttpSettings::new().proxy(proxy))
            .build()
            .unwrap()
    };
    let here = client(&server.url, proxy.url.clone());
    here.get_user().id("00u1").send().await.unwrap();
    let seen = proxy.count();
    let there = client("http://api.invalid", format!("http://{SECRET}@{dead}"));
    let error = Error::from(there.get_user().id("00u1").send().await.unwrap_err());
    let named = format!("no connection to the proxy {dead} could be made");
    assert!(error.to_string().contains(&named), "{error}");
    vec![
        Row {
            fault: "a proxy, and a service on this machine",
            call: "read",
            got: "the value".to_owned(),
            requests: server.count(),
            kept: format!("{seen} requests to the proxy"),
        },
        Row {
            fault: "a proxy that is dead",
            call: "read",
            got: format!("{}, names it", told(&error)),
            requests: 0,
            kept: "no value to lose".to_owned(),
        },
    ]
}

async fn credentials_repeated() -> Vec<Row> {
    let echo = format!("upstream failed for authorization: SSWS {SECRET}; {SECRET}");
    let body = serde_json::json!({"errorCode": "E0000011", "errorSummary": echo}).to_string();
    vec![
        read(
            "500 that repeats the token, no JSON",
            vec![Reply::status("500 X", &echo).with("content-type", "text/plain")],
        )
        .await,
        read(
            "400 that repeats the token",
            vec![Reply::status("400 X", body)],
        )
        .await,
        read(
            "400 that repeats the token in a header",
            vec![Reply::status("400 X", "{}").with("x-okta-request-id", SECRET)],
        )
        .await,
    ]
}

pub async fn rows() -> Vec<Row> {
    let mut rows = redirects().await;
    rows.extend(proxies().await);
    rows.extend(credentials_repeated().await);
    rows
}
