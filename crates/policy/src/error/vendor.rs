//! What the vendor says of an error, in its body and headers.

use rolecall_client::{Error as CallError, redact};
use serde_json::Value;

/// The longest message that is kept, in characters.
const LONGEST: usize = 400;

/// What the vendor says of an error. Texts are on one line and cut to 400 characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct VendorError {
    /// Its code, such as `E0000006` or `PERMISSION_DENIED`.
    pub code: Option<String>,
    /// Its name, such as `OrganizationNotFound` or the class of an exception.
    pub name: Option<String>,
    /// What it says to people.
    pub message: Option<String>,
    /// What identifies this occurrence to the vendor's support.
    pub instance: Option<String>,
    /// What identifies the request to the vendor's support, by a header of the response.
    pub request_id: Option<String>,
    /// The scopes or permissions that it says are missing.
    pub missing: Vec<String>,
}

impl VendorError {
    /// Reads what the error's body and headers say, by the `x-error-fields` of its description.
    pub(super) fn of(error: &CallError<Value>) -> Self {
        let fields = error.operation().service.error_fields;
        let request_id = error.headers().and_then(|headers| {
            let mut values = fields.request_id.iter().map(|name| headers.get(*name));
            let value = values.find_map(|value| value)?;
            value.to_str().ok().map(one_line)
        });
        let undocumented;
        let body = match error {
            CallError::Api { response, .. } => response.value(),
            // A body that is not the documented one may still be read where it is JSON.
            CallError::Unexpected { body, .. } => {
                // Some services begin JSON with a byte order mark.
                let text = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
                undocumented = serde_json::from_slice(text).unwrap_or_default();
                &undocumented
            }
            _ => &Value::Null,
        };
        let text = |pointers: &[&str]| {
            let mut found = pointers.iter().filter_map(|pointer| body.pointer(pointer));
            found.find_map(Value::as_str).map(one_line)
        };
        let message = match (text(fields.message), text(fields.detail)) {
            (Some(message), Some(detail)) => Some(format!("{message} ({detail})")),
            (message, detail) => message.or(detail),
        };
        Self {
            code: text(fields.code),
            name: text(fields.name),
            message,
            instance: text(fields.instance),
            request_id,
            missing: missing(body, fields.missing),
        }
    }
}

/// The text, or the texts of the list, at these places.
fn missing(body: &Value, pointers: &[&str]) -> Vec<String> {
    let found = pointers.iter().filter_map(|pointer| body.pointer(pointer));
    found
        .flat_map(|value| match value {
            Value::Array(values) => values.as_slice(),
            value => std::slice::from_ref(value),
        })
        .filter_map(Value::as_str)
        .map(one_line)
        .collect()
}

/// A text without line breaks and control characters, cut where it gets long, and without what looks like a secret: some
/// gateways repeat credentials to the caller.
pub(super) fn one_line(text: &str) -> String {
    let mut line = String::new();
    let shown = redact(text);
    let words = shown.split(|c: char| c.is_whitespace() || c.is_control());
    for word in words.filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    match line.char_indices().nth(LONGEST) {
        Some((at, _)) => {
            line.truncate(at);
            line.push_str("...");
            line
        }
        None => line,
    }
}
