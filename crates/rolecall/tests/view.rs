//! Who holds which role, in the same words for every API.

mod support;

use futures_util::{StreamExt, TryStreamExt};
use rolecall::auth::StaticToken;
use rolecall::view::{self, Assignments};
use rolecall::{Api, Client, Error, Kind};
use serde::Serialize;
use serde_json::{Value, json};
use support::{Reply, Server, TestClock};

/// A server with an answer for each path, and 403 for all others.
async fn server(answers: Value) -> Server {
    Server::new(move |_, request| {
        let path = request.target.split('?').next().unwrap();
        match answers.get(&request.target).or_else(|| answers.get(path)) {
            Some(body) => Reply::json(body.to_string()),
            None if path.contains("gone") => Reply::status("404 Not Found", "{}"),
            None => Reply::status("403 Forbidden", r#"{"errorCode":"E0000006"}"#),
        }
    })
    .await
}

fn client<A: Api>(server: &Server, token: StaticToken) -> Client<A> {
    let builder = Client::builder().base_url(&server.url).token(token);
    builder.clock(TestClock::new()).build().unwrap()
}

/// Each assignment in a line.
async fn lines<V: Serialize>(assignments: Assignments<V>) -> Result<Vec<String>, Error> {
    let line = |one: view::Assignment<V>| {
        let one = one.erase();
        assert!(one.vendor.is_object());
        let who = format!(
            "{} {} ({})",
            one.principal.kind, one.principal, one.principal.id
        );
        format!(
            "{who}: {} ({}), {}, {}",
            one.role, one.role.id, one.scope, one.how
        )
    };
    assignments.map_ok(line).try_collect().await
}

fn okta() -> Value {
    let custom = json!({"id": "irb2", "type": "CUSTOM", "label": "Helpers", "role": "cr0a", "resource-set": "iam1", "assignmentType": "USER"});
    let group_admin = |embedded: Value| json!({"id": "irb3", "type": "USER_ADMIN", "label": "Group admin", "assignmentType": "USER", "_embedded": embedded});
    let app_admin = |embedded: Value| json!({"id": "irb4", "type": "APP_ADMIN", "label": "App admin", "assignmentType": "GROUP", "_embedded": embedded});
    let new_kind = json!({"id": "irb5", "type": "MOON_ADMIN", "label": "Moon admin", "assignmentType": "USER"});
    let groups = json!({"targets": {"groups": [{"id": "00g1", "type": "OKTA_GROUP", "profile": {"name": "Engineers"}}]}});
    let apps = json!({"targets": {"catalog": {"apps": [{"name": "slack", "displayName": "Slack"}, {"name": "slack", "displayName": "Slack", "id": "0oa1"}]}}});
    json!({
        "/api/v1/iam/assignees/users": {"value": [{"id": "00u1"}, {"id": "00u2"}], "_links": {}},
        "/api/v1/users/00u1": {"id": "00u1", "profile": {"login": "ada@example.com"}},
        "/api/v1/users/00u1/roles?expand=targets%2Fgroups": [custom, group_admin(groups), app_admin(json!({})), new_kind],
        "/api/v1/users/00u1/roles?expand=targets%2Fcatalog%2Fapps": [custom, group_admin(json!({})), app_admin(apps), new_kind],
        "/api/v1/users/00u2/roles": [],
        "/api/v1/groups": [{"id": "00g1", "type": "OKTA_GROUP", "profile": {"name": "Engineers"}}],
        "/api/v1/groups/00g1/roles": [{"id": "irb6", "type": "SUPER_ADMIN", "label": "Super admin", "assignmentType": "GROUP"}],
        "/oauth2/v1/clients": [{"client_id": "0oa9", "client_name": "Robot"}],
        "/oauth2/v1/clients/0oa9/roles": [{"id": "irb7", "type": "USER_ADMIN", "label": "Group admin", "assignmentType": "CLIENT"}],
        "/oauth2/v1/clients/0oa9/roles/irb7/targets/groups": [{"id": "00g1", "type": "OKTA_GROUP", "profile": {"name": "Engineers"}}],
    })
}

#[tokio::test]
async fn of_an_okta_org() {
    let server = server(okta()).await;
    let client = client(&server, StaticToken::ssws("x"));
    let assignments = view::okta::assignments(&client);
    assert_eq!(server.count(), 0);
    let found = lines(assignments).await.unwrap();
    insta::assert_snapshot!(found.join("\n"));
    assert!(server.received().iter().all(|one| one.method == "GET"));
}

#[tokio::test]
async fn of_an_okta_org_with_governance() {
    let mut answers = okta();
    answers["/api/v1/users/00u1/roles/irb2/governance"] =
        json!({"grants": [{"type": "CUSTOM", "grantId": "grant1"}]});
    let server = server(answers).await;
    let client = client(&server, StaticToken::ssws("x"));
    let found = lines(view::okta::assignments_with_governance(&client))
        .await
        .unwrap();
    let by_grant: Vec<_> = found
        .iter()
        .filter(|line| line.contains("governance grant1"))
        .collect();
    assert_eq!((by_grant.len(), found.len()), (1, 6), "{found:#?}");
    // What the service refuses to say is not known, and no grant is another thing.
    let unknown = found.iter().filter(|line| line.contains("not known"));
    assert_eq!(unknown.count(), 2, "{found:#?}");
}

#[tokio::test]
async fn one_failure_is_in_its_place() {
    let mut answers = okta();
    let roles = answers.as_object_mut().unwrap();
    roles.remove("/api/v1/users/00u1/roles?expand=targets%2Fgroups");
    let server = server(answers).await;
    let client = client(&server, StaticToken::ssws("x"));
    let found: Vec<_> = view::okta::assignments(&client).collect().await;
    let failed: Vec<_> = found
        .iter()
        .filter_map(|one| one.as_ref().err())
        .map(Error::kind)
        .collect();
    assert_eq!((failed, found.len()), (vec![Kind::Forbidden], 3));
}

/// Not found may mean that the path is wrong, or that the caller may not see it: it is not "holds nothing".
#[tokio::test]
async fn who_is_not_found_is_an_error_in_its_place() {
    let role =
        |id: &str| json!({"id": id, "name": id, "organization_id": "o1", "level": "organization"});
    let server = server(json!({
        "/organizations/o1/roles": [role("gone"), role("r1")],
        "/roles/r1/assignments": [{"role": role("r1"), "organization_id": "o1"}],
    }))
    .await;
    let client = client(&server, StaticToken::bearer("x"));
    let found: Vec<_> = view::zenml::assignments(&client, "o1").collect().await;
    let kinds: Vec<_> = found
        .iter()
        .map(|one| one.as_ref().err().map(Error::kind))
        .collect();
    assert_eq!(kinds, [Some(Kind::NotFound), None]);
    let error = lines(view::zenml::assignments(&client, "gone"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::NotFound);
}

/// Okta's description says that this is how it answers for clients without roles.
#[tokio::test]
async fn a_foretold_404_means_what_the_description_says() {
    let mut answers = okta();
    answers["/oauth2/v1/clients"] = json!([{"client_id": "gone", "client_name": "No service"}]);
    let server = server(answers).await;
    let client = client(&server, StaticToken::ssws("x"));
    let found = lines(view::okta::assignments(&client)).await.unwrap();
    assert_eq!(found.len(), 5, "{found:#?}");
}

#[tokio::test]
async fn what_was_read_before_an_error_is_not_lost() {
    let server = Server::new(|_, request| {
        let path = request.target.split('?').next().unwrap();
        let holder = |at: usize| json!({"principalType": "ROBOT", "principalId": at.to_string(), "role": "DECLASSIFY"});
        match path {
            "/v2/admin/markings" => Reply::json(json!({"data": [{"id": "m1", "categoryId": "c", "name": "Secret", "organization": "o", "createdTime": "2026-01-01T00:00:00Z"}]}).to_string()),
            _ if request.target.contains("pageToken") => Reply::status("403 Forbidden", "{}"),
            _ => {
                let data: Vec<_> = (0..499).map(holder).collect();
                Reply::json(json!({"data": data, "nextPageToken": "2"}).to_string())
            }
        }
    })
    .await;
    let client = client(&server, StaticToken::personal_access_token("x"));
    let found: Vec<_> = view::foundry::markings(&client).collect().await;
    assert_eq!(found.iter().filter(|one| one.is_ok()).count(), 499);
    assert_eq!(found.len(), 500);
    assert_eq!(found[499].as_ref().unwrap_err().kind(), Kind::Forbidden);
}

#[tokio::test]
async fn of_foundry() {
    let assignment = |kind: &str, id: &str, role: &str| json!({"principalType": kind, "principalId": id, "roleId": role});
    let server = server(json!({
        "/v2/admin/organizations/ri.org/roleAssignments": {"data": [assignment("USER", "u1", "admin"), assignment("GROUP", "g1", "admin"), assignment("ROBOT", "x1", "other")]},
        "/v2/admin/enrollments/ri.enrollment/roleAssignments": {"data": [assignment("USER", "u2", "admin")]},
        "/v2/admin/markings": {"data": [{"id": "m1", "categoryId": "c", "name": "Secret", "organization": "o", "createdTime": "2026-01-01T00:00:00Z"}]},
        "/v2/admin/markings/m1/roleAssignments": {"data": [{"principalType": "USER", "principalId": "u1", "role": "DECLASSIFY"}]},
        "/v2/admin/users/getBatch": {"data": {"u1": {"id": "u1", "username": "ada", "realm": "r", "status": "ACTIVE", "attributes": {}}}},
        "/v2/admin/organizations/ri.org/listAvailableRoles": {"data": [{"id": "admin", "roleSetId": "s", "name": "Administrator", "type": "ORGANIZATION"}]},
    }))
    .await;
    let client = client(&server, StaticToken::personal_access_token("x"));
    let mut found = lines(view::foundry::organization(&client, "ri.org"))
        .await
        .unwrap();
    found.extend(
        lines(view::foundry::enrollment(&client, "ri.enrollment"))
            .await
            .unwrap(),
    );
    found.extend(lines(view::foundry::markings(&client)).await.unwrap());
    insta::assert_snapshot!(found.join("\n"));
    let error = lines(view::foundry::organization(&client, "ri.other"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Forbidden);
}

#[tokio::test]
async fn of_zenml() {
    let role = json!({"id": "r1", "name": "Organization Admin", "organization_id": "o1", "level": "organization"});
    let team = json!({"id": "t1", "name": "Ops", "created": "2026-01-01T00:00:00", "updated": "2026-01-01T00:00:00", "member_count": 2});
    let server = server(json!({
        "/organizations/o1/roles": [role],
        "/roles/r1/assignments": [
            {"user": {"id": "u1", "email": "ada@example.com"}, "role": role, "organization_id": "o1"},
            {"user": {"id": "u2", "name": "robot", "is_service_account": true}, "role": role, "organization_id": "o1", "workspace_id": "w1"},
            {"team": team, "role": role, "organization_id": "o1", "workspace_id": "w1", "project_id": "p1"},
            {"invitation": {"id": "i1", "email": "eve@example.com"}, "role": role, "organization_id": "o1"},
            {"role": role, "organization_id": "o1"},
        ],
    }))
    .await;
    let client = client(&server, StaticToken::bearer("x"));
    let found = lines(view::zenml::assignments(&client, "o1"))
        .await
        .unwrap();
    insta::assert_snapshot!(found.join("\n"));
}

#[tokio::test]
async fn of_klustr() {
    let holders = |role: &str, users: usize| {
        let holder =
            |at: usize| json!({"org_id": "o1", "role_id": role, "assigned_to": format!("u{at}")});
        json!({"count": users, "limit": 1024, "skip": 0, "docs": (0..users).map(holder).collect::<Vec<_>>()})
    };
    let server = server(json!({
        "/directory/orgs/o1/roles": [{"id": "admin", "name": "Admin"}, {"id": "org.reader"}, {"name": "no id"}],
        "/directory/orgs/o1/roles/admin/assignments": holders("admin", 2),
        "/directory/orgs/o1/roles/org.reader/assignments": holders("org.reader", 150),
    }))
    .await;
    let client = client(&server, StaticToken::bearer("x"));
    let found = lines(view::klustr::assignments(&client, "o1"))
        .await
        .unwrap();
    assert_eq!((found.len(), server.count()), (152, 3));
    insta::assert_snapshot!(found[..3].join("\n"));
}
