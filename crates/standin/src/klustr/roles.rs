//! The roles that an organization defines.

use super::role::{Role, normal};
use super::{State, body, errors};
use crate::service::Context;
use crate::{Answer, Outcome, Request};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) fn list(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let organization = state.organization(request)?;
    Ok(Answer::ok(json!(organization.roles)))
}

/// fact: role-ids-not-unique
pub(super) fn create(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let organization = state.organization_mut(request)?;
    let role: Role = body(request)?;
    if role.id.as_deref().is_none_or(|id| id.trim().is_empty()) {
        // fact: blank-id-answers-404
        return Err(errors::not_found("the role has no id"));
    }
    let answer = json!(role);
    organization.roles.push(role);
    Ok(Answer::ok(answer))
}

/// fact: delete-leaves-grants
pub(super) fn delete_all(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    state.organization_mut(request)?.roles.clear();
    // fact: empty-200-on-delete
    Ok(Answer::empty(StatusCode::OK))
}

#[derive(Deserialize)]
struct GenerateRequest {
    #[serde(default)]
    resources: Vec<Resource>,
}

#[derive(Deserialize)]
struct Resource {
    namespace: Option<String>,
}

/// fact: generate-adds-once
pub(super) fn generate(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let organization = state.organization_mut(request)?;
    let asked: GenerateRequest = body(request)?;
    let mut generated = Vec::new();
    for resource in asked.resources {
        let namespace = resource.namespace.unwrap_or_default();
        if namespace.is_empty() {
            return Err(errors::bad_request("a resource has no namespace"));
        }
        generated.extend(Role::pair(&normal(&namespace)));
    }
    let answer = json!(generated);
    for role in generated {
        let id = role.id.clone().unwrap_or_default();
        if !organization.roles.iter().any(|stored| stored.is(&id)) {
            organization.roles.push(role);
        }
    }
    Ok(Answer::ok(answer))
}

/// Of several roles with one id, reading and updating meet the oldest. Which one the vendor's server meets is not
/// established.
pub(super) fn get(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let organization = state.organization(request)?;
    let id = request.path("roleId");
    let found = organization.roles.iter().find(|role| role.is(id));
    let mut role = found.ok_or_else(no_such_role)?.clone();
    // fact: role-permissions-sorted
    role.permissions.sort();
    Ok(Answer::ok(json!(role)))
}

/// fact: put-replaces-whole-role
pub(super) fn update(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let organization = state.organization_mut(request)?;
    let id = request.path("roleId");
    let role: Role = body(request)?;
    if !role.is(id) {
        let reason = "the id of the role is missing or differs from the one in the path";
        return Err(errors::bad_request(reason));
    }
    let mut roles = organization.roles.iter_mut();
    let stored = roles.find(|role| role.is(id)).ok_or_else(no_such_role)?;
    // fact: put-answers-previous-role
    let previous = std::mem::replace(stored, role);
    Ok(Answer::ok(json!(previous)))
}

/// Takes every role of the id out.
///
/// fact: delete-role-leaves-grants
pub(super) fn delete(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let organization = state.organization_mut(request)?;
    let id = request.path("roleId");
    let before = organization.roles.len();
    organization.roles.retain(|role| !role.is(id));
    if organization.roles.len() == before {
        return Err(no_such_role());
    }
    Ok(Answer::empty(StatusCode::OK))
}

pub(super) fn no_such_role() -> Answer {
    errors::not_found("there is no such role")
}

/// An object without its empty values: classes without annotations are written so (fact: empty-collections-absent).
pub(super) fn without_empty(mut object: Value) -> Value {
    if let Some(members) = object.as_object_mut() {
        members.retain(|_, value| match value {
            Value::Null => false,
            Value::String(text) => !text.is_empty(),
            Value::Array(items) => !items.is_empty(),
            Value::Object(members) => !members.is_empty(),
            Value::Bool(_) | Value::Number(_) => true,
        });
    }
    object
}
