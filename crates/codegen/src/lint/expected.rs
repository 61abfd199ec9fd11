//! What the grammar of OpenAPI expects at a place of a document, whatever stands there.

use serde_json::Value;

use crate::lint::shape::{Kind, Shape};
use rolecall_openapi::load::unescape;

/// What belongs at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    /// An object that OpenAPI has a name for.
    Object(Kind),
    /// An array of such objects.
    List(Kind),
    /// An object of such objects by name.
    Map(Kind),
    /// An array of strings.
    Strings,
    /// An object of strings.
    StringMap,
    /// A string, a number or a flag.
    Scalar,
    /// Anything.
    Any,
}

/// What the grammar expects at a pointer; `None` where it does not reach.
pub(crate) fn at(pointer: &str) -> Option<Expected> {
    let mut shape = Shape::One(Kind::Root);
    for part in pointer.split('/').skip(1) {
        shape = below(shape, &unescape(part))?;
    }
    Some(match shape {
        Shape::One(kind) => Expected::Object(kind),
        Shape::SchemaOrFlag => Expected::Object(Kind::Schema),
        Shape::List(kind) => Expected::List(kind),
        Shape::Map(kind) => Expected::Map(kind),
        Shape::Texts => Expected::Strings,
        Shape::TextMap => Expected::StringMap,
        Shape::Any => Expected::Any,
        _ => Expected::Scalar,
    })
}

fn below(shape: Shape, key: &str) -> Option<Shape> {
    match shape {
        Shape::One(kind) => member(kind, key),
        Shape::SchemaOrFlag => member(Kind::Schema, key),
        Shape::List(kind) | Shape::Map(kind) => Some(Shape::One(kind)),
        Shape::Texts | Shape::TextMap => Some(Shape::Text),
        _ => None,
    }
}

fn member(kind: Kind, key: &str) -> Option<Shape> {
    let field = kind.fields().iter().find(|field| field.name == key);
    field.map(|field| field.shape).or(kind.entries())
}

/// The fields that an object of a kind cannot do without, and that this one lacks.
pub(crate) fn missing(kind: Kind, object: &serde_json::Map<String, Value>) -> Vec<&'static str> {
    let needed = kind.fields().iter().filter(|field| field.required);
    needed
        .map(|field| field.name)
        .filter(|name| !object.contains_key(*name))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Expected, at};
    use crate::lint::shape::Kind;

    #[test]
    fn the_grammar_is_followed_by_keys_alone() {
        let cases = [
            ("", Expected::Object(Kind::Root)),
            ("/paths/~1a/get", Expected::Object(Kind::Operation)),
            (
                "/paths/~1a/get/responses/200",
                Expected::Object(Kind::Response),
            ),
            (
                "/components/schemas/A/properties/properties",
                Expected::Object(Kind::Schema),
            ),
            ("/components/schemas/A/allOf", Expected::List(Kind::Schema)),
            (
                "/paths/~1a/get/parameters/0",
                Expected::Object(Kind::Parameter),
            ),
            ("/components/schemas/A/required", Expected::Strings),
            ("/components/schemas/A/type", Expected::Any),
        ];
        for (pointer, expected) in cases {
            assert_eq!(at(pointer), Some(expected), "{pointer}");
        }
        assert_eq!(at("/components/schemas/A/example/x"), None);
        assert_eq!(at("/nothing"), None);
    }
}
