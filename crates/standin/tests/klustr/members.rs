//! Members, accounts, units and invitations.

use crate::session::Session;
use crate::{HOME, client, principal, start};
use chrono::TimeDelta;
use rolecall_klustr::types::{InvitationRequest, UserAccountStatus};
use serde_json::json;

#[tokio::test]
async fn members_are_added_and_removed_with_the_permission_that_nobody_is_given() {
    let (standin, admin) = start().await;
    let client = client(&admin);
    let members = || {
        client
            .list_organization_members()
            .organization_id("example.com")
            .send()
    };
    let before = members().await.unwrap();
    assert!(before.contains(&principal(&standin, "admin")));

    let path = format!("{HOME}/members/newcomer");
    let added = admin.send("PUT", &path).await;
    assert_eq!((added.status, &*added.text), (200, ""));
    assert_eq!(admin.send("PUT", &path).await.status, 409);
    assert_eq!(members().await.unwrap().len(), before.len() + 1);
    let missing = json!({ "missing_permissions": ["org.directory.members.create"] });
    let reader = Session::of(&standin, "reader");
    for method in ["PUT", "DELETE"] {
        let refused = reader.send(method, &path).await;
        assert_eq!((refused.status, refused.body), (401, missing.clone()));
    }
    for _ in 0..2 {
        assert_eq!(admin.send("DELETE", &path).await.status, 200);
    }
    assert_eq!(*members().await.unwrap(), *before);
    let nowhere = admin
        .send("PUT", "/directory/orgs/no.such.org/members/x")
        .await;
    assert_eq!(nowhere.status, 404);
}

#[tokio::test]
async fn who_leaves_keeps_no_role_and_may_come_back() {
    let (standin, _admin) = start().await;
    let reader = Session::of(&standin, "reader");
    let path = format!("{HOME}/members");
    assert_eq!(reader.send("PUT", &path).await.status, 409);
    assert_eq!(
        reader.send("GET", "/directory/orgs/suggest").await.body,
        json!([])
    );
    assert_eq!(reader.send("DELETE", &path).await.status, 200);
    let refused = reader.send("GET", &path).await;
    assert_eq!(
        (refused.status, &refused.body["status"]),
        (401, &json!(401))
    );
    let suggested = reader.send("GET", "/directory/orgs/suggest").await;
    assert_eq!(suggested.body[0]["id"], "example.com");
    assert_eq!(reader.send("PUT", &path).await.status, 200);
    assert_eq!(reader.send("GET", &path).await.status, 200);
    assert_eq!(
        reader
            .send("GET", &format!("{HOME}/user/roles"))
            .await
            .status,
        400
    );
    assert_eq!(
        reader
            .send("PUT", "/directory/orgs/no.such.org/members")
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn an_invitation_lets_in_and_grants_until_it_lapses() {
    let (standin, admin) = start().await;
    let client = client(&admin);
    let created = json!({ "domain": "guests.example.net" });
    let created = admin.send_json("POST", "/directory/orgs", created).await;
    assert_eq!(created.body["id"], "guests.example.net");
    let accounts = client.list_user_accounts().organization_id("example.com");
    let accounts = accounts.send().await.unwrap();
    let reader_id = principal(&standin, "reader");
    let email = accounts.iter().find_map(|account| {
        let identity = account.identity.as_ref()?;
        let mail = serde_json::to_value(identity).ok()?["traits"]["email"].clone();
        (identity.id.as_deref() == Some(&*reader_id)).then(|| mail.as_str().map(str::to_owned))?
    });
    let email = email.expect("people have an email");

    let join = "/directory/orgs/guests.example.net/members";
    let reader = Session::of(&standin, "reader");
    assert_eq!(reader.send("PUT", join).await.status, 400);
    let mut request = InvitationRequest::new();
    request.emails = Some(vec![email]);
    request.roles = Some(vec!["projects.read-only.role".to_owned()]);
    let invite = || {
        client
            .invite_to_organization()
            .organization_id("guests.example.net")
    };
    assert_eq!(
        invite().body(request.clone()).send().await.unwrap().len(),
        1
    );
    standin.clock().advance(TimeDelta::days(1));
    assert_eq!(reader.send("PUT", join).await.status, 400);
    assert_eq!(invite().body(request).send().await.unwrap().len(), 1);
    assert_eq!(reader.send("PUT", join).await.status, 200);
    let roles = reader
        .send("GET", "/directory/orgs/guests.example.net/user/roles")
        .await;
    assert_eq!(roles.body["roles"][0]["id"], "projects.read-only.role");
    let refused = invite()
        .body(InvitationRequest::new())
        .send()
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("400"), "{refused}");
}

#[tokio::test]
async fn accounts_tell_the_relations_of_every_subject() {
    let (standin, admin) = start().await;
    let nobody = Session::of(&standin, "nobody");
    let client = client(&nobody);
    let accounts = || {
        client
            .list_user_accounts()
            .organization_id("example.com")
            .send()
    };
    let all = accounts().await.unwrap();
    let admin_id = principal(&standin, "admin");
    let of = |id: &str| {
        all.iter().find(|account| {
            account
                .identity
                .as_ref()
                .is_some_and(|identity| identity.id.as_deref() == Some(id))
        })
    };
    let acls = of(&admin_id).unwrap().acls.clone().unwrap();
    assert!(acls.contains(&"admin".to_owned()) && acls.contains(&"member".to_owned()));
    assert_eq!(
        of(&admin_id).unwrap().status,
        Some(UserAccountStatus::Active)
    );
    // Clients have relations and no identity; so have ids that nobody made.
    let unknown = all
        .iter()
        .filter(|account| account.identity.is_none())
        .count();
    assert!(unknown > 0);
    assert_eq!(
        admin
            .send("POST", &format!("{HOME}/users/ghost/roles/admin"))
            .await
            .status,
        200
    );
    let all = accounts().await.unwrap();
    assert_eq!(
        all.iter()
            .filter(|account| account.identity.is_none())
            .count(),
        unknown + 1
    );
}

#[tokio::test]
async fn units_are_assigned_and_the_id_to_delete_travels_in_the_body() {
    let (_standin, admin) = start().await;
    let path = format!("{HOME}/users/somebody/ous");
    assert_eq!(admin.send("GET", &path).await.body, json!([]));
    let body = json!({ "id": "mine", "org_path": "/a/b", "org_id": "other", "assigned_to": "x" });
    let made = admin.send_json("POST", &path, body).await;
    assert_eq!(made.body["org_path"], "/a/b");
    assert_eq!(made.body["org_id"], "example.com");
    assert_eq!(made.body["assigned_to"], "somebody");
    let id = made.body["id"].clone();
    assert_ne!(id, "mine");
    assert_eq!(admin.send("GET", &path).await.body, json!([made.body]));
    let other = format!("{HOME}/users/somebody-else/ous");
    assert_eq!(
        admin.send_json("DELETE", &other, id.clone()).await.status,
        409
    );
    let deleted = admin.send_json("DELETE", &path, id.clone()).await;
    assert_eq!((deleted.status, &*deleted.text), (200, ""));
    assert_eq!(admin.send_json("DELETE", &path, id).await.status, 409);
    let nowhere = "/directory/orgs/no.such.org/users/somebody/ous";
    assert_eq!(admin.send("GET", nowhere).await.body, json!([]));
    assert_eq!(
        admin.send_json("POST", nowhere, json!({})).await.status,
        404
    );
}
