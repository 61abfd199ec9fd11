//! The authorization server that is embedded in every stand-in: one engine, and for each vendor a `Profile` of where its
//! endpoints are, what it grants and how it words its errors.
//!
//! It has no browser dance: the authorize endpoint signs in a user at once, the one that `login_hint` names or else the
//! administrator, and gives consent for them.

use crate::Answer;
use crate::auth::Auth;
use chrono::{DateTime, Utc};
use http::{HeaderMap, Method, StatusCode};

mod assertion;
mod authorize;
mod client;
pub mod device;
mod error;
mod grants;
pub(crate) mod jose;
mod keys;
mod manage;
mod metadata;
mod profile;
pub(crate) mod proof;
mod token;

pub use error::OauthError;
pub use grants::Grants;
pub(crate) use keys::{CLIENT_EC, CLIENT_RSA};
pub(crate) use profile::{Lenience, Profile};

/// What the engine reads of a request.
#[derive(Clone, Copy, Debug)]
pub struct OauthRequest<'a> {
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The fields of the form or of the query.
    pub fields: &'a [(String, String)],
    /// Scheme, host and port that the request was sent to.
    pub origin: &'a str,
    /// The path that it was sent to.
    pub path: &'a str,
    /// When it came.
    pub now: DateTime<Utc>,
}

impl OauthRequest<'_> {
    /// A field; `None` when it is missing or empty (RFC 6749, section 3.1).
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(known, _)| known == name);
        let value = found.map(|(_, value)| &**value);
        value.filter(|value| !value.is_empty())
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn url(&self) -> String {
        format!("{}{}", self.origin, self.path)
    }
}

/// The answer of an endpoint of the authorization server; `None` when the path is none of them.
pub(crate) fn serve(
    auth: &Auth,
    profile: &'static Profile,
    method: &Method,
    request: &OauthRequest<'_>,
) -> Option<Answer> {
    let path = request.path;
    let post = method == Method::POST;
    let get = method == Method::GET;
    let outcome = if path == profile.token {
        post.then(|| token::token(auth, profile, request))
    } else if path == profile.authorize {
        get.then(|| authorize::authorize(auth, profile, request))
    } else if Some(path) == profile.revoke {
        post.then(|| manage::revoke(auth, profile, request))
    } else if Some(path) == profile.introspect {
        post.then(|| manage::introspect(auth, profile, request))
    } else if Some(path) == profile.keys {
        get.then(|| Ok(metadata::keys()))
    } else if profile.metadata.contains(&path) {
        get.then(|| Ok(metadata::metadata(profile, request.origin)))
    } else {
        return None;
    };
    let answer = match outcome {
        Some(Ok(answer)) => answer,
        Some(Err(error)) => error.answer(profile),
        None => {
            let allowed = if path == profile.token
                || Some(path) == profile.revoke
                || Some(path) == profile.introspect
            {
                "POST"
            } else {
                "GET"
            };
            Answer::empty(StatusCode::METHOD_NOT_ALLOWED).header("allow", allowed)
        }
    };
    Some(answer.header("cache-control", "no-store"))
}

impl Auth {
    /// A token request, for a service whose token endpoint is an operation of its description (ZenML's `login`): client
    /// authentication, DPoP and every grant that the client has.
    ///
    /// # Errors
    ///
    /// The error of RFC 6749, section 5.2, for the service to word.
    pub fn token_request(
        &self,
        api: crate::Api,
        request: &OauthRequest<'_>,
    ) -> Result<Answer, OauthError> {
        token::token(self, Profile::of(api), request)
    }

    /// Begins a device login (RFC 8628, section 3.2): the members of the answer. The code is agreed to at once when
    /// `agreed_by` names a principal; otherwise when [`agree`](Self::agree) is called.
    pub fn start_device(
        &self,
        client: &str,
        agreed_by: Option<&str>,
        now: DateTime<Utc>,
    ) -> device::DeviceStart {
        device::start(self, client, agreed_by, now)
    }

    /// Lets the device with this user code in, as a principal. Returns whether there is one that waits.
    pub fn agree(&self, user_code: &str, principal: &str) -> bool {
        device::agree(self, user_code, principal)
    }

    /// Gives a token out: its text is new, and it is known from now on.
    pub fn issue(&self, stands_for: crate::auth::AccessToken) -> String {
        let mut known = self.known();
        let text = known.new_secret("issued", "");
        drop(known);
        self.add(&text, stands_for);
        text
    }
}
