//! What reads one tenant of one service.

use crate::ledger::{Section, SectionId};
use crate::model::{Assignment, Membership, Principal, Role, Tenant};
use futures_core::Stream;
use rolecall::Error;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::pin::Pin;

/// A boxed future that may borrow from its source.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What a source streams. It owns what it needs, so that several can be read at once.
pub type EventStream = Pin<Box<dyn Stream<Item = Event> + Send>>;

/// Reads one tenant of one service.
///
/// A source holds no more than a window of rows: it streams them as they come. It never fails as a whole: whatever could
/// not be read is told by the [`Section`] that it belongs to. Every section that [`Source::sections`] names is closed by
/// exactly one [`Event::Section`]; what a source does not close is reported as partial by whoever reads the stream.
pub trait Source: Send + Sync {
    /// The tenant that it reads.
    fn tenant(&self) -> &Tenant;

    /// The sections that it will report with these options, those that the options leave out included.
    fn sections(&self, options: &Options) -> Vec<SectionId>;

    /// What reading will cost. It may send a few requests to find out.
    fn estimate<'a>(&'a self, options: &'a Options) -> BoxFuture<'a, Result<Estimate, Error>>;

    /// Reads. Nothing is sent before the first event is asked for; a stream that is dropped sends nothing more.
    fn events(&self, options: &Options) -> EventStream;
}

/// What is read. It is part of a snapshot, for two snapshots are comparable only as far as they read the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Options {
    /// Keep the service's own object with each assignment.
    pub vendor: bool,
    /// Read principals that hold nothing, too.
    pub principals: bool,
    /// Read who is in the groups that hold roles, and in the groups within those.
    pub memberships: bool,
    /// Read what each role permits.
    pub permissions: bool,
    /// Read which assignments come by access governance (Okta): one more request for each assignment of a user.
    pub governance: bool,
    /// Organizations by id, besides those that can be found (Foundry).
    pub organizations: BTreeSet<String>,
    /// Spaces, projects and folders by id, below which the roles on resources are read (Foundry). Without any, that section
    /// is skipped.
    pub roots: BTreeSet<String>,
    /// Only these kinds of section (the id up to the colon); all where it is empty. Others are reported as skipped.
    pub only: BTreeSet<String>,
    /// How many requests of a source may be under way at once.
    #[serde(skip)]
    pub concurrency: usize,
    /// Sections of a checkpoint that are complete already: they are neither read nor reported.
    #[serde(skip)]
    pub done: BTreeSet<SectionId>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            vendor: false,
            principals: false,
            memberships: true,
            permissions: false,
            governance: true,
            organizations: BTreeSet::new(),
            roots: BTreeSet::new(),
            only: BTreeSet::new(),
            concurrency: 4,
            done: BTreeSet::new(),
        }
    }
}

impl Options {
    /// Whether a section of this kind was asked for.
    #[must_use]
    pub fn wants(&self, section: &SectionId) -> bool {
        let kind = section.as_str().split(':').next().unwrap_or_default();
        self.only.is_empty() || self.only.contains(kind)
    }
}

/// Something that a source has to tell.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// Somebody holds a role.
    Assignment(Box<Assignment>),
    /// A principal; with [`Options::principals`] also one that holds nothing.
    Principal(Tenant, Box<Principal>),
    /// Somebody is in a group.
    Membership(Box<Membership>),
    /// A role that can be held, held or not.
    Role(Box<RoleRow>),
    /// An enumeration has ended.
    Section(Box<Section>),
    /// How far an enumeration is.
    Progress(Progress),
}

/// A role of a tenant, held or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RoleRow {
    /// Where it is.
    pub tenant: Tenant,
    /// The role.
    pub role: Role,
    /// How many hold it, where the service tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holders: Option<u64>,
}

/// How far an enumeration is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Where it is.
    pub tenant: Tenant,
    /// The section.
    pub section: SectionId,
    /// How many of its items (users, groups, roles: what it goes through) are done.
    pub done: u64,
    /// How many there are, where that is known.
    pub total: Option<u64>,
}

/// What reading will cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Estimate {
    /// The tenant.
    pub tenant: Tenant,
    /// The sections.
    pub sections: Vec<SectionEstimate>,
    /// What it rests on, a sentence each: what was counted, what was assumed.
    pub based_on: Vec<String>,
}

/// What reading a section will cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SectionEstimate {
    /// The section.
    pub section: SectionId,
    /// How many requests it takes at least.
    pub at_least: u64,
    /// How many it takes at most, where that can be said.
    pub at_most: Option<u64>,
    /// How many requests a minute the service takes in the bucket that most of them are in, where that is known.
    pub per_minute: Option<u64>,
}
