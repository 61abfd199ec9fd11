//! What is held.

use super::words::words;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

words! {
    /// What kind of role it is.
    RoleKind {
        /// One that the service brings.
        Standard = "standard",
        /// One that the customer made.
        Custom = "custom",
        /// One that the service brings, and that is assigned like a custom one, over a resource set (Okta).
        Iam = "iam",
        /// Not a role by the service's words, but access all the same: to be a member of a marking, a guest of an organization.
        Membership = "membership",
    }
}

/// A role.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Role {
    /// What kind of role it is.
    pub kind: RoleKind,
    /// What identifies it: the id of a custom role, the type of a standard one (Okta), an id (the others).
    pub id: String,
    /// Its name to show, where the service tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it permits, sorted, in the service's words. Absent unless asked for and readable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Vec<String>>,
}

impl Role {
    /// A role of which only this is known.
    pub fn new(kind: RoleKind, id: impl Into<String>) -> Self {
        Self {
            kind,
            id: id.into(),
            name: None,
            permissions: None,
        }
    }

    /// The same with a name.
    #[must_use]
    pub fn named(mut self, name: Option<String>) -> Self {
        self.name = name;
        self
    }
}

/// The name, or the id where there is none.
impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name.as_ref().unwrap_or(&self.id))
    }
}
