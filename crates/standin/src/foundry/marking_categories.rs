//! Categories of markings.

use super::errors;
use super::markings::{LARGEST_PAGE, manages_all};
use super::organizations;
use super::paging::Page;
use super::principal::{Principal, narrow};
use super::state::{Category, CategoryRole, State};
use crate::service::Context;
use crate::{Answer, Outcome, Request, millis};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// The id of the built-in category that holds the markings of organizations.
pub(super) const ORGANIZATION_CATEGORY: &str = "Organization";

impl State {
    /// Whether principals can see a category: it is public, they hold a role on it or they manage all markings.
    pub(super) fn sees_category(&self, acting: &BTreeSet<Principal>, row: &Category) -> bool {
        row.public
            || row.roles.iter().any(|(_, holder)| acting.contains(holder))
            || manages_all(self, acting)
    }
}

/// What `includeDeleted` and `markingType` leave: called with whether something is deleted, and a classification.
pub(super) fn filter(request: &Request) -> impl Fn(bool, bool) -> bool {
    let with_deleted = request.flag("includeDeleted") != Some(false);
    let cbac = request.query("markingType").map(|kind| kind == "CBAC");
    move |deleted, is_cbac| (with_deleted || !deleted) && cbac.is_none_or(|cbac| cbac == is_cbac)
}

fn show(state: &State, id: &str, row: &Category) -> Value {
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| {
        shown.insert(name.to_owned(), value);
    };
    put("id", Value::from(id));
    put("name", Value::from(&*row.name));
    put("description", Value::from(&*row.description));
    let kind = if row.conjunctive {
        "CONJUNCTIVE"
    } else {
        "DISJUNCTIVE"
    };
    put("categoryType", Value::from(kind));
    let kind = if row.priority.is_some() {
        "CBAC"
    } else {
        "MANDATORY"
    };
    put("markingType", Value::from(kind));
    if let Some(priority) = row.priority {
        put("priority", Value::from(priority.to_string()));
    }
    let markings = row.markings.iter();
    let markings = markings.filter_map(|at| Some(state.markings.at(u64::from(*at))?.0));
    put("markings", markings.collect());
    put("deleted", Value::from(row.deleted));
    put("createdTime", Value::from(millis(row.created)));
    if let Some(creator) = row.creator {
        put("createdBy", Value::from(state.id_of(creator)));
    }
    Value::Object(shown)
}

fn visible<'a>(
    state: &'a State,
    acting: &BTreeSet<Principal>,
    request: &Request,
) -> Result<&'a Category, Answer> {
    let id = request.path("markingCategoryId");
    let parameters = json!({"markingCategoryId": id});
    match state.categories.get(id) {
        None => Err(errors::not_found("MarkingCategoryNotFound", parameters)),
        Some(row) if !state.sees_category(acting, row) => Err(errors::denied(
            "GetMarkingCategoryPermissionDenied",
            parameters,
        )),
        Some(row) => Ok(row),
    }
}

pub(super) fn get(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let row = visible(state, &acting, request)?;
    Ok(Answer::ok(show(
        state,
        request.path("markingCategoryId"),
        row,
    )))
}

pub(super) fn list(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let page = Page::read(request, LARGEST_PAGE)?;
    let wanted = filter(request);
    let start = page.after_number().map_or(0, |at| at + 1);
    let rows = state.categories.from(start);
    let rows = rows.filter(|(_, _, row)| wanted(row.deleted, row.priority.is_some()));
    let rows = rows.filter(|(_, _, row)| state.sees_category(&acting, row));
    let rows = rows.map(|(at, id, row)| (at, (id, row)));
    Ok(page.answer(rows, |(id, row)| show(state, id, row)))
}

pub(super) fn create(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    if !manages_all(state, &acting) {
        return Err(errors::denied(
            "CreateMarkingCategoryPermissionDenied",
            json!({}),
        ));
    }
    let permissions = request.json().get("initialPermissions");
    let of = |key: &str| permissions.and_then(|all| all.get(key));
    // An unknown organization has no name of its own here.
    let organizations = organizations::positions(state, of("organizationRids"))
        .map_err(|_| errors::invalid("CreateMarkingCategoryMissingOrganization", json!({})))?;
    let mut roles = BTreeSet::new();
    for grant in of("roles").and_then(Value::as_array).into_iter().flatten() {
        let text = |key: &str| grant.get(key).and_then(Value::as_str).unwrap_or_default();
        let holder = state.principal(text("principalId"))?;
        let role = match text("role") {
            "ADMINISTER" => CategoryRole::Administer,
            _ => CategoryRole::View,
        };
        roles.insert((role, holder));
    }
    if !roles
        .iter()
        .any(|(role, _)| *role == CategoryRole::Administer)
    {
        let name = "CreateMarkingCategoryMissingInitialAdminRole";
        return Err(errors::invalid(name, json!({})));
    }
    let row = Category {
        name: request.text("/name").unwrap_or_default().into(),
        description: request.text("/description").unwrap_or_default().into(),
        conjunctive: true,
        priority: None,
        deleted: false,
        created: request.now,
        creator: Some(Principal::user(state.caller(request)?)),
        organizations,
        roles,
        public: of("isPublic") == Some(&Value::Bool(true)),
        markings: Vec::new(),
    };
    let id = state.ids.uuid();
    let shown = show(state, &id, &row);
    state.categories.insert(id, row);
    Ok(Answer::ok(shown))
}

pub(super) fn replace(state: &mut State, request: &Request, context: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let row = visible(state, &acting, request)?;
    let id = request.path("markingCategoryId");
    let mut roles = row.roles.iter();
    let administers =
        roles.any(|(role, holder)| *role == CategoryRole::Administer && acting.contains(holder));
    if !administers || row.deleted || id == ORGANIZATION_CATEGORY {
        let parameters = json!({"markingCategoryId": id});
        return Err(errors::denied(
            "ReplaceMarkingCategoryPermissionDenied",
            parameters,
        ));
    }
    if let Some(row) = state.categories.get_mut(id) {
        row.name = request.text("/name").unwrap_or_default().into();
        row.description = request.text("/description").unwrap_or_default().into();
    }
    get(state, request, context)
}

/// The position of the category of this name.
pub(super) fn named(state: &State, name: &str) -> Option<u32> {
    let mut all = state.categories.from(0);
    let found = all.find(|(_, _, row)| *row.name == *name);
    found.map(|(at, ..)| narrow(at))
}
