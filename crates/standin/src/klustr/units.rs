//! Who belongs to which unit of an organization.

use super::organization::OrgAssignment;
use super::{State, body, errors};
use crate::service::Context;
use crate::{Answer, Outcome, Request};
use http::StatusCode;
use serde_json::json;

/// An organization that does not exist has no assignments: no 404 is known here.
pub(super) fn list(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let subject = state.subjects.find(request.path("userId"));
    let organization = state.organization(request).ok();
    let held = organization
        .zip(subject)
        .and_then(|(organization, subject)| organization.units.get(&subject));
    Ok(Answer::ok(
        held.map_or_else(|| json!([]), |held| json!(held)),
    ))
}

/// The path says who and where; what the body says of that is passed over.
pub(super) fn create(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    state.organization(request)?;
    let mut assignment: OrgAssignment = body(request)?;
    let user = request.path("userId");
    assignment.id = Some(state.ids.uuid());
    assignment.org_id = Some(request.path("organizationId").to_owned());
    assignment.assigned_to = Some(user.to_owned());
    assignment
        .assignee_type
        .get_or_insert_with(|| "user".to_owned());
    let subject = state.subjects.number(user);
    let answer = json!(assignment);
    let organization = state.organization_mut(request)?;
    organization
        .units
        .entry(subject)
        .or_default()
        .push(assignment);
    Ok(Answer::ok(answer))
}

/// fact: delete-with-a-body
pub(super) fn delete(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let id: String = body(request)?;
    let missing = || errors::conflict("there is no such assignment");
    let subject = state
        .subjects
        .find(request.path("userId"))
        .ok_or_else(missing)?;
    let organization = state.organization_mut(request).map_err(|_| missing())?;
    let held = organization.units.get_mut(&subject).ok_or_else(missing)?;
    let is_it = |held: &OrgAssignment| held.id.as_deref() == Some(&id);
    let at = held.iter().position(is_it).ok_or_else(missing)?;
    held.remove(at);
    Ok(Answer::empty(StatusCode::OK))
}
