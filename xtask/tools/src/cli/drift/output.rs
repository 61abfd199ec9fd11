//! Writes the reports: to files whole or not at all, and at most one to standard output.

use std::ffi::OsString;
use std::io::{ErrorKind, IsTerminal as _, Write as _};
use std::path::Path;

use serde_json::Value;

use crate::drift::source::bad_input;
use rolecall_drift::report::format::Target;
use rolecall_drift::report::{Format, Report, Style};
use xtask::generate::Failure;
use xtask::project::Project;
use xtask::write::{self, Change};

use super::arguments::{Colour, Common};

/// The width of what goes into a file or a pipe, where `COLUMNS` says nothing else.
const PLAIN_WIDTH: usize = 120;

/// Where each format goes.
pub fn targets(common: &Common) -> Result<Vec<Target>, Failure> {
    let mut targets = common.format.clone();
    if targets.iter().all(|target| target.file.is_some())
        && (targets.is_empty() || common.output.is_some())
    {
        targets.push(Target {
            format: Format::Terminal,
            file: None,
        });
    }
    let open = targets
        .iter()
        .filter(|target| target.file.is_none())
        .count();
    if open > 1 {
        let found = format!("{open} formats go to the same place");
        let help = "give all but one a file: --format sarif=drift.sarif";
        let problem = bad_input("--format", found, "at most one format without a file", help);
        return Err(problem.into());
    }
    for target in &mut targets {
        if target.file.is_none() {
            target.file.clone_from(&common.output);
        }
    }
    Ok(targets)
}

/// Writes the report in every format.
pub fn write(report: &Report, targets: &[Target], common: &Common) -> Result<(), Failure> {
    let columns = std::env::var("COLUMNS").ok();
    let columns = columns.and_then(|columns| columns.parse().ok());
    let plain = Style {
        colour: common.color == Colour::Always,
        width: columns.unwrap_or(PLAIN_WIDTH),
    };
    for target in targets {
        match &target.file {
            Some(file) => to_file(file, render(target.format, report, plain))?,
            None => to_stdout(&render(target.format, report, here(common, plain)))?,
        }
    }
    Ok(())
}

/// The report as a text; what is for programs names files as all of this tool's JSON does.
fn render(format: Format, report: &Report, style: Style) -> String {
    if format != Format::Json {
        return format.render(report, style);
    }
    let mut report = serde_json::to_value(report).unwrap_or_default();
    shorten(&mut report, &Project::here());
    let mut text = serde_json::to_string_pretty(&report).unwrap_or_default();
    text.push('\n');
    text
}

/// Writes files, and the names of sections that are files, as [`Project::shown`] has them.
fn shorten(value: &mut Value, project: &Project) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| shorten(item, project)),
        Value::Object(entries) => {
            for (key, value) in entries {
                match value {
                    Value::String(file) if matches!(key.as_str(), "file" | "name") => {
                        if Path::new(file).is_absolute() {
                            *file = project.shown(file);
                        }
                    }
                    value => shorten(value, project),
                }
            }
        }
        _ => {}
    }
}

/// How standard output shows a report.
fn here(common: &Common, plain: Style) -> Style {
    let terminal = std::io::stdout().is_terminal();
    Style {
        colour: coloured(common.color, terminal, std::env::var_os("NO_COLOR")),
        width: if terminal {
            textwrap::termwidth()
        } else {
            plain.width
        },
    }
}

/// Whether there are colours. <https://no-color.org>: any value that is not empty says no, and what is said on the
/// command line wins.
fn coloured(wanted: Colour, terminal: bool, no_color: Option<OsString>) -> bool {
    match wanted {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => terminal && no_color.is_none_or(|value| value.is_empty()),
    }
}

fn to_file(file: &Path, text: String) -> Result<(), Failure> {
    // A pipe or a device is written to and not replaced.
    if file.exists() && !file.is_file() {
        return std::fs::write(file, text)
            .map_err(|error| Failure::Tool(format!("{}: {error}", file.display())));
    }
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let path = folder
        .unwrap_or(Path::new("."))
        .join(file.file_name().unwrap_or_default());
    let change = Change {
        path,
        new: Some(text),
        old: None,
    };
    write::apply(&[change]).map_err(Failure::Tool)
}

/// Writes to standard output. A reader that has read enough is no failure.
pub fn to_stdout(text: &str) -> Result<(), Failure> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_for_terminals_that_want_them() {
        let auto = |terminal, no_color: Option<&str>| {
            coloured(Colour::Auto, terminal, no_color.map(OsString::from))
        };
        assert!(auto(true, None) && auto(true, Some("")));
        assert!(!auto(true, Some("1")) && !auto(true, Some("0")) && !auto(false, None));
        assert!(coloured(Colour::Always, false, Some("1".into())));
        assert!(!coloured(Colour::Never, true, None));
    }
}
