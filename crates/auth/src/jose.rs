//! JSON Web Signatures in their compact form (RFC 7515, section 7.1), as far as OAuth needs them: RS256 and ES256, to sign.
//!
//! ring does the cryptography. What is left is to join three texts with dots, which is less than what the libraries for
//! JWTs bring along: their own choice of cryptography (`rsa`, with an open advisory, or a second copy of what TLS uses) and
//! verification, which a client has no use for.

mod claims;
mod jwk;
mod key;

pub use claims::Claims;
pub(crate) use jwk::{public_p256, thumbprint};
pub use key::SigningKey;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::Value;

use super::{Error, ErrorKind};

/// base64url without padding (RFC 7515, appendix C).
pub(crate) fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes behind base64url, with or without padding.
pub(crate) fn from_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}

/// Random text of 32 bytes (43 characters), for what must not be guessed: PKCE verifiers, states, token ids.
pub(crate) fn random_text() -> Result<String, Error> {
    let mut bytes = [0; 32];
    let filled = SystemRandom::new().fill(&mut bytes);
    filled.map_err(|_| {
        Error::new(
            ErrorKind::Configuration,
            "the system gives no random numbers",
        )
    })?;
    Ok(base64url(bytes))
}

/// Signs a header and claims. The header gets `alg`, and `kid` when the key has one and the header wants it.
pub(crate) fn sign(mut header: Value, claims: &Value, key: &SigningKey) -> Result<String, Error> {
    if let Some(header) = header.as_object_mut() {
        header.insert("alg".to_owned(), key.algorithm().into());
    }
    let mut text = base64url(header.to_string());
    text.push('.');
    text.push_str(&base64url(claims.to_string()));
    let signature = key.sign(text.as_bytes())?;
    text.push('.');
    text.push_str(&base64url(signature));
    Ok(text)
}
