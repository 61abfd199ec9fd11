//! The roles of an organization.

use super::access::Standing;
use super::rows::RoleKind;
use super::{State, errors, find};
use crate::service::Context;
use crate::{Answer, Outcome, Request};
use serde_json::Value;

pub(super) fn list(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let id = request.path("organization_id");
    let (organization, _) = find(&state.organizations, id, "organization")?;
    state.require(request, organization, Standing::Reader)?;
    let (level, name) = (request.query("level"), request.query("name"));
    let roles = state.roles.from(0).filter(|(_, _, role)| {
        role.organization == organization
            && level.is_none_or(|level| role.level.name() == level)
            && name.is_none_or(|name| &*role.name == name)
    });
    let roles = roles.map(|(role, _, _)| state.role_json(role as u32));
    Ok(Answer::ok(roles.collect::<Vec<_>>()))
}

/// fact: get-role-shape
pub(super) fn get(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let (role, row) = find(&state.roles, request.path("role_id"), "role")?;
    state.require(request, row.organization, Standing::Reader)?;
    Ok(Answer::ok(state.role_json(role)))
}

/// The assignments of a role go with it; what the vendor does with them is not established.
///
/// fact: delete-role-answer-unknown
pub(super) fn delete(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let (role, row) = find(&state.roles, request.path("role_id"), "role")?;
    state.require(request, row.organization, Standing::Manager)?;
    if row.kind != RoleKind::Own {
        return Err(errors::illegal("the role is managed by the system"));
    }
    state.grants.remove_role(role);
    state
        .roles
        .remove(&request.path("role_id").to_ascii_lowercase());
    Ok(Answer::ok(Value::Null))
}
