//! Guests of an organization: members of the marking behind it.

use super::permissions::on_organization;
use super::principal::Principal;
use super::state::State;
use super::{errors, organizations};
use crate::service::Context;
use crate::{Answer, Outcome, Request};
use http::StatusCode;
use serde_json::{Value, json};

/// The marking behind the organization of the path, and the organization's position.
fn marking(state: &State, request: &Request, operation: &str) -> Result<(u32, u32), Answer> {
    let acting = state.acting(request)?;
    let (position, rid, row) = organizations::visible(state, &acting, request)?;
    if !state.may_on(&acting, row, operation) {
        let name = match &*request.operation.id {
            "addOrganizationGuestMembers" => "AddOrganizationGuestMembersPermissionDenied",
            "removeOrganizationGuestMembers" => "RemoveOrganizationGuestMembersPermissionDenied",
            _ => "ListOrganizationGuestMembersPermissionDenied",
        };
        return Err(errors::denied(name, json!({"organizationRid": rid})));
    }
    Ok((row.marking, position))
}

pub(super) fn list(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let (marking, _) = marking(state, request, on_organization::VIEW)?;
    let marking = state.markings.at(u64::from(marking));
    let members = marking.into_iter().flat_map(|(_, row)| &row.members);
    let data: Vec<Value> = members
        .map(|member| state.show_principal(*member))
        .collect();
    Ok(Answer::ok(json!({ "data": data })))
}

pub(super) fn add(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let (marking, organization) = marking(state, request, on_organization::MANAGE_GUESTS)?;
    let principals = state.principals(request, "principalIds")?;
    // fact: guest-change-may-do-nothing
    let primary = |principal: &Principal| {
        let user = principal.as_user().and_then(|user| state.user_at(user));
        user.is_some_and(|(_, row)| row.organization == Some(organization))
    };
    let guests: Vec<Principal> = principals.into_iter().filter(|one| !primary(one)).collect();
    if let Some(marking) = state.markings.at_mut(u64::from(marking)) {
        marking.members.extend(guests);
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

pub(super) fn remove(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let (marking, _) = marking(state, request, on_organization::MANAGE_GUESTS)?;
    let principals = state.principals(request, "principalIds")?;
    if let Some(marking) = state.markings.at_mut(u64::from(marking)) {
        marking
            .members
            .retain(|member| !principals.contains(member));
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
