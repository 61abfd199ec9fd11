//! Roles on organizations and on the enrollment.

use super::{column, error, organization, start, text, user};
use crate::session::Session;
use serde_json::{Value, json};

fn assignment(role: &str, principal: &str) -> Value {
    json!({"roleAssignments": [{"roleId": role, "principalId": principal}]})
}

#[tokio::test]
async fn what_is_added_is_listed_until_it_is_removed() {
    let (standin, admin) = start().await;
    let path = format!(
        "/v2/admin/organizations/{}/roleAssignments",
        organization(&admin).await
    );
    let nobody = user(&standin, "nobody");
    let expected = json!({
        "principalType": "USER", "principalId": nobody, "roleId": "organization:administrator",
    });
    let listed = |reply: &Value| {
        reply["data"]
            .as_array()
            .is_some_and(|all| all.contains(&expected))
    };
    let before = admin.send("GET", &path).await.body;
    assert!(!listed(&before));
    let body = assignment("organization:administrator", &nobody);
    // A repeat changes nothing.
    for _ in 0..2 {
        let added = admin
            .send_json("POST", &format!("{path}/add"), body.clone())
            .await;
        assert_eq!((added.status, &*added.text), (204, ""));
        assert!(added.headers.get("content-type").is_none());
    }
    let with = admin.send("GET", &path).await.body;
    assert!(listed(&with));
    let count = |reply: &Value| reply["data"].as_array().map(Vec::len);
    assert_eq!(count(&with), count(&before).map(|count| count + 1));
    // Who was made an administrator acts as one, until the role is gone.
    let session = Session::of(&standin, "nobody");
    let remove = format!("{path}/remove");
    let removed = session.send_json("POST", &remove, body.clone()).await;
    assert_eq!(removed.status, 204);
    let refused = session.send_json("POST", &remove, body.clone()).await;
    assert_eq!(
        error(&refused).2,
        "RemoveOrganizationRoleAssignmentsPermissionDenied"
    );
    let absent = admin.send_json("POST", &remove, body).await;
    assert_eq!(absent.status, 204);
    assert_eq!(admin.send("GET", &path).await.body, before);
}

#[tokio::test]
async fn a_bad_batch_changes_nothing() {
    let (standin, admin) = start().await;
    let path = format!(
        "/v2/admin/organizations/{}/roleAssignments",
        organization(&admin).await
    );
    let before = admin.send("GET", &path).await.body;
    let nobody = user(&standin, "nobody");
    let stranger = "00000000-0000-4000-8000-000000000000";
    let role = "organization:administrator";
    let body = json!({"roleAssignments": [
        {"roleId": role, "principalId": nobody}, {"roleId": role, "principalId": stranger},
    ]});
    let reply = admin.send_json("POST", &format!("{path}/add"), body).await;
    assert_eq!(error(&reply), (404, "NOT_FOUND", "PrincipalNotFound"));
    assert_eq!(reply.body["parameters"], json!({"principalId": stranger}));
    let body = assignment("organization:nothing", &nobody);
    let reply = admin.send_json("POST", &format!("{path}/add"), body).await;
    assert_eq!(
        error(&reply),
        (400, "INVALID_ARGUMENT", "Default:InvalidArgument")
    );
    let one = json!({"roleId": role, "principalId": nobody});
    let many = json!({"roleAssignments": vec![one.clone(); 101]});
    let reply = admin.send_json("POST", &format!("{path}/add"), many).await;
    assert_eq!(error(&reply).2, "BatchRequestSizeExceededLimit");
    assert_eq!(admin.send("GET", &path).await.body, before);
    let most = json!({"roleAssignments": vec![one; 100]});
    let reply = admin.send_json("POST", &format!("{path}/add"), most).await;
    assert_eq!(reply.status, 204);
    let _ = standin.take_violations();
}

#[tokio::test]
async fn the_last_administrator_can_be_removed() {
    let (_standin, admin) = start().await;
    let path = format!(
        "/v2/admin/organizations/{}/roleAssignments",
        organization(&admin).await
    );
    let all = admin.send("GET", &path).await.body;
    let all = all["data"].as_array().cloned().unwrap_or_default();
    let administrators = all
        .iter()
        .filter(|one| one["roleId"] == "organization:administrator");
    let updates: Vec<Value> = administrators
        .map(|one| json!({"roleId": one["roleId"], "principalId": one["principalId"]}))
        .collect();
    let body = json!({ "roleAssignments": updates });
    let reply = admin
        .send_json("POST", &format!("{path}/remove"), body)
        .await;
    assert_eq!(reply.status, 204);
    let reply = admin.send("GET", &path).await;
    assert_eq!(
        error(&reply).2,
        "ListOrganizationRoleAssignmentsPermissionDenied"
    );
}

#[tokio::test]
async fn a_role_held_by_a_group_counts_for_its_members() {
    let (standin, admin) = start().await;
    let organization = organization(&admin).await;
    let path = format!("/v2/admin/organizations/{organization}/roleAssignments");
    let nobody = Session::of(&standin, "nobody");
    assert_eq!(nobody.send("GET", &path).await.status, 403);
    let mut ids = Vec::new();
    for name in ["Outer", "Inner"] {
        let new = json!({"name": name, "organizations": [organization], "attributes": {}});
        let group = admin.send_json("POST", "/v2/admin/groups", new).await;
        ids.push(text(&group.body, "/id"));
    }
    for (group, member) in [(&ids[0], &ids[1]), (&ids[1], &user(&standin, "nobody"))] {
        let path = format!("/v2/admin/groups/{group}/groupMembers/add");
        let body = json!({"principalIds": [member]});
        assert_eq!(admin.send_json("POST", &path, body).await.status, 204);
    }
    let body = assignment("organization:administrator", &ids[0]);
    let added = admin.send_json("POST", &format!("{path}/add"), body).await;
    assert_eq!(added.status, 204);
    assert_eq!(nobody.send("GET", &path).await.status, 200);
    // The group goes, and all that it held with it.
    let gone = admin
        .send("DELETE", &format!("/v2/admin/groups/{}", ids[0]))
        .await;
    assert_eq!(gone.status, 204);
    assert_eq!(nobody.send("GET", &path).await.status, 403);
    let listed = admin.send("GET", &path).await;
    assert!(!column(&listed.body["data"], "principalId").contains(&ids[0]));
}

#[tokio::test]
async fn a_reader_sees_and_changes_nothing() {
    let (standin, admin) = start().await;
    let organization = organization(&admin).await;
    let reader = Session::of(&standin, "reader");
    let path = format!("/v2/admin/organizations/{organization}/roleAssignments");
    assert_eq!(reader.send("GET", &path).await.status, 200);
    let body = assignment("organization:administrator", &user(&standin, "reader"));
    let reply = reader.send_json("POST", &format!("{path}/add"), body).await;
    assert_eq!(
        error(&reply).2,
        "AddOrganizationRoleAssignmentsPermissionDenied"
    );
    let body = json!({"name": "Mine"});
    let path = format!("/v2/admin/organizations/{organization}");
    let reply = reader.send_json("PUT", &path, body).await;
    assert_eq!(error(&reply).2, "ReplaceOrganizationPermissionDenied");
}

#[tokio::test]
async fn organizations_of_others_are_not_there() {
    let (standin, admin) = start().await;
    let markings = admin.send("GET", "/v2/admin/markings").await;
    let all = column(&markings.body["data"], "organization");
    let own = organization(&admin).await;
    let other = all
        .iter()
        .find(|rid| **rid != own)
        .expect("there are several");
    let nobody = Session::of(&standin, "nobody");
    for (rid, session, status) in [
        (&own, &nobody, 200),
        (other, &nobody, 404),
        (other, &admin, 200),
        (&format!("{own}x"), &admin, 404),
    ] {
        let reply = session
            .send("GET", &format!("/v2/admin/organizations/{rid}"))
            .await;
        assert_eq!(reply.status, status, "{rid}: {}", reply.text);
    }
}

#[tokio::test]
async fn roles_on_the_enrollment_do_not_count_on_its_organizations() {
    let (standin, admin) = start().await;
    let organization = organization(&admin).await;
    let enrollment = admin
        .send("GET", "/v2/admin/enrollments/getCurrent?preview=true")
        .await;
    let enrollment = text(&enrollment.body, "/rid");
    let path = format!("/v2/admin/enrollments/{enrollment}/roleAssignments");
    let nobody = Session::of(&standin, "nobody");
    let reply = nobody.send("GET", &format!("{path}?preview=true")).await;
    assert_eq!(
        error(&reply).2,
        "ListEnrollmentRoleAssignmentsPermissionDenied"
    );
    let body = assignment("enrollment:administrator", &user(&standin, "nobody"));
    let add = format!("{path}/add?preview=true");
    assert_eq!(admin.send_json("POST", &add, body).await.status, 204);
    assert_eq!(
        nobody
            .send("GET", &format!("{path}?preview=true"))
            .await
            .status,
        200
    );
    let path = format!("/v2/admin/organizations/{organization}/roleAssignments");
    assert_eq!(nobody.send("GET", &path).await.status, 403);
    let body = assignment("organization:administrator", &user(&standin, "nobody"));
    let reply = admin.send_json("POST", &add, body).await;
    assert_eq!(error(&reply), (404, "NOT_FOUND", "EnrollmentRoleNotFound"));
    assert_eq!(reply.body["parameters"], json!({}));
}

#[tokio::test]
async fn primary_members_are_no_guests() {
    let (standin, admin) = start().await;
    let organization = organization(&admin).await;
    let path = format!("/v2/admin/organizations/{organization}/guestMembers");
    let before = admin
        .send("GET", &format!("{path}?preview=true"))
        .await
        .body;
    let body = json!({"principalIds": [user(&standin, "nobody")]});
    for verb in ["add", "remove"] {
        let path = format!("{path}/{verb}?preview=true");
        assert_eq!(
            admin.send_json("POST", &path, body.clone()).await.status,
            204
        );
        let after = admin
            .send("GET", &path.replace(&format!("/{verb}"), ""))
            .await
            .body;
        assert_eq!(after, before);
    }
}

#[tokio::test]
async fn names_of_organizations_are_unique_and_an_administrator_is_needed() {
    let (standin, admin) = start().await;
    let enrollment = admin
        .send("GET", "/v2/admin/enrollments/getCurrent?preview=true")
        .await;
    let enrollment = text(&enrollment.body, "/rid");
    let nobody = user(&standin, "nobody");
    let new = |name: &str, administrators: &[&str]| json!({"name": name, "administrators": administrators, "enrollmentRid": enrollment});
    let path = "/v2/admin/organizations?preview=true";
    let reply = admin.send_json("POST", path, new("Ridge Farm", &[])).await;
    assert_eq!(error(&reply).2, "CreateOrganizationMissingInitialAdminRole");
    let made = admin
        .send_json("POST", path, new("Ridge Farm", &[&nobody]))
        .await;
    assert_eq!(made.status, 200, "{}", made.text);
    let again = admin
        .send_json("POST", path, new("Ridge Farm", &[&nobody]))
        .await;
    assert_eq!(
        error(&again),
        (400, "INVALID_ARGUMENT", "OrganizationNameAlreadyExists")
    );
    let rid = text(&made.body, "/rid");
    let path = format!("/v2/admin/organizations/{rid}");
    let session = Session::of(&standin, "nobody");
    let body = json!({"name": "Ridge Farm", "host": "under_score"});
    let reply = session.send_json("PUT", &path, body).await;
    assert_eq!(error(&reply).2, "InvalidHostName");
    let marking = text(&made.body, "/markingId");
    let marking = admin
        .send("GET", &format!("/v2/admin/markings/{marking}"))
        .await;
    assert_eq!(text(&marking.body, "/organization"), rid);
    let _ = standin.take_violations();
}
