//! Operations as progenitor takes them: one type of success and one of error, one media type, scalars in paths and headers.

use std::collections::BTreeSet;

use rolecall_openapi::json::{self, Object};
use serde_json::{Value, json};

use super::document::{Writer, field, loss};
use crate::lower::MediaKind;
use crate::model::OperationModel;
use crate::names::snake;

/// Names of a builder's own methods.
const BUILDER: [&str; 5] = ["new", "send", "body", "body_map", "client"];

pub(super) fn write(operations: &[OperationModel], writer: &mut Writer<'_>) -> Object {
    let mut paths = Object::new();
    for operation in operations {
        let pointer = format!(
            "{}/{}",
            json::join("/paths", &operation.path),
            operation.method
        );
        let item = paths
            .entry(operation.path.clone())
            .or_insert_with(|| json!({}));
        let item = json::as_object_mut(item);
        if item.contains_key(&operation.method) {
            writer.losses.push(loss(
                "operation-cut",
                pointer,
                "another operation has the same method and path".to_owned(),
            ));
            continue;
        }
        match self::operation(operation, &pointer, writer) {
            Ok(written) => drop(item.insert(operation.method.clone(), written)),
            Err(reason) => writer.losses.push(loss("operation-cut", pointer, reason)),
        }
    }
    paths.retain(|_, item| item.as_object().is_some_and(|item| !item.is_empty()));
    paths
}

fn operation(
    operation: &OperationModel,
    pointer: &str,
    writer: &mut Writer<'_>,
) -> Result<Value, String> {
    if matches!(operation.method.as_str(), "options" | "trace") {
        return Err(format!(
            "no client sends {}",
            operation.method.to_uppercase()
        ));
    }
    let parameters = parameters(operation, pointer, writer)?;
    let mut written = json!({ "operationId": operation.method_name, "parameters": parameters });
    for key in ["summary", "description"] {
        if let Some(text) = operation.source.get(key).filter(|text| text.is_string()) {
            written[key] = text.clone();
        }
    }
    if let Some(body) = operation.source.get("requestBody") {
        written["requestBody"] = request_body(body, pointer, writer)?;
    }
    written["responses"] = Value::Object(responses(&operation.source, pointer, writer));
    Ok(written)
}

fn parameters(
    operation: &OperationModel,
    pointer: &str,
    writer: &mut Writer<'_>,
) -> Result<Vec<Value>, String> {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut written = Vec::new();
    let listed = operation.source.get("parameters").and_then(Value::as_array);
    for model in &operation.parameters {
        let Some(parameter) = listed
            .into_iter()
            .flatten()
            .find(|parameter| parameter["name"] == model.wire && parameter["in"] == model.location)
        else {
            continue;
        };
        let name = snake(&model.wire);
        let is_taken = BUILDER.contains(&name.as_str()) || !taken.insert(field(&model.wire));
        let reason = match () {
            () if model.location == "cookie" => Some("is a cookie"),
            () if is_taken => Some("has the name of something else in Rust"),
            () if model.location == "query" && model.style != "form" => Some("has another style"),
            () => None,
        };
        if let Some(reason) = reason {
            if model.required {
                return Err(format!("its required parameter `{}` {reason}", model.wire));
            }
            writer.losses.push(loss(
                "parameter-cut",
                pointer.to_owned(),
                format!("the parameter `{}` {reason}", model.wire),
            ));
            continue;
        }
        let none = json!({});
        let schema = parameter.get("schema").unwrap_or(&none);
        let schema = parameter_schema(schema, &model.location, &model.wire, pointer, writer);
        written.push(json!({
            "name": model.wire,
            "in": model.location,
            "required": model.required,
            "description": model.description.clone().unwrap_or_default(),
            "schema": schema,
        }));
    }
    Ok(written)
}

/// A scalar, or in a query an array of scalars; a string in place of anything else.
fn parameter_schema(
    schema: &Value,
    location: &str,
    wire: &str,
    pointer: &str,
    writer: &mut Writer<'_>,
) -> Value {
    let items = schema.get("items").filter(|_| schema["type"] == "array");
    let is_list = location == "query" && items.is_some_and(|items| writer.is_text(items));
    if is_list || writer.is_text(schema) {
        return writer.schema(schema, false);
    }
    writer.losses.push(loss(
        "parameter-as-string",
        pointer.to_owned(),
        format!("the parameter `{wire}` is written by the caller"),
    ));
    json!({ "type": "string" })
}

fn request_body(body: &Value, pointer: &str, writer: &mut Writer<'_>) -> Result<Value, String> {
    let content = body.get("content").and_then(Value::as_object);
    let Some((media_type, media)) = content.and_then(|content| content.iter().next()) else {
        return Err("its body has no media type".to_owned());
    };
    let none = json!({});
    let schema = media.get("schema").unwrap_or(&none);
    let (sent, schema) = match MediaKind::of(media_type) {
        MediaKind::Multipart => return Err("its body is multipart".to_owned()),
        MediaKind::Json => ("application/json", writer.schema(schema, true)),
        MediaKind::Form => (
            "application/x-www-form-urlencoded",
            writer.schema(schema, false),
        ),
        MediaKind::Text => ("text/plain", json!({ "type": "string" })),
        MediaKind::Octets => (
            "application/octet-stream",
            json!({ "type": "string", "format": "binary" }),
        ),
    };
    if sent != media_type {
        writer.losses.push(loss(
            "media-type-changed",
            pointer.to_owned(),
            format!("the body is sent as `{sent}`, and not as `{media_type}`"),
        ));
    }
    Ok(json!({ "required": true, "content": { sent: { "schema": schema } } }))
}

/// What a response holds, for progenitor.
#[derive(PartialEq)]
enum Holds {
    Json(Value),
    Raw,
    Nothing,
}

fn responses(source: &Value, pointer: &str, writer: &mut Writer<'_>) -> Object {
    let all = source.get("responses").and_then(Value::as_object);
    let all: Vec<(&String, &Value)> = all.into_iter().flatten().collect();
    let has_success = all.iter().any(|(status, _)| status.starts_with('2'));
    let mut written = Object::new();
    for success in [true, false] {
        let of_kind = |status: &str| match status {
            "default" => success != has_success,
            status => match success {
                true => status.starts_with('2'),
                false => status.starts_with(['4', '5']),
            },
        };
        let found: Vec<(&String, Holds)> = all
            .iter()
            .filter(|(status, _)| of_kind(status))
            .map(|(status, response)| (*status, holds(response, writer)))
            .collect();
        let typed = found
            .iter()
            .find(|(_, holds)| matches!(holds, Holds::Json(_)));
        let Some((_, kept)) = typed.or(found.first()) else {
            continue;
        };
        for (status, holds) in &found {
            if holds != kept {
                writer.losses.push(loss(
                    "response-cut",
                    format!("{pointer}/responses/{status}"),
                    format!(
                        "the body of status {status} is of another type than that of the others"
                    ),
                ));
                continue;
            }
            let content = match holds {
                Holds::Json(schema) => json!({ "application/json": { "schema": schema } }),
                Holds::Raw => json!({ "*/*": {} }),
                Holds::Nothing => json!({}),
            };
            // `default` alone would be of success and of error at once.
            let status = match (status.as_str(), success) {
                ("default", true) => "2XX",
                ("default", false) if has_success => "4XX",
                (status, _) => status,
            };
            if !written.contains_key(status) {
                written.insert(
                    status.to_owned(),
                    json!({ "description": "", "content": content }),
                );
            }
        }
    }
    written
}

fn holds(response: &Value, writer: &Writer<'_>) -> Holds {
    let content = response.get("content").and_then(Value::as_object);
    match content.and_then(|content| content.iter().next()) {
        None => Holds::Nothing,
        Some((media_type, media)) => match MediaKind::of(media_type) {
            MediaKind::Json | MediaKind::Form => {
                let none = json!({});
                Holds::Json(writer.schema(media.get("schema").unwrap_or(&none), true))
            }
            _ => Holds::Raw,
        },
    }
}
