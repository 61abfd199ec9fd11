//! From a task that reads to the stream of what it read.

use crate::source::{Event, EventStream};
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, stream};
use tokio::sync::mpsc;

/// How many events may wait for whoever reads the stream. Reading stops when so many do, which is what keeps memory flat.
const WINDOW: usize = 64;

/// Where a reading task puts its events. Clones write into the same stream.
#[derive(Clone)]
pub(crate) struct Out(mpsc::Sender<Event>);

impl Out {
    /// Waits until there is room.
    pub(crate) async fn send(&self, event: Event) {
        // The stream owns the task: without a receiver nobody polls this.
        let _ = self.0.send(event).await;
    }
}

/// The events that a task writes. The stream runs the task, as far as it is polled: nothing is sent before the first event is
/// asked for, and nothing after the stream was dropped.
pub(crate) fn events<F>(run: impl FnOnce(Out) -> F) -> EventStream
where
    F: Future<Output = ()> + Send + 'static,
{
    let (sender, mut receiver) = mpsc::channel(WINDOW);
    let mut task: Option<BoxFuture<'static, ()>> = Some(Box::pin(run(Out(sender))));
    Box::pin(stream::poll_fn(move |context| {
        if let Some(running) = &mut task
            && running.poll_unpin(context).is_ready()
        {
            // Its senders go with it, so that the stream ends behind what is in the channel.
            task = None;
        }
        receiver.poll_recv(context)
    }))
}

#[cfg(test)]
mod tests {
    use super::events;
    use crate::model::{Service, Tenant};
    use crate::source::{Event, Progress};
    use crate::{SectionId, Source};
    use futures_util::StreamExt;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    fn progress(done: u64) -> Event {
        Event::Progress(Progress {
            tenant: Tenant::new(Service::Okta, "example.okta.com"),
            section: SectionId::new("groups"),
            done,
            total: None,
        })
    }

    #[tokio::test]
    async fn reading_stops_when_nobody_takes_what_was_read() {
        let written = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&written);
        let mut all = events(move |out| async move {
            for done in 0..1_000 {
                out.send(progress(done)).await;
                count.store(done + 1, Ordering::Relaxed);
            }
        });
        assert_eq!(written.load(Ordering::Relaxed), 0);
        assert!(all.next().await.is_some());
        assert!(written.load(Ordering::Relaxed) < 100);
        let rest = all.count().await;
        assert_eq!((rest, written.load(Ordering::Relaxed)), (999, 1_000));
    }

    #[test]
    fn a_source_can_be_boxed() {
        fn _takes(_: &dyn Source) {}
    }
}
