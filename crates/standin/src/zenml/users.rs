//! People and service accounts.

use super::access::Standing;
use super::{State, errors, find, page};
use crate::service::Context;
use crate::{Answer, Outcome, Request};

/// fact: list-users-parameters
pub(super) fn list(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let caller = state.caller(request)?;
    let reads = |organization: u64| state.standing(caller, organization as u32) >= Standing::Reader;
    if !state
        .organizations
        .from(0)
        .any(|(organization, _, _)| reads(organization))
    {
        return Err(errors::illegal("the caller's roles do not allow this"));
    }
    // Each of these names one user at most, who is found without a walk through all.
    let by_id = request.query("user_id").map(|id| id.to_ascii_lowercase());
    let by_oauth = request
        .query("oauth_id")
        .map(|id| id.strip_prefix("auth0|").unwrap_or_default().to_owned());
    let one = by_id
        .as_deref()
        .or(by_oauth.as_deref())
        .map(|id| state.users.position(id));
    let by_email = request
        .query("email")
        .map(|email| state.by_email(email).map(u64::from));
    let one = one.or(by_email);
    let is_active = request.flag("is_active");
    let provider = request.query("oauth_provider");
    let fits = |position: u64| {
        let Some((id, user)) = state.users.at(position) else {
            return false;
        };
        is_active.is_none_or(|active| user.is_active == active)
            && provider.is_none_or(|provider| provider == "auth0" && user.service.is_none())
            && by_id.as_deref().is_none_or(|wanted| wanted == id)
            && by_oauth
                .as_deref()
                .is_none_or(|wanted| wanted == id && user.service.is_none())
            && by_email.is_none_or(|email| email == Some(position))
    };
    let render = |position: u64| state.user_json(position as u32);
    let users = match one {
        Some(one) => page(
            request,
            one.into_iter().filter(|one| fits(*one)).map(render),
        ),
        None => {
            let all = 0..state.users.len() as u64;
            page(request, all.filter(|position| fits(*position)).map(render))
        }
    };
    Ok(Answer::ok(users))
}

/// fact: current-user-shape
pub(super) fn current(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    Ok(Answer::ok(state.user_json(state.caller(request)?)))
}

/// Everybody may change themselves; who manages an organization may change its members.
///
/// fact: update-user-fields
pub(super) fn update(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let caller = state.caller(request)?;
    let (user, row) = find(&state.users, request.path("user_id"), "user")?;
    let manages = |organization: u64| {
        let organization = organization as u32;
        let service = row.service.as_deref();
        let belongs = service.is_some_and(|service| service.organization == organization)
            || state.is_member(user, organization);
        belongs && state.standing(caller, organization) == Standing::Manager
    };
    let mut organizations = state.organizations.from(0);
    let allowed = caller == user
        || state.is_superuser(caller)
        || organizations.any(|(organization, _, _)| manages(organization));
    if !allowed {
        return Err(errors::illegal("the caller's roles do not allow this"));
    }
    let username = request.text("/username");
    if username.is_some_and(|username| username.trim().is_empty()) {
        return Err(errors::value_error("the username is blank"));
    }
    if username.is_some_and(|username| state.is_username_taken(username, user)) {
        return Err(errors::exists("the username is taken"));
    }
    let is_active = request
        .json()
        .get("is_active")
        .and_then(|active| active.as_bool());
    if let Some(row) = state.users.at_mut(user.into()) {
        row.is_active = is_active.unwrap_or(row.is_active);
        if let Some(username) = username
            && let Some(former) = row.username.replace(username.into())
        {
            state.usernames.remove(&*former);
        }
    }
    if let Some(username) = username {
        state.usernames.insert(username.to_owned(), user);
    }
    Ok(Answer::ok(state.user_json(user)))
}

impl State {
    /// Whether a username is that of somebody else. Names from the population end in their position.
    pub(super) fn is_username_taken(&self, username: &str, by_other_than: u32) -> bool {
        let digits = username.trim_start_matches(|c: char| !c.is_ascii_digit());
        let by_position = digits.parse::<u32>().ok();
        let by_position =
            by_position.filter(|user| self.username(*user).as_deref() == Some(username));
        let by_name = self.usernames.get(username).copied();
        let mut owners = [by_position, by_name].into_iter().flatten();
        owners.any(|owner| owner != by_other_than)
    }
}

/// The caller, when the workspace of the server is open to them.
///
/// fact: authorize-server-shape
pub(super) fn authorize_server(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let caller = state.caller(request)?;
    let id = request.query("server_id").unwrap_or_default();
    let (workspace, row) = find(&state.workspaces, id, "workspace")?;
    if !state.sees_workspace(caller, row.organization, workspace) {
        return Err(errors::illegal("the caller has no role in the workspace"));
    }
    Ok(Answer::ok(state.user_json(caller)))
}
