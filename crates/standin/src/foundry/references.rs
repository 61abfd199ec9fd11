//! What projects take in from elsewhere.

use super::errors;
use super::file::{self, File, Kind, Project, Reference};
use super::gateway::is_rid;
use super::paging::{Page, UNPUBLISHED, starting};
use super::principal::Principal;
use super::projects;
use super::state::State;
use crate::service::Context;
use crate::{Answer, Outcome, Request, millis};
use http::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn show(state: &State, rid: &str, reference: &Reference) -> Value {
    let (kind, name) = match &reference.external {
        Some(name) => ("external", name.as_ref()),
        None => (
            "filesystem",
            state.files.get(rid).map_or("", |row| &row.name),
        ),
    };
    json!({
        "reference": {
            "type": kind,
            "resourceRid": rid,
            "name": name,
            "importedAt": millis(reference.at),
            "importedBy": state.id_of(Principal::user(reference.by)),
        },
    })
}

pub(super) fn list(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let (_, project) = projects::visible(state, &acting, request)?;
    let page = Page::read(request, UNPUBLISHED)?;
    let external = request
        .query("referenceType")
        .map(|kind| kind == "EXTERNAL");
    let after = page.after.clone();
    let from = after.as_deref().unwrap_or_default();
    let rows = starting(&project.references, from);
    let rows = rows.filter(|(rid, _)| after.as_deref() != Some(*rid));
    let rows = rows.filter(|(_, one)| external.is_none_or(|kind| kind == one.external.is_some()));
    let rows = rows.map(|(rid, reference)| (rid, (rid, reference)));
    Ok(page.answer(rows, |(rid, reference)| show(state, rid, reference)))
}

/// The project of the path, when the caller may change what it refers to.
fn editable<'a>(
    state: &'a State,
    acting: &BTreeSet<Principal>,
    request: &Request,
    refusal: &str,
) -> Result<(u32, &'a Project), Answer> {
    let (position, project) = projects::visible(state, acting, request)?;
    let rid = request.path("projectRid");
    if state.is_trashed(position) {
        return Err(errors::invalid(
            "InvalidProject",
            json!({"projectRid": rid}),
        ));
    }
    file::demand(state, acting, position, file::EDIT, || {
        errors::denied(refusal, json!({"projectRid": rid}))
    })?;
    Ok((position, project))
}

fn change(state: &mut State, position: u32, change: impl FnOnce(&mut Project)) -> Outcome {
    if let Some(File {
        kind: Kind::Project(project),
        ..
    }) = state.files.at_mut(u64::from(position))
    {
        change(project);
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

// fact: add-project-resource-references-repeat
pub(super) fn add(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let refusal = "AddProjectResourceReferencesPermissionDenied";
    let (position, _) = editable(state, &acting, request, refusal)?;
    let by = state.caller(request)?;
    let mut new = Vec::new();
    let resources = request.json().get("resources").and_then(Value::as_array);
    for resource in resources.into_iter().flatten() {
        let text = |key: &str| resource.get(key).and_then(Value::as_str);
        let rid = text("resourceRid").unwrap_or_default();
        let parameters = || json!({"resourceRid": rid});
        let invalid = || errors::invalid("InvalidResourceReference", parameters());
        let external = text("importName");
        if external.is_some() {
            if !is_rid(rid) || state.files.contains(rid) {
                return Err(invalid());
            }
        } else {
            let found = file::find(state, &acting, rid);
            let missing = || errors::not_found("ResourceNotFound", parameters());
            let found = found.ok_or_else(missing)?;
            // A project does not refer to what lies in itself, nor to spaces, which lie in no project.
            match state.project_of(found) {
                Some((project, ..)) if project != position => {}
                _ => return Err(invalid()),
            }
        }
        let reference = Reference {
            external: external.map(Into::into),
            at: request.now,
            by,
        };
        new.push((rid.into(), reference));
    }
    change(state, position, |project| project.references.extend(new))
}

// fact: references-are-removed-by-plain-rid
// fact: remove-project-resource-references-repeat
pub(super) fn remove(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let refusal = "RemoveProjectResourceReferencesPermissionDenied";
    let (position, project) = editable(state, &acting, request, refusal)?;
    let rids = request.json().get("resources").and_then(Value::as_array);
    let rids = rids.into_iter().flatten().filter_map(Value::as_str);
    let rids: Vec<&str> = rids.collect();
    for rid in &rids {
        if !is_rid(rid) {
            return Err(errors::invalid(
                "InvalidResourceReference",
                json!({"resourceRid": rid}),
            ));
        }
        let known = project.references.contains_key(*rid);
        let is_file = rid.starts_with("ri.compass.");
        if !known && is_file && file::find(state, &acting, rid).is_none() {
            return Err(errors::not_found(
                "ResourceNotFound",
                json!({"resourceRid": rid}),
            ));
        }
    }
    change(state, position, |project| {
        project.references.retain(|rid, _| !rids.contains(&&**rid));
    })
}
