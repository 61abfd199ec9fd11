//! Spaces, folders and resources.

use super::{all, column, error, organization, space, start, text, user};
use crate::session::Session;
use serde_json::{Value, json};

pub(super) const ROOT: &str = "ri.compass.main.folder.0";

/// A project whose owner is the administrator, and which everyone may look into.
pub(super) async fn project(admin: &Session, space: &str, name: &str, owner: &str) -> String {
    let new = json!({
        "displayName": name, "spaceRid": space, "defaultRoles": ["compass:view"],
        "roleGrants": {"compass:manage": [{"principalId": owner, "principalType": "USER"}]},
        "organizationRids": [organization(admin).await],
    });
    let reply = admin
        .send_json("POST", "/v2/filesystem/projects/create", new)
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    text(&reply.body, "/rid")
}

pub(super) async fn folder(admin: &Session, parent: &str, name: &str) -> String {
    let new = json!({"parentFolderRid": parent, "displayName": name});
    let reply = admin.send_json("POST", "/v2/filesystem/folders", new).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    text(&reply.body, "/rid")
}

async fn resource(admin: &Session, rid: &str) -> Value {
    let reply = admin
        .send("GET", &format!("/v2/filesystem/resources/{rid}"))
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.body
}

#[tokio::test]
async fn the_trash_takes_what_is_inside_along() {
    let (standin, admin) = start().await;
    let (space, _) = space(&admin).await;
    let project = project(&admin, &space, "Rolling", &user(&standin, "admin")).await;
    let outer = folder(&admin, &project, "Outer").await;
    let inner = folder(&admin, &outer, "Inner").await;
    let path = |rid: &str, verb: &str| format!("/v2/filesystem/resources/{rid}{verb}");
    let kept = admin
        .send("POST", &path(&outer, "/permanentlyDelete"))
        .await;
    assert_eq!(
        error(&kept),
        (400, "INVALID_ARGUMENT", "ResourceNotTrashed")
    );
    // Nothing is in the trash, so nothing happens.
    assert_eq!(
        admin.send("POST", &path(&outer, "/restore")).await.status,
        204
    );
    assert_eq!(admin.send("DELETE", &path(&outer, "")).await.status, 204);
    assert_eq!(
        text(&resource(&admin, &outer).await, "/trashStatus"),
        "DIRECTLY_TRASHED"
    );
    assert_eq!(
        text(&resource(&admin, &inner).await, "/trashStatus"),
        "ANCESTOR_TRASHED"
    );
    let reply = admin.send("POST", &path(&inner, "/restore")).await;
    assert_eq!(error(&reply).2, "ResourceNotDirectlyTrashed");
    let children = format!("/v2/filesystem/folders/{project}/children");
    assert_eq!(all(&admin, &children, 10).await, [Value::Null; 0]);
    let by_path = "/v2/filesystem/resources/getByPath?path=/Shared/Rolling/Outer";
    assert_eq!(error(&admin.send("GET", by_path).await).2, "PathNotFound");
    // What was trashed itself comes back with all above it.
    assert_eq!(admin.send("DELETE", &path(&inner, "")).await.status, 204);
    assert_eq!(
        admin.send("POST", &path(&inner, "/restore")).await.status,
        204
    );
    assert_eq!(
        text(&resource(&admin, &outer).await, "/trashStatus"),
        "NOT_TRASHED"
    );
    assert_eq!(admin.send("GET", by_path).await.status, 200);
    assert_eq!(admin.send("DELETE", &path(&outer, "")).await.status, 204);
    assert_eq!(
        admin
            .send("POST", &path(&outer, "/permanentlyDelete"))
            .await
            .status,
        204
    );
    for rid in [&outer, &inner] {
        let reply = admin.send("GET", &path(rid, "")).await;
        assert_eq!(error(&reply), (404, "NOT_FOUND", "ResourceNotFound"));
    }
    let again = admin
        .send("POST", &path(&outer, "/permanentlyDelete"))
        .await;
    assert_eq!(error(&again).2, "ResourceNotFound");
    folder(&admin, &project, "Outer").await;
}

#[tokio::test]
async fn folders_move_and_never_into_themselves() {
    let (standin, admin) = start().await;
    let (space, _) = space(&admin).await;
    let project = project(&admin, &space, "Pressing", &user(&standin, "admin")).await;
    let (one, two) = (
        folder(&admin, &project, "One").await,
        folder(&admin, &project, "Two").await,
    );
    let inner = folder(&admin, &one, "Inner").await;
    let path = format!("/v2/filesystem/folders/{one}?preview=true");
    let put = |parent: &str, name: &str| json!({"parentFolderRid": parent, "displayName": name});
    for (parent, name, expected) in [
        (
            &*inner,
            "One",
            (400, "INVALID_ARGUMENT", "CircularDependency"),
        ),
        (
            &*one,
            "One",
            (400, "INVALID_ARGUMENT", "CircularDependency"),
        ),
        (
            &*project,
            "Two",
            (409, "CONFLICT", "ResourceNameAlreadyExists"),
        ),
        (
            &*project,
            "",
            (400, "INVALID_ARGUMENT", "MissingDisplayName"),
        ),
        (
            &*project,
            "a/b",
            (400, "INVALID_ARGUMENT", "InvalidDisplayName"),
        ),
        (
            ROOT,
            "One",
            (400, "INVALID_ARGUMENT", "GetRootFolderNotSupported"),
        ),
        (
            &*space,
            "One",
            (400, "INVALID_ARGUMENT", "InvalidParentFolder"),
        ),
    ] {
        let reply = admin.send_json("PUT", &path, put(parent, name)).await;
        assert_eq!(error(&reply), expected, "{parent} {name}");
    }
    let moved = admin.send_json("PUT", &path, put(&two, "First")).await;
    assert_eq!(text(&moved.body, "/path"), "/Shared/Pressing/Two/First");
    let inner = resource(&admin, &inner).await;
    assert_eq!(text(&inner, "/path"), "/Shared/Pressing/Two/First/Inner");
    let children = all(
        &admin,
        &format!("/v2/filesystem/folders/{project}/children"),
        1,
    )
    .await;
    assert_eq!(column(&Value::from(children), "displayName"), ["Two"]);
}

#[tokio::test]
async fn folders_need_a_project_and_a_free_name() {
    let (standin, admin) = start().await;
    let (space, _) = space(&admin).await;
    let project = project(&admin, &space, "Casting", &user(&standin, "admin")).await;
    folder(&admin, &project, "Moulds").await;
    let missing = format!("{ROOT}0");
    for (parent, name, expected) in [
        (
            &*space,
            "X",
            (
                400,
                "INVALID_ARGUMENT",
                "CreateFolderOutsideProjectNotSupported",
            ),
        ),
        (
            ROOT,
            "X",
            (400, "INVALID_ARGUMENT", "GetRootFolderNotSupported"),
        ),
        (&*missing, "X", (404, "NOT_FOUND", "FolderNotFound")),
        (
            &*project,
            "Moulds",
            (409, "CONFLICT", "ResourceNameAlreadyExists"),
        ),
        (
            &*project,
            "..",
            (400, "INVALID_ARGUMENT", "InvalidDisplayName"),
        ),
    ] {
        let new = json!({"parentFolderRid": parent, "displayName": name});
        let reply = admin.send_json("POST", "/v2/filesystem/folders", new).await;
        assert_eq!(error(&reply), expected, "{parent} {name}");
    }
}

#[tokio::test]
async fn spaces_and_the_root_are_no_resources() {
    let (standin, admin) = start().await;
    let (space, projects) = space(&admin).await;
    let get = |rid: &str| format!("/v2/filesystem/resources/{rid}");
    let reply = admin.send("GET", &get(&space)).await;
    assert_eq!(
        error(&reply),
        (400, "INVALID_ARGUMENT", "GetSpaceResourceNotSupported")
    );
    let reply = admin.send("GET", &get(ROOT)).await;
    assert_eq!(error(&reply).2, "GetRootFolderNotSupported");
    let reply = admin.send("DELETE", &get(&space)).await;
    assert_eq!(error(&reply).2, "TrashingSpaceNotSupported");
    let batch =
        json!([{"resourceRid": space}, {"resourceRid": ROOT}, {"resourceRid": projects[0]}]);
    let reply = admin
        .send_json("POST", "/v2/filesystem/resources/getBatch", batch)
        .await;
    let data = reply.body["data"].as_object().expect("it is a map");
    assert_eq!(data.keys().collect::<Vec<_>>(), [&projects[0]]);
    let folder = admin
        .send("GET", &format!("/v2/filesystem/folders/{space}"))
        .await
        .body;
    assert_eq!(
        (text(&folder, "/type"), text(&folder, "/parentFolderRid")),
        ("SPACE".into(), ROOT.into())
    );
    assert_eq!(folder.get("projectRid"), None);
    for (path, expected) in [
        ("/", "GetRootFolderNotSupported"),
        ("Shared", "GetSpaceResourceNotSupported"),
        ("//x", "InvalidPath"),
        ("/Shared/nothing", "PathNotFound"),
    ] {
        let reply = admin
            .send(
                "GET",
                &format!("/v2/filesystem/resources/getByPath?path={path}"),
            )
            .await;
        assert_eq!(error(&reply).2, expected, "{path}");
    }
    let reply = admin
        .send(
            "GET",
            "/v2/filesystem/resources/getRecentlyViewed?preview=true&limit=0",
        )
        .await;
    assert_eq!(error(&reply).2, "RecentlyViewedLimitBelowMinimum");
    let _ = standin.take_violations();
}

#[tokio::test]
async fn a_space_with_contents_is_a_server_error() {
    let (_standin, admin) = start().await;
    let spaces = all(&admin, "/v2/filesystem/spaces", 10).await;
    let of = |name: &str| {
        let found = spaces.iter().find(|space| space["displayName"] == name);
        text(found.expect("it is seeded"), "/rid")
    };
    let full = format!("/v2/filesystem/spaces/{}?preview=true", of("Shared"));
    let reply = admin.send("DELETE", &full).await;
    assert_eq!(error(&reply), (500, "INTERNAL", "SpaceNotEmpty"));
    assert_eq!(admin.send("GET", &full).await.status, 200);
    let reserved = format!("/v2/filesystem/spaces/{}?preview=true", of("Home folders"));
    let reply = admin
        .send_json("PUT", &reserved, json!({"displayName": "Mine"}))
        .await;
    assert_eq!(error(&reply).2, "ReservedSpaceCannotBeReplaced");
    let reply = admin
        .send_json("PUT", &full, json!({"displayName": "a/b"}))
        .await;
    assert_eq!(error(&reply).2, "SpaceNameInvalid");
    let body = json!({"displayName": "Common", "defaultRoleSetId": "x"});
    let reply = admin.send_json("PUT", &full, body).await;
    assert_eq!(error(&reply), (404, "NOT_FOUND", "RoleSetNotFound"));
    assert_eq!(reply.body["parameters"], json!({"roleSetRid": "x"}));
}

#[tokio::test]
async fn a_marking_hides_what_it_stands_on_and_all_inside() {
    let (standin, admin) = start().await;
    let (shared, _) = space(&admin).await;
    let me = user(&standin, "admin");
    let rid = project(&admin, &shared, "Glazing", &me).await;
    let outer = folder(&admin, &rid, "Kiln").await;
    let inner = folder(&admin, &outer, "Recipes").await;
    let nobody = Session::of(&standin, "nobody");
    let get = |rid: &str| format!("/v2/filesystem/resources/{rid}");
    assert_eq!(nobody.send("GET", &get(&inner)).await.status, 200);
    let categories = all(
        &admin,
        "/v2/admin/markingCategories?markingType=MANDATORY",
        50,
    )
    .await;
    let category = categories.iter().find(|one| one["name"] == "Contracts");
    let role = |role: &str| json!({"role": role, "principalId": me});
    let new = json!({
        "categoryId": category.expect("it is seeded")["id"], "name": "Glaze", "initialMembers": [me],
        "initialRoleAssignments": [role("ADMINISTER"), role("USE")],
    });
    let marking = admin.send_json("POST", "/v2/admin/markings", new).await;
    let marking = text(&marking.body, "/id");
    let body = json!({"markingIds": [marking]});
    let path = get(&outer);
    assert_eq!(
        admin
            .send_json("POST", &format!("{path}/addMarkings"), body.clone())
            .await
            .status,
        204
    );
    for rid in [&outer, &inner] {
        let reply = nobody.send("GET", &get(rid)).await;
        assert_eq!(error(&reply), (404, "NOT_FOUND", "ResourceNotFound"));
    }
    let access = admin
        .send("GET", &format!("{}/getAccessRequirements", get(&inner)))
        .await;
    let inherited = json!([{"markingId": marking, "isDirectlyApplied": false}]);
    assert_eq!(access.body["markings"], inherited);
    // It takes another role to take a marking off.
    let remove = format!("{path}/removeMarkings");
    let refused = admin.send_json("POST", &remove, body.clone()).await;
    assert_eq!(error(&refused).2, "RemoveMarkingsPermissionDenied");
    let roles = json!({"roleAssignments": [role("DECLASSIFY")]});
    let path = format!("/v2/admin/markings/{marking}/roleAssignments/add");
    assert_eq!(admin.send_json("POST", &path, roles).await.status, 204);
    assert_eq!(admin.send_json("POST", &remove, body).await.status, 204);
    assert_eq!(nobody.send("GET", &get(&inner)).await.status, 200);
    let reply = admin
        .send_json("POST", &remove, json!({"markingIds": ["x"]}))
        .await;
    assert_eq!(error(&reply), (404, "NOT_FOUND", "MarkingNotFound"));
    assert_eq!(reply.body["parameters"], json!({"markingIds": ["x"]}));
}

#[tokio::test]
async fn hidden_and_autosaved_resources_refuse_changes() {
    let (_standin, admin) = start().await;
    let mut found = Vec::new();
    let (_, projects) = space(&admin).await;
    for rid in projects {
        for folder in all(
            &admin,
            &format!("/v2/filesystem/folders/{rid}/children"),
            10,
        )
        .await
        {
            let path = format!("/v2/filesystem/folders/{}/children", text(&folder, "/rid"));
            for file in all(&admin, &path, 10).await {
                let path = format!("/v2/filesystem/resources/{}", text(&file, "/rid"));
                let body = json!({"tagRids": []});
                let tag = admin
                    .send_json("POST", &format!("{path}/tags/add?preview=true"), body)
                    .await;
                if tag.status == 400 {
                    let trash = admin.send("DELETE", &path).await;
                    found.push((error(&tag).2.to_owned(), error(&trash).2.to_owned()));
                }
            }
        }
    }
    found.sort();
    let expected = [
        (
            "ForbiddenOperationOnAutosavedResource",
            "TrashingAutosavedResourcesNotSupported",
        ),
        (
            "ForbiddenOperationOnHiddenResource",
            "TrashingHiddenResourcesNotSupported",
        ),
    ];
    assert_eq!(
        found,
        expected.map(|(one, other)| (one.to_owned(), other.to_owned()))
    );
}
