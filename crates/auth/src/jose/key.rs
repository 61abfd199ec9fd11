//! Private keys that sign.

use super::jwk;
use crate::{Error, ErrorKind};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject as _;
use std::fmt;
use std::sync::Arc;
use zeroize::Zeroizing;

/// A private key that signs, with RS256 (RSA, 2048 bits or more) or ES256 (P-256). Cloning shares it.
///
/// `Debug` shows the algorithm and the key id only. ring keeps the key in memory for as long as this lives, and does not
/// overwrite it afterwards.
#[derive(Clone)]
pub struct SigningKey {
    pair: Arc<Pair>,
    id: Option<Arc<str>>,
}

enum Pair {
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
}

impl SigningKey {
    /// Reads a PEM file: PKCS#8 (`PRIVATE KEY`), PKCS#1 (`RSA PRIVATE KEY`) or SEC1 (`EC PRIVATE KEY`). Only the first key
    /// in it counts. It must not be encrypted.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] when there is no such key in it.
    pub fn from_pem(pem: &str) -> Result<Self, Error> {
        if pem.contains("ENCRYPTED") {
            return Err(refused("the key is encrypted")
                .with_advice("decrypt it first, for example with `openssl pkcs8`"));
        }
        let der = PrivateKeyDer::from_pem_slice(pem.as_bytes());
        let mut der = der.map_err(|_| {
            refused("there is no private key in the PEM text")
                .with_advice("give PKCS#8, PKCS#1 or SEC1, from -----BEGIN to the end of -----END")
        })?;
        let pair = match &der {
            PrivateKeyDer::Pkcs8(key) => from_pkcs8(key.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(key) => {
                let key = RsaKeyPair::from_der(key.secret_pkcs1_der());
                key.map(Pair::Rsa).map_err(|reason| rejected(&reason))
            }
            PrivateKeyDer::Sec1(key) => from_pkcs8(&sec1_in_pkcs8(key.secret_sec1_der())),
            _ => Err(refused(
                "the PEM text holds a kind of key that is not supported",
            )),
        };
        zeroize::Zeroize::zeroize(&mut der);
        pair.map(Self::new)
    }

    /// Reads a private JWK (RFC 7517): `RSA` with its primes, or `EC` on `P-256`. Its `kid` becomes the key id.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] when it is not such a key.
    pub fn from_jwk(jwk: &str) -> Result<Self, Error> {
        let jwk = jwk::PrivateJwk::parse(jwk)?;
        let pair = match &jwk.key {
            jwk::Material::Rsa(parts) => RsaKeyPair::from_components(&parts.components())
                .map(Pair::Rsa)
                .map_err(|reason| rejected(&reason))?,
            jwk::Material::P256 { private, public } => p256(private, public)?,
        };
        let key = Self::new(pair);
        Ok(match jwk.id {
            Some(id) => key.with_id(id),
            None => key,
        })
    }

    /// Makes a new ES256 key, and gives its PKCS#8 form as well.
    pub(crate) fn generate() -> Result<(Self, Zeroizing<Vec<u8>>), Error> {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random);
        let document = document
            .map_err(|_| refused("no key could be made, for the system gives no random numbers"))?;
        let document = Zeroizing::new(document.as_ref().to_vec());
        Ok((Self::from_pkcs8(&document)?, document))
    }

    /// Reads the PKCS#8 form.
    pub(crate) fn from_pkcs8(der: &[u8]) -> Result<Self, Error> {
        from_pkcs8(der).map(Self::new)
    }

    fn new(pair: Pair) -> Self {
        let pair = Arc::new(pair);
        Self { pair, id: None }
    }

    /// Names the key, so that a server with several keys of a client finds this one (`kid`; RFC 7515, section 4.1.4).
    #[must_use]
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into().into());
        self
    }

    /// The key id.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// `RS256` or `ES256`.
    #[must_use]
    pub fn algorithm(&self) -> &'static str {
        match &*self.pair {
            Pair::Rsa(_) => "RS256",
            Pair::P256(_) => "ES256",
        }
    }

    /// The public key of an ES256 key, uncompressed: 4, then x and y of 32 bytes each.
    pub(crate) fn p256_public(&self) -> Option<&[u8]> {
        match &*self.pair {
            Pair::P256(pair) => Some(pair.public_key().as_ref()),
            Pair::Rsa(_) => None,
        }
    }

    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let random = SystemRandom::new();
        let signed = match &*self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .map(|()| signature)
            }
            // The fixed form is what RFC 7518, section 3.4 wants: r and s, 32 bytes each.
            Pair::P256(pair) => pair
                .sign(&random, message)
                .map(|made| made.as_ref().to_vec()),
        };
        signed.map_err(|_| refused("the key could not sign"))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("algorithm", &self.algorithm())
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

fn refused(why: impl Into<String>) -> Error {
    Error::new(ErrorKind::Configuration, why)
}

fn rejected(reason: &ring::error::KeyRejected) -> Error {
    refused(format!("the key cannot be used ({reason})")).with_advice(
        "give an RSA key of 2048 to 4096 bits, or an EC key on P-256 with its public half",
    )
}

fn from_pkcs8(der: &[u8]) -> Result<Pair, Error> {
    let random = SystemRandom::new();
    let p256 = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der, &random);
    match p256 {
        Ok(pair) => Ok(Pair::P256(pair)),
        Err(as_p256) => match RsaKeyPair::from_pkcs8(der) {
            Ok(pair) => Ok(Pair::Rsa(pair)),
            // Of the two reasons, the one that is about the key that it is: ring says `WrongAlgorithm` for the other.
            Err(as_rsa) if as_rsa.to_string() == "WrongAlgorithm" => Err(rejected(&as_p256)),
            Err(as_rsa) => Err(rejected(&as_rsa)),
        },
    }
}

fn p256(private: &[u8], public: &[u8]) -> Result<Pair, Error> {
    let random = SystemRandom::new();
    let alg = &ECDSA_P256_SHA256_FIXED_SIGNING;
    EcdsaKeyPair::from_private_key_and_public_key(alg, private, public, &random)
        .map(Pair::P256)
        .map_err(|reason| rejected(&reason))
}

/// Wraps an EC key of SEC1 (RFC 5915) in PKCS#8 (RFC 5208), which is the form that ring reads: version 0, `id-ecPublicKey`
/// on `prime256v1`, and the key as an octet string. A key on another curve is refused by its length or its public half.
fn sec1_in_pkcs8(sec1: &[u8]) -> Zeroizing<Vec<u8>> {
    const HEAD: [u8; 24] = [
        0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
        0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07,
    ];
    let mut inner = Zeroizing::new(HEAD.to_vec());
    der_item(0x04, sec1, &mut inner);
    let mut whole = Zeroizing::new(Vec::with_capacity(inner.len() + 8));
    der_item(0x30, &inner, &mut whole);
    whole
}

/// Appends tag, length and contents (X.690, section 8.1).
fn der_item(tag: u8, contents: &[u8], to: &mut Vec<u8>) {
    to.push(tag);
    let length = contents.len().to_be_bytes();
    match contents.len() {
        short @ 0..0x80 => to.push(short as u8),
        _ => {
            let bytes = length.iter().skip_while(|byte| **byte == 0);
            to.push(0x80 | bytes.clone().count() as u8);
            to.extend(bytes);
        }
    }
    to.extend_from_slice(contents);
}
