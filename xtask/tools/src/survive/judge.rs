//! Whether what came of a body is what must come of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Case;
use super::change::{Expect, Mutation};
use super::exact;
use super::unnamed::is_unnamed;
use rolecall_openapi::json;
use rolecall_openapi::load::unescape;

/// What a crate made of a body.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// It decoded, and encodes to this text.
    Decoded(String),
    /// As that, and something in it is of a shape or has a value that the type does not name.
    Unnamed(String),
    /// It did not decode.
    Refused {
        /// The culprit's place.
        path: String,
        /// What is wrong with it.
        message: String,
    },
    /// The crate has no type for such a body.
    NoType,
}

impl Answer {
    /// For a value that decoded: what it encodes to, and how `Debug` shows it.
    pub fn decoded(again: String, shown: &str) -> Self {
        if is_unnamed(shown) {
            Self::Unnamed(again)
        } else {
            Self::Decoded(again)
        }
    }
}

/// What is wrong with an answer.
pub fn judge(case: &Case, answer: &Answer) -> Result<(), String> {
    match (&case.expect, answer) {
        (Expect::Named, Answer::Unnamed(_)) => {
            Err("is as described, and decodes as an unknown shape or value".to_owned())
        }
        (
            Expect::Survive | Expect::Named | Expect::SameValue | Expect::LeftOut,
            Answer::Decoded(again) | Answer::Unnamed(again),
        ) => {
            let again =
                exact::value(again).map_err(|error| format!("encodes to no JSON: {error}"))?;
            let by_value = case.expect == Expect::SameValue;
            let Some(difference) = difference(&case.body, &again, "", by_value) else {
                return Ok(());
            };
            let left_out = case.expect == Expect::LeftOut
                && self::difference(&without(&case.body, &case.pointer), &again, "", false)
                    .is_none();
            if left_out {
                Ok(())
            } else {
                Err(format!("encodes to something else: {difference}"))
            }
        }
        (Expect::MissingProperty { pointer, property }, Answer::Refused { path, message }) => {
            if path == pointer && message.contains(&format!("`{property}`")) {
                Ok(())
            } else {
                Err(format!(
                    "is refused as `{message}` at `{path}`, not for `{property}` at `{pointer}`"
                ))
            }
        }
        (
            Expect::Survive | Expect::Named | Expect::SameValue | Expect::LeftOut,
            Answer::Refused { path, message },
        ) => Err(format!("is refused: at `{path}`: {message}")),
        (Expect::MissingProperty { property, .. }, Answer::Decoded(_) | Answer::Unnamed(_)) => {
            Err(format!("decodes without `{property}`"))
        }
        (_, Answer::NoType) => Err("the crate has no type for it".to_owned()),
    }
}

/// A body without what is at a place.
fn without(body: &Value, pointer: &str) -> Value {
    let mut body = body.clone();
    let (parent, last) = pointer.rsplit_once('/').unwrap_or_default();
    match body.pointer_mut(parent) {
        Some(Value::Array(items)) => {
            let index = last.parse().unwrap_or(usize::MAX);
            if index < items.len() {
                items.remove(index);
            }
        }
        Some(Value::Object(entries)) => {
            entries.shift_remove(&unescape(last));
        }
        _ => {}
    }
    body
}

/// The first place where two values are not the same JSON: objects without regard to order, numbers by form within an
/// object, and by value elsewhere or where that is all that is asked for.
fn difference(one: &Value, other: &Value, at: &str, by_value: bool) -> Option<String> {
    if let (Some(a), Some(b)) = (exact::form(one), exact::form(other)) {
        let loose = by_value || at.bytes().all(|byte| byte == b'/' || byte.is_ascii_digit());
        let same = a == b || loose && a.parse::<f64>() == b.parse::<f64>();
        return (!same).then(|| format!("`{at}` was {a}, became {b}"));
    }
    match (one, other) {
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let mut pairs = a.iter().zip(b).enumerate();
            pairs.find_map(|(index, (a, b))| difference(a, b, &format!("{at}/{index}"), by_value))
        }
        (Value::Object(a), Value::Object(b)) => {
            let lost = a.iter().find_map(|(key, a)| {
                let at = json::join(at, key);
                match b.get(key) {
                    Some(b) => difference(a, b, &at, by_value),
                    None => Some(format!("`{at}` is lost")),
                }
            });
            let more = || b.keys().find(|key| !a.contains_key(*key));
            lost.or_else(|| more().map(|key| format!("`{at}/{key}` is new")))
        }
        _ if one == other => None,
        _ => Some(format!("`{at}` was {one}, became {other}")),
    }
}

/// Counts of what came of cases.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Cases and failures by mutation.
    pub counts: BTreeMap<Mutation, (usize, usize)>,
    /// The first failures, in words.
    pub failures: Vec<String>,
    /// All failures.
    pub failed: usize,
}

/// Failures that are told.
const TOLD: usize = 20;

impl Tally {
    /// Counts one.
    pub fn add(&mut self, case: &Case, answer: &Answer) {
        let (cases, failures) = self.counts.entry(case.mutation).or_default();
        *cases += 1;
        if let Err(problem) = judge(case, answer) {
            *failures += 1;
            self.failed += 1;
            if self.failures.len() < TOLD {
                self.failures.push(format!(
                    "{} ({} {}), {} at `{}`: {problem}",
                    case.operation,
                    case.body_kind.as_str(),
                    case.status,
                    case.mutation.as_str(),
                    case.pointer
                ));
            }
        }
    }

    /// All cases.
    pub fn cases(&self) -> usize {
        self.counts.values().map(|(cases, _)| cases).sum()
    }
}

/// A column for each tally, a row for each mutation: cases, and failures where there are any.
pub fn table(tallies: &[(&str, &Tally)]) -> String {
    let cell = |(cases, failed): (usize, usize)| match failed {
        0 => cases.to_string(),
        _ => format!("{cases} ({failed} failed)"),
    };
    let rows = Mutation::ALL.iter().map(|mutation| {
        let counts = tallies
            .iter()
            .map(|(_, tally)| cell(tally.counts.get(mutation).copied().unwrap_or_default()));
        std::iter::once(mutation.as_str().to_owned())
            .chain(counts)
            .collect()
    });
    let sums = tallies
        .iter()
        .map(|(_, tally)| cell((tally.cases(), tally.failed)));
    let sums: Vec<String> = std::iter::once("all".to_owned()).chain(sums).collect();
    let header: Vec<&str> = std::iter::once("body")
        .chain(tallies.iter().map(|(name, _)| *name))
        .collect();
    xtask::table::table(&header, rows.chain([sums]))
}
