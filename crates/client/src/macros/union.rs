//! [`union!`](crate::union!): objects of several shapes that a property tells apart.

use super::choice::Read;
use super::form::Constant;
use crate::json::{Decoding, ReadError, Reader};
use crate::{FromJson, RawJson};
use std::borrow::Cow;

/// Makes an enum of the shapes that an object can have, told apart by one of its properties.
///
/// ```
/// # #[derive(Clone, Debug, PartialEq)]
/// # pub struct StandardRole { pub label: String, pub extra: rolecall_client::Extra }
/// # rolecall_client::object! { StandardRole, extra { required label: String = "label" } }
/// rolecall_client::union! {
///     /// A role and who has it.
///     pub enum RoleAssignment by "type", unknown = Unknown {
///         /// One that comes with every organisation.
///         StandardRole(StandardRole) = ["APP_ADMIN", "ORG_ADMIN"],
///     }
/// }
///
/// let role: RoleAssignment = serde_json::from_str(r#"{"type":"APP_ADMIN","label":"A"}"#)?;
/// assert!(matches!(&role, RoleAssignment::StandardRole(role) if role.label == "A"));
///
/// let other: RoleAssignment = serde_json::from_str(r#"{"type":"NEW"}"#)?;
/// assert!(matches!(other, RoleAssignment::Unknown(_)));
/// assert_eq!(other.discriminator().as_deref(), Some("NEW"));
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// The values are strings, booleans or integers. An object whose property has one of a variant's values must be of that shape:
/// if it is not, the error says where. Any other value is kept as JSON in the unknown variant. No two variants may have the
/// same type.
#[macro_export]
macro_rules! union {
    ($(#[$meta:meta])* $vis:vis enum $name:ident by $property:literal, unknown = $unknown:ident {
        $($(#[$item:meta])* $variant:ident($ty:ty) = [$($tag:literal),* $(,)?]),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        $vis enum $name {
            $($(#[$item])* $variant(::std::boxed::Box<$ty>),)*
            /// A shape that this version does not name, kept as it came.
            $unknown($crate::RawJson),
        }

        impl $name {
            /// What the property that tells the shapes apart says. `None` for a known shape that stands for several
            /// values (its own field has which one), and for an unknown one without the property.
            #[must_use]
            pub fn discriminator(&self) -> ::std::option::Option<::std::borrow::Cow<'_, str>> {
                match self {
                    $(Self::$variant(_) => $crate::private::union::only(
                        &[$($crate::private::form::Of($tag).constant()),*],
                    ),)*
                    Self::$unknown(value) => $crate::private::union::said(value, $property),
                }
            }
        }

        const _: () = {
            use $crate::private::{choice, form, json, serde, union};

            const __TAGS: &[&[form::Constant]] = &[$(&[$(form::Of($tag).constant()),*]),*];
            const __READ: &[choice::Read<$name>] = &[$(
                |from| union::variant(from, stringify!($ty)).map($name::$variant)
            ),*];

            impl $crate::FromJson for $name {
                fn from_json(from: &mut json::Reader<'_>) -> ::std::result::Result<Self, json::ReadError> {
                    union::read(from, $property, __TAGS, __READ, $name::$unknown)
                }
            }

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(from: D) -> ::std::result::Result<Self, D::Error> {
                    json::deserialize(from)
                }
            }

            impl serde::Serialize for $name {
                fn serialize<S: serde::Serializer>(&self, to: S) -> ::std::result::Result<S::Ok, S::Error> {
                    match self {
                        $(Self::$variant(value) => serde::Serialize::serialize(value, to),)*
                        Self::$unknown(value) => serde::Serialize::serialize(value, to),
                    }
                }
            }

            $(impl ::std::convert::From<$ty> for $name {
                fn from(value: $ty) -> Self {
                    Self::$variant(::std::boxed::Box::new(value))
                }
            })*

            #[cfg(feature = "schemars")]
            impl $crate::private::schemars::JsonSchema for $name {
                fn schema_name() -> ::std::borrow::Cow<'static, str> {
                    $crate::private::schema::name(stringify!($name))
                }

                fn schema_id() -> ::std::borrow::Cow<'static, str> {
                    concat!(module_path!(), "::", stringify!($name)).into()
                }

                fn json_schema(
                    generator: &mut $crate::private::schemars::SchemaGenerator,
                ) -> $crate::private::schemars::Schema {
                    $crate::private::schema::union(generator, $property, &[
                        $((&[$($crate::private::form::Of($tag).constant()),*], $crate::private::schema::of::<$ty>),)*
                    ])
                }
            }
        };
    };
}

/// Reads the variant that the property of the object names.
pub fn read<T>(
    from: &mut Reader<'_>,
    property: &str,
    tags: &[&[Constant]],
    variants: &[Read<T>],
    unknown: fn(RawJson) -> T,
) -> Result<T, ReadError> {
    if let [Some(value)] = from.look([property])? {
        let named = |tags: &&[Constant]| tags.iter().any(|tag| tag.is(value));
        let index = tags.iter().position(named);
        if let Some(read) = index.and_then(|index| variants.get(index)) {
            return read(from);
        }
    }
    RawJson::from_json(from).map(unknown)
}

/// Reads a variant that was named, so that it must fit.
pub fn variant<T: FromJson>(
    from: &mut Reader<'_>,
    name: &'static str,
) -> Result<Box<T>, ReadError> {
    <Box<T>>::from_json(from).map_err(|error| error.within(name))
}

/// The one value of a shape.
pub fn only(tags: &[Constant]) -> Option<Cow<'static, str>> {
    match tags {
        [Constant::Text(text)] => Some(Cow::Borrowed(text)),
        [Constant::Boolean(value)] => Some(Cow::Owned(value.to_string())),
        [Constant::Integer(value)] => Some(Cow::Owned(value.to_string())),
        _ => None,
    }
}

/// The value of a property, if it is a string, a number or a boolean.
pub fn said<'v>(value: &'v RawJson, property: &str) -> Option<Cow<'v, str>> {
    let mut reader = Reader::new(value.as_str(), Decoding::Strict);
    let [text] = reader.look([property]).ok()?;
    let text = text?;
    match text.as_bytes().first()? {
        b'"' => Reader::new(text, Decoding::Strict).string().ok(),
        b'{' | b'[' | b'n' => None,
        _ => Some(Cow::Borrowed(text)),
    }
}
