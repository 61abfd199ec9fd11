//! Who is let in, and what refusals look like.

use crate::session::Session;
use crate::{HOME, client, principal, start};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;

#[tokio::test]
async fn without_a_token_there_is_a_challenge_and_no_body() {
    let (standin, _admin) = start().await;
    for (authorization, challenge) in [
        ("", "Bearer"),
        ("Bearer unheard-of", "Bearer error=\"invalid_token\""),
        ("Basic dTpw", "Bearer error=\"invalid_token\""),
    ] {
        let session = Session::with(&standin, authorization);
        let refused = session.send("GET", &format!("{HOME}/roles")).await;
        assert_eq!((refused.status, &*refused.text), (401, ""));
        assert_eq!(refused.header("www-authenticate"), challenge);
    }
}

#[tokio::test]
async fn missing_permissions_are_named() {
    let (standin, _admin) = start().await;
    let reader = Session::of(&standin, "reader");
    let nobody = Session::of(&standin, "nobody");
    assert_eq!(
        reader.send("GET", &format!("{HOME}/roles")).await.status,
        200
    );
    for (session, method, path, body, missing) in [
        (&nobody, "GET", "/roles", None, "org.roles.list"),
        (
            &reader,
            "POST",
            "/roles",
            Some(json!({ "id": "x" })),
            "org.roles.create",
        ),
        (&reader, "DELETE", "/roles/admin", None, "org.roles.delete"),
        (
            &reader,
            "POST",
            "/users/u/roles",
            Some(json!([])),
            "org.user.roles.update",
        ),
    ] {
        let path = format!("{HOME}{path}");
        let refused = match body {
            Some(body) => session.send_json(method, &path, body).await,
            None => session.send(method, &path).await,
        };
        assert_eq!(refused.status, 401, "{method} {path}");
        assert_eq!(refused.body, json!({ "missing_permissions": [missing] }));
    }
    // Typed, a missing permission is a documented error.
    let list = client(&nobody).list_organization_roles();
    let error = list
        .organization_id("example.com")
        .send()
        .await
        .unwrap_err();
    assert!(error.to_string().contains("401"), "{error}");
}

#[tokio::test]
async fn anybody_with_a_token_grants_and_revokes() {
    let (standin, _admin) = start().await;
    let nobody = Session::of(&standin, "nobody");
    let own = principal(&standin, "nobody");
    let path = format!("{HOME}/users/{own}/roles/admin");
    assert_eq!(nobody.send("POST", &path).await.status, 200);
    // The token keeps the permissions that it was issued with.
    assert_eq!(
        nobody.send("GET", &format!("{HOME}/roles")).await.status,
        401
    );
    assert_eq!(
        nobody
            .send("GET", &format!("{HOME}/user/roles"))
            .await
            .status,
        200
    );
    assert_eq!(
        nobody.send("GET", &format!("{path}/delete")).await.status,
        200
    );
    assert_eq!(
        nobody
            .send("GET", &format!("{HOME}/user/roles"))
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn service_tokens_come_from_hydra_and_list_organizations() {
    let (standin, admin) = start().await;
    let anybody = Session::with(&standin, "");
    let client = |name: &str| standin.credentials().client(name).unwrap().clone();
    let (basic, post) = (client("service"), client("service-post"));
    let secret = |client: &rolecall_standin::OauthClient| client.secret.clone().unwrap();

    let pair = format!("{}:{}", basic.client.id, secret(&basic));
    let with_basic = Session::with(&standin, &format!("Basic {}", BASE64_STANDARD.encode(pair)));
    let grant = ("grant_type", "client_credentials");
    let first = with_basic.send_form("/hydra/oauth2/token", &[grant]).await;
    let fields = [
        grant,
        ("client_id", &post.client.id),
        ("client_secret", &secret(&post)),
    ];
    let second = anybody.send_form("/hydra/oauth2/token", &fields).await;
    for answer in [first, second] {
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert!(answer.body["expires_in"].is_i64());
        let token = answer.body["access_token"].as_str().unwrap();
        let service = Session::with(&standin, &format!("Bearer {token}"));
        let all = service.send("GET", "/directory/admin/orgs").await;
        assert_eq!(all.status, 200, "{}", all.text);
        assert_eq!(all.body["count"], all.items("/docs").len());
        let page = service
            .send("GET", "/directory/admin/orgs?limit=2&start=1")
            .await;
        assert_eq!(page.items("/docs"), &all.items("/docs")[1..3]);
        assert_eq!(
            (&page.body["limit"], &page.body["skip"]),
            (&json!(2), &json!(1))
        );
        let end = service
            .send("GET", "/directory/admin/orgs?start=99999")
            .await;
        assert_eq!(
            end.body,
            json!({ "count": 0, "limit": 1024, "skip": 99999 })
        );
        // It acts as the client on everything else.
        assert_eq!(
            service.send("GET", &format!("{HOME}/roles")).await.status,
            200
        );
    }
    let refused = admin.send("GET", "/directory/admin/orgs").await;
    assert_eq!(
        (refused.status, refused.body),
        (401, json!({"missing_permissions": []}))
    );
    let wrong = [
        grant,
        ("client_id", &post.client.id),
        ("client_secret", "wrong"),
    ];
    let wrong = anybody.send_form("/hydra/oauth2/token", &wrong).await;
    assert_eq!(
        (wrong.status, &wrong.body["status_code"]),
        (401, &json!(401))
    );
    assert_eq!(wrong.body["error"], "invalid_client");
}

#[tokio::test]
async fn a_slash_at_the_end_does_no_harm() {
    let (_standin, admin) = start().await;
    let roles = format!("{HOME}/roles");
    let with_slash = admin.send("GET", &format!("{roles}/")).await;
    assert_eq!(with_slash.body, admin.send("GET", &roles).await.body);
    assert_eq!(admin.send("GET", &format!("{roles}//")).await.status, 404);
}

#[tokio::test]
async fn what_reaches_no_operation_is_an_error_of_the_usual_form() {
    let (standin, admin) = start().await;
    let roles = format!("{HOME}/roles");
    let json = Some("application/json");
    for (reply, status) in [
        (admin.send("GET", "/nowhere").await, 404),
        (admin.send("PATCH", &roles).await, 405),
        (admin.request("POST", &roles, json, "{\"id\":").await, 400),
        (admin.request("POST", &roles, json, "[]").await, 400),
        (
            admin
                .request("POST", &roles, json, "{\"id\":\"x\",\"stage\":\"rc\"}")
                .await,
            400,
        ),
        (
            admin
                .send("GET", &format!("{roles}/admin/assignments?limit=many"))
                .await,
            400,
        ),
    ] {
        assert_eq!(
            (reply.status, &reply.body["status"]),
            (status, &json!(status))
        );
        assert!(reply.body["error"]["reason"].is_string(), "{}", reply.text);
    }
    let places: Vec<String> = standin
        .take_violations()
        .into_iter()
        .map(|one| one.place)
        .collect();
    assert_eq!(places, ["body", "body/stage", "query/limit"]);
}

#[tokio::test]
async fn a_change_of_roles_shows_in_a_new_token_only() {
    let (standin, admin) = start().await;
    let client = standin.credentials().client("service-without-role");
    let client = client.unwrap().clone();
    let pair = format!("{}:{}", client.client.id, client.secret.unwrap());
    let basic = format!("Basic {}", BASE64_STANDARD.encode(pair));
    let token = async || {
        let session = Session::with(&standin, &basic);
        let grant = ("grant_type", "client_credentials");
        let answer = session.send_form("/hydra/oauth2/token", &[grant]).await;
        let token = answer.body["access_token"].as_str().unwrap().to_owned();
        Session::with(&standin, &format!("Bearer {token}"))
    };
    let roles = format!("{HOME}/roles");
    let before = token().await;
    assert_eq!(before.send("GET", &roles).await.status, 401);
    let grant = format!("{HOME}/users/{}/roles/admin", client.client.id);
    assert_eq!(admin.send("POST", &grant).await.status, 200);
    assert_eq!(before.send("GET", &roles).await.status, 401);
    let after = token().await;
    assert_eq!(after.send("GET", &roles).await.status, 200);
    let revoke = format!("{grant}/delete");
    assert_eq!(admin.send("GET", &revoke).await.status, 200);
    assert_eq!(after.send("GET", &roles).await.status, 200);
    assert_eq!(token().await.send("GET", &roles).await.status, 401);
}
