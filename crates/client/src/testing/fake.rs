//! A service that a test plays itself.

use super::Failure;
use crate::{BoxFuture, Bytes, Hook, HookError, Next, Operation, WholeBody};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use reqwest::{ResponseBuilderExt, Url};
use serde_core::Serialize;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// A service that a test plays itself: a function from a request to a [`Reply`]. It is a network hook, and sees what would
/// have gone out, credentials included. Clones are the same service.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use rolecall_client::Transport;
/// use rolecall_client::testing::{FakeService, Reply};
/// use std::sync::Arc;
///
/// let service = FakeService::new(|request| match request.operation.id {
///     "getUser" => Reply::json(200, &serde_json::json!({ "id": "00u1" })),
///     _ => Reply::status(404),
/// });
/// let transport = Transport::builder("https://service.example")
///     .network_hook(Arc::new(service.clone()))
///     .build()?;
/// // Any generated client: `vendor_client::Client::with_transport(transport)`.
/// assert!(service.requests().is_empty());
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct FakeService(Arc<Inner>);

struct Inner {
    handler: Box<dyn Fn(&FakeRequest) -> Reply + Send + Sync>,
    requests: Mutex<Vec<FakeRequest>>,
}

impl FakeService {
    /// A service that replies by this function.
    pub fn new(handler: impl Fn(&FakeRequest) -> Reply + Send + Sync + 'static) -> Self {
        Self(Arc::new(Inner {
            handler: Box::new(handler),
            requests: Mutex::default(),
        }))
    }

    /// A service that gives these replies in order, and the last one again and again.
    pub fn replying(replies: impl IntoIterator<Item = Reply>) -> Self {
        let replies: Vec<_> = replies.into_iter().collect();
        let next = Mutex::new(0);
        Self::new(move |_| {
            let mut next = next.lock().unwrap_or_else(PoisonError::into_inner);
            let reply = replies.get(*next).or_else(|| replies.last());
            *next += 1;
            reply.cloned().unwrap_or_else(|| Reply::status(501))
        })
    }

    /// The requests so far.
    #[must_use]
    pub fn requests(&self) -> Vec<FakeRequest> {
        let requests = self.0.requests.lock();
        requests.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Hook for FakeService {
    fn execute<'a>(
        &'a self,
        request: reqwest::Request,
        next: Next<'a>,
    ) -> BoxFuture<'a, Result<reqwest::Response, HookError>> {
        Box::pin(async move {
            let request = FakeRequest::of(next.operation(), &request);
            let reply = (self.0.handler)(&request);
            let url = request.url.clone();
            let requests = self.0.requests.lock();
            requests
                .unwrap_or_else(PoisonError::into_inner)
                .push(request);
            match reply.0 {
                Ok(response) => response.send(url),
                Err(failure) => Err(failure.error(&url).await),
            }
        })
    }
}

impl fmt::Debug for FakeService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeService")
            .field("requests", &self.requests().len())
            .finish_non_exhaustive()
    }
}

/// A request that would have gone out.
#[derive(Clone)]
#[non_exhaustive]
pub struct FakeRequest {
    /// The operation.
    pub operation: &'static Operation,
    /// The method.
    pub method: Method,
    /// The whole URL.
    pub url: Url,
    /// The headers, credentials among them.
    pub headers: HeaderMap,
    /// The body; empty when there is none.
    pub body: Bytes,
}

impl FakeRequest {
    fn of(operation: &'static Operation, request: &reqwest::Request) -> Self {
        let body = request.body().and_then(reqwest::Body::as_bytes);
        Self {
            operation,
            method: request.method().clone(),
            url: request.url().clone(),
            headers: request.headers().clone(),
            body: body.map(Bytes::copy_from_slice).unwrap_or_default(),
        }
    }

    /// The value of a query parameter: the first of this name.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<String> {
        let mut pairs = self.url.query_pairs();
        let found = pairs.find(|(known, _)| known == name);
        found.map(|(_, value)| value.into_owned())
    }

    /// The value of a header, when there is one of text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as JSON. `None` when it is none.
    #[must_use]
    pub fn json(&self) -> Option<serde_json::Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// Query, headers and body can hold secrets.
impl fmt::Debug for FakeRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeRequest")
            .field("operation", &self.operation.id)
            .field("method", &self.method)
            .field("path", &self.url.path())
            .finish_non_exhaustive()
    }
}

/// What a [`FakeService`] does with a request: a response, or a failure of the network.
#[derive(Clone)]
#[must_use]
pub struct Reply(Result<FakeResponse, Failure>);

#[derive(Clone, Default)]
pub(super) struct FakeResponse {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl FakeResponse {
    /// The response as the HTTP client would have it.
    pub(super) fn send(self, url: Url) -> Result<reqwest::Response, HookError> {
        let Ok(status) = StatusCode::from_u16(self.status) else {
            let problem = format!("{} is no HTTP status", self.status);
            return Err(HookError::refused(problem));
        };
        let response = http::Response::builder()
            .status(status)
            .url(url)
            .body(Bytes::new());
        let mut response = reqwest::Response::from(response.map_err(HookError::refused)?);
        *response.headers_mut() = self.headers;
        response.extensions_mut().insert(WholeBody(self.body));
        Ok(response)
    }
}

impl Reply {
    /// A response with this status and no body.
    pub fn status(status: u16) -> Self {
        Self(Ok(FakeResponse {
            status,
            ..FakeResponse::default()
        }))
    }

    /// A response with this status and a value as JSON.
    ///
    /// # Panics
    ///
    /// When the value cannot be serialized. The generated types can.
    pub fn json(status: u16, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(json) => Self::body(status, "application/json", json),
            Err(problem) => panic!("the body of the reply cannot be serialized: {problem}"),
        }
    }

    /// A response with this status, and a body of this media type.
    ///
    /// # Panics
    ///
    /// When the media type cannot be the value of a header.
    pub fn body(status: u16, media_type: &'static str, body: impl Into<Bytes>) -> Self {
        let mut response = FakeResponse {
            status,
            body: body.into(),
            ..FakeResponse::default()
        };
        let media_type = HeaderValue::from_static(media_type);
        response.headers.insert(CONTENT_TYPE, media_type);
        Self(Ok(response))
    }

    /// No response: the exchange fails.
    pub fn failure(failure: Failure) -> Self {
        Self(Err(failure))
    }

    /// Adds a header. A failure has none.
    ///
    /// # Panics
    ///
    /// When the name or the value cannot be that of a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Ok(response) = &mut self.0 {
            match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                (Ok(name), Ok(value)) => {
                    response.headers.append(name, value);
                }
                _ => panic!("`{name}` is no header, or cannot have the value `{value}`"),
            }
        }
        self
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Ok(response) => write!(f, "Reply({})", response.status),
            Err(failure) => write!(f, "Reply({failure:?})"),
        }
    }
}
