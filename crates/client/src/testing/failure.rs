//! Failures of the network without a network.

use crate::{Bytes, HookError, HttpSettings};
use http_body::{Body, Frame};
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

/// How an exchange fails. A test meets the very error that the HTTP client gives for it, so that retries, and what an error
/// says of the outcome, are those of the real failure. No time passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// No connection could be made: the host name could not be resolved.
    NotConnected,
    /// The connection was lost before the whole response was received. The service may have acted on the request.
    ConnectionLost,
    /// The time of the attempt ran out. The service may have acted on the request.
    TimedOut,
}

impl Failure {
    /// The error, for a request to this URL.
    pub(super) async fn error(self, url: &Url) -> HookError {
        let result = match self {
            Self::ConnectionLost => lost().await,
            Self::NotConnected => unresolved(Resolver { fails: true }, None).await,
            Self::TimedOut => {
                unresolved(Resolver { fails: false }, Some(Duration::from_millis(1))).await
            }
        };
        match result {
            Err(HookError::Transport(error)) => error.with_url(url.clone()).into(),
            Err(error) => error,
            Ok(()) => HookError::refused("the failure of the test did not fail"),
        }
    }
}

/// Reads a body that breaks off.
async fn lost() -> Result<(), HookError> {
    let body = reqwest::Body::wrap(Lost);
    reqwest::Response::from(http::Response::new(body))
        .bytes()
        .await?;
    Ok(())
}

struct Lost;

impl Body for Lost {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into())))
    }
}

/// Sends to a host whose name is not resolved.
async fn unresolved(resolver: Resolver, timeout: Option<Duration>) -> Result<(), HookError> {
    let resolver = Arc::new(resolver);
    let settings = HttpSettings::new()
        .no_proxy()
        .customize(move |http| http.dns_resolver(Arc::clone(&resolver)));
    let http = settings.build().map_err(HookError::refused)?;
    let url = Url::parse("http://test.invalid/").map_err(HookError::refused)?;
    let mut request = reqwest::Request::new(http::Method::GET, url);
    *request.timeout_mut() = timeout;
    http.reqwest().execute(request).await?;
    Ok(())
}

struct Resolver {
    /// Otherwise it never comes to an end.
    fails: bool,
}

impl Resolve for Resolver {
    fn resolve(&self, _: Name) -> Resolving {
        let fails = self.fails;
        Box::pin(async move {
            if !fails {
                std::future::pending::<()>().await;
            }
            let error = io::Error::new(io::ErrorKind::NotFound, "a test has no hosts");
            Err::<Addrs, _>(error.into())
        })
    }
}
