//! Replaying recorded exchanges.

use super::fake::FakeResponse;
use super::recording::{ORIGIN, RecordedBody, RecordedExchange, Recording, RecordingError, split};
use super::scrub::{could_be, located, neutral};
use crate::{BoxFuture, Hook, HookError, Next, Operation, redact};
use percent_encoding::percent_decode_str;
use reqwest::{Request, Url};
use serde_json::Value;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many recorded requests an error names.
const SHOWN: usize = 5;

/// A network hook that answers from a [`Recording`], and never goes out. Clones replay together.
///
/// A request gets the first response that was recorded for the same operation, method, path, query and body and was not
/// given yet: the order of different requests does not matter, and that of the same request does. The order of query
/// parameters and of properties does not matter. A request that was not recorded, or not so often, is refused with
/// [`NotRecorded`].
///
/// Where the recording has a placeholder for a secret, a request may have any text.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use rolecall_client::Transport;
/// use rolecall_client::testing::ReplayHook;
/// use std::sync::Arc;
///
/// # let text = rolecall_client::testing::Recording::new().to_json();
/// // let text = include_str!("recordings/groups.json");
/// let replay = ReplayHook::from_json(&text)?;
/// let transport = Transport::builder("https://service.example")
///     .network_hook(Arc::new(replay.clone()))
///     .build()?;
/// // Use any generated client over it, and see that all of it was used.
/// assert_eq!(replay.unused(), Vec::<String>::new());
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct ReplayHook(Arc<Mutex<Vec<Replayed>>>);

struct Replayed {
    exchange: RecordedExchange,
    used: bool,
}

impl ReplayHook {
    /// Replays these exchanges.
    #[must_use]
    pub fn new(recording: Recording) -> Self {
        let exchanges = recording.exchanges.into_iter();
        let exchanges = exchanges.map(|exchange| Replayed {
            exchange,
            used: false,
        });
        Self(Arc::new(Mutex::new(exchanges.collect())))
    }

    /// Replays the exchanges of this JSON text.
    ///
    /// # Errors
    ///
    /// As [`Recording::from_json`].
    pub fn from_json(text: &str) -> Result<Self, RecordingError> {
        Recording::from_json(text).map(Self::new)
    }

    /// The exchanges that were not replayed, each with its operation, method and target.
    #[must_use]
    pub fn unused(&self) -> Vec<String> {
        let exchanges = self.locked();
        let unused = exchanges.iter().filter(|one| !one.used);
        unused.map(|one| one.exchange.to_string()).collect()
    }

    /// Every change is whole by itself, so what a panicking thread left behind is fine.
    fn locked(&self) -> MutexGuard<'_, Vec<Replayed>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The exchange for a request: one that is the same, or else one with placeholders.
    fn find(
        &self,
        operation: &'static Operation,
        request: &Request,
    ) -> Result<RecordedExchange, NotRecorded> {
        let mut exchanges = self.locked();
        let mut find = |same: Same| {
            let mut unused = exchanges.iter_mut().filter(|one| !one.used);
            unused
                .find(|one| is_for(&one.exchange, operation, request, same))
                .map(|one| {
                    one.used = true;
                    one.exchange.clone()
                })
        };
        let found = find(|recorded, text| recorded == text);
        if let Some(found) = found.or_else(|| find(could_be)) {
            return Ok(found);
        }
        let known = exchanges
            .iter()
            .filter(|one| one.exchange.operation == operation.id);
        Err(NotRecorded {
            operation: operation.id,
            method: request.method().to_string(),
            target: redact(&target(request.url())),
            recorded: known
                .map(|one| {
                    let request = &one.exchange.request;
                    let used = if one.used { " (used)" } else { "" };
                    format!("{} {}{used}", request.method, request.target)
                })
                .collect(),
        })
    }
}

/// How a recorded text and one of a request are compared.
type Same = fn(&str, &str) -> bool;

fn target(url: &Url) -> String {
    let query = url.query().map(|query| format!("?{query}"));
    format!("{}{}", url.path(), query.unwrap_or_default())
}

/// Whether an exchange was recorded for such a request.
fn is_for(
    exchange: &RecordedExchange,
    operation: &Operation,
    request: &Request,
    same: Same,
) -> bool {
    let recorded = &exchange.request;
    let Ok(url) = Url::parse(&format!("{ORIGIN}{}", recorded.target)) else {
        return false;
    };
    exchange.operation == operation.id
        && recorded.method == request.method().as_str()
        && same_path(&url, request.url(), same)
        && same_query(&url, request.url(), same)
        && same_body(recorded.body.as_ref(), request, same)
}

fn same_path(recorded: &Url, url: &Url, same: Same) -> bool {
    let segments = |url: &Url| -> Vec<String> {
        let segments = url.path().split('/');
        let decoded = segments.map(|segment| percent_decode_str(segment).decode_utf8_lossy());
        decoded.map(|segment| neutral(&segment, url)).collect()
    };
    let (recorded, sent) = (segments(recorded), segments(url));
    recorded.len() == sent.len()
        && recorded
            .iter()
            .zip(&sent)
            .all(|(recorded, sent)| same(recorded, sent))
}

fn same_query(recorded: &Url, url: &Url, same: Same) -> bool {
    let pairs = |url: &Url| -> Vec<(String, String)> {
        let pairs = url.query_pairs();
        let mut pairs: Vec<_> = pairs
            .map(|(name, value)| (name.into_owned(), neutral(&value, url)))
            .collect();
        // The order of parameters of one name counts.
        pairs.sort_by(|(one, _), (other, _)| one.cmp(other));
        pairs
    };
    let (recorded, sent) = (pairs(recorded), pairs(url));
    recorded.len() == sent.len()
        && (recorded.iter().zip(&sent))
            .all(|((name, recorded), (sent_name, sent))| name == sent_name && same(recorded, sent))
}

fn same_body(recorded: Option<&RecordedBody>, request: &Request, same: Same) -> bool {
    let body = request.body().and_then(reqwest::Body::as_bytes);
    let body = body.unwrap_or_default();
    match recorded {
        None => body.is_empty(),
        Some(RecordedBody::Json(recorded)) => serde_json::from_slice(body)
            .is_ok_and(|body| same_json(recorded, &body, request.url(), same)),
        Some(RecordedBody::Text(recorded)) => std::str::from_utf8(body)
            .is_ok_and(|body| same(recorded, &neutral(body, request.url()))),
        Some(recorded @ RecordedBody::Base64(_)) => {
            recorded.bytes().is_ok_and(|recorded| recorded == body)
        }
    }
}

fn same_json(recorded: &Value, sent: &Value, url: &Url, same: Same) -> bool {
    match (recorded, sent) {
        (Value::String(recorded), Value::String(sent)) => same(recorded, &neutral(sent, url)),
        (Value::Array(recorded), Value::Array(sent)) => {
            let mut both = recorded.iter().zip(sent);
            recorded.len() == sent.len()
                && both.all(|(recorded, sent)| same_json(recorded, sent, url, same))
        }
        (Value::Object(recorded), Value::Object(sent)) => {
            let is_same = |(name, recorded)| {
                let sent: Option<&Value> = sent.get(name);
                sent.is_some_and(|sent| same_json(recorded, sent, url, same))
            };
            recorded.len() == sent.len() && recorded.iter().all(is_same)
        }
        _ => recorded == sent,
    }
}

impl Hook for ReplayHook {
    fn execute<'a>(
        &'a self,
        request: Request,
        next: Next<'a>,
    ) -> BoxFuture<'a, Result<reqwest::Response, HookError>> {
        Box::pin(async move {
            let found = self.find(next.operation(), &request);
            let recorded = found.map_err(HookError::refused)?.response;
            let url = request.url();
            let mut response = FakeResponse {
                status: recorded.status,
                ..FakeResponse::default()
            };
            for header in &recorded.headers {
                let Some((name, value)) = split(&located(header, url)) else {
                    let problem = format!("`{header}` is no header");
                    return Err(HookError::refused(problem));
                };
                response.headers.append(name, value);
            }
            if let Some(body) = recorded.body {
                let body = body.located(url);
                response.body = body.bytes().map_err(HookError::refused)?;
            }
            response.send(url.clone())
        })
    }
}

impl RecordedBody {
    fn located(self, url: &Url) -> Self {
        match self {
            Self::Json(json) => Self::Json(located_json(json, url)),
            Self::Text(text) => Self::Text(located(&text, url)),
            bytes @ Self::Base64(_) => bytes,
        }
    }
}

fn located_json(json: Value, url: &Url) -> Value {
    match json {
        Value::String(text) => located(&text, url).into(),
        Value::Array(items) => {
            let items = items.into_iter().map(|item| located_json(item, url));
            Value::Array(items.collect())
        }
        Value::Object(object) => {
            let object = object.into_iter();
            let object =
                object.map(|(name, value)| (located(&name, url), located_json(value, url)));
            Value::Object(object.collect())
        }
        other => other,
    }
}

impl fmt::Display for RecordedExchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let request = &self.request;
        write!(
            f,
            "{} {} {}",
            self.operation, request.method, request.target
        )
    }
}

/// What was recorded may be personal.
impl fmt::Debug for ReplayHook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exchanges = self.locked();
        let used = exchanges.iter().filter(|one| one.used).count();
        f.debug_struct("ReplayHook")
            .field("exchanges", &exchanges.len())
            .field("used", &used)
            .finish()
    }
}

/// A request that was not recorded, or not so often. It is the source of
/// [`Error::Hook`](crate::Error::Hook).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotRecorded {
    /// The `operationId`.
    pub operation: &'static str,
    /// The method.
    pub method: String,
    /// Path and query, without what looks like a secret.
    pub target: String,
    /// What was recorded of the operation, each with its method and target.
    pub recorded: Vec<String>,
}

impl fmt::Display for NotRecorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (operation, method, target) = (self.operation, &self.method, &self.target);
        write!(f, "no recorded exchange is left for {method} {target}")?;
        if self.recorded.is_empty() {
            return write!(f, ": there is none of {operation}");
        }
        let shown: Vec<_> = self
            .recorded
            .iter()
            .take(SHOWN)
            .map(String::as_str)
            .collect();
        write!(
            f,
            " with this body: of {operation} there is {}",
            shown.join(", ")
        )?;
        match self.recorded.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, ", and {more} more"),
        }
    }
}

impl std::error::Error for NotRecorded {}
