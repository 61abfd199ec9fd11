//! Users and what belongs to them.

use super::{all, column, error, organization, start, text, user};
use crate::session::Session;
use serde_json::json;

#[tokio::test]
async fn a_deleted_user_is_kept_apart_and_loses_everything() {
    let (standin, admin) = start().await;
    let organization = organization(&admin).await;
    let nobody = user(&standin, "nobody");
    let path = format!("/v2/admin/users/{nobody}");
    let wrong = admin.send("GET", &format!("{path}?status=DELETED")).await;
    assert_eq!(error(&wrong), (400, "INVALID_ARGUMENT", "UserIsActive"));
    assert_eq!(wrong.body["parameters"], json!({"principalId": nobody}));
    let roles = format!("/v2/admin/organizations/{organization}/roleAssignments");
    let body = json!({"roleAssignments": [
        {"roleId": "organization:administrator", "principalId": nobody},
    ]});
    let added = admin
        .send_json("POST", &format!("{roles}/add"), body.clone())
        .await;
    assert_eq!(added.status, 204);
    assert_eq!(admin.send("DELETE", &path).await.status, 204);
    let gone = admin.send("GET", &path).await;
    assert_eq!(error(&gone), (400, "INVALID_ARGUMENT", "UserDeleted"));
    let kept = admin.send("GET", &format!("{path}?status=DELETED")).await;
    assert_eq!(text(&kept.body, "/status"), "DELETED");
    for suffix in [
        "/getMarkings",
        "/providerInfo",
        "/profilePicture",
        "/groupMemberships",
    ] {
        let reply = admin.send("GET", &format!("{path}{suffix}")).await;
        assert_eq!(error(&reply).2, "UserDeleted", "{suffix}");
    }
    let again = admin.send("DELETE", &path).await;
    assert_eq!(error(&again).2, "UserDeleted");
    let deleted = admin.send("GET", "/v2/admin/users?include=DELETED").await;
    assert_eq!(
        column(&deleted.body["data"], "id"),
        std::slice::from_ref(&nobody)
    );
    let live = all(&admin, "/v2/admin/users", 20).await;
    assert!(live.iter().all(|user| user["id"] != *nobody));
    let listed = admin.send("GET", &roles).await;
    assert!(!column(&listed.body["data"], "principalId").contains(&nobody));
    let reply = admin.send_json("POST", &format!("{roles}/add"), body).await;
    assert_eq!(error(&reply).2, "PrincipalNotFound");
    let dead = Session::of(&standin, "nobody")
        .send("GET", "/v2/admin/users/getCurrent")
        .await;
    assert_eq!(dead.status, 401);
}

#[tokio::test]
async fn batches_leave_out_what_is_unknown() {
    let (standin, admin) = start().await;
    let nobody = user(&standin, "nobody");
    let body = json!([
        {"userId": nobody},
        {"userId": user(&standin, "admin"), "status": "DELETED"},
        {"userId": "00000000-0000-4000-8000-000000000000"},
    ]);
    let reply = admin
        .send_json("POST", "/v2/admin/users/getBatch", body)
        .await;
    let data = reply.body["data"].as_object().expect("it is a map");
    assert_eq!(data.keys().collect::<Vec<_>>(), [&nobody]);
}

#[tokio::test]
async fn revoking_ends_every_token_of_a_user() {
    let (standin, admin) = start().await;
    let nobody = user(&standin, "nobody");
    let path = format!("/v2/admin/users/{nobody}/revokeAllTokens");
    let reader = Session::of(&standin, "reader");
    let refused = reader.send("POST", &path).await;
    assert_eq!(error(&refused).2, "RevokeAllTokensUserPermissionDenied");
    let session = Session::of(&standin, "nobody");
    assert_eq!(
        session
            .send("GET", "/v2/admin/users/getCurrent")
            .await
            .status,
        200
    );
    // The npm packages send a media type with every call.
    let done = admin
        .request("POST", &path, Some("application/json"), "")
        .await;
    assert_eq!((done.status, &*done.text), (204, ""));
    assert_eq!(
        session
            .send("GET", "/v2/admin/users/getCurrent")
            .await
            .status,
        401
    );
    assert_eq!(
        admin
            .send("GET", &format!("/v2/admin/users/{nobody}"))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_provider_id_is_unique_in_its_realm() {
    let (standin, admin) = start().await;
    let one = format!("/v2/admin/users/{}/providerInfo", user(&standin, "nobody"));
    let other = format!("/v2/admin/users/{}/providerInfo", user(&standin, "reader"));
    let former = text(&admin.send("GET", &one).await.body, "/providerId");
    let taken = json!({ "providerId": former });
    let refused = admin.send_json("PUT", &other, taken.clone()).await;
    assert_eq!(refused.status, 400, "{}", refused.text);
    let set = admin
        .send_json("PUT", &one, json!({"providerId": "crane"}))
        .await;
    assert_eq!(set.body, json!({"providerId": "crane"}));
    let refused = admin
        .send_json("PUT", &other, json!({"providerId": "crane"}))
        .await;
    assert_eq!(refused.status, 400);
    assert_eq!(admin.send_json("PUT", &other, taken).await.status, 200);
}

#[tokio::test]
async fn service_users_have_no_provider() {
    let (standin, admin) = start().await;
    let client = standin
        .credentials()
        .client("service")
        .expect("it is registered");
    let id = client
        .client
        .principal
        .clone()
        .expect("it acts as a service user");
    let path = format!("/v2/admin/users/{id}/providerInfo");
    let reply = admin.send("GET", &path).await;
    assert_eq!(
        error(&reply),
        (404, "NOT_FOUND", "UserProviderInfoNotFound")
    );
    let reply = admin
        .send_json("PUT", &path, json!({"providerId": "x"}))
        .await;
    assert_eq!(
        error(&reply).2,
        "CannotReplaceProviderInfoForPrincipalInProtectedRealm"
    );
    assert_eq!(
        text(&reply.body, "/parameters/realm"),
        "palantir-internal-realm"
    );
}

#[tokio::test]
async fn a_picture_is_bytes_or_nothing() {
    let (standin, admin) = start().await;
    let path = |name: &str| format!("/v2/admin/users/{}/profilePicture", user(&standin, name));
    let with = admin.send("GET", &path("admin")).await;
    assert_eq!(
        (with.status, with.header("content-type")),
        (200, "application/octet-stream")
    );
    assert!(with.text.starts_with("GIF89a"));
    let without = admin.send("GET", &path("nobody")).await;
    assert_eq!((without.status, &*without.text), (204, ""));
}

#[tokio::test]
async fn preregistered_users_fit_the_provider_and_keep_their_id() {
    let (standin, admin) = start().await;
    let organization = organization(&admin).await;
    let enrollment = admin
        .send("GET", "/v2/admin/enrollments/getCurrent?preview=true")
        .await;
    let path = format!(
        "/v2/admin/enrollments/{}/authenticationProviders",
        text(&enrollment.body, "/rid")
    );
    let providers = admin.send("GET", &format!("{path}?preview=true")).await;
    assert_eq!(providers.body.get("nextPageToken"), None);
    let provider = text(&providers.body, "/data/0/rid");
    let path = format!("{path}/{provider}/preregisterUser?preview=true");
    let new = |username: &str| json!({"username": username, "organization": organization});
    let foreign = admin
        .send_json("POST", &path, new("finch@elsewhere.example"))
        .await;
    assert_eq!(foreign.status, 400);
    let made = admin
        .send_json("POST", &path, new("finch@example.com"))
        .await;
    assert!(made.body.is_string(), "{}", made.text);
    let again = admin
        .send_json("POST", &path, new("Finch@example.com"))
        .await;
    assert_eq!(again.body, made.body);
    let reader = Session::of(&standin, "reader");
    let refused = reader
        .send_json("POST", &path, new("wren@example.com"))
        .await;
    assert_eq!(error(&refused).2, "PreregisterUserPermissionDenied");
    assert_eq!(
        text(&refused.body, "/parameters/authenticationProviderRid"),
        provider
    );
}
