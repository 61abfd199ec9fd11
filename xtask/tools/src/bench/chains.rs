//! Descriptions whose size is a number: what real ones do a few times, done as often as one likes. Tests count the work
//! that they make, and `cargo xtask bench generate` measures how it grows.

use rolecall_openapi::json;
use serde_json::{Map, Value, json};

/// A family of descriptions.
#[derive(Clone, Copy)]
pub struct Chain {
    /// What is repeated.
    pub name: &'static str,
    /// The size that must be cheap.
    pub size: usize,
    /// Whether the survival test reads it in as little time. Where unions stand in compositions, it reads each alternative
    /// beside everything that holds it.
    pub survival: bool,
    /// The greatest power of the size that the work may grow with: a little above 1, but for what makes variants of which
    /// each has all properties around it.
    pub growth: f64,
    /// The schema of a level, from a reference to the next and the number of the level.
    link: fn(Value, usize) -> Value,
}

/// As fast as the description.
const LINEAR: f64 = 1.15;
/// As fast as the properties of all variants.
const QUADRATIC: f64 = 2.05;

/// What grows with each level by a constant number of schemas, and must cost no more than that.
pub const CHAINS: [Chain; 13] = [
    Chain {
        name: "extensions",
        survival: true,
        growth: LINEAR,
        size: 1000,
        link: |next, level| json!({ "allOf": [next, { "properties": { (own(level)): { "type": "string" } } }] }),
    },
    Chain {
        name: "compositions in compositions",
        survival: true,
        growth: LINEAR,
        size: 500,
        link: |next, level| json!({ "properties": { "a": { "allOf": [next, { "properties": { (own(level)): {} } }] } } }),
    },
    Chain {
        name: "arrays of arrays",
        survival: true,
        growth: LINEAR,
        size: 3000,
        link: |next, _| json!({ "type": "array", "items": next }),
    },
    Chain {
        name: "names for names",
        survival: true,
        growth: LINEAR,
        size: 3000,
        link: |next, _| next,
    },
    Chain {
        name: "unions in unions",
        survival: true,
        growth: LINEAR,
        size: 1000,
        link: |next, _| json!({ "oneOf": [next, { "type": "string" }] }),
    },
    Chain {
        name: "unions of extensions",
        survival: false,
        growth: LINEAR,
        size: 100,
        link: |next, level| json!({ "type": "object", "required": [own(level)], "properties": { (own(level)): { "type": "string" }, "next": { "oneOf": [next.clone(), { "allOf": [next, { "required": ["kind"], "properties": { "kind": { "type": "string" } } }] }] } } }),
    },
    Chain {
        name: "unions of objects in unions",
        survival: true,
        growth: LINEAR,
        size: 500,
        link: |next, level| json!({ "oneOf": [next, { "type": "object", "required": [own(level)], "properties": { (own(level)): { "type": "string" } } }] }),
    },
    Chain {
        name: "unions beside properties",
        survival: true,
        growth: QUADRATIC,
        size: 80,
        link: |next, level| json!({ "type": "object", "properties": { (own(level)): { "type": "string" } }, "oneOf": [next, { "required": ["x"], "properties": { "x": { "type": "string" } } }] }),
    },
    Chain {
        name: "compositions and unions in a circle",
        survival: true,
        growth: QUADRATIC,
        size: 80,
        link: |next, level| json!({ "allOf": [{ "properties": { (own(level)): { "type": "string" } } }, { "oneOf": [next, json::reference_to("S0")] }] }),
    },
    Chain {
        name: "objects in objects",
        survival: true,
        growth: LINEAR,
        size: 3000,
        link: |next, _| json!({ "type": "object", "required": ["next"], "properties": { "next": next } }),
    },
    Chain {
        name: "one property in extensions",
        survival: true,
        growth: LINEAR,
        size: 500,
        link: |next, level| json!({ "allOf": [next, { "properties": { "a": { "type": "object", "properties": { (own(level)): { "type": "string" } } } } }] }),
    },
    Chain {
        name: "discriminated unions in unions",
        survival: true,
        growth: LINEAR,
        size: 300,
        link: |next, level| json!({ "discriminator": { "propertyName": "kind" }, "oneOf": [next, { "required": ["kind"], "properties": { "kind": { "type": "string", "enum": [own(level)] } } }] }),
    },
    Chain {
        name: "base classes",
        survival: true,
        growth: LINEAR,
        size: 500,
        link: |next, level| json!({ "type": "object", "discriminator": { "propertyName": "kind" }, "required": ["kind"], "properties": { "kind": { "type": "string" }, (own(level)): next } }),
    },
];

impl Chain {
    /// The description with this many levels, whose only operation returns the first.
    pub fn document(&self, levels: usize) -> String {
        returning_the_first(links(levels, self.link)).to_string()
    }
}

/// The property that only this level has.
fn own(level: usize) -> String {
    format!("p{level}")
}

/// Components `S0`, `S1`… of which each is made from a reference to the next.
pub fn links(levels: usize, link: impl Fn(Value, usize) -> Value) -> Map<String, Value> {
    let schema = |level: usize| match level + 1 == levels {
        true => json!({ "type": "object", "properties": { "end": { "type": "string" } } }),
        false => link(json::reference_to(&format!("S{}", level + 1)), level),
    };
    (0..levels)
        .map(|level| (format!("S{level}"), schema(level)))
        .collect()
}

/// A description whose only operation returns the first of `schemas`.
pub fn returning_the_first(schemas: Map<String, Value>) -> Value {
    let first = schemas
        .keys()
        .next()
        .map_or_else(|| json!({}), |name| json::reference_to(name));
    let content = json!({ "application/json": { "schema": first } });
    json!({
        "openapi": "3.0.3",
        "info": { "title": "chain", "version": "1" },
        "paths": { "/": { "get": { "responses": { "200": { "description": "", "content": content } } } } },
        "components": { "schemas": schemas },
    })
}
