//! From the headers of a request to the one who sent it.

use super::{Auth, Permissions, TokenKind, digest};
use crate::oauth::proof::{self, Expected};
use chrono::{DateTime, Utc};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use std::collections::BTreeSet;

/// Who calls, and with what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The id of the user, service user or application that acts, in the API's own terms. Empty when the operation takes
    /// requests from anybody.
    pub principal: String,
    /// What kind of credential it is; `None` when the operation takes requests from anybody.
    pub kind: Option<TokenKind>,
    /// The OAuth client that got the token, when one did.
    pub client: Option<String>,
    /// The scopes that the token has; `None` when scopes do not limit it.
    pub scopes: Option<BTreeSet<String>>,
    /// Whether the token was got by an application that the service limits beyond scopes (Foundry's application
    /// restrictions).
    pub restricted: bool,
    /// What the token permits since it was given out; `None` where a service looks that up at every call.
    pub permissions: Option<Permissions>,
}

impl Caller {
    /// Whether scopes leave this one to the caller.
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        let scopes = self.scopes.as_ref();
        scopes.is_none_or(|scopes| scopes.contains(scope))
    }

    /// The caller of an operation that asks for no credential.
    pub(crate) fn nobody() -> Self {
        Self {
            principal: String::new(),
            kind: None,
            client: None,
            scopes: Some(BTreeSet::new()),
            restricted: false,
            permissions: None,
        }
    }
}

/// Why a caller is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthFailure {
    /// There is no `Authorization` header.
    Missing,
    /// The header has another scheme than the API takes.
    Scheme,
    /// Nobody knows the token, or it was revoked.
    Unknown,
    /// The token has expired.
    Expired,
    /// The DPoP proof is missing or wrong; the text says how.
    Proof(String),
}

impl Auth {
    /// Who a request comes from. `url` is where it was sent to, without its query.
    ///
    /// # Errors
    ///
    /// Why that is not known.
    pub fn caller(
        &self,
        method: &http::Method,
        url: &str,
        headers: &HeaderMap,
        now: DateTime<Utc>,
    ) -> Result<Caller, AuthFailure> {
        let header = headers.get(AUTHORIZATION).ok_or(AuthFailure::Missing)?;
        let header = header.to_str().map_err(|_| AuthFailure::Scheme)?;
        let parts = header.split_once(' ').or_else(|| glued(header));
        let (scheme, token) = parts.ok_or(AuthFailure::Scheme)?;
        let token = token.trim();
        let mut known = self.known();
        let issued = known
            .tokens
            .get(&digest(token))
            .ok_or(AuthFailure::Unknown)?;
        if !issued.token.scheme.eq_ignore_ascii_case(scheme) {
            return Err(AuthFailure::Scheme);
        }
        if issued.token.expires_at.is_some_and(|end| end <= now) {
            return Err(AuthFailure::Expired);
        }
        let caller = Caller {
            principal: issued.token.principal.clone(),
            kind: Some(issued.token.kind),
            client: issued.token.client.clone(),
            scopes: issued.token.scopes.clone(),
            restricted: issued.restricted,
            permissions: issued.permissions.clone(),
        };
        if let Some(key) = issued.key.clone() {
            let expected = Expected {
                method: method.as_str(),
                url,
                token: Some(token),
                nonce: None,
            };
            let proof = proof::read(headers, &expected, now).map_err(AuthFailure::Proof)?;
            if proof.key != key {
                let wrong = "the token is bound to another key than the proof's";
                return Err(AuthFailure::Proof(wrong.to_owned()));
            }
            known
                .grants
                .use_once(&format!("proof {key} {}", proof.jti), proof.ends, now)
                .map_err(|()| AuthFailure::Proof("the proof was used before".to_owned()))?;
        }
        Ok(caller)
    }
}

/// Scheme and token of a header that has no space between them: Okta's SDK for Python (3.4) sends `SSWS` so.
fn glued(header: &str) -> Option<(&str, &str)> {
    let token = header.strip_prefix("SSWS")?;
    Some(("SSWS", token))
}
