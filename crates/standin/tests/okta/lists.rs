//! Lists: what is in them, how they are paged and searched.

use crate::{all, client, error, linked, path, principal, start, text};
use rolecall_standin::{Api, Standin};
use serde_json::Value;
use std::collections::HashSet;

fn ids<'a>(items: &'a [Value], name: &str) -> HashSet<&'a str> {
    items
        .iter()
        .filter_map(|item| item[name].as_str())
        .collect()
}

#[tokio::test]
async fn every_list_shows_everything_once() {
    let (standin, admin) = start().await;
    for (list, items, id, count) in [
        ("/api/v1/users?limit=7", "", "id", 49),
        ("/api/v1/groups?limit=2", "", "id", 6),
        ("/api/v1/apps?limit=10&includeNonDeleted=true", "", "id", 70),
        ("/oauth2/v1/clients", "", "client_id", 25),
        ("/api/v1/iam/roles", "/roles", "id", 25),
        ("/api/v1/iam/resource-sets", "/resource-sets", "id", 24),
    ] {
        let (found, pages) = all(&standin, &admin, list, items).await;
        assert_eq!(ids(&found, id).len(), count, "{list}");
        assert_eq!(found.len(), count, "{list}");
        assert!(pages > 1, "{list}");
    }
    let everyone = admin
        .send("GET", "/api/v1/groups?filter=type+eq+%22BUILT_IN%22")
        .await;
    let everyone = text(&everyone.body, "/0/id").to_owned();
    let members = format!("/api/v1/groups/{everyone}/users?limit=20");
    let (members, pages) = all(&standin, &admin, &members, "").await;
    assert_eq!((ids(&members, "id").len(), pages), (50, 3));
}

#[tokio::test]
async fn links_are_lines_of_their_own_on_the_origin_of_the_request() {
    let (standin, admin) = start().await;
    let first = admin.send("GET", "/api/v1/users?limit=2").await;
    assert_eq!(first.headers.get_all("link").iter().count(), 2);
    let own = linked(&first, "self").expect("each page has one");
    assert_eq!(path(&standin, &own), "/api/v1/users?limit=2");
    let last = admin.send("GET", "/api/v1/users").await;
    assert_eq!(last.headers.get_all("link").iter().count(), 1);
    // Whole lists have none.
    let roles = format!("/api/v1/users/{}/roles", principal(&standin, "admin"));
    let roles = admin.send("GET", &roles).await;
    assert_eq!(roles.headers.get_all("link").iter().count(), 0);
}

#[tokio::test]
async fn lists_in_objects_name_the_next_page_in_body_and_header() {
    let (standin, admin) = start().await;
    let first = admin.send("GET", "/api/v1/iam/roles").await;
    let next = text(&first.body, "/_links/next/href");
    assert_eq!(linked(&first, "next").as_deref(), Some(next));
    let last = admin.send("GET", path(&standin, next)).await;
    assert_eq!(last.body["_links"], serde_json::json!({}));
    assert_eq!(linked(&last, "next"), None);
}

#[tokio::test]
async fn a_cursor_serves_its_own_list_only() {
    let (standin, admin) = start().await;
    let first = admin
        .send("GET", "/api/v1/users?limit=2&search=status+eq+%22ACTIVE%22")
        .await;
    let next = linked(&first, "next").expect("there is more");
    let cursor = next.split("after=").nth(1).expect("it has one");
    let cursor = cursor.split('&').next().expect("there is a first part");
    for list in [
        format!("/api/v1/users?after={cursor}"),
        format!("/api/v1/groups?after={cursor}"),
        "/api/v1/users?after=00uaaaaaaaaaaaaaaaaa".to_owned(),
        "/api/v1/users?after=".to_owned(),
    ] {
        let refused = admin.send("GET", &list).await;
        assert_eq!(error(&refused), (400, "E0000029"), "{list}");
    }
    // The page size is no part of it.
    let wider = next.replace("limit=2", "limit=30");
    let second = admin.send("GET", path(&standin, &wider)).await;
    assert_eq!(second.items("").len(), 30);
    assert_ne!(second.items("")[0], first.items("")[1]);
}

#[tokio::test]
async fn page_sizes_beyond_the_description_are_refused() {
    let (standin, admin) = start().await;
    for list in [
        "/oauth2/v1/clients?limit=0",
        "/oauth2/v1/clients?limit=201",
        "/api/v1/apps?limit=201",
        "/api/v1/groups?limit=10001",
        "/api/v1/users?limit=many",
    ] {
        let refused = admin.send("GET", list).await;
        assert_eq!(error(&refused), (400, "E0000001"), "{list}");
        assert!(text(&refused.body, "/errorCauses/0/errorSummary").contains("limit"));
    }
    assert_eq!(standin.take_violations().len(), 5);
}

#[tokio::test]
async fn users_are_found_by_prefix_filter_and_search() {
    let (_standin, admin) = start().await;
    let everybody = admin.send("GET", "/api/v1/users").await;
    let someone = &everybody.items("")[3];
    let (first, login) = (
        text(someone, "/profile/firstName"),
        text(someone, "/profile/login"),
    );
    let prefix = admin
        .send("GET", &format!("/api/v1/users?q={}", &first[..3]))
        .await;
    assert!(prefix.items("").len() <= 10);
    assert!(prefix.items("").iter().all(|user| {
        let starts = |pointer| {
            text(user, pointer)
                .to_lowercase()
                .starts_with(&first[..3].to_lowercase())
        };
        starts("/profile/firstName") || starts("/profile/lastName") || starts("/profile/login")
    }));
    // A search by prefix has one page only.
    let one = admin.send("GET", "/api/v1/users?q=a&limit=1").await;
    assert_eq!((one.items("").len(), linked(&one, "next")), (1, None));

    let by_login = format!("/api/v1/users?filter=profile.login+eq+%22{login}%22");
    let by_login = admin.send("GET", &by_login).await;
    assert_eq!(by_login.items(""), std::slice::from_ref(someone));
    let search = "/api/v1/users?search=status+eq+%22ACTIVE%22+and+profile.firstName+sw+%22a%22";
    let found = admin.send("GET", search).await;
    let fits = |user: &&Value| {
        user["status"] == "ACTIVE" && text(user, "/profile/firstName").starts_with('A')
    };
    let expected: Vec<Value> = everybody.items("").iter().filter(fits).cloned().collect();
    assert_eq!(found.items(""), expected);
    assert!(!expected.is_empty());

    for (query, code) in [
        ("search=nonsense", "E0000031"),
        ("search=profile.login+eq", "E0000031"),
        ("filter=profile.department+eq+%22Sales%22", "E0000031"),
    ] {
        let refused = admin.send("GET", &format!("/api/v1/users?{query}")).await;
        assert_eq!(error(&refused), (400, code), "{query}");
    }
}

#[tokio::test]
async fn a_search_can_be_sorted_and_paged() {
    let (standin, admin) = start().await;
    let list = "/api/v1/users?search=id+pr&sortBy=profile.lastName&sortOrder=desc&limit=9";
    let (found, pages) = all(&standin, &admin, list, "").await;
    let names: Vec<&str> = found
        .iter()
        .map(|user| text(user, "/profile/lastName"))
        .collect();
    let mut sorted = names.clone();
    sorted.sort_by(|one, other| other.cmp(one));
    assert_eq!((names, found.len(), pages), (sorted, 50, 6));
}

#[tokio::test]
async fn deprovisioned_users_are_shown_to_who_asks() {
    let (_standin, admin) = start().await;
    let listed = admin.send("GET", "/api/v1/users").await;
    let statuses = ids(listed.items(""), "status");
    assert!(!statuses.contains("DEPROVISIONED"));
    assert_eq!(statuses.len(), 7, "{statuses:?}");
    for query in ["filter", "search"] {
        let asked = format!("/api/v1/users?{query}=status+eq+%22DEPROVISIONED%22");
        let asked = admin.send("GET", &asked).await;
        assert_eq!(asked.items("").len(), 1, "{query}");
    }
}

#[tokio::test]
async fn a_user_has_several_names() {
    let (standin, admin) = start().await;
    let id = principal(&standin, "admin");
    let own = admin.send("GET", "/api/v1/users/me").await;
    assert_eq!(text(&own.body, "/id"), id);
    assert!(own.header("etag").starts_with("W/"));
    let login = text(&own.body, "/profile/login");
    let short = login.split('@').next().expect("there is a first part");
    for name in [&*id, login, short] {
        let found = admin.send("GET", &format!("/api/v1/users/{name}")).await;
        assert_eq!(found.body, own.body, "{name}");
    }
    for name in [
        "nobody",
        "amber.anchor9999999",
        "someone@elsewhere.example",
        "7",
    ] {
        let missing = admin.send("GET", &format!("/api/v1/users/{name}")).await;
        assert_eq!(error(&missing), (404, "E0000007"), "{name}");
    }
}

#[tokio::test]
async fn answers_are_shortened_on_demand() {
    let (_standin, admin) = start().await;
    let fields = "/api/v1/users?limit=1&fields=id,status,profile:(login,email)";
    let fields = admin.send("GET", fields).await;
    let user = fields.items("")[0].as_object().expect("it is a user");
    assert_eq!(user.keys().collect::<Vec<_>>(), ["id", "status", "profile"]);
    assert_eq!(
        user["profile"].as_object().map(|profile| profile.len()),
        Some(2)
    );
    let media_type = "application/json; okta-response=omitCredentials,omitCredentialsLinks";
    let short = admin
        .request("GET", "/api/v1/users/me", Some(media_type), "")
        .await;
    assert_eq!(short.body.get("credentials"), None);
    assert_eq!(short.body.pointer("/_links/resetPassword"), None);
    assert!(short.body.pointer("/_links/suspend").is_some());
}

#[tokio::test]
async fn groups_tell_their_numbers_and_their_source() {
    let (_standin, admin) = start().await;
    let stats = admin.send("GET", "/api/v1/groups?expand=stats").await;
    let flags: Vec<&Value> = stats
        .items("")
        .iter()
        .map(|group| &group["_embedded"]["stats"]["hasAdminPrivlege"])
        .collect();
    assert!(flags.contains(&&Value::Bool(true)) && flags.contains(&&Value::Bool(false)));
    for group in stats.items("") {
        let members = format!("/api/v1/groups/{}/users", text(group, "/id"));
        let members = admin.send("GET", &members).await;
        assert_eq!(
            group["_embedded"]["stats"]["usersCount"],
            members.items("").len()
        );
    }
    let refused = admin.send("GET", "/api/v1/groups?expand=all").await;
    assert_eq!(error(&refused), (400, "E0000001"));
    let large = Standin::builder(Api::Okta).users(100).start().await;
    let large = large.expect("a port is free");
    let admin = crate::Session::of(&large, "admin");
    let groups = admin
        .send(
            "GET",
            "/api/v1/groups?expand=app&search=type+eq+%22APP_GROUP%22",
        )
        .await;
    let group = &groups.items("")[0];
    assert_eq!(group["objectClass"][0], "okta:windows_security_principal");
    assert!(group["profile"]["samAccountName"].is_string());
    let source = path(&large, text(group, "/_links/source/href"));
    let source = admin.send("GET", source).await;
    assert_eq!(source.body["id"], group["_embedded"]["app"]["id"]);
}

#[tokio::test]
async fn a_client_is_an_app() {
    let (standin, admin) = start().await;
    let id = client(&standin, "service");
    let found = admin.send("GET", &format!("/oauth2/v1/clients/{id}")).await;
    assert_eq!(found.body["application_type"], "service");
    assert_eq!(found.body["token_endpoint_auth_method"], "private_key_jwt");
    let app = admin.send("GET", &format!("/api/v1/apps/{id}")).await;
    assert_eq!(app.body["label"], found.body["client_name"]);
    let user = principal(&standin, "admin");
    let app = admin
        .send("GET", &format!("/api/v1/apps/{id}?expand=user/{user}"))
        .await;
    assert_eq!(app.body["_embedded"]["user"]["id"], user);
    let named = admin.send("GET", "/oauth2/v1/clients?q=service-").await;
    assert_eq!(named.items("").len(), 3);
    let other = admin
        .send("GET", "/api/v1/apps?filter=name+eq+%22google%22")
        .await;
    let other = text(&other.body, "/0/id");
    let missing = admin
        .send("GET", &format!("/oauth2/v1/clients/{other}"))
        .await;
    assert_eq!(error(&missing), (404, "E0000007"));
}

#[tokio::test]
async fn users_with_roles_are_those_whose_own_list_is_not_empty() {
    let (standin, admin) = start().await;
    let (holders, pages) = all(
        &standin,
        &admin,
        "/api/v1/iam/assignees/users?limit=5",
        "/value",
    )
    .await;
    assert!(pages > 1);
    let holders = ids(&holders, "id");
    let users = admin.send("GET", "/api/v1/users?search=id+pr").await;
    for user in users.items("") {
        let id = text(user, "/id");
        let roles = admin
            .send("GET", &format!("/api/v1/users/{id}/roles"))
            .await;
        assert_eq!(holders.contains(id), !roles.items("").is_empty(), "{id}");
    }
    let nobody = principal(&standin, "nobody");
    assert!(!holders.contains(&*nobody));
}
