//! Whether what came of a body is what must come of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Case;
use super::change::{Expect, Mutation};

/// What a crate made of a body.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// It decoded, and encodes to this.
    Decoded(Value),
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

/// What is wrong with an answer.
pub fn judge(case: &Case, answer: &Answer) -> Result<(), String> {
    match (&case.expect, answer) {
        (Expect::Survive, Answer::Decoded(again)) => match difference(&case.body, again, "") {
            None => Ok(()),
            Some(difference) => Err(format!("encodes to something else: {difference}")),
        },
        (Expect::MissingProperty { pointer, property }, Answer::Refused { path, message }) => {
            if path == pointer && message.contains(&format!("`{property}`")) {
                Ok(())
            } else {
                Err(format!(
                    "is refused as `{message}` at `{path}`, not for `{property}` at `{pointer}`"
                ))
            }
        }
        (Expect::Survive, Answer::Refused { path, message }) => {
            Err(format!("is refused: at `{path}`: {message}"))
        }
        (Expect::MissingProperty { property, .. }, Answer::Decoded(_)) => {
            Err(format!("decodes without `{property}`"))
        }
        (_, Answer::NoType) => Err("the crate has no type for it".to_owned()),
    }
}

/// The first place where two values are not the same JSON: numbers by value, objects without regard to order.
fn difference(one: &Value, other: &Value, at: &str) -> Option<String> {
    match (one, other) {
        (Value::Number(a), Value::Number(b)) if a == b || a.as_f64() == b.as_f64() => None,
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let mut pairs = a.iter().zip(b).enumerate();
            pairs.find_map(|(index, (a, b))| difference(a, b, &format!("{at}/{index}")))
        }
        (Value::Object(a), Value::Object(b)) => {
            let lost = a.iter().find_map(|(key, a)| {
                let at = rolecall_openapi::json::join(at, key);
                match b.get(key) {
                    Some(b) => difference(a, b, &at),
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
