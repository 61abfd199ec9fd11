//! What roles are narrowed to.

use crate::{Session, all, client, error, principal, start, support, text};
use reqwest::Method;
use rolecall_standin::Standin;
use serde_json::{Value, json};

/// A new role for somebody who has none: its path.
async fn fresh(standin: &Standin, admin: &Session, role: &str) -> String {
    let roles = format!("/api/v1/users/{}/roles", principal(standin, "nobody"));
    let given = admin
        .send_json("POST", &roles, json!({ "type": role }))
        .await;
    assert_eq!(given.status, 201, "{}", given.text);
    format!("{roles}/{}", text(&given.body, "/id"))
}

async fn ids(admin: &Session, list: &str) -> Vec<String> {
    let items = admin.send("GET", list).await;
    let items = items.items("").iter();
    items.map(|item| text(item, "/id").to_owned()).collect()
}

#[tokio::test]
async fn the_first_target_narrows_and_the_last_one_stays() {
    let (standin, admin) = start().await;
    for role in ["USER_ADMIN", "HELP_DESK_ADMIN", "GROUP_MEMBERSHIP_ADMIN"] {
        let targets = format!("{}/targets/groups", fresh(&standin, &admin, role).await);
        assert_eq!(admin.send("GET", &targets).await.body, json!([]));
        let groups = ids(&admin, "/api/v1/groups").await;
        for group in &groups[1..3] {
            // Twice is as good as once.
            for _ in 0..2 {
                let added = admin.send("PUT", &format!("{targets}/{group}")).await;
                assert_eq!((added.status, &*added.text), (204, ""));
            }
        }
        assert_eq!(ids(&admin, &targets).await, groups[1..3]);
        assert_eq!(
            admin
                .send("DELETE", &format!("{targets}/{}", groups[1]))
                .await
                .status,
            204
        );
        let last = admin
            .send("DELETE", &format!("{targets}/{}", groups[2]))
            .await;
        assert_eq!(error(&last), (400, "E0000001"));
        assert_eq!(ids(&admin, &targets).await, groups[2..3]);
        for group in ["00gunknown", &groups[1]] {
            let missing = admin.send("DELETE", &format!("{targets}/{group}")).await;
            assert_eq!(error(&missing), (404, "E0000007"));
        }
        let missing = admin.send("PUT", &format!("{targets}/00gunknown")).await;
        assert_eq!(error(&missing), (404, "E0000007"));
    }
}

#[tokio::test]
async fn roles_have_their_own_kind_of_target_or_none() {
    let (standin, admin) = start().await;
    let group = ids(&admin, "/api/v1/groups").await.remove(0);
    for (role, wrong) in [
        ("USER_ADMIN", &["catalog/apps"][..]),
        ("APP_ADMIN", &["groups"]),
        ("REPORT_ADMIN", &["groups", "catalog/apps"]),
        ("WORKFLOWS_ADMIN", &["groups"]),
    ] {
        let own = fresh(&standin, &admin, role).await;
        for kind in wrong {
            let refused = admin.send("GET", &format!("{own}/targets/{kind}")).await;
            assert_eq!(error(&refused), (400, "E0000091"), "{role} {kind}");
        }
    }
    let own = format!(
        "/api/v1/users/{}/roles/IFIFAX2BIRGUSTQ",
        principal(&standin, "nobody")
    );
    let refused = admin
        .send("PUT", &format!("{own}/targets/groups/{group}"))
        .await;
    assert_eq!(error(&refused), (400, "E0000091"));
}

#[tokio::test]
async fn catalog_apps_and_their_instances_exclude_each_other() {
    let (standin, admin) = start().await;
    let own = fresh(&standin, &admin, "APP_ADMIN").await;
    let targets = format!("{own}/targets/catalog/apps");
    let google = ids(&admin, "/api/v1/apps?filter=name+eq+%22google%22").await;
    for app in &google[..2] {
        assert_eq!(
            admin
                .send("PUT", &format!("{targets}/google/{app}"))
                .await
                .status,
            204
        );
    }
    assert_eq!(
        admin.send("PUT", &format!("{targets}/slack")).await.status,
        204
    );
    let listed = admin.send("GET", &targets).await;
    let ids: Vec<&Value> = listed.items("").iter().map(|app| &app["id"]).collect();
    assert_eq!(ids, [&json!(google[0]), &json!(google[1]), &Value::Null]);
    // The catalog app takes the place of its instances.
    assert_eq!(
        admin.send("PUT", &format!("{targets}/google")).await.status,
        204
    );
    let listed = admin.send("GET", &targets).await;
    let names: Vec<&Value> = listed.items("").iter().map(|app| &app["name"]).collect();
    assert_eq!(names, ["slack", "google"]);
    let refused = admin
        .send("PUT", &format!("{targets}/google/{}", google[0]))
        .await;
    assert_eq!(error(&refused), (400, "E0000001"));
    for unknown in [
        "nothing",
        "google/0oaunknown",
        &format!("slack/{}", google[0]),
    ] {
        let missing = admin.send("PUT", &format!("{targets}/{unknown}")).await;
        assert_eq!(error(&missing), (404, "E0000007"), "{unknown}");
    }
    assert_eq!(
        admin
            .send("DELETE", &format!("{targets}/slack"))
            .await
            .status,
        204
    );
    let last = admin.send("DELETE", &format!("{targets}/google")).await;
    assert_eq!(error(&last), (400, "E0000001"));
    // All apps at once is an empty 200, and no target is left.
    let widened = admin.send("PUT", &targets).await;
    assert_eq!((widened.status, &*widened.text), (200, ""));
    assert_eq!(admin.send("GET", &targets).await.body, json!([]));
}

#[tokio::test]
async fn a_catalog_app_as_target_of_a_group_is_an_empty_200() {
    let (standin, admin) = start().await;
    let group = ids(&admin, "/api/v1/groups").await.remove(0);
    let client = client(&standin, "service-without-role");
    for (roles, status) in [
        (format!("/api/v1/groups/{group}/roles"), 200),
        (format!("/oauth2/v1/clients/{client}/roles"), 204),
    ] {
        let given = admin
            .send_json("POST", &roles, json!({ "type": "APP_ADMIN" }))
            .await;
        let own = format!("{roles}/{}", text(&given.body, "/id"));
        let apps = format!("{own}/targets/catalog/apps");
        let added = admin.send("PUT", &format!("{apps}/google")).await;
        assert_eq!((added.status, &*added.text), (status, ""));
        let app = ids(&admin, "/api/v1/apps?filter=name+eq+%22slack%22")
            .await
            .remove(0);
        let added = admin.send("PUT", &format!("{apps}/slack/{app}")).await;
        assert_eq!(added.status, 204);
        assert_eq!(
            admin
                .send("DELETE", &format!("{apps}/slack/{app}"))
                .await
                .status,
            204
        );
        assert_eq!(
            error(&admin.send("DELETE", &format!("{apps}/google")).await),
            (400, "E0000001")
        );
        assert_eq!(admin.send("GET", &apps).await.items("").len(), 1);
        let given = admin
            .send_json("POST", &roles, json!({ "type": "USER_ADMIN" }))
            .await;
        let groups = format!("{roles}/{}/targets/groups", text(&given.body, "/id"));
        assert_eq!(
            admin.send("PUT", &format!("{groups}/{group}")).await.status,
            204
        );
        assert_eq!(
            error(&admin.send("DELETE", &format!("{groups}/{group}")).await),
            (400, "E0000001")
        );
        assert_eq!(ids(&admin, &groups).await, std::slice::from_ref(&group));
    }
}

#[tokio::test]
async fn target_lists_come_in_pages() {
    let (standin, admin) = start().await;
    let own = fresh(&standin, &admin, "APP_ADMIN").await;
    let targets = format!("{own}/targets/catalog/apps");
    let apps = admin.send("GET", "/api/v1/apps?limit=60").await;
    for app in &apps.items("")[..45] {
        let target = format!("{targets}/{}/{}", text(app, "/name"), text(app, "/id"));
        assert_eq!(admin.send("PUT", &target).await.status, 204);
    }
    let (found, pages) = all(&standin, &admin, &targets, "").await;
    assert_eq!((found.len(), pages), (45, 3));
    let (found, pages) = all(&standin, &admin, &format!("{targets}?limit=40"), "").await;
    assert_eq!((found.len(), pages), (45, 2));
}

#[tokio::test]
async fn all_targets_of_a_role_direct_and_by_group() {
    let (standin, admin) = start().await;
    let nobody = principal(&standin, "nobody");
    let own = fresh(&standin, &admin, "HELP_DESK_ADMIN").await;
    let groups = admin.send("GET", "/api/v1/groups").await;
    let everyone = groups
        .items("")
        .iter()
        .find(|group| group["type"] == "BUILT_IN");
    let everyone = text(everyone.expect("every org has it"), "/id");
    let others = ids(&admin, "/api/v1/groups").await;
    let role = json!({ "type": "HELP_DESK_ADMIN" });
    let by_group = admin
        .send_json("POST", &format!("/api/v1/groups/{everyone}/roles"), role)
        .await;
    let by_group = text(&by_group.body, "/id");
    let by_group = format!("/api/v1/groups/{everyone}/roles/{by_group}/targets/groups");
    admin
        .send("PUT", &format!("{own}/targets/groups/{}", others[1]))
        .await;
    admin
        .send("PUT", &format!("{by_group}/{}", others[2]))
        .await;
    let targets = format!("/api/v1/users/{nobody}/roles/JBCUYUC7IRCVGS27IFCE2SKO/targets");
    let both = admin.send("GET", &targets).await;
    let kinds: Vec<&str> = both
        .items("")
        .iter()
        .map(|target| text(target, "/assignmentType"))
        .collect();
    assert_eq!(kinds, ["USER", "GROUP"]);
    assert!(text(&both.body, "/0/orn").ends_with(&format!(":groups:{}", others[1])));
    let inherited = admin
        .send("GET", &format!("{targets}?assignmentType=GROUP"))
        .await;
    assert_eq!(inherited.items(""), &both.items("")[1..]);
    let (found, pages) = all(&standin, &admin, &format!("{targets}?limit=1"), "").await;
    assert_eq!((found.len(), pages), (2, 2));
    let missing = format!("/api/v1/users/{nobody}/roles/IFIFAX2BIRGUSTQ/targets");
    assert_eq!(error(&admin.send("GET", &missing).await), (404, "E0000007"));
}

#[tokio::test]
async fn a_call_without_a_body_has_to_say_so() {
    let (standin, admin) = start().await;
    let own = fresh(&standin, &admin, "APP_ADMIN").await;
    let target = format!("{own}/targets/catalog/apps/google");
    let silent = support::as_admin(&standin, Method::PUT, &target);
    assert_eq!(support::send(silent).await.status, 411);
    assert_eq!(admin.send("PUT", &target).await.status, 204);
}
