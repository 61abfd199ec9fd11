//! Who holds which role, over several services, in one model.
//!
//! A [`Source`] reads one tenant of one service and streams [`Event`]s: assignments, principals, memberships, roles, and
//! for every enumeration a [`Section`] of the coverage ledger, which says whether it is complete. What could not be read
//! is a gap in the ledger, never an empty list.
//!
//! | for | see |
//! | --- | --- |
//! | what a row is | [`Assignment`], [`Membership`], [`Key`] |
//! | what was read and what was not | [`Ledger`], [`Section`], [`Gap`] |
//! | reading a tenant | [`Source`], [`Options`], [`Estimate`] |
//! | reading several | [`events()`], [`Filter`] |
//! | what somebody holds by groups, and who holds a role by them | [`effective`], [`holders`], [`Groups`] |
//! | keeping an inventory as a file | [`snapshot`] |
//! | what changed between two | [`diff`] |
//! | what must hold of who holds which role | [`rules`] |
//! | accounts of one person in several services | [`people()`] |
//! | the published forms of files and reports | [`schemas`] |
//!
//! # Features
//!
//! One for each service: `okta`, `foundry`, `zenml` and `klustr`. None is on by default.

#![forbid(unsafe_code)]

pub mod diff;
pub mod filter;
mod forms;
mod graph;
mod ledger;
mod model;
mod people;
mod read;
pub mod rules;
pub mod snapshot;
mod source;
pub mod sources;

pub use filter::{Filter, ScopeFilter};
pub use forms::schemas;
pub use graph::{Groups, Way, effective, holders};
pub use ledger::{Disagreement, Gap, GapOf, Ledger, Section, SectionId, Status};
pub use model::{
    Assignment, Key, Membership, Named, Origin, Principal, PrincipalId, PrincipalKind, Role,
    RoleKind, Scope, ScopeKind, Service, Target, TargetKind, Tenant, Timestamp, UserStatus,
};
pub use people::{Account, Overrides, OverridesError, Person, Tie, people};
pub use read::{events, events_after};
pub use source::{
    BoxFuture, Estimate, Event, EventStream, Options, Progress, RoleRow, SectionEstimate, Source,
};
