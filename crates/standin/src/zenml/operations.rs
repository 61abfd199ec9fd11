//! Which handler serves which operation.

use super::{
    State, assignments, checks, invitations, login, members, organizations, roles,
    service_accounts, shares, teams, users, workspaces,
};
use crate::service::Handler;

pub(super) fn handler(operation: &str) -> Option<Handler<State>> {
    use Handler::{Read, Write};
    Some(match operation {
        "list_role_assignments" => Read(assignments::list),
        "assign_role" => Write(assignments::assign),
        "revoke_role" => Write(assignments::revoke),
        "list_organization_roles" => Read(roles::list),
        "get_role" => Read(roles::get),
        "delete_role" => Write(roles::delete),
        "list_organizations" => Read(organizations::list),
        "get_organization" => Read(organizations::get),
        "list_organization_members" => Read(members::list),
        "remove_organization_member" => Write(members::remove),
        "list_organization_invitations" => Read(invitations::list),
        "create_invitation" => Write(invitations::create),
        "delete_invitation" => Write(invitations::delete),
        "list_organization_teams" => Read(teams::list),
        "create_team" => Write(teams::create),
        "get_team" => Read(teams::get),
        "list_team_members" => Read(teams::members),
        "add_team_member" => Write(teams::add_member),
        "remove_team_member" => Write(teams::remove_member),
        "list_users" => Read(users::list),
        "get_current_user" => Read(users::current),
        "update_user" => Write(users::update),
        "authorize_server" => Read(users::authorize_server),
        "list_workspaces" | "list_tenants" => Read(workspaces::list),
        "list_organization_tenants" => Read(workspaces::of_organization),
        "create_workspace" => Write(workspaces::create),
        "get_workspace" => Read(workspaces::get),
        "check_permissions" => Read(checks::in_query),
        "check_permissions_in_body" => Read(checks::in_body),
        "list_allowed_resource_ids" => Read(checks::allowed),
        "update_resource_membership" => Write(shares::update),
        "delete_resource_memberships" => Write(shares::delete),
        "create_service_account" => Write(service_accounts::create),
        "create_service_account_api_key" => Write(service_accounts::create_key),
        "login" => Write(login::login),
        "start_device_authorization" => Write(login::start_device),
        "get_api_token" => Read(login::api_token),
        _ => return None,
    })
}
