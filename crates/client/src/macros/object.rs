//! [`object!`](crate::object!): structs that keep the properties they do not name.

use crate::Extra;
use crate::macros::open_enum::Text;
use serde_core::de::{self, MapAccess, Visitor};
use serde_core::ser::{Serialize, SerializeMap};
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

            struct __Parts {
                $($field: ::std::option::Option<field::ty::$kind<$ty>>,)*
            }

            impl<'de> object::Parts<'de> for __Parts {
                type Object = $name;

                fn read<A: serde::de::MapAccess<'de>>(
                    &mut self,
                    key: &str,
                    map: &mut A,
                ) -> ::std::result::Result<object::Found, A::Error> {
                    match key {
                        $($key => field::read::$kind(&mut self.$field, map),)*
                        _ => Ok(object::Found::Unknown),
                    }
                }

                fn finish(self, $extra: $crate::Extra) -> ::std::result::Result<$name, &'static str> {
                    match self {
                        Self { $($field: Some($field),)* } => Ok($name { $($field,)* $extra }),
                        // Bound to a name, so that it is dropped as a whole: otherwise the compiler tracks for each field
                        // whether it has moved, which is most of the code that it would make of this function.
                        parts => Err(object::missing(&[$($key),*], &[$(parts.$field.is_some()),*])),
                    }
                }
            }

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(from: D) -> ::std::result::Result<Self, D::Error> {
                    from.deserialize_map(object::Reading::new(__Parts {
                        $($field: field::empty::$kind(),)*
                    }))
                }
            }

            impl serde::Serialize for $name {
                fn serialize<S: serde::Serializer>(&self, to: S) -> ::std::result::Result<S::Ok, S::Error> {
                    let mut map = object::Writing::new(to.serialize_map(None)?);
                    let written = [$(($key, map.$kind($key, &self.$field)),)*];
                    map.finish(&written, &self.$extra)
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

/// An object that is being read.
pub struct Reading<'de, P>(P, PhantomData<&'de ()>);

impl<'de, P: Parts<'de>> Reading<'de, P> {
    /// Before anything is read.
    pub fn new(parts: P) -> Self {
        Self(parts, PhantomData)
    }
}

impl<'de, P: Parts<'de>> Visitor<'de> for Reading<'de, P> {
    type Value = P::Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, map: A) -> Result<P::Object, A::Error> {
        let extra = read_all(map, &mut self)?;
        match self.0.finish(extra) {
            Ok(object) => Ok(object),
            // Raised in here, the error gets the position of this object's end.
            Err(key) => Err(de::Error::missing_field(key)),
        }
    }
}

/// [`Parts::read`] for one kind of input, so that the loop below is compiled once for it and not once for every object.
trait ReadOne<'de, A: MapAccess<'de>> {
    fn read_one(&mut self, key: &str, map: &mut A) -> Result<Found, A::Error>;
}

impl<'de, P: Parts<'de>, A: MapAccess<'de>> ReadOne<'de, A> for Reading<'de, P> {
    fn read_one(&mut self, key: &str, map: &mut A) -> Result<Found, A::Error> {
        self.0.read(key, map)
    }
}

#[inline(never)]
fn read_all<'de, A: MapAccess<'de>>(
    mut map: A,
    object: &mut dyn ReadOne<'de, A>,
) -> Result<Extra, A::Error> {
    let mut extra = Extra::new();
    while let Some(Text(key)) = map.next_key()? {
        match object.read_one(&key, &mut map)? {
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

/// The first key whose field is not there.
pub fn missing(keys: &[&'static str], there: &[bool]) -> &'static str {
    keys.iter()
        .zip(there)
        .find(|(_, there)| !**there)
        .map_or("", |(key, _)| key)
}

/// An object that is being written. The first failure ends it and is kept, which spares the expansion a branch for every
/// field.
pub struct Writing<M: SerializeMap>(Result<M, M::Error>);

impl<M: SerializeMap> Writing<M> {
    /// Before anything is written.
    pub fn new(map: M) -> Self {
        Self(Ok(map))
    }

    /// Writes a field, and says whether it was written, as do its siblings.
    #[inline(never)]
    pub fn required<T: Serialize>(&mut self, key: &'static str, value: &T) -> bool {
        if let Ok(map) = &mut self.0
            && let Err(error) = map.serialize_entry(key, value)
        {
            self.0 = Err(error);
        }
        true
    }

    /// Writes a field if it is there.
    #[inline(never)]
    pub fn optional<T: Serialize>(&mut self, key: &'static str, value: &Option<T>) -> bool {
        match value {
            Some(value) => self.required(key, value),
            None => false,
        }
    }

    /// Writes a field, as `null` if it is not there.
    #[inline(never)]
    pub fn nullable<T: Serialize>(&mut self, key: &'static str, value: &Option<T>) -> bool {
        self.required(key, value)
    }

    /// Writes the extra properties that no field has written, and ends the object.
    pub fn finish(self, written: &[(&str, bool)], extra: &Extra) -> Result<M::Ok, M::Error> {
        let mut map = self.0?;
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
}
