//! A token and what is known of it.

use super::server_clock::TimeOfDay;
use super::{Claims, DpopKey, Scopes};
use rolecall_client::Secret;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

/// The word in front of a token in the `Authorization` header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scheme {
    /// `Bearer` (RFC 6750): whoever holds the token may use it.
    Bearer,
    /// `DPoP` (RFC 9449): of use only with the key that it was given out for.
    Dpop,
    /// `SSWS`: a vendor's scheme for API tokens.
    Ssws,
}

impl Scheme {
    /// The word as it is sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bearer => "Bearer",
            Self::Dpop => "DPoP",
            Self::Ssws => "SSWS",
        }
    }
}

/// Tells tokens of one process apart without holding any part of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TokenId(u64);

impl TokenId {
    fn next() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// A token and what is known of it. Cloning is cheap, and keeps the id. `Debug` does not show the token.
#[derive(Clone)]
pub struct Token {
    id: TokenId,
    scheme: Scheme,
    value: Arc<Secret>,
    expires_at: Option<SystemTime>,
    scopes: Option<Arc<Scopes>>,
    key: Option<(DpopKey, TimeOfDay)>,
}

impl Token {
    /// A token of which nothing else is known: it does not expire, and what it may do is open.
    #[must_use]
    pub fn new(scheme: Scheme, value: Secret) -> Self {
        Self {
            id: TokenId::next(),
            scheme,
            value: Arc::new(value),
            expires_at: None,
            scopes: None,
            key: None,
        }
    }

    /// Says when it expires.
    #[must_use]
    pub fn with_expiry(mut self, at: SystemTime) -> Self {
        self.expires_at = Some(at);
        self
    }

    /// Says how long it lives from now on. An end that no [`SystemTime`] can hold is none.
    pub(crate) fn with_life(mut self, now: SystemTime, life: Duration) -> Self {
        self.expires_at = now.checked_add(life);
        self
    }

    /// Says which scopes it was granted.
    #[must_use]
    pub fn with_scopes(mut self, scopes: Scopes) -> Self {
        self.scopes = Some(Arc::new(scopes));
        self
    }

    /// Says which key it is bound to. For [`Scheme::Dpop`].
    #[must_use]
    pub fn with_key(self, key: DpopKey) -> Self {
        self.with_key_and_clock(key, TimeOfDay::default())
    }

    /// As [`with_key`](Self::with_key), with the clock by which its proofs are dated.
    pub(crate) fn with_key_and_clock(mut self, key: DpopKey, clock: TimeOfDay) -> Self {
        self.key = Some((key, clock));
        self
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> TokenId {
        self.id
    }

    /// How it is sent.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The token itself.
    #[must_use]
    pub fn value(&self) -> &Secret {
        &self.value
    }

    /// When it expires, by the local clock; `None` when that is not known.
    #[must_use]
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.expires_at
    }

    /// The scopes that it was granted, as the token endpoint said or, where it said nothing, as they were asked for
    /// (RFC 6749, section 5.1). `None` when neither is known, as for a token that was configured.
    #[must_use]
    pub fn scopes(&self) -> Option<&Scopes> {
        self.scopes.as_deref()
    }

    /// What it says of itself, unverified, where it is a JWT.
    #[must_use]
    pub fn claims(&self) -> Option<Claims> {
        Claims::of(self.value.expose())
    }

    pub(crate) fn ends_before(&self, now: SystemTime) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }

    pub(crate) fn key(&self) -> Option<&(DpopKey, TimeOfDay)> {
        self.key.as_ref()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("id", &self.id)
            .field("scheme", &self.scheme)
            .field("expires_at", &self.expires_at)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}
