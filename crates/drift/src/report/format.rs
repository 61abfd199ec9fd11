//! The formats, and where each report goes.

use std::path::PathBuf;
use std::str::FromStr;

use super::{Report, github, html, junit, markdown, sarif, terminal};

/// The form of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// For people at a terminal.
    Terminal,
    /// For a comment on a pull request.
    Markdown,
    /// For programs.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// Workflow commands of GitHub Actions, which become annotations.
    Github,
    /// JUnit's XML.
    Junit,
    /// One page with everything in it.
    Html,
}

/// Every format with its name.
pub const FORMATS: [(&str, Format); 7] = [
    ("terminal", Format::Terminal),
    ("markdown", Format::Markdown),
    ("json", Format::Json),
    ("sarif", Format::Sarif),
    ("github", Format::Github),
    ("junit", Format::Junit),
    ("html", Format::Html),
];

/// How a terminal shows a report.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether there are colours.
    pub colour: bool,
    /// How many columns there are.
    pub width: usize,
}

impl Format {
    /// The report as a text.
    #[must_use]
    pub fn render(self, report: &Report, style: Style) -> String {
        match self {
            Format::Terminal => terminal::render(report, style),
            Format::Markdown => markdown::render(report),
            Format::Json => {
                // Strings, numbers and lists always serialize.
                let mut text = serde_json::to_string_pretty(report).unwrap_or_default();
                text.push('\n');
                text
            }
            Format::Sarif => sarif::render(report),
            Format::Github => github::render(report),
            Format::Junit => junit::render(report),
            Format::Html => html::render(report),
        }
    }
}

/// `--format NAME` or `--format NAME=FILE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The form.
    pub format: Format,
    /// The file; standard output without one.
    pub file: Option<PathBuf>,
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, file) = match text.split_once('=') {
            Some((_, "")) => return Err("the name of the file is missing behind `=`".to_owned()),
            Some((name, file)) => (name, Some(PathBuf::from(file))),
            None => (text, None),
        };
        let known = FORMATS.iter().find(|(known, _)| *known == name);
        let Some((_, format)) = known else {
            let names: Vec<&str> = FORMATS.iter().map(|(name, _)| *name).collect();
            return Err(format!(
                "there is no format `{name}`; the formats are {}",
                names.join(", ")
            ));
        };
        Ok(Self {
            format: *format,
            file,
        })
    }
}
