//! Who may do what, and how refusals look.

use crate::{Session, client, error, principal, service, start, text};
use rolecall_standin::{Api, Limits, Standin};
use serde_json::json;

const ROLE_LISTS: [(&str, &str); 3] = [
    ("/api/v1/iam/roles", "roles"),
    ("/api/v1/iam/resource-sets", "resource-sets"),
    ("/api/v1/iam/assignees/users", "value"),
];

#[tokio::test]
async fn an_answer_has_an_id_and_says_what_is_left() {
    let (_standin, admin) = start().await;
    let reply = admin.send("GET", "/api/v1/iam/roles").await;
    assert!(reply.header("x-okta-request-id").starts_with("req"));
    for name in ["limit", "remaining", "reset"] {
        let value = reply.header(&format!("x-rate-limit-{name}"));
        assert!(value.parse::<u64>().is_ok(), "{name}: {value}");
    }
}

#[tokio::test]
async fn beyond_the_limit_there_is_no_retry_after() {
    let standin = Standin::builder(Api::Okta)
        .limits(Limits::Published)
        .start()
        .await;
    let standin = standin.expect("a port is free");
    let admin = Session::of(&standin, "admin");
    let mut last = admin.send("GET", "/oauth2/v1/clients").await;
    assert_eq!(last.header("x-rate-limit-limit"), "100");
    for _ in 0..100 {
        last = admin.send("GET", "/oauth2/v1/clients?limit=1").await;
    }
    assert_eq!(error(&last), (429, "E0000047"));
    assert_eq!(last.header("x-rate-limit-remaining"), "0");
    assert_eq!(last.header("retry-after"), "");
    // Other buckets are not touched.
    assert_eq!(admin.send("GET", "/api/v1/groups").await.status, 200);
}

#[tokio::test]
async fn unknown_tokens_paths_and_methods_are_told_apart() {
    let (standin, admin) = start().await;
    for authorization in ["", "SSWS nobody-knows-this", "Basic dTpw"] {
        let stranger = Session::with(&standin, authorization);
        let refused = stranger.send("GET", "/api/v1/iam/roles").await;
        assert_eq!(error(&refused), (401, "E0000011"), "{authorization}");
    }
    assert_eq!(
        error(&admin.send("GET", "/api/v1/nothing").await),
        (404, "E0000008")
    );
    let refused = admin.send("DELETE", "/api/v1/users").await;
    assert_eq!(error(&refused), (405, "E0000022"));
    assert_eq!(refused.header("allow"), "GET");
}

#[tokio::test]
async fn a_read_only_administrator_may_not_look_at_administrators() {
    let (standin, _admin) = start().await;
    let reader = Session::of(&standin, "reader");
    for list in [
        "/api/v1/users",
        "/api/v1/groups",
        "/api/v1/apps",
        "/oauth2/v1/clients",
    ] {
        assert_eq!(reader.send("GET", list).await.status, 200, "{list}");
    }
    let roles = format!("/api/v1/users/{}/roles", principal(&standin, "reader"));
    for list in ROLE_LISTS
        .map(|(list, _)| list)
        .into_iter()
        .chain([&*roles])
    {
        assert_eq!(
            error(&reader.send("GET", list).await),
            (403, "E0000006"),
            "{list}"
        );
    }
}

#[tokio::test]
async fn who_has_no_role_may_read_themselves_only() {
    let (standin, _admin) = start().await;
    let nobody = Session::of(&standin, "nobody");
    assert_eq!(nobody.send("GET", "/api/v1/users/me").await.status, 200);
    for list in ["/api/v1/users", "/api/v1/groups", "/api/v1/iam/roles"] {
        assert_eq!(
            error(&nobody.send("GET", list).await),
            (403, "E0000006"),
            "{list}"
        );
    }
}

#[tokio::test]
async fn a_custom_role_lets_look_at_administrators() {
    let (standin, _admin) = start().await;
    let reader = Session::of(&standin, "role-reader");
    let roles = format!("/api/v1/users/{}/roles", principal(&standin, "nobody"));
    for list in ROLE_LISTS
        .map(|(list, _)| list)
        .into_iter()
        .chain([&*roles])
    {
        assert_eq!(reader.send("GET", list).await.status, 200, "{list}");
    }
    let refused = reader
        .send_json("POST", &roles, json!({ "type": "REPORT_ADMIN" }))
        .await;
    assert_eq!(error(&refused), (403, "E0000006"));
    assert_eq!(
        error(&reader.send("GET", "/api/v1/users").await),
        (403, "E0000006")
    );
}

#[tokio::test]
async fn rights_from_a_custom_role_neither_give_nor_take_super_admin() {
    let (standin, admin) = start().await;
    let manager = Session::of(&standin, "role-manager");
    let roles = format!("/api/v1/users/{}/roles", principal(&standin, "nobody"));
    let given = manager
        .send_json("POST", &roles, json!({ "type": "REPORT_ADMIN" }))
        .await;
    assert_eq!(given.status, 201);
    let own = format!("{roles}/{}", text(&given.body, "/id"));
    assert_eq!(manager.send("DELETE", &own).await.status, 204);
    let highest = json!({ "type": "SUPER_ADMIN" });
    let refused = manager.send_json("POST", &roles, highest.clone()).await;
    assert_eq!(error(&refused), (403, "E0000006"));
    let given = admin.send_json("POST", &roles, highest).await;
    let own = format!("{roles}/{}", text(&given.body, "/id"));
    assert_eq!(
        error(&manager.send("DELETE", &own).await),
        (403, "E0000006")
    );
    assert_eq!(admin.send("DELETE", &own).await.status, 204);
}

#[tokio::test]
async fn rights_change_with_the_roles() {
    let (standin, admin) = start().await;
    let nobody = Session::of(&standin, "nobody");
    let roles = format!("/api/v1/users/{}/roles", principal(&standin, "nobody"));
    let given = admin
        .send_json("POST", &roles, json!({ "type": "SUPER_ADMIN" }))
        .await;
    assert_eq!(nobody.send("GET", &roles).await.status, 200);
    let own = format!("{roles}/{}", text(&given.body, "/id"));
    assert_eq!(nobody.send("DELETE", &own).await.status, 204);
    assert_eq!(nobody.send("GET", &roles).await.status, 403);
}

#[tokio::test]
async fn a_scope_without_a_role_gives_empty_lists() {
    let (standin, admin) = start().await;
    let scopes = "okta.roles.read okta.users.read okta.roles.manage";
    let app = client(&standin, "service-without-role");
    let service = service(&standin, "service-without-role", scopes).await;
    for (list, key) in ROLE_LISTS {
        let empty = service.send("GET", list).await;
        assert_eq!(empty.status, 200, "{list}");
        assert_eq!(empty.body, json!({ key: [], "_links": {} }));
    }
    let user = principal(&standin, "admin");
    for list in [
        "/api/v1/users".to_owned(),
        format!("/api/v1/users/{user}/roles"),
    ] {
        let empty = service.send("GET", &list).await;
        assert_eq!((empty.status, empty.body), (200, json!([])), "{list}");
    }
    // One thing by its id, and every write, is refused.
    let one = format!("/api/v1/users/{user}");
    assert_eq!(error(&service.send("GET", &one).await), (403, "E0000006"));
    let roles = format!("/api/v1/users/{user}/roles");
    let refused = service
        .send_json("POST", &roles, json!({ "type": "REPORT_ADMIN" }))
        .await;
    assert_eq!(error(&refused), (403, "E0000006"));
    // With a role the same token sees everything.
    let own = format!("/oauth2/v1/clients/{app}/roles");
    admin
        .send_json("POST", &own, json!({ "type": "SUPER_ADMIN" }))
        .await;
    assert!(service.send("GET", "/api/v1/users").await.items("").len() > 40);
}

#[tokio::test]
async fn a_role_without_the_scope_is_refused_with_a_challenge() {
    let (standin, _admin) = start().await;
    let service = service(&standin, "service-bearer", "okta.roles.read").await;
    assert_eq!(service.send("GET", "/api/v1/iam/roles").await.status, 200);
    let refused = service.send("GET", "/api/v1/users").await;
    assert_eq!(error(&refused), (403, "E0000006"));
    let challenge = refused.header("www-authenticate");
    assert!(
        challenge.starts_with("Bearer error=\"insufficient_scope\""),
        "{challenge}"
    );
    assert!(challenge.contains("okta.users.read"), "{challenge}");
}

#[tokio::test]
async fn an_api_token_may_stand_right_behind_its_scheme() {
    let (standin, _admin) = start().await;
    let token = &standin.credentials().token;
    let glued = Session::with(&standin, &format!("SSWS{token}"));
    assert_eq!(glued.send("GET", "/api/v1/users/me").await.status, 200);
    let bare = Session::with(&standin, token);
    assert_eq!(
        error(&bare.send("GET", "/api/v1/users/me").await),
        (401, "E0000011")
    );
}
