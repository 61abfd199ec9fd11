//! Projects: who owns them, who reaches them, what they are made from and refer to.

use super::files::{ROOT, folder, project};
use super::{all, column, error, space, start, text, user};
use crate::session::Session;
use serde_json::{Value, json};

#[tokio::test]
async fn a_project_needs_an_owner_a_free_name_and_organizations_of_its_space() {
    let (standin, admin) = start().await;
    let me = user(&standin, "admin");
    let (shared, _) = space(&admin).await;
    let spaces = all(&admin, "/v2/filesystem/spaces", 10).await;
    let own = text(&spaces[1], "/rid");
    let reserved = text(&spaces[3], "/rid");
    let organizations = spaces[0]["organizations"].clone();
    project(&admin, &shared, "Sorting", &me).await;
    let new = |space: &str, name: &str, role: &str, organizations: &Value| {
        json!({
            "displayName": name, "spaceRid": space, "defaultRoles": [],
            "roleGrants": {role: [{"principalId": me, "principalType": "USER"}]},
            "organizationRids": organizations,
        })
    };
    let none = json!([]);
    let missing = json!(["ri.multipass..organization.none"]);
    for (body, expected) in [
        (
            new(&shared, "A", "compass:edit", &none),
            "CreateProjectNoOwnerLikeRoleGrant",
        ),
        (new(&shared, "A", "compass:own", &none), "InvalidRoleIds"),
        (
            new(&own, "A", "compass:manage", &organizations),
            "OrganizationMarkingNotOnSpace",
        ),
        (
            new(&shared, "A", "compass:manage", &missing),
            "OrganizationsNotFound",
        ),
        (
            new(&shared, "Sorting", "compass:manage", &none),
            "ProjectNameAlreadyExists",
        ),
        (
            new(&reserved, "A", "compass:manage", &none),
            "ProjectCreationNotSupported",
        ),
        (new(ROOT, "A", "compass:manage", &none), "SpaceNotFound"),
    ] {
        let reply = admin
            .send_json("POST", "/v2/filesystem/projects/create", body)
            .await;
        assert_eq!(error(&reply).2, expected);
    }
    let body = new(&own, "Sorting", "compass:manage", &none);
    let made = admin
        .send_json("POST", "/v2/filesystem/projects/create", body)
        .await;
    assert_eq!(made.status, 200, "{}", made.text);
}

#[tokio::test]
async fn the_last_organization_of_a_project_stays() {
    let (standin, admin) = start().await;
    let (shared, _) = space(&admin).await;
    let rid = project(&admin, &shared, "Weaving", &user(&standin, "admin")).await;
    let path = format!("/v2/filesystem/projects/{rid}");
    let organizations = admin
        .send("GET", &format!("{path}/organizations"))
        .await
        .body;
    let own = json!({"organizationRids": organizations["data"]});
    let reply = admin
        .send_json("POST", &format!("{path}/removeOrganizations"), own)
        .await;
    assert_eq!(
        error(&reply),
        (400, "INVALID_ARGUMENT", "OrganizationCannotBeRemoved")
    );
    let spaces = all(&admin, "/v2/filesystem/spaces", 10).await;
    let every = json!({"organizationRids": spaces[0]["organizations"]});
    let reply = admin
        .send_json("POST", &format!("{path}/addOrganizations"), every)
        .await;
    assert_eq!(reply.status, 204);
    let paged = all(&admin, &format!("{path}/organizations"), 1).await;
    assert_eq!(Value::from(paged), spaces[0]["organizations"]);
}

#[tokio::test]
async fn roles_are_written_by_id_and_read_with_a_type() {
    let (standin, admin) = start().await;
    let (shared, _) = space(&admin).await;
    let rid = project(&admin, &shared, "Dyeing", &user(&standin, "admin")).await;
    let folder = folder(&admin, &rid, "Vats").await;
    let reader = user(&standin, "reader");
    let path = format!("/v2/filesystem/resources/{folder}/roles");
    let grant = |principal: Value, role: &str| json!({"roles": [{"resourceRolePrincipal": principal, "roleId": role}]});
    let only = json!({"type": "principalIdOnly", "principalId": reader});
    let body = grant(only.clone(), "compass:edit");
    let add = format!("{path}/add");
    assert_eq!(
        admin.send_json("POST", &add, body.clone()).await.status,
        204
    );
    assert_eq!(
        admin.send_json("POST", &add, body.clone()).await.status,
        204
    );
    let listed = all(&admin, &path, 1).await;
    let expected = json!([{
        "resourceRolePrincipal": {
            "type": "principalWithId", "principalId": reader, "principalType": "USER",
        },
        "roleId": "compass:edit",
    }]);
    assert_eq!(Value::from(listed), expected);
    let inherited = all(&admin, &format!("{path}?includeInherited=true"), 2).await;
    let roles = column(&Value::from(inherited), "roleId");
    assert!(
        roles.contains(&"compass:manage".to_owned()) && roles.len() > 3,
        "{roles:?}"
    );
    // Who may edit may not give access.
    let session = Session::of(&standin, "reader");
    let reply = session.send_json("POST", &add, body.clone()).await;
    assert_eq!(error(&reply).2, "AddResourceRolesPermissionDenied");
    let new = json!({"parentFolderRid": folder, "displayName": "Red"});
    assert_eq!(
        session
            .send_json("POST", "/v2/filesystem/folders", new)
            .await
            .status,
        200
    );
    let reply = admin
        .send_json("POST", &add, grant(only, "compass:own"))
        .await;
    assert_eq!(error(&reply).2, "InvalidRoleIds");
    assert_eq!(
        reply.body["parameters"],
        json!({"requestedRoleIds": ["compass:own"]})
    );
    let stranger =
        json!({"type": "principalIdOnly", "principalId": "00000000-0000-4000-8000-000000000000"});
    let reply = admin
        .send_json("POST", &add, grant(stranger, "compass:edit"))
        .await;
    assert_eq!(error(&reply).2, "PrincipalNotFound");
    assert_eq!(
        admin
            .send_json("POST", &format!("{path}/remove"), body)
            .await
            .status,
        204
    );
    assert_eq!(all(&admin, &path, 5).await, [Value::Null; 0]);
}

#[tokio::test]
async fn templates_ask_and_bring_a_group_and_a_marking() {
    let (standin, admin) = start().await;
    let me = user(&standin, "admin");
    let closed = "ri.compass.main.template.00000000-0000-4000-8000-000000000001";
    let open = "ri.compass.main.template.00000000-0000-4000-8000-000000000002";
    let path = "/v2/filesystem/projects/createFromTemplate";
    let values = |name: &str| json!({"project_name": name, "region": "south", "owner": me});
    let with =
        |template: &str, values: Value| json!({"templateRid": template, "variableValues": values});
    let mut extra = with(closed, values("Mill"));
    extra["projectDescription"] = json!("x");
    for (body, status, expected) in [
        (
            with("ri.compass.main.template.x", json!({})),
            404,
            "ProjectTemplateNotFound",
        ),
        (
            with(closed, json!({"project_name": "Mill"})),
            400,
            "MissingVariableValue",
        ),
        (
            with(closed, json!({"colour": "red"})),
            400,
            "InvalidVariable",
        ),
        (
            with(
                closed,
                json!({"project_name": "M", "region": "up", "owner": me}),
            ),
            400,
            "InvalidVariableEnumOption",
        ),
        (
            with(
                closed,
                json!({"project_name": "M", "region": "south", "owner": "x"}),
            ),
            400,
            "InvalidPrincipalIdsForGroupTemplate",
        ),
        (extra, 400, "InvalidDescription"),
        (
            with(open, json!({"project_name": "Mill"})),
            400,
            "InvalidDefaultRoles",
        ),
    ] {
        let reply = admin.send_json("POST", path, body).await;
        assert_eq!((error(&reply).0, error(&reply).2), (status, expected));
    }
    let made = admin
        .send_json("POST", path, with(closed, values("Mill")))
        .await;
    assert_eq!(text(&made.body, "/description"), "south");
    let again = admin
        .send_json("POST", path, with(closed, values("Mill")))
        .await;
    assert_eq!(error(&again), (409, "CONFLICT", "ProjectNameAlreadyExists"));
    let search = json!({"where": {"type": "queryString", "value": "mill owners"}});
    let groups = admin
        .send_json("POST", "/v2/admin/groups/search", search)
        .await;
    assert_eq!(column(&groups.body["data"], "name"), ["Mill owners"]);
    let rid = text(&made.body, "/rid");
    let renamed = admin
        .send_json(
            "PUT",
            &format!("/v2/filesystem/projects/{rid}?preview=true"),
            json!({"displayName": "Mills"}),
        )
        .await;
    assert_eq!(renamed.status, 200);
    let clash = admin
        .send_json("POST", path, with(closed, values("Mill")))
        .await;
    assert_eq!(
        error(&clash),
        (409, "CONFLICT", "TemplateGroupNameConflict")
    );
}

#[tokio::test]
async fn references_are_typed_and_removed_by_rid() {
    let (standin, admin) = start().await;
    let (shared, projects) = space(&admin).await;
    let rid = project(&admin, &shared, "Spinning", &user(&standin, "admin")).await;
    let own = folder(&admin, &rid, "Wheels").await;
    let path = format!("/v2/filesystem/projects/{rid}/references");
    let add =
        |resource: &str| json!({"resources": [{"type": "filesystem", "resourceRid": resource}]});
    for (resource, expected) in [
        (&own, "InvalidResourceReference"),
        (&shared, "InvalidResourceReference"),
        (&format!("{own}x"), "ResourceNotFound"),
    ] {
        let reply = admin
            .send_json("POST", &format!("{path}/add"), add(resource))
            .await;
        assert_eq!(error(&reply).2, expected);
    }
    let external = json!({"resources": [
        {"type": "external", "resourceRid": "ri.object-set.main.object-set.y", "importName": "Yarn"},
    ]});
    let add_path = format!("{path}/add");
    assert_eq!(
        admin.send_json("POST", &add_path, external).await.status,
        204
    );
    assert_eq!(
        admin
            .send_json("POST", &add_path, add(&projects[0]))
            .await
            .status,
        204
    );
    let kinds = |items: Vec<Value>| -> Vec<String> {
        items
            .iter()
            .map(|item| text(item, "/reference/type"))
            .collect()
    };
    assert_eq!(
        kinds(all(&admin, &path, 1).await),
        ["filesystem", "external"]
    );
    let external = all(&admin, &format!("{path}?referenceType=EXTERNAL"), 5).await;
    assert_eq!(text(&external[0], "/reference/name"), "Yarn");
    let body = json!({"resources": [projects[0]]});
    for _ in 0..2 {
        let reply = admin
            .send_json("POST", &format!("{path}/remove"), body.clone())
            .await;
        assert_eq!(reply.status, 204, "{}", reply.text);
    }
    assert_eq!(kinds(all(&admin, &path, 5).await), ["external"]);
}
