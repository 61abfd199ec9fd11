//! **Real specs** spell the same thing in many ways: `nullable`, `type: [T, null]`, `anyOf: [T, {type: null}]`, a
//! `null` among the values of an enum; `const` and a one-value enum; several types; `true`; no `type` at all; a `$ref` with
//! siblings. **progenitor** knows few of them. **Instead** each has one spelling, that of OpenAPI 3.0. **Lost**, and
//! reported: tuples become plain arrays; `false`, and types that nobody knows, become anything; several types beside a
//! union, and keywords that say nothing of the type that they stand beside, go.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Context, ORIGIN, origin};
use rolecall_openapi::json::{self, Object};

/// Marks a schema that allows null and nothing else.
const NULL: &str = "x-rolecall-null";
/// Keywords that concern values of one type.
const CONCERN: &[(&str, &str)] = &[
    ("object", "properties"),
    ("object", "required"),
    ("object", "additionalProperties"),
    ("object", "patternProperties"),
    ("array", "items"),
    ("string", "format"),
];

pub(super) fn run(context: &mut Context) {
    let v31 = context.v31;
    let nulls: BTreeSet<String> = json::components(&context.document)
        .into_iter()
        .flatten()
        .filter(|(_, schema)| {
            schema["type"] == "null"
                || schema["type"] == json!(["null"])
                || schema.get("const") == Some(&Value::Null)
        })
        .map(|(name, _)| name.clone())
        .collect();
    context.each_schema(|schema, context| {
        let Value::Object(object) = schema else {
            return;
        };
        flags(object, context);
        reference_siblings(object, v31, context);
        constants(object, context);
        null_values(object, context);
        several_types(object, context);
        null_arms(object, &nulls, context);
        one_type(object, context);
    });
}

/// `false` in its longer form, and flags where schemas stand. `additionalProperties: false` is a constraint, and left.
fn flags(object: &mut Object, context: &mut Context) {
    if object.get("not").is_some_and(json::is_any) {
        object.remove("not");
        context.lose_at(
            "schema-false",
            origin(object),
            "a schema that allows nothing is read as one that allows anything",
        );
        context.touched();
    }
    if object.get("additionalProperties") == Some(&Value::Bool(true)) {
        object.insert("additionalProperties".into(), json!({}));
        context.touched();
    }
    let tuple = object.remove("prefixItems").is_some();
    match object.get("items") {
        Some(Value::Bool(false)) if !tuple => context.lose_at(
            "schema-false",
            json::join(&origin(object), "items"),
            "an array that is always empty is read as one of anything",
        ),
        Some(Value::Array(_)) => {}
        Some(Value::Object(_)) | None if !tuple => return,
        _ => {}
    }
    if tuple || object["items"].is_array() {
        context.lose_at(
            "tuple-as-array",
            origin(object),
            "the positions of a tuple are not told apart",
        );
    }
    object.insert("items".into(), json!({}));
    context.touched();
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
    if values.is_empty() {
        object.remove("enum");
        object.insert("type".into(), json!("null"));
    } else {
        object.insert("nullable".into(), json!(true));
    }
    context.touched();
}

fn several_types(object: &mut Object, context: &mut Context) {
    let mut types = match object.get("type") {
        Some(Value::Array(types)) => types.clone(),
        Some(Value::String(name)) if name == "null" => vec![json!("null")],
        _ => return,
    };
    context.touched();
    object.remove("type");
    let before = types.len();
    types.retain(|name| name != "null");
    if types.len() < before {
        object.insert("nullable".into(), json!(true));
        if types.is_empty() {
            object.insert(NULL.into(), json!(true));
        }
    }
    if types.len() < 2 {
        object.extend(types.pop().map(|name| ("type".to_owned(), name)));
    } else if object.contains_key("oneOf") || object.contains_key("anyOf") {
        context.lose_at(
            "types-beside-union",
            json::join(&origin(object), "type"),
            "several types beside a union are not read: its arms have types of their own",
        );
    } else {
        let possible: Vec<Value> = types
            .iter()
            .filter(|t| possible(object, t))
            .cloned()
            .collect();
        let chosen = if possible.is_empty() { types } else { possible };
        let arms = chosen.into_iter().map(|t| arm_of_type(object, t)).collect();
        for (_, key) in CONCERN {
            object.remove(*key);
        }
        object.remove("enum");
        object.insert("anyOf".into(), Value::Array(arms));
    }
}

/// Whether a value of the type is among those that the schema lists, where it lists any.
fn possible(object: &Object, name: &Value) -> bool {
    let values = object.get("enum").and_then(Value::as_array);
    values.is_none_or(|values| values.iter().any(|value| is_of_type(value, name)))
}

fn is_of_type(value: &Value, name: &Value) -> bool {
    match name.as_str() {
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("number") => value.is_number(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        _ => false,
    }
}

/// The part of a schema with several types that concerns one of them.
fn arm_of_type(object: &Object, name: Value) -> Value {
    let mut arm = Object::new();
    for (concerned, key) in CONCERN {
        if let Some(value) = object.get(*key).filter(|_| name == **concerned) {
            arm.insert((*key).to_owned(), value.clone());
        }
    }
    if let Some(values) = object.get("enum").and_then(Value::as_array) {
        let own: Vec<Value> = values
            .iter()
            .filter(|v| is_of_type(v, &name))
            .cloned()
            .collect();
        if !own.is_empty() {
            arm.insert("enum".into(), Value::Array(own));
        }
    }
    if name == "array" {
        arm.entry("items").or_insert_with(|| json!({}));
    }
    arm.insert("type".into(), name);
    arm.insert(ORIGIN.into(), json!(origin(object)));
    Value::Object(arm)
}

fn null_arms(object: &mut Object, nulls: &BTreeSet<String>, context: &mut Context) {
    // A mapping can add arms.
    let mapped = object
        .get("discriminator")
        .and_then(|d| d.get("mapping"))
        .and_then(Value::as_object)
        .is_some_and(|mapping| mapping.len() > 1);
    for key in ["anyOf", "oneOf"] {
        let Some(Value::Array(arms)) = object.get_mut(key) else {
            continue;
        };
        let before = arms.len();
        arms.retain(|arm| {
            let null = json::schema_ref(arm).is_some_and(|name| nulls.contains(&name));
            arm.get(NULL).is_none() && !null
        });
        let mut nullable = arms.len() < before;
        for arm in arms.iter_mut().filter_map(Value::as_object_mut) {
            // An arm that may be null makes the whole so.
            nullable |= arm.remove("nullable") == Some(Value::Bool(true));
        }
        let lone = arms.len() == 1 && !mapped || arms.is_empty() && before > 0;
        if lone {
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
        if nullable || lone {
            context.touched();
        }
    }
}

/// Every schema has a type that is known, if it says which, and no keywords but those that concern it.
fn one_type(object: &mut Object, context: &mut Context) {
    if object.contains_key("$ref") {
        return;
    }
    if !object.contains_key("type")
        && let Some(name) = inferred(object)
    {
        object.insert("type".into(), json!(name));
        context.touched();
    }
    let Some(name) = object.get("type").cloned() else {
        return;
    };
    let known = ["object", "array", "string", "integer", "number", "boolean"];
    if !name.as_str().is_some_and(|name| known.contains(&name)) {
        object.remove("type");
        context.touched();
        return context.lose_at(
            "unknown-type",
            origin(object),
            format!("`type: {name}` is read as any JSON"),
        );
    }
    for (concerned, key) in CONCERN {
        if name == **concerned || *key == "format" {
            continue;
        }
        if let Some(value) = object.remove(*key) {
            let says = match *key {
                "properties" | "patternProperties" => value != json!({}),
                _ => value.is_object() && !json::is_any(&value),
            };
            if says {
                context.lose_at(
                    "keyword-of-other-type",
                    json::join(&origin(object), key),
                    format!("`{key}` says nothing of `type: {name}`"),
                );
            }
            context.touched();
        }
    }
    if name == "array" && !object.contains_key("items") {
        object.insert("items".into(), json!({}));
        context.touched();
    }
}

/// The type that the other keywords speak of.
fn inferred(object: &Object) -> Option<&'static str> {
    let has = |key: &str| object.contains_key(key);
    if has("properties") || has("additionalProperties") || has("patternProperties") {
        return Some("object");
    }
    if has("items") {
        return Some("array");
    }
    let values = object.get("enum")?.as_array()?;
    ["string", "integer", "number", "boolean"]
        .into_iter()
        .find(|name| !values.is_empty() && values.iter().all(|v| is_of_type(v, &json!(name))))
}
