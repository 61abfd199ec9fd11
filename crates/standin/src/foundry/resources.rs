//! Anything in the file tree: reading it, and putting it into the trash and out of it.

use super::errors;
use super::file::{self, Concealment, Kind, ROOT};
use super::principal::Principal;
use super::roles::batch;
use super::state::State;
use crate::service::Context;
use crate::{Answer, Outcome, Request, millis};
use http::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The largest number of recently viewed resources.
const RECENT: usize = 100;

/// Refuses the root folder and spaces, which are no resources to the calls that read one.
fn check_kind(state: &State, rid: &str) -> Result<(), Answer> {
    if rid == ROOT {
        return Err(errors::invalid("GetRootFolderNotSupported", json!({})));
    }
    match state.files.get(rid).map(|row| &row.kind) {
        Some(Kind::Space(_)) => Err(errors::invalid(
            "GetSpaceResourceNotSupported",
            json!({"spaceRid": rid}),
        )),
        _ => Ok(()),
    }
}

pub(super) fn get(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    check_kind(state, request.path("resourceRid"))?;
    let position = file::resource(state, &acting, request)?;
    Ok(Answer::ok(file::show_resource(state, position)))
}

// fact: missing-rids-are-silently-absent
pub(super) fn get_batch(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    Ok(batch(request, "resourceRid", |rid, _| {
        check_kind(state, rid).ok()?;
        let position = file::find(state, &acting, rid)?;
        Some(file::show_resource(state, position))
    }))
}

/// The file at a path. The leading slash may be left out.
fn at_path(state: &State, acting: &BTreeSet<Principal>, path: &str) -> Result<u32, Answer> {
    let bare = path.strip_prefix('/').unwrap_or(path);
    if bare.is_empty() {
        return Err(errors::invalid("GetRootFolderNotSupported", json!({})));
    }
    let mut names = bare.split('/');
    if names.clone().any(|name| matches!(name, "" | "." | "..")) {
        return Err(errors::invalid("InvalidPath", json!({"path": path})));
    }
    let missing = || errors::not_found("PathNotFound", json!({"path": path}));
    let space = names.next().and_then(|name| state.spaces.get(name));
    let mut position = *space.ok_or_else(missing)?;
    for name in names {
        let row = state.file_at(position);
        let child = row.and_then(|(_, row)| row.children.get(name));
        position = *child.ok_or_else(missing)?;
    }
    if !state.sees_file(acting, position) || state.is_trashed(position) {
        return Err(missing());
    }
    if let Some((rid, _)) = state.file_at(position) {
        check_kind(state, rid)?;
    }
    Ok(position)
}

pub(super) fn get_by_path(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let position = at_path(state, &acting, request.query("path").unwrap_or_default())?;
    Ok(Answer::ok(file::show_resource(state, position)))
}

// fact: by-path-batch-order-cannot-be-matched
pub(super) fn get_by_path_batch(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let elements = request.json().as_array().into_iter().flatten();
    let paths = elements.filter_map(|element| element.get("path")?.as_str());
    let found: BTreeSet<u32> = paths
        .filter_map(|path| at_path(state, &acting, path).ok())
        .collect();
    let data: Vec<Value> = found
        .into_iter()
        .map(|at| file::show_resource(state, at))
        .collect();
    Ok(Answer::ok(json!({ "data": data })))
}

// fact: recently-viewed-limit-is-cut-to-100
pub(super) fn get_recently_viewed(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let limit = match request.number("limit") {
        None => RECENT,
        Some(limit) => match usize::try_from(limit) {
            Ok(limit) if limit > 0 => limit.min(RECENT),
            _ => {
                let parameters = json!({"value": limit, "minInclusive": 1});
                return Err(errors::invalid(
                    "RecentlyViewedLimitBelowMinimum",
                    parameters,
                ));
            }
        },
    };
    let views = state.views.get(&state.caller(request)?);
    let views = views.into_iter().flatten();
    let views = views.filter(|(at, _)| state.sees_file(&acting, *at) && !state.is_trashed(*at));
    let data: Vec<Value> = views
        .take(limit)
        .map(|(at, time)| {
            json!({
                "resource": file::show_resource(state, *at),
                "lastViewed": millis(*time),
            })
        })
        .collect();
    Ok(Answer::ok(json!({ "data": data })))
}

pub(super) fn get_access_requirements(
    state: &State,
    request: &Request,
    _: &Context<'_>,
) -> Outcome {
    let acting = state.acting(request)?;
    let position = file::resource(state, &acting, request)?;
    file::demand(state, &acting, position, file::VIEW, || {
        let parameters = json!({"resourceRid": request.path("resourceRid")});
        errors::denied("GetAccessRequirementsPermissionDenied", parameters)
    })?;
    let (set_on, organizations) = match state.organizations_on(position) {
        Some((at, organizations)) => (at, organizations.clone()),
        None => (position, BTreeSet::new()),
    };
    let organizations = organizations.iter().filter_map(|at| {
        let (rid, row) = state.organizations.at(u64::from(*at))?;
        let (marking, _) = state.markings.at(u64::from(row.marking))?;
        Some(json!({
            "markingId": marking,
            "organizationRid": rid,
            "isDirectlyApplied": set_on == position,
        }))
    });
    let markings = state.markings_on(position);
    let markings = markings.iter().filter_map(|(at, own)| {
        let (id, _) = state.markings.at(u64::from(*at))?;
        Some(json!({"markingId": id, "isDirectlyApplied": own}))
    });
    Ok(Answer::ok(json!({
        "organizations": organizations.collect::<Vec<_>>(),
        "markings": markings.collect::<Vec<_>>(),
    })))
}

fn concealment(state: &State, position: u32) -> Concealment {
    match state.file_at(position).map(|(_, row)| &row.kind) {
        Some(Kind::Other(_, concealment)) => *concealment,
        _ => Concealment::None,
    }
}

/// Refuses to change what stands on a hidden or an autosaved resource.
pub(super) fn check_open(state: &State, position: u32, rid: &str) -> Result<(), Answer> {
    let name = match concealment(state, position) {
        Concealment::None => return Ok(()),
        Concealment::Hidden => "ForbiddenOperationOnHiddenResource",
        Concealment::Autosaved => "ForbiddenOperationOnAutosavedResource",
    };
    Err(errors::invalid(name, json!({"resourceRid": rid})))
}

// fact: delete-resource-only-trashes
pub(super) fn trash(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let rid = request.path("resourceRid");
    let parameters = || json!({"resourceRid": rid});
    let space = state
        .files
        .get(rid)
        .map(|row| matches!(row.kind, Kind::Space(_)));
    if space == Some(true) && file::find(state, &acting, rid).is_some() {
        return Err(errors::invalid("TrashingSpaceNotSupported", parameters()));
    }
    let position = file::resource(state, &acting, request)?;
    match concealment(state, position) {
        Concealment::None => {}
        Concealment::Hidden => {
            return Err(errors::invalid(
                "TrashingHiddenResourcesNotSupported",
                parameters(),
            ));
        }
        Concealment::Autosaved => {
            return Err(errors::invalid(
                "TrashingAutosavedResourcesNotSupported",
                parameters(),
            ));
        }
    }
    file::demand(state, &acting, position, file::EDIT, || {
        errors::denied("DeleteResourcePermissionDenied", parameters())
    })?;
    if let Some(row) = state.files.at_mut(u64::from(position)) {
        row.trashed = true;
    }
    let caller = state.caller(request)?;
    state.touch(position, caller, request.now);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

// fact: restore-brings-back-trashed-ancestors
pub(super) fn restore(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let position = file::resource(state, &acting, request)?;
    let parameters = || json!({"resourceRid": request.path("resourceRid")});
    file::demand(state, &acting, position, file::EDIT, || {
        errors::denied("RestoreResourcePermissionDenied", parameters())
    })?;
    let trashed = state.lineage(position).filter(|(_, _, row)| row.trashed);
    let trashed: Vec<u32> = trashed.map(|(at, ..)| at).collect();
    // fact: restore-not-directly-trashed
    if !trashed.is_empty() && !trashed.contains(&position) {
        return Err(errors::invalid("ResourceNotDirectlyTrashed", parameters()));
    }
    for at in &trashed {
        if let Some(row) = state.files.at_mut(u64::from(*at)) {
            row.trashed = false;
        }
    }
    if !trashed.is_empty() {
        let caller = state.caller(request)?;
        state.touch(position, caller, request.now);
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

// fact: permanent-delete-takes-the-contents
// fact: permanent-delete-repeat
pub(super) fn permanently_delete(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let position = file::resource(state, &acting, request)?;
    let parameters = || json!({"resourceRid": request.path("resourceRid")});
    file::demand(state, &acting, position, file::MANAGE, || {
        errors::denied("PermanentlyDeleteResourcePermissionDenied", parameters())
    })?;
    let row = state.file_at(position);
    if row.is_none_or(|(_, row)| !row.trashed) {
        return Err(errors::invalid("ResourceNotTrashed", parameters()));
    }
    let held = row.and_then(|(_, row)| Some((row.parent?, row.name.clone())));
    if let Some((parent, name)) = held
        && let Some(parent) = state.files.at_mut(u64::from(parent))
    {
        parent.children.remove(&name);
    }
    let (mut gone, mut rids) = (BTreeSet::new(), BTreeSet::new());
    let mut next = vec![position];
    while let Some(at) = next.pop() {
        gone.insert(at);
        if let Some((rid, row)) = state.file_at(at) {
            rids.insert(rid.to_owned());
            next.extend(row.children.values());
        }
    }
    for rid in &rids {
        state.files.remove(rid);
    }
    for row in state.files.rows_mut() {
        if let Kind::Project(project) = &mut row.kind {
            project.references.retain(|rid, _| !rids.contains(&**rid));
        }
    }
    for views in state.views.values_mut() {
        views.retain(|(at, _)| !gone.contains(at));
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
