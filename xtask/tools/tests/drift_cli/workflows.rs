//! The workflow and the action call what there is.

use rolecall_openapi::load::parse;
use serde_json::Value;

use crate::workspace::{SETTINGS, add, commit, workspace};
use crate::{NEW, drift, home, read};

/// A YAML file with the care of a description: no key twice, no syntax that only some readers take.
fn yaml(path: &str) -> Value {
    let text = read(&home().join("..").join(path));
    let document = parse(path, &format!("openapi: 3.1.0\n{text}"));
    document
        .unwrap_or_else(|problems| panic!("{problems}"))
        .value
}

/// The steps of a workflow or an action, however deep.
fn steps(value: &Value, into: &mut Vec<Value>) {
    for (key, value) in value.as_object().into_iter().flatten() {
        match value {
            Value::Array(steps) if key == "steps" => into.extend(steps.clone()),
            _ => steps(value, into),
        }
    }
}

#[test]
fn every_step_is_whole() {
    for path in [
        ".github/workflows/drift.yml",
        ".github/actions/drift/action.yml",
    ] {
        let mut all = Vec::new();
        steps(&yaml(path), &mut all);
        assert!(!all.is_empty(), "{path}");
        for step in &all {
            assert!(
                step.get("run").is_some() != step.get("uses").is_some(),
                "{path}: {step}"
            );
            // What outsiders may write, a title or a branch, must reach a script as a variable and not as its text.
            let run = step["run"].as_str().unwrap_or_default();
            assert!(!run.contains("${{"), "{path}: {run}");
            if path.contains("actions") && !run.is_empty() {
                assert_eq!(step["shell"], "bash", "{path}: {run}");
            }
        }
    }
}

#[test]
fn the_commands_are_there() {
    let help = drift(&["--help"]).stdout;
    let action = read(&home().join("../.github/actions/drift/action.yml"));
    let flags: Vec<&str> = action
        .lines()
        .filter(|line| line.contains("arguments=") || line.contains("arguments+="))
        .flat_map(|line| line.split([' ', '(', ')', '"']))
        .filter(|word| word.starts_with("--"))
        .collect();
    assert!(flags.len() > 3, "{flags:?}");
    for flag in flags {
        assert!(
            help.contains(&format!("{flag} ")) || help.contains(&format!("{flag}\n")),
            "{flag}"
        );
    }
    let formats: Vec<&str> = action
        .split("--format ")
        .skip(1)
        .filter_map(|rest| rest.split(['=', ' ', ')']).next())
        .collect();
    assert!(formats.len() > 2, "{formats:?}");
    for format in formats {
        let format = format.trim_matches('"');
        let outcome = drift(&["--wire-only", "--format", format, crate::OLD, crate::OLD]);
        assert_eq!(outcome.code, Some(0), "{format}: {outcome:?}");
    }
}

#[test]
fn inputs_and_outputs_are_declared() {
    let action = yaml(".github/actions/drift/action.yml");
    let text = action.to_string();
    let declared = |kind: &str, name: &str| action[kind].get(name).is_some();
    for used in text.split("inputs.").skip(1) {
        let name: String = used
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '-')
            .collect();
        assert!(declared("inputs", &name), "{name}");
    }
    let workflow = yaml(".github/workflows/drift.yml");
    let mut all = Vec::new();
    steps(&workflow, &mut all);
    let calls: Vec<&Value> = all
        .iter()
        .filter(|step| step["uses"] == "./.github/actions/drift")
        .collect();
    assert_eq!(calls.len(), 2, "one for pull requests, one for the vendors");
    for call in calls {
        for name in call["with"].as_object().unwrap().keys() {
            assert!(declared("inputs", name), "{name}");
        }
    }
    for used in workflow.to_string().split("steps.drift.outputs.").skip(1) {
        let name: String = used
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        assert!(declared("outputs", &name), "{name}");
    }
}

/// Runs the step that compares, as a runner does, in a workspace; its exit code, outputs and summary.
#[cfg(unix)]
fn compare(root: &std::path::Path, base: &str) -> (Option<i32>, String, String) {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    // The command of this workspace in the place of `cargo --locked xtask`.
    let shim = format!(
        "#!/bin/sh\nshift 2\nexec '{}' \"$@\" --root '{}' --wire-only\n",
        env!("CARGO_BIN_EXE_xtask-tools"),
        root.display()
    );
    std::fs::write(file("cargo"), shim).unwrap();
    std::fs::set_permissions(file("cargo"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let action = yaml(".github/actions/drift/action.yml");
    let step = &action["runs"]["steps"][0];
    assert_eq!(step["id"], "compare");
    let mut path = std::ffi::OsString::from(folder.path());
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap());
    let output = crate::program::program("bash")
        .args(["--noprofile", "--norc", "-eo", "pipefail", "-c"])
        .arg(step["run"].as_str().unwrap())
        .current_dir(root)
        .env("PATH", path)
        .env("GITHUB_OUTPUT", file("output"))
        .env("GITHUB_STEP_SUMMARY", file("summary"))
        .envs([
            ("BASE", base),
            ("UPSTREAM", "false"),
            ("APIS", "lantern"),
            ("FAIL_ON", "major,breaking"),
        ])
        .env("REPORTS", file("reports"))
        .output()
        .unwrap();
    let text = |name: &str| std::fs::read_to_string(file(name)).unwrap_or_default();
    (output.status.code(), text("output"), text("summary"))
}

#[cfg(unix)]
#[test]
fn the_action_compares() {
    let folder = workspace();
    let root = folder.path();
    commit(root);
    let (code, output, summary) = compare(root, "main");
    assert_eq!(code, Some(0), "{output}");
    assert!(output.contains("status=0\n"), "{output}");
    assert!(summary.contains("## API drift: none"), "{summary}");

    add(root, "lantern", &read(&home().join(NEW)), SETTINGS);
    let (code, output, summary) = compare(root, "main");
    assert_eq!(
        code,
        Some(0),
        "the last step fails, when all is written: {output}"
    );
    assert!(output.contains("status=100\n"), "{output}");
    assert!(output.contains("/reports/drift.md\n"), "{output}");
    assert!(
        summary.starts_with("<!-- rolecall-drift -->\n## API drift: 3 breaking"),
        "{summary}"
    );

    let (code, output, _) = compare(root, "nowhere");
    assert_eq!(code, Some(2), "{output}");
}
