//! How calls fail, keeping what was received.

use crate::body::{essence, is_json};
use crate::{
    DecodeProblem, HookNote, Operation, Redirect, Response, exchange_error, redaction, request,
};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use serde_core::Serialize;
use std::error::Error as StdError;
use std::fmt;

/// Why a call did not give its value. `E` is the operation's documented error body.
///
/// `Display` is one line that names the API and the operation. Neither it nor `Debug` shows a request's values, headers,
/// or the body of a successful answer; only [`Unexpected`](Self::Unexpected) shows the first 120 characters of its body,
/// without what looks like a secret ([`redact`](crate::redact)). The secrets of the request itself are taken out of every
/// error body and of its headers when they are received.
/// What a hook's own error holds is shown as that error shows it.
///
/// `source` goes on where `Display` ends, without repeating it: to what the hook or the HTTP client says, or to where an
/// undocumented error body departs from the documented one.
#[non_exhaustive]
pub enum Error<E> {
    /// The request could not be made from what was given; nothing was sent.
    InvalidRequest {
        /// The operation.
        operation: &'static Operation,
        /// What is wrong, naming parameters but not their values.
        problem: String,
    },
    /// The [`Hook`](crate::Hook) refused the request or failed. Why is in `source`, not in `Display`.
    Hook {
        /// The operation.
        operation: &'static Operation,
        /// The hook's reason. Where that is a [`reqwest::Error`], only scheme, host and port of its URL are left.
        source: Box<dyn StdError + Send + Sync>,
        /// What the hook had to say on the call.
        note: Option<HookNote>,
    },
    /// No answer was received, or not all of it. Only scheme, host and port of the URL are left in `source`: the rest can
    /// hold values.
    Transport {
        /// The operation.
        operation: &'static Operation,
        /// What the HTTP client met.
        source: reqwest::Error,
        /// Where a proxy is the reason: which one, and what became of it. `Display` says it.
        proxy: Option<Box<str>>,
        /// What the hook had to say on the call.
        note: Option<HookNote>,
    },
    /// The answer was a redirect that is not followed: [`Redirect`] says why. Of a call that may change something it is not
    /// known whether it did.
    Redirect {
        /// The operation.
        operation: &'static Operation,
        /// Where it leads, and why it was not followed.
        redirect: Box<Redirect>,
        /// What the hook had to say on the call.
        note: Option<HookNote>,
    },
    /// The API refused, with its documented error body.
    Api {
        /// The operation.
        operation: &'static Operation,
        /// The error body, the status and the headers.
        response: Box<Response<E>>,
    },
    /// The API refused with a status that is documented to come without a body, and without one.
    NoBody {
        /// The operation.
        operation: &'static Operation,
        /// The status.
        status: StatusCode,
        /// The headers.
        headers: Box<HeaderMap>,
        /// What the hook had to say on the call.
        note: Option<HookNote>,
    },
    /// The answer was not 2xx, and its body is not the documented one.
    Unexpected {
        /// The operation.
        operation: &'static Operation,
        /// The status.
        status: StatusCode,
        /// The headers.
        headers: Box<HeaderMap>,
        /// The body as it was received, but for secrets of the request.
        body: Bytes,
        /// Where a JSON body departs from the documented one; `None` when the body is empty or says that it is not JSON.
        problem: Option<DecodeProblem>,
        /// What the hook had to say on the call.
        note: Option<HookNote>,
    },
    /// The answer was 2xx, and its body does not fit the type.
    Decode {
        /// The operation.
        operation: &'static Operation,
        /// The status.
        status: StatusCode,
        /// The headers.
        headers: Box<HeaderMap>,
        /// The body as it was received. It may hold secrets.
        body: Bytes,
        /// Where and how it does not fit.
        problem: DecodeProblem,
        /// What the hook had to say on the call.
        note: Option<HookNote>,
    },
    /// The body is larger than the transport reads.
    BodyTooLarge {
        /// The operation.
        operation: &'static Operation,
        /// The largest body that is read, in bytes.
        limit: u64,
        /// What the hook had to say on the call.
        note: Option<HookNote>,
    },
}

impl<E> Error<E> {
    /// The operation that was called.
    #[must_use]
    pub fn operation(&self) -> &'static Operation {
        match self {
            Self::InvalidRequest { operation, .. }
            | Self::Hook { operation, .. }
            | Self::Transport { operation, .. }
            | Self::Redirect { operation, .. }
            | Self::Api { operation, .. }
            | Self::NoBody { operation, .. }
            | Self::Unexpected { operation, .. }
            | Self::Decode { operation, .. }
            | Self::BodyTooLarge { operation, .. } => operation,
        }
    }

    /// The status of the answer, when there was one and it was read.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Api { response, .. } => Some(response.status()),
            Self::NoBody { status, .. }
            | Self::Unexpected { status, .. }
            | Self::Decode { status, .. } => Some(*status),
            Self::Redirect { redirect, .. } => Some(redirect.status),
            Self::Transport { source, .. } => source.status(),
            _ => None,
        }
    }

    /// The headers of the answer, when there was one and it was read.
    #[must_use]
    pub fn headers(&self) -> Option<&HeaderMap> {
        match self {
            Self::Api { response, .. } => Some(response.headers()),
            Self::NoBody { headers, .. }
            | Self::Unexpected { headers, .. }
            | Self::Decode { headers, .. } => Some(headers),
            Self::Redirect { redirect, .. } => Some(&redirect.headers),
            _ => None,
        }
    }

    /// The documented error body, when the API refused with one.
    #[must_use]
    pub fn api(&self) -> Option<&E> {
        match self {
            Self::Api { response, .. } => Some(response.value()),
            _ => None,
        }
    }

    /// What the [`Hook`](crate::Hook) had to say on the call.
    #[must_use]
    pub fn note(&self) -> Option<&HookNote> {
        match self {
            Self::Api { response, .. } => response.note(),
            Self::Hook { note, .. }
            | Self::Transport { note, .. }
            | Self::NoBody { note, .. }
            | Self::Redirect { note, .. }
            | Self::Unexpected { note, .. }
            | Self::Decode { note, .. }
            | Self::BodyTooLarge { note, .. } => note.as_ref(),
            Self::InvalidRequest { .. } => None,
        }
    }

    /// Whether time ran out, while connecting or for the whole exchange.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        match self {
            Self::Transport { source, .. } => source.is_timeout(),
            Self::Hook { source, .. } => {
                let source = source.as_ref() as &(dyn StdError + 'static);
                source
                    .downcast_ref()
                    .is_some_and(reqwest::Error::is_timeout)
            }
            _ => false,
        }
    }

    /// The same error with its documented body changed.
    #[must_use]
    pub fn map<F>(self, change: impl FnOnce(E) -> F) -> Error<F> {
        match self {
            Self::Api {
                operation,
                response,
            } => Error::Api {
                operation,
                response: Box::new(response.map(change)),
            },
            Self::NoBody {
                operation,
                status,
                headers,
                note,
            } => Error::NoBody {
                operation,
                status,
                headers,
                note,
            },
            Self::InvalidRequest { operation, problem } => {
                Error::InvalidRequest { operation, problem }
            }
            Self::Hook {
                operation,
                source,
                note,
            } => Error::Hook {
                operation,
                source,
                note,
            },
            Self::Transport {
                operation,
                source,
                proxy,
                note,
            } => Error::Transport {
                operation,
                source,
                proxy,
                note,
            },
            Self::Redirect {
                operation,
                redirect,
                note,
            } => Error::Redirect {
                operation,
                redirect,
                note,
            },
            Self::Unexpected {
                operation,
                status,
                headers,
                body,
                problem,
                note,
            } => Error::Unexpected {
                operation,
                status,
                headers,
                body,
                problem,
                note,
            },
            Self::Decode {
                operation,
                status,
                headers,
                body,
                problem,
                note,
            } => Error::Decode {
                operation,
                status,
                headers,
                body,
                problem,
                note,
            },
            Self::BodyTooLarge {
                operation,
                limit,
                note,
            } => Error::BodyTooLarge {
                operation,
                limit,
                note,
            },
        }
    }

    /// The same error with its documented body as plain JSON, so that errors of different operations have one type.
    ///
    /// A body that cannot be serialized becomes `null`; no type that this crate's macros write is such.
    #[must_use]
    pub fn erase(self) -> Error<serde_json::Value>
    where
        E: Serialize,
    {
        self.map(|body| serde_json::to_value(body).unwrap_or_default())
    }
}

impl<E> fmt::Display for Error<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operation = self.operation();
        write!(f, "{} {}: ", operation.api, operation.id)?;
        match self {
            Self::InvalidRequest { problem, .. } => write!(f, "nothing was sent: {problem}"),
            Self::Hook { source, .. } => match source.downcast_ref() {
                Some(source) => {
                    f.write_str("a request of the hook's own failed: ")?;
                    exchange_error::describe(f, source)
                }
                None => f.write_str("refused by the hook"),
            },
            Self::Transport {
                proxy: Some(proxy), ..
            } => f.write_str(proxy),
            Self::Transport { source, .. } => exchange_error::describe(f, source),
            Self::Redirect { redirect, .. } => redirect.fmt(f),
            Self::Api { response, .. } => write!(f, "answered {}", response.status()),
            Self::NoBody { status, .. } => {
                write!(f, "answered {status} without a body, as documented")
            }
            Self::Unexpected {
                status,
                headers,
                body,
                ..
            } => {
                write!(f, "answered {status} ")?;
                describe(f, headers, body)
            }
            Self::Decode {
                status,
                headers,
                problem,
                ..
            } => match not_json(operation, headers, problem) {
                Some((received, expected)) => write!(
                    f,
                    "answered {status} with {received} where {expected} is expected: {problem}"
                ),
                None => write!(
                    f,
                    "answered {status} with a body that does not fit: {problem}"
                ),
            },
            Self::BodyTooLarge { limit, .. } => {
                write!(f, "answered with more than {limit} bytes")
            }
        }
    }
}

/// The media types that were received and expected, when JSON was read from what says that it is something else.
fn not_json(
    operation: &Operation,
    headers: &HeaderMap,
    problem: &DecodeProblem,
) -> Option<(String, &'static str)> {
    let received = essence(headers.get(CONTENT_TYPE)?.to_str().ok()?);
    // Only a problem with JSON has a line.
    if problem.line == 0 || is_json(&received) {
        return None;
    }
    let documented = request::accepted(operation)
        .into_iter()
        .find(|media_type| is_json(&essence(media_type)));
    Some((received, documented.unwrap_or("application/json")))
}

/// Says what an undocumented error body is, with its first characters on one line.
fn describe(f: &mut fmt::Formatter<'_>, headers: &HeaderMap, body: &[u8]) -> fmt::Result {
    const SHOWN: usize = 120;
    if body.is_empty() {
        return f.write_str("without a body");
    }
    match headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
    {
        Some(media_type) => {
            let media_type = redaction::excerpt(media_type.as_bytes(), SHOWN);
            write!(f, "with undocumented {media_type}: ")?;
        }
        None => f.write_str("with an undocumented body: ")?,
    }
    f.write_str(&redaction::excerpt(body, SHOWN))
}

impl<E: fmt::Debug> fmt::Debug for Error<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::InvalidRequest { .. } => "InvalidRequest",
            Self::Hook { .. } => "Hook",
            Self::Transport { .. } => "Transport",
            Self::Redirect { .. } => "Redirect",
            Self::Api { .. } => "Api",
            Self::NoBody { .. } => "NoBody",
            Self::Unexpected { .. } => "Unexpected",
            Self::Decode { .. } => "Decode",
            Self::BodyTooLarge { .. } => "BodyTooLarge",
        };
        let mut debug = f.debug_struct(name);
        debug.field("operation", &self.operation().id);
        match self {
            Self::InvalidRequest { problem, .. } => debug.field("problem", problem),
            Self::Hook { source, .. } => debug.field("source", source),
            Self::Transport { source, proxy, .. } => {
                debug.field("source", source).field("proxy", proxy)
            }
            Self::Redirect { redirect, .. } => debug.field("redirect", redirect),
            // What a service writes may repeat a token, of another program for example.
            Self::Api { response, .. } => {
                let shown = redaction::redact(&format!("{response:?}"));
                debug.field("response", &format_args!("{shown}"))
            }
            Self::NoBody { status, .. } => debug.field("status", &status.as_u16()),
            Self::Unexpected {
                status,
                body,
                problem,
                ..
            } => debug
                .field("status", &status.as_u16())
                .field("body_bytes", &body.len())
                .field("problem", problem),
            Self::Decode {
                status,
                body,
                problem,
                ..
            } => debug
                .field("status", &status.as_u16())
                .field("body_bytes", &body.len())
                .field("problem", problem),
            Self::BodyTooLarge { limit, .. } => debug.field("limit", limit),
        };
        debug.finish()
    }
}

impl<E: fmt::Debug> StdError for Error<E> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Hook { source, .. } => Some(source.as_ref()),
            Self::Transport { source, .. } => Some(source),
            Self::Unexpected { problem, .. } => problem.as_ref().map(|problem| problem as _),
            // `Display` says all of a `Decode` problem.
            _ => None,
        }
    }
}
