//! Signing in, against `oidc-provider`: an authorization server that the OpenID Foundation certified.

use super::{Server, there};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
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
    let home = install(root)?;
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

/// Installs the server in the cache folder, exactly as its lock file says; the folder.
fn install(root: &Path) -> Result<PathBuf, String> {
    let from = root.join("tests/conformance/auth");
    let home = root.join(".cache/conformance/auth");
    fs::create_dir_all(&home).map_err(|error| format!("{}: {error}", home.display()))?;
    let lock = "package-lock.json";
    let before = fs::read(home.join(lock)).ok();
    for name in ["package.json", lock, "server.mjs"] {
        let (from, to) = (from.join(name), home.join(name));
        fs::copy(&from, &to).map_err(|error| format!("{}: {error}", from.display()))?;
    }
    // What npm writes last when it is done.
    let done = home.join("node_modules/.package-lock.json");
    if done.is_file() && before.is_some() && before == fs::read(home.join(lock)).ok() {
        return Ok(home);
    }
    eprintln!("installing oidc-provider in {}", home.display());
    let installed = Command::new("npm")
        .current_dir(&home)
        .args([
            "ci",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--loglevel=error",
        ])
        .stdout(Stdio::null())
        .status()
        .map_err(|error| format!("npm could not be started: {error}"))?;
    if installed.success() {
        return Ok(home);
    }
    Err(format!(
        "`npm ci` failed in {}: is there a registry?",
        home.display()
    ))
}
