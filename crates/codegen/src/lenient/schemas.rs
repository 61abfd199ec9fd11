//! Types and mappings that no reader of OpenAPI knows.

use rolecall_openapi::reference::{self, Target};
use serde_json::{Map, Value, json};

use super::mend::{Mended, changed, object_at, parent};
use rolecall_openapi::load::{escape, unescape};

const TYPES: [&str; 7] = [
    "string", "number", "integer", "boolean", "array", "object", "null",
];

/// A type that is none of JSON Schema's, or is said the way of another version.
pub(super) fn unknown_type(root: &mut Value, pointer: &str) -> Option<Mended> {
    // In a list, the finding is at the item: the list is read as a whole.
    let (mut holder, key) = parent(pointer)?;
    if key != "type" {
        holder = holder.strip_suffix("/type")?;
    }
    let known: Vec<String> = rolecall_openapi::json::components(root)
        .into_iter()
        .flat_map(|components| components.keys().cloned())
        .collect();
    let schema = object_at(root, holder)?;
    match schema.get("type")?.clone() {
        Value::String(name) => one(schema, &name, &known),
        Value::Array(names) => several(schema, &names),
        _ => {
            schema.shift_remove("type");
            changed("a value of any type")
        }
    }
}

fn one(schema: &mut Map<String, Value>, name: &str, known: &[String]) -> Option<Mended> {
    if name == "null" {
        return Some(Mended::AsItIs("null".to_owned()));
    }
    if let Some((meant, format)) = meant(name) {
        schema.insert("type".to_owned(), json!(meant));
        let mut reading = format!("`type: {meant}`");
        if let Some(format) = format.filter(|_| !schema.contains_key("format")) {
            schema.insert("format".to_owned(), json!(format));
            reading = format!("{reading} with `format: {format}`");
        }
        return changed(reading);
    }
    schema.shift_remove("type");
    if known.iter().any(|component| component == name) && !schema.contains_key("properties") {
        let reference = format!("#/components/schemas/{}", escape(name));
        let reading = format!("a reference to `{reference}`");
        schema.insert("$ref".to_owned(), json!(reference));
        return changed(reading);
    }
    changed("a value of any type")
}

/// What other languages and older tools call a type of JSON.
fn meant(name: &str) -> Option<(&'static str, Option<&'static str>)> {
    let lower = name.trim().to_lowercase();
    Some(match lower.as_str() {
        "file" | "binary" => ("string", Some("binary")),
        "int" | "long" | "short" | "bigint" => ("integer", None),
        "int32" | "int64" => (
            "integer",
            Some(if lower == "int32" { "int32" } else { "int64" }),
        ),
        "float" | "double" => (
            "number",
            Some(if lower == "float" { "float" } else { "double" }),
        ),
        "decimal" | "numeric" => ("number", None),
        "bool" => ("boolean", None),
        "date" => ("string", Some("date")),
        "datetime" | "date-time" | "timestamp" => ("string", Some("date-time")),
        "uuid" | "guid" => ("string", Some("uuid")),
        "uri" | "url" => ("string", Some("uri")),
        "text" | "str" | "enum" | "char" | "email" | "password" => ("string", None),
        "map" | "dict" | "hash" | "json" => ("object", None),
        "list" | "set" | "collection" => ("array", None),
        _ => {
            let known = TYPES.into_iter().find(|known| *known == lower)?;
            (known, None)
        }
    })
}

/// A list of types under 3.0 means what it means in 3.1, and later steps read it in both.
fn several(schema: &mut Map<String, Value>, names: &[Value]) -> Option<Mended> {
    let is_known = |name: &Value| name.as_str().is_some_and(|name| TYPES.contains(&name));
    if !names.is_empty() && names.iter().all(is_known) {
        let names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
        let reading = format!("a value of one of the types {}", names.join(", "));
        return Some(Mended::AsItIs(reading));
    }
    let mut types: Vec<&'static str> = Vec::new();
    for name in names {
        match name.as_str().and_then(meant) {
            Some((meant, _)) if !types.contains(&meant) => types.push(meant),
            Some(_) => {}
            None => {
                schema.shift_remove("type");
                return changed("a value of any type");
            }
        }
    }
    if types.is_empty() {
        schema.shift_remove("type");
        return changed("a value of any type");
    }
    let reading = format!("a value of one of the types {}", types.join(", "));
    schema.insert("type".to_owned(), json!(types));
    changed(reading)
}

/// A mapping of a discriminator to a schema that is not there: to the component of that name, or to nothing.
pub(super) fn mapping(root: &mut Value, pointer: &str) -> Option<Mended> {
    let (holder, key) = parent(pointer)?;
    let target = root.pointer(pointer)?.as_str()?.to_owned();
    let name = unescape(target.rsplit(['/', '#']).next()?);
    let name = name.split('.').next().unwrap_or(&name).to_owned();
    let known =
        rolecall_openapi::json::components(root).is_some_and(|known| known.contains_key(&name));
    let is_file = matches!(reference::target(root, &target), Target::External);
    if known && !(is_file && target.contains("://")) {
        let reference = format!("#/components/schemas/{}", escape(&name));
        let reading = format!("`{reference}`");
        *root.pointer_mut(pointer)? = Value::String(reference);
        return changed(reading);
    }
    object_at(root, holder)?.shift_remove(&key)?;
    changed("nothing: the value is not mapped")
}
