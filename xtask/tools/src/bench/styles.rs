//! `cargo xtask bench styles`: our client and the one of progenitor itself, of the same descriptions, side by side.

use std::path::{Path, PathBuf};
use std::process::Command;

use rolecall_codegen::names::type_name;
use rolecall_openapi::json;
use rolecall_openapi::load::parse;
use rolecall_openapi::reference::resolve;
use serde::Serialize;
use serde_json::Value;

use super::compat::{PACKAGES, fetch, spliced_between};
use super::generate::{count_lines, touch};
use super::process::{Cost, cargo, run};
use crate::cli::{FAILED, FINE};
use xtask::progress::Progress;
use xtask::project::Project;
use xtask::table::table;

/// The large description unless another is given.
const LARGE: (&str, &str) = ("@octokit/openapi", "generated/api.github.com.json");
const STYLES: [&str; 2] = ["rolecall", "progenitor"];

/// What came of one description in one style.
#[derive(Serialize)]
struct Row {
    description: String,
    style: &'static str,
    operations: usize,
    lines: usize,
    /// `cargo check` of the crate alone.
    check: Option<Cost>,
    /// Sample bodies of responses.
    examples: usize,
    /// Those that decode.
    decoded: usize,
    /// Those that are the same when they are encoded again.
    lossless: usize,
    /// Why the crate does not compile.
    error: Option<String>,
}

/// Runs it; the exit code.
pub fn run_all(spec: Option<&Path>, write: bool, as_json: bool) -> u8 {
    match rows(spec) {
        Ok(rows) if as_json => println!(
            "{}",
            serde_json::to_string_pretty(&rows).unwrap_or_default()
        ),
        Ok(rows) => {
            print!("{}", table(&HEADER, rows.iter().map(cells)));
            let file = Project::here().root.join("docs/architecture.md");
            let page = std::fs::read_to_string(&file).unwrap_or_default();
            if write
                && let Err(error) =
                    std::fs::write(&file, spliced_between(&page, "styles", &markdown(&rows)))
            {
                eprintln!("error: {}: {error}", file.display());
                return FAILED;
            }
        }
        Err(message) => {
            eprintln!("error: {message}");
            return FAILED;
        }
    }
    FINE
}

const HEADER: [&str; 8] = [
    "description",
    "style",
    "operations",
    "lines",
    "check",
    "examples",
    "decoded",
    "without loss",
];

fn cells(row: &Row) -> Vec<String> {
    let check = match (&row.check, &row.error) {
        (Some(cost), _) => format!("{:.1} s, {} MiB", cost.seconds, cost.peak_mib),
        (None, Some(error)) => error.clone(),
        (None, None) => "-".to_owned(),
    };
    vec![
        row.description.clone(),
        row.style.to_owned(),
        row.operations.to_string(),
        row.lines.to_string(),
        check,
        row.examples.to_string(),
        row.decoded.to_string(),
        row.lossless.to_string(),
    ]
}

fn markdown(rows: &[Row]) -> String {
    let mut text = format!(
        "| {} |\n|---|---|---:|---:|---|---:|---:|---:|\n",
        HEADER.join(" | ")
    );
    for row in rows {
        text.push_str(&format!("| {} |\n", cells(row).join(" | ")));
    }
    text
}

fn rows(spec: Option<&Path>) -> Result<Vec<Row>, String> {
    let project = Project::here();
    let scratch = project.root.join(".cache/styles");
    let mut descriptions: Vec<(String, PathBuf, Option<PathBuf>)> = Vec::new();
    for api in project
        .apis(&[])
        .map_err(|problems| problems.render(false))?
    {
        descriptions.push((
            api.name.clone(),
            api.spec(),
            Some(api.folder.join("examples")),
        ));
    }
    match spec {
        Some(spec) => {
            let name = spec
                .file_stem()
                .map(|stem| stem.to_string_lossy().into_owned());
            descriptions.push((name.unwrap_or_default(), spec.to_owned(), None));
        }
        None => {
            let package = PACKAGES.iter().find(|package| package.name == LARGE.0);
            let package = package.ok_or("the package is not listed")?;
            let folder = fetch(&project.root.join(".cache/compat"), package)?;
            descriptions.push(("GitHub".to_owned(), folder.join(LARGE.1), None));
        }
    }
    let progress = Progress::new(true);
    let mut rows = Vec::new();
    for (name, spec, examples) in descriptions {
        let text =
            std::fs::read_to_string(&spec).map_err(|e| format!("{}: {e}", spec.display()))?;
        let document = parse(&name, &text)
            .map_err(|problems| problems.render(false))?
            .value;
        let samples = samples(&document, examples.as_deref());
        for style in STYLES {
            progress.step(&format!("{name}, {style}"), "generate, check, decode");
            rows.push(row(&scratch, &name, &spec, style, &samples)?);
        }
    }
    progress.done();
    Ok(rows)
}

/// A body of a response, and the component that it is an example of, perhaps of a list of them.
struct Sample {
    component: String,
    list: bool,
    body: Value,
}

fn row(
    scratch: &Path,
    name: &str,
    spec: &Path,
    style: &'static str,
    samples: &[Sample],
) -> Result<Row, String> {
    let out = scratch.join("crates").join(format!("{style}-{name}"));
    let tool = std::env::current_exe().map_err(|e| e.to_string())?;
    let generated = run(Command::new(tool)
        .arg("generate")
        .arg("--spec")
        .arg(spec)
        .args([
            "--crate",
            &format!("{style}-{}", name.to_lowercase()),
            "--json",
            "--style",
            style,
            "--out",
        ])
        .arg(&out))?;
    let report: Value = serde_json::from_str(&generated.stdout)
        .map_err(|e| format!("the report of {name}: {e}"))?;
    let mut row = Row {
        description: name.to_owned(),
        style,
        operations: report["apis"][0]["operations"].as_u64().unwrap_or(0) as usize,
        lines: count_lines(&out)?,
        check: None,
        examples: 0,
        decoded: 0,
        lossless: 0,
        error: None,
    };
    let target = scratch.join("target");
    let samples = decoder(&out, samples)?;
    row.examples = samples;
    // What it depends on is built now.
    let first = run(cargo(&out, &target).arg("check"));
    touch(&out.join("src/lib.rs"))?;
    match first.and_then(|_| run(cargo(&out, &target).arg("check"))) {
        Ok(ran) => row.check = Some(ran.cost),
        Err(message) => {
            let error = message.lines().find(|line| line.starts_with("error"));
            row.error = Some(error.unwrap_or("does not compile").to_owned());
            return Ok(row);
        }
    }
    let ran = run(cargo(&out, &target).args(["run", "--quiet", "--example", "decode"]))?;
    let mut counts = ran
        .stdout
        .split_whitespace()
        .filter_map(|word| word.parse().ok());
    row.decoded = counts.next().unwrap_or(0);
    row.lossless = counts.next().unwrap_or(0);
    Ok(row)
}

/// A program beside the crate that decodes the samples whose types are there: how many these are.
fn decoder(out: &Path, samples: &[Sample]) -> Result<usize, String> {
    let said = |error: std::io::Error| format!("{}: {error}", out.display());
    let mut code = String::new();
    for file in ["types.rs", "lib.rs"] {
        code.push_str(&std::fs::read_to_string(out.join("src").join(file)).unwrap_or_default());
    }
    let folder = out.join("examples");
    std::fs::create_dir_all(&folder).map_err(said)?;
    let mut calls = String::new();
    let mut bodies = Vec::new();
    for sample in samples {
        let ty = type_name(&sample.component);
        let is_there = ["struct", "enum"].iter().any(|kind| {
            [" {", "(", ";", " :"]
                .iter()
                .any(|end| code.contains(&format!("pub {kind} {ty}{end}")))
        });
        if !is_there {
            continue;
        }
        let ty = match sample.list {
            true => format!("Vec<types::{ty}>"),
            false => format!("types::{ty}"),
        };
        calls.push_str(&format!(
            "    check::<{ty}>(&bodies[{}], &mut counts);\n",
            bodies.len()
        ));
        bodies.push(&sample.body);
    }
    let text = serde_json::to_string(&bodies).map_err(|e| e.to_string())?;
    std::fs::write(folder.join("bodies.json"), text).map_err(said)?;
    let manifest = std::fs::read_to_string(out.join("Cargo.toml")).map_err(said)?;
    let package = manifest
        .lines()
        .find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
    let krate = package.unwrap_or_default().replace('-', "_");
    let program = format!(
        "//! Decodes sample bodies.\n\nuse {krate}::types;\n\n\
         fn check<T: serde::de::DeserializeOwned + serde::Serialize>(body: &serde_json::Value, counts: &mut (usize, usize)) {{\n    \
         let Ok(value) = serde_json::from_str::<T>(&body.to_string()) else {{ return }};\n    counts.0 += 1;\n    \
         if serde_json::to_value(&value).is_ok_and(|again| again == *body) {{\n        counts.1 += 1;\n    }}\n}}\n\n\
         fn main() {{\n    let bodies: Vec<serde_json::Value> = serde_json::from_str(include_str!(\"bodies.json\")).expect(\"JSON\");\n    \
         let mut counts = (0, 0);\n{calls}    println!(\"{{}} {{}}\", counts.0, counts.1);\n}}\n"
    );
    std::fs::write(folder.join("decode.rs"), program).map_err(said)?;
    let needs = "\n[dev-dependencies]\nserde = \"1\"\nserde_json = \"1\"\n";
    if !manifest.contains(needs) {
        std::fs::write(out.join("Cargo.toml"), format!("{manifest}{needs}")).map_err(said)?;
    }
    Ok(bodies.len())
}

/// The sample bodies beside a description, and those in it.
fn samples(document: &Value, folder: Option<&Path>) -> Vec<Sample> {
    let mut samples = Vec::new();
    for (_, _, operation) in json::operations(document) {
        let id = operation["operationId"].as_str().unwrap_or_default();
        for (status, response) in operation["responses"].as_object().into_iter().flatten() {
            let Some(response) = resolve(document, response) else {
                continue;
            };
            let media = &response["content"]["application/json"];
            let Some((component, list)) = component(&media["schema"]) else {
                continue;
            };
            let named = media["examples"].as_object().into_iter().flatten();
            let inside = named
                .filter_map(|(_, example)| resolve(document, example)?.get("value"))
                .chain(media.get("example"))
                .cloned();
            let beside =
                folder.map_or_else(Vec::new, |folder| files(folder, &format!("{id}.{status}.")));
            samples.extend(inside.chain(beside).map(|body| Sample {
                component: component.clone(),
                list,
                body,
            }));
        }
    }
    samples
}

fn component(schema: &Value) -> Option<(String, bool)> {
    match json::schema_ref(schema) {
        Some(name) => Some((name, false)),
        None => Some((json::schema_ref(schema.get("items")?)?, true)),
    }
}

/// The JSON files of a folder and of `traps` in it whose names begin so.
fn files(folder: &Path, prefix: &str) -> Vec<Value> {
    let mut paths: Vec<PathBuf> = [folder.to_owned(), folder.join("traps")]
        .iter()
        .filter_map(|folder| std::fs::read_dir(folder).ok())
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with(prefix))
        })
        .collect();
    paths.sort();
    paths
        .iter()
        .filter_map(|path| serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok())
        .collect()
}
