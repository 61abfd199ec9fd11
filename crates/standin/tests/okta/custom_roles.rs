//! Custom roles, resource sets and what binds them.

use crate::{Session, all, error, path, principal, start, text};
use rolecall_standin::{Api, Standin};
use serde_json::{Value, json};

#[tokio::test]
async fn a_custom_role_lives_and_dies() {
    let (standin, admin) = start().await;
    let body = json!({
        "label": "Night watch / 2",
        "description": "Looks after things",
        "permissions": ["okta.users.read", "okta.anything.new"],
    });
    let made = admin
        .send_json("POST", "/api/v1/iam/roles", body.clone())
        .await;
    assert_eq!(made.status, 200, "{}", made.text);
    assert_eq!(made.body.get("permissions"), None);
    let own = path(&standin, text(&made.body, "/_links/self/href"));
    let by_label = "/api/v1/iam/roles/Night%20watch%20%2F%202";
    for name in [own, by_label] {
        assert_eq!(admin.send("GET", name).await.body, made.body);
    }
    let again = admin.send_json("POST", "/api/v1/iam/roles", body).await;
    assert_eq!(error(&again), (400, "E0000001"));
    let renamed = json!({ "label": "Day watch", "description": "Looks on" });
    let renamed = admin.send_json("PUT", own, renamed).await;
    assert_eq!(
        (renamed.status, &renamed.body["label"]),
        (200, &json!("Day watch"))
    );
    assert_eq!(admin.send("GET", by_label).await.status, 404);
    assert_eq!(
        admin
            .send("GET", "/api/v1/iam/roles/Day%20watch")
            .await
            .body,
        renamed.body
    );
    let blank = json!({ "label": " ", "description": "x" });
    assert_eq!(
        error(&admin.send_json("PUT", own, blank).await),
        (400, "E0000001")
    );
    assert_eq!(admin.send("DELETE", own).await.status, 204);
    assert_eq!(error(&admin.send("GET", own).await), (404, "E0000007"));
}

#[tokio::test]
async fn okta_s_own_role_stands_in_the_list_and_cannot_be_changed() {
    let (standin, admin) = start().await;
    let (roles, _) = all(&standin, &admin, "/api/v1/iam/roles", "/roles").await;
    assert!(roles.iter().any(|role| role["id"] == "WORKFLOWS_ADMIN"));
    let own = "/api/v1/iam/roles/WORKFLOWS_ADMIN";
    assert_eq!(error(&admin.send("DELETE", own).await), (403, "E0000111"));
    let permission = format!("{own}/permissions/okta.users.read");
    assert_eq!(
        error(&admin.send("POST", &permission).await),
        (403, "E0000111")
    );
}

#[tokio::test]
async fn permissions_are_added_replaced_and_removed() {
    let (standin, admin) = start().await;
    let roles = admin.send("GET", "/api/v1/iam/roles").await;
    let own = path(
        &standin,
        text(&roles.body, "/roles/0/_links/permissions/href"),
    );
    let read = format!("{own}/okta.users.read");
    assert_eq!(error(&admin.send("GET", &read).await), (404, "E0000007"));
    assert_eq!(
        error(&admin.send_json("PUT", &read, json!({})).await),
        (404, "E0000007")
    );
    let added = admin.send("POST", &read).await;
    assert_eq!((added.status, &*added.text), (204, ""));
    assert_eq!(error(&admin.send("POST", &read).await), (400, "E0000001"));
    let conditions = json!({ "include": { "okta:ResourceAttribute/User/Profile": ["title"] } });
    let replaced = admin
        .send_json("PUT", &read, json!({ "conditions": conditions }))
        .await;
    assert_eq!(
        (replaced.status, &replaced.body["conditions"]),
        (200, &conditions)
    );
    assert_eq!(admin.send("GET", &read).await.body, replaced.body);
    let listed = admin.send("GET", own).await;
    assert!(listed.items("/permissions").contains(&replaced.body));
    // Without a body the conditions are gone.
    let replaced = admin.send("PUT", &read).await;
    assert_eq!(
        (replaced.status, replaced.body.get("conditions")),
        (200, None)
    );

    let both = json!({ "conditions": { "include": {}, "exclude": {} } });
    assert_eq!(
        error(&admin.send_json("PUT", &read, both).await),
        (400, "E0000001")
    );
    let apps = format!("{own}/okta.apps.read");
    let refused = admin
        .send_json("POST", &apps, json!({ "conditions": conditions }))
        .await;
    assert_eq!(error(&refused), (400, "E0000001"));
    assert_eq!(admin.send("DELETE", &read).await.status, 204);
    assert_eq!(error(&admin.send("DELETE", &read).await), (404, "E0000007"));
}

#[tokio::test]
async fn a_resource_set_holds_what_urls_and_orns_name() {
    let (standin, admin) = start().await;
    let groups = admin.send("GET", "/api/v1/groups").await;
    let group = text(&groups.body, "/1/id");
    let apps = admin.send("GET", "/api/v1/apps").await;
    let (app, orn) = (text(&apps.body, "/2/id"), text(&apps.body, "/2/orn"));
    let origin = standin.origin();
    let body = json!({ "label": "Harbour", "description": "By the water", "resources": [
        format!("{origin}/api/v1/groups/{group}"),
        format!("https://subdomain.okta.com/api/v1/groups/{group}/users"),
        format!("{origin}/api/v1/apps/{app}"),
        orn,
        "/api/v1/users",
    ]});
    let made = admin
        .send_json("POST", "/api/v1/iam/resource-sets", body.clone())
        .await;
    assert_eq!(made.status, 200, "{}", made.text);
    let again = admin
        .send_json("POST", "/api/v1/iam/resource-sets", body)
        .await;
    assert_eq!(error(&again), (400, "E0000001"));
    let own = path(&standin, text(&made.body, "/_links/self/href"));
    let resources = format!("{own}/resources");
    let (found, pages) = all(
        &standin,
        &admin,
        &format!("{resources}?limit=3"),
        "/resources",
    )
    .await;
    // The app was named twice.
    assert_eq!((found.len(), pages), (4, 2));
    let target = path(&standin, text(&found[0], "/_links/self/href"));
    assert_eq!(admin.send("GET", target).await.body["id"], group);
    let entry = path(&standin, text(&found[0], "/_links/resource/href"));
    assert_eq!(admin.send("GET", entry).await.body, found[0]);

    let conditions = json!({ "Exclude": { "okta:ORN": [orn] } });
    let org = orn.split(':').nth(3).expect("it names the org");
    let one = json!({ "resourceOrnOrUrl": format!("orn:okta:directory:{org}:devices"), "conditions": conditions });
    let added = admin.send_json("POST", &resources, one.clone()).await;
    assert_eq!(
        (added.status, &added.body["conditions"]),
        (200, &conditions),
        "{}",
        added.text
    );
    assert_eq!(added.body.get("_links"), None);
    assert_eq!(
        error(&admin.send_json("POST", &resources, one).await),
        (400, "E0000001")
    );
    let entry = format!("{resources}/{}", text(&added.body, "/id"));
    let replaced = admin.send_json("PUT", &entry, json!({})).await;
    assert_eq!(
        (replaced.status, replaced.body.get("conditions")),
        (200, None)
    );
    let several = json!({ "additions": [format!("{origin}/api/v1/groups"), format!("{origin}/api/v1/apps")] });
    let added = admin.send_json("PATCH", &resources, several).await;
    assert_eq!((added.status, &added.body["id"]), (200, &made.body["id"]));
    assert_eq!(
        admin
            .send("GET", &resources)
            .await
            .items("/resources")
            .len(),
        7
    );
    assert_eq!(admin.send("DELETE", &entry).await.status, 204);
    assert_eq!(error(&admin.send("GET", &entry).await), (404, "E0000007"));
    for unknown in [
        "https://elsewhere.example",
        "orn:okta:directory:00oelse:users",
        "/api/v1/groups/00gno",
        "x",
    ] {
        let refused = admin
            .send_json("PATCH", &resources, json!({ "additions": [unknown] }))
            .await;
        assert_eq!(error(&refused), (400, "E0000001"), "{unknown}");
    }

    let half = json!({ "label": "Pier" });
    assert_eq!(
        error(&admin.send_json("PUT", own, half).await),
        (400, "E0000001")
    );
    let renamed = json!({ "label": "Pier", "description": "Further out" });
    assert_eq!(admin.send_json("PUT", own, renamed).await.status, 200);
    assert_eq!(
        admin
            .send("GET", "/api/v1/iam/resource-sets/Pier")
            .await
            .body["id"],
        made.body["id"]
    );
    assert_eq!(admin.send("DELETE", own).await.status, 204);
    assert_eq!(error(&admin.send("GET", own).await), (404, "E0000007"));
}

#[tokio::test]
async fn bindings_give_roles_and_take_them() {
    let (standin, admin) = start().await;
    let nobody = principal(&standin, "nobody");
    let groups = admin.send("GET", "/api/v1/groups").await;
    let group = text(&groups.body, "/1/id");
    let roles = admin.send("GET", "/api/v1/iam/roles").await;
    let role = text(&roles.body, "/roles/3/id");
    let origin = standin.origin();
    let set = json!({ "label": "Harbour", "description": "x", "resources": [] });
    let set = admin
        .send_json("POST", "/api/v1/iam/resource-sets", set)
        .await;
    let bindings = path(&standin, text(&set.body, "/_links/bindings/href"));
    let user = format!("{origin}/api/v1/users/{nobody}");
    let body = json!({ "role": role, "members": [user, user] });
    let made = admin.send_json("POST", bindings, body).await;
    assert_eq!(made.status, 200, "{}", made.text);
    assert_eq!(made.body.as_object().map(serde_json::Map::len), Some(1));
    let own = path(&standin, text(&made.body, "/_links/self/href"));
    let found = admin.send("GET", own).await;
    assert_eq!(found.body["id"], role);
    let listed = admin.send("GET", bindings).await;
    assert_eq!(listed.items("/roles")[0]["id"], role);
    let by_label = text(&roles.body, "/roles/3/label").replace(' ', "%20");
    assert_eq!(
        admin
            .send("GET", &format!("{bindings}/{by_label}"))
            .await
            .body,
        found.body
    );

    let members = format!("{own}/members");
    let more = json!({ "additions": [format!("{origin}/api/v1/groups/{group}"), user] });
    assert_eq!(admin.send_json("PATCH", &members, more).await.status, 200);
    let listed = admin.send("GET", &members).await;
    assert_eq!(listed.items("/members").len(), 2);
    assert_eq!(listed.items("/members")[0]["_links"]["self"]["href"], user);
    let member = text(&listed.items("/members")[0], "/id");
    let held = admin
        .send("GET", &format!("/api/v1/users/{nobody}/roles"))
        .await;
    let ids: Vec<&Value> = held.items("").iter().map(|role| &role["id"]).collect();
    assert!(ids.contains(&&json!(member)));
    for (body, expected) in [
        (json!({ "role": role }), (400, "E0000001")),
        (
            json!({ "role": "cr0unknown", "members": [user] }),
            (404, "E0000007"),
        ),
        (
            json!({ "role": role, "members": ["https://x.example/api/v1/users/00unone"] }),
            (404, "E0000007"),
        ),
        (
            json!({ "role": role, "members": ["nonsense"] }),
            (400, "E0000001"),
        ),
        (
            json!({ "role": "WORKFLOWS_ADMIN", "members": [user] }),
            (400, "E0000001"),
        ),
    ] {
        let refused = admin.send_json("POST", bindings, body.clone()).await;
        assert_eq!(error(&refused), expected, "{body}");
    }
    // With the binding goes the role, for all members.
    assert_eq!(admin.send("DELETE", own).await.status, 204);
    assert_eq!(error(&admin.send("GET", &members).await), (404, "E0000007"));
    let held = admin
        .send("GET", &format!("/api/v1/users/{nobody}/roles"))
        .await;
    assert!(!held.items("").iter().any(|role| role["id"] == member));
}

#[tokio::test]
async fn a_role_or_set_that_is_deleted_takes_its_bindings_with_it() {
    let (standin, admin) = start().await;
    let roles = format!("/api/v1/users/{}/roles", principal(&standin, "nobody"));
    let all_roles = admin.send("GET", "/api/v1/iam/roles").await;
    let sets = admin.send("GET", "/api/v1/iam/resource-sets").await;
    let role = |at: usize| text(&all_roles.body["roles"][at], "/id");
    let set = |at: usize| text(&sets.body["resource-sets"][at], "/id");
    for (role, set) in [(role(2), set(3)), (role(3), set(4))] {
        let body = json!({ "type": "CUSTOM", "role": role, "resource-set": set });
        assert_eq!(admin.send_json("POST", &roles, body).await.status, 201);
    }
    assert_eq!(
        admin
            .send("DELETE", &format!("/api/v1/iam/roles/{}", role(2)))
            .await
            .status,
        204
    );
    assert_eq!(admin.send("GET", &roles).await.items("").len(), 1);
    let set = format!("/api/v1/iam/resource-sets/{}", set(4));
    assert_eq!(admin.send("DELETE", &set).await.status, 204);
    assert_eq!(admin.send("GET", &roles).await.body, json!([]));
}

#[tokio::test]
async fn a_role_and_a_set_have_a_thousand_members_at_most() {
    let standin = Standin::builder(Api::Okta).users(1_100).start().await;
    let standin = standin.expect("a port is free");
    let admin = Session::of(&standin, "admin");
    let (users, _) = all(&standin, &admin, "/api/v1/users", "").await;
    let users = users
        .iter()
        .map(|user| format!("/api/v1/users/{}", text(user, "/id")));
    let users: Vec<String> = users.take(1_001).collect();
    let roles = admin.send("GET", "/api/v1/iam/roles").await;
    let role = text(&roles.body, "/roles/3/id");
    let set = json!({ "label": "Harbour", "description": "x", "resources": [] });
    let set = admin
        .send_json("POST", "/api/v1/iam/resource-sets", set)
        .await;
    let bindings = path(&standin, text(&set.body, "/_links/bindings/href"));
    let refused = json!({ "role": role, "members": users });
    let refused = admin.send_json("POST", bindings, refused).await;
    assert_eq!(error(&refused), (400, "E0000001"));
    let made = json!({ "role": role, "members": users[..1_000] });
    assert_eq!(admin.send_json("POST", bindings, made).await.status, 200);
    let members = format!("{bindings}/{role}/members");
    let (found, pages) = all(&standin, &admin, &members, "/members").await;
    assert_eq!((found.len(), pages), (1_000, 10));
    let last = json!({ "additions": users[1_000..] });
    assert_eq!(
        error(&admin.send_json("PATCH", &members, last).await),
        (400, "E0000001")
    );
}
