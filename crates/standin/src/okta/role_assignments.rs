//! Roles of users, groups and clients: list, give, read, take.
//!
//! The assign operations differ in how they say that it worked. A user gets 201 with the assignment and a client 200 with
//! it. For a group both 200 with the assignment and an empty 201 are declared; here it is the 201 when the call has
//! `disableNotifications=true`, and else the 200.

use super::held::{Held, assignment_id};
use super::permission::Rights;
use super::role_type::{Narrowing, RoleType};
use super::state::{Assignment, Principal, PrincipalKind, State};
use super::{errors, groups, page, targets, users};
use crate::service::Context;
use crate::{Answer, Outcome, Request, Table};
use http::StatusCode;
use serde_json::{Value, json};

/// The GET on the roles of a principal.
pub(super) fn list(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let principal = state.principal(request)?;
    let expand = expand(request)?;
    let held = state.roles_of(&principal);
    if principal.kind == PrincipalKind::Client && held.is_empty() {
        // fact: client-without-roles-404
        return Err(errors::not_found(&principal.id, "RoleAssignment"));
    }
    let each = held.iter().map(|held| {
        let mut body = held.view(state, request);
        if let Some(targets) = embedded(state, request, held, expand) {
            body["_embedded"] = json!({ "targets": targets });
        }
        body
    });
    Ok(page::whole(each.collect()))
}

/// The GET on one role of a principal.
pub(super) fn get(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let principal = state.principal(request)?;
    let held = state.role_of(&principal, request.path("roleAssignmentId"))?;
    Ok(Answer::ok(held.view(state, request)))
}

/// The POST on the roles of a principal.
pub(super) fn assign(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let principal = state.principal(request)?;
    if let Some(user) = state.users.get(&principal.id)
        && users::is_activating(user)
    {
        return Err(errors::still_activating());
    }
    let id = match request.text("/type").and_then(RoleType::of) {
        Some(role) => assign_standard(state, request, &principal, role)?,
        None => assign_custom(state, request, &principal)?,
    };
    let held = state.role_of(&principal, &id)?;
    let body = held.view(state, request);
    Ok(match principal.kind {
        PrincipalKind::User => Answer::json(StatusCode::CREATED, body),
        // fact: client-assign-answers-200
        PrincipalKind::Client => Answer::ok(body),
        // fact: group-assign-two-success-codes
        PrincipalKind::Group if request.flag("disableNotifications") == Some(true) => {
            Answer::empty(StatusCode::CREATED)
        }
        PrincipalKind::Group => Answer::ok(body),
    })
}

fn assign_standard(
    state: &mut State,
    request: &Request,
    principal: &Principal,
    role: RoleType,
) -> Result<String, Answer> {
    guard_super_admin(state, request, role)?;
    let holder = state.holder(&principal.id);
    let mut held = holder.into_iter().flat_map(|holder| &holder.assignments);
    if held.any(|assignment| assignment.role == role) {
        return Err(errors::already_assigned());
    }
    let id = assignment_id(state, principal.kind, role);
    let assignment = Assignment {
        id: id.as_str().into(),
        role,
        created: request.now,
        updated: request.now,
        active: true,
        groups: Table::default(),
        apps: Table::default(),
        grants: Vec::new(),
    };
    state.change_holder(principal, |holder| holder.assignments.push(assignment));
    Ok(id)
}

fn assign_custom(
    state: &mut State,
    request: &Request,
    principal: &Principal,
) -> Result<String, Answer> {
    let (role, set) = (request.text("/role"), request.text("/resource-set"));
    let (role, set) = (role.unwrap_or_default(), set.unwrap_or_default());
    state.bindable_role(role)?;
    if state.sets.get(set).is_none() {
        return Err(errors::not_found(set, "ResourceSet"));
    }
    if state.membership(principal, set, role).is_some() {
        return Err(errors::already_assigned());
    }
    state.room_for_members(set, role, 1)?;
    Ok(state.add_member(principal, set, role, request.now))
}

/// The DELETE on one role of a principal.
pub(super) fn unassign(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let principal = state.principal(request)?;
    let id = request.path("roleAssignmentId");
    // fact: inherited-role-is-removed-from-group
    let mut own = state.own_roles(&principal).into_iter();
    let found = own.find(|held| held.id() == id);
    let found = found.ok_or_else(|| errors::not_found(id, "RoleAssignment"))?;
    match found.role {
        super::held::HeldRole::Standard(assignment) => {
            guard_super_admin(state, request, assignment.role)?;
            state.change_holder(&principal, |holder| {
                holder
                    .assignments
                    .retain(|assignment| &*assignment.id != id);
            });
        }
        super::held::HeldRole::Custom(membership, _) => {
            let membership = membership.clone();
            state.remove_member(&membership);
        }
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// Who has rights from custom roles alone can neither give nor take SUPER_ADMIN.
fn guard_super_admin(state: &State, request: &Request, role: RoleType) -> Result<(), Answer> {
    let rights = Rights::of(state, &request.caller.principal);
    match role {
        RoleType::SuperAdmin if !rights.has(RoleType::SuperAdmin) => Err(errors::denied()),
        _ => Ok(()),
    }
}

/// `expand` of the role lists.
fn expand(request: &Request) -> Result<Narrowing, Answer> {
    let mut given = request.queries("expand");
    let first = given.next();
    if given.next().is_some() {
        // fact: expand-takes-one-value
        return Err(errors::invalid("expand", "takes one value a call"));
    }
    match first {
        None => Ok(Narrowing::Nothing),
        Some("targets/groups") => Ok(Narrowing::Groups),
        Some("targets/catalog/apps") => Ok(Narrowing::Apps),
        Some(other) => {
            let cause = format!("takes targets/groups or targets/catalog/apps, not {other}");
            Err(errors::invalid("expand", cause))
        }
    }
}

fn embedded(state: &State, request: &Request, held: &Held<'_>, expand: Narrowing) -> Option<Value> {
    let assignment = held.standard()?;
    if expand != assignment.role.narrowing() {
        return None;
    }
    match expand {
        Narrowing::Nothing => None,
        Narrowing::Groups => {
            let groups = assignment.groups.iter().filter_map(|(id, _)| {
                let group = state.groups.get(id)?;
                Some(groups::view(state, request, id, group))
            });
            Some(json!({ "groups": groups.collect::<Vec<_>>() }))
        }
        Narrowing::Apps => {
            let apps = assignment.apps.iter();
            let apps = apps.filter_map(|(key, _)| targets::app_view(state, request, key));
            Some(json!({ "catalog": { "apps": apps.collect::<Vec<_>>() } }))
        }
    }
}
