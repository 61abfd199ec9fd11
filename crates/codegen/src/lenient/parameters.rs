//! Parameters that are declared in a way that OpenAPI does not have.

use serde_json::{Map, Value, json};

use super::mend::{Mended, changed, object_at, parent};

/// The style where another stands that the location does not have: the location's own. `simple` and its like separate
/// the items of an array by commas, which elsewhere is `explode: false`.
pub(super) fn style(root: &mut Value, pointer: &str) -> Option<Mended> {
    let (holder, _) = parent(pointer)?;
    let parameter = object_at(root, holder)?;
    let style = parameter.shift_remove("style")?;
    let by_comma = matches!(style.as_str(), Some("simple" | "csv" | "commaDelimited"));
    let (meant, explodes) = match parameter.get("in").and_then(Value::as_str) {
        Some("query" | "cookie") => ("form", true),
        _ => ("simple", false),
    };
    parameter.insert("style".to_owned(), json!(meant));
    if by_comma && explodes && !parameter.contains_key("explode") {
        parameter.insert("explode".to_owned(), json!(false));
        return changed(format!("`style: {meant}` with `explode: false`"));
    }
    changed(format!("`style: {meant}`"))
}

/// `Query`, `querystring` of other tools, and the like.
pub(super) fn location(root: &mut Value, pointer: &str) -> Option<Mended> {
    let (holder, _) = parent(pointer)?;
    let parameter = object_at(root, holder)?;
    let place = parameter.get("in")?.as_str()?.trim().to_lowercase();
    let meant = ["path", "query", "header", "cookie"]
        .into_iter()
        .find(|known| *known == place)?;
    parameter.insert("in".to_owned(), json!(meant));
    changed(format!("`in: {meant}`"))
}

/// The first declaration counts.
pub(super) fn declared_twice(root: &Value, pointer: &str) -> Option<Mended> {
    root.pointer(pointer)?;
    Some(Mended::Removed(
        "the first declaration; this one is left out".to_owned(),
    ))
}

/// Keywords of a schema that Swagger 2.0 had in the parameter itself.
const SCHEMA: [&str; 16] = [
    "type",
    "format",
    "items",
    "enum",
    "default",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "uniqueItems",
    "multipleOf",
];

/// Neither schema nor content, both, or several contents.
pub(super) fn without_schema(root: &mut Value, pointer: &str) -> Option<Mended> {
    let parameter = object_at(root, pointer)?;
    let contents = parameter.get("content").and_then(Value::as_object);
    match (parameter.contains_key("schema"), contents.map(Map::len)) {
        (true, _) => {
            parameter.shift_remove("content");
            changed("its `schema`")
        }
        (false, Some(2..)) => {
            let first = contents?
                .iter()
                .next()
                .map(|(name, media)| (name.clone(), media.clone()))?;
            let reading = format!("its content of type `{}`", first.0);
            parameter.insert("content".to_owned(), Value::Object(Map::from_iter([first])));
            changed(reading)
        }
        _ => {
            parameter.shift_remove("content");
            let inner: Map<String, Value> = SCHEMA
                .iter()
                .filter_map(|key| Some(((*key).to_owned(), parameter.shift_remove(*key)?)))
                .collect();
            if inner.is_empty() {
                parameter.insert("schema".to_owned(), json!({ "type": "string" }));
                return changed("a string");
            }
            parameter.insert("schema".to_owned(), Value::Object(inner));
            changed("a parameter whose schema is what it says of its type")
        }
    }
}
