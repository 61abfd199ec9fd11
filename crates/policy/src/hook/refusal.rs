//! Why the hook sent nothing.

use rolecall_client::Operation;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

/// Why the hook sent nothing, or nothing more.
#[derive(Debug)]
pub(crate) enum Refused {
    /// The operation does more than it says, and nobody said that it may.
    Hazard(&'static Operation),
    /// The rate limit has nothing left for longer than the call may take.
    RateLimit {
        bucket: &'static str,
        wait: Duration,
    },
    /// The deadline came while waiting for this.
    Deadline(&'static str),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hazard(operation) => write!(
                f,
                "it is hazardous and was not allowed: {} Allow it with `CallOptions::allow_hazard(\"{}\")`",
                operation.hazard.unwrap_or_default(),
                operation.id
            ),
            Self::RateLimit { bucket, wait } => write!(
                f,
                "the rate limit `{bucket}` is used up for another {:.0} s, which is longer than the call may take",
                wait.as_secs_f64()
            ),
            Self::Deadline(what) => write!(f, "the deadline came while it waited for {what}"),
        }
    }
}

impl StdError for Refused {}
