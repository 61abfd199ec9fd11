//! What a stack holds. Relations hold positions of rows rather than ids: a million users must fit.

use super::file::File;
use super::principal::Principal;
use crate::{Ids, Population, Table};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One enrollment of a stack, and all in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct State {
    pub(super) ids: Ids,
    pub(super) origin: Origin,
    pub(super) enrollment: Enrollment,
    pub(super) organizations: Table<Organization>,
    pub(super) providers: Table<Provider>,
    pub(super) users: Table<User>,
    /// Users that were deleted: their rows stay.
    pub(super) deleted_users: BTreeSet<u32>,
    /// Users by lower-case username.
    pub(super) usernames: BTreeMap<Box<str>, u32>,
    /// Users by lower-case given name and family name.
    pub(super) user_words: BTreeMap<Box<str>, Vec<u32>>,
    pub(super) groups: Table<Group>,
    /// Groups by lower-case name.
    pub(super) group_names: BTreeMap<Box<str>, u32>,
    /// Provider ids that were set; the others follow from the position.
    pub(super) provider_ids: BTreeMap<Principal, Box<str>>,
    pub(super) pictures: BTreeMap<u32, Box<[u8]>>,
    pub(super) roles: Table<Role>,
    pub(super) categories: Table<Category>,
    pub(super) markings: Table<Marking>,
    pub(super) files: Table<File>,
    /// Where new names of spaces are looked up: the root folder has no row.
    pub(super) spaces: BTreeMap<Box<str>, u32>,
    pub(super) tags: Table<Box<str>>,
    pub(super) templates: Table<Template>,
    /// What a user looked at last, newest first.
    pub(super) views: BTreeMap<u32, Vec<(u32, DateTime<Utc>)>>,
}

/// The population that people are derived from.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Origin {
    pub(super) seed: u64,
    pub(super) users: u32,
    pub(super) founded: DateTime<Utc>,
}

impl From<&Population> for Origin {
    fn from(population: &Population) -> Self {
        Self {
            seed: population.seed,
            users: population.users,
            founded: population.founded,
        }
    }
}

impl Origin {
    pub(super) fn population(self) -> Population {
        Population {
            seed: self.seed,
            users: self.users,
            founded: self.founded,
        }
    }
}

/// The customer's account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Enrollment {
    pub(super) rid: Box<str>,
    pub(super) name: Box<str>,
    pub(super) created: DateTime<Utc>,
    pub(super) hosts: Vec<Box<str>>,
    /// Who holds which role, by position in [`State::roles`].
    pub(super) roles: BTreeSet<(Principal, u32)>,
    pub(super) usage_account: Box<str>,
    pub(super) file_system: Box<str>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Organization {
    pub(super) name: Box<str>,
    pub(super) description: Option<Box<str>>,
    pub(super) host: Option<Box<str>>,
    /// The marking behind it; its members are the guests.
    pub(super) marking: u32,
    /// Who holds which role, by position in [`State::roles`].
    pub(super) roles: BTreeSet<(Principal, u32)>,
}

/// An authentication provider.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Provider {
    pub(super) name: Box<str>,
    pub(super) realm: Box<str>,
    pub(super) enabled: bool,
    /// What usernames end in; empty when any will do.
    pub(super) suffix: Box<str>,
    pub(super) saml: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct User {
    pub(super) profile: Profile,
    /// Service users have none.
    pub(super) organization: Option<u32>,
    /// Nobody signs in through a provider who lives in the internal realm.
    pub(super) provider: Option<u32>,
    /// Groups that hold the user directly, ascending.
    pub(super) groups: Vec<u32>,
}

/// Who a user is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Profile {
    /// Somebody of the population.
    Person(u32),
    /// Somebody who came later, or a service user.
    Own(Box<OwnProfile>),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct OwnProfile {
    pub(super) username: Box<str>,
    pub(super) given: Option<Box<str>>,
    pub(super) family: Option<Box<str>>,
    pub(super) email: Option<Box<str>>,
    pub(super) attributes: Attributes,
}

/// Attribute names and their values.
pub(super) type Attributes = BTreeMap<Box<str>, Vec<Box<str>>>;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Group {
    pub(super) name: Box<str>,
    pub(super) description: Option<Box<str>>,
    pub(super) provider: Option<u32>,
    pub(super) organizations: Vec<u32>,
    pub(super) attributes: Attributes,
    /// Users before groups, each ascending.
    pub(super) members: Vec<Principal>,
    /// Ends of memberships that have one.
    pub(super) expirations: BTreeMap<Principal, DateTime<Utc>>,
    /// Groups that hold this one directly, ascending.
    pub(super) groups: Vec<u32>,
    pub(super) policy: Option<Policy>,
}

/// How long a membership may last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Policy {
    pub(super) latest: Option<DateTime<Utc>>,
    /// Seconds from now.
    pub(super) longest: Option<i64>,
}

/// What a role can be held on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum RoleOn {
    Organization,
    Enrollment,
    Resource,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Role {
    pub(super) on: RoleOn,
    pub(super) name: Box<str>,
    pub(super) description: Box<str>,
    pub(super) built_in: bool,
    pub(super) operations: Vec<Box<str>>,
    /// Ids of the roles that holders may assign.
    pub(super) can_assign: Vec<Box<str>>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Category {
    pub(super) name: Box<str>,
    pub(super) description: Box<str>,
    /// Whether all markings must be held that are applied, rather than any.
    pub(super) conjunctive: bool,
    /// The order in a banner; only categories of classifications (CBAC) have one.
    pub(super) priority: Option<i64>,
    pub(super) deleted: bool,
    pub(super) created: DateTime<Utc>,
    pub(super) creator: Option<Principal>,
    pub(super) organizations: Vec<u32>,
    pub(super) roles: BTreeSet<(CategoryRole, Principal)>,
    pub(super) public: bool,
    pub(super) markings: Vec<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum CategoryRole {
    Administer,
    View,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Marking {
    pub(super) category: u32,
    pub(super) name: Box<str>,
    pub(super) description: Option<Box<str>>,
    /// The organization that this is the marking of.
    pub(super) organization: Option<u32>,
    /// The order in a banner; only classifications (CBAC) have one.
    pub(super) priority: Option<i64>,
    pub(super) deleted: bool,
    pub(super) created: DateTime<Utc>,
    pub(super) creator: Option<Principal>,
    pub(super) members: BTreeSet<Principal>,
    pub(super) roles: BTreeSet<(Principal, MarkingRole)>,
    /// Markings that this one brings along. Classifications only.
    pub(super) implies: Vec<u32>,
    /// Markings of which one must stand beside this one. Classifications only.
    pub(super) requires: Vec<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum MarkingRole {
    Administer,
    Declassify,
    Use,
}

impl MarkingRole {
    pub(super) const ALL: [(Self, &'static str); 3] = [
        (Self::Administer, "ADMINISTER"),
        (Self::Declassify, "DECLASSIFY"),
        (Self::Use, "USE"),
    ];
}

/// What a project can be made from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Template {
    pub(super) space: u32,
    pub(super) variables: Vec<Variable>,
    /// Whether the caller names organizations, default roles and a description.
    pub(super) open: bool,
}

/// A question that a template asks.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Variable {
    pub(super) id: Box<str>,
    pub(super) kind: VariableKind,
}

/// What a template does with an answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum VariableKind {
    /// It names the project, its group of owners and its marking.
    ProjectName,
    /// It is one of these words, and goes into the description.
    Choice(Vec<Box<str>>),
    /// It is the id of a principal, who joins the group of owners.
    Owner,
}
