//! Role definitions.

use crate::{HOME, client, start};
use rolecall_klustr::types::{GenerateRequest, Resource, Role, RolePermission, RoleStage};
use serde_json::{Value, json};

fn role(id: &str, scopes: &[&str]) -> Role {
    let mut role = Role::new();
    role.id = Some(id.to_owned());
    role.stage = Some(RoleStage::Beta);
    let permissions = scopes.iter().map(|scope| {
        let mut permission = RolePermission::new();
        permission.scope = Some((*scope).to_owned());
        permission
    });
    role.permissions = Some(permissions.collect());
    role
}

#[tokio::test]
async fn a_role_lives_and_put_answers_what_it_was() {
    let (_standin, admin) = start().await;
    let client = client(&admin);
    let first = role("reports.editor.role", &["reports.update", "reports.get"]);
    let create = client.create_org_role().organization_id("example.com");
    let created = create.body(first.clone()).send().await.unwrap();
    assert_eq!(created.into_inner(), first);

    let get = || client.get_org_role_by_id().organization_id("example.com");
    let found = get().role_id("Reports.EDITOR.role").send().await.unwrap();
    assert_eq!(
        found.permissions,
        role("", &["reports.get", "reports.update"]).permissions
    );

    let second = role("REPORTS.editor.role", &[]);
    let update = || client.update_org_role().organization_id("example.com");
    let previous = update().role_id("reports.editor.role").body(second.clone());
    assert_eq!(previous.send().await.unwrap().into_inner(), first);
    let repeated = update().role_id("reports.editor.role").body(second.clone());
    assert_eq!(repeated.send().await.unwrap().into_inner(), second);

    let delete = client.delete_org_role().organization_id("example.com");
    let deleted = delete.role_id("reports.editor.role").send().await.unwrap();
    assert_eq!(deleted.status(), 200);
    let gone = get()
        .role_id("reports.editor.role")
        .send()
        .await
        .unwrap_err();
    assert_eq!(gone.status().map(|status| status.as_u16()), Some(404));
}

#[tokio::test]
async fn one_id_can_be_that_of_two_roles() {
    let (_standin, admin) = start().await;
    let path = format!("{HOME}/roles");
    let before = admin.send("GET", &path).await.items("").len();
    for name in ["first", "second"] {
        let role = json!({ "id": "twice", "name": name, "unknown": 1 });
        let created = admin.send_json("POST", &path, role).await;
        let echoed = json!({ "id": "twice", "name": name, "permissions": [] });
        assert_eq!((created.status, created.body), (200, echoed));
    }
    let all = admin.send("GET", &path).await;
    assert_eq!(all.items("").len(), before + 2);
    let found = admin.send("GET", &format!("{path}/TWICE")).await;
    assert_eq!(found.body["name"], "first");
    let deleted = admin.send("DELETE", &format!("{path}/twice")).await;
    assert_eq!((deleted.status, &*deleted.text), (200, ""));
    assert_eq!(admin.send("GET", &path).await.items("").len(), before);
}

#[tokio::test]
async fn ids_that_are_missing_or_differ_are_refused_in_different_ways() {
    let (_standin, admin) = start().await;
    let post = format!("{HOME}/roles");
    let put = format!("{HOME}/roles/admin");
    for (method, path, id, status) in [
        ("POST", &post, json!({}), 404),
        ("POST", &post, json!({ "id": "  " }), 404),
        ("PUT", &put, json!({}), 400),
        ("PUT", &put, json!({ "id": "other" }), 400),
    ] {
        let refused = admin.send_json(method, path, id.clone()).await;
        assert_eq!(refused.status, status, "{method} {id}");
        assert_eq!(refused.body["status"], status);
        assert!(
            refused.body["error"]["reason"].is_string(),
            "{}",
            refused.text
        );
    }
    let nowhere = json!({ "id": "nowhere" });
    let path = format!("{HOME}/roles/nowhere");
    assert_eq!(
        admin.send_json("PUT", &path, nowhere.clone()).await.status,
        404
    );
    assert_eq!(admin.send("DELETE", &path).await.status, 404);
    let path = "/directory/orgs/no.such.org/roles";
    assert_eq!(admin.send_json("POST", path, nowhere).await.status, 404);
    assert_eq!(admin.send("GET", path).await.status, 404);
    assert_eq!(admin.send("DELETE", path).await.status, 404);
}

#[tokio::test]
async fn generated_roles_come_in_pairs_and_are_stored_once() {
    let (_standin, admin) = start().await;
    let client = client(&admin);
    let mut resource = Resource::new();
    resource.namespace = Some("Reports/Daily_2".to_owned());
    let mut request = GenerateRequest::new();
    request.resources = Some(vec![resource]);
    let path = format!("{HOME}/roles");
    let before = admin.send("GET", &path).await.items("").len();
    for _ in 0..2 {
        let generate = client.generate_org_roles().organization_id("example.com");
        let roles = generate.body(request.clone()).send().await.unwrap();
        let ids: Vec<_> = roles.iter().filter_map(|role| role.id.as_deref()).collect();
        assert_eq!(
            ids,
            [
                "reports.daily.2.admin.role",
                "reports.daily.2.read-only.role"
            ]
        );
        let scopes = |at: usize| {
            let scopes = roles[at].permissions.iter().flatten();
            scopes
                .filter_map(|held| held.scope.clone())
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(
            scopes(0),
            "reports.daily.2.create reports.daily.2.delete reports.daily.2.update \
             reports.daily.2.get reports.daily.2.list reports.daily.2.find"
        );
        assert_eq!(
            scopes(1),
            "reports.daily.2.get reports.daily.2.list reports.daily.2.find"
        );
        assert!(
            roles
                .iter()
                .all(|role| role.stage == Some(RoleStage::Alpha))
        );
    }
    assert_eq!(admin.send("GET", &path).await.items("").len(), before + 2);
    let nothing = admin
        .send_json("POST", &format!("{path}/generate"), json!({}))
        .await;
    assert_eq!((nothing.status, nothing.body), (200, json!([])));
}

#[tokio::test]
async fn deleting_all_roles_leaves_the_grants() {
    let (_standin, admin) = start().await;
    let scopes = |reply: crate::session::Reply| -> Vec<Value> { reply.items("").to_vec() };
    let permissions = scopes(
        admin
            .send("GET", &format!("{HOME}/roles/permissions"))
            .await,
    );
    assert!(permissions.len() > 100);
    assert!(permissions.contains(&json!({ "scope": "org.user.roles.update" })));
    let twin = scopes(admin.send("GET", &format!("{HOME}/permissions")).await);
    assert_eq!(twin, permissions);

    let deleted = admin.send("DELETE", &format!("{HOME}/roles")).await;
    assert_eq!((deleted.status, &*deleted.text), (200, ""));
    assert_eq!(
        admin.send("GET", &format!("{HOME}/roles")).await.body,
        json!([])
    );
    assert_eq!(
        admin.send("GET", &format!("{HOME}/permissions")).await.body,
        json!([])
    );
    let holders = admin
        .send("GET", &format!("{HOME}/roles/admin/assignments"))
        .await;
    assert!(!holders.items("/docs").is_empty());
    // What is left of a role without a definition is nothing, and nothing is not sent.
    let own = admin.send("GET", &format!("{HOME}/user/roles")).await;
    assert_eq!(own.status, 200);
    assert_eq!(own.body.get("roles"), None);
}
