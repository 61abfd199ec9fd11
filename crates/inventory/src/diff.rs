//! What changed between two snapshots.
//!
//! Both are read side by side, so that two files of any size need the memory of a few rows. A row that one side does not have
//! counts as gained or lost only if that side saw where it would be; otherwise it is not compared.

mod coverage;
mod fields;
mod merge;
mod pair;

pub use merge::{Differences, diff};

use crate::model::{Assignment, Key, Membership, Role, Tenant};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The version of the form of [`Difference`].
pub const VERSION: u32 = 1;

/// One of two snapshots.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// The first.
    Before,
    /// The second.
    After,
}

/// Something that differs between two snapshots.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "difference", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Difference {
    /// Only the second has this assignment, and the first would have.
    Gained {
        /// The assignment.
        assignment: Box<Assignment>,
    },
    /// Only the first has this assignment, and the second would have.
    Lost {
        /// The assignment.
        assignment: Box<Assignment>,
    },
    /// Both have the assignment, and it differs.
    Changed {
        /// What it was.
        before: Box<Assignment>,
        /// What it is.
        after: Box<Assignment>,
        /// What differs.
        fields: Vec<Field>,
    },
    /// Only the second has this membership of a group, and the first would have.
    Joined {
        /// The membership.
        membership: Box<Membership>,
    },
    /// Only the first has this membership of a group, and the second would have.
    Left {
        /// The membership.
        membership: Box<Membership>,
    },
    /// What a role permits differs.
    RoleChanged {
        /// Where it is.
        tenant: Tenant,
        /// What it was.
        before: Box<Role>,
        /// What it is.
        after: Box<Role>,
        /// What it permits now and did not before.
        permits: Vec<String>,
        /// What it permitted before and does not now.
        no_longer: Vec<String>,
    },
    /// The same thing has another name.
    Renamed {
        /// Where it is.
        tenant: Tenant,
        /// What it is: `principal`, `role`, `scope`, `target` or `group`.
        what: String,
        /// Its id.
        id: String,
        /// Its name in the first, where it has one.
        before: Option<String>,
        /// Its name in the second, where it has one.
        after: Option<String>,
    },
    /// Only one side has this row, and the other did not see where it would be. Nobody knows whether it was gained or lost.
    NotCompared {
        /// The side that has it.
        seen: Side,
        /// What the row is known by.
        key: Key,
        /// The row, if it is an assignment.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        assignment: Option<Box<Assignment>>,
        /// Why the other side did not see it.
        reason: String,
    },
}

/// A field of a row that differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Field {
    /// Its path in the row, such as `principal.status`.
    pub field: String,
    /// Its value in the first; `null` where it had none.
    pub before: Value,
    /// Its value in the second; `null` where it has none.
    pub after: Value,
}

/// How many differences of each kind there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Totals {
    /// Assignments gained.
    pub gained: u64,
    /// Assignments lost.
    pub lost: u64,
    /// Assignments changed.
    pub changed: u64,
    /// Memberships gained.
    pub joined: u64,
    /// Memberships lost.
    pub left: u64,
    /// Roles whose permissions changed.
    pub roles_changed: u64,
    /// Things renamed.
    pub renamed: u64,
    /// Rows not compared.
    pub not_compared: u64,
}

impl Totals {
    /// Counts a difference.
    pub fn add(&mut self, difference: &Difference) {
        *match difference {
            Difference::Gained { .. } => &mut self.gained,
            Difference::Lost { .. } => &mut self.lost,
            Difference::Changed { .. } => &mut self.changed,
            Difference::Joined { .. } => &mut self.joined,
            Difference::Left { .. } => &mut self.left,
            Difference::RoleChanged { .. } => &mut self.roles_changed,
            Difference::Renamed { .. } => &mut self.renamed,
            Difference::NotCompared { .. } => &mut self.not_compared,
        } += 1;
    }

    /// Whether anybody may do more, less or something else than before, as far as that is known. Other names are no such
    /// difference.
    #[must_use]
    pub fn any(&self) -> bool {
        let Self {
            gained,
            lost,
            changed,
            joined,
            left,
            roles_changed,
            ..
        } = *self;
        gained + lost + changed + joined + left + roles_changed > 0
    }
}
