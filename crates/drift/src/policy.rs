//! What a project makes of findings: how bad is bad enough, and the verdicts that it sets itself in `drift.toml`.

use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use rolecall_openapi::load;
use rolecall_openapi::problem::{Problem, Problems, Severity};
use rolecall_openapi::toml::from_toml;

use super::finding::{ApiVerdict, Finding, WireVerdict};
use super::rules;

/// How bad a finding must be, for `--fail-on` and `--level`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Threshold {
    /// Breaking on the wire
    Breaking,
    /// Breaking or dangerous on the wire
    Dangerous,
    /// A major version of the generated crate
    Major,
    /// A minor or a major version of the generated crate
    Minor,
    /// A version in `api.toml` that is lower than the advice
    #[serde(rename = "missing-version-bump")]
    MissingVersionBump,
    /// Any finding
    Any,
    /// No finding
    None,
}

impl FromStr for Threshold {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|one| one.as_str() == word);
        known.ok_or_else(|| format!("there is no level `{word}`"))
    }
}

impl Threshold {
    /// Every threshold, in the order in which they are listed.
    pub const ALL: [Threshold; 7] = [
        Threshold::Breaking,
        Threshold::Dangerous,
        Threshold::Major,
        Threshold::Minor,
        Threshold::MissingVersionBump,
        Threshold::Any,
        Threshold::None,
    ];

    /// The word on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Threshold::Breaking => "breaking",
            Threshold::Dangerous => "dangerous",
            Threshold::Major => "major",
            Threshold::Minor => "minor",
            Threshold::MissingVersionBump => "missing-version-bump",
            Threshold::Any => "any",
            Threshold::None => "none",
        }
    }

    /// Whether a finding is that bad.
    #[must_use]
    pub fn reached(self, finding: &Finding) -> bool {
        match self {
            Threshold::Breaking => finding.wire == WireVerdict::Breaking,
            Threshold::Dangerous => finding.wire >= WireVerdict::Dangerous,
            Threshold::Major => finding.api == ApiVerdict::Major,
            Threshold::Minor => finding.api >= ApiVerdict::Minor,
            Threshold::Any => true,
            // It is reached by an API, and by no finding alone.
            Threshold::MissingVersionBump | Threshold::None => false,
        }
    }
}

/// The verdicts that a project sets itself. Only those on the wire: what becomes of the generated crate follows from its
/// code, and no setting changes that.
#[derive(Clone, Debug, Default)]
pub struct Overrides(BTreeMap<String, Setting>);

/// One entry of `drift.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Setting {
    wire: WireVerdict,
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    rules: BTreeMap<toml::Spanned<String>, Setting>,
}

/// A verdict that the project set instead of the rule's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Overridden {
    /// The rule's own verdict.
    pub from: WireVerdict,
    /// Why the project says otherwise.
    pub reason: String,
}

impl Overrides {
    /// Adds what a file says, which is called `name` in what is said of it; where both speak of a rule, the file wins. A
    /// file that is not there says nothing.
    pub fn read(&mut self, file: &Path, name: &str) -> Result<(), Problems> {
        if !file.exists() {
            return Ok(());
        }
        let (_, text) = load::read_text(file)?;
        self.parse(name, &text)
    }

    fn parse(&mut self, name: &str, text: &str) -> Result<(), Problems> {
        let expected = "[rules.<id>] with `wire` (breaking, dangerous or compatible) and `reason`";
        let read: File = from_toml(text, name, "bad-drift-toml", expected)?;
        for (rule, setting) in read.rules {
            let (line, column) = rolecall_openapi::toml::place(text, rule.span().start);
            let rule = rule.into_inner();
            let wrong = |found: String, expected: &str, help: &str| {
                Problem::of_file(
                    Severity::Error,
                    "bad-drift-toml",
                    name,
                    found,
                    expected,
                    help,
                )
                .at(line, column)
            };
            if rules::find(&rule).is_none() {
                let found = format!("there is no rule `{rule}`");
                let help = "`cargo xtask drift rules` lists the rules";
                return Err(wrong(found, "the id of a rule", help).into());
            }
            if setting.reason.trim().is_empty() {
                let found = format!("`{rule}` has no reason");
                let help = "say why this project judges otherwise";
                return Err(wrong(found, "a sentence", help).into());
            }
            self.0.insert(rule, setting);
        }
        Ok(())
    }

    /// Sets the verdict of a finding; what it was before, when it is another one now.
    pub fn apply(&self, finding: &mut Finding) -> Option<Overridden> {
        let setting = self.0.get(finding.rule)?;
        let from = std::mem::replace(&mut finding.wire, setting.wire);
        (from != setting.wire).then(|| Overridden {
            from,
            reason: setting.reason.clone(),
        })
    }
}
