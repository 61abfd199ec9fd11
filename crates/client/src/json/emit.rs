//! JSON text as something that can be serialized.

use super::number::number;
use super::{Decoding, Reader};
use serde_core::ser::{Error as _, SerializeMap, SerializeSeq};
use serde_core::{Serialize, Serializer};
use serde_json::value::RawValue;
use std::cell::RefCell;

/// A JSON text, written to any serializer as the values that it holds, so that formats other than JSON and those that
/// indent need not know of it. What no serializer has a value for goes out as the text that it is: a number of more digits.
pub(crate) struct Text<'a>(pub(crate) &'a str);

impl Serialize for Text<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut reader = Reader::new(self.0, Decoding::Strict);
        Rest(RefCell::new(&mut reader)).serialize(to)
    }
}

/// The value that is next.
struct Rest<'r, 'de>(RefCell<&'r mut Reader<'de>>);

impl<'de> Rest<'_, 'de> {
    fn read<T, E: serde_core::ser::Error>(
        &self,
        read: impl FnOnce(&mut Reader<'de>) -> Result<T, super::ReadError>,
    ) -> Result<T, E> {
        read(&mut self.0.borrow_mut()).map_err(E::custom)
    }
}

impl Serialize for Rest<'_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let next = self.0.borrow_mut().peek();
        match next {
            Some(b'{') => {
                self.read(|from| from.open(b'{', "an object"))?;
                let (mut map, mut first) = (to.serialize_map(None)?, true);
                while let Some(key) = self.read(|from| from.next_key(&mut first))? {
                    map.serialize_entry(&key.name, self)?;
                }
                map.end()
            }
            Some(b'[') => {
                self.read(|from| from.open(b'[', "an array"))?;
                let (mut seq, mut first) = (to.serialize_seq(None)?, true);
                while self.read(|from| from.next_item(&mut first))? {
                    seq.serialize_element(self)?;
                }
                seq.end()
            }
            Some(b'"') => {
                let text = self.read(Reader::raw)?;
                match serde_json::from_str::<String>(text) {
                    Ok(text) => to.serialize_str(&text),
                    Err(_) => verbatim(text, to),
                }
            }
            Some(b't' | b'f') => to.serialize_bool(self.read(Reader::boolean)?),
            Some(b'n') => {
                self.read(Reader::null)?;
                to.serialize_unit()
            }
            _ => {
                let text = self.read(|from| from.number("a value"))?;
                match number(text) {
                    Some((number, true)) => number.serialize(to),
                    _ => verbatim(text, to),
                }
            }
        }
    }
}

fn verbatim<S: Serializer>(text: &str, to: S) -> Result<S::Ok, S::Error> {
    let raw: &RawValue = serde_json::from_str(text).map_err(S::Error::custom)?;
    raw.serialize(to)
}
