//! `drift --base`: our descriptions at a revision against the working tree.

use std::path::Path;

use crate::{NEW, OLD, Outcome, drift_in, git, home, read};

pub const SETTINGS: &str = "\
[crate]
name = \"rolecall-lantern\"
version = \"0.3.1\"
description = \"Client for lantern keepers\"
keywords = []
categories = []

[docs]
url = \"https://lantern.example\"
";

/// A workspace with one API, `lantern`, as the old fixture describes it.
pub fn workspace() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    add(folder.path(), "lantern", &read(&home().join(OLD)), SETTINGS);
    folder
}

/// Adds an API to a workspace.
pub fn add(root: &Path, name: &str, description: &str, settings: &str) {
    let folder = root.join("specs").join(name);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("openapi.yaml"), description).unwrap();
    std::fs::write(folder.join("api.toml"), settings).unwrap();
}

/// Commits the whole workspace under `main`.
pub fn commit(root: &Path) {
    git(root, &["init", "-q", "-b", "main"]);
    git(root, &["add", "."]);
    git(
        root,
        &["commit", "-q", "-m", "Describe the lantern keepers"],
    );
}

pub fn drift_at(root: &Path, arguments: &[&str]) -> Outcome {
    let mut all = arguments.to_vec();
    all.extend(["--root", root.to_str().unwrap(), "--today", "2030-01-31"]);
    drift_in(root, &all)
}

#[test]
fn what_changed_since_a_revision() {
    let folder = workspace();
    let root = folder.path();
    add(root, "attic", &read(&home().join(OLD)), SETTINGS);
    commit(root);
    let clean = drift_at(root, &["--base", "main", "--wire-only", "--fail-on", "any"]);
    assert_eq!(clean.code, Some(0), "{clean:?}");

    add(root, "lantern", &read(&home().join(NEW)), SETTINGS);
    std::fs::remove_dir_all(root.join("specs/attic")).unwrap();
    add(root, "cellar", &read(&home().join(OLD)), SETTINGS);
    let outcome = drift_at(
        root,
        &["--base", "main", "--wire-only", "--level", "breaking"],
    );
    assert_eq!(outcome.code, Some(100));
    insta::assert_snapshot!(outcome.stdout);

    let one = drift_at(
        root,
        &[
            "--base",
            "main",
            "--wire-only",
            "--format",
            "json",
            "cellar",
        ],
    );
    assert_eq!(one.code, Some(0), "an API that is new is no drift: {one:?}");
    let sections = one.json()["sections"].clone();
    assert_eq!(sections.as_array().unwrap().len(), 1);
    assert_eq!(sections[0]["state"], "added");
    let all = drift_at(root, &["--base", "HEAD", "--wire-only", "--format", "json"]).json();
    assert_eq!(all["sections"][0]["state"], "removed");
    assert_eq!(all["sections"][2]["comparison"]["bump"]["from"], "0.3.1");
    assert_eq!(all["sections"][2]["comparison"]["bump"]["to"], "0.4.0");
    assert_eq!(all["sections"][2]["declared"], "0.3.1");
    assert!(
        outcome
            .stdout
            .contains("crate: major: 0.3.1 becomes 0.4.0; api.toml has 0.3.1")
    );
    add(
        root,
        "lantern",
        &read(&home().join(NEW)),
        &SETTINGS.replace("0.3.1", "0.4.0"),
    );
    let raised = drift_at(
        root,
        &[
            "--base",
            "main",
            "--wire-only",
            "--level",
            "none",
            "lantern",
        ],
    );
    assert!(
        raised
            .stdout
            .contains("0.3.1 becomes 0.4.0, which api.toml has"),
        "{}",
        raised.stdout
    );
}

#[test]
fn a_slice_limits_the_comparison() {
    let folder = workspace();
    let root = folder.path();
    let sliced = format!("{SETTINGS}\n[slice]\ntags = [\"Lamps\"]\n");
    add(root, "lantern", &read(&home().join(OLD)), &sliced);
    commit(root);
    add(root, "lantern", &read(&home().join(NEW)), &sliced);
    let rules = |arguments: &[&str]| {
        let mut all = vec!["--base", "main", "--wire-only", "--format", "json"];
        all.extend(arguments);
        drift_at(root, &all).rules()
    };
    assert_eq!(rules(&[]), ["operation-removed", "operation-added"]);
    // What is asked for replaces what api.toml says.
    assert_eq!(
        rules(&["--operation", "listKeepers"]).first().unwrap(),
        "max-length-lowered"
    );
}

#[test]
fn what_is_not_there_at_either_side() {
    let folder = workspace();
    let root = folder.path();
    commit(root);
    let api = drift_at(root, &["--base", "main", "cellar"]);
    assert_eq!(api.code, Some(2));
    assert!(
        api.stderr
            .contains("there is no `cellar`, neither here nor in `main`"),
        "{}",
        api.stderr
    );
    for revision in ["nowhere", "--help-me", ""] {
        let outcome = drift_at(root, &[&format!("--base={revision}")]);
        assert_eq!(outcome.code, Some(2), "{outcome:?}");
    }
    let gone = drift_at(root, &["--base", "nowhere"]);
    assert!(
        gone.stderr
            .contains("git said: fatal: Not a valid object name nowhere"),
        "{}",
        gone.stderr
    );
}

#[test]
fn one_bad_description_does_not_hide_the_others() {
    let folder = workspace();
    let root = folder.path();
    add(root, "cellar", &read(&home().join(OLD)), SETTINGS);
    commit(root);
    add(root, "cellar", "openapi: 3.0.3\ninfo: [\n", SETTINGS);
    add(root, "lantern", &read(&home().join(NEW)), SETTINGS);
    let outcome = drift_at(root, &["--base", "main", "--wire-only", "--format", "json"]);
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(outcome.stderr.contains("cellar"), "{}", outcome.stderr);
    assert_eq!(outcome.json()["sections"][0]["name"], "lantern");
    assert_eq!(outcome.json()["failed"], true);
}

#[test]
fn verdicts_of_one_api() {
    let folder = workspace();
    let root = folder.path();
    add(root, "cellar", &read(&home().join(OLD)), SETTINGS);
    commit(root);
    for api in ["cellar", "lantern"] {
        add(root, api, &read(&home().join(NEW)), SETTINGS);
    }
    let setting = |verdict: &str| {
        format!("[rules.operation-removed]\nwire = \"{verdict}\"\nreason = \"r\"\n")
    };
    std::fs::write(root.join("drift.toml"), setting("dangerous")).unwrap();
    std::fs::write(root.join("specs/cellar/drift.toml"), setting("compatible")).unwrap();
    let report = drift_at(root, &["--base", "main", "--wire-only", "--format", "json"]).json();
    let verdict = |section: usize| {
        let findings = report["sections"][section]["findings"].as_array().unwrap();
        let removed = findings
            .iter()
            .find(|f| f["rule"] == "operation-removed")
            .unwrap();
        removed["wire"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        (verdict(0), verdict(1)),
        ("compatible".to_owned(), "dangerous".to_owned())
    );
}
