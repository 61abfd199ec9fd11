//! What two parts of a composition come to that speak of the same thing; a part of the pass `all-of`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::all_of::Merger;
use super::discriminators;
use rolecall_openapi::json::{self, Object};

impl Merger {
    /// Whether each of two objects, not both of them components, has properties that the other has not.
    pub(super) fn differ(&self, known: &Value, later: &Value) -> bool {
        let properties = |schema| {
            let parts = discriminators::parts(schema, &self.components).into_iter();
            parts.filter_map(|part| part.get("properties")?.as_object())
        };
        let some = |schema| properties(schema).any(|named| !named.is_empty());
        let within = |one, other| {
            let names: BTreeSet<&String> = properties(other).flat_map(Object::keys).collect();
            let mut own = properties(one).flat_map(Object::keys);
            own.all(|name| names.contains(name))
        };
        let by_name = |schema: &Value| schema.get("$ref").is_some();
        match (by_name(known), by_name(later)) {
            (true, true) => false,
            (true, false) => !within(later, known),
            (false, true) => !within(known, later),
            (false, false) => some(known) && some(later),
        }
    }

    /// Whether no value, or none that we know of, is of both schemas.
    pub(super) fn contradict(&self, known: &Value, later: &Value) -> bool {
        match (self.kind(known), self.kind(later)) {
            (Some("object"), Some("object")) => {
                let (one, other) = (json::schema_ref(known), json::schema_ref(later));
                let named = one.is_some() && other.is_some();
                named && !self.extends(&other, &one) && !self.extends(&one, &other)
            }
            (Some("integer" | "number"), Some("integer" | "number")) => false,
            (Some(one), Some(other)) => one != other,
            _ => false,
        }
    }

    /// Whether a component extends another, directly or not.
    fn extends(&self, child: &Option<String>, parent: &Option<String>) -> bool {
        let mut queue: Vec<String> = child.iter().cloned().collect();
        let mut seen = BTreeSet::new();
        while let Some(name) = queue.pop() {
            if Some(&name) == parent.as_ref() {
                return true;
            }
            let schema = self.components.get(&name).unwrap_or(&Value::Null);
            let parts = schema.get("allOf").and_then(Value::as_array);
            if seen.insert(name) {
                queue.extend(json::schema_ref(schema));
                queue.extend(parts.into_iter().flatten().filter_map(json::schema_ref));
            }
        }
        false
    }

    /// The type of a schema, where it is known without merging.
    pub(super) fn kind<'a>(&'a self, schema: &'a Value) -> Option<&'a str> {
        let mut schema = schema;
        for _ in 0..16 {
            match json::schema_ref(schema) {
                Some(name) => schema = self.components.get(&name)?,
                None => break,
            }
        }
        match schema.get("type") {
            Some(kind) => kind.as_str(),
            None => schema.get("properties").map(|_| "object"),
        }
    }
}

/// What two values of one keyword come to; nothing when they contradict each other.
pub(super) fn agreed(known: Option<&Value>, later: &Value) -> Option<Value> {
    let Some(known) = known else {
        return Some(later.clone());
    };
    let (one, other) = (json::plain(known), json::plain(later));
    if one == other || json::is_any(later) {
        return Some(known.clone());
    }
    let number = |kind: &Value| kind == "integer" || kind == "number";
    if number(known) && number(later) {
        return Some(json!("integer"));
    }
    json::is_any(known).then(|| later.clone())
}

/// The values that two enums share; both when they share none, since a service that sends either is more likely than one
/// that sends nothing.
pub(super) fn unite(values: &mut Vec<Value>, others: &[Value]) {
    if values.iter().any(|value| others.contains(value)) {
        values.retain(|value| others.contains(value));
    } else {
        values.extend_from_slice(others);
    }
}

/// How much a schema says.
pub(super) fn weight(schema: &Value) -> usize {
    let keys = schema
        .as_object()
        .map_or(0, |o| o.keys().filter(|k| !json::is_annotation(k)).count());
    let named = ["$ref", "enum", "properties"]
        .iter()
        .any(|key| schema.get(*key).is_some());
    keys + usize::from(named) * 8
}

/// A schema with another's description, when it has none.
pub(super) fn described(mut schema: Value, other: &Value) -> Value {
    if let (Value::Object(schema), Some(description)) = (&mut schema, other.get("description")) {
        schema
            .entry("description")
            .or_insert_with(|| description.clone());
    }
    schema
}
