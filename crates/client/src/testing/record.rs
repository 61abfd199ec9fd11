//! Recording exchanges with a service.

use super::recording::{
    RecordedBody, RecordedExchange, RecordedRequest, RecordedResponse, Recording,
};
use super::scrub::{Scrubber, Secrets};
use crate::redaction::RequestSecrets;
use crate::{BoxFuture, Bytes, Hook, HookError, Next, WholeBody};
use http::{HeaderMap, HeaderName};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The headers of a response that are kept unless said otherwise: those that clients go by.
const KEPT: [&str; 13] = [
    "content-type",
    "date",
    "etag",
    "link",
    "location",
    "qos-retry-hint",
    "ratelimit",
    "ratelimit-policy",
    "retry-after",
    "www-authenticate",
    "x-rate-limit-limit",
    "x-rate-limit-remaining",
    "x-rate-limit-reset",
];

/// A network hook that passes requests on to the network, and records them and the responses. Clones record together.
///
/// What it records holds no secrets, as far as they can be recognized: no header of a request, a few headers of responses,
/// and placeholders for the secrets of the request, for what is under the name of a secret, and for what looks like one. The
/// origin of the service is taken out too. Names, e-mail addresses and ids stay: **read a recording before you commit it**,
/// or record a test organization.
///
/// A request that fails without a response is not recorded.
#[derive(Clone, Default)]
pub struct RecordHook {
    state: Arc<Mutex<State>>,
    kept: Vec<HeaderName>,
}

#[derive(Default)]
struct State {
    recording: Recording,
    secrets: Secrets,
}

impl RecordHook {
    /// A hook that has recorded nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps this header of responses too. By default those are kept that a client goes by: media type, links, dates, rate
    /// limits and retries.
    #[must_use]
    pub fn keep_header(mut self, name: HeaderName) -> Self {
        self.kept.push(name);
        self
    }

    /// What has been recorded so far.
    #[must_use]
    pub fn recording(&self) -> Recording {
        self.locked().recording.clone()
    }

    /// Every change is whole by itself, so what a panicking thread left behind is fine.
    fn locked(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keeps(&self, name: &HeaderName) -> bool {
        KEPT.contains(&name.as_str()) || self.kept.contains(name)
    }
}

/// A request as it is recorded.
struct Sent {
    operation: &'static str,
    method: String,
    url: reqwest::Url,
    body: Vec<u8>,
    secrets: RequestSecrets,
}

impl RecordHook {
    fn record(&self, sent: Sent, status: u16, headers: &HeaderMap, body: Bytes) {
        let mut headers = headers.clone();
        sent.secrets.take_out_of(&mut headers);
        let body = sent.secrets.taken_out_of(body);
        let mut state = self.locked();
        let state = &mut *state;
        let mut scrubber = Scrubber {
            secrets: &mut state.secrets,
            url: &sent.url,
        };
        let request = RecordedRequest {
            method: sent.method,
            target: scrubber.target(&sent.url),
            body: RecordedBody::of(&sent.body).map(|body| scrubber.body(body)),
        };
        let headers = headers.iter().filter(|(name, _)| self.keeps(name));
        let headers = headers.filter_map(|(name, value)| {
            let value = scrubber.text(value.to_str().ok()?);
            Some(format!("{name}: {value}"))
        });
        let headers = headers.collect();
        let body = RecordedBody::of(&body).map(|body| scrubber.body(body));
        state.recording.exchanges.push(RecordedExchange {
            operation: sent.operation.to_owned(),
            request,
            response: RecordedResponse {
                status,
                headers,
                body,
            },
        });
    }
}

impl Hook for RecordHook {
    fn execute<'a>(
        &'a self,
        request: reqwest::Request,
        next: Next<'a>,
    ) -> BoxFuture<'a, Result<reqwest::Response, HookError>> {
        Box::pin(async move {
            let body = request.body().and_then(reqwest::Body::as_bytes);
            let sent = Sent {
                operation: next.operation().id,
                method: request.method().to_string(),
                url: request.url().clone(),
                body: body.unwrap_or_default().to_vec(),
                secrets: RequestSecrets::of(&request),
            };
            let response = next.send_whole(request).await?;
            if let Some(WholeBody(body)) = response.extensions().get() {
                let status = response.status().as_u16();
                self.record(sent, status, response.headers(), body.clone());
            }
            Ok(response)
        })
    }
}

/// What was recorded may be personal.
impl fmt::Debug for RecordHook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordHook")
            .field("exchanges", &self.locked().recording.exchanges.len())
            .finish_non_exhaustive()
    }
}
