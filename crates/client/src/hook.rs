//! The one place between a call and the network.

use crate::exchange_error::with_origin_only;
use crate::redaction::RequestSecrets;
use crate::redirect::{Redirect, is_safe, onward};
use crate::send::{Whole, read_whole};
use crate::{HttpClient, Misfit, Operation};
use bytes::Bytes;
use std::any::Any;
use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

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

    /// Is told of values that did not fit when a response had some, and hands out the note that the response bears: the
    /// one that [`execute`](Self::execute) left, unless it has more to say.
    fn misfits(
        &self,
        operation: &'static Operation,
        misfits: &[Misfit],
        note: Option<HookNote>,
    ) -> Option<HookNote> {
        let _ = (operation, misfits);
        note
    }
}

/// What lies beyond a [`Hook`]: the network, or the network hook of the transport.
#[derive(Clone, Copy)]
pub struct Next<'a> {
    pub(crate) operation: &'static Operation,
    /// The network hook, for the hook above it.
    pub(crate) network: Option<&'a dyn Hook>,
    pub(crate) http: &'a HttpClient,
    pub(crate) max_body_bytes: u64,
    pub(crate) timeout: Option<Duration>,
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
        self.http.reqwest()
    }

    /// The same with this hook in the place of the network: for hooks of hooks.
    #[must_use]
    pub fn with_network(self, hook: &'a dyn Hook) -> Self {
        Self {
            network: Some(hook),
            ..self
        }
    }

    /// Sends the request once. Secrets of the request that the answer to it repeats are taken out of the call's error.
    ///
    /// # Errors
    ///
    /// [`HookError::Transport`] when no answer was received. Any status is an answer, a redirect too:
    /// [`redirected`](Self::redirected) tells where that leads, and a call whose hook does not ask sees to it by itself.
    pub async fn send(
        &self,
        mut request: reqwest::Request,
    ) -> Result<reqwest::Response, HookError> {
        if request.timeout().is_none() {
            *request.timeout_mut() = self.timeout;
        }
        let secrets = RequestSecrets::of(&request);
        let mut response = match self.network {
            None => self.http.send(request, is_safe(self.operation)).await?,
            Some(hook) => {
                let network = Next {
                    network: None,
                    ..*self
                };
                hook.execute(request, network).await?
            }
        };
        if !response.status().is_success() {
            response.extensions_mut().insert(secrets);
        }
        Ok(response)
    }

    /// The request that goes on where an answer redirects to: `request` to another URL, without the credentials that the
    /// hook put on a copy of it. `None` when the answer is no redirect. `followed` is how many came before.
    ///
    /// # Errors
    ///
    /// [`HookError::Redirect`] for a redirect that is not to be followed.
    pub fn redirected(
        &self,
        request: &reqwest::Request,
        response: &reqwest::Response,
        followed: usize,
    ) -> Result<Option<reqwest::Request>, HookError> {
        let (status, headers) = (response.status(), response.headers());
        let target = onward(self.operation, request.url(), status, headers, followed);
        let target = target.map_err(HookError::Redirect)?;
        Ok(target.and_then(|target| {
            let mut request = request.try_clone()?;
            *request.url_mut() = target;
            Some(request)
        }))
    }

    /// As [`send`](Self::send), and reads the whole body into memory, so that an exchange that breaks off half-way fails
    /// here, where the hook can send again, and not after it. The body then lies in the extensions of the answer as a
    /// [`WholeBody`], which is what the call decodes; the answer itself has none left.
    ///
    /// # Errors
    ///
    /// [`HookError::Transport`] also when the body broke off; [`HookError::BodyTooLarge`] when it is larger than
    /// [`Transport::max_body_bytes`](crate::Transport::max_body_bytes).
    pub async fn send_whole(
        &self,
        request: reqwest::Request,
    ) -> Result<reqwest::Response, HookError> {
        let mut response = self.send(request).await?;
        if let Some(WholeBody(body)) = response.extensions().get() {
            if body.len() as u64 > self.max_body_bytes {
                return Err(HookError::BodyTooLarge(self.max_body_bytes));
            }
            return Ok(response);
        }
        let body = match read_whole(&mut response, self.max_body_bytes).await {
            Ok(body) => body,
            Err(Whole::Broken(error)) => return Err(HookError::from(error)),
            Err(Whole::TooLarge) => return Err(HookError::BodyTooLarge(self.max_body_bytes)),
        };
        response.extensions_mut().insert(WholeBody(body));
        Ok(response)
    }
}

/// The body of an answer that has been read already, in the answer's extensions.
#[derive(Clone)]
pub struct WholeBody(pub Bytes);

/// The body may hold secrets.
impl fmt::Debug for WholeBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WholeBody({} bytes)", self.0.len())
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

/// What a [`Hook`] has to say on a call, such as how often it was sent: any value, which the answer or the error of the call
/// hands out again.
///
/// A hook puts it into the extensions of the answer (`response.extensions_mut().insert(note)`) or onto its error with
/// [`HookError::noted`].
#[derive(Clone)]
pub struct HookNote(Arc<Box<dyn Any + Send + Sync>>);

impl HookNote {
    /// A note of this value.
    pub fn new<T: Any + Send + Sync>(value: T) -> Self {
        // A thin pointer keeps errors small.
        Self(Arc::new(Box::new(value)))
    }

    /// The value, when it is of this type.
    #[must_use]
    pub fn get<T: Any>(&self) -> Option<&T> {
        self.0.as_ref().as_ref().downcast_ref()
    }
}

/// The value is the hook's own business.
impl fmt::Debug for HookNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HookNote")
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
    /// The answer's body has more than this number of bytes.
    BodyTooLarge(u64),
    /// The answer was a redirect that is not to be followed.
    Redirect(Box<Redirect>),
    /// Any of the others, with what the hook has to say on the call.
    Noted(Box<HookError>, HookNote),
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

    /// The same with a note, which [`Error::note`](crate::Error::note) hands out. It replaces an earlier one.
    #[must_use]
    pub fn noted(self, note: HookNote) -> Self {
        match self {
            Self::Noted(error, _) => Self::Noted(error, note),
            error => Self::Noted(Box::new(error), note),
        }
    }
}

impl fmt::Display for HookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transport(_) => f.write_str("the exchange failed"),
            Self::Refused(_) => f.write_str("the request was refused before it was sent"),
            Self::BodyTooLarge(limit) => write!(f, "the answer has more than {limit} bytes"),
            Self::Redirect(redirect) => redirect.fmt(f),
            Self::Noted(error, _) => error.fmt(f),
        }
    }
}

impl StdError for HookError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Transport(source) => Some(source),
            Self::Refused(source) => Some(source.as_ref()),
            Self::BodyTooLarge(_) | Self::Redirect(_) => None,
            Self::Noted(error, _) => error.source(),
        }
    }
}

impl From<reqwest::Error> for HookError {
    fn from(source: reqwest::Error) -> Self {
        Self::Transport(with_origin_only(source))
    }
}
