//! JSON as services write it: read in one pass, without losing what no type names.
//!
//! Why a reader of our own. A value that does not fit its optional property must cost neither the response nor itself, and
//! a number must keep its digits. Both need the text of a value after its type has refused it. `serde`'s data model has
//! no text, so every type would be read a second time, or from a tree, which is most of the time that decoding takes.

mod emit;
mod error;
mod extra;
mod number;
mod places;
mod raw;
mod reader;
mod serde;
mod types;
mod value;

pub use self::serde::{Serde, deserialize};
pub use error::ReadError;
pub use extra::Extra;
pub use number::integral;
pub use raw::RawJson;
pub use reader::{Mark, Reader};

pub(crate) use emit::Text;

use value::value_of;

use crate::{DecodeProblem, ItemProblem, Misfit, json_path};
use std::borrow::Cow;

/// A type that is read from JSON text.
///
/// The types that this crate's macros write are such, and so are strings, booleans, numbers, [`Vec`], [`Option`],
/// [`Box`], string-keyed maps, [`serde_json::Value`] and [`Extra`]. [`Serde`] makes one of any type that `serde` can
/// deserialize. Not to be implemented by hand: the reader changes without notice.
pub trait FromJson: Sized {
    /// Reads one value.
    #[doc(hidden)]
    fn from_json(from: &mut Reader<'_>) -> Result<Self, ReadError>;

    /// What stands for a `null` where the type must be there and is a collection: an empty one.
    #[doc(hidden)]
    fn from_null() -> Option<Self> {
        None
    }
}

/// What a body decoded to.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Decoded<T> {
    /// The value.
    pub value: T,
    /// What of the body did not fit, and was kept beside the value.
    pub misfits: Vec<Misfit>,
}

impl<T> Decoded<T> {
    /// The same with another value.
    #[must_use]
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Decoded<U> {
        Decoded {
            value: change(self.value),
            misfits: self.misfits,
        }
    }
}

/// Everything fits.
impl<T> From<T> for Decoded<T> {
    fn from(value: T) -> Self {
        Self {
            value,
            misfits: Vec::new(),
        }
    }
}

/// What to do about a value that does not fit an optional property, and about `null` where no description allows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decoding {
    /// The property is absent, its JSON is kept, and a [`Misfit`] tells.
    #[default]
    Lenient,
    /// The body is refused.
    Strict,
}

/// Decodes a JSON text.
///
/// # Errors
///
/// When it is not JSON, when a required property is missing or does not fit, and, with [`Decoding::Strict`], when anything
/// does not fit.
pub fn decode<T: FromJson>(body: &[u8], decoding: Decoding) -> Result<Decoded<T>, DecodeProblem> {
    let text = text(body)?;
    let mut reader = Reader::new(text, decoding);
    match whole(&mut reader) {
        Ok(value) => Ok(Decoded {
            value,
            misfits: misfits(text, &mut reader),
        }),
        Err(error) => Err(problem(text, &error)),
    }
}

/// As [`decode`], where items of the array at a JSON Pointer may fail: each is left out, and handed out beside the others.
pub(crate) fn decode_items<T: FromJson>(
    body: &[u8],
    items: &str,
    decoding: Decoding,
) -> Result<(Decoded<T>, Vec<ItemProblem>), DecodeProblem> {
    let text = text(body)?;
    let mut reader = Reader::new(text, decoding);
    let items_at = reader.find(items);
    reader.let_items_fail(items_at);
    let value = whole(&mut reader).map_err(|error| problem(text, &error))?;
    let failed = reader.take_failed();
    let offsets: Vec<usize> = failed.iter().map(|item| item.error.at()).collect();
    let pointers = places::pointers(text, &offsets);
    let failed = failed.into_iter().zip(pointers).map(|(item, path)| {
        let (line, column) = json_path::position(text.as_bytes(), item.error.at());
        ItemProblem {
            index: item.index,
            json: RawJson::from_text(text.get(item.start..item.end).unwrap_or_default()),
            problem: DecodeProblem {
                path,
                message: item.error.to_string(),
                line,
                column,
            },
        }
    });
    let failed = failed.collect();
    let misfits = misfits(text, &mut reader);
    Ok((Decoded { value, misfits }, failed))
}

/// Reads a value after which the text must end.
pub(crate) fn whole<T: FromJson>(reader: &mut Reader<'_>) -> Result<T, ReadError> {
    let value = T::from_json(reader)?;
    reader.end()?;
    Ok(value)
}

/// The text of a body, without a byte order mark.
pub(crate) fn text(body: &[u8]) -> Result<&str, DecodeProblem> {
    let text = std::str::from_utf8(body).map_err(|error| {
        let at = error.valid_up_to();
        let (line, column) = json_path::position(body, at);
        DecodeProblem {
            path: json_path::at_offset(body, at),
            message: format!("not UTF-8 from byte {at} on"),
            line,
            column,
        }
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// The places of what did not fit, once the whole text is read: most bodies have none.
pub(crate) fn misfits(text: &str, reader: &mut Reader<'_>) -> Vec<Misfit> {
    let errors = reader.take_misfits();
    let offsets: Vec<usize> = errors.iter().map(ReadError::at).collect();
    let pointers = places::pointers(text, &offsets);
    errors
        .into_iter()
        .zip(pointers)
        .map(|(error, pointer)| error.into_misfit(pointer))
        .collect()
}

/// Where and how a text does not fit.
pub(crate) fn problem(text: &str, error: &ReadError) -> DecodeProblem {
    let (line, column) = json_path::position(text.as_bytes(), error.at());
    DecodeProblem {
        path: json_path::at_offset(text.as_bytes(), error.at()),
        message: error.to_string(),
        line,
        column,
    }
}

/// Reads a value out of a text that was kept.
pub(crate) fn again<T: FromJson>(text: &str) -> Option<T> {
    if text == "null" {
        return T::from_null();
    }
    whole(&mut Reader::new(text, Decoding::Lenient)).ok()
}

/// A JSON string literal without its quotes and escapes.
fn unescaped(literal: &str) -> Result<Cow<'_, str>, serde_json::Error> {
    serde_json::from_str::<String>(literal).map(Cow::Owned)
}
