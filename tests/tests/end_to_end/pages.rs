//! Lists in pages, one for each way in which an API can continue one, by cursors that were saved as text in between.

use rolecall_client::{Cursor, Error, Page, Paged, Pages};
use rolecall_foundry::types::SearchUsersRequest;
use rolecall_tests::recorder::{Answer, Recorder};

use crate::{body, example, recorded};

/// Reads page after page, and gives the length of each.
async fn walk<P: Paged>(call: P) -> Vec<usize> {
    let mut lengths = Vec::new();
    let mut next = call.clone();
    loop {
        let page: Page<P::Item> = next.send_page().await.unwrap();
        lengths.push(page.items.len());
        let Some(cursor) = page.next else {
            return lengths;
        };
        let saved = cursor.to_string();
        assert_eq!(saved.parse(), Ok(cursor));
        next = call.clone().resume(&saved.parse().unwrap()).unwrap();
    }
}

fn targets(recorder: &Recorder) -> Vec<String> {
    let received = recorder.received();
    received.iter().map(|one| one.target.clone()).collect()
}

/// An Okta page whose links lead to the server of the test.
fn okta(name: &str) -> Answer {
    Answer::json(
        200,
        example("okta", name).replace("https://subdomain.okta.com", "{server}"),
    )
}

#[tokio::test]
async fn okta_goes_on_by_the_link_header() {
    let link =
        |after: &str| format!("<{{server}}/oauth2/v1/clients?after={after}&limit=2>; rel=\"next\"");
    let recorder = Recorder::start([
        okta("listClients.200.service-and-web.json")
            .header("link", "<{server}/oauth2/v1/clients?limit=2>; rel=\"self\"")
            .header("link", link("a%2Bb")),
        okta("listClients.200.empty.json").header("link", link("c")),
        okta("listClients.200.service-and-web.json")
            .header("link", "<{server}/oauth2/v1/clients>; rel=\"self\""),
        okta("listClients.200.empty.json"),
    ])
    .await;
    let client = rolecall_okta::Client::new(recorder.url()).unwrap();
    let call = client.list_clients().limit(2);
    assert_eq!(walk(call.clone()).await, [2, 0, 2]);
    // A cursor that the caller knows by itself goes into the parameter.
    let call = call.resume(&Cursor::Token("x/y".to_owned())).unwrap();
    assert!(call.send_page().await.unwrap().next.is_none());
    assert_eq!(
        targets(&recorder),
        [
            "/oauth2/v1/clients?limit=2",
            "/oauth2/v1/clients?after=a%2Bb&limit=2",
            "/oauth2/v1/clients?after=c&limit=2",
            "/oauth2/v1/clients?after=x%2Fy&limit=2",
        ]
    );
}

#[tokio::test]
async fn okta_goes_on_by_the_link_in_the_body_or_else_in_the_header() {
    let next = "<{server}/api/v1/iam/assignees/users?after=z>; rel=\"next\"";
    let recorder = Recorder::start([
        okta("listUsersWithRoleAssignments.200.first-page.json"),
        okta("listUsersWithRoleAssignments.200.last-page.json").header("link", next),
        okta("listUsersWithRoleAssignments.200.last-page.json"),
    ])
    .await;
    let client = rolecall_okta::Client::new(recorder.url()).unwrap();
    let call = client.list_users_with_role_assignments().limit(2);
    assert_eq!(walk(call).await, [2, 1, 1]);
    assert_eq!(
        targets(&recorder),
        [
            "/api/v1/iam/assignees/users?limit=2",
            "/api/v1/iam/assignees/users?after=00uuK7yfiQOLdItzh5d7&limit=2",
            // What the caller asked for and the link lacks is kept.
            "/api/v1/iam/assignees/users?after=z&limit=2",
        ]
    );
}

#[tokio::test]
async fn a_link_that_leads_elsewhere_is_not_followed() {
    // As recorded: the links lead to another host than that of the test.
    let recorder = Recorder::start([recorded(
        "okta",
        "listUsersWithRoleAssignments.200.first-page.json",
    )])
    .await;
    let client = rolecall_okta::Client::new(recorder.url()).unwrap();
    let call = client.list_users_with_role_assignments();
    let cursor = call.clone().send_page().await.unwrap().next.unwrap();
    let error = call.resume(&cursor).unwrap_err();
    assert!(matches!(error, Error::InvalidRequest { .. }), "{error:?}");
    assert_eq!(
        error.to_string(),
        "okta listUsersWithRoleAssignments: nothing was sent: the link to the next page leads to another scheme, host or port than the base URL"
    );
}

#[tokio::test]
async fn foundry_goes_on_by_a_token_in_the_query() {
    let recorder = Recorder::start([
        recorded(
            "foundry",
            "listMarkingRoleAssignments.200.more-to-come.json",
        ),
        recorded("foundry", "listMarkingRoleAssignments.200.last-page.json"),
    ])
    .await;
    let client = rolecall_foundry::Client::new(recorder.url()).unwrap();
    let call = client.list_marking_role_assignments().marking_id("m/1");
    assert_eq!(walk(call.page_size(2)).await, [2, 1]);
    assert_eq!(
        targets(&recorder),
        [
            "/v2/admin/markings/m%2F1/roleAssignments?pageSize=2",
            "/v2/admin/markings/m%2F1/roleAssignments?pageSize=2&pageToken=v1.QnVpbGQgdGhlIEZ1dHVyZQ%3D%3D",
        ]
    );
}

#[tokio::test]
async fn foundry_goes_on_after_an_empty_page_and_ends_at_a_null() {
    let recorder = Recorder::start([
        recorded(
            "foundry",
            "listResourceRoles.200.empty-page-with-token.json",
        ),
        recorded("foundry", "listResourceRoles.200.null-next-page-token.json"),
    ])
    .await;
    let client = rolecall_foundry::Client::new(recorder.url()).unwrap();
    let call = client.list_resource_roles().resource_rid("r");
    let lengths = walk(call).await;
    assert_eq!((lengths.len(), lengths[0]), (2, 0));
}

#[tokio::test]
async fn foundry_goes_on_by_a_token_in_the_body() {
    let users = example("foundry", "searchUsers.200.last-page.json");
    let mut first: serde_json::Value = serde_json::from_str(&users).unwrap();
    first["nextPageToken"] = "t+1".into();
    let recorder = Recorder::start([
        Answer::json(200, first.to_string()),
        Answer::json(200, users),
    ])
    .await;
    let client = rolecall_foundry::Client::new(recorder.url()).unwrap();
    let mut asked: SearchUsersRequest = body("foundry", "searchUsers.request.second-page.json");
    asked.page_token = None;
    assert_eq!(walk(client.search_users().body(asked)).await, [1, 1]);
    let bodies: Vec<String> = recorder.received().iter().map(|one| one.text()).collect();
    assert_eq!(
        bodies,
        [
            r#"{"where":{"type":"queryString","value":"smi"},"pageSize":100}"#,
            r#"{"where":{"type":"queryString","value":"smi"},"pageSize":100,"pageToken":"t+1"}"#,
        ]
    );
}

#[tokio::test]
async fn klustr_goes_on_by_an_offset() {
    let two = || recorded("klustr", "getOrgRoleAssignments.200.two-holders.json");
    let recorder = Recorder::start([
        two(),
        two(),
        recorded("klustr", "getOrgRoleAssignments.200.empty-docs.json"),
        two(),
        recorded("klustr", "getOrgRoleAssignments.200.absent-docs.json"),
        recorded("klustr", "traps/getOrgRoleAssignments.200.null-docs.json"),
    ])
    .await;
    let client = rolecall_klustr::Client::new(recorder.url()).unwrap();
    let call = client.get_org_role_assignments().organization_id("o");
    let call = call.role_id("r");
    assert_eq!(walk(call.clone().limit(2)).await, [2, 2, 0]);
    // Fewer than a page that was not asked for, and no list at all, are the end.
    for expected in [2, 0, 0] {
        assert_eq!(walk(call.clone()).await, [expected]);
    }
    let targets = targets(&recorder);
    assert_eq!(
        targets[..4],
        [
            "/directory/orgs/o/roles/r/assignments?limit=2",
            "/directory/orgs/o/roles/r/assignments?limit=2&start=2",
            "/directory/orgs/o/roles/r/assignments?limit=2&start=4",
            "/directory/orgs/o/roles/r/assignments",
        ]
    );
}

#[tokio::test]
async fn a_list_that_comes_whole_has_no_next_page_whatever_it_says() {
    let recorder = Recorder::start([
        recorded(
            "foundry",
            "traps/listOrganizationRoleAssignments.200.stray-next-page-token.json",
        ),
        recorded("zenml", "list_role_assignments.200.mixed-holders.json"),
    ])
    .await;
    let client = rolecall_foundry::Client::new(recorder.url()).unwrap();
    let call = client.list_organization_role_assignments();
    let call = call.organization_rid("o");
    assert!(matches!(call.operation().pages, Pages::Whole { .. }));
    assert_eq!(walk(call.clone()).await.len(), 1);
    let error = call.resume(&Cursor::Offset(2)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "foundry listOrganizationRoleAssignments: nothing was sent: the operation has no pages to resume at"
    );
    let client = rolecall_zenml::Client::new(recorder.url()).unwrap();
    assert_eq!(walk(client.list_role_assignments().role_id("r")).await, [3]);
}

#[tokio::test]
async fn a_page_that_is_refused_or_does_not_fit_says_so() {
    let recorder = Recorder::start([
        recorded("okta", "listResourceSets.403.no-permission.json"),
        Answer::json(200, r#"[{"client_id": 1}]"#),
    ])
    .await;
    let client = rolecall_okta::Client::new(recorder.url()).unwrap();
    let error = client.list_clients().send_page().await.unwrap_err();
    assert_eq!(error.api().unwrap().error_code.as_deref(), Some("E0000006"));
    let error = client.list_clients().send_page().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "okta listClients: answered 200 OK with a body that does not fit: at /0: missing field `client_name` (line 1 column 2)"
    );
}
