//! Signing in, against `oidc-provider`: an authorization server that the OpenID Foundation certified.

use super::{Server, npm, there};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// The checks.
const PACKAGE: &str = "rolecall-tests";
const BINARY: &str = "conformance-auth";
/// What is needed besides Rust, and why.
const NEEDED: [&str; 2] = ["node", "npm"];

/// Installs and starts the server, and puts our code to it. Whether all checks passed.
///
/// # Errors
///
/// Node.js or npm is not there, or the server cannot be installed or does not start.
pub fn run(root: &Path) -> Result<bool, String> {
    for program in NEEDED {
        there(program, "Node.js 20 or later and npm")?;
    }
    let home = npm::install(root, "auth", &["server.mjs"])?;
    let mut node = Command::new("node");
    node.current_dir(&home).arg("server.mjs");
    let mut server = Server::start(node, &home.join("server.log"))?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut checks = Command::new(cargo)
        .current_dir(root)
        .args(["run", "--quiet", "--package", PACKAGE, "--bin", BINARY])
        .stdin(Stdio::piped())
        .spawn()
        .map_err(|error| format!("the checks could not be started: {error}"))?;
    if let Some(mut input) = checks.stdin.take() {
        let told = input.write_all(server.description.as_bytes());
        told.map_err(|error| format!("the checks could not be told where the server is: {error}"))?;
    }
    let status = checks.wait();
    let status = status.map_err(|error| format!("the checks could not be waited for: {error}"))?;
    if let Some(ended) = server.ended() {
        return Err(format!(
            "the server ended ({ended}) while it was being talked to"
        ));
    }
    Ok(status.success())
}
