//! Rate limits, learned from what a service says of them.

use rolecall_client::RateLimitWindow;
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
/// A call that is cancelled, or refused before it is sent, gives back what it took.
///
/// Cloning shares what is known. Clients share it with their clones, and with each other when given the same one.
#[derive(Clone, Default)]
pub struct Limiter {
    buckets: Arc<Mutex<Buckets>>,
    /// What is left to others, as a part of each limit: between 0 and 1.
    kept_back: f64,
}

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
    /// What is left when everything that is under way or waiting has been sent.
    remaining: u64,
    /// What was left by the lowest word of the service.
    told: u64,
    reset: u64,
    resets_at: Instant,
    /// The earliest time for the next call while calls are spread out.
    next_at: Instant,
    /// Times before that which calls were given and did not use.
    given_back: Vec<Instant>,
}

impl Known {
    /// A time for one call, when so many are free for the rest of the window.
    fn slot(&mut self, now: Instant, free: u64) -> Instant {
        self.given_back.retain(|slot| *slot > now);
        let earliest = (0..self.given_back.len()).min_by_key(|at| self.given_back[*at]);
        if let Some(at) = earliest {
            return self.given_back.swap_remove(at);
        }
        let at = self.next_at.max(now);
        let rest = self.resets_at.saturating_duration_since(at);
        let share = u32::try_from(free).unwrap_or(u32::MAX).max(1);
        self.next_at = at + rest / share;
        at
    }
}

/// When a call may go.
pub(crate) enum Turn {
    /// At this time, which may have passed. The place is taken until the permit is dropped.
    At(Instant, Permit),
    /// Not before this time; ask again then.
    NotBefore(Instant),
}

/// One call's place in a bucket.
pub(crate) struct Permit {
    bucket: Arc<Mutex<Bucket>>,
    kept_back: f64,
    /// The window that it counts against, and its time where calls are spread out, until it is sent.
    unsent: Option<(u64, Option<Instant>)>,
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut bucket = locked(&self.bucket);
        bucket.in_flight = bucket.in_flight.saturating_sub(1);
        let Some((reset, slot)) = self.unsent else {
            return;
        };
        if let Some(known) = bucket.window.as_mut().filter(|known| known.reset == reset) {
            known.remaining = known.remaining.saturating_add(1).min(known.told);
            known.given_back.extend(slot);
        }
    }
}

/// Every change is whole by itself, so what a panicking thread left behind is fine.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How many requests of a limit are left to others.
fn kept(kept_back: f64, limit: u64) -> u64 {
    // A limit has far fewer digits than a float.
    (limit as f64 * kept_back).ceil() as u64
}

impl Limiter {
    /// A limiter that knows nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same limiter, which uses this part of every rate limit and leaves the rest to the other programs of the
    /// organization: with 0.5, calls wait for the next window when half of the requests of this one are left. What is known
    /// is shared with the limiter that this is called on. What is no number from 0 to 1 means the whole.
    ///
    /// ```
    /// let half = rolecall_policy::Limiter::new().share(0.5);
    /// ```
    #[must_use]
    pub fn share(&self, part: f64) -> Self {
        let part = if (0.0..=1.0).contains(&part) {
            part
        } else {
            1.0
        };
        Self {
            buckets: Arc::clone(&self.buckets),
            kept_back: 1.0 - part,
        }
    }

    /// Asks for the turn of one call.
    pub(crate) fn turn(&self, origin: &Arc<str>, bucket: &'static str, now: Instant) -> Turn {
        let key = (Arc::clone(origin), bucket);
        let shared = Arc::clone(locked(&self.buckets).entry(key).or_default());
        let mut bucket = locked(&shared);
        if let Some(until) = bucket.blocked_until.filter(|until| *until > now) {
            return Turn::NotBefore(until);
        }
        bucket.blocked_until = None;
        let (mut at, mut unsent) = (now, None);
        if let Some(known) = bucket.window.as_mut().filter(|known| known.resets_at > now) {
            let kept = kept(self.kept_back, known.limit);
            let free = known.remaining.saturating_sub(kept);
            if free == 0 {
                return Turn::NotBefore(known.resets_at);
            }
            let ours = known.limit.saturating_sub(kept);
            let slot = (free.saturating_mul(SLOW_BELOW) <= ours).then(|| known.slot(now, free));
            at = slot.unwrap_or(now);
            known.remaining -= 1;
            unsent = Some((known.reset, slot));
        }
        bucket.in_flight += 1;
        drop(bucket);
        let permit = Permit {
            bucket: shared,
            kept_back: self.kept_back,
            unsent,
        };
        Turn::At(at, permit)
    }
}

impl Permit {
    /// Whether the service has said since, to others, that there is nothing left.
    pub(crate) fn is_void(&self, now: Instant) -> bool {
        let bucket = locked(&self.bucket);
        let used_up = |known: &Known| {
            known.resets_at > now && known.told <= kept(self.kept_back, known.limit)
        };
        bucket.blocked_until.is_some_and(|until| until > now)
            || bucket.window.as_ref().is_some_and(used_up)
    }

    /// The call is sent now: the service counts it.
    pub(crate) fn sent(&mut self) {
        self.unsent = None;
    }

    /// Learns from the answer to the call.
    pub(crate) fn answered(&self, window: RateLimitWindow, now: Instant) {
        // A limit of zero is how some services answer too many calls at once: it says nothing of the bucket.
        if window.limit == 0 {
            return;
        }
        let mut bucket = locked(&self.bucket);
        // This call is still counted among those in flight.
        let others = bucket.in_flight.saturating_sub(1);
        match &mut bucket.window {
            // Answers overtake each other; the lowest number is the latest.
            Some(known) if known.reset == window.reset => {
                known.limit = window.limit;
                known.remaining = known.remaining.min(window.remaining);
                known.told = known.told.min(window.remaining);
            }
            Some(known) if known.reset > window.reset && known.resets_at > now => {}
            known => {
                *known = Some(Known {
                    limit: window.limit,
                    remaining: window.remaining.saturating_sub(others),
                    told: window.remaining,
                    reset: window.reset,
                    resets_at: now + window.resets_in.min(LONGEST),
                    next_at: now,
                    given_back: Vec::new(),
                });
            }
        }
    }

    /// The call was turned away with 429 and told how long to wait: nobody else needs to find out.
    pub(crate) fn refused(&self, wait: Duration, now: Instant) {
        let mut bucket = locked(&self.bucket);
        let until = now + wait.min(LONGEST);
        bucket.blocked_until = bucket.blocked_until.max(Some(until));
    }
}

/// No answer can make a client wait for longer: a typing error in a header is not to stop it for a year.
const LONGEST: Duration = Duration::from_secs(3600);

impl fmt::Debug for Limiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(locked(&self.buckets).iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn window(limit: u64, remaining: u64, reset: u64, resets_in: u64) -> RateLimitWindow {
        RateLimitWindow {
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

        fn answer(&self, second: u64, window: RateLimitWindow) {
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

    /// What a call that is given up took is there for the next.
    #[test]
    fn gives_back_what_was_not_sent() {
        let at = At::new();
        at.answer(0, window(100, 6, 1000, 60));
        let dropped: Vec<_> = (0..6).map(|_| at.turn(0)).collect();
        assert_eq!(at.turn(0).0, 60);
        drop(dropped);
        let seconds: Vec<_> = (0..6).map(|_| at.sent(1)).collect();
        assert_eq!(seconds, [10, 20, 30, 40, 50, 60]);
        assert_eq!(at.turn(1).0, 60);
        // What was sent is not given back, and what the service did not grant neither.
        at.answer_refused_by_window(2);
    }

    #[test]
    fn a_permit_is_void_once_the_service_has_said_so() {
        let at = At::new();
        at.answer(0, window(100, 90, 1000, 60));
        let (_, waiting) = at.turn(0);
        let waiting = waiting.unwrap();
        assert!(!waiting.is_void(at.start));
        at.answer(0, window(100, 0, 1000, 60));
        assert!(waiting.is_void(at.start));
        assert!(!waiting.is_void(at.start + Duration::from_secs(60)));
        drop(waiting);
        at.answer_refused_by_window(1);
        let at = At::new();
        let (_, waiting) = at.turn(0);
        let (_, refused) = at.turn(0);
        refused.unwrap().refused(Duration::from_secs(4), at.start);
        assert!(waiting.unwrap().is_void(at.start + Duration::from_secs(3)));
    }

    #[test]
    fn a_share_leaves_the_rest_to_others() {
        let mut at = At::new();
        at.limiter = at.limiter.share(0.5);
        at.answer(0, window(100, 60, 1000, 60));
        let went = (0..100).take_while(|_| at.sent(0) < 60).count();
        // Half of the window's hundred, and ten are left of it; the last five of them are spread out.
        assert_eq!(went, 10);
        assert_eq!(Limiter::new().share(f64::NAN).kept_back, 0.0);
        assert_eq!(Limiter::new().share(7.0).kept_back, 0.0);
        assert_eq!(Limiter::new().share(0.0).kept_back, 1.0);
    }

    impl At {
        /// The second of a call that is sent and whose answer says nothing.
        fn sent(&self, second: u64) -> u64 {
            let (at, permit) = self.turn(second);
            if let Some(mut permit) = permit {
                permit.sent();
            }
            at
        }
    }

    proptest! {
        /// Whatever is taken, sent, given back and answered: no more goes than the service has left.
        #[test]
        fn never_more_than_is_left(
            left in 0u64..40,
            limit in 1u64..40,
            moves in proptest::collection::vec((0u8..4, 0u64..50), 0..80),
        ) {
            let at = At::new();
            at.answer(0, window(limit, left, 1000, 60));
            let (mut held, mut sent) = (Vec::new(), 0);
            for (move_, second) in moves {
                match (move_, held.pop()) {
                    (0, None) | (1, _) => held.extend(at.turn(second).1),
                    (2, Some(permit)) => drop::<Permit>(permit),
                    (_, Some(mut permit)) if !permit.is_void(at.start) => {
                        permit.sent();
                        sent += 1;
                        permit.answered(window(limit, left - sent, 1000, 60), at.start);
                    }
                    _ => {}
                }
                prop_assert!(sent <= left, "{sent} of {left}");
            }
        }
    }
}
