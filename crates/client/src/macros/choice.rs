//! [`choice!`](crate::choice!): values of several shapes that only their form tells apart.

use serde_core::de::DeserializeOwned;
use serde_json::Value;

/// Makes an enum of the shapes that a value can have when no property says which one it is.
///
/// ```
/// # #[derive(Clone, Debug, PartialEq)]
/// # pub struct Profile { pub dn: Option<String>, pub extra: rolecall_client::Extra }
/// # rolecall_client::object! { Profile, extra { optional dn: String = "dn" } }
/// rolecall_client::choice! {
///     /// What went wrong.
///     pub enum Detail, unknown = Unknown {
///         Text(String): string,
///         Codes(Vec<i64>): array,
///         /// A profile of a directory.
///         Profile(Profile): object requires ["dn"],
///     }
/// }
///
/// assert_eq!(serde_json::from_str::<Detail>("\"late\"")?, Detail::Text("late".to_owned()));
/// assert!(matches!(serde_json::from_str(r#"{"dn":"x"}"#)?, Detail::Profile(_)));
/// assert!(matches!(serde_json::from_str("[true]")?, Detail::Unknown(_)));
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// The first arm counts whose kind (`string`, `integer`, `number`, `boolean`, `null`, `array` or `object`) is the value's,
/// whose required keys are all there, and which the value fits. A value that fits none is kept as JSON in the unknown arm.
/// Objects are boxed. No two arms may have the same type.
#[macro_export]
macro_rules! choice {
    ($(#[$meta:meta])* $vis:vis enum $name:ident, unknown = $unknown:ident {
        $($(#[$item:meta])* $arm:ident($ty:ty): $kind:ident $(requires [$($key:literal),* $(,)?])?),*
        $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        $vis enum $name {
            $($(#[$item])* $arm($crate::__arm!($kind $ty)),)*
            /// A shape that this version does not name, kept as it came.
            $unknown($crate::private::serde_json::Value),
        }

        const _: () = {
            use $crate::private::{choice, serde, serde_json, union};

            fn decide(value: serde_json::Value) -> ::std::result::Result<$name, ::std::string::String> {
                $(if choice::$kind(&value, &[$($($key),*)?]) {
                    if let Some(arm) = choice::arm(&value) {
                        return Ok($name::$arm(arm));
                    }
                })*
                Ok($name::$unknown(value))
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
                    Self::$arm(arm.into())
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
                    $crate::private::schema::choice(generator, &[
                        $($crate::private::schema::of::<$ty>,)*
                    ])
                }
            }
        };
    };
}

/// The type that an arm holds.
#[doc(hidden)]
#[macro_export]
macro_rules! __arm {
    (object $ty:ty) => { ::std::boxed::Box<$ty> };
    ($kind:ident $ty:ty) => { $ty };
}

/// Whether it is a string.
pub fn string(value: &Value, _: &[&str]) -> bool {
    value.is_string()
}

/// Whether it is a number without a fraction.
pub fn integer(value: &Value, _: &[&str]) -> bool {
    value.is_i64() || value.is_u64()
}

/// Whether it is a number.
pub fn number(value: &Value, _: &[&str]) -> bool {
    value.is_number()
}

/// Whether it is `true` or `false`.
pub fn boolean(value: &Value, _: &[&str]) -> bool {
    value.is_boolean()
}

/// Whether it is `null`.
pub fn null(value: &Value, _: &[&str]) -> bool {
    value.is_null()
}

/// Whether it is an array.
pub fn array(value: &Value, _: &[&str]) -> bool {
    value.is_array()
}

/// Whether it is an object with all these keys.
pub fn object(value: &Value, keys: &[&str]) -> bool {
    value
        .as_object()
        .is_some_and(|map| keys.iter().all(|key| map.contains_key(*key)))
}

/// Decodes a value as one arm, by way of the text as in [`union::arm`](super::union::arm).
pub fn arm<T: DeserializeOwned>(value: &Value) -> Option<T> {
    serde_json::from_slice(value.to_string().as_bytes()).ok()
}
