//! What an org holds. People and groups are rendered from few bytes; relations are kept in both directions.

use super::labelled::Labelled;
use super::role_type::RoleType;
use crate::{Ids, Population, Table};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// An org.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct State {
    pub(super) ids: Ids,
    /// The id of the org, which stands in every ORN.
    pub(super) org: Box<str>,
    /// The id of the only user type.
    pub(super) user_type: Box<str>,
    pub(super) seed: u64,
    pub(super) people: u32,
    pub(super) founded: DateTime<Utc>,
    /// By position, which is the position in the population.
    pub(super) users: Table<User>,
    /// The groups of each user, by position.
    pub(super) groups_of: Vec<Box<[u32]>>,
    pub(super) groups: Table<Group>,
    pub(super) apps: Table<App>,
    pub(super) roles: Labelled<CustomRole>,
    pub(super) sets: Labelled<ResourceSet>,
    /// Users, groups and clients that hold a role themselves, by id.
    pub(super) holders: BTreeMap<Box<str>, Holder>,
    /// Positions of the users that hold a role themselves.
    pub(super) user_holders: BTreeSet<u32>,
    /// Positions of the groups that hold a role.
    pub(super) group_holders: BTreeSet<u32>,
}

/// A user; the rest follows from the position.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct User {
    pub(super) index: u32,
    pub(super) status: UserStatus,
}

/// `UserStatus` of the description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum UserStatus {
    Active,
    Deprovisioned,
    LockedOut,
    PasswordExpired,
    Provisioned,
    Recovery,
    Staged,
    Suspended,
}

/// A group and its members, by position, ascending.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Group {
    pub(super) index: u32,
    pub(super) name: Box<str>,
    pub(super) kind: GroupKind,
    pub(super) members: Box<[u32]>,
}

/// Who keeps a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum GroupKind {
    /// Okta itself.
    Everyone,
    /// The admins of the org.
    Okta,
    /// Active Directory.
    Directory,
}

/// An app, which is an OAuth client when it signs on with OpenID Connect.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct App {
    pub(super) index: u32,
    /// The key in the catalog.
    pub(super) name: Box<str>,
    pub(super) label: Box<str>,
    pub(super) active: bool,
    pub(super) client: Option<ClientKind>,
}

/// `ClientApplicationType` of the description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ClientKind {
    Browser,
    Native,
    Service,
    Web,
}

/// A role made in the org.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct CustomRole {
    pub(super) label: Box<str>,
    pub(super) description: Box<str>,
    pub(super) created: DateTime<Utc>,
    pub(super) updated: DateTime<Utc>,
    /// Whether it is Okta's own and cannot be changed.
    pub(super) built_in: bool,
    pub(super) permissions: Table<Permission>,
}

/// A permission of a custom role; its name is the key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Permission {
    pub(super) conditions: Option<Value>,
    pub(super) created: DateTime<Utc>,
    pub(super) updated: DateTime<Utc>,
}

/// A resource set.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ResourceSet {
    pub(super) label: Box<str>,
    pub(super) description: Box<str>,
    pub(super) created: DateTime<Utc>,
    pub(super) updated: DateTime<Utc>,
    pub(super) resources: Table<Resource>,
    /// By id of the role.
    pub(super) bindings: Table<Binding>,
}

/// An entry of a resource set.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Resource {
    pub(super) orn: Box<str>,
    pub(super) conditions: Option<Value>,
    pub(super) created: DateTime<Utc>,
    pub(super) updated: DateTime<Utc>,
}

/// A role that is given over a resource set.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Binding {
    pub(super) members: Table<Member>,
}

/// Who has the role of a binding.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Member {
    pub(super) principal: Principal,
    pub(super) created: DateTime<Utc>,
    pub(super) updated: DateTime<Utc>,
    pub(super) grants: Vec<Grant>,
}

/// Who can hold a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Principal {
    pub(super) kind: PrincipalKind,
    pub(super) id: Box<str>,
}

/// `RoleAssignmentType` of the description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum PrincipalKind {
    User,
    Group,
    Client,
}

/// The roles of one principal.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Holder {
    /// Standard and IAM-based roles.
    pub(super) assignments: Vec<Assignment>,
    /// Custom roles.
    pub(super) memberships: Vec<Membership>,
}

/// A standard or IAM-based role that someone holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Assignment {
    pub(super) id: Box<str>,
    pub(super) role: RoleType,
    pub(super) created: DateTime<Utc>,
    pub(super) updated: DateTime<Utc>,
    pub(super) active: bool,
    /// Groups that it is narrowed to, by id.
    pub(super) groups: Table<Target>,
    /// Apps that it is narrowed to, by `name` or `name/id`.
    pub(super) apps: Table<Target>,
    pub(super) grants: Vec<Grant>,
}

/// Something that a role is narrowed to; what it is, is the key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Target {
    pub(super) expires: Option<DateTime<Utc>>,
}

/// The place of a binding member.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Membership {
    pub(super) set: Box<str>,
    pub(super) role: Box<str>,
    pub(super) member: Box<str>,
}

/// Why a user has a role, by the governance feature.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Grant {
    pub(super) id: Box<str>,
    /// The entitlement bundle that it comes from; a custom grant when `None`.
    pub(super) bundle: Option<Box<str>>,
    pub(super) expires: Option<DateTime<Utc>>,
    /// The groups that it covers, by position.
    pub(super) resources: Box<[u32]>,
}

impl State {
    pub(super) fn population(&self) -> Population {
        Population {
            seed: self.seed,
            users: self.people,
            founded: self.founded,
        }
    }

    /// Where a principal stands on its own, without what comes by groups.
    pub(super) fn holder(&self, id: &str) -> Option<&Holder> {
        self.holders.get(id)
    }

    /// Changes the roles of a principal and keeps the indexes in step.
    pub(super) fn change_holder<T>(
        &mut self,
        principal: &Principal,
        change: impl FnOnce(&mut Holder) -> T,
    ) -> T {
        let holder = self.holders.entry(principal.id.clone()).or_default();
        let changed = change(holder);
        let holds = !holder.assignments.is_empty() || !holder.memberships.is_empty();
        if !holds {
            self.holders.remove(&principal.id);
        }
        let (index, position) = match principal.kind {
            PrincipalKind::User => {
                let user = self.users.get(&principal.id);
                (&mut self.user_holders, user.map(|user| user.index))
            }
            PrincipalKind::Group => {
                let group = self.groups.get(&principal.id);
                (&mut self.group_holders, group.map(|group| group.index))
            }
            PrincipalKind::Client => return changed,
        };
        if let Some(position) = position {
            if holds {
                index.insert(position);
            } else {
                index.remove(&position);
            }
        }
        changed
    }

    /// The user at a position.
    pub(super) fn user_at(&self, position: u32) -> Option<(&str, &User)> {
        let (found, id, user) = self.users.from(u64::from(position)).next()?;
        (found == u64::from(position)).then_some((id, user))
    }

    /// The group at a position.
    pub(super) fn group_at(&self, position: u32) -> Option<(&str, &Group)> {
        let (found, id, group) = self.groups.from(u64::from(position)).next()?;
        (found == u64::from(position)).then_some((id, group))
    }

    /// The ids of the groups that a user is in and that hold roles.
    pub(super) fn role_groups_of(&self, user: &str) -> Vec<&str> {
        let Some(user) = self.users.get(user) else {
            return Vec::new();
        };
        let groups = self.groups_of.get(user.index as usize);
        let groups = groups.into_iter().flatten();
        let holding = groups.filter(|group| self.group_holders.contains(group));
        holding
            .filter_map(|group| Some(self.group_at(*group)?.0))
            .collect()
    }

    /// The member that a membership speaks of.
    pub(super) fn member(&self, membership: &Membership) -> Option<&Member> {
        let set = self.sets.get(&membership.set)?;
        let binding = set.bindings.get(&membership.role)?;
        binding.members.get(&membership.member)
    }
}

impl ClientKind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Native => "native",
            Self::Service => "service",
            Self::Web => "web",
        }
    }
}

impl UserStatus {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Deprovisioned => "DEPROVISIONED",
            Self::LockedOut => "LOCKED_OUT",
            Self::PasswordExpired => "PASSWORD_EXPIRED",
            Self::Provisioned => "PROVISIONED",
            Self::Recovery => "RECOVERY",
            Self::Staged => "STAGED",
            Self::Suspended => "SUSPENDED",
        }
    }
}

impl PrincipalKind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::User => "USER",
            Self::Group => "GROUP",
            Self::Client => "CLIENT",
        }
    }
}
