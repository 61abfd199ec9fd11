//! `drift-ignore.toml`: findings that were looked at and accepted, each by somebody, for some time.

use std::cell::Cell;
use std::path::Path;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use rolecall_openapi::load;
use rolecall_openapi::problem::{Problem, Problems, Severity};
use rolecall_openapi::toml::{from_toml, place};

use super::finding::Finding;

/// The entries of an ignore file.
#[derive(Debug, Default)]
pub struct Ignores {
    file: String,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    line: usize,
    raw: Raw,
    expires: NaiveDate,
    used: Cell<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    fingerprint: toml::Spanned<String>,
    reason: String,
    owner: String,
    expires: toml::value::Datetime,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    ignore: Vec<Raw>,
}

/// Why a finding does not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Acceptance {
    /// The file that says so, and its line: `drift-ignore.toml:4`.
    pub by: String,
    /// Why the finding is accepted.
    pub reason: String,
    /// Who answers for it; none for a deviation, which the spec itself answers for.
    pub owner: Option<String>,
    /// The last day on which it is accepted, as `2030-01-31`; none for a deviation, which stands until it is taken back.
    pub expires: Option<String>,
}

/// An entry that did not do what it is there for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Stale {
    /// The file and the line: `drift-ignore.toml:4`.
    pub at: String,
    /// What is the matter and what to do: one sentence without a full stop.
    pub message: String,
}

impl Ignores {
    /// Reads an ignore file, which is called `name` in what is said of it. One that is not there ignores nothing.
    pub fn read(file: &Path, name: &str) -> Result<Self, Problems> {
        if !file.exists() {
            return Ok(Self::default());
        }
        let (_, text) = load::read_text(file)?;
        Self::parse(name, &text)
    }

    /// Reads the text of an ignore file.
    pub fn parse(name: &str, text: &str) -> Result<Self, Problems> {
        let expected =
            "[[ignore]] entries, each with `fingerprint`, `reason`, `owner` and `expires`";
        let read: File = from_toml(text, name, "bad-ignore-file", expected)?;
        let mut entries: Vec<Entry> = Vec::new();
        for raw in read.ignore {
            let (line, column) = place(text, raw.fingerprint.span().start);
            let wrong = |found: String, expected: &str, help: &str| {
                Problem::of_file(
                    Severity::Error,
                    "bad-ignore-file",
                    name,
                    found,
                    expected,
                    help,
                )
                .at(line, column)
            };
            let fingerprint = raw.fingerprint.get_ref();
            if !is_fingerprint(fingerprint) {
                return Err(wrong(
                    format!("`{fingerprint}` is no fingerprint"),
                    "sixteen hexadecimal digits",
                    "copy the fingerprint from the report",
                )
                .into());
            }
            if entries
                .iter()
                .any(|e| e.raw.fingerprint.get_ref() == fingerprint)
            {
                let found = format!("`{fingerprint}` has two entries");
                return Err(wrong(found, "one entry a finding", "remove one").into());
            }
            if raw.reason.trim().is_empty() || raw.owner.trim().is_empty() {
                let found = format!("the entry of `{fingerprint}` has no reason or no owner");
                let help = "say why the finding is accepted, and who answers for that";
                return Err(wrong(found, "a reason and an owner", help).into());
            }
            let Some(expires) = date(&raw.expires) else {
                let found = format!("`{}` is no day", raw.expires);
                let help = "write a date without a time, such as 2030-01-31";
                return Err(
                    wrong(found, "the last day on which the finding is accepted", help).into(),
                );
            };
            entries.push(Entry {
                line,
                raw,
                expires,
                used: Cell::new(false),
            });
        }
        Ok(Self {
            file: name.to_owned(),
            entries,
        })
    }

    /// Why a finding is accepted on a day, if it is. An entry that has expired accepts nothing.
    pub fn accepts(&self, finding: &Finding, today: NaiveDate) -> Option<Acceptance> {
        let entry = self
            .entries
            .iter()
            .find(|entry| *entry.raw.fingerprint.get_ref() == finding.fingerprint)?;
        entry.used.set(true);
        (today <= entry.expires).then(|| Acceptance {
            by: self.at(entry),
            reason: entry.raw.reason.clone(),
            owner: Some(entry.raw.owner.clone()),
            expires: Some(entry.expires.to_string()),
        })
    }

    /// The entries whose last day is over.
    pub fn expired(&self, today: NaiveDate) -> Vec<Stale> {
        let over = self.entries.iter().filter(|entry| entry.expires < today);
        over.map(|entry| Stale {
            at: self.at(entry),
            message: format!(
                "the entry of {} expired on {}: {} must mend the cause, or accept the finding again with a later day",
                entry.raw.fingerprint.get_ref(),
                entry.expires,
                entry.raw.owner
            ),
        })
        .collect()
    }

    /// The entries that no finding had, of all that were shown to [`Ignores::accepts`].
    pub fn unused(&self) -> Vec<Stale> {
        let unused = self.entries.iter().filter(|entry| !entry.used.get());
        unused
            .map(|entry| Stale {
                at: self.at(entry),
                message: format!(
                    "no finding has the fingerprint {}: remove the entry",
                    entry.raw.fingerprint.get_ref()
                ),
            })
            .collect()
    }

    fn at(&self, entry: &Entry) -> String {
        format!("{}:{}", self.file, entry.line)
    }
}

/// Whether a text has the form of a fingerprint.
pub(super) fn is_fingerprint(text: &str) -> bool {
    text.len() == 16
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

fn date(value: &toml::value::Datetime) -> Option<NaiveDate> {
    let date = value.date.filter(|_| value.time.is_none())?;
    NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into())
}
