//! **Real specs** spell the same thing in many ways: `nullable`, `type: [T, null]`, `anyOf: [T, {type: null}]`, a
//! `null` among the values of an enum; `const` and a one-value enum; several types; `true`; no `type` at all; a `$ref` with
//! siblings. **progenitor** knows few of them. **Instead** each has one spelling, that of OpenAPI 3.0. **Lost**: tuples
//! (`prefixItems`) become plain arrays, `false` becomes anything; both reported.

use serde_json::{Value, json};

use super::{Context, ORIGIN};
use crate::json::{self, Object};

pub(super) fn run(context: &mut Context) {
    let v31 = context.v31;
    context.each_schema(|schema, context| {
        if let Value::Bool(allowed) = schema {
            if !*allowed {
                context.lose_at(
                    "schema-false",
                    "",
                    "a schema that allows nothing is read as one that allows anything",
                );
            }
            *schema = json!({});
            context.touched();
            return;
        }
        let Value::Object(object) = schema else {
            return;
        };
        reference_siblings(object, v31, context);
        constants(object, context);
        null_values(object, context);
        several_types(object, context);
        null_arms(object, context);
        tuples(object, context);
        missing_type(object, context);
    });
}

/// 3.1 gives meaning to what stands beside `$ref`; 3.0 ignores it, but its authors do mean their descriptions.
fn reference_siblings(object: &mut Object, v31: bool, context: &mut Context) {
    if !object.contains_key("$ref") || object.keys().all(|key| key == "$ref" || key == ORIGIN) {
        return;
    }
    let meaningful = object
        .keys()
        .any(|key| key != "$ref" && !json::is_annotation(key));
    if meaningful && !v31 {
        object.retain(|key, _| key == "$ref" || json::is_annotation(key));
    }
    let reference = object.remove("$ref").unwrap_or_default();
    let mut all =
        vec![json!({ "$ref": reference, ORIGIN: object.get(ORIGIN).cloned().unwrap_or_default() })];
    if let Some(Value::Array(more)) = object.remove("allOf") {
        all.extend(more);
    }
    object.insert("allOf".into(), Value::Array(all));
    context.touched();
}

fn constants(object: &mut Object, context: &mut Context) {
    if let Some(value) = object.remove("const") {
        if value.is_null() {
            object.insert("type".into(), json!("null"));
        } else {
            object.insert("enum".into(), json!([value]));
        }
        context.touched();
    }
}

fn null_values(object: &mut Object, context: &mut Context) {
    let Some(Value::Array(values)) = object.get_mut("enum") else {
        return;
    };
    let before = values.len();
    values.retain(|value| !value.is_null());
    if values.len() == before {
        return;
    }
    let none_left = values.is_empty();
    object.insert("nullable".into(), json!(true));
    if none_left {
        object.remove("enum");
    }
    context.touched();
}

fn several_types(object: &mut Object, context: &mut Context) {
    match object.get("type") {
        Some(Value::Array(types)) => {
            let mut types = types.clone();
            let before = types.len();
            types.retain(|t| t != "null");
            if types.len() < before {
                object.insert("nullable".into(), json!(true));
            }
            match types.len() {
                0 => {
                    object.remove("type");
                }
                1 => {
                    object.insert("type".into(), types.remove(0));
                }
                _ => {
                    object.remove("type");
                    let arms = types.into_iter().map(|t| arm_of_type(object, t)).collect();
                    for key in [
                        "properties",
                        "required",
                        "additionalProperties",
                        "items",
                        "enum",
                        "format",
                    ] {
                        object.remove(key);
                    }
                    object.insert("anyOf".into(), Value::Array(arms));
                }
            }
            context.touched();
        }
        Some(Value::String(t)) if t == "null" => {
            object.remove("type");
            object.insert("nullable".into(), json!(true));
            object.insert("x-rolecall-null".into(), json!(true));
            context.touched();
        }
        _ => {}
    }
}

/// The part of a schema with several types that concerns one of them.
fn arm_of_type(object: &Object, t: Value) -> Value {
    let keys: &[&str] = match t.as_str() {
        Some("object") => &["properties", "required", "additionalProperties"],
        Some("array") => &["items"],
        Some("string") => &["enum", "format"],
        _ => &[],
    };
    let mut arm = Object::new();
    for key in keys {
        if let Some(value) = object.get(*key) {
            arm.insert((*key).to_owned(), value.clone());
        }
    }
    if let Some(Value::Array(values)) = arm.get_mut("enum") {
        values.retain(Value::is_string);
        if values.is_empty() {
            arm.remove("enum");
        }
    }
    arm.insert("type".into(), t);
    arm.insert(
        ORIGIN.into(),
        object.get(ORIGIN).cloned().unwrap_or_default(),
    );
    Value::Object(arm)
}

fn null_arms(object: &mut Object, context: &mut Context) {
    for key in ["anyOf", "oneOf"] {
        let Some(Value::Array(arms)) = object.get_mut(key) else {
            continue;
        };
        let before = arms.len();
        arms.retain(|arm| arm.get("x-rolecall-null").is_none());
        let nullable = arms.len() < before;
        if !nullable && arms.len() != 1 {
            continue;
        }
        if arms.len() <= 1 {
            let arms = std::mem::take(arms);
            object.remove(key);
            if !arms.is_empty() {
                match object.get_mut("allOf") {
                    Some(Value::Array(all)) => all.extend(arms),
                    _ => {
                        object.insert("allOf".into(), Value::Array(arms));
                    }
                }
            }
            object.remove("discriminator");
        }
        if nullable {
            object.insert("nullable".into(), json!(true));
        }
        context.touched();
    }
}

fn tuples(object: &mut Object, context: &mut Context) {
    if object.remove("prefixItems").is_some() {
        let at = object
            .get(ORIGIN)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        context.lose_at(
            "tuple-as-array",
            at,
            "the positions of a tuple are not told apart",
        );
        object.insert("items".into(), json!({}));
        object.insert("type".into(), json!("array"));
        context.touched();
    }
    if let Some(Value::Array(_)) = object.get("items") {
        object.insert("items".into(), json!({}));
        context.touched();
    }
}

fn missing_type(object: &mut Object, context: &mut Context) {
    if object.contains_key("type") {
        let unknown = !matches!(
            object["type"].as_str(),
            Some("object" | "array" | "string" | "integer" | "number" | "boolean")
        );
        if unknown {
            let found = object.remove("type").unwrap_or_default();
            let at = object
                .get(ORIGIN)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned();
            context.lose_at(
                "unknown-type",
                at,
                format!("`type: {found}` is read as any JSON"),
            );
        }
        if object.get("type").and_then(Value::as_str) == Some("array")
            && !object.contains_key("items")
        {
            object.insert("items".into(), json!({}));
            context.touched();
        }
        return;
    }
    if object.contains_key("$ref") {
        return;
    }
    let t = if object.contains_key("properties") || object.contains_key("additionalProperties") {
        "object"
    } else if object.contains_key("items") {
        "array"
    } else {
        match object.get("enum").and_then(Value::as_array) {
            Some(values) if !values.is_empty() && values.iter().all(Value::is_string) => "string",
            Some(values) if !values.is_empty() && values.iter().all(Value::is_i64) => "integer",
            Some(values) if !values.is_empty() && values.iter().all(Value::is_boolean) => "boolean",
            _ => return,
        }
    };
    object.insert("type".into(), json!(t));
    context.touched();
}
