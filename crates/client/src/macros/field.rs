//! The kinds of field that [`object!`](crate::object!) knows: every item is named as the kind is in the macro's input.
//!
//! While an object is read, each field is an `Option` of its final type, so that the expansion can treat all kinds alike; an
//! optional field that did not come is `Some(None)` in the end.
//!
//! What depends on a field's type is compiled once for that type, and must not be inlined into every struct that has such a
//! field: that would make most of a generated crate's code.

#![allow(non_camel_case_types)]

/// The types of the fields.
pub mod ty {
    /// A field that must be there.
    pub type required<T> = T;
    /// A field that may be missing.
    pub type optional<T> = Option<T>;
    /// A field that must be there and may be null.
    pub type nullable<T> = Option<T>;
}

/// The fields after everything is read.
pub mod fill {
    /// Missing where it is not there.
    pub const fn required<T>(_: &mut Option<T>) {}

    /// Not there, which is fine.
    pub fn optional<T>(field: &mut Option<Option<T>>) {
        field.get_or_insert(None);
    }

    /// Missing where it is not there.
    pub const fn nullable<T>(_: &mut Option<T>) {}
}

/// Reading a property into its field.
pub mod read {
    use crate::FromJson;
    use crate::json::{ReadError, Reader};
    use crate::macros::object::Found;

    /// Reads any value that the type takes.
    #[inline(never)]
    pub fn required<T: FromJson>(
        field: &mut Option<T>,
        from: &mut Reader<'_>,
    ) -> Result<Found, ReadError> {
        from.again = field.is_some();
        let mark = from.mark();
        let before = from.swap_altered(false);
        let read = match T::from_json(from) {
            Ok(value) => value,
            Err(error) => null(from, mark, error)?,
        };
        *field = Some(read);
        Ok(taken(from, before))
    }

    /// Reads a value; a `null` and what does not fit are the object's to keep.
    #[inline(never)]
    pub fn optional<T: FromJson>(
        field: &mut Option<Option<T>>,
        from: &mut Reader<'_>,
    ) -> Result<Found, ReadError> {
        from.again = field.is_some();
        if from.null()? {
            *field = Some(None);
            return Ok(Found::Null);
        }
        let mark = from.mark();
        let before = from.swap_altered(false);
        match T::from_json(from) {
            Ok(value) => {
                *field = Some(Some(value));
                Ok(taken(from, before))
            }
            Err(error) => {
                from.put_up(mark, error)?;
                from.swap_altered(before);
                *field = Some(None);
                Ok(Found::Misfit)
            }
        }
    }

    /// Reads a value or `null`.
    #[inline(never)]
    pub fn nullable<T: FromJson>(
        field: &mut Option<Option<T>>,
        from: &mut Reader<'_>,
    ) -> Result<Found, ReadError> {
        required(field, from)
    }

    /// What stands for a `null` where it is put up with.
    #[cold]
    fn null<T: FromJson>(
        from: &mut Reader<'_>,
        mark: crate::json::Mark,
        error: ReadError,
    ) -> Result<T, ReadError> {
        match T::from_null() {
            Some(empty) => {
                from.put_up_null(mark, error)?;
                Ok(empty)
            }
            None => Err(error),
        }
    }

    /// Whether what was read is written as it came; what is around it is not altered for it.
    fn taken(from: &mut Reader<'_>, before: bool) -> Found {
        if from.swap_altered(before) {
            Found::Altered
        } else {
            Found::Taken
        }
    }
}

/// The properties' schemas, and whether they must be there.
#[cfg(feature = "schemars")]
pub mod schema {
    use crate::macros::schema::{Of, of};
    use schemars::JsonSchema;

    /// The value's own.
    pub fn required<T: JsonSchema>() -> (bool, Of) {
        (true, of::<T>)
    }

    /// A `null` is kept, so it is allowed.
    pub fn optional<T: JsonSchema>() -> (bool, Of) {
        (false, of::<Option<T>>)
    }

    /// The value's own, or `null`.
    pub fn nullable<T: JsonSchema>() -> (bool, Of) {
        (true, of::<Option<T>>)
    }
}
