//! The rows of an inventory.

use super::{Key, Named, Origin, Principal, PrincipalId, Role, Scope, Tenant, Timestamp};
use crate::ledger::SectionId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A principal holds a role over something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Assignment {
    /// What it is known by. [`Assignment::new`] and [`Assignment::rekey`] make it of the other fields.
    pub key: Key,
    /// Where it is.
    pub tenant: Tenant,
    /// The section of the coverage ledger that it was read in.
    pub section: SectionId,
    /// Who holds it.
    pub principal: Principal,
    /// The role.
    pub role: Role,
    /// What it is over.
    pub scope: Scope,
    /// How the principal came to hold it.
    pub origin: Origin,
    /// When it ends by itself, where the service tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
    /// The service's own object. Absent unless asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor: Option<Value>,
}

impl Assignment {
    /// An assignment without expiry and vendor object.
    #[must_use]
    pub fn new(
        tenant: Tenant,
        section: SectionId,
        principal: Principal,
        role: Role,
        scope: Scope,
        origin: Origin,
    ) -> Self {
        Self {
            key: Key::default(),
            tenant,
            section,
            principal,
            role,
            scope,
            origin,
            expires: None,
            vendor: None,
        }
        .rekey()
    }

    /// The same, with the key that its fields make. Call it after a change of an id, the scope or the origin.
    #[must_use]
    pub fn rekey(mut self) -> Self {
        self.key = Key::of_assignment(&self);
        self
    }

    /// The same, ending then.
    #[must_use]
    pub fn expires(mut self, at: Option<Timestamp>) -> Self {
        self.expires = at;
        self
    }

    /// The same, with the service's own object.
    #[must_use]
    pub fn vendor(mut self, vendor: Option<Value>) -> Self {
        self.vendor = vendor;
        self
    }
}

/// A principal is a direct member of a group. Groups can be members of groups.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Membership {
    /// What it is known by.
    pub key: Key,
    /// Where it is.
    pub tenant: Tenant,
    /// The section of the coverage ledger that it was read in.
    pub section: SectionId,
    /// The group.
    pub group: Named,
    /// The member.
    pub member: PrincipalId,
    /// When it ends by itself, where the service tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
}

impl Membership {
    /// A membership.
    #[must_use]
    pub fn new(
        tenant: Tenant,
        section: SectionId,
        group: Named,
        member: PrincipalId,
        expires: Option<Timestamp>,
    ) -> Self {
        let mut membership = Self {
            key: Key::default(),
            tenant,
            section,
            group,
            member,
            expires,
        };
        membership.key = Key::of_membership(&membership);
        membership
    }
}
