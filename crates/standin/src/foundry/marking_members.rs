//! Members of markings, and who holds which role on them.

use super::errors;
use super::markings::{read_roles, visible};
use super::paging::Page;
use super::principal::{Principal, kind};
use super::state::{Marking, MarkingRole, State};
use crate::service::Context;
use crate::{Answer, Outcome, Request};
use http::StatusCode;
use serde_json::json;
use std::collections::BTreeSet;

// fact: marking-lists-ignore-page-size
/// The size of every page here. What real stacks take is not published.
const PAGE: usize = 25;

/// The marking of the path, when the caller administers it.
fn administered<'a>(
    state: &'a State,
    request: &'a Request,
    refusal: &str,
) -> Result<(u32, &'a Marking), Answer> {
    let acting = state.acting(request)?;
    let (position, row) = visible(state, &acting, request)?;
    match state.has_marking_role(&acting, row, MarkingRole::Administer) {
        true => Ok((position, row)),
        false => {
            let parameters = json!({"markingId": request.path("markingId")});
            Err(errors::denied(refusal, parameters))
        }
    }
}

// fact: marking-member-list-needs-write-scope
pub(super) fn list(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let (_, row) = administered(state, request, "ListMarkingMembersPermissionDenied")?;
    let page = Page::fixed(request, PAGE)?;
    let mut members = row.members.clone();
    if request.flag("transitive") == Some(true) {
        for member in &row.members {
            if let Some(group) = member.as_group() {
                members.extend(state.members_within(group, request.now));
            }
        }
    }
    let after = page.after_number();
    let rows = members.into_iter().map(|member| (member.key(), member));
    let rows = rows.filter(|(key, _)| after.is_none_or(|after| u64::from(*key) > after));
    Ok(page.answer(rows, |member| state.show_principal(member)))
}

fn change(
    state: &mut State,
    request: &Request,
    refusal: &str,
    change: impl Fn(&mut BTreeSet<Principal>, Vec<Principal>),
) -> Outcome {
    let (position, _) = administered(state, request, refusal)?;
    let principals = state.principals(request, "principalIds")?;
    if let Some(row) = state.markings.at_mut(u64::from(position)) {
        change(&mut row.members, principals);
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

pub(super) fn add(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    change(
        state,
        request,
        "AddMarkingMembersPermissionDenied",
        |members, new| {
            members.extend(new);
        },
    )
}

pub(super) fn remove(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    change(
        state,
        request,
        "RemoveMarkingMembersPermissionDenied",
        |members, gone| {
            members.retain(|member| !gone.contains(member));
        },
    )
}

pub(super) fn list_roles(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let refusal = "ListMarkingRoleAssignmentsPermissionDenied";
    let parameters = || json!({"markingId": request.path("markingId")});
    // This list declares no GetMarkingPermissionDenied: a marking out of sight is refused by the list's own name.
    let found = visible(state, &acting, request).map_err(|refused| match refused.status() {
        StatusCode::FORBIDDEN => errors::denied(refusal, parameters()),
        _ => refused,
    });
    let (_, row) = found?;
    if !state.has_marking_role(&acting, row, MarkingRole::Administer) {
        return Err(errors::denied(refusal, parameters()));
    }
    let page = Page::fixed(request, PAGE)?;
    let start = page.after_number().map_or(0, |at| at as usize + 1);
    let rows = row.roles.iter().enumerate().skip(start);
    Ok(page.answer(rows, |(holder, role)| {
        let name = MarkingRole::ALL.iter().find(|(one, _)| one == role);
        json!({
            "principalType": kind(*holder),
            "principalId": state.id_of(*holder),
            "role": name.map_or("", |(_, name)| name),
        })
    }))
}

// fact: organization-marking-has-no-administer-role
fn check_roles(
    state: &State,
    request: &Request,
    row: &Marking,
    roles: &[(Principal, MarkingRole)],
) -> Result<(), Answer> {
    let organization = row
        .organization
        .and_then(|at| state.organizations.at(u64::from(at)));
    let administer = roles
        .iter()
        .any(|(_, role)| *role == MarkingRole::Administer);
    match organization.filter(|_| administer) {
        Some((rid, _)) => Err(errors::invalid(
            "OrganizationMarkingAdministerRoleNotSupported",
            json!({"markingId": request.path("markingId"), "organizationRid": rid}),
        )),
        None => Ok(()),
    }
}

pub(super) fn add_roles(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let refusal = "AddMarkingRoleAssignmentsPermissionDenied";
    let (position, row) = administered(state, request, refusal)?;
    let roles = read_roles(state, request, "roleAssignments")?;
    check_roles(state, request, row, &roles)?;
    if let Some(row) = state.markings.at_mut(u64::from(position)) {
        row.roles.extend(roles);
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

pub(super) fn remove_roles(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let refusal = "RemoveMarkingRoleAssignmentsPermissionDenied";
    let (position, row) = administered(state, request, refusal)?;
    let gone = read_roles(state, request, "roleAssignments")?;
    check_roles(state, request, row, &gone)?;
    let administrators = row.roles.iter();
    let administrators = administrators.filter(|(_, role)| *role == MarkingRole::Administer);
    let before: Vec<_> = administrators.collect();
    // fact: marking-keeps-an-administrator
    if row.organization.is_none() && before.iter().all(|one| gone.contains(one)) {
        let current: Vec<&str> = before
            .iter()
            .map(|(holder, _)| state.id_of(*holder))
            .collect();
        return Err(errors::invalid(
            "RemoveMarkingRoleAssignmentsRemoveAllAdministratorsNotAllowed",
            json!({
                "markingId": request.path("markingId"),
                "currentAdministrators": current,
            }),
        ));
    }
    if let Some(row) = state.markings.at_mut(u64::from(position)) {
        row.roles.retain(|one| !gone.contains(one));
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
