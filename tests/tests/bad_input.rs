//! What people meet who give the pipeline something that it cannot take: every message, whole, as a snapshot.
//!
//! Each file in `fixtures/bad` is named for the rule that it breaks, with a variant after a dot. To see what changed:
//! `INSTA_UPDATE=always cargo test -p rolecall-tests --test bad_input`, then look at the diff.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use rolecall_codegen::lint::{Audience, lint, lint_examples, rules};
use rolecall_openapi::load::{load, parse};
use rolecall_openapi::problem::{Problem, Problems};

const FIXTURES: &str = "fixtures/bad";

/// Rules whose breach does not fit in a fixture, with the test that shows it.
const ELSEWHERE: [&str; 12] = [
    "unreadable-file", // a_missing_file_and_a_directory
    "too-large",       // would need 256 MiB
    "too-deep",        // ten_megabytes_of_nesting
    "too-many-nodes",  // aliases_of_aliases
    "too-many-bytes",  // aliases_of_a_long_text
    "example-name",    // examples
    "example-target",  // examples
    "invalid-example", // examples
    "missing-example", // examples
    "bad-api-toml",    // api_toml.rs
    "example-call",    // api_toml.rs
    "nothing-to-keep", // api_toml.rs
];

/// The fixtures: file name and rule.
fn fixtures() -> Vec<(String, String)> {
    let mut names: Vec<String> = fs::read_dir(FIXTURES)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_file())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
        .into_iter()
        .map(|name| (name.clone(), name.split('.').next().unwrap().to_owned()))
        .collect()
}

/// All that is wrong with a file. A rule that holds for others' files is shown as others meet it.
fn problems(path: &Path, rule: &str) -> Vec<Problem> {
    let ours = rules()
        .iter()
        .find(|known| known.id == rule)
        .is_some_and(|rule| rule.severity_foreign.is_none());
    let audience = if ours || rule == "clean-ours" {
        Audience::Ours
    } else {
        Audience::Foreign
    };
    match load(path) {
        Ok(document) => lint(&document, audience),
        Err(problems) => problems.0,
    }
}

#[test]
fn every_fixture_breaks_its_rule_and_says_so() {
    for (name, rule) in fixtures() {
        let problems = problems(&Path::new(FIXTURES).join(&name), &rule);
        if !rule.starts_with("clean-") {
            assert!(
                problems.iter().any(|problem| problem.rule == rule),
                "{name} does not break its rule"
            );
        }
        for problem in &problems {
            assert!(
                !problem.expected.is_empty() && !problem.help.is_empty(),
                "{problem}"
            );
            let known = rules().iter().find(|rule| rule.id == problem.rule);
            assert!(
                known.is_some(),
                "{} is not in the table of rules",
                problem.rule
            );
        }
        insta::assert_snapshot!(name, Problems::new(problems).to_string());
    }
}

#[test]
fn every_rule_has_a_fixture() {
    let shown: BTreeSet<String> = fixtures().into_iter().map(|(_, rule)| rule).collect();
    let missing: Vec<&str> = rules()
        .iter()
        .map(|rule| rule.id)
        .filter(|id| !shown.contains(*id) && !ELSEWHERE.contains(id))
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn clean_descriptions_are_clean() {
    for rule in ["clean-ours", "clean-foreign"] {
        let problems = problems(&Path::new(FIXTURES).join(format!("{rule}.yaml")), rule);
        assert_eq!(Problems::new(problems).to_string(), "");
    }
}

#[test]
fn examples() {
    let directory = Path::new(FIXTURES).join("examples");
    let document = load(&directory.join("openapi.yaml")).unwrap();
    let problems = lint_examples(&document, &directory.join("examples"));
    insta::assert_snapshot!(Problems::new(problems).to_string());
}

#[test]
fn a_missing_file_and_a_directory() {
    let missing = load(Path::new("fixtures/bad/nowhere.yaml")).unwrap_err();
    insta::assert_snapshot!("missing-file", missing.to_string());
    let directory = load(Path::new(FIXTURES)).unwrap_err();
    insta::assert_snapshot!("directory", directory.to_string());
}

#[test]
fn ten_megabytes_of_nesting() {
    const SIZE: usize = 10_000_000;
    let objects = r#"{"a":"#.repeat(SIZE / 5);
    insta::assert_snapshot!(
        "deep-objects-json",
        parse("deep.json", &objects).unwrap_err().to_string()
    );
    let arrays = "[".repeat(SIZE);
    insta::assert_snapshot!(
        "deep-arrays-json",
        parse("deep.json", &arrays).unwrap_err().to_string()
    );
    let flow = format!("a: {}", "[".repeat(SIZE));
    insta::assert_snapshot!(
        "deep-flow-yaml",
        parse("deep.yaml", &flow).unwrap_err().to_string()
    );
    let block = "- ".repeat(SIZE / 2);
    insta::assert_snapshot!(
        "deep-block-yaml",
        parse("deep.yaml", &block).unwrap_err().to_string()
    );
    let mut stairs = String::new();
    for level in 0..4000 {
        stairs.extend(std::iter::repeat_n(' ', level));
        stairs.push_str("a:\n");
    }
    insta::assert_snapshot!(
        "deep-stairs-yaml",
        parse("deep.yaml", &stairs).unwrap_err().to_string()
    );
}

#[test]
fn aliases_of_aliases() {
    let mut text = "openapi: 3.0.3\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let before = format!("*a{}, ", level - 1).repeat(9);
        text.push_str(&format!("a{level}: &a{level} [{before}*a{}]\n", level - 1));
    }
    insta::assert_snapshot!(parse("laughs.yaml", &text).unwrap_err().to_string());
}

#[test]
fn aliases_of_a_long_text() {
    let (long, aliases) = ("x".repeat(1 << 20), ["*long"; 100].join(", "));
    let text = format!("openapi: 3.0.3\nx-long: &long {long}\nx-all: [{aliases}]\n");
    insta::assert_snapshot!(parse("long.yaml", &text).unwrap_err().to_string());
}

#[test]
fn problems_are_serialized_as_documented() {
    let problems = problems(
        &Path::new(FIXTURES).join("dangling-ref.yaml"),
        "dangling-ref",
    );
    insta::assert_snapshot!(serde_json::to_string_pretty(&Problems::new(problems)).unwrap());
}
