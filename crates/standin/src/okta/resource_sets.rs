//! Resource sets.

use super::custom_roles::label_and_description;
use super::links::{self, link};
use super::page::{self, Page};
use super::state::{ResourceSet, State};
use super::{errors, resources};
use crate::service::Context;
use crate::{Answer, Outcome, Request, Table, millis};
use http::StatusCode;
use serde_json::{Map, Value, json};

/// Sets a page; the size is not documented.
const PAGE: usize = 20;

/// Sets in an org, at most.
// fact: resource-set-limits
const MOST_SETS: usize = 10_000;

/// `GET /api/v1/iam/resource-sets`
pub(super) fn list(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let rows = state.sets.rows().from(page::start(request)?);
    let rows = rows.map(|(at, id, set)| (at, view(request, id, set)));
    let page = Page::take(rows, PAGE);
    Ok(page::object(request, "resource-sets", page, Map::new()))
}

/// `POST /api/v1/iam/resource-sets`
pub(super) fn create(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let (label, description) = label_and_description(request)?;
    unused(state, label, "")?;
    if state.sets.rows().len() >= MOST_SETS {
        let cause = format!("an org has at most {MOST_SETS} resource sets");
        return Err(errors::invalid("resource-sets", cause));
    }
    let given = request.json().get("resources").and_then(Value::as_array);
    let orns = resources::orns(state, given)?;
    let mut set = ResourceSet {
        label: label.into(),
        description: description.into(),
        created: request.now,
        updated: request.now,
        resources: Table::default(),
        bindings: Table::default(),
    };
    let id = state.ids.base62("iam", 17);
    resources::add(&mut state.ids, &mut set, orns, request.now)?;
    let body = view(request, &id, &set);
    state.sets.insert(&id, label, set);
    // fact: iam-creates-answer-200
    Ok(Answer::ok(body))
}

/// `GET /api/v1/iam/resource-sets/{resourceSetIdOrLabel}`
pub(super) fn get(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let (id, set) = find(state, request)?;
    Ok(Answer::ok(view(request, id, set)))
}

/// `PUT /api/v1/iam/resource-sets/{resourceSetIdOrLabel}`
pub(super) fn replace(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let id = find(state, request)?.0.to_owned();
    // fact: resource-set-replace-needs-label-and-description
    let (label, description) = label_and_description(request)?;
    unused(state, label, &id)?;
    let Some(set) = state.sets.get_mut(&id) else {
        return Err(errors::not_found(&id, "ResourceSet"));
    };
    let former = std::mem::replace(&mut set.label, label.into());
    set.description = description.into();
    set.updated = request.now;
    let body = view(request, &id, set);
    state.sets.relabel(&id, &former, label);
    Ok(Answer::ok(body))
}

/// `DELETE /api/v1/iam/resource-sets/{resourceSetIdOrLabel}`. The bindings in the set go with it.
pub(super) fn delete(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let (id, set) = find(state, request)?;
    // fact: delete-while-bound
    let (id, label) = (id.to_owned(), set.label.clone());
    let roles: Vec<String> = set
        .bindings
        .iter()
        .map(|(role, _)| role.to_owned())
        .collect();
    for role in roles {
        state.remove_binding(&id, &role);
    }
    state.sets.remove(&id, &label);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// The set that the path names by id or label.
///
/// # Errors
///
/// E0000007 when there is none.
pub(super) fn find<'a>(
    state: &'a State,
    request: &'a Request,
) -> Result<(&'a str, &'a ResourceSet), Answer> {
    let name = request.path("resourceSetIdOrLabel");
    let found = state.sets.id(name);
    let found = found.and_then(|id| Some((id, state.sets.get(id)?)));
    found.ok_or_else(|| errors::not_found(name, "ResourceSet"))
}

fn unused(state: &State, label: &str, but: &str) -> Result<(), Answer> {
    match state.sets.taken(label, but) {
        true => Err(errors::invalid(
            "label",
            "label: another resource set has it",
        )),
        false => Ok(()),
    }
}

/// A resource set as it is answered.
pub(super) fn view(request: &Request, id: &str, set: &ResourceSet) -> Value {
    let path = links::resource_set(id);
    json!({
        "id": id,
        "label": &*set.label,
        "description": &*set.description,
        "created": millis(set.created),
        "lastUpdated": millis(set.updated),
        "_links": {
            "self": link(request, &path),
            "resources": link(request, &format!("{path}/resources")),
            "bindings": link(request, &format!("{path}/bindings")),
        },
    })
}
