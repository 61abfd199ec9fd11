//! Random values of a schema, with a liking for those at its edges.

use std::cell::Cell;

use rolecall_openapi::validate::Validator;
use serde_json::{Map, Value, json};

use crate::numbers::Numbers;

const DEEPEST: usize = 8;
const FUEL: usize = 60;
const STRINGS: &[&str] = &[
    "",
    "a",
    "b",
    "ab",
    "abc",
    "abcd",
    "abcde",
    "x",
    "12",
    "99",
    "A",
    "é",
    "0",
    "true",
    "0b5c1f0e-7a53-4c4e-9f2b-3f6d2a1c9e77",
    "2026-03-01",
    "a long text that no limit here allows",
];

/// A document whose schemas values are drawn from.
pub struct Source<'a> {
    pub validator: &'a Validator,
    pub root: &'a Value,
    /// How many schemas may still be looked at for the value that is being drawn.
    pub fuel: Cell<usize>,
}

impl Source<'_> {
    fn takes(&self, schema: &Value, value: &Value) -> bool {
        self.validator
            .validate(self.root, schema, value, None)
            .is_empty()
    }
}

/// A value of the schema, if one is found; it may still not fit all of it.
pub fn draw(
    numbers: &mut Numbers,
    root: &Source<'_>,
    schema: &Value,
    depth: usize,
) -> Option<Value> {
    if depth == 0 {
        root.fuel.set(FUEL);
    }
    for _ in 0..4 {
        if depth > DEEPEST || root.fuel.get() == 0 {
            return None;
        }
        root.fuel.set(root.fuel.get() - 1);
        let value = attempt(numbers, root, schema, depth);
        if let Some(value) = value.filter(|value| root.takes(schema, value)) {
            return Some(value);
        }
    }
    None
}

fn attempt(
    numbers: &mut Numbers,
    root: &Source<'_>,
    schema: &Value,
    depth: usize,
) -> Option<Value> {
    let Some(keywords) = schema.as_object() else {
        return (schema == &Value::Bool(true)).then(|| scalar(numbers));
    };
    if let Some(reference) = keywords.get("$ref").and_then(Value::as_str) {
        let target = root.root.pointer(reference.trim_start_matches('#'))?;
        return draw(numbers, root, target, depth + 1);
    }
    if let Some(value) = keywords.get("const") {
        return Some(value.clone());
    }
    if let Some(values) = keywords.get("enum").and_then(Value::as_array) {
        return numbers.pick(values).cloned();
    }
    let mut value = None;
    for key in ["allOf", "oneOf", "anyOf"] {
        let Some(parts) = keywords.get(key).and_then(Value::as_array) else {
            continue;
        };
        let chosen: Vec<&Value> = match key {
            "allOf" => parts.iter().collect(),
            _ => numbers.pick(parts).into_iter().collect(),
        };
        for part in chosen {
            let part = draw(numbers, root, part, depth + 1)?;
            value = Some(merged(value, part));
        }
    }
    if keywords.contains_key("type") || keywords.contains_key("properties") {
        let whole = typed(numbers, root, keywords, depth)?;
        // Beside alternatives only objects say more.
        if value.is_none() || whole.is_object() {
            value = Some(merged(value, whole));
        }
    }
    Some(value.unwrap_or_else(|| scalar(numbers)))
}

fn merged(value: Option<Value>, over: Value) -> Value {
    match (value, over) {
        (Some(Value::Object(mut one)), Value::Object(other)) => {
            for (key, member) in other {
                one.entry(key).or_insert(member);
            }
            Value::Object(one)
        }
        (_, over) => over,
    }
}

fn scalar(numbers: &mut Numbers) -> Value {
    match numbers.below(6) {
        0 => json!(null),
        1 => json!(true),
        2 => json!(numbers.below(9)),
        3 => json!([]),
        4 => json!({}),
        _ => json!(numbers.pick(STRINGS)),
    }
}

fn typed(
    numbers: &mut Numbers,
    root: &Source<'_>,
    keywords: &Map<String, Value>,
    depth: usize,
) -> Option<Value> {
    let kind = match keywords.get("type") {
        Some(Value::Array(kinds)) => numbers.pick(kinds)?.as_str()?,
        Some(kind) => kind.as_str()?,
        None => "object",
    };
    match kind {
        "null" => Some(Value::Null),
        "boolean" => Some(json!(numbers.chance(2))),
        "string" => {
            let wanted = |key: &str| usize::try_from(keywords.get(key)?.as_u64()?).ok();
            match (numbers.below(4), wanted("minLength"), wanted("maxLength")) {
                (0, Some(length), _) | (0 | 1, None, Some(length)) => {
                    Some(json!("a".repeat(length)))
                }
                _ => Some(json!(numbers.pick(STRINGS))),
            }
        }
        "integer" | "number" => Some(number(numbers, keywords, kind)),
        "array" => array(numbers, root, keywords, depth),
        _ => object(numbers, root, keywords, depth),
    }
}

fn number(numbers: &mut Numbers, keywords: &Map<String, Value>, kind: &str) -> Value {
    let edges = [
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
    ];
    let edges: Vec<i64> = edges
        .iter()
        .filter_map(|key| keywords.get(*key)?.as_i64())
        .collect();
    let near = numbers.pick(&edges).copied().unwrap_or(0);
    let off = i64::try_from(numbers.below(5)).unwrap_or(0) - 2;
    match numbers.below(8) {
        0 => numbers
            .pick(&[json!(i64::from(i32::MAX) + 10), json!(1e20)])
            .cloned()
            .unwrap_or_default(),
        1 => json!(-5_000_000_000_i64),
        2 if kind == "number" => json!(near as f64 + 0.5),
        3 if kind == "number" => json!(near as f64 - 0.25),
        4 => json!(near * 4),
        5 => json!(numbers.below(24)),
        _ => json!(near + off),
    }
}

fn array(
    numbers: &mut Numbers,
    root: &Source<'_>,
    keywords: &Map<String, Value>,
    depth: usize,
) -> Option<Value> {
    let bound = |key: &str| usize::try_from(keywords.get(key)?.as_u64()?).ok();
    let least = bound("minItems").unwrap_or(0);
    let most = bound("maxItems").unwrap_or(least + 5);
    let length = match numbers.below(4) {
        0 => least,
        1 => most,
        _ => least + numbers.below(most.saturating_sub(least) + 1),
    };
    let any = Value::Bool(true);
    let mut items = Vec::new();
    for index in 0..length {
        let first = keywords
            .get("prefixItems")
            .and_then(|first| first.get(index));
        let schema = first.or_else(|| keywords.get("items")).unwrap_or(&any);
        items.push(draw(numbers, root, schema, depth + 1)?);
    }
    // The same twice, where nothing forbids it.
    if items.len() > 1 && numbers.chance(3) {
        items[1] = items[0].clone();
    }
    Some(Value::Array(items))
}

fn object(
    numbers: &mut Numbers,
    root: &Source<'_>,
    keywords: &Map<String, Value>,
    depth: usize,
) -> Option<Value> {
    let mut object = Map::new();
    let required: Vec<&str> = keywords
        .get("required")
        .and_then(Value::as_array)
        .map_or_else(Vec::new, |names| {
            names.iter().filter_map(Value::as_str).collect()
        });
    let rarely = numbers.chance(3);
    for (name, schema) in keywords
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        let must = required.contains(&name.as_str());
        if !must && (rarely || numbers.chance(3)) {
            continue;
        }
        match draw(numbers, root, schema, depth + 1) {
            Some(value) => {
                object.insert(name.clone(), value);
            }
            None if must => return None,
            None => {}
        }
    }
    for name in required {
        if !object.contains_key(name) {
            object.insert(name.to_owned(), scalar(numbers));
        }
    }
    // What is not described is sent only where its schema is.
    let others = keywords
        .get("additionalProperties")
        .filter(|schema| schema.is_object());
    if let Some(schema) = others.filter(|_| numbers.chance(2)) {
        for name in ["other", "d"] {
            if let Some(value) = draw(numbers, root, schema, depth + 1) {
                object.insert(name.to_owned(), value);
            }
        }
    }
    Some(Value::Object(object))
}
