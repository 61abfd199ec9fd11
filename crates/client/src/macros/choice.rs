//! [`choice!`](crate::choice!): values of several shapes that only their form tells apart.

use super::form::{self, Form};
use crate::json::{ReadError, Reader};
use crate::{FromJson, RawJson};

/// Makes an enum of the shapes that a value can have when no discriminator says which one it is.
///
/// ```
/// # #[derive(Clone, Debug, PartialEq)]
/// # pub struct Rsa { pub kty: Option<String>, pub extra: rolecall_client::Extra }
/// # rolecall_client::object! { Rsa, extra { optional kty: String = "kty" } }
/// # #[derive(Clone, Debug, PartialEq)]
/// # pub struct Curve { pub kty: Option<String>, pub extra: rolecall_client::Extra }
/// # rolecall_client::object! { Curve, extra { optional kty: String = "kty" } }
/// rolecall_client::choice! {
///     /// A key, or what it is called.
///     pub enum Key, unknown = Unknown {
///         Name(String): string,
///         /// A key of an elliptic curve.
///         Curve(Curve): object { optional "kty": tag ["EC", "OKP"], optional "x": string },
///         Rsa(Rsa): object { optional "kty": tag ["RSA"], required "n": string },
///     }
/// }
///
/// assert_eq!(serde_json::from_str::<Key>("\"mine\"")?, Key::Name("mine".to_owned()));
/// assert!(matches!(serde_json::from_str(r#"{"kty":"RSA","n":"0"}"#)?, Key::Rsa(_)));
/// assert!(matches!(serde_json::from_str(r#"{"kty":"oct"}"#)?, Key::Unknown(_)));
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Each variant has a form: a kind (`string`, `integer`, `number`, `boolean`, `null`, `array`, `map`, `object` or `any`), the
/// properties of an `object` in braces, the form of an array's items or a map's values in braces, and the values that a scalar
/// is known to have in brackets. `tag` is a scalar that has one of these values and no other.
///
/// A value can be a variant when the kinds are the same, the required properties are there and of their kinds, and no `tag` has
/// another value. Of several such variants the one counts that has, in this order,
///
/// 1. the fewest properties with a value that is not known,
/// 2. the fewest optional properties of another kind,
/// 3. the fewest properties that it does not name,
/// 4. the fewest properties that are not there,
/// 5. numbers of the kind that it says,
/// 6. the most properties with a known value,
///
/// and then the first. A value that can be none of them, or that does not decode as the chosen one, is kept as JSON in the
/// unknown variant. Objects and maps are boxed. No two variants may have the same type.
#[macro_export]
macro_rules! choice {
    ($(#[$meta:meta])* $vis:vis enum $name:ident, unknown = $unknown:ident {
        $($(#[$item:meta])* $variant:ident($ty:ty): $kind:ident $({ $($detail:tt)* })? $([ $($value:tt)* ])?),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        $vis enum $name {
            $($(#[$item])* $variant($crate::__held!($kind $ty)),)*
            /// A shape that this version does not name, kept as it came.
            $unknown($crate::RawJson),
        }

        const _: () = {
            use $crate::private::{choice, form, json, serde};

            const __FORMS: &[form::Form] = &[$($crate::__form!($kind $({ $($detail)* })? $([ $($value)* ])?)),*];
            const __READ: &[choice::Read<$name>] = &[$(
                |from| $crate::FromJson::from_json(from).map($name::$variant)
            ),*];

            impl $crate::FromJson for $name {
                fn from_json(from: &mut json::Reader<'_>) -> ::std::result::Result<Self, json::ReadError> {
                    choice::read(from, __FORMS, __READ, $name::$unknown)
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
                    Self::$variant(value.into())
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

/// The type that a variant holds.
#[doc(hidden)]
#[macro_export]
macro_rules! __held {
    (object $ty:ty) => { ::std::boxed::Box<$ty> };
    (map $ty:ty) => { ::std::boxed::Box<$ty> };
    ($kind:ident $ty:ty) => { $ty };
}

/// Reads a value as one variant.
pub type Read<T> = fn(&mut Reader<'_>) -> Result<T, ReadError>;

/// Reads the variant that the next value fits best, once.
pub fn read<T>(
    from: &mut Reader<'_>,
    forms: &[Form],
    variants: &[Read<T>],
    unknown: fn(RawJson) -> T,
) -> Result<T, ReadError> {
    let chosen = form::choose(from, forms)?;
    if let Some(read) = chosen.and_then(|index| variants.get(index)) {
        let mark = from.mark();
        match read(from) {
            Err(error) if error.is_misfit() => from.rewind(mark),
            done => return done,
        }
    }
    RawJson::from_json(from).map(unknown)
}
