//! Roles, and the rules by which they are named.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a permission lets one do to a namespace (fact: permission-verbs).
const VERBS: [&str; 6] = ["create", "delete", "update", "get", "list", "find"];
/// The verbs of who only reads.
const READING: [&str; 3] = ["get", "list", "find"];

/// The namespaces that every new organization has roles for (fact: default-roles-of-a-new-org).
pub(super) const NAMESPACES: [&str; 24] = [
    "user.consent",
    "org.directory",
    "org.members",
    "org.groups",
    "org.roles",
    "org.user.roles",
    "org.user.permissions",
    "org.user.assignment",
    "org.consent.scopes",
    "projects",
    "projects.storage.buckets",
    "projects.experiments",
    "projects.credentials",
    "projects.billing",
    "projects.verification",
    "api-catalogs",
    "persons",
    "identity",
    "notifications",
    "emails",
    "accounts",
    "ekyc.session",
    "org.user.account.types",
    "org.user.account",
];

/// A role. What was not sent is not stored, and not answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Role {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) namespace: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) stage: Option<String>,
    /// The one collection that is sent when it is empty.
    #[serde(default)]
    pub(super) permissions: Vec<Permission>,
}

/// A permission in a role.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Permission {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) scope: Option<String>,
}

impl Role {
    /// Whether this is the role of an id (fact: role-id-ignores-case).
    pub(super) fn is(&self, id: &str) -> bool {
        let own = self.id.as_deref();
        own.is_some_and(|own| own.to_lowercase() == id.to_lowercase())
    }

    /// The permissions that say what they permit.
    pub(super) fn scopes(&self) -> impl Iterator<Item = &str> {
        self.permissions
            .iter()
            .filter_map(|held| held.scope.as_deref())
    }

    /// `<namespace>.admin.role` and `<namespace>.read-only.role` for a namespace in its normal form (fact: generate-names).
    pub(super) fn pair(namespace: &str) -> [Self; 2] {
        let role = |kind: &str, verbs: &[&str]| Self {
            id: Some(format!("{namespace}.{kind}.role")),
            name: Some(format!("{namespace} {kind}")),
            namespace: Some(namespace.to_owned()),
            description: Some(format!("{} on {namespace}", verbs.join(", "))),
            stage: Some("alpha".to_owned()),
            permissions: permissions(namespace, verbs),
        };
        [role("admin", &VERBS), role("read-only", &READING)]
    }

    /// The roles of a new organization (fact: default-roles-of-a-new-org).
    pub(super) fn defaults() -> Vec<Self> {
        let mut roles: Vec<Self> = NAMESPACES.into_iter().flat_map(Self::pair).collect();
        roles.push(Self {
            id: Some("admin".to_owned()),
            name: Some("admin".to_owned()),
            namespace: None,
            description: Some("every permission of the organization".to_owned()),
            stage: Some("ga".to_owned()),
            permissions: NAMESPACES
                .into_iter()
                .flat_map(|namespace| permissions(namespace, &VERBS))
                .collect(),
        });
        roles
    }
}

/// A namespace in its normal form: lower case, and dots for all but letters and digits.
pub(super) fn normal(namespace: &str) -> String {
    let lower = namespace.to_lowercase();
    let plain = |c: char| if c.is_alphanumeric() { c } else { '.' };
    lower.chars().map(plain).collect()
}

/// All scopes of some roles, each once.
pub(super) fn scopes(roles: &[Role]) -> BTreeSet<&str> {
    roles.iter().flat_map(Role::scopes).collect()
}

fn permissions(namespace: &str, verbs: &[&str]) -> Vec<Permission> {
    let each = verbs.iter().map(|verb| Permission {
        scope: Some(format!("{namespace}.{verb}")),
    });
    each.collect()
}
