//! A session as it is stored.

use crate::jose::{base64url, from_base64url};
use crate::server_clock::TimeOfDay;
use crate::{DpopKey, Error, ErrorKind, Scheme, Scopes, Token};
use rolecall_client::Secret;
use serde::{Deserialize, Serialize};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use zeroize::Zeroizing;

/// A stored token with less left than this is renewed rather than used.
const LEAST_LEFT: Duration = Duration::from_secs(30);

/// What a session is bound to. Its tokens go nowhere else, and are not used for anything that was not asked for.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(super) struct Binding {
    /// The issuer, or the token endpoint where the endpoints were named.
    pub(super) server: String,
    pub(super) client: String,
    /// The scopes that were asked for, not those that were granted.
    pub(super) scopes: String,
    pub(super) audience: Option<String>,
}

impl Binding {
    /// How a stored session differs from what it would have to be bound to.
    pub(super) fn difference(&self, stored: Option<&Self>) -> Option<String> {
        let Some(stored) = stored else {
            return Some(
                "it does not say which authorization server and client it is for".to_owned(),
            );
        };
        let differs = |what: &str, stored: &str, wanted: &str| {
            Some(format!(
                "it is for {what} {stored:?}, and {wanted:?} is wanted"
            ))
        };
        if stored.server != self.server {
            return differs("the authorization server", &stored.server, &self.server);
        }
        if stored.client != self.client {
            return differs("the client", &stored.client, &self.client);
        }
        if stored.scopes != self.scopes {
            return differs("the scopes", &stored.scopes, &self.scopes);
        }
        let audience = |binding: &Self| binding.audience.clone().unwrap_or_default();
        if stored.audience != self.audience {
            return differs("the audience", &audience(stored), &audience(self));
        }
        None
    }
}

/// A session as it is stored: what is needed to go on without signing in again, the access token included, so that programs
/// that run shortly and often do not renew each time.
#[derive(Clone, Deserialize, Serialize)]
pub(super) struct Saved {
    pub(super) bound_to: Option<Binding>,
    pub(super) refresh_token: Option<Secret>,
    pub(super) access_token: Secret,
    dpop: bool,
    /// Seconds since 1970.
    expires_at: Option<u64>,
    pub(super) scopes: Option<String>,
    /// PKCS#8 as base64url: a refresh token of a public client is of use only with the key (RFC 9449, section 5).
    dpop_key: Option<Secret>,
}

impl Saved {
    pub(super) fn new(
        bound_to: Binding,
        token: &Token,
        refresh_token: Option<Secret>,
        key: Option<&DpopKey>,
    ) -> Self {
        let end = token.expires_at();
        let end = end.and_then(|end| end.duration_since(UNIX_EPOCH).ok());
        Self {
            bound_to: Some(bound_to),
            refresh_token,
            access_token: token.value().clone(),
            dpop: token.scheme() == Scheme::Dpop,
            expires_at: end.map(|end| end.as_secs()),
            scopes: token.scopes().map(Scopes::to_string),
            dpop_key: key
                .and_then(DpopKey::pkcs8)
                .map(|pkcs8| Secret::from(base64url(pkcs8))),
        }
    }

    pub(super) fn to_text(&self) -> Result<Secret, Error> {
        let text = serde_json::to_string(self);
        text.map(Secret::from)
            .map_err(|_| Error::new(ErrorKind::Store, "the session could not be written as JSON"))
    }

    pub(super) fn from_text(text: &Secret) -> Option<Self> {
        serde_json::from_str(text.expose()).ok()
    }

    pub(super) fn token(&self, key: Option<&DpopKey>, clock: &TimeOfDay) -> Token {
        let scheme = if self.dpop {
            Scheme::Dpop
        } else {
            Scheme::Bearer
        };
        let mut token = Token::new(scheme, self.access_token.clone());
        if let Some(end) = self.end() {
            token = token.with_expiry(end);
        }
        if let Some(scopes) = &self.scopes {
            token = token.with_scopes(Scopes::parse(scopes));
        }
        match key {
            Some(key) if self.dpop => token.with_key_and_clock(key.clone(), clock.clone()),
            _ => token,
        }
    }

    /// Whether the access token can be used for a while.
    pub(super) fn is_fresh(&self, clock: &TimeOfDay) -> bool {
        let left = |end: SystemTime| end.duration_since(clock.now()).unwrap_or_default();
        self.end().is_none_or(|end| left(end) >= LEAST_LEFT)
    }

    pub(super) fn key(&self) -> Result<Option<DpopKey>, Error> {
        let Some(key) = &self.dpop_key else {
            return Ok(None);
        };
        let pkcs8 = from_base64url(key.expose()).map(Zeroizing::new);
        let pkcs8 = pkcs8
            .ok_or_else(|| Error::new(ErrorKind::Store, "the stored DPoP key is not base64url"))?;
        DpopKey::from_pkcs8(&pkcs8).map(Some)
    }

    fn end(&self) -> Option<SystemTime> {
        UNIX_EPOCH.checked_add(Duration::from_secs(self.expires_at?))
    }
}
