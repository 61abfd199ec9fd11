//! Who holds which role.

use crate::session::Session;
use crate::{HOME, client, principal, start};
use rolecall_klustr::types::AssigneeType;
use serde_json::{Value, json};

async fn holders(session: &Session, role: &str) -> Vec<String> {
    let path = format!("{HOME}/roles/{role}/assignments");
    let found = session.send("GET", &path).await;
    let docs = found.items("/docs").iter();
    docs.filter_map(|doc| Some(doc["assigned_to"].as_str()?.to_owned()))
        .collect()
}

#[tokio::test]
async fn assignments_ignore_limit_and_start() {
    let (_standin, admin) = start().await;
    let client = client(&admin);
    let role = "user.consent.read-only.role";
    let list = || {
        client
            .get_org_role_assignments()
            .organization_id("example.com")
            .role_id(role)
    };
    let whole = list().send().await.unwrap();
    let again = list().limit(1).start(7).send().await.unwrap();
    assert_eq!(*whole, *again);
    assert_eq!((whole.limit, whole.skip), (Some(1024), Some(0)));
    let docs = whole.docs.as_deref().unwrap();
    assert!(docs.len() > 1);
    assert_eq!(whole.count, Some(docs.len() as i64));
    for doc in docs {
        assert_eq!(
            (doc.role_id.as_deref(), doc.org_id.as_deref()),
            (Some(role), Some("example.com"))
        );
        assert_eq!((&doc.id, &doc.assignee_type), (&None, &None));
    }
}

#[tokio::test]
async fn an_empty_result_has_no_docs_and_is_no_404() {
    let (_standin, admin) = start().await;
    for path in [
        "/directory/orgs/example.com/roles/no.such.role/assignments",
        "/directory/orgs/no.such.org/roles/admin/assignments",
        "/directory/orgs/example.com/roles/ADMIN/assignments",
    ] {
        let found = admin.send("GET", path).await;
        assert_eq!(found.status, 200);
        assert_eq!(found.body, json!({ "count": 0, "limit": 1024, "skip": 0 }));
    }
}

#[tokio::test]
async fn a_grant_is_put_and_a_get_takes_it_away() {
    let (standin, admin) = start().await;
    let client = client(&admin);
    let user = principal(&standin, "nobody");
    for _ in 0..2 {
        let add = client.add_user_to_role().organization_id("example.com");
        let given = add
            .user_id(&*user)
            .role_id("projects.admin.role")
            .send()
            .await
            .unwrap();
        assert_eq!(given.id, None);
        assert_eq!(given.assignee_type, Some(AssigneeType::User));
        assert_eq!(given.assigned_to.as_deref(), Some(&*user));
    }
    let before = holders(&admin, "projects.admin.role").await;
    assert_eq!(before.iter().filter(|holder| **holder == user).count(), 1);
    for _ in 0..2 {
        let remove = client.remove_user_role().organization_id("example.com");
        let removed = remove
            .user_id(&*user)
            .role_id("projects.admin.role")
            .send()
            .await
            .unwrap();
        assert_eq!(removed.status(), 200);
    }
    let after = holders(&admin, "projects.admin.role").await;
    assert_eq!(after.len(), before.len() - 1);
    let nowhere = "/directory/orgs/no.such.org/users/u/roles/r/delete";
    let nothing = admin.send("GET", nowhere).await;
    assert_eq!((nothing.status, &*nothing.text), (200, ""));
}

#[tokio::test]
async fn grants_of_what_is_not_there_are_refused() {
    let (_standin, admin) = start().await;
    for (path, status) in [
        ("example.com/users/u/roles/no.such.role", 404),
        ("no.such.org/users/u/roles/admin", 404),
        ("example.com/users/u/roles/%20", 400),
        ("example.com/users/%20/roles/admin", 400),
    ] {
        let refused = admin.send("POST", &format!("/directory/orgs/{path}")).await;
        assert_eq!(refused.status, status, "{path}");
        assert_eq!(refused.body["status"], status);
    }
    // The definition is found by an id of any case; the grant keeps the case that was given.
    let path = format!("{HOME}/users/u/roles/Emails.Admin.Role");
    assert_eq!(
        admin.send("POST", &path).await.body["role_id"],
        "Emails.Admin.Role"
    );
    assert_eq!(holders(&admin, "Emails.Admin.Role").await, ["u"]);
    assert!(
        !holders(&admin, "emails.admin.role")
            .await
            .contains(&"u".to_owned())
    );
}

#[tokio::test]
async fn replacing_the_roles_of_one_user_revokes_those_of_everybody() {
    let (standin, admin) = start().await;
    let client = client(&admin);
    let user = principal(&standin, "nobody");
    let kept = holders(&admin, "identity.read-only.role").await;
    assert!(!kept.is_empty() && !holders(&admin, "admin").await.is_empty());
    let roles = ["identity.read-only.role", "emails.admin.role"].map(str::to_owned);

    // A list with an unknown role changes nothing.
    let path = format!("{HOME}/users/{user}/roles");
    let refused = admin
        .send_json("POST", &path, json!(["admin", "no.such.role"]))
        .await;
    assert_eq!(refused.status, 404);
    assert_eq!(
        admin
            .send_json("POST", &path, json!(["admin", ""]))
            .await
            .status,
        400
    );
    assert_eq!(holders(&admin, "identity.read-only.role").await, kept);

    let replace = || {
        client
            .update_user_roles()
            .organization_id("example.com")
            .user_id(&*user)
    };
    let mut ids = Vec::new();
    for _ in 0..2 {
        let granted = replace().body(roles.to_vec()).send().await.unwrap();
        assert_eq!(granted.len(), 2);
        assert!(
            granted
                .iter()
                .all(|one| one.assigned_to.as_deref() == Some(&*user))
        );
        ids.push(granted[0].id.clone().expect("somebody holds it"));
    }
    assert_ne!(ids[0], ids[1]);
    let mut expected = kept.clone();
    expected.push(user.clone());
    let mut found = holders(&admin, "identity.read-only.role").await;
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
    assert!(holders(&admin, "admin").await.is_empty());
    // Memberships are relations as well.
    let members = admin.send("GET", &format!("{HOME}/members")).await;
    assert_eq!(members.status, 401);
    assert_eq!(members.body["status"], 401);
    // The administrator's token keeps what it was issued with.
    assert_eq!(
        admin.send("GET", &format!("{HOME}/roles")).await.status,
        200
    );
    assert_eq!(
        admin
            .send("GET", &format!("{HOME}/user/roles"))
            .await
            .status,
        400
    );

    let nothing = replace().body(Vec::new()).send().await.unwrap();
    assert!(nothing.is_empty());
    let accounts = admin.send("GET", &format!("{HOME}/accounts/users")).await;
    assert_eq!(accounts.body, json!([]));
}

#[tokio::test]
async fn a_role_that_somebody_holds_is_granted_without_a_definition() {
    let (standin, admin) = start().await;
    let user = principal(&standin, "nobody");
    let path = format!("{HOME}/users/{user}/roles");
    let fresh = admin
        .send_json("POST", &format!("{HOME}/roles"), json!({ "id": "fresh" }))
        .await;
    assert_eq!(fresh.status, 200);
    let granted = admin.send_json("POST", &path, json!(["fresh"])).await;
    assert_eq!(granted.body[0].get("id"), None);
    assert_eq!(
        admin
            .send("DELETE", &format!("{HOME}/roles/fresh"))
            .await
            .status,
        200
    );
    let granted = admin.send_json("POST", &path, json!(["fresh"])).await;
    assert_eq!(granted.status, 200);
    assert!(granted.body[0]["id"].is_string());
    assert_eq!(
        admin.send("POST", &format!("{path}/fresh")).await.status,
        404
    );
}

#[tokio::test]
async fn the_roles_of_a_user_are_those_of_the_caller() {
    let (standin, admin) = start().await;
    let client = client(&admin);
    let own = client.get_org_user_roles().organization_id("example.com");
    let own = own.send().await.unwrap();
    assert_eq!(own.user_id, Some(principal(&standin, "admin")));
    let other = client
        .get_user_roles()
        .organization_id("example.com")
        .user_id("somebody");
    let other = other.send().await.unwrap();
    assert_eq!(
        (other.user_id.as_deref(), &other.roles),
        (Some("somebody"), &own.roles)
    );

    let nobody = Session::of(&standin, "nobody");
    let refused = nobody.send("GET", &format!("{HOME}/user/roles")).await;
    assert_eq!(refused.status, 400);
    let refused = nobody
        .send("GET", "/directory/orgs/no.such.org/user/roles")
        .await;
    assert_eq!(refused.status, 404);
}

#[tokio::test]
async fn underscores_and_colons_are_taken_apart() {
    let (_standin, admin) = start().await;
    for id in ["team_editor", "a_b_c"] {
        let created = admin
            .send_json("POST", &format!("{HOME}/roles"), json!({ "id": id }))
            .await;
        assert_eq!(created.status, 200);
    }
    let grant = admin
        .send("POST", &format!("{HOME}/users/u:1/roles/team_editor"))
        .await;
    assert_eq!(grant.body["assigned_to"], "u");
    assert!(holders(&admin, "team_editor").await.is_empty());
    assert_eq!(holders(&admin, "editor").await, ["u"]);
    let missed = admin
        .send("GET", &format!("{HOME}/users/u/roles/team_editor/delete"))
        .await;
    assert_eq!(missed.status, 200);
    assert_eq!(holders(&admin, "editor").await, ["u"]);

    let failed = admin
        .send("POST", &format!("{HOME}/users/u/roles/a_b_c"))
        .await;
    assert_eq!(failed.status, 500);
    assert!(failed.body["error"].is_string() && failed.body["message"].is_string());
}

#[tokio::test]
async fn relations_are_shown_by_namespace_and_object() {
    let (standin, admin) = start().await;
    let reader = principal(&standin, "reader");
    let path = format!("{HOME}/users/{reader}/permissions");
    let own = admin.send("GET", &path).await;
    let names = |reply: &crate::session::Reply| -> Vec<Value> {
        reply
            .items("")
            .iter()
            .map(|one| one["scope"]["relation"].clone())
            .collect()
    };
    assert!(names(&own).contains(&json!("admin")));
    let namespace = own.body[0]["scope"]["namespace"]
        .as_str()
        .unwrap()
        .to_owned();
    let held = admin.send("GET", &format!("{path}/{namespace}")).await;
    assert!(names(&held).contains(&json!("org.roles.read-only.role")));
    assert!(!names(&held).contains(&json!("admin")));
    let same = admin
        .send("GET", &format!("{path}/{namespace}/example.com"))
        .await;
    assert_eq!(same.body, held.body);
    for empty in [format!("{path}/other"), format!("{path}/{namespace}/other")] {
        assert_eq!(admin.send("GET", &empty).await.body, json!([]));
    }
}
