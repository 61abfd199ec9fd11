//! Proof of possession: what is in a proof, and the nonces of servers.

use crate::support::{Hands, Received, Reply, Server, call, reading};
use ring::digest::{SHA256, digest};
use rolecall_auth::oauth::{ClientAuthentication, ClientCredentials};
use rolecall_auth::{
    Authorizer, Credentials, DpopKey, ErrorKind, Scheme, SigningKey, TokenRequest, TokenSource,
};
use rolecall_client::StatusCode;
use serde_json::{Value, json};

const ROLES: &str = "/api/v1/users/1/roles";

fn bound(token: &str) -> Reply {
    let answer = json!({ "access_token": token, "token_type": "DPoP", "expires_in": 3600 });
    Reply::new(200, answer)
}

/// Wants its nonce at the token endpoint and another one at the resource.
fn with_nonces(request: &Received, before: usize) -> Reply {
    let nonce = request.proof().claims["nonce"].clone();
    match request.path.as_str() {
        "/token" if nonce == "token-nonce" => bound(&format!("token-{before}")),
        "/token" => Reply::error(400, "use_dpop_nonce").header("DPoP-Nonce", "token-nonce"),
        _ if nonce == "resource-nonce" => Reply::new(200, "[]"),
        _ => Reply::new(401, "")
            .header(
                "WWW-Authenticate",
                "DPoP realm=\"x\", error=\"use_dpop_nonce\"",
            )
            .header("DPoP-Nonce", "resource-nonce"),
    }
}

fn service(server: &Server, key: &DpopKey) -> ClientCredentials {
    let signing = SigningKey::from_pem(include_str!("keys/rsa.pkcs8.pem")).unwrap();
    let client = server
        .client()
        .authentication(ClientAuthentication::private_key_jwt(signing))
        .dpop(key.clone())
        .build()
        .unwrap();
    ClientCredentials::new(client)
}

fn authorizer(server: &Server, source: impl TokenSource) -> Authorizer {
    Authorizer::new(Credentials::single(&server.url, source).unwrap())
}

fn without(claims: &Value, name: &str) -> bool {
    claims.get(name).is_none()
}

#[tokio::test]
async fn each_server_gets_its_nonce_and_each_request_its_own_proof() {
    let server = Server::start(with_nonces).await;
    let key = DpopKey::generate().unwrap();
    let authorizer = authorizer(&server, service(&server, &key));
    for _ in 0..2 {
        let url = server.at(&format!("{ROLES}?expand=targets"));
        assert_eq!(call(&authorizer, reading(), &url).await.unwrap(), 200);
    }
    let seen = server.seen();
    let asked: Vec<_> = seen.iter().map(|request| request.path.as_str()).collect();
    // The second call knows both the token and the nonce.
    assert_eq!(asked, ["/token", "/token", ROLES, ROLES, ROLES]);

    let mut ids = Vec::new();
    for request in &seen {
        let proof = request.proof();
        proof.verify_es256(&proof.header["jwk"]);
        assert!(without(&proof.header["jwk"], "d"));
        assert_eq!(proof.header["typ"], "dpop+jwt");
        assert_eq!(proof.claim("htm"), request.method);
        assert_eq!(proof.claim("htu"), server.at(&request.path));
        ids.push(proof.claim("jti").to_owned());
    }
    // The assertion is new for each attempt as well: its id serves once.
    ids.extend(
        seen[..2]
            .iter()
            .map(|request| request.assertion().claim("jti").to_owned()),
    );
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 7);

    assert!(without(&seen[0].proof().claims, "nonce"));
    assert!(without(&seen[1].proof().claims, "ath"));
    for request in &seen[2..] {
        let authorization = request.header("authorization").unwrap();
        let token = authorization.strip_prefix("DPoP ").unwrap();
        let hash = base64url(digest(&SHA256, token.as_bytes()).as_ref());
        assert_eq!(request.proof().claim("ath"), hash);
    }
}

fn base64url(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

#[tokio::test]
async fn the_key_given_is_the_one_that_signs() {
    let server = Server::start(with_nonces).await;
    let jwk = include_str!("keys/p256.jwk.json");
    let key = DpopKey::new(SigningKey::from_jwk(jwk).unwrap()).unwrap();
    let source = service(&server, &key);
    let token = source.token(TokenRequest::default()).await.unwrap();
    assert_eq!(token.scheme(), Scheme::Dpop);
    let jwk: Value = serde_json::from_str(jwk).unwrap();
    let proof = server.seen()[0].proof();
    proof.verify_es256(&jwk);
    let public = &proof.header["jwk"];
    assert_eq!((&public["x"], &public["y"]), (&jwk["x"], &jwk["y"]));
}

#[tokio::test]
async fn a_new_nonce_in_any_answer_is_used_next() {
    let server = Server::start(|request, before| match request.path.as_str() {
        "/token" => bound("t"),
        _ => Reply::new(200, "[]").header("DPoP-Nonce", format!("nonce-{before}")),
    })
    .await;
    let key = DpopKey::generate().unwrap();
    let authorizer = authorizer(&server, service(&server, &key));
    for _ in 0..3 {
        call(&authorizer, reading(), &server.at(ROLES))
            .await
            .unwrap();
    }
    let seen = server.seen();
    let nonces: Vec<_> = seen[1..]
        .iter()
        .map(|request| request.proof().claims["nonce"].clone())
        .collect();
    assert_eq!(nonces, [Value::Null, "nonce-1".into(), "nonce-2".into()]);
}

#[tokio::test]
async fn a_server_that_always_wants_another_nonce_is_asked_twice() {
    let server = Server::start(|request, before| match request.path.as_str() {
        "/token" if before < 1 => bound("t"),
        "/token" => bound("t2"),
        _ => Reply::new(401, "")
            .header("WWW-Authenticate", "DPoP error=\"use_dpop_nonce\"")
            .header("DPoP-Nonce", format!("nonce-{before}")),
    })
    .await;
    let key = DpopKey::generate().unwrap();
    let authorizer = authorizer(&server, service(&server, &key));
    let status = call(&authorizer, reading(), &server.at(ROLES))
        .await
        .unwrap();
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    let asked: Vec<_> = server
        .seen()
        .into_iter()
        .map(|request| request.path)
        .collect();
    // Once more for the nonce, and once more with another token.
    assert_eq!(asked, ["/token", ROLES, ROLES, "/token", ROLES]);

    let never = Server::start(|_, before| {
        Reply::error(400, "use_dpop_nonce").header("DPoP-Nonce", format!("nonce-{before}"))
    })
    .await;
    let source = service(&never, &key);
    let error = source.token(TokenRequest::default()).await.unwrap_err();
    assert_eq!(error.oauth_error(), Some("use_dpop_nonce"));
    assert_eq!(never.seen().len(), 2);
}

#[tokio::test]
async fn a_token_that_is_not_bound_is_refused() {
    let server = Server::always(Reply::token("t")).await;
    let source = service(&server, &DpopKey::generate().unwrap());
    let error = source.token(TokenRequest::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidAnswer);
    assert!(
        error.to_string().contains("not bound to the key"),
        "{error}"
    );
}

#[tokio::test]
async fn a_clock_ten_minutes_off_is_made_up_for() {
    let hands = Hands::new();
    let servers_time = hands.seconds() + 600;
    let date = httpdate::fmt_http_date(
        std::time::UNIX_EPOCH + std::time::Duration::from_secs(servers_time),
    );
    let server = Server::start(move |request, _| {
        let now = |claims: &Value| claims["iat"].as_u64() == Some(servers_time);
        let reply = match request.path.as_str() {
            "/token" if !now(&request.assertion().claims) => Reply::error(401, "invalid_client"),
            "/token" if !now(&request.proof().claims) => Reply::error(400, "invalid_dpop_proof"),
            "/token" => bound("t"),
            _ if now(&request.proof().claims) => Reply::new(200, "[]"),
            _ => {
                Reply::new(401, "").header("WWW-Authenticate", "DPoP error=\"invalid_dpop_proof\"")
            }
        };
        reply.header("Date", date.clone())
    })
    .await;
    let signing = SigningKey::from_pem(include_str!("keys/p256.pkcs8.pem")).unwrap();
    let client = server
        .client()
        .authentication(ClientAuthentication::private_key_jwt(signing))
        .dpop(DpopKey::generate().unwrap())
        .clock(hands.clone())
        .build()
        .unwrap();
    let authorizer = authorizer(&server, ClientCredentials::new(client));
    assert_eq!(
        call(&authorizer, reading(), &server.at(ROLES))
            .await
            .unwrap(),
        200
    );
    let asked: Vec<_> = server
        .seen()
        .into_iter()
        .map(|request| request.path)
        .collect();
    assert_eq!(asked, ["/token", "/token", ROLES]);
}

const AT_ONCE: usize = 8;

/// The first requests of several callers overlap: none of them knows the nonce or the time that the others are about to
/// learn, and all of them must use it.
async fn overlapping(script: impl Fn(&Received, usize) -> Reply + Send + Sync + 'static) {
    let gate = std::sync::Arc::new(tokio::sync::Semaphore::new(0));
    let server = Server::start({
        let gate = gate.clone();
        move |request, before| match before {
            0..AT_ONCE => script(request, before).behind(&gate),
            _ => script(request, before),
        }
    })
    .await;
    let hands = Hands::new();
    let signing = SigningKey::from_pem(include_str!("keys/p256.pkcs8.pem")).unwrap();
    let client = server
        .client()
        .authentication(ClientAuthentication::private_key_jwt(signing))
        .dpop(DpopKey::generate().unwrap())
        .clock(hands)
        .build()
        .unwrap();
    let source = std::sync::Arc::new(ClientCredentials::new(client));
    // Each asks for scopes of its own, so that each sends a request of its own.
    let callers: Vec<_> = (0..AT_ONCE)
        .map(|at| {
            let source = source.clone();
            let scopes = [format!("scope-{at}")].into_iter().collect();
            tokio::spawn(async move { source.token(TokenRequest::new(scopes)).await })
        })
        .collect();
    while server.seen().len() < AT_ONCE {
        tokio::task::yield_now().await;
    }
    gate.add_permits(AT_ONCE);
    for caller in callers {
        caller.await.unwrap().unwrap();
    }
    assert_eq!(server.seen().len(), 2 * AT_ONCE);
}

#[tokio::test]
async fn overlapping_requests_all_learn_the_nonce() {
    overlapping(with_nonces).await;
}

#[tokio::test]
async fn overlapping_requests_all_learn_the_time() {
    let servers_time = Hands::new().seconds() + 3600;
    let date = httpdate::fmt_http_date(
        std::time::UNIX_EPOCH + std::time::Duration::from_secs(servers_time),
    );
    overlapping(move |request, _| {
        let iat = request.assertion().claims["iat"].as_u64().unwrap();
        let reply = if iat.abs_diff(servers_time) < 300 {
            bound("t")
        } else {
            Reply::error(401, "invalid_client")
        };
        reply.header("Date", date.clone())
    })
    .await;
}
