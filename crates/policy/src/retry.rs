//! Whether and when a call that failed is sent again.

mod budget;

pub(crate) use budget::Budget;

use rolecall_client::{HeaderMap, Operation, Retry, StatusCode, reqwest};
use std::fmt;
use std::time::Duration;

/// How sending a request failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// No connection could be made: nothing reached the service.
    NotConnected,
    /// The connection broke before the whole answer was there.
    BrokeOff,
    /// Time ran out before the whole answer was there.
    TimedOut,
    /// The service answered with this status.
    Status(StatusCode),
    /// No token could be had for the moment: nothing was sent to the service.
    NoToken,
}

impl Fault {
    /// How an exchange failed. Whether the request can have reached the service is what counts.
    pub(crate) fn of(error: &reqwest::Error) -> Self {
        if error.is_connect() {
            Self::NotConnected
        } else if error.is_timeout() {
            Self::TimedOut
        } else {
            Self::BrokeOff
        }
    }

    /// Whether the service certainly did not act on the request.
    ///
    /// It did not when no connection was made, nor when it answered 429: a request over the limit is turned away before it
    /// is acted on (RFC 6585, section 4), which is why even a write is sent again after it.
    #[must_use]
    pub fn had_no_effect(self) -> bool {
        matches!(
            self,
            Self::NotConnected | Self::NoToken | Self::Status(StatusCode::TOO_MANY_REQUESTS)
        )
    }

    /// Whether the same may succeed a little later: no connection, a broken exchange, no token for the moment, or a status
    /// of 429, 502, 503 or 504.
    #[must_use]
    pub fn is_transient(self) -> bool {
        match self {
            Self::Status(status) => matches!(status.as_u16(), 429 | 502 | 503 | 504),
            Self::NotConnected | Self::BrokeOff | Self::TimedOut | Self::NoToken => true,
        }
    }

    /// Whether the operation may be sent again after this without anything being done twice that must not be. `idempotent`
    /// is what the caller says of it. The hook and [`Error::retryable`](crate::Error::retryable) both go by this.
    pub(crate) fn may_be_repeated(self, operation: &Operation, idempotent: bool) -> bool {
        idempotent
            || self.had_no_effect()
            || matches!(operation.retry, Retry::Safe | Retry::Idempotent)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotConnected => f.write_str("no connection"),
            Self::BrokeOff => f.write_str("broke off"),
            Self::TimedOut => f.write_str("timed out"),
            Self::Status(status) => write!(f, "{}", status.as_u16()),
            Self::NoToken => f.write_str("no token"),
        }
    }
}

/// A call that failed, as a [`RetryPolicy`] sees it. Whether it is safe to send it again has been decided before.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Failed<'a> {
    /// The operation.
    pub operation: &'static Operation,
    /// How often it has been sent, from 1 on.
    pub attempts: u32,
    /// How long the call has taken so far, waits included.
    pub elapsed: Duration,
    /// How it failed this time.
    pub fault: Fault,
    /// The headers of the answer, when there was one.
    pub headers: Option<&'a HeaderMap>,
    /// How long the service asks to wait: `Retry-After`, or until `X-Rate-Limit-Reset`.
    pub asked_to_wait: Option<Duration>,
    /// The service asks not to be called again (`QoS-Retry-Hint: do-not-retry`).
    pub asked_to_stop: bool,
}

#[cfg(feature = "testing")]
impl Failed<'_> {
    /// A first attempt that failed so, for tests of a [`RetryPolicy`]. Its fields can be changed.
    #[must_use]
    pub fn new(operation: &'static Operation, fault: Fault) -> Self {
        Self {
            operation,
            attempts: 1,
            elapsed: Duration::ZERO,
            fault,
            headers: None,
            asked_to_wait: None,
            asked_to_stop: false,
        }
    }
}

/// What to do about a call that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decision {
    /// Send it again after this time.
    RetryAfter(Duration),
    /// Hand the failure to the caller.
    GiveUp(GaveUp),
}

/// Why a failed call was not sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GaveUp {
    /// Sending it again does not mend such a failure.
    NotTransient,
    /// It was sent as often as the policy allows.
    Attempts,
    /// The time that the policy allows would be over, or the wait is longer than it allows.
    Time,
    /// The call's deadline comes before the end of the wait.
    Deadline,
    /// The service asked not to be called again.
    AskedToStop,
    /// It may have taken effect, and to do it twice is not the same as to do it once.
    OutcomeUnknown,
    /// Too many calls of this client fail at the moment: more of them would only add load.
    Budget,
    /// Sending again is switched off.
    SwitchedOff,
}

impl fmt::Display for GaveUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotTransient => "sending it again would not help",
            Self::Attempts => "it was sent as often as the retry policy allows",
            Self::Time => "the wait is longer than the retry policy allows",
            Self::Deadline => "the wait would pass the deadline of the call",
            Self::AskedToStop => "the service asked not to be called again",
            Self::OutcomeUnknown => {
                "it may have taken effect, and a repeat could do it twice: look first"
            }
            Self::Budget => "too many calls of this client fail at the moment",
            Self::SwitchedOff => "sending again is switched off",
        })
    }
}

/// Whether and when a failed call is sent again. [`Backoff`] is the default, [`NoRetry`] switches it off.
///
/// It is asked only about failures after which a repeat is safe: the operation may be repeated by its description
/// ([`Operation::retry`]), the caller said so, the service certainly did not act ([`Fault::had_no_effect`]), or a read-back
/// found no effect.
pub trait RetryPolicy: fmt::Debug + Send + Sync + 'static {
    /// Decides about one failure.
    fn decide(&self, failed: &Failed<'_>) -> Decision;
}

/// Exponential backoff with full jitter, within a budget of attempts and time.
///
/// Repeated are answers of 429, 502, 503 and 504, exchanges without an answer, and requests for a token that failed for the
/// moment. The wait is a random time between zero
/// and 250 ms, 500 ms, 1 s and so on, 20 s at most; or what the service asks for if that is longer, plus up to a tenth and
/// at most a second so that clients do not come back together. A call is sent 4 times at most, and not again when that would be later
/// than 2 minutes after it began.
#[derive(Clone, Debug)]
pub struct Backoff {
    attempts: u32,
    total: Duration,
    base: Duration,
    cap: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            attempts: 4,
            total: Duration::from_secs(120),
            base: Duration::from_millis(250),
            cap: Duration::from_secs(20),
        }
    }
}

impl Backoff {
    /// How often a call is sent at most, the first time included. Default: 4.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// How long after its beginning a call may be sent again. Default: 2 minutes.
    #[must_use]
    pub fn total_time(mut self, total: Duration) -> Self {
        self.total = total;
        self
    }

    /// The longest first wait where the service asks for none; each further one is twice as long. Default: 250 ms.
    #[must_use]
    pub fn base(mut self, base: Duration) -> Self {
        self.base = base;
        self
    }

    /// The longest wait where the service asks for none. Default: 20 s.
    #[must_use]
    pub fn cap(mut self, cap: Duration) -> Self {
        self.cap = cap;
        self
    }

    fn wait(&self, failed: &Failed<'_>) -> Duration {
        let doublings = failed.attempts.saturating_sub(1).min(30);
        let backoff = random(self.base.saturating_mul(1 << doublings).min(self.cap));
        let Some(asked) = failed.asked_to_wait else {
            return backoff;
        };
        let jitter = (asked / 10).min(Duration::from_secs(1));
        asked.saturating_add(random(jitter)).max(backoff)
    }
}

impl RetryPolicy for Backoff {
    fn decide(&self, failed: &Failed<'_>) -> Decision {
        if !failed.fault.is_transient() {
            return Decision::GiveUp(GaveUp::NotTransient);
        }
        if failed.asked_to_stop {
            return Decision::GiveUp(GaveUp::AskedToStop);
        }
        if failed.attempts >= self.attempts {
            return Decision::GiveUp(GaveUp::Attempts);
        }
        let wait = self.wait(failed);
        if failed.elapsed.saturating_add(wait) > self.total {
            return Decision::GiveUp(GaveUp::Time);
        }
        Decision::RetryAfter(wait)
    }
}

/// Sends nothing again.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoRetry;

impl RetryPolicy for NoRetry {
    fn decide(&self, _: &Failed<'_>) -> Decision {
        Decision::GiveUp(GaveUp::SwitchedOff)
    }
}

/// A random time from zero up to this one.
fn random(most: Duration) -> Duration {
    // The longest times do not survive the way through a float.
    Duration::try_from_secs_f64(most.as_secs_f64() * fastrand::f64()).unwrap_or(most)
}
