//! An `api.toml` is checked like a spec: everything that is wrong is told, with its place.

use std::fs;
use std::path::PathBuf;

use rolecall_openapi::load::load;
use rolecall_openapi::problem::Problems;
use xtask::project::Project;

const GOOD: &str = r#"[crate]
name = "rolecall-crew"
version = "0.1.0"
description = "Client for the crew"
keywords = ["crew", "api"]
categories = ["api-bindings"]

[docs]
url = "https://crew.example.com/docs"

[upstream]
url = "https://crew.example.com/openapi.yaml"
version = "7"

[slice]
tags = ["Crew", "Pap*"]

[example]
operation = "listCrew"

[example.arguments]
page = "2"
size = 20
rank = ["mate", "captain"]
"#;

/// A workspace with one API, whose description is that of the small client.
struct Workspace {
    folder: tempfile::TempDir,
}

impl Workspace {
    fn new(api_toml: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let specs = folder.path().join("specs/crew");
        fs::create_dir_all(&specs).unwrap();
        fs::copy("fixtures/small/openapi.yaml", specs.join("openapi.yaml")).unwrap();
        fs::write(specs.join("api.toml"), api_toml).unwrap();
        Self { folder }
    }

    /// What is wrong with it, in words.
    fn problems(&self) -> String {
        let project = Project {
            root: PathBuf::from(self.folder.path()),
        };
        let problems = match project.api("crew") {
            Ok(api) => Problems::new(api.check(&load(&api.spec()).unwrap())),
            Err(problems) => problems,
        };
        problems.render(false)
    }
}

/// The problems after each of these changes.
fn told(changes: &[(&str, &str)]) -> String {
    let mut text = GOOD.to_owned();
    for (from, to) in changes {
        assert_eq!(text.matches(from).count(), 1, "{from}");
        text = text.replace(from, to);
    }
    Workspace::new(&text).problems()
}

#[test]
fn a_good_one_is_good() {
    assert_eq!(told(&[]), "");
}

/// Every one of these is told.
fn holds(told: &str, wanted: &[&str]) {
    for text in wanted {
        assert!(told.contains(text), "{text} is missing in:\n{told}");
    }
}

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    holds(
        &told(&[("[docs]", "[docs")]),
        &[
            "error[bad-api-toml]",
            "--> specs/crew/api.toml:",
            "help: correct the file",
        ],
    );
}

#[test]
fn keys_that_are_unknown_missing_or_of_another_form() {
    let told = told(&[
        (
            "keywords = [\"crew\", \"api\"]",
            "keyword = [\"crew\", \"api\"]",
        ),
        ("description = \"Client for the crew\"", "description = 7"),
        (
            "url = \"https://crew.example.com/docs\"",
            "page = \"https://crew.example.com/docs\"",
        ),
        (
            "tags = [\"Crew\", \"Pap*\"]",
            "tags = [\"Crew\", 1]\ncolour = \"red\"",
        ),
        ("[upstream]\n", "[upstream]\nsha-256 = \"0\"\n"),
    ]);
    holds(
        &told,
        &[
            "there is no key `keyword`",
            "--> specs/crew/api.toml:5:1",
            "did you mean `keywords`?",
            "the key `keywords` is missing",
            "it is of type integer",
            "--> specs/crew/api.toml:4:15",
            "expected: a string",
            "there is no key `page`",
            "the key `url` is missing",
            "an item is not a string",
            "expected: an array of strings",
            "there is no key `colour`",
            "there is no key `sha-256`",
            "did you mean `sha256`?",
        ],
    );
}

#[test]
fn values_that_cargo_or_the_registry_would_refuse() {
    let all = told(&[
        ("name = \"rolecall-crew\"", "name = \"rolecall crew\""),
        ("version = \"0.1.0\"", "version = \"0.1+7\""),
        (
            "keywords = [\"crew\", \"api\"]",
            "keywords = [\"crew\", \"a b\", \"c\", \"d\", \"e\", \"longer-than-any-keyword\"]",
        ),
        (
            "categories = [\"api-bindings\"]",
            "categories = [\"API bindings\"]",
        ),
        (
            "url = \"https://crew.example.com/docs\"",
            "url = \"crew.example.com\"",
        ),
        ("version = \"7\"", "version = \"7\"\nsha256 = \"abc\""),
    ]);
    holds(
        &all,
        &[
            "`rolecall crew` cannot be used",
            "--> specs/crew/api.toml:2:8",
            "`0.1+7` cannot be used",
            "`a b` cannot be used",
            "`longer-than-any-keyword` cannot be used",
            "there are 6",
            "at most five",
            "`API bindings` cannot be used",
            "`crew.example.com` cannot be used",
            "`abc` cannot be used",
        ],
    );
    let build = told(&[("version = \"0.1.0\"", "version = \"0.1.0+7\"")]);
    holds(
        &build,
        &["`0.1.0+7` cannot be used", "without build metadata"],
    );
}

#[test]
fn a_call_and_a_slice_that_the_description_does_not_have() {
    let all = told(&[
        ("tags = [\"Crew\", \"Pap*\"]", "tags = [\"Crew\", \"Paps\"]"),
        ("page = \"2\"", "pages = \"2\""),
        ("size = 20", "size = \"20\""),
        ("rank = [\"mate\", \"captain\"]", "rank = 2026-01-31"),
    ]);
    holds(
        &all,
        &[
            "error[nothing-to-keep]: `Paps` keeps no operation",
            "error[example-call]: `listCrew` has no parameter `pages`",
            "did you mean `page`?",
            "/example/arguments/size",
            "it is of type datetime",
        ],
    );
    let unknown = told(&[("operation = \"listCrew\"", "operation = \"listCrow\"")]);
    holds(
        &unknown,
        &[
            "there is no operation `listCrow`",
            "did you mean `listCrew`?",
        ],
    );
    let left_out = told(&[("tags = [\"Crew\", \"Pap*\"]", "tags = [\"Papers\"]")]);
    holds(&left_out, &["the slice leaves `listCrew` out"]);
}
