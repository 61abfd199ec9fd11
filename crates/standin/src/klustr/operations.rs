//! Which handler serves which operation.

use super::{
    State, grants, invitations, members, organizations, permissions, roles, units, user_accounts,
};
use crate::service::Handler;

pub(super) fn handler(operation: &str) -> Option<Handler<State>> {
    use Handler::{Read, Write};
    Some(match operation {
        "listOrganizationRoles" => Read(roles::list),
        "createOrgRole" => Write(roles::create),
        "deleteAllOrganizationRoles" => Write(roles::delete_all),
        "generateOrgRoles" => Write(roles::generate),
        "getOrgRoleById" => Read(roles::get),
        "updateOrgRole" => Write(roles::update),
        "deleteOrgRole" => Write(roles::delete),
        "getOrgRoleAssignments" => Read(grants::list),
        "getOrgUserRoles" => Read(grants::own),
        "getUserRoles" => Read(grants::of_user),
        "updateUserRoles" => Write(grants::replace),
        "addUserToRole" => Write(grants::add),
        "removeUserRole" => Write(grants::remove),
        // fact: permission-list-twin
        "listOrgPermissions" | "listOrganizationPermissions" => Read(permissions::of_roles),
        "listUserPermissionsInOrganization" => Read(permissions::of_caller),
        "getUserNamespacePermissions" => Read(permissions::in_namespace),
        "listUserObjectPermissions" => Read(permissions::on_object),
        "listOrganizationMembers" => Read(members::list),
        "joinOrganizationWithVerifiedEmail" => Write(members::join),
        "leaveOrganization" => Write(members::leave),
        "addOrganizationMember" => Write(members::add),
        "removeOrganizationMember" => Write(members::remove),
        "createOrg" => Write(organizations::create),
        "getOrganizationDetails" => Read(organizations::get),
        "updateOrg" => Write(organizations::update),
        "deleteOrganization" => Write(organizations::delete),
        "checkDomainAvailability" => Read(organizations::domain),
        "suggestOrganizationsToJoin" => Read(organizations::suggest),
        "adminListOrganizations" => Read(organizations::list),
        "listUserAccounts" => Read(user_accounts::list),
        "listUserOrgUnitAssignments" => Read(units::list),
        "createUserOrgUnitAssignment" => Write(units::create),
        "deleteUserOrgUnitAssignment" => Write(units::delete),
        "inviteToOrganization" => Write(invitations::invite),
        _ => return None,
    })
}
