//! What the caller may do. Which permission an operation needs is documented nowhere (fact: permission-names-unknown); this
//! stand-in goes by the predefined roles.

use super::grants::{Grant, Holder, Scope};
use super::rows::{Level, RoleKind};
use super::{State, errors};
use crate::{Answer, Request};

/// What somebody is in an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    /// Not a member.
    Outside,
    /// May see the organization.
    Member,
    /// May see what is in it.
    Reader,
    /// May change what is in it.
    Manager,
}

/// The role that owners keep.
pub(super) const ORGANIZATION_ADMIN: &str = "Organization Admin";
/// The role that may assign roles in its workspace.
pub(super) const WORKSPACE_ADMIN: &str = "Workspace Admin";
/// The role that may assign roles in its project.
pub(super) const PROJECT_ADMIN: &str = "Project Admin";

impl State {
    /// The caller. A credential whose account is gone or locked lets nobody in (fact: key-rotation-and-deactivation).
    pub(super) fn caller(&self, request: &Request) -> Result<u32, Answer> {
        let position = self.users.position(&request.caller.principal);
        let position = position.ok_or_else(|| errors::unauthorized("the account is not known"))?;
        match self.users.at(position) {
            Some((_, user)) if user.is_active => Ok(position as u32),
            _ => Err(errors::unauthorized("the account is deactivated")),
        }
    }

    /// The grants of a user, and of the teams that the user is in.
    pub(super) fn held(&self, user: u32) -> impl Iterator<Item = Grant> {
        let teams = self.members.of_right(user).map(Holder::Team);
        let holders = std::iter::once(Holder::User(user)).chain(teams);
        holders.flat_map(|holder| self.grants.of(holder))
    }

    pub(super) fn is_superuser(&self, user: u32) -> bool {
        let found = self.users.at(user.into());
        found.is_some_and(|(_, user)| user.is_superuser)
    }

    /// fact: membership-by-role
    pub(super) fn standing(&self, user: u32, organization: u32) -> Standing {
        if self.is_superuser(user) {
            return Standing::Manager;
        }
        let held = self.held(user).filter_map(|grant| {
            let (_, role) = self.roles.at(grant.role.into())?;
            let is_here = role.organization == organization && role.level == Level::Organization;
            is_here.then_some(match (role.kind, &*role.name) {
                (RoleKind::Predefined, ORGANIZATION_ADMIN | "Organization Manager") => {
                    Standing::Manager
                }
                (RoleKind::Predefined, "Organization Viewer") => Standing::Reader,
                _ => Standing::Member,
            })
        });
        held.max().unwrap_or(Standing::Outside)
    }

    /// The caller, who has to be at least this in the organization.
    pub(super) fn require(
        &self,
        request: &Request,
        organization: u32,
        standing: Standing,
    ) -> Result<u32, Answer> {
        let caller = self.caller(request)?;
        if self.standing(caller, organization) < standing {
            return Err(errors::illegal("the caller's roles do not allow this"));
        }
        Ok(caller)
    }

    /// Whether a user may assign and revoke roles at a scope.
    pub(super) fn may_assign(&self, user: u32, organization: u32, scope: Scope) -> bool {
        let is_admin = |grant: Grant| {
            let Some((_, role)) = self.roles.at(grant.role.into()) else {
                return false;
            };
            let in_workspace =
                scope.workspace.is_some() && grant.scope.workspace == scope.workspace;
            role.kind == RoleKind::Predefined
                && in_workspace
                && match &*role.name {
                    WORKSPACE_ADMIN => true,
                    PROJECT_ADMIN => {
                        scope.project.is_some() && grant.scope.project == scope.project
                    }
                    _ => false,
                }
        };
        self.standing(user, organization) == Standing::Manager || self.held(user).any(is_admin)
    }

    /// Whether a user holds a role in a workspace, or may see everything in its organization.
    pub(super) fn sees_workspace(&self, user: u32, organization: u32, workspace: u32) -> bool {
        self.standing(user, organization) >= Standing::Reader || self.works_in(user, workspace)
    }

    /// Whether a user holds a role in a workspace.
    pub(super) fn works_in(&self, user: u32, workspace: u32) -> bool {
        let mut held = self.held(user);
        held.any(|grant| grant.scope.workspace == Some(workspace))
    }
}
