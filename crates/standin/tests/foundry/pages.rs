//! Pages: tokens, sizes, ends.

use super::{all, column, error, start, text};
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn ids(items: &[Value]) -> BTreeSet<String> {
    items.iter().map(Value::to_string).collect()
}

#[tokio::test]
async fn pages_of_any_size_give_every_item_once() {
    let (_standin, admin) = start().await;
    let group = admin.send("GET", "/v2/admin/groups?pageSize=3").await;
    let group = text(&group.body, "/data/2/id");
    let spaces = admin.send("GET", "/v2/filesystem/spaces").await;
    let space = text(&spaces.body, "/data/0/rid");
    for path in [
        "/v2/admin/users".to_owned(),
        "/v2/admin/groups".to_owned(),
        "/v2/admin/markings".to_owned(),
        "/v2/admin/markingCategories".to_owned(),
        format!("/v2/admin/groups/{group}/groupMembers"),
        format!("/v2/admin/groups/{group}/groupMembers?transitive=true"),
        "/v2/filesystem/spaces".to_owned(),
        format!("/v2/filesystem/folders/{space}/children"),
    ] {
        let whole = all(&admin, &path, 100).await;
        assert!(!whole.is_empty(), "{path}");
        for size in [1, 7] {
            let paged = all(&admin, &path, size).await;
            assert_eq!(paged.len(), whole.len(), "{path}");
            assert_eq!(ids(&paged).len(), paged.len(), "{path}");
            assert_eq!(ids(&paged), ids(&whole), "{path}");
        }
    }
}

#[tokio::test]
async fn sizes_are_cut_to_the_maximum_and_refused_below_one() {
    let (standin, admin) = start().await;
    let reply = admin.send("GET", "/v2/admin/markings?pageSize=5000").await;
    assert_eq!(reply.body["data"].as_array().map(Vec::len), Some(100));
    assert!(reply.body["nextPageToken"].is_string());
    for size in [0, -4] {
        let reply = admin
            .send("GET", &format!("/v2/admin/users?pageSize={size}"))
            .await;
        assert_eq!(error(&reply), (400, "INVALID_ARGUMENT", "InvalidPageSize"));
        assert_eq!(reply.body["parameters"], json!({ "pageSize": size }));
        let search = json!({"where": {"type": "queryString", "value": ""}, "pageSize": size});
        let reply = admin
            .send_json("POST", "/v2/admin/users/search", search)
            .await;
        assert_eq!(error(&reply).2, "InvalidPageSize");
    }
    let places: BTreeSet<String> = standin
        .take_violations()
        .into_iter()
        .map(|one| one.place)
        .collect();
    assert_eq!(
        places,
        ["body/pageSize", "query/pageSize"]
            .map(str::to_owned)
            .into()
    );
}

#[tokio::test]
async fn the_end_is_null_or_nothing() {
    let (_standin, admin) = start().await;
    let one = admin.send("GET", "/v2/admin/groups").await;
    assert_eq!(one.body.get("nextPageToken"), None);
    let mut path = "/v2/admin/groups?pageSize=4".to_owned();
    loop {
        let page = admin.send("GET", &path).await.body;
        match page["nextPageToken"].as_str() {
            Some(token) => path = format!("/v2/admin/groups?pageSize=4&pageToken={token}"),
            None => {
                assert_eq!(page.get("nextPageToken"), Some(&Value::Null));
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_token_is_good_for_its_own_query_and_a_while() {
    let (standin, admin) = start().await;
    let first = admin.send("GET", "/v2/admin/users?pageSize=5").await;
    let token = text(&first.body, "/nextPageToken");
    assert!(token.starts_with("v1."), "{token}");
    let path = format!("/v2/admin/users?pageSize=5&pageToken={token}");
    assert_eq!(admin.send("GET", &path).await.status, 200);
    let reader = crate::session::Session::of(&standin, "reader");
    let mut changed = token.clone();
    changed.replace_range(10..11, if &token[10..11] == "A" { "B" } else { "A" });
    for (session, path) in [
        (
            &admin,
            format!("/v2/admin/groups?pageSize=5&pageToken={token}"),
        ),
        (
            &admin,
            format!("/v2/admin/users?include=DELETED&pageToken={token}"),
        ),
        (&admin, format!("/v2/admin/users?pageToken={changed}")),
        (&admin, "/v2/admin/users?pageToken=v1.bm8".to_owned()),
        (&reader, path.clone()),
    ] {
        let reply = session.send("GET", &path).await;
        assert_eq!(
            error(&reply),
            (400, "INVALID_ARGUMENT", "InvalidPageToken"),
            "{path}"
        );
    }
    standin.clock().advance(TimeDelta::minutes(11));
    let reply = admin.send("GET", &path).await;
    assert_eq!(error(&reply).2, "InvalidPageToken");
    assert_eq!(text(&reply.body, "/parameters/pageToken"), token);
}

#[tokio::test]
async fn searches_page_in_the_body_and_find_by_every_name() {
    let (_standin, admin) = start().await;
    let users = all(&admin, "/v2/admin/users", 100).await;
    let users = Value::from(users);
    for prefix in ["a", "AN", "amber.", "an", "", "zzz"] {
        let lower = prefix.to_lowercase();
        let fits = |user: &&Value| {
            ["username", "givenName", "familyName"].iter().any(|key| {
                user[*key]
                    .as_str()
                    .is_some_and(|name| name.to_lowercase().starts_with(&lower))
            })
        };
        let all = users.as_array().into_iter().flatten().filter(fits);
        let expected: BTreeSet<String> = all.map(|user| text(user, "/id")).collect();
        let mut found = Vec::new();
        let mut body = json!({"where": {"type": "queryString", "value": prefix}, "pageSize": 3});
        loop {
            let page = admin
                .send_json("POST", "/v2/admin/users/search", body.clone())
                .await;
            assert_eq!(page.status, 200, "{}", page.text);
            found.extend(column(&page.body["data"], "id"));
            match page.body["nextPageToken"].as_str() {
                Some(token) => body["pageToken"] = json!(token),
                None => break,
            }
        }
        let distinct: BTreeSet<String> = found.iter().cloned().collect();
        assert_eq!(distinct, expected, "{prefix}");
        assert_eq!(found.len(), distinct.len(), "{prefix}");
    }
}

#[tokio::test]
async fn lists_of_a_marking_ignore_the_size() {
    let (_standin, admin) = start().await;
    let markings = all(&admin, "/v2/admin/markings?markingType=MANDATORY", 100).await;
    let plain = markings
        .iter()
        .find(|one| one.get("organization").is_none());
    let path = format!(
        "/v2/admin/markings/{}/markingMembers",
        text(plain.expect("one"), "/id")
    );
    let mut path_of_page = format!("{path}?pageSize=2");
    let mut sizes = Vec::new();
    loop {
        let page = admin.send("GET", &path_of_page).await.body;
        sizes.push(page["data"].as_array().map_or(0, Vec::len));
        match page["nextPageToken"].as_str() {
            Some(token) => path_of_page = format!("{path}?pageSize=2&pageToken={token}"),
            None => break,
        }
    }
    assert!(sizes.len() > 1, "{sizes:?}");
    assert!(
        sizes[..sizes.len() - 1].iter().all(|size| *size == 25),
        "{sizes:?}"
    );
}
