//! The coverage ledger: what was read, what was not, and what to do about it. Unknown is not empty.

use crate::model::{PrincipalId, ScopeKind, Tenant};
use rolecall::{Error, Kind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a section is known by within a tenant: the kind of enumeration, such as `user-roles`, and for one that is read
/// below a root that was declared, the root: `resource-roles:ri.compass.main.folder.1`.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct SectionId(String);

impl SectionId {
    /// The enumeration of this kind.
    pub fn new(kind: impl Into<String>) -> Self {
        Self(kind.into())
    }

    /// The enumeration of this kind below a root.
    #[must_use]
    pub fn below(kind: &str, root: &str) -> Self {
        Self(format!("{kind}:{root}"))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// How much of an enumeration was read.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// All of it.
    Complete,
    /// Some of it: [`Section::gaps`] has what is missing, as far as that is known.
    Partial,
    /// None of it: the credential may not read it.
    Refused,
    /// As much as the service tells, which may not be all.
    Capped,
    /// None of it: it was not asked for.
    Skipped,
    /// None of it: the request failed for another reason than a refusal.
    Failed,
}

impl Status {
    /// The word, as files have it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::Refused => "refused",
            Self::Capped => "capped",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One enumeration, and how much of it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Section {
    /// Where it is.
    pub tenant: Tenant,
    /// What it is known by.
    pub id: SectionId,
    /// How much of it was read.
    pub status: Status,
    /// How many rows it gave: assignments, or memberships, roles or principals in a section that is about those.
    pub count: u64,
    /// Why it is not complete, or what about it is noteworthy: one sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The scopes or permissions that are missing, in the service's words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// What of a partial section was not read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<Gap>,
    /// How many gaps are not in `gaps`, because there are too many, or because it is not known what they are of. When it is
    /// not 0, nothing can be said about a row that is absent.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more_gaps: u64,
    /// Where two lists of the service disagree. What either tells is among the rows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Disagreement>,
    /// How many are not in `differences`, because there are too many.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more_differences: u64,
}

/// Two lists of a service that should say the same, and do not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Disagreement {
    /// What it is about.
    pub of: GapOf,
    /// Which lists, and what each says: one sentence.
    pub reason: String,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // Serde asks for a reference.
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// What a gap is of. A row is in the gap when everything that is given fits it.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct GapOf {
    /// Rows of this principal; for memberships: of this group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal: Option<PrincipalId>,
    /// Rows of this role, by its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Rows over a scope of this kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope_kind: Option<ScopeKind>,
    /// Rows over the scope with this id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

impl GapOf {
    /// Rows of this principal.
    #[must_use]
    pub fn principal(principal: PrincipalId) -> Self {
        Self {
            principal: Some(principal),
            ..Self::default()
        }
    }

    /// Rows of this role.
    pub fn role(id: impl Into<String>) -> Self {
        Self {
            role: Some(id.into()),
            ..Self::default()
        }
    }

    /// Rows over this.
    pub fn scope(kind: ScopeKind, id: impl Into<String>) -> Self {
        Self {
            scope_kind: Some(kind),
            scope: Some(id.into()),
            ..Self::default()
        }
    }
}

/// A part of an enumeration that was not read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Gap {
    /// What it is of.
    pub of: GapOf,
    /// How it was not read: `partial`, `refused`, `capped` or `failed`.
    pub status: Status,
    /// Why, in one sentence.
    pub reason: String,
    /// The scopes or permissions that are missing, in the service's words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

impl Gap {
    /// The gap that a failed request leaves.
    #[must_use]
    pub fn of_error(of: GapOf, error: &Error) -> Self {
        let refused = matches!(error.kind(), Kind::Auth | Kind::Forbidden);
        let diagnosis = error.diagnosis();
        Self {
            of,
            status: if refused {
                Status::Refused
            } else {
                Status::Failed
            },
            reason: reason(error),
            missing: diagnosis.as_ref().map_or_else(Vec::new, |known| {
                if known.missing.is_empty() && refused {
                    let needed = known.needs_scopes.iter().chain(known.needs_permissions);
                    needed.map(|&one| one.to_owned()).collect()
                } else {
                    known.missing.clone()
                }
            }),
            remedy: diagnosis.map(|known| known.next),
        }
    }
}

/// What happened, without what differs from run to run (request ids, attempts), so that the same state gives the same ledger.
fn reason(error: &Error) -> String {
    let operation = error.operation();
    let refused = error.status().filter(|status| !status.is_success());
    let what = match (refused, error.kind()) {
        (Some(status), _) => format!("the response was {}", status.as_u16()),
        (None, Kind::Decode) => "the response is not as described".to_owned(),
        (None, Kind::Transport) => "no response came".to_owned(),
        (None, Kind::Timeout) => "no response came in time".to_owned(),
        (None, Kind::Pages) => "the list goes round, or leads elsewhere".to_owned(),
        (None, kind) => format!("{kind:?}").to_lowercase(),
    };
    let vendor = error.vendor();
    let mut words: Vec<&str> = Vec::new();
    words.extend(vendor.code.as_deref());
    words.extend(vendor.name.as_deref());
    words.extend(vendor.message.as_deref());
    let words = words.iter().map(|word| format!(": {word}"));
    format!("{}: {what}{}", operation.id, words.collect::<String>())
}

/// More gaps than this are counted and not named, so that a ledger stays small.
pub(crate) const NAMED_GAPS: usize = 1_000;

impl Section {
    /// An enumeration of which nothing has been read yet.
    #[must_use]
    pub fn new(tenant: Tenant, id: SectionId) -> Self {
        Self {
            tenant,
            id,
            status: Status::Complete,
            count: 0,
            reason: None,
            missing: Vec::new(),
            remedy: None,
            gaps: Vec::new(),
            more_gaps: 0,
            differences: Vec::new(),
            more_differences: 0,
        }
    }

    /// One that was not asked for.
    #[must_use]
    pub fn skipped(tenant: Tenant, id: SectionId, reason: impl Into<String>) -> Self {
        Self {
            status: Status::Skipped,
            reason: Some(reason.into()),
            ..Self::new(tenant, id)
        }
    }

    /// The request that the whole enumeration rests on failed. Where rows came before, the rest is unknown, and the section
    /// is partial.
    pub fn fail(&mut self, error: &Error) {
        let gap = Gap::of_error(GapOf::default(), error);
        if self.count > 0 {
            self.status = Status::Partial;
            self.more_gaps += 1;
        } else {
            self.status = gap.status;
        }
        self.reason = Some(gap.reason);
        self.missing = gap.missing;
        self.remedy = gap.remedy;
    }

    /// The service may have more than it tells.
    pub fn cap(&mut self, reason: impl Into<String>, remedy: Option<String>) {
        self.status = Status::Capped;
        self.reason = Some(reason.into());
        self.remedy = remedy;
    }

    /// A part was not read.
    pub fn gap(&mut self, gap: Gap) {
        if self.status == Status::Complete {
            self.status = Status::Partial;
        }
        if self.gaps.len() < NAMED_GAPS {
            self.gaps.push(gap);
        } else {
            self.more_gaps += 1;
        }
    }

    /// Two lists of the service disagree. It changes no status: what either tells is among the rows.
    pub fn differ(&mut self, of: GapOf, reason: impl Into<String>) {
        if self.differences.len() < NAMED_GAPS {
            let reason = reason.into();
            self.differences.push(Disagreement { of, reason });
        } else {
            self.more_differences += 1;
        }
    }

    /// Whether it is known to hold less than the service has.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        !matches!(self.status, Status::Complete | Status::Skipped)
    }
}

/// The sections of one run, sorted by tenant and id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Ledger(Vec<Section>);

impl Ledger {
    /// The section of this id.
    #[must_use]
    pub fn get(&self, tenant: &Tenant, id: &SectionId) -> Option<&Section> {
        let at = self.find(tenant, id).ok()?;
        self.0.get(at)
    }

    fn find(&self, tenant: &Tenant, id: &SectionId) -> Result<usize, usize> {
        self.0
            .binary_search_by(|section| (&section.tenant, &section.id).cmp(&(tenant, id)))
    }

    /// Adds a section, in the place of one with the same id. What it names is sorted.
    pub fn insert(&mut self, mut section: Section) {
        section.gaps.sort_unstable();
        section.differences.sort_unstable();
        match self.find(&section.tenant, &section.id) {
            Ok(at) => self.0[at] = section,
            Err(at) => self.0.insert(at, section),
        }
    }

    /// The sections.
    pub fn iter(&self) -> impl Iterator<Item = &Section> {
        self.0.iter()
    }

    /// Whether every section that was asked for is complete.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        !self.0.iter().any(Section::is_incomplete)
    }
}
