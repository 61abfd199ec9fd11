//! Properties that no type names.

use super::{Decoding, FromJson, ReadError, Reader, Text, value_of};
use serde_core::ser::SerializeMap;
use serde_core::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use zeroize::Zeroize;

/// Properties that a type does not name, in the order in which they were received, and those whose values did not fit it.
///
/// They are kept as the text that they came as: numbers keep their digits, and a value is parsed when somebody asks. That
/// takes time that grows with all that is kept, so look a property up once.
///
/// ```
/// use rolecall_client::Extra;
/// use serde_json::json;
///
/// let mut extra: Extra = serde_json::from_str(r#"{"beta": true, "cost": 0.10}"#)?;
/// assert_eq!(extra.get("beta"), Some(json!(true)));
/// extra.insert("beta", false);
/// assert_eq!(serde_json::to_string(&extra)?, r#"{"cost":0.10,"beta":false}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// `Debug` does not show the values of properties that a type has named and that did not fit: it could be a secret that
/// came in another form.
#[derive(Clone, Default)]
pub struct Extra {
    /// The properties one behind the other, with commas between them: `"a":1,"b":[]`.
    members: String,
    /// What few objects have.
    odd: Option<Box<Odd>>,
}

#[derive(Clone, Default)]
struct Odd {
    /// The names of the properties whose values did not fit.
    misfits: Vec<String>,
    /// The texts of fields that are not written as they came.
    originals: Vec<(String, String)>,
}

impl Extra {
    /// Without any property.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            members: String::new(),
            odd: None,
        }
    }

    /// Whether there is no property.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// How many properties there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries().len()
    }

    /// The value of a property.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Value> {
        self.raw(name).map(value_of)
    }

    /// The JSON text of a property's value.
    #[must_use]
    pub fn raw(&self, name: &str) -> Option<&str> {
        Members::of(self)
            .filter(|(key, _)| key == name)
            .last()
            .map(|(_, value)| value)
    }

    /// The text of a property whose value is a string.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        Reader::new(self.raw(name)?, Decoding::Strict).string().ok()
    }

    /// Whether there is such a property.
    #[must_use]
    pub fn contains_key(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    /// The names and values of the properties.
    pub fn iter(&self) -> impl Iterator<Item = (Cow<'_, str>, Value)> {
        let entries = self.entries().into_iter();
        entries.map(|(key, value)| (key, value_of(value)))
    }

    /// The names of the properties.
    pub fn keys(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.entries().into_iter().map(|(key, _)| key)
    }

    /// Sets a property, behind the others, and hands out the value that it had.
    pub fn insert(&mut self, name: impl AsRef<str>, value: impl Into<Value>) -> Option<Value> {
        let old = self.remove(name.as_ref());
        let key = Value::from(name.as_ref());
        self.push(&format!("{key}:{}", value.into()));
        old
    }

    /// Takes a property out.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let old = self.get(name);
        self.forget(name);
        old
    }

    /// The properties as a map. A number beyond those of [`Value`] is a string of its digits.
    #[must_use]
    pub fn to_map(&self) -> Map<String, Value> {
        let entries = self.iter();
        entries
            .map(|(key, value)| (key.into_owned(), value))
            .collect()
    }

    /// Adds a property as it was received: `"name": value`.
    #[inline]
    pub(crate) fn push(&mut self, member: &str) {
        if !self.members.is_empty() {
            self.members.push(',');
        }
        self.members.push_str(member);
    }

    /// As [`push`](Self::push), of one that a field has refused.
    pub(crate) fn push_misfit(&mut self, name: &str, member: &str) {
        self.push(member);
        let odd = self.odd.get_or_insert_default();
        odd.misfits.push(name.to_owned());
    }

    /// Keeps the text of a field that is not written as it came.
    pub(crate) fn keep(&mut self, name: &str, original: &str) {
        let odd = self.odd.get_or_insert_default();
        odd.originals.push((name.to_owned(), original.to_owned()));
    }

    /// The text that a field came as, if it is not written so.
    pub(crate) fn original(&self, name: &str) -> Option<&str> {
        let odd = self.odd.as_deref()?;
        let mut originals = odd.originals.iter();
        originals
            .find(|(key, _)| key == name)
            .map(|(_, original)| original.as_str())
    }

    /// Forgets whatever is kept under a name.
    pub(crate) fn forget(&mut self, name: &str) {
        if self.contains_key(name) {
            let mut left = String::new();
            let kept = Members::of(self).filter(|(key, _)| key != name);
            for (key, value) in kept {
                if !left.is_empty() {
                    left.push(',');
                }
                left.push_str(&Value::from(&*key).to_string());
                left.push(':');
                left.push_str(value);
            }
            self.wipe();
            self.members = left;
        }
        if let Some(odd) = &mut self.odd {
            odd.misfits.retain(|misfit| misfit != name);
            odd.originals.retain_mut(|(key, original)| {
                let keep = key != name;
                if !keep {
                    original.zeroize();
                }
                keep
            });
        }
    }

    /// What did not fit may be a secret.
    fn wipe(&mut self) {
        if self.odd.as_ref().is_some_and(|odd| !odd.misfits.is_empty()) {
            self.members.zeroize();
        }
    }

    fn is_misfit(&self, name: &str) -> bool {
        let odd = self.odd.as_deref();
        odd.is_some_and(|odd| odd.misfits.iter().any(|misfit| misfit == name))
    }

    /// The names and texts, each name once: the last value counts.
    pub(crate) fn entries(&self) -> Vec<(Cow<'_, str>, &str)> {
        let mut entries: Vec<(Cow<'_, str>, &str)> = Vec::new();
        let mut places: HashMap<Cow<'_, str>, usize> = HashMap::new();
        for (key, value) in Members::of(self) {
            match places.get(&key) {
                Some(at) => {
                    if let Some(entry) = entries.get_mut(*at) {
                        entry.1 = value;
                    }
                }
                None => {
                    places.insert(key.clone(), entries.len());
                    entries.push((key, value));
                }
            }
        }
        entries
    }
}

impl Drop for Extra {
    fn drop(&mut self) {
        if self.odd.is_some() {
            self.wipe();
            for (_, original) in self.odd.iter_mut().flat_map(|odd| &mut odd.originals) {
                original.zeroize();
            }
        }
    }
}

/// The properties as they came, those that come twice included.
struct Members<'a>(Reader<'a>);

impl<'a> Members<'a> {
    fn of(extra: &'a Extra) -> Self {
        Self(Reader::new(&extra.members, Decoding::Strict))
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = (Cow<'a, str>, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.peek()?;
        let key = self.0.key().ok()?;
        let value = self.0.raw().ok()?;
        self.0.comma();
        Some((key.name, value))
    }
}

/// The same properties with the same values, in any order.
impl PartialEq for Extra {
    fn eq(&self, other: &Self) -> bool {
        self.members == other.members || self.to_map() == other.to_map()
    }
}

impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for (key, value) in self.entries() {
            if self.is_misfit(&key) {
                map.entry(&key, &format_args!("***"));
            } else {
                map.entry(&key, &value_of(value));
            }
        }
        map.finish()
    }
}

impl FromJson for Extra {
    fn from_json(from: &mut Reader<'_>) -> Result<Self, ReadError> {
        if from.peek() != Some(b'{') {
            return Err(from.unexpected("an object"));
        }
        let text = from.raw()?;
        let members = text.get(1..text.len() - 1).unwrap_or_default();
        Ok(Self {
            members: members.trim_ascii().to_owned(),
            odd: None,
        })
    }

    fn from_null() -> Option<Self> {
        Some(Self::new())
    }
}

impl Serialize for Extra {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        for (key, value) in self.entries() {
            map.serialize_entry(&key, &Text(value))?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Extra {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        super::deserialize(from)
    }
}

impl From<Map<String, Value>> for Extra {
    fn from(map: Map<String, Value>) -> Self {
        map.into_iter().collect()
    }
}

impl From<Extra> for Map<String, Value> {
    fn from(extra: Extra) -> Self {
        extra.to_map()
    }
}

impl From<Extra> for Value {
    fn from(extra: Extra) -> Self {
        Self::Object(extra.to_map())
    }
}

impl<K: AsRef<str>, V: Into<Value>> FromIterator<(K, V)> for Extra {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut extra = Self::new();
        extra.extend(entries);
        extra
    }
}

/// A name that comes again takes the place of the earlier one.
impl<K: AsRef<str>, V: Into<Value>> Extend<(K, V)> for Extra {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.push(&format!("{}:{}", Value::from(key.as_ref()), value.into()));
        }
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Extra {
    fn schema_name() -> Cow<'static, str> {
        Map::<String, Value>::schema_name()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Map::<String, Value>::json_schema(generator)
    }
}
