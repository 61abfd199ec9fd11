//! Organizations, and their guests.

use super::errors;
use super::marking_categories::ORGANIZATION_CATEGORY;
use super::permissions::{on_enrollment, on_organization};
use super::principal::{Principal, narrow};
use super::roles::ORGANIZATION_ADMINISTRATOR;
use super::state::{Marking, Organization, RoleOn, State};
use crate::service::Context;
use crate::{Answer, Outcome, Request};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// The organization of the path, when the caller can see it: position, RID, row.
pub(super) fn visible<'a>(
    state: &'a State,
    acting: &BTreeSet<Principal>,
    request: &'a Request,
) -> Result<(u32, &'a str, &'a Organization), Answer> {
    let rid = request.path("organizationRid");
    let missing = || errors::not_found("OrganizationNotFound", json!({"organizationRid": rid}));
    let position = state.organizations.position(rid).ok_or_else(missing)?;
    let (rid, row) = state.organizations.at(position).ok_or_else(missing)?;
    let position = narrow(position);
    if !state.sees_organization(acting, position, row) {
        return Err(missing());
    }
    Ok((position, rid, row))
}

/// The organizations of these RIDs.
pub(super) fn positions(state: &State, rids: Option<&Value>) -> Result<Vec<u32>, Answer> {
    let rids = rids.and_then(Value::as_array).into_iter().flatten();
    let mut found = Vec::new();
    for rid in rids.filter_map(Value::as_str) {
        let missing = || errors::not_found("OrganizationNotFound", json!({"organizationRid": rid}));
        found.push(narrow(
            state.organizations.position(rid).ok_or_else(missing)?,
        ));
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// RIDs of organizations, in the order of their positions.
pub(super) fn rids(state: &State, positions: &[u32]) -> Vec<String> {
    let rows = positions
        .iter()
        .filter_map(|at| state.organizations.at(u64::from(*at)));
    rows.map(|(rid, _)| rid.to_owned()).collect()
}

fn show(state: &State, rid: &str, row: &Organization) -> Value {
    let marking = state.markings.at(u64::from(row.marking));
    let mut shown = Map::new();
    shown.insert("rid".to_owned(), Value::from(rid));
    shown.insert("name".to_owned(), Value::from(&*row.name));
    if let Some(text) = &row.description {
        shown.insert("description".to_owned(), Value::from(&**text));
    }
    let marking = marking.map_or("", |(id, _)| id);
    shown.insert("markingId".to_owned(), Value::from(marking));
    if let Some(host) = &row.host {
        shown.insert("host".to_owned(), Value::from(&**host));
    }
    Value::Object(shown)
}

pub(super) fn get(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let (_, rid, row) = visible(state, &acting, request)?;
    Ok(Answer::ok(show(state, rid, row)))
}

/// Letters, digits, dots and hyphens.
fn check_host(host: Option<&str>) -> Result<(), Answer> {
    let good = |host: &str| {
        let mut bytes = host.bytes();
        !host.is_empty() && bytes.all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte))
    };
    match host.filter(|host| !good(host)) {
        Some(host) => Err(errors::invalid(
            "InvalidHostName",
            json!({"invalidHostName": host}),
        )),
        None => Ok(()),
    }
}

fn check_name(state: &State, name: &str, own: Option<u32>) -> Result<(), Answer> {
    // fact: name-clash-is-400-in-admin
    let mut all = state.organizations.from(0);
    match all.any(|(at, _, row)| *row.name == *name && Some(narrow(at)) != own) {
        true => Err(errors::invalid(
            "OrganizationNameAlreadyExists",
            json!({"displayName": name}),
        )),
        false => Ok(()),
    }
}

pub(super) fn create(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let enrollment = request.text("/enrollmentRid").unwrap_or_default();
    if *state.enrollment.rid != *enrollment {
        let parameters = json!({"enrollmentRid": enrollment});
        return Err(errors::not_found("EnrollmentNotFound", parameters));
    }
    if !state.may_on_enrollment(&acting, on_enrollment::MANAGE_ORGANIZATIONS) {
        return Err(errors::denied(
            "CreateOrganizationPermissionDenied",
            json!({}),
        ));
    }
    let administrators = state.principals(request, "administrators")?;
    let name = request.text("/name").unwrap_or_default();
    check_name(state, name, None)?;
    let host = request.text("/host");
    if let Some(host) = host {
        check_host(Some(host))
            .map_err(|_| errors::invalid("Default:InvalidArgument", json!({})))?;
    }
    let position = add(
        state,
        name,
        request.text("/description"),
        host,
        request.now,
        Some(Principal::user(state.caller(request)?)),
    );
    let role = state.role(ORGANIZATION_ADMINISTRATOR, RoleOn::Organization);
    if let (Some(row), Some(role)) = (state.organizations.at_mut(u64::from(position)), role) {
        row.roles
            .extend(administrators.into_iter().map(|holder| (holder, role)));
    }
    let Some((rid, row)) = state.organizations.at(u64::from(position)) else {
        return Err(errors::internal("Default:Internal", json!({})));
    };
    Ok(Answer::ok(show(state, rid, row)))
}

/// Adds an organization and the marking behind it.
pub(super) fn add(
    state: &mut State,
    name: &str,
    description: Option<&str>,
    host: Option<&str>,
    created: chrono::DateTime<chrono::Utc>,
    creator: Option<Principal>,
) -> u32 {
    let rid = format!("ri.multipass..organization.{}", state.ids.uuid());
    let row = Organization {
        name: name.into(),
        description: description.map(Into::into),
        host: host.map(Into::into),
        marking: 0,
        roles: BTreeSet::new(),
    };
    state.organizations.insert(rid.clone(), row);
    let position = state.organizations.position(&rid).map_or(0, narrow);
    let category = state.categories.position(ORGANIZATION_CATEGORY);
    let marking = Marking {
        category: category.map_or(0, narrow),
        name: name.into(),
        description: None,
        organization: Some(position),
        priority: None,
        deleted: false,
        created,
        creator,
        members: BTreeSet::new(),
        roles: BTreeSet::new(),
        implies: Vec::new(),
        requires: Vec::new(),
    };
    let marking = state.add_marking(marking);
    if let Some(row) = state.organizations.get_mut(&rid) {
        row.marking = marking;
    }
    position
}

pub(super) fn replace(state: &mut State, request: &Request, context: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let (position, rid, row) = visible(state, &acting, request)?;
    if !state.may_on(&acting, row, on_organization::EDIT) {
        let parameters = json!({"organizationRid": rid});
        return Err(errors::denied(
            "ReplaceOrganizationPermissionDenied",
            parameters,
        ));
    }
    let name = request.text("/name").unwrap_or_default();
    check_name(state, name, Some(position))?;
    check_host(request.text("/host"))?;
    let rid = rid.to_owned();
    let marking = row.marking;
    if let Some(row) = state.organizations.get_mut(&rid) {
        // fact: replace-clears-omitted-fields
        row.name = name.into();
        row.description = request.text("/description").map(Into::into);
        row.host = request.text("/host").map(Into::into);
    }
    if let Some(marking) = state.markings.at_mut(u64::from(marking)) {
        marking.name = name.into();
    }
    get(state, request, context)
}
