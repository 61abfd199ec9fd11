//! `specs/<api>/deviations.toml`: what our description says otherwise than the vendor's on purpose.

use std::cell::Cell;
use std::path::Path;

use serde::Deserialize;

use rolecall_codegen::slice::matches;
use rolecall_openapi::load;
use rolecall_openapi::problem::{Problem, Problems, Severity};
use rolecall_openapi::toml::{from_toml, place};

use super::finding::{Finding, Spot};
use super::ignore::{Acceptance, Stale, is_fingerprint};
use super::rules;

/// The deviations of an API.
#[derive(Debug, Default)]
pub struct Deviations {
    file: String,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    line: usize,
    raw: Raw,
    used: Cell<usize>,
}

/// Either a fingerprint, or a rule with a pointer or an operation. `*` stands for any text, but in a fingerprint.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    fingerprint: Option<String>,
    rule: Option<String>,
    /// A JSON Pointer into our description or into theirs.
    pointer: Option<String>,
    /// An `operationId`; the finding reaches no operation that does not match.
    operation: Option<String>,
    reason: toml::Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    deviation: Vec<Raw>,
}

impl Deviations {
    /// Reads the file of an API, which is called `name` in what is said of it. One that is not there says nothing.
    pub fn read(file: &Path, name: &str) -> Result<Self, Problems> {
        if !file.exists() {
            return Ok(Self::default());
        }
        let (_, text) = load::read_text(file)?;
        Self::parse(name, &text)
    }

    /// Reads the text of such a file.
    pub fn parse(name: &str, text: &str) -> Result<Self, Problems> {
        let expected = "[[deviation]] entries, each with `reason` and either `fingerprint`, or `rule` and `pointer` \
                        or `operation`";
        let read: File = from_toml(text, name, "bad-deviations", expected)?;
        let mut entries = Vec::new();
        for raw in read.deviation {
            let (line, column) = place(text, raw.reason.span().start);
            if let Some((found, help)) = raw.fault() {
                let problem = Problem::of_file(
                    Severity::Error,
                    "bad-deviations",
                    name,
                    found,
                    expected,
                    help,
                );
                return Err(problem.at(line, column).into());
            }
            entries.push(Entry {
                line,
                raw,
                used: Cell::new(0),
            });
        }
        Ok(Self {
            file: name.to_owned(),
            entries,
        })
    }

    /// Why a finding is no news, if an entry says so. The first entry that fits decides.
    pub fn accepts(&self, finding: &Finding) -> Option<Acceptance> {
        let entry = self.entries.iter().find(|entry| entry.raw.fits(finding))?;
        entry.used.set(entry.used.get() + 1);
        Some(Acceptance {
            by: format!("{}:{}", self.file, entry.line),
            reason: entry.raw.reason.get_ref().clone(),
            owner: None,
            expires: None,
        })
    }

    /// The entries that fit nothing, of all that was shown to [`Deviations::accepts`].
    pub fn unused(&self) -> Vec<Stale> {
        let unused = self.entries.iter().filter(|entry| entry.used.get() == 0);
        unused
            .map(|entry| Stale {
                at: format!("{}:{}", self.file, entry.line),
                message: format!(
                    "nothing differs as this entry says ({}): remove it, or correct it",
                    entry.raw.what()
                ),
            })
            .collect()
    }
}

impl Raw {
    fn fault(&self) -> Option<(String, &'static str)> {
        if self.reason.get_ref().trim().is_empty() {
            let help = "say why our description says otherwise";
            return Some(("the reason is empty".to_owned(), help));
        }
        let patterns = self.rule.is_some() || self.pointer.is_some() || self.operation.is_some();
        match (&self.fingerprint, &self.rule) {
            (Some(fingerprint), _) if !is_fingerprint(fingerprint) => Some((
                format!("`{fingerprint}` is no fingerprint"),
                "copy the fingerprint from the report: sixteen hexadecimal digits",
            )),
            (Some(_), _) if patterns => Some((
                "a fingerprint names one difference, and patterns stand beside it".to_owned(),
                "remove the patterns, or the fingerprint",
            )),
            (Some(_), _) => None,
            (None, Some(rule)) if !rules::RULES.iter().any(|known| matches(rule, known.id)) => {
                Some((
                    format!("there is no rule `{rule}`"),
                    "`cargo xtask drift rules` lists the rules",
                ))
            }
            (None, Some(_)) if self.pointer.is_some() || self.operation.is_some() => None,
            (None, _) => Some((
                "the entry does not say which differences it means".to_owned(),
                "give a fingerprint, or a rule with a pointer or an operation",
            )),
        }
    }

    fn fits(&self, finding: &Finding) -> bool {
        if let Some(fingerprint) = &self.fingerprint {
            return *fingerprint == finding.fingerprint;
        }
        let at = |spot: &Option<Spot>, pattern: &str| {
            spot.as_ref()
                .is_some_and(|spot| matches(pattern, &spot.pointer))
        };
        let rule = self
            .rule
            .as_deref()
            .is_some_and(|rule| matches(rule, finding.rule));
        let pointer = |pattern: &String| at(&finding.old, pattern) || at(&finding.new, pattern);
        let operation = |pattern: &String| {
            !finding.operations.is_empty()
                && finding
                    .operations
                    .iter()
                    .all(|one| matches(pattern, &one.id))
        };
        rule && self.pointer.as_ref().is_none_or(pointer)
            && self.operation.as_ref().is_none_or(operation)
    }

    fn what(&self) -> String {
        let said = [
            ("fingerprint", &self.fingerprint),
            ("rule", &self.rule),
            ("pointer", &self.pointer),
            ("operation", &self.operation),
        ];
        let said = said.iter().filter_map(|(key, value)| {
            let value = value.as_ref()?;
            Some(format!("{key} {value}"))
        });
        said.collect::<Vec<_>>().join(", ")
    }
}
