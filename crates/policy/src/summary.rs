//! What was done for one call: how often it was sent, and what it waited for.

use crate::retry::{Fault, GaveUp};
use rolecall_auth as auth;
use rolecall_client::{CredentialKind, Misfit, Operation, StatusCode};
use std::fmt;
use std::time::Duration;

/// What was done for one call: how often it was sent, and what it waited for.
///
/// It comes with every [`Error`](crate::Error::summary) of the facade, and to the observer of a client
/// ([`ClientBuilder::observer`](crate::ClientBuilder::observer)) for every call. Of calls that succeed,
/// [`of_response`](Self::of_response) finds it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CallSummary {
    /// The operation.
    pub operation: &'static Operation,
    /// How often it was sent, and what became of it each time.
    pub attempts: Vec<Attempt>,
    /// How long all of it took, waits included.
    pub elapsed: Duration,
    /// Why it was not sent once more, when it failed.
    pub gave_up: Option<GaveUp>,
    /// What the last attempt was signed in with.
    pub credential: Option<Credential>,
    /// What of the response did not fit its type and was put up with. The observer is shown the summary before the
    /// response is decoded, when this is empty.
    pub misfits: Vec<Misfit>,
    /// Why no token could be had, or no other one after a 401.
    pub sign_in_failure: Option<auth::Error>,
    /// Whether the caller said that the call may be repeated.
    pub(crate) idempotent: bool,
}

/// One time that a call was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// How long it waited before: for the retry policy, the rate limit, or its turn among the calls at once.
    pub waited: Duration,
    /// How long it took from sending to the end of the body.
    pub took: Duration,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of sending a call once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// An answer that settles it, of any status.
    Answered(StatusCode),
    /// An answer that asked for another credential, or a failure.
    Failed(Fault),
    /// The write was not confirmed, and the read-back found that it took effect.
    FoundDone,
    /// The answer was larger than what is read.
    TooLarge,
    /// The network hook refused it.
    Refused,
}

/// What is known of the credential of a call, without the secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Credential {
    /// The name under which it was registered.
    pub source: String,
    /// Its kind.
    pub kind: CredentialKind,
    /// The scopes that it was granted, where that is known.
    pub scopes: Option<Vec<String>>,
}

#[cfg(feature = "testing")]
impl CallSummary {
    /// The summary of a call that was never sent, for tests. Its fields can be changed.
    #[must_use]
    pub fn new(operation: &'static Operation) -> Self {
        Self::unsent(operation)
    }
}

#[cfg(feature = "testing")]
impl Attempt {
    /// An attempt with this outcome that took no time, for tests. Its fields can be changed.
    #[must_use]
    pub fn new(outcome: Outcome) -> Self {
        Self {
            waited: Duration::ZERO,
            took: Duration::ZERO,
            outcome,
        }
    }
}

#[cfg(feature = "testing")]
impl Credential {
    /// A credential whose scopes are not known, for tests. Its fields can be changed.
    #[must_use]
    pub fn new(source: impl Into<String>, kind: CredentialKind) -> Self {
        Self {
            source: source.into(),
            kind,
            scopes: None,
        }
    }
}

impl CallSummary {
    pub(crate) fn unsent(operation: &'static Operation) -> Self {
        Self {
            operation,
            attempts: Vec::new(),
            elapsed: Duration::ZERO,
            gave_up: None,
            credential: None,
            sign_in_failure: None,
            idempotent: false,
            misfits: Vec::new(),
        }
    }

    /// The summary of a call over a client of the facade, from its answer. `None` for answers of other clients.
    #[must_use]
    pub fn of_response<T>(response: &rolecall_client::Response<T>) -> Option<&Self> {
        response.note()?.get()
    }

    /// As [`of_response`](Self::of_response), from a page.
    #[must_use]
    pub fn of_page<T>(page: &rolecall_client::Page<T>) -> Option<&Self> {
        page.note.as_ref()?.get()
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answered(status) => write!(f, "{}", status.as_u16()),
            Self::Failed(fault) => fault.fmt(f),
            Self::FoundDone => f.write_str("no answer, found done"),
            Self::TooLarge => f.write_str("too large"),
            Self::Refused => f.write_str("refused by the network hook"),
        }
    }
}

/// The attempts in a line: `503, 503 after 0.2 s, 200 after 0.6 s`.
impl fmt::Display for CallSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.attempts.is_empty() {
            f.write_str("not sent")?;
        }
        for (at, attempt) in self.attempts.iter().enumerate() {
            if at > 0 {
                f.write_str(", ")?;
            }
            attempt.outcome.fmt(f)?;
            if attempt.waited >= Duration::from_millis(1) {
                write!(f, " after {:.1} s", attempt.waited.as_secs_f64())?;
            }
        }
        match self.gave_up {
            // The plain case goes without saying.
            None | Some(GaveUp::NotTransient) => {}
            Some(reason) => write!(f, "; {reason}")?,
        }
        match self.misfits.as_slice() {
            [] => Ok(()),
            [misfit] => write!(f, "; 1 value did not fit: {misfit}"),
            [first, ..] => {
                let count = self.misfits.len();
                write!(f, "; {count} values did not fit, the first {first}")
            }
        }
    }
}
