//! The generated client against the stand-in.

use super::{organization, start, user};
use rolecall_foundry::Client;
use rolecall_foundry::types::{AddOrganizationRoleAssignmentsRequest, RoleAssignmentUpdate};

#[tokio::test]
async fn the_generated_client_assigns_and_reads_back() {
    let (standin, admin) = start().await;
    let client = Client::with_transport(admin.transport());
    let rid = organization(&admin).await;
    let nobody = user(&standin, "nobody");
    let role = "organization:administrator";
    let update = RoleAssignmentUpdate::new(role, &*nobody);
    let body = AddOrganizationRoleAssignmentsRequest::new([update]);
    let add = client.add_organization_role_assignments();
    let added = add.organization_rid(&*rid).body(body).send().await;
    assert!(added.is_ok(), "{added:?}");
    let list = client.list_organization_role_assignments();
    let listed = list.organization_rid(&*rid).send().await;
    let listed = listed.expect("it answers").into_inner().data;
    let mut all = listed.into_iter().flatten();
    assert!(all.any(|one| one.principal_id == nobody && one.role_id == role));
}

#[tokio::test]
async fn the_generated_client_reads_errors() {
    let (_standin, admin) = start().await;
    let client = Client::with_transport(admin.transport());
    let stranger = "00000000-0000-4000-8000-000000000000";
    let refused = client.get_user().user_id(stranger).send().await;
    let refused = refused.expect_err("there is no such user");
    let error = refused.api().expect("the body is the documented one");
    assert_eq!(error.error_name, "UserNotFound");
    let parameters = serde_json::to_value(&error.parameters).expect("it is JSON");
    assert_eq!(parameters, serde_json::json!({"userId": stranger}));
}
