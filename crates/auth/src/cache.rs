//! Tokens in memory: renewed early, once for everyone who waits, and not too often when that fails.

use super::server_clock::TimeOfDay;
use super::{Error, ErrorKind, Scopes, Token, TokenId};
use rolecall_client::BoxFuture;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::sync::watch;

/// How long before its end a token is renewed, unless that is more than a fifth of its life.
const EARLY: Duration = Duration::from_secs(60);
/// The first wait after a failure, and the longest.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// A token that replaced a refused one is not replaced again when it is refused within this time: it is not the token.
const NEW: Duration = Duration::from_secs(5);

/// What a token is kept under.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) scopes: Scopes,
    pub(crate) audience: Option<String>,
}

/// Gets one token over the network.
pub(crate) trait Fetch: Send + Sync + 'static {
    /// Gets a token. `refused` is the one that may not be given again.
    fn fetch(&self, key: Key, refused: Option<TokenId>)
    -> BoxFuture<'static, Result<Token, Error>>;
}

/// Tokens by [`Key`].
///
/// - A token is renewed a minute before its end (a fifth of its life before, if that is less) and up to half as much earlier
///   at random, so that many processes do not renew at once. Until it has ended, callers get it while it is being renewed.
/// - There is one renewal at a time for a key. It runs in a task of its own: no caller can stop it by going away.
/// - After a failure the next attempt waits, 1 s at first and up to 60 s, or as long as the server says. Until then callers
///   get the failure.
/// - A token that a service refused is kept until there is another one: a refusal can be about a permission, and then the
///   token is as good as before.
pub(crate) struct Cache<F> {
    fetch: F,
    clock: TimeOfDay,
    slots: Mutex<HashMap<Key, Arc<Slot>>>,
}

#[derive(Default)]
struct Slot(Mutex<State>);

#[derive(Default)]
struct State {
    held: Option<Held>,
    running: Option<watch::Receiver<Outcome>>,
    failure: Option<Failure>,
}

type Outcome = Option<Result<Token, Error>>;

struct Held {
    token: Token,
    renew_at: Option<SystemTime>,
    /// When it replaced a refused one.
    replaced_at: Option<SystemTime>,
}

struct Failure {
    error: Error,
    in_a_row: u32,
    until: SystemTime,
}

impl Slot {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<F: Fetch> Cache<F> {
    pub(crate) fn new(fetch: F, clock: TimeOfDay) -> Self {
        Self {
            fetch,
            clock,
            slots: Mutex::default(),
        }
    }

    /// A token, from memory where there is a good one.
    pub(crate) async fn get(&self, key: Key, refused: Option<TokenId>) -> Result<Token, Error> {
        let runtime = tokio::runtime::Handle::try_current().map_err(|_| {
            let what = "a token was asked for outside of a Tokio runtime";
            Error::new(ErrorKind::Configuration, what)
                .with_advice("run the call on a Tokio runtime")
        })?;
        let slot = self.slot(&key);
        let mut task = None;
        let next = {
            let mut state = slot.state();
            let now = self.clock.now();
            let good = state
                .held
                .as_ref()
                .filter(|held| !held.token.ends_before(now) && refused != Some(held.token.id()));
            if let Some(held) = good {
                let token = held.token.clone();
                let due = held.renew_at.is_some_and(|at| at <= now);
                if due && state.running.is_none() && state.waits(now).is_none() {
                    task = Some(self.start(&slot, &mut state, key, None).1);
                }
                Ok(token)
            } else {
                Err(match &state.running {
                    Some(running) => running.clone(),
                    None => {
                        if let Some(error) = state.waits(now) {
                            return Err(error);
                        }
                        let (receiver, started) = self.start(&slot, &mut state, key, refused);
                        task = Some(started);
                        receiver
                    }
                })
            }
        };
        // Only now that the lock is free: a runtime that is shutting down drops the task on the spot, and the task's end
        // takes the lock.
        if let Some(task) = task {
            runtime.spawn(task);
        }
        let mut running = match next {
            Ok(token) => return Ok(token),
            Err(running) => running,
        };
        let outcome = running.wait_for(Option::is_some).await;
        match outcome.as_deref() {
            Ok(Some(outcome)) => outcome.clone(),
            _ => Err(Error::new(
                ErrorKind::Transport,
                "getting a token was given up, for the runtime that it ran on has ended",
            )),
        }
    }

    /// Whether another token than this one, which was refused, could be had.
    pub(crate) fn renewable(&self, refused: &Token) -> bool {
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        !slots.values().any(|slot| {
            let state = slot.state();
            let held = state
                .held
                .as_ref()
                .filter(|held| held.token.id() == refused.id());
            let replaced_at = held.and_then(|held| held.replaced_at);
            replaced_at.is_some_and(|at| now.duration_since(at).is_ok_and(|age| age < NEW))
        })
    }

    /// Takes a token that came in another way, such as by signing in, and forgets failures.
    pub(crate) fn put(&self, key: &Key, token: Token) {
        let slot = self.slot(key);
        let mut state = slot.state();
        state.failure = None;
        state.held = Some(Held::new(token, self.clock.now(), None));
    }

    /// Forgets every token, those included that are on their way.
    pub(crate) fn clear(&self) {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.clear();
    }

    fn slot(&self, key: &Key) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        match slots.get(key) {
            Some(slot) => slot.clone(),
            None => slots.entry(key.clone()).or_default().clone(),
        }
    }

    /// Marks the slot as being renewed. The task that does it is the caller's to spawn, once the slot's lock is free.
    fn start(
        &self,
        slot: &Arc<Slot>,
        state: &mut State,
        key: Key,
        refused: Option<TokenId>,
    ) -> (watch::Receiver<Outcome>, BoxFuture<'static, ()>) {
        let (sender, receiver) = watch::channel(None);
        state.running = Some(receiver.clone());
        let fetching = self.fetch.fetch(key, refused);
        let running = Running(slot.clone());
        let clock = self.clock.clone();
        let task = Box::pin(async move {
            // When the runtime ends, this is dropped wherever it stands, and no longer counts as running.
            let running = running;
            let outcome = fetching.await;
            running
                .0
                .state()
                .finish(&outcome, &clock, refused.is_some());
            drop(running);
            let _ = sender.send(Some(outcome));
        });
        (receiver, task)
    }
}

struct Running(Arc<Slot>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.state().running = None;
    }
}

impl State {
    /// The failure that is still being waited out.
    fn waits(&self, now: SystemTime) -> Option<Error> {
        let failure = self.failure.as_ref()?;
        let left = failure.until.duration_since(now).ok()?;
        if left.is_zero() || left > LONGEST_WAIT * 10 {
            // The second: the clock was turned back since.
            return None;
        }
        let what = format!("no token: the last attempt failed ({})", failure.error);
        Some(
            Error::new(ErrorKind::BackingOff, what)
                .with_retry_after(left)
                .with_source(failure.error.clone()),
        )
    }

    fn finish(&mut self, outcome: &Result<Token, Error>, clock: &TimeOfDay, replaces: bool) {
        let now = clock.now();
        match outcome {
            Ok(token) => {
                self.failure = None;
                self.held = Some(Held::new(token.clone(), now, replaces.then_some(now)));
            }
            Err(error) => {
                let in_a_row = self.failure.as_ref().map_or(0, |last| last.in_a_row) + 1;
                let wait = FIRST_WAIT.saturating_mul(1 << (in_a_row - 1).min(6));
                let wait = wait.min(LONGEST_WAIT).mul_f64(0.5 + fastrand::f64() / 2.0);
                let asked = error
                    .retry_after()
                    .unwrap_or_default()
                    .min(LONGEST_WAIT * 10);
                tracing::warn!(error = %error, attempt = in_a_row, "no token");
                self.failure = Some(Failure {
                    error: error.clone(),
                    in_a_row,
                    until: now + wait.max(asked),
                });
            }
        }
    }
}

impl Held {
    fn new(token: Token, now: SystemTime, replaced_at: Option<SystemTime>) -> Self {
        let renew_at = token.expires_at().map(|end| {
            let life = end.duration_since(now).unwrap_or_default();
            let early = EARLY.min(life / 5);
            let early = early + early.mul_f64(fastrand::f64() / 2.0);
            end.checked_sub(early).unwrap_or(end)
        });
        Self {
            token,
            renew_at,
            replaced_at,
        }
    }
}

impl<F> fmt::Debug for Cache<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").finish_non_exhaustive()
    }
}
