//! What an authentication provider knows a user or a group as.

use super::permissions::on_organization;
use super::principal::Principal;
use super::state::State;
use super::{errors, groups, users};
use crate::service::Context;
use crate::{Answer, Outcome, Request};
use serde_json::{Value, json};

/// What the provider id is until it is set.
fn derived(principal: Principal) -> String {
    format!("idp-{}", principal.key())
}

/// Who has a provider id in a realm, apart from `own`.
fn is_taken(state: &State, provider: u32, id: &str, own: Principal) -> bool {
    let of_realm = |principal: Principal| provider_of(state, principal) == Some(provider);
    let mut set = state.provider_ids.iter();
    if set.any(|(holder, set)| **set == *id && *holder != own && of_realm(*holder)) {
        return true;
    }
    let key = id.strip_prefix("idp-").and_then(|key| key.parse().ok());
    let holder = key.map(Principal::from_key);
    holder.is_some_and(|holder| {
        holder != own && !state.provider_ids.contains_key(&holder) && of_realm(holder)
    })
}

fn provider_of(state: &State, principal: Principal) -> Option<u32> {
    match (principal.as_user(), principal.as_group()) {
        (Some(user), _) => state.user_at(user)?.1.provider,
        (_, Some(group)) => state.groups.at(u64::from(group))?.1.provider,
        _ => None,
    }
}

fn show(state: &State, principal: Principal) -> Value {
    let set = state.provider_ids.get(&principal);
    let id = set.map_or_else(|| derived(principal), |id| id.to_string());
    json!({"providerId": id})
}

fn get(state: &State, principal: Principal, missing: Answer) -> Outcome {
    match provider_of(state, principal) {
        Some(_) => Ok(Answer::ok(show(state, principal))),
        None => Err(missing),
    }
}

fn replace(state: &mut State, request: &Request, principal: Principal) -> Outcome {
    let Some(provider) = provider_of(state, principal) else {
        let parameters = json!({
            "principalId": state.id_of(principal),
            "realm": users::INTERNAL_REALM,
        });
        let name = "CannotReplaceProviderInfoForPrincipalInProtectedRealm";
        return Err(errors::invalid(name, parameters));
    };
    let id = request.text("/providerId").unwrap_or_default();
    if is_taken(state, provider, id, principal) {
        // No name is published for a provider id that another principal of the realm has.
        return Err(errors::invalid("Default:InvalidArgument", json!({})));
    }
    state.provider_ids.insert(principal, id.into());
    Ok(Answer::ok(show(state, principal)))
}

fn user(state: &State, request: &Request) -> Result<Principal, Answer> {
    let user = users::live(state, request)?;
    let acting = state.acting(request)?;
    let organization = state.user_at(user).and_then(|(_, row)| row.organization);
    let view = on_organization::VIEW_PERMISSIONS;
    let may = organization.is_some_and(|at| state.may_on_position(&acting, at, view))
        || users::may_manage(state, request, user)?
        || state.caller(request)? == user;
    let parameters = || json!({"userId": request.path("userId")});
    match may {
        true => Ok(Principal::user(user)),
        false => Err(errors::denied(
            "GetUserProviderInfoPermissionDenied",
            parameters(),
        )),
    }
}

pub(super) fn get_user(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let principal = user(state, request)?;
    let parameters = json!({"userId": request.path("userId")});
    get(
        state,
        principal,
        errors::not_found("UserProviderInfoNotFound", parameters),
    )
}

pub(super) fn replace_user(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let principal = user(state, request)?;
    let position = principal.as_user().unwrap_or_default();
    if !users::may_manage(state, request, position)? {
        let parameters = json!({"userId": request.path("userId")});
        return Err(errors::denied(
            "ReplaceUserProviderInfoPermissionDenied",
            parameters,
        ));
    }
    replace(state, request, principal)
}

fn group(state: &State, request: &Request) -> Result<Principal, Answer> {
    let (group, _) = groups::visible(state, request)?;
    let parameters = || json!({"groupId": request.path("groupId")});
    match groups::may(state, request, group, on_organization::VIEW)? {
        true => Ok(Principal::group(group)),
        false => Err(errors::denied(
            "GetGroupProviderInfoPermissionDenied",
            parameters(),
        )),
    }
}

pub(super) fn get_group(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let principal = group(state, request)?;
    let parameters = json!({"groupId": request.path("groupId")});
    get(
        state,
        principal,
        errors::not_found("GroupProviderInfoNotFound", parameters),
    )
}

pub(super) fn replace_group(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let principal = group(state, request)?;
    let position = principal.as_group().unwrap_or_default();
    if !groups::may(state, request, position, on_organization::MANAGE_GROUPS)? {
        let parameters = json!({"groupId": request.path("groupId")});
        return Err(errors::denied(
            "ReplaceGroupProviderInfoPermissionDenied",
            parameters,
        ));
    }
    replace(state, request, principal)
}
