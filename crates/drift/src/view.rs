//! A schema in one form: what it allows, keyword by keyword, with the place of each.

use std::collections::BTreeMap;

use serde_json::Value;

use rolecall_openapi::json;

use super::document::Node;
use super::shapes::{Bounds, Union};

/// A set of JSON types. An integer is a number, too: `number` is `INTEGER | FRACTION`.
pub(super) type Types = u8;
pub(super) const BOOLEAN: Types = 1;
pub(super) const INTEGER: Types = 2;
pub(super) const FRACTION: Types = 4;
pub(super) const STRING: Types = 8;
pub(super) const ARRAY: Types = 16;
pub(super) const OBJECT: Types = 32;
pub(super) const ALL: Types = 63;

/// A schema in one form.
#[derive(Debug, Default)]
pub(super) struct View<'a> {
    /// The schema objects that hold together: the schema itself, and what it takes in by `allOf`.
    pub parts: Vec<Node<'a>>,
    /// The types that a value can have besides null.
    pub types: Types,
    /// Where the types are said.
    pub types_at: Option<Node<'a>>,
    pub nullable: bool,
    /// Whether it says neither its type nor anything of null, so that null is allowed by the letter and seldom meant.
    pub null_unsaid: bool,
    /// Where null is allowed.
    pub null_at: Option<Node<'a>>,
    /// The values that are allowed, null aside, and where they are listed.
    pub values: Option<Vec<Node<'a>>>,
    pub values_at: Option<Node<'a>>,
    pub is_const: bool,
    pub format: Option<Node<'a>>,
    pub patterns: Vec<Node<'a>>,
    pub bounds: Bounds<'a>,
    pub properties: Vec<(&'a str, Vec<Node<'a>>)>,
    pub required: BTreeMap<&'a str, Node<'a>>,
    /// Schemas of properties that have no own; a plain `false` among them closes the object.
    pub additional: Vec<Node<'a>>,
    pub pattern_properties: BTreeMap<&'a str, Vec<Node<'a>>>,
    pub items: Vec<Node<'a>>,
    pub prefix: Vec<Node<'a>>,
    pub unions: Vec<Union<'a>>,
    /// The unions of its parts of which one alternative was taken already: where they stand, and under which keyword.
    pub without: Vec<(usize, &'static str)>,
    pub not: Vec<Node<'a>>,
    pub default: Option<Node<'a>>,
    pub read_only: bool,
    pub write_only: bool,
    pub deprecated: Option<Node<'a>>,
    pub content: Vec<(&'static str, Node<'a>)>,
    /// Where a string is said to be binary data: `format: binary`, or as OpenAPI 3.1 spells it.
    pub binary: Option<Node<'a>>,
    /// Keywords that are compared as they are written.
    pub opaque: BTreeMap<&'a str, Vec<Node<'a>>>,
    /// References that lead nowhere, or out of the document.
    pub dangling: Vec<&'a str>,
}

impl<'a> View<'a> {
    /// The schema that findings about the whole point at.
    pub fn main(&self) -> Option<Node<'a>> {
        self.parts.first().copied()
    }

    /// Whether it allows any value.
    pub fn is_any(&self) -> bool {
        self.types == ALL
            && self.nullable
            && self.values.is_none()
            && self.format.is_none()
            && self.patterns.is_empty()
            && self.bounds.is_empty()
            && self.properties.is_empty()
            && self.required.is_empty()
            && self.additional.is_empty()
            && self.pattern_properties.is_empty()
            && self.items.is_empty()
            && self.prefix.is_empty()
            && self.unions.is_empty()
            && self.not.is_empty()
            && self.content.is_empty()
            && self.binary.is_none()
            && self.opaque.is_empty()
            && self.dangling.is_empty()
    }

    /// Whether properties that are not described are refused.
    pub fn is_closed(&self) -> bool {
        self.additional
            .iter()
            .any(|node| node.value == &Value::Bool(false))
    }

    /// The schemas of properties that are not described, where they say anything.
    pub fn typed_additional(&self) -> Vec<Node<'a>> {
        let said = |node: &&Node<'a>| node.value.is_object() && !json::is_any(node.value);
        self.additional.iter().filter(said).copied().collect()
    }

    pub fn property(&self, name: &str) -> Option<&[Node<'a>]> {
        let found = self.properties.iter().find(|(known, _)| *known == name);
        found.map(|(_, nodes)| nodes.as_slice())
    }

    /// The schemas of a property that is not named: none where it is refused, and none of them where it may be anything.
    pub fn undeclared(&self, name: &str) -> Option<Vec<Node<'a>>> {
        let mut nodes: Vec<Node<'a>> = Vec::new();
        for (pattern, schemas) in &self.pattern_properties {
            let compiled = rolecall_openapi::pattern::compile(pattern).ok().flatten();
            if compiled.is_some_and(|pattern| pattern.find(name).is_some()) {
                nodes.extend(schemas);
            }
        }
        match nodes.is_empty() {
            true if self.is_closed() => None,
            true => Some(self.typed_additional()),
            false => Some(nodes),
        }
    }
}
