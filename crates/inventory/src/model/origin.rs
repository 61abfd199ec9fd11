//! How somebody came to hold a role.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Something with an id, and a name where the service tells.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Named {
    /// Its id.
    pub id: String,
    /// Its name to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name.as_ref().unwrap_or(&self.id))
    }
}

/// How a principal came to hold a role.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Origin {
    /// It was assigned to the principal itself.
    Direct,
    /// By being in a group.
    Group {
        /// The group that the role is assigned to. Absent where the service does not tell it and it could not be found.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        group: Option<Named>,
        /// The groups between the principal and that group, the principal's own first. Empty when it is itself a member.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        path: Vec<Named>,
    },
    /// By a grant of access governance; when it ends is in the assignment.
    Governance {
        /// The id of the grant.
        grant: String,
    },
    /// By a role on something that contains this.
    Inherited {
        /// The kind of what contains it: `space`, `project`, `folder`.
        from: String,
        /// What contains it.
        parent: Named,
    },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Direct => f.write_str("direct"),
            Self::Group { group: None, .. } => f.write_str("via a group"),
            Self::Group {
                group: Some(group),
                path,
            } => {
                write!(f, "via ")?;
                for step in path {
                    write!(f, "{step} > ")?;
                }
                write!(f, "{group}")
            }
            Self::Governance { grant } => write!(f, "governance {grant}"),
            Self::Inherited { from, parent } => write!(f, "from {from} {parent}"),
        }
    }
}
