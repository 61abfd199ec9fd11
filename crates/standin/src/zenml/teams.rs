//! Teams, and who is in them.

use super::access::Standing;
use super::rows::Team;
use super::{State, errors, find};
use crate::service::Context;
use crate::{Answer, Outcome, Request};
use serde_json::Value;

/// fact: organization-teams-shape
pub(super) fn list(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let id = request.path("organization_id");
    let (organization, _) = find(&state.organizations, id, "organization")?;
    state.require(request, organization, Standing::Reader)?;
    let teams = state
        .teams
        .from(0)
        .filter(|(_, _, team)| team.organization == organization);
    let teams = teams.map(|(position, _, _)| state.team_json(position as u32));
    Ok(Answer::ok(teams.collect::<Vec<_>>()))
}

/// fact: create-team-shape
pub(super) fn create(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let id = request.text("/organization_id").unwrap_or_default();
    let (organization, _) = find(&state.organizations, id, "organization")?;
    state.require(request, organization, Standing::Manager)?;
    let name = request.text("/name").unwrap_or_default();
    let is_taken = |team: &Team| team.organization == organization && team.name == name;
    if state.teams.rows().any(is_taken) {
        return Err(errors::exists("a team of the organization has this name"));
    }
    let id = state.ids.uuid();
    let team = Team {
        organization,
        name: name.to_owned(),
        description: request.text("/description").map(str::to_owned),
        made: request.now,
        changed: request.now,
        members: 0,
    };
    state.teams.insert(&*id, team);
    let position = state.teams.position(&id).unwrap_or_default();
    Ok(Answer::ok(state.team_json(position as u32)))
}

pub(super) fn get(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let (team, row) = find(&state.teams, request.path("team_id"), "team")?;
    state.require(request, row.organization, Standing::Reader)?;
    Ok(Answer::ok(state.team_json(team)))
}

/// Users only: invitations in the team are not listed.
///
/// fact: list-team-members-shape
pub(super) fn members(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let (team, row) = find(&state.teams, request.path("team_id"), "team")?;
    state.require(request, row.organization, Standing::Reader)?;
    let members = state
        .members
        .of_left(team)
        .map(|user| state.user_json(user));
    Ok(Answer::ok(members.collect::<Vec<_>>()))
}

/// Who can be in a team.
#[derive(Clone, Copy)]
enum Member {
    User(u32),
    Invitation(u32),
}

/// fact: add-team-member-query
pub(super) fn add_member(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let (team, organization, member) = named(state, request)?;
    let is_new = match member {
        Member::Invitation(invitation) => {
            let found = state.invitations.at(invitation.into());
            if found.is_none_or(|(_, sent)| sent.organization != organization || !sent.is_pending) {
                return Err(errors::illegal(
                    "the invitation is not one of the organization",
                ));
            }
            state.invited.put(team, invitation)
        }
        Member::User(user) => {
            let found = state.users.at(user.into());
            let service = found.and_then(|(_, user)| user.service.as_deref());
            let belongs = service.is_some_and(|service| service.organization == organization);
            if !belongs && !state.is_member(user, organization) {
                return Err(errors::illegal("the user is no member of the organization"));
            }
            state.members.put(team, user)
        }
    };
    if !is_new {
        return Err(errors::exists("the team has this member already"));
    }
    changed(state, request, team, member, 1);
    Ok(Answer::ok(Value::Null))
}

/// fact: remove-team-member-answer-unknown
pub(super) fn remove_member(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let (team, _, member) = named(state, request)?;
    let was_there = match member {
        Member::Invitation(invitation) => state.invited.remove(team, invitation),
        Member::User(user) => state.members.remove(team, user),
    };
    if !was_there {
        return Err(errors::missing("member of team", request.path("team_id")));
    }
    changed(state, request, team, member, -1);
    Ok(Answer::ok(Value::Null))
}

/// The team, its organization, and the one member that the query names.
///
/// fact: team-member-either-or
fn named(state: &State, request: &Request) -> Result<(u32, u32, Member), Answer> {
    let member = match (request.query("user_id"), request.query("invitation_id")) {
        (Some(id), None) => Member::User(find(&state.users, id, "user")?.0),
        (None, Some(id)) => Member::Invitation(find(&state.invitations, id, "invitation")?.0),
        _ => {
            let rule = "exactly one of user_id and invitation_id has to be given";
            return Err(errors::value_error(rule));
        }
    };
    let (team, row) = find(&state.teams, request.path("team_id"), "team")?;
    state.require(request, row.organization, Standing::Manager)?;
    Ok((team, row.organization, member))
}

fn changed(state: &mut State, request: &Request, team: u32, member: Member, by: i32) {
    if let Some(row) = state.teams.at_mut(team.into()) {
        row.changed = request.now;
        if matches!(member, Member::User(_)) {
            row.members = row.members.saturating_add_signed(by);
        }
    }
}
