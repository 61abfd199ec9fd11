//! What callers may do: by the roles that they and their groups hold on organizations and on the enrollment.

use super::principal::Principal;
use super::state::{Organization, State};
use std::collections::BTreeSet;

/// Operations that roles on an organization allow. The stack's own names for them are not published.
pub(super) mod on_organization {
    pub(crate) const VIEW: &str = "organization:view";
    pub(crate) const EDIT: &str = "organization:edit";
    pub(crate) const VIEW_PERMISSIONS: &str = "organization:view-permissions";
    pub(crate) const MANAGE_PERMISSIONS: &str = "organization:manage-permissions";
    pub(crate) const MANAGE_USERS: &str = "organization:manage-users";
    pub(crate) const MANAGE_GROUPS: &str = "organization:manage-groups";
    pub(crate) const MANAGE_GUESTS: &str = "organization:manage-guests";
}

/// Operations that roles on the enrollment allow.
pub(super) mod on_enrollment {
    pub(crate) const VIEW: &str = "enrollment:view";
    pub(crate) const VIEW_PERMISSIONS: &str = "enrollment:view-permissions";
    pub(crate) const MANAGE_PERMISSIONS: &str = "enrollment:manage-permissions";
    pub(crate) const MANAGE_ORGANIZATIONS: &str = "enrollment:manage-organizations";
    pub(crate) const MANAGE_PROVIDERS: &str = "enrollment:manage-authentication-providers";
    pub(crate) const MANAGE_SPACES: &str = "enrollment:manage-spaces";
    pub(crate) const MANAGE_MARKINGS: &str = "enrollment:manage-markings";
}

impl State {
    /// Whether principals may do this on an organization.
    pub(super) fn may_on(
        &self,
        acting: &BTreeSet<Principal>,
        organization: &Organization,
        operation: &str,
    ) -> bool {
        self.allowed(acting, &organization.roles, operation)
    }

    /// Whether principals may do this on the organization at a position.
    pub(super) fn may_on_position(
        &self,
        acting: &BTreeSet<Principal>,
        organization: u32,
        operation: &str,
    ) -> bool {
        let found = self.organizations.at(u64::from(organization));
        found.is_some_and(|(_, row)| self.may_on(acting, row, operation))
    }

    /// Whether principals may do this on the enrollment. Roles there do not count on its organizations, nor the other way
    /// round.
    pub(super) fn may_on_enrollment(&self, acting: &BTreeSet<Principal>, operation: &str) -> bool {
        self.allowed(acting, &self.enrollment.roles, operation)
    }

    fn allowed(
        &self,
        acting: &BTreeSet<Principal>,
        roles: &BTreeSet<(Principal, u32)>,
        operation: &str,
    ) -> bool {
        acting.iter().any(|holder| {
            let mut held = roles.range((*holder, 0)..=(*holder, u32::MAX));
            held.any(|(_, role)| {
                let role = self.roles.at(u64::from(*role));
                role.is_some_and(|(_, role)| role.operations.iter().any(|one| **one == *operation))
            })
        })
    }

    /// The organizations that a user belongs to: the primary one and those that the user, or a group of the user, is a
    /// guest of.
    pub(super) fn organizations_of(&self, acting: &BTreeSet<Principal>) -> BTreeSet<u32> {
        let users = acting.iter().filter_map(|principal| principal.as_user());
        let primary = users.filter_map(|user| self.user_at(user)?.1.organization);
        let mut all: BTreeSet<u32> = primary.collect();
        for (position, _, row) in self.organizations.from(0) {
            let marking = self.markings.at(u64::from(row.marking));
            if marking.is_some_and(|(_, marking)| !marking.members.is_disjoint(acting)) {
                all.insert(super::principal::narrow(position));
            }
        }
        all
    }

    /// Whether principals can see an organization at all: they belong to it, hold a role on it or may view the enrollment.
    /// Service users, who belong to no organization, are told that they may not rather than that there is none.
    pub(super) fn sees_organization(
        &self,
        acting: &BTreeSet<Principal>,
        position: u32,
        organization: &Organization,
    ) -> bool {
        self.may_on(acting, organization, on_organization::VIEW)
            || self.may_on_enrollment(acting, on_enrollment::VIEW)
            || self.organizations_of(acting).contains(&position)
            || acting
                .iter()
                .any(|principal| self.is_service_user(*principal))
    }
    fn is_service_user(&self, principal: Principal) -> bool {
        let user = principal.as_user().and_then(|user| self.user_at(user));
        user.is_some_and(|(_, row)| row.organization.is_none())
    }
}
