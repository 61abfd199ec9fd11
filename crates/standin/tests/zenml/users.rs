//! People and service accounts.

use crate::session::Session;
use crate::{client, exception, id, list, principal, start};
use rolecall_zenml::types::UserUpdate;
use serde_json::json;

#[tokio::test]
async fn users_come_by_pages_and_filters() {
    let (_standin, admin) = start().await;
    let client = client(&admin);
    let all = client.list_users().send().await.unwrap();
    assert!(all.len() > 50);
    let mut paged = Vec::new();
    loop {
        let page = client
            .list_users()
            .offset(paged.len() as i64)
            .limit(7)
            .send()
            .await
            .unwrap();
        paged.extend(page.iter().cloned());
        if page.len() < 7 {
            break;
        }
    }
    assert_eq!(paged, *all);
    let one = &all[3];
    let email = one.email.clone().unwrap();
    let oauth = one.oauth_id.clone().unwrap();
    for found in [
        client.list_users().user_id(&*one.id).send().await.unwrap(),
        client.list_users().email(email).send().await.unwrap(),
        client
            .list_users()
            .oauth_id(oauth)
            .oauth_provider("auth0")
            .send()
            .await
            .unwrap(),
    ] {
        assert_eq!(found[..], all[3..4]);
    }
    let none = client
        .list_users()
        .user_id(&*one.id)
        .email("x@example.com")
        .send()
        .await
        .unwrap();
    assert!(none.is_empty());
    let active = client
        .list_users()
        .is_active(true)
        .send()
        .await
        .unwrap()
        .len();
    let inactive = client
        .list_users()
        .is_active(false)
        .send()
        .await
        .unwrap()
        .len();
    assert_eq!(active + inactive, all.len());
    assert!(inactive > 0);
}

#[tokio::test]
async fn usernames_change_and_stay_unique() {
    let (standin, admin) = start().await;
    let client = client(&admin);
    let users = list(&admin, "/users").await;
    let rename = |user: &str, name: &str| {
        let mut body = UserUpdate::new();
        body.username = Some(name.to_owned());
        client.update_user().user_id(user).body(body).send()
    };
    let (first, second) = (id(&users[0]), id(&users[1]));
    let former = users[0]["username"].as_str().unwrap();
    let status = |error: rolecall_zenml::Error<_>| error.status().map(|status| status.as_u16());
    assert_eq!(status(rename(second, former).await.unwrap_err()), Some(409));
    let renamed = rename(first, "renamed").await.unwrap();
    assert_eq!(renamed.username.as_deref(), Some("renamed"));
    assert_eq!(
        status(rename(second, "renamed").await.unwrap_err()),
        Some(409)
    );
    assert!(rename(second, former).await.is_ok());
    assert!(rename(first, "third").await.is_ok());
    assert!(rename(second, "renamed").await.is_ok());
    assert_eq!(status(rename(first, " ").await.unwrap_err()), Some(400));
    let nobody = Session::of(&standin, "nobody");
    let path = format!("/users/{first}");
    let refused = nobody
        .send_json("PATCH", &path, json!({ "username": "x" }))
        .await;
    assert_eq!(exception(&refused), (403, "IllegalOperationError"));
    let own = format!("/users/{}", principal(&standin, "nobody"));
    assert_eq!(
        nobody
            .send_json("PATCH", &own, json!({ "username": "me" }))
            .await
            .status,
        200
    );
    let missing = "/users/00000000-0000-4000-8000-000000000000";
    let refused = admin.send_json("PATCH", missing, json!({})).await;
    assert_eq!(exception(&refused), (404, "KeyError"));
}
