//! Whatever is done to a description, either lint complains or a crate comes out: no panic, no endless work.

use std::collections::BTreeSet;
use std::fs;
use std::sync::LazyLock;

use allocation_counter::measure;
use changes::{apply, changes};
use proptest::prelude::*;
use proptest::sample::Index;
use rolecall_codegen::lint::{Audience, lint};
use rolecall_codegen::lower::{Lowered, lower};
use rolecall_codegen::model::{self, Model};
use rolecall_codegen::render::{Files, Home, Identity, files};
use rolecall_openapi::json;
use rolecall_openapi::load::{Document, SpecVersion, parse};
use rolecall_openapi::problem::Severity;
use serde_json::{Map, Value, json};
use xtask_tools::bench::chains::{links, returning_the_first};

#[path = "mutations/changes.rs"]
mod changes;

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
fn pipeline(text: &str) -> Option<Files> {
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
    check_names(&model, text);
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

/// No two types, fields or arms have one name, and no two arms of a union one type.
fn check_names(model: &Model, text: &str) {
    let distinct = |what: &str, names: Vec<&str>| {
        let set: BTreeSet<&str> = names.iter().copied().collect();
        assert_eq!(set.len(), names.len(), "{what}: {names:?} in\n{text}");
    };
    let types = model.objects.iter().map(|object| &object.name);
    let types = types.chain(model.enums.iter().map(|item| &item.name));
    let types = types.chain(model.unions.iter().map(|item| &item.name));
    let types = types.chain(model.by_status.iter().map(|item| &item.name));
    distinct("types", types.map(String::as_str).collect());
    for object in &model.objects {
        let fields = object.fields.iter().map(|field| field.name.as_str());
        distinct(
            &object.name,
            fields.chain([object.extra.as_str()]).collect(),
        );
    }
    for item in &model.enums {
        let arms = item.arms.iter().map(|(arm, _)| arm.as_str());
        distinct(&item.name, arms.chain([item.unknown.as_str()]).collect());
    }
    for item in &model.unions {
        let arms = item.arms.iter().map(|arm| arm.name.as_str());
        distinct(&item.name, arms.chain([item.unknown.as_str()]).collect());
        let types: Vec<String> = item.arms.iter().map(|arm| arm.ty.to_string()).collect();
        distinct(&item.name, types.iter().map(String::as_str).collect());
        let decided = item.arms.iter().filter(|_| item.discriminator.is_some());
        let values = decided.flat_map(|arm| &arm.values).map(Value::to_string);
        let values: Vec<String> = values.collect();
        distinct(&item.name, values.iter().map(String::as_str).collect());
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
fn seeds() -> &'static [Value] {
    static SEEDS: LazyLock<Vec<Value>> = LazyLock::new(read_seeds);
    &SEEDS
}

fn read_seeds() -> Vec<Value> {
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
        let text = document.to_string();
        let allocations = work(&text);
        prop_assert!(allocations < MOST, "{allocations} allocations for {text}");
    }
}

/// How much the pipeline does: the number of its allocations, which is the same on any machine.
fn work(text: &str) -> u64 {
    measure(|| drop(pipeline(text))).count_total
}

/// More than any change of a seed makes; what grows without end makes millions.
const MOST: u64 = 1_000_000;

fn named(level: usize) -> String {
    format!("p{level}")
}

fn own(level: usize) -> Value {
    json!({ "properties": { (named(level)): { "type": "string" } } })
}

/// The schema of a level, from a reference to the next and the number of the level.
type Link = fn(Value, usize) -> Value;

#[test]
fn what_doubles_at_every_level_ends() {
    let hostile: [(&str, usize, Link); 9] = [
        (
            "compositions and unions in a circle",
            60,
            |next, level| json!({ "allOf": [own(level), { "oneOf": [next, json::reference_to("S0")] }] }),
        ),
        (
            "a diamond of allOf",
            40,
            |next, level| json!({ "allOf": [next.clone(), { "allOf": [next] }, own(level)] }),
        ),
        (
            "compositions in properties",
            40,
            |next, level| json!({ "properties": { "a": { "allOf": [next.clone(), own(level)] }, "b": { "allOf": [next, own(level)] } } }),
        ),
        (
            "unions in unions",
            40,
            |next, _| json!({ "oneOf": [next.clone(), { "oneOf": [next, { "type": "string" }] }, { "type": "integer" }] }),
        ),
        (
            "unions beside properties",
            20,
            |next, level| json!({ "properties": { (named(level)): { "type": "string" } }, "oneOf": [next.clone(), { "allOf": [next] }] }),
        ),
        (
            "discriminated unions",
            40,
            |next, _| json!({ "discriminator": { "propertyName": "t" }, "oneOf": [next.clone(), { "oneOf": [next] }] }),
        ),
        (
            "arrays of maps",
            40,
            |next, _| json!({ "type": "array", "items": next, "additionalProperties": next }),
        ),
        (
            "required by many ways",
            40,
            |next, _| json!({ "oneOf": [{ "allOf": [next.clone(), next.clone()] }, { "allOf": [next.clone(), next] }] }),
        ),
        (
            "the same property",
            40,
            |next, _| json!({ "allOf": [{ "properties": { "a": next.clone() } }, { "properties": { "a": { "properties": { "x": next } } } }] }),
        ),
    ];
    for (what, levels, link) in hostile {
        let description = |levels| returning_the_first(links(levels, link)).to_string();
        assert!(pipeline(&description(levels)).is_some(), "{what}");
        let (half, whole) = (work(&description(levels / 2)), work(&description(levels)));
        // A number of levels to a small power; what doubles at every level makes a thousand times as much.
        assert!(
            whole < half * 10,
            "{what}: {half} allocations for {} levels, {whole} for {levels}",
            levels / 2
        );
    }
}
