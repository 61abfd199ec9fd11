//! The generated client against the stand-in: what it writes it reads, and nothing is lost.

use crate::{principal, start};
use rolecall_client::Error;
use rolecall_okta::Client;
use rolecall_okta::types::{AssignRoleRequest, RoleAssignment};
use serde_json::json;

#[tokio::test]
async fn roles_are_given_listed_and_taken() {
    let (standin, admin) = start().await;
    let okta = Client::with_transport(admin.transport());
    let user = principal(&standin, "nobody");
    for role in ["HELP_DESK_ADMIN", "WORKFLOWS_ADMIN"] {
        let body = serde_json::from_value::<AssignRoleRequest>(json!({ "type": role }));
        let body = body.expect("it is a request");
        let call = okta.assign_role_to_user().user_id(&*user);
        let given = call.body(body.clone()).send().await.expect("it is new");
        assert_eq!(given.status(), 201);
        let call = okta.assign_role_to_user().user_id(&*user);
        let refused = call.body(body).send().await;
        let status = refused.as_ref().err().and_then(Error::status);
        assert_eq!(status.map(|status| status.as_u16()), Some(409));
    }
    let listed = okta.list_assigned_roles_for_user().user_id(&*user);
    let listed = listed.send().await.expect("the user is there");
    let ids: Vec<String> = listed
        .into_inner()
        .into_iter()
        .map(|role| match role {
            RoleAssignment::StandardRole(role) => role.id.expect("it has one"),
            RoleAssignment::CustomRole(role) => role.id.expect("it has one"),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(ids.len(), 2);
    for id in ids {
        let call = okta.unassign_role_from_user().user_id(&*user);
        let taken = call.role_assignment_id(id).send().await;
        assert_eq!(taken.expect("it was just listed").status(), 204);
    }
}

#[tokio::test]
async fn an_empty_201_of_a_group_is_told_from_its_200() {
    let (_standin, admin) = start().await;
    let okta = Client::with_transport(admin.transport());
    let groups = okta.list_groups().send().await.expect("there are groups");
    let group = groups.value()[0].id.clone().expect("it has one");
    for (role, quiet, status) in [("REPORT_ADMIN", false, 200), ("ORG_ADMIN", true, 201)] {
        let body = serde_json::from_value::<AssignRoleRequest>(json!({ "type": role }));
        let call = okta.assign_role_to_group().group_id(&*group);
        let call = call.disable_notifications(quiet);
        let given = call.body(body.expect("it is a request")).send().await;
        assert_eq!(given.expect("it is new").status(), status);
    }
}
