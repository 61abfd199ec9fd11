//! The time, and waiting for it to pass.

use rolecall_client::BoxFuture;
use std::fmt;
use std::time::{Duration, Instant, SystemTime};

/// The time, and waiting for it to pass. A test can put its own in the place of [`SystemClock`] and need not wait.
///
/// It decides about every wait of the retry policy and of the limiter. How long the network may take is always measured by
/// tokio.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// A time that never goes back.
    fn now(&self) -> Instant;

    /// The time of day, for answers that name one without saying what time it was for them.
    fn time_of_day(&self) -> SystemTime;

    /// Waits.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
}

/// The clock of the operating system and the timers of tokio.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        // tokio's, so that its paused time in tests holds here too.
        tokio::time::Instant::now().into_std()
    }

    fn time_of_day(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}
