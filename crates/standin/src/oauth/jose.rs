//! Signed JWTs in compact form (RFC 7515, RFC 7519) and their keys (RFC 7517), on top of `ring`.

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{
    self, EcdsaKeyPair, KeyPair as _, RsaKeyPair, RsaPublicKeyComponents, UnparsedPublicKey,
    VerificationAlgorithm,
};
use serde_json::{Map, Value, json};

/// A private key.
#[derive(Debug)]

pub(crate) enum KeyPair {
    Rsa(Box<RsaKeyPair>),
    Ec(Box<EcdsaKeyPair>),
}

/// A JWT whose signature has not been looked at.
#[derive(Debug)]
pub(crate) struct Jwt<'a> {
    pub(crate) header: Map<String, Value>,
    pub(crate) claims: Map<String, Value>,
    signed: &'a str,
    signature: Vec<u8>,
}

impl<'a> Jwt<'a> {
    /// Takes a compact JWT apart.
    pub(crate) fn parse(text: &'a str) -> Result<Self, String> {
        let (signed, signature) = text.rsplit_once('.').ok_or("it is not a JWT")?;
        let (header, claims) = signed.split_once('.').ok_or("it is not a JWT")?;
        Ok(Self {
            header: part(header, "header")?,
            claims: part(claims, "payload")?,
            signed,
            signature: BASE64_URL_SAFE_NO_PAD
                .decode(signature)
                .map_err(|_| "its signature is not base64url")?,
        })
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.header.get(name)?.as_str()
    }

    pub(crate) fn claim(&self, name: &str) -> Option<&str> {
        self.claims.get(name)?.as_str()
    }

    /// A claim that is a time in seconds since 1970, fractions cut off (RFC 7519, section 2).
    pub(crate) fn time(&self, name: &str) -> Option<i64> {
        let value = self.claims.get(name)?;
        value
            .as_i64()
            .or_else(|| value.as_f64().map(|seconds| seconds as i64))
    }

    /// Whether a public key made the signature.
    pub(crate) fn verify(&self, jwk: &Value) -> Result<(), String> {
        let member = |name: &str| {
            let text = jwk.get(name).and_then(Value::as_str).unwrap_or_default();
            BASE64_URL_SAFE_NO_PAD
                .decode(text)
                .map_err(|_| format!("`{name}` of its key is not base64url"))
        };
        let wrong = |_| "its signature is wrong".to_owned();
        let algorithm = self.header("alg").unwrap_or_default();
        let kind = jwk.get("kty").and_then(Value::as_str);
        if kind == Some("RSA") {
            let parameters = match algorithm {
                "RS256" => &signature::RSA_PKCS1_2048_8192_SHA256,
                "RS384" => &signature::RSA_PKCS1_2048_8192_SHA384,
                "RS512" => &signature::RSA_PKCS1_2048_8192_SHA512,
                other => return Err(format!("`{other}` is not taken with an RSA key")),
            };
            let key = RsaPublicKeyComponents {
                n: member("n")?,
                e: member("e")?,
            };
            let signed = self.signed.as_bytes();
            return key
                .verify(parameters, signed, &self.signature)
                .map_err(wrong);
        }
        let curve = jwk.get("crv").and_then(Value::as_str);
        let parameters: &'static dyn VerificationAlgorithm = match (kind, curve, algorithm) {
            (Some("EC"), Some("P-256"), "ES256") => &signature::ECDSA_P256_SHA256_FIXED,
            (Some("EC"), Some("P-384"), "ES384") => &signature::ECDSA_P384_SHA384_FIXED,
            _ => return Err(format!("`{algorithm}` is not taken with its key")),
        };
        let mut point = vec![4];
        point.extend(member("x")?);
        point.extend(member("y")?);
        UnparsedPublicKey::new(parameters, point)
            .verify(self.signed.as_bytes(), &self.signature)
            .map_err(wrong)
    }
}

fn part(text: &str, name: &str) -> Result<Map<String, Value>, String> {
    let bytes = BASE64_URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| format!("its {name} is not base64url"))?;
    serde_json::from_slice(&bytes).map_err(|problem| format!("its {name} is no object: {problem}"))
}

/// A signed JWT in compact form.
pub(crate) fn sign(key: &KeyPair, header: &Value, claims: &Value) -> Result<String, String> {
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let mut text = format!("{}.{}", part(header), part(claims));
    let random = SystemRandom::new();
    let failed = |_| "the key cannot sign".to_owned();
    let signature = match key {
        KeyPair::Rsa(pair) => {
            let mut signature = vec![0; pair.public().modulus_len()];
            let (padding, signed) = (&signature::RSA_PKCS1_SHA256, text.as_bytes());
            pair.sign(padding, &random, signed, &mut signature)
                .map_err(failed)?;
            signature
        }
        KeyPair::Ec(pair) => {
            let signed = pair.sign(&random, text.as_bytes()).map_err(failed)?;
            signed.as_ref().to_vec()
        }
    };
    text.push('.');
    text.push_str(&BASE64_URL_SAFE_NO_PAD.encode(signature));
    Ok(text)
}

/// An RSA key pair from PKCS#8 in PEM, and its public half for RS256.
pub(crate) fn public_rsa(pem: &str, id: &str) -> Result<(KeyPair, Value), String> {
    let pair = RsaKeyPair::from_pkcs8(&der(pem)?).map_err(|problem| problem.to_string())?;
    let parts = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public());
    let jwk = json!({
        "kty": "RSA", "use": "sig", "alg": "RS256", "kid": id,
        "n": BASE64_URL_SAFE_NO_PAD.encode(parts.n),
        "e": BASE64_URL_SAFE_NO_PAD.encode(parts.e),
    });
    Ok((KeyPair::Rsa(Box::new(pair)), jwk))
}

/// A P-256 key pair from PKCS#8 in PEM, and its public half for ES256.
pub(crate) fn public_ec(pem: &str, id: &str) -> Result<(KeyPair, Value), String> {
    let signing = &signature::ECDSA_P256_SHA256_FIXED_SIGNING;
    let pair = EcdsaKeyPair::from_pkcs8(signing, &der(pem)?, &SystemRandom::new())
        .map_err(|problem| problem.to_string())?;
    // 4, then both coordinates (SEC 1, section 2.3.3).
    let point = pair.public_key().as_ref();
    let coordinate = |from: usize| {
        let bytes = point.get(from..from + 32).unwrap_or_default();
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    };
    let jwk = json!({
        "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": id,
        "x": coordinate(1), "y": coordinate(33),
    });
    Ok((KeyPair::Ec(Box::new(pair)), jwk))
}

fn der(pem: &str) -> Result<Vec<u8>, String> {
    let lines = pem.lines().filter(|line| !line.starts_with("-----"));
    let text: String = lines.map(str::trim).collect();
    BASE64_STANDARD
        .decode(text)
        .map_err(|problem| problem.to_string())
}

/// The thumbprint of a public key (RFC 7638): base64url of the SHA-256 of its required members in order.
pub(crate) fn thumbprint(jwk: &Value) -> Option<String> {
    let names: &[&str] = match jwk.get("kty")?.as_str()? {
        "RSA" => &["e", "kty", "n"],
        "EC" => &["crv", "kty", "x", "y"],
        _ => return None,
    };
    let mut members = Vec::new();
    for name in names {
        let value = jwk.get(name)?.as_str()?;
        members.push(format!("{}:{}", json!(name), json!(value)));
    }
    Some(crate::auth::digest(&format!("{{{}}}", members.join(","))))
}

#[cfg(test)]
mod tests {
    use super::{Jwt, sign, thumbprint};
    use crate::oauth::{CLIENT_EC, CLIENT_RSA};
    use serde_json::json;

    #[test]
    fn what_a_key_signs_its_public_half_verifies_and_no_other() {
        for (key, other) in [(&CLIENT_RSA, &CLIENT_EC), (&CLIENT_EC, &CLIENT_RSA)] {
            let header = json!({"alg": key.algorithm});
            let text = sign(key.pair(), &header, &json!({"sub": "a"})).expect("it signs");
            let jwt = Jwt::parse(&text).expect("it was made so");
            assert_eq!(jwt.claim("sub"), Some("a"));
            assert_eq!(jwt.verify(key.jwk()), Ok(()));
            assert!(jwt.verify(other.jwk()).is_err());
            let forged = sign(key.pair(), &header, &json!({"sub": "b"})).expect("it signs");
            let signature = forged.rsplit('.').next().expect("there are parts");
            let body = text.rsplit_once('.').expect("there are parts").0;
            let mixed = format!("{body}.{signature}");
            let mixed = Jwt::parse(&mixed).expect("it has the form");
            assert!(mixed.verify(key.jwk()).is_err());
        }
    }

    #[test]
    fn the_thumbprint_is_that_of_the_example_in_rfc_7638() {
        let key = json!({
            "kty": "RSA",
            "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
            "e": "AQAB", "alg": "RS256", "kid": "2011-04-29",
        });
        let found = thumbprint(&key);
        assert_eq!(
            found.as_deref(),
            Some("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")
        );
    }
}
