//! How many repeats a client may still add to the load of a service that fails.

use std::sync::atomic::{AtomicU32, Ordering};

/// What one repeat costs, in the unit in which a success gives one back.
const REPEAT: u32 = 5;
/// A client that has not failed yet can repeat this often before a call has to succeed.
const FULL: u32 = 50 * REPEAT;

/// How many repeats a client may still add to the load of a service that fails.
///
/// A repeat takes five tokens and a call that succeeds at once puts one back. While a service is well, every failure is
/// repeated; when most calls fail, repeats dwindle to a fifth of the successes.
#[derive(Debug)]
pub(crate) struct Budget(AtomicU32);

impl Default for Budget {
    fn default() -> Self {
        Self(AtomicU32::new(FULL))
    }
}

impl Budget {
    /// Takes one repeat, if there is one left.
    pub(crate) fn take(&self) -> bool {
        let less = |tokens: u32| tokens.checked_sub(REPEAT);
        (self.0)
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less)
            .is_ok()
    }

    /// A call succeeded at once.
    pub(crate) fn succeeded(&self) {
        // A full one is the usual case, and need not be written.
        if self.0.load(Ordering::Relaxed) < FULL {
            let more = |tokens: u32| (tokens < FULL).then_some(tokens + 1);
            let _ = (self.0).fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_used_up_by_failures_and_filled_by_successes() {
        let budget = Budget::default();
        let mut repeats = 0;
        while budget.take() {
            repeats += 1;
        }
        assert_eq!(repeats, 50);
        for _ in 0..REPEAT {
            assert!(!budget.take());
            budget.succeeded();
        }
        assert!(budget.take());
        assert!(!budget.take());
        for _ in 0..10_000 {
            budget.succeeded();
        }
        assert_eq!(budget.0.into_inner(), FULL);
    }
}
