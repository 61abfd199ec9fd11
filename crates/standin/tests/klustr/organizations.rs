//! Organizations themselves.

use crate::{HOME, client, principal, start};
use chrono::{DateTime, TimeDelta};
use rolecall_klustr::types::Org;
use rolecall_standin::{Api, Standin};
use serde_json::json;

#[tokio::test]
async fn a_new_organization_has_roles_and_an_administrator() {
    let (standin, admin) = start().await;
    let client = client(&admin);
    let mut org = Org::new();
    org.name = Some("New".to_owned());
    org.domain = Some("new.example.net".to_owned());
    let made = client.create_org().body(org.clone()).send().await.unwrap();
    assert_eq!(made.id.as_deref(), Some("new.example.net"));
    let owner = made.owner.as_ref().and_then(|owner| owner.id.clone());
    assert_eq!(owner, Some(principal(&standin, "admin")));
    let found = client
        .get_organization_details()
        .organization_id("new.example.net");
    assert_eq!(*found.send().await.unwrap(), *made);

    let path = "/directory/orgs/new.example.net";
    let roles = admin.send("GET", &format!("{path}/roles")).await;
    assert_eq!(roles.items("").len(), 49);
    let all = roles
        .items("")
        .iter()
        .find(|role| role["id"] == "admin")
        .unwrap();
    assert_eq!(all["stage"], "ga");
    assert_eq!(all["permissions"].as_array().map(Vec::len), Some(24 * 6));
    let own = admin.send("GET", &format!("{path}/user/roles")).await;
    assert_eq!(own.items("/roles").len(), 1);

    for taken in [
        json!({ "domain": "new.example.net", "id": "x" }),
        json!({ "id": "example.com" }),
    ] {
        let refused = admin.send_json("POST", "/directory/orgs/", taken).await;
        assert_eq!(refused.status, 409);
    }
    assert_eq!(
        admin
            .send_json("POST", "/directory/orgs", json!({}))
            .await
            .status,
        400
    );
    assert_eq!(admin.send("DELETE", path).await.status, 200);
    assert_eq!(admin.send("DELETE", path).await.status, 400);
    assert_eq!(admin.send("GET", path).await.status, 404);
}

#[tokio::test]
async fn the_id_in_the_body_decides_what_is_updated() {
    let standin = Standin::builder(Api::Klustr)
        .at(DateTime::UNIX_EPOCH)
        .start()
        .await
        .unwrap();
    let admin = crate::session::Session::of(&standin, "admin");
    let before = admin.send("GET", HOME).await.body;
    standin.clock().advance(TimeDelta::hours(1));
    let body = json!({ "id": "example.com", "name": "Renamed", "unknown": true });
    let updated = admin
        .send_json("PUT", "/directory/orgs/whatever", body)
        .await;
    assert_eq!(
        updated.body,
        json!({
            "id": "example.com",
            "name": "Renamed",
            "creation_date": before["creation_date"],
            "modified_date": "1970-01-01T01:00:00.000Z",
        })
    );
    assert_eq!(admin.send("GET", HOME).await.body, updated.body);
    let refused = admin
        .send_json("PUT", HOME, json!({ "name": "No id" }))
        .await;
    assert_eq!(refused.status, 400);
    // Under an id that is free an organization is stored that has no roles.
    let body = json!({ "id": "bare" });
    assert_eq!(admin.send_json("PUT", HOME, body).await.status, 200);
    let permissions = admin.send("GET", "/directory/orgs/bare/permissions").await;
    assert_eq!((permissions.status, permissions.body), (200, json!([])));
    assert_eq!(
        admin
            .send("POST", "/directory/orgs/bare/users/u/roles/admin")
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn domains_are_free_or_taken() {
    let (_standin, admin) = start().await;
    let client = client(&admin);
    let check = || client.check_domain_availability();
    let free = check().domain("free.example.net").send().await.unwrap();
    assert_eq!(free.available, Some(true));
    let taken = check().domain("example.com").send().await.unwrap();
    assert_eq!(taken.available, Some(false));
    let taken = check().subdomain("example").send().await.unwrap();
    assert_eq!(taken.available, Some(false));
}
