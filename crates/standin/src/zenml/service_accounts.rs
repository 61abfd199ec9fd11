//! Accounts for machines, and their keys.

use super::access::Standing;
use super::rows::{ServiceAccount, User};
use super::{State, errors, find};
use crate::auth::{AccessToken, TokenKind};
use crate::service::Context;
use crate::{Answer, Outcome, Request, millis};
use chrono::TimeDelta;
use serde_json::json;

/// What every key starts with (fact: key-prefix).
pub(super) const PREFIX: &str = "ZENPROKEY_";

/// fact: create-service-account-shape
pub(super) fn create(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let id = request.path("organization_id");
    let (organization, _) = find(&state.organizations, id, "organization")?;
    state.require(request, organization, Standing::Manager)?;
    let username = request.text("/username").unwrap_or_default();
    if username.trim().is_empty() {
        return Err(errors::value_error("the username is blank"));
    }
    if state.is_username_taken(username, u32::MAX) {
        return Err(errors::exists("the username is taken"));
    }
    let id = state.ids.uuid();
    let user = User {
        username: Some(username.into()),
        is_active: true,
        is_superuser: false,
        service: Some(Box::new(ServiceAccount {
            organization,
            description: request.text("/description").map(str::to_owned),
            keys: Vec::new(),
        })),
    };
    let position = state.users.len() as u32;
    state.usernames.insert(username.to_owned(), position);
    state.users.insert(id, user);
    Ok(Answer::ok(state.user_json(position)))
}

/// fact: create-api-key-shape
/// fact: api-key-shown-once
pub(super) fn create_key(state: &mut State, request: &Request, context: &Context<'_>) -> Outcome {
    let id = request.path("organization_id");
    let (organization, _) = find(&state.organizations, id, "organization")?;
    state.require(request, organization, Standing::Manager)?;
    let wanted = request.path("service_account");
    let mut users = state.users.from(u64::from(state.people));
    let found = users.find_map(|(position, id, user)| {
        let service = user.service.as_deref()?;
        let is_it = id == wanted || user.username.as_deref() == Some(wanted);
        (is_it && service.organization == organization).then(|| (position, id.to_owned()))
    });
    drop(users);
    let (position, principal) = found.ok_or_else(|| errors::missing("service account", wanted))?;
    let minutes = request
        .json()
        .get("expires_in_minutes")
        .and_then(|value| value.as_i64());
    let expires_at = match minutes {
        None => None,
        Some(minutes) => {
            let life = TimeDelta::try_minutes(minutes).filter(|life| *life > TimeDelta::zero());
            let end = life.and_then(|life| request.now.checked_add_signed(life));
            Some(end.ok_or_else(|| errors::value_error("expires_in_minutes is out of range"))?)
        }
    };
    let name = request.text("/name").unwrap_or_default();
    let service = state
        .users
        .at_mut(position)
        .and_then(|user| user.service.as_deref_mut());
    let service = service.ok_or_else(|| errors::missing("service account", wanted))?;
    if service.keys.iter().any(|known| known == name) {
        return Err(errors::exists("the account has a key of this name"));
    }
    service.keys.push(name.to_owned());
    let key = context.auth.known().new_secret("api-key", PREFIX);
    let stands_for = AccessToken {
        scheme: "Bearer".to_owned(),
        principal: principal.clone(),
        kind: TokenKind::ApiKey,
        client: None,
        scopes: None,
        expires_at,
    };
    context.auth.add(&key, stands_for);
    Ok(Answer::ok(json!({
        "key": key,
        "name": name,
        "service_account_id": principal,
        "created": millis(request.now),
        "expires": expires_at.map(millis),
    })))
}
