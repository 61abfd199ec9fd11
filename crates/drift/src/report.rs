//! What a run of `drift` reports. The formats are made from this, and the JSON format is this.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;

use super::deviations::Deviations;
use super::finding::{
    Bump, Comparison, Finding, OperationRef, Operations, RustApi, Source, WireSummary, WireVerdict,
};
use super::ignore::{Acceptance, Ignores, Stale};
use super::policy::{Overridden, Overrides, Threshold};

pub mod format;
mod github;
mod group;
mod html;
mod junit;
mod markdown;
mod next;
mod sarif;
mod terminal;

pub use format::{Format, Style};
pub use next::lacks_bump;

/// What a run reports.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(title = "Report of cargo xtask drift")]
pub struct Report {
    /// The form of this report. A key may be added without a new number; one that goes or changes its meaning takes one.
    pub version: u32,
    /// What makes the run fail.
    pub fail_on: Vec<Threshold>,
    /// Whether the run fails: some finding is that bad, or an entry of the ignore file has expired.
    pub failed: bool,
    /// How many findings are that bad, shown or not.
    pub failing: usize,
    /// One for each pair of documents, or for each API.
    pub sections: Vec<Section>,
    /// Entries of the ignore file whose last day is over.
    pub expired: Vec<Stale>,
    /// Entries of the ignore file, and deviations, that fit nothing.
    pub unused: Vec<Stale>,
}

/// A pair of documents, or an API that has only one.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Section {
    /// The API by its folder in `specs/`, or the new document as it was given.
    pub name: String,
    /// What could be compared.
    pub state: State,
    /// The comparison; none when there was only one document.
    pub comparison: Option<Summary>,
    /// The differences: breaking ones first, then by place.
    pub findings: Vec<Judged>,
    /// The version that `api.toml` gives the crate now; only with `--base`.
    pub declared: Option<String>,
    /// Whether that version is lower than the advice.
    pub lacks_bump: bool,
    /// What the vendor publishes; only with `--upstream`.
    pub upstream: Option<Published>,
    /// What to do next: files to edit and commands to run, in their order.
    pub next: Vec<String>,
}

/// What could be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Both documents.
    Compared,
    /// The API was not there in the older revision.
    Added,
    /// The API is there no more.
    Removed,
    /// The vendor publishes no document.
    Unpublished,
}

/// The two documents, and what they differ in by numbers.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Summary {
    /// The description that clients in use follow.
    pub old: Source,
    /// The description that the service follows now.
    pub new: Source,
    /// How many operations there were.
    pub operations: Operations,
    /// The findings that count, by wire verdict.
    pub wire: WireSummary,
    /// How many findings were accepted and do not count.
    pub accepted: usize,
    /// What the API verdicts rest on.
    pub rust_api: RustApi,
    /// The version to give the crate; accepted findings are in it, since they change the crate all the same. None with
    /// `--upstream`, where no crate is generated from the vendor's document.
    pub bump: Option<Bump>,
}

/// A finding, and what the project makes of it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Judged {
    /// The finding.
    #[serde(flatten)]
    pub finding: Finding,
    /// The verdict that `drift.toml` replaced, if it did.
    pub overridden: Option<Overridden>,
    /// Why the finding does not count, if it does not.
    pub accepted: Option<Acceptance>,
    /// Whether the run fails because of it.
    pub fails: bool,
}

/// What the vendor publishes.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Published {
    /// Where it is published.
    pub url: String,
    /// The release that `api.toml` names.
    pub pinned_version: String,
    /// The digest that `api.toml` names.
    pub pinned_sha256: Option<String>,
    /// The release that was compared: `info.version`.
    pub version: Option<String>,
    /// The SHA-256 of the document that was compared, in hex.
    pub sha256: String,
    /// Whether that is another document than `api.toml` names: another digest, or, where it names none, another version.
    pub moved: bool,
    /// The operations that the vendor has and our description lacks.
    pub lacking: Vec<Lacking>,
}

/// An operation that our description lacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Lacking {
    /// The operation.
    #[serde(flatten)]
    pub operation: OperationRef,
    /// Its first tag.
    pub tag: Option<String>,
    /// Its summary.
    pub summary: Option<String>,
    /// Whether operations of this tag are in our description.
    pub near: bool,
}

/// What a project says of findings.
#[derive(Debug)]
pub struct Judge<'a> {
    /// The verdicts that it sets itself.
    pub overrides: &'a Overrides,
    /// The findings that it accepts for some time.
    pub ignores: &'a Ignores,
    /// Its deliberate differences from the vendor's document.
    pub deviations: Option<&'a Deviations>,
    /// What makes a run fail.
    pub fail_on: &'a [Threshold],
    /// The day on which entries expire or do not.
    pub today: NaiveDate,
}

impl Judge<'_> {
    /// The section of a comparison.
    #[must_use]
    pub fn section(&self, name: &str, comparison: Comparison) -> Section {
        let mut findings: Vec<Judged> = comparison
            .findings
            .into_iter()
            .map(|finding| self.judge(finding))
            .collect();
        // Verdicts may be others now; what is worst stays first.
        findings.sort_by_key(|judged| std::cmp::Reverse(judged.finding.wire));
        let count = |verdict| {
            let counted = findings.iter().filter(|judged| judged.accepted.is_none());
            counted
                .filter(|judged| judged.finding.wire == verdict)
                .count()
        };
        let wire = WireSummary {
            breaking: count(WireVerdict::Breaking),
            dangerous: count(WireVerdict::Dangerous),
            compatible: count(WireVerdict::Compatible),
        };
        Section {
            name: name.to_owned(),
            state: State::Compared,
            comparison: Some(Summary {
                old: comparison.old,
                new: comparison.new,
                operations: comparison.operations,
                wire,
                accepted: findings.iter().filter(|j| j.accepted.is_some()).count(),
                rust_api: comparison.rust_api,
                bump: Some(comparison.bump),
            }),
            findings,
            declared: None,
            lacks_bump: false,
            upstream: None,
            next: Vec::new(),
        }
    }

    fn judge(&self, mut finding: Finding) -> Judged {
        let overridden = self.overrides.apply(&mut finding);
        let deviation = self.deviations.and_then(|all| all.accepts(&finding));
        let accepted = deviation.or_else(|| self.ignores.accepts(&finding, self.today));
        let fails = accepted.is_none() && self.fail_on.iter().any(|limit| limit.reached(&finding));
        Judged {
            finding,
            overridden,
            accepted,
            fails,
        }
    }
}

impl Section {
    /// An API with nothing to compare.
    #[must_use]
    pub fn alone(name: &str, state: State) -> Self {
        Self {
            name: name.to_owned(),
            state,
            comparison: None,
            findings: Vec::new(),
            declared: None,
            lacks_bump: false,
            upstream: None,
            next: Vec::new(),
        }
    }
}

impl Report {
    /// Puts the sections together.
    #[must_use]
    pub fn new(
        fail_on: &[Threshold],
        mut sections: Vec<Section>,
        expired: Vec<Stale>,
        unused: Vec<Stale>,
    ) -> Self {
        for section in &mut sections {
            section.lacks_bump = next::lacks_bump(section);
            section.next = next::steps(section);
        }
        let wanted = fail_on.contains(&Threshold::MissingVersionBump);
        let lacking = wanted && sections.iter().any(|section| section.lacks_bump);
        let failing = sections
            .iter()
            .flat_map(|s| &s.findings)
            .filter(|judged| judged.fails)
            .count();
        let may = !fail_on.contains(&Threshold::None);
        Self {
            version: 1,
            fail_on: fail_on.to_vec(),
            failed: may && (failing > 0 || lacking || !expired.is_empty()),
            failing,
            sections,
            expired,
            unused,
        }
    }

    /// Removes the findings that are not to be shown: those below every level, and, unless they are wanted, those that
    /// are accepted. Counts and the verdict on the run stay.
    pub fn hide(&mut self, levels: &[Threshold], show_accepted: bool) {
        for section in &mut self.sections {
            section.findings.retain(|judged| {
                (show_accepted || judged.accepted.is_none())
                    && levels.iter().any(|level| level.reached(&judged.finding))
            });
        }
    }
}

/// The JSON Schema of the JSON format.
#[must_use]
pub fn schema() -> String {
    let schema = schemars::schema_for!(Report);
    // A value of JSON always serializes.
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}
