//! The one place between a call and the network.

use crate::Operation;
use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;

/// A boxed future that can move between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Stands between every call of a [`Transport`](crate::Transport) and the network.
///
/// A hook can add credentials, wait for a rate limit, refuse, send more than once ([`reqwest::Request::try_clone`] always
/// succeeds: bodies are in memory), and look at the answer. Without one, a transport just sends.
pub trait Hook: Send + Sync + 'static {
    /// Answers `request`, usually by passing it on with [`Next::send`].
    ///
    /// # Errors
    ///
    /// [`HookError::Transport`] when the exchange failed, [`HookError::Refused`] when the hook decided against it.
    fn execute<'a>(
        &'a self,
        request: reqwest::Request,
        next: Next<'a>,
    ) -> BoxFuture<'a, Result<reqwest::Response, HookError>>;
}

/// What lies beyond a [`Hook`]: the network.
#[derive(Clone, Copy, Debug)]
pub struct Next<'a> {
    pub(crate) operation: &'static Operation,
    pub(crate) http: &'a reqwest::Client,
}

impl<'a> Next<'a> {
    /// The operation that the request is for.
    #[must_use]
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// The HTTP client, for requests of the hook's own such as fetching a token.
    #[must_use]
    pub fn http(&self) -> &'a reqwest::Client {
        self.http
    }

    /// Sends the request once.
    ///
    /// # Errors
    ///
    /// [`HookError::Transport`] when no answer was received. Any status is an answer.
    pub async fn send(&self, request: reqwest::Request) -> Result<reqwest::Response, HookError> {
        self.http
            .execute(request)
            .await
            .map_err(HookError::Transport)
    }
}

/// Why a [`Hook`] gave no answer.
#[derive(Debug)]
#[non_exhaustive]
pub enum HookError {
    /// The exchange failed.
    Transport(reqwest::Error),
    /// The hook decided against it.
    Refused(Box<dyn StdError + Send + Sync>),
}

impl HookError {
    /// A refusal for the reason given.
    pub fn refused(reason: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Refused(reason.into())
    }
}

impl fmt::Display for HookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transport(_) => f.write_str("the exchange failed"),
            Self::Refused(_) => f.write_str("the request was refused before it was sent"),
        }
    }
}

impl StdError for HookError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Transport(source) => Some(source),
            Self::Refused(source) => Some(source.as_ref()),
        }
    }
}

impl From<reqwest::Error> for HookError {
    fn from(source: reqwest::Error) -> Self {
        Self::Transport(source)
    }
}
