//! All other commands: those of `xtask-tools`, which cargo builds when one of them is called for the first time.
//!
//! They fetch, sign in, compare and measure, and need a TLS library for it. Who generates does not wait for that.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use super::FAILED;
use crate::project::Project;

/// Hands the arguments on; the exit code is that of the command.
pub fn run(arguments: &[OsString]) -> ExitCode {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args([
            "run",
            "--quiet",
            "--package",
            "xtask-tools",
            "--manifest-path",
        ])
        .arg(Project::here().root.join("Cargo.toml"))
        .arg("--")
        .args(arguments);
    let status = match command.status() {
        Ok(status) => status,
        Err(error) => {
            eprintln!("error: cargo does not run: {error}");
            return ExitCode::from(FAILED);
        }
    };
    // A command that a signal ended has no code.
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    ExitCode::from(code.unwrap_or(FAILED))
}
