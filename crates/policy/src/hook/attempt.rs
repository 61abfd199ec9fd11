//! Sending once, and the time that a call has.

use super::{Run, trace};
use crate::retry::Fault;
use crate::summary::{Attempt, Outcome};
use rolecall_auth::Clock;
use rolecall_client::HookError;
use rolecall_client::reqwest::{Request, Response};
use rolecall_client::{RateLimitWindow, RetryHints};
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

/// The time that a call has.
pub(super) struct Times<'a> {
    clock: &'a dyn Clock,
    start: Instant,
    overall: Duration,
}

impl<'a> Times<'a> {
    pub(super) fn new(clock: &'a dyn Clock, overall: Duration) -> Self {
        Self {
            clock,
            start: clock.now(),
            overall,
        }
    }

    pub(super) fn now(&self) -> Instant {
        self.clock.now()
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.now().saturating_duration_since(self.start)
    }

    /// What is left until the deadline.
    pub(super) fn left(&self) -> Duration {
        self.left_at(self.now())
    }

    fn left_at(&self, now: Instant) -> Duration {
        self.overall
            .saturating_sub(now.saturating_duration_since(self.start))
    }

    pub(super) async fn sleep(&self, wait: Duration) {
        if !wait.is_zero() {
            self.clock.sleep(wait).await;
        }
    }

    /// Waits for something, until the deadline. What it waits for takes time of its own, so the timer is tokio's.
    pub(super) async fn limited<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        let mut future = pin!(future);
        // What is there already, such as a token in memory, needs no timer.
        let first = poll_fn(|context| Poll::Ready(future.as_mut().poll(context)));
        match first.await {
            Poll::Ready(value) => Some(value),
            Poll::Pending => tokio::time::timeout(self.left(), future).await.ok(),
        }
    }
}

/// What came of sending once.
pub(super) struct Sent {
    pub(super) result: Result<Response, HookError>,
    /// How it failed; `None` for an answer that is no failure, or that no repeat can change.
    pub(super) fault: Option<Fault>,
    pub(super) advice: RetryHints,
    pub(super) window: Option<RateLimitWindow>,
    /// When the answer was there, or the failure.
    pub(super) end: Instant,
}

impl Run<'_> {
    /// Sends the request once, within the time of an attempt and what is left of the whole.
    pub(super) async fn send(&mut self, mut request: Request, waited: Duration) -> Sent {
        let settings = &self.policy.shared.settings;
        let options = &self.policy.options;
        let attempt = options.attempt_timeout.unwrap_or(settings.timeouts.attempt);
        let start = self.times.now();
        *request.timeout_mut() = Some(attempt.min(self.times.left_at(start)));
        let result = self.next.send_whole(request).await;
        let end = self.times.now();
        let took = end.saturating_duration_since(start);
        let (outcome, fault) = match &result {
            Ok(response) => {
                let status = response.status();
                let failed = status.is_server_error() || status.as_u16() == 429;
                (
                    Outcome::Answered(status),
                    failed.then_some(Fault::Status(status)),
                )
            }
            Err(HookError::Transport(error)) => {
                let fault = Fault::of(error);
                (Outcome::Failed(fault), Some(fault))
            }
            Err(HookError::BodyTooLarge(_)) => (Outcome::TooLarge, None),
            Err(HookError::Redirect(redirect)) => (Outcome::Answered(redirect.status), None),
            // By the network hook.
            Err(_) => (Outcome::Refused, None),
        };
        let attempt = Attempt {
            waited,
            took,
            outcome,
        };
        trace::attempt(self.operation, self.summary.attempts.len(), &attempt);
        self.summary.attempts.push(attempt);
        let mut sent = Sent {
            result,
            fault,
            advice: RetryHints::default(),
            window: None,
            end,
        };
        if let Ok(response) = &sent.result {
            let local = || settings.clock.time_of_day();
            let headers = response.headers();
            sent.window = RateLimitWindow::of(headers, local);
            if fault.is_some() {
                sent.advice = RetryHints::of(response.status(), headers, local);
            }
        }
        sent
    }
}
