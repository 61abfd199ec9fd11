//! Between this crate's reader and `serde`.

use super::{Decoding, FromJson, ReadError, Reader, problem, whole};
use crate::DecodeProblem;
use serde_core::de::value::SeqAccessDeserializer;
use serde_core::de::{
    self, Deserialize, DeserializeOwned, Deserializer, IntoDeserializer, MapAccess, SeqAccess,
    Visitor,
};
use serde_json::Value;
use std::borrow::Cow;
use std::fmt;

/// How `serde_json` is asked for the text of a value rather than the value (its feature `raw_value`). The name is not part
/// of its interface. Where a deserializer does not know it, the text is made anew from the value, and only the form of
/// numbers is lost.
const RAW: &str = "$serde_json::private::RawValue";

/// Reads a type over any deserializer.
///
/// It goes by way of the text, so that every type is read by one reader and compiled for that one only.
pub fn deserialize<'de, T: FromJson, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    let text = from.deserialize_newtype_struct(RAW, Raw)?;
    read(&text).map_err(de::Error::custom)
}

/// Reads a text, or says what is wrong with it.
///
/// What the place is relative to is not said by all that `serde_json` reports, so it is part of the message.
fn read<T: FromJson>(text: &str) -> Result<T, String> {
    whole(&mut Reader::new(text, Decoding::Lenient)).map_err(|error| {
        let problem = problem(text, &error);
        match problem.path.as_str() {
            "" => DecodeProblem::new("", problem.message).to_nested(),
            path => {
                DecodeProblem::new("", format!("{} (at {path} in it)", problem.message)).to_nested()
            }
        }
    })
}

/// Takes the text of a value.
struct Raw;

/// Makes the text of a value that came without.
fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Cow<'de, str>, D::Error> {
    Value::deserialize(from).map(|value| Cow::Owned(value.to_string()))
}

macro_rules! visit {
    ($($name:ident: $ty:ty),* $(,)?) => {$(
        fn $name<E: de::Error>(self, value: $ty) -> Result<Cow<'de, str>, E> {
            text(value.into_deserializer())
        }
    )*};
}

impl<'de> Visitor<'de> for Raw {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    visit! {
        visit_bool: bool,
        visit_i64: i64,
        visit_u64: u64,
        visit_f64: f64,
        visit_str: &str,
    }

    fn visit_unit<E: de::Error>(self) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed("null"))
    }

    fn visit_i128<E: de::Error>(self, value: i128) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(value.to_string()))
    }

    fn visit_u128<E: de::Error>(self, value: u128) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(value.to_string()))
    }

    fn visit_none<E: de::Error>(self) -> Result<Cow<'de, str>, E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Cow<'de, str>, D::Error> {
        text(from)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        from: D,
    ) -> Result<Cow<'de, str>, D::Error> {
        from.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Cow<'de, str>, A::Error> {
        text(SeqAccessDeserializer::new(seq))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Cow<'de, str>, A::Error> {
        let Some(key) = map.next_key::<Word<'de>>()? else {
            return Ok(Cow::Borrowed("{}"));
        };
        if key.0 == RAW {
            return map.next_value::<Word<'de>>().map(|text| text.0);
        }
        let first: Value = map.next_value()?;
        let mut object = serde_json::Map::new();
        object.insert(key.0.into_owned(), first);
        while let Some((key, value)) = map.next_entry()? {
            object.insert(key, value);
        }
        Ok(Cow::Owned(Value::Object(object).to_string()))
    }
}

/// A string that is copied only if it must be.
struct Word<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Word<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_str(Words)
    }
}

struct Words;

impl<'de> Visitor<'de> for Words {
    type Value = Word<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Word<'de>, E> {
        Ok(Word(Cow::Borrowed(text)))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Word<'de>, E> {
        Ok(Word(Cow::Owned(text.to_owned())))
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Word<'de>, E> {
        Ok(Word(Cow::Owned(text)))
    }
}

/// A type that `serde` can deserialize, as a body: `call.send_json::<Serde<T>, E>()`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Serde<T>(
    /// The value.
    pub T,
);

impl<T: DeserializeOwned> FromJson for Serde<T> {
    fn from_json(from: &mut Reader<'_>) -> Result<Self, ReadError> {
        let start = from.start();
        let text = from.raw()?;
        match serde_json::from_str(text) {
            Ok(value) => Ok(Self(value)),
            Err(error) => Err(ReadError::foreign(start, text, &error)),
        }
    }
}
