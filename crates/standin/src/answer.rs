//! An answer in the making.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::Serialize;
use serde_json::Value;
use std::borrow::Cow;

/// What a handler comes to: either way an answer, so that `?` ends a handler early with the vendor's own error body.
pub type Outcome = Result<Answer, Answer>;

/// An answer in the making.
#[derive(Clone, Debug)]
pub struct Answer(Box<Parts>);

#[derive(Clone, Debug)]
struct Parts {
    status: StatusCode,
    headers: HeaderMap,
    body: AnswerBody,
}

#[derive(Clone, Debug)]
enum AnswerBody {
    Empty,
    Json(Value),
    /// JSON that was written without a [`Value`] in between: lists are several times as fast so.
    Written(Bytes),
    Bytes(Bytes),
}

impl Answer {
    /// A status alone.
    #[must_use]
    pub fn empty(status: StatusCode) -> Self {
        Self(Box::new(Parts {
            status,
            headers: HeaderMap::new(),
            body: AnswerBody::Empty,
        }))
    }

    /// A JSON body.
    #[must_use]
    pub fn json(status: StatusCode, body: impl Into<Value>) -> Self {
        let mut answer = Self::empty(status);
        answer.0.body = AnswerBody::Json(body.into());
        answer.header(CONTENT_TYPE, "application/json")
    }

    /// A 200 with a JSON body.
    #[must_use]
    pub fn ok(body: impl Into<Value>) -> Self {
        Self::json(StatusCode::OK, body)
    }

    /// A 200 whose JSON body is written at once.
    #[must_use]
    pub fn written(body: &impl Serialize) -> Self {
        let mut answer = Self::empty(StatusCode::OK);
        // Only a map with keys that are no texts, or a type that fails on purpose, does not serialize.
        let text = serde_json::to_vec(body).unwrap_or_default();
        answer.0.body = AnswerBody::Written(text.into());
        answer.header(CONTENT_TYPE, "application/json")
    }

    /// A body of any media type.
    #[must_use]
    pub fn bytes(status: StatusCode, media_type: &str, body: impl Into<Bytes>) -> Self {
        let mut answer = Self::empty(status);
        answer.0.body = AnswerBody::Bytes(body.into());
        answer.header(CONTENT_TYPE, media_type)
    }

    /// With one more header; earlier ones of the same name stay. Text that no header can hold is left out.
    #[must_use]
    pub fn header(mut self, name: impl TryInto<HeaderName>, value: impl AsRef<str>) -> Self {
        if let (Ok(name), Ok(value)) = (name.try_into(), HeaderValue::from_str(value.as_ref())) {
            self.0.headers.append(name, value);
        }
        self
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// The headers, to be changed.
    pub fn headers_mut(&mut self) -> &mut HeaderMap {
        &mut self.0.headers
    }

    /// The body when it is JSON.
    #[must_use]
    pub fn json_body(&self) -> Option<Cow<'_, Value>> {
        match &self.0.body {
            AnswerBody::Json(value) => Some(Cow::Borrowed(value)),
            AnswerBody::Written(text) => serde_json::from_slice(text).ok().map(Cow::Owned),
            AnswerBody::Empty | AnswerBody::Bytes(_) => None,
        }
    }

    /// The body when it is JSON, to be changed.
    pub fn json_body_mut(&mut self) -> Option<&mut Value> {
        if let AnswerBody::Written(text) = &self.0.body {
            self.0.body = AnswerBody::Json(serde_json::from_slice(text).ok()?);
        }
        match &mut self.0.body {
            AnswerBody::Json(value) => Some(value),
            AnswerBody::Empty | AnswerBody::Written(_) | AnswerBody::Bytes(_) => None,
        }
    }

    /// The status, the headers and the bytes that are sent.
    #[must_use]
    pub fn into_parts(self) -> (StatusCode, HeaderMap, Bytes) {
        let Parts {
            status,
            headers,
            body,
        } = *self.0;
        let body = match body {
            AnswerBody::Empty => Bytes::new(),
            // Several times as fast as `to_string`, which goes by way of the formatter. A value always serializes.
            AnswerBody::Json(value) => serde_json::to_vec(&value).unwrap_or_default().into(),
            AnswerBody::Written(bytes) | AnswerBody::Bytes(bytes) => bytes,
        };
        (status, headers, body)
    }
}
