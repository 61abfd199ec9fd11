//! Which redirects are followed, and what is told of the others.

use crate::origin::same_origin;
use crate::{Operation, Retry, Status};
use http::header::LOCATION;
use http::{HeaderMap, Method, StatusCode};
use reqwest::Url;
use std::fmt;

/// How many redirects of one call are followed.
const MAX_REDIRECTS: usize = 5;

/// A redirect that was not followed: RFC 9110, section 15.4.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Redirect {
    /// The status.
    pub status: StatusCode,
    /// The headers. `Location` among them can hold secrets.
    pub headers: HeaderMap,
    /// Scheme, host and port of where it leads; `None` when that is no URL.
    pub origin: Option<String>,
    /// Why it was not followed.
    pub refusal: RedirectRefusal,
}

/// Why a redirect was not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RedirectRefusal {
    /// The call may change something. Whether it did is not known: a login page in front of the service redirects before
    /// anything was done, and other services redirect to the result.
    MayHaveEffect,
    /// It leads to another scheme, host or port, which must not get credentials.
    OtherOrigin,
    /// Its URL holds a user name or a password.
    Credentials,
    /// There were five before it.
    TooMany,
    /// It does not say where to, or not by a URL.
    NoLocation,
    /// The HTTP client that was given followed it by itself, and should not have:
    /// [`HttpSettings::client`](crate::HttpSettings::client).
    FollowedByClient,
}

impl Redirect {
    pub(crate) fn new(
        status: StatusCode,
        headers: HeaderMap,
        target: Option<&Url>,
        refusal: RedirectRefusal,
    ) -> Self {
        Self {
            status,
            headers,
            origin: target.map(|url| url.origin().ascii_serialization()),
            refusal,
        }
    }
}

/// Where a call goes on after an answer: nowhere, when it is no redirect or one that the operation documents as its success.
///
/// # Errors
///
/// Every redirect that is not to be followed.
pub(crate) fn onward(
    operation: &Operation,
    from: &Url,
    status: StatusCode,
    headers: &HeaderMap,
    followed: usize,
) -> Result<Option<Url>, Box<Redirect>> {
    if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) || succeeds(operation, status) {
        return Ok(None);
    }
    let location = headers.get(LOCATION).and_then(|value| value.to_str().ok());
    let target = location.and_then(|location| from.join(location).ok());
    let refusal = match &target {
        _ if !is_safe(operation) => RedirectRefusal::MayHaveEffect,
        None => RedirectRefusal::NoLocation,
        Some(target) if !same_origin(from, target) => RedirectRefusal::OtherOrigin,
        Some(target) if !target.username().is_empty() || target.password().is_some() => {
            RedirectRefusal::Credentials
        }
        Some(_) if followed >= MAX_REDIRECTS => RedirectRefusal::TooMany,
        Some(_) => return Ok(target),
    };
    let redirect = Redirect::new(status, headers.clone(), target.as_ref(), refusal);
    Err(Box::new(redirect))
}

/// Whether the operation changes nothing. Some APIs have a `GET` that does, and say so by what they say of repeats.
pub(crate) fn is_safe(operation: &Operation) -> bool {
    matches!(operation.method, Method::GET | Method::HEAD) && operation.retry == Retry::Safe
}

/// Whether the operation documents this status, and no other success: some are documented to answer by a redirect.
pub(crate) fn succeeds(operation: &Operation, status: StatusCode) -> bool {
    let answers = operation.answers.iter();
    let mut documented = answers.map(|answer| answer.status);
    let otherwise = |status: Status| matches!(status, Status::Code(200..=299) | Status::Range(2));
    !documented.clone().any(otherwise)
        && documented.any(|documented| match documented {
            Status::Code(code) => code == status.as_u16(),
            Status::Range(class) => u16::from(class) == status.as_u16() / 100,
            Status::Default => false,
        })
}

/// Headers can hold secrets, so they are not shown.
impl fmt::Debug for Redirect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redirect")
            .field("status", &self.status.as_u16())
            .field("origin", &self.origin)
            .field("refusal", &self.refusal)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Redirect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self.status;
        let target = self.origin.as_ref().map(|origin| format!(" to {origin}"));
        let target = target.unwrap_or_default();
        if self.refusal == RedirectRefusal::FollowedByClient {
            return write!(
                f,
                "the HTTP client that was given followed a redirect{target}, which returned {status}; give it \
                 `redirect::Policy::none()`"
            );
        }
        write!(f, "redirected{target} ({status}) and not followed: ")?;
        f.write_str(match self.refusal {
            RedirectRefusal::MayHaveEffect => {
                "the call may change something, and whether it did is not known"
            }
            RedirectRefusal::OtherOrigin => "credentials stay with the origin that they are for",
            RedirectRefusal::Credentials => "the URL holds credentials",
            RedirectRefusal::TooMany => "there were five redirects before it",
            RedirectRefusal::NoLocation | RedirectRefusal::FollowedByClient => {
                "there is no usable `Location`"
            }
        })
    }
}

impl std::error::Error for Redirect {}
