//! `cargo xtask bench drift`: what it costs to compare two descriptions.

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::Serialize;

use super::process::{Cost, measure};
use crate::cli::BAD_INPUT;
use rolecall_drift::{self as drift, Options};
use rolecall_openapi::load::{self, Document};
use xtask::project::Project;

/// How often a step is measured; the least time counts, since whatever else runs can only add to it.
const ROUNDS: usize = 5;

#[derive(Serialize)]
struct Report {
    old: PathBuf,
    new: PathBuf,
    /// Size of both documents together.
    bytes: u64,
    /// Whether the measured program was optimised.
    release: bool,
    /// Differences on the wire.
    findings: usize,
    /// Seconds to read both documents.
    parse: f64,
    /// Seconds to compare them on the wire.
    compare: f64,
    /// Seconds to derive and compare the Rust APIs besides.
    rust_api: f64,
    /// The whole command, without the Rust APIs, with its report as JSON, in a process of its own.
    command: Cost,
    /// The whole command, Rust APIs included.
    command_with_rust_api: Cost,
}

/// Runs it on two documents, or on the two largest of ours; the exit code.
pub fn run(files: &[PathBuf], json: bool) -> u8 {
    let pair = match files {
        [old, new] => Ok((old.clone(), new.clone())),
        [] => largest(&Project::here()),
        _ => {
            eprintln!("error: two documents are compared: name both, or none");
            return BAD_INPUT;
        }
    };
    super::finish(pair.and_then(|(old, new)| report(&old, &new)), json, print)
}

/// The two largest of our descriptions.
fn largest(project: &Project) -> Result<(PathBuf, PathBuf), String> {
    let apis = project
        .apis(&[])
        .map_err(|problems| problems.render(false))?;
    let mut files: Vec<(u64, PathBuf)> = Vec::new();
    for api in apis {
        let file = project
            .root
            .join("specs")
            .join(&api.name)
            .join("openapi.yaml");
        files.push((size(&file)?, file));
    }
    files.sort();
    match (files.pop(), files.pop()) {
        (Some((_, old)), Some((_, new))) => Ok((old, new)),
        _ => Err("there are no two descriptions in specs/".to_owned()),
    }
}

fn size(file: &Path) -> Result<u64, String> {
    let metadata = std::fs::metadata(file).map_err(|e| format!("{}: {e}", file.display()))?;
    Ok(metadata.len())
}

fn report(old: &Path, new: &Path) -> Result<Report, String> {
    let read = |file: &Path| load::load(file).map_err(|problems| problems.render(false));
    let (parse, documents) = least(|| Ok((read(old)?, read(new)?)))?;
    let compared = |(old, new): &(Document, Document), api| {
        let options = Options { api, version: None };
        Ok(drift::compare(old, new, &options).findings.len())
    };
    let (compare, findings) = least(|| compared(&documents, false))?;
    let start = Instant::now();
    compared(&documents, true)?;
    let rust_api = (start.elapsed().as_secs_f64() - compare).max(0.0);
    Ok(Report {
        old: old.to_owned(),
        new: new.to_owned(),
        bytes: size(old)? + size(new)?,
        release: !cfg!(debug_assertions),
        findings,
        parse,
        compare,
        rust_api,
        command: command(old, new, &["--wire-only"])?,
        command_with_rust_api: command(old, new, &[])?,
    })
}

/// The least time of some rounds, and what the last of them made.
fn least<T>(mut work: impl FnMut() -> Result<T, String>) -> Result<(f64, T), String> {
    let mut round = || {
        let start = Instant::now();
        let made = work()?;
        Ok::<_, String>((start.elapsed().as_secs_f64(), made))
    };
    let (mut seconds, mut made) = round()?;
    for _ in 1..ROUNDS {
        let (again, remade) = round()?;
        seconds = seconds.min(again);
        made = remade;
    }
    Ok((seconds, made))
}

/// The tool as users run it.
fn command(old: &Path, new: &Path, more: &[&str]) -> Result<Cost, String> {
    let tool = std::env::current_exe().map_err(|e| e.to_string())?;
    let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
    let mut command = std::process::Command::new(tool);
    command
        .arg("drift")
        .args([old, new])
        .args(["--fail-on", "none", "--format", "json", "--output"])
        .arg(folder.path().join("report.json"))
        .args(more);
    measure(&mut command)
}

fn print(report: &Report) {
    let mib = report.bytes as f64 / (1024.0 * 1024.0);
    println!(
        "{} → {}\n{mib:.1} MiB together, {} findings, {}\n",
        report.old.display(),
        report.new.display(),
        report.findings,
        if report.release {
            "release build"
        } else {
            "development build: run it with --release"
        },
    );
    println!("read both              {:>7.3} s", report.parse);
    println!("compare on the wire    {:>7.3} s", report.compare);
    println!("compare the Rust APIs  {:>7.3} s", report.rust_api);
    for (name, cost) in [
        ("command, wire only", &report.command),
        ("command, Rust APIs too", &report.command_with_rust_api),
    ] {
        println!(
            "{name:<22} {:>7.3} s, peak {} MiB",
            cost.seconds, cost.peak_mib
        );
    }
}
