//! What serves each operation of the description.

use super::state::State;
use super::{
    applications, assignees, bindings, custom_roles, governance, groups, resource_sets, resources,
    role_assignments, role_permissions, targets, users,
};
use crate::service::Handler::{self, Read, Write};

/// The handler of an operation.
pub(super) fn handler(operation: &str) -> Option<Handler<State>> {
    Some(match operation {
        "listUsers" => Read(users::list),
        "getUser" => Read(users::get),
        "listGroups" => Read(groups::list),
        "getGroup" => Read(groups::get),
        "listGroupUsers" => Read(groups::list_users),
        "listApplications" => Read(applications::list),
        "getApplication" => Read(applications::get),
        "listClients" => Read(applications::list_clients),
        "getClient" => Read(applications::get_client),

        "listUsersWithRoleAssignments" => Read(assignees::list),
        "listAssignedRolesForUser" | "listGroupAssignedRoles" | "listRolesForClient" => {
            Read(role_assignments::list)
        }
        "assignRoleToUser" | "assignRoleToGroup" | "assignRoleToClient" => {
            Write(role_assignments::assign)
        }
        "getUserAssignedRole" | "getGroupAssignedRole" | "retrieveClientRole" => {
            Read(role_assignments::get)
        }
        "unassignRoleFromUser" | "unassignRoleFromGroup" | "deleteRoleFromClient" => {
            Write(role_assignments::unassign)
        }
        "getUserAssignedRoleGovernance" => Read(governance::list),
        "getRoleAssignmentGovernanceGrant" => Read(governance::get),
        "getRoleAssignmentGovernanceGrantResources" => Read(governance::list_resources),

        "getRoleTargetsByUserIdAndRoleId" => Read(targets::list_of_role),
        "listGroupTargetsForRole"
        | "listGroupTargetsForGroupRole"
        | "listGroupTargetRoleForClient" => Read(targets::list_groups),
        "assignGroupTargetToUserRole"
        | "assignGroupTargetToGroupAdminRole"
        | "assignGroupTargetRoleForClient" => Write(targets::add_group),
        "unassignGroupTargetFromUserAdminRole"
        | "unassignGroupTargetFromGroupAdminRole"
        | "removeGroupTargetRoleFromClient" => Write(targets::remove_group),
        "listApplicationTargetsForApplicationAdministratorRoleForUser"
        | "listApplicationTargetsForApplicationAdministratorRoleForGroup"
        | "listAppTargetRoleToClient" => Read(targets::list_apps),
        "assignAllAppsAsTargetToRoleForUser" => Write(targets::add_all_apps),
        "assignAppTargetToAdminRoleForUser"
        | "assignAppTargetToAdminRoleForGroup"
        | "assignAppTargetRoleToClient" => Write(targets::add_app),
        "unassignAppTargetFromAppAdminRoleForUser"
        | "unassignAppTargetToAdminRoleForGroup"
        | "removeAppTargetRoleFromClient" => Write(targets::remove_app),
        "assignAppInstanceTargetToAppAdminRoleForUser"
        | "assignAppInstanceTargetToAppAdminRoleForGroup"
        | "assignAppTargetInstanceRoleForClient" => Write(targets::add_instance),
        "unassignAppInstanceTargetFromAdminRoleForUser"
        | "unassignAppInstanceTargetToAppAdminRoleForGroup"
        | "removeAppTargetInstanceRoleForClient" => Write(targets::remove_instance),

        "listRoles" => Read(custom_roles::list),
        "createRole" => Write(custom_roles::create),
        "getRole" => Read(custom_roles::get),
        "replaceRole" => Write(custom_roles::replace),
        "deleteRole" => Write(custom_roles::delete),
        "listRolePermissions" => Read(role_permissions::list),
        "getRolePermission" => Read(role_permissions::get),
        "createRolePermission" => Write(role_permissions::create),
        "replaceRolePermission" => Write(role_permissions::replace),
        "deleteRolePermission" => Write(role_permissions::delete),

        "listResourceSets" => Read(resource_sets::list),
        "createResourceSet" => Write(resource_sets::create),
        "getResourceSet" => Read(resource_sets::get),
        "replaceResourceSet" => Write(resource_sets::replace),
        "deleteResourceSet" => Write(resource_sets::delete),
        "listResourceSetResources" => Read(resources::list),
        "addResourceSetResource" => Write(resources::create),
        "addResourceSetResources" => Write(resources::create_several),
        "getResourceSetResource" => Read(resources::get),
        "replaceResourceSetResource" => Write(resources::replace),
        "deleteResourceSetResource" => Write(resources::delete),

        "listBindings" => Read(bindings::list),
        "createResourceSetBinding" => Write(bindings::create),
        "getBinding" => Read(bindings::get),
        "deleteBinding" => Write(bindings::delete),
        "listMembersOfBinding" => Read(bindings::list_members),
        "addMembersToBinding" => Write(bindings::add_members),
        "getMemberOfBinding" => Read(bindings::get_member),
        "unassignMemberFromBinding" => Write(bindings::remove_member),
        _ => return None,
    })
}
