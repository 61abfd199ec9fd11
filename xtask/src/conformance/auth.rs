//! Signing in, against `oidc-provider`: an authorization server that the OpenID Foundation certified.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// How long the server may take to say where it is.
const START: Duration = Duration::from_secs(60);
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
        there(program)?;
    }
    let home = install(root)?;
    let mut server = Server::start(&home)?;
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

/// Refuses to go on without a program.
fn there(program: &str) -> Result<(), String> {
    let version = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    match version {
        Ok(status) if status.success() => Ok(()),
        _ => Err(format!(
            "`{program}` is not there, so nothing was checked: this needs Node.js 20 or later and npm"
        )),
    }
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

/// The server, which ends with this.
struct Server {
    child: Child,
    /// What it says of itself, as one line of JSON.
    description: String,
}

impl Server {
    fn start(home: &Path) -> Result<Self, String> {
        let log = home.join("server.log");
        let errors =
            fs::File::create(&log).map_err(|error| format!("{}: {error}", log.display()))?;
        let child = Command::new("node")
            .current_dir(home)
            .arg("server.mjs")
            // It ends when its standard input does, so that it does not outlive this process however that ends.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .map_err(|error| format!("the server could not be started: {error}"))?;
        let mut server = Self {
            child,
            description: String::new(),
        };
        let (sender, first) = mpsc::channel();
        if let Some(output) = server.child.stdout.take() {
            std::thread::spawn(move || {
                let (mut output, mut line) = (BufReader::new(output), String::new());
                let read = output.read_line(&mut line);
                let _ = sender.send(read.map(|_| line));
                // What it says later is read as well: it would end if nobody did.
                let _ = std::io::copy(&mut output, &mut std::io::sink());
            });
        }
        match first.recv_timeout(START) {
            Ok(Ok(line)) if line.starts_with('{') => server.description = line,
            _ => {
                return Err(format!(
                    "the server did not start; {} says why",
                    log.display()
                ));
            }
        }
        Ok(server)
    }

    fn ended(&mut self) -> Option<std::process::ExitStatus> {
        self.child.try_wait().ok().flatten()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
