//! What must not matter to a comparison does not: the order of keys, references, the syntax of the file, the spelling of
//! null. And comparisons agree with each other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

use crate::corpus::{Pair, document, pairs, said};
use rolecall_drift::{self as drift, Comparison, Finding, Options, WireVerdict};
use rolecall_openapi::load::{self, Document};
use serde_json::{Map, Value, json};

const WIRE: Options = Options {
    api: false,
    version: None,
};

/// The specs of this repository, read once.
fn specs() -> &'static [Document] {
    static SPECS: LazyLock<Vec<Document>> = LazyLock::new(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs");
        let apis = ["okta", "foundry", "zenml", "klustr"].into_iter();
        apis.map(|api| {
            let file = folder.join(api).join("openapi.yaml");
            load::load(&file).unwrap_or_else(|problems| panic!("{problems}"))
        })
        .collect()
    });
    &SPECS
}

/// Every document that is rewritten: both sides of the corpus, and our specs. Read once.
fn documents() -> &'static [(String, Document)] {
    static DOCUMENTS: LazyLock<Vec<(String, Document)>> = LazyLock::new(|| {
        let (pairs, _) = pairs();
        let mut documents = Vec::new();
        // What cannot be followed is told even where both sides are the same.
        let followed = |pair: &&Pair| {
            let elsewhere = |value: &Value| value.to_string().contains(".yaml#");
            !elsewhere(&pair.old) && !elsewhere(&pair.new)
        };
        for pair in pairs.iter().filter(followed) {
            documents.push((format!("{} old", pair.name), document("old", &pair.old)));
            documents.push((format!("{} new", pair.name), document("old", &pair.new)));
        }
        let specs = specs().iter();
        documents.extend(specs.map(|spec| (spec.file.clone(), document("old", &spec.value))));
        documents
    });
    &DOCUMENTS
}

/// Compares every document with what `rewrite` makes of it: nothing may differ.
fn nothing_differs(rewrite: impl Fn(&Value) -> Value) {
    let mut rewritten = 0;
    for (name, old) in documents() {
        let other = rewrite(&old.value);
        // As texts, since two values are equal whatever the order of their keys.
        let (before, after) = (old.value.to_string(), other.to_string());
        rewritten += usize::from(before != after);
        let comparison = drift::compare(old, &document("new", &other), &WIRE);
        assert!(
            comparison.findings.is_empty(),
            "{name}: {:?}",
            said(&comparison)
        );
    }
    assert!(
        rewritten > 100,
        "only {rewritten} documents were rewritten at all"
    );
}

#[test]
fn a_document_does_not_differ_from_itself() {
    for spec in specs() {
        let comparison = drift::compare(spec, spec, &Options::default());
        assert!(
            comparison.findings.is_empty(),
            "{}: {:?}",
            spec.file,
            said(&comparison)
        );
        assert_eq!(
            comparison.bump.api,
            drift::ApiVerdict::None,
            "{}",
            spec.file
        );
        assert_eq!(
            comparison.rust_api,
            drift::RustApi::Compared,
            "{}",
            spec.file
        );
    }
    for (name, old) in documents() {
        let comparison = drift::compare(old, &document("new", &old.value), &WIRE);
        assert!(
            comparison.findings.is_empty(),
            "{name}: {:?}",
            said(&comparison)
        );
    }
}

#[test]
fn the_order_of_keys_does_not_matter() {
    fn reversed(value: &Value) -> Value {
        match value {
            Value::Object(object) => {
                let members = object.iter().rev();
                Value::Object(
                    members
                        .map(|(key, value)| (key.clone(), reversed(value)))
                        .collect(),
                )
            }
            Value::Array(items) => Value::Array(items.iter().map(reversed).collect()),
            value => value.clone(),
        }
    }
    nothing_differs(reversed);
}

#[test]
fn the_syntax_of_the_file_does_not_matter() {
    for (name, old) in documents() {
        let text = serde_json::to_string_pretty(&old.value).expect("a value can be written");
        // Not the first character of JSON, so it is read as YAML.
        let yaml = format!("# YAML\n{text}");
        let new = load::parse("new.yaml", &yaml).unwrap_or_else(|problems| panic!("{problems}"));
        let comparison = drift::compare(old, &new, &WIRE);
        assert!(
            comparison.findings.is_empty(),
            "{name}: {:?}",
            said(&comparison)
        );
    }
}

/// Calls `visit` on every schema, from the outside in.
fn each_schema(value: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    fn schema(value: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
        visit(value);
        let Value::Object(object) = value else { return };
        for (key, inside) in object.iter_mut() {
            match (key.as_str(), inside) {
                ("items" | "additionalProperties", inside) => schema(inside, visit),
                ("allOf" | "oneOf" | "anyOf" | "prefixItems", Value::Array(list)) => {
                    list.iter_mut().for_each(|one| schema(one, visit));
                }
                ("properties" | "patternProperties", Value::Object(named)) => {
                    named.iter_mut().for_each(|(_, one)| schema(one, visit));
                }
                _ => {}
            }
        }
    }
    rolecall_openapi::json::outer_schemas_mut(value, &mut |_, outer| schema(outer, visit));
}

#[test]
fn a_schema_may_be_written_out_or_referred_to() {
    // Every schema that is a property becomes a component of its own.
    nothing_differs(|value| {
        let mut value = value.clone();
        let mut components: Map<String, Value> = Map::new();
        each_schema(&mut value, &mut |schema| {
            let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut)
            else {
                return;
            };
            for (name, property) in properties {
                // What travels one way only is said of the property, and not of its schema.
                let plain = property.as_object().is_some_and(|object| {
                    ["$ref", "readOnly", "writeOnly"]
                        .iter()
                        .all(|key| !object.contains_key(*key))
                });
                if plain {
                    let key = format!(
                        "Extracted{}{}",
                        components.len(),
                        name.replace(|c: char| !c.is_ascii_alphanumeric(), "")
                    );
                    let reference = json!({ "$ref": format!("#/components/schemas/{key}") });
                    components.insert(key, std::mem::replace(property, reference));
                }
            }
        });
        let schemas = &mut value["components"]["schemas"];
        if let Some(schemas) = schemas.as_object_mut() {
            schemas.extend(components);
        }
        value
    });
    // Every reference to a component that refers to nothing itself is written out.
    nothing_differs(|value| {
        let mut value = value.clone();
        let schemas = value["components"]["schemas"].clone();
        let union = value.to_string().contains("discriminator");
        each_schema(&mut value, &mut |schema| {
            let name = rolecall_openapi::json::schema_ref(schema);
            let target = name.and_then(|name| schemas.get(&name).cloned());
            let alone = schema.as_object().is_some_and(|object| object.len() == 1);
            // Arms of a discriminator are named by their component.
            if let Some(target) =
                target.filter(|t| alone && !union && !t.to_string().contains("$ref"))
            {
                *schema = target;
            }
        });
        value
    });
}

#[test]
fn null_may_be_spelled_in_several_ways() {
    let whole = |version: &str, schema: Value| {
        document(
            version,
            &json!({
                "openapi": version, "info": { "title": "Null", "version": "1" },
                "paths": { "/a": {
                    "get": { "operationId": "get", "responses": { "200": { "description": "d", "content": { "application/json": { "schema": schema } } } } },
                    "post": { "operationId": "send", "requestBody": { "content": { "application/json": { "schema": schema } } }, "responses": { "204": { "description": "d" } } },
                } },
                "components": { "schemas": { "User": { "type": "object", "properties": { "a": { "type": "string" } } } } },
            }),
        )
    };
    let user = json!({ "$ref": "#/components/schemas/User" });
    let families = [
        vec![
            whole(
                "3.0.3",
                json!({ "type": "string", "nullable": true, "maxLength": 5 }),
            ),
            whole(
                "3.1.0",
                json!({ "type": ["string", "null"], "maxLength": 5 }),
            ),
            whole(
                "3.1.0",
                json!({ "anyOf": [{ "type": "string", "maxLength": 5 }, { "type": "null" }] }),
            ),
            whole(
                "3.1.0",
                json!({ "oneOf": [{ "const": null }, { "type": "string", "maxLength": 5 }] }),
            ),
        ],
        vec![
            whole(
                "3.0.3",
                json!({ "type": "string", "nullable": true, "enum": ["a", null] }),
            ),
            whole(
                "3.0.3",
                json!({ "type": "string", "nullable": true, "enum": ["a"] }),
            ),
            whole(
                "3.1.0",
                json!({ "type": ["string", "null"], "enum": ["a", null] }),
            ),
            whole("3.1.0", json!({ "enum": ["a", null] })),
            whole(
                "3.1.0",
                json!({ "anyOf": [{ "const": "a" }, { "type": "null" }] }),
            ),
        ],
        vec![
            whole("3.0.3", json!({ "nullable": true, "allOf": [user] })),
            whole("3.1.0", json!({ "anyOf": [user, { "type": "null" }] })),
            whole("3.1.0", json!({ "oneOf": [{ "enum": [null] }, user] })),
        ],
    ];
    for family in &families {
        for (one, old) in family.iter().enumerate() {
            for (other, new) in family.iter().enumerate() {
                let comparison = drift::compare(old, new, &WIRE);
                assert!(
                    comparison.findings.is_empty(),
                    "{one} and {other}: {:?}",
                    said(&comparison)
                );
            }
        }
    }
}

/// What a rule is about, and which way it goes: the opposite rule is about the same and goes the other way.
fn sense(rule: &str) -> (String, i8) {
    const OPPOSITES: &[(&str, &str)] = &[
        ("-added", "-removed"),
        ("-raised", "-lowered"),
        ("-widened", "-narrowed"),
        ("-required", "-optional"),
        ("-required", "-lifted"),
        ("-introduced", "-lifted"),
        ("-allowed", "-forbidden"),
        ("-deprecated", "-undeprecated"),
        ("-tightened", "-loosened"),
        ("-announced", "-postponed"),
        ("-advanced", "-postponed"),
    ];
    // Whether what comes or goes is required decides the verdict, and which rule says it.
    let plain = ["required-", "optional-"]
        .iter()
        .find_map(|start| rule.strip_prefix(start));
    let rule = plain.unwrap_or(rule);
    for (one, other) in OPPOSITES {
        if let Some(subject) = rule.strip_suffix(one) {
            return (subject.to_owned(), 1);
        }
        if let Some(subject) = rule.strip_suffix(other) {
            return (subject.to_owned(), -1);
        }
    }
    match rule.split_once("-no-longer-") {
        Some((subject, what)) => (format!("{subject}-became-{what}"), -1),
        None if rule.contains("-became-") => (rule.to_owned(), 1),
        None => (rule.to_owned(), 0),
    }
}

#[test]
fn swapping_the_sides_swaps_what_is_added_and_removed() {
    let (pairs, _) = pairs();
    // Whether a schema is compared with one arm of a union or with all depends on which of the two is the new one.
    let one_sided = |pair: &&Pair| {
        let union = |value: &Value| value.to_string().contains("oneOf");
        union(&pair.old) == union(&pair.new)
    };
    // What text takes depends on which side sends it, as do the verdicts that have a reason of their own.
    let either = |pair: &&Pair| pair.verdict.is_none();
    for pair in pairs.iter().filter(one_sided).filter(either) {
        let forward = pair.compare(false);
        let back = Pair {
            old: pair.new.clone(),
            new: pair.old.clone(),
            ..pair.clone()
        }
        .compare(false);
        let as_text = |comparison: &Comparison| {
            let mut findings = comparison.findings.iter();
            findings.any(|finding| finding.message.ends_with("text on the wire"))
        };
        if as_text(&forward) || as_text(&back) {
            continue;
        }
        assert_eq!(
            forward.operations.added, back.operations.removed,
            "{}",
            pair.name
        );
        assert_eq!(
            forward.operations.removed, back.operations.added,
            "{}",
            pair.name
        );
        assert_eq!(
            forward.findings.is_empty(),
            back.findings.is_empty(),
            "{}",
            pair.name
        );
        // Which credentials suffice is no matter of more or less: what one side accepts, the other may accept, too.
        let senses = |comparison: &Comparison, way: i8| -> BTreeMap<(String, i8), usize> {
            let mut senses = BTreeMap::new();
            for finding in comparison
                .findings
                .iter()
                .filter(|f| !f.rule.starts_with("security-"))
            {
                let (subject, sign) = sense(finding.rule);
                *senses.entry((subject, sign * way)).or_insert(0) += 1;
            }
            senses
        };
        assert_eq!(senses(&forward, 1), senses(&back, -1), "{}", pair.name);
    }
}

fn prints(findings: &[Finding]) -> BTreeSet<String> {
    findings
        .iter()
        .map(|finding| finding.fingerprint.clone())
        .collect()
}

/// The changes that are made one after the other, each at a place of its own.
fn steps(value: &Value) -> Vec<Value> {
    let mut steps = vec![value.clone()];
    let mut next = value.clone();
    // What is part of another schema changes that one, too.
    let mut parts = BTreeSet::new();
    let mut whole = value.clone();
    each_schema(&mut whole, &mut |schema| {
        let list = schema.get("allOf").and_then(Value::as_array);
        parts.extend(
            list.into_iter()
                .flatten()
                .filter_map(rolecall_openapi::json::schema_ref),
        );
    });
    let names: Vec<String> = value["components"]["schemas"]
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, schema)| {
            schema.get("properties").is_some()
                && schema.get("allOf").is_none()
                && !parts.contains(*name)
        })
        .map(|(name, _)| name.clone())
        .collect();
    // What goes, goes first: it takes away the way to what changes behind it.
    let mut order: Vec<(usize, &String)> = names.iter().enumerate().collect();
    order.sort_by_key(|(index, _)| index % 3 != 2);
    for (done, (index, name)) in order.into_iter().enumerate() {
        let schema = &mut next["components"]["schemas"][name];
        match index % 3 {
            0 => schema["properties"]["drifted"] = json!({ "type": "string" }),
            1 => schema["required"] = json!([]),
            _ => {
                let properties = schema["properties"].as_object_mut().expect("it has some");
                let first = properties.keys().next().cloned();
                if let Some(first) = first {
                    properties.shift_remove(&first);
                }
            }
        }
        if done % 7 == 6 {
            steps.push(next.clone());
        }
    }
    steps.push(next);
    steps
}

#[test]
fn one_large_step_finds_what_the_small_ones_find() {
    for spec in specs() {
        let steps = steps(&spec.value);
        assert!(steps.len() > 2, "{}", spec.file);
        let documents: Vec<Document> = steps.iter().map(|value| document("step", value)).collect();
        let mut small = BTreeSet::new();
        for pair in documents.windows(2) {
            small.extend(prints(&drift::compare(&pair[0], &pair[1], &WIRE).findings));
        }
        let (first, last) = (&documents[0], &documents[documents.len() - 1]);
        let large = drift::compare(first, last, &WIRE);
        assert!(!large.findings.is_empty(), "{}", spec.file);
        let found = prints(&large.findings);
        let missing: Vec<&String> = small.difference(&found).collect();
        assert!(
            missing.is_empty(),
            "{}: {} of {}",
            spec.file,
            missing.len(),
            small.len()
        );
    }
}

#[test]
fn a_fingerprint_survives_what_happens_elsewhere() {
    let (pairs, _) = pairs();
    for pair in pairs {
        let plain = pair.compare(false);
        let elsewhere = |value: &Value| {
            let mut value = value.clone();
            let other = json!({ "get": { "operationId": "aardvark", "tags": ["things"], "responses": { "200": {
                "description": "d", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Thing" } } } } } } });
            let mut paths = Map::from_iter([("/aardvark".to_owned(), other)]);
            paths.extend(value["paths"].as_object().cloned().unwrap_or_default());
            value["paths"] = Value::Object(paths);
            value["info"]["description"] = json!("Longer\nthan\nbefore.");
            value
        };
        let (old, new) = (elsewhere(&pair.old), elsewhere(&pair.new));
        let moved = drift::compare(&document("old", &old), &document("new", &new), &WIRE);
        let gone: Vec<_> = prints(&plain.findings)
            .difference(&prints(&moved.findings))
            .cloned()
            .collect();
        assert!(gone.is_empty(), "{}: {:?}", pair.name, said(&plain));
    }
}

#[test]
fn a_change_in_a_component_is_one_finding_with_every_operation() {
    let operation = |id: &str, body: bool| {
        let content =
            json!({ "application/json": { "schema": { "$ref": "#/components/schemas/Thing" } } });
        let mut operation = json!({ "operationId": id, "responses": { "200": { "description": "d", "content": content } } });
        if body {
            operation["requestBody"] = json!({ "content": content });
        }
        operation
    };
    let whole = |thing: Value| {
        document(
            "whole",
            &json!({
                "openapi": "3.0.3", "info": { "title": "T", "version": "1" },
                "paths": { "/a": { "get": operation("getA", false), "put": operation("putA", true) }, "/b": { "get": operation("getB", false) } },
                "components": { "schemas": { "Thing": thing } },
            }),
        )
    };
    let old = whole(json!({ "type": "object", "properties": { "n": { "type": "integer" } } }));
    let new = whole(json!({ "type": "object", "properties": { "n": { "type": "string" } } }));
    let findings = drift::compare(&old, &new, &WIRE).findings;
    let reached: Vec<(&str, Vec<&str>)> = findings
        .iter()
        .map(|f| {
            (
                f.direction.as_str(),
                f.operations.iter().map(|o| o.id.as_str()).collect(),
            )
        })
        .collect();
    assert_eq!(
        reached,
        [
            ("request", vec!["putA"]),
            ("response", vec!["getA", "getB", "putA"])
        ]
    );
    for finding in &findings {
        assert_eq!(
            (finding.rule, finding.wire),
            ("type-changed", WireVerdict::Breaking)
        );
        let spot = finding.new.as_ref().expect("a place");
        assert_eq!(spot.pointer, "/components/schemas/Thing/properties/n/type");
        assert!(spot.line > 1 && spot.column > 1);
    }
}
