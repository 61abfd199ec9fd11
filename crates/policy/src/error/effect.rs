//! What a call that failed did at the service.

use super::Error;
use crate::retry::Fault;
use crate::summary::{Attempt, Outcome};
use rolecall_client::{Error as CallError, Method, Retry, StatusCode, reqwest};

/// What a call that failed did at the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Effect {
    /// Nothing: no request reached it.
    NotSent,
    /// Nothing: it refused, or the operation changes nothing.
    NotDone,
    /// Perhaps all that was asked for: the answer was lost, does not fit, or says nothing of it. Look before doing it again.
    Unknown,
}

impl Effect {
    pub(super) fn of(error: &Error) -> Self {
        let attempts = error.summary().map(|summary| summary.attempts.as_slice());
        let of_attempts = match attempts {
            Some(attempts) => attempts.iter().map(of_attempt).max_by_key(|one| *one as u8),
            // Another client than one of the facade, which sends once.
            None => Some(of_call(error.call())),
        };
        let operation = error.operation();
        let changes_nothing = matches!(operation.method, Method::GET | Method::HEAD)
            && operation.retry == Retry::Safe;
        match of_attempts.unwrap_or(Self::NotSent) {
            Self::Unknown if changes_nothing => Self::NotDone,
            effect => effect,
        }
    }
}

fn of_attempt(attempt: &Attempt) -> Effect {
    match attempt.outcome {
        Outcome::Refused | Outcome::Failed(Fault::NotConnected) => Effect::NotSent,
        Outcome::Answered(status) | Outcome::Failed(Fault::Status(status)) => of_status(status),
        _ => Effect::Unknown,
    }
}

fn of_call<E>(error: Option<&CallError<E>>) -> Effect {
    match error {
        None | Some(CallError::InvalidRequest { .. }) => Effect::NotSent,
        Some(CallError::Transport { source, .. }) if reqwest::Error::is_connect(source) => {
            Effect::NotSent
        }
        Some(error) => error.status().map_or(Effect::Unknown, of_status),
    }
}

/// A request that is refused is not acted on. Whether one is that meets a failure of the service, a redirect, or an answer
/// that cannot be read, is not known.
fn of_status(status: StatusCode) -> Effect {
    // The one refusal that comes while the request may be in somebody's hands still (RFC 9110, section 15.5.9).
    if status.is_client_error() && status != StatusCode::REQUEST_TIMEOUT {
        Effect::NotDone
    } else {
        Effect::Unknown
    }
}
