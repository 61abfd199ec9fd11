//! The organizations that the caller belongs to.

use super::access::Standing;
use super::{State, errors, find, page};
use crate::service::Context;
use crate::{Answer, Outcome, Request};

pub(super) fn list(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let caller = state.caller(request)?;
    let owner = request.query("owner_id").map(str::to_ascii_lowercase);
    let owner = owner.map(|id| state.users.position(&id));
    let found = state.organizations.from(0).filter(|(position, _, row)| {
        request.query("name").is_none_or(|name| row.name == name)
            && owner.is_none_or(|owner| owner == Some(row.owner.into()))
            && request
                .query("owner_username")
                .is_none_or(|username| state.username(row.owner).as_deref() == Some(username))
            && state.standing(caller, *position as u32) > Standing::Outside
    });
    let found = found.map(|(position, _, _)| state.organization_json(position as u32));
    Ok(Answer::ok(page(request, found)))
}

/// fact: organization-by-name
pub(super) fn get(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let id = request.path("organization_id");
    let by_name = || {
        let mut all = state.organizations.from(0);
        let found = all.find(|(_, _, row)| row.name == id);
        found.map(|(position, _, _)| position as u32)
    };
    let by_id = find(&state.organizations, id, "organization").map(|(position, _)| position);
    let organization = match by_id {
        Ok(position) => position,
        Err(_) => by_name().ok_or_else(|| errors::missing("organization", id))?,
    };
    state.require(request, organization, Standing::Member)?;
    Ok(Answer::ok(state.organization_json(organization)))
}
