//! `rolecall-drift OLD NEW`: the comparison by itself, without a workspace.

#![forbid(unsafe_code)]

use std::io::{ErrorKind, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::SystemTime;

use chrono::{DateTime, NaiveDate, Utc};
use lexopt::prelude::*;

use rolecall_codegen::slice::Slice;
use rolecall_drift::ignore::Ignores;
use rolecall_drift::policy::{Overrides, Threshold};
use rolecall_drift::report::format::Target;
use rolecall_drift::report::{Format, Judge, Report, Style, schema};
use rolecall_drift::{Options, compare, rules, select};
use rolecall_openapi::load;
use rolecall_openapi::problem::{Problems, colour_wanted};

/// A finding reaches `--fail-on`, or an entry of the ignore file has expired.
const DRIFT: u8 = 100;
/// The tool could not do its work.
const FAILED: u8 = 1;
/// Bad usage, or a bad document.
const BAD_INPUT: u8 = 2;
/// The width of what goes into a file or a pipe, where `COLUMNS` says nothing else.
const PLAIN_WIDTH: usize = 120;

const HELP: &str = "\
Tell what differs between two OpenAPI descriptions, and what that does to clients

Usage: rolecall-drift [OPTIONS] OLD NEW
       rolecall-drift rules
       rolecall-drift schema

Arguments:
  OLD NEW                    Two documents, JSON or YAML, OpenAPI 3.0, 3.1 or 3.2; `-` is standard input

Options:
      --format FORMAT[=FILE] terminal (the default), markdown, json, sarif, github, junit, html; with `=FILE`, written
                             to it. Several may be given
  -o, --output FILE          Write the one format without a file to this one
      --fail-on LEVEL        What exits with 100: breaking (the default), dangerous, major, minor, any, none; several
                             may be given, with commas
      --level LEVEL          What is shown; counts are of all findings. The default is any
      --show-ignored         Show accepted findings too
      --ignore FILE          Accepted findings; drift-ignore.toml unless given
      --config FILE          Verdicts of your own; drift.toml unless given
      --wire-only            Do not derive and compare the Rust APIs
      --tag TAG              Compare operations with this tag; `*` stands for any text
      --path PATH            Compare operations of this path template; `*` stands for any text
      --operation ID         Compare the operation with this operationId
      --color WHEN           auto (the default), always, never
  -h, --help                 Print help
  -V, --version              Print version

Exit codes: 0 fine; 1 the tool failed; 2 bad usage or a bad document; 100 drift
";

/// Why there is no report.
enum Failure {
    Usage(String),
    Input(Problems),
    Tool(String),
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        Self::Input(problems)
    }
}

impl From<lexopt::Error> for Failure {
    fn from(error: lexopt::Error) -> Self {
        Self::Usage(error.to_string())
    }
}

#[derive(Default)]
struct Arguments {
    inputs: Vec<String>,
    formats: Vec<Target>,
    output: Option<PathBuf>,
    fail_on: Vec<Threshold>,
    level: Vec<Threshold>,
    show_ignored: bool,
    ignore: Option<PathBuf>,
    config: Option<PathBuf>,
    wire_only: bool,
    slice: Slice,
    color: Option<String>,
    today: Option<NaiveDate>,
}

fn main() -> ExitCode {
    let code = run().unwrap_or_else(|failure| match failure {
        Failure::Usage(message) => {
            eprintln!("error: {message}\n\n`rolecall-drift --help` shows what there is");
            BAD_INPUT
        }
        Failure::Input(problems) => {
            eprintln!("{}", problems.render(colour_wanted()));
            BAD_INPUT
        }
        Failure::Tool(message) => {
            eprintln!("error: {message}");
            FAILED
        }
    });
    ExitCode::from(code)
}

fn run() -> Result<u8, Failure> {
    let Some(arguments) = read()? else {
        return Ok(0);
    };
    let targets = targets(&arguments)?;
    let [old, new] = match arguments.inputs.as_slice() {
        [one] if one == "rules" => return to_stdout(&listed_rules()).map(|()| 0),
        [one] if one == "schema" => return to_stdout(&schema()).map(|()| 0),
        [old, new] if (old, new) != (&"-".to_owned(), &"-".to_owned()) => [old, new],
        [_, _] => {
            return Err(Failure::Usage(
                "both documents are standard input".to_owned(),
            ));
        }
        others => {
            let given = others.len();
            return Err(Failure::Usage(format!(
                "two documents are needed, and {given} given"
            )));
        }
    };
    let mut old = load::load(Path::new(old))?;
    let mut new = load::load(Path::new(new))?;
    select::limit(&mut old, &mut new, &arguments.slice)?;
    let mut overrides = Overrides::default();
    let (file, name) = settings(arguments.config.as_ref(), "drift.toml")?;
    overrides.read(&file, &name)?;
    let (file, name) = settings(arguments.ignore.as_ref(), "drift-ignore.toml")?;
    let ignores = Ignores::read(&file, &name)?;
    let today = || DateTime::<Utc>::from(SystemTime::now()).date_naive();
    let today = arguments.today.unwrap_or_else(today);
    let options = Options {
        api: !arguments.wire_only,
        version: None,
    };
    let comparison = compare(&old, &new, &options);
    let judge = Judge {
        overrides: &overrides,
        ignores: &ignores,
        deviations: None,
        fail_on: &arguments.fail_on,
        today,
    };
    let section = judge.section(&new.file, comparison);
    let unused = match arguments.slice.is_whole() {
        true => ignores.unused(),
        false => Vec::new(),
    };
    let expired = ignores.expired(today);
    for (word, stale) in unused
        .iter()
        .map(|stale| ("warning", stale))
        .chain(expired.iter().map(|stale| ("error", stale)))
    {
        eprintln!("{word}: {}: {}", stale.at, stale.message);
    }
    let mut report = Report::new(&arguments.fail_on, vec![section], expired, unused);
    report.hide(&arguments.level, arguments.show_ignored);
    for target in &targets {
        let file = target.file.as_deref();
        let text = target
            .format
            .render(&report, style(&arguments, file.is_none()));
        match file {
            Some(file) => to_file(file, &text)?,
            None => to_stdout(&text)?,
        }
    }
    Ok(if report.failed { DRIFT } else { 0 })
}

/// Reads the command line; nothing when all that was asked for is printed.
fn read() -> Result<Option<Arguments>, Failure> {
    let mut arguments = Arguments::default();
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return to_stdout(HELP).map(|()| None),
            Short('V') | Long("version") => {
                let text = concat!("rolecall-drift ", env!("CARGO_PKG_VERSION"), "\n");
                return to_stdout(text).map(|()| None);
            }
            Long("format") => arguments.formats.push(parser.value()?.parse()?),
            Short('o') | Long("output") => arguments.output = Some(parser.value()?.into()),
            Long("fail-on") => levels(&parser.value()?.string()?, &mut arguments.fail_on)?,
            Long("level") => levels(&parser.value()?.string()?, &mut arguments.level)?,
            Long("show-ignored") => arguments.show_ignored = true,
            Long("ignore") => arguments.ignore = Some(parser.value()?.into()),
            Long("config") => arguments.config = Some(parser.value()?.into()),
            Long("wire-only") => arguments.wire_only = true,
            Long("tag") => arguments.slice.tags.push(parser.value()?.string()?),
            Long("path") => arguments.slice.paths.push(parser.value()?.string()?),
            Long("operation") => arguments.slice.operations.push(parser.value()?.string()?),
            Long("color") => {
                let when = parser.value()?.string()?;
                if !["auto", "always", "never"].contains(&when.as_str()) {
                    return Err(Failure::Usage(format!(
                        "`{when}` is none of auto, always, never"
                    )));
                }
                arguments.color = Some(when);
            }
            // For tests: the day on which entries expire or do not.
            Long("today") => arguments.today = Some(parser.value()?.parse()?),
            Value(input) => arguments.inputs.push(input.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    if arguments.fail_on.is_empty() {
        arguments.fail_on.push(Threshold::Breaking);
    }
    if arguments.level.is_empty() {
        arguments.level.push(Threshold::Any);
    }
    Ok(Some(arguments))
}

fn levels(text: &str, levels: &mut Vec<Threshold>) -> Result<(), Failure> {
    for word in text.split(',') {
        match word.parse() {
            // It is said of a crate in a workspace, and there is none here.
            Ok(Threshold::MissingVersionBump) => {
                let message =
                    "missing-version-bump needs a workspace: `cargo xtask drift --base REF`";
                return Err(Failure::Usage(message.to_owned()));
            }
            Ok(level) => levels.push(level),
            Err(message) => return Err(Failure::Usage(message)),
        }
    }
    Ok(())
}

/// Where each format goes.
fn targets(arguments: &Arguments) -> Result<Vec<Target>, Failure> {
    let mut targets = arguments.formats.clone();
    if targets.iter().all(|target| target.file.is_some())
        && (targets.is_empty() || arguments.output.is_some())
    {
        targets.push(Target {
            format: Format::Terminal,
            file: None,
        });
    }
    if targets
        .iter()
        .filter(|target| target.file.is_none())
        .count()
        > 1
    {
        let message = "at most one format goes without a file: --format sarif=drift.sarif";
        return Err(Failure::Usage(message.to_owned()));
    }
    for target in &mut targets {
        if target.file.is_none() {
            target.file.clone_from(&arguments.output);
        }
    }
    Ok(targets)
}

/// A settings file and its name. One that was given must be there; the usual one need not.
fn settings(given: Option<&PathBuf>, usual: &str) -> Result<(PathBuf, String), Failure> {
    match given {
        None => Ok((PathBuf::from(usual), usual.to_owned())),
        Some(file) if file.is_file() => Ok((file.clone(), file.display().to_string())),
        Some(file) => Err(Failure::Usage(format!(
            "{}: there is no such file",
            file.display()
        ))),
    }
}

fn style(arguments: &Arguments, stdout: bool) -> Style {
    let terminal = stdout && std::io::stdout().is_terminal();
    let columns = std::env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse().ok());
    let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    Style {
        colour: match arguments.color.as_deref() {
            Some("always") => true,
            Some("never") => false,
            _ => terminal && wanted,
        },
        width: match terminal {
            true => textwrap::termwidth(),
            false => columns.unwrap_or(PLAIN_WIDTH),
        },
    }
}

fn listed_rules() -> String {
    let word = |verdict: Option<rolecall_drift::WireVerdict>| verdict.map_or("", |v| v.as_str());
    let lines = rules::RULES.iter().map(|rule| {
        let [request, response, operation] =
            [rule.wire.request, rule.wire.response, rule.wire.operation].map(word);
        let (id, api, summary) = (rule.id, rule.api.as_str(), rule.summary);
        format!("{id:34} {request:10} {response:10} {operation:10} {api:5} {summary}\n")
    });
    let heading = [
        "rule",
        "request",
        "response",
        "operation",
        "crate",
        "what it finds",
    ];
    let [id, request, response, operation, api, summary] = heading;
    let first = format!("{id:34} {request:10} {response:10} {operation:10} {api:5} {summary}\n");
    std::iter::once(first).chain(lines).collect()
}

/// Writes a file whole or not at all: beside its place first, and then into it.
fn to_file(file: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::Tool(format!("{}: {error}", file.display()));
    // A pipe or a device is written to and not replaced.
    if file.exists() && !file.is_file() {
        return std::fs::write(file, text).map_err(failed);
    }
    let mut beside = file.as_os_str().to_owned();
    beside.push(format!(".{}.part", std::process::id()));
    let beside = PathBuf::from(beside);
    let written = std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, file));
    if written.is_err() {
        // The half of it helps nobody; that it may not be there is no other failure.
        let _ = std::fs::remove_file(&beside);
    }
    written.map_err(failed)
}

/// Writes to standard output. A reader that has read enough is no failure.
fn to_stdout(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::Tool(format!("standard output: {error}")))
        }
        _ => Ok(()),
    }
}
