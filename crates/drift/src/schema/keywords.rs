//! Takes the keywords of a schema object into a view.

use serde_json::Value;

use rolecall_openapi::json::{self, Object};

use super::Views;
use crate::document::Node;
use crate::shapes::{self, Bounds};
use crate::view::{ALL, ARRAY, BOOLEAN, FRACTION, INTEGER, OBJECT, STRING, Types, View};

impl<'a> Views<'a> {
    /// Adds what one schema object says.
    pub(super) fn take(&self, view: &mut View<'a>, part: Node<'a>, inferred: &mut Types) {
        let doc = &self.doc;
        let Some(object) = part.object() else {
            return;
        };
        let reference_alone = object.contains_key("$ref") && !doc.is_v31();
        for (key, node) in doc.members(part) {
            if reference_alone
                && !matches!(
                    key,
                    "nullable" | "readOnly" | "writeOnly" | "deprecated" | "default"
                )
            {
                continue;
            }
            match key {
                "type" => {
                    view.types &= types_of(node.value);
                    view.types_at = view.types_at.or(Some(node));
                    let in_list = node.value.as_array();
                    if in_list.is_some_and(|types| types.iter().any(|one| one == "null")) {
                        view.null_at = view.null_at.or(Some(node));
                    }
                }
                "nullable" if node.value == &Value::Bool(true) => view.null_at = Some(node),
                "enum" => self.restrict(view, node, doc.items(node), false),
                "const" => self.restrict(view, node, vec![node], true),
                // Two spellings of the same: those of OpenAPI 3.0, and those of 3.1.
                "format" if node.value == "byte" => view.content.push(("contentEncoding", node)),
                "format" if node.value == "binary" => view.binary = view.binary.or(Some(node)),
                "contentMediaType"
                    if is_bytes(node.value) && !object.contains_key("contentEncoding") =>
                {
                    view.binary = view.binary.or(Some(node));
                }
                "format" if node.value.is_string() => view.format = view.format.or(Some(node)),
                "pattern" => view.patterns.push(node),
                "properties" => {
                    *inferred |= OBJECT;
                    for (name, property) in doc.members(node) {
                        match view.properties.iter_mut().find(|(known, _)| *known == name) {
                            Some((_, nodes)) => nodes.push(property),
                            None => view.properties.push((name, vec![property])),
                        }
                    }
                }
                "required" => {
                    for name in doc.items(node) {
                        if let Some(text) = name.value.as_str() {
                            view.required.entry(text).or_insert(name);
                        }
                    }
                }
                "additionalProperties" | "unevaluatedProperties" => {
                    *inferred |= OBJECT;
                    if node.value != &Value::Bool(true) && !is_empty(node.value) {
                        view.additional.push(node);
                    }
                }
                "patternProperties" => {
                    *inferred |= OBJECT;
                    for (pattern, schema) in doc.members(node) {
                        view.pattern_properties
                            .entry(pattern)
                            .or_default()
                            .push(schema);
                    }
                }
                "items" if node.value.is_array() => view.prefix.extend(doc.items(node)),
                "items" => {
                    *inferred |= ARRAY;
                    if node.value != &Value::Bool(true) && !is_empty(node.value) {
                        view.items.push(node);
                    }
                }
                "prefixItems" => {
                    *inferred |= ARRAY;
                    view.prefix.extend(doc.items(node));
                }
                "not" => view.not.push(node),
                "default" => view.default = view.default.or(Some(node)),
                "readOnly" => view.read_only |= node.value == &Value::Bool(true),
                "writeOnly" => view.write_only |= node.value == &Value::Bool(true),
                "deprecated" if node.value == &Value::Bool(true) => {
                    view.deprecated = view.deprecated.or(Some(node));
                }
                "contentEncoding" => view.content.push(("contentEncoding", node)),
                "contentMediaType" => view.content.push(("contentMediaType", node)),
                key if Bounds::knows(key) => view.bounds.take(key, node, object),
                key if is_silent(key) => {}
                _ => view.opaque.entry(key).or_default().push(node),
            }
        }
    }

    /// Only listed values, and only those that every list has.
    fn restrict(&self, view: &mut View<'a>, at: Node<'a>, values: Vec<Node<'a>>, is_const: bool) {
        let mut values = values;
        if values.iter().any(|value| value.value.is_null()) {
            view.null_at = view.null_at.or(Some(at));
        }
        values.retain(|value| !value.value.is_null());
        view.values = Some(match view.values.take() {
            None => values,
            Some(known) => known
                .into_iter()
                .filter(|one| {
                    values
                        .iter()
                        .any(|other| shapes::same(one.value, other.value))
                })
                .collect(),
        });
        view.values_at = view.values_at.or(Some(at));
        view.is_const = is_const;
    }
}

/// The types that a `type` names; unknown ones allow anything, since nobody can tell.
pub(crate) fn types_of(value: &Value) -> Types {
    let one = |name: &Value| match name.as_str() {
        Some("boolean") => BOOLEAN,
        Some("integer") => INTEGER,
        Some("number") => INTEGER | FRACTION,
        Some("string") => STRING,
        Some("array") => ARRAY,
        Some("object") => OBJECT,
        Some("null") => 0,
        _ => ALL,
    };
    match value {
        Value::Array(names) => names.iter().map(one).fold(0, |all, one| all | one),
        name => one(name),
    }
}

fn is_empty(value: &Value) -> bool {
    value.as_object().is_some_and(Object::is_empty)
}

/// Keywords that say nothing of values, or that are read elsewhere.
fn is_silent(key: &str) -> bool {
    json::is_annotation(key)
        || matches!(
            key,
            "$ref"
                | "allOf"
                | "oneOf"
                | "anyOf"
                | "discriminator"
                | "$schema"
                | "$id"
                | "$anchor"
                | "$defs"
                | "definitions"
                | "format"
        )
}

/// Whether a media type says no more than that it is bytes.
fn is_bytes(media: &Value) -> bool {
    media
        .as_str()
        .is_some_and(|media| media.eq_ignore_ascii_case("application/octet-stream"))
}
