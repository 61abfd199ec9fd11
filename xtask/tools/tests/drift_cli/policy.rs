//! What a project makes of findings: thresholds, verdicts of its own, and findings that it accepts.

use std::path::Path;

use crate::{NEW, OLD, drift, drift_in, home};

/// The fingerprint of `lightLamp`, which is gone.
const REMOVAL: &str = "6e1915b126c59fb3";

/// An ignore file for one of the three breaking findings.
pub fn ignoring_the_removal(expires: &str) -> String {
    format!(
        "[[ignore]]\nfingerprint = \"{REMOVAL}\"\nreason = \"Nobody lights lamps any more\"\nowner = \"keepers\"\n\
         expires = {expires}\n"
    )
}

#[test]
fn each_threshold() {
    let code =
        |fail_on: &str, new: &str| drift(&["--wire-only", "--fail-on", fail_on, OLD, new]).code;
    for level in [
        "breaking",
        "dangerous",
        "major",
        "minor",
        "any",
        "none,breaking",
        "dangerous,major",
    ] {
        // `none` says that nothing fails, whatever stands beside it.
        let expected = if level.contains("none") { 0 } else { 100 };
        assert_eq!(code(level, NEW), Some(expected), "{level}");
        assert_eq!(code(level, OLD), Some(0), "{level}");
    }
    assert_eq!(code("none", NEW), Some(0));
    assert_eq!(code("awful", NEW), Some(2));
}

#[test]
fn a_threshold_looks_at_its_own_verdict() {
    let folder = tempfile::tempdir().unwrap();
    let new = folder.path().join("new.yaml");
    let old = crate::read(&home().join(OLD));
    let code = |text: String, fail_on: &str| {
        std::fs::write(&new, text).unwrap();
        drift(&[
            "--wire-only",
            "--fail-on",
            fail_on,
            OLD,
            new.to_str().unwrap(),
        ])
        .code
    };
    // One value more in an answer: dangerous on the wire, minor in the crate.
    let value = old.replace("enum: [dusk, dawn]", "enum: [dusk, dawn, noon]");
    for (level, expected) in [
        ("breaking", 0),
        ("dangerous", 100),
        ("major", 0),
        ("minor", 100),
        ("any", 100),
    ] {
        assert_eq!(code(value.clone(), level), Some(expected), "{level}");
    }
    // Another name for a method: nothing on the wire, major in the crate.
    let name = old.replace("operationId: listLamps", "operationId: allLamps");
    for (level, expected) in [("dangerous", 0), ("major", 100), ("any", 100)] {
        assert_eq!(code(name.clone(), level), Some(expected), "{level}");
    }
}

#[test]
fn a_level_hides_and_counts_all_the_same() {
    let report = drift(&[
        "--wire-only",
        "--level",
        "breaking",
        "--format",
        "json",
        OLD,
        NEW,
    ]);
    assert_eq!(report.rules().len(), 3);
    assert_eq!(
        report.json()["sections"][0]["comparison"]["wire"]["dangerous"],
        3
    );
    let none = drift(&["--wire-only", "--level", "none", OLD, NEW]);
    assert_eq!(none.code, Some(100));
    insta::assert_snapshot!(none.stdout);
}

/// Both fixtures beside files of the project.
fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(home().join(OLD), folder.path().join("old.yaml")).unwrap();
    std::fs::copy(home().join(NEW), folder.path().join("new.yaml")).unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn compared(folder: &Path, more: &[&str]) -> crate::Outcome {
    let mut arguments = vec![
        "--wire-only",
        "--today",
        "2030-01-31",
        "old.yaml",
        "new.yaml",
    ];
    arguments.extend(more);
    drift_in(folder, &arguments)
}

#[test]
fn verdicts_of_the_project() {
    let settings = "[rules.required-property-added]\nwire = \"compatible\"\nreason = \"The service fills it in\"\n\n\
                    [rules.enum-value-added]\nwire = \"breaking\"\nreason = \"Our enums are closed\"\n";
    let folder = project(&[("drift.toml", settings)]);
    let outcome = compared(folder.path(), &["--format", "json"]);
    let report = outcome.json();
    let findings = report["sections"][0]["findings"].as_array().unwrap();
    let of = |rule: &str| findings.iter().find(|f| f["rule"] == rule).unwrap();
    assert_eq!(of("required-property-added")["wire"], "compatible");
    assert_eq!(
        of("required-property-added")["overridden"]["from"],
        "breaking"
    );
    assert_eq!(of("enum-value-added")["wire"], "breaking");
    assert_eq!(
        of("enum-value-added")["overridden"]["reason"],
        "Our enums are closed"
    );
    // What is worst stays first.
    let verdicts: Vec<&str> = findings
        .iter()
        .map(|f| f["wire"].as_str().unwrap())
        .collect();
    let breaking = verdicts
        .iter()
        .take_while(|verdict| **verdict == "breaking")
        .count();
    assert_eq!(breaking, 4, "{verdicts:?}");
    assert_eq!(report["sections"][0]["comparison"]["wire"]["breaking"], 4);
}

#[test]
fn an_accepted_finding_is_counted_and_not_shown() {
    let ignore = ignoring_the_removal("2030-01-31");
    let folder = project(&[("drift-ignore.toml", &ignore)]);
    let outcome = compared(folder.path(), &["--operation", "lightLamp"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    insta::assert_snapshot!(outcome.stdout);
    let shown = compared(
        folder.path(),
        &["--operation", "lightLamp", "--show-ignored"],
    );
    let line =
        "accepted until 2030-01-31 by keepers: Nobody lights lamps any more (drift-ignore.toml:2)";
    assert!(
        shown.stdout.replace("\n        ", " ").contains(line),
        "{}",
        shown.stdout
    );
    let report = compared(folder.path(), &["--format", "json"]).json();
    assert_eq!(report["sections"][0]["comparison"]["accepted"], 1);
    assert_eq!(report["failed"], true, "the other two are not accepted");
}

#[test]
fn an_entry_that_has_expired_fails() {
    let folder = project(&[("drift-ignore.toml", &ignoring_the_removal("2030-01-30"))]);
    let outcome = compared(folder.path(), &["--operation", "lightLamp"]);
    assert_eq!(outcome.code, Some(100));
    insta::assert_snapshot!(outcome.stderr);
    // Even where nothing else would: a decision that nobody looks after is worth a failure.
    let other = compared(folder.path(), &["--operation", "listLamps"]);
    assert_eq!(other.code, Some(100), "{other:?}");
    assert!(
        other.stdout.contains("failed: 1 entry has expired"),
        "{}",
        other.stdout
    );
    let none = compared(
        folder.path(),
        &["--operation", "listLamps", "--fail-on", "none"],
    );
    assert_eq!(none.code, Some(0));
}

#[test]
fn an_entry_without_a_finding_warns() {
    let entry = ignoring_the_removal("2031-01-01").replace(REMOVAL, "0123456789abcdef");
    let folder = project(&[("drift-ignore.toml", &entry)]);
    let outcome = compared(folder.path(), &["--fail-on", "none"]);
    assert_eq!(outcome.code, Some(0));
    assert_eq!(
        outcome.stderr,
        "warning: drift-ignore.toml:2: no finding has the fingerprint 0123456789abcdef: remove the entry\n"
    );
    // Of a part nothing follows for the whole.
    let part = compared(
        folder.path(),
        &["--fail-on", "none", "--operation", "listLamps"],
    );
    assert_eq!(part.stderr, "");
}

#[test]
fn bad_files() {
    let entry = ignoring_the_removal("2031-01-01");
    let cases = [
        (
            "drift-ignore.toml",
            entry.replace("expires = 2031-01-01\n", ""),
        ),
        ("drift-ignore.toml", entry.replace("2031-01-01", "\"soon\"")),
        (
            "drift-ignore.toml",
            entry.replace("2031-01-01", "2031-01-01T10:00:00"),
        ),
        ("drift-ignore.toml", entry.replace(REMOVAL, "light")),
        ("drift-ignore.toml", entry.replace("keepers", " ")),
        ("drift-ignore.toml", format!("{entry}{entry}")),
        ("drift-ignore.toml", "[[ignore]\n".to_owned()),
        (
            "drift.toml",
            "[rules.nothing]\nwire = \"breaking\"\nreason = \"r\"\n".to_owned(),
        ),
        (
            "drift.toml",
            "[rules.enum-value-added]\nwire = \"bad\"\nreason = \"r\"\n".to_owned(),
        ),
        (
            "drift.toml",
            "[rules.enum-value-added]\nwire = \"breaking\"\n".to_owned(),
        ),
        (
            "drift.toml",
            "[rules.enum-value-added]\nwire = \"breaking\"\nreason = \"\"\n".to_owned(),
        ),
    ];
    let said = cases.map(|(name, text)| {
        let folder = project(&[(name, &text)]);
        let outcome = compared(folder.path(), &[]);
        assert_eq!(outcome.code, Some(2), "{outcome:?}");
        format!("{text}---\n{}", outcome.stderr)
    });
    insta::assert_snapshot!(said.join("\n"));
    let folder = project(&[]);
    let gone = compared(folder.path(), &["--ignore", "gone.toml"]);
    assert_eq!(gone.code, Some(2), "{gone:?}");
}

#[test]
fn what_the_documentation_shows_is_read() {
    let text = crate::read(&home().join("../docs/drift.md"));
    let examples: Vec<&str> = text
        .split("```toml\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect();
    let about = |key: &str| examples.iter().find(|text| text.starts_with(key)).unwrap();
    rolecall_drift::deviations::Deviations::parse("docs", about("[[deviation]]")).unwrap();
    let folder = project(&[
        ("drift.toml", about("[rules")),
        ("drift-ignore.toml", about("[[ignore]]")),
    ]);
    let outcome = compared(folder.path(), &["--fail-on", "none"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    for (name, _) in rolecall_drift::report::format::FORMATS {
        assert!(
            text.contains(&format!("| `{name}` | ")),
            "docs/drift.md does not list {name}"
        );
    }
}
