//! **Real specs** share parameters, headers, bodies, answers and whole path items by `$ref`, put parameters on the
//! path, and now and then refer to the middle of another schema (`…/A/properties/b`, `…/A/$defs/B`). **progenitor**
//! takes only some of these. **Instead** each operation gets its own copy of everything but schemas, and what a deep
//! reference points at becomes a component. Nothing is lost.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Context, ORIGIN};
use crate::json;

pub(super) fn run(context: &mut Context) {
    deep_references(context);
    let document = std::mem::take(&mut context.document);
    let mut written = document.clone();
    if let Some(paths) = written.get_mut("paths").and_then(Value::as_object_mut) {
        for item in paths.values_mut() {
            resolve(&document, item, context);
            let Some(item) = item.as_object_mut() else {
                continue;
            };
            let shared = item.remove("parameters");
            for method in json::METHODS {
                if let Some(operation) = item.get_mut(*method) {
                    write_out(&document, operation, shared.as_ref(), context);
                }
            }
        }
    }
    // Everything but schemas has been copied to where it is used.
    if let Some(components) = written.get_mut("components").and_then(Value::as_object_mut) {
        components.retain(|key, _| matches!(key.as_str(), "schemas" | "securitySchemes"));
    }
    context.document = written;
}

/// Replaces a reference by what it refers to; a chain is followed to its end.
fn resolve(document: &Value, value: &mut Value, context: &mut Context) {
    for _ in 0..32 {
        let Some(target) = value
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|r| at(document, r))
        else {
            return;
        };
        *value = target.clone();
        context.touched();
    }
}

/// What a local reference points at.
fn at<'a>(document: &'a Value, reference: &str) -> Option<&'a Value> {
    let pointer = reference.strip_prefix('#')?;
    let pointer = percent_encoding::percent_decode_str(pointer)
        .decode_utf8()
        .ok()?;
    document.pointer(&pointer)
}

fn write_out(
    document: &Value,
    operation: &mut Value,
    shared: Option<&Value>,
    context: &mut Context,
) {
    let operation = json::as_object_mut(operation);
    let mut parameters = match operation.remove("parameters") {
        Some(Value::Array(list)) => list,
        _ => Vec::new(),
    };
    parameters
        .iter_mut()
        .for_each(|parameter| resolve(document, parameter, context));
    for parameter in shared.and_then(Value::as_array).into_iter().flatten() {
        let mut parameter = parameter.clone();
        resolve(document, &mut parameter, context);
        let same =
            |other: &Value| other["name"] == parameter["name"] && other["in"] == parameter["in"];
        if !parameters.iter().any(same) {
            parameters.push(parameter);
            context.touched();
        }
    }
    if !parameters.is_empty() {
        operation.insert("parameters".into(), Value::Array(parameters));
    }
    if let Some(body) = operation.get_mut("requestBody") {
        resolve(document, body, context);
    }
    for (_, answer) in operation
        .get_mut("responses")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flatten()
    {
        resolve(document, answer, context);
        for (_, header) in answer
            .get_mut("headers")
            .and_then(Value::as_object_mut)
            .into_iter()
            .flatten()
        {
            resolve(document, header, context);
        }
    }
    operation.remove("callbacks");
}

/// Gives a component to everything that a schema refers to and that is not a component.
fn deep_references(context: &mut Context) {
    let mut made: BTreeMap<String, String> = BTreeMap::new();
    // A target can itself hold deep references, so that several rounds may be needed; a description has no more levels
    // than this.
    for _ in 0..8 {
        let mut wanted = Vec::new();
        context.each_schema(|schema, _| {
            let Some(reference) = schema.get("$ref").and_then(Value::as_str) else {
                return;
            };
            let direct = json::component_of(reference).is_some_and(|name| !name.contains('/'));
            if !direct && reference.starts_with('#') {
                match made.get(reference) {
                    Some(name) => schema["$ref"] = json::reference_to(name)["$ref"].take(),
                    None => wanted.push(reference.to_owned()),
                }
            }
        });
        if wanted.is_empty() {
            return;
        }
        for reference in wanted {
            if made.contains_key(&reference) {
                continue;
            }
            let target = at(&context.document, &reference).cloned();
            let target = target.unwrap_or_else(|| serde_json::json!({ ORIGIN: reference.clone() }));
            let name = context.add_component(&name_for(&reference), target);
            made.insert(reference, name);
            context.touched();
        }
    }
}

/// `#/components/schemas/A/properties/b` → `AB`; `#/components/schemas/A/$defs/B` → `B`.
fn name_for(reference: &str) -> String {
    let tokens: Vec<&str> = reference
        .trim_start_matches('#')
        .split('/')
        .filter(|t| !t.is_empty())
        .collect();
    let parts: Vec<String> = match tokens
        .iter()
        .rposition(|t| matches!(*t, "$defs" | "definitions"))
    {
        Some(index) => tokens[index + 1..]
            .iter()
            .map(|t| crate::names::pascal(t))
            .collect(),
        None => tokens
            .iter()
            .filter(|t| {
                !matches!(
                    **t,
                    "components" | "schemas" | "properties" | "paths" | "content" | "schema"
                )
            })
            .map(|t| crate::names::pascal(t))
            .collect(),
    };
    if parts.is_empty() {
        "Referenced".into()
    } else {
        parts.concat()
    }
}
