//! A snapshot: the inventory of some tenants as a canonical file.
//!
//! JSON Lines. The first line is the [`Header`], each other line a [`Record`], sorted by kind and key. The same state, read
//! with the same options, gives the same bytes, in whatever order the services told it. There is no time in it: the time
//! that the file was made at is the file's own.

mod checkpoint;
mod error;
mod line;
mod read;
mod sort;
mod write;

pub use checkpoint::Done;
pub use error::SnapshotError;
pub(crate) use line::{head, tenant_and_role};
pub use read::{Lines, Snapshot};
pub use write::{Summary, Writer};

use crate::ledger::Ledger;
use crate::model::{Assignment, Key, Membership, Principal, Role, Tenant};
use crate::source::Options;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The version of the form that this release writes. A reader refuses any other.
pub const VERSION: u32 = 1;

/// What the header of every snapshot says that it is.
pub const FORMAT: &str = "rolecall-inventory";

/// The first line of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Header {
    /// `header`.
    pub record: HeaderWord,
    /// `rolecall-inventory`.
    pub format: String,
    /// The version of the form.
    pub version: u32,
    /// The tenants that were read, sorted.
    pub tenants: Vec<Tenant>,
    /// What was asked for.
    pub options: Options,
    /// What was read and what was not.
    pub ledger: Ledger,
    /// How many records of each kind follow.
    pub counts: Counts,
    /// Keys of which a service told different things in one run. The first in order of bytes is in the file. At most 1,000.
    #[serde(default)]
    pub conflicts: Vec<Key>,
    /// `sha256:` and the SHA-256 of the whole file with 64 zeros in this place. The last field.
    pub digest: String,
}

/// The word `header`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HeaderWord {
    /// The only one.
    Header,
}

/// How many records of each kind a snapshot has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// Who holds which role.
    pub assignments: u64,
    /// Who is in which group.
    pub memberships: u64,
    /// Principals.
    pub principals: u64,
    /// Roles.
    pub roles: u64,
}

/// A line of a snapshot behind the first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "record", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Record {
    /// Somebody holds a role.
    Assignment(Box<Assignment>),
    /// Somebody is in a group.
    Membership(Box<Membership>),
    /// A principal, which may hold nothing.
    Principal(Box<PrincipalRecord>),
    /// A role, which may be held by nobody.
    Role(Box<RoleRecord>),
}

/// A principal in a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PrincipalRecord {
    /// What it is known by.
    pub key: Key,
    /// Where it is.
    pub tenant: Tenant,
    /// The principal.
    pub principal: Principal,
}

/// A role in a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RoleRecord {
    /// What it is known by.
    pub key: Key,
    /// Where it is.
    pub tenant: Tenant,
    /// The role.
    pub role: Role,
    /// How many hold it, where the service tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holders: Option<u64>,
}
