//! What a token endpoint answers (RFC 6749, section 5).

use crate::exchange::{Answer, place};
use crate::{Error, ErrorKind, Scheme, Scopes};
use rolecall_client::{RetryHints, Secret, Url};
use serde::Deserialize;
use serde_json::Value;
use std::time::{Duration, SystemTime};

/// No token lives longer than this, whatever the server says: ten years.
const LONGEST_LIFE: f64 = 10.0 * 365.0 * 24.0 * 60.0 * 60.0;

/// A successful answer.
pub(crate) struct TokenResponse {
    pub(crate) access_token: Secret,
    pub(crate) scheme: Scheme,
    pub(crate) expires_in: Option<Duration>,
    pub(crate) scopes: Option<Scopes>,
    pub(crate) refresh_token: Option<Secret>,
}

#[derive(Deserialize)]
struct Raw {
    access_token: Secret,
    token_type: Option<String>,
    expires_in: Option<Value>,
    scope: Option<String>,
    refresh_token: Option<Secret>,
}

/// An error of OAuth, or of a vendor that answers with an error body of its own.
#[derive(Default, Deserialize)]
pub(super) struct Refusal {
    #[serde(alias = "errorCode")]
    pub(super) error: Option<Value>,
    #[serde(alias = "errorSummary", alias = "detail")]
    pub(super) error_description: Option<Value>,
}

impl Refusal {
    pub(super) fn read(answer: &Answer) -> Self {
        serde_json::from_slice(&answer.body).unwrap_or_default()
    }

    pub(super) fn code(&self) -> Option<&str> {
        self.error.as_ref()?.as_str()
    }

    fn description(&self) -> Option<&str> {
        self.error_description.as_ref()?.as_str()
    }
}

impl TokenResponse {
    /// Reads a 200.
    pub(crate) fn read(answer: &Answer, url: &Url, bound: bool) -> Result<Self, Error> {
        let invalid = |what: &str| {
            let what = format!("the token endpoint {} answered {what}", place(url));
            Error::new(ErrorKind::InvalidAnswer, what)
                .with_endpoint(url)
                .with_status(answer.status)
        };
        // serde's message could show a value, which may be a token.
        let raw: Raw = serde_json::from_slice(&answer.body)
            .map_err(|_| invalid("200 without a JSON object that has an `access_token`"))?;
        let token = raw.access_token.expose();
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(invalid("with a token that no header can have"));
        }
        let named = raw.token_type.as_deref().unwrap_or("bearer");
        let scheme = if named.eq_ignore_ascii_case("dpop") {
            Scheme::Dpop
        } else if named.eq_ignore_ascii_case("bearer") {
            Scheme::Bearer
        } else {
            return Err(invalid(
                "with a kind of token that is neither Bearer nor DPoP",
            ));
        };
        match (bound, scheme) {
            (true, Scheme::Bearer) => {
                return Err(
                    invalid("with a token that is not bound to the key of the proof").with_advice(
                        "have DPoP switched on for the client there, or leave it out here",
                    ),
                );
            }
            (false, Scheme::Dpop) => {
                return Err(invalid("with a DPoP token, though no key was shown"));
            }
            _ => {}
        }
        Ok(Self {
            scheme,
            expires_in: raw.expires_in.as_ref().and_then(seconds),
            scopes: raw.scope.as_deref().map(Scopes::parse),
            refresh_token: raw.refresh_token.filter(|token| !token.expose().is_empty()),
            access_token: raw.access_token,
        })
    }
}

/// A lifetime: a number, or a number in a string, as some servers send it.
fn seconds(value: &Value) -> Option<Duration> {
    let seconds = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    Duration::try_from_secs_f64(seconds.clamp(0.0, LONGEST_LIFE)).ok()
}

/// The error for an answer that is not 200.
pub(crate) fn refused(what: &str, answer: &Answer, url: &Url) -> Error {
    let refusal = Refusal::read(answer);
    let status = answer.status;
    let place = place(url);
    let error = if status.is_redirection() {
        let what = format!(
            "{what} {place} answered {} with a redirect, which is not followed",
            status.as_u16()
        );
        Error::new(ErrorKind::InvalidAnswer, what).with_advice("name the final URL of the endpoint")
    } else if refusal.code().is_some() || refusal.description().is_some() {
        let what = format!("{what} {place} refused with {}", status.as_u16());
        Error::new(ErrorKind::Refused, what)
    } else {
        let what = format!(
            "{what} {place} returned {} without an OAuth error body (RFC 6749, section 5.2)",
            status.as_u16()
        );
        Error::new(ErrorKind::InvalidAnswer, what)
    };
    let error = error.with_endpoint(url).with_status(status).with_oauth(
        refusal.code(),
        refusal.description(),
        &answer.said,
    );
    let asked = RetryHints::of(status, &answer.headers, SystemTime::now).wait;
    let error = match asked {
        Some(wait) => error.with_retry_after(wait),
        None => error,
    };
    match refusal.code().and_then(advice) {
        Some(advice) => error.with_advice(advice),
        None => error,
    }
}

/// What to do about an OAuth error (RFC 6749, section 5.2; RFC 9449, section 5).
fn advice(code: &str) -> Option<&'static str> {
    Some(match code {
        "invalid_client" => {
            "check the client's id, its secret or key, and how it is registered to authenticate"
        }
        "invalid_grant" => {
            "the code or refresh token is used, expired, revoked or another client's: sign in again"
        }
        "invalid_scope" => "have the scopes granted to the client, or ask for others",
        "unauthorized_client" | "unsupported_grant_type" => {
            "have this grant allowed for the client"
        }
        "invalid_dpop_proof" => {
            "the server wants a DPoP proof, or refuses this one: configure a DPoP key and check the clock"
        }
        "invalid_target" => "the audience or resource is not known to the server",
        _ => return None,
    })
}
