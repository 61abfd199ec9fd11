//! Who calls: credentials, and what they stand for.
//!
//! Everything secret is derived from the seed and a name, and kept as a digest only, so that a snapshot holds nothing that
//! opens a door.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

mod caller;
mod client;
mod permissions;
mod secrets;

pub use caller::{AuthFailure, Caller};
pub use client::{Client, ClientAuthentication, Grant};
pub use permissions::Permissions;
pub(crate) use secrets::{derive, digest};

/// Everything that can be presented to be let in. Part of a snapshot.
#[derive(Debug, Default)]
pub struct Auth(Mutex<Known>);

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Known {
    pub(crate) seed: u64,
    /// Tokens by digest.
    pub(crate) tokens: HashMap<String, Issued>,
    /// Tokens that were there from the beginning, in the order in which they were made.
    pub(crate) named: Vec<NamedToken>,
    pub(crate) clients: BTreeMap<String, Client>,
    /// Those who can sign in: login and principal, the first one being the default.
    pub(crate) users: Vec<(String, String)>,
    pub(crate) grants: crate::oauth::Grants,
}

/// A token with what only the authorization server knows of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Issued {
    pub(crate) token: AccessToken,
    /// The grant that it came from; revoking one ends all of its tokens.
    pub(crate) grant: Option<u64>,
    /// The thumbprint of the key that it is bound to (RFC 9449, section 6).
    pub(crate) key: Option<String>,
    pub(crate) restricted: bool,
    /// See [`Caller::permissions`].
    pub(crate) permissions: Option<Permissions>,
}

/// A token that can be told again, since it follows from the seed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct NamedToken {
    pub(crate) name: String,
    pub(crate) prefix: String,
    pub(crate) length: usize,
    pub(crate) scheme: String,
    pub(crate) principal: String,
}

impl NamedToken {
    pub(crate) fn text(&self, seed: u64) -> String {
        derive(seed, "token", &self.name, &self.prefix, self.length)
    }
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

/// The kinds of credential.
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

impl Auth {
    /// Nobody is known yet; what is secret follows from the seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let auth = Self::default();
        auth.known().seed = seed;
        auth
    }

    /// Makes a token that is there from the beginning and shown among the [`Credentials`](crate::Credentials) under its
    /// name: `admin` for the one who may do everything. Its text is `prefix` and `length` characters of `0-9A-Za-z`.
    pub fn add_named(
        &self,
        name: &str,
        prefix: &str,
        length: usize,
        stands_for: AccessToken,
    ) -> String {
        let mut known = self.known();
        let named = NamedToken {
            name: name.to_owned(),
            prefix: prefix.to_owned(),
            length,
            scheme: stands_for.scheme.clone(),
            principal: stands_for.principal.clone(),
        };
        let text = named.text(known.seed);
        known.named.push(named);
        known.insert(&text, stands_for);
        text
    }

    /// Lets a token in from now on.
    pub fn add(&self, token: impl AsRef<str>, stands_for: AccessToken) {
        self.known().insert(token.as_ref(), stands_for);
    }

    /// Registers an OAuth client. Its secret follows from the seed and its id.
    pub fn add_client(&self, client: Client) {
        self.known().clients.insert(client.id.clone(), client);
    }

    /// Lets a user sign in at the authorize endpoint. Who names nobody there signs in as the first one.
    pub fn add_user(&self, login: impl Into<String>, principal: impl Into<String>) {
        self.known().users.push((login.into(), principal.into()));
    }

    /// An id for a client that is a UUID, and follows from the seed and the name.
    #[must_use]
    pub fn client_id(&self, name: &str) -> String {
        let known = self.known();
        let letters = name.bytes().fold(known.seed, |bits, byte| {
            crate::ids::mix(bits ^ u64::from(byte))
        });
        crate::Ids::new(letters).uuid()
    }

    /// The secret of a client.
    #[must_use]
    pub fn client_secret(&self, client: &str) -> String {
        derive(self.known().seed, "client", client, "", 40)
    }

    /// What a token stands for, whether it has expired or not.
    #[must_use]
    pub fn token(&self, token: &str) -> Option<AccessToken> {
        let known = self.known();
        known
            .tokens
            .get(&digest(token))
            .map(|issued| issued.token.clone())
    }

    /// Puts into a token what it permits from now on. Returns whether there is such a token.
    pub fn permit(&self, token: &str, permissions: impl Into<Permissions>) -> bool {
        let mut known = self.known();
        let issued = known.tokens.get_mut(&digest(token));
        issued
            .map(|issued| issued.permissions = Some(permissions.into()))
            .is_some()
    }

    /// Ends a token. Returns whether there was one.
    pub fn revoke(&self, token: &str) -> bool {
        self.known().tokens.remove(&digest(token)).is_some()
    }

    /// Ends every token of a principal. Returns how many there were.
    pub fn revoke_all(&self, principal: &str) -> usize {
        let mut known = self.known();
        let before = known.tokens.len();
        known
            .tokens
            .retain(|_, issued| issued.token.principal != principal);
        known.grants.revoke_all(principal);
        before - known.tokens.len()
    }

    pub(crate) fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<Known> for Auth {
    fn from(known: Known) -> Self {
        Self(Mutex::new(known))
    }
}

impl Known {
    fn insert(&mut self, token: &str, stands_for: AccessToken) {
        let client = stands_for.client.as_ref();
        let client = client.and_then(|client| self.clients.get(client));
        let issued = Issued {
            restricted: client.is_some_and(|client| client.restricted),
            token: stands_for,
            grant: None,
            key: None,
            permissions: None,
        };
        self.tokens.insert(digest(token), issued);
    }
}
