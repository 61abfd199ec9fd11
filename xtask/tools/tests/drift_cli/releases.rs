//! What follows from a drift: the version of the crate, the changelog, and the way from release to release.

use std::path::Path;
use std::process::Stdio;

use crate::program::program;
use crate::workspace::{SETTINGS, add, commit, drift_at, workspace};
use crate::{NEW, OLD, drift, drift_with, home, read};

#[test]
fn a_version_that_is_too_low_fails_when_it_is_asked_for() {
    let folder = workspace();
    let root = folder.path();
    commit(root);
    add(root, "lantern", &read(&home().join(NEW)), SETTINGS);
    let fails = |version: &str| {
        add(
            root,
            "lantern",
            &read(&home().join(NEW)),
            &SETTINGS.replace("0.3.1", version),
        );
        let arguments = [
            "--base",
            "main",
            "--wire-only",
            "--level",
            "none",
            "--fail-on",
            "missing-version-bump",
        ];
        drift_at(root, &arguments)
    };
    let low = fails("0.3.1");
    assert_eq!(low.code, Some(100), "{low:?}");
    insta::assert_snapshot!(low.stdout);
    assert_eq!(fails("0.3.9").code, Some(100));
    assert_eq!(fails("0.4.0").code, Some(0));
    assert_eq!(fails("1.0.0").code, Some(0));
}

#[test]
fn an_api_that_did_not_change_is_one_line() {
    let folder = workspace();
    commit(folder.path());
    let outcome = drift_at(folder.path(), &["--base", "main", "--wire-only"]);
    assert_eq!(
        outcome.stdout,
        "lantern: unchanged, 5 operations compared\n"
    );
}

#[test]
fn a_history_compares_each_release_with_the_one_before() {
    let outcome = drift(&["history", "--wire-only", "--format", "json", OLD, NEW, OLD]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let report = outcome.json();
    let names: Vec<&str> = report["sections"]
        .as_array()
        .unwrap()
        .iter()
        .map(|section| section["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            format!("1.4.0 ({OLD}) → 2.0.0 ({NEW})"),
            format!("2.0.0 ({NEW}) → 1.4.0 ({OLD})")
        ]
    );
    assert_eq!(drift(&["history", OLD]).code, Some(2));
}

#[test]
fn a_history_follows_the_revisions_of_an_api() {
    let folder = workspace();
    let root = folder.path();
    commit(root);
    add(root, "lantern", &read(&home().join(NEW)), SETTINGS);
    crate::git(root, &["commit", "-q", "-a", "-m", "Describe the lamps"]);
    let arguments = [
        "history",
        "main~1..main",
        "lantern",
        "--wire-only",
        "--format",
        "json",
    ];
    let outcome = drift_at(root, &arguments);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(!outcome.rules().is_empty());
    assert_eq!(outcome.json()["sections"].as_array().unwrap().len(), 1);
}

#[test]
fn what_looks_renamed_is_told_beside_the_verdicts() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, property: &str| {
        let text = read(&home().join(OLD)).replace("note:", &format!("{property}:"));
        std::fs::write(folder.path().join(name), text).unwrap();
    };
    write("old.yaml", "note");
    write("new.yaml", "notes");
    let arguments = ["--wire-only", "--format", "json", "old.yaml", "new.yaml"];
    let report = crate::drift_in(folder.path(), &arguments).json();
    let findings = report["sections"][0]["findings"].as_array().unwrap();
    let renamed: Vec<&str> = findings
        .iter()
        .filter_map(|finding| finding["renamed"]["other"].as_str())
        .collect();
    assert!(
        renamed.contains(&"notes") && renamed.contains(&"note"),
        "{findings:#?}"
    );
}

/// A workspace with one of our own APIs, and a changelog.
fn ours() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let from = home().join("../specs/klustr");
    let to = folder.path().join("specs/klustr");
    copy(&from, &to);
    let log = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- All of it.\n";
    std::fs::write(folder.path().join("CHANGELOG.md"), log).unwrap();
    commit(folder.path());
    folder
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &target),
            false => std::fs::write(target, std::fs::read(entry.path()).unwrap()).unwrap(),
        }
    }
}

fn update(root: &Path, arguments: &[&str]) -> crate::Outcome {
    let mut command = program(env!("CARGO_BIN_EXE_xtask-tools"));
    command
        .arg("update")
        .args(arguments)
        .args(["--root", root.to_str().unwrap(), "--today", "2030-01-31"])
        .current_dir(root)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    drift_with(&mut command, "")
}

#[test]
fn an_update_sets_the_version_notes_it_and_generates() {
    let folder = ours();
    let root = folder.path();
    let spec = root.join("specs/klustr/openapi.yaml");
    let changed = read(&spec).replacen("summary: ", "summary: Really ", 1);
    std::fs::write(root.join("changed.yaml"), &changed).unwrap();
    let before = read(&spec);
    let dry = update(root, &["klustr", "--from", "changed.yaml", "--dry-run"]);
    assert_eq!(dry.code, Some(0), "{dry:?}");
    assert!(
        dry.stderr
            .contains("would change specs/klustr/openapi.yaml"),
        "{dry:?}"
    );
    assert_eq!(read(&spec), before);

    let outcome = update(root, &["klustr", "--from", "changed.yaml"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(read(&spec), changed);
    assert!(read(&root.join("specs/klustr/api.toml")).contains("version = \"0.1.1\""));
    let log = read(&root.join("CHANGELOG.md"));
    assert!(
        log.contains("### Changed\n\n- `rolecall-klustr` 0.1.1"),
        "{log}"
    );
    assert!(read(&root.join("crates/klustr/Cargo.toml")).contains("version = \"0.1.1"));
    assert!(outcome.stderr.contains("read: git diff"), "{outcome:?}");
}

#[test]
fn an_update_that_cannot_be_generated_leaves_everything_as_it_was() {
    let folder = ours();
    let root = folder.path();
    let spec = root.join("specs/klustr/openapi.yaml");
    let before = read(&spec);
    // A description of the vendor's that lacks what ours must say.
    std::fs::copy(home().join(NEW), root.join("changed.yaml")).unwrap();
    let outcome = update(root, &["klustr", "--from", "changed.yaml", "--wire-only"]);
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert_eq!(read(&spec), before);
    assert!(read(&root.join("specs/klustr/api.toml")).contains("version = \"0.1.0\""));
    assert!(!root.join("crates").exists());
}
