//! Roles of users, groups and clients.

use crate::{Reply, Session};
use crate::{client, error, path, principal, start, text};
use rolecall_standin::Standin;
use serde_json::{Value, json};

/// The collections of roles of a user, a group and a client that hold none.
async fn roleless(standin: &Standin, admin: &Session) -> [String; 3] {
    let groups = admin.send("GET", "/api/v1/groups?expand=stats").await;
    let without = |group: &&Value| group["_embedded"]["stats"]["hasAdminPrivlege"] == false;
    let group = groups.items("").iter().find(without);
    let group = text(group.expect("not every group has roles"), "/id");
    [
        format!("/api/v1/users/{}/roles", principal(standin, "nobody")),
        format!("/api/v1/groups/{group}/roles"),
        format!(
            "/oauth2/v1/clients/{}/roles",
            client(standin, "service-without-role")
        ),
    ]
}

async fn give(admin: &Session, roles: &str, body: Value) -> Reply {
    admin.send_json("POST", roles, body).await
}

#[tokio::test]
async fn success_has_another_status_for_each_kind_of_principal() {
    let (standin, admin) = start().await;
    for (roles, status, kind) in roleless(&standin, &admin)
        .await
        .iter()
        .zip([201, 200, 200])
        .zip(["USER", "GROUP", "CLIENT"])
        .map(|((roles, status), kind)| (roles, status, kind))
    {
        let given = give(&admin, roles, json!({ "type": "HELP_DESK_ADMIN" })).await;
        assert_eq!(given.status, status, "{}", given.text);
        assert_eq!(given.body["assignmentType"], kind);
        assert_eq!(given.body["type"], "HELP_DESK_ADMIN");
        let own = format!("{roles}/{}", text(&given.body, "/id"));
        assert_eq!(admin.send("GET", &own).await.body, given.body);
        let listed = admin.send("GET", roles).await;
        assert!(listed.items("").contains(&given.body), "{}", listed.text);
        let again = give(&admin, roles, json!({ "type": "HELP_DESK_ADMIN" })).await;
        assert_eq!(error(&again), (409, "E0000090"));
        assert_eq!(admin.send("DELETE", &own).await.status, 204);
        assert_eq!(error(&admin.send("GET", &own).await), (404, "E0000007"));
        assert_eq!(error(&admin.send("DELETE", &own).await), (404, "E0000007"));
    }
}

#[tokio::test]
async fn a_group_assignment_can_also_be_an_empty_201() {
    let (standin, admin) = start().await;
    let [_, roles, _] = roleless(&standin, &admin).await;
    let quiet = format!("{roles}?disableNotifications=true");
    let given = give(&admin, &quiet, json!({ "type": "REPORT_ADMIN" })).await;
    assert_eq!((given.status, &*given.text), (201, ""));
    let listed = admin.send("GET", &roles).await;
    assert_eq!(listed.items("")[0]["type"], "REPORT_ADMIN");
}

#[tokio::test]
async fn assignment_ids_have_the_forms_of_the_samples() {
    let (standin, admin) = start().await;
    let [user, group, client] = roleless(&standin, &admin).await;
    for (roles, role, prefix) in [
        (&user, "HELP_DESK_ADMIN", "JBCUYUC7IRCVGS27IFCE2SKO"),
        (&user, "REPORT_ADMIN", "ra1"),
        (&user, "WORKFLOWS_ADMIN", "irb"),
        (&group, "HELP_DESK_ADMIN", "gra"),
        (&client, "HELP_DESK_ADMIN", "JBCUYUC7IRCVGS27IFCE2SKO"),
    ] {
        let given = give(&admin, roles, json!({ "type": role })).await;
        assert!(
            text(&given.body, "/id").starts_with(prefix),
            "{}",
            given.text
        );
    }
}

#[tokio::test]
async fn iam_based_roles_are_given_as_standard_and_answered_as_custom() {
    let (standin, admin) = start().await;
    let [user, ..] = roleless(&standin, &admin).await;
    let given = give(&admin, &user, json!({ "type": "ACCESS_REQUESTS_ADMIN" })).await;
    assert_eq!(given.body["role"], "ACCESS_REQUESTS_ADMIN");
    assert_eq!(given.body["resource-set"], "ACCESS_REQUESTS_IAM_POLICY");
    assert!(given.body["_links"]["member"]["href"].is_string());
}

#[tokio::test]
async fn a_custom_role_is_a_member_of_a_binding() {
    let (standin, admin) = start().await;
    let [user, ..] = roleless(&standin, &admin).await;
    let roles = admin.send("GET", "/api/v1/iam/roles").await;
    let sets = admin.send("GET", "/api/v1/iam/resource-sets").await;
    let (role, set) = (
        text(&roles.body, "/roles/0/id"),
        text(&sets.body, "/resource-sets/2/id"),
    );
    let body = json!({ "type": "CUSTOM", "role": role, "resource-set": set });
    let given = give(&admin, &user, body.clone()).await;
    assert_eq!(given.status, 201, "{}", given.text);
    assert_eq!(
        (&given.body["role"], &given.body["resource-set"]),
        (&json!(role), &json!(set))
    );
    assert_eq!(given.body["label"], roles.body["roles"][0]["label"]);
    let member = path(&standin, text(&given.body, "/_links/member/href"));
    let found = admin.send("GET", member).await;
    assert_eq!(found.body["id"], given.body["id"]);
    assert_eq!(error(&give(&admin, &user, body).await), (409, "E0000090"));
    // Taking the member out of the binding takes the role from the user.
    assert_eq!(admin.send("DELETE", member).await.status, 204);
    assert_eq!(admin.send("GET", &user).await.body, json!([]));
    for (role, set) in [("cr0unknown", set), (role, "iamunknown")] {
        let body = json!({ "type": "CUSTOM", "role": role, "resource-set": set });
        assert_eq!(error(&give(&admin, &user, body).await), (404, "E0000007"));
    }
}

#[tokio::test]
async fn bodies_that_say_no_role_are_refused() {
    let (standin, admin) = start().await;
    let [user, ..] = roleless(&standin, &admin).await;
    for body in [
        json!({}),
        json!({ "type": "GROUP_ADMIN" }),
        json!({ "type": "CUSTOM" }),
        json!([]),
    ] {
        let refused = give(&admin, &user, body.clone()).await;
        assert_eq!(error(&refused), (400, "E0000001"), "{body}");
    }
    let broken = admin
        .request("POST", &user, Some("application/json"), "{")
        .await;
    assert_eq!(error(&broken), (400, "E0000003"));
    assert!(!standin.take_violations().is_empty());
    assert_eq!(admin.send("GET", &user).await.body, json!([]));
}

#[tokio::test]
async fn roles_of_a_group_are_shown_at_its_members_and_taken_at_the_group() {
    let (standin, admin) = start().await;
    let [_, roles, _] = roleless(&standin, &admin).await;
    let group = roles.trim_end_matches("/roles");
    let members = admin.send("GET", &format!("{group}/users")).await;
    let member = text(&members.body, "/0/id");
    let given = give(&admin, &roles, json!({ "type": "ORG_ADMIN" })).await;
    let id = text(&given.body, "/id");
    let own = format!("/api/v1/users/{member}/roles/{id}");
    let inherited = admin.send("GET", &own).await;
    assert_eq!(inherited.body["assignmentType"], "GROUP");
    let assignee = path(&standin, text(&inherited.body, "/_links/assignee/href"));
    assert_eq!(assignee, group);
    assert_eq!(error(&admin.send("DELETE", &own).await), (404, "E0000007"));
    // The user may have the same role besides.
    let besides = format!("/api/v1/users/{member}/roles");
    let besides = give(&admin, &besides, json!({ "type": "ORG_ADMIN" })).await;
    assert_eq!(besides.status, 201);
    assert_eq!(
        admin.send("DELETE", &format!("{roles}/{id}")).await.status,
        204
    );
    assert_eq!(admin.send("GET", &own).await.status, 404);
}

#[tokio::test]
async fn clients_without_roles_and_those_that_can_have_none_are_not_found() {
    let (standin, admin) = start().await;
    let [_, _, service] = roleless(&standin, &admin).await;
    let native = format!("/oauth2/v1/clients/{}/roles", client(&standin, "native"));
    for roles in [&service, &native] {
        assert_eq!(error(&admin.send("GET", roles).await), (404, "E0000007"));
    }
    let refused = give(&admin, &native, json!({ "type": "REPORT_ADMIN" })).await;
    assert_eq!(error(&refused), (404, "E0000007"));
}

#[tokio::test]
async fn targets_are_embedded_on_demand_one_kind_a_call() {
    let (standin, admin) = start().await;
    let [user, ..] = roleless(&standin, &admin).await;
    give(&admin, &user, json!({ "type": "USER_ADMIN" })).await;
    give(&admin, &user, json!({ "type": "APP_ADMIN" })).await;
    let groups = admin.send("GET", "/api/v1/groups").await;
    let group = text(&groups.body, "/1/id");
    let target = format!("{user}/KVJUKUS7IFCE2SKO/targets/groups/{group}");
    assert_eq!(admin.send("PUT", &target).await.status, 204);
    let plain = admin.send("GET", &user).await;
    assert!(
        plain
            .items("")
            .iter()
            .all(|role| role.get("_embedded").is_none())
    );
    let groups = admin
        .send("GET", &format!("{user}?expand=targets/groups"))
        .await;
    let embedded = groups.body.pointer("/0/_embedded/targets/groups/0/id");
    assert_eq!(embedded, Some(&json!(group)));
    let apps = admin
        .send("GET", &format!("{user}?expand=targets/catalog/apps"))
        .await;
    assert_eq!(apps.body.pointer("/0/_embedded"), None);
    assert_eq!(
        apps.body.pointer("/1/_embedded/targets/catalog/apps"),
        Some(&json!([]))
    );
    for query in [
        "expand=targets/groups&expand=targets/catalog/apps",
        "expand=all",
    ] {
        let refused = admin.send("GET", &format!("{user}?{query}")).await;
        assert_eq!(error(&refused), (400, "E0000001"), "{query}");
    }
}

#[tokio::test]
async fn a_user_who_is_still_activating_gets_no_roles() {
    let standin = Standin::builder(rolecall_standin::Api::Okta)
        .users(100)
        .start()
        .await;
    let standin = standin.expect("a port is free");
    let admin = Session::of(&standin, "admin");
    let users = admin
        .send("GET", "/api/v1/users?search=status+eq+%22PROVISIONED%22")
        .await;
    let activating = |user: &&Value| user.get("transitioningToStatus").is_some();
    let user = users
        .items("")
        .iter()
        .find(activating)
        .expect("there is one");
    let roles = format!("/api/v1/users/{}/roles", text(user, "/id"));
    let refused = give(&admin, &roles, json!({ "type": "REPORT_ADMIN" })).await;
    assert_eq!(error(&refused), (409, "E0000112"));
}

#[tokio::test]
async fn governance_tells_where_a_role_comes_from() {
    let (standin, admin) = start().await;
    let holders = admin.send("GET", "/api/v1/iam/assignees/users").await;
    let (mut bundles, mut custom, mut pages) = (0, 0, 0);
    for holder in holders.items("/value") {
        let roles = path(&standin, text(holder, "/_links/roles/href"));
        for role in admin.send("GET", roles).await.items("") {
            let governance = format!("{roles}/{}/governance", text(role, "/id"));
            let sources = admin.send("GET", &governance).await;
            assert_eq!(sources.status, 200);
            for grant in sources.items("/grants") {
                let own = path(&standin, text(grant, "/_links/self/href"));
                assert_eq!(&admin.send("GET", own).await.body, grant);
                let resources = path(&standin, text(grant, "/_links/resources/href"));
                let (found, count) = crate::all(&standin, &admin, resources, "/resources").await;
                assert!(!found.is_empty());
                pages = pages.max(count);
                match text(grant, "/type") {
                    "CUSTOM" => custom += 1,
                    _ => {
                        bundles += 1;
                        assert!(text(grant, "/bundleId").starts_with("enb"));
                    }
                }
            }
        }
    }
    assert!(
        bundles > 1 && custom > 1 && pages > 1,
        "{bundles} {custom} {pages}"
    );
}
