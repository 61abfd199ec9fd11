//! A JSON value that nobody has looked into yet.

use super::{Decoding, Extra, FromJson, ReadError, Reader, Text, value_of};
use serde_core::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use std::borrow::Cow;
use std::fmt;

/// Any JSON value, kept as the text that it was received as: it is parsed when somebody asks, and its numbers keep their
/// digits.
///
/// ```
/// use rolecall_client::RawJson;
/// use serde_json::json;
///
/// let raw: RawJson = serde_json::from_str(r#"{"n": 12345678901234567.89, "s": "x"}"#)?;
/// assert_eq!(raw.get("s"), Some(json!("x")));
/// assert_eq!(serde_json::to_string(&raw)?, r#"{"n":12345678901234567.89,"s":"x"}"#);
/// assert_eq!(RawJson::from(json!([1])), json!([1]));
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Two are equal when they are the same JSON, whatever their white space, the order of their properties and the form of
/// their numbers.
#[derive(Clone)]
pub struct RawJson(Box<str>);

impl RawJson {
    pub(crate) fn from_text(text: &str) -> Self {
        Self(text.into())
    }

    /// The JSON text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The value. A number beyond those of [`Value`] is a string of its digits.
    #[must_use]
    pub fn to_value(&self) -> Value {
        value_of(&self.0)
    }

    /// The value as this type.
    ///
    /// # Errors
    ///
    /// When it does not fit.
    pub fn parse<'a, T: Deserialize<'a>>(&'a self) -> Result<T, serde_json::Error> {
        serde_json::from_str(&self.0)
    }

    /// The property of this name, when the value is an object.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Value> {
        self.property(name).map(value_of)
    }

    /// The text of the property of this name, when the value is an object and it is a string.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        Reader::new(self.property(name)?, Decoding::Strict)
            .string()
            .ok()
    }

    fn property(&self, name: &str) -> Option<&str> {
        let mut reader = Reader::new(&self.0, Decoding::Strict);
        let [value] = reader.look([name]).ok()?;
        value
    }

    /// The properties, when the value is an object.
    #[must_use]
    pub fn to_object(&self) -> Option<Extra> {
        Extra::from_json(&mut Reader::new(&self.0, Decoding::Strict)).ok()
    }
}

/// `null`.
impl Default for RawJson {
    fn default() -> Self {
        Self::from_text("null")
    }
}

impl From<Value> for RawJson {
    fn from(value: Value) -> Self {
        Self(value.to_string().into())
    }
}

impl From<RawJson> for Value {
    fn from(raw: RawJson) -> Self {
        raw.to_value()
    }
}

impl PartialEq for RawJson {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || self.to_value() == other.to_value()
    }
}

impl PartialEq<Value> for RawJson {
    fn eq(&self, other: &Value) -> bool {
        self.to_value() == *other
    }
}

impl fmt::Debug for RawJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromJson for RawJson {
    fn from_json(from: &mut Reader<'_>) -> Result<Self, ReadError> {
        from.raw().map(Self::from_text)
    }
}

impl Serialize for RawJson {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        Text(&self.0).serialize(to)
    }
}

impl<'de> Deserialize<'de> for RawJson {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        super::deserialize(from)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for RawJson {
    fn schema_name() -> Cow<'static, str> {
        "RawJson".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!(true)
    }
}
