//! Who calls: tokens, and what they stand for.

use chrono::{DateTime, Utc};
use rolecall_client::CredentialKind;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Who calls, and with what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The id of the user, service user or application that acts, in the API's own terms.
    pub principal: String,
    /// What kind of credential it is.
    pub kind: CredentialKind,
    /// The OAuth client that got the token, when one did.
    pub client: Option<String>,
    /// The scopes that the token has; `None` when scopes do not limit it.
    pub scopes: Option<BTreeSet<String>>,
}

impl Caller {
    /// Whether scopes leave this one to the caller.
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        let scopes = self.scopes.as_ref();
        scopes.is_none_or(|scopes| scopes.contains(scope))
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

/// Everything that can be presented to be let in. Part of a snapshot.
#[derive(Debug, Default)]
pub struct Auth(Mutex<Known>);

#[derive(Debug, Default, Serialize, Deserialize)]
struct Known {
    tokens: HashMap<String, AccessToken>,
}

/// A token, and what it stands for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AccessToken {
    /// The scheme that it is sent with: `Bearer`, `SSWS` or `DPoP`.
    pub scheme: String,
    /// See [`Caller::principal`].
    pub principal: String,
    /// See [`Caller::kind`].
    pub kind: TokenKind,
    /// See [`Caller::client`].
    pub client: Option<String>,
    /// See [`Caller::scopes`].
    pub scopes: Option<BTreeSet<String>>,
    /// When it ends; never when `None`.
    pub expires_at: Option<DateTime<Utc>>,
}

/// The kinds of credential, in a form that a snapshot can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokenKind {
    /// An OAuth 2.0 access token.
    Oauth2,
    /// A personal access token.
    Pat,
    /// An API key.
    ApiKey,
    /// Okta's API token.
    Ssws,
}

impl From<TokenKind> for CredentialKind {
    fn from(kind: TokenKind) -> Self {
        match kind {
            TokenKind::Oauth2 => Self::OAuth2,
            TokenKind::Pat => Self::Pat,
            TokenKind::ApiKey => Self::ApiKey,
            TokenKind::Ssws => Self::Ssws,
        }
    }
}

impl Auth {
    /// Lets a token in from now on.
    pub fn add(&self, token: impl Into<String>, stands_for: AccessToken) {
        self.known().tokens.insert(token.into(), stands_for);
    }

    /// Ends every token of a principal. Returns how many there were.
    pub fn revoke_all(&self, principal: &str) -> usize {
        let mut known = self.known();
        let before = known.tokens.len();
        known.tokens.retain(|_, token| token.principal != principal);
        before - known.tokens.len()
    }

    /// Who a request with this `Authorization` header comes from.
    ///
    /// # Errors
    ///
    /// Why that is not known.
    pub fn caller(
        &self,
        authorization: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Caller, AuthFailure> {
        let header = authorization.ok_or(AuthFailure::Missing)?;
        let (scheme, token) = header.split_once(' ').ok_or(AuthFailure::Scheme)?;
        let known = self.known();
        let found = known.tokens.get(token.trim()).ok_or(AuthFailure::Unknown)?;
        if !found.scheme.eq_ignore_ascii_case(scheme) {
            return Err(AuthFailure::Scheme);
        }
        if found.expires_at.is_some_and(|end| end <= now) {
            return Err(AuthFailure::Expired);
        }
        Ok(Caller {
            principal: found.principal.clone(),
            kind: found.kind.into(),
            client: found.client.clone(),
            scopes: found.scopes.clone(),
        })
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
