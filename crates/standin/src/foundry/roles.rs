//! Roles: what can be held on organizations, on the enrollment and on resources.

use super::permissions::{on_enrollment, on_organization};
use super::principal::narrow;
use super::state::{Role, RoleOn, State};
use super::{errors, organizations};
use crate::service::Context;
use crate::{Answer, Ids, Outcome, Request, Table};
use serde_json::{Map, Value, json};

/// The role of those who may do everything on an organization.
pub(super) const ORGANIZATION_ADMINISTRATOR: &str = "organization:administrator";
/// The role of those who may do everything on the enrollment.
pub(super) const ENROLLMENT_ADMINISTRATOR: &str = "enrollment:administrator";

/// Roles on resources, weakest first; each allows what those before it allow. The last is the role of an owner.
pub(super) const ON_RESOURCES: [&str; 4] = [
    "compass:discover",
    "compass:view",
    "compass:edit",
    "compass:manage",
];

// fact: role-ids-are-free-strings
// Ids of built-in roles beyond these are not published: the others here have UUIDs, as custom roles have.
pub(super) fn seeded(ids: &mut Ids) -> Table<Role> {
    use on_enrollment as enrollment;
    use on_organization as organization;
    let mut table = Table::default();
    let mut add = |id: String, on, name: &str, description: &str, operations: &[&str]| {
        let built_in = id.contains(':');
        let role = Role {
            on,
            name: name.into(),
            description: description.into(),
            built_in,
            operations: operations.iter().map(|one| (*one).into()).collect(),
            can_assign: Vec::new(),
        };
        table.insert(id, role);
    };
    let on = RoleOn::Organization;
    let all = [
        organization::VIEW,
        organization::EDIT,
        organization::VIEW_PERMISSIONS,
        organization::MANAGE_PERMISSIONS,
        organization::MANAGE_USERS,
        organization::MANAGE_GROUPS,
        organization::MANAGE_GUESTS,
    ];
    let name = "Organization administrator";
    add(
        ORGANIZATION_ADMINISTRATOR.to_owned(),
        on,
        name,
        "Everything on the organization",
        &all,
    );
    let view = [organization::VIEW, organization::VIEW_PERMISSIONS];
    let text = "Sees who may do what on the organization";
    add(ids.uuid(), on, ORGANIZATION_VIEWER, text, &view);
    let users = [
        organization::VIEW,
        organization::MANAGE_USERS,
        organization::MANAGE_GUESTS,
    ];
    add(
        ids.uuid(),
        on,
        "User manager",
        "Manages users and guests",
        &users,
    );
    let groups = [organization::VIEW, organization::MANAGE_GROUPS];
    add(
        ids.uuid(),
        on,
        "Group manager",
        "Manages groups and their members",
        &groups,
    );
    let on = RoleOn::Enrollment;
    let all = [
        enrollment::VIEW,
        enrollment::VIEW_PERMISSIONS,
        enrollment::MANAGE_PERMISSIONS,
        enrollment::MANAGE_ORGANIZATIONS,
        enrollment::MANAGE_PROVIDERS,
        enrollment::MANAGE_SPACES,
        enrollment::MANAGE_MARKINGS,
    ];
    let name = "Enrollment administrator";
    add(
        ENROLLMENT_ADMINISTRATOR.to_owned(),
        on,
        name,
        "Everything on the enrollment",
        &all,
    );
    let view = [enrollment::VIEW, enrollment::VIEW_PERMISSIONS];
    let text = "Sees who may do what on the enrollment";
    add(ids.uuid(), on, ENROLLMENT_VIEWER, text, &view);
    for (level, id) in ON_RESOURCES.into_iter().enumerate() {
        let name = ["Discoverer", "Viewer", "Editor", "Owner"][level];
        add(
            id.to_owned(),
            RoleOn::Resource,
            name,
            "A role on files",
            &ON_RESOURCES[..=level],
        );
    }
    let roles: Vec<(Box<str>, RoleOn)> = table
        .iter()
        .map(|(id, role)| (id.into(), role.on))
        .collect();
    for (administrator, on) in [
        (ORGANIZATION_ADMINISTRATOR, RoleOn::Organization),
        (ENROLLMENT_ADMINISTRATOR, RoleOn::Enrollment),
        ("compass:manage", RoleOn::Resource),
    ] {
        if let Some(role) = table.get_mut(administrator) {
            let all = roles.iter().filter(|(_, other)| *other == on);
            role.can_assign = all.map(|(id, _)| id.clone()).collect();
        }
    }
    table
}

/// The name of the role that may look at an organization's permissions, and no more.
pub(super) const ORGANIZATION_VIEWER: &str = "Organization viewer";
/// The name of the role that may look at the enrollment's permissions, and no more.
pub(super) const ENROLLMENT_VIEWER: &str = "Enrollment viewer";

impl State {
    /// The position of a role that can be held on this.
    pub(super) fn role(&self, id: &str, on: RoleOn) -> Option<u32> {
        let position = self.roles.position(id)?;
        let (_, role) = self.roles.at(position)?;
        (role.on == on).then(|| narrow(position))
    }

    /// The position of a role by its name.
    pub(super) fn role_named(&self, name: &str) -> Option<u32> {
        let mut all = self.roles.from(0);
        let found = all.find(|(_, _, role)| *role.name == *name);
        found.map(|(position, ..)| narrow(position))
    }

    /// The id of the role at a position.
    pub(super) fn role_id(&self, position: u32) -> &str {
        let found = self.roles.at(u64::from(position));
        found.map_or("", |(id, _)| id)
    }

    /// The id of the role set of the roles on this.
    pub(super) fn role_set(&self, on: RoleOn) -> String {
        let number = match on {
            RoleOn::Organization => 1,
            RoleOn::Enrollment => 2,
            RoleOn::Resource => 3,
        };
        let bits = self.origin.population().bits("role set", number);
        crate::ids::uuid(u128::from(bits) << 64 | u128::from(bits.rotate_left(31)))
    }
}

fn show(id: &str, role: &Role) -> Value {
    json!({
        "id": id,
        "displayName": role.name,
        "description": role.description,
        "operations": role.operations,
        "canAssigns": role.can_assign,
    })
}

pub(super) fn get(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let id = request.path("roleId");
    let missing = || errors::not_found("RoleNotFound", json!({"roleId": id}));
    let role = state.roles.get(id).ok_or_else(missing)?;
    Ok(Answer::ok(show(id, role)))
}

pub(super) fn get_batch(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    Ok(batch(request, "roleId", |id, _| {
        Some(show(id, state.roles.get(id)?))
    }))
}

/// A map from id to item, for the ids of a bare array. Ids that lead to nothing are left out.
pub(super) fn batch(
    request: &Request,
    key: &str,
    find: impl Fn(&str, &Value) -> Option<Value>,
) -> Answer {
    let mut data = Map::new();
    for element in request.json().as_array().into_iter().flatten() {
        if let Some(id) = element.get(key).and_then(Value::as_str)
            && let Some(item) = find(id, element)
        {
            data.insert(id.to_owned(), item);
        }
    }
    Answer::ok(json!({ "data": data }))
}

pub(super) fn list_available(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let (_, rid, row) = organizations::visible(state, &acting, request)?;
    if !state.may_on(&acting, row, on_organization::VIEW) {
        let name = "ListAvailableRolesOrganizationPermissionDenied";
        return Err(errors::denied(name, json!({"organizationRid": rid})));
    }
    // fact: two-schemas-called-role
    let role_set = state.role_set(RoleOn::Organization);
    let roles = state.roles.iter();
    let roles = roles.filter(|(_, role)| role.on == RoleOn::Organization);
    let data: Vec<Value> = roles
        .map(|(id, role)| {
            json!({
                "id": id,
                "roleSetId": role_set,
                "name": role.name,
                "description": role.description,
                "isDefault": role.built_in,
                "type": "ORGANIZATION",
                "operations": role.operations,
            })
        })
        .collect();
    Ok(Answer::ok(json!({ "data": data })))
}
