//! Projects, and the organizations that may reach them.

use super::errors;
use super::file::{self, Kind, Project};
use super::paging::{Page, UNPUBLISHED};
use super::principal::Principal;
use super::roles::ON_RESOURCES;
use super::spaces;
use super::state::State;
use crate::service::Context;
use crate::{Answer, Outcome, Request};
use http::StatusCode;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The project of the path, when the caller can see it.
pub(super) fn visible<'a>(
    state: &'a State,
    acting: &BTreeSet<Principal>,
    request: &Request,
) -> Result<(u32, &'a Project), Answer> {
    let rid = request.path("projectRid");
    let missing = || errors::not_found("ProjectNotFound", json!({"projectRid": rid}));
    let position = file::find(state, acting, rid).ok_or_else(missing)?;
    match state.file_at(position).map(|(_, row)| &row.kind) {
        Some(Kind::Project(project)) => Ok((position, project)),
        _ => Err(missing()),
    }
}

pub(super) fn get(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let (position, _) = visible(state, &acting, request)?;
    Ok(Answer::ok(file::show_project(state, position)))
}

/// Refuses a name that another project of the space has.
pub(super) fn check_free(
    state: &State,
    space: u32,
    name: &str,
    own: Option<u32>,
) -> Result<(), Answer> {
    let refused = |rid: &str| {
        let parameters = json!({"displayName": name, "spaceRid": rid});
        errors::conflict("ProjectNameAlreadyExists", parameters)
    };
    file::check_free(state, space, name, own, refused)
}

/// Refuses grants none of which makes an owner.
pub(super) fn check_owner(grants: &BTreeSet<(Option<Principal>, u32)>) -> Result<(), Answer> {
    let owned = grants
        .iter()
        .any(|(holder, level)| holder.is_some() && *level == file::MANAGE);
    if owned {
        return Ok(());
    }
    let granted: BTreeSet<&str> = grants
        .iter()
        .map(|(_, level)| ON_RESOURCES[*level as usize])
        .collect();
    Err(errors::invalid(
        "CreateProjectNoOwnerLikeRoleGrant",
        json!({
            "grantedRoleIds": granted,
            "roleSetOwnerLikeRoleIds": [ON_RESOURCES[file::MANAGE as usize]],
        }),
    ))
}

/// The grants of `roleGrants` and `defaultRoles`.
// fact: role-grants-without-a-type
fn read_grants(
    state: &State,
    request: &Request,
) -> Result<BTreeSet<(Option<Principal>, u32)>, Answer> {
    let mut grants = BTreeSet::new();
    let by_role = request.json().get("roleGrants").and_then(Value::as_object);
    let defaults = request.json().get("defaultRoles").and_then(Value::as_array);
    let defaults = defaults.into_iter().flatten().filter_map(Value::as_str);
    let defaults: Vec<&str> = defaults.collect();
    let ids = by_role.into_iter().flatten().map(|(id, _)| id.as_str());
    file::levels(&ids.chain(defaults.iter().copied()).collect::<Vec<_>>())?;
    for (id, holders) in by_role.into_iter().flatten() {
        let level = file::levels(&[id])?;
        for holder in holders.as_array().into_iter().flatten() {
            let id = holder
                .get("principalId")
                .and_then(Value::as_str)
                .unwrap_or_default();
            // Creation declares no error for an unknown principal.
            let bad = || errors::invalid("Default:InvalidArgument", json!({}));
            let holder = state.find_principal(id).ok_or_else(bad)?;
            grants.extend(level.iter().map(|level| (Some(holder), *level)));
        }
    }
    grants.extend(
        file::levels(&defaults)?
            .into_iter()
            .map(|level| (None, level)),
    );
    Ok(grants)
}

pub(super) fn create(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let rid = request.text("/spaceRid").unwrap_or_default();
    let (space, row) = spaces::find(state, &acting, rid)?;
    if row.reserved {
        return Err(errors::invalid(
            "ProjectCreationNotSupported",
            json!({"spaceRid": rid}),
        ));
    }
    let name = request.text("/displayName").unwrap_or_default();
    file::check_name(name)?;
    let organizations = file::organizations(state, request, "organizationRids")?;
    let outside: BTreeSet<u32> = organizations
        .difference(&row.organizations)
        .copied()
        .collect();
    if !outside.is_empty() {
        let outside = file::organization_rids(state, &outside);
        let parameters = json!({"spaceRid": rid, "organizationRids": outside});
        return Err(errors::invalid("OrganizationMarkingNotOnSpace", parameters));
    }
    file::demand(state, &acting, space, file::EDIT, || {
        errors::denied("CreateProjectPermissionDenied", json!({}))
    })?;
    let grants = read_grants(state, request)?;
    check_owner(&grants)?;
    check_free(state, space, name, None)?;
    let allowed = request.json().get("resourceLevelRoleGrantsAllowed");
    let project = Project {
        organizations,
        resource_level_grants: allowed != Some(&Value::Bool(false)),
        references: BTreeMap::new(),
    };
    let caller = state.caller(request)?;
    let kind = Kind::Project(Box::new(project));
    let mut row = file::new(name, kind, Some(space), caller, request.now);
    row.description = request.text("/description").map(Into::into);
    row.roles = grants;
    let rid = state.folder_rid();
    let position = state.add_file(rid, row);
    Ok(Answer::ok(file::show_project(state, position)))
}

// fact: replace-project-clears-what-is-left-out
pub(super) fn replace(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let (position, _) = visible(state, &acting, request)?;
    file::demand(state, &acting, position, file::MANAGE, || {
        let parameters = json!({"projectRid": request.path("projectRid")});
        errors::denied("ReplaceProjectPermissionDenied", parameters)
    })?;
    let name = request.text("/displayName").unwrap_or_default();
    file::check_name(name)?;
    let space = state.file_at(position).and_then(|(_, row)| row.parent);
    if let Some(space) = space {
        check_free(state, space, name, Some(position))?;
    }
    let mut former = None;
    if let Some(row) = state.files.at_mut(u64::from(position)) {
        former = Some(std::mem::replace(&mut row.name, name.into()));
        row.description = request.text("/description").map(Into::into);
    }
    if let Some(space) = space.and_then(|at| state.files.at_mut(u64::from(at))) {
        former.and_then(|name| space.children.remove(&name));
        space.children.insert(name.into(), position);
    }
    let caller = state.caller(request)?;
    state.touch(position, caller, request.now);
    Ok(Answer::ok(file::show_project(state, position)))
}

// fact: list-organizations-of-project-needs-no-scope
pub(super) fn list_organizations(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let (_, project) = visible(state, &acting, request)?;
    let page = Page::read(request, UNPUBLISHED)?;
    let after = page.after_number();
    let rows = project.organizations.iter().filter_map(|at| {
        let (rid, _) = state.organizations.at(u64::from(*at))?;
        after
            .is_none_or(|after| u64::from(*at) > after)
            .then_some((at, rid))
    });
    Ok(page.answer(rows, Value::from))
}

fn change_organizations(
    state: &mut State,
    request: &Request,
    refusal: &str,
    change: impl Fn(&State, &BTreeSet<u32>, BTreeSet<u32>) -> Result<BTreeSet<u32>, Answer>,
) -> Outcome {
    let acting = state.acting(request)?;
    let (position, project) = visible(state, &acting, request)?;
    file::demand(state, &acting, position, file::MANAGE, || {
        errors::denied(refusal, json!({"projectRid": request.path("projectRid")}))
    })?;
    let given = file::organizations(state, request, "organizationRids")?;
    let space = state
        .lineage(position)
        .last()
        .and_then(|(_, _, row)| match &row.kind {
            Kind::Space(space) => Some(&space.organizations),
            _ => None,
        });
    let outside = given
        .iter()
        .filter(|at| space.is_none_or(|space| !space.contains(at)));
    let outside: BTreeSet<u32> = outside.copied().collect();
    if !outside.is_empty() {
        let outside = file::organization_rids(state, &outside);
        let parameters = json!({"organizationRids": outside});
        return Err(errors::invalid("InvalidOrganizationHierarchy", parameters));
    }
    let organizations = change(state, &project.organizations, given)?;
    if let Some(file::File {
        kind: Kind::Project(project),
        ..
    }) = state.files.at_mut(u64::from(position))
    {
        project.organizations = organizations;
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

// fact: added-organizations-widen-access
// fact: add-organizations-repeat
pub(super) fn add_organizations(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let refusal = "AddOrganizationsPermissionDenied";
    change_organizations(state, request, refusal, |_, held, given| Ok(held | &given))
}

// fact: remove-organizations-repeat
pub(super) fn remove_organizations(
    state: &mut State,
    request: &Request,
    _: &Context<'_>,
) -> Outcome {
    let refusal = "RemoveOrganizationsPermissionDenied";
    change_organizations(state, request, refusal, |state, held, given| {
        let left: BTreeSet<u32> = held - &given;
        if left.is_empty() && !held.is_empty() {
            let rids = file::organization_rids(state, &given);
            let parameters = json!({"organizationRids": rids});
            return Err(errors::invalid("OrganizationCannotBeRemoved", parameters));
        }
        Ok(left)
    })
}
