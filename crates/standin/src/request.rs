//! A request, taken apart.

use crate::auth::Caller;
use chrono::{DateTime, Utc};
use http::HeaderMap;
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// A request to an operation, from a caller who is known.
#[derive(Debug)]
pub struct Request {
    /// The operation.
    pub operation: &'static crate::contract::Operation,
    /// Path parameters, decoded.
    pub path: Vec<(String, String)>,
    /// The query, decoded, in the order in which it came.
    pub query: Vec<(String, String)>,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: RequestBody,
    /// Who calls.
    pub caller: Caller,
    /// When it came, by the stand-in's clock.
    pub now: DateTime<Utc>,
    /// Scheme, host and port that the request was sent to, for absolute links: `http://127.0.0.1:4001`.
    pub origin: String,
    /// Path and query as they were sent.
    pub target: String,
}

/// The body of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum RequestBody {
    /// There is none.
    Empty,
    /// JSON.
    Json(Value),
    /// `application/x-www-form-urlencoded`.
    Form(Vec<(String, String)>),
    /// Anything else, with its media type.
    Other(String, bytes::Bytes),
}

impl Request {
    /// A path parameter; empty when the template has none of this name.
    #[must_use]
    pub fn path(&self, name: &str) -> &str {
        let found = self.path.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    /// The last query parameter of this name.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().rfind(|(known, _)| known == name);
        found.map(|(_, value)| &**value)
    }

    /// All query parameters of this name.
    pub fn queries<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let found = self.query.iter().filter(move |(known, _)| known == name);
        found.map(|(_, value)| &**value)
    }

    /// A query parameter that is a whole number. The contract was checked before, so that other text means absence here.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<i64> {
        self.query(name)?.parse().ok()
    }

    /// A query parameter that is a boolean; see [`number`](Self::number).
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<bool> {
        self.query(name)?.parse().ok()
    }

    /// The JSON body; `null` when there is none.
    #[must_use]
    pub fn json(&self) -> &Value {
        match &self.body {
            RequestBody::Json(value) => value,
            _ => &Value::Null,
        }
    }

    /// A member of the JSON body, by JSON Pointer, that is a text.
    #[must_use]
    pub fn text(&self, pointer: &str) -> Option<&str> {
        self.json().pointer(pointer)?.as_str()
    }

    pub(crate) fn texts<'a>(&'a self, location: &str, name: &'a str) -> Vec<&'a str> {
        match location {
            "path" => {
                let found = self.path.iter().filter(|(known, _)| known == name);
                found.map(|(_, value)| &**value).collect()
            }
            "query" => self.queries(name).collect(),
            "header" => {
                let found = self.headers.get_all(name).iter();
                found.filter_map(|value| value.to_str().ok()).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// Names and values of `a=1&b=2`, decoded.
pub(crate) fn pairs(text: &str) -> Vec<(String, String)> {
    let decode = |text: &str| {
        let text = text.replace('+', " ");
        percent_decode_str(&text).decode_utf8_lossy().into_owned()
    };
    let parts = text.split('&').filter(|part| !part.is_empty());
    let pairs = parts.map(|part| part.split_once('=').unwrap_or((part, "")));
    pairs
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}
