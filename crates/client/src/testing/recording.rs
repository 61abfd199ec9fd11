//! The file form of recorded exchanges.

use crate::Bytes;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;

/// What a file of recorded exchanges calls itself.
const FORMAT: &str = "rolecall-recording";
/// The version of the form that is written and read.
const VERSION: u32 = 1;

/// What stands in the place of the origin of the service.
pub(super) const ORIGIN: &str = "https://recorded.invalid";

/// Exchanges with a service, as JSON that can be read, edited and committed:
///
/// ```json
/// {
///   "format": "rolecall-recording",
///   "version": 1,
///   "exchanges": [
///     {
///       "operation": "listGroups",
///       "request": { "method": "GET", "target": "/api/v1/groups?limit=1" },
///       "response": {
///         "status": 200,
///         "headers": [
///           "content-type: application/json",
///           "link: <https://recorded.invalid/api/v1/groups?after=2&limit=1>; rel=\"next\""
///         ],
///         "body": { "json": [{ "id": "00g1" }] }
///       }
///     }
///   ]
/// }
/// ```
///
/// | key | holds |
/// | --- | --- |
/// | `format`, `version` | what the file is. Another version is refused |
/// | `operation` | the `operationId` |
/// | `target` | path and query, with a path in the base URL |
/// | `headers` | `name: value`, in the order of the response |
/// | `body` | `json`, `text` or `base64`; absent when it is empty. `json` is the body but for its white space; what JSON in a file could not give back byte for byte is `text` |
///
/// `https://recorded.invalid` stands for the origin of the service. `redacted-1`, `redacted-2` and so on stand for secrets,
/// and the same one always for the same secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Recording {
    format: String,
    version: u32,
    /// The exchanges, in the order in which they were sent.
    pub exchanges: Vec<RecordedExchange>,
}

/// A request and the response to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedExchange {
    /// The `operationId`.
    pub operation: String,
    /// The request.
    pub request: RecordedRequest,
    /// The response.
    pub response: RecordedResponse,
}

/// A request, without its headers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedRequest {
    /// The method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// The body, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<RecordedBody>,
}

/// A response.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedResponse {
    /// The status.
    pub status: u16,
    /// The headers that were kept, each as `name: value`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<String>,
    /// The body, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<RecordedBody>,
}

/// A body.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RecordedBody {
    /// JSON.
    Json(Value),
    /// Text.
    Text(String),
    /// Bytes that are no UTF-8, in Base64.
    Base64(String),
}

impl RecordedBody {
    /// `None` for an empty one.
    pub(super) fn of(body: &[u8]) -> Option<Self> {
        if body.is_empty() {
            return None;
        }
        let Ok(text) = std::str::from_utf8(body) else {
            return Some(Self::Base64(STANDARD.encode(body)));
        };
        let json = serde_json::from_str::<Value>(text).ok();
        let same = |json: &Value| {
            let again = json.to_string();
            again == without_spaces(text)
        };
        Some(match json.filter(same) {
            Some(json) => Self::Json(json),
            None => Self::Text(text.to_owned()),
        })
    }

    pub(super) fn bytes(&self) -> Result<Bytes, base64::DecodeError> {
        Ok(match self {
            Self::Json(json) => json.to_string().into(),
            Self::Text(text) => text.clone().into(),
            Self::Base64(text) => STANDARD.decode(text)?.into(),
        })
    }
}

/// A JSON text without the white space outside its strings.
fn without_spaces(json: &str) -> String {
    let (mut inside, mut escaped) = (false, false);
    let keeps = |c: &char| {
        let keeps = inside || !matches!(c, ' ' | '\t' | '\r' | '\n');
        match c {
            _ if escaped => escaped = false,
            '\\' if inside => escaped = true,
            '"' => inside = !inside,
            _ => {}
        }
        keeps
    };
    json.chars().filter(keeps).collect()
}

impl Default for Recording {
    fn default() -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            exchanges: Vec::new(),
        }
    }
}

impl Recording {
    /// An empty recording.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the JSON form.
    ///
    /// # Errors
    ///
    /// When the text is no recording, or one of another version.
    pub fn from_json(text: &str) -> Result<Self, RecordingError> {
        /// Looked at first: another version may have another form.
        #[derive(Deserialize)]
        struct Head {
            #[serde(default)]
            format: String,
            #[serde(default)]
            version: u32,
        }
        let problem = |problem: serde_json::Error| RecordingError(problem.to_string());
        let head: Head = serde_json::from_str(text).map_err(problem)?;
        if head.format != FORMAT {
            let what = format!("`format` is not `{FORMAT}`: this is no recording");
            return Err(RecordingError(what));
        }
        if head.version != VERSION {
            return Err(RecordingError(format!(
                "version {} cannot be read, only version {VERSION}: record again",
                head.version
            )));
        }
        let recording: Self = serde_json::from_str(text).map_err(problem)?;
        for (at, exchange) in recording.exchanges.iter().enumerate() {
            exchange.response.check().map_err(|problem| {
                let operation = &exchange.operation;
                RecordingError(format!("/exchanges/{at} ({operation}): {problem}"))
            })?;
        }
        Ok(recording)
    }

    /// The JSON form, with a line break at its end.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Strings, numbers and JSON: nothing of it can fail.
        let text = serde_json::to_string_pretty(self).unwrap_or_default();
        text + "\n"
    }
}

impl RecordedResponse {
    /// What would keep it from being replayed.
    fn check(&self) -> Result<(), String> {
        if http::StatusCode::from_u16(self.status).is_err() {
            return Err(format!("{} is no HTTP status", self.status));
        }
        if let Some(header) = self.headers.iter().find(|header| split(header).is_none()) {
            return Err(format!("`{header}` is no header: expected `name: value`"));
        }
        match self.body.as_ref().map(RecordedBody::bytes) {
            Some(Err(problem)) => Err(format!("the Base64 of the body: {problem}")),
            _ => Ok(()),
        }
    }
}

/// Name and value of a recorded header.
pub(super) fn split(header: &str) -> Option<(http::HeaderName, http::HeaderValue)> {
    let (name, value) = header.split_once(':')?;
    let value = http::HeaderValue::try_from(value.trim()).ok()?;
    Some((http::HeaderName::try_from(name).ok()?, value))
}

/// Why a text is no recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingError(String);

impl fmt::Display for RecordingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the recording cannot be read: {}", self.0)
    }
}

impl std::error::Error for RecordingError {}
