//! Markings: labels that limit access to whoever is a member of them.

use super::errors;
use super::marking_categories;
use super::paging::Page;
use super::permissions::{on_enrollment, on_organization};
use super::principal::{Principal, narrow};
use super::roles::batch;
use super::state::{CategoryRole, Marking, MarkingRole, State};
use crate::service::Context;
use crate::{Answer, Outcome, Request, millis};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// The published largest page of markings and of categories.
pub(super) const LARGEST_PAGE: usize = 100;

impl State {
    /// Whether principals satisfy a marking: as members of it, or of the organization that it stands for.
    pub(super) fn satisfies(&self, acting: &BTreeSet<Principal>, marking: &Marking) -> bool {
        let mut users = acting.iter().filter_map(|one| one.as_user());
        let belongs = marking.organization.is_some_and(|organization| {
            users.any(|user| {
                let user = self.user_at(user);
                user.is_some_and(|(_, row)| row.organization == Some(organization))
            })
        });
        belongs || !marking.members.is_disjoint(acting)
    }

    /// Whether principals can see that a marking exists.
    pub(super) fn sees_marking(&self, acting: &BTreeSet<Principal>, marking: &Marking) -> bool {
        let category = self.categories.at(u64::from(marking.category));
        category.is_some_and(|(_, category)| self.sees_category(acting, category))
            || marking
                .roles
                .iter()
                .any(|(holder, _)| acting.contains(holder))
            || self.satisfies(acting, marking)
    }

    /// Whether principals hold a role on a marking. Who may change an organization's permissions administers its marking.
    pub(super) fn has_marking_role(
        &self,
        acting: &BTreeSet<Principal>,
        marking: &Marking,
        role: MarkingRole,
    ) -> bool {
        if let (Some(organization), MarkingRole::Administer) = (marking.organization, role) {
            let manage = on_organization::MANAGE_PERMISSIONS;
            return self.may_on_position(acting, organization, manage);
        }
        acting
            .iter()
            .any(|holder| marking.roles.contains(&(*holder, role)))
    }

    /// Adds a marking to its category.
    pub(super) fn add_marking(&mut self, marking: Marking) -> u32 {
        let id = self.ids.uuid();
        let category = marking.category;
        self.markings.insert(id.clone(), marking);
        let position = self.markings.position(&id).map_or(0, narrow);
        if let Some(category) = self.categories.at_mut(u64::from(category)) {
            category.markings.push(position);
        }
        position
    }
}

/// The marking of the path, when the caller can see it.
pub(super) fn visible<'a>(
    state: &'a State,
    acting: &BTreeSet<Principal>,
    request: &'a Request,
) -> Result<(u32, &'a Marking), Answer> {
    let id = request.path("markingId");
    let missing = || errors::not_found("MarkingNotFound", json!({"markingId": id}));
    let position = state.markings.position(id).ok_or_else(missing)?;
    let (_, row) = state.markings.at(position).ok_or_else(missing)?;
    match state.sees_marking(acting, row) {
        true => Ok((narrow(position), row)),
        false => Err(errors::denied(
            "GetMarkingPermissionDenied",
            json!({"markingId": id}),
        )),
    }
}

fn show(state: &State, id: &str, row: &Marking) -> Value {
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| {
        shown.insert(name.to_owned(), value);
    };
    put("id", Value::from(id));
    let category = state.categories.at(u64::from(row.category));
    put("categoryId", Value::from(category.map_or("", |(id, _)| id)));
    put("name", Value::from(&*row.name));
    if let Some(text) = &row.description {
        put("description", Value::from(&**text));
    }
    if let Some(at) = row.organization {
        let rid = state.organizations.at(u64::from(at));
        put("organization", Value::from(rid.map_or("", |(rid, _)| rid)));
    }
    if let Some(priority) = row.priority {
        // fact: longs-are-strings
        put("priority", Value::from(priority.to_string()));
        let prominence = if priority < 10 { "COMMON" } else { "UNCOMMON" };
        put("prominence", Value::from(prominence));
    }
    put("deleted", Value::from(row.deleted));
    put("createdTime", Value::from(millis(row.created)));
    if let Some(creator) = row.creator {
        put("createdBy", Value::from(state.id_of(creator)));
    }
    Value::Object(shown)
}

pub(super) fn get(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let (_, row) = visible(state, &acting, request)?;
    Ok(Answer::ok(show(state, request.path("markingId"), row)))
}

pub(super) fn get_batch(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    Ok(batch(request, "markingId", |id, _| {
        let row = state.markings.get(id)?;
        let seen = state.sees_marking(&acting, row);
        seen.then(|| show(state, id, row))
    }))
}

// fact: deleted-markings-listed-by-default
pub(super) fn list(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let page = Page::read(request, LARGEST_PAGE)?;
    let wanted = marking_categories::filter(request);
    let start = page.after_number().map_or(0, |at| at + 1);
    let rows = state.markings.from(start);
    let rows = rows.filter(|(_, _, row)| wanted(row.deleted, row.priority.is_some()));
    let rows = rows.filter(|(_, _, row)| state.sees_marking(&acting, row));
    let rows = rows.map(|(at, id, row)| (at, (id, row)));
    Ok(page.answer(rows, |(id, row)| show(state, id, row)))
}

fn check_name(state: &State, name: &str, category: u32, own: Option<u32>) -> Result<(), Answer> {
    if name.trim().is_empty() {
        return Err(errors::invalid("MarkingNameIsEmpty", json!({})));
    }
    let Some((id, row)) = state.categories.at(u64::from(category)) else {
        return Ok(());
    };
    let mut others = row.markings.iter().filter(|at| Some(**at) != own);
    let taken = others.any(|at| {
        let marking = state.markings.at(u64::from(*at));
        marking.is_some_and(|(_, marking)| *marking.name == *name)
    });
    match taken {
        // fact: name-clash-is-400-in-admin
        true => Err(errors::invalid(
            "MarkingNameInCategoryAlreadyExists",
            json!({"displayName": name, "categoryId": id}),
        )),
        false => Ok(()),
    }
}

/// The pairs of role and principal in a list of the body.
pub(super) fn read_roles(
    state: &State,
    request: &Request,
    list: &str,
) -> Result<Vec<(Principal, MarkingRole)>, Answer> {
    let updates = request.json().get(list).and_then(Value::as_array);
    let mut found = Vec::new();
    for update in updates.into_iter().flatten() {
        let text = |key: &str| update.get(key).and_then(Value::as_str).unwrap_or_default();
        let holder = state.principal(text("principalId"))?;
        let role = MarkingRole::ALL
            .iter()
            .find(|(_, name)| *name == text("role"));
        found.extend(role.map(|(role, _)| (holder, *role)));
    }
    Ok(found)
}

pub(super) fn create(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let id = request.text("/categoryId").unwrap_or_default();
    let missing = || errors::not_found("MarkingCategoryNotFound", json!({"markingCategoryId": id}));
    let category = state.categories.position(id).ok_or_else(missing)?;
    let (_, row) = state.categories.at(category).ok_or_else(missing)?;
    if !state.sees_category(&acting, row) {
        let parameters = json!({"markingCategoryId": id});
        return Err(errors::denied(
            "GetMarkingCategoryPermissionDenied",
            parameters,
        ));
    }
    let administers = row
        .roles
        .range((CategoryRole::Administer, Principal::user(0))..)
        .any(|(role, holder)| *role == CategoryRole::Administer && acting.contains(holder));
    // Markings of organizations are made with their organizations.
    if !administers || id == marking_categories::ORGANIZATION_CATEGORY {
        return Err(errors::denied("CreateMarkingPermissionDenied", json!({})));
    }
    let priority = row.priority.map(|_| 1 + row.markings.len() as i64);
    let category = narrow(category);
    let name = request.text("/name").unwrap_or_default();
    check_name(state, name, category, None)?;
    let roles = read_roles(state, request, "initialRoleAssignments")?;
    let administrator = |(_, role): &(Principal, MarkingRole)| *role == MarkingRole::Administer;
    if !roles.iter().any(administrator) {
        return Err(errors::invalid(
            "CreateMarkingMissingInitialAdminRole",
            json!({}),
        ));
    }
    let members = state.principals(request, "initialMembers")?;
    let creator = state.caller(request)?;
    let position = state.add_marking(Marking {
        category,
        name: name.into(),
        description: request.text("/description").map(Into::into),
        organization: None,
        priority,
        deleted: false,
        created: request.now,
        creator: Some(Principal::user(creator)),
        members: members.into_iter().collect(),
        roles: roles.into_iter().collect(),
        implies: Vec::new(),
        requires: Vec::new(),
    });
    let found = state.markings.at(u64::from(position));
    Ok(Answer::ok(
        found.map_or(Value::Null, |(id, row)| show(state, id, row)),
    ))
}

pub(super) fn replace(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let (position, row) = visible(state, &acting, request)?;
    let id = request.path("markingId");
    if !state.has_marking_role(&acting, row, MarkingRole::Administer) || row.deleted {
        return Err(errors::denied(
            "ReplaceMarkingPermissionDenied",
            json!({"markingId": id}),
        ));
    }
    let name = request.text("/name").unwrap_or_default();
    check_name(state, name, row.category, Some(position))?;
    if let Some(row) = state.markings.get_mut(id) {
        row.name = name.into();
        row.description = request.text("/description").map(Into::into);
    }
    let row = state.markings.get(id);
    Ok(Answer::ok(
        row.map_or(Value::Null, |row| show(state, id, row)),
    ))
}

/// Whether the caller may administer every marking there is.
pub(super) fn manages_all(state: &State, acting: &BTreeSet<Principal>) -> bool {
    state.may_on_enrollment(acting, on_enrollment::MANAGE_MARKINGS)
}
