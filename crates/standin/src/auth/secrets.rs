//! Secrets that follow from a seed, and their digests.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::{digest as hash, hmac};

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// `prefix`, and `length` characters that follow from the seed, the kind and the name, and that nothing else gives.
pub(crate) fn derive(seed: u64, kind: &str, name: &str, prefix: &str, length: usize) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, &seed.to_be_bytes());
    let mut text = String::with_capacity(prefix.len() + length);
    text.push_str(prefix);
    let mut block = 0_u32;
    while text.len() < prefix.len() + length {
        let tag = hmac::sign(&key, format!("{kind}\0{name}\0{block}").as_bytes());
        // 62 does not divide 256; that a few characters come more often does no harm here.
        let characters = tag
            .as_ref()
            .iter()
            .map(|byte| BASE62[usize::from(*byte) % 62]);
        let missing = prefix.len() + length - text.len();
        text.extend(characters.take(missing).map(char::from));
        block += 1;
    }
    text
}

/// SHA-256 in base64url without padding: what is kept of a secret, and the form of `ath`, `jkt` and `S256`.
pub(crate) fn digest(text: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(hash::digest(&hash::SHA256, text.as_bytes()))
}
