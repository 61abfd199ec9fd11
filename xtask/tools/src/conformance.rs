//! Our code against programs that others wrote.

pub mod auth;
pub mod browser;
mod npm;
pub mod semver;
mod server;
pub mod standin;

use server::Server;
use std::process::{Command, Stdio};

/// Refuses to go on without a program. `needed` is what to install.
fn there(program: &str, needed: &str) -> Result<(), String> {
    let version = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    match version {
        Ok(status) if status.success() => Ok(()),
        _ => Err(format!(
            "`{program}` is not there, so nothing was checked: this needs {needed}"
        )),
    }
}
