//! Key pairs for tests. They are public with this crate, and protect nothing.

use super::jose::{KeyPair, public_ec, public_rsa};
use serde_json::Value;
use std::sync::OnceLock;

/// A key pair that everybody has.
#[derive(Debug)]
pub(crate) struct TestKey {
    /// `kid`.
    pub(crate) id: &'static str,
    /// `alg`.
    pub(crate) algorithm: &'static str,
    /// The private key as PKCS#8 in PEM.
    pub(crate) pem: &'static str,
    read: OnceLock<(KeyPair, Value)>,
}

/// What clients with `private_key_jwt` sign with, when they want RS256.
pub(crate) static CLIENT_RSA: TestKey = TestKey {
    id: "standin-test-rsa",
    algorithm: "RS256",
    pem: include_str!("keys/client-rsa.test.pem"),
    read: OnceLock::new(),
};

/// What clients with `private_key_jwt` sign with, when they want ES256.
pub(crate) static CLIENT_EC: TestKey = TestKey {
    id: "standin-test-ec",
    algorithm: "ES256",
    pem: include_str!("keys/client-ec.test.pem"),
    read: OnceLock::new(),
};

/// What access tokens are signed with.
pub(crate) static SERVER: TestKey = TestKey {
    id: "standin-server",
    algorithm: "RS256",
    pem: include_str!("keys/server-rsa.test.pem"),
    read: OnceLock::new(),
};

impl TestKey {
    fn read(&self) -> &(KeyPair, Value) {
        self.read.get_or_init(|| {
            let key = if self.algorithm == "RS256" {
                public_rsa(self.pem, self.id)
            } else {
                public_ec(self.pem, self.id)
            };
            // The file is part of this crate, and the tests of this crate read it.
            key.unwrap_or_else(|problem| panic!("{}: {problem}", self.id))
        })
    }

    /// The pair.
    pub(crate) fn pair(&self) -> &KeyPair {
        &self.read().0
    }

    /// The public half as JWK, with `kid`, `alg` and `use`.
    pub(crate) fn jwk(&self) -> &Value {
        &self.read().1
    }
}
