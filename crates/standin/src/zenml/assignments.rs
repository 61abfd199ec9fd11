//! Assigning roles, revoking them, and who holds them.

use super::access::{ORGANIZATION_ADMIN, Standing};
use super::grants::{Grant, Holder, Scope};
use super::rows::{Level, RoleKind};
use super::{State, errors, find};
use crate::service::Context;
use crate::{Answer, Outcome, Request};
use serde_json::Value;

/// The assignments of every scope; those of one workspace, its projects included; or those of one project
/// (fact: list-scope-filter-unclear).
///
/// fact: list-no-paging
pub(super) fn list(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let (role, row) = find(&state.roles, request.path("role_id"), "role")?;
    state.require(request, row.organization, Standing::Reader)?;
    let workspace = request.query("workspace_id");
    let workspace = workspace
        .map(|id| find(&state.workspaces, id, "workspace"))
        .transpose()?;
    let workspace = workspace.map(|(workspace, _)| workspace);
    let project = request.query("project_id").map(|id| state.project(id));
    let grants = state.grants.of_role(role).filter(|grant| {
        (workspace.is_none() || grant.scope.workspace == workspace)
            && project.is_none_or(|project| project.is_some() && grant.scope.project == project)
    });
    let grants = grants.map(|grant| state.grant_json(grant));
    Ok(Answer::ok(grants.collect::<Vec<_>>()))
}

/// fact: assign-everything-in-query
pub(super) fn assign(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let asked = Asked::read(state, request)?;
    let (grant, organization) = (asked.grant, asked.organization);
    match grant.holder {
        Holder::User(user) => {
            let service = state
                .users
                .at(user.into())
                .and_then(|(_, user)| user.service.as_deref());
            // An organization role makes a member of anybody; other roles are for members (fact: membership-by-role).
            let belongs = match service {
                Some(service) => service.organization == organization,
                None => asked.level == Level::Organization || state.is_member(user, organization),
            };
            check(
                belongs,
                "the user and the role belong to different organizations",
            )?;
        }
        Holder::Team(team) => {
            let team = state.teams.at(team.into());
            let belongs = team.is_some_and(|(_, team)| team.organization == organization);
            check(
                belongs,
                "the team and the role belong to different organizations",
            )?;
        }
        Holder::Invitation(invitation) => {
            let invitation = state.invitations.at(invitation.into());
            let invitation = invitation.map(|(_, invitation)| invitation);
            let belongs = invitation.is_some_and(|sent| sent.organization == organization);
            check(
                belongs,
                "the invitation and the role belong to different organizations",
            )?;
            let is_pending = invitation.is_some_and(|sent| sent.is_pending);
            check(is_pending, "the invitation was accepted")?;
        }
    }
    let mut grant = grant;
    if let (None, Some(id)) = (grant.scope.project, &asked.project) {
        // Projects live in their workspaces; this API takes their ids as they come (fact: projects-live-in-workspaces).
        state.projects.insert(id.as_str(), ());
        grant.scope.project = state.project(id);
    }
    if !state.grants.put(grant) {
        // fact: already-assigned-conflict
        return Err(errors::exists("the role is assigned already"));
    }
    Ok(Answer::ok(state.grant_json(grant)))
}

/// fact: revoke-answers-200-null
pub(super) fn revoke(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let asked = Asked::read(state, request)?;
    let grant = asked.grant;
    let is_known = asked.project.is_none() || grant.scope.project.is_some();
    if !is_known || !state.grants.contains(grant) {
        // fact: revoke-absent-assignment-unclear
        return Err(errors::missing(
            "assignment of role",
            request.path("role_id"),
        ));
    }
    if let Holder::User(user) = grant.holder
        && asked.level == Level::Organization
    {
        let organization = state.organizations.at(asked.organization.into());
        let is_owner = organization.is_some_and(|(_, row)| row.owner == user);
        let role = state.roles.at(grant.role.into());
        let is_admin = role.is_some_and(|(_, role)| {
            role.kind == RoleKind::Predefined && &*role.name == ORGANIZATION_ADMIN
        });
        // fact: owner-keeps-admin
        check(
            !(is_owner && is_admin),
            "the owner of an organization stays its admin",
        )?;
        // fact: last-role-stays
        let others = state
            .organization_roles(user, asked.organization)
            .nth(1)
            .is_some();
        check(
            others,
            "the last role of a member cannot be revoked; remove the member",
        )?;
    }
    state.grants.remove(grant);
    Ok(Answer::ok(Value::Null))
}

impl State {
    /// The position of a project, if anybody was ever given a role in it.
    fn project(&self, id: &str) -> Option<u32> {
        let position = self.projects.position(&id.to_ascii_lowercase())?;
        Some(position as u32)
    }

    /// The organization roles that a user holds in an organization, not by way of a team.
    pub(super) fn organization_roles(
        &self,
        user: u32,
        organization: u32,
    ) -> impl Iterator<Item = Grant> {
        self.grants.of(Holder::User(user)).filter(move |grant| {
            let role = self.roles.at(grant.role.into());
            role.is_some_and(|(_, role)| {
                role.level == Level::Organization && role.organization == organization
            })
        })
    }

    /// fact: membership-by-role
    pub(super) fn is_member(&self, user: u32, organization: u32) -> bool {
        self.organization_roles(user, organization).next().is_some()
    }
}

/// What a request to assign or to revoke names, once the rules that hold for both are kept.
struct Asked {
    grant: Grant,
    /// The id of a project that was named, in its normal form. It has a position in `grant` if it was named before.
    project: Option<String>,
    organization: u32,
    level: Level,
}

impl Asked {
    fn read(state: &State, request: &Request) -> Result<Self, Answer> {
        // fact: exactly-one-assignee
        // fact: revoke-exactly-one-assignee
        let named = ["user_id", "team_id", "invitation_id"].map(|name| request.query(name));
        let [user, team, invitation] = named;
        if named.into_iter().flatten().count() != 1 {
            let rule = "exactly one of user_id, team_id and invitation_id has to be given";
            return Err(errors::value_error(rule));
        }
        let workspace = request.query("workspace_id");
        let project = request.query("project_id").map(str::to_ascii_lowercase);
        // fact: project-needs-workspace
        if project.is_some() && workspace.is_none() {
            return Err(errors::value_error("project_id needs workspace_id"));
        }
        let (role, row) = find(&state.roles, request.path("role_id"), "role")?;
        let found = workspace
            .map(|id| find(&state.workspaces, id, "workspace"))
            .transpose()?;
        let holder = if let Some(id) = user {
            Holder::User(find(&state.users, id, "user")?.0)
        } else if let Some(id) = team {
            Holder::Team(find(&state.teams, id, "team")?.0)
        } else {
            // fact: invitation-assignee
            let id = invitation.unwrap_or_default();
            Holder::Invitation(find(&state.invitations, id, "invitation")?.0)
        };
        let scope = Scope {
            workspace: found.map(|(workspace, _)| workspace),
            project: project.as_deref().and_then(|id| state.project(id)),
        };
        let organization = row.organization;
        let caller = state.caller(request)?;
        let allowed = state.may_assign(caller, organization, scope);
        check(
            allowed,
            "the caller may not assign and revoke roles at this scope",
        )?;
        let is_here = found.is_none_or(|(_, workspace)| workspace.organization == organization);
        check(
            is_here,
            "the workspace and the role belong to different organizations",
        )?;
        let asked = match (workspace, &project) {
            (None, _) => Level::Organization,
            (Some(_), None) => Level::Workspace,
            (Some(_), Some(_)) => Level::Project,
        };
        check(
            asked == row.level,
            "the level of the role does not fit the scope",
        )?;
        // fact: share-roles-by-membership
        check(
            row.kind != RoleKind::Share,
            "share roles are not assigned by hand",
        )?;
        Ok(Self {
            grant: Grant {
                role,
                scope,
                holder,
            },
            project,
            organization,
            level: row.level,
        })
    }
}

fn check(holds: bool, otherwise: &str) -> Result<(), Answer> {
    if holds {
        Ok(())
    } else {
        Err(errors::illegal(otherwise))
    }
}
