//! Single resources that are shared with users and teams, outside roles.

use super::access::Standing;
use super::checks::{Resource, is_short};
use super::grants::Holder;
use super::{State, errors, find};
use crate::service::Context;
use crate::{Answer, Outcome, Request};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Resources, and what each is shared for with whom.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Shares(BTreeMap<String, Vec<Share>>);

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Share {
    holder: Holder,
    actions: BTreeSet<String>,
}

impl Shares {
    /// Sets what a holder may do to a resource; nothing ends the share.
    pub(super) fn set(&mut self, resource: &str, holder: Holder, actions: BTreeSet<String>) {
        let shares = self.0.entry(resource.to_owned()).or_default();
        shares.retain(|share| share.holder != holder);
        if !actions.is_empty() {
            shares.push(Share { holder, actions });
        }
        if shares.is_empty() {
            self.0.remove(resource);
        }
    }
}

impl State {
    /// The resources that are shared with a user, or a team of the user, for an action.
    pub(super) fn shared<'a>(&'a self, user: u32, action: &str) -> impl Iterator<Item = &'a str> {
        let teams = self.members.of_right(user).map(Holder::Team);
        let holders: BTreeSet<Holder> = teams.chain([Holder::User(user)]).collect();
        let resources = self.shares.0.iter().filter(move |(_, shares)| {
            let mut shares = shares.iter();
            shares.any(|share| holders.contains(&share.holder) && share.actions.contains(action))
        });
        resources.map(|(resource, _)| &**resource)
    }
}

/// fact: resource-membership-shape
pub(super) fn update(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let (user, team) = (request.text("/user_id"), request.text("/team_id"));
    let resource = request.text("/resource").unwrap_or_default();
    let holder = match (user, team) {
        (Some(id), None) => Holder::User(find(&state.users, id, "user")?.0),
        (None, Some(id)) => Holder::Team(find(&state.teams, id, "team")?.0),
        _ => {
            let rule = "exactly one of user_id and team_id has to be given";
            return Err(errors::value_error(rule));
        }
    };
    let sharing = request.text("/sharing_user_id").unwrap_or_default();
    let (sharing, _) = find(&state.users, sharing, "user")?;
    if Resource::read(resource).id.is_none() {
        return Err(errors::value_error("the resource has no id"));
    }
    if state.caller(request)? != sharing {
        manages_something(state, request)?;
    }
    let actions = request.json().get("actions").and_then(Value::as_array);
    let actions = actions.into_iter().flatten().filter_map(Value::as_str);
    let actions = actions.map(str::to_owned).collect();
    state.shares.set(resource, holder, actions);
    Ok(Answer::ok(Value::Null))
}

/// fact: delete-resource-memberships-shape
pub(super) fn delete(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    is_short(request)?;
    manages_something(state, request)?;
    for resource in request.queries("resources") {
        state.shares.0.remove(resource);
    }
    Ok(Answer::ok(Value::Null))
}

/// Resources do not say whose they are, so that any organization of the caller's will do.
fn manages_something(state: &State, request: &Request) -> Result<(), Answer> {
    let caller = state.caller(request)?;
    let manages =
        |organization: u64| state.standing(caller, organization as u32) == Standing::Manager;
    if state
        .organizations
        .from(0)
        .any(|(organization, _, _)| manages(organization))
    {
        return Ok(());
    }
    Err(errors::illegal("the caller's roles do not allow this"))
}
