//! What can be done to a description.

use proptest::prelude::*;
use proptest::sample::Index;
use rolecall_openapi::json;
use serde_json::{Value, json};

/// The pointers of all nodes but the root.
fn pointers(value: &Value) -> Vec<String> {
    let mut all = Vec::new();
    let mut queue = vec![(String::new(), value)];
    while let Some((pointer, value)) = queue.pop() {
        let children: Vec<(String, &Value)> = match value {
            Value::Object(entries) => entries
                .iter()
                .map(|(key, value)| (json::join(&pointer, key), value))
                .collect(),
            Value::Array(items) => items
                .iter()
                .enumerate()
                .map(|(index, item)| (format!("{pointer}/{index}"), item))
                .collect(),
            _ => Vec::new(),
        };
        all.extend(children.iter().map(|(pointer, _)| pointer.clone()));
        queue.extend(children);
    }
    all
}

/// What is done to a description.
#[derive(Clone, Debug)]
pub enum Change {
    /// Another value in the place of a node.
    Replace(Index, Value),
    Delete(Index),
    /// A node again, under another name or behind itself.
    Duplicate(Index, String),
    Swap(Index, Index),
    /// A copy of one node in the place of another.
    Copy(Index, Index),
    /// A reference to a node, alone or with what was there as its sibling.
    Refer(Index, Index, bool),
    /// A keyword with the value of a node.
    Keyword(Index, &'static str, Index),
}

/// Does it.
pub fn apply(document: &mut Value, change: &Change) {
    let all = pointers(document);
    if all.is_empty() {
        return;
    }
    let pointer = |index: &Index| all[index.index(all.len())].clone();
    let schemas: Vec<&String> = all
        .iter()
        .filter(|p| p.starts_with("/components/schemas/"))
        .collect();
    let target = |index: &Index| match schemas.len() {
        0 => pointer(index),
        count => schemas[index.index(count)].clone(),
    };
    let node = |document: &Value, at: &str| document.pointer(at).cloned().unwrap_or_default();
    match change {
        Change::Replace(at, value) => {
            if let Some(place) = document.pointer_mut(&pointer(at)) {
                *place = value.clone();
            }
        }
        Change::Delete(at) => {
            let at = pointer(at);
            let (parent, key) = at.rsplit_once('/').unwrap_or_default();
            match document.pointer_mut(parent) {
                Some(Value::Object(entries)) => {
                    entries.shift_remove(&key.replace("~1", "/").replace("~0", "~"));
                }
                Some(Value::Array(items)) => {
                    items.remove(key.parse().unwrap_or_default());
                }
                _ => {}
            }
        }
        Change::Duplicate(at, name) => {
            let at = pointer(at);
            let value = node(document, &at);
            let (parent, _) = at.rsplit_once('/').unwrap_or_default();
            match document.pointer_mut(parent) {
                Some(Value::Object(entries)) => {
                    entries.insert(name.clone(), value);
                }
                Some(Value::Array(items)) => items.push(value),
                _ => {}
            }
        }
        Change::Swap(one, other) => {
            let (one, other) = (pointer(one), pointer(other));
            let (a, b) = (node(document, &one), node(document, &other));
            if let Some(place) = document.pointer_mut(&one) {
                *place = b;
            }
            if let Some(place) = document.pointer_mut(&other) {
                *place = a;
            }
        }
        Change::Copy(from, to) => {
            let value = node(document, &target(from));
            if let Some(place) = document.pointer_mut(&target(to)) {
                *place = value;
            }
        }
        Change::Refer(at, to, beside) => {
            let reference = Value::from(format!("#{}", target(to)));
            match document.pointer_mut(&target(at)) {
                Some(Value::Object(entries)) if *beside => {
                    entries.insert("$ref".into(), reference);
                }
                Some(place) => *place = json!({ "$ref": reference }),
                None => {}
            }
        }
        Change::Keyword(at, keyword, from) => {
            let value = node(document, &target(from));
            let value = match *keyword {
                "allOf" | "oneOf" | "anyOf" => {
                    json!([value, { "$ref": format!("#{}", target(at)) }])
                }
                "properties" => json!({ "$ref": value, "allOf": {} }),
                _ => value,
            };
            if let Some(Value::Object(entries)) = document.pointer_mut(&target(at)) {
                entries.insert((*keyword).into(), value);
            }
        }
    }
}

fn values() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(json!({})),
        Just(json!([])),
        Just(json!(true)),
        Just(json!(false)),
        Just(json!("")),
        Just(json!(-1.5e300)),
        Just(json!(u64::MAX)),
        Just(json!({ "type": "string", "enum": ["²", "-", ""] })),
        Just(json!({ "type": ["object", "array", "null"], "properties": { "items": {} } })),
        Just(json!({ "type": "array" })),
        Just(json!({ "oneOf": [{ "type": "null" }, {}] })),
        Just(json!({ "allOf": [{ "required": ["a"] }, false] })),
        Just(json!({ "const": { "a": [1] } })),
        Just(json!({ "discriminator": { "propertyName": "x" }, "properties": { "x": {} } })),
        any::<String>().prop_map(Value::String),
    ]
}

/// Anything that can be done.
pub fn changes() -> impl Strategy<Value = Change> {
    let keywords = [
        "allOf",
        "oneOf",
        "anyOf",
        "items",
        "additionalProperties",
        "properties",
        "not",
        "discriminator",
        "default",
    ];
    let index = any::<Index>;
    let name = prop_oneof![
        Just("$ref".to_owned()),
        Just("allOf".to_owned()),
        Just("x-rolecall-values".to_owned()),
        "[a-zA-Z²_-]{0,3}"
    ];
    prop_oneof![
        (index(), values()).prop_map(|(at, value)| Change::Replace(at, value)),
        index().prop_map(Change::Delete),
        (index(), name).prop_map(|(at, name)| Change::Duplicate(at, name)),
        (index(), index()).prop_map(|(one, other)| Change::Swap(one, other)),
        (index(), index()).prop_map(|(from, to)| Change::Copy(from, to)),
        (index(), index(), any::<bool>())
            .prop_map(|(at, to, beside)| Change::Refer(at, to, beside)),
        (index(), prop::sample::select(keywords.to_vec()), index())
            .prop_map(|(at, keyword, from)| Change::Keyword(at, keyword, from)),
    ]
}
