//! Request bodies. All are in memory, so that a request can be sent again.

use crate::{Encoding, Location, Multipart, Parameter, parameter};
use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_core::Serialize;
use serde_json::{Map, Value};

/// The `application/x-www-form-urlencoded` percent-encode set of the URL Standard.
const FORM: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'*')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_');

/// How [`Call::form_with`](crate::Call::form_with) writes lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ArrayStyle {
    /// `a=1&a=2`.
    #[default]
    Repeat,
    /// `a[0]=1&a[1]=2`.
    Indexed,
    /// `a[]=1&a[]=2`.
    Brackets,
}

/// A body and what it is sent as.
#[derive(Clone)]
pub(crate) struct Body {
    pub(crate) bytes: Bytes,
    pub(crate) kind: Kind,
}

/// What was given, which decides the media type when the operation does not.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Json,
    Form,
    Text,
    Bytes,
    Multipart { boundary: String },
}

impl Body {
    pub(crate) fn json(value: &impl Serialize) -> Result<Self, String> {
        Ok(Self {
            bytes: serde_json::to_vec(value)
                .map_err(|problem| unserializable(&problem))?
                .into(),
            kind: Kind::Json,
        })
    }

    pub(crate) fn form(
        value: &impl Serialize,
        style: ArrayStyle,
        encoding: &'static [Encoding],
    ) -> Result<Self, String> {
        let value = serde_json::to_value(value).map_err(|problem| unserializable(&problem))?;
        let Value::Object(fields) = value else {
            return Err("the form body is not an object".to_owned());
        };
        let mut text = String::new();
        for (key, value) in &fields {
            let mut known = encoding.iter();
            match known.find(|known| known.property == key) {
                // A form has no null; leaving the key out is what comes nearest.
                Some(_) if value.is_null() => {}
                Some(known) => encoded_form(&mut text, known, value, style)?,
                None => form(&mut text, key, value, style),
            }
        }
        Ok(Self {
            bytes: text.into(),
            kind: Kind::Form,
        })
    }

    pub(crate) fn multipart(parts: &Multipart, encoding: &[Encoding]) -> Result<Self, String> {
        let (boundary, bytes) = parts.encode(encoding)?;
        Ok(Self {
            bytes,
            kind: Kind::Multipart { boundary },
        })
    }

    /// The media type to send, given the one that the operation documents.
    pub(crate) fn media_type(&self, documented: Option<&str>) -> String {
        let documented = documented.map(|media_type| (media_type, essence(media_type)));
        let fits = documented.filter(|(_, essence)| match self.kind {
            Kind::Json => is_json(essence),
            Kind::Form => essence == "application/x-www-form-urlencoded",
            Kind::Multipart { .. } => essence.starts_with("multipart/"),
            Kind::Text | Kind::Bytes => !essence.contains('*'),
        });
        let media_type = match (&self.kind, fits) {
            (_, Some((media_type, _))) => media_type,
            (Kind::Json, _) => "application/json",
            (Kind::Form, _) => "application/x-www-form-urlencoded",
            (Kind::Text, _) => "text/plain; charset=utf-8",
            (Kind::Bytes, _) => "application/octet-stream",
            (Kind::Multipart { .. }, _) => "multipart/form-data",
        };
        match &self.kind {
            Kind::Multipart { boundary } => format!("{media_type}; boundary={boundary}"),
            _ => media_type.to_owned(),
        }
    }
}

/// The text is serde's and may quote a value, so only the kind of failure is told.
fn unserializable(problem: &serde_json::Error) -> String {
    format!(
        "the body cannot be serialized ({:?} error)",
        problem.classify()
    )
}

/// A media type without its parameters, in lower case.
pub(crate) fn essence(media_type: &str) -> String {
    // Some write a comma before the first parameter.
    let essence = media_type.split([';', ',']).next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// Whether a media type without parameters is JSON (RFC 6839, section 3.1 for the suffix).
pub(crate) fn is_json(essence: &str) -> bool {
    essence == "application/json" || essence == "text/json" || essence.ends_with("+json")
}

fn form(text: &mut String, name: &str, value: &Value, style: ArrayStyle) {
    let scalar = match value {
        // A form has no null; leaving the key out is what comes nearest.
        Value::Null => return,
        Value::Object(map) => {
            for (key, value) in map {
                form(text, &format!("{name}[{key}]"), value, style);
            }
            return;
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                let name = match style {
                    ArrayStyle::Repeat => name.to_owned(),
                    ArrayStyle::Indexed => format!("{name}[{at}]"),
                    ArrayStyle::Brackets => format!("{name}[]"),
                };
                form(text, &name, item, style);
            }
            return;
        }
        Value::String(string) => string.clone(),
        other => other.to_string(),
    };
    pair(text, name, &scalar);
}

/// Adds a pair of a name and a value, both encoded.
fn pair(text: &mut String, name: &str, value: &str) {
    let encoded = |text: &str| utf8_percent_encode(text, FORM).to_string();
    add(text, &format!("{}={}", encoded(name), encoded(value)));
}

/// Adds a pair that is encoded as in a query, where a space is `%20`.
fn add(text: &mut String, pair: &str) {
    if !text.is_empty() {
        text.push('&');
    }
    text.push_str(&pair.replace("%20", "+"));
}

/// Writes a property as its `encoding` says.
fn encoded_form(
    text: &mut String,
    known: &Encoding,
    value: &Value,
    arrays: ArrayStyle,
) -> Result<(), String> {
    let Some(style) = known.style else {
        match known.media_type {
            Some(media_type) if is_json(&essence(media_type)) => {
                pair(text, known.property, &value.to_string());
            }
            _ => form(text, known.property, value, arrays),
        }
        return Ok(());
    };
    let like = Parameter {
        name: known.property,
        location: Location::Query,
        required: false,
        style,
        explode: known.explode,
        allow_reserved: known.allow_reserved,
        json: false,
    };
    let pairs = parameter::query(&like, value)
        .map_err(|why| format!("property `{}` of the form {why}", known.property))?;
    for pair in pairs {
        add(text, &pair);
    }
    Ok(())
}

/// Sets the value at a JSON Pointer (RFC 6901), making the objects on the way. `false` when something other than an
/// object, or an item that does not exist, is in the way.
pub(crate) fn set_at(root: &mut Value, pointer: &str, value: Value) -> bool {
    let mut place = root;
    if !pointer.is_empty() && !pointer.starts_with('/') {
        return false;
    }
    for token in pointer.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        if place.is_null() {
            *place = Value::Object(Map::new());
        }
        place = match place {
            Value::Object(map) => map.entry(token).or_insert(Value::Null),
            Value::Array(items) => {
                match token.parse::<usize>().ok().and_then(|at| items.get_mut(at)) {
                    Some(item) => item,
                    None => return false,
                }
            }
            _ => return false,
        };
    }
    *place = value;
    true
}
