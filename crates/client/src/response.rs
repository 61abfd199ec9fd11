//! What an operation answered, and how bodies become values.

use crate::{DecodeProblem, Decoded, Decoding, FromJson, HookNote, Misfit, decode};
use http::{HeaderMap, StatusCode};
use std::fmt;
use std::ops::Deref;

/// An answer: the value that its body decoded to, with the status and the headers that it came with.
#[derive(Clone)]
pub struct Response<T> {
    value: T,
    status: StatusCode,
    headers: HeaderMap,
    misfits: Vec<Misfit>,
    note: Option<HookNote>,
}

impl<T> Response<T> {
    /// Puts an answer together, for tests and stand-ins.
    #[must_use]
    pub fn new(value: T, status: StatusCode, headers: HeaderMap) -> Self {
        Self {
            value,
            status,
            headers,
            misfits: Vec::new(),
            note: None,
        }
    }

    /// The same answer with what a hook has to say on the call.
    #[must_use]
    pub fn with_note(mut self, note: HookNote) -> Self {
        self.note = Some(note);
        self
    }

    pub(crate) fn of(decoded: Decoded<T>, status: StatusCode, headers: HeaderMap) -> Self {
        Self {
            value: decoded.value,
            status,
            headers,
            misfits: decoded.misfits,
            note: None,
        }
    }

    pub(crate) fn noted(mut self, note: Option<HookNote>) -> Self {
        self.note = note;
        self
    }

    /// The value, without the rest.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.value
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> &T {
        &self.value
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// What of the body did not fit its type and was put up with. Nothing of it is lost: see [`Misfit`].
    #[must_use]
    pub fn misfits(&self) -> &[Misfit] {
        &self.misfits
    }

    /// What the [`Hook`](crate::Hook) had to say on the call.
    #[must_use]
    pub fn note(&self) -> Option<&HookNote> {
        self.note.as_ref()
    }

    /// The same answer with another value.
    #[must_use]
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Response<U> {
        Response {
            value: change(self.value),
            status: self.status,
            headers: self.headers,
            misfits: self.misfits,
            note: self.note,
        }
    }
}

/// Notes and misfits are about the call and do not count.
impl<T: PartialEq> PartialEq for Response<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value && self.status == other.status && self.headers == other.headers
    }
}

impl<T> Deref for Response<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// Headers can hold secrets, so they are not shown.
impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status.as_u16())
            .field("value", &self.value)
            .finish_non_exhaustive()
    }
}

/// The documented body of an operation's errors.
///
/// Every type that can be read from JSON is one; there is nothing to implement.
pub trait ErrorBody: Sized + fmt::Debug + Send + 'static {
    /// Decodes the body of a response that is not 2xx.
    ///
    /// # Errors
    ///
    /// When the body is not the documented one.
    fn decode_with(
        status: u16,
        body: &[u8],
        decoding: Decoding,
    ) -> Result<Decoded<Self>, DecodeProblem>;

    /// As [`decode_with`](Self::decode_with), leniently.
    ///
    /// # Errors
    ///
    /// As [`decode_with`](Self::decode_with).
    fn decode(status: u16, body: &[u8]) -> Result<Self, DecodeProblem> {
        Self::decode_with(status, body, Decoding::Lenient).map(|decoded| decoded.value)
    }
}

impl<E: FromJson + fmt::Debug + Send + 'static> ErrorBody for E {
    fn decode_with(
        _status: u16,
        body: &[u8],
        decoding: Decoding,
    ) -> Result<Decoded<Self>, DecodeProblem> {
        decode(body, decoding)
    }
}

/// A body whose type depends on the status, among the successful ones.
pub trait ByStatus: Sized {
    /// Decodes the body of a 2xx response.
    ///
    /// # Errors
    ///
    /// When the body is not what this status comes with.
    fn decode_with(
        status: u16,
        body: &[u8],
        decoding: Decoding,
    ) -> Result<Decoded<Self>, DecodeProblem>;

    /// As [`decode_with`](Self::decode_with), leniently.
    ///
    /// # Errors
    ///
    /// As [`decode_with`](Self::decode_with).
    fn decode(status: u16, body: &[u8]) -> Result<Self, DecodeProblem> {
        Self::decode_with(status, body, Decoding::Lenient).map(|decoded| decoded.value)
    }
}
