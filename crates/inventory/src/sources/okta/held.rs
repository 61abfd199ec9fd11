//! A role of a principal, as Okta lists it, in the words of the model.

use super::super::ask::Received;
use super::roles::Names;
use crate::model::{Role, RoleKind, Scope, ScopeKind, Target, TargetKind};
use rolecall::okta::types::{
    CatalogApplication, CustomRole, EmbeddedRoleTargets, Group, GroupProfile, RoleAssignment,
    RoleAssignmentType, RoleType, StandardRole,
};
use rolecall::rolecall_client::Misfit;
use serde_json::Value;

/// A role that a principal holds.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) role: Role,
    pub(super) scope: Scope,
    /// Whether a user has it by a group.
    pub(super) by_group: bool,
    /// The id of the assignment, or of the member of the binding.
    pub(super) id: Option<String>,
    /// The resource set and the role of the binding behind a custom role.
    pub(super) binding: Option<(String, String)>,
    pub(super) vendor: Option<Value>,
    /// Why what the role is over is not known, where it is not.
    pub(super) doubt: Option<String>,
}

/// What a role can be limited to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Limits {
    Nothing,
    Groups,
    Apps,
    /// The role is not one that the description knows.
    Unknown,
}

impl Limits {
    pub(super) fn of(kind: &RoleType) -> Self {
        match kind {
            RoleType::AppAdmin => Self::Apps,
            RoleType::GroupMembershipAdmin | RoleType::HelpDeskAdmin | RoleType::UserAdmin => {
                Self::Groups
            }
            RoleType::Unknown(_) => Self::Unknown,
            _ => Self::Nothing,
        }
    }

    pub(super) fn may_be_apps(self) -> bool {
        matches!(self, Self::Apps | Self::Unknown)
    }

    pub(super) fn may_be_groups(self) -> bool {
        matches!(self, Self::Groups | Self::Unknown)
    }
}

/// What a role in a response can be limited to. One of an unknown form might be limited to anything.
pub(super) fn limits(role: &RoleAssignment) -> Limits {
    match role {
        RoleAssignment::StandardRole(role) => Limits::of(&role.type_),
        RoleAssignment::CustomRole(_) => Limits::Nothing,
        _ => Limits::Unknown,
    }
}

/// The roles of a response, of which one request embeds the groups and another the applications.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) roles: Vec<RoleAssignment>,
    /// The same roles with the applications; `None` when no role can have any.
    pub(super) with_apps: Option<Vec<RoleAssignment>>,
    pub(super) misfits: Vec<Misfit>,
}

impl Listed {
    pub(super) fn new(received: Received<Vec<RoleAssignment>>) -> Self {
        Self {
            roles: received.value,
            with_apps: None,
            misfits: received.misfits,
        }
    }

    pub(super) fn wants_apps(&self) -> bool {
        self.roles.iter().any(|role| limits(role).may_be_apps())
    }

    pub(super) fn apps(&mut self, received: Received<Vec<RoleAssignment>>) {
        self.with_apps = Some(received.value);
        self.misfits.extend(received.misfits);
    }

    pub(super) fn held(self, names: &Names, vendor: bool) -> Vec<Held> {
        let with_apps = self.with_apps.unwrap_or_default();
        let held = self.roles.into_iter().map(|role| {
            let apps = with_apps.iter().find(|other| is_same(&role, other));
            held(role, apps, names, vendor)
        });
        held.collect()
    }
}

fn is_same(one: &RoleAssignment, other: &RoleAssignment) -> bool {
    match (one, other) {
        (RoleAssignment::StandardRole(one), RoleAssignment::StandardRole(other)) => {
            (&one.id, &one.type_, &one.assignment_type)
                == (&other.id, &other.type_, &other.assignment_type)
        }
        _ => false,
    }
}

/// One role of a response; `apps` is the same role of the response that embeds applications.
fn held(role: RoleAssignment, apps: Option<&RoleAssignment>, names: &Names, vendor: bool) -> Held {
    let vendor = vendor.then(|| serde_json::to_value(&role).unwrap_or_default());
    match role {
        RoleAssignment::StandardRole(role) => standard(*role, apps, vendor),
        RoleAssignment::CustomRole(role) => custom(*role, names, vendor),
        other => unknown(&other, vendor),
    }
}

fn standard(role: StandardRole, apps: Option<&RoleAssignment>, vendor: Option<Value>) -> Held {
    let limits = Limits::of(&role.type_);
    let (mut targets, mut doubt, mut is_known) = (Vec::new(), None, true);
    if limits.may_be_groups() {
        embedded(&role, &mut targets, &mut doubt);
    }
    if limits.may_be_apps() {
        match apps {
            Some(RoleAssignment::StandardRole(apps)) => {
                embedded(apps, &mut targets, &mut doubt);
            }
            _ => {
                doubt = Some(
                    "the role was not in the second response, which has the applications that it is limited to"
                        .to_owned(),
                );
                is_known = false;
            }
        }
    }
    Held {
        role: Role::new(RoleKind::Standard, role.type_.to_string()).named(role.label),
        scope: match is_known {
            true => Scope::targets(targets),
            false => unknown_scope(),
        },
        by_group: role.assignment_type == Some(RoleAssignmentType::Group),
        id: role.id,
        binding: None,
        vendor,
        doubt,
    }
}

fn custom(role: CustomRole, names: &Names, vendor: Option<Value>) -> Held {
    let is_custom = role.type_ == RoleType::Custom;
    let kind = if is_custom {
        RoleKind::Custom
    } else {
        RoleKind::Iam
    };
    let id = role.role.unwrap_or_else(|| role.type_.to_string());
    let mut doubt = None;
    let scope = match &role.resource_set {
        Some(set) => Scope::of(ScopeKind::ResourceSet, set, names.set(set)),
        None => {
            doubt = Some("the service did not tell the resource set of the role".to_owned());
            unknown_scope()
        }
    };
    let set = role.resource_set.filter(|_| is_custom);
    let mut model = Role::new(kind, &id).named(role.label.or_else(|| names.role(&id)));
    model.permissions = names.permissions(&id);
    Held {
        role: model,
        scope,
        by_group: role.assignment_type == Some(RoleAssignmentType::Group),
        id: role.id,
        binding: set.map(|set| (set, id)),
        vendor,
        doubt,
    }
}

/// What a role is over when that could not be read. That nothing limits it is something else.
pub(super) fn unknown_scope() -> Scope {
    Scope {
        kind: ScopeKind::Other("unknown".to_owned()),
        id: None,
        name: None,
        targets: Vec::new(),
    }
}

/// A role of a form that the description does not know still has a type, and mostly a label.
fn unknown(role: &RoleAssignment, vendor: Option<Value>) -> Held {
    let json = serde_json::to_value(role).unwrap_or_default();
    let text = |name: &str| json.get(name)?.as_str().map(str::to_owned);
    let id = text("role").or_else(|| text("type")).unwrap_or_default();
    let scope = match text("resource-set") {
        Some(set) => Scope::of(ScopeKind::ResourceSet, set, None),
        None => unknown_scope(),
    };
    Held {
        role: Role::new(RoleKind::Other("unknown".to_owned()), id).named(text("label")),
        doubt: Some(
            "the role is of a form that this release does not know, so that what it is over may be narrower"
                .to_owned(),
        ),
        scope,
        by_group: text("assignmentType").as_deref() == Some("GROUP"),
        id: text("id"),
        binding: None,
        vendor,
    }
}

fn embedded(role: &StandardRole, targets: &mut Vec<Target>, doubt: &mut Option<String>) {
    let embedded = role.embedded.as_ref();
    let Some(embedded) = embedded.and_then(|embedded| embedded.targets.as_ref()) else {
        return;
    };
    let EmbeddedRoleTargets {
        groups, catalog, ..
    } = embedded;
    let apps = catalog.as_ref().and_then(|catalog| catalog.apps.as_ref());
    let found = groups.iter().flatten().map(group_target);
    let found = found.chain(apps.into_iter().flatten().map(app_target));
    for target in found {
        match target {
            Some(target) => targets.push(target),
            None => *doubt = Some("a target of the role came without an id".to_owned()),
        }
    }
}

/// A group as a target.
pub(super) fn group_target(group: &Group) -> Option<Target> {
    Some(Target {
        kind: TargetKind::Group,
        id: group.id.clone()?,
        name: group_name(group),
    })
}

/// An application as a target. An instance has an id; an application of the catalog only a name.
pub(super) fn app_target(app: &CatalogApplication) -> Option<Target> {
    let id = match (&app.name, &app.id) {
        (Some(name), Some(id)) => format!("{name}/{id}"),
        (None, None) => return None,
        (name, id) => name.clone().or_else(|| id.clone())?,
    };
    Some(Target {
        kind: TargetKind::App,
        id,
        name: app.display_name.clone(),
    })
}

/// The name of a group, wherever it comes from.
pub(super) fn group_name(group: &Group) -> Option<String> {
    match group.profile.as_ref()? {
        GroupProfile::OktaUserGroupProfile(profile) => profile.name.clone(),
        GroupProfile::OktaActiveDirectoryGroupProfile(profile) => profile.name.clone(),
        _ => None,
    }
}
