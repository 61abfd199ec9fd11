//! [`union!`](crate::union!): objects of several shapes that a property tells apart.

use crate::json::{Decoding, ReadError, Reader};
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
/// assert_eq!(other.discriminator(), Some("NEW"));
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// A value whose property names one of the arms must be of that shape. Any other value is kept as JSON in the unknown arm.
/// No two arms may have the same type.
#[macro_export]
macro_rules! union {
    ($(#[$meta:meta])* $vis:vis enum $name:ident by $property:literal, unknown = $unknown:ident {
        $($(#[$item:meta])* $arm:ident($ty:ty) = [$($tag:literal),* $(,)?]),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        $vis enum $name {
            $($(#[$item])* $arm(::std::boxed::Box<$ty>),)*
            /// A shape that this version does not name, kept as it came.
            $unknown($crate::private::serde_json::Value),
        }

        impl $name {
            /// What the property that tells the shapes apart says. `None` for a known shape that stands for several
            /// values (its own field has which one), and for an unknown one without the property.
            #[must_use]
            pub fn discriminator(&self) -> ::std::option::Option<&str> {
                match self {
                    $(Self::$arm(_) => $crate::private::union::only(&[$($tag),*]),)*
                    Self::$unknown(value) => value.get($property)?.as_str(),
                }
            }
        }

        const _: () = {
            use $crate::private::{json, serde, serde_json, union};

            impl $crate::FromJson for $name {
                fn from_json(from: &mut json::Reader<'_>) -> ::std::result::Result<Self, json::ReadError> {
                    match union::discriminator(from, $property)?.as_deref() {
                        $($(Some($tag))|* => <::std::boxed::Box<$ty> as $crate::FromJson>::from_json(from)
                            .map($name::$arm)
                            .map_err(|error| error.within(stringify!($ty))),)*
                        _ => <serde_json::Value as $crate::FromJson>::from_json(from)
                            .map($name::$unknown),
                    }
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
                        $(Self::$arm(arm) => serde::Serialize::serialize(arm, to),)*
                        Self::$unknown(value) => serde::Serialize::serialize(value, to),
                    }
                }
            }

            $(impl ::std::convert::From<$ty> for $name {
                fn from(arm: $ty) -> Self {
                    Self::$arm(::std::boxed::Box::new(arm))
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
                        $((&[$($tag),*], $crate::private::schema::of::<$ty>),)*
                    ])
                }
            }
        };
    };
}

/// What the property that tells the shapes apart says, when it is a string.
pub fn discriminator<'de>(
    from: &mut Reader<'de>,
    property: &str,
) -> Result<Option<Cow<'de, str>>, ReadError> {
    let [value] = from.look([property])?;
    Ok(value.and_then(|text| Reader::new(text, Decoding::Strict).string().ok()))
}

/// The one tag of a shape.
pub fn only(tags: &[&'static str]) -> Option<&'static str> {
    match tags {
        [tag] => Some(tag),
        _ => None,
    }
}
