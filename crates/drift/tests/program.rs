//! The stand-alone program from the outside.

use std::path::Path;
use std::process::Command;

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/drift_cli");
    let output = Command::new(env!("CARGO_BIN_EXE_rolecall-drift"))
        .args(arguments)
        .args(["--today", "2030-01-31"])
        .current_dir(fixtures)
        .env_remove("COLUMNS")
        .output()
        .expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn two_documents_are_compared_in_every_format() {
    for (format, _) in rolecall_drift::report::format::FORMATS {
        let (code, stdout, stderr) =
            run(&["old.yaml", "new.yaml", "--wire-only", "--format", format]);
        assert_eq!((code, stderr.as_str()), (Some(100), ""), "{format}");
        assert!(
            stdout.contains("required-property-added"),
            "{format}: {stdout}"
        );
    }
    let (code, stdout, _) = run(&["old.yaml", "old.yaml"]);
    assert_eq!(code, Some(0));
    assert!(stdout.starts_with("old.yaml: unchanged"), "{stdout}");
}

#[test]
fn a_report_goes_to_its_file() {
    let folder = std::env::temp_dir().join(format!("rolecall-drift-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("drift.json");
    let target = format!("json={}", file.display());
    let arguments = [
        "old.yaml",
        "new.yaml",
        "--wire-only",
        "--fail-on",
        "none",
        "--format",
        &target,
    ];
    assert_eq!(run(&arguments).0, Some(0));
    let report = std::fs::read_to_string(&file).expect("the report");
    assert!(report.starts_with('{') && report.ends_with("}\n"));
    let left = std::fs::read_dir(&folder).expect("the folder").count();
    assert_eq!(left, 1, "nothing but the report is there");
    std::fs::remove_dir_all(&folder).expect("it can be removed");
}

#[test]
fn bad_usage_is_told_with_what_to_do() {
    for arguments in [
        &["old.yaml"][..],
        &["old.yaml", "missing.yaml"],
        &["old.yaml", "new.yaml", "--fail-on", "nothing"],
        &["old.yaml", "new.yaml", "--fail-on", "missing-version-bump"],
        &["old.yaml", "new.yaml", "--format", "pdf"],
        &["old.yaml", "new.yaml", "--unknown"],
        &["-", "-"],
    ] {
        let (code, stdout, stderr) = run(arguments);
        assert_eq!(
            (code, stdout.as_str()),
            (Some(2), ""),
            "{arguments:?}: {stderr}"
        );
        assert!(!stderr.is_empty());
    }
    let (code, help, _) = run(&["--help"]);
    assert_eq!(code, Some(0));
    for flag in [
        "--format",
        "--fail-on",
        "--level",
        "--wire-only",
        "--ignore",
        "--config",
        "--tag",
    ] {
        assert!(help.contains(flag), "{flag}");
    }
    assert!(run(&["rules"]).1.contains("union-overlap"));
    assert!(run(&["schema"]).1.contains("\"$schema\""));
}
