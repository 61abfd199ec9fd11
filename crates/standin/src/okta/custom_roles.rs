//! Custom roles. Okta's own WORKFLOWS_ADMIN stands among them and cannot be changed.

use super::links::{self, link};
use super::page::{self, Page};
use super::state::{CustomRole, Permission, State};
use super::{errors, role_permissions};
use crate::service::Context;
use crate::{Answer, Outcome, Request, Table, millis};
use http::StatusCode;
use serde_json::{Map, Value, json};

/// Roles a page; the size is not documented.
pub(super) const PAGE: usize = 20;

/// `GET /api/v1/iam/roles`
pub(super) fn list(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    // fact: iam-roles-also-lists-iam-based
    let rows = state.roles.rows().from(page::start(request)?);
    let rows = rows.map(|(at, id, role)| (at, view(request, id, role)));
    let page = Page::take(rows, PAGE);
    Ok(page::object(request, "roles", page, Map::new()))
}

/// `POST /api/v1/iam/roles`
pub(super) fn create(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let (label, description) = label_and_description(request)?;
    unused(state, label, "")?;
    let names = request.json().get("permissions").and_then(Value::as_array);
    let names = names.into_iter().flatten().filter_map(Value::as_str);
    let mut permissions = Table::default();
    for name in names {
        // fact: permission-names-not-closed
        role_permissions::named(name)?;
        permissions.insert(name, Permission::new(None, request.now));
    }
    let role = CustomRole {
        label: label.into(),
        description: description.into(),
        created: request.now,
        updated: request.now,
        built_in: false,
        permissions,
    };
    let id = state.ids.base62("cr0", 17);
    let body = view(request, &id, &role);
    state.roles.insert(&id, label, role);
    // fact: iam-creates-answer-200
    Ok(Answer::ok(body))
}

/// `GET /api/v1/iam/roles/{roleIdOrLabel}`
pub(super) fn get(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let (id, role) = find(state, request)?;
    Ok(Answer::ok(view(request, id, role)))
}

/// `PUT /api/v1/iam/roles/{roleIdOrLabel}`
pub(super) fn replace(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let id = changeable(state, request)?;
    let (label, description) = label_and_description(request)?;
    unused(state, label, &id)?;
    let Some(role) = state.roles.get_mut(&id) else {
        return Err(errors::not_found(&id, "CustomRole"));
    };
    let former = std::mem::replace(&mut role.label, label.into());
    role.description = description.into();
    role.updated = request.now;
    let body = view(request, &id, role);
    state.roles.relabel(&id, &former, label);
    Ok(Answer::ok(body))
}

/// `DELETE /api/v1/iam/roles/{roleIdOrLabel}`. The bindings of the role go with it.
pub(super) fn delete(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let id = changeable(state, request)?;
    // fact: delete-while-bound
    let sets = state.sets.rows().iter();
    let sets = sets.filter(|(_, set)| set.bindings.contains(&id));
    let sets: Vec<String> = sets.map(|(set, _)| set.to_owned()).collect();
    for set in sets {
        state.remove_binding(&set, &id);
    }
    let label = state.roles.get(&id).map(|role| role.label.clone());
    state.roles.remove(&id, &label.unwrap_or_default());
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// The role that the path names by id or label.
///
/// # Errors
///
/// E0000007 when there is none.
pub(super) fn find<'a>(
    state: &'a State,
    request: &'a Request,
) -> Result<(&'a str, &'a CustomRole), Answer> {
    let name = request.path("roleIdOrLabel");
    let found = state.roles.id(name);
    let found = found.and_then(|id| Some((id, state.roles.get(id)?)));
    found.ok_or_else(|| errors::not_found(name, "CustomRole"))
}

/// The id of the role that the path names, when it can be changed.
///
/// # Errors
///
/// E0000007 when there is none, E0000111 when it is Okta's own.
pub(super) fn changeable(state: &State, request: &Request) -> Result<String, Answer> {
    let (id, role) = find(state, request)?;
    match role.built_in {
        true => Err(errors::read_only(id)),
        false => Ok(id.to_owned()),
    }
}

/// Label and description of a body; neither may be blank.
pub(super) fn label_and_description(request: &Request) -> Result<(&str, &str), Answer> {
    let text = |pointer: &'static str, name: &str| {
        let found = request.text(pointer).filter(|text| !text.trim().is_empty());
        found.ok_or_else(|| errors::invalid(name, format!("{name}: must not be blank")))
    };
    Ok((
        text("/label", "label")?,
        text("/description", "description")?,
    ))
}

fn unused(state: &State, label: &str, but: &str) -> Result<(), Answer> {
    match state.roles.taken(label, but) {
        true => Err(errors::invalid("label", "label: another role has it")),
        false => Ok(()),
    }
}

fn view(request: &Request, id: &str, role: &CustomRole) -> Value {
    // fact: iam-role-without-permissions
    json!({
        "id": id,
        "label": &*role.label,
        "description": &*role.description,
        "created": millis(role.created),
        "lastUpdated": millis(role.updated),
        "_links": {
            "self": link(request, &links::role(id)),
            "permissions": link(request, &format!("{}/permissions", links::role(id))),
        },
    })
}
