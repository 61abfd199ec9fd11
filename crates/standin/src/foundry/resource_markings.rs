//! Markings that stand on resources.

use super::errors;
use super::file;
use super::paging::{Page, UNPUBLISHED};
use super::principal::{Principal, narrow};
use super::resources::check_open;
use super::state::{MarkingRole, State};
use crate::service::Context;
use crate::{Answer, Outcome, Request};
use http::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeSet;

// fact: list-markings-of-resource-needs-no-scope
/// The markings that were put on the resource itself.
pub(super) fn list(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let position = file::resource(state, &acting, request)?;
    let page = Page::read(request, UNPUBLISHED)?;
    let after = page.after_number();
    let row = state.file_at(position);
    let rows = row.into_iter().flat_map(|(_, row)| &row.markings);
    let rows = rows.filter(|at| after.is_none_or(|after| u64::from(**at) > after));
    let rows = rows.filter_map(|at| Some((at, state.markings.at(u64::from(*at))?.0)));
    Ok(page.answer(rows, Value::from))
}

/// The resource and the markings of a body, checked for a role that the caller needs on each marking.
fn read(
    state: &State,
    request: &Request,
    role: MarkingRole,
    refusal: &str,
) -> Result<(u32, BTreeSet<u32>), Answer> {
    let acting = state.acting(request)?;
    let position = file::resource(state, &acting, request)?;
    let rid = request.path("resourceRid");
    check_open(state, position, rid)?;
    let markings = markings(state, &acting, request)?;
    let denied = || errors::denied(refusal, json!({"resourceRid": rid}));
    file::demand(state, &acting, position, file::EDIT, denied)?;
    for at in &markings {
        let row = state.markings.at(u64::from(*at));
        if !row.is_some_and(|(_, row)| state.has_marking_role(&acting, row, role)) {
            return Err(denied());
        }
    }
    Ok((position, markings))
}

fn markings(
    state: &State,
    acting: &BTreeSet<Principal>,
    request: &Request,
) -> Result<BTreeSet<u32>, Answer> {
    let ids = request.json().get("markingIds").and_then(Value::as_array);
    let ids = ids.into_iter().flatten().filter_map(Value::as_str);
    let (mut found, mut missing, mut organizations) = (BTreeSet::new(), Vec::new(), Vec::new());
    for id in ids {
        let row = state.markings.get(id);
        match row.filter(|row| !row.deleted && state.sees_marking(acting, row)) {
            None => missing.push(id),
            Some(row) if row.organization.is_some() => organizations.push(id),
            Some(_) => found.extend(state.markings.position(id).map(narrow)),
        }
    }
    if !missing.is_empty() {
        // fact: same-error-name-other-parameters
        return Err(errors::not_found(
            "MarkingNotFound",
            json!({"markingIds": missing}),
        ));
    }
    if !organizations.is_empty() {
        let parameters = json!({"markingIds": organizations});
        return Err(errors::invalid(
            "OrganizationMarkingNotSupported",
            parameters,
        ));
    }
    Ok(found)
}

fn change(
    state: &mut State,
    request: &Request,
    position: u32,
    change: impl FnOnce(&mut BTreeSet<u32>),
) -> Outcome {
    let caller = state.caller(request)?;
    if let Some(row) = state.files.at_mut(u64::from(position)) {
        change(&mut row.markings);
    }
    state.touch(position, caller, request.now);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

// fact: add-markings-repeat
pub(super) fn add(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let refusal = "AddMarkingsPermissionDenied";
    let (position, new) = read(state, request, MarkingRole::Use, refusal)?;
    change(state, request, position, |markings| markings.extend(new))
}

// fact: remove-markings-repeat
// fact: removed-markings-reach-what-inherits-them
pub(super) fn remove(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let refusal = "RemoveMarkingsPermissionDenied";
    let (position, gone) = read(state, request, MarkingRole::Declassify, refusal)?;
    change(state, request, position, |markings| {
        markings.retain(|marking| !gone.contains(marking));
    })
}
