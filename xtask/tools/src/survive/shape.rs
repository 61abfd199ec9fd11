//! What a value of a schema looks like.

use serde_json::Value;

use super::read::{Reader, Schema};
use super::union::Union;
use rolecall_openapi::json;

/// What a value looks like.
pub enum Shape<'a> {
    /// Any JSON.
    Any,
    /// A string.
    Text {
        /// The known values, where they are listed.
        values: Vec<Value>,
        /// The format.
        format: Option<&'a str>,
    },
    /// A whole number, with the known values.
    Integer(Vec<Value>),
    /// A number, with the known values.
    Number(Vec<Value>),
    /// `true` or `false`, with the known values.
    Boolean(Vec<Value>),
    /// An array, and what its items are.
    Array(Option<&'a Value>),
    /// An object that names no property, and what its values are.
    Map(Option<&'a Value>),
    /// An object with named properties.
    Object(Vec<Property<'a>>),
    /// One of several.
    Union(Union<'a>),
}

/// A property.
pub struct Property<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it is: the schemas of all parts that declare it.
    pub schemas: Vec<&'a Value>,
    /// Whether the description requires it, in whatever direction.
    pub required: bool,
}

/// The kind of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Not said.
    Any,
    /// A string.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// An array.
    Array,
    /// An object.
    Object,
    /// Several types, or a union.
    Several,
}

impl Kind {
    fn of_type(name: &str) -> Self {
        match name {
            "string" => Self::Text,
            "integer" => Self::Integer,
            "number" => Self::Number,
            "boolean" => Self::Boolean,
            "array" => Self::Array,
            "object" => Self::Object,
            _ => Self::Any,
        }
    }
}

impl<'a> Schema<'a> {
    /// The types that it names, without null.
    pub fn types(&self) -> Vec<&'a str> {
        if let Some(kind) = self.kind {
            return vec![kind];
        }
        let said = self.parts.iter().rev().find_map(|part| part.get("type"));
        let types: Vec<&'a str> = match said {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        types.into_iter().filter(|name| *name != "null").collect()
    }

    /// Its kind, without a look into its unions.
    pub fn value_kind(&self) -> Kind {
        if !self.unions.is_empty() {
            return Kind::Several;
        }
        match self.types().as_slice() {
            [one] => Kind::of_type(one),
            [] => self.untyped_kind(),
            _ => Kind::Several,
        }
    }

    fn untyped_kind(&self) -> Kind {
        let has = |key: &str| self.parts.iter().any(|part| part.contains_key(key));
        if has("properties") || has("additionalProperties") {
            return Kind::Object;
        }
        if has("items") || has("prefixItems") {
            return Kind::Array;
        }
        let values = self.values();
        let all = |is: fn(&Value) -> bool| !values.is_empty() && values.iter().all(is);
        if all(Value::is_string) {
            Kind::Text
        } else if all(Value::is_i64) {
            Kind::Integer
        } else if all(Value::is_boolean) {
            Kind::Boolean
        } else {
            Kind::Any
        }
    }

    /// The values that it lists: those that all parts allow, or all of them where the parts contradict each other.
    pub fn values(&self) -> Vec<Value> {
        let mut known: Option<Vec<Value>> = None;
        for part in &self.parts {
            let one = part.get("const").map(|value| vec![value.clone()]);
            let list = part.get("enum").and_then(Value::as_array).cloned();
            let Some(list) = one.or(list) else { continue };
            known = Some(match known {
                None => list,
                Some(before) => {
                    let both: Vec<Value> = before
                        .iter()
                        .filter(|v| list.contains(v))
                        .cloned()
                        .collect();
                    if both.is_empty() {
                        [before, list].concat()
                    } else {
                        both
                    }
                }
            });
        }
        let mut values = known.unwrap_or_default();
        values.retain(|value| !value.is_null());
        values
    }

    /// The properties, each once.
    pub fn properties(&self) -> Vec<Property<'a>> {
        let mut found: Vec<Property<'a>> = Vec::new();
        for part in &self.parts {
            let named = part.get("properties").and_then(Value::as_object);
            for (name, schema) in named.into_iter().flatten() {
                match found.iter_mut().find(|property| property.name == name) {
                    Some(known) if known.schemas.contains(&schema) => {}
                    Some(known) => known.schemas.push(schema),
                    None => found.push(Property {
                        name,
                        schemas: vec![schema],
                        required: self.requires(name),
                    }),
                }
            }
        }
        found
    }

    /// The properties that its parts require.
    pub fn required(&self) -> Vec<&'a str> {
        let lists = self.parts.iter().filter_map(|part| part.get("required"));
        let names = lists.filter_map(Value::as_array).flatten();
        names.filter_map(Value::as_str).collect()
    }

    /// Whether a part requires the property.
    pub fn requires(&self, name: &str) -> bool {
        self.parts.iter().any(|part| {
            let required = part.get("required").and_then(Value::as_array);
            required.is_some_and(|required| required.iter().any(|wanted| wanted == name))
        })
    }

    fn last(&self, key: &str) -> Option<&'a Value> {
        self.parts.iter().rev().find_map(|part| part.get(key))
    }

    fn items(&self) -> Option<&'a Value> {
        let tuple = self
            .parts
            .iter()
            .any(|part| part.contains_key("prefixItems"));
        self.last("items")
            .filter(|items| !tuple && items.is_object() && !json::is_any(items))
    }

    fn map_values(&self) -> Option<&'a Value> {
        self.last("additionalProperties")
            .filter(|values| values.is_object() && !json::is_any(values))
    }
}

impl<'a> Reader<'a> {
    /// What a value of the schema looks like.
    pub fn shape(&self, schema: &Schema<'a>) -> Shape<'a> {
        if let Some(alternatives) = schema.unions.first() {
            return self.union(schema, alternatives);
        }
        let kind = match schema.types() {
            types if types.len() > 1 => return self.union_of_types(schema, &types),
            _ => schema.value_kind(),
        };
        let format = schema.last("format").and_then(Value::as_str);
        match kind {
            Kind::Any | Kind::Several => Shape::Any,
            Kind::Text => Shape::Text {
                values: texts(schema.values()),
                format,
            },
            Kind::Integer => Shape::Integer(schema.values()),
            Kind::Number => Shape::Number(schema.values()),
            Kind::Boolean => Shape::Boolean(schema.values()),
            Kind::Array => Shape::Array(schema.items()),
            Kind::Object if schema.declares_properties() => Shape::Object(schema.properties()),
            Kind::Object => Shape::Map(schema.map_values()),
        }
    }
}

fn texts(values: Vec<Value>) -> Vec<Value> {
    values.into_iter().filter(Value::is_string).collect()
}
