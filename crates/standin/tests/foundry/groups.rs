//! Groups, their members and how long these stay.

use super::{all, column, error, organization, start, text, user};
use crate::session::Session;
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use std::collections::BTreeSet;

async fn create(admin: &Session, name: &str) -> String {
    let new = json!({
        "name": name, "organizations": [organization(admin).await], "attributes": {},
    });
    let reply = admin.send_json("POST", "/v2/admin/groups", new).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    text(&reply.body, "/id")
}

async fn join(admin: &Session, group: &str, members: &[&str]) {
    let path = format!("/v2/admin/groups/{group}/groupMembers/add");
    let body = json!({ "principalIds": members });
    assert_eq!(admin.send_json("POST", &path, body).await.status, 204);
}

async fn members(admin: &Session, group: &str, query: &str) -> Vec<Value> {
    all(
        admin,
        &format!("/v2/admin/groups/{group}/groupMembers?{query}"),
        2,
    )
    .await
}

#[tokio::test]
async fn transitive_members_come_through_groups_and_circles_end() {
    let (standin, admin) = start().await;
    let (outer, inner) = (create(&admin, "Outer").await, create(&admin, "Inner").await);
    let (reader, nobody) = (user(&standin, "reader"), user(&standin, "nobody"));
    join(&admin, &outer, &[&inner, &reader]).await;
    join(&admin, &inner, &[&nobody, &reader, &outer]).await;
    let ids = |items: &[Value]| -> BTreeSet<String> {
        items
            .iter()
            .map(|item| text(item, "/principalId"))
            .collect()
    };
    let direct = members(&admin, &outer, "transitive=false").await;
    assert_eq!(ids(&direct), [inner.clone(), reader.clone()].into());
    let every = members(&admin, &outer, "transitive=true").await;
    let expected = [&inner, &outer, &reader, &nobody].map(Clone::clone);
    assert_eq!(ids(&every), expected.into());
    assert_eq!(every.len(), 4);
    for (query, expected) in [
        ("", vec![&inner]),
        ("?transitive=true", vec![&outer, &inner]),
    ] {
        let path = format!("/v2/admin/users/{nobody}/groupMemberships{query}");
        let reply = admin.send("GET", &path).await;
        let found: BTreeSet<String> = column(&reply.body["data"], "groupId").into_iter().collect();
        let expected = expected.into_iter().cloned().collect();
        assert_eq!(found, expected, "{query}");
    }
    let session = Session::of(&standin, "nobody");
    let current = session
        .send("GET", "/v2/admin/groups/listCurrent?preview=true")
        .await;
    assert_eq!(column(&current.body["data"], "name"), ["Outer", "Inner"]);
    let both =
        format!("/v2/admin/groups/{outer}/groupMembers?transitive=true&includeExpirations=true");
    let refused = admin.send("GET", &both).await;
    assert_eq!(
        error(&refused).2,
        "ExpirationForTransitiveGroupMembersNotSupported"
    );
}

#[tokio::test]
async fn memberships_end_when_they_say() {
    let (standin, admin) = start().await;
    let group = create(&admin, "Visitors").await;
    let nobody = user(&standin, "nobody");
    let end = Utc::now() + TimeDelta::hours(1);
    let path = format!("/v2/admin/groups/{group}/groupMembers/add");
    let body = json!({"principalIds": [nobody], "expiration": end.to_rfc3339()});
    assert_eq!(admin.send_json("POST", &path, body).await.status, 204);
    let listed = members(&admin, &group, "includeExpirations=true").await;
    let expiration = text(&listed[0], "/expiration");
    assert_eq!(expiration, rolecall_standin::millis(end));
    let plain = members(&admin, &group, "includeExpirations=false").await;
    assert_eq!(plain[0].get("expiration"), None);
    standin.clock().advance(TimeDelta::minutes(61));
    assert_eq!(members(&admin, &group, "").await, [Value::Null; 0]);
    let path = format!("/v2/admin/users/{nobody}/groupMemberships");
    let reply = admin.send("GET", &path).await;
    assert_eq!(reply.body["data"], json!([]));
}

#[tokio::test]
async fn a_policy_limits_how_long_members_stay() {
    let (standin, admin) = start().await;
    let group = create(&admin, "Trainees").await;
    let policy = format!("/v2/admin/groups/{group}/membershipExpirationPolicy?preview=true");
    let missing = admin.send("GET", &policy).await;
    assert_eq!(
        error(&missing),
        (404, "NOT_FOUND", "GroupMembershipExpirationPolicyNotFound")
    );
    // A string, as documented, and a number, as the SDK for Python sends it.
    for duration in [json!("3600"), json!(3600)] {
        let body = json!({ "maximumDuration": duration });
        let set = admin.send_json("PUT", &policy, body).await;
        assert_eq!(set.body, json!({"maximumDuration": "3600"}), "{}", set.text);
    }
    let bad = admin
        .send_json("PUT", &policy, json!({"maximumDuration": "soon"}))
        .await;
    assert_eq!(bad.status, 400);
    let path = format!("/v2/admin/groups/{group}/groupMembers/add");
    let nobody = user(&standin, "nobody");
    let body = |minutes: Option<i64>| match minutes {
        None => json!({"principalIds": [nobody]}),
        Some(minutes) => {
            let end = Utc::now() + TimeDelta::minutes(minutes);
            json!({"principalIds": [nobody], "expiration": end.to_rfc3339()})
        }
    };
    for minutes in [None, Some(90), Some(-5)] {
        let refused = admin.send_json("POST", &path, body(minutes)).await;
        let expected = (400, "INVALID_ARGUMENT", "InvalidGroupMembershipExpiration");
        assert_eq!(error(&refused), expected, "{minutes:?}");
        assert_eq!(text(&refused.body, "/parameters/maximumDuration"), "3600");
    }
    assert_eq!(
        admin.send_json("POST", &path, body(Some(30))).await.status,
        204
    );
}

#[tokio::test]
async fn names_are_unique_and_reserved_attributes_stay() {
    let (_standin, admin) = start().await;
    let organization = organization(&admin).await;
    let group = create(&admin, "Foundry hands").await;
    let new = |name: &str, organizations: Value, attributes: Value| json!({"name": name, "organizations": organizations, "attributes": attributes});
    let path = "/v2/admin/groups";
    let taken = new("FOUNDRY hands", json!([organization]), json!({}));
    let reply = admin.send_json("POST", path, taken).await;
    assert_eq!(
        error(&reply),
        (400, "INVALID_ARGUMENT", "GroupNameAlreadyExists")
    );
    let unknown = new("X", json!(["ri.multipass..organization.x"]), json!({}));
    let reply = admin.send_json("POST", path, unknown).await;
    assert_eq!(error(&reply), (404, "NOT_FOUND", "OrganizationNotFound"));
    let path = format!("/v2/admin/groups/{group}");
    let body = new(
        "Foundry hands",
        json!([organization]),
        json!({"multipass:x": ["1"]}),
    );
    let reply = admin.send_json("PUT", &path, body).await;
    assert_eq!(error(&reply).2, "AttributesNotEditable");
    assert_eq!(
        reply.body["parameters"],
        json!({"attributeNames": ["multipass:x"]})
    );
    let body = new("Foundry hands", json!([]), json!({}));
    let reply = admin.send_json("PUT", &path, body).await;
    assert_eq!(error(&reply).2, "InvalidGroupOrganizations");
    let body = new("Smiths", json!([organization]), json!({"shift": ["late"]}));
    let reply = admin.send_json("PUT", &path, body).await;
    assert_eq!(reply.body, admin.send("GET", &path).await.body);
    assert_eq!(reply.body["attributes"], json!({"shift": ["late"]}));
    // The former name is free again.
    create(&admin, "Foundry hands").await;
}

#[tokio::test]
async fn only_managers_of_the_organization_change_groups() {
    let (standin, admin) = start().await;
    let group = create(&admin, "Guild").await;
    let nobody = Session::of(&standin, "nobody");
    let id = user(&standin, "nobody");
    let path = format!("/v2/admin/groups/{group}");
    assert_eq!(nobody.send("GET", &path).await.status, 200);
    let body = json!({ "principalIds": [id] });
    let add = nobody
        .send_json("POST", &format!("{path}/groupMembers/add"), body.clone())
        .await;
    assert_eq!(
        error(&add),
        (403, "PERMISSION_DENIED", "AddGroupMembersPermissionDenied")
    );
    let remove = nobody
        .send_json("POST", &format!("{path}/groupMembers/remove"), body)
        .await;
    assert_eq!(error(&remove).2, "RemoveGroupMembersPermissionDenied");
    let delete = nobody.send("DELETE", &path).await;
    assert_eq!(error(&delete).2, "DeleteGroupPermissionDenied");
    let new =
        json!({"name": "Own", "organizations": [organization(&admin).await], "attributes": {}});
    let create = nobody.send_json("POST", "/v2/admin/groups", new).await;
    assert_eq!(error(&create).2, "CreateGroupPermissionDenied");
}
