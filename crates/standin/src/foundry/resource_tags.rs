//! Tags on resources.

use super::errors;
use super::file;
use super::principal::narrow;
use super::resources::check_open;
use super::state::State;
use crate::service::Context;
use crate::{Answer, Outcome, Request};
use http::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub(super) fn list(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let position = file::resource(state, &acting, request)?;
    let row = state.file_at(position);
    let tags = row.into_iter().flat_map(|(_, row)| &row.tags);
    let tags = tags.filter_map(|at| state.tags.at(u64::from(*at)));
    let data: Vec<Value> = tags
        .map(|(rid, name)| json!({"tagRid": rid, "displayName": name}))
        .collect();
    Ok(Answer::ok(json!({ "data": data })))
}

fn change(
    state: &mut State,
    request: &Request,
    refusal: &str,
    change: impl FnOnce(&mut BTreeSet<u32>, BTreeSet<u32>),
) -> Outcome {
    let acting = state.acting(request)?;
    let position = file::resource(state, &acting, request)?;
    let rid = request.path("resourceRid");
    check_open(state, position, rid)?;
    file::demand(state, &acting, position, file::EDIT, || {
        errors::denied(refusal, json!({"resourceRid": rid}))
    })?;
    let rids = request.json().get("tagRids").and_then(Value::as_array);
    let rids = rids.into_iter().flatten().filter_map(Value::as_str);
    let (known, unknown): (Vec<&str>, Vec<&str>) = rids.partition(|rid| state.tags.contains(rid));
    if !unknown.is_empty() {
        return Err(errors::not_found(
            "TagNotFound",
            json!({"tagRids": unknown}),
        ));
    }
    let tags = known.iter().filter_map(|rid| state.tags.position(rid));
    let tags = tags.map(narrow).collect();
    if let Some(row) = state.files.at_mut(u64::from(position)) {
        change(&mut row.tags, tags);
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

// fact: add-resource-tags-repeat
pub(super) fn add(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    change(
        state,
        request,
        "AddResourceTagsPermissionDenied",
        |tags, new| tags.extend(new),
    )
}

// fact: remove-resource-tags-repeat
pub(super) fn remove(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    change(
        state,
        request,
        "RemoveResourceTagsPermissionDenied",
        |tags, gone| {
            tags.retain(|tag| !gone.contains(tag));
        },
    )
}
