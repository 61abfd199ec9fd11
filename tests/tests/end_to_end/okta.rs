//! Okta: the admin roles of OAuth clients and of users.

use rolecall_client::Error;
use rolecall_okta::types::{
    AssignRoleRequest, CustomRoleAssignmentSchema, CustomRoleAssignmentSchemaType, ErrorObject,
    RoleAssignment, StandardRoleAssignmentSchema, StandardRoleAssignmentSchemaType,
};
use rolecall_okta::{Client, Response};
use rolecall_tests::recorder::{Answer, Recorder};

use crate::{
    AWKWARD, ENCODED, body, gateway_page, is_example, is_gateway_page, recorded, requests,
};

const CLIENT: &str = "7KqXw2PzRb9LmTnV4sYcEd81HgAfJu3";
const USER: &str = "00uQzcyzmwVAUrZCJ5d7";

#[tokio::test]
async fn client_role_assignments() {
    let recorder = Recorder::start([
        recorded("okta", "listRolesForClient.200.custom-beside-standard.json"),
        recorded("okta", "assignRoleToClient.200.iam-based.json"),
        recorded("okta", "retrieveClientRole.200.custom.json"),
        Answer::empty(204),
        recorded("okta", "listRolesForClient.200.empty.json"),
    ])
    .await;
    let client = Client::new(recorder.url()).unwrap();

    let call = client.list_roles_for_client().client_id(CLIENT);
    let response = call.send().await.unwrap();
    is_example(
        response.value(),
        "okta",
        "listRolesForClient.200.custom-beside-standard.json",
    );
    let custom = response
        .iter()
        .filter(|role| matches!(role, RoleAssignment::CustomRole(_)));
    assert_eq!(custom.count(), 2);

    let ty = StandardRoleAssignmentSchemaType::AccessCertificationsAdmin;
    let response = client
        .assign_role_to_client()
        .client_id(CLIENT)
        .body(StandardRoleAssignmentSchema::new(ty))
        .send()
        .await
        .unwrap();
    assert!(matches!(response.value(), RoleAssignment::CustomRole(_)));

    let call = client.retrieve_client_role().client_id(CLIENT);
    let response = call.role_assignment_id("irb/1").send().await.unwrap();
    let RoleAssignment::CustomRole(role) = response.into_inner() else {
        panic!("no custom role");
    };
    assert!(role.role.is_some() && role.resource_set.is_some());

    let call = client.delete_role_from_client().client_id(CLIENT);
    let response = call.role_assignment_id("irb 1").send().await.unwrap();
    assert_eq!(response.status(), 204);

    let call = client.list_roles_for_client().client_id(AWKWARD);
    assert!(call.send().await.unwrap().is_empty());
    assert_eq!(
        recorder.received()[4].target,
        format!("/oauth2/v1/clients/{ENCODED}/roles")
    );

    let asked = requests(
        &recorder,
        &[
            "listRolesForClient",
            "assignRoleToClient",
            "retrieveClientRole",
            "deleteRoleFromClient",
            "listRolesForClient with an awkward id",
        ],
    );
    insta::assert_snapshot!(asked);
}

#[tokio::test]
async fn user_role_assignments() {
    let recorder = Recorder::start([
        recorded("okta", "listUsersWithRoleAssignments.200.first-page.json"),
        recorded("okta", "listAssignedRolesForUser.200.embedded-groups.json"),
        recorded("okta", "assignRoleToUser.201.custom.json"),
        recorded("okta", "assignRoleToUser.201.standard.json"),
        recorded("okta", "getUserAssignedRole.200.only-type.json"),
        Answer::empty(204),
        recorded(
            "okta",
            "getUserAssignedRoleGovernance.200.custom-and-bundle.json",
        ),
        recorded(
            "okta",
            "getRoleAssignmentGovernanceGrant.200.bundle-with-end.json",
        ),
        recorded(
            "okta",
            "getRoleAssignmentGovernanceGrantResources.200.more-to-come.json",
        ),
    ])
    .await;
    let client = Client::new(recorder.url()).unwrap();

    let call = client.list_users_with_role_assignments();
    let response = call.after(AWKWARD).limit(2).send().await.unwrap();
    let users = response.value.as_deref().unwrap();
    assert_eq!(users[0].id.as_deref(), Some(USER));

    let call = client.list_assigned_roles_for_user().user_id(USER);
    let response = call.expand("targets/groups").send().await.unwrap();
    is_example(
        response.value(),
        "okta",
        "listAssignedRolesForUser.200.embedded-groups.json",
    );

    let custom = CustomRoleAssignmentSchema::new(
        CustomRoleAssignmentSchemaType::Custom,
        "cr0UKBlLWFE5lQxZ35d7",
        "iampj2zDBc7zU8VE05d7",
    );
    let call = client.assign_role_to_user().user_id(USER).body(custom);
    let response = call.disable_notifications(true).send().await.unwrap();
    assert_eq!(response.status(), 201);
    assert!(matches!(response.value(), RoleAssignment::CustomRole(_)));

    let standard: AssignRoleRequest = body("okta", "assignRoleToUser.request.standard.json");
    let call = client.assign_role_to_user().user_id(AWKWARD).body(standard);
    let response = call.send().await.unwrap();
    assert!(matches!(response.value(), RoleAssignment::StandardRole(_)));

    let call = client.get_user_assigned_role().user_id(USER);
    let response = call.role_assignment_id("JBCUYUC7").send().await.unwrap();
    is_example(
        response.value(),
        "okta",
        "getUserAssignedRole.200.only-type.json",
    );

    let call = client.unassign_role_from_user().user_id(USER);
    let response = call.role_assignment_id(AWKWARD).send().await.unwrap();
    assert_eq!(response.status(), 204);
    assert_eq!(
        recorder.received()[5].target,
        format!("/api/v1/users/{USER}/roles/{ENCODED}")
    );

    let call = client.get_user_assigned_role_governance().user_id(USER);
    let response = call.role_assignment_id("ra1").send().await.unwrap();
    let grants = response.grants.as_deref().unwrap();
    assert_eq!(grants.len(), 2);

    let call = client.get_role_assignment_governance_grant().user_id(USER);
    let call = call.role_assignment_id("ra1").grant_id("gra/1");
    let response = call.send().await.unwrap();
    let end = response.expiration_date.as_ref().unwrap();
    assert_eq!(end.to_string(), "2027-02-28 23:59:59.0");

    let call = client.get_role_assignment_governance_grant_resources();
    let call = call
        .user_id(USER)
        .role_assignment_id("ra1")
        .grant_id("gra1");
    let response = call.send().await.unwrap();
    assert_eq!(response.resources.as_ref().map(Vec::len), Some(2));

    let asked = requests(
        &recorder,
        &[
            "listUsersWithRoleAssignments",
            "listAssignedRolesForUser",
            "assignRoleToUser, a custom role",
            "assignRoleToUser, a standard role and an awkward id",
            "getUserAssignedRole",
            "unassignRoleFromUser",
            "getUserAssignedRoleGovernance",
            "getRoleAssignmentGovernanceGrant",
            "getRoleAssignmentGovernanceGrantResources",
        ],
    );
    insta::assert_snapshot!(asked);
}

async fn refused(answer: Answer) -> Error<ErrorObject> {
    let recorder = Recorder::start([answer]).await;
    let client = Client::new(recorder.url()).unwrap();
    let call = client.list_assigned_roles_for_user().user_id(USER);
    call.send().await.map(Response::into_inner).unwrap_err()
}

#[tokio::test]
async fn refusals() {
    let error = refused(recorded(
        "okta",
        "listAssignedRolesForUser.403.no-permission.json",
    ))
    .await;
    let denied = error.api().unwrap();
    assert_eq!(denied.error_code.as_deref(), Some("E0000006"));
    assert_eq!(denied.error_causes.as_deref(), Some(&[][..]));
    assert_eq!(
        error.to_string(),
        "okta listAssignedRolesForUser: answered 403 Forbidden"
    );

    let limited = recorded("okta", "listGroupAssignedRoles.429.rate-limit.json");
    let limited = limited.header("x-rate-limit-reset", "1767225600");
    let error = refused(limited).await;
    assert_eq!(error.status().unwrap(), 429);
    assert_eq!(error.headers().unwrap()["x-rate-limit-reset"], "1767225600");
    assert_eq!(error.api().unwrap().error_code.as_deref(), Some("E0000047"));

    // 409 is not documented for any assignment, and sent for a role that is held already.
    let recorder = Recorder::start([Answer::json(
        409,
        crate::example("okta", "schema.Error.already-assigned.json"),
    )])
    .await;
    let client = Client::new(recorder.url()).unwrap();
    let standard: AssignRoleRequest = body("okta", "assignRoleToUser.request.standard.json");
    let call = client.assign_role_to_user().user_id(USER).body(standard);
    let error = call.send().await.unwrap_err();
    assert_eq!(error.status().unwrap(), 409);
    assert_eq!(error.api().unwrap().error_code.as_deref(), Some("E0000090"));

    is_gateway_page(&refused(gateway_page()).await);
}
