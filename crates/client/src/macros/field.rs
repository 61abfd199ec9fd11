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
///
/// The value is put in its place by the seed that reads it, which leaves `serde` fewer functions to make for the type than
/// `next_value` does.
pub mod read {
    use crate::macros::object::Found;
    use serde_core::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, Visitor};
    use std::fmt;

    /// Reads any value that the type takes.
    #[inline(never)]
    pub fn required<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
        field: &mut Option<T>,
        map: &mut A,
    ) -> Result<Found, A::Error> {
        map.next_value_seed(Any(field))
    }

    /// Reads a value; a `null` is the object's to keep.
    #[inline(never)]
    pub fn optional<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
        field: &mut Option<Option<T>>,
        map: &mut A,
    ) -> Result<Found, A::Error> {
        map.next_value_seed(Unless(field))
    }

    /// Reads a value or `null`.
    #[inline(never)]
    pub fn nullable<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
        field: &mut Option<Option<T>>,
        map: &mut A,
    ) -> Result<Found, A::Error> {
        map.next_value_seed(Unless(field)).map(|_| Found::Taken)
    }

    /// Takes any value.
    struct Any<'a, T>(&'a mut Option<T>);

    impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Any<'_, T> {
        type Value = Found;

        fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Found, D::Error> {
            *self.0 = Some(T::deserialize(from)?);
            Ok(Found::Taken)
        }
    }

    /// Takes a value unless it is `null`.
    struct Unless<'a, T>(&'a mut Option<Option<T>>);

    impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Unless<'_, T> {
        type Value = Found;

        fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Found, D::Error> {
            from.deserialize_option(self)
        }
    }

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Unless<'_, T> {
        type Value = Found;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a value or null")
        }

        fn visit_none<E: de::Error>(self) -> Result<Found, E> {
            *self.0 = Some(None);
            Ok(Found::Null)
        }

        fn visit_unit<E: de::Error>(self) -> Result<Found, E> {
            self.visit_none()
        }

        fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Found, D::Error> {
            *self.0 = Some(Some(T::deserialize(from)?));
            Ok(Found::Taken)
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
