//! What `drift` says of the Rust API, against `cargo-semver-checks` and against a program that uses the crate.
//!
//! The pairs are in `tests/fixtures/semver`: one older description, and what becomes of it.

mod pairs;

use super::there;
use pairs::Pair;
use rolecall_drift::{ApiVerdict, Options, RustApi, compare};
use rolecall_openapi::load::Document;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Instant;
use xtask::table::table;

/// The version of the tool that is installed.
const VERSION: &str = "0.51.0";
/// The package that is generated from both sides.
const PACKAGE: &str = "library";
/// How the tool begins its verdict, when it asks for more than was announced.
const ASKS: &str = "semver requires new ";

/// Where everything lies.
struct Places {
    root: PathBuf,
    /// The tool.
    checker: PathBuf,
    /// What cargo builds in: one folder for all pairs and all runs, so that dependencies are built once.
    target: PathBuf,
}

/// What the tool says of a pair.
struct Said {
    /// The smallest version change that it puts up with.
    asks: ApiVerdict,
    /// The checks that failed.
    checks: Vec<String>,
}

/// Puts every pair to the tool. Whether no verdict was smaller than what the tool asks for, and whether the program
/// compiled with the newer crate wherever the verdict says that it does.
///
/// # Errors
///
/// The tool cannot be installed or does not do its work, or a crate cannot be generated.
pub fn run(root: &Path) -> Result<bool, String> {
    let started = Instant::now();
    let cargo = cargo();
    there(&cargo, "cargo")?;
    let places = Places {
        root: root.to_owned(),
        checker: install(root, &cargo)?,
        target: root.join(".cache/conformance/semver/target"),
    };
    let fixtures = root.join("tests/fixtures/semver");
    let (base, pairs) = pairs::read(&fixtures)?;
    let user = fixtures.join("user.rs");
    let user = fs::read_to_string(&user).map_err(|error| format!("{}: {error}", user.display()))?;
    let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
    let old = folder.path().join("old");
    generate(&base, &old)?;
    let compiled = places.compile(&user, &old)?;
    if !compiled.status.success() {
        return Err(format!(
            "the program does not compile with the crate that it was written for:\n{}",
            text(&compiled)
        ));
    }
    let mut rows = Vec::new();
    let mut failures = Vec::new();
    for (number, pair) in pairs.iter().enumerate() {
        eprintln!("{}/{}: {}", number + 1, pairs.len(), pair.name);
        let ours = verdict(&base, pair)?;
        let new = folder.path().join(format!("new-{number}"));
        generate(&pair.new, &new)?;
        let said = places.check(&old, &new)?;
        let compiled = places.compile(&user, &new)?;
        let compiles = compiled.status.success();
        if said.asks > ours {
            failures.push(format!(
                "{}: the verdict is {ours}, and cargo-semver-checks asks for {}: {}",
                pair.name,
                said.asks,
                said.checks.join(", ")
            ));
        }
        if !compiles && ours < ApiVerdict::Major {
            failures.push(format!(
                "{}: the verdict is {ours}, and a program no longer compiles:\n{}",
                pair.name,
                text(&compiled)
            ));
        }
        rows.push(vec![
            pair.name.clone(),
            ours.to_string(),
            said.asks.to_string(),
            if compiles { "compiles" } else { "breaks" }.to_owned(),
            said.checks.join(", "),
        ]);
    }
    let header = ["pair", "verdict", "tool asks for", "program", "its checks"];
    print!("{}", table(&header, rows));
    println!(
        "{} pairs, cargo-semver-checks {VERSION}, {:.0} s",
        pairs.len(),
        started.elapsed().as_secs_f64()
    );
    for failure in &failures {
        println!("FAIL {failure}");
    }
    Ok(failures.is_empty())
}

fn cargo() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

/// What a command printed.
fn text(output: &Output) -> String {
    let both = [&output.stdout, &output.stderr];
    both.map(|part| String::from_utf8_lossy(part)).concat()
}

fn output(command: &mut Command) -> Result<Output, String> {
    let output = command.output();
    output.map_err(|error| format!("{command:?} could not be started: {error}"))
}

/// Installs the tool in the cache folder, without optimisation, since building it takes longer than it runs; the program.
fn install(root: &Path, cargo: &str) -> Result<PathBuf, String> {
    let home = root.join(".cache/tools");
    let program = home.join("bin/cargo-semver-checks");
    let version = Command::new(&program)
        .args(["semver-checks", "--version"])
        .output();
    if version.is_ok_and(|version| text(&version).trim().ends_with(VERSION)) {
        return Ok(program);
    }
    eprintln!("installing cargo-semver-checks in {}", home.display());
    let status = Command::new(cargo)
        .current_dir(root)
        .args(["install", "--quiet", "--locked", "--debug", "--force"])
        .args(["--version", VERSION, "cargo-semver-checks", "--root"])
        .arg(&home)
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .status()
        .map_err(|error| format!("cargo could not be started: {error}"))?;
    status.success().then_some(program).ok_or_else(|| {
        "cargo-semver-checks could not be installed: is there a registry?".to_owned()
    })
}

/// The bump that `drift` advises.
fn verdict(base: &Document, pair: &Pair) -> Result<ApiVerdict, String> {
    let comparison = compare(base, &pair.new, &Options::default());
    match comparison.rust_api {
        RustApi::Refused { reason } => Err(format!("{}: {reason}", pair.name)),
        _ => Ok(comparison.bump.api),
    }
}

/// Generates the crate of a description, with the command that everybody uses.
fn generate(document: &Document, out: &Path) -> Result<(), String> {
    fs::create_dir_all(out).map_err(|error| format!("{}: {error}", out.display()))?;
    let spec = out.with_extension("json");
    let json = document.value.to_string();
    fs::write(&spec, json).map_err(|error| format!("{}: {error}", spec.display()))?;
    let tool = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new(tool);
    command.args(["generate", "--quiet", "--crate", PACKAGE, "--spec"]);
    let made = output(command.arg(&spec).arg("--out").arg(out))?;
    if made.status.success() {
        return Ok(());
    }
    Err(format!("{}: {}", document.file, text(&made)))
}

impl Places {
    /// Asks the tool what it makes of two crates. The smallest change is announced, so that every check is run; what
    /// the tool asks for instead is its verdict.
    fn check(&self, old: &Path, new: &Path) -> Result<Said, String> {
        let mut command = Command::new(&self.checker);
        command
            .args(["semver-checks", "--color", "never", "--baseline-root"])
            .arg(old)
            .arg("--manifest-path")
            .arg(new.join("Cargo.toml"))
            .args(["--release-type", "patch"])
            .env("CARGO_TARGET_DIR", &self.target);
        let output = output(&mut command)?;
        let text = text(&output);
        let asks = if output.status.success() {
            Some(ApiVerdict::None)
        } else {
            let asked = text.split_once(ASKS).map(|(_, asked)| asked);
            match asked.and_then(|asked| asked.split_whitespace().next()) {
                Some("major") => Some(ApiVerdict::Major),
                Some("minor") => Some(ApiVerdict::Minor),
                _ => None,
            }
        };
        let failed = text
            .lines()
            .filter_map(|line| line.strip_prefix("--- failure "));
        let checks = failed.filter_map(|line| Some(line.split_once(':')?.0.to_owned()));
        let checks = checks.collect();
        match asks {
            Some(asks) => Ok(Said { asks, checks }),
            None => Err(format!("cargo-semver-checks came to no verdict:\n{text}")),
        }
    }

    /// Compiles the program with a crate.
    fn compile(&self, user: &str, krate: &Path) -> Result<Output, String> {
        let folder = krate.with_extension("user");
        // A path within a TOML string that takes backslashes as they are.
        let manifest = format!(
            "[package]\nname = \"user\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dependencies.{PACKAGE}]\npath = '{}'\ndefault-features = false\nfeatures = [\"books\", \"shelves\"]\n\n\
             [profile.dev]\ndebug = false\n\n[workspace]\n",
            krate.display()
        );
        // The versions that the workspace was tested with; what is not needed, cargo drops.
        let lock = self.root.join("Cargo.lock");
        let lock =
            fs::read_to_string(&lock).map_err(|error| format!("{}: {error}", lock.display()))?;
        fs::create_dir_all(folder.join("src"))
            .and_then(|()| fs::write(folder.join("Cargo.toml"), manifest))
            .and_then(|()| fs::write(folder.join("Cargo.lock"), lock))
            .and_then(|()| fs::write(folder.join("src/lib.rs"), user))
            .map_err(|error| format!("{}: {error}", folder.display()))?;
        let mut command = Command::new(cargo());
        command
            .args(["check", "--quiet", "--manifest-path"])
            .arg(folder.join("Cargo.toml"))
            .env("CARGO_TARGET_DIR", &self.target);
        output(&mut command)
    }
}
