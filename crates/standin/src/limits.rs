//! Rate limits: how many requests a caller has in a window, and how many there may be at once.

use crate::auth::Caller;
use crate::host::Arrival;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Which limits a stand-in has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Limits {
    /// A million requests a minute in every bucket, so that nobody is held up who does not want to be. The headers are
    /// sent, and count.
    #[default]
    Generous,
    /// The numbers that the vendor has published, where it has.
    Published,
    /// These, in every bucket.
    Fixed {
        /// How many requests a caller has in a window.
        requests: u32,
        /// How long a window is; at least a second.
        per: Duration,
    },
}

/// A published limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The calls that are counted together.
    pub bucket: String,
    /// How many a window has; `None` when that is not published.
    pub requests: Option<u32>,
    /// Seconds that a window lasts.
    pub per: u32,
}

/// Where a caller stands in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// How many requests the window has; 0 when too many came at once.
    pub limit: u32,
    /// How many are left.
    pub remaining: u32,
    /// When the next window begins: a whole second.
    pub reset: DateTime<Utc>,
}

/// Counts requests.
#[derive(Debug)]
pub(crate) struct Limiter {
    limits: Limits,
    at_once: u32,
    inside: AtomicU32,
    /// By caller, then by bucket.
    windows: Mutex<HashMap<String, HashMap<String, Counted>>>,
}

#[derive(Clone, Copy, Debug)]
struct Counted {
    ends: DateTime<Utc>,
    used: u32,
}

/// A request that is being served, until it is dropped.
#[derive(Debug)]
pub(crate) struct Inside<'a> {
    limiter: &'a Limiter,
    /// Whether there are more than there may be.
    pub(crate) crowded: bool,
}

impl Rate {
    /// `x-rate-limit` as a description says it.
    pub(crate) fn read(value: &Value) -> Option<Self> {
        let number = |name| {
            let value = value.get(name).and_then(Value::as_u64);
            value.and_then(|value| u32::try_from(value).ok())
        };
        Some(Self {
            bucket: value.get("bucket")?.as_str()?.to_owned(),
            requests: number("requests"),
            per: number("per").unwrap_or(60),
        })
    }
}

impl Limiter {
    pub(crate) fn new(limits: Limits, at_once: u32) -> Self {
        Self {
            limits,
            at_once,
            inside: AtomicU32::new(0),
            windows: Mutex::default(),
        }
    }

    /// Counts a request that begins.
    pub(crate) fn enter(&self) -> Inside<'_> {
        let before = self.inside.fetch_add(1, Ordering::Relaxed);
        Inside {
            limiter: self,
            crowded: before >= self.at_once,
        }
    }

    /// Counts a request of a caller. The error is the window that has nothing left; `None` when nothing is counted.
    pub(crate) fn take(
        &self,
        caller: &Caller,
        rate: Option<&Rate>,
        arrival: &Arrival<'_>,
    ) -> Result<Option<Window>, Window> {
        let now = arrival.now;
        if arrival.crowded {
            return Err(Window {
                limit: 0,
                remaining: 0,
                reset: whole_second(now) + TimeDelta::seconds(1),
            });
        }
        let (limit, per) = match (self.limits, rate) {
            (Limits::Generous, _) => (1_000_000, TimeDelta::minutes(1)),
            (Limits::Fixed { requests, per }, _) => {
                let seconds = i64::try_from(per.as_secs()).unwrap_or(i64::MAX).max(1);
                (
                    requests,
                    TimeDelta::try_seconds(seconds).unwrap_or(TimeDelta::MAX),
                )
            }
            (Limits::Published, Some(rate)) => match rate.requests {
                Some(requests) => (requests, TimeDelta::seconds(rate.per.into())),
                None => return Ok(None),
            },
            (Limits::Published, None) => return Ok(None),
        };
        let bucket = rate.map_or("", |rate| &*rate.bucket);
        let caller = caller.client.as_deref().unwrap_or(&caller.principal);
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let buckets = match windows.get_mut(caller) {
            Some(buckets) => buckets,
            None => windows.entry(caller.to_owned()).or_default(),
        };
        let fresh = Counted {
            ends: whole_second(now).checked_add_signed(per).unwrap_or(now),
            used: 0,
        };
        let counted = match buckets.get_mut(bucket) {
            Some(counted) => counted,
            None => buckets.entry(bucket.to_owned()).or_insert(fresh),
        };
        if counted.ends <= now {
            *counted = fresh;
        }
        counted.used = counted.used.saturating_add(1);
        let window = Window {
            limit,
            remaining: limit.saturating_sub(counted.used),
            reset: counted.ends,
        };
        if counted.used > limit {
            Err(window)
        } else {
            Ok(Some(window))
        }
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.limiter.inside.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The beginning of the next second, or the time itself when it is one.
fn whole_second(time: DateTime<Utc>) -> DateTime<Utc> {
    let floor = DateTime::from_timestamp(time.timestamp(), 0).unwrap_or(time);
    if floor == time {
        time
    } else {
        floor + TimeDelta::seconds(1)
    }
}
