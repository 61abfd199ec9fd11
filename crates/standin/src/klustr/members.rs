//! Who belongs to an organization.

use super::{MEMBER, State, errors, no_such_organization};
use crate::service::Context;
use crate::{Answer, Outcome, Request};
use http::StatusCode;
use serde_json::Value;

pub(super) fn list(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let organization = state.organization(request)?;
    if state
        .related(organization, &request.caller.principal)
        .next()
        .is_none()
    {
        return Err(errors::not_related());
    }
    let member = state.relations.find(MEMBER).into_iter();
    let members = member.flat_map(|member| organization.relations.of_left(member));
    let members = members.map(|number| Value::from(state.subjects.text(number)));
    Ok(Answer::ok(members.collect::<Vec<_>>()))
}

/// The caller joins: by an email address of the organization's domain, or by an invitation that has not lapsed, whose roles
/// are then granted (fact: invited-roles-are-granted).
pub(super) fn join(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let caller = &request.caller.principal;
    let organization = state
        .organization(request)
        .map_err(|_| errors::bad_request("there is no such organization"))?;
    if state
        .related(organization, caller)
        .any(|relation| relation == MEMBER)
    {
        return Err(errors::conflict("the caller is a member already"));
    }
    let email = state.email(caller);
    let email = email.ok_or_else(|| errors::bad_request("the caller has no verified email"))?;
    let invited = organization.invitations.iter();
    let invited = invited.filter(|sent| sent.email == email && sent.expires_at > request.now);
    let roles: Vec<Vec<String>> = invited.map(|sent| sent.roles.clone()).collect();
    let domain = email.rsplit_once('@').map(|(_, domain)| domain);
    if roles.is_empty() && domain != organization.details.domain.as_deref() {
        let reason = "the verified email of the caller is of another domain";
        return Err(errors::bad_request(reason));
    }
    let granted = roles.iter().flatten().map(String::as_str).chain([MEMBER]);
    let granted: Vec<u32> = granted.map(|name| state.relations.number(name)).collect();
    let subject = state.subjects.number(caller);
    let organization = state.organization_mut(request)?;
    organization.invitations.retain(|sent| sent.email != email);
    for relation in granted {
        organization.relations.put(relation, subject);
    }
    Ok(Answer::empty(StatusCode::OK))
}

/// Who leaves, or is removed, keeps no role.
pub(super) fn leave(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    drop_member(state, request, &request.caller.principal);
    Ok(Answer::empty(StatusCode::OK))
}

/// fact: member-permission-not-generated
pub(super) fn add(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let id = request.path("subjectId");
    let organization = state.organization(request)?;
    if state
        .related(organization, &request.caller.principal)
        .next()
        .is_none()
    {
        return Err(errors::not_related());
    }
    if state
        .related(organization, id)
        .any(|relation| relation == MEMBER)
    {
        return Err(errors::conflict("the subject is a member already"));
    }
    let (member, subject) = (state.relations.number(MEMBER), state.subjects.number(id));
    let organization = state
        .organization_mut(request)
        .map_err(|_| no_such_organization())?;
    organization.relations.put(member, subject);
    Ok(Answer::empty(StatusCode::OK))
}

/// fact: remove-asks-for-create
pub(super) fn remove(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    drop_member(state, request, request.path("subjectId"));
    Ok(Answer::empty(StatusCode::OK))
}

fn drop_member(state: &mut State, request: &Request, subject: &str) {
    let number = state.subjects.find(subject);
    if let (Some(number), Ok(organization)) = (number, state.organization_mut(request)) {
        organization.relations.remove_right(number);
    }
}
