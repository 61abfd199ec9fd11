//! Rate limits, learned from what a service says of them.

use crate::advice::Window;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Calls slow down when this part of a window's requests is left: one of so many.
const SLOW_BELOW: u64 = 10;

/// What is known of the rate limits of services, to wait before a 429 instead of after it.
///
/// Each rate limit is one bucket: an origin (scheme, host, port) and the name that the operation's description gives it.
/// What is left of it is learned from `X-Rate-Limit-Limit`, `-Remaining` and `-Reset`; calls that are under way count as
/// made. While more than a tenth of the window's requests is left, calls go at once; below that they are spread evenly over
/// the rest of the window, and when none is left they wait for the next one. After a 429 that names a time, all calls of
/// the bucket wait for it. A service that sends no such headers is never waited for.
///
/// Cloning shares what is known. Clients share it with their clones, and with each other when given the same one.
#[derive(Clone, Default)]
pub struct Limiter(Arc<Mutex<Buckets>>);

type Buckets = HashMap<Key, Arc<Mutex<Bucket>>>;

type Key = (Arc<str>, &'static str);

#[derive(Debug, Default)]
struct Bucket {
    window: Option<Known>,
    in_flight: u64,
    blocked_until: Option<Instant>,
}

#[derive(Debug)]
struct Known {
    limit: u64,
    remaining: u64,
    reset: u64,
    resets_at: Instant,
    /// The earliest time for the next call while calls are spread out.
    next_at: Instant,
}

/// When a call may go.
pub(crate) enum Turn {
    /// At this time, which may have passed. The place is taken until the permit is dropped.
    At(Instant, Permit),
    /// Not before this time; ask again then.
    NotBefore(Instant),
}

/// One call's place in a bucket.
pub(crate) struct Permit(Arc<Mutex<Bucket>>);

impl Drop for Permit {
    fn drop(&mut self) {
        let mut bucket = locked(&self.0);
        bucket.in_flight = bucket.in_flight.saturating_sub(1);
    }
}

/// Every change is whole by itself, so what a panicking thread left behind is fine.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Limiter {
    /// A limiter that knows nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks for the turn of one call.
    pub(crate) fn turn(&self, origin: &Arc<str>, bucket: &'static str, now: Instant) -> Turn {
        let key = (Arc::clone(origin), bucket);
        let shared = Arc::clone(locked(&self.0).entry(key).or_default());
        let mut bucket = locked(&shared);
        if let Some(until) = bucket.blocked_until.filter(|until| *until > now) {
            return Turn::NotBefore(until);
        }
        bucket.blocked_until = None;
        let mut at = now;
        if let Some(known) = bucket.window.as_mut().filter(|known| known.resets_at > now) {
            if known.remaining == 0 {
                return Turn::NotBefore(known.resets_at);
            }
            if known.remaining.saturating_mul(SLOW_BELOW) <= known.limit {
                at = known.next_at.max(now);
                let rest = known.resets_at.saturating_duration_since(at);
                let share = u32::try_from(known.remaining).unwrap_or(u32::MAX);
                known.next_at = at + rest / share;
            }
            known.remaining -= 1;
        }
        bucket.in_flight += 1;
        drop(bucket);
        Turn::At(at, Permit(shared))
    }
}

impl Permit {
    /// Learns from the answer to the call.
    pub(crate) fn answered(&self, window: Window, now: Instant) {
        // A limit of zero is how Okta answers too many calls at once: it says nothing of the bucket.
        if window.limit == 0 {
            return;
        }
        let mut bucket = locked(&self.0);
        // This call is still counted among those in flight.
        let others = bucket.in_flight.saturating_sub(1);
        match &mut bucket.window {
            // Answers overtake each other; the lowest number is the latest.
            Some(known) if known.reset == window.reset => {
                known.limit = window.limit;
                known.remaining = known.remaining.min(window.remaining);
            }
            Some(known) if known.reset > window.reset && known.resets_at > now => {}
            known => {
                *known = Some(Known {
                    limit: window.limit,
                    remaining: window.remaining.saturating_sub(others),
                    reset: window.reset,
                    resets_at: now + window.resets_in.min(LONGEST),
                    next_at: now,
                });
            }
        }
    }

    /// The call was turned away with 429 and told how long to wait: nobody else needs to find out.
    pub(crate) fn refused(&self, wait: Duration, now: Instant) {
        let mut bucket = locked(&self.0);
        let until = now + wait.min(LONGEST);
        bucket.blocked_until = bucket.blocked_until.max(Some(until));
    }
}

/// No answer can make a client wait for longer: a typing error in a header is not to stop it for a year.
const LONGEST: Duration = Duration::from_secs(3600);

impl fmt::Debug for Limiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(locked(&self.0).iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(limit: u64, remaining: u64, reset: u64, resets_in: u64) -> Window {
        Window {
            limit,
            remaining,
            reset,
            resets_in: Duration::from_secs(resets_in),
        }
    }

    struct At {
        limiter: Limiter,
        origin: Arc<str>,
        start: Instant,
    }

    impl At {
        fn new() -> Self {
            Self {
                limiter: Limiter::new(),
                origin: "https://example.com:443".into(),
                start: Instant::now(),
            }
        }

        /// The second at which a call that asks at this second may go, and its permit.
        fn turn(&self, second: u64) -> (u64, Option<Permit>) {
            let now = self.start + Duration::from_secs(second);
            let since = |at: Instant| at.duration_since(self.start).as_secs();
            match self.limiter.turn(&self.origin, "api", now) {
                Turn::At(at, permit) => (since(at), Some(permit)),
                Turn::NotBefore(at) => (since(at), None),
            }
        }

        fn answer(&self, second: u64, window: Window) {
            let (_, permit) = self.turn(second);
            let now = self.start + Duration::from_secs(second);
            permit.unwrap().answered(window, now);
        }
    }

    #[test]
    fn goes_at_once_while_plenty_is_left() {
        let at = At::new();
        at.answer(0, window(600, 599, 1000, 60));
        for _ in 0..500 {
            assert_eq!(at.turn(1).0, 1);
        }
    }

    #[test]
    fn spreads_the_last_tenth_over_the_rest_of_the_window() {
        let at = At::new();
        at.answer(0, window(100, 6, 1000, 60));
        let turns: Vec<_> = (0..6).map(|_| at.turn(0)).collect();
        let seconds: Vec<_> = turns.iter().map(|(second, _)| *second).collect();
        assert_eq!(seconds, [0, 10, 20, 30, 40, 50]);
        let (until, permit) = at.turn(0);
        assert_eq!((until, permit.is_none()), (60, true));
        assert_eq!(at.turn(60).0, 60);
    }

    #[test]
    fn counts_what_is_under_way() {
        let at = At::new();
        let waiting: Vec<_> = (0..3).map(|_| at.turn(0)).collect();
        // The service has not seen the other three yet.
        at.answer(0, window(10, 3, 1000, 60));
        assert_eq!(at.turn(0).0, 60);
        drop(waiting);
    }

    #[test]
    fn late_answers_of_an_older_window_change_nothing() {
        let at = At::new();
        at.answer(0, window(100, 90, 2000, 60));
        at.answer(0, window(100, 0, 1940, 0));
        assert_eq!(at.turn(1).0, 1);
        // And the lowest number of one window counts.
        at.answer(1, window(100, 0, 2000, 59));
        at.answer_refused_by_window(2);
    }

    impl At {
        fn answer_refused_by_window(&self, second: u64) {
            let (until, permit) = self.turn(second);
            assert_eq!((until, permit.is_none()), (60, true));
        }
    }

    #[test]
    fn all_wait_after_a_429() {
        let at = At::new();
        let (_, permit) = at.turn(0);
        permit.unwrap().refused(Duration::from_secs(30), at.start);
        assert_eq!(at.turn(1).0, 30);
        assert_eq!(at.turn(30).0, 30);
        let (_, permit) = at.turn(30);
        permit
            .unwrap()
            .refused(Duration::from_secs(u64::MAX), at.start);
        assert_eq!(at.turn(31).0, 3600);
    }

    #[test]
    fn too_many_at_once_is_not_an_empty_bucket() {
        let at = At::new();
        at.answer(0, window(0, 0, 1000, 60));
        assert_eq!(at.turn(1).0, 1);
    }
}
