//! What each pass makes of one construct at a time: the file of a pass in `fixtures/passes` holds small inputs, its
//! snapshot what came out, what was given up and where. `whole.yaml` goes through all passes and shows the Rust types.
//!
//! To see what changed: `INSTA_UPDATE=always cargo test -p rolecall-tests --test passes`, then look at the diff.

use std::fmt::Write;
use std::path::Path;

use rolecall_codegen::lower::{Lowered, PASSES, Plan, lower, lower_by};
use rolecall_codegen::model::{self, Model, Presence};
use rolecall_codegen::render::forms;
use rolecall_openapi::load::{SpecVersion, load};
use serde_json::{Map, Value, json};

const FIXTURES: &str = "fixtures/passes";

/// Runs every case of a file and writes down what came of it. `after` names passes that go before the one that is
/// tested.
fn cases(name: &str, run: impl Fn(&[&str], Value, bool) -> (Lowered, String)) {
    let file = load(&Path::new(FIXTURES).join(format!("{name}.yaml"))).unwrap();
    let mut text = String::new();
    for (title, case) in file.value["cases"].as_object().unwrap() {
        let document = document(case);
        let before = case["after"].as_array().into_iter().flatten();
        let mut passes: Vec<&str> = before.map(|pass| pass.as_str().unwrap()).collect();
        passes.push(name);
        let v31 = case["v31"]
            .as_bool()
            .unwrap_or(file.version == SpecVersion::V3_1);
        let (lowered, shown) = run(&passes, document.clone(), v31);
        let _ = write!(
            text,
            "# {title}\n\n{}\n{shown}",
            yaml(&json!({ "input": case }))
        );
        for loss in &lowered.losses {
            let (kind, pointer, detail) = (loss.kind, &loss.pointer, &loss.detail);
            let _ = writeln!(text, "loss: {kind} at {pointer}\n      {detail}");
            assert!(
                document.pointer(pointer).is_some(),
                "{title}: the input has no {pointer}"
            );
        }
        text.push('\n');
    }
    insta::assert_snapshot!(name, text);
}

/// The description that a case stands for.
fn document(case: &Value) -> Value {
    let mut components = case["components"].as_object().cloned().unwrap_or_default();
    let schemas = case.get("schemas").cloned();
    components.insert("schemas".into(), schemas.unwrap_or_else(|| json!({})));
    let mut document = json!({ "openapi": "3", "paths": {}, "components": components });
    for key in ["paths", "webhooks", "servers"] {
        if let Some(value) = case.get(key) {
            document[key] = value.clone();
        }
    }
    document
}

/// What passes leave, without our own notes.
fn outcome(lowered: &Lowered) -> String {
    let document = without_notes(&lowered.document);
    let mut shown = Map::new();
    for (name, pointer) in [
        ("schemas", "/components/schemas"),
        ("paths", "/paths"),
        ("webhooks", "/webhooks"),
        ("servers", "/servers"),
    ] {
        let value = document.pointer(pointer);
        if let Some(value) = value.filter(|value| **value != json!({})) {
            shown.insert(name.into(), value.clone());
        }
    }
    let mut text = yaml(&json!({ "output": shown }));
    text.push_str(&plan(&lowered.plan));
    for applied in &lowered.applied {
        let _ = writeln!(text, "applied: {} in {}", applied.pass, applied.places);
    }
    text
}

fn plan(plan: &Plan) -> String {
    let mut text = String::new();
    for (name, plan) in &plan.enums {
        let _ = writeln!(text, "enum {name}: {}", plan.values.join(", "));
    }
    for (name, plan) in &plan.unions {
        let by = plan.discriminator.as_deref().unwrap_or("form");
        let _ = writeln!(text, "union {name} by {by}");
        for arm in &plan.arms {
            let schema = flow(&without_notes(&arm.schema));
            let when = match plan.discriminator {
                Some(_) => forms::constants(&arm.values),
                None => forms::form(&arm.form),
            };
            let when = when.as_str();
            let _ = writeln!(text, "  {}: {schema} when {when}", arm.name);
        }
    }
    text
}

fn without_notes(value: &Value) -> Value {
    match value {
        Value::Object(object) => object
            .iter()
            .filter(|(key, _)| *key != "x-rolecall-origin")
            .map(|(key, value)| (key.clone(), without_notes(value)))
            .collect::<Map<String, Value>>()
            .into(),
        Value::Array(items) => items.iter().map(without_notes).collect(),
        other => other.clone(),
    }
}

/// The types that a model has.
fn types(model: &Model) -> String {
    let mut text = String::new();
    for object in &model.objects {
        let _ = writeln!(text, "struct {}", object.name);
        for field in &object.fields {
            let ty = match field.presence {
                Presence::Required => field.ty.to_string(),
                _ => format!("Option<{}>", field.ty),
            };
            let _ = writeln!(text, "  {}: {ty} = {:?}", field.name, field.wire);
        }
    }
    for item in &model.enums {
        let arms = item.arms.iter();
        let arms: Vec<String> = arms
            .map(|(arm, value)| format!("{arm} = {value:?}"))
            .collect();
        let (name, unknown) = (&item.name, &item.unknown);
        let _ = writeln!(text, "enum {name}: {}, {unknown}(String)", arms.join(", "));
    }
    for item in &model.unions {
        let by = item.discriminator.as_deref().unwrap_or("form");
        let _ = writeln!(text, "union {} by {by}", item.name);
        for arm in &item.arms {
            let when = match item.discriminator {
                Some(_) => forms::constants(&arm.values),
                None => forms::form(&arm.form),
            };
            let when = when.as_str();
            let _ = writeln!(text, "  {}({}) when {when}", arm.name, arm.ty);
        }
    }
    for item in &model.by_status {
        let _ = writeln!(text, "by status {}", item.name);
        for arm in &item.arms {
            let statuses = arm.statuses.join(", ");
            let _ = writeln!(text, "  {}({:?}) when {statuses}", arm.name, arm.body);
        }
    }
    for operation in &model.operations {
        let _ = writeln!(text, "fn {}", operation.method_name);
        for parameter in &operation.parameters {
            let (location, setter) = (&parameter.location, &parameter.setter);
            let _ = writeln!(text, "  {location} {setter}: {}", parameter.ty);
        }
        if let Some(body) = &operation.body {
            let _ = writeln!(text, "  body {:?}: {}", body.kind, body.ty);
        }
        let (success, error) = (&operation.success, &operation.error);
        let _ = writeln!(text, "  -> {success:?}, error {error:?}");
    }
    text
}

/// A value as YAML: in one line where it fits.
fn yaml(value: &Value) -> String {
    let mut text = String::new();
    block(value, 0, &mut text);
    text
}

fn block(value: &Value, indent: usize, text: &mut String) {
    let pad = " ".repeat(indent);
    let mut entry = |head: String, value: &Value| {
        let line = flow(value);
        let fits = indent > 0 && indent + head.len() + line.len() < 110;
        let _ = write!(text, "{pad}{head}");
        if fits || !value.is_object() && !value.is_array() {
            let _ = writeln!(text, " {line}");
        } else {
            text.push('\n');
            block(value, indent + 2, text);
        }
    };
    match value {
        Value::Object(object) => object
            .iter()
            .for_each(|(key, value)| entry(format!("{}:", scalar(key)), value)),
        Value::Array(items) => items.iter().for_each(|value| entry("-".into(), value)),
        other => {
            let _ = writeln!(text, "{pad}{}", flow(other));
        }
    }
}

fn flow(value: &Value) -> String {
    match value {
        Value::Object(object) => {
            let entries = object.iter();
            let entries: Vec<String> = entries
                .map(|(key, value)| format!("{}: {}", scalar(key), flow(value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(flow).collect();
            format!("[{}]", items.join(", "))
        }
        Value::String(text) => scalar(text),
        other => other.to_string(),
    }
}

/// A text, in quotes where YAML wants them.
fn scalar(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || " _-./$`'".contains(c);
    let starts_plain = text.starts_with(|c: char| c.is_alphabetic() || c == '$' || c == '/');
    if text.chars().all(plain) && starts_plain && !["null", "true", "false"].contains(&text) {
        text.to_owned()
    } else {
        format!("{text:?}")
    }
}

/// A test for each pass: its name in Rust, and its own.
macro_rules! passes {
    ($($test:ident = $pass:literal),* $(,)?) => {
        $(#[test]
        fn $test() {
            cases($pass, |passes, document, v31| {
                let lowered = lower_by(passes, document, v31);
                let text = outcome(&lowered);
                (lowered, text)
            });
        })*

        #[test]
        fn every_pass_has_a_test() {
            let names: Vec<&str> = PASSES.iter().map(|pass| pass.name).collect();
            assert_eq!(names, [$($pass),*]);
        }
    };
}

passes! {
    references = "references",
    paths = "paths",
    media_types = "media-types",
    nulls = "nulls",
    annotations = "annotations",
    validation = "validation",
    formats = "formats",
    discriminators = "discriminators",
    inheritance = "inheritance",
    unused = "unused",
    all_of = "all-of",
    hoist = "hoist",
    enums = "enums",
    unions = "unions",
    aliases = "aliases",
    directions = "directions",
    unreached = "unreached",
    variants = "variants",
    rust_names = "rust-names",
}

#[test]
fn whole() {
    cases("whole", |_, document, v31| {
        let lowered = lower(document, v31);
        let model = model::build("case", &lowered).unwrap();
        let text = types(&model);
        (lowered, text)
    });
}
