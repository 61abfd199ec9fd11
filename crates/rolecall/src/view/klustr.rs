//! Role assignments in Klustr.

use super::{Assignment, Assignments, How, Principal, PrincipalKind, Role, Scope, for_each};
use crate::PagedExt;
use crate::klustr::Client;
use crate::klustr::types::{AssigneeType, Role as KlustrRole, RoleAssignment};

/// All role assignments of an organization, given its id. One call for the roles and one for each role.
///
/// Who holds a role is asked for once and not page by page: the service takes no notice of `limit` and `start`, and answers
/// with all that it will tell (about 1,024 holders, by its open-source server).
pub fn assignments(client: &Client, organization_id: &str) -> Assignments<RoleAssignment> {
    let call = client.list_organization_roles();
    let roles = call.organization_id(organization_id).items();
    let (client, organization_id) = (client.clone(), organization_id.to_owned());
    for_each(roles, move |role: KlustrRole| {
        let call = client
            .get_org_role_assignments()
            .organization_id(&organization_id);
        let organization_id = organization_id.clone();
        async move {
            let Some(id) = role.id else {
                return Ok(Vec::new());
            };
            let found = call.role_id(&id).send().await?.into_inner();
            let role = Role {
                id,
                name: role.name,
            };
            let found = found.docs.unwrap_or_default().into_iter();
            Ok(found
                .map(|one| assignment(one, &role, &organization_id))
                .collect())
        }
    })
}

fn assignment(
    vendor: RoleAssignment,
    role: &Role,
    organization_id: &str,
) -> Assignment<RoleAssignment> {
    Assignment {
        principal: Principal {
            kind: match &vendor.assignee_type {
                // The list of holders leaves it out, and nothing but users can be given a role.
                None | Some(AssigneeType::User) => PrincipalKind::User,
                Some(AssigneeType::Group) => PrincipalKind::Group,
                Some(other) => PrincipalKind::Other(other.to_string()),
            },
            id: vendor.assigned_to.clone().unwrap_or_default(),
            name: None,
        },
        role: role.clone(),
        scope: Scope::Organization(Some(organization_id.to_owned())),
        how: How::Direct,
        vendor,
    }
}
