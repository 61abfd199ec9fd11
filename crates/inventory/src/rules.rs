//! Access rules: what must hold of who holds which role, in a TOML file, checked against a snapshot.

mod check;
mod file;
mod report;

pub use check::check;
pub use file::{Rules, RulesError};
pub use report::{junit, sarif, text};

use crate::model::{Assignment, Tenant};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The version of the form of [`Report`].
pub const VERSION: u32 = 1;

/// What came of checking a snapshot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// The version of the form.
    pub version: u32,
    /// The tenants that the snapshot has.
    pub tenants: Vec<Tenant>,
    /// The rules, in the order of the file.
    pub rules: Vec<Outcome>,
    /// What breaks a rule, accepted or not, in the order of the rules.
    pub findings: Vec<Finding>,
    /// Exceptions that accept nothing: because their last day is over, or because no finding has their fingerprint.
    pub stale: Vec<Stale>,
}

impl Report {
    /// Whether a rule of severity `error` is broken without an exception.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        let mut findings = self.findings.iter();
        findings.any(|one| one.accepted.is_none() && one.severity == Severity::Error)
    }

    /// Whether a rule could not be decided.
    #[must_use]
    pub fn is_undecided(&self) -> bool {
        self.rules.iter().any(|rule| rule.state == State::Undecided)
    }
}

/// What came of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Outcome {
    /// Its id.
    pub id: String,
    /// Where it is: `rules.toml:4`.
    pub at: String,
    /// Why it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// How bad it is to break it.
    pub severity: Severity,
    /// Whether it holds.
    pub state: State,
    /// How many assignments it is about.
    pub assignments: u64,
    /// What was not read or is not known, and could break it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<String>,
}

/// How bad it is to break a rule.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// It is told.
    Warning,
    /// The check fails.
    #[default]
    Error,
}

/// Whether a rule holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It does, and everything that could break it was read.
    Holds,
    /// It does not, and no exception accepts that.
    Broken,
    /// It is not broken by what was read, and not everything was.
    Undecided,
}

/// Something that breaks a rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// The id of the rule.
    pub rule: String,
    /// Where the rule is: `rules.toml:4`.
    pub at: String,
    /// How bad it is.
    pub severity: Severity,
    /// Sixteen hexadecimal digits that stay the same as long as the finding does. An exception names them.
    pub fingerprint: String,
    /// What breaks the rule: one sentence.
    pub message: String,
    /// The assignment that breaks it, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignment: Option<Box<Assignment>>,
    /// Why it does not count, if an exception accepts it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Acceptance>,
}

/// Why a finding does not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Acceptance {
    /// The exception: `rules.toml:40`.
    pub by: String,
    /// Why the finding is accepted.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it is accepted, as `2030-01-31`.
    pub expires: String,
}

/// An exception that accepts nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stale {
    /// The exception: `rules.toml:40`.
    pub at: String,
    /// Whether its last day is over. Otherwise no finding has its fingerprint.
    pub expired: bool,
    /// What is the matter and what to do: one sentence.
    pub message: String,
}
