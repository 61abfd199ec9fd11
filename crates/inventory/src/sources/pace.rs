//! How many requests are under way at once.

use futures_core::Stream;
use futures_util::future::{Either, ready};
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use rolecall::rolecall_client::StatusCode;
use rolecall::{CallSummary, Outcome};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

/// How many requests of a source may be under way at once: one more after as many good responses as there may be, half as
/// many after one that the service throttled (RFC 5681, section 3.1, has the idea). The client's own limits come on top.
#[derive(Clone, Debug)]
pub(crate) struct Pace(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    now: usize,
    most: usize,
    /// Good responses since the last change.
    good: usize,
}

impl Pace {
    /// It begins with half of the most.
    pub(crate) fn new(most: usize) -> Self {
        let most = most.max(1);
        Self(Arc::new(Mutex::new(State {
            now: most.div_ceil(2),
            most,
            good: 0,
        })))
    }

    /// Learns from a call that has ended.
    pub(crate) fn learn(&self, summary: Option<&CallSummary>) {
        let Some(summary) = summary else { return };
        let throttled = summary.attempts.iter().any(|attempt| {
            matches!(
                attempt.outcome,
                Outcome::Answered(StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE)
            )
        });
        self.record(throttled);
    }

    fn record(&self, throttled: bool) {
        // Every change is whole by itself.
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if throttled {
            (state.now, state.good) = ((state.now / 2).max(1), 0);
            return;
        }
        state.good += 1;
        if state.good >= state.now && state.now < state.most {
            (state.now, state.good) = (state.now + 1, 0);
        }
    }

    fn at_once(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).now
    }

    /// Does something for each item of a stream, so many at once as the pace allows, and yields the outcomes as they come.
    /// Items are taken from the stream only when there is room for them.
    pub(crate) fn each<S, F, W>(&self, items: S, work: W) -> Each<S, F, W>
    where
        S: Stream,
        W: FnMut(S::Item) -> F,
        F: Future,
    {
        Each {
            pace: self.clone(),
            items: Some(Box::pin(items)),
            work,
            running: FuturesUnordered::new(),
        }
    }
}

impl Pace {
    /// As [`each`](Self::each), where an error of the stream is passed on.
    pub(crate) fn each_ok<T, E, F>(
        &self,
        items: impl Stream<Item = Result<T, E>>,
        mut work: impl FnMut(T) -> F,
    ) -> impl Stream<Item = Result<F::Output, E>>
    where
        F: Future,
    {
        self.each(items, move |item| match item {
            Ok(item) => Either::Left(work(item).map(Ok)),
            Err(error) => Either::Right(ready(Err(error))),
        })
    }
}

/// See [`Pace::each`].
pub(crate) struct Each<S, F, W> {
    pace: Pace,
    items: Option<Pin<Box<S>>>,
    work: W,
    running: FuturesUnordered<F>,
}

/// Only its boxes are pinned.
impl<S, F, W> Unpin for Each<S, F, W> {}

impl<S, F, W> Stream for Each<S, F, W>
where
    S: Stream,
    W: FnMut(S::Item) -> F,
    F: Future,
{
    type Item = F::Output;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<F::Output>> {
        let this = self.get_mut();
        while this.running.len() < this.pace.at_once()
            && let Some(items) = &mut this.items
        {
            match items.as_mut().poll_next(context) {
                Poll::Ready(Some(item)) => this.running.push((this.work)(item)),
                Poll::Ready(None) => this.items = None,
                Poll::Pending => break,
            }
        }
        match this.running.poll_next_unpin(context) {
            // Nothing runs, but there may be more to come.
            Poll::Ready(None) if this.items.is_some() => Poll::Pending,
            polled => polled,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Pace;
    use futures_util::{StreamExt, stream};
    use proptest::prelude::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn halves_when_throttled_and_grows_back() {
        let pace = Pace::new(8);
        assert_eq!(pace.at_once(), 4);
        (0..30).for_each(|_| pace.record(false));
        assert_eq!(pace.at_once(), 8);
        pace.record(true);
        assert_eq!(pace.at_once(), 4);
        (0..9).for_each(|_| pace.record(true));
        assert_eq!(pace.at_once(), 1);
        pace.record(false);
        assert_eq!(pace.at_once(), 2);
        assert_eq!(Pace::new(0).at_once(), 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        /// Every item once, and never more at once than is allowed.
        #[test]
        fn each_does_everything_once(most in 1usize..6, items in 0usize..40, throttle in 0usize..7) {
            let (under_way, highest) = (AtomicUsize::new(0), AtomicUsize::new(0));
            let pace = Pace::new(most);
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let done = runtime.block_on(async {
                let work = |item: usize| {
                    let (pace, under_way, highest) = (&pace, &under_way, &highest);
                    async move {
                        let now = under_way.fetch_add(1, Ordering::Relaxed) + 1;
                        highest.fetch_max(now, Ordering::Relaxed);
                        for _ in 0..item % 3 {
                            tokio::task::yield_now().await;
                        }
                        under_way.fetch_sub(1, Ordering::Relaxed);
                        pace.record(throttle > 0 && item.is_multiple_of(throttle));
                        item
                    }
                };
                pace.each(stream::iter(0..items), work).collect::<Vec<_>>().await
            });
            let mut sorted = done.clone();
            sorted.sort_unstable();
            prop_assert_eq!(sorted, (0..items).collect::<Vec<_>>());
            prop_assert!(highest.load(Ordering::Relaxed) <= most);
        }
    }
}
