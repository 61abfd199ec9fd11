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
//!
//! # Features
//!
//! One for each service: `okta`, `foundry`, `zenml` and `klustr`. None is on by default.

#![forbid(unsafe_code)]

mod ledger;
mod model;
mod source;
pub mod sources;

pub use ledger::{Gap, GapOf, Ledger, Section, SectionId, Status};
pub use model::{
    Assignment, Key, Membership, Named, Origin, Principal, PrincipalId, PrincipalKind, Role,
    RoleKind, Scope, ScopeKind, Service, Target, TargetKind, Tenant, Timestamp, UserStatus,
};
pub use source::{
    BoxFuture, Estimate, Event, EventStream, Options, Progress, RoleRow, SectionEstimate, Source,
};
