//! Whatever a document holds, reading and checking it ends in a result.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::sample::Index;
use rolecall_codegen::lint::{Audience, lint, lint_examples};
use rolecall_openapi::load::parse;
use serde_json::{Value, json};

const EXAMPLES: &str = "fixtures/bad/examples/examples";

fn read_and_check(text: &str) {
    if let Ok(document) = parse("mutant", text) {
        for audience in [Audience::Ours, Audience::Foreign] {
            for problem in lint(&document, audience) {
                assert!(!problem.render(true).is_empty());
            }
        }
        lint_examples(&document, Path::new(EXAMPLES));
    }
}

fn seeds() -> Vec<String> {
    let names = [
        "clean-ours",
        "clean-foreign",
        "discriminator-mapping",
        "bad-extension",
        "examples/openapi",
    ];
    names
        .iter()
        .map(|name| fs::read_to_string(format!("fixtures/bad/{name}.yaml")).unwrap())
        .collect()
}

/// The number of nodes below and with a value.
fn count(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(count).sum::<usize>(),
        Value::Object(entries) => 1 + entries.values().map(count).sum::<usize>(),
        _ => 1,
    }
}

/// Replaces the node that comes `at` nodes after the first.
fn replace(value: &mut Value, at: &mut usize, with: &Value) {
    if *at == 0 {
        *value = with.clone();
        *at = usize::MAX;
        return;
    }
    *at -= 1;
    let children: Box<dyn Iterator<Item = &mut Value>> = match value {
        Value::Array(items) => Box::new(items.iter_mut()),
        Value::Object(entries) => Box::new(entries.values_mut()),
        _ => return,
    };
    for child in children {
        if *at == usize::MAX {
            return;
        }
        replace(child, at, with);
    }
}

fn replacement() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(json!([])),
        Just(json!({})),
        Just(json!(true)),
        Just(json!(-1.5e300)),
        Just(json!(u64::MAX)),
        Just(json!("")),
        Just(json!("{")),
        Just(json!([[null], {"": {}}])),
        Just(json!({"$ref": "#"})),
        Just(json!({"$ref": "#/paths"})),
        Just(json!({"$ref": "#/components/schemas/User"})),
        Just(json!({"$ref": "#/components/schemas/%C3%28~2"})),
        Just(json!({"allOf": [{"$ref": "#/components/schemas/Users"}]})),
        any::<String>().prop_map(Value::String),
        any::<i64>().prop_map(Value::from),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_nodes(seed in any::<Index>(), changes in prop::collection::vec((any::<Index>(), replacement()), 1..4)) {
        let seeds = seeds();
        let document = parse("seed", &seeds[seed.index(seeds.len())]).unwrap();
        let mut value = document.value;
        for (at, with) in changes {
            let mut at = at.index(count(&value));
            replace(&mut value, &mut at, &with);
        }
        read_and_check(&value.to_string());
    }

    #[test]
    fn changed_bytes(seed in any::<Index>(), changes in prop::collection::vec((any::<Index>(), any::<u8>(), 0..3u8), 1..8)) {
        let seeds = seeds();
        let mut bytes = seeds[seed.index(seeds.len())].clone().into_bytes();
        for (at, byte, how) in changes {
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => {
                    bytes.truncate(at.max(1));
                }
            }
        }
        read_and_check(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_text(text in ".{0,200}") {
        read_and_check(&text);
        read_and_check(&format!("openapi: 3.0.3\n{text}"));
        read_and_check(&format!("{{\"openapi\": \"3.1.0\", \"paths\": {text}"));
    }
}
