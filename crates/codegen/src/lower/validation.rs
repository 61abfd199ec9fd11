//! **Real specs** constrain values: patterns that the regex engine rejects, lengths, bounds. **progenitor** fails on
//! the former and turns the rest into types that refuse what a service that has moved on sends. **Instead** a
//! constraint becomes a sentence of documentation, and the service enforces it. **Lost**: the check before sending;
//! reported by keyword.

use serde_json::{Value, json};

use super::{Context, describe, origin};
use rolecall_openapi::json;

/// Keywords that restrict a value, and how documentation says so.
const SAID: &[(&str, &str)] = &[
    ("minLength", "at least {} characters"),
    ("maxLength", "at most {} characters"),
    ("minItems", "at least {} items"),
    ("maxItems", "at most {} items"),
    ("minProperties", "at least {} properties"),
    ("maxProperties", "at most {} properties"),
    ("minimum", "at least {}"),
    ("maximum", "at most {}"),
    ("exclusiveMinimum", "more than {}"),
    ("exclusiveMaximum", "less than {}"),
    ("multipleOf", "a multiple of {}"),
    ("pattern", "matches `{}`"),
    ("uniqueItems", "no item twice"),
    ("additionalProperties", "no other properties"),
];
/// Keywords that restrict a value in ways that one sentence does not hold.
const DROPPED: &[&str] = &[
    "not",
    "if",
    "then",
    "else",
    "dependentRequired",
    "dependentSchemas",
    "dependencies",
    "additionalItems",
    "contains",
    "minContains",
    "maxContains",
    "propertyNames",
    "unevaluatedProperties",
    "unevaluatedItems",
    "contentSchema",
    "$dynamicRef",
    "$recursiveRef",
];

pub(super) fn run(context: &mut Context) {
    context.each_schema(|schema, context| {
        let Value::Object(object) = schema else {
            return;
        };
        let origin = origin(object);
        wide_integers(object);
        exclusive_flags(object);
        let mut said = Vec::new();
        for (key, words) in SAID {
            // Its flag closes the object; its schema is a type.
            let closes = *key == "additionalProperties";
            if closes && object.get(*key).is_none_or(|value| value != false) {
                continue;
            }
            let Some(value) = object.remove(*key) else {
                continue;
            };
            if value == false && !closes {
                continue;
            }
            let text = match &value {
                Value::String(text) => text.replace('`', "'"),
                other => other.to_string(),
            };
            said.push(words.replace("{}", &text));
            context.lose_at(
                "constraint-not-enforced",
                json::join(&origin, key),
                format!("`{key}: {text}` is documented, not checked"),
            );
        }
        if !said.is_empty() {
            context.touched();
            describe(object, &format!("The service takes: {}.", said.join(", ")));
        }
        for key in DROPPED {
            if object.remove(*key).is_some() {
                context.touched();
                context.lose_at(
                    "constraint-dropped",
                    json::join(&origin, key),
                    format!("`{key}` is not checked"),
                );
            }
        }
        if object.remove("patternProperties").is_some() {
            context.touched();
            context.lose_at(
                "pattern-properties-open",
                json::join(&origin, "patternProperties"),
                "properties by pattern are read as any JSON",
            );
            object.insert("additionalProperties".into(), json!({}));
        }
    });
}

/// OpenAPI 3.0 writes a flag beside the bound, where JSON Schema writes the bound itself.
fn exclusive_flags(object: &mut json::Object) {
    for (flag, bound) in [
        ("exclusiveMinimum", "minimum"),
        ("exclusiveMaximum", "maximum"),
    ] {
        if object.get(flag) == Some(&Value::Bool(true)) {
            object.remove(flag);
            if let Some(value) = object.remove(bound) {
                object.insert(flag.into(), value);
            }
        }
    }
}

/// An integer that is declared to exceed 64 bits signed is read as a JSON number of any size.
fn wide_integers(object: &mut json::Object) {
    if object.get("type").and_then(Value::as_str) != Some("integer") {
        return;
    }
    let beyond = |key: &str| {
        object
            .get(key)
            .and_then(Value::as_f64)
            .is_some_and(|bound| bound.abs() > i64::MAX as f64)
    };
    let unsigned = object.get("format").and_then(Value::as_str) == Some("uint64");
    if unsigned || beyond("minimum") || beyond("maximum") || beyond("exclusiveMaximum") {
        object.insert("format".into(), json!("rolecall-number"));
    }
}
