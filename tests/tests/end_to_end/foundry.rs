//! Foundry: who holds which role in an organization.

use rolecall_client::Error;
use rolecall_foundry::types::{
    AddOrganizationRoleAssignmentsRequest, ApiError, ErrorCode, PrincipalType,
    RemoveOrganizationRoleAssignmentsRequest, RoleAssignmentUpdate,
};
use rolecall_foundry::{Client, Response};
use rolecall_tests::recorder::{Answer, Recorder};

use crate::{AWKWARD, ENCODED, body, gateway_page, is_gateway_page, recorded, requests};

const ORGANIZATION: &str = "ri.multipass..organization.c30ee6ad-b5e4-4afe-a74f-fe4a289f2faa";

#[tokio::test]
async fn organization_role_assignments() {
    let recorder = Recorder::start([
        recorded(
            "foundry",
            "listOrganizationRoleAssignments.200.user-and-group.json",
        ),
        Answer::empty(204),
        Answer::empty(204),
        recorded(
            "foundry",
            "listOrganizationRoleAssignments.200.data-left-out.json",
        ),
    ])
    .await;
    let client = Client::new(recorder.url()).unwrap();

    let list = client.list_organization_role_assignments();
    let response = list.organization_rid(ORGANIZATION).send().await.unwrap();
    let data = response.data.as_deref().unwrap();
    assert_eq!(data.len(), 2);
    assert_eq!(data[0].principal_type, PrincipalType::User);
    assert_eq!(data[0].role_id, "organization:administrator");
    assert_eq!(data[1].principal_type, PrincipalType::Group);

    let added = client
        .add_organization_role_assignments()
        .organization_rid(ORGANIZATION)
        .body(body::<AddOrganizationRoleAssignmentsRequest>(
            "foundry",
            "addOrganizationRoleAssignments.request.administrator-and-custom-role.json",
        ))
        .send()
        .await
        .unwrap();
    assert_eq!(added.status(), 204);

    let removed = client
        .remove_organization_role_assignments()
        .organization_rid(ORGANIZATION)
        .body(RemoveOrganizationRoleAssignmentsRequest::new([
            RoleAssignmentUpdate::new("organization:administrator", "ü/1"),
        ]))
        .send()
        .await
        .unwrap();
    assert_eq!(removed.status(), 204);

    let list = client.list_organization_role_assignments();
    let response = list.organization_rid(AWKWARD).send().await.unwrap();
    assert_eq!(response.data, None);
    assert_eq!(
        recorder.received()[3].target,
        format!("/v2/admin/organizations/{ENCODED}/roleAssignments")
    );

    let asked = requests(
        &recorder,
        &[
            "listOrganizationRoleAssignments",
            "addOrganizationRoleAssignments",
            "removeOrganizationRoleAssignments",
            "listOrganizationRoleAssignments with an awkward id",
        ],
    );
    insta::assert_snapshot!(asked);
}

async fn refused(answer: Answer) -> Error<ApiError> {
    let recorder = Recorder::start([answer]).await;
    let client = Client::new(recorder.url()).unwrap();
    let call = client.list_organization_role_assignments();
    let refused = call.organization_rid(ORGANIZATION).send().await;
    refused.map(Response::into_inner).unwrap_err()
}

#[tokio::test]
async fn refusals() {
    let error = refused(recorded(
        "foundry",
        "listOrganizationRoleAssignments.403.restricted-application.json",
    ))
    .await;
    let denied = error.api().unwrap();
    assert_eq!(denied.error_code, ErrorCode::PermissionDenied);
    assert_eq!(
        denied.error_name,
        "ListOrganizationRoleAssignmentsPermissionDenied"
    );
    assert_eq!(
        denied.parameters.as_ref().unwrap().text("organizationRid"),
        Some(ORGANIZATION.into())
    );
    assert_eq!(
        error.to_string(),
        "foundry listOrganizationRoleAssignments: answered 403 Forbidden"
    );

    let error = refused(recorded(
        "foundry",
        "listOrganizationRoleAssignments.404.not-visible.json",
    ))
    .await;
    assert_eq!(error.status().unwrap(), 404);
    assert_eq!(error.api().unwrap().error_name, "OrganizationNotFound");

    // A status that is not documented, with the body that all errors have.
    let body = r#"{"errorCode":"CUSTOM_CLIENT","errorName":"Teapot","errorInstanceId":"1","parameters":{}}"#;
    let error = refused(Answer::json(418, body)).await;
    assert_eq!(error.status().unwrap(), 418);
    assert_eq!(error.api().unwrap().error_name, "Teapot");

    // The same with a body that no error has.
    let error = refused(Answer::json(418, r#"{"errorCode":1}"#)).await;
    let Error::Unexpected {
        problem: Some(problem),
        ..
    } = &error
    else {
        panic!("{error:?}");
    };
    assert_eq!(problem.path, "/errorCode");

    is_gateway_page(&refused(gateway_page()).await);
}
