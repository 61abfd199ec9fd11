//! **Real specs** share parameters, headers, bodies, answers and whole path items by `$ref`, put parameters on the
//! path, and now and then refer to the middle of another schema (`…/A/properties/b`, `…/A/$defs/B`). **progenitor**
//! takes only some of these. **Instead** each operation gets its own copy of everything but schemas, and what a deep
//! reference points at becomes a component. **Lost**: callbacks and webhooks, which a client does not call, and servers of
//! a single path or operation, since a client has one base URL (both reported).

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Context, ORIGIN};
use rolecall_openapi::json;

pub(super) fn run(context: &mut Context) {
    deep_references(context);
    let document = std::mem::take(&mut context.document);
    let mut written = document.clone();
    if let Some(paths) = written.get_mut("paths").and_then(Value::as_object_mut) {
        for (path, item) in paths {
            resolve(&document, item, context);
            let Some(item) = item.as_object_mut() else {
                continue;
            };
            let shared = item.remove("parameters");
            let at = json::join("/paths", path);
            let servers = item.remove("servers");
            for method in json::METHODS {
                if let Some(operation) = item.get_mut(*method) {
                    write_out(&document, operation, shared.as_ref(), context);
                    let at = json::join(&at, method);
                    not_called(operation, "callbacks", &at, context);
                    if let (Some(servers), Some(own)) = (&servers, operation.as_object_mut()) {
                        own.entry("servers").or_insert_with(|| servers.clone());
                    }
                }
            }
        }
    }
    not_called(&mut written, "webhooks", "", context);
    context.document = written;
    context.each_schema(|schema, _| {
        // What was referred to has a component by now.
        if let Value::Object(object) = schema {
            object.retain(|key, _| !matches!(key.as_str(), "$defs" | "definitions"));
        }
    });
    let written = &mut context.document;
    // Everything but schemas has been copied to where it is used.
    if let Some(components) = written.get_mut("components").and_then(Value::as_object_mut) {
        components.retain(|key, _| matches!(key.as_str(), "schemas" | "securitySchemes"));
    }
}

/// Requests that the service makes, and the client does not.
fn not_called(holder: &mut Value, key: &'static str, at: &str, context: &mut Context) {
    let Some(Value::Object(requests)) = holder.as_object_mut().and_then(|o| o.remove(key)) else {
        return;
    };
    for name in requests.keys().filter(|name| !name.starts_with("x-")) {
        context.lose_at(
            "callback-not-generated",
            json::join(&format!("{at}/{key}"), name),
            format!("`{name}` is a request that the service makes, and has no type"),
        );
        context.touched();
    }
}

/// Replaces a reference by what it refers to; a chain is followed to its end. What a path item says beside its reference
/// it adds to what it refers to, and a description beside any reference is the one that counts.
fn resolve(document: &Value, value: &mut Value, context: &mut Context) {
    for _ in 0..32 {
        let Some(target) = value
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|r| at(document, r))
        else {
            return;
        };
        let beside = std::mem::replace(value, target.clone());
        context.touched();
        let (Value::Object(beside), Value::Object(written)) = (beside, &mut *value) else {
            return;
        };
        for (key, value) in beside {
            match (key.as_str(), value, written.get_mut(&key)) {
                ("parameters", Value::Array(mut own), Some(Value::Array(shared))) => {
                    own.append(shared);
                    *shared = own;
                }
                ("parameters" | "summary" | "description" | "servers", value, _) => {
                    written.insert(key, value);
                }
                (method, value, _) if json::METHODS.contains(&method) => {
                    written.insert(key, value);
                }
                _ => {}
            }
        }
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

/// Media types can be shared from OpenAPI 3.2 on.
fn resolve_content(document: &Value, holder: &mut Value, context: &mut Context) {
    let content = holder.get_mut("content").and_then(Value::as_object_mut);
    for (_, media) in content.into_iter().flatten() {
        resolve(document, media, context);
    }
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
    // What was left out while reading is null.
    parameters.retain(Value::is_object);
    for parameter in &mut parameters {
        resolve_content(document, parameter, context);
    }
    if !parameters.is_empty() {
        operation.insert("parameters".into(), Value::Array(parameters));
    }
    if let Some(body) = operation.get_mut("requestBody") {
        resolve(document, body, context);
        resolve_content(document, body, context);
        for header in part_headers(body) {
            resolve(document, header, context);
        }
    }
    for (_, answer) in operation
        .get_mut("responses")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flatten()
    {
        resolve(document, answer, context);
        resolve_content(document, answer, context);
        for (_, header) in answer
            .get_mut("headers")
            .and_then(Value::as_object_mut)
            .into_iter()
            .flatten()
        {
            resolve(document, header, context);
        }
    }
}

/// The headers of a multipart body's parts.
fn part_headers(body: &mut Value) -> impl Iterator<Item = &mut Value> {
    inside(body, "content")
        .flat_map(|media| inside(media, "encoding"))
        .flat_map(|part| inside(part, "headers"))
}

/// The values of an object in a value.
fn inside<'v>(holder: &'v mut Value, key: &str) -> impl Iterator<Item = &'v mut Value> + use<'v> {
    let object = holder.get_mut(key).and_then(Value::as_object_mut);
    object.into_iter().flatten().map(|(_, value)| value)
}

/// Gives a component to everything that a schema refers to and that is not a component.
fn deep_references(context: &mut Context) {
    let mut made: BTreeMap<String, String> = BTreeMap::new();
    // A target can itself hold deep references, so that several rounds may be needed. Each gives a component to references
    // that had none, of which a description has only so many.
    loop {
        let mut wanted = Vec::new();
        let mut rewrite = |reference: &mut Value| {
            let Some(text) = reference.as_str().filter(|text| text.starts_with('#')) else {
                return;
            };
            match made.get(text) {
                Some(name) => *reference = json::reference_to(name)["$ref"].take(),
                None if json::component_of(text).is_none() => wanted.push(text.to_owned()),
                None => {}
            }
        };
        context.each_schema(|schema, _| {
            if let Some(reference) = schema.get_mut("$ref") {
                rewrite(reference);
            }
            let mapping = schema.pointer_mut("/discriminator/mapping");
            for (_, target) in mapping.and_then(Value::as_object_mut).into_iter().flatten() {
                rewrite(target);
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
pub(super) fn name_for(reference: &str) -> String {
    let reference = percent_encoding::percent_decode_str(reference.trim_start_matches('#'))
        .decode_utf8_lossy()
        .into_owned();
    let tokens: Vec<String> = reference
        .split('/')
        .filter(|t| !t.is_empty())
        .map(|t| t.replace("~1", "/").replace("~0", "~"))
        .collect();
    let parts: Vec<String> = match tokens
        .iter()
        .rposition(|t| matches!(t.as_str(), "$defs" | "definitions"))
    {
        Some(index) => tokens[index + 1..]
            .iter()
            .map(|t| crate::names::pascal(t))
            .collect(),
        None => tokens
            .iter()
            .filter(|t| {
                !matches!(
                    t.as_str(),
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
