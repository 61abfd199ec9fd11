//! Who is let in, and with what: tokens, scopes, previews, restricted applications, forms of requests.

use super::{error, organization, start, text};
use crate::session::Session;
use rolecall_standin::Standin;
use serde_json::json;

/// A session of an OAuth client that acts for itself, with these scopes.
async fn service(standin: &Standin, name: &str, scope: &str) -> Session {
    let client = standin
        .credentials()
        .client(name)
        .expect("it is registered");
    let secret = client.secret.as_deref().expect("it has one");
    let reply = post_form(
        &standin.credentials().endpoints.token,
        &[
            ("grant_type", "client_credentials"),
            ("client_id", &client.client.id),
            ("client_secret", secret),
            ("scope", scope),
        ],
    )
    .await;
    Session::with(
        standin,
        &format!("Bearer {}", text(&reply, "/access_token")),
    )
}

async fn post_form(url: &str, fields: &[(&str, &str)]) -> serde_json::Value {
    let body = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", value.replace(' ', "+")));
    let request = rolecall_client::reqwest::Client::new()
        .post(url)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body.collect::<Vec<_>>().join("&"));
    let answer = request.send().await.expect("the server listens");
    let text = answer.text().await.expect("the answer is whole");
    serde_json::from_str(&text).expect("it is JSON")
}

#[tokio::test]
async fn no_token_and_a_wrong_token_are_told_apart() {
    let (standin, _) = start().await;
    let path = "/v2/admin/users/getCurrent";
    let reply = Session::with(&standin, "").send("GET", path).await;
    assert_eq!(error(&reply), (401, "UNAUTHORIZED", "MissingCredentials"));
    let reply = Session::with(&standin, "Bearer nobody-knows-me")
        .send("GET", path)
        .await;
    assert_eq!(error(&reply), (401, "UNAUTHORIZED", "Default:Unauthorized"));
    assert_eq!(reply.body["parameters"], json!({}));
}

#[tokio::test]
async fn every_error_has_an_instance_of_its_own() {
    let (_standin, admin) = start().await;
    let path = "/v2/admin/groups/00000000-0000-4000-8000-000000000000";
    let one = admin.send("GET", path).await;
    let other = admin.send("GET", path).await;
    assert_eq!(error(&one), (404, "NOT_FOUND", "GroupNotFound"));
    assert_eq!(text(&one.body, "/parameters/groupId"), path[17..]);
    let (one, other) = (
        text(&one.body, "/errorInstanceId"),
        text(&other.body, "/errorInstanceId"),
    );
    assert_eq!((one.len(), other.len()), (36, 36));
    assert_ne!(one, other);
}

#[tokio::test]
async fn a_missing_scope_is_named_and_both_spellings_count() {
    let (standin, admin) = start().await;
    let organization = organization(&admin).await;
    let path = format!("/v2/admin/organizations/{organization}/roleAssignments");
    for scope in ["api:admin-read", "api:use-admin-read"] {
        let session = service(&standin, "service", scope).await;
        assert_eq!(session.send("GET", &path).await.status, 200, "{scope}");
        let body = json!({"roleAssignments": []});
        let reply = session
            .send_json("POST", &format!("{path}/add"), body)
            .await;
        assert_eq!(error(&reply), (403, "PERMISSION_DENIED", "ApiUsageDenied"));
        let missing = text(&reply.body, "/parameters/missingScope");
        assert_eq!(missing, "api:use-admin-write");
    }
    // A list that asks for the scope of a write, and two that ask for none.
    let session = service(&standin, "service", "api:use-admin-read").await;
    let marking = admin.send("GET", "/v2/admin/markings").await;
    let marking = text(&marking.body, "/data/0/id");
    let reply = session
        .send(
            "GET",
            &format!("/v2/admin/markings/{marking}/markingMembers"),
        )
        .await;
    assert_eq!(error(&reply).2, "ApiUsageDenied");
    let session = service(&standin, "service", "api:use-filesystem-read").await;
    let reply = session
        .send("GET", "/v2/admin/groups/listCurrent?preview=true")
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text);
}

#[tokio::test]
async fn a_restricted_application_is_refused_on_three_operations_only() {
    let (standin, admin) = start().await;
    let organization = organization(&admin).await;
    let scopes = "api:use-admin-read api:use-admin-write api:use-filesystem-read";
    let restricted = service(&standin, "restricted-service", scopes).await;
    let free = service(&standin, "service", scopes).await;
    let path = format!("/v2/admin/organizations/{organization}/roleAssignments");
    let body = json!({"roleAssignments": []});
    let list = restricted.send("GET", &path).await;
    let add = restricted
        .send_json("POST", &format!("{path}/add"), body.clone())
        .await;
    let remove = restricted
        .send_json("POST", &format!("{path}/remove"), body.clone())
        .await;
    for (reply, verb) in [(list, "List"), (add, "Add"), (remove, "Remove")] {
        let name = format!("{verb}OrganizationRoleAssignmentsPermissionDenied");
        assert_eq!(error(&reply), (403, "PERMISSION_DENIED", &*name));
        assert_eq!(
            text(&reply.body, "/parameters/organizationRid"),
            organization
        );
    }
    for path in [
        "/v2/admin/users".to_owned(),
        "/v2/admin/groups".to_owned(),
        "/v2/filesystem/spaces".to_owned(),
        format!("/v2/admin/organizations/{organization}"),
        format!("/v2/admin/organizations/{organization}/listAvailableRoles"),
    ] {
        assert_eq!(restricted.send("GET", &path).await.status, 200, "{path}");
    }
    for session in [admin, free] {
        assert_eq!(session.send("GET", &path).await.status, 200);
        let reply = session
            .send_json("POST", &format!("{path}/add"), body.clone())
            .await;
        assert_eq!(reply.status, 204);
    }
}

#[tokio::test]
async fn a_service_user_starts_with_no_role_and_gets_one() {
    let (standin, admin) = start().await;
    let organization = organization(&admin).await;
    let scopes = "api:use-admin-read api:use-admin-write";
    let session = service(&standin, "service-without-role", scopes).await;
    let me = session.send("GET", "/v2/admin/users/getCurrent").await;
    let client = standin.credentials().client("service-without-role");
    let id = &client.expect("it is registered").client.id;
    assert_eq!(&text(&me.body, "/username"), id);
    assert_eq!(me.body.get("organization"), None);
    let path = format!("/v2/admin/organizations/{organization}/roleAssignments");
    let refused = session.send("GET", &path).await;
    assert_eq!(
        error(&refused).2,
        "ListOrganizationRoleAssignmentsPermissionDenied"
    );
    let body = json!({"roleAssignments": [
        {"roleId": "organization:administrator", "principalId": text(&me.body, "/id")},
    ]});
    let given = admin.send_json("POST", &format!("{path}/add"), body).await;
    assert_eq!(given.status, 204);
    assert_eq!(session.send("GET", &path).await.status, 200);
}

#[tokio::test]
async fn previews_are_refused_without_the_flag() {
    let (_standin, admin) = start().await;
    for path in [
        "/v2/admin/enrollments/getCurrent",
        "/v2/admin/enrollments/getCurrent?preview=false",
        "/v2/admin/groups/listCurrent",
        "/v2/filesystem/resources/getRecentlyViewed",
    ] {
        let reply = admin.send("GET", path).await;
        let expected = (400, "INVALID_ARGUMENT", "ApiFeaturePreviewUsageOnly");
        assert_eq!(error(&reply), expected, "{path}");
    }
}

#[tokio::test]
async fn requests_of_another_form_are_refused_by_name() {
    let (standin, admin) = start().await;
    let path = "/v2/admin/groups/search";
    let search = json!({"where": {"type": "queryString", "value": "a"}});
    let missing = admin.send("POST", path).await;
    assert_eq!(
        error(&missing),
        (400, "INVALID_ARGUMENT", "MissingPostBody")
    );
    let form = admin
        .request("POST", path, Some("text/plain"), "where=a")
        .await;
    assert_eq!(
        error(&form),
        (415, "INVALID_ARGUMENT", "Conjure:UnsupportedMediaType")
    );
    let mut extra = search.clone();
    extra["where"]["principalType"] = json!("USER");
    let strict = admin.send_json("POST", path, extra).await;
    assert_eq!(
        error(&strict),
        (422, "INVALID_ARGUMENT", "Conjure:UnprocessableEntity")
    );
    let incomplete = admin.send_json("POST", path, json!({})).await;
    assert_eq!(error(&incomplete).2, "Conjure:UnprocessableEntity");
    let broken = admin
        .request("POST", path, Some("application/json"), "{")
        .await;
    assert_eq!(error(&broken).2, "Conjure:InvalidArgument");
    let wrong = admin.send("GET", "/v2/admin/users/not-a-uuid").await;
    assert_eq!(
        error(&wrong),
        (400, "INVALID_ARGUMENT", "Default:InvalidArgument")
    );
    let unknown = admin.send("GET", "/v2/admin/nothing").await;
    assert_eq!((unknown.status, &*unknown.text), (404, ""));
    let empty = admin
        .send_json("POST", "/v2/admin/users/getBatch", json!([]))
        .await;
    assert_eq!(error(&empty).2, "MissingBatchRequest");
    let element = json!({"userId": "00000000-0000-4000-8000-000000000000"});
    let many = admin
        .send_json(
            "POST",
            "/v2/admin/users/getBatch",
            json!(vec![element; 501]),
        )
        .await;
    assert_eq!(error(&many).2, "BatchRequestSizeExceededLimit");
    let sizes = json!({"maximumBatchSize": 500, "providedBatchSize": 501});
    assert_eq!(many.body["parameters"], sizes);
    let places: Vec<String> = standin
        .take_violations()
        .into_iter()
        .map(|one| one.place)
        .collect();
    assert!(
        places.contains(&"body/where".to_owned()) || places.contains(&"body".to_owned()),
        "{places:?}"
    );
}

#[tokio::test]
async fn an_attribution_has_to_be_a_list_of_rids() {
    let (standin, _) = start().await;
    let token = &standin.credentials().token;
    let url = format!("{}/v2/admin/users/getCurrent", standin.base_url());
    for (attribution, status) in [
        ("ri.a.b.c.d", 200),
        ("ri.a..c.d, ri.foundry.main.dataset.x-1", 200),
        ("ri.a..c", 400),
        ("somebody", 400),
    ] {
        let request = rolecall_client::reqwest::Client::new()
            .get(&url)
            .header("authorization", format!("Bearer {token}"))
            .header("attribution", attribution);
        let answer = request.send().await.expect("the stand-in listens");
        assert_eq!(answer.status().as_u16(), status, "{attribution}");
    }
}
