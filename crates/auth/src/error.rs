//! Why there is no token, or why it was not sent.

use super::exchange::place;
use rolecall_client::{StatusCode, Url, redact};
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use zeroize::Zeroizing;

/// The longest text of a server that an error repeats, in characters.
const LONGEST_QUOTE: usize = 300;

/// Why there is no token, or why it was not sent. Cheap to clone: everyone who waited for the same token gets the same one.
///
/// `Display` is one line: what was asked for, what happened, what to do. It never holds a secret, and neither does `Debug`.
/// What the HTTP client or the operating system said is in `source`.
#[derive(Clone)]
pub struct Error(Arc<Inner>);

struct Inner {
    kind: ErrorKind,
    what: String,
    advice: Option<String>,
    endpoint: Option<String>,
    status: Option<u16>,
    code: Option<String>,
    description: Option<String>,
    retry_after: Option<Duration>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What kind of failure an [`Error`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// None of the registered sources is one that the operation accepts.
    NoCredential,
    /// The request goes to another origin than the one that the credentials are for. Nothing was sent.
    OtherOrigin,
    /// A secret would have gone over unencrypted HTTP to another machine. Nothing was sent.
    Insecure,
    /// Something that was configured cannot be used: a URL, a key, a token with a line break, a rule without its source.
    Configuration,
    /// The authorization server answered with an OAuth error.
    Refused,
    /// There is no usable refresh token: somebody has to sign in.
    SignInNeeded,
    /// Signing in failed: it was refused, took too long, or came back with the wrong state.
    SignIn,
    /// No answer, or not all of it.
    Transport,
    /// It took longer than it may.
    Timeout,
    /// The answer is not what the standard, or the vendor, says.
    InvalidAnswer,
    /// The last attempt failed a moment ago, and the next one waits for [`retry_after`](Error::retry_after). `source` is why
    /// the last one failed.
    BackingOff,
    /// The token store could not be read or written.
    Store,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, what: impl Into<String>) -> Self {
        Self(Arc::new(Inner {
            kind,
            what: what.into(),
            advice: None,
            endpoint: None,
            status: None,
            code: None,
            description: None,
            retry_after: None,
            source: None,
        }))
    }

    /// An error of a [`TokenSource`](super::TokenSource) outside this crate. The text must not hold a secret.
    pub fn custom(kind: ErrorKind, what: impl Into<String>) -> Self {
        Self::new(kind, what)
    }

    fn with(self, change: impl FnOnce(&mut Inner)) -> Self {
        match Arc::try_unwrap(self.0) {
            Ok(mut inner) => {
                change(&mut inner);
                Self(Arc::new(inner))
            }
            // Shared already, and what others hold does not change under them.
            Err(shared) => Self(shared),
        }
    }

    /// Says what to do about it.
    #[must_use]
    pub fn with_advice(self, advice: impl Into<String>) -> Self {
        self.with(|inner| inner.advice = Some(advice.into()))
    }

    /// Keeps what caused it.
    #[must_use]
    pub fn with_source(self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.with(|inner| inner.source = Some(source.into()))
    }

    pub(crate) fn with_endpoint(self, url: &Url) -> Self {
        let place = place(url);
        self.with(|inner| inner.endpoint = Some(place))
    }

    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        self.with(|inner| inner.status = Some(status.as_u16()))
    }

    pub(crate) fn with_retry_after(self, after: Duration) -> Self {
        self.with(|inner| inner.retry_after = Some(after))
    }

    /// Keeps the OAuth error of a server, without what it must not repeat and without what could disturb a terminal.
    pub(crate) fn with_oauth(
        self,
        code: Option<&str>,
        description: Option<&str>,
        secrets: &[Zeroizing<String>],
    ) -> Self {
        let [code, description] =
            [code, description].map(|text| text.map(|text| quote(text, secrets)));
        self.with(|inner| {
            inner.code = code;
            inner.description = description;
        })
    }

    /// What kind of failure it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What was being done, or asked for, when it happened.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.0.what
    }

    /// What to do about it.
    #[must_use]
    pub fn advice(&self) -> Option<&str> {
        self.0.advice.as_deref()
    }

    /// The endpoint that was asked, without its query.
    #[must_use]
    pub fn endpoint(&self) -> Option<&str> {
        self.0.endpoint.as_deref()
    }

    /// The HTTP status that the authorization server answered with.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The OAuth `error` of the authorization server, such as `invalid_client` (RFC 6749, section 5.2).
    #[must_use]
    pub fn oauth_error(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The OAuth `error_description` of the authorization server, at most 300 characters of it, with secrets of the request
    /// taken out.
    #[must_use]
    pub fn oauth_error_description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// How long to wait before the next attempt, where that is known.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether the same may succeed later without anybody changing anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self.0.kind {
            ErrorKind::Transport | ErrorKind::Timeout => true,
            // As good as the failure that is being waited out.
            ErrorKind::BackingOff => {
                let cause = self.0.source.as_ref();
                let cause = cause.and_then(|cause| cause.downcast_ref::<Self>());
                cause.is_some_and(Self::is_transient)
            }
            ErrorKind::Refused | ErrorKind::InvalidAnswer => {
                matches!(self.0.status, Some(408 | 429 | 500 | 502 | 503 | 504))
                    || matches!(
                        self.oauth_error(),
                        Some("temporarily_unavailable" | "server_error")
                    )
            }
            _ => false,
        }
    }
}

/// What a server wrote, fit to be shown: without the secrets of the request and what looks like one, without control
/// characters, and not too long.
fn quote(text: &str, secrets: &[Zeroizing<String>]) -> String {
    let mut text = text.to_owned();
    for secret in secrets {
        text = text.replace(secret.as_str(), "***");
    }
    let shown = redact(&text);
    let shown = shown
        .chars()
        .map(|char| if char.is_control() { ' ' } else { char });
    shown.take(LONGEST_QUOTE).collect()
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        f.write_str(&inner.what)?;
        if let Some(code) = &inner.code {
            write!(f, ": {code}")?;
        }
        if let Some(description) = &inner.description {
            write!(f, " ({description})")?;
        }
        match &inner.advice {
            Some(advice) => write!(f, "; {advice}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        f.debug_struct("Error")
            .field("kind", &inner.kind)
            .field("what", &inner.what)
            .field("endpoint", &inner.endpoint)
            .field("status", &inner.status)
            .field("oauth_error", &inner.code)
            .field("oauth_error_description", &inner.description)
            .field("advice", &inner.advice)
            .field("source", &inner.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0.source {
            Some(source) => Some(source.as_ref()),
            None => None,
        }
    }
}
