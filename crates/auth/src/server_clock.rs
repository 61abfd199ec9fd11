//! What time it is, here and at a server.

use crate::{Clock, SystemClock};
use rolecall_client::HeaderMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime};

/// A difference of less than this is the time that an answer took, not a clock that is off.
const NOISE_SECONDS: i64 = 30;
/// A server whose clock is off by more than this says something else than the time.
const MOST_SECONDS: i64 = 30 * 24 * 60 * 60;

/// The time of day, by the clock that was chosen. Cloning shares it.
#[derive(Clone, Debug)]
pub(crate) struct TimeOfDay(Arc<dyn Clock>);

impl TimeOfDay {
    pub(crate) fn of(clock: impl Clock) -> Self {
        Self(Arc::new(clock))
    }

    pub(crate) fn now(&self) -> SystemTime {
        self.0.time_of_day()
    }

    /// A time that never goes back.
    pub(crate) fn instant(&self) -> Instant {
        self.0.now()
    }

    pub(crate) async fn sleep(&self, duration: Duration) {
        self.0.sleep(duration).await;
    }
}

impl Default for TimeOfDay {
    fn default() -> Self {
        Self::of(SystemClock)
    }
}

/// How far a server's clock is ahead of the local one, learnt from the `Date` of its answers. What a client signs is judged
/// by the server's clock, so that is what goes into it.
#[derive(Debug, Default)]
pub(crate) struct ServerClock(AtomicI64);

impl ServerClock {
    /// How far the server's clock is believed to be ahead, in seconds.
    pub(crate) fn ahead(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    /// The server's time in seconds since 1970, given how far its clock is [`ahead`](Self::ahead).
    pub(crate) fn seconds(clock: &TimeOfDay, ahead: i64) -> i64 {
        seconds(clock.now()).saturating_add(ahead)
    }

    /// Learns from a response. Whether `believed`, by which the request was dated, was wrong enough to have mattered. It is
    /// not compared with what is believed by now: a request beside this one may have learned the same meanwhile.
    pub(crate) fn learn(&self, clock: &TimeOfDay, headers: &HeaderMap, believed: i64) -> bool {
        let date = headers.get(http::header::DATE);
        let date = date.and_then(|value| httpdate::parse_http_date(value.to_str().ok()?).ok());
        let Some(date) = date else {
            return false;
        };
        let ahead = seconds(date).saturating_sub(seconds(clock.now()));
        let ahead = match ahead.saturating_abs() {
            0..NOISE_SECONDS => 0,
            far if far > MOST_SECONDS => return false,
            _ => ahead,
        };
        self.0.store(ahead, Ordering::Relaxed);
        ahead.saturating_sub(believed).saturating_abs() >= NOISE_SECONDS
    }
}

fn seconds(time: SystemTime) -> i64 {
    let since =
        |from: SystemTime, to: SystemTime| to.duration_since(from).unwrap_or(Duration::ZERO);
    let after = since(SystemTime::UNIX_EPOCH, time).as_secs();
    let before = since(time, SystemTime::UNIX_EPOCH).as_secs();
    let whole = |seconds| i64::try_from(seconds).unwrap_or(i64::MAX);
    whole(after).saturating_sub(whole(before))
}
