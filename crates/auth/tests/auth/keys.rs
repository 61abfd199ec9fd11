//! Keys in every form that a client is given them, and what they sign.

use crate::support::{Reply, Server};
use rolecall_auth::oauth::{ClientAuthentication, ClientCredentials};
use rolecall_auth::{DpopKey, ErrorKind, SigningKey, TokenRequest, TokenSource};

const P256: &str = include_str!("keys/p256.jwk.json");

/// What the key signs is seen through an assertion.
async fn assertion_by(key: SigningKey) -> crate::support::Jwt {
    let server = Server::always(Reply::token("t0k3n")).await;
    let method = ClientAuthentication::private_key_jwt(key);
    let client = server.client().authentication(method).build().unwrap();
    let source = ClientCredentials::new(client);
    source.token(TokenRequest::default()).await.unwrap();
    server.seen()[0].assertion()
}

#[tokio::test]
async fn an_rsa_key_signs_whatever_form_it_came_in() {
    let forms = [
        SigningKey::from_pem(include_str!("keys/rsa.pkcs8.pem")),
        SigningKey::from_pem(include_str!("keys/rsa.pkcs1.pem")),
        SigningKey::from_jwk(include_str!("keys/rsa.jwk.json")),
    ];
    let ids = [None, None, Some("rsa-1")];
    for (form, id) in forms.into_iter().zip(ids) {
        let key = form.unwrap();
        assert_eq!((key.algorithm(), key.id()), ("RS256", id));
        let assertion = assertion_by(key).await;
        assertion.verify_rs256();
        assert_eq!(assertion.header["kid"].as_str(), id);
    }
}

#[tokio::test]
async fn a_p256_key_signs_whatever_form_it_came_in() {
    let jwk = serde_json::from_str(P256).unwrap();
    let pem_with_others = concat!(
        "Some text\n",
        include_str!("keys/p256.sec1.pem"),
        include_str!("keys/rsa.pkcs8.pem")
    );
    let forms = [
        SigningKey::from_pem(include_str!("keys/p256.pkcs8.pem")),
        SigningKey::from_pem(include_str!("keys/p256.sec1.pem")),
        SigningKey::from_pem(pem_with_others),
        SigningKey::from_jwk(P256),
    ];
    for form in forms {
        let key = form.unwrap().with_id("chosen");
        assert_eq!((key.algorithm(), key.id()), ("ES256", Some("chosen")));
        let assertion = assertion_by(key).await;
        assertion.verify_es256(&jwk);
        assert_eq!(assertion.header["kid"], "chosen");
    }
}

#[test]
fn what_cannot_sign_is_refused_without_showing_it() {
    let jwk = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut jwk = serde_json::from_str(P256).unwrap();
        change(&mut jwk);
        SigningKey::from_jwk(&jwk.to_string())
    };
    let refused = [
        (
            "another curve",
            SigningKey::from_pem(include_str!("keys/p384.pkcs8.pem")),
        ),
        (
            "encrypted",
            SigningKey::from_pem(include_str!("keys/encrypted.pem")),
        ),
        (
            "no PEM",
            SigningKey::from_pem("MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg"),
        ),
        ("empty", SigningKey::from_pem("")),
        (
            "cut",
            SigningKey::from_pem(&include_str!("keys/rsa.pkcs8.pem")[..600]),
        ),
        ("no JSON", SigningKey::from_jwk("{")),
        (
            "a set",
            SigningKey::from_jwk(&format!("{{\"keys\":[{P256}]}}")),
        ),
        (
            "public",
            jwk(&|jwk| drop(jwk.as_object_mut().unwrap().remove("d"))),
        ),
        ("other kind", jwk(&|jwk| jwk["kty"] = "OKP".into())),
        ("not base64url", jwk(&|jwk| jwk["d"] = "!!".into())),
        ("not on the curve", jwk(&|jwk| jwk["y"] = jwk["x"].clone())),
        ("a number", jwk(&|jwk| jwk["d"] = 7.into())),
    ];
    for (what, key) in refused {
        let error = key.expect_err(what);
        assert_eq!(error.kind(), ErrorKind::Configuration, "{what}");
        let shown = crate::support::shown(&error);
        assert!(
            !shown.contains("MIG") && !shown.contains("!!"),
            "{what}: {shown}"
        );
    }
}

#[test]
fn a_dpop_key_is_es256() {
    let rsa = SigningKey::from_pem(include_str!("keys/rsa.pkcs8.pem")).unwrap();
    assert_eq!(
        DpopKey::new(rsa).unwrap_err().kind(),
        ErrorKind::Configuration
    );
    let p256 = || SigningKey::from_jwk(P256).unwrap();
    let (one, other) = (DpopKey::new(p256()).unwrap(), DpopKey::new(p256()).unwrap());
    assert_eq!(one.thumbprint(), other.thumbprint());
    assert_eq!(one.thumbprint().len(), 43);
    let (one, other) = (DpopKey::generate().unwrap(), DpopKey::generate().unwrap());
    assert_ne!(one.thumbprint(), other.thumbprint());
}
