//! Users: people and service users.

use super::errors;
use super::paging::{Page, UNPUBLISHED, starting};
use super::permissions::on_organization;
use super::principal::{Principal, narrow};
use super::roles::batch;
use super::state::{Attributes, Profile, State, User};
use crate::service::Context;
use crate::{Answer, Outcome, Request};
use http::StatusCode;
use serde_json::{Map, Value, json};

/// The realm of groups and users that were made in Foundry itself.
pub(super) const INTERNAL_REALM: &str = "palantir-internal-realm";

/// What populated people's usernames end in.
pub(super) const DOMAIN: &str = "@example.com";

impl State {
    /// The username.
    pub(super) fn username(&self, user: &User) -> String {
        match &user.profile {
            Profile::Own(own) => own.username.to_string(),
            Profile::Person(index) => {
                let person = self.origin.population().person(*index);
                format!("{}{DOMAIN}", person.login)
            }
        }
    }

    /// The realm of a provider; the internal one without.
    pub(super) fn realm(&self, provider: Option<u32>) -> &str {
        let found = provider.and_then(|at| self.providers.at(u64::from(at)));
        found.map_or(INTERNAL_REALM, |(_, row)| &row.realm)
    }
}

/// The user as JSON.
pub(super) fn show(state: &State, position: u32, id: &str, user: &User) -> Value {
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| {
        shown.insert(name.to_owned(), value);
    };
    put("id", Value::from(id));
    put("username", Value::from(state.username(user)));
    match &user.profile {
        Profile::Own(own) => {
            for (name, value) in [
                ("givenName", &own.given),
                ("familyName", &own.family),
                ("email", &own.email),
            ] {
                if let Some(value) = value {
                    put(name, Value::from(&**value));
                }
            }
            put("attributes", json!(own.attributes));
        }
        Profile::Person(index) => {
            let person = state.origin.population().person(*index);
            put("givenName", Value::from(person.given));
            put("familyName", Value::from(person.family));
            let email = format!("{}{DOMAIN}", person.login);
            let attributes = json!({
                "department": [person.department],
                "multipass:email:primary": [email],
            });
            put("email", Value::from(email));
            put("attributes", attributes);
        }
    }
    put("realm", Value::from(state.realm(user.provider)));
    let organization = user.organization;
    if let Some((rid, _)) = organization.and_then(|at| state.organizations.at(u64::from(at))) {
        put("organization", Value::from(rid));
    }
    let status = match state.deleted_users.contains(&position) {
        true => "DELETED",
        false => "ACTIVE",
    };
    put("status", Value::from(status));
    Value::Object(shown)
}

fn show_at(state: &State, position: u32) -> Value {
    let found = state.user_at(position);
    found.map_or(Value::Null, |(id, row)| show(state, position, id, row))
}

/// Attributes of a body.
pub(super) fn attributes(value: Option<&Value>) -> Attributes {
    let all = value.and_then(Value::as_object).into_iter().flatten();
    all.map(|(name, values)| {
        let values = values.as_array().into_iter().flatten();
        let values = values.filter_map(Value::as_str).map(Into::into);
        (name.as_str().into(), values.collect())
    })
    .collect()
}

/// Adds a user to the table and to what users are searched by.
pub(super) fn add(state: &mut State, id: String, user: User) -> u32 {
    let username = state.username(&user).to_lowercase();
    let (given, family) = match &user.profile {
        Profile::Own(own) => (own.given.clone(), own.family.clone()),
        Profile::Person(index) => {
            let person = state.origin.population().person(*index);
            (Some(person.given.into()), Some(person.family.into()))
        }
    };
    state.users.insert(id.clone(), user);
    let position = state.users.position(&id).map_or(0, narrow);
    state.usernames.insert(username.into(), position);
    let words = [given, family].into_iter().flatten();
    let mut words: Vec<String> = words.map(|word| word.to_lowercase()).collect();
    words.dedup();
    for word in words {
        match state.user_words.get_mut(&*word) {
            Some(users) => users.push(position),
            None => {
                state.user_words.insert(word.into(), vec![position]);
            }
        }
    }
    position
}

/// The id of the live user of this name.
pub(super) fn named(state: &State, username: &str) -> Option<String> {
    let position = state.usernames.get(&*username.to_lowercase())?;
    let live = !state.deleted_users.contains(position);
    let (id, _) = state.user_at(*position).filter(|_| live)?;
    Some(id.to_owned())
}

/// The live user of the path.
pub(super) fn live(state: &State, request: &Request) -> Result<u32, Answer> {
    let position = known(state, request)?;
    match state.deleted_users.contains(&position) {
        true => Err(deleted(request.path("userId"))),
        false => Ok(position),
    }
}

fn known(state: &State, request: &Request) -> Result<u32, Answer> {
    let id = request.path("userId");
    let missing = || errors::not_found("UserNotFound", json!({"userId": id}));
    state.users.position(id).map(narrow).ok_or_else(missing)
}

fn deleted(id: &str) -> Answer {
    errors::invalid("UserDeleted", json!({"principalId": id}))
}

// fact: get-user-deleted-is-400
pub(super) fn get(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let position = known(state, request)?;
    let id = request.path("userId");
    let is_deleted = state.deleted_users.contains(&position);
    match (request.query("status"), is_deleted) {
        (Some("DELETED"), false) => {
            Err(errors::invalid("UserIsActive", json!({"principalId": id})))
        }
        (None | Some("ACTIVE"), true) => Err(deleted(id)),
        _ => Ok(Answer::ok(show_at(state, position))),
    }
}

/// Users whose status is another than the one asked for are left out, as unknown ones are.
pub(super) fn get_batch(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    Ok(batch(request, "userId", |id, element| {
        let position = state.users.position(id).map(narrow)?;
        let wanted = element.get("status").and_then(Value::as_str) == Some("DELETED");
        let fits = wanted == state.deleted_users.contains(&position);
        fits.then(|| show_at(state, position))
    }))
}

pub(super) fn get_current(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    Ok(Answer::ok(show_at(state, state.caller(request)?)))
}

pub(super) fn list(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let page = Page::read(request, UNPUBLISHED)?;
    let start = page.after_number().map_or(0, |at| at + 1);
    if request.query("include") == Some("DELETED") {
        let rows = state.deleted_users.range(narrow(start)..);
        return Ok(page.answer(rows.map(|at| (at, *at)), |at| show_at(state, at)));
    }
    let rows = state.users.from(start);
    let rows = rows.map(|(at, id, row)| (at, (narrow(at), id, row)));
    let rows = rows.filter(|(_, (at, ..))| !state.deleted_users.contains(at));
    Ok(page.answer(rows, |(at, id, row)| show(state, at, id, row)))
}

/// Users whose given or family name begins with the text, by name; then those of whom only the username does.
// fact: search-pages-in-the-body
pub(super) fn search(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let prefix = request.text("/where/value").unwrap_or_default();
    let prefix = prefix.to_lowercase();
    let page = Page::read(request, UNPUBLISHED)?;
    let after = page.after.clone().unwrap_or_default();
    let (phase, rest) = after.split_once(' ').unwrap_or(("word", ""));
    let (word, position) = rest.rsplit_once(' ').unwrap_or((rest, ""));
    let last: Option<u32> = position.parse().ok();
    let first_name = |at: u32| {
        let (_, row) = state.user_at(at)?;
        let names = names(state, row);
        let mut names = names.into_iter().flatten();
        names.find(|name| name.starts_with(&prefix))
    };
    let live = |at: &u32| !state.deleted_users.contains(at);
    let from = if phase == "word" { word } else { "" }.max(&*prefix);
    let words = starting(&state.user_words, from);
    let words = words.take_while(|(word, _)| phase == "word" && word.starts_with(&*prefix));
    let by_name = words.flat_map(|(found, users)| {
        let start = match last.filter(|_| found == word) {
            Some(last) => users.partition_point(|at| *at <= last),
            None => 0,
        };
        let users = users[start..].iter().copied();
        // Whoever has two names that fit is listed by the one that is asked first.
        let users = users.filter(move |at| first_name(*at).as_deref() == Some(found));
        users.map(move |at| (format!("word {found} {at}"), at))
    });
    let from = if phase == "name" { rest } else { "" }.max(&*prefix);
    let names = starting(&state.usernames, from);
    let names = names.take_while(|(name, _)| name.starts_with(&*prefix));
    let names = names.filter(|(name, _)| phase != "name" || *name != rest);
    let names = names.filter(|(_, at)| first_name(**at).is_none());
    let by_username = names.map(|(name, at)| (format!("name {name}"), *at));
    let all = by_name.chain(by_username).filter(|(_, at)| live(at));
    Ok(page.answer(all, |at| show_at(state, at)))
}

/// Given and family name in lower case, the smaller first.
fn names(state: &State, user: &User) -> [Option<String>; 2] {
    let mut names = match &user.profile {
        Profile::Own(own) => {
            [&own.given, &own.family].map(|name| Some(name.as_ref()?.to_lowercase()))
        }
        Profile::Person(index) => {
            let person = state.origin.population().person(*index);
            [person.given, person.family].map(|name| Some(name.to_lowercase()))
        }
    };
    names.sort();
    names
}

/// Whether the caller may manage a user: an administrator of the user's organization.
pub(super) fn may_manage(state: &State, request: &Request, user: u32) -> Result<bool, Answer> {
    let acting = state.acting(request)?;
    let organization = state.user_at(user).and_then(|(_, row)| row.organization);
    Ok(match organization {
        Some(at) => state.may_on_position(&acting, at, on_organization::MANAGE_USERS),
        // Service users belong to no organization: whoever manages the enrollment manages them.
        None => state.may_on_enrollment(
            &acting,
            super::permissions::on_enrollment::MANAGE_PERMISSIONS,
        ),
    })
}

pub(super) fn delete(state: &mut State, request: &Request, context: &Context<'_>) -> Outcome {
    let position = live(state, request)?;
    let id = request.path("userId");
    if !may_manage(state, request, position)? {
        return Err(errors::denied(
            "DeleteUserPermissionDenied",
            json!({"userId": id}),
        ));
    }
    state.forget(Principal::user(position));
    state.deleted_users.insert(position);
    context.auth.revoke_all(id);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

pub(super) fn revoke_all_tokens(
    state: &mut State,
    request: &Request,
    context: &Context<'_>,
) -> Outcome {
    let position = live(state, request)?;
    let id = request.path("userId");
    if state.caller(request)? != position && !may_manage(state, request, position)? {
        let parameters = json!({"userId": id});
        return Err(errors::denied(
            "RevokeAllTokensUserPermissionDenied",
            parameters,
        ));
    }
    context.auth.revoke_all(id);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// The markings that a user satisfies, those of the organizations included.
pub(super) fn get_markings(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let position = live(state, request)?;
    if state.caller(request)? != position && !may_manage(state, request, position)? {
        let parameters = json!({"userId": request.path("userId")});
        return Err(errors::denied(
            "GetMarkingsUserPermissionDenied",
            parameters,
        ));
    }
    let principals = state.principals_of(position, request.now);
    let markings = state.markings.iter();
    let markings = markings.filter(|(_, row)| !row.deleted && state.satisfies(&principals, row));
    let view: Vec<&str> = markings.map(|(id, _)| id).collect();
    Ok(Answer::ok(json!({ "view": view })))
}

// fact: profile-picture-may-be-204
pub(super) fn profile_picture(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let position = live(state, request)?;
    Ok(match state.pictures.get(&position) {
        Some(picture) => {
            Answer::bytes(StatusCode::OK, "application/octet-stream", picture.to_vec())
        }
        None => Answer::empty(StatusCode::NO_CONTENT),
    })
}
