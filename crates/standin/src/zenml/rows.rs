//! What is stored. Rows name each other by their positions in the tables.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// How long a managed workspace takes until it is there.
const SET_UP: TimeDelta = TimeDelta::minutes(1);

/// A person or a service account. What a person is called follows from the population.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct User {
    /// Set when it was changed, and for service accounts.
    pub(super) username: Option<Box<str>>,
    pub(super) is_active: bool,
    pub(super) is_superuser: bool,
    pub(super) service: Option<Box<ServiceAccount>>,
}

/// What only service accounts have.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ServiceAccount {
    pub(super) organization: u32,
    pub(super) description: Option<String>,
    /// The names of its keys.
    pub(super) keys: Vec<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Organization {
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) owner: u32,
    pub(super) made: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    Organization,
    Workspace,
    Project,
}

impl Level {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::Workspace => "workspace",
            Self::Project => "project",
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Role {
    pub(super) organization: u32,
    pub(super) name: Box<str>,
    pub(super) description: Option<Box<str>>,
    pub(super) level: Level,
    pub(super) kind: RoleKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum RoleKind {
    /// The same in every organization.
    Predefined,
    /// Made by the organization.
    Own,
    /// Stands for a shared resource, and is not assigned by hand.
    Share,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Team {
    pub(super) organization: u32,
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) made: DateTime<Utc>,
    pub(super) changed: DateTime<Utc>,
    /// How many users are in it, so that lists need not count.
    pub(super) members: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Invitation {
    pub(super) organization: u32,
    pub(super) email: String,
    pub(super) is_pending: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Workspace {
    pub(super) organization: u32,
    pub(super) name: String,
    pub(super) display_name: String,
    pub(super) description: Option<String>,
    pub(super) logo_url: Option<String>,
    pub(super) owner: u32,
    pub(super) is_managed: bool,
    pub(super) is_deactivated: bool,
    pub(super) made: DateTime<Utc>,
}

impl Workspace {
    /// A managed workspace is set up for a while and available then; one that is not managed waits to be enrolled.
    pub(super) fn status(&self, now: DateTime<Utc>) -> &'static str {
        if self.is_deactivated {
            "deactivated"
        } else if !self.is_managed {
            "not_initialized"
        } else if now < self.made + SET_UP {
            "pending"
        } else {
            "available"
        }
    }

    pub(super) fn desired_state(&self) -> &'static str {
        if self.is_deactivated {
            "deactivated"
        } else {
            "available"
        }
    }
}
