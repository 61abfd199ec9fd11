//! Spaces: the top of the file tree.

use super::errors;
use super::file::{self, File, Kind, Space};
use super::paging::{Page, UNPUBLISHED};
use super::permissions::on_enrollment;
use super::principal::Principal;
use super::state::{RoleOn, State};
use crate::service::Context;
use crate::{Answer, Outcome, Request};
use http::StatusCode;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// The space of the path, when the caller can see it.
fn visible<'a>(
    state: &'a State,
    acting: &BTreeSet<Principal>,
    request: &'a Request,
) -> Result<(u32, &'a Space), Answer> {
    let rid = request.path("spaceRid");
    let missing = || errors::not_found("SpaceNotFound", json!({"spaceRid": rid}));
    let position = file::find(state, acting, rid).ok_or_else(missing)?;
    match state.file_at(position).map(|(_, row)| &row.kind) {
        Some(Kind::Space(space)) => Ok((position, space)),
        _ => Err(missing()),
    }
}

fn show(state: &State, position: u32) -> Value {
    let Some((rid, row)) = state.file_at(position) else {
        return Value::Null;
    };
    let Kind::Space(space) = &row.kind else {
        return Value::Null;
    };
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| {
        shown.insert(name.to_owned(), value);
    };
    put("rid", Value::from(rid));
    put("displayName", Value::from(&*row.name));
    if let Some(text) = &row.description {
        put("description", Value::from(&**text));
    }
    put("path", Value::from(state.path(position)));
    put("fileSystemId", Value::from(&*space.file_system));
    put("usageAccountRid", Value::from(&*space.usage_account));
    let rids = file::organization_rids(state, &space.organizations);
    put("organizations", Value::from(rids));
    let rids = file::organization_rids(state, &space.deletion_policy);
    put("deletionPolicyOrganizations", Value::from(rids));
    put("defaultRoleSetId", Value::from(&*space.role_set));
    if let Some(identifier) = &space.maven {
        put("spaceMavenIdentifier", Value::from(&**identifier));
    }
    Value::Object(shown)
}

pub(super) fn get(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let (position, _) = visible(state, &acting, request)?;
    Ok(Answer::ok(show(state, position)))
}

pub(super) fn list(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let page = Page::read(request, UNPUBLISHED)?;
    let start = page.after_number();
    let spaces: BTreeSet<u32> = state.spaces.values().copied().collect();
    let spaces = spaces
        .into_iter()
        .filter(|at| start.is_none_or(|start| u64::from(*at) > start));
    let spaces = spaces.filter(|at| state.sees_file(&acting, *at));
    Ok(page.answer(spaces.map(|at| (at, at)), |at| show(state, at)))
}

fn check_name(state: &State, name: &str, own: Option<u32>) -> Result<(), Answer> {
    if file::check_name(name).is_err() {
        return Err(errors::invalid("SpaceNameInvalid", json!({})));
    }
    match state
        .spaces
        .get(name)
        .is_some_and(|holder| Some(*holder) != own)
    {
        true => Err(errors::invalid("SpaceInvalidArgument", json!({}))),
        false => Ok(()),
    }
}

fn role_set(state: &State, request: &Request) -> Result<String, Answer> {
    let known = state.role_set(RoleOn::Resource);
    match request.text("/defaultRoleSetId") {
        // fact: parameters-named-otherwise
        Some(id) if *id != *known => Err(errors::not_found(
            "RoleSetNotFound",
            json!({"roleSetRid": id}),
        )),
        _ => Ok(known),
    }
}

/// The usage account of the body: the enrollment's, or one of the same form.
fn usage_account(state: &State, request: &Request) -> Box<str> {
    let given = request.text("/usageAccountRid");
    given.map_or_else(|| state.enrollment.usage_account.clone(), Into::into)
}

pub(super) fn create(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let enrollment = request.text("/enrollmentRid").unwrap_or_default();
    if *state.enrollment.rid != *enrollment {
        let parameters = json!({"enrollmentRid": enrollment});
        return Err(errors::not_found("EnrollmentNotFound", parameters));
    }
    let acting = state.acting(request)?;
    if !state.may_on_enrollment(&acting, on_enrollment::MANAGE_SPACES) {
        return Err(errors::denied("CreateSpacePermissionDenied", json!({})));
    }
    let organizations = file::organizations(state, request, "organizations")?;
    let deletion_policy = file::organizations(state, request, "deletionPolicyOrganizations")?;
    if organizations.is_empty() || !deletion_policy.is_subset(&organizations) {
        return Err(errors::invalid("SpaceInvalidArgument", json!({})));
    }
    let name = request.text("/displayName").unwrap_or_default();
    check_name(state, name, None)?;
    let file_system = request.text("/fileSystemId");
    let kind = Kind::Space(Box::new(Space {
        file_system: file_system.map_or_else(|| state.enrollment.file_system.clone(), Into::into),
        usage_account: usage_account(state, request),
        organizations,
        deletion_policy,
        role_set: role_set(state, request)?.into(),
        maven: None,
        reserved: false,
    }));
    let caller = state.caller(request)?;
    let mut row = file::new(name, kind, None, caller, request.now);
    row.description = request.text("/description").map(Into::into);
    row.roles.insert((None, file::DISCOVER));
    row.roles
        .insert((Some(Principal::user(caller)), file::MANAGE));
    let rid = state.folder_rid();
    let position = state.add_file(rid, row);
    Ok(Answer::ok(show(state, position)))
}

fn managed(state: &State, request: &Request, refusal: &str) -> Result<(u32, bool), Answer> {
    let acting = state.acting(request)?;
    let (position, space) = visible(state, &acting, request)?;
    file::demand(state, &acting, position, file::MANAGE, || {
        errors::denied(refusal, json!({"spaceRid": request.path("spaceRid")}))
    })?;
    Ok((position, space.reserved))
}

// fact: replace-space-clears-what-is-left-out
pub(super) fn replace(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let (position, reserved) = managed(state, request, "ReplaceSpacePermissionDenied")?;
    if reserved {
        return Err(errors::invalid("ReservedSpaceCannotBeReplaced", json!({})));
    }
    let name = request.text("/displayName").unwrap_or_default();
    check_name(state, name, Some(position))?;
    let role_set = role_set(state, request)?;
    let usage_account = usage_account(state, request);
    let caller = state.caller(request)?;
    let file_at = state.files.at_mut(u64::from(position));
    if let Some(File {
        name: own,
        description,
        kind: Kind::Space(space),
        ..
    }) = file_at
    {
        state.spaces.remove(own);
        state.spaces.insert(name.into(), position);
        *own = name.into();
        *description = request.text("/description").map(Into::into);
        space.usage_account = usage_account;
        space.role_set = role_set.into();
    }
    state.touch(position, caller, request.now);
    Ok(Answer::ok(show(state, position)))
}

// fact: space-not-empty-is-a-500
pub(super) fn delete(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let (position, _) = managed(state, request, "DeleteSpacePermissionDenied")?;
    let rid = request.path("spaceRid");
    let row = state.file_at(position);
    if row.is_some_and(|(_, row)| !row.children.is_empty()) {
        return Err(errors::internal("SpaceNotEmpty", json!({"spaceRid": rid})));
    }
    if let Some(row) = state.files.remove(rid) {
        state.spaces.remove(&row.name);
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// The space of a RID, when the caller can see it.
pub(super) fn find<'a>(
    state: &'a State,
    acting: &BTreeSet<Principal>,
    rid: &str,
) -> Result<(u32, &'a Space), Answer> {
    let missing = || errors::not_found("SpaceNotFound", json!({"spaceRid": rid}));
    let position = file::find(state, acting, rid).ok_or_else(missing)?;
    match state.files.get(rid).map(|row| &row.kind) {
        Some(Kind::Space(space)) => Ok((position, space)),
        _ => Err(missing()),
    }
}
