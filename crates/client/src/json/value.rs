//! Any JSON as `serde_json`'s value.

use super::number::number;
use super::{Decoding, FromJson, ReadError, Reader};
use serde_json::{Map, Value};

/// A number whose digits a [`Value`] does not hold is the nearest that it does; one beyond all of them does not fit.
impl FromJson for Value {
    fn from_json(from: &mut Reader<'_>) -> Result<Self, ReadError> {
        let start = from.start();
        match from.peek() {
            Some(b'{') => Map::from_json(from).map(Self::Object),
            Some(b'[') => {
                from.open(b'[', "an array")?;
                let (mut items, mut first) = (Vec::new(), true);
                while from.next_item(&mut first)? {
                    items.push(Self::from_json(from)?);
                }
                Ok(Self::Array(items))
            }
            Some(b'"') => Ok(Self::String(from.string()?.into())),
            Some(b't' | b'f') => from.boolean().map(Self::Bool),
            Some(b'n') => from.null().map(|_| Self::Null),
            _ => {
                let text = from.number("a value")?;
                let Some((number, faithful)) = number(text) else {
                    return Err(ReadError::value(start, "number", "a number of 64 bits"));
                };
                if !faithful {
                    from.alter();
                }
                Ok(Self::Number(number))
            }
        }
    }
}

impl FromJson for Map<String, Value> {
    fn from_json(from: &mut Reader<'_>) -> Result<Self, ReadError> {
        from.open(b'{', "an object")?;
        let (mut map, mut first) = (Self::new(), true);
        while let Some(key) = from.next_key(&mut first)? {
            map.insert(key.name.into(), Value::from_json(from)?);
        }
        Ok(map)
    }

    fn from_null() -> Option<Self> {
        Some(Self::new())
    }
}

/// The value of a text that is JSON. What serde_json has no value for, a number beyond its own or a half of a surrogate
/// pair, is a string of what is written.
pub(super) fn value_of(text: &str) -> Value {
    serde_json::from_str(text)
        .or_else(|_| nearest(&mut Reader::new(text, Decoding::Strict)))
        .unwrap_or_default()
}

fn nearest(from: &mut Reader<'_>) -> Result<Value, ReadError> {
    let mut first = true;
    match from.peek() {
        Some(b'{') => {
            from.open(b'{', "an object")?;
            let mut map = Map::new();
            while let Some(key) = from.next_key(&mut first)? {
                map.insert(key.name.into(), nearest(from)?);
            }
            Ok(Value::Object(map))
        }
        Some(b'[') => {
            from.open(b'[', "an array")?;
            let mut items = Vec::new();
            while from.next_item(&mut first)? {
                items.push(nearest(from)?);
            }
            Ok(Value::Array(items))
        }
        _ => {
            let text = from.raw()?;
            let written = || Value::from(text.trim_matches('"'));
            Ok(serde_json::from_str(text).unwrap_or_else(|_| written()))
        }
    }
}
