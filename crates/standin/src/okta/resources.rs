//! The resources in a resource set.

use super::links::{self, link};
use super::page::{self, Page};
use super::resource_names::{self, paths};
use super::state::{Resource, ResourceSet, State};
use super::{errors, resource_sets};
use crate::service::Context;
use crate::{Answer, Ids, Outcome, Request, millis};
use chrono::{DateTime, Utc};
use http::StatusCode;
use serde_json::{Map, Value, json};

/// Resources in a set, at most.
// fact: resource-set-limits
const MOST_RESOURCES: usize = 1_000;

/// `GET …/resources`
pub(super) fn list(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let (id, set) = resource_sets::find(state, request)?;
    // fact: page-limit-without-maximum
    let limit = page::limit(request, 100, MOST_RESOURCES);
    let rows = set.resources.from(page::start(request)?);
    let rows = rows.map(|(at, entry, resource)| (at, view(request, id, entry, resource)));
    let mut links = Map::new();
    let own = link(request, &links::resource_set(id));
    links.insert("resource-set".to_owned(), own);
    let page = Page::take(rows, limit);
    Ok(page::object(request, "resources", page, links))
}

/// `POST …/resources`
pub(super) fn create(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let id = resource_sets::find(state, request)?.0.to_owned();
    let name = request.text("/resourceOrnOrUrl").unwrap_or_default();
    let orn = resource_names::orn(state, name)?;
    let State { ids, sets, .. } = state;
    let set = sets.get_mut(&id);
    let set = set.ok_or_else(|| errors::not_found(&id, "ResourceSet"))?;
    if set.resources.rows().any(|known| *known.orn == *orn) {
        let cause = format!("the resource set has {orn} already");
        return Err(errors::invalid("resourceOrnOrUrl", cause));
    }
    let entry = add(ids, set, vec![orn], request.now)?;
    let entry = entry.into_iter().next().unwrap_or_default();
    let resource = set.resources.get_mut(&entry);
    let resource = resource.ok_or_else(|| errors::not_found(&entry, "ResourceSetResource"))?;
    resource.conditions = request.json().get("conditions").cloned();
    // fact: iam-creates-answer-200
    Ok(Answer::ok(view(request, &id, &entry, resource)))
}

/// `PATCH …/resources`
pub(super) fn create_several(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let id = resource_sets::find(state, request)?.0.to_owned();
    let given = request.json().get("additions").and_then(Value::as_array);
    let found = orns(state, given)?;
    let State { ids, sets, .. } = state;
    let set = sets.get_mut(&id);
    let set = set.ok_or_else(|| errors::not_found(&id, "ResourceSet"))?;
    add(ids, set, found, request.now)?;
    // fact: patch-resources-answers-the-set
    Ok(Answer::ok(resource_sets::view(request, &id, set)))
}

/// `GET …/resources/{resourceId}`
pub(super) fn get(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let (id, set) = resource_sets::find(state, request)?;
    let entry = request.path("resourceId");
    let resource = set.resources.get(entry);
    let resource = resource.ok_or_else(|| errors::not_found(entry, "ResourceSetResource"))?;
    Ok(Answer::ok(view(request, id, entry, resource)))
}

/// `PUT …/resources/{resourceId}`
pub(super) fn replace(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let id = resource_sets::find(state, request)?.0.to_owned();
    let entry = request.path("resourceId");
    let set = state.sets.get_mut(&id);
    let resource = set.and_then(|set| {
        let resource = set.resources.get_mut(entry)?;
        set.updated = request.now;
        Some(resource)
    });
    let resource = resource.ok_or_else(|| errors::not_found(entry, "ResourceSetResource"))?;
    // fact: replace-resource-without-conditions
    resource.conditions = request.json().get("conditions").cloned();
    resource.updated = request.now;
    Ok(Answer::ok(view(request, &id, entry, resource)))
}

/// `DELETE …/resources/{resourceId}`
pub(super) fn delete(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let id = resource_sets::find(state, request)?.0.to_owned();
    let entry = request.path("resourceId");
    let set = state.sets.get_mut(&id);
    let removed = set.and_then(|set| {
        let removed = set.resources.remove(entry)?;
        set.updated = request.now;
        Some(removed)
    });
    removed.ok_or_else(|| errors::not_found(entry, "ResourceSetResource"))?;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// The ORNs of resources that are named by ORN or URL.
///
/// # Errors
///
/// E0000001 for the first one that names nothing.
pub(super) fn orns(state: &State, names: Option<&Vec<Value>>) -> Result<Vec<String>, Answer> {
    let names = names.into_iter().flatten().filter_map(Value::as_str);
    names.map(|name| resource_names::orn(state, name)).collect()
}

/// Adds resources to a set, but for those that it has. Returns the ids of the new entries.
///
/// # Errors
///
/// E0000001 when the set would have too many; it is unchanged then.
pub(super) fn add(
    ids: &mut Ids,
    set: &mut ResourceSet,
    mut orns: Vec<String>,
    now: DateTime<Utc>,
) -> Result<Vec<String>, Answer> {
    let known: std::collections::HashSet<&str> = set
        .resources
        .rows()
        .map(|resource| &*resource.orn)
        .collect();
    let mut seen = std::collections::HashSet::new();
    orns.retain(|orn| !known.contains(&**orn) && seen.insert(orn.clone()));
    if known.len() + orns.len() > MOST_RESOURCES {
        let cause = format!("a resource set has at most {MOST_RESOURCES} resources");
        return Err(errors::invalid("resources", cause));
    }
    let mut entries = Vec::new();
    for orn in orns {
        let entry = ids.base62("ire", 17);
        let resource = Resource {
            orn: orn.into(),
            conditions: None,
            created: now,
            updated: now,
        };
        set.resources.insert(&*entry, resource);
        entries.push(entry);
    }
    set.updated = now;
    Ok(entries)
}

fn view(request: &Request, set: &str, entry: &str, resource: &Resource) -> Value {
    let mut body = json!({
        "id": entry,
        "orn": &*resource.orn,
        "created": millis(resource.created),
        "lastUpdated": millis(resource.updated),
    });
    if let Some(conditions) = &resource.conditions {
        body["conditions"] = conditions.clone();
    }
    // fact: resource-entry-links-may-lack
    if let Some(paths) = paths(&resource.orn) {
        // fact: resource-entry-self-is-target
        let own = format!("{}/resources/{entry}", links::resource_set(set));
        let mut all = json!({
            "self": link(request, &paths.target),
            "resource": link(request, &own),
        });
        if let Some(users) = paths.users {
            all["users"] = link(request, &users);
        }
        body["_links"] = all;
    }
    body
}
