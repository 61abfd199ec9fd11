//! Who holds which role on an organization, and on the enrollment.

use super::permissions::{on_enrollment, on_organization};
use super::principal::Principal;
use super::state::{RoleOn, State};
use super::{enrollments, errors, organizations};
use crate::service::Context;
use crate::{Answer, Outcome, Request};
use http::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeSet;

type Assignments = BTreeSet<(Principal, u32)>;

/// All assignments in one answer.
// fact: org-role-list-stray-next-page-token
// fact: enrollment-role-list-stray-next-page-token
// As in the newest releases, there is no `nextPageToken`.
fn show(state: &State, assignments: &Assignments) -> Answer {
    let data: Vec<Value> = assignments
        .iter()
        .map(|(holder, role)| {
            let mut shown = state.show_principal(*holder);
            shown["roleId"] = Value::from(state.role_id(*role));
            shown
        })
        .collect();
    Answer::ok(json!({ "data": data }))
}

/// The assignments of the body. All of them are looked up before any is applied: what a real stack does with a list that
/// is good in part is not known.
// fact: partly-bad-batch
fn read(
    state: &State,
    request: &Request,
    on: RoleOn,
    unknown_role: impl Fn() -> Answer,
) -> Result<Vec<(Principal, u32)>, Answer> {
    let updates = request
        .json()
        .get("roleAssignments")
        .and_then(Value::as_array);
    let mut found = Vec::new();
    for update in updates.into_iter().flatten() {
        let text = |key: &str| update.get(key).and_then(Value::as_str).unwrap_or_default();
        let holder = state.principal(text("principalId"))?;
        let role = state.role(text("roleId"), on).ok_or_else(&unknown_role)?;
        found.push((holder, role));
    }
    Ok(found)
}

// fact: org-role-add-unknown-role
// The error for an unknown role is not known; this is the general one for arguments.
fn unknown_organization_role() -> Answer {
    errors::invalid("Default:InvalidArgument", json!({}))
}

pub(super) fn list_on_organization(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let (_, rid, row) = organizations::visible(state, &acting, request)?;
    if !state.may_on(&acting, row, on_organization::VIEW_PERMISSIONS) {
        let name = "ListOrganizationRoleAssignmentsPermissionDenied";
        return Err(errors::denied(name, json!({"organizationRid": rid})));
    }
    Ok(show(state, &row.roles))
}

fn change_on_organization(
    state: &mut State,
    request: &Request,
    refusal: &str,
    change: impl Fn(&mut Assignments, (Principal, u32)),
) -> Outcome {
    let acting = state.acting(request)?;
    let (_, rid, row) = organizations::visible(state, &acting, request)?;
    if !state.may_on(&acting, row, on_organization::MANAGE_PERMISSIONS) {
        return Err(errors::denied(refusal, json!({"organizationRid": rid})));
    }
    let rid = rid.to_owned();
    let all = read(
        state,
        request,
        RoleOn::Organization,
        unknown_organization_role,
    )?;
    if let Some(row) = state.organizations.get_mut(&rid) {
        all.into_iter().for_each(|one| change(&mut row.roles, one));
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

pub(super) fn add_on_organization(
    state: &mut State,
    request: &Request,
    _: &Context<'_>,
) -> Outcome {
    let refusal = "AddOrganizationRoleAssignmentsPermissionDenied";
    change_on_organization(state, request, refusal, |roles, one| {
        roles.insert(one);
    })
}

// fact: org-role-remove-last-administrator
pub(super) fn remove_on_organization(
    state: &mut State,
    request: &Request,
    _: &Context<'_>,
) -> Outcome {
    let refusal = "RemoveOrganizationRoleAssignmentsPermissionDenied";
    change_on_organization(state, request, refusal, |roles, one| {
        roles.remove(&one);
    })
}

pub(super) fn list_on_enrollment(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let rid = enrollments::visible(state, request)?;
    if !state.may_on_enrollment(&acting, on_enrollment::VIEW_PERMISSIONS) {
        let name = "ListEnrollmentRoleAssignmentsPermissionDenied";
        return Err(errors::denied(name, json!({"enrollmentRid": rid})));
    }
    Ok(show(state, &state.enrollment.roles))
}

fn change_on_enrollment(
    state: &mut State,
    request: &Request,
    refusal: &str,
    change: impl Fn(&mut Assignments, (Principal, u32)),
) -> Outcome {
    let acting = state.acting(request)?;
    let rid = enrollments::visible(state, request)?;
    if !state.may_on_enrollment(&acting, on_enrollment::MANAGE_PERMISSIONS) {
        return Err(errors::denied(refusal, json!({"enrollmentRid": rid})));
    }
    // fact: enrollment-role-not-found-names-none
    let unknown = || errors::not_found("EnrollmentRoleNotFound", json!({}));
    let all = read(state, request, RoleOn::Enrollment, unknown)?;
    let roles = &mut state.enrollment.roles;
    all.into_iter().for_each(|one| change(roles, one));
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

pub(super) fn add_on_enrollment(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let refusal = "AddEnrollmentRoleAssignmentsPermissionDenied";
    change_on_enrollment(state, request, refusal, |roles, one| {
        roles.insert(one);
    })
}

pub(super) fn remove_on_enrollment(
    state: &mut State,
    request: &Request,
    _: &Context<'_>,
) -> Outcome {
    let refusal = "RemoveEnrollmentRoleAssignmentsPermissionDenied";
    change_on_enrollment(state, request, refusal, |roles, one| {
        roles.remove(&one);
    })
}
