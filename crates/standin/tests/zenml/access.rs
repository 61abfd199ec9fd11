//! Who is let in, and what refusals look like.

use crate::session::Session;
use crate::{exception, id, list, organization, principal, role, start};
use serde_json::json;

#[tokio::test]
async fn details_are_a_text_or_an_exception() {
    let (standin, admin) = start().await;
    let reply = Session::with(&standin, "").send("GET", "/users/me").await;
    assert_eq!(
        (reply.status, &reply.body),
        (401, &json!({ "detail": "Not authenticated" }))
    );
    assert_eq!(reply.header("www-authenticate"), "Bearer");
    let reply = Session::with(&standin, "Bearer unheard-of")
        .send("GET", "/users/me")
        .await;
    assert_eq!(exception(&reply), (401, "CredentialsNotValid"));
    assert!(!reply.header("x-request-id").is_empty());
    let reply = admin.send("GET", "/nowhere").await;
    assert_eq!(
        (reply.status, reply.body),
        (404, json!({ "detail": "Not Found" }))
    );
    let reply = admin.send("PUT", "/users").await;
    assert_eq!(
        (reply.status, reply.body),
        (405, json!({ "detail": "Method Not Allowed" }))
    );
    let reply = admin
        .request("POST", "/teams", Some("application/json"), "{")
        .await;
    assert_eq!(
        (reply.status, &reply.body["detail"][0]["loc"]),
        (422, &json!(["body", 0]))
    );
    assert_eq!(reply.body["detail"][0]["type"], "json_invalid");
    let reply = admin
        .send_json("POST", "/teams", json!({ "name": "" }))
        .await;
    assert_eq!(reply.status, 422);
    let reply = admin.send("GET", "/users?limit=0").await;
    assert_eq!(
        (reply.status, &reply.body["detail"][0]["loc"]),
        (422, &json!(["query", "limit"]))
    );
    assert!(!standin.take_violations().is_empty());
}

#[tokio::test]
async fn roles_decide_what_a_caller_may_do() {
    let (standin, admin) = start().await;
    let reader = Session::of(&standin, "reader");
    let nobody = Session::of(&standin, "nobody");
    let example = organization(&admin, "Example").await;
    let viewer = role(&admin, &example, "Organization Viewer").await;
    let assignments = format!("/roles/{viewer}/assignments");
    assert_eq!(reader.send("GET", &assignments).await.status, 200);
    assert_eq!(
        exception(&nobody.send("GET", &assignments).await),
        (403, "IllegalOperationError")
    );
    let own = principal(&standin, "reader");
    let member = role(&admin, &example, "Organization Member").await;
    let assign = format!("/roles/{member}/assignments?user_id={own}");
    for session in [&reader, &nobody] {
        let refused = session.send("POST", &assign).await;
        assert_eq!(exception(&refused), (403, "IllegalOperationError"));
    }
    assert!(list(&nobody, "/organizations").await.is_empty());
    assert!(list(&nobody, "/workspaces").await.is_empty());
    assert_eq!(list(&reader, "/organizations").await.len(), 1);
    assert_eq!(nobody.send("GET", "/users").await.status, 403);
    assert_eq!(nobody.send("GET", "/users/me").await.status, 200);
    for path in ["roles", "members", "teams", "invitations"] {
        let path = format!("/organizations/{example}/{path}");
        assert_eq!(nobody.send("GET", &path).await.status, 403, "{path}");
        assert_eq!(reader.send("GET", &path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn the_admin_of_a_workspace_assigns_in_it_alone() {
    let (standin, admin) = start().await;
    let nobody = Session::of(&standin, "nobody");
    let own = principal(&standin, "nobody");
    let example = organization(&admin, "Example").await;
    let workspaces = list(&admin, &format!("/workspaces?organization_id={example}")).await;
    let (first, second) = (id(&workspaces[0]), id(&workspaces[1]));
    let member = role(&admin, &example, "Organization Member").await;
    let assign = |role: &str, query: &str| format!("/roles/{role}/assignments?{query}");
    let reply = admin
        .send("POST", &assign(&member, &format!("user_id={own}")))
        .await;
    assert_eq!(reply.status, 200);
    assert_eq!(
        exception(&nobody.send("GET", &format!("/workspaces/{first}")).await).0,
        403
    );
    let boss = role(&admin, &example, "Workspace Admin").await;
    let here = format!("user_id={own}&workspace_id={first}");
    assert_eq!(admin.send("POST", &assign(&boss, &here)).await.status, 200);
    assert_eq!(
        nobody
            .send("GET", &format!("/workspaces/{first}"))
            .await
            .status,
        200
    );
    let viewer = role(&admin, &example, "Workspace Viewer").await;
    assert_eq!(
        nobody.send("POST", &assign(&viewer, &here)).await.status,
        200
    );
    let there = format!("user_id={own}&workspace_id={second}");
    assert_eq!(
        nobody.send("POST", &assign(&viewer, &there)).await.status,
        403
    );
    let mine = list(&nobody, "/workspaces?member_only=true").await;
    assert_eq!(mine.len(), 1);
    let authorized = nobody
        .send("GET", &format!("/users/authorize_server?server_id={first}"))
        .await;
    assert_eq!((authorized.status, id(&authorized.body)), (200, &*own));
    let refused = nobody
        .send(
            "GET",
            &format!("/users/authorize_server?server_id={second}"),
        )
        .await;
    assert_eq!(refused.status, 403);
}

#[tokio::test]
async fn a_locked_account_is_out_at_once_and_keeps_its_roles() {
    let (standin, admin) = start().await;
    let reader = Session::of(&standin, "reader");
    let path = format!("/users/{}", principal(&standin, "reader"));
    let locked = admin
        .send_json("PATCH", &path, json!({ "is_active": false }))
        .await;
    assert_eq!(
        (locked.status, &locked.body["is_active"]),
        (200, &json!(false))
    );
    assert_eq!(
        exception(&reader.send("GET", "/organizations").await),
        (401, "CredentialsNotValid")
    );
    let unlocked = admin
        .send_json("PATCH", &path, json!({ "is_active": true }))
        .await;
    assert_eq!(unlocked.status, 200);
    assert_eq!(list(&reader, "/organizations").await.len(), 1);
}
