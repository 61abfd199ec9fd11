//! `cargo xtask drift` from the outside: what goes in, what comes out, and with which exit code.
//!
//! To see what changed in a report: `INSTA_UPDATE=always cargo test -p xtask-tools --test drift_cli`, then look at the diff.

mod environment;
mod formats;
mod inputs;
mod policy;
#[path = "../../../../tests/src/program.rs"]
mod program;
mod releases;
mod server;
mod text;
mod upstream;
mod workflows;
mod workspace;

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use program::program;

/// Where the tests run, so that reports name files in the same way everywhere.
fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests")
}

const OLD: &str = "fixtures/drift_cli/old.yaml";
const NEW: &str = "fixtures/drift_cli/new.yaml";

/// What a run came to.
#[derive(Debug)]
struct Outcome {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Outcome {
    /// The report in the JSON format.
    fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The rules of the findings that are shown.
    fn rules(&self) -> Vec<String> {
        let report = self.json();
        let sections = report["sections"].as_array().unwrap();
        let findings = sections
            .iter()
            .flat_map(|s| s["findings"].as_array().unwrap());
        findings
            .map(|f| f["rule"].as_str().unwrap().to_owned())
            .collect()
    }
}

fn command(folder: &Path) -> Command {
    let mut command = program(env!("CARGO_BIN_EXE_xtask-tools"));
    command
        .arg("drift")
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs the command in a folder.
fn drift_in(folder: &Path, arguments: &[&str]) -> Outcome {
    drift_with(command(folder).args(arguments), "")
}

/// Runs the command where the fixtures are.
fn drift(arguments: &[&str]) -> Outcome {
    drift_in(&home(), arguments)
}

fn drift_with(command: &mut Command, stdin: &str) -> Outcome {
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    // A command that does not read its input may be gone before it is written.
    let _ = input.write_all(stdin.as_bytes());
    drop(input);
    let output = child.wait_with_output().unwrap();
    Outcome {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs git in a folder.
fn git<S: AsRef<OsStr>>(folder: &Path, arguments: &[S]) {
    let output = program("git")
        .arg("-C")
        .arg(folder)
        .args([
            "-c",
            "user.name=Test",
            "-c",
            "user.email=test@example.com",
            "-c",
            "commit.gpgsign=false",
        ])
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
