//! Commands that this program does not have are those of `xtask-tools`, which cargo builds and runs.
#![cfg(unix)]

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Output;

use program::program;

#[path = "../../tests/src/program.rs"]
mod program;

/// Runs the program with a cargo that prints what it is asked for, one argument a line, and ends with `code`.
fn run(arguments: &[&str], code: u8) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let cargo = folder.path().join("cargo");
    let script = format!("#!/bin/sh\nprintf '%s\\n' \"$@\"\nexit {code}\n");
    std::fs::write(&cargo, script).unwrap();
    std::fs::set_permissions(&cargo, std::fs::Permissions::from_mode(0o755)).unwrap();
    program(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments)
        .env("CARGO", cargo)
        .output()
        .unwrap()
}

#[test]
fn arguments_and_exit_code_are_handed_on_as_they_are() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let manifest = root.join("Cargo.toml");
    let manifest = manifest.to_str().unwrap();
    let given: [(&[&str], u8); 5] = [
        (&["drift", "--fail-on", "any", "a b.yaml", "--"], 100),
        (&["bench", "client", "--json"], 1),
        (&["help", "generate"], 0),
        (&["--help"], 0),
        (&[], 2),
    ];
    for (arguments, code) in given {
        let output = run(arguments, code);
        let said = String::from_utf8(output.stdout).unwrap();
        let said: Vec<&str> = said.lines().collect();
        let ours = [
            "run",
            "--quiet",
            "--package",
            "xtask-tools",
            "--manifest-path",
            manifest,
            "--",
        ];
        assert_eq!(said, [&ours[..], arguments].concat());
        assert_eq!(output.status.code(), Some(code.into()));
    }
}

#[test]
fn generating_and_checking_need_no_cargo() {
    for arguments in [["generate", "--passes"], ["lint", "--rules"]] {
        let output = run(&arguments, 1);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert!(output.stdout.starts_with(match arguments[0] {
            "generate" => b"pass",
            _ => b"rule",
        }));
    }
}
