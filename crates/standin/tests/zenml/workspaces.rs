//! Workspaces, which older paths call tenants.

use crate::{client, exception, id, list, organization, start};
use chrono::TimeDelta;
use rolecall_zenml::types::WorkspaceCreate;
use serde_json::json;

#[tokio::test]
async fn workspaces_come_by_pages_and_filters_under_two_names() {
    let (_standin, admin) = start().await;
    let all = list(&admin, "/workspaces").await;
    assert!(all.len() > 8);
    assert_eq!(list(&admin, "/tenants").await, all);
    assert_eq!(
        list(&admin, "/workspaces?offset=2&limit=3").await,
        all[2..5]
    );
    let example = organization(&admin, "Example").await;
    let own = list(&admin, &format!("/workspaces?organization_id={example}")).await;
    assert_eq!(
        list(&admin, &format!("/organizations/{example}/tenants")).await,
        own
    );
    assert!(own.len() < all.len());
    let first = id(&own[0]);
    for query in [
        format!("workspace_id={first}"),
        format!("tenant_id={first}"),
    ] {
        assert_eq!(list(&admin, &format!("/tenants?{query}")).await, own[..1]);
    }
    let url = own[0]["zenml_service"]["status"]["server_url"]
        .as_str()
        .unwrap();
    assert_eq!(
        list(&admin, &format!("/workspaces?url={url}")).await,
        own[..1]
    );
    for (query, pointer, value) in [
        ("status=deactivated", "/status", json!("deactivated")),
        ("status=available", "/status", json!("available")),
        ("is_managed=false", "/is_managed", json!(false)),
        ("workspace_name=workspace-1", "/name", json!("workspace-1")),
    ] {
        let found = list(&admin, &format!("/workspaces?{query}")).await;
        assert!(!found.is_empty() && found.len() < all.len(), "{query}");
        assert!(
            found.iter().all(|one| one.pointer(pointer) == Some(&value)),
            "{query}"
        );
    }
    let too_many = admin.send("GET", "/workspaces?limit=101").await;
    assert_eq!(too_many.status, 422);
    assert_eq!(_standin.take_violations().len(), 1);
}

#[tokio::test]
async fn a_workspace_is_set_up_for_a_while() {
    let (standin, admin) = start().await;
    let client = client(&admin);
    let example = organization(&admin, "Example").await;
    let mut body = WorkspaceCreate::new();
    body.name = Some("laboratory".to_owned());
    body.organization_id = Some(example.clone());
    let made = client
        .create_workspace()
        .body(body.clone())
        .send()
        .await
        .unwrap();
    assert_eq!(
        (&*made.name, made.display_name.as_deref()),
        ("laboratory", Some("laboratory"))
    );
    let path = format!("/workspaces/{}", made.id);
    assert_eq!(admin.send("GET", &path).await.body["status"], "pending");
    standin.clock().advance(TimeDelta::minutes(1));
    let found = admin.send("GET", &path).await;
    assert_eq!(found.body["status"], "available");
    assert!(found.body["zenml_service"]["status"]["server_url"].is_string());
    let taken = client
        .create_workspace()
        .body(body.clone())
        .send()
        .await
        .unwrap_err();
    assert_eq!(taken.status().map(|status| status.as_u16()), Some(409));
    let post = |body| admin.send_json("POST", "/workspaces", body);
    assert_eq!(
        exception(&post(json!({ "name": "x" })).await),
        (400, "ValueError")
    );
    let bare = json!({ "organization_id": example });
    assert_eq!(exception(&post(bare).await), (400, "ValueError"));
    let long = json!({ "organization_id": example, "name": "x".repeat(51) });
    let refused = post(long).await;
    assert_eq!(
        (refused.status, &refused.body["detail"][0]["loc"]),
        (422, &json!(["body", "name"]))
    );

    // The key to enroll with is shown once.
    let own = json!({ "organization_id": example, "name": "own", "is_managed": false });
    let made = post(own).await;
    assert!(made.body["enrollment_key"].is_string());
    let found = admin
        .send("GET", &format!("/workspaces/{}", id(&made.body)))
        .await;
    assert_eq!(found.body["enrollment_key"], json!(null));
    assert_eq!(found.body["status"], "not_initialized");
    let missing = admin
        .send("GET", "/workspaces/00000000-0000-4000-8000-000000000000")
        .await;
    assert_eq!(exception(&missing), (404, "KeyError"));
}
