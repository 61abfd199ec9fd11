//! Why a user has a role, by the governance feature.

use super::errors;
use super::links::{self, link};
use super::page::{self, Page};
use super::state::{Grant, Principal, State};
use crate::service::Context;
use crate::{Answer, Outcome, Request};
use serde_json::{Map, Value, json};

/// Resources a page; the size is not documented.
const PAGE: usize = 20;

/// `GET …/governance`
pub(super) fn list(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let principal = state.principal(request)?;
    let held = state.role_of(&principal, request.path("roleAssignmentId"))?;
    let path = path(request, &principal);
    let grants = held
        .grants()
        .iter()
        .map(|grant| view(request, &path, grant));
    Ok(Answer::ok(json!({
        "grants": grants.collect::<Vec<_>>(),
        "_links": {
            "self": link(request, &path),
            "assignee": link(request, &links::principal(&principal)),
        },
    })))
}

/// `GET …/governance/{grantId}`
pub(super) fn get(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let (principal, grant) = find(state, request)?;
    Ok(Answer::ok(view(request, &path(request, &principal), grant)))
}

/// `GET …/governance/{grantId}/resources`
pub(super) fn list_resources(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let (principal, grant) = find(state, request)?;
    // fact: grant-resources-without-cursor
    let start = page::start(request)?;
    let rows = (0..).zip(&grant.resources).skip(start as usize);
    let rows = rows.filter_map(|(at, group)| {
        let (id, group) = state.group_at(*group)?;
        Some((
            at,
            json!({ "resource": state.group_orn(id), "label": &*group.name }),
        ))
    });
    let own = format!("{}/{}/resources", path(request, &principal), grant.id);
    let mut links = Map::new();
    links.insert("self".to_owned(), link(request, &own));
    Ok(page::object(
        request,
        "resources",
        Page::take(rows, PAGE),
        links,
    ))
}

fn find<'a>(state: &'a State, request: &Request) -> Result<(Principal, &'a Grant), Answer> {
    let principal = state.principal(request)?;
    let held = state.role_of(&principal, request.path("roleAssignmentId"))?;
    let id = request.path("grantId");
    let grant = held.grants().iter().find(|grant| &*grant.id == id);
    let grant = grant.ok_or_else(|| errors::not_found(id, "Grant"))?;
    Ok((principal, grant))
}

fn path(request: &Request, principal: &Principal) -> String {
    let assignment = request.path("roleAssignmentId");
    let principal = links::principal(principal);
    format!("{principal}/roles/{assignment}/governance")
}

fn view(request: &Request, path: &str, grant: &Grant) -> Value {
    let own = format!("{path}/{}", grant.id);
    let mut body = json!({
        "type": if grant.bundle.is_some() { "ENTITLEMENT-BUNDLE" } else { "CUSTOM" },
        "grantId": &*grant.id,
        "_links": {
            "self": link(request, &own),
            "resources": link(request, &format!("{own}/resources")),
        },
    });
    if let Some(bundle) = &grant.bundle {
        body["bundleId"] = json!(&**bundle);
    }
    if let Some(expires) = grant.expires {
        // fact: governance-expiration-plain-string
        body["expirationDate"] = json!(expires.format("%Y-%m-%d %H:%M:%S.0").to_string());
    }
    body
}
