//! The kinds of field that [`object!`](crate::object!) knows: every item is named as the kind is in the macro's input.
//!
//! While an object is read, each field is an `Option` of its final type, so that the expansion can treat all kinds alike; an
//! optional field starts out as `Some(None)`.
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

/// The fields before anything is read.
pub mod empty {
    /// Missing.
    pub const fn required<T>() -> Option<T> {
        None
    }

    /// Not there, which is fine.
    pub const fn optional<T>() -> Option<Option<T>> {
        Some(None)
    }

    /// Missing.
    pub const fn nullable<T>() -> Option<Option<T>> {
        None
    }
}

/// Reading a property into its field.
pub mod read {
    use crate::macros::object::Found;
    use serde_core::de::{Deserialize, MapAccess};

    /// Reads any value that the type takes.
    #[inline(never)]
    pub fn required<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
        field: &mut Option<T>,
        map: &mut A,
    ) -> Result<Found, A::Error> {
        *field = Some(map.next_value()?);
        Ok(Found::Taken)
    }

    /// Reads a value; a `null` is the object's to keep.
    #[inline(never)]
    pub fn optional<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
        field: &mut Option<Option<T>>,
        map: &mut A,
    ) -> Result<Found, A::Error> {
        let value: Option<T> = map.next_value()?;
        let found = if value.is_some() {
            Found::Taken
        } else {
            Found::Null
        };
        *field = Some(value);
        Ok(found)
    }

    /// Reads a value or `null`.
    #[inline(never)]
    pub fn nullable<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
        field: &mut Option<Option<T>>,
        map: &mut A,
    ) -> Result<Found, A::Error> {
        *field = Some(map.next_value()?);
        Ok(Found::Taken)
    }
}

/// Writing a field, and saying whether it was written.
pub mod write {
    use serde_core::ser::{Serialize, SerializeMap};

    /// Always writes.
    #[inline(never)]
    pub fn required<T: Serialize, M: SerializeMap>(
        map: &mut M,
        key: &'static str,
        value: &T,
    ) -> Result<bool, M::Error> {
        map.serialize_entry(key, value)?;
        Ok(true)
    }

    /// Writes what is there.
    #[inline(never)]
    pub fn optional<T: Serialize, M: SerializeMap>(
        map: &mut M,
        key: &'static str,
        value: &Option<T>,
    ) -> Result<bool, M::Error> {
        match value {
            Some(value) => required(map, key, value),
            None => Ok(false),
        }
    }

    /// Always writes.
    #[inline(never)]
    pub fn nullable<T: Serialize, M: SerializeMap>(
        map: &mut M,
        key: &'static str,
        value: &Option<T>,
    ) -> Result<bool, M::Error> {
        required(map, key, value)
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
