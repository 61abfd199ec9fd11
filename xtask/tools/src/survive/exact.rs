//! JSON whose numbers keep the form that they are written in: in a [`Value`], such a number is a string with a mark.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::value::RawValue;

/// Starts a string that stands for a number. No body holds such a string.
const MARK: &str = "\u{1}number:";

/// A number in this form.
pub fn number_in_form(form: &str) -> Value {
    Value::from(format!("{MARK}{form}"))
}

/// The form of a number, marked or not.
pub fn form(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => text.strip_prefix(MARK).map(str::to_owned),
        _ => None,
    }
}

/// The text of a value, its marked numbers as numbers.
pub fn text(value: &Value) -> String {
    let mark = Value::from(MARK).to_string();
    let mark = mark.trim_end_matches('"');
    let text = value.to_string();
    let mut parts = text.split(mark);
    let mut written = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        written.push_str(&part.replacen('"', "", 1));
    }
    written
}

/// The value of a text, all its numbers marked.
pub fn value(text: &str) -> Result<Value, serde_json::Error> {
    let raw: &RawValue = serde_json::from_str(text)?;
    let text = raw.get();
    Ok(match text.as_bytes().first() {
        Some(b'{') => {
            let entries: BTreeMap<String, &RawValue> = serde_json::from_str(text)?;
            let entries = entries.into_iter();
            let entries = entries.map(|(key, raw)| Ok((key, value(raw.get())?)));
            Value::Object(entries.collect::<Result<_, serde_json::Error>>()?)
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(text)?;
            let items = items.into_iter().map(|raw| value(raw.get()));
            Value::Array(items.collect::<Result<_, _>>()?)
        }
        Some(b'-' | b'0'..=b'9') => number_in_form(text),
        _ => serde_json::from_str(text)?,
    })
}
