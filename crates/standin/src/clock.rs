//! The time of a stand-in: the system's, moved by an offset, or standing still.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A clock that tests can move. Clones show the same time.
#[derive(Clone, Debug, Default)]
pub struct Clock(Arc<Mutex<Time>>);

/// How a clock is moved.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Time {
    frozen: Option<DateTime<Utc>>,
    #[serde(with = "milliseconds")]
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

    pub(crate) fn moved(&self) -> Time {
        self.time().clone()
    }

    pub(crate) fn go_on(&self, from: Time) {
        *self.time() = from;
    }

    fn time(&self) -> MutexGuard<'_, Time> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

mod milliseconds {
    use chrono::TimeDelta;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(delta: &TimeDelta, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_i64(delta.num_milliseconds())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<TimeDelta, D::Error> {
        i64::deserialize(from).map(|millis| TimeDelta::try_milliseconds(millis).unwrap_or_default())
    }
}

/// A time as RFC 3339 with milliseconds, such as `2026-01-31T12:00:00.000Z`.
#[must_use]
pub fn millis(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}
