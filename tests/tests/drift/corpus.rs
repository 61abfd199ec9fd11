//! The corpus of minimal pairs in `tests/fixtures/drift`: what its files say, and the documents that they stand for.
//!
//! Each file is a list of cases. A case has a `name`, one of the keys below with the old side and the new one, and the
//! findings that it must give, each as `rule wire api`; and no others. By default a case is run as OpenAPI 3.0 and as 3.1;
//! `only` names the one that can say it.
//!
//! | key | what is written | expected under |
//! |---|---|---|
//! | `schema` | the schema of the optional property `value` of `Thing` | `request`, `response` |
//! | `object` | `Thing` itself | `request`, `response` |
//! | `parameter` | a parameter of `getThing`; `null` for none | `expect` |
//! | `operation` | what is merged into `getThing`; `null` removes a key | `expect` |
//! | `document` | what is merged into the document; `null` removes a key | `expect` |
//!
//! `components` is merged into the schemas of both sides. A case with a `verdict` says with it which verdict on the wire
//! the strongest finding has, `none` for no finding, and with `why` what the reason is; with `at`, where the strongest
//! finding is in the new document.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::LazyLock;

use rolecall_drift::{self as drift, Comparison, Options};
use rolecall_openapi::load::{self, Document};
use serde_json::{Map, Value, json};

/// Which way the schema of a case travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Request,
    Response,
    Neither,
}

/// A case in one version of OpenAPI and one direction.
#[derive(Clone, Debug)]
pub struct Pair {
    /// File, case, version, direction.
    pub name: String,
    pub way: Way,
    pub old: Value,
    pub new: Value,
    /// Sorted.
    pub expected: Vec<String>,
    pub verdict: Option<Verdict>,
}

/// What a case says of its strongest finding.
#[derive(Clone, Debug)]
pub struct Verdict {
    pub wire: String,
    pub why: String,
    pub at: Option<String>,
}

impl Pair {
    pub fn documents(&self) -> (Document, Document) {
        (document("old", &self.old), document("new", &self.new))
    }

    pub fn compare(&self, api: bool) -> Comparison {
        let (old, new) = self.documents();
        drift::compare(&old, &new, &Options { api, version: None })
    }
}

/// A document from a value.
pub fn document(name: &str, value: &Value) -> Document {
    let text = serde_json::to_string_pretty(value).expect("a value can be written");
    load::parse(name, &text).unwrap_or_else(|problems| panic!("{name}: {problems}\n{text}"))
}

/// Every case of every file, in every version and direction; and how many cases that are. Read once.
pub fn pairs() -> (&'static [Pair], usize) {
    static READ: LazyLock<(Vec<Pair>, usize)> = LazyLock::new(read_all);
    (&READ.0, READ.1)
}

fn read_all() -> (Vec<Pair>, usize) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/drift");
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("an entry can be read").path())
        .collect();
    files.sort();
    let mut pairs = Vec::new();
    let mut cases = 0;
    for file in files {
        let document = load::load(&file).unwrap_or_else(|problems| panic!("{problems}"));
        let stem = file
            .file_stem()
            .and_then(|stem| stem.to_str())
            .expect("a name");
        let list = document.value["x-cases"]
            .as_array()
            .expect("a list of cases");
        cases += list.len();
        for case in list {
            read(&mut pairs, stem, case);
        }
    }
    (pairs, cases)
}

fn read(pairs: &mut Vec<Pair>, file: &str, case: &Value) {
    const KEYS: &[&str] = &[
        "name",
        "schema",
        "object",
        "parameter",
        "operation",
        "document",
        "components",
        "request",
        "response",
        "expect",
        "only",
        "verdict",
        "why",
        "at",
    ];
    let object = case.as_object().expect("a case is an object");
    let name = case["name"].as_str().expect("a case has a name");
    for key in object.keys() {
        assert!(
            KEYS.contains(&key.as_str()),
            "{file}/{name}: unknown key {key}"
        );
    }
    let kind = ["schema", "object", "parameter", "operation", "document"]
        .into_iter()
        .find(|kind| object.contains_key(*kind))
        .unwrap_or_else(|| panic!("{file}/{name}: nothing to compare"));
    let [old, new] = case[kind].as_array().expect("two sides").as_slice() else {
        panic!("{file}/{name}: two sides are needed");
    };
    for version in ["3.0", "3.1"] {
        if case
            .get("only")
            .is_some_and(|only| only.as_str() != Some(version))
        {
            continue;
        }
        for (key, way) in [
            ("request", Way::Request),
            ("response", Way::Response),
            ("expect", Way::Neither),
        ] {
            let Some(expected) = case.get(key) else {
                continue;
            };
            let mut expected: Vec<String> = expected
                .as_array()
                .expect("a list of findings")
                .iter()
                .map(|finding| finding.as_str().expect("a finding is text").to_owned())
                .collect();
            expected.sort();
            let side = |side: &Value| {
                let mut value = whole(version, way, kind, side);
                if let Some(components) = case.get("components") {
                    merge(&mut value["components"]["schemas"], components);
                }
                value
            };
            pairs.push(Pair {
                name: format!("{file}/{name} ({version}, {key})"),
                way,
                old: side(old),
                new: side(new),
                expected,
                verdict: verdict(case),
            });
        }
    }
}

fn verdict(case: &Value) -> Option<Verdict> {
    let text = |key: &str| case.get(key).and_then(Value::as_str).map(str::to_owned);
    Some(Verdict {
        wire: text("verdict")?,
        why: text("why").expect("a verdict has a reason"),
        at: text("at"),
    })
}

/// The document that one side of a case stands for.
fn whole(version: &str, way: Way, kind: &str, side: &Value) -> Value {
    let thing = match kind {
        "schema" => {
            json!({ "type": "object", "properties": { "id": { "type": "string" }, "value": side } })
        }
        "object" => side.clone(),
        _ => json!({ "type": "object", "properties": { "id": { "type": "string" } } }),
    };
    let body =
        json!({ "application/json": { "schema": { "$ref": "#/components/schemas/Thing" } } });
    let operation = match way {
        Way::Request => json!({ "post": {
            "operationId": "sendThing", "tags": ["things"],
            "requestBody": { "required": true, "content": body },
            "responses": { "204": { "description": "Done." } },
        } }),
        Way::Response | Way::Neither => json!({ "get": {
            "operationId": "getThing", "tags": ["things"],
            "responses": { "200": { "description": "It.", "content": body } },
        } }),
    };
    let mut value = json!({
        "openapi": if version == "3.0" { "3.0.3" } else { "3.1.0" },
        "info": { "title": "Corpus", "version": "1" },
        "tags": [{ "name": "things" }],
        "paths": { "/things": operation },
        "components": { "schemas": { "Thing": thing } },
    });
    match kind {
        "parameter" if !side.is_null() => {
            value["paths"]["/things"]["get"]["parameters"] = json!([side]);
        }
        "operation" => merge(&mut value["paths"]["/things"]["get"], side),
        "document" => merge(&mut value, side),
        _ => {}
    }
    value
}

/// Lays one value over another; `null` removes a key.
pub fn merge(value: &mut Value, over: &Value) {
    match over {
        Value::Object(over) => {
            if !value.is_object() {
                *value = Value::Object(Map::new());
            }
            let object = value.as_object_mut().expect("just made an object");
            for (key, part) in over {
                match part {
                    Value::Null => {
                        object.remove(key);
                    }
                    part => merge(object.entry(key.clone()).or_insert(Value::Null), part),
                }
            }
        }
        over => value.clone_from(over),
    }
}

/// The findings as the corpus writes them, sorted.
pub fn said(comparison: &Comparison) -> Vec<String> {
    let mut said: Vec<String> = comparison
        .findings
        .iter()
        .map(|finding| format!("{} {} {}", finding.rule, finding.wire, finding.api))
        .collect();
    said.sort();
    said
}

/// What a failed comparison says to whoever reads the test's output.
pub fn explain(pair: &Pair, comparison: &Comparison) -> String {
    let mut text = format!(
        "{}\n  expected: {:?}\n  found:    {:?}\n",
        pair.name,
        pair.expected,
        said(comparison)
    );
    for finding in &comparison.findings {
        let _ = writeln!(
            text,
            "    {} [{:?}] {}",
            finding.rule, finding.rust_item, finding.message
        );
    }
    if let drift::RustApi::Refused { reason } = &comparison.rust_api {
        let _ = writeln!(text, "    refused: {reason}");
    }
    text
}
