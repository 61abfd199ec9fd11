//! Whatever is done to a description, either lint complains or a crate comes out: no panic, no endless work.

use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Map, Value, json};
use xtask::lint::{Audience, lint};
use xtask::load::{Document, SpecVersion, parse};
use xtask::lower::{Lowered, lower};
use xtask::problem::Severity;
use xtask::render::{Home, Identity, files};
use xtask::{json, model};

/// Files of small cases, each of which makes a description.
const CASES: [&str; 7] = [
    "whole",
    "all-of",
    "inheritance",
    "discriminators",
    "nulls",
    "references",
    "hoist",
];

/// Everything from the text to the files of the crate; nothing when lint has errors.
fn pipeline(text: &str) -> Option<BTreeMap<String, String>> {
    let document = parse("mutant", text).ok()?;
    let problems = lint(&document, Audience::Foreign);
    if problems
        .iter()
        .any(|problem| problem.severity == Severity::Error)
    {
        return None;
    }
    let lowered = lower(
        document.value.clone(),
        document.version == SpecVersion::V3_1,
    );
    check_losses(&document, &lowered);
    let model =
        model::build("mutant", &lowered).unwrap_or_else(|refused| panic!("{refused}\n{text}"));
    let made = files(&model, &lowered.document, &identity());
    Some(made.unwrap_or_else(|message| panic!("{message}\n{text}")))
}

/// A loss says where: at a place of the description, or beneath one that is a reference.
fn check_losses(document: &Document, lowered: &Lowered) {
    for loss in &lowered.losses {
        let mut pointer = loss.pointer.as_str();
        while document.value.pointer(pointer).is_none() {
            pointer = pointer.rsplit_once('/').map_or("", |(before, _)| before);
        }
        let found = document.value.pointer(pointer).unwrap_or(&Value::Null);
        let by_reference = found.get("$ref").is_some();
        assert!(
            pointer == loss.pointer || by_reference,
            "{} at {}, which is not in\n{}",
            loss.kind,
            loss.pointer,
            document.value
        );
    }
}

fn identity() -> Identity {
    Identity {
        api: "mutant".into(),
        package: "mutant".into(),
        version: "0.1.0".into(),
        description: "A mutant".into(),
        keywords: Vec::new(),
        categories: Vec::new(),
        documentation: None,
        source: "mutant".into(),
        command: "test".into(),
        home: Home::Workspace,
        example: None,
    }
}

/// Descriptions that are in order.
fn seeds() -> Vec<Value> {
    let mut seeds = vec![
        load("fixtures/small/openapi.yaml"),
        load("fixtures/mutations/rich.yaml"),
    ];
    for name in CASES {
        let file = load(&format!("fixtures/passes/{name}.yaml"));
        for case in file["cases"].as_object().unwrap().values() {
            let v31 = match case["v31"].as_bool() {
                Some(v31) => v31,
                None => file["openapi"] == "3.1.0",
            };
            let schemas = case.get("schemas").cloned().unwrap_or_else(|| json!({}));
            let mut components = case["components"].as_object().cloned().unwrap_or_default();
            components.insert("schemas".into(), schemas.clone());
            let paths = case.get("paths").cloned().unwrap_or_else(|| used(&schemas));
            seeds.push(json!({
                "openapi": if v31 { "3.1.0" } else { "3.0.3" },
                "info": { "title": "seed", "version": "1" },
                "paths": paths,
                "components": components,
            }));
        }
    }
    seeds
}

fn load(path: &str) -> Value {
    parse(path, &fs::read_to_string(path).unwrap())
        .unwrap()
        .value
}

/// Operations that send and receive every schema.
fn used(schemas: &Value) -> Value {
    let paths = schemas.as_object().into_iter().flatten().enumerate();
    let operation = |name: &str| {
        let content = json!({ "application/json": { "schema": json::reference_to(name) } });
        json!({ "requestBody": { "content": content }, "responses": { "200": { "description": "", "content": content } } })
    };
    paths
        .map(|(index, (name, _))| (format!("/{index}"), json!({ "post": operation(name) })))
        .collect::<Map<String, Value>>()
        .into()
}

/// The pointers of all nodes but the root.
fn pointers(value: &Value) -> Vec<String> {
    let mut all = Vec::new();
    let mut queue = vec![(String::new(), value)];
    while let Some((pointer, value)) = queue.pop() {
        let children: Vec<(String, &Value)> = match value {
            Value::Object(entries) => entries
                .iter()
                .map(|(key, value)| (json::join(&pointer, key), value))
                .collect(),
            Value::Array(items) => items
                .iter()
                .enumerate()
                .map(|(index, item)| (format!("{pointer}/{index}"), item))
                .collect(),
            _ => Vec::new(),
        };
        all.extend(children.iter().map(|(pointer, _)| pointer.clone()));
        queue.extend(children);
    }
    all
}

/// What is done to a description.
#[derive(Clone, Debug)]
enum Change {
    /// Another value in the place of a node.
    Replace(Index, Value),
    Delete(Index),
    /// A node again, under another name or behind itself.
    Duplicate(Index, String),
    Swap(Index, Index),
    /// A copy of one node in the place of another.
    Copy(Index, Index),
    /// A reference to a node, alone or with what was there as its sibling.
    Refer(Index, Index, bool),
    /// A keyword with the value of a node.
    Keyword(Index, &'static str, Index),
}

fn apply(document: &mut Value, change: &Change) {
    let all = pointers(document);
    if all.is_empty() {
        return;
    }
    let pointer = |index: &Index| all[index.index(all.len())].clone();
    let schemas: Vec<&String> = all
        .iter()
        .filter(|p| p.starts_with("/components/schemas/"))
        .collect();
    let target = |index: &Index| match schemas.len() {
        0 => pointer(index),
        count => schemas[index.index(count)].clone(),
    };
    let node = |document: &Value, at: &str| document.pointer(at).cloned().unwrap_or_default();
    match change {
        Change::Replace(at, value) => {
            if let Some(place) = document.pointer_mut(&pointer(at)) {
                *place = value.clone();
            }
        }
        Change::Delete(at) => {
            let at = pointer(at);
            let (parent, key) = at.rsplit_once('/').unwrap_or_default();
            match document.pointer_mut(parent) {
                Some(Value::Object(entries)) => {
                    entries.shift_remove(&key.replace("~1", "/").replace("~0", "~"));
                }
                Some(Value::Array(items)) => {
                    items.remove(key.parse().unwrap_or_default());
                }
                _ => {}
            }
        }
        Change::Duplicate(at, name) => {
            let at = pointer(at);
            let value = node(document, &at);
            let (parent, _) = at.rsplit_once('/').unwrap_or_default();
            match document.pointer_mut(parent) {
                Some(Value::Object(entries)) => {
                    entries.insert(name.clone(), value);
                }
                Some(Value::Array(items)) => items.push(value),
                _ => {}
            }
        }
        Change::Swap(one, other) => {
            let (one, other) = (pointer(one), pointer(other));
            let (a, b) = (node(document, &one), node(document, &other));
            if let Some(place) = document.pointer_mut(&one) {
                *place = b;
            }
            if let Some(place) = document.pointer_mut(&other) {
                *place = a;
            }
        }
        Change::Copy(from, to) => {
            let value = node(document, &target(from));
            if let Some(place) = document.pointer_mut(&target(to)) {
                *place = value;
            }
        }
        Change::Refer(at, to, beside) => {
            let reference = Value::from(format!("#{}", target(to)));
            match document.pointer_mut(&target(at)) {
                Some(Value::Object(entries)) if *beside => {
                    entries.insert("$ref".into(), reference);
                }
                Some(place) => *place = json!({ "$ref": reference }),
                None => {}
            }
        }
        Change::Keyword(at, keyword, from) => {
            let value = node(document, &target(from));
            let value = match *keyword {
                "allOf" | "oneOf" | "anyOf" => {
                    json!([value, { "$ref": format!("#{}", target(at)) }])
                }
                "properties" => json!({ "$ref": value, "allOf": {} }),
                _ => value,
            };
            if let Some(Value::Object(entries)) = document.pointer_mut(&target(at)) {
                entries.insert((*keyword).into(), value);
            }
        }
    }
}

fn values() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(json!({})),
        Just(json!([])),
        Just(json!(true)),
        Just(json!(false)),
        Just(json!("")),
        Just(json!(-1.5e300)),
        Just(json!(u64::MAX)),
        Just(json!({ "type": "string", "enum": ["²", "-", ""] })),
        Just(json!({ "type": ["object", "array", "null"], "properties": { "items": {} } })),
        Just(json!({ "type": "array" })),
        Just(json!({ "oneOf": [{ "type": "null" }, {}] })),
        Just(json!({ "allOf": [{ "required": ["a"] }, false] })),
        Just(json!({ "const": { "a": [1] } })),
        Just(json!({ "discriminator": { "propertyName": "x" }, "properties": { "x": {} } })),
        any::<String>().prop_map(Value::String),
    ]
}

fn changes() -> impl Strategy<Value = Change> {
    let keywords = [
        "allOf",
        "oneOf",
        "anyOf",
        "items",
        "additionalProperties",
        "properties",
        "not",
        "discriminator",
        "default",
    ];
    let index = any::<Index>;
    let name = prop_oneof![
        Just("$ref".to_owned()),
        Just("allOf".to_owned()),
        Just("x-rolecall-values".to_owned()),
        "[a-zA-Z²_-]{0,3}"
    ];
    prop_oneof![
        (index(), values()).prop_map(|(at, value)| Change::Replace(at, value)),
        index().prop_map(Change::Delete),
        (index(), name).prop_map(|(at, name)| Change::Duplicate(at, name)),
        (index(), index()).prop_map(|(one, other)| Change::Swap(one, other)),
        (index(), index()).prop_map(|(from, to)| Change::Copy(from, to)),
        (index(), index(), any::<bool>())
            .prop_map(|(at, to, beside)| Change::Refer(at, to, beside)),
        (index(), prop::sample::select(keywords.to_vec()), index())
            .prop_map(|(at, keyword, from)| Change::Keyword(at, keyword, from)),
    ]
}

#[test]
fn the_seeds_are_in_order() {
    let made = seeds()
        .iter()
        .filter(|seed| pipeline(&seed.to_string()).is_some())
        .count();
    assert!(made >= 3, "only {made} seeds have no errors");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_descriptions(seed in any::<Index>(), changes in prop::collection::vec(changes(), 1..5)) {
        let seeds = seeds();
        let mut document = seeds[seed.index(seeds.len())].clone();
        for change in &changes {
            apply(&mut document, change);
        }
        let start = Instant::now();
        pipeline(&document.to_string());
        prop_assert!(start.elapsed() < Duration::from_secs(10));
    }
}

/// A description whose only operation answers with the first of `schemas`.
fn answering(schemas: Map<String, Value>) -> String {
    let first = schemas.keys().next().unwrap();
    let content = json!({ "application/json": { "schema": json::reference_to(first) } });
    json!({
        "openapi": "3.0.3",
        "info": { "title": "seed", "version": "1" },
        "paths": { "/": { "get": { "responses": { "200": { "description": "", "content": content } } } } },
        "components": { "schemas": schemas },
    })
    .to_string()
}

/// Components `S0`, `S1`… of which each is made from the references to the next.
fn chain(length: usize, make: impl Fn(Value, usize) -> Value) -> Map<String, Value> {
    (0..length)
        .map(|level| {
            let next = json::reference_to(&format!("S{}", (level + 1).min(length - 1)));
            let last = json!({ "type": "object", "properties": { "end": { "type": "string" } } });
            let schema = if level + 1 == length {
                last
            } else {
                make(next, level)
            };
            (format!("S{level}"), schema)
        })
        .collect()
}

#[test]
fn what_doubles_at_every_level_ends() {
    let named = |level: usize| format!("p{level}");
    let own = |level: usize| json!({ "properties": { (named(level)): { "type": "string" } } });
    let hostile: [(&str, Map<String, Value>); 8] = [
        (
            "a diamond of allOf",
            chain(
                40,
                |next, level| json!({ "allOf": [next.clone(), { "allOf": [next] }, own(level)] }),
            ),
        ),
        (
            "compositions in properties",
            chain(
                40,
                |next, level| json!({ "properties": { "a": { "allOf": [next.clone(), own(level)] }, "b": { "allOf": [next, own(level)] } } }),
            ),
        ),
        (
            "unions in unions",
            chain(
                40,
                |next, _| json!({ "oneOf": [next.clone(), { "oneOf": [next, { "type": "string" }] }, { "type": "integer" }] }),
            ),
        ),
        (
            "unions beside properties",
            chain(
                20,
                |next, level| json!({ "properties": { (named(level)): { "type": "string" } }, "oneOf": [next.clone(), { "allOf": [next] }] }),
            ),
        ),
        (
            "discriminated unions",
            chain(
                40,
                |next, _| json!({ "discriminator": { "propertyName": "t" }, "oneOf": [next.clone(), { "oneOf": [next] }] }),
            ),
        ),
        (
            "arrays of maps",
            chain(
                40,
                |next, _| json!({ "type": "array", "items": next, "additionalProperties": next }),
            ),
        ),
        (
            "required by many ways",
            chain(
                40,
                |next, _| json!({ "oneOf": [{ "allOf": [next.clone(), next.clone()] }, { "allOf": [next.clone(), next] }] }),
            ),
        ),
        (
            "the same property",
            chain(
                40,
                |next, _| json!({ "allOf": [{ "properties": { "a": next.clone() } }, { "properties": { "a": { "properties": { "x": next } } } }] }),
            ),
        ),
    ];
    for (what, schemas) in hostile {
        let start = Instant::now();
        assert!(pipeline(&answering(schemas)).is_some(), "{what}");
        assert!(
            start.elapsed() < Duration::from_secs(5),
            "{what}: {:?}",
            start.elapsed()
        );
    }
}

#[test]
fn long_chains_end() {
    let hostile: [(&str, Map<String, Value>); 5] = [
        (
            "extensions",
            chain(
                1000,
                |next, level| json!({ "allOf": [next, { "properties": { (format!("p{level}")): { "type": "string" } } }] }),
            ),
        ),
        ("names", chain(3000, |next, _| next)),
        (
            "arrays",
            chain(3000, |next, _| json!({ "type": "array", "items": next })),
        ),
        (
            "compositions in each other",
            chain(
                500,
                |next, level| json!({ "properties": { "a": { "allOf": [next, { "properties": { (format!("p{level}")): {} } }] } } }),
            ),
        ),
        (
            "unions",
            chain(
                1000,
                |next, _| json!({ "oneOf": [next, { "type": "string" }] }),
            ),
        ),
    ];
    for (what, schemas) in hostile {
        let start = Instant::now();
        pipeline(&answering(schemas));
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "{what}: {:?}",
            start.elapsed()
        );
    }
}
