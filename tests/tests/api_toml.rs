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

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    insta::assert_snapshot!(told(&[("[docs]", "[docs")]));
}

#[test]
fn keys_that_are_unknown_missing_or_of_another_form() {
    insta::assert_snapshot!(told(&[
        (
            "keywords = [\"crew\", \"api\"]",
            "keyword = [\"crew\", \"api\"]"
        ),
        ("description = \"Client for the crew\"", "description = 7"),
        (
            "url = \"https://crew.example.com/docs\"",
            "page = \"https://crew.example.com/docs\""
        ),
        (
            "tags = [\"Crew\", \"Pap*\"]",
            "tags = [\"Crew\", 1]\ncolour = \"red\""
        ),
        ("[upstream]\n", "[upstream]\nsha-256 = \"0\"\n"),
    ]));
}

#[test]
fn values_that_cargo_or_the_registry_would_refuse() {
    insta::assert_snapshot!(told(&[
        ("name = \"rolecall-crew\"", "name = \"rolecall crew\""),
        ("version = \"0.1.0\"", "version = \"0.1+7\""),
        (
            "keywords = [\"crew\", \"api\"]",
            "keywords = [\"crew\", \"a b\", \"c\", \"d\", \"e\", \"longer-than-any-keyword\"]"
        ),
        (
            "categories = [\"api-bindings\"]",
            "categories = [\"API bindings\"]"
        ),
        (
            "url = \"https://crew.example.com/docs\"",
            "url = \"crew.example.com\""
        ),
        ("version = \"7\"", "version = \"7\"\nsha256 = \"abc\""),
    ]));
    let build = told(&[("version = \"0.1.0\"", "version = \"0.1.0+7\"")]);
    assert!(build.contains("without build metadata"), "{build}");
}

#[test]
fn a_call_and_a_slice_that_the_description_does_not_have() {
    insta::assert_snapshot!(told(&[
        ("tags = [\"Crew\", \"Pap*\"]", "tags = [\"Crew\", \"Paps\"]"),
        ("page = \"2\"", "pages = \"2\""),
        ("size = 20", "size = \"20\""),
        ("rank = [\"mate\", \"captain\"]", "rank = 2026-01-31"),
    ]));
    insta::assert_snapshot!(
        "unknown-operation",
        told(&[("operation = \"listCrew\"", "operation = \"listCrow\"")])
    );
    let left_out = told(&[("tags = [\"Crew\", \"Pap*\"]", "tags = [\"Papers\"]")]);
    assert!(
        left_out.contains("the slice leaves `listCrew` out"),
        "{left_out}"
    );
}
