//! Who holds which role.

use super::organization::Organization;
use super::roles::{no_such_role, without_empty};
use super::{MEMBER, State, body, errors};
use crate::service::Context;
use crate::{Answer, Outcome, Request};
use http::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The page of the relation store, which is all that is read of it (fact: assignments-may-be-cut).
const PAGE: usize = 1024;

/// fact: assignments-ignore-paging
pub(super) fn list(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let (org, role) = (request.path("organizationId"), request.path("roleId"));
    let holders = state
        .organizations
        .get(org)
        .zip(state.relations.find(role))
        .into_iter()
        .flat_map(|(organization, relation)| organization.relations.of_left(relation));
    // fact: assignment-id-is-no-key
    // fact: only-users-are-assigned
    let docs = holders.take(PAGE).map(|holder| {
        let holder = state.subjects.text(holder);
        json!({ "org_id": org, "role_id": role, "assigned_to": holder })
    });
    let docs: Vec<Value> = docs.collect();
    Ok(Answer::ok(without_empty(json!({
        "count": docs.len(),
        "limit": PAGE,
        "skip": 0,
        "docs": docs,
    }))))
}

/// fact: own-roles-of-the-caller
pub(super) fn own(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    entitlements(state, request, &request.caller.principal)
}

/// fact: user-roles-read-the-caller
pub(super) fn of_user(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    entitlements(state, request, request.path("userId"))
}

fn entitlements(state: &State, request: &Request, shown: &str) -> Outcome {
    let organization = state.organization(request)?;
    let held: BTreeSet<&str> = state
        .related(organization, &request.caller.principal)
        .filter(|relation| *relation != MEMBER)
        .collect();
    if held.is_empty() {
        return Err(errors::bad_request(
            "the caller holds no role in the organization",
        ));
    }
    let roles = organization.roles.iter();
    let roles = roles.filter(|role| role.id.as_deref().is_some_and(|id| held.contains(id)));
    Ok(Answer::ok(without_empty(json!({
        "user_id": shown,
        "org_id": request.path("organizationId"),
        "roles": roles.collect::<Vec<_>>(),
    }))))
}

/// Grants what is listed and revokes everything else, whoever holds it.
///
/// fact: replace-all-post
pub(super) fn replace(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let organization = state.organization(request)?;
    let listed: Vec<String> = body(request)?;
    let user = subject(request)?.to_owned();
    let mut granted = Vec::with_capacity(listed.len());
    for role in &listed {
        if role.trim().is_empty() {
            return Err(errors::bad_request("a role id is blank"));
        }
        let relation = state.relations.find(role);
        // fact: held-roles-not-checked
        let is_held = relation
            .is_some_and(|relation| organization.relations.of_left(relation).next().is_some());
        if !is_held && !defines(organization, role) {
            return Err(no_such_role());
        }
        granted.push((role, stored(role)?, is_held));
    }
    let before = organization.relations.lefts();
    let keep: BTreeSet<u32> = listed
        .iter()
        .filter_map(|id| state.relations.find(id))
        .collect();
    let org = request.path("organizationId");
    let subject = state.subjects.number(&user);
    let mut answer = Vec::with_capacity(granted.len());
    let mut put = Vec::with_capacity(granted.len());
    for (role, relation, is_held) in granted {
        put.push(state.relations.number(relation));
        let mut assignment = assignment(org, role, &user);
        if is_held {
            // fact: assignment-id-is-no-key
            // fact: replace-all-not-repeatable
            assignment["id"] = state.ids.uuid().into();
        }
        answer.push(assignment);
    }
    let organization = state.organization_mut(request)?;
    for relation in put {
        organization.relations.put(relation, subject);
    }
    for relation in before {
        if !keep.contains(&relation) {
            organization.relations.remove_left(relation);
        }
    }
    Ok(Answer::ok(answer))
}

/// fact: grant-is-a-put
pub(super) fn add(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let organization = state.organization(request)?;
    let role = request.path("roleId");
    let user = subject(request)?;
    if role.trim().is_empty() {
        return Err(errors::bad_request("the role id is blank"));
    }
    if !defines(organization, role) {
        return Err(no_such_role());
    }
    let relation = stored(role)?;
    let (relation, subject) = (
        state.relations.number(relation),
        state.subjects.number(user),
    );
    state
        .organization_mut(request)?
        .relations
        .put(relation, subject);
    Ok(Answer::ok(assignment(
        request.path("organizationId"),
        role,
        user,
    )))
}

/// Revokes what is there and says nothing of what is not.
///
/// fact: get-that-deletes
/// fact: revoke-without-looking
pub(super) fn remove(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let relation = state.relations.find(request.path("roleId"));
    let subject = state.subjects.find(request.path("userId"));
    if let (Some(relation), Some(subject), Ok(organization)) =
        (relation, subject, state.organization_mut(request))
    {
        organization.relations.remove(relation, subject);
    }
    Ok(Answer::empty(StatusCode::OK))
}

fn assignment(org: &str, role: &str, user: &str) -> Value {
    json!({ "role_id": role, "assigned_to": user, "assignee_type": "user", "org_id": org })
}

fn defines(organization: &Organization, role: &str) -> bool {
    organization.roles.iter().any(|defined| defined.is(role))
}

/// The user that is granted something: what follows a colon is cut off (fact: role-id-characters).
fn subject(request: &Request) -> Result<&str, Answer> {
    let user = request.path("userId");
    let user = user.split_once(':').map_or(user, |(user, _)| user);
    if user.trim().is_empty() {
        return Err(errors::bad_request("the user id is blank"));
    }
    Ok(user)
}

/// The name under which the relation store keeps a grant. One underscore is taken for the end of a prefix, so that looking
/// for the id does not find the grant; more are an error (fact: role-id-characters).
fn stored(role: &str) -> Result<&str, Answer> {
    let mut parts = role.split('_');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(whole), None, _) => Ok(whole),
        (_, Some(name), None) => Ok(name),
        _ => Err(errors::unhandled(
            StatusCode::INTERNAL_SERVER_ERROR,
            "java.lang.IllegalArgumentException",
            &format!("`{role}` is no name of a relation"),
        )),
    }
}
