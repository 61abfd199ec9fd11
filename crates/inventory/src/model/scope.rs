//! What a role is held over.

use super::words::words;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

words! {
    /// What kind of thing a role is held over.
    ScopeKind {
        /// The whole organization.
        Organization = "organization",
        /// The enrollment (Foundry).
        Enrollment = "enrollment",
        /// A marking (Foundry).
        Marking = "marking",
        /// A category of markings (Foundry).
        MarkingCategory = "marking-category",
        /// A space (Foundry).
        Space = "space",
        /// A project (Foundry, ZenML).
        Project = "project",
        /// A folder (Foundry).
        Folder = "folder",
        /// A resource in a folder or project (Foundry), a shared resource (ZenML).
        Resource = "resource",
        /// A workspace (ZenML).
        Workspace = "workspace",
        /// A resource set (Okta).
        ResourceSet = "resource-set",
        /// Only the groups and applications in `targets` (Okta).
        Targets = "targets",
    }
}

words! {
    /// What a target is.
    TargetKind {
        /// A group.
        Group = "group",
        /// An application: all its instances, or one.
        App = "app",
    }
}

/// What a role is held over. `id` is absent where the service has no id for it (an Okta org), and for targets.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Scope {
    /// What kind of thing it is.
    pub kind: ScopeKind,
    /// Its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its name, or its path, to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// For [`ScopeKind::Targets`]: what the role is limited to, sorted by kind and id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<Target>,
}

/// A group or an application that a role is limited to.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Target {
    /// What it is.
    pub kind: TargetKind,
    /// Its id. An application of the catalogue: its name, such as `google`; an instance: `google/0oa1`.
    pub id: String,
    /// Its name to show, where the service tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Scope {
    /// Over one thing.
    pub fn of(kind: ScopeKind, id: impl Into<String>, name: Option<String>) -> Self {
        Self {
            kind,
            id: Some(id.into()),
            name,
            targets: Vec::new(),
        }
    }

    /// Over the whole organization, where it has no id.
    #[must_use]
    pub fn organization() -> Self {
        Self {
            kind: ScopeKind::Organization,
            id: None,
            name: None,
            targets: Vec::new(),
        }
    }

    /// Over these targets only: sorted, each once. Without any it is over the whole organization.
    #[must_use]
    pub fn targets(mut targets: Vec<Target>) -> Self {
        if targets.is_empty() {
            return Self::organization();
        }
        targets.sort_unstable();
        targets.dedup_by(|a, b| a.kind == b.kind && a.id == b.id);
        Self {
            kind: ScopeKind::Targets,
            id: None,
            name: None,
            targets,
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.targets.is_empty() {
            let name = self.name.as_ref().or(self.id.as_ref());
            return match name {
                Some(name) => write!(f, "{} {name}", self.kind),
                None => write!(f, "{}", self.kind),
            };
        }
        let mut kinds: Vec<(&TargetKind, Vec<&str>)> = Vec::new();
        for target in &self.targets {
            let name = target.name.as_ref().unwrap_or(&target.id).as_str();
            match kinds.last_mut() {
                Some((kind, names)) if *kind == &target.kind => names.push(name),
                _ => kinds.push((&target.kind, vec![name])),
            }
        }
        for (at, (kind, names)) in kinds.iter().enumerate() {
            let gap = if at == 0 { "" } else { "; " };
            // Some roles have hundreds of targets; they are all in the value.
            let (shown, rest) = names.split_at(names.len().min(2));
            write!(f, "{gap}{kind} {}", shown.join(", "))?;
            if !rest.is_empty() {
                write!(f, " and {} more", rest.len())?;
            }
        }
        Ok(())
    }
}
