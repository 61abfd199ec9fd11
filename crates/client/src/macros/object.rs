//! [`object!`](crate::object!): structs that keep the properties they do not name.

use crate::json::{self, ReadError, Reader};
use crate::{Extra, FromJson};
use serde_core::ser::{Serialize, SerializeMap};

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
/// A `required` property must be there. An `optional` one is an `Option` and may be missing; as `null`, and when its value
/// does not fit, it is kept in the extra properties, so that it is sent back as it came. A `nullable` one is an `Option`
/// too, but it must be there and `None` is written as `null`. Where a key comes twice, the last one counts. Fields are
/// written first, in the order given here, then the extra properties but for those that a field has written.
///
/// A field that is not written as it came (an integer that came as `30.0`, an array of which a `null` was left out) keeps
/// that text beside the extra properties. It is written so as long as nobody has changed the field.
///
/// Each field may have doc comments, which become descriptions in the JSON Schema. With the feature `schemars` of the
/// *calling* crate, which must turn on this crate's, the struct is a `schemars::JsonSchema` too.
#[macro_export]
macro_rules! object {
    ($name:ident, $extra:ident {
        $($(#[doc = $doc:literal])* $kind:ident $field:ident: $ty:ty = $key:literal),* $(,)?
    }) => {
        const _: () = {
            use $crate::private::{field, json, object, serde};

            struct __Parts {
                $($field: ::std::option::Option<field::ty::$kind<$ty>>,)*
            }

            impl object::Fields for __Parts {
                fn read(
                    &mut self,
                    key: &str,
                    from: &mut json::Reader<'_>,
                ) -> ::std::result::Result<object::Found, json::ReadError> {
                    match key {
                        $($key => field::read::$kind(&mut self.$field, from),)*
                        _ => Ok(object::Found::Unknown),
                    }
                }
            }

            impl $crate::FromJson for $name {
                fn from_json(from: &mut json::Reader<'_>) -> ::std::result::Result<Self, json::ReadError> {
                    let start = from.start();
                    let mut parts = __Parts { $($field: None,)* };
                    let $extra = object::read(from, &mut parts)?;
                    $(field::fill::$kind(&mut parts.$field);)*
                    match parts {
                        __Parts { $($field: Some($field),)* } => Ok($name { $($field,)* $extra }),
                        // Bound to a name, so that it is dropped as a whole: otherwise the compiler tracks for each field
                        // whether it has moved, which is most of the code that it would make of this function.
                        parts => Err(object::missing(
                            start,
                            &[$($key),*],
                            &[$(parts.$field.is_some()),*],
                        )),
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
                    let mut map = object::Writing::new(to.serialize_map(None)?, &self.$extra);
                    let written = [$(($key, map.$kind($key, &self.$field)),)*];
                    map.finish(&written)
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
    /// A field took it, and is written in another form than it came in.
    Altered,
    /// It is a `null` that its field does not hold; the value was read.
    Null,
    /// Its field does not hold the value, which was passed over.
    Misfit,
    /// No field has this name; the value was not read.
    Unknown,
}

/// The fields of an object while it is read.
pub trait Fields {
    /// Reads the value of the field of this name, if there is one.
    fn read(&mut self, key: &str, from: &mut Reader<'_>) -> Result<Found, ReadError>;
}

/// Reads an object into its fields, and hands out what they do not hold.
pub fn read(from: &mut Reader<'_>, fields: &mut dyn Fields) -> Result<Extra, ReadError> {
    from.open(b'{', "an object")?;
    let mut extra = Extra::new();
    let mut first = true;
    while let Some(key) = from.next_key(&mut first)? {
        let start = from.start();
        from.again = false;
        let found = fields.read(&key.name, from)?;
        if from.again {
            // What came before under the same key does not count any more.
            extra.forget(&key.name);
        }
        match found {
            Found::Taken => {}
            Found::Unknown => {
                from.skip()?;
                extra.push(from.since(key.start));
            }
            Found::Null => extra.push(from.since(key.start)),
            Found::Misfit => extra.push_misfit(&key.name, from.since(key.start)),
            Found::Altered => extra.keep(&key.name, from.since(start)),
        }
    }
    Ok(extra)
}

/// The error for the first key whose field is not there, in the object at `start`.
#[cold]
pub fn missing(start: usize, keys: &[&'static str], there: &[bool]) -> ReadError {
    let mut fields = keys.iter().zip(there);
    let missing = fields.find(|(_, there)| !**there);
    ReadError::missing(start, missing.map_or("", |(key, _)| key))
}

/// An object that is being written. The first failure ends it and is kept, which spares the expansion a branch for every
/// field.
pub struct Writing<'a, M: SerializeMap> {
    map: Result<M, M::Error>,
    extra: &'a Extra,
}

impl<'a, M: SerializeMap> Writing<'a, M> {
    /// Before anything is written.
    pub fn new(map: M, extra: &'a Extra) -> Self {
        Self {
            map: Ok(map),
            extra,
        }
    }

    /// Writes a field, and says whether it was written, as do its siblings.
    #[inline(never)]
    pub fn required<T: Serialize + FromJson>(&mut self, key: &'static str, value: &T) -> bool {
        if let Ok(map) = &mut self.map {
            let written = match self.extra.original(key) {
                Some(original) if is_unchanged(value, original) => {
                    map.serialize_entry(key, &json::Text(original))
                }
                _ => map.serialize_entry(key, value),
            };
            if let Err(error) = written {
                self.map = Err(error);
            }
        }
        true
    }

    /// Writes a field if it is there.
    #[inline(never)]
    pub fn optional<T: Serialize + FromJson>(
        &mut self,
        key: &'static str,
        value: &Option<T>,
    ) -> bool {
        match value {
            Some(value) => self.required(key, value),
            None => false,
        }
    }

    /// Writes a field, as `null` if it is not there.
    #[inline(never)]
    pub fn nullable<T: Serialize + FromJson>(
        &mut self,
        key: &'static str,
        value: &Option<T>,
    ) -> bool {
        self.required(key, value)
    }

    /// Writes the extra properties that no field has written, and ends the object.
    pub fn finish(self, written: &[(&str, bool)]) -> Result<M::Ok, M::Error> {
        let mut map = self.map?;
        if self.extra.is_empty() {
            return map.end();
        }
        for (key, value) in self.extra.entries() {
            if !written
                .iter()
                .any(|(name, written)| *written && *name == key)
            {
                map.serialize_entry(&key, &json::Text(value))?;
            }
        }
        map.end()
    }
}

/// Whether a field still is what this text was read as.
#[cold]
fn is_unchanged<T: Serialize + FromJson>(value: &T, original: &str) -> bool {
    let Some(read) = json::again::<T>(original) else {
        return false;
    };
    let written = |value: &T| serde_json::to_string(value).ok();
    written(&read) == written(value)
}
