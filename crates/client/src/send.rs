//! Sending a call and decoding its answer.
//!
//! Generated crates instantiate the `send` functions for every type, so those hold only what depends on the type: the
//! exchange is behind one boxed future.

use crate::body::{essence, is_json};
use crate::exchange_error::with_origin_only;
use crate::json::decode_items;
use crate::redaction::RequestSecrets;
use crate::redirect::{onward, succeeds};
use crate::{
    BoxFuture, ByStatus, Call, DecodeProblem, Decoded, Decoding, Error, ErrorBody, FromJson,
    HookError, HookNote, HttpClient, ItemProblem, Misfit, Operation, Redirect, Response, Transport,
    WholeBody, decode, request,
};
use bytes::{Bytes, BytesMut};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use reqwest::Url;
use std::error::Error as StdError;

/// A byte order mark in UTF-8.
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// An answer before its body is decoded.
#[derive(Clone)]
pub(crate) struct Raw {
    pub(crate) operation: &'static Operation,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) url: Url,
    pub(crate) body: Bytes,
    pub(crate) note: Option<HookNote>,
    pub(crate) transport: Transport,
    pub(crate) decoding: Decoding,
}

/// The failures that do not depend on the documented error body.
pub(crate) struct Failure {
    reason: Reason,
    note: Option<HookNote>,
}

enum Reason {
    InvalidRequest(String),
    Hook(Box<dyn StdError + Send + Sync>),
    Transport(reqwest::Error),
    BodyTooLarge(u64),
    Redirect(Box<Redirect>),
}

impl Failure {
    pub(crate) fn into_error<E>(
        self,
        operation: &'static Operation,
        http: &HttpClient,
    ) -> Error<E> {
        let note = self.note;
        match self.reason {
            Reason::InvalidRequest(problem) => Error::InvalidRequest { operation, problem },
            Reason::Hook(source) => Error::Hook {
                operation,
                source,
                note,
            },
            Reason::Transport(source) => Error::Transport {
                operation,
                proxy: http.proxy_problem(&source).map(String::into_boxed_str),
                source: with_origin_only(source),
                note,
            },
            Reason::Redirect(redirect) => Error::Redirect {
                operation,
                redirect,
                note,
            },
            Reason::BodyTooLarge(limit) => Error::BodyTooLarge {
                operation,
                limit,
                note,
            },
        }
    }
}

impl From<Reason> for Failure {
    fn from(reason: Reason) -> Self {
        Self { reason, note: None }
    }
}

impl From<HookError> for Failure {
    fn from(error: HookError) -> Self {
        match error {
            HookError::Transport(source) => Reason::Transport(source).into(),
            HookError::Refused(source) => Reason::Hook(match source.downcast() {
                Ok(source) => Box::new(with_origin_only(*source)),
                Err(source) => source,
            })
            .into(),
            HookError::BodyTooLarge(limit) => Reason::BodyTooLarge(limit).into(),
            HookError::Redirect(redirect) => Reason::Redirect(redirect).into(),
            HookError::Noted(error, note) => Self {
                reason: Self::from(*error).reason,
                note: Some(note),
            },
        }
    }
}

/// Why a body could not be read to its end.
pub(crate) enum Whole {
    Broken(reqwest::Error),
    TooLarge,
}

/// Reads a body of at most `limit` bytes. A body that comes in one piece is not copied.
pub(crate) async fn read_whole(
    response: &mut reqwest::Response,
    limit: u64,
) -> Result<Bytes, Whole> {
    if response
        .content_length()
        .is_some_and(|length| length > limit)
    {
        return Err(Whole::TooLarge);
    }
    let Some(first) = response.chunk().await.map_err(Whole::Broken)? else {
        return Ok(Bytes::new());
    };
    if first.len() as u64 > limit {
        return Err(Whole::TooLarge);
    }
    let Some(second) = response.chunk().await.map_err(Whole::Broken)? else {
        return Ok(first);
    };
    let mut body = BytesMut::from(first);
    let mut next = Some(second);
    while let Some(chunk) = next {
        if (body.len() as u64).saturating_add(chunk.len() as u64) > limit {
            return Err(Whole::TooLarge);
        }
        body.extend_from_slice(&chunk);
        next = response.chunk().await.map_err(Whole::Broken)?;
    }
    Ok(body.freeze())
}

impl Raw {
    /// Hands over a 2xx answer and a redirect that the operation documents as its success, and makes an error of every other.
    pub(crate) fn successful<E: ErrorBody>(self) -> Result<Self, Error<E>> {
        let operation = self.operation;
        let is_documented = self.status.is_redirection() && succeeds(operation, self.status);
        if self.status.is_success() || is_documented {
            return Ok(self);
        }
        let status = self.status.as_u16();
        let documented = operation.answer(status);
        if self.body.is_empty() && documented.is_some_and(|answer| answer.media_types.is_empty()) {
            return Err(Error::NoBody {
                operation,
                status: self.status,
                headers: Box::new(self.headers),
                note: self.note,
            });
        }
        Err(
            match E::decode_with(status, self.json_text(), self.decoding) {
                Ok(decoded) => Error::Api {
                    operation,
                    response: Box::new(self.response(decoded)),
                },
                Err(problem) => self.unexpected(problem),
            },
        )
    }

    /// Refuses a success whose body is a web page where none is documented: a login page or the portal of a network stands in
    /// the place of the service, and whatever the status says, nothing was done. Reading a page as JSON fails by itself.
    fn without_foreign_page<E>(self) -> Result<Self, Error<E>> {
        match self.foreign_page() {
            Some(problem) => Err(self.misfit(problem)),
            None => Ok(self),
        }
    }

    fn foreign_page(&self) -> Option<DecodeProblem> {
        let received = essence(self.headers.get(CONTENT_TYPE)?.to_str().ok()?);
        let is_page =
            |media_type: &str| matches!(media_type, "text/html" | "application/xhtml+xml");
        let mut documented = request::accepted(self.operation).into_iter().map(essence);
        if !is_page(&received)
            || self.body.trim_ascii().is_empty()
            || documented.any(|media_type| is_page(&media_type) || media_type.contains('*'))
        {
            return None;
        }
        let message = "a web page is not what the operation returns: something else answered in the place of the service";
        Some(DecodeProblem::new("", message))
    }

    fn unexpected<E>(self, problem: DecodeProblem) -> Error<E> {
        let media_type = self
            .headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        let says_json = media_type.is_none_or(|media_type| is_json(&essence(media_type)));
        let problem = (says_json && !self.body.is_empty()).then_some(problem);
        Error::Unexpected {
            operation: self.operation,
            status: self.status,
            headers: Box::new(self.headers),
            body: self.body,
            problem,
            note: self.note,
        }
    }

    /// Lets the hook know what did not fit.
    pub(crate) fn tell(&mut self, misfits: &[Misfit]) {
        if let (false, Some(hook)) = (misfits.is_empty(), self.transport.hook()) {
            self.note = hook.misfits(self.operation, misfits, self.note.take());
        }
    }

    fn response<T>(mut self, decoded: Decoded<T>) -> Response<T> {
        self.tell(&decoded.misfits);
        Response::of(decoded, self.status, self.headers).noted(self.note)
    }

    pub(crate) fn misfit<E>(self, problem: DecodeProblem) -> Error<E> {
        Error::Decode {
            operation: self.operation,
            status: self.status,
            headers: Box::new(self.headers),
            body: self.body,
            problem,
            note: self.note,
        }
    }

    /// The body without the byte order mark that some services begin JSON with (RFC 8259, section 8.1).
    pub(crate) fn json_text(&self) -> &[u8] {
        self.body.strip_prefix(MARK).unwrap_or(&self.body)
    }

    pub(crate) fn json<T: FromJson>(&self) -> Result<Decoded<T>, DecodeProblem> {
        if self.json_text().is_empty() {
            return Err(DecodeProblem::new("", "there is no body"));
        }
        decode(self.json_text(), self.decoding)
    }

    /// As [`json`](Self::json), where items of the array at this pointer may fail.
    pub(crate) fn json_items<T: FromJson>(
        &self,
        items: &str,
    ) -> Result<(Decoded<T>, Vec<ItemProblem>), DecodeProblem> {
        if self.json_text().is_empty() {
            return Err(DecodeProblem::new("", "there is no body"));
        }
        decode_items(self.json_text(), items, self.decoding)
    }

    fn with<T, E>(self, value: Result<Decoded<T>, DecodeProblem>) -> Result<Response<T>, Error<E>> {
        match value {
            Ok(decoded) => Ok(self.response(decoded)),
            Err(problem) => Err(self.misfit(problem)),
        }
    }
}

impl Call {
    /// Sends the request and reads the whole answer, whatever its status.
    pub(crate) fn exchange(self) -> BoxFuture<'static, Result<Raw, Failure>> {
        Box::pin(async move {
            let mut response = self.follow_redirects().await?;
            let note = response.extensions_mut().remove::<HookNote>();
            let limit = self.transport.max_body_bytes();
            let body = match response.extensions_mut().remove() {
                Some(WholeBody(body)) => body,
                None => match read_whole(&mut response, limit).await {
                    Ok(body) => body,
                    Err(problem) => {
                        let reason = match problem {
                            Whole::Broken(error) => Reason::Transport(error),
                            Whole::TooLarge => Reason::BodyTooLarge(limit),
                        };
                        return Err(Failure { reason, note });
                    }
                },
            };
            let secrets = response.extensions_mut().remove::<RequestSecrets>();
            let mut raw = Raw {
                operation: self.operation,
                status: response.status(),
                headers: std::mem::take(response.headers_mut()),
                url: response.url().clone(),
                body,
                note,
                decoding: self.decoding.unwrap_or_else(|| self.transport.decoding()),
                transport: self.transport,
            };
            if let Some(secrets) = secrets {
                raw.body = secrets.taken_out_of(raw.body);
                secrets.take_out_of(&mut raw.headers);
            }
            Ok(raw)
        })
    }

    /// Sends the request, and again to where the answer redirects to. The hook sees each of them, without what it put on the
    /// one before: a proof of possession is for one URL.
    async fn follow_redirects(&self) -> Result<reqwest::Response, Failure> {
        let build = || request::build(self).map_err(Reason::InvalidRequest);
        let mut request = build()?;
        let (mut at, mut followed) = (None, 0);
        loop {
            let response = self.transport.execute(self.operation, request).await?;
            if !response.status().is_redirection() {
                return Ok(response);
            }
            request = build()?;
            let from = at.as_ref().unwrap_or(request.url());
            let (status, headers) = (response.status(), response.headers());
            let target = onward(self.operation, from, status, headers, followed);
            let target = target.map_err(|redirect| Failure {
                reason: Reason::Redirect(redirect),
                note: response.extensions().get::<HookNote>().cloned(),
            })?;
            let Some(target) = target else {
                return Ok(response);
            };
            *request.url_mut() = target.clone();
            at = Some(target);
            followed += 1;
        }
    }

    pub(crate) async fn send_raw<E: ErrorBody>(self) -> Result<Raw, Error<E>> {
        let operation = self.operation;
        let transport = self.transport.clone();
        match self.exchange().await {
            Ok(raw) => raw.successful(),
            Err(failure) => Err(failure.into_error(operation, transport.http())),
        }
    }

    /// Sends the call and decodes the body of any 2xx answer as JSON.
    ///
    /// # Errors
    ///
    /// Every [`Error`]; [`Error::Decode`] also when there is no body.
    pub async fn send_json<T: FromJson, E: ErrorBody>(self) -> Result<Response<T>, Error<E>> {
        let raw = self.send_raw().await?;
        let value = raw.json();
        raw.with(value)
    }

    /// As [`send_json`](Self::send_json), where an empty body and a JSON `null` are `None`.
    ///
    /// # Errors
    ///
    /// Every [`Error`].
    pub async fn send_optional_json<T: FromJson, E: ErrorBody>(
        self,
    ) -> Result<Response<Option<T>>, Error<E>> {
        let raw = self.send_raw().await?;
        let value = if raw.json_text().trim_ascii().is_empty() {
            Ok(None.into())
        } else {
            raw.json()
        };
        raw.with(value)
    }

    /// Sends the call; the body of a 2xx answer does not matter, unless it is a web page that the operation does not document.
    ///
    /// # Errors
    ///
    /// Every [`Error`]; [`Error::Decode`] for such a page.
    pub async fn send_empty<E: ErrorBody>(self) -> Result<Response<()>, Error<E>> {
        let raw = self.send_raw::<E>().await?.without_foreign_page()?;
        raw.with(Ok(().into()))
    }

    /// Sends the call and takes the body of any 2xx answer as text.
    ///
    /// # Errors
    ///
    /// Every [`Error`]; [`Error::Decode`] when the body is not UTF-8, whatever charset its media type names.
    pub async fn send_text<E: ErrorBody>(self) -> Result<Response<String>, Error<E>> {
        let raw = self.send_raw::<E>().await?.without_foreign_page()?;
        let value = match std::str::from_utf8(&raw.body) {
            Ok(text) => Ok(text.to_owned().into()),
            Err(error) => Err(DecodeProblem::new(
                "",
                format!("not UTF-8 from byte {} on", error.valid_up_to()),
            )),
        };
        raw.with(value)
    }

    /// Sends the call and takes the body of any 2xx answer as it is, unless it is a web page that the operation does not document.
    ///
    /// # Errors
    ///
    /// Every [`Error`]; [`Error::Decode`] for such a page.
    pub async fn send_bytes<E: ErrorBody>(self) -> Result<Response<Bytes>, Error<E>> {
        let raw = self.send_raw::<E>().await?.without_foreign_page()?;
        let value = raw.body.clone();
        raw.with(Ok(value.into()))
    }

    /// Sends the call and decodes the body of any 2xx answer by its status.
    ///
    /// # Errors
    ///
    /// Every [`Error`].
    pub async fn send_by_status<S: ByStatus, E: ErrorBody>(self) -> Result<Response<S>, Error<E>> {
        let raw = self.send_raw::<E>().await?.without_foreign_page()?;
        let mut value = S::decode_with(raw.status.as_u16(), raw.json_text(), raw.decoding);
        if raw.json_text().is_empty() {
            value = value.map_err(|_| DecodeProblem::new("", "there is no body"));
        }
        raw.with(value)
    }
}
