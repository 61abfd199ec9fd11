//! The stand-ins, against `schemathesis`: does every answer to whatever can be asked keep to the description?

use super::{Server, there};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// What is needed besides Rust.
const NEEDED: &str = "Python 3.10 or later with its venv module (Debian: python3-venv)";
/// What is checked in every answer.
const CHECKS: &str = "declared_server_errors_only,status_code_conformance,content_type_conformance,response_schema_conformance";

/// Puts each stand-in to it, or those that are named; fewer requests when `bounded`. Whether all of them passed.
///
/// # Errors
///
/// Python is not there, schemathesis cannot be installed, or a stand-in cannot be built or does not start.
pub fn run(root: &Path, apis: &[String], bounded: bool) -> Result<bool, String> {
    there("python3", NEEDED)?;
    let home = root.join(".cache/conformance/standin");
    let schemathesis = install(root, &home)?;
    let program = build(root)?;
    let mut passed = true;
    for api in ["okta", "foundry", "zenml", "klustr"] {
        if apis.is_empty() || apis.iter().any(|named| named == api) {
            passed &= check(root, &home, &schemathesis, &program, api, bounded)?;
        }
    }
    Ok(passed)
}

/// Installs schemathesis in the cache folder, in the versions of `requirements.txt`; the program.
fn install(root: &Path, home: &Path) -> Result<PathBuf, String> {
    let wanted = root.join("tests/conformance/standin/requirements.txt");
    let wanted = fs::read(&wanted).map_err(|error| format!("{}: {error}", wanted.display()))?;
    let (venv, done) = (home.join("venv"), home.join("installed.txt"));
    let program = venv.join("bin/schemathesis");
    if program.is_file() && fs::read(&done).is_ok_and(|installed| installed == wanted) {
        return Ok(program);
    }
    eprintln!("installing schemathesis in {}", venv.display());
    fs::create_dir_all(home).map_err(|error| format!("{}: {error}", home.display()))?;
    let list = home.join("requirements.txt");
    fs::write(&list, &wanted).map_err(|error| format!("{}: {error}", list.display()))?;
    let mut make = Command::new("python3");
    make.args(["-m", "venv", "--clear"]).arg(&venv);
    let mut fill = Command::new(venv.join("bin/pip"));
    fill.args([
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
    ])
    .arg("--requirement")
    .arg(&list);
    for (step, hint) in [(&mut make, NEEDED), (&mut fill, "a package index")] {
        let status = step.stdout(Stdio::null()).status();
        let status = status.map_err(|error| format!("{step:?} could not be started: {error}"))?;
        if !status.success() {
            return Err(format!("{step:?} failed: it needs {hint}"));
        }
    }
    fs::write(&done, &wanted).map_err(|error| format!("{}: {error}", done.display()))?;
    Ok(program)
}

/// Builds the server; the program.
pub(super) fn build(root: &Path) -> Result<PathBuf, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .current_dir(root)
        .args([
            "build",
            "--quiet",
            "--package",
            "rolecall-standin",
            "--message-format=json",
        ])
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cargo could not be started: {error}"))?;
    let lines = String::from_utf8_lossy(&built.stdout);
    let messages = lines
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut programs =
        messages.filter_map(|message| Some(message.get("executable")?.as_str()?.into()));
    let program = programs.next_back();
    program
        .filter(|_| built.status.success())
        .ok_or_else(|| "the stand-ins could not be built".to_owned())
}

/// Puts one stand-in to it. Whether it passed.
fn check(
    root: &Path,
    home: &Path,
    schemathesis: &Path,
    program: &Path,
    api: &str,
    bounded: bool,
) -> Result<bool, String> {
    let started = Instant::now();
    let mut command = Command::new(program);
    command.args(["--json", "--checked", "--port", "0", "--api", api]);
    let server = Server::start(command, &home.join(format!("{api}.server.log")))?;
    let described: Value = serde_json::from_str(&server.description)
        .map_err(|error| format!("the start line of {api} is no JSON: {error}"))?;
    let text = |pointer: &str| {
        let found = described.pointer(&format!("/standins/0/{pointer}"));
        let found = found.and_then(Value::as_str).map(str::to_owned);
        found.ok_or_else(|| format!("the start line of {api} has no {pointer}"))
    };
    let origin = text("origin")?;
    let log = home.join(format!("{api}.log"));
    let output = fs::File::create(&log).map_err(|error| format!("{}: {error}", log.display()))?;
    let errors = output
        .try_clone()
        .map_err(|error| format!("{}: {error}", log.display()))?;
    let (phases, examples) = if bounded {
        ("examples,coverage,fuzzing", "10")
    } else {
        ("examples,coverage,fuzzing,stateful", "100")
    };
    let status = Command::new(schemathesis)
        .current_dir(home)
        .arg("run")
        .arg(format!("{origin}/openapi.json"))
        .args(["--url", &text("base_url")?])
        .arg("--header")
        .arg(format!(
            "Authorization: {} {}",
            text("scheme")?,
            text("token")?
        ))
        .args([
            "--checks",
            CHECKS,
            "--phases",
            phases,
            "--max-examples",
            examples,
        ])
        // The same requests in the same order in every run.
        .args(["--generation-deterministic", "--workers", "1"])
        .args(["--generation-with-security-parameters", "false"])
        .args(["--suppress-health-check", "all", "--warnings", "off"])
        .args(["--continue-on-failure", "--request-timeout", "30"])
        .env("SCHEMATHESIS_HOOKS", "hooks")
        .env("PYTHONPATH", root.join("tests/conformance/standin"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("NO_COLOR", "1")
        .env("STANDIN_PRINCIPAL", text("tokens/0/principal")?)
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(errors)
        .status()
        .map_err(|error| format!("schemathesis could not be started: {error}"))?;
    let after = read(&format!("{origin}/_standin/status"))?;
    let violations = read(&format!("{origin}/_standin/violations"))?;
    let wrong: Vec<&Value> = violations
        .as_array()
        .into_iter()
        .flatten()
        .filter(|one| one["side"] == "answer")
        .collect();
    let counts = after["answers"].as_object().into_iter().flatten();
    let counts: Vec<String> = counts
        .map(|(status, count)| format!("{status}: {count}"))
        .collect();
    let passed = status.success() && wrong.is_empty();
    println!(
        "{} {api}: {} operations, answers by status {{{}}}, {:.0} s",
        if passed { "ok  " } else { "FAIL" },
        after["operations"],
        counts.join(", "),
        started.elapsed().as_secs_f64(),
    );
    for one in wrong.iter().take(20) {
        println!("     answer not as described: {one}");
    }
    if !status.success() {
        let text = fs::read_to_string(&log).unwrap_or_default();
        match text
            .split_once("= FAILURES =")
            .or_else(|| text.split_once("= ERRORS ="))
        {
            Some((_, failures)) => println!("{failures}"),
            None => println!("{text}"),
        }
        println!("all of it: {}", log.display());
    }
    Ok(passed)
}

/// What the stand-in says of itself.
fn read(url: &str) -> Result<Value, String> {
    let answer = ureq::get(url).call();
    let mut answer = answer.map_err(|error| format!("{url}: {error}"))?;
    let text = answer.body_mut().read_to_string();
    let text = text.map_err(|error| format!("{url}: {error}"))?;
    serde_json::from_str(&text).map_err(|error| format!("{url}: {error}"))
}
