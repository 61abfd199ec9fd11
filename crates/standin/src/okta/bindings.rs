//! Bindings: custom roles that are given over a resource set, and their members.

use super::links::{self, link};
use super::page::{self, Page};
use super::state::{ClientKind, Member, Membership, Principal, PrincipalKind, ResourceSet, State};
use super::{custom_roles, errors, resource_sets};
use crate::service::Context;
use crate::{Answer, Outcome, Request, millis};
use http::StatusCode;
use serde_json::{Map, Value, json};

/// Bindings and members a page.
const PAGE: usize = 100;

/// `GET …/bindings`
pub(super) fn list(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let (id, set) = resource_sets::find(state, request)?;
    let rows = set.bindings.from(page::start(request)?);
    // fact: bindings-listed-as-roles
    let rows = rows.map(|(at, role, _)| {
        let own = links::binding(id, role);
        let body = json!({
            "id": role,
            "_links": {
                "self": link(request, &own),
                "members": link(request, &format!("{own}/members")),
            },
        });
        (at, body)
    });
    let path = links::resource_set(id);
    let mut links = Map::new();
    let own = link(request, &format!("{path}/bindings"));
    links.insert("self".to_owned(), own);
    links.insert("resource-set".to_owned(), link(request, &path));
    Ok(page::object(
        request,
        "roles",
        Page::take(rows, PAGE),
        links,
    ))
}

/// `POST …/bindings`. Members of a binding that is there already are added to it.
pub(super) fn create(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let set = resource_sets::find(state, request)?.0.to_owned();
    let role = request.text("/role").unwrap_or_default();
    let given = request.json().get("members").and_then(Value::as_array);
    // fact: binding-create-needs-role-and-members
    let given = given.filter(|members| !members.is_empty());
    let (false, Some(given)) = (role.is_empty(), given) else {
        return Err(errors::invalid("binding", "role and members are needed"));
    };
    // fact: binding-misfit-grants-nothing
    state.bindable_role(role)?;
    let role = role.to_owned();
    let members = members(state, given)?;
    add(state, request, &set, &role, &members)
}

/// `GET …/bindings/{roleIdOrLabel}`
pub(super) fn get(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let (set, _, role) = find(state, request)?;
    let own = links::binding(set, role);
    // fact: binding-response-id-is-role-id
    Ok(Answer::ok(json!({
        "id": role,
        "_links": {
            "self": link(request, &own),
            "members": link(request, &format!("{own}/members")),
            "resource-set": link(request, &links::resource_set(set)),
        },
    })))
}

/// `DELETE …/bindings/{roleIdOrLabel}`
pub(super) fn delete(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let (set, _, role) = find(state, request)?;
    let (set, role) = (set.to_owned(), role.to_owned());
    state.remove_binding(&set, &role);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `GET …/members`
pub(super) fn list_members(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let (id, set, role) = find(state, request)?;
    let start = page::start(request)?;
    let members = set.bindings.get(role).into_iter();
    let rows = members.flat_map(|binding| binding.members.from(start));
    let rows = rows.map(|(at, member, row)| (at, view(request, member, row)));
    let own = links::binding(id, role);
    let mut links = Map::new();
    links.insert("self".to_owned(), link(request, &format!("{own}/members")));
    links.insert("binding".to_owned(), link(request, &own));
    Ok(page::object(
        request,
        "members",
        Page::take(rows, PAGE),
        links,
    ))
}

/// `PATCH …/members`
pub(super) fn add_members(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let (set, _, role) = find(state, request)?;
    let (set, role) = (set.to_owned(), role.to_owned());
    let given = request.json().get("additions").and_then(Value::as_array);
    let members = match given {
        Some(given) => members(state, given)?,
        None => Vec::new(),
    };
    add(state, request, &set, &role, &members)
}

/// `GET …/members/{memberId}`
pub(super) fn get_member(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let (_, set, role) = find(state, request)?;
    let id = request.path("memberId");
    let binding = set.bindings.get(role);
    let member = binding.and_then(|binding| binding.members.get(id));
    let member = member.ok_or_else(|| errors::not_found(id, "Member"))?;
    Ok(Answer::ok(view(request, id, member)))
}

/// `DELETE …/members/{memberId}`
pub(super) fn remove_member(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let (set, row, role) = find(state, request)?;
    let id = request.path("memberId");
    let binding = row.bindings.get(role);
    if !binding.is_some_and(|binding| binding.members.contains(id)) {
        return Err(errors::not_found(id, "Member"));
    }
    let membership = Membership {
        set: set.into(),
        role: role.into(),
        member: id.into(),
    };
    state.remove_member(&membership);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// The binding that the path names: the set, and the id of the role.
fn find<'a>(
    state: &'a State,
    request: &'a Request,
) -> Result<(&'a str, &'a ResourceSet, &'a str), Answer> {
    let (id, set) = resource_sets::find(state, request)?;
    let (role, _) = custom_roles::find(state, request)?;
    match set.bindings.contains(role) {
        true => Ok((id, set, role)),
        false => Err(errors::not_found(role, "ResourceSetBinding")),
    }
}

/// Adds those who are no members yet, and answers with links.
fn add(
    state: &mut State,
    request: &Request,
    set: &str,
    role: &str,
    members: &[Principal],
) -> Outcome {
    let is_new = |member: &&Principal| state.membership(member, set, role).is_none();
    let mut new: Vec<Principal> = members.iter().filter(is_new).cloned().collect();
    new.sort_by(|one, other| one.id.cmp(&other.id));
    new.dedup();
    state.room_for_members(set, role, new.len())?;
    for member in &new {
        state.add_member(member, set, role, request.now);
    }
    // fact: binding-answers-links-only
    let path = links::resource_set(set);
    Ok(Answer::ok(json!({
        "_links": {
            "self": link(request, &links::binding(set, role)),
            "bindings": link(request, &format!("{path}/bindings")),
            "resource-set": link(request, &path),
        },
    })))
}

/// The principals of URLs.
fn members(state: &State, urls: &[Value]) -> Result<Vec<Principal>, Answer> {
    let urls = urls.iter().filter_map(Value::as_str);
    urls.map(|url| member(state, url)).collect()
}

fn member(state: &State, url: &str) -> Result<Principal, Answer> {
    use PrincipalKind::{Client, Group, User};
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("", |at| &rest[at..]),
        None => url,
    };
    let collections = [
        ("/api/v1/users/", User),
        ("/api/v1/groups/", Group),
        // fact: binding-member-client-url-unknown
        ("/oauth2/v1/clients/", Client),
    ];
    let mut found = collections
        .iter()
        .filter_map(|(prefix, kind)| Some((*kind, path.strip_prefix(prefix)?)));
    let (kind, id) = found.next().ok_or_else(|| {
        let cause = format!("not the URL of a user or group: {url}");
        errors::invalid("members", cause)
    })?;
    let there = match kind {
        User => state.users.contains(id),
        Group => state.groups.contains(id),
        Client => state
            .apps
            .get(id)
            .is_some_and(|app| app.client == Some(ClientKind::Service)),
    };
    match there {
        true => Ok(Principal {
            kind,
            id: id.into(),
        }),
        false => Err(errors::not_found(id, "Member")),
    }
}

fn view(request: &Request, id: &str, member: &Member) -> Value {
    // fact: binding-member-self-is-principal
    json!({
        "id": id,
        "created": millis(member.created),
        "lastUpdated": millis(member.updated),
        "_links": { "self": link(request, &links::principal(&member.principal)) },
    })
}
