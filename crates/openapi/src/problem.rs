//! What went wrong, said so that the reader can act on it.
//!
//! Everything that reads a document or a file reports through [`Problem`]: what was found, where, in which operation,
//! what was expected instead and what to do about it. The text for people is [`Problem::render`]; the form for
//! programs is the serialized one:
//!
//! ```json
//! [{"severity": "error", "rule": "dangling-ref", "file": "specs/crew/openapi.yaml", "line": 412, "column": 15,
//!   "pointer": "/paths/~1users/get/...", "operation": "listUsers",
//!   "found": "...", "expected": "...", "help": "..."}]
//! ```
//!
//! `line`, `column`, `pointer` and `operation` are `null` where they are not known; the other keys are always there.
//! Rule ids are stable. `pointer` is a JSON Pointer (RFC 6901) into the document.

use std::cmp::Ordering;
use std::fmt::{self, Write as _};

use serde::Serialize;

/// Whether a problem makes the document unusable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The document cannot be used as it is, or breaks a rule that has no exceptions.
    Error,
    /// The document can be used; what it says is probably not what was meant.
    Warning,
}

impl Severity {
    /// The word that is printed and serialized.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing that is wrong, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// The rule that found it: kebab-case, stable.
    pub rule: &'static str,
    /// The file, as the caller named it.
    pub file: String,
    /// The line, counted from 1.
    pub line: Option<usize>,
    /// The column in characters, counted from 1.
    pub column: Option<usize>,
    /// JSON Pointer (RFC 6901) to the place in the document.
    pub pointer: Option<String>,
    /// The `operationId` of the operation that the place is in, or `GET /path` where it has none.
    pub operation: Option<String>,
    /// What is there: one sentence without a full stop.
    pub found: String,
    /// What should be there; empty where `found` says it all.
    pub expected: String,
    /// What to do; empty where `expected` says it all.
    pub help: String,
    /// What was read in its place, where a description of others was read leniently.
    pub read_as: Option<String>,
}

impl Problem {
    /// A problem with a file as a whole, without a place in it.
    pub fn of_file(
        severity: Severity,
        rule: &'static str,
        file: impl Into<String>,
        found: impl Into<String>,
        expected: impl Into<String>,
        help: impl Into<String>,
    ) -> Problem {
        Problem {
            severity,
            rule,
            file: file.into(),
            line: None,
            column: None,
            pointer: None,
            operation: None,
            found: found.into(),
            expected: expected.into(),
            help: help.into(),
            read_as: None,
        }
    }

    /// The same problem at a line and a column, both counted from 1.
    pub fn at(mut self, line: usize, column: usize) -> Problem {
        self.line = Some(line);
        self.column = Some(column);
        self
    }

    /// The text for people, with terminal colours or without. Ends without a line break.
    pub fn render(&self, colour: bool) -> String {
        let (strong, plain) = match (colour, self.severity) {
            (false, _) => ("", ""),
            (true, Severity::Error) => ("\x1b[1;31m", "\x1b[0m"),
            (true, Severity::Warning) => ("\x1b[1;33m", "\x1b[0m"),
        };
        let (bold, blue) = if colour {
            ("\x1b[1m", "\x1b[1;34m")
        } else {
            ("", "")
        };
        let mut text = String::new();
        let _ = write!(
            text,
            "{strong}{}[{}]{plain}{bold}: {}{plain}",
            self.severity,
            self.rule,
            visible(&self.found)
        );
        let _ = write!(text, "\n  {blue}-->{plain} {}", visible(&self.file));
        if let Some(line) = self.line {
            let _ = write!(text, ":{line}");
            if let Some(column) = self.column {
                let _ = write!(text, ":{column}");
            }
        }
        match self.pointer.as_deref() {
            None => {}
            Some("") => text.push_str("  at the root"),
            Some(pointer) => {
                let _ = write!(text, "  at {}", visible(pointer));
            }
        }
        if let Some(operation) = &self.operation {
            let _ = write!(text, "\n   in operation {}", visible(operation));
        }
        if !self.expected.is_empty() {
            let _ = write!(
                text,
                "\n   {bold}expected:{plain} {}",
                visible(&self.expected)
            );
        }
        if !self.help.is_empty() {
            let _ = write!(text, "\n   {bold}help:{plain} {}", visible(&self.help));
        }
        if let Some(reading) = &self.read_as {
            let _ = write!(text, "\n   {bold}read as:{plain} {}", visible(reading));
        }
        text
    }

    /// The order in which problems are read: by place, then by rule.
    fn reading_order(&self, other: &Problem) -> Ordering {
        (
            self.file.as_str(),
            self.line,
            self.column,
            self.rule,
            &self.pointer,
        )
            .cmp(&(
                other.file.as_str(),
                other.line,
                other.column,
                other.rule,
                &other.pointer,
            ))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Problem {}

/// Problems in reading order: by file, then by line.
///
/// A document that cannot be used at all is reported as `Err(Problems)`; what is inside is never empty then.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    /// Takes the problems and puts them in reading order.
    pub fn new(mut problems: Vec<Problem>) -> Problems {
        problems.sort_by(Problem::reading_order);
        Problems(problems)
    }

    /// How many of them are errors.
    pub fn errors(&self) -> usize {
        self.count(Severity::Error)
    }

    /// How many of them are warnings.
    pub fn warnings(&self) -> usize {
        self.count(Severity::Warning)
    }

    /// Whether there is nothing to report.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text for people: the problems with an empty line between them.
    pub fn render(&self, colour: bool) -> String {
        let texts: Vec<String> = self
            .0
            .iter()
            .map(|problem| problem.render(colour))
            .collect();
        texts.join("\n\n")
    }

    fn count(&self, severity: Severity) -> usize {
        self.0
            .iter()
            .filter(|problem| problem.severity == severity)
            .count()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Problems {}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Problems {
        Problems(vec![problem])
    }
}

impl From<Vec<Problem>> for Problems {
    fn from(problems: Vec<Problem>) -> Problems {
        Problems::new(problems)
    }
}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// Whether text for standard error should be coloured: it is a terminal, and `NO_COLOR` is not set.
pub fn colour_wanted() -> bool {
    use std::io::IsTerminal as _;
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && std::io::stderr().is_terminal()
}

/// A text with escapes for controls and for marks that turn the direction of text. Texts that come out of a document
/// may hold anything; a control character must not reach the terminal.
pub fn visible(text: &str) -> String {
    if !text.chars().any(is_invisible) {
        return text.to_owned();
    }
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => shown.push_str("\\n"),
            character if is_invisible(character) => shown.extend(character.escape_default()),
            character => shown.push(character),
        }
    }
    shown
}

/// Controls, and characters that readers do not see or that turn the direction of the text around them.
pub fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(character, '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}
