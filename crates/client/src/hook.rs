//! The one place between a call and the network.

use crate::Operation;
use crate::exchange_error::with_origin_only;
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
#[derive(Clone, Copy)]
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
        self.http.execute(request).await.map_err(HookError::from)
    }
}

/// The client's default headers can hold secrets, so it is not shown.
impl fmt::Debug for Next<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Next")
            .field("operation", &self.operation.id)
            .finish_non_exhaustive()
    }
}

/// Why a [`Hook`] gave no answer.
#[derive(Debug)]
#[non_exhaustive]
pub enum HookError {
    /// The exchange failed. [`Next::send`] and `From` leave only scheme, host and port of the URL: the rest can hold secrets.
    Transport(reqwest::Error),
    /// The hook decided against it.
    Refused(Box<dyn StdError + Send + Sync>),
}

impl HookError {
    /// A refusal because what was to go into this header, such as a credential with a line break, has a character that no
    /// header can have. It names the header and not its value:
    ///
    /// ```
    /// # use rolecall_client::{HeaderValue, HookError};
    /// # fn value(text: String) -> Result<HeaderValue, HookError> {
    /// HeaderValue::try_from(text).map_err(|_| HookError::invalid_header("authorization"))
    /// # }
    /// ```
    pub fn invalid_header(name: impl AsRef<str>) -> Self {
        let name = name.as_ref();
        Self::refused(format!(
            "header `{name}` has a character that no header can have"
        ))
    }

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
        Self::Transport(with_origin_only(source))
    }
}
