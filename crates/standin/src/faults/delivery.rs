//! Answers on their way: late, in drops, or not to their end.

use super::Fault;
use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use http::Response;
use http::header::CONTENT_LENGTH;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How many pieces a body comes in that drips.
const PIECES: usize = 20;

/// How long half of a body has to leave before the connection is reset.
const HEAD_START: Duration = Duration::from_millis(20);

/// How an answer gets to the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Delivery {
    /// Before the first byte.
    pub(crate) wait: Option<Duration>,
    /// Before every piece of the body.
    pub(crate) drip: Option<Duration>,
    /// Where it ends.
    pub(crate) cut: Option<Cut>,
}

/// Where an answer ends too early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Before it begins, with a reset.
    Nothing,
    /// In the middle of its body, with a reset.
    Reset,
    /// In the middle of its body, as if that were the end.
    Close,
}

/// The connection was reset on demand.
#[derive(Debug, thiserror::Error)]
#[error("the connection was reset on demand")]
pub(crate) struct Dropped;

impl Delivery {
    /// What faults do to the delivery.
    pub(crate) fn of(faults: &[Fault]) -> Self {
        let mut delivery = Self::default();
        for fault in faults {
            match fault {
                Fault::Latency(millis) => delivery.wait = Some(Duration::from_millis(*millis)),
                Fault::SlowDrip(millis) => delivery.drip = Some(Duration::from_millis(*millis)),
                Fault::ResetBeforeHeaders | Fault::DropAfterEffect => {
                    delivery.cut = Some(Cut::Nothing);
                }
                Fault::ResetMidBody => delivery.cut = Some(Cut::Reset),
                Fault::TruncatedBody => delivery.cut = Some(Cut::Close),
                _ => {}
            }
        }
        delivery
    }

    /// The response as it is to be sent. `reset` makes the connection end with a reset when it is dropped.
    pub(crate) async fn deliver(
        self,
        mut response: Response<Bytes>,
        reset: &Arc<AtomicBool>,
    ) -> Result<Response<Body>, Dropped> {
        if let Some(wait) = self.wait {
            tokio::time::sleep(wait).await;
        }
        if self.cut == Some(Cut::Nothing) {
            reset.store(true, Ordering::Relaxed);
            return Err(Dropped);
        }
        if self == Self::default() || (self.cut.is_none() && self.drip.is_none()) {
            return Ok(response.map(Body::from));
        }
        let length = response.body().len();
        response.headers_mut().insert(CONTENT_LENGTH, length.into());
        let reset = Arc::clone(reset);
        Ok(response.map(|body| self.stream(body, reset)))
    }

    fn stream(self, body: Bytes, reset: Arc<AtomicBool>) -> Body {
        let piece = if self.drip.is_some() {
            body.len().div_ceil(PIECES).max(1)
        } else {
            body.len().div_ceil(2).max(1)
        };
        let last = match self.cut {
            Some(_) => body.len() / 2,
            None => body.len(),
        };
        let drip = self.drip.unwrap_or_default();
        let pieces = stream::unfold(0, move |sent| {
            let (body, reset) = (body.clone(), Arc::clone(&reset));
            async move {
                if sent < last {
                    tokio::time::sleep(drip).await;
                    let end = (sent + piece).min(last);
                    return Some((Ok(body.slice(sent..end)), end));
                }
                self.cut?;
                tokio::time::sleep(HEAD_START).await;
                if self.cut == Some(Cut::Reset) {
                    reset.store(true, Ordering::Relaxed);
                }
                Some((Err(io::Error::other(Dropped)), sent))
            }
        });
        Body::from_stream(pieces)
    }
}
