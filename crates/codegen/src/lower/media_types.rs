//! **Real specs** offer several media types for one body. **progenitor** panics on them. **Instead** one is kept:
//! JSON before `…+json`, form, multipart, text, then anything else as octets. **Lost**: the other ones, reported; a
//! caller can still send them by hand. And the items of a sequence (`itemSchema` of OpenAPI 3.2), whose body stays whole.

use serde_json::Value;

use super::Context;
use rolecall_openapi::json;

pub(super) fn run(context: &mut Context) {
    let mut document = context.document.clone();
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
        for (path, item) in paths {
            for method in json::METHODS {
                let Some(operation) = item.get_mut(*method) else {
                    continue;
                };
                let at = format!("{}/{method}", json::join("/paths", path));
                if let Some(body) = operation.get_mut("requestBody") {
                    let at = format!("{at}/requestBody");
                    choose(body, &at, context);
                    parts(body, &at, context);
                }
                for (status, answer) in operation
                    .get_mut("responses")
                    .and_then(Value::as_object_mut)
                    .into_iter()
                    .flatten()
                {
                    choose(
                        answer,
                        &json::join(&format!("{at}/responses"), status),
                        context,
                    );
                }
            }
        }
    }
    context.document = document;
}

fn choose(holder: &mut Value, at: &str, context: &mut Context) {
    let Some(content) = holder.get_mut("content").and_then(Value::as_object_mut) else {
        return;
    };
    for (name, media) in content.iter_mut() {
        let items = media
            .as_object_mut()
            .and_then(|media| media.shift_remove("itemSchema"));
        if items.is_some() {
            context.lose_at(
                "items-not-decoded",
                format!("{at}/content/{}/itemSchema", json::escape(name)),
                format!("the items of a sequence of `{name}` are left to the caller"),
            );
            context.touched();
        }
    }
    if content.len() < 2 {
        return;
    }
    let Some(kept) = content
        .keys()
        .enumerate()
        .min_by_key(|(index, name)| (rank(name), *index))
        .map(|(_, n)| n.clone())
    else {
        return;
    };
    content.retain(|name, _| {
        if *name != kept {
            context.lose_at(
                "media-type-not-offered",
                format!("{at}/content/{}", json::escape(name)),
                format!("`{name}` is not offered; `{kept}` is"),
            );
        }
        *name == kept
    });
    context.touched();
}

/// A multipart body is built part by part, so that its schema makes no type: the documentation names the parts.
fn parts(body: &mut Value, at: &str, context: &mut Context) {
    let content = body
        .get("content")
        .and_then(Value::as_object)
        .and_then(|c| c.iter().next());
    let Some((name, media)) =
        content.filter(|(name, _)| MediaKind::of(name) == MediaKind::Multipart)
    else {
        return;
    };
    let (name, schema) = (
        name.clone(),
        media.get("schema").cloned().unwrap_or_default(),
    );
    let schema = match json::schema_ref(&schema) {
        Some(component) => context.component(&component).cloned().unwrap_or_default(),
        None => schema,
    };
    let names: Vec<String> = schema
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(name, _)| format!("`{name}`"))
        .collect();
    if let Some(object) = body.as_object_mut() {
        if !names.is_empty() {
            super::describe(object, &format!("Parts: {}.", names.join(", ")));
        }
        object.insert("content".into(), serde_json::json!({ name: {} }));
        context.lose_at(
            "multipart-parts-by-hand",
            at,
            "the parts of the body are not checked against their schema",
        );
        context.touched();
    }
}

fn rank(name: &str) -> u8 {
    match MediaKind::of(name) {
        MediaKind::Json if essence(name) == "application/json" => 0,
        MediaKind::Json => 1,
        MediaKind::Form => 2,
        MediaKind::Multipart => 3,
        MediaKind::Text => 4,
        MediaKind::Octets => 5,
    }
}

fn essence(name: &str) -> String {
    name.split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

/// How a body of a media type is written and read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaKind {
    /// `application/json`, `…+json`, and `*/*`, which generated descriptions write for JSON.
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// `multipart/…`.
    Multipart,
    /// `text/…`, XML and tokens: a string.
    Text,
    /// Anything else: bytes.
    Octets,
}

impl MediaKind {
    /// The kind of a media type.
    pub fn of(name: &str) -> Self {
        let name = essence(name);
        match name.as_str() {
            "application/json" | "*/*" | "text/json" => Self::Json,
            "application/x-www-form-urlencoded" => Self::Form,
            "application/xml" | "application/jwt" | "application/yaml" | "application/jose" => {
                Self::Text
            }
            _ if name.ends_with("+json") => Self::Json,
            _ if name.ends_with("+xml") || name.ends_with("+jwt") => Self::Text,
            _ if name.starts_with("multipart/") => Self::Multipart,
            _ if name.starts_with("text/") => Self::Text,
            _ => Self::Octets,
        }
    }
}
