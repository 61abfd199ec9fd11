//! The workspaces of an organization, which older paths call tenants.

use super::access::Standing;
use super::render::server_url;
use super::rows::Workspace;
use super::{State, errors, find, page};
use crate::service::Context;
use crate::{Answer, Outcome, Request};
use serde_json::{Value, json};

/// fact: workspaces-parameters-from-twin
/// fact: tenants-parameters
pub(super) fn list(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let caller = state.caller(request)?;
    let text = |names: [&str; 2]| names.into_iter().find_map(|name| request.query(name));
    let id = text(["workspace_id", "tenant_id"]).map(str::to_ascii_lowercase);
    let name = text(["workspace_name", "tenant_name"]);
    let organization = request
        .query("organization_id")
        .map(|id| state.organizations.position(&id.to_ascii_lowercase()));
    let owner = request
        .query("owner_id")
        .map(|id| state.users.position(&id.to_ascii_lowercase()));
    let member_only = request.flag("member_only").unwrap_or(false);
    let found = state.workspaces.from(0).filter(|(position, own_id, row)| {
        id.as_deref().is_none_or(|id| id == *own_id)
            && name.is_none_or(|name| row.name == name)
            && organization.is_none_or(|id| id == Some(row.organization.into()))
            && owner.is_none_or(|owner| owner == Some(row.owner.into()))
            && request.flag("is_managed").is_none_or(|managed| row.is_managed == managed)
            && request.query("status").is_none_or(|status| row.status(request.now) == status)
            && request.query("url").is_none_or(|url| {
                row.status(request.now) == "available" && server_url(own_id) == url
            })
            // fact: workspaces-member-only
            && if member_only {
                state.works_in(caller, *position as u32)
            } else {
                state.sees_workspace(caller, row.organization, *position as u32)
            }
    });
    let found = found.map(|(position, _, _)| state.workspace_json(position as u32, request.now));
    Ok(Answer::ok(page(request, found)))
}

/// fact: organization-tenants-parameters
pub(super) fn of_organization(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let id = request.path("organization_id");
    let (organization, _) = find(&state.organizations, id, "organization")?;
    let caller = state.require(request, organization, Standing::Member)?;
    let found = state.workspaces.from(0).filter(|(position, _, row)| {
        row.organization == organization
            && request
                .query("status")
                .is_none_or(|status| row.status(request.now) == status)
            && state.sees_workspace(caller, organization, *position as u32)
    });
    let found = found.map(|(position, _, _)| state.workspace_json(position as u32, request.now));
    Ok(Answer::ok(page(request, found)))
}

/// fact: get-workspace-shape
pub(super) fn get(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let id = request.path("workspace_id");
    let (workspace, row) = find(&state.workspaces, id, "workspace")?;
    let caller = state.caller(request)?;
    if !state.sees_workspace(caller, row.organization, workspace) {
        return Err(errors::illegal("the caller has no role in the workspace"));
    }
    Ok(Answer::ok(state.workspace_json(workspace, request.now)))
}

/// All fields are optional to the description; an organization and a name are needed here.
///
/// fact: create-workspace-fields
/// fact: workspace-create-third-party
pub(super) fn create(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let organization = request.text("/organization_id");
    let organization =
        organization.ok_or_else(|| errors::value_error("the workspace has no organization_id"))?;
    let (organization, _) = find(&state.organizations, organization, "organization")?;
    let caller = state.require(request, organization, Standing::Manager)?;
    let (name, display_name) = (request.text("/name"), request.text("/display_name"));
    let name = name.or(display_name);
    let name = name.ok_or_else(|| errors::value_error("the workspace has no name"))?;
    let display_name = display_name.unwrap_or(name);
    let description = request.text("/description");
    for (field, text, longest) in [
        ("name", Some(name), 50),
        ("display_name", Some(display_name), 50),
        ("description", description, 256),
    ] {
        if text.is_some_and(|text| text.is_empty() || text.chars().count() > longest) {
            let message = format!("String should have 1 to {longest} characters");
            let place = ["body".into(), field.into()];
            return Err(errors::invalid(&place, "string_too_long", &message));
        }
    }
    let owner = request
        .text("/owner_id")
        .map(|id| find(&state.users, id, "user"))
        .transpose()?;
    let id = request.text("/id").map(str::to_ascii_lowercase);
    let is_taken = |row: &Workspace| row.organization == organization && row.name == name;
    if id
        .as_deref()
        .is_some_and(|id| state.workspaces.contains(id))
        || state.workspaces.rows().any(is_taken)
    {
        return Err(errors::exists("the id or the name is taken"));
    }
    let flag = |name: &str| request.json().get(name).and_then(Value::as_bool);
    let workspace = Workspace {
        organization,
        name: name.to_owned(),
        display_name: display_name.to_owned(),
        description: description.map(str::to_owned),
        logo_url: request.text("/logo_url").map(str::to_owned),
        owner: owner.map_or(caller, |(owner, _)| owner),
        is_managed: flag("is_managed").unwrap_or(true),
        is_deactivated: false,
        made: request.now,
    };
    let key = request.text("/enrollment_key").map(str::to_owned);
    let key = (!workspace.is_managed).then(|| key.unwrap_or_else(|| state.ids.base62("", 32)));
    let id = id.unwrap_or_else(|| state.ids.uuid());
    state.workspaces.insert(&*id, workspace);
    let position = state.workspaces.position(&id).unwrap_or_default();
    let mut body = state.workspace_json(position as u32, request.now);
    // The secret is told here, and not kept.
    body["enrollment_key"] = json!(key);
    Ok(Answer::ok(body))
}
