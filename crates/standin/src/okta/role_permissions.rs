//! Permissions of custom roles, and the conditions on them.

use super::custom_roles::{changeable, find};
use super::errors;
use super::links::{self, link, segment};
use super::state::{Permission, State};
use crate::service::Context;
use crate::{Answer, Outcome, Request, millis};
use chrono::{DateTime, Utc};
use http::StatusCode;
use serde_json::{Value, json};

/// The permissions that take conditions.
// fact: conditions-on-two-permissions
const WITH_CONDITIONS: [&str; 2] = ["okta.users.read", "okta.users.userprofile.manage"];

/// `GET …/permissions`
pub(super) fn list(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let (id, role) = find(state, request)?;
    let permissions = role.permissions.iter();
    let permissions = permissions.map(|(name, permission)| view(request, id, name, permission));
    Ok(Answer::ok(
        json!({ "permissions": permissions.collect::<Vec<_>>() }),
    ))
}

/// `GET …/permissions/{permissionType}`
pub(super) fn get(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let (id, role) = find(state, request)?;
    let name = request.path("permissionType");
    let permission = role.permissions.get(name);
    let permission = permission.ok_or_else(|| errors::not_found(name, "Permission"))?;
    Ok(Answer::ok(view(request, id, name, permission)))
}

/// `POST …/permissions/{permissionType}`
pub(super) fn create(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let id = changeable(state, request)?;
    let name = request.path("permissionType");
    named(name)?;
    let conditions = conditions(request, name)?;
    let role = role(state, &id)?;
    if role.permissions.contains(name) {
        let cause = format!("the role has {name} already");
        return Err(errors::invalid("permissionType", cause));
    }
    let permission = Permission::new(conditions, request.now);
    role.permissions.insert(name, permission);
    role.updated = request.now;
    // fact: add-permission-answers-204
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `PUT …/permissions/{permissionType}`
pub(super) fn replace(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let id = changeable(state, request)?;
    let name = request.path("permissionType");
    // fact: replace-permission-without-body
    let conditions = conditions(request, name)?;
    let role = role(state, &id)?;
    let permission = role.permissions.get_mut(name);
    let permission = permission.ok_or_else(|| errors::not_found(name, "Permission"))?;
    permission.conditions = conditions;
    permission.updated = request.now;
    let body = view(request, &id, name, permission);
    role.updated = request.now;
    Ok(Answer::ok(body))
}

/// `DELETE …/permissions/{permissionType}`
pub(super) fn delete(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let id = changeable(state, request)?;
    let name = request.path("permissionType");
    let role = role(state, &id)?;
    let removed = role.permissions.remove(name);
    removed.ok_or_else(|| errors::not_found(name, "Permission"))?;
    role.updated = request.now;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

impl Permission {
    pub(super) fn new(conditions: Option<Value>, now: DateTime<Utc>) -> Self {
        Self {
            conditions,
            created: now,
            updated: now,
        }
    }
}

/// Refuses a blank name; any other passes.
pub(super) fn named(name: &str) -> Result<(), Answer> {
    match name.trim().is_empty() {
        true => Err(errors::invalid(
            "permissions",
            "a permission must not be blank",
        )),
        false => Ok(()),
    }
}

fn role<'a>(state: &'a mut State, id: &str) -> Result<&'a mut super::state::CustomRole, Answer> {
    let role = state.roles.get_mut(id);
    role.ok_or_else(|| errors::not_found(id, "CustomRole"))
}

/// The conditions of the body, when there are any and the permission takes them.
fn conditions(request: &Request, permission: &str) -> Result<Option<Value>, Answer> {
    let given = request.json().get("conditions");
    let Some(conditions) = given.filter(|conditions| !conditions.is_null()) else {
        return Ok(None);
    };
    if !WITH_CONDITIONS.contains(&permission) {
        let cause = format!("{permission} takes no conditions");
        return Err(errors::invalid("conditions", cause));
    }
    // fact: permission-conditions-one-of-two
    let given = |key: &str| conditions.get(key).is_some_and(|value| !value.is_null());
    match given("include") != given("exclude") {
        true => Ok(Some(conditions.clone())),
        false => Err(errors::invalid(
            "conditions",
            "exactly one of include and exclude is needed",
        )),
    }
}

fn view(request: &Request, role: &str, name: &str, permission: &Permission) -> Value {
    let role = links::role(role);
    let own = format!("{role}/permissions/{}", segment(name));
    let mut body = json!({
        "label": name,
        "created": millis(permission.created),
        "lastUpdated": millis(permission.updated),
        "_links": { "self": link(request, &own), "role": link(request, &role) },
    });
    if let Some(conditions) = &permission.conditions {
        body["conditions"] = conditions.clone();
    }
    body
}
