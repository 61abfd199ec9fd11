//! What stands where OpenAPI has something else.

use rolecall_openapi::problem::is_invisible;
use serde_json::{Map, Value, json};

use super::mend::{Mended, changed, object_at, parent};
use crate::lint::expected::{self, Expected};
use crate::lint::shape::Kind;

/// A value of another type than OpenAPI has there.
pub(super) fn wrong_type(root: &mut Value, pointer: &str) -> Option<Mended> {
    let (holder, key) = parent(pointer)?;
    let expected = expected::at(pointer)?;
    let is_schema = expected::at(holder) == Some(Expected::Object(Kind::Schema));
    let value = root.pointer(pointer)?.clone();
    if is_schema && key == "required" {
        return required(root, holder, &value);
    }
    let replacement = match (expected, value) {
        // What some languages write for a map without entries.
        (Expected::Object(kind), Value::Array(items))
            if items.is_empty() && kind != Kind::Schema =>
        {
            Some((json!({}), "an empty object"))
        }
        (Expected::Map(_) | Expected::StringMap, Value::Array(items)) if items.is_empty() => {
            Some((json!({}), "an empty object"))
        }
        (Expected::Object(Kind::Schema), Value::Bool(allowed)) => Some(match allowed {
            true => (json!({}), "any value"),
            false => (json!({ "not": {} }), "no value"),
        }),
        (Expected::Object(Kind::Schema), Value::String(name)) => {
            Some((json!({ "type": name }), "a schema of that type"))
        }
        (Expected::Object(Kind::Schema), Value::Array(mut items)) => match items.len() {
            1 => Some((items.remove(0), "its only item")),
            _ => Some((json!({}), "any value")),
        },
        (Expected::Object(Kind::Schema), _) => Some((json!({}), "any value")),
        (Expected::List(_), Value::Object(item)) => {
            Some((json!([item]), "an array with this one item"))
        }
        (Expected::Strings, Value::String(item)) => {
            Some((json!([item]), "an array with this one item"))
        }
        (Expected::Strings | Expected::List(_), Value::Null) => Some((json!([]), "an empty array")),
        (Expected::Map(_) | Expected::StringMap, Value::Null) => {
            Some((json!({}), "an empty object"))
        }
        _ => None,
    };
    match replacement {
        Some((replacement, reading)) => {
            *root.pointer_mut(pointer)? = replacement;
            changed(reading)
        }
        None if is_detail(expected, &key) => drop_entry(root, holder, &key),
        None => None,
    }
}

/// `required: true` on a property itself, as JSON Schema had it before draft 4; and one name without a list around it.
fn required(root: &mut Value, schema: &str, value: &Value) -> Option<Mended> {
    match value {
        Value::String(name) => {
            let list = json!([name]);
            object_at(root, schema)?.insert("required".to_owned(), list);
            changed("an array with this one item")
        }
        Value::Bool(required) => {
            object_at(root, schema)?.shift_remove("required");
            let owner = parent(schema).and_then(|(properties, name)| {
                Some((properties.strip_suffix("/properties")?, name))
            });
            let Some((owner, name)) = owner.filter(|_| *required) else {
                return changed("nothing: the key is left out");
            };
            let object = object_at(root, owner)?;
            let list = object.entry("required").or_insert_with(|| json!([]));
            match list {
                Value::Array(names) if !names.iter().any(|known| *known == *name) => {
                    names.push(Value::String(name.clone()));
                }
                _ => {}
            }
            changed(format!(
                "`{name}` in the `required` of the object around it"
            ))
        }
        _ => {
            object_at(root, schema)?.shift_remove("required");
            changed("nothing: the key is left out")
        }
    }
}

/// What a client can do without.
fn is_detail(expected: Expected, key: &str) -> bool {
    matches!(
        expected,
        Expected::Object(
            Kind::Contact
                | Kind::License
                | Kind::ExternalDocs
                | Kind::Xml
                | Kind::Link
                | Kind::Callback
                | Kind::Header
                | Kind::Example
                | Kind::Encoding
                | Kind::Server
                | Kind::ServerVariable
                | Kind::Tag
                | Kind::Discriminator
                | Kind::SecurityScheme
                | Kind::Flows
                | Kind::Flow
                | Kind::Requirement
                | Kind::Components
        ) | Expected::List(Kind::Server | Kind::Tag | Kind::Requirement)
            | Expected::Map(
                Kind::Link
                    | Kind::Callback
                    | Kind::Header
                    | Kind::Example
                    | Kind::Encoding
                    | Kind::SecurityScheme
                    | Kind::ServerVariable
            )
            | Expected::Strings
            | Expected::StringMap
    ) || key == "webhooks"
}

fn drop_entry(root: &mut Value, holder: &str, key: &str) -> Option<Mended> {
    match root.pointer_mut(holder)? {
        Value::Object(entries) => {
            entries.shift_remove(key)?;
        }
        Value::Array(items) => {
            let index: usize = key.parse().ok()?;
            // Another item may have been removed before it.
            if items.get(index)?.is_object() {
                return None;
            }
            items.remove(index);
        }
        _ => return None,
    }
    changed("nothing: it is left out")
}

/// An object without a field that it cannot do without.
pub(super) fn missing_field(root: &mut Value, pointer: &str) -> Option<Mended> {
    let Expected::Object(kind) = expected::at(pointer)? else {
        return None;
    };
    let object = object_at(root, pointer)?;
    let missing = expected::missing(kind, object);
    match kind {
        Kind::Root if !object.contains_key("info") => {
            object.insert("info".to_owned(), json!({ "title": "API", "version": "0" }));
            changed("an API without a title")
        }
        Kind::Root if !object.contains_key("paths") => {
            object.insert("paths".to_owned(), json!({}));
            changed("an API without operations")
        }
        Kind::Info => {
            fill(object, &missing, "0");
            changed("an API without a title or a version")
        }
        Kind::Operation => {
            object.insert("responses".to_owned(), json!({}));
            changed("an operation whose responses are not described")
        }
        Kind::Discriminator => {
            let (holder, key) = parent(pointer)?;
            object_at(root, holder)?.shift_remove(&key)?;
            changed("a union without a discriminator")
        }
        Kind::SecurityScheme => {
            object.insert("type".to_owned(), json!("unknown"));
            changed("a credential of which nothing more is known")
        }
        Kind::Parameter if missing == ["in"] => {
            let name = object.get("name").and_then(Value::as_str)?;
            let variable = pointer.contains(&format!("{{{name}}}"));
            let place = if variable { "path" } else { return None };
            object.insert("in".to_owned(), json!(place));
            changed(format!("a parameter with `in: {place}`"))
        }
        _ => None,
    }
}

fn fill(object: &mut Map<String, Value>, missing: &[&str], value: &str) {
    for name in missing {
        object.insert((*name).to_owned(), Value::String(value.to_owned()));
    }
}

/// Characters that nobody sees, in texts that are not compared with what is on the wire: they are not meant.
pub(super) fn invisible(root: &mut Value, pointer: &str) -> Option<Mended> {
    let (holder, key) = parent(pointer)?;
    let on_the_wire = match expected::at(holder)? {
        Expected::Object(Kind::Parameter | Kind::Discriminator | Kind::Xml | Kind::Encoding) => {
            true
        }
        // A name of a scheme, which is a key, and means nothing beyond the document.
        Expected::Object(Kind::Requirement) => return Some(Mended::AsItIs("the name".to_owned())),
        Expected::Object(_) => false,
        Expected::Strings => !holder.ends_with("/tags"),
        _ => true,
    };
    let Value::String(text) = root.pointer_mut(pointer)? else {
        return None;
    };
    if on_the_wire || key == "propertyName" {
        return None;
    }
    text.retain(|c| !is_invisible(c));
    changed(format!("`{}`", text.trim()))
}

/// A key of `responses` that is no status.
pub(super) fn status(root: &mut Value, pointer: &str) -> Option<Mended> {
    let (holder, key) = parent(pointer)?;
    let responses = object_at(root, holder)?;
    let meant = meant(&key).filter(|meant| !responses.contains_key(meant));
    let response = responses.shift_remove(&key)?;
    match meant {
        Some(meant) => {
            let reading = format!("`{meant}`");
            responses.insert(meant, response);
            changed(reading)
        }
        None => changed("nothing: a client never sees such a status"),
    }
}

/// `2xx`, ` 200`, `200 OK`, `Default`.
fn meant(key: &str) -> Option<String> {
    let word = key.split_whitespace().next()?.to_uppercase();
    match word.as_bytes() {
        [b'1'..=b'5', b'X', b'X'] => Some(word),
        [b'1'..=b'5', tens, ones] if tens.is_ascii_digit() && ones.is_ascii_digit() => Some(word),
        _ if word == "DEFAULT" => Some("default".to_owned()),
        _ => None,
    }
}
