//! The time of a stand-in: the system's, moved by an offset, or standing still.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A clock that tests can move. Clones show the same time.
#[derive(Clone, Debug, Default)]
pub struct Clock(Arc<Mutex<Time>>);

#[derive(Debug, Default)]
struct Time {
    frozen: Option<DateTime<Utc>>,
    offset: TimeDelta,
}

impl Clock {
    /// What the stand-in takes for now.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        let time = self.time();
        time.frozen.unwrap_or_else(Utc::now) + time.offset
    }

    /// Moves the clock, on top of earlier moves. Negative goes back.
    pub fn advance(&self, by: TimeDelta) {
        let mut time = self.time();
        time.offset = time.offset.checked_add(&by).unwrap_or(time.offset);
    }

    /// Stops the clock: from now on only [`advance`](Self::advance) moves it.
    pub fn freeze(&self, at: DateTime<Utc>) {
        *self.time() = Time {
            frozen: Some(at),
            offset: TimeDelta::zero(),
        };
    }

    fn time(&self) -> MutexGuard<'_, Time> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A time as RFC 3339 with milliseconds, such as `2026-01-31T12:00:00.000Z`.
#[must_use]
pub fn millis(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}
