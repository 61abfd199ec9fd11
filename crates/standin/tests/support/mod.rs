//! What the tests of the core talk to a stand-in with.
#![allow(
    dead_code,
    reason = "every test binary has its own copy and uses a part of it"
)]

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use rolecall_standin::{OauthClient, PrivateKey, Standin};
use serde_json::{Value, json};

/// An answer, read to its end.
pub struct Got {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Got {
    /// The body as JSON; `null` when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// A header; empty when it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| {
            value.to_str().expect("the stand-in sends text only")
        })
    }

    /// `error` of an OAuth error, with the status.
    pub fn error(&self) -> (u16, String) {
        let body = self.json();
        let error = body["error"].as_str().unwrap_or_default();
        (self.status.as_u16(), error.to_owned())
    }

    /// A member of the body that has to be a text.
    pub fn text(&self, name: &str) -> String {
        let body = self.json();
        body[name]
            .as_str()
            .unwrap_or_else(|| panic!("no `{name}` in {}", self.text))
            .to_owned()
    }
}

/// A client that follows no redirects.
pub fn client() -> Client {
    // A build of the whole workspace gives reqwest TLS without a provider of its own.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(std::time::Duration::from_secs(30))
        .build()
        .expect("the options fit together")
}

pub async fn send(request: RequestBuilder) -> Got {
    let answer = request.send().await.expect("the stand-in answers");
    let status = answer.status();
    let headers = answer.headers().clone();
    let text = answer.text().await.expect("the body is complete");
    Got {
        status,
        headers,
        text,
    }
}

pub async fn get(standin: &Standin, path: &str, authorization: &str) -> Got {
    let url = format!("{}{path}", standin.base_url());
    send(client().get(url).header("authorization", authorization)).await
}

/// A GET as the administrator.
pub async fn get_as_admin(standin: &Standin, path: &str) -> Got {
    let credentials = standin.credentials();
    let authorization = format!("{} {}", credentials.scheme, credentials.token);
    get(standin, path, &authorization).await
}

pub fn form(fields: &[(&str, &str)]) -> String {
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let pairs = fields.iter();
    let pairs = pairs.map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// A form, posted; `headers` are name and value.
pub async fn post_form(url: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Got {
    let mut request = client()
        .post(url)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form(fields));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    send(request).await
}

/// The OAuth client of this name.
pub fn oauth_client<'a>(standin: &'a Standin, name: &str) -> &'a OauthClient {
    let found = standin.credentials().client(name);
    found.unwrap_or_else(|| panic!("no client is called {name}"))
}

pub fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(format!("{id}:{secret}")))
}

pub fn base64url(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

pub fn sha256(text: &str) -> String {
    base64url(digest(&SHA256, text.as_bytes()))
}

/// A key that signs proofs, made for one test.
pub struct ProofKey {
    pair: EcdsaKeyPair,
}

impl ProofKey {
    pub fn new() -> Self {
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let random = SystemRandom::new();
        let bytes = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("there is chance");
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, bytes.as_ref(), &random);
        Self {
            pair: pair.expect("it was just made"),
        }
    }

    /// A proof with these claims.
    pub fn proof(&self, claims: &Value) -> String {
        let point = self.pair.public_key().as_ref();
        let jwk = json!({
            "kty": "EC", "crv": "P-256",
            "x": base64url(&point[1..33]), "y": base64url(&point[33..]),
        });
        let header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk});
        compact(&header, claims, |text| {
            let signature = self.pair.sign(&SystemRandom::new(), text);
            signature.expect("it signs").as_ref().to_vec()
        })
    }
}

/// A JWT signed with a key of a client.
pub fn signed(key: &PrivateKey, claims: &Value) -> String {
    let lines = key.pem.lines().filter(|line| !line.starts_with('-'));
    let der = BASE64_STANDARD.decode(lines.collect::<String>());
    let der = der.expect("the PEM is well formed");
    let header = json!({"alg": key.algorithm, "kid": key.id});
    compact(&header, claims, |text| {
        let random = SystemRandom::new();
        if key.algorithm == "RS256" {
            let pair = RsaKeyPair::from_pkcs8(&der).expect("it is PKCS#8");
            let mut signature = vec![0; pair.public().modulus_len()];
            pair.sign(&RSA_PKCS1_SHA256, &random, text, &mut signature)
                .expect("it signs");
            signature
        } else {
            let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
            let pair = EcdsaKeyPair::from_pkcs8(algorithm, &der, &random);
            let signature = pair.expect("it is PKCS#8").sign(&random, text);
            signature.expect("it signs").as_ref().to_vec()
        }
    })
}

fn compact(header: &Value, claims: &Value, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let text = format!(
        "{}.{}",
        base64url(header.to_string()),
        base64url(claims.to_string())
    );
    let signature = sign(text.as_bytes());
    format!("{text}.{}", base64url(signature))
}

/// The members of a JWT's payload.
pub fn claims(jwt: &str) -> Value {
    let payload = jwt.split('.').nth(1).expect("it has three parts");
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(payload).expect("base64url");
    serde_json::from_slice(&bytes).expect("the payload is JSON")
}

/// A method and a path of the base URL, as the administrator, without a body.
pub fn as_admin(standin: &Standin, method: Method, path: &str) -> RequestBuilder {
    let credentials = standin.credentials();
    client()
        .request(method, format!("{}{path}", standin.base_url()))
        .header(
            "authorization",
            format!("{} {}", credentials.scheme, credentials.token),
        )
}
