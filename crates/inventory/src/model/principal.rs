//! Who can hold a role.

use super::Timestamp;
use super::words::words;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

words! {
    /// What a principal is.
    PrincipalKind {
        /// A person.
        User = "user",
        /// A group of principals; ZenML calls it a team.
        Group = "group",
        /// A program: an OAuth client, a service account.
        Client = "client",
        /// A person who is invited and has not accepted.
        Invitation = "invitation",
        /// Everybody who is signed in (Foundry).
        Everyone = "everyone",
    }
}

words! {
    /// Whether a principal can sign in.
    UserStatus {
        /// It can.
        Active = "active",
        /// It was suspended, and can come back.
        Suspended = "suspended",
        /// It was deprovisioned, deactivated or deleted.
        Deprovisioned = "deprovisioned",
        /// It is invited, staged or not yet activated.
        Invited = "invited",
        /// It is locked, after failed attempts to sign in or until its password is reset.
        Locked = "locked",
    }
}

/// Kind and id: what a principal is known by within a tenant.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct PrincipalId {
    /// What it is.
    pub kind: PrincipalKind,
    /// Its id, as the service has it.
    pub id: String,
}

/// Somebody or something that can hold a role.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Principal {
    /// What it is.
    pub kind: PrincipalKind,
    /// Its id, as the service has it.
    pub id: String,
    /// Its name to show: a login, the name of a group or of a program. Absent where it could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its e-mail address, where the service tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whether it can sign in, where the service tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<UserStatus>,
    /// When it was created, where the service tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// When it last signed in, where the service tells. It changes with every sign-in, so it is no part of assignments in
    /// snapshots.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_sign_in: Option<Timestamp>,
}

impl Principal {
    /// A principal of which only this is known.
    pub fn new(kind: PrincipalKind, id: impl Into<String>) -> Self {
        Self {
            kind,
            id: id.into(),
            name: None,
            email: None,
            status: None,
            created: None,
            last_sign_in: None,
        }
    }

    /// Kind and id.
    #[must_use]
    pub fn identity(&self) -> PrincipalId {
        PrincipalId {
            kind: self.kind.clone(),
            id: self.id.clone(),
        }
    }
}

/// The name, or the id where there is none.
impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name.as_ref().unwrap_or(&self.id))
    }
}
