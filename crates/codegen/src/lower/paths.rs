//! **Real specs** write a query into the key of a path: `/letters?preview=true`, `/find?name={name}`. **progenitor** sees
//! no paths; the client would escape the `?`. **Instead** what has a value there becomes a query parameter that is always
//! sent, and a variable becomes a query parameter that the caller gives. Two paths may then differ in their query alone,
//! so the key stays what it was, and the model cuts it. A parameter in `querystring` that is a form, and the style `cookie`,
//! both of OpenAPI 3.2, get the spelling of 3.1. **Lost**: nothing.

use serde_json::{Value, json};

use super::Context;
use rolecall_openapi::json;

/// The extension under which a parameter carries the value that it always has.
pub const FIXED: &str = "x-rolecall-fixed";

pub(super) fn run(context: &mut Context) {
    let mut document = std::mem::take(&mut context.document);
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    for (path, item) in paths.into_iter().flatten() {
        let query = query_of(path).map_or("", |(_, query)| query);
        for method in json::METHODS {
            if let Some(operation) = item.get_mut(*method) {
                for parameter in parameters(operation) {
                    // Our own notes are ours to make.
                    json::as_object_mut(parameter).shift_remove(FIXED);
                    if spelled_otherwise(parameter) {
                        context.touched();
                    }
                }
                for pair in query.split('&').filter(|pair| !pair.is_empty()) {
                    add(operation, pair);
                    context.touched();
                }
            }
        }
    }
    context.document = document;
}

/// What the key of a path is in a URL, and the query in it.
pub fn query_of(path: &str) -> Option<(&str, &str)> {
    // Some descriptions tell operations apart by a fragment, which is never sent (RFC 9110, section 4.2.5).
    path.split('#').next()?.split_once('?')
}

/// The template that a client fills in: without query and fragment, from a `/` on.
pub fn template_of(path: &str) -> String {
    let plain = path.split(['#', '?']).next().unwrap_or(path);
    match plain.starts_with('/') {
        true => plain.to_owned(),
        false => format!("/{plain}"),
    }
}

fn parameters(operation: &mut Value) -> impl Iterator<Item = &mut Value> {
    let parameters = operation
        .get_mut("parameters")
        .and_then(Value::as_array_mut);
    parameters.into_iter().flatten()
}

/// What OpenAPI 3.2 adds, as what it had before: whether the parameter is one of these.
fn spelled_otherwise(parameter: &mut Value) -> bool {
    let parameter = json::as_object_mut(parameter);
    if parameter.get("style") == Some(&json!("cookie")) {
        parameter.insert("style".to_owned(), json!("form"));
        parameter.insert("allowReserved".to_owned(), json!(true));
        return true;
    }
    if parameter.get("in") != Some(&json!("querystring")) {
        return false;
    }
    // A form in a URL is a parameter for each of its fields (lint has looked that it is one).
    let content = parameter.shift_remove("content").unwrap_or_default();
    let media = content
        .as_object()
        .and_then(|content| content.values().next());
    let schema = media.and_then(|media| media.get("schema")).cloned();
    parameter.insert("in".to_owned(), json!("query"));
    parameter.insert("style".to_owned(), json!("form"));
    parameter.insert("explode".to_owned(), json!(true));
    parameter.insert(
        "schema".to_owned(),
        schema.unwrap_or_else(|| json!({ "type": "object" })),
    );
    true
}

fn add(operation: &mut Value, pair: &str) {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    let decode = |text: &str| {
        let text = text.replace('+', " ");
        percent_encoding::percent_decode_str(&text)
            .decode_utf8_lossy()
            .into_owned()
    };
    let variable = |text: &str| Some(text.strip_prefix('{')?.strip_suffix('}')?.to_owned());
    let parameters = json::as_object_mut(operation)
        .entry("parameters")
        .or_insert_with(|| json!([]));
    let Value::Array(parameters) = parameters else {
        return;
    };
    let is = |parameter: &Value, name: &str, location: &str| {
        parameter["name"] == name && parameter["in"] == location
    };
    match variable(value).or_else(|| variable(name)) {
        Some(variable) => {
            let name = match name.starts_with('{') {
                true => variable.clone(),
                false => decode(name),
            };
            // The caller's own name of it does not go on the wire.
            let found = parameters.iter_mut().find(|parameter| {
                is(parameter, &variable, "path") || is(parameter, &variable, "query")
            });
            if let Some(parameter) = found {
                parameter["name"] = json!(name);
                parameter["in"] = json!("query");
                json::as_object_mut(parameter).shift_remove("style");
            }
        }
        None => {
            let name = decode(name);
            parameters.retain(|parameter| !is(parameter, &name, "query"));
            parameters.push(json!({
                "name": name, "in": "query", "required": true, "schema": { "type": "string" }, FIXED: decode(value),
            }));
        }
    }
}
