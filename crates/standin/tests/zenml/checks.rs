//! What users may do to resources.

use crate::session::Session;
use crate::{client, exception, id, list, principal, start};
use serde_json::json;

const MODEL: &str =
    "11111111-1111-4111-8111-111111111111:model/22222222-2222-4222-8222-222222222222";

#[tokio::test]
async fn roles_and_shares_allow_actions() {
    let (standin, admin) = start().await;
    let nobody = principal(&standin, "nobody");
    let reader = principal(&standin, "reader");
    let check = |user: &str, action: &str| {
        format!(
            "/rbac/check_permissions?user_id={user}&action={action}&resources=stack&resources={MODEL}"
        )
    };
    let allowed = |stack: bool, model: bool| json!({ "stack": stack, MODEL: model });
    assert_eq!(
        admin.send("GET", &check(&nobody, "read")).await.body,
        allowed(false, false)
    );
    assert_eq!(
        admin.send("GET", &check(&reader, "read")).await.body,
        allowed(true, true)
    );
    assert_eq!(
        admin.send("GET", &check(&reader, "delete")).await.body,
        allowed(false, false)
    );
    let own = principal(&standin, "admin");
    assert_eq!(
        admin.send("GET", &check(&own, "delete")).await.body,
        allowed(true, true)
    );

    let share = |actions: &[&str]| {
        json!({
            "user_id": nobody, "team_id": null, "sharing_user_id": own,
            "resource": MODEL, "actions": actions,
        })
    };
    let shared = admin
        .send_json("POST", "/rbac/resource_members", share(&["read"]))
        .await;
    assert_eq!((shared.status, &*shared.text), (200, "null"));
    assert_eq!(
        admin.send("GET", &check(&nobody, "read")).await.body,
        allowed(false, true)
    );
    assert_eq!(
        admin.send("GET", &check(&nobody, "update")).await.body,
        allowed(false, false)
    );
    let client = client(&admin);
    let ids = client
        .list_allowed_resource_ids()
        .user_id(&*nobody)
        .action("read");
    let ids = ids
        .resource("11111111-1111-4111-8111-111111111111:model")
        .send()
        .await
        .unwrap();
    assert!(!ids.full_access);
    assert_eq!(ids.ids, ["22222222-2222-4222-8222-222222222222"]);
    let ended = admin
        .send_json("POST", "/rbac/resource_members", share(&[]))
        .await;
    assert_eq!(ended.status, 200);
    assert_eq!(
        admin.send("GET", &check(&nobody, "read")).await.body,
        allowed(false, false)
    );

    let in_body = format!("/rbac/check_permissions?user_id={reader}&action=read");
    let reply = admin
        .send_json("POST", &in_body, json!(["stack", MODEL]))
        .await;
    assert_eq!(reply.body, allowed(true, true));
}

#[tokio::test]
async fn shares_reach_teams_and_end_with_their_resource() {
    let (standin, admin) = start().await;
    let own = principal(&standin, "admin");
    let organizations = list(&admin, "/organizations").await;
    let teams = list(
        &admin,
        &format!("/organizations/{}/teams", id(&organizations[0])),
    )
    .await;
    let check = |user: &str| {
        let question = format!("user_id={user}&action=backup_restore&resources={MODEL}");
        format!("/rbac/check_permissions?{question}")
    };
    // Somebody in a team who may not yet.
    let mut found = None;
    for team in &teams {
        for member in list(&admin, &format!("/teams/{}/members", id(team))).await {
            let allowed = admin.send("GET", &check(id(&member))).await.body[MODEL].clone();
            if member["is_active"] == true && allowed == false {
                found = Some((id(team), check(id(&member))));
            }
        }
    }
    let (team, check) = found.expect("not everybody is an admin");
    let share = json!({
        "user_id": null, "team_id": team, "sharing_user_id": own,
        "resource": MODEL, "actions": ["backup_restore"],
    });
    assert_eq!(
        admin
            .send_json("POST", "/rbac/resource_members", share)
            .await
            .status,
        200
    );
    assert_eq!(admin.send("GET", &check).await.body[MODEL], json!(true));
    let deleted = admin
        .send(
            "DELETE",
            &format!("/rbac/resources?resources={MODEL}&resources=x"),
        )
        .await;
    assert_eq!((deleted.status, &*deleted.text), (200, "null"));
    assert_eq!(admin.send("GET", &check).await.body[MODEL], json!(false));
}

#[tokio::test]
async fn questions_that_make_no_sense_are_refused() {
    let (standin, admin) = start().await;
    let own = principal(&standin, "admin");
    let nobody = Session::of(&standin, "nobody");
    let question = format!("/rbac/check_permissions?user_id={own}&action=read");
    assert_eq!(
        exception(&nobody.send("GET", &question).await),
        (403, "IllegalOperationError")
    );
    let unknown =
        "/rbac/check_permissions?user_id=00000000-0000-4000-8000-000000000000&action=read";
    let reply = admin
        .send("GET", &format!("{unknown}&resources=stack"))
        .await;
    assert_eq!((reply.status, reply.body), (200, json!({ "stack": false })));
    let long = format!("{question}&resources={}", "x".repeat(9_000));
    let reply = admin.send("GET", &long).await;
    assert_eq!((reply.status, &*reply.text), (414, ""));
    let with_id = format!("/rbac/allowed_resource_ids?user_id={own}&action=read&resource=model/1");
    assert_eq!(admin.send("GET", &with_id).await.status, 422);
    let share = |user: serde_json::Value, resource: &str| {
        json!({
            "user_id": user, "team_id": null, "sharing_user_id": own,
            "resource": resource, "actions": ["read"],
        })
    };
    for body in [share(json!(null), MODEL), share(json!(own), "model")] {
        let refused = admin
            .send_json("POST", "/rbac/resource_members", body)
            .await;
        assert_eq!(exception(&refused), (400, "ValueError"));
    }
}
