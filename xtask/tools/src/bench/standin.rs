//! How fast a stand-in answers, against a constant.

use std::process::Command;
use xtask::project::Project;

/// Builds and runs the measuring program in release; the exit code.
pub fn run(users: u32, requests: u32) -> u8 {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .current_dir(Project::here().root)
        .args([
            "run",
            "--quiet",
            "--release",
            "--package",
            "rolecall-standin",
        ])
        .args(["--example", "load", "--"])
        .args([users.to_string(), requests.to_string()])
        .status();
    match status {
        Ok(status) if status.success() => crate::cli::FINE,
        Ok(status) => {
            eprintln!("error: the measuring program ended with {status}");
            crate::cli::FAILED
        }
        Err(error) => {
            eprintln!("error: cargo could not be started: {error}");
            crate::cli::FAILED
        }
    }
}
