//! One error for everything, which says what happened and what to do.

mod diagnosis;
mod effect;
mod excerpt;
mod story;
mod vendor;

pub use diagnosis::Diagnosis;
pub use effect::Effect;
pub use vendor::VendorError;

use crate::hook::Refused;
use crate::pages::PagesProblem;
use crate::retry::Fault;
use crate::summary::CallSummary;
use rolecall_auth as auth;
use rolecall_client::{
    Error as CallError, ErrorBody, HeaderMap, HookNote, Operation, StatusCode, reqwest,
};
use serde::Serialize;
use serde_json::Value;
use std::error::Error as StdError;
use std::fmt;

/// Why a call, or a list, did not give what was asked for.
///
/// `Display` is one line: the operation, what happened, the vendor's own words, how often it was sent. `{:#}` is the whole
/// story in several lines: what the operation needs, what the credential is known to hold, what to try, every attempt, and
/// the causes; so does `Debug`. None of them shows a secret, a value of the request, or the body of an answer beyond the vendor's error message.
///
/// It is made of any generated call's error by `?` or `From`.
pub struct Error(Box<Inner>);

struct Inner {
    kind: Kind,
    operation: &'static Operation,
    cause: Cause,
    vendor: VendorError,
    note: Option<HookNote>,
}

/// What an [`Error`] is made of.
enum Cause {
    Call(CallError<Value>),
    Pages(PagesProblem),
}

/// What kind of failure an [`Error`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// Signing in failed, or the service does not take the credential (401).
    Auth,
    /// The credential may not do this (403).
    Forbidden,
    /// What the call is about is not there, or not visible to the caller (404, 410).
    NotFound,
    /// It contradicts what is there (409, 412).
    Conflict,
    /// Too many requests (429), or the rate limit is known to be used up for longer than the call may take.
    RateLimited,
    /// The service refuses the request as it is (another 4xx), or it could not be made from what was given.
    InvalidRequest,
    /// The service failed (5xx).
    Service,
    /// The answer came, and does not fit its type.
    Decode,
    /// The answer is larger than what is read.
    TooLarge,
    /// No answer, or not all of it.
    Transport,
    /// Time ran out.
    Timeout,
    /// The operation does more than it says, and was not allowed. Nothing was sent.
    Hazard,
    /// The pages of a list do not end, repeat themselves, or lead elsewhere. What was read once was yielded.
    Pages,
    /// A redirect that is not followed: the call may change something, or it leads to another origin.
    Redirect,
    /// Anything else.
    Other,
}

/// Whether a call that failed is worth sending again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Retryable {
    /// It may work later, and to send it again is safe.
    Yes,
    /// It may work later, but this write may have taken effect already. Look before sending it again.
    AfterLooking,
    /// It will fail again in the same way.
    No,
}

impl Error {
    pub(crate) fn pages(
        operation: &'static Operation,
        problem: PagesProblem,
        note: Option<HookNote>,
    ) -> Self {
        Self(Box::new(Inner {
            kind: match problem {
                PagesProblem::Size(_) => Kind::InvalidRequest,
                _ => Kind::Pages,
            },
            operation,
            cause: Cause::Pages(problem),
            vendor: VendorError::default(),
            note,
        }))
    }

    fn of(cause: CallError<Value>) -> Self {
        let vendor = VendorError::of(&cause);
        Self(Box::new(Inner {
            kind: kind(&cause, &vendor),
            operation: cause.operation(),
            vendor,
            note: cause.note().cloned(),
            cause: Cause::Call(cause),
        }))
    }

    /// The error of a call that ended with this status and body, sent once, for tests. It is read as the service's own.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn of_status(operation: &'static Operation, status: StatusCode, body: Value) -> Self {
        let mut summary = CallSummary::unsent(operation);
        let outcome = crate::summary::Outcome::Answered(status);
        summary.attempts.push(crate::summary::Attempt::new(outcome));
        let response = rolecall_client::Response::new(body, status, HeaderMap::new());
        Self::of(CallError::Api {
            operation,
            response: Box::new(response.with_note(HookNote::new(summary))),
        })
    }

    /// What kind of failure it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// The short name of the API.
    #[must_use]
    pub fn api(&self) -> &'static str {
        self.0.operation.api
    }

    /// The operation that was called, with all that is known of it. Its `id` is the `operationId`.
    #[must_use]
    pub fn operation(&self) -> &'static Operation {
        self.0.operation
    }

    /// The status of the answer, when there was one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.call()?.status()
    }

    /// The headers of the answer, when there was one.
    #[must_use]
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.call()?.headers()
    }

    /// What the vendor says of it: code, name, message, and what to quote to the vendor's support.
    #[must_use]
    pub fn vendor(&self) -> &VendorError {
        &self.0.vendor
    }

    /// How often the call was sent, and what it waited for. `None` for calls of other clients than those of the facade,
    /// and for calls that could not be made.
    #[must_use]
    pub fn summary(&self) -> Option<&CallSummary> {
        self.0.note.as_ref()?.get()
    }

    /// How often the call was sent.
    #[must_use]
    pub fn attempts(&self) -> usize {
        self.summary().map_or(0, |summary| summary.attempts.len())
    }

    /// Whether it is worth sending again.
    #[must_use]
    pub fn retryable(&self) -> Retryable {
        if let Some(error) = self.cause::<auth::Error>() {
            // Nothing was sent to the service.
            return if error.is_transient() {
                Retryable::Yes
            } else {
                Retryable::No
            };
        }
        if let Some(refused) = self.cause::<Refused>() {
            return match refused {
                Refused::Hazard(_) => Retryable::No,
                Refused::RateLimit { .. } | Refused::Deadline(_) => Retryable::Yes,
            };
        }
        let Some(fault) = self.fault().filter(|fault| fault.is_transient()) else {
            return Retryable::No;
        };
        let idempotent = self.summary().is_some_and(|summary| summary.idempotent);
        if fault.may_be_repeated(self.0.operation, idempotent) {
            Retryable::Yes
        } else {
            Retryable::AfterLooking
        }
    }

    /// How the call failed, as the retry policy sees it.
    fn fault(&self) -> Option<Fault> {
        match self.call()? {
            CallError::Redirect { .. } | CallError::Decode { .. } => None,
            CallError::Transport { source, .. } => Some(Fault::of(source)),
            error => error.status().map(Fault::Status),
        }
    }

    /// What the call did at the service, as far as that is known.
    #[must_use]
    pub fn effect(&self) -> Effect {
        Effect::of(self)
    }

    /// What is known about a refusal: what the operation needs, what the credential holds, and what to try. For 401 and
    /// 403, and wherever the API's description foretells a refusal of this status.
    #[must_use]
    pub fn diagnosis(&self) -> Option<Diagnosis> {
        Diagnosis::of(self)
    }

    /// The call's own error, with its documented body as JSON. `None` for errors of [`Kind::Pages`] that no call made.
    #[must_use]
    pub fn call(&self) -> Option<&CallError<Value>> {
        match &self.0.cause {
            Cause::Call(error) => Some(error),
            Cause::Pages(_) => None,
        }
    }

    /// For an answer that does not fit: what it looks like around the place, with its texts and digits taken out.
    #[must_use]
    pub fn excerpt(&self) -> Option<String> {
        match self.call()? {
            CallError::Decode { body, problem, .. } => {
                Some(excerpt::around(body, problem.line, problem.column))
            }
            _ => None,
        }
    }

    /// The first cause of this type.
    fn cause<T: StdError + 'static>(&self) -> Option<&T> {
        let mut cause = self.source();
        while let Some(error) = cause {
            if let Some(found) = error.downcast_ref() {
                return Some(found);
            }
            cause = error.source();
        }
        None
    }
}

impl<E: ErrorBody + Serialize> From<CallError<E>> for Error {
    fn from(error: CallError<E>) -> Self {
        Self::of(error.erase())
    }
}

fn kind(error: &CallError<Value>, vendor: &VendorError) -> Kind {
    if matches!(error, CallError::Redirect { .. }) {
        return Kind::Redirect;
    }
    if let Some(status) = error.status()
        && !status.is_success()
    {
        return match status.as_u16() {
            // Some services say with 401, too, that a permission is missing.
            401 if !vendor.missing.is_empty() => Kind::Forbidden,
            401 | 407 => Kind::Auth,
            403 => Kind::Forbidden,
            404 | 410 => Kind::NotFound,
            409 | 412 => Kind::Conflict,
            429 => Kind::RateLimited,
            400..=499 => Kind::InvalidRequest,
            500..=599 => Kind::Service,
            _ => Kind::Other,
        };
    }
    match error {
        CallError::InvalidRequest { .. } => Kind::InvalidRequest,
        CallError::Decode { .. } => Kind::Decode,
        CallError::BodyTooLarge { .. } => Kind::TooLarge,
        _ if error.is_timeout() => Kind::Timeout,
        CallError::Transport { .. } => Kind::Transport,
        CallError::Hook { source, .. } => match source.downcast_ref::<Refused>() {
            Some(Refused::Hazard(_)) => Kind::Hazard,
            Some(Refused::RateLimit { .. }) => Kind::RateLimited,
            Some(Refused::Deadline(_)) => Kind::Timeout,
            None if source.is::<auth::Error>() => Kind::Auth,
            None if source.is::<reqwest::Error>() => Kind::Transport,
            None => Kind::Other,
        },
        _ => Kind::Other,
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0.cause {
            // `Display` says what the hook said, so what follows is the cause of that.
            Cause::Call(CallError::Hook { source, .. }) => Some(source.as_ref()),
            Cause::Call(error) => error.source(),
            Cause::Pages(_) => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() {
            story::tell(self, f)
        } else {
            story::line(self, f)
        }
    }
}

/// The whole story, as `{:#}` shows it: `main` and `unwrap` show errors by `Debug`.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        story::tell(self, f)
    }
}
