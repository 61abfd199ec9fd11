//! [`choice!`](crate::choice!): values of several shapes that only their form tells apart.

use crate::FromJson;
use crate::json::{ReadError, Reader, integral};

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
            use $crate::private::{choice, json, serde, serde_json};

            fn any(from: &mut json::Reader<'_>) -> ::std::result::Result<::std::option::Option<$name>, json::ReadError> {
                $(if choice::$kind(from, &[$($($key),*)?])? {
                    if let Some(arm) = choice::arm(from)? {
                        return Ok(Some($name::$arm(arm)));
                    }
                })*
                Ok(None)
            }

            impl $crate::FromJson for $name {
                fn from_json(from: &mut json::Reader<'_>) -> ::std::result::Result<Self, json::ReadError> {
                    match choice::best(from, any)? {
                        Some(value) => Ok(value),
                        None => <serde_json::Value as $crate::FromJson>::from_json(from)
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

/// The arm that fits with nothing put up with, or else the one that fits at all.
pub fn best<T>(
    from: &mut Reader<'_>,
    any: fn(&mut Reader<'_>) -> Result<Option<T>, ReadError>,
) -> Result<Option<T>, ReadError> {
    match from.strictly(any)? {
        None if !from.is_strict() => any(from),
        found => Ok(found),
    }
}

/// Reads an arm, if it fits.
pub fn arm<T: FromJson>(from: &mut Reader<'_>) -> Result<Option<T>, ReadError> {
    let mark = from.mark();
    match T::from_json(from) {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_misfit() => {
            from.rewind(mark);
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

type Is = Result<bool, ReadError>;

/// Whether it is a string.
pub fn string(from: &mut Reader<'_>, _: &[&str]) -> Is {
    Ok(from.peek() == Some(b'"'))
}

/// Whether it is a number without a fraction.
pub fn integer(from: &mut Reader<'_>, _: &[&str]) -> Is {
    if !number(from, &[])? {
        return Ok(false);
    }
    let mark = from.mark();
    let text = from.raw()?;
    from.rewind(mark);
    Ok(integral(text).is_some())
}

/// Whether it is a number.
pub fn number(from: &mut Reader<'_>, _: &[&str]) -> Is {
    Ok(matches!(from.peek(), Some(b'-' | b'0'..=b'9')))
}

/// Whether it is `true` or `false`.
pub fn boolean(from: &mut Reader<'_>, _: &[&str]) -> Is {
    Ok(matches!(from.peek(), Some(b't' | b'f')))
}

/// Whether it is `null`.
pub fn null(from: &mut Reader<'_>, _: &[&str]) -> Is {
    Ok(from.peek() == Some(b'n'))
}

/// Whether it is an array.
pub fn array(from: &mut Reader<'_>, _: &[&str]) -> Is {
    Ok(from.peek() == Some(b'['))
}

/// Whether it is an object with all these keys.
pub fn object(from: &mut Reader<'_>, keys: &[&str]) -> Is {
    if from.peek() != Some(b'{') {
        return Ok(false);
    }
    for key in keys {
        if let [None] = from.look([*key])? {
            return Ok(false);
        }
    }
    Ok(true)
}
