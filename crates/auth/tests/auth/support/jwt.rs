//! Reads and verifies what a client signed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};
use serde_json::Value;

/// A compact JWT.
pub struct Jwt {
    pub header: Value,
    pub claims: Value,
    signed: String,
    signature: Vec<u8>,
}

impl Jwt {
    pub fn read(text: &str) -> Self {
        let (signed, signature) = text.rsplit_once('.').unwrap();
        let (header, claims) = signed.split_once('.').unwrap();
        let json = |part| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
        Self {
            header: json(header),
            claims: json(claims),
            signed: signed.to_owned(),
            signature: URL_SAFE_NO_PAD.decode(signature).unwrap(),
        }
    }

    pub fn claim(&self, name: &str) -> &str {
        self.claims[name]
            .as_str()
            .unwrap_or_else(|| panic!("no text `{name}`"))
    }

    fn verify(&self, algorithm: &'static dyn VerificationAlgorithm, key: &[u8]) {
        let key = UnparsedPublicKey::new(algorithm, key);
        key.verify(self.signed.as_bytes(), &self.signature).unwrap();
    }

    /// Verifies it with the RSA key of the tests.
    pub fn verify_rs256(&self) {
        assert_eq!(self.header["alg"], "RS256");
        let key = include_bytes!("../keys/rsa.public.der");
        self.verify(&RSA_PKCS1_2048_8192_SHA256, key);
    }

    /// Verifies it with a public JWK.
    pub fn verify_es256(&self, jwk: &Value) {
        assert_eq!(self.header["alg"], "ES256");
        assert_eq!((&jwk["kty"], &jwk["crv"]), (&"EC".into(), &"P-256".into()));
        let mut point = vec![4];
        for coordinate in ["x", "y"] {
            let text = jwk[coordinate].as_str().unwrap();
            point.extend(URL_SAFE_NO_PAD.decode(text).unwrap());
        }
        self.verify(&ECDSA_P256_SHA256_FIXED, &point);
    }
}
