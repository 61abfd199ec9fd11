//! **Real specs** offer several media types for one body, with parameters and in forms that no header can have.
//! **progenitor** panics on them. **Instead** one is kept: JSON before `…+json`, form, multipart, text, then anything else
//! as octets. **Lost**: the other ones, reported (a caller can still send them by hand), a schema that the kind of the
//! media type has no use for, and the items of a sequence (`itemSchema` of OpenAPI 3.2), whose body stays whole.

use std::borrow::Cow;

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
                    let sequences = choose(body, &at, context);
                    parts(body, &at, context);
                    unread(body, &at, &sequences, context);
                }
                for (status, answer) in operation
                    .get_mut("responses")
                    .and_then(Value::as_object_mut)
                    .into_iter()
                    .flatten()
                {
                    let at = json::join(&format!("{at}/responses"), status);
                    let sequences = choose(answer, &at, context);
                    unread(answer, &at, &sequences, context);
                }
            }
        }
    }
    context.document = document;
}

/// Keeps one media type. Returns those whose items are described, which is reported already.
fn choose(holder: &mut Value, at: &str, context: &mut Context) -> Vec<String> {
    let mut sequences = Vec::new();
    let Some(content) = holder.get_mut("content").and_then(Value::as_object_mut) else {
        return sequences;
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
            sequences.push(name.clone());
        }
    }
    if content.len() < 2 {
        return sequences;
    }
    let Some(kept) = content
        .keys()
        .enumerate()
        .min_by_key(|(index, name)| (rank(name), *index))
        .map(|(_, n)| n.clone())
    else {
        return sequences;
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
    sequences
}

/// Reports a body that is read as text or bytes although its schema describes more than a text, or although its media
/// type looks like JSON.
fn unread(holder: &Value, at: &str, sequences: &[String], context: &mut Context) {
    let content = holder.get("content").and_then(Value::as_object);
    let Some((name, media)) = content.and_then(|content| content.iter().next()) else {
        return;
    };
    let schema = media.get("schema").unwrap_or(&Value::Null);
    let read_as = match MediaKind::of_body(name, schema) {
        MediaKind::Text => "text",
        MediaKind::Octets => "bytes",
        MediaKind::Json | MediaKind::Form | MediaKind::Multipart => return,
    };
    let component = json::schema_ref(schema).and_then(|name| context.component(&name));
    let schema = component.unwrap_or(schema);
    let structured = matches!(schema["type"].as_str(), Some("object" | "array"))
        || ["properties", "items", "allOf", "oneOf", "anyOf"]
            .iter()
            .any(|key| schema.get(key).is_some());
    if structured {
        context.lose_at(
            "schema-not-read",
            format!("{at}/content/{}", json::escape(name)),
            format!("a body of `{name}` is handled as {read_as}, whatever its schema says"),
        );
    } else if essence(name).contains("json")
        && schema["type"] != "string"
        && !sequences.contains(name)
    {
        context.lose_at(
            "json-as-bytes",
            format!("{at}/content/{}", json::escape(name)),
            format!("a body of `{name}` is not read as JSON but handled as {read_as}"),
        );
    }
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
    let (name, media) = (name.clone(), media.clone());
    let schema = media.get("schema").cloned().unwrap_or_default();
    let schema = match json::schema_ref(&schema) {
        Some(component) => context.component(&component).cloned().unwrap_or_default(),
        None => schema,
    };
    let encoding = media.get("encoding").cloned();
    let names: Vec<String> = schema
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(name, _)| {
            let known = encoding.as_ref().and_then(|encoding| encoding.get(name));
            format!("`{name}`{}", known.map(encoded).unwrap_or_default())
        })
        .collect();
    if let Some(object) = body.as_object_mut() {
        if !names.is_empty() {
            super::describe(object, &format!("Parts: {}.", names.join(", ")));
        }
        let media = encoding.map_or_else(
            || serde_json::json!({}),
            |encoding| serde_json::json!({ "encoding": encoding }),
        );
        object.insert("content".into(), serde_json::json!({ name: media }));
        context.lose_at(
            "multipart-parts-by-hand",
            at,
            "the parts of the body are not checked against their schema",
        );
        context.touched();
    }
}

/// What the encoding of a part says to those who make it.
fn encoded(encoding: &Value) -> String {
    let media_type = encoding.get("contentType").and_then(Value::as_str);
    let media_type = media_type.map(|name| format!("`{name}`"));
    let headers = encoding.get("headers").and_then(Value::as_object);
    let headers = headers.into_iter().flatten().map(|(name, header)| {
        let required = header.get("required") == Some(&Value::Bool(true));
        format!(
            "header `{name}`{}",
            if required { ", required" } else { "" }
        )
    });
    let notes: Vec<String> = media_type.into_iter().chain(headers).collect();
    match notes.as_slice() {
        [] => String::new(),
        notes => format!(" ({})", notes.join("; ")),
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

/// A media type without its parameters, in lower case. Some descriptions write a comma before the first parameter.
fn essence(name: &str) -> String {
    let essence = name.split([';', ',']).next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// The media type as a header can have it: as it is documented where that is valid, and in its obvious reading where a
/// comma stands for the semicolon before a parameter.
pub fn valid(name: &str) -> Cow<'_, str> {
    let mut pieces = name.split([';', ',']).map(str::trim);
    let kind = pieces.next().unwrap_or_default();
    let parameters: Vec<&str> = pieces.filter(|piece| !piece.is_empty()).collect();
    let is_parameter = |piece: &&str| {
        let (name, value) = piece.split_once('=').unwrap_or_default();
        let quoted = value.len() > 1 && value.starts_with('"') && value.ends_with('"');
        is_token(name) && (is_token(value) || quoted && !value.contains(char::is_control))
    };
    let read = !name.contains(',') || parameters.iter().all(is_parameter);
    if !read {
        return Cow::Borrowed(kind);
    }
    if !name.contains(',') {
        return Cow::Borrowed(name.trim());
    }
    let mut text = kind.to_owned();
    for parameter in parameters {
        text.push_str("; ");
        text.push_str(parameter);
    }
    Cow::Owned(text)
}

/// Whether it is a token (RFC 9110, section 5.6.2).
fn is_token(text: &str) -> bool {
    let is_mark = |c: char| "!#$%&'*+-.^_`|~".contains(c);
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || is_mark(c))
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
    /// The kind of a body of this media type and schema: any media type may be that of a file.
    pub fn of_body(name: &str, schema: &Value) -> Self {
        let is_file = schema.get("type").and_then(Value::as_str) == Some("string")
            && schema.get("format").and_then(Value::as_str) == Some("binary");
        match Self::of(name) {
            Self::Json if is_file && is_range(&essence(name)) => Self::Octets,
            kind => kind,
        }
    }

    /// The kind of a media type.
    pub fn of(name: &str) -> Self {
        let name = essence(name);
        match name.as_str() {
            "application/json" | "text/json" | "application/x-json" | "text/x-json" | "json" => {
                Self::Json
            }
            _ if is_range(&name) => Self::Json,
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

/// Whether it stands for JSON among others.
fn is_range(essence: &str) -> bool {
    matches!(essence, "*/*" | "*" | "application/*")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_media_type_with_parameters_is_what_it_is_without_them() {
        for name in [
            "application/json; charset=utf-8",
            "application/json;odata.metadata=minimal;odata.streaming=true",
            "application/json, acme-version=1.0.0",
            "Application/JSON",
            "application/vnd.any+json; version=2",
            "text/json",
            "*/*",
        ] {
            assert_eq!(MediaKind::of(name), MediaKind::Json, "{name}");
        }
        for name in [
            "application/x-ndjson",
            "application/json-seq",
            "application/octet-stream",
        ] {
            assert_eq!(MediaKind::of(name), MediaKind::Octets, "{name}");
        }
        let file = json!({ "type": "string", "format": "binary" });
        assert_eq!(MediaKind::of_body("*/*", &file), MediaKind::Octets);
        assert_eq!(
            MediaKind::of_body("*/*", &json!({ "type": "object" })),
            MediaKind::Json
        );
    }

    #[test]
    fn a_media_type_is_sent_as_documented_where_a_header_can_have_it() {
        for (documented, sent) in [
            ("application/json", "application/json"),
            (
                "application/json;odata.metadata=minimal",
                "application/json;odata.metadata=minimal",
            ),
            (
                "application/json; acme-version=1.0.0",
                "application/json; acme-version=1.0.0",
            ),
            (
                "application/json, acme-version=1.0.0",
                "application/json; acme-version=1.0.0",
            ),
            ("application/json, application/xml", "application/json"),
        ] {
            assert_eq!(valid(documented), sent, "{documented}");
        }
    }
}
