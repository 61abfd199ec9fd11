//! [`object!`](crate::object!): structs that keep the properties they do not name.

use crate::Extra;
use crate::macros::open_enum::Text;
use serde_core::de::{self, Deserializer, MapAccess, Visitor};
use serde_core::ser::SerializeMap;
use serde_json::Value;
use std::fmt;
use std::marker::PhantomData;

/// Makes a struct, written out beside it, a JSON object that loses nothing.
///
/// ```
/// #[derive(Clone, Debug, PartialEq)]
/// pub struct Role {
///     pub type_: String,
///     pub label: Option<String>,
///     pub parent: Option<String>,
///     /// Everything else.
///     pub extra: rolecall_client::Extra,
/// }
///
/// rolecall_client::object! { Role, extra {
///     required type_: String = "type",
///     optional label: String = "label",
///     nullable parent: String = "parent",
/// } }
///
/// let text = r#"{"type":"CUSTOM","parent":null,"label":null,"new":[1]}"#;
/// let role: Role = serde_json::from_str(text)?;
/// assert_eq!(role.type_, "CUSTOM");
/// assert_eq!(serde_json::to_string(&role)?, text);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// A `required` property must be there. An `optional` one is an `Option` and may be missing; as `null` it is kept in the
/// extra properties, so that it is sent back as it came. A `nullable` one is an `Option` too, but it must be there and
/// `None` is written as `null`. Where a key comes twice, the last one counts. Fields are written first, in the order given
/// here, then the extra properties but for those that a field has written.
///
/// Each field may have doc comments, which become descriptions in the JSON Schema. With the feature `schemars` of the
/// *calling* crate, which must turn on this crate's, the struct is a `schemars::JsonSchema` too.
#[macro_export]
macro_rules! object {
    ($name:ident, $extra:ident {
        $($(#[doc = $doc:literal])* $kind:ident $field:ident: $ty:ty = $key:literal),* $(,)?
    }) => {
        const _: () = {
            use $crate::private::{field, object, serde};

            struct Parts {
                $($field: Option<field::ty::$kind<$ty>>,)*
            }

            impl<'de> object::Parts<'de> for Parts {
                type Object = $name;

                fn read<A: serde::de::MapAccess<'de>>(
                    &mut self,
                    key: &str,
                    map: &mut A,
                ) -> Result<object::Found, A::Error> {
                    match key {
                        $($key => field::read::$kind(&mut self.$field, map),)*
                        _ => Ok(object::Found::Unknown),
                    }
                }

                fn finish(self, $extra: $crate::Extra) -> Result<$name, &'static str> {
                    match self {
                        Self { $($field: Some($field),)* } => Ok($name { $($field,)* $extra }),
                        _ => Err(object::missing(&[$(($key, self.$field.is_some()),)*])),
                    }
                }
            }

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                    object::read(from, Parts { $($field: field::empty::$kind(),)* })
                }
            }

            impl serde::Serialize for $name {
                fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                    let mut map = to.serialize_map(None)?;
                    let written = [$(($key, field::write::$kind(&mut map, $key, &self.$field)?),)*];
                    object::finish(map, &written, &self.$extra)
                }
            }

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
                    $crate::private::schema::object(generator, &[$((
                        $key,
                        concat!($($doc, "\n",)*),
                        field::schema::$kind::<$ty>(),
                    ),)*])
                }
            }
        };
    };
}

/// What became of a property.
#[derive(Clone, Copy)]
pub enum Found {
    /// A field took it.
    Taken,
    /// It is a `null` that its field does not hold; the value was read.
    Null,
    /// No field has this name; the value was not read.
    Unknown,
}

/// The fields of an object while it is read.
pub trait Parts<'de>: Sized {
    /// The object.
    type Object;

    /// Reads the value of the field of this name, if there is one.
    fn read<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<Found, A::Error>;

    /// The object, or the key of a required field that is missing.
    fn finish(self, extra: Extra) -> Result<Self::Object, &'static str>;
}

/// Reads an object.
pub fn read<'de, D: Deserializer<'de>, P: Parts<'de>>(
    from: D,
    parts: P,
) -> Result<P::Object, D::Error> {
    from.deserialize_map(ObjectVisitor(parts, PhantomData))
}

struct ObjectVisitor<'de, P>(P, PhantomData<&'de ()>);

impl<'de, P: Parts<'de>> Visitor<'de> for ObjectVisitor<'de, P> {
    type Value = P::Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, map: A) -> Result<P::Object, A::Error> {
        let extra = read_all(map, &mut |key, map| self.0.read(key, map))?;
        // Raised in here, the error gets the position of this object's end.
        self.0.finish(extra).map_err(de::Error::missing_field)
    }
}

type ReadOne<'a, A, E> = dyn FnMut(&str, &mut A) -> Result<Found, E> + 'a;

fn read_all<'de, A: MapAccess<'de>>(
    mut map: A,
    read_one: &mut ReadOne<'_, A, A::Error>,
) -> Result<Extra, A::Error> {
    let mut extra = Extra::new();
    while let Some(Text(key)) = map.next_key()? {
        match read_one(&key, &mut map)? {
            // A null that came before under the same key does not count any more.
            Found::Taken if extra.is_empty() => {}
            Found::Taken => {
                extra.shift_remove(&*key);
            }
            Found::Null => {
                extra.insert(key.into_owned(), Value::Null);
            }
            Found::Unknown => {
                extra.insert(key.into_owned(), map.next_value()?);
            }
        }
    }
    Ok(extra)
}

/// The first field that is missing.
pub fn missing(fields: &[(&'static str, bool)]) -> &'static str {
    fields
        .iter()
        .find(|(_, there)| !there)
        .map_or("", |(key, _)| key)
}

/// Writes the extra properties that no field has written, and ends the object.
pub fn finish<M: SerializeMap>(
    mut map: M,
    written: &[(&str, bool)],
    extra: &Extra,
) -> Result<M::Ok, M::Error> {
    for (key, value) in extra {
        if !written
            .iter()
            .any(|(name, written)| *written && name == key)
        {
            map.serialize_entry(key, value)?;
        }
    }
    map.end()
}
