//! Role assignments in ZenML Pro.

use super::{Assignment, Assignments, How, Principal, PrincipalKind, Role, Scope, for_each};
use crate::PagedExt;
use crate::zenml::Client;
use crate::zenml::types::{RoleAssignmentRead, RoleRead};

/// All role assignments of an organization, given its id: on itself, its workspaces and its projects; of users, service
/// accounts, teams and pending invitations. One call for the roles and one for each role.
pub fn assignments(client: &Client, organization_id: &str) -> Assignments<RoleAssignmentRead> {
    let call = client.list_organization_roles();
    let roles = call.organization_id(organization_id).items();
    let client = client.clone();
    for_each(roles, move |role: RoleRead| {
        let call = client.list_role_assignments().role_id(&role.id);
        async move {
            let found = call.send().await?.into_inner();
            Ok(found.into_iter().map(assignment).collect())
        }
    })
}

fn assignment(vendor: RoleAssignmentRead) -> Assignment<RoleAssignmentRead> {
    let scope = match (&vendor.project_id, &vendor.workspace_id) {
        (Some(project), _) => Scope::Project(project.clone()),
        (None, Some(workspace)) => Scope::Workspace(workspace.clone()),
        (None, None) => Scope::Organization(Some(vendor.organization_id.clone())),
    };
    Assignment {
        principal: principal(&vendor),
        role: Role {
            id: vendor.role.id.clone(),
            name: Some(vendor.role.name.clone()),
        },
        scope,
        how: How::Direct,
        vendor,
    }
}

fn principal(vendor: &RoleAssignmentRead) -> Principal {
    if let Some(user) = &vendor.user {
        let names = [&user.email, &user.username, &user.name];
        return Principal {
            kind: match user.is_service_account {
                Some(true) => PrincipalKind::Client,
                _ => PrincipalKind::User,
            },
            id: user.id.clone(),
            name: names.into_iter().flatten().next().cloned(),
        };
    }
    if let Some(team) = &vendor.team {
        return Principal {
            kind: PrincipalKind::Group,
            id: team.id.clone(),
            name: Some(team.name.clone()),
        };
    }
    match &vendor.invitation {
        Some(invitation) => Principal {
            kind: PrincipalKind::Invitation,
            id: invitation.id.clone(),
            name: invitation.email.clone(),
        },
        // An assignee of a kind that the description does not know is in `vendor`.
        None => Principal {
            kind: PrincipalKind::Other("unknown".to_owned()),
            id: String::new(),
            name: None,
        },
    }
}
