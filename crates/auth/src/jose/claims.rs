//! What a token says of itself, where it is a JWT.

use super::from_base64url;
use crate::Scopes;
use serde_json::{Map, Value};
use std::fmt;

/// What an access token that is a JWT says of itself. **Nothing of it is verified**: a client has no key to verify it with,
/// and the service decides by itself. It is good for explaining, not for deciding.
#[derive(Clone, PartialEq)]
pub struct Claims(Map<String, Value>);

impl Claims {
    /// Reads the second part of a compact JWT; `None` when it is not one.
    #[must_use]
    pub fn of(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let (header, claims) = (parts.next()?, parts.next()?);
        if parts.count() != 1 {
            return None;
        }
        let header: Value = serde_json::from_slice(&from_base64url(header)?).ok()?;
        header.get("alg")?;
        match serde_json::from_slice(&from_base64url(claims)?).ok()? {
            Value::Object(claims) => Some(Self(claims)),
            _ => None,
        }
    }

    /// A claim.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// A claim that is a text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// The scopes: `scope` as a text (RFC 9068, section 2.2.3) or `scp` as a list or a text, as others write it.
    #[must_use]
    pub fn scopes(&self) -> Option<Scopes> {
        match self.get("scope").or_else(|| self.get("scp"))? {
            Value::String(text) => Some(Scopes::parse(text)),
            Value::Array(list) => {
                let texts = list.iter().filter_map(Value::as_str);
                Some(texts.map(str::to_owned).collect())
            }
            _ => None,
        }
    }

    /// The thumbprint of the key that the token is bound to (`cnf.jkt`; RFC 9449, section 6.1).
    #[must_use]
    pub fn key_thumbprint(&self) -> Option<&str> {
        self.get("cnf")?.get("jkt")?.as_str()
    }

    /// When it ends, in seconds since 1970.
    #[must_use]
    pub fn expires(&self) -> Option<i64> {
        self.get("exp")?.as_i64()
    }
}

/// Names only: what claims hold is somebody's.
impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
