//! Markings, their categories, members and roles, and classifications.

use super::{all, column, error, start, text, user};
use crate::session::Session;
use serde_json::{Value, json};

/// A category with markings that the administrator administers.
async fn category(admin: &Session) -> String {
    let categories = all(
        admin,
        "/v2/admin/markingCategories?markingType=MANDATORY",
        50,
    )
    .await;
    let found = categories.iter().find(|one| one["name"] == "Contracts");
    text(found.expect("it is seeded"), "/id")
}

async fn create(admin: &Session, category: &str, name: &str, administrator: &str) -> String {
    let new = json!({
        "categoryId": category, "name": name, "initialMembers": [],
        "initialRoleAssignments": [{"role": "ADMINISTER", "principalId": administrator}],
    });
    let reply = admin.send_json("POST", "/v2/admin/markings", new).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    text(&reply.body, "/id")
}

#[tokio::test]
async fn deleted_ones_are_listed_unless_they_are_not_wanted() {
    let (standin, admin) = start().await;
    let every = all(&admin, "/v2/admin/markings", 100).await;
    let live = all(&admin, "/v2/admin/markings?includeDeleted=false", 100).await;
    assert!(every.iter().any(|one| one["deleted"] == true));
    assert!(live.iter().all(|one| one["deleted"] == false));
    assert!(live.len() < every.len());
    let cbac = all(&admin, "/v2/admin/markings?markingType=CBAC", 100).await;
    assert!(
        cbac.iter().all(|one| one["priority"].is_string()),
        "{cbac:?}"
    );
    let mandatory = all(&admin, "/v2/admin/markings?markingType=MANDATORY", 100).await;
    assert_eq!(cbac.len() + mandatory.len(), every.len());
    let reply = admin
        .send("GET", "/v2/admin/markings?markingType=OTHER")
        .await;
    assert_eq!(
        error(&reply),
        (400, "INVALID_ARGUMENT", "UnknownMarkingType")
    );
    let _ = standin.take_violations();
}

#[tokio::test]
async fn a_marking_keeps_an_administrator() {
    let (standin, admin) = start().await;
    let me = user(&standin, "admin");
    let marking = create(&admin, &category(&admin).await, "Ash", &me).await;
    let path = format!("/v2/admin/markings/{marking}/roleAssignments");
    let own = json!({"roleAssignments": [{"role": "ADMINISTER", "principalId": me}]});
    let refused = admin
        .send_json("POST", &format!("{path}/remove"), own.clone())
        .await;
    let name = "RemoveMarkingRoleAssignmentsRemoveAllAdministratorsNotAllowed";
    assert_eq!(error(&refused), (400, "INVALID_ARGUMENT", name));
    let parameters = json!({"markingId": marking, "currentAdministrators": [me]});
    assert_eq!(refused.body["parameters"], parameters);
    let reader = user(&standin, "reader");
    let other = json!({"roleAssignments": [{"role": "ADMINISTER", "principalId": reader}]});
    assert_eq!(
        admin
            .send_json("POST", &format!("{path}/add"), other)
            .await
            .status,
        204
    );
    assert_eq!(
        admin
            .send_json("POST", &format!("{path}/remove"), own)
            .await
            .status,
        204
    );
    let refused = admin.send("GET", &path).await;
    assert_eq!(
        error(&refused).2,
        "ListMarkingRoleAssignmentsPermissionDenied"
    );
    let listed = Session::of(&standin, "reader").send("GET", &path).await;
    let expected = json!([{"principalType": "USER", "principalId": reader, "role": "ADMINISTER"}]);
    assert_eq!(listed.body["data"], expected);
}

#[tokio::test]
async fn a_creator_who_is_left_out_cannot_administer() {
    let (standin, admin) = start().await;
    let category = category(&admin).await;
    let marking = create(&admin, &category, "Beech", &user(&standin, "reader")).await;
    let body = json!({"name": "Copper beech"});
    let reply = admin
        .send_json("PUT", &format!("/v2/admin/markings/{marking}"), body)
        .await;
    assert_eq!(error(&reply).2, "ReplaceMarkingPermissionDenied");
    let new = json!({
        "categoryId": category, "name": "Larch", "initialMembers": [],
        "initialRoleAssignments": [{"role": "USE", "principalId": user(&standin, "admin")}],
    });
    let reply = admin.send_json("POST", "/v2/admin/markings", new).await;
    assert_eq!(error(&reply).2, "CreateMarkingMissingInitialAdminRole");
}

#[tokio::test]
async fn names_are_unique_in_a_category() {
    let (standin, admin) = start().await;
    let category = category(&admin).await;
    let me = user(&standin, "admin");
    create(&admin, &category, "Cherry", &me).await;
    for (name, expected) in [
        ("Cherry", "MarkingNameInCategoryAlreadyExists"),
        ("  ", "MarkingNameIsEmpty"),
    ] {
        let new = json!({
            "categoryId": category, "name": name, "initialMembers": [],
            "initialRoleAssignments": [{"role": "ADMINISTER", "principalId": me}],
        });
        let reply = admin.send_json("POST", "/v2/admin/markings", new).await;
        assert_eq!(error(&reply), (400, "INVALID_ARGUMENT", expected));
    }
}

#[tokio::test]
async fn the_marking_of_an_organization_is_administered_through_the_organization() {
    let (standin, admin) = start().await;
    let rid = super::organization(&admin).await;
    let organization = admin
        .send("GET", &format!("/v2/admin/organizations/{rid}"))
        .await;
    let marking = text(&organization.body, "/markingId");
    let path = format!("/v2/admin/markings/{marking}/roleAssignments/add");
    let nobody = user(&standin, "nobody");
    let role = |role: &str| json!({"roleAssignments": [{"role": role, "principalId": nobody}]});
    let refused = admin.send_json("POST", &path, role("ADMINISTER")).await;
    assert_eq!(
        error(&refused).2,
        "OrganizationMarkingAdministerRoleNotSupported"
    );
    let parameters = json!({"markingId": marking, "organizationRid": rid});
    assert_eq!(refused.body["parameters"], parameters);
    assert_eq!(
        admin.send_json("POST", &path, role("USE")).await.status,
        204
    );
    // Its members are the guests.
    let path = format!("/v2/admin/organizations/{rid}/guestMembers?preview=true");
    let guests = column(&admin.send("GET", &path).await.body["data"], "principalId");
    let path = format!("/v2/admin/markings/{marking}/markingMembers");
    let members = all(&admin, &path, 25).await;
    assert_eq!(column(&Value::from(members), "principalId"), guests);
}

#[tokio::test]
async fn members_through_groups_satisfy_a_marking() {
    let (standin, admin) = start().await;
    let me = user(&standin, "admin");
    let marking = create(&admin, &category(&admin).await, "Willow", &me).await;
    let nobody = user(&standin, "nobody");
    let groups = all(&admin, "/v2/admin/groups", 50).await;
    let group = groups.iter().find(|one| one["name"] == "Auditors");
    let group = text(group.expect("it is seeded"), "/id");
    let body = json!({"principalIds": [group]});
    let path = format!("/v2/admin/markings/{marking}/markingMembers");
    assert_eq!(
        admin
            .send_json("POST", &format!("{path}/add"), body)
            .await
            .status,
        204
    );
    let view = format!("/v2/admin/users/{nobody}/getMarkings");
    let before = admin.send("GET", &view).await;
    let body = json!({"principalIds": [nobody]});
    let join = format!("/v2/admin/groups/{group}/groupMembers/add");
    assert_eq!(admin.send_json("POST", &join, body).await.status, 204);
    let after = admin.send("GET", &view).await;
    let has = |reply: &Value| {
        reply["view"]
            .as_array()
            .is_some_and(|all| all.contains(&json!(marking)))
    };
    assert!(!has(&before.body) && has(&after.body));
    let direct = all(&admin, &path, 25).await;
    assert_eq!(
        column(&Value::from(direct), "principalId"),
        std::slice::from_ref(&group)
    );
    let every = all(&admin, &format!("{path}?transitive=true"), 25).await;
    let every = column(&Value::from(every), "principalId");
    assert!(
        every.contains(&nobody) && every.contains(&group) && every.len() == 3,
        "{every:?}"
    );
}

#[tokio::test]
async fn hidden_markings_are_refused_and_not_listed() {
    let (standin, admin) = start().await;
    let me = user(&standin, "admin");
    let marking = create(&admin, &category(&admin).await, "Yew", &me).await;
    let nobody = Session::of(&standin, "nobody");
    let reply = nobody
        .send("GET", &format!("/v2/admin/markings/{marking}"))
        .await;
    assert_eq!(
        error(&reply),
        (403, "PERMISSION_DENIED", "GetMarkingPermissionDenied")
    );
    let listed = all(&nobody, "/v2/admin/markings", 100).await;
    assert!(!listed.is_empty());
    assert!(listed.iter().all(|one| one["id"] != *marking));
    let batch = json!([{ "markingId": marking }]);
    let reply = nobody
        .send_json("POST", "/v2/admin/markings/getBatch", batch)
        .await;
    assert_eq!(reply.body["data"], json!({}));
}

async fn cbac(admin: &Session, name: &str) -> String {
    let every = all(admin, "/v2/admin/markings?markingType=CBAC", 100).await;
    let found = every.iter().find(|one| one["name"] == name);
    text(found.expect("it is seeded"), "/id")
}

#[tokio::test]
async fn classifications_follow_their_rules() {
    let (_standin, admin) = start().await;
    let (open, limited) = (cbac(&admin, "Open").await, cbac(&admin, "Limited").await);
    let strict = cbac(&admin, "Strict").await;
    let auditors = cbac(&admin, "Auditors may see").await;
    let partners = cbac(&admin, "Partners may see").await;
    let path =
        format!("/v2/admin/cbacBanner?markingIds={auditors}&markingIds={strict}&markingIds=x");
    let banner = admin
        .send("GET", &format!("{path}&displayType=BANNER_LINE"))
        .await;
    assert_eq!(
        text(&banner.body, "/classificationString"),
        "STRICT//AUDITORS MAY SEE"
    );
    assert_eq!(banner.body["markings"], json!([strict, auditors]));
    let banner = admin.send("GET", &path).await;
    assert_eq!(text(&banner.body, "/classificationString"), "(S//AMS)");
    let none = admin.send("GET", "/v2/admin/cbacBanner?markingIds=x").await;
    assert_eq!(error(&none), (404, "NOT_FOUND", "CbacBannerNotFound"));
    let body = json!({"markingIds": [auditors, strict, strict]});
    let path = "/v2/admin/markings/canonicalize?preview=true";
    let reply = admin.send_json("POST", path, body).await;
    assert_eq!(reply.body, json!({"markingIds": [strict]}));
    let restrictions = "/v2/admin/cbacMarkingRestrictions?preview=true&markingIds=";
    let reply = admin
        .send("GET", &format!("{restrictions}{limited}"))
        .await
        .body;
    assert_eq!(reply["requiredMarkings"], json!([[partners, auditors]]));
    assert_eq!(reply["disallowedMarkings"], json!([open, strict]));
    assert_eq!(reply["isValid"], false);
    let reply = admin
        .send(
            "GET",
            &format!("{restrictions}{limited}&markingIds={auditors}"),
        )
        .await;
    assert_eq!(reply.body["isValid"], true);
    let texts = ["(S//AMS)", "Open", "Open//Strict", "Purple"];
    let body = json!({ "classificationStrings": texts });
    let reply = admin
        .send_json("POST", "/v2/admin/markings/parseClassifications", body)
        .await;
    let parsed = json!({"(S//AMS)": [strict, auditors], "Open": [open]});
    assert_eq!(reply.body["parsed"], parsed);
    let errors = reply.body["errors"].as_object().expect("it is a map");
    assert_eq!(
        errors.keys().collect::<Vec<_>>(),
        ["Open//Strict", "Purple"]
    );
}

#[tokio::test]
async fn expressions_are_flat_when_a_set_says_the_same() {
    let (standin, admin) = start().await;
    let me = user(&standin, "admin");
    let category = category(&admin).await;
    let oak = create(&admin, &category, "Oak", &me).await;
    let elm = create(&admin, &category, "Elm", &me).await;
    let (open, strict) = (cbac(&admin, "Open").await, cbac(&admin, "Strict").await);
    let body = json!({"markingExpressions": [
        {"and": [{"or": [oak]}, {"or": [elm]}]},
        {"and": [{"or": [oak, elm]}]},
        {"and": [{"or": [open, strict]}, {"or": [oak]}]},
        {"and": [{"or": [open]}, {"or": [strict]}]},
        {"and": []},
    ]});
    let path = "/v2/admin/markings/flatten?preview=true";
    let reply = admin.send_json("POST", path, body).await;
    let kinds = column(&reply.body["results"], "type");
    let expected = [
        "flattened",
        "unflattenable",
        "flattened",
        "unflattenable",
        "flattened",
    ];
    assert_eq!(kinds, expected);
    let expression = json!({"and": [{"or": ["unknown"]}]});
    let body = json!({"markingExpressions": [expression]});
    let reply = admin.send_json("POST", path, body).await;
    assert_eq!(error(&reply).2, "FlattenMarkingExpressionsPermissionDenied");
    let body = json!({"markingExpressions": vec![json!({"and": []}); 1001]});
    let reply = admin.send_json("POST", path, body).await;
    assert_eq!(
        error(&reply).2,
        "FlattenMarkingExpressionsBatchLimitExceeded"
    );
    let _ = standin.take_violations();
}
