//! Klustr: the roles of an organization and who holds them.

use rolecall_client::Error;
use rolecall_klustr::types::{
    ErrorCause, GenerateRequest, MissingPermissionsResponseOrErrorResponse as Refusal, Role,
    RoleStage,
};
use rolecall_klustr::{Client, Response};
use rolecall_tests::recorder::{Answer, Recorder};

use crate::{
    AWKWARD, ENCODED, body, gateway_page, is_example, is_gateway_page, recorded, requests,
};

const ORGANIZATION: &str = "example.com";

#[tokio::test]
async fn roles() {
    let recorder = Recorder::start([
        recorded("klustr", "listOrganizationRoles.200.all-stages.json"),
        recorded("klustr", "createOrgRole.200.echoed.json"),
        Answer::empty(200),
        recorded("klustr", "generateOrgRoles.200.pair.json"),
        recorded("klustr", "listOrgPermissions.200.some.json"),
        recorded("klustr", "getOrgRoleById.200.sparse.json"),
        recorded("klustr", "updateOrgRole.200.previous.json"),
        Answer::empty(200),
    ])
    .await;
    let client = Client::new(recorder.url()).unwrap();

    let call = client.list_organization_roles();
    let roles = call.organization_id(ORGANIZATION).send().await.unwrap();
    is_example(
        roles.value(),
        "klustr",
        "listOrganizationRoles.200.all-stages.json",
    );
    assert_eq!(roles[0].stage, Some(RoleStage::Alpha));

    let call = client.create_org_role().organization_id(ORGANIZATION);
    let role: Role = body("klustr", "createOrgRole.request.full.json");
    let created = call.body(role).send().await.unwrap();
    assert_eq!(created.id.as_deref(), Some("billing.clerk"));

    let call = client.delete_all_organization_roles();
    call.organization_id(AWKWARD).send().await.unwrap();
    assert_eq!(
        recorder.received()[2].target,
        format!("/directory/orgs/{ENCODED}/roles")
    );

    let call = client.generate_org_roles().organization_id(ORGANIZATION);
    let wanted: GenerateRequest = body("klustr", "generateOrgRoles.request.two-namespaces.json");
    assert_eq!(call.body(wanted).send().await.unwrap().len(), 2);

    let call = client.list_org_permissions();
    let permissions = call.organization_id(ORGANIZATION).send().await.unwrap();
    is_example(
        permissions.value(),
        "klustr",
        "listOrgPermissions.200.some.json",
    );

    let call = client.get_org_role_by_id().organization_id(ORGANIZATION);
    let role = call.role_id(AWKWARD).send().await.unwrap();
    assert_eq!(role.name, None);
    assert_eq!(
        recorder.received()[5].target,
        format!("/directory/orgs/{ORGANIZATION}/roles/{ENCODED}")
    );

    let call = client.update_org_role().organization_id(ORGANIZATION);
    let role = Role::new()
        .with_id("user.consent.admin.role")
        .with_stage(RoleStage::Ga);
    let call = call.role_id("user.consent.admin.role").body(role);
    // The answer is the role as it was.
    assert_eq!(call.send().await.unwrap().stage, Some(RoleStage::Alpha));

    let call = client.delete_org_role().organization_id(ORGANIZATION);
    call.role_id("a b").send().await.unwrap();

    let asked = requests(
        &recorder,
        &[
            "listOrganizationRoles",
            "createOrgRole",
            "deleteAllOrganizationRoles",
            "generateOrgRoles",
            "listOrgPermissions",
            "getOrgRoleById",
            "updateOrgRole",
            "deleteOrgRole",
        ],
    );
    insta::assert_snapshot!(asked);
}

#[tokio::test]
async fn role_assignments() {
    let recorder = Recorder::start([
        recorded("klustr", "getOrgRoleAssignments.200.two-holders.json"),
        recorded("klustr", "getOrgUserRoles.200.admin.json"),
        recorded("klustr", "getUserRoles.200.one-role.json"),
        recorded("klustr", "updateUserRoles.200.random-id.json"),
        recorded("klustr", "addUserToRole.200.without-id.json"),
        Answer::empty(200),
    ])
    .await;
    let client = Client::new(recorder.url()).unwrap();

    let call = client.get_org_role_assignments().role_id("billing.clerk");
    let call = call.organization_id(ORGANIZATION).start(0).limit(1024);
    let response = call.send().await.unwrap();
    let docs = response.docs.as_deref().unwrap();
    assert_eq!(docs[1].assigned_to.as_deref(), Some("user-17"));

    let call = client.get_org_user_roles().organization_id(ORGANIZATION);
    let response = call.send().await.unwrap();
    assert_eq!(response.roles.as_ref().map(Vec::len), Some(2));

    let call = client.get_user_roles().organization_id(ORGANIZATION);
    let response = call.user_id("user/17").send().await.unwrap();
    is_example(response.value(), "klustr", "getUserRoles.200.one-role.json");

    let call = client.update_user_roles().organization_id(ORGANIZATION);
    let roles: Vec<String> = body("klustr", "updateUserRoles.request.two-roles.json");
    let response = call.user_id("user-17").body(roles).send().await.unwrap();
    assert_eq!(response.len(), 2);
    assert_eq!(response[1].id, None);

    let call = client.add_user_to_role().organization_id(ORGANIZATION);
    let call = call.user_id("user:17").role_id("billing.clerk");
    let response = call.send().await.unwrap();
    assert_eq!(response.role_id.as_deref(), Some("billing.clerk"));

    let call = client.remove_user_role().organization_id(ORGANIZATION);
    let call = call.user_id("ü").role_id("billing.clerk");
    call.send().await.unwrap();

    let asked = requests(
        &recorder,
        &[
            "getOrgRoleAssignments",
            "getOrgUserRoles",
            "getUserRoles",
            "updateUserRoles",
            "addUserToRole, a POST without a body",
            "removeUserRole, a GET that deletes",
        ],
    );
    insta::assert_snapshot!(asked);
}

async fn refused(answer: Answer) -> Error<Refusal> {
    let recorder = Recorder::start([answer]).await;
    let client = Client::new(recorder.url()).unwrap();
    let call = client.create_org_role().organization_id(ORGANIZATION);
    let call = call.body(Role::new());
    call.send().await.map(Response::into_inner).unwrap_err()
}

#[tokio::test]
async fn refusals() {
    let error = refused(recorded(
        "klustr",
        "createOrgRole.401.missing-permissions.json",
    ))
    .await;
    let Some(Refusal::MissingPermissionsResponse(missing)) = error.api() else {
        panic!("{error:?}");
    };
    assert_eq!(
        missing.missing_permissions.as_deref(),
        Some(&["org.roles.create".to_owned()][..])
    );
    assert_eq!(
        error.to_string(),
        "klustr createOrgRole: answered 401 Unauthorized"
    );

    let error = refused(recorded("klustr", "createOrgRole.404.blank-id.json")).await;
    let Some(Refusal::ErrorResponse(response)) = error.api() else {
        panic!("{error:?}");
    };
    assert!(matches!(
        &response.error,
        Some(ErrorCause::ErrorDetail(detail)) if detail.reason.as_deref() == Some("Role id is blank")
    ));

    // 403 is documented by `default` only.
    let forbidden = r#"{"status":403,"error":{"reason":"No"}}"#;
    let error = refused(Answer::json(403, forbidden)).await;
    assert_eq!(error.status().unwrap(), 403);
    assert!(matches!(error.api(), Some(Refusal::ErrorResponse(_))));

    // What nothing documents is kept as it came.
    let error = refused(Answer::json(403, "[1]")).await;
    let Error::Unexpected { body, problem, .. } = &error else {
        panic!("{error:?}");
    };
    assert_eq!(&body[..], b"[1]");
    assert!(problem.is_some());

    is_gateway_page(&refused(gateway_page()).await);
}
