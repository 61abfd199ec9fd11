//! Groups of users and of other groups.

use super::paging::{Page, UNPUBLISHED, starting};
use super::permissions::on_organization;
use super::principal::{Principal, narrow};
use super::roles::batch;
use super::state::{Attributes, Group, State};
use super::{errors, organizations, users};
use crate::service::Context;
use crate::{Answer, Outcome, Request};
use http::StatusCode;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What names of attributes begin with that are the stack's own.
const RESERVED: &str = "multipass:";

/// A group of the internal realm, without members.
pub(super) fn new(name: &str, organizations: Vec<u32>) -> Group {
    Group {
        name: name.into(),
        description: None,
        provider: None,
        organizations,
        attributes: BTreeMap::new(),
        members: Vec::new(),
        expirations: BTreeMap::new(),
        groups: Vec::new(),
        policy: None,
    }
}

/// Adds a group. Its name must be new.
pub(super) fn add(state: &mut State, group: Group) -> String {
    let id = state.ids.uuid();
    let name = group.name.to_lowercase();
    state.groups.insert(id.clone(), group);
    let position = state.groups.position(&id).map_or(0, narrow);
    state.group_names.insert(name.into(), position);
    id
}

/// The id of the group of this name.
pub(super) fn named(state: &State, name: &str) -> Option<String> {
    let position = state.group_names.get(&*name.to_lowercase())?;
    let (id, _) = state.groups.at(u64::from(*position))?;
    Some(id.to_owned())
}

fn show(state: &State, id: &str, row: &Group) -> Value {
    let mut shown = Map::new();
    shown.insert("id".to_owned(), Value::from(id));
    shown.insert("name".to_owned(), Value::from(&*row.name));
    if let Some(text) = &row.description {
        shown.insert("description".to_owned(), Value::from(&**text));
    }
    shown.insert("realm".to_owned(), Value::from(state.realm(row.provider)));
    let rids = organizations::rids(state, &row.organizations);
    shown.insert("organizations".to_owned(), Value::from(rids));
    shown.insert("attributes".to_owned(), json!(row.attributes));
    Value::Object(shown)
}

/// What decides which groups a caller can see.
struct Sight {
    acting: BTreeSet<Principal>,
    organizations: BTreeSet<u32>,
}

impl Sight {
    fn of(state: &State, request: &Request) -> Result<Self, Answer> {
        let acting = state.acting(request)?;
        let mut organizations = state.organizations_of(&acting);
        for (position, _, row) in state.organizations.from(0) {
            if state.may_on(&acting, row, on_organization::VIEW) {
                organizations.insert(narrow(position));
            }
        }
        Ok(Self {
            acting,
            organizations,
        })
    }

    /// Members of any of a group's organizations see it, and so does whoever is in it.
    fn covers(&self, position: u32, row: &Group) -> bool {
        row.organizations
            .iter()
            .any(|one| self.organizations.contains(one))
            || self.acting.contains(&Principal::group(position))
    }
}

/// The group of the path, when the caller can see it.
pub(super) fn visible<'a>(state: &'a State, request: &Request) -> Result<(u32, &'a Group), Answer> {
    let id = request.path("groupId");
    let missing = || errors::not_found("GroupNotFound", json!({"groupId": id}));
    let position = state.groups.position(id).ok_or_else(missing)?;
    let (_, row) = state.groups.at(position).ok_or_else(missing)?;
    let position = narrow(position);
    match Sight::of(state, request)?.covers(position, row) {
        true => Ok((position, row)),
        false => Err(missing()),
    }
}

/// Whether the caller may do this on any of a group's organizations.
pub(super) fn may(
    state: &State,
    request: &Request,
    group: u32,
    operation: &str,
) -> Result<bool, Answer> {
    let acting = state.acting(request)?;
    let row = state.groups.at(u64::from(group));
    let mut organizations = row.into_iter().flat_map(|(_, row)| &row.organizations);
    Ok(organizations.any(|at| state.may_on_position(&acting, *at, operation)))
}

pub(super) fn get(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let (_, row) = visible(state, request)?;
    Ok(Answer::ok(show(state, request.path("groupId"), row)))
}

pub(super) fn get_batch(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let sight = Sight::of(state, request)?;
    Ok(batch(request, "groupId", |id, _| {
        let position = state.groups.position(id)?;
        let (_, row) = state.groups.at(position)?;
        let seen = sight.covers(narrow(position), row);
        seen.then(|| show(state, id, row))
    }))
}

pub(super) fn list(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let page = Page::read(request, UNPUBLISHED)?;
    let sight = Sight::of(state, request)?;
    let start = page.after_number().map_or(0, |at| at + 1);
    let rows = state.groups.from(start);
    let rows = rows.filter(|(at, _, row)| sight.covers(narrow(*at), row));
    let rows = rows.map(|(at, id, row)| (at, (id, row)));
    Ok(page.answer(rows, |(id, row)| show(state, id, row)))
}

/// Groups whose name begins with the text, by name.
pub(super) fn search(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let prefix = request.text("/where/value").unwrap_or_default();
    let prefix = prefix.to_lowercase();
    let page = Page::read(request, UNPUBLISHED)?;
    let sight = Sight::of(state, request)?;
    let after = page.after.clone();
    let from = after.as_deref().unwrap_or_default().max(&*prefix);
    let names = starting(&state.group_names, from);
    let names = names.take_while(|(name, _)| name.starts_with(&*prefix));
    let names = names.filter(|(name, _)| after.as_deref() != Some(*name));
    let rows = names.filter_map(|(name, at)| {
        let (id, row) = state.groups.at(u64::from(*at))?;
        sight.covers(*at, row).then_some((name, (id, row)))
    });
    Ok(page.answer(rows, |(id, row)| show(state, id, row)))
}

// fact: current-groups-need-no-scope
pub(super) fn list_current(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let groups = acting.iter().filter_map(|principal| principal.as_group());
    let groups = groups.filter_map(|at| state.groups.at(u64::from(at)));
    let data: Vec<Value> = groups.map(|(id, row)| show(state, id, row)).collect();
    Ok(Answer::ok(json!({ "data": data })))
}

/// Checks what create and replace have in common: the name is new, the organizations are there.
fn read(state: &State, request: &Request, own: Option<u32>) -> Result<Vec<u32>, Answer> {
    let rids = request.json().get("organizations");
    let found = organizations::positions(state, rids).map_err(|missing| match own {
        // A replacement declares no error for an unknown organization.
        Some(_) => errors::invalid("InvalidGroupOrganizations", json!({})),
        None => missing,
    })?;
    if found.is_empty() {
        return Err(errors::invalid("InvalidGroupOrganizations", json!({})));
    }
    let name = request.text("/name").unwrap_or_default();
    let holder = state.group_names.get(&*name.to_lowercase());
    if holder.is_some_and(|holder| Some(*holder) != own) {
        // fact: name-clash-is-400-in-admin
        return Err(errors::invalid(
            "GroupNameAlreadyExists",
            json!({"groupName": name}),
        ));
    }
    Ok(found)
}

pub(super) fn create(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let organizations = read(state, request, None)?;
    let acting = state.acting(request)?;
    let manage = on_organization::MANAGE_GROUPS;
    if !organizations
        .iter()
        .all(|at| state.may_on_position(&acting, *at, manage))
    {
        return Err(errors::denied("CreateGroupPermissionDenied", json!({})));
    }
    let attributes = users::attributes(request.json().get("attributes"));
    if attributes.keys().any(|name| name.starts_with(RESERVED)) {
        // Creation declares no error for attributes that are the stack's own.
        return Err(errors::invalid("Default:InvalidArgument", json!({})));
    }
    let mut group = new(request.text("/name").unwrap_or_default(), organizations);
    group.description = request.text("/description").map(Into::into);
    group.attributes = attributes;
    let id = add(state, group);
    let row = state.groups.get(&id);
    Ok(Answer::ok(
        row.map_or(Value::Null, |row| show(state, &id, row)),
    ))
}

fn manage(state: &State, request: &Request, refusal: &str) -> Result<u32, Answer> {
    let (position, _) = visible(state, request)?;
    match may(state, request, position, on_organization::MANAGE_GROUPS)? {
        true => Ok(position),
        false => Err(errors::denied(
            refusal,
            json!({"groupId": request.path("groupId")}),
        )),
    }
}

fn reserved(attributes: &Attributes) -> BTreeMap<&str, &[Box<str>]> {
    let own = attributes
        .iter()
        .filter(|(name, _)| name.starts_with(RESERVED));
    own.map(|(name, values)| (&**name, &**values)).collect()
}

pub(super) fn replace(state: &mut State, request: &Request, context: &Context<'_>) -> Outcome {
    let position = manage(state, request, "ReplaceGroupPermissionDenied")?;
    let organizations = read(state, request, Some(position))?;
    let attributes = users::attributes(request.json().get("attributes"));
    if let Some((_, row)) = state.groups.at(u64::from(position)) {
        // fact: replace-group-keeps-multipass-attributes
        let (former, new) = (reserved(&row.attributes), reserved(&attributes));
        let names = former
            .keys()
            .chain(new.keys())
            .copied()
            .collect::<BTreeSet<_>>();
        let changed = names
            .into_iter()
            .filter(|name| former.get(name) != new.get(name));
        let changed: Vec<&str> = changed.collect();
        if !changed.is_empty() {
            let parameters = json!({"attributeNames": changed});
            return Err(errors::invalid("AttributesNotEditable", parameters));
        }
    }
    let name = request.text("/name").unwrap_or_default();
    if let Some(row) = state.groups.at_mut(u64::from(position)) {
        state.group_names.remove(&*row.name.to_lowercase());
        state
            .group_names
            .insert(name.to_lowercase().into(), position);
        row.name = name.into();
        row.description = request.text("/description").map(Into::into);
        row.organizations = organizations;
        row.attributes = attributes;
    }
    get(state, request, context)
}

pub(super) fn delete(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let position = manage(state, request, "DeleteGroupPermissionDenied")?;
    state.empty_group(position);
    state.forget(Principal::group(position));
    if let Some(row) = state.groups.remove(request.path("groupId")) {
        state.group_names.remove(&*row.name.to_lowercase());
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
