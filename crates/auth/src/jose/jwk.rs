//! JSON Web Keys (RFC 7517, RFC 7518 section 6).

use super::{base64url, from_base64url};
use crate::{Error, ErrorKind};
use ring::rsa::{KeyPairComponents, PublicKeyComponents};
use rolecall_client::Secret;
use serde::Deserialize;
use serde_json::{Value, json};
use zeroize::Zeroizing;

type Bytes = Zeroizing<Vec<u8>>;

pub(super) struct PrivateJwk {
    pub(super) id: Option<String>,
    pub(super) key: Material,
}

pub(super) enum Material {
    Rsa(RsaParts),
    P256 { private: Bytes, public: Vec<u8> },
}

pub(super) struct RsaParts {
    n: Bytes,
    e: Bytes,
    d: Bytes,
    p: Bytes,
    q: Bytes,
    dp: Bytes,
    dq: Bytes,
    qi: Bytes,
}

impl RsaParts {
    pub(super) fn components(&self) -> KeyPairComponents<&[u8]> {
        KeyPairComponents {
            public_key: PublicKeyComponents {
                n: &self.n,
                e: &self.e,
            },
            d: &self.d,
            p: &self.p,
            q: &self.q,
            dP: &self.dp,
            dQ: &self.dq,
            qInv: &self.qi,
        }
    }
}

#[derive(Deserialize)]
struct Raw {
    kty: Option<String>,
    crv: Option<String>,
    kid: Option<String>,
    n: Option<Secret>,
    e: Option<Secret>,
    d: Option<Secret>,
    p: Option<Secret>,
    q: Option<Secret>,
    dp: Option<Secret>,
    dq: Option<Secret>,
    qi: Option<Secret>,
    x: Option<Secret>,
    y: Option<Secret>,
}

impl PrivateJwk {
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        // serde's message could show a value.
        let raw: Raw = serde_json::from_str(text)
            .map_err(|_| refused("the JWK is not a JSON object with texts in it"))?;
        let key = match (raw.kty.as_deref(), raw.crv.as_deref()) {
            (Some("RSA"), _) => Material::Rsa(RsaParts {
                n: bytes("n", raw.n)?,
                e: bytes("e", raw.e)?,
                d: bytes("d", raw.d)?,
                p: bytes("p", raw.p)?,
                q: bytes("q", raw.q)?,
                dp: bytes("dp", raw.dp)?,
                dq: bytes("dq", raw.dq)?,
                qi: bytes("qi", raw.qi)?,
            }),
            (Some("EC"), Some("P-256")) => {
                let mut public = vec![4];
                public.extend_from_slice(&bytes("x", raw.x)?);
                public.extend_from_slice(&bytes("y", raw.y)?);
                let private = bytes("d", raw.d)?;
                Material::P256 { private, public }
            }
            _ => return Err(refused("the JWK is neither `RSA` nor `EC` on `P-256`")),
        };
        Ok(Self { id: raw.kid, key })
    }
}

fn bytes(name: &str, text: Option<Secret>) -> Result<Bytes, Error> {
    let text = text.ok_or_else(|| refused(format!("the JWK has no `{name}`")))?;
    let bytes = from_base64url(text.expose());
    let bytes = bytes.ok_or_else(|| refused(format!("`{name}` of the JWK is not base64url")))?;
    Ok(Zeroizing::new(bytes))
}

fn refused(why: impl Into<String>) -> Error {
    Error::new(ErrorKind::Configuration, why)
        .with_advice("give a private JWK as one JSON object, not a set of keys")
}

/// The public JWK of a point on P-256 in its uncompressed form. Its members are in the order of RFC 7638, section 3.
pub(crate) fn public_p256(point: &[u8]) -> Option<Value> {
    let (form, coordinates) = point.split_first()?;
    let (x, y) = coordinates.split_at_checked(32)?;
    (*form == 4 && y.len() == 32)
        .then(|| json!({ "crv": "P-256", "kty": "EC", "x": base64url(x), "y": base64url(y) }))
}

/// The thumbprint of a public JWK whose members are the required ones, in alphabetical order (RFC 7638).
pub(crate) fn thumbprint(public: &Value) -> String {
    base64url(ring::digest::digest(
        &ring::digest::SHA256,
        public.to_string().as_bytes(),
    ))
}
