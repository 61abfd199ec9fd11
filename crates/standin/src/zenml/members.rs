//! Users, service accounts, teams and pending invitations of an organization.

use super::access::{ORGANIZATION_ADMIN, Standing};
use super::grants::{Grant, Holder};
use super::rows::{Level, RoleKind};
use super::{State, errors, find};
use crate::service::Context;
use crate::{Answer, Outcome, Request};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Whoever holds an organization role, every team, and every invitation that was not accepted. The form of an entry is ours
/// (fact: member-shape-unknown): that of a role assignment, with all of its roles.
pub(super) fn list(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let id = request.path("organization_id");
    let (organization, _) = find(&state.organizations, id, "organization")?;
    state.require(request, organization, Standing::Reader)?;
    let mut members: BTreeMap<Holder, Vec<u32>> = BTreeMap::new();
    for (position, _, team) in state.teams.from(0) {
        if team.organization == organization {
            members.entry(Holder::Team(position as u32)).or_default();
        }
    }
    for (position, _, role) in state.roles.from(0) {
        if role.organization == organization && role.level == Level::Organization {
            for grant in state.grants.of_role(position as u32) {
                members.entry(grant.holder).or_default().push(grant.role);
            }
        }
    }
    for (position, _, sent) in state.invitations.from(0) {
        let invitation = Holder::Invitation(position as u32);
        if sent.organization == organization && sent.is_pending {
            members.entry(invitation).or_default();
        } else {
            members.remove(&invitation);
        }
    }
    let members = members.into_iter().map(|(holder, roles)| {
        let roles: Vec<Value> = roles
            .into_iter()
            .map(|role| state.role_json(role))
            .collect();
        let (kind, member) = match holder {
            Holder::User(user) => ("user", state.user_json(user)),
            Holder::Team(team) => ("team", state.team_json(team)),
            Holder::Invitation(invitation) => ("invitation", state.invitation_json(invitation)),
        };
        let mut entry = json!({ "user": null, "team": null, "invitation": null });
        entry[kind] = member;
        entry["roles"] = roles.into();
        entry
    });
    Ok(Answer::ok(members.collect::<Vec<_>>()))
}

/// Takes the organization roles of a user away, the last one too; roles in workspaces stay.
///
/// fact: remove-member-drops-organization-roles
pub(super) fn remove(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let id = request.path("organization_id");
    let (organization, row) = find(&state.organizations, id, "organization")?;
    state.require(request, organization, Standing::Manager)?;
    let id = request.query("user_id").unwrap_or_default();
    let (user, _) = find(&state.users, id, "user")?;
    let grants: Vec<Grant> = state.organization_roles(user, organization).collect();
    if grants.is_empty() {
        return Err(errors::missing("member", id));
    }
    let is_admin = |grant: &Grant| {
        let role = state.roles.at(grant.role.into());
        role.is_some_and(|(_, role)| {
            role.kind == RoleKind::Predefined && &*role.name == ORGANIZATION_ADMIN
        })
    };
    // fact: owner-keeps-admin
    if row.owner == user && grants.iter().any(is_admin) {
        return Err(errors::illegal(
            "the owner of an organization stays its admin",
        ));
    }
    for grant in grants {
        state.grants.remove(grant);
    }
    Ok(Answer::ok(Value::Null))
}
