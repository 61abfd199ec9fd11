//! Who holds which role on a resource.

use super::errors;
use super::file;
use super::paging::{Page, UNPUBLISHED};
use super::principal::{Principal, kind};
use super::roles::ON_RESOURCES;
use super::state::State;
use crate::service::Context;
use crate::{Answer, Outcome, Request};
use http::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A principal, or everyone, with a level.
type Grant = (Option<Principal>, u32);

// fact: resource-roles-read-and-write-differ
fn show(state: &State, (holder, level): Grant) -> Value {
    let principal = match holder {
        Some(holder) => json!({
            "type": "principalWithId",
            "principalId": state.id_of(holder),
            "principalType": kind(holder),
        }),
        None => json!({"type": "everyone"}),
    };
    json!({
        "resourceRolePrincipal": principal,
        "roleId": ON_RESOURCES[level as usize],
    })
}

// fact: include-inherited-default-unknown
// Left out, it is false here.
// fact: list-resource-roles-has-no-own-403
pub(super) fn list(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let position = file::resource(state, &acting, request)?;
    let page = Page::read(request, UNPUBLISHED)?;
    let inherited = request.flag("includeInherited") == Some(true);
    let lineage = state.lineage(position);
    let rows = lineage.filter(|(at, ..)| inherited || *at == position);
    let grants: BTreeSet<Grant> = rows.flat_map(|(_, _, row)| &row.roles).copied().collect();
    let start = page.after_number().map_or(0, |at| at as usize + 1);
    let rows = grants.into_iter().enumerate().skip(start);
    Ok(page.answer(rows, |grant| show(state, grant)))
}

fn read(state: &State, request: &Request, refusal: &str) -> Result<(u32, BTreeSet<Grant>), Answer> {
    let acting = state.acting(request)?;
    let position = file::resource(state, &acting, request)?;
    let roles = request.json().get("roles").and_then(Value::as_array);
    let roles: Vec<&Value> = roles.into_iter().flatten().collect();
    let ids = roles.iter().filter_map(|role| role.get("roleId")?.as_str());
    let levels = file::levels(&ids.collect::<Vec<_>>())?;
    let denied = || errors::denied(refusal, json!({"resourceRid": request.path("resourceRid")}));
    file::demand(state, &acting, position, file::MANAGE, denied)?;
    let project = state.project_of(position);
    // A project can keep its grants to itself.
    if project.is_some_and(|(at, _, row)| at != position && !row.resource_level_grants) {
        return Err(denied());
    }
    let mut grants = BTreeSet::new();
    for (role, level) in roles.iter().zip(levels) {
        let id = role.pointer("/resourceRolePrincipal/principalId");
        let holder = match id.and_then(Value::as_str) {
            Some(id) => Some(state.principal(id)?),
            None => None,
        };
        grants.insert((holder, level));
    }
    Ok((position, grants))
}

// fact: resource-roles-no-batch-limit
// fact: add-resource-roles-repeat
pub(super) fn add(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let (position, new) = read(state, request, "AddResourceRolesPermissionDenied")?;
    if let Some(row) = state.files.at_mut(u64::from(position)) {
        row.roles.extend(new);
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

// fact: remove-resource-roles-no-last-owner-guard
// fact: remove-resource-roles-repeat
pub(super) fn remove(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let (position, gone) = read(state, request, "RemoveResourceRolesPermissionDenied")?;
    if let Some(row) = state.files.at_mut(u64::from(position)) {
        row.roles.retain(|grant| !gone.contains(grant));
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
