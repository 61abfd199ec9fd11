//! Getting an access token.

use crate::session::{Reply, Session};
use crate::{exception, id, organization, principal, start};
use chrono::TimeDelta;
use rolecall_standin::Standin;
use serde_json::json;

const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";

fn bearer(standin: &Standin, reply: &Reply) -> Session {
    let token = reply.body["access_token"].as_str().or(reply.body.as_str());
    Session::with(
        standin,
        &format!("Bearer {}", token.expect("there is a token")),
    )
}

#[tokio::test]
async fn a_key_is_traded_for_an_hour() {
    let (standin, admin) = start().await;
    let anybody = Session::with(&standin, "");
    for name in ["reader", "service-account"] {
        let key = standin.credentials().named(name).unwrap().token.clone();
        assert!(key.starts_with("ZENPROKEY_"));
        // The key itself is good as a bearer token.
        let direct = Session::of(&standin, name).send("GET", "/users/me").await;
        let answer = anybody
            .send_form("/auth/login", &[("password", &key)])
            .await;
        assert_eq!(
            (answer.status, &answer.body["expires_in"]),
            (200, &json!(3600))
        );
        assert_eq!(answer.body["token_type"], "bearer");
        let session = bearer(&standin, &answer);
        let me = session.send("GET", "/users/me").await;
        assert_eq!((me.status, &me.body), (200, &direct.body));
        assert_eq!(id(&me.body), principal(&standin, name));
        let api_token = session.send("GET", "/auth/api_token").await;
        assert_eq!(
            bearer(&standin, &api_token)
                .send("GET", "/users/me")
                .await
                .body,
            me.body
        );
        standin.clock().advance(TimeDelta::seconds(3_599));
        assert_eq!(session.send("GET", "/users/me").await.status, 200);
        standin.clock().advance(TimeDelta::seconds(1));
        assert_eq!(
            exception(&session.send("GET", "/users/me").await),
            (401, "CredentialsNotValid")
        );
    }
    let refused = anybody
        .send_form("/auth/login", &[("password", "ZENPROKEY_wrong")])
        .await;
    assert_eq!(exception(&refused), (401, "CredentialsNotValid"));
    let refused = admin.send("GET", "/auth/api_token").await;
    assert_eq!(exception(&refused), (403, "IllegalOperationError"));
    let refused = anybody
        .send_form("/auth/login", &[("grant_type", "password")])
        .await;
    assert_eq!(
        (refused.status, &refused.body["error"]),
        (400, &json!("unsupported_grant_type"))
    );
}

#[tokio::test]
async fn client_credentials_go_to_the_same_address() {
    let (standin, _admin) = start().await;
    let anybody = Session::with(&standin, "");
    let service = standin.credentials().client("service").unwrap().clone();
    let secret = service.secret.clone().unwrap();
    let fields = |secret: &'static str| {
        [
            ("grant_type", "client_credentials"),
            ("audience", "https%3A%2F%2Fcloudapi.zenml.io"),
            ("client_secret", secret),
        ]
    };
    let mut good = fields("").to_vec();
    good[2].1 = &secret;
    good.push(("client_id", &service.client.id));
    let answer = anybody.send_form("/auth/login", &good).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(answer.body["expires_in"].is_i64());
    let me = bearer(&standin, &answer).send("GET", "/users/me").await;
    assert_eq!(id(&me.body), principal(&standin, "admin"));
    let mut bad = fields("wrong").to_vec();
    bad.push(("client_id", &service.client.id));
    let refused = anybody.send_form("/auth/login", &bad).await;
    assert_eq!(exception(&refused), (401, "CredentialsNotValid"));
}

#[tokio::test]
async fn a_device_waits_for_a_person() {
    let (standin, _admin) = start().await;
    let anybody = Session::with(&standin, "");
    let client = ("client_id", "2f8a4bd5-1d6e-4f0b-9d3a-5f3f6f6c2b11");
    let start = anybody
        .send_form("/auth/device_authorization", &[client])
        .await;
    assert_eq!(start.status, 200, "{}", start.text);
    let interval = start.body["interval"].as_i64().unwrap();
    assert!(
        start.body["verification_uri"]
            .as_str()
            .unwrap()
            .starts_with('/')
    );
    let code = start.body["device_code"].as_str().unwrap();
    let poll = [("grant_type", DEVICE), client, ("device_code", code)];
    let error = |reply: &Reply| (reply.status, reply.body["error"].clone());
    let first = anybody.send_form("/auth/login", &poll).await;
    assert_eq!(error(&first), (400, json!("authorization_pending")));
    let hasty = anybody.send_form("/auth/login", &poll).await;
    assert_eq!(error(&hasty), (400, json!("slow_down")));
    standin.clock().advance(TimeDelta::seconds(interval + 5));
    let patient = anybody.send_form("/auth/login", &poll).await;
    assert_eq!(error(&patient), (400, json!("authorization_pending")));

    let reader = principal(&standin, "reader");
    assert!(!standin.agree("no such code", &reader));
    assert!(standin.agree(start.body["user_code"].as_str().unwrap(), &reader));
    let answer = anybody.send_form("/auth/login", &poll).await;
    assert_eq!(
        (answer.status, &answer.body["expires_in"]),
        (200, &json!(86_400))
    );
    assert!(answer.body["device_id"].is_string());
    let me = bearer(&standin, &answer).send("GET", "/users/me").await;
    assert_eq!(id(&me.body), reader);
    let again = anybody.send_form("/auth/login", &poll).await;
    assert_eq!(error(&again), (400, json!("invalid_grant")));

    // The next login of the same device.
    let device = answer.body["device_id"].as_str().unwrap();
    let start = anybody
        .send_form(
            "/auth/device_authorization",
            &[client, ("device_id", device)],
        )
        .await;
    assert_eq!(start.body["device_id"], device);
    let refused = anybody
        .send_form("/auth/device_authorization", &[("device_id", device)])
        .await;
    assert_eq!(refused.status, 422);
    assert!(!standin.take_violations().is_empty());
}

#[tokio::test]
async fn keys_of_service_accounts_are_shown_once_and_expire() {
    let (standin, admin) = start().await;
    let example = organization(&admin, "Example").await;
    let path = format!("/organizations/{example}/service_accounts");
    let body = json!({ "username": "deployer", "description": "Deploys" });
    let made = admin.send_json("POST", &path, body.clone()).await;
    assert_eq!(
        (made.status, &made.body["is_service_account"]),
        (200, &json!(true))
    );
    assert_eq!(made.body["organization_id"], json!(example));
    assert_eq!(
        exception(&admin.send_json("POST", &path, body).await),
        (409, "EntityExistsError")
    );
    let by_name = format!("{path}/deployer/api_keys");
    let by_id = format!("{path}/{}/api_keys", id(&made.body));
    let minutes = json!({ "name": "short", "expires_in_minutes": 5 });
    let key = admin.send_json("POST", &by_name, minutes.clone()).await;
    let text = key.body["key"].as_str().unwrap();
    assert!(text.starts_with("ZENPROKEY_"));
    let session = Session::with(&standin, &format!("Bearer {text}"));
    assert_eq!(
        id(&session.send("GET", "/users/me").await.body),
        id(&made.body)
    );
    standin.clock().advance(TimeDelta::minutes(5));
    assert_eq!(session.send("GET", "/users/me").await.status, 401);
    assert_eq!(
        exception(&admin.send_json("POST", &by_id, minutes).await).0,
        409
    );
    let never = json!({ "name": "never", "expires_in_minutes": 0 });
    assert_eq!(
        exception(&admin.send_json("POST", &by_id, never).await),
        (400, "ValueError")
    );
    let lasting = json!({ "name": "lasting", "expires_in_minutes": null });
    assert_eq!(admin.send_json("POST", &by_id, lasting).await.status, 200);
    let nowhere = format!("{path}/nobody/api_keys");
    let refused = admin
        .send_json("POST", &nowhere, json!({ "name": "x" }))
        .await;
    assert_eq!(exception(&refused), (404, "KeyError"));
}
