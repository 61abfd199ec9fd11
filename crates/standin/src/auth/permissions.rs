//! What a token permits since it was given out, whatever became of its owner's roles.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Permissions that travel in a token. Clones share them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "BTreeSet<String>", into = "BTreeSet<String>")]
pub struct Permissions(Arc<BTreeSet<String>>);

impl Permissions {
    /// Whether this one is among them.
    #[must_use]
    pub fn contain(&self, permission: &str) -> bool {
        self.0.contains(permission)
    }
}

impl From<BTreeSet<String>> for Permissions {
    fn from(permissions: BTreeSet<String>) -> Self {
        Self(Arc::new(permissions))
    }
}

impl From<Permissions> for BTreeSet<String> {
    fn from(permissions: Permissions) -> Self {
        Arc::unwrap_or_clone(permissions.0)
    }
}
