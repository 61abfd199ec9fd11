//! What the authorization server remembers between requests.

use super::{OauthError, Profile};
use crate::auth::{Known, derive, digest};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};

/// What the authorization server remembers between requests. Codes and tokens are kept by their digests.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Grants {
    next: u64,
    pub(super) codes: HashMap<String, Code>,
    pub(super) refresh: HashMap<String, Refresh>,
    pub(super) devices: HashMap<String, Device>,
    /// What may be used once only, until when it is remembered.
    used: HashMap<String, DateTime<Utc>>,
    /// The number of entries at which those that have ended are swept out.
    sweep_at: usize,
}

/// An authorization code.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Code {
    pub(super) given: Given,
    pub(super) redirect_uri: Option<String>,
    /// `code_challenge` of the method `S256`.
    pub(super) challenge: Option<String>,
    pub(super) ends: DateTime<Utc>,
    pub(super) used: bool,
}

/// A refresh token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Refresh {
    pub(super) given: Given,
    pub(super) ends: DateTime<Utc>,
    /// When it was traded for another.
    pub(super) used: Option<DateTime<Utc>>,
    /// The key that it is bound to, for public clients (RFC 9449, section 5).
    pub(super) key: Option<String>,
}

/// A device login (RFC 8628), by the digest of its device code.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Device {
    pub(super) client: String,
    pub(super) user_code: String,
    pub(super) agreed_by: Option<String>,
    pub(super) ends: DateTime<Utc>,
    pub(super) polled: Option<DateTime<Utc>>,
    /// Seconds between polls.
    pub(super) interval: i64,
}

/// What somebody agreed to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Given {
    pub(super) number: u64,
    pub(super) client: String,
    pub(super) principal: String,
    pub(super) scopes: Option<BTreeSet<String>>,
    /// Whether a refresh token belongs to it.
    pub(super) offline: bool,
}

impl Grants {
    /// The number of a new grant.
    pub(super) fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// Remembers something until a time. An error when it is remembered already.
    pub(crate) fn use_once(
        &mut self,
        what: &str,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(), ()> {
        if self.used.len() >= self.sweep_at.max(1_024) {
            self.used.retain(|_, until| *until > now);
            self.sweep_at = 2 * self.used.len();
        }
        match self.used.insert(digest(what), until) {
            Some(earlier) if earlier > now => Err(()),
            _ => Ok(()),
        }
    }

    pub(crate) fn revoke_all(&mut self, principal: &str) {
        self.refresh
            .retain(|_, token| token.given.principal != principal);
        self.codes
            .retain(|_, code| code.given.principal != principal);
    }
}

impl Known {
    /// A text that nobody had before, and that follows from the seed and from how many there were.
    pub(crate) fn new_secret(&mut self, kind: &str, prefix: &str) -> String {
        let number = self.grants.number();
        derive(self.seed, kind, &number.to_string(), prefix, 48)
    }

    /// Ends every token of a grant.
    pub(super) fn end_grant(&mut self, number: u64) {
        self.tokens.retain(|_, token| token.grant != Some(number));
        let refresh = &mut self.grants.refresh;
        refresh.retain(|_, token| token.given.number != number);
    }

    /// The scopes that a client gets when it asks for these; `None` when scopes are not to limit the token.
    pub(super) fn scopes(
        profile: &Profile,
        client: &crate::auth::Client,
        asked: Option<&str>,
    ) -> Result<Option<BTreeSet<String>>, OauthError> {
        use super::Lenience;
        let Some(asked) = asked else {
            return match profile.lenience {
                Lenience::Strict => Err(OauthError::new(
                    "invalid_scope",
                    "The request names no scope, and the server has no default.",
                )),
                // fact: empty-scope-of-a-restricted-application
                Lenience::Narrowing if client.restricted => Ok(Some(client.scopes.clone())),
                Lenience::Narrowing | Lenience::Unlimited => Ok(None),
            };
        };
        let mut scopes: BTreeSet<String> = asked.split(' ').map(str::to_owned).collect();
        scopes.remove("");
        if profile.lenience == Lenience::Narrowing {
            scopes.retain(|scope| client.scopes.contains(scope));
        }
        match scopes.iter().find(|scope| !client.scopes.contains(*scope)) {
            None => Ok(Some(scopes)),
            Some(unknown) => Err(OauthError::new(
                "invalid_scope",
                format!("The client was not granted the scope `{unknown}`."),
            )),
        }
    }
}

/// The nonces that are good at a time, the newest first. A new one comes every day, and one is good for three days more.
// fact: dpop-in-two-steps
pub(super) fn nonces(seed: u64, now: DateTime<Utc>) -> impl Iterator<Item = String> {
    let day = now.timestamp().div_euclid(TimeDelta::days(1).num_seconds());
    (0..4).map(move |back| derive(seed, "nonce", &(day - back).to_string(), "", 24))
}
