//! Every format of the same two documents, and where it goes.

use std::io::Read as _;

use rolecall_openapi::validate::validate;
use serde_json::Value;

use crate::{NEW, OLD, command, drift, drift_with, home, read};

fn rendered(format: &str) -> String {
    let outcome = drift(&["--wire-only", "--format", format, OLD, NEW]);
    assert_eq!(outcome.code, Some(100), "{outcome:?}");
    assert_eq!(outcome.stderr, "");
    outcome.stdout
}

#[test]
fn terminal() {
    let plain = rendered("terminal");
    assert!(!plain.contains('\x1b'), "a pipe gets no control sequences");
    insta::assert_snapshot!(plain);
}

#[test]
fn terminal_with_colours() {
    let outcome = drift(&[
        "--wire-only",
        "--color",
        "always",
        "--level",
        "breaking",
        OLD,
        NEW,
    ]);
    insta::assert_snapshot!(outcome.stdout.replace('\x1b', "␛"));
    let never = drift(&["--wire-only", "--color", "never", OLD, NEW]);
    assert!(!never.stdout.contains('\x1b'));
}

#[test]
fn terminal_keeps_to_the_width() {
    let mut command = command(&home());
    let narrow = drift_with(
        command.env("COLUMNS", "60").args(["--wire-only", OLD, NEW]),
        "",
    );
    // A word that is longer stays whole.
    let long = |line: &&str| line.chars().count() > 60 && line.trim().contains(' ');
    assert_eq!(narrow.stdout.lines().find(long), None);
    assert!(narrow.stdout.lines().count() > rendered("terminal").lines().count());
}

#[test]
fn markdown() {
    insta::assert_snapshot!(rendered("markdown"));
}

#[test]
fn markdown_fits_into_a_comment() {
    let folder = tempfile::tempdir().unwrap();
    let many = |gone: bool| {
        let paths: String = (0..600)
            .map(|n| {
                // The new operations come first by path, and the old ones are what matters.
                let method = if gone { "get" } else { "put" };
                format!(
                    "  /a{n}-{}:\n    {method}:\n      responses: {{}}\n",
                    "long".repeat(20)
                )
            })
            .collect();
        format!("openapi: 3.0.3\ninfo: {{title: t, version: '1'}}\npaths:\n{paths}")
    };
    std::fs::write(folder.path().join("old.yaml"), many(false)).unwrap();
    std::fs::write(folder.path().join("new.yaml"), many(true)).unwrap();
    let outcome = crate::drift_in(
        folder.path(),
        &[
            "--wire-only",
            "--format",
            "markdown",
            "old.yaml",
            "new.yaml",
        ],
    );
    assert!(outcome.stdout.len() < 65_536, "{}", outcome.stdout.len());
    let tail = outcome.stdout.lines().last().unwrap();
    let shown = outcome.stdout.matches("\n- ").count();
    assert_eq!(
        tail,
        format!(
            "… and {} findings more; the other formats hold all of them.",
            1200 - shown
        )
    );
    assert_eq!(
        outcome.stdout.matches("<details").count(),
        outcome.stdout.matches("</details>").count()
    );
}

#[test]
fn json() {
    let text = rendered("json");
    insta::assert_snapshot!(text);
    let report: Value = serde_json::from_str(&text).unwrap();
    let schema: Value = serde_json::from_str(&drift(&["schema"]).stdout).unwrap();
    assert_eq!(validate(&schema, &schema, &report), []);
    let mut wrong = report;
    wrong["sections"][0]["findings"][0]["wire"] = "fine".into();
    assert_ne!(validate(&schema, &schema, &wrong), []);
}

#[test]
fn the_published_schema_is_fresh() {
    let published = read(&home().join("../docs/schemas/drift.schema.json"));
    let remedy = "run `cargo xtask drift schema > docs/schemas/drift.schema.json`";
    assert!(published == drift(&["schema"]).stdout, "{remedy}");
}

/// What is wrong with a log by the schema of the standard.
fn faults_of_sarif(log: &Value) -> Vec<String> {
    let schema = read(&home().join("fixtures/sarif/sarif-schema-2.1.0.json"));
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let faults = validate(&schema, &schema, log);
    faults.iter().map(|fault| format!("{fault:?}")).collect()
}

#[test]
fn sarif() {
    let text = rendered("sarif");
    insta::assert_snapshot!(text);
    let log: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(faults_of_sarif(&log), [""; 0]);
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        let place = &result["locations"][0]["physicalLocation"];
        assert!(place["region"]["startLine"].as_u64().unwrap() > 0);
        assert_eq!(place["artifactLocation"]["uri"], NEW);
        let other = &result["relatedLocations"][0]["physicalLocation"];
        assert_eq!(other["artifactLocation"]["uri"], OLD);
        assert_eq!(
            result["partialFingerprints"]["rolecallDrift/v1"]
                .as_str()
                .unwrap()
                .len(),
            16
        );
    }
    let mut wrong = log;
    wrong["runs"][0]["results"][0]["colour"] = "red".into();
    assert_ne!(faults_of_sarif(&wrong), [""; 0], "the schema is held to");
}

#[test]
fn sarif_tells_what_is_accepted_and_what_has_expired() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ignore.toml");
    std::fs::write(&file, crate::policy::ignoring_the_removal("2030-01-31")).unwrap();
    let with = |today: &str| {
        let file = file.to_str().unwrap();
        let arguments = [
            "--wire-only",
            "--format",
            "sarif",
            "--show-ignored",
            "--ignore",
            file,
            "--today",
            today,
            OLD,
            NEW,
        ];
        let log: Value = serde_json::from_str(&drift(&arguments).stdout).unwrap();
        assert_eq!(faults_of_sarif(&log), [""; 0]);
        log["runs"][0].clone()
    };
    let accepted = with("2030-01-31");
    let results = accepted["results"].as_array().unwrap();
    let suppressed: Vec<&Value> = results
        .iter()
        .filter(|r| !r["suppressions"].is_null())
        .collect();
    assert_eq!(suppressed.len(), 1);
    assert_eq!(suppressed[0]["ruleId"], "operation-removed");
    assert_eq!(suppressed[0]["suppressions"][0]["status"], "accepted");
    let expired = with("2030-02-01");
    assert!(
        expired["results"]
            .as_array()
            .unwrap()
            .iter()
            .all(|r| r["suppressions"].is_null())
    );
    let said = &expired["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"];
    assert!(
        said.as_str().unwrap().contains("expired on 2030-01-31"),
        "{said}"
    );
}

#[test]
fn github() {
    let text = rendered("github");
    insta::assert_snapshot!(text);
    for line in text.lines() {
        let command = ["::error file=", "::warning file=", "::notice file="];
        assert!(
            command.iter().any(|start| line.starts_with(start)),
            "{line}"
        );
        assert!(!line.contains('\x1b'));
    }
}

#[test]
fn junit() {
    let text = rendered("junit");
    insta::assert_snapshot!(text);
    let document = roxmltree::Document::parse(&text).unwrap();
    let count = |name: &str| {
        document
            .descendants()
            .filter(|node| node.has_tag_name(name))
            .count()
    };
    let said = |name: &str| {
        document
            .root_element()
            .attribute(name)
            .unwrap()
            .parse::<usize>()
            .unwrap()
    };
    assert_eq!(
        (count("testcase"), count("failure"), count("skipped")),
        (said("tests"), said("failures"), said("skipped"))
    );
    let same = drift(&["--wire-only", "--format", "junit", OLD, OLD]);
    assert_eq!(same.code, Some(0));
    assert!(
        same.stdout.contains("<testcase name=\"no differences\""),
        "{}",
        same.stdout
    );
}

#[test]
fn html() {
    let text = rendered("html");
    insta::assert_snapshot!(text);
    for outside in ["src=", "href=", "@import", "url("] {
        assert!(!text.contains(outside), "the page needs {outside}");
    }
    assert_eq!(text.matches("<script").count(), 1);
    assert_eq!(
        text.matches("<article").count(),
        7,
        "everything is there without the script"
    );
    for tag in [
        "section", "article", "table", "details", "dl", "form", "main", "p", "code", "ul",
    ] {
        let open =
            text.matches(&format!("<{tag}>")).count() + text.matches(&format!("<{tag} ")).count();
        assert_eq!(open, text.matches(&format!("</{tag}>")).count(), "{tag}");
    }
}

#[test]
fn several_formats_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let sarif = format!("sarif={}", file("drift.sarif").display());
    let page = format!("html={}", file("new/drift.html").display());
    let outcome = drift(&[
        "--wire-only",
        "--format",
        &sarif,
        "--format",
        "github",
        "--format",
        &page,
        OLD,
        NEW,
    ]);
    assert_eq!(outcome.code, Some(100), "{outcome:?}");
    assert_eq!(read(&file("drift.sarif")), rendered("sarif"));
    assert_eq!(read(&file("new/drift.html")), rendered("html"));
    assert_eq!(outcome.stdout, rendered("github"));
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 2, "nothing half-written stays");
}

#[test]
fn a_file_for_the_format_without_one() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("drift.json");
    let outcome = drift(&[
        "--wire-only",
        "--format",
        "json",
        "-o",
        file.to_str().unwrap(),
        OLD,
        NEW,
    ]);
    assert_eq!(outcome.stdout, "");
    assert_eq!(read(&file), rendered("json"));
}

#[test]
fn two_formats_cannot_share_a_place() {
    let outcome = drift(&["--format", "json", "--format", "sarif", OLD, NEW]);
    assert_eq!(outcome.code, Some(2));
    insta::assert_snapshot!(outcome.stderr);
    let unknown = drift(&["--format", "pdf", OLD, NEW]);
    assert_eq!(unknown.code, Some(2));
    assert!(
        unknown.stderr.contains("there is no format `pdf`"),
        "{}",
        unknown.stderr
    );
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    // More than a pipe holds, so that the rest has nowhere to go.
    let mut child = command(&home()).args(["rules", "--json"]).spawn().unwrap();
    let mut first = [0; 1];
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut first).unwrap();
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn the_rules() {
    let table = drift(&["rules"]).stdout;
    let rules: Value = serde_json::from_str(&drift(&["rules", "--json"]).stdout).unwrap();
    let rules = rules.as_array().unwrap();
    assert_eq!(table.lines().count(), rules.len() + 1);
    for rule in rules {
        let id = rule["id"].as_str().unwrap();
        assert!(
            table
                .lines()
                .any(|line| line.starts_with(&format!("{id} "))),
            "{id}"
        );
    }
    let removed = rules
        .iter()
        .find(|rule| rule["id"] == "operation-removed")
        .unwrap();
    assert_eq!(removed["wire"]["operation"], "breaking");
    assert_eq!(removed["api"], "major");
}
