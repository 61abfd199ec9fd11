//! Parameter values and how they are written (OpenAPI 3.1.1, section 4.8.12.3; RFC 6570).

use crate::{Parameter, Secret, Style, Timestamp};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

/// Everything but the unreserved characters of RFC 3986, section 2.3.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The same in a path. `@` stands for itself in paths (RFC 3986, section 3.3), and logins have one. It stays as it is because
/// proofs of possession name the URL, and services differ in whether they compare it before or after decoding.
const ENCODED_IN_PATH: &AsciiSet = &ENCODED.remove(b'@');

/// The same without the reserved characters that neither end a query value nor change it.
const ENCODED_BUT_RESERVED: &AsciiSet = &ENCODED
    .remove(b':')
    .remove(b'/')
    .remove(b'?')
    .remove(b'@')
    .remove(b'[')
    .remove(b']')
    .remove(b'!')
    .remove(b'$')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b',')
    .remove(b';')
    .remove(b'=');

/// The value of a parameter: a text, a number, a truth value, a list or an object. It is never shown.
///
/// A number that is not finite, and `null`, are no values: a call that is given one is not sent.
#[derive(Clone, PartialEq)]
pub struct ParamValue(pub(crate) Value);

impl fmt::Debug for ParamValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ParamValue(***)")
    }
}

macro_rules! from_json {
    ($($from:ty),*) => { $(
        impl From<$from> for ParamValue {
            fn from(value: $from) -> Self {
                Self(Value::from(value))
            }
        }
    )* };
}
from_json!(&str, String, bool, i8, i16, i32, i64, u8, u16, u32, u64, usize, f64, Value, Map<String, Value>);

impl From<f32> for ParamValue {
    fn from(value: f32) -> Self {
        // By way of the text, so that 0.1 stays 0.1.
        Self(
            value
                .to_string()
                .parse::<f64>()
                .map_or(Value::Null, Value::from),
        )
    }
}

impl From<&String> for ParamValue {
    fn from(value: &String) -> Self {
        Self::from(value.as_str())
    }
}

impl From<Timestamp> for ParamValue {
    fn from(value: Timestamp) -> Self {
        Self::from(value.as_str())
    }
}

impl From<Secret> for ParamValue {
    fn from(value: Secret) -> Self {
        Self::from(value.expose())
    }
}

impl<T: Into<ParamValue>> From<Vec<T>> for ParamValue {
    fn from(values: Vec<T>) -> Self {
        Self(values.into_iter().map(|value| value.into().0).collect())
    }
}

impl<T: Into<ParamValue> + Clone> From<&[T]> for ParamValue {
    fn from(values: &[T]) -> Self {
        Self::from(values.to_vec())
    }
}

impl<T: Into<ParamValue>> From<BTreeMap<String, T>> for ParamValue {
    fn from(values: BTreeMap<String, T>) -> Self {
        Self(
            values
                .into_iter()
                .map(|(key, value)| (key, value.into().0))
                .collect(),
        )
    }
}

/// What a value is to the styles: everything below the first level is text.
enum Shape {
    Scalar(String),
    List(Vec<String>),
    Object(Vec<(String, String)>),
}

/// Why a value cannot be written, without the value.
type Refusal = &'static str;

fn shape(parameter: &Parameter, value: &Value) -> Result<Shape, Refusal> {
    if parameter.json {
        return Ok(Shape::Scalar(value.to_string()));
    }
    Ok(match value {
        Value::Array(items) => Shape::List(items.iter().map(text).collect::<Result<_, _>>()?),
        Value::Object(map) => Shape::Object(
            map.iter()
                .map(|(key, value)| text(value).map(|value| (key.clone(), value)))
                .collect::<Result<_, _>>()?,
        ),
        scalar => Shape::Scalar(text(scalar)?),
    })
}

pub(crate) fn text(value: &Value) -> Result<String, Refusal> {
    match value {
        Value::Null => Err("is null, or a number that is not finite"),
        Value::String(text) => Ok(text.clone()),
        // Lists and objects within lists and objects have no style: JSON is the one reading that loses nothing.
        other => Ok(other.to_string()),
    }
}

fn encode(text: &str) -> String {
    Cow::from(utf8_percent_encode(text, ENCODED)).into_owned()
}

fn encode_in_path(text: &str) -> String {
    Cow::from(utf8_percent_encode(text, ENCODED_IN_PATH)).into_owned()
}

fn flat(pairs: &[(String, String)]) -> Vec<String> {
    pairs
        .iter()
        .flat_map(|(key, value)| [key.clone(), value.clone()])
        .collect()
}

fn join(items: impl IntoIterator<Item = String>, separator: &str) -> String {
    items.into_iter().collect::<Vec<_>>().join(separator)
}

/// Writes a value for its place in the path.
pub(crate) fn path(parameter: &Parameter, value: &Value) -> Result<String, Refusal> {
    let Parameter {
        name,
        style,
        explode,
        ..
    } = *parameter;
    let shape = shape(parameter, value)?;
    let nothing = match &shape {
        Shape::Scalar(text) => text.is_empty(),
        Shape::List(items) => items.iter().all(String::is_empty),
        Shape::Object(pairs) => pairs.is_empty(),
    };
    if nothing {
        return Err("is empty, which would change the path");
    }
    // The prefix of the whole, and the separator of what is exploded.
    let (prefix, between) = match style {
        Style::Label => (".", "."),
        Style::Matrix => (";", ";"),
        _ => ("", ","),
    };
    // With the matrix style, what is not written as a pair of its own carries the parameter's name.
    let named = |value: String| match style {
        Style::Matrix => format!("{}={value}", encode_in_path(name)),
        _ => value,
    };
    let encoded = |items: Vec<String>| items.into_iter().map(|item| encode_in_path(&item));
    let written = match shape {
        Shape::Scalar(text) => named(encode_in_path(&text)),
        Shape::List(items) if explode => join(encoded(items).map(named), between),
        Shape::List(items) => named(join(encoded(items), ",")),
        Shape::Object(pairs) if explode => join(
            pairs
                .iter()
                .map(|(key, value)| format!("{}={}", encode_in_path(key), encode_in_path(value))),
            between,
        ),
        Shape::Object(pairs) => named(join(encoded(flat(&pairs)), ",")),
    };
    Ok(format!("{prefix}{written}"))
}

/// Writes a value for the query, as `name=value` pairs that are already encoded. An empty list or object has none.
pub(crate) fn query(parameter: &Parameter, value: &Value) -> Result<Vec<String>, Refusal> {
    let set = if parameter.allow_reserved {
        ENCODED_BUT_RESERVED
    } else {
        ENCODED
    };
    let write = |text: &str| utf8_percent_encode(text, set).to_string();
    let name = encode(parameter.name);
    let between = match parameter.style {
        Style::SpaceDelimited => "%20",
        Style::PipeDelimited => "%7C",
        _ => ",",
    };
    if let (Style::DeepObject, false, Value::Object(map)) = (parameter.style, parameter.json, value)
    {
        let mut pairs = Vec::new();
        for (key, value) in map {
            deep(
                &format!("{name}%5B{}%5D", encode(key)),
                value,
                &write,
                &mut pairs,
            )?;
        }
        return Ok(pairs);
    }
    Ok(match shape(parameter, value)? {
        Shape::Scalar(text) => vec![format!("{name}={}", write(&text))],
        Shape::List(items) if items.is_empty() => Vec::new(),
        Shape::List(items) if parameter.explode || parameter.style == Style::DeepObject => items
            .iter()
            .map(|item| format!("{name}={}", write(item)))
            .collect(),
        Shape::List(items) => {
            let items = items.iter().map(|item| write(item));
            vec![format!("{name}={}", join(items, between))]
        }
        Shape::Object(pairs) if pairs.is_empty() => Vec::new(),
        Shape::Object(pairs) if parameter.explode => pairs
            .iter()
            .map(|(key, value)| format!("{}={}", encode(key), write(value)))
            .collect(),
        Shape::Object(pairs) => {
            let items = flat(&pairs).into_iter().map(|item| write(&item));
            vec![format!("{name}={}", join(items, between))]
        }
    })
}

/// OpenAPI defines one level of `deepObject`; deeper objects go on with brackets and lists repeat their key, as servers
/// that read such parameters expect.
fn deep(
    name: &str,
    value: &Value,
    write: &dyn Fn(&str) -> String,
    pairs: &mut Vec<String>,
) -> Result<(), Refusal> {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                deep(&format!("{name}%5B{}%5D", encode(key)), value, write, pairs)?;
            }
        }
        Value::Array(items) => {
            for item in items {
                pairs.push(format!("{name}={}", write(&text(item)?)));
            }
        }
        scalar => pairs.push(format!("{name}={}", write(&text(scalar)?))),
    }
    Ok(())
}

/// Writes a value for a header, which is not percent-encoded.
pub(crate) fn header(parameter: &Parameter, value: &Value) -> Result<String, Refusal> {
    Ok(match shape(parameter, value)? {
        Shape::Scalar(text) => text,
        Shape::List(items) => items.join(","),
        Shape::Object(pairs) if parameter.explode => join(
            pairs.iter().map(|(key, value)| format!("{key}={value}")),
            ",",
        ),
        Shape::Object(pairs) => flat(&pairs).join(","),
    })
}

/// Writes a value for the `Cookie` header: `name=value`, percent-encoded as in a query.
pub(crate) fn cookie(parameter: &Parameter, value: &Value) -> Result<String, Refusal> {
    Ok(query(parameter, value)?.join("; "))
}
