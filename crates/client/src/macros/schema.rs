//! The JSON Schemas of the macros' types. They are open: what a type keeps without naming it is valid.

use super::form::Constant;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// Makes the schema of a type.
pub type Of = fn(&mut SchemaGenerator) -> Schema;

/// A name without the `r#` of a raw identifier.
pub fn name(identifier: &'static str) -> Cow<'static, str> {
    Cow::Borrowed(identifier.strip_prefix("r#").unwrap_or(identifier))
}

/// The schema of a type, by reference where it has a name.
pub fn of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// An object: for each property its key, its documentation, whether it must be there, and its schema.
pub fn object(generator: &mut SchemaGenerator, fields: &[(&str, &str, (bool, Of))]) -> Schema {
    let mut properties = Map::new();
    for (key, docs, (_, of)) in fields {
        let mut schema = of(generator);
        let docs = docs.lines().map(str::trim).collect::<Vec<_>>().join("\n");
        if !docs.is_empty() {
            schema.insert("description".to_owned(), docs.into());
        }
        properties.insert((*key).to_owned(), schema.into());
    }
    let mut schema = json_schema!({ "type": "object", "properties": properties });
    let required: Vec<_> = fields
        .iter()
        .filter(|field| field.2.0)
        .map(|field| field.0)
        .collect();
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    schema
}

/// A string of which some values are known.
pub fn open_enum(known: &[&str]) -> Schema {
    json_schema!({ "type": "string", "anyOf": [{ "enum": known }, {}] })
}

/// Objects told apart by a property: for each shape the property's values, and its schema.
pub fn union(
    generator: &mut SchemaGenerator,
    property: &str,
    arms: &[(&[Constant], Of)],
) -> Schema {
    let tagged = |tags: &[Constant]| {
        let tags: Vec<Value> = tags.iter().map(|tag| tag.value()).collect();
        json!({ property: { "enum": tags } })
    };
    let mut shapes = Vec::new();
    let mut all = Vec::new();
    for (tags, of) in arms {
        let mut shape = of(generator);
        // Keywords beside a `$ref` add to it, so that the shapes exclude each other.
        if shape.get("properties").is_none() {
            shape.insert("properties".to_owned(), tagged(tags));
            shape.insert("required".to_owned(), json!([property]));
        } else {
            shape = json_schema!({
                "allOf": [shape], "properties": tagged(tags), "required": [property],
            });
        }
        shapes.push(Value::from(shape));
        all.extend_from_slice(tags);
    }
    shapes.push(json!({
        "description": "Any other shape.",
        "not": { "type": "object", "properties": tagged(&all), "required": [property] },
    }));
    json_schema!({ "oneOf": shapes })
}

/// Values told apart by their form. The shapes overlap, and others are kept as well.
pub fn choice(generator: &mut SchemaGenerator, arms: &[Of]) -> Schema {
    let mut shapes: Vec<_> = arms.iter().map(|of| Value::from(of(generator))).collect();
    shapes.push(json!({ "description": "Any other shape." }));
    json_schema!({ "anyOf": shapes })
}
