//! Where documents come from, and what is said when they do not come.

use std::path::Path;

use crate::{NEW, OLD, command, drift, drift_in, drift_with, git, home, read};

/// A folder with both fixtures, the old one committed under `main` and the new one in the working tree.
fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("specs/api.yaml");
    std::fs::create_dir_all(folder.path().join("specs")).unwrap();
    std::fs::copy(home().join(OLD), &file).unwrap();
    git(folder.path(), &["init", "-q", "-b", "main"]);
    git(folder.path(), &["add", "."]);
    git(
        folder.path(),
        &["commit", "-q", "-m", "Describe the lantern keepers"],
    );
    std::fs::copy(home().join(NEW), &file).unwrap();
    folder
}

#[test]
fn a_revision_in_git() {
    let folder = repository();
    let from_files = drift(&["--wire-only", "--format", "json", OLD, NEW]);
    for old in [
        "main:specs/api.yaml",
        "HEAD:specs/api.yaml",
        ":specs/api.yaml",
    ] {
        let outcome = drift_in(
            folder.path(),
            &["--wire-only", "--format", "json", old, "specs/api.yaml"],
        );
        assert_eq!(outcome.rules(), from_files.rules(), "{outcome:?}");
        assert_eq!(
            outcome.json()["sections"][0]["comparison"]["old"]["file"],
            old
        );
    }
    let below = folder.path().join("specs");
    let outcome = drift_in(
        &below,
        &[
            "--wire-only",
            "--format",
            "json",
            "HEAD:./api.yaml",
            "api.yaml",
        ],
    );
    assert_eq!(outcome.rules(), from_files.rules(), "{outcome:?}");
}

#[test]
fn standard_input() {
    let mut command = command(&home());
    let outcome = drift_with(
        command.args(["--wire-only", "--format", "json", "-", NEW]),
        &read(&home().join(OLD)),
    );
    assert_eq!(
        outcome.rules(),
        drift(&["--wire-only", "--format", "json", OLD, NEW]).rules()
    );
    assert_eq!(
        outcome.json()["sections"][0]["comparison"]["old"]["file"],
        "<stdin>"
    );
}

/// What is said where a document cannot be had.
fn refused(folder: &Path, arguments: &[&str]) -> String {
    let outcome = drift_in(folder, arguments);
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert_eq!(outcome.stdout, "");
    outcome.stderr
}

#[test]
fn what_cannot_be_read_is_said_with_its_reason() {
    let folder = repository();
    let cases: [&[&str]; 9] = [
        &["gone.yaml", "specs/api.yaml"],
        &["main:gone.yaml", "specs/api.yaml"],
        &["nowhere:specs/api.yaml", "specs/api.yaml"],
        &["main:specs", "specs/api.yaml"],
        &["main:", "specs/api.yaml"],
        &["ftp://h.example/api.yaml", "specs/api.yaml"],
        &["http://h.example/api.yaml?token=x", "specs/api.yaml"],
        &["-", "-"],
        &["specs/api.yaml"],
    ];
    let said: Vec<String> = cases
        .iter()
        .map(|case| {
            format!(
                "$ drift {}\n{}",
                case.join(" "),
                refused(folder.path(), case)
            )
        })
        .collect();
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn outside_of_a_repository() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(home().join(NEW), folder.path().join("api.yaml")).unwrap();
    let mut command = command(folder.path());
    // A repository further up is not this one's.
    let ceiling = folder.path().parent().unwrap().canonicalize().unwrap();
    command.env("GIT_CEILING_DIRECTORIES", ceiling);
    let outcome = drift_with(command.args(["main:api.yaml", "api.yaml"]), "");
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(
        outcome.stderr.contains("not a git repository"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn a_document_that_is_none() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("no.yaml"), "just: text\n").unwrap();
    let new = home().join(NEW);
    let outcome = drift_in(folder.path(), &["no.yaml", new.to_str().unwrap()]);
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stderr.contains("no.yaml"), "{}", outcome.stderr);
}

#[test]
fn only_what_a_client_uses() {
    let rules = |more: &[&str]| {
        let mut arguments = vec!["--wire-only", "--format", "json", OLD, NEW];
        arguments.extend(more);
        let mut rules = drift(&arguments).rules();
        rules.sort();
        rules
    };
    let keeper = [
        "enum-value-added",
        "enum-value-added",
        "optional-property-removed",
    ];
    assert_eq!(rules(&["--operation", "getKeeper"]), keeper);
    assert_eq!(rules(&["--path", "/keepers/*"]), keeper);
    assert_eq!(
        rules(&["--tag", "Lamps"]),
        ["operation-added", "operation-removed"]
    );
    assert_eq!(rules(&["--operation", "listLamps"]), [""; 0]);
    // What is in one of the documents only is compared with nothing.
    assert_eq!(rules(&["--operation", "dimLamp"]), ["operation-added"]);
    let outcome = drift(&["--operation", "getLamp", OLD, NEW]);
    assert_eq!(outcome.code, Some(2));
    insta::assert_snapshot!(outcome.stderr);
}

#[test]
fn an_operation_with_another_tag_or_path_is_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let old = read(&home().join(OLD));
    let file = folder.path().join("new.yaml");
    let rules = |new: String, slice: &[&str]| {
        std::fs::write(&file, new).unwrap();
        let mut arguments = vec![
            "--wire-only",
            "--format",
            "json",
            OLD,
            file.to_str().unwrap(),
        ];
        arguments.extend(slice);
        drift(&arguments).rules()
    };
    let retagged = old.replacen(
        "operationId: getKeeper\n      tags: [Keepers]",
        "operationId: getKeeper\n      tags: [Lamps]",
        1,
    );
    assert_eq!(
        rules(retagged, &["--tag", "Keepers"]),
        ["operation-tag-changed"]
    );
    let moved = old.replacen("  /keepers/{keeperId}:", "  /staff/{keeperId}:", 1);
    assert_eq!(rules(moved, &["--path", "/keepers/*"]), ["operation-moved"]);
}
