//! [`union!`](crate::union!): objects of several shapes that a property tells apart.

use crate::DecodeProblem;
use serde_core::de::value::MapAccessDeserializer;
use serde_core::de::{
    self, Deserialize, DeserializeOwned, Deserializer, MapAccess, SeqAccess, Visitor,
};
use serde_json::{Number, Value};
use std::fmt;

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
            use $crate::private::{serde, serde_json, union};

            fn decide(value: serde_json::Value) -> ::std::result::Result<$name, ::std::string::String> {
                match value.get($property).and_then(serde_json::Value::as_str) {
                    $($(Some($tag))|* => union::arm(&value, stringify!($ty)).map($name::$arm),)*
                    _ => Ok($name::$unknown(value)),
                }
            }

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(from: D) -> ::std::result::Result<Self, D::Error> {
                    union::read(from, decide)
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

/// Reads any value and lets `decide` make something of it.
pub fn read<'de, D: Deserializer<'de>, T>(
    from: D,
    decide: fn(Value) -> Result<T, String>,
) -> Result<T, D::Error> {
    let mut made = None;
    from.deserialize_any(Whole(&mut |value| {
        made = Some(decide(value)?);
        Ok(())
    }))?;
    made.ok_or_else(|| de::Error::custom("no value"))
}

/// Decodes a value as one arm.
///
/// It goes by way of the text, so that every type is decoded by one kind of deserializer and compiled for that one only, and
/// so that an error has a position.
pub fn arm<T: DeserializeOwned>(value: &Value, name: &str) -> Result<T, String> {
    let text = value.to_string();
    serde_json::from_slice(text.as_bytes())
        .map_err(|error| DecodeProblem::from_json(&error, text.as_bytes()).to_nested(name))
}

/// The one tag of a shape.
pub fn only(tags: &[&'static str]) -> Option<&'static str> {
    match tags {
        [tag] => Some(tag),
        _ => None,
    }
}

type Accept<'a> = dyn FnMut(Value) -> Result<(), String> + 'a;

/// Hands over the value while the deserializer is still at it: an error raised here gets the position of the value, not that
/// of whatever follows.
struct Whole<'a>(&'a mut Accept<'a>);

impl Whole<'_> {
    fn accept<E: de::Error>(self, value: impl Into<Value>) -> Result<(), E> {
        (self.0)(value.into()).map_err(E::custom)
    }
}

impl<'de> Visitor<'de> for Whole<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<(), E> {
        self.accept(value)
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<(), E> {
        self.accept(value)
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<(), E> {
        self.accept(value)
    }

    // As `serde_json` reads such a number from text: as a floating-point number, where nothing else holds it.
    fn visit_i128<E: de::Error>(self, value: i128) -> Result<(), E> {
        match Number::from_i128(value) {
            Some(number) => self.accept(number),
            None => self.accept(value as f64),
        }
    }

    fn visit_u128<E: de::Error>(self, value: u128) -> Result<(), E> {
        match Number::from_u128(value) {
            Some(number) => self.accept(number),
            None => self.accept(value as f64),
        }
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<(), E> {
        self.accept(value)
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<(), E> {
        self.accept(value)
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<(), E> {
        self.accept(value)
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.accept(())
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }

    fn visit_none<E: de::Error>(self) -> Result<(), E> {
        self.accept(())
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element::<Value>()? {
            items.push(item);
        }
        self.accept(items)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let value = Value::deserialize(MapAccessDeserializer::new(map))?;
        self.accept(value)
    }
}
