//! What a role is narrowed to: groups for three of the standard roles, apps for one.

use super::held::{Held, HeldRole};
use super::links::link;
use super::page::{self, Page};
use super::role_type::Narrowing;
use super::state::{Assignment, Principal, PrincipalKind, State, Target};
use super::{applications, catalog, errors, groups};
use crate::service::Context;
use crate::{Answer, Outcome, Request, millis};
use http::StatusCode;
use serde_json::{Value, json};

/// The GET on the group targets of a role.
pub(super) fn list_groups(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let principal = state.principal(request)?;
    let held = state.role_of(&principal, request.path("roleAssignmentId"))?;
    let assignment = narrowed(&held, Narrowing::Groups)?;
    let (start, limit) = (page::start(request)?, page::limit(request, 20, 200));
    // fact: empty-target-list-is-whole-org
    let rows = assignment.groups.from(start).filter_map(|(at, id, _)| {
        let group = state.groups.get(id)?;
        Some((at, groups::view(state, request, id, group)))
    });
    Ok(page::array(request, Page::take(rows, limit)))
}

/// The GET on the app targets of a role.
pub(super) fn list_apps(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let principal = state.principal(request)?;
    let held = state.role_of(&principal, request.path("roleAssignmentId"))?;
    let assignment = narrowed(&held, Narrowing::Apps)?;
    let (start, limit) = (page::start(request)?, page::limit(request, 20, 200));
    let rows = assignment.apps.from(start);
    let rows = rows.filter_map(|(at, key, _)| Some((at, app_view(state, request, key)?)));
    Ok(page::array(request, Page::take(rows, limit)))
}

/// `GET /api/v1/users/{userId}/roles/{roleIdOrEncodedRoleId}/targets`
pub(super) fn list_of_role(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let principal = state.principal(request)?;
    // fact: role-targets-take-role-id
    let role = request.path("roleIdOrEncodedRoleId");
    let of_role = |held: &Held<'_>| match held.role {
        HeldRole::Standard(known) => &*known.id == role || known.role.encoded() == role,
        HeldRole::Custom(membership, _) => &*membership.member == role || &*membership.role == role,
    };
    let held = state.roles_of(&principal).into_iter().filter(of_role);
    let held: Vec<Held<'_>> = held.collect();
    if held.is_empty() {
        return Err(errors::not_found(role, "Role"));
    }
    let wanted = request.query("assignmentType");
    let mut all = Vec::new();
    for held in &held {
        let assignment = held.standard().ok_or_else(errors::wrong_role_type)?;
        if assignment.role.narrowing() == Narrowing::Nothing {
            return Err(errors::wrong_role_type());
        }
        let kind = held.holder.kind.name();
        if wanted.is_some_and(|wanted| wanted != kind) {
            continue;
        }
        let mut push = |orn: String, path: String, target: &Target| {
            // fact: role-target-assignment-type-open
            let mut body = json!({
                "assignmentType": kind,
                "orn": orn,
                "_links": { "self": link(request, &path) },
            });
            if let Some(expires) = target.expires {
                body["expiration"] = json!(millis(expires));
            }
            all.push(body);
        };
        for (id, target) in assignment.groups.iter() {
            push(state.group_orn(id), format!("/api/v1/groups/{id}"), target);
        }
        for (key, target) in assignment.apps.iter() {
            let path = match key.split_once('/') {
                Some((_, id)) => format!("/api/v1/apps/{id}"),
                None => format!("/api/v1/catalog/apps/{key}"),
            };
            push(state.app_orn(key), path, target);
        }
    }
    let (start, limit) = (page::start(request)?, page::limit(request, 20, 200));
    let rows = (0..).zip(all).skip(start as usize);
    Ok(page::array(request, Page::take(rows, limit)))
}

/// The PUT of a group target.
pub(super) fn add_group(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let principal = state.principal(request)?;
    own(state, request, &principal, Narrowing::Groups)?;
    let id = target_group(request);
    groups::find(state, id)?;
    // fact: first-target-narrows
    change(state, request, &principal, |assignment| {
        if !assignment.groups.contains(id) {
            assignment.groups.insert(id, Target { expires: None });
        }
    });
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// The DELETE of a group target.
pub(super) fn remove_group(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let principal = state.principal(request)?;
    let assignment = own(state, request, &principal, Narrowing::Groups)?;
    let id = target_group(request);
    removable(assignment.groups.contains(id), assignment.groups.len(), id)?;
    change(state, request, &principal, |assignment| {
        assignment.groups.remove(id);
    });
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `PUT …/targets/catalog/apps`, for users only.
pub(super) fn add_all_apps(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let principal = state.principal(request)?;
    own(state, request, &principal, Narrowing::Apps)?;
    // fact: all-apps-drops-app-targets
    change(state, request, &principal, |assignment| {
        assignment.apps.retain(|_, _| false);
    });
    // fact: all-apps-target-empty-200
    Ok(Answer::empty(StatusCode::OK))
}

/// The PUT of a catalog app as a target.
pub(super) fn add_app(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let principal = state.principal(request)?;
    own(state, request, &principal, Narrowing::Apps)?;
    let name = request.path("appName");
    catalog_app(name)?;
    change(state, request, &principal, |assignment| {
        // fact: catalog-and-instance-targets-exclude
        let is_instance = |key: &str| key.split_once('/').is_some_and(|(app, _)| app == name);
        assignment.apps.retain(|key, _| !is_instance(key));
        if !assignment.apps.contains(name) {
            assignment.apps.insert(name, Target { expires: None });
        }
    });
    Ok(Answer::empty(match principal.kind {
        // fact: group-app-target-empty-200
        PrincipalKind::Group => StatusCode::OK,
        PrincipalKind::User | PrincipalKind::Client => StatusCode::NO_CONTENT,
    }))
}

/// The PUT of an app instance as a target.
pub(super) fn add_instance(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let principal = state.principal(request)?;
    let assignment = own(state, request, &principal, Narrowing::Apps)?;
    let (name, key) = instance(state, request)?;
    // fact: catalog-and-instance-targets-exclude
    if assignment.apps.contains(name) {
        let cause = format!("the role has the catalog app {name} as a target already");
        return Err(errors::invalid("appId", cause));
    }
    change(state, request, &principal, |assignment| {
        if !assignment.apps.contains(&key) {
            assignment.apps.insert(&*key, Target { expires: None });
        }
    });
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// The DELETE of a catalog app as a target.
pub(super) fn remove_app(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let name = request.path("appName");
    remove_key(state, request, name)
}

/// The DELETE of an app instance as a target.
pub(super) fn remove_instance(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let key = format!("{}/{}", request.path("appName"), request.path("appId"));
    remove_key(state, request, &key)
}

fn remove_key(state: &mut State, request: &Request, key: &str) -> Outcome {
    let principal = state.principal(request)?;
    let assignment = own(state, request, &principal, Narrowing::Apps)?;
    removable(assignment.apps.contains(key), assignment.apps.len(), key)?;
    change(state, request, &principal, |assignment| {
        assignment.apps.remove(key);
    });
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// A target as the lists of apps show it: a catalog app, or with `name/id` an instance.
pub(super) fn app_view(state: &State, request: &Request, key: &str) -> Option<Value> {
    let (name, id) = match key.split_once('/') {
        Some((name, id)) => (name, Some(id)),
        None => (key, None),
    };
    let instance = match id {
        Some(id) => Some((id, state.apps.get(id)?)),
        None => None,
    };
    Some(catalog::find(name)?.view(request, state.founded, instance))
}

fn target_group(request: &Request) -> &str {
    let named = request.path.iter();
    let mut named = named.filter(|(name, _)| name == "targetGroupId");
    named
        .next()
        .map_or_else(|| request.path("groupId"), |(_, id)| &**id)
}

fn catalog_app(name: &str) -> Result<(), Answer> {
    let found = catalog::find(name);
    found
        .map(|_| ())
        .ok_or_else(|| errors::not_found(name, "App"))
}

/// The name of the app and the key of its instance that the path names.
fn instance<'a>(state: &State, request: &'a Request) -> Result<(&'a str, String), Answer> {
    let (name, id) = (request.path("appName"), request.path("appId"));
    catalog_app(name)?;
    let app = applications::find(state, id)?;
    if &*app.name != name {
        return Err(errors::not_found(id, "AppInstance"));
    }
    Ok((name, format!("{name}/{id}")))
}

fn narrowed<'a>(held: &Held<'a>, by: Narrowing) -> Result<&'a Assignment, Answer> {
    let assignment = held.standard().ok_or_else(errors::wrong_role_type)?;
    match assignment.role.narrowing() == by {
        true => Ok(assignment),
        false => Err(errors::wrong_role_type()),
    }
}

/// The role that the path names, when the principal holds it itself and it can be narrowed so.
fn own<'a>(
    state: &'a State,
    request: &Request,
    principal: &Principal,
    by: Narrowing,
) -> Result<&'a Assignment, Answer> {
    let id = request.path("roleAssignmentId");
    let mut own = state.own_roles(principal).into_iter();
    let found = own.find(|held| held.id() == id);
    let found = found.ok_or_else(|| errors::not_found(id, "RoleAssignment"))?;
    narrowed(&found, by)
}

/// The last target stays: a role that was narrowed cannot be widened to the whole org by taking targets away.
fn removable(there: bool, targets: usize, key: &str) -> Result<(), Answer> {
    if !there {
        return Err(errors::not_found(key, "RoleTarget"));
    }
    if targets == 1 {
        // fact: last-target-stays
        let cause = "the last target cannot be removed; take the role away and give it again";
        return Err(errors::invalid("targets", cause));
    }
    Ok(())
}

fn change(
    state: &mut State,
    request: &Request,
    principal: &Principal,
    change: impl FnOnce(&mut Assignment),
) {
    let id = request.path("roleAssignmentId");
    state.change_holder(principal, |holder| {
        let mut assignments = holder.assignments.iter_mut();
        if let Some(assignment) = assignments.find(|assignment| &*assignment.id == id) {
            change(assignment);
            assignment.updated = request.now;
        }
    });
}
