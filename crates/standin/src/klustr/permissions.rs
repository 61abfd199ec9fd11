//! What an organization's roles permit, and the relations of its users.

use super::State;
use super::role::scopes;
use crate::pairs::Pairs;
use crate::service::Context;
use crate::{Answer, Outcome, Request};
use serde_json::{Value, json};

/// The namespace that an organization's relations are in. Its real name is not established (fact: relation-wire-form).
const NAMESPACE: &str = "organizations";

/// fact: permissions-of-roles-only
/// fact: no-permission-asked-listing
pub(super) fn of_roles(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let organization = state.organization(request)?;
    let scopes = scopes(&organization.roles).into_iter();
    let scopes = scopes.map(|scope| json!({ "scope": scope }));
    Ok(Answer::ok(scopes.collect::<Vec<_>>()))
}

/// fact: user-permissions-likely-500
pub(super) fn of_caller(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    Ok(relations(state, request, &request.caller.principal))
}

pub(super) fn in_namespace(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    if request.path("namespace") != NAMESPACE {
        return Ok(Answer::ok(Vec::<Value>::new()));
    }
    Ok(relations(state, request, request.path("userId")))
}

/// In this namespace the one object is the organization.
pub(super) fn on_object(state: &State, request: &Request, context: &Context<'_>) -> Outcome {
    if request.path("object_id") != request.path("organizationId") {
        return Ok(Answer::ok(Vec::<Value>::new()));
    }
    in_namespace(state, request, context)
}

/// The relations of a subject to the organization; nothing when there is no such organization.
fn relations(state: &State, request: &Request, subject: &str) -> Answer {
    let org = request.path("organizationId");
    let none = Pairs::default();
    let relations = state
        .organizations
        .get(org)
        .map_or(&none, |found| &found.relations);
    let number = state.subjects.find(subject);
    let held = number
        .into_iter()
        .flat_map(|number| relations.of_right(number));
    let kind = if state.clients.contains(subject) {
        "client"
    } else {
        "user"
    };
    let held = held.map(|relation| {
        json!({
            "subject": { "type": kind, "id": subject },
            "scope": { "relation": state.relations.text(relation), "namespace": NAMESPACE },
            "object": { "value": org, "namespace": NAMESPACE },
        })
    });
    Answer::ok(held.collect::<Vec<_>>())
}
