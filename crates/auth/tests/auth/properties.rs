//! What holds for every input.

use crate::support::{Server, call, reading};
use proptest::prelude::*;
use rolecall_auth::oauth::{ClientCredentials, OAuthClient, Provider, Redirect, UserSession};
use rolecall_auth::{
    Authorizer, Claims, Credentials, DpopKey, Match, MemoryStore, Scopes, SigningKey,
};
use rolecall_client::Operation;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// As the standard library would do it: every way to share the text out among the stars.
fn fits(pattern: &[u8], text: &[u8]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((b'*', rest)) => (0..=text.len()).any(|taken| fits(rest, &text[taken..])),
        Some((first, rest)) => text
            .split_first()
            .is_some_and(|(head, tail)| head == first && fits(rest, tail)),
    }
}

fn named(id: String) -> &'static Operation {
    let known = reading();
    Box::leak(Box::new(Operation {
        id: id.leak(),
        method: known.method.clone(),
        security: known.security,
        ..*known
    }))
}

proptest! {
    #[test]
    fn a_pattern_fits_as_it_is_defined(pattern in "[ab*]{0,8}", text in "[ab]{0,10}") {
        let expected = fits(pattern.as_bytes(), text.as_bytes());
        prop_assert_eq!(Match::operation(pattern).fits(named(text)), expected);
    }

    #[test]
    fn keys_are_read_or_refused(text in any::<String>(), body in "[A-Za-z0-9+/=\n]{0,200}", label in "(RSA |EC )?PRIVATE KEY") {
        let pem = format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n");
        for text in [&text, &pem] {
            let _ = (SigningKey::from_pem(text), SigningKey::from_jwk(text));
        }
    }

    #[test]
    fn a_damaged_key_is_read_or_refused(at in 0_usize..1600, by in any::<u8>()) {
        let mut jwk = include_str!("keys/rsa.jwk.json").as_bytes().to_vec();
        let at = at % jwk.len();
        jwk[at] = by;
        if let Ok(text) = String::from_utf8(jwk) {
            let _ = SigningKey::from_jwk(&text);
        }
    }

    #[test]
    fn claims_are_read_or_not(token in any::<String>(), parts in "[A-Za-z0-9_.-]{0,60}") {
        let _ = (Claims::of(&token), Claims::of(&parts));
    }

    #[test]
    fn scopes_are_a_set(words in prop::collection::vec("[a-z:.]{1,6}", 0..8)) {
        let scopes = Scopes::parse(&words.join("  "));
        prop_assert_eq!(&Scopes::parse(&scopes.to_string()), &scopes);
        prop_assert!(words.iter().all(|word| scopes.contains(word)));
        let turned: Scopes = words.into_iter().rev().collect();
        prop_assert_eq!(turned, scopes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Whatever a server says with a 401, the call ends, after three attempts at most.
    #[test]
    fn every_challenge_is_survived(challenge in "[ -~]{0,40}", error in "(use_dpop_nonce|invalid_dpop_proof|[a-z_]{0,9})", nonce in "[!-~]{0,20}") {
        runtime().block_on(async move {
            use crate::support::Reply;
            let server = Server::start(move |request, before| {
                if request.path == "/token" {
                    let token = serde_json::json!({ "access_token": before.to_string(), "token_type": "DPoP" });
                    return Reply::new(200, token);
                }
                Reply::new(401, "")
                    .header("www-authenticate", challenge.clone())
                    .header("www-authenticate", format!("DPoP error=\"{error}\""))
                    .header("dpop-nonce", format!("{nonce}{before}"))
            })
            .await;
            let client = server.client().dpop(DpopKey::generate().unwrap()).build().unwrap();
            let credentials = Credentials::single(&server.url, ClientCredentials::new(client)).unwrap();
            let status = call(&Authorizer::new(credentials), reading(), &server.at("/x")).await.unwrap();
            assert_eq!(status, 401);
            assert!(server.seen().iter().filter(|request| request.path == "/x").count() <= 3);
        });
    }

    /// Whatever a server answers, asking ends with a token or an error.
    #[test]
    fn every_answer_of_a_token_endpoint_is_survived(status in 100_u16..600, body in any::<String>(), value in "[ -~]{0,10}") {
        runtime().block_on(async move {
            use crate::support::Reply;
            use rolecall_auth::{TokenRequest, TokenSource};
            let bodies = [
                body,
                format!("{{\"access_token\":\"t\",\"token_type\":{value:?},\"expires_in\":{value:?}}}"),
                format!("{{\"error\":{value:?},\"error_description\":{value:?}}}"),
            ];
            for body in bodies {
                // 1xx is not an answer, and 204 and 304 have no body.
                let status = if matches!(status, 100..200 | 204 | 304) { 200 } else { status };
                let server = Server::always(Reply::new(status, body)).await;
                let source = ClientCredentials::new(server.confidential());
                let _ = source.token(TokenRequest::default()).await;
            }
        });
    }

    /// Whatever comes to the redirect is answered or hung up on, and is not taken for the browser.
    #[test]
    fn every_visitor_is_survived(visit in prop::collection::vec(any::<u8>(), 0..300), target in "[ -~]{0,60}") {
        runtime().block_on(async move {
            let client = OAuthClient::builder(
                Provider::endpoints(
                    rolecall_auth::oauth::Endpoints::new("https://login.example.com/token")
                        .authorization("https://login.example.com/authorize"),
                ),
                "client-1",
            );
            let session = UserSession::new(client.build().unwrap(), MemoryStore::new(), "me", ["read"]);
            let redirect = Redirect::default();
            let sign_in = session.start_sign_in(redirect).await.unwrap();
            let back = sign_in.url().query_pairs().find(|(name, _)| name == "redirect_uri").unwrap().1.into_owned();
            let port: u16 = back.split(':').nth(2).unwrap().split('/').next().unwrap().parse().unwrap();
            let waiting = tokio::spawn(sign_in.finish());
            let request = format!("GET /callback?{target} HTTP/1.1\r\n\r\n").into_bytes();
            for bytes in [visit, request] {
                let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.unwrap();
                let _ = stream.write_all(&bytes).await;
                let _ = stream.shutdown().await;
                let _ = stream.read_to_end(&mut Vec::new()).await;
            }
            assert!(!waiting.is_finished());
            waiting.abort();
        });
    }
}
