//! Assigning roles, revoking them, and who holds them.

use crate::session::Session;
use crate::{client, exception, id, list, organization, principal, role, start};
use rolecall_standin::Standin;
use serde_json::{Value, json};

const NOWHERE: &str = "00000000-0000-4000-8000-000000000000";

/// What the tests assign with.
struct Parts {
    standin: Standin,
    admin: Session,
    organization: String,
    other: String,
    workspace: String,
    team: String,
    nobody: String,
}

async fn parts() -> Parts {
    let (standin, admin) = start().await;
    let organization = organization(&admin, "Example").await;
    let other = crate::organization(&admin, "Example 1").await;
    let workspaces = list(
        &admin,
        &format!("/workspaces?organization_id={organization}"),
    )
    .await;
    let teams = list(&admin, &format!("/organizations/{organization}/teams")).await;
    Parts {
        workspace: id(&workspaces[0]).to_owned(),
        team: id(&teams[0]).to_owned(),
        nobody: principal(&standin, "nobody"),
        standin,
        admin,
        organization,
        other,
    }
}

impl Parts {
    async fn role(&self, name: &str) -> String {
        role(&self.admin, &self.organization, name).await
    }

    async fn send(&self, method: &str, role: &str, query: &str) -> crate::session::Reply {
        self.admin
            .send(method, &format!("/roles/{role}/assignments?{query}"))
            .await
    }
}

#[tokio::test]
async fn a_role_is_assigned_listed_and_revoked() {
    let parts = parts().await;
    let client = client(&parts.admin);
    let role = parts.role("Organization Viewer").await;
    let before = client
        .list_role_assignments()
        .role_id(&*role)
        .send()
        .await
        .unwrap()
        .len();
    let assign = client.assign_role().role_id(&*role).user_id(&*parts.nobody);
    let made = assign.clone().send().await.unwrap();
    assert_eq!(made.status(), 200);
    assert_eq!(
        made.user.as_ref().map(|user| &*user.id),
        Some(&*parts.nobody)
    );
    assert_eq!((&made.team, &made.invitation), (&None, &None));
    assert_eq!((&made.workspace_id, &made.project_id), (&None, &None));
    assert_eq!(*made.organization_id, *parts.organization);
    let again = assign.send().await.unwrap_err();
    assert_eq!(again.status().map(|status| status.as_u16()), Some(409));
    let all = client
        .list_role_assignments()
        .role_id(&*role)
        .send()
        .await
        .unwrap();
    assert_eq!(all.len(), before + 1);

    // A second role, so that the first is not the last.
    let member = parts.role("Organization Member").await;
    let query = format!("user_id={}", parts.nobody);
    assert_eq!(parts.send("POST", &member, &query).await.status, 200);
    let revoked = parts.send("DELETE", &role, &query).await;
    assert_eq!((revoked.status, &*revoked.text), (200, "null"));
    let gone = parts.send("DELETE", &role, &query).await;
    assert_eq!(exception(&gone), (404, "KeyError"));
    let last = parts.send("DELETE", &member, &query).await;
    assert_eq!(exception(&last), (403, "IllegalOperationError"));
}

#[tokio::test]
async fn exactly_one_holder_is_named() {
    let parts = parts().await;
    let role = parts.role("Organization Viewer").await;
    let user = format!("user_id={}", parts.nobody);
    let team = format!("team_id={}", parts.team);
    let invitation = format!("invitation_id={NOWHERE}");
    for query in [
        String::new(),
        format!("{user}&{team}"),
        format!("{team}&{invitation}"),
        format!("{user}&{team}&{invitation}"),
    ] {
        for method in ["POST", "DELETE"] {
            let refused = parts.send(method, &role, &query).await;
            assert_eq!(exception(&refused), (400, "ValueError"), "{method} {query}");
        }
    }
}

#[tokio::test]
async fn the_level_of_a_role_fits_the_scope() {
    let parts = parts().await;
    let project = "11111111-1111-4111-8111-111111111111";
    let workspace = format!("&workspace_id={}", parts.workspace);
    let both = format!("{workspace}&project_id={project}");
    let team = format!("team_id={}", parts.team);
    let alone = parts
        .send("POST", NOWHERE, &format!("{team}&project_id={project}"))
        .await;
    assert_eq!(exception(&alone), (400, "ValueError"));
    let scopes = ["", &*workspace, &*both];
    for (name, fits) in [("Auditor", 0), ("Trainer", 1), ("Project Viewer", 2)] {
        let role = parts.role(name).await;
        for (at, scope) in scopes.iter().enumerate() {
            let reply = parts.send("POST", &role, &format!("{team}{scope}")).await;
            if at == fits {
                assert_eq!(reply.status, 200, "{name} {scope}: {}", reply.text);
                assert_eq!(id(&reply.body["team"]), parts.team);
                assert_eq!(reply.body["workspace_id"].is_string(), at > 0);
                assert_eq!(
                    reply.body["project_id"],
                    if at == 2 { json!(project) } else { Value::Null }
                );
            } else {
                assert_eq!(
                    exception(&reply),
                    (403, "IllegalOperationError"),
                    "{name} {scope}"
                );
            }
        }
        let query = format!("{team}{}", scopes[fits]);
        let revoked = parts.send("DELETE", &role, &query).await;
        assert_eq!((revoked.status, revoked.body), (200, Value::Null));
    }
    let share = parts.role("Shared Resources").await;
    let refused = parts
        .send("POST", &share, &format!("{team}{workspace}"))
        .await;
    assert_eq!(exception(&refused), (403, "IllegalOperationError"));
}

#[tokio::test]
async fn holder_workspace_and_role_are_of_one_organization() {
    let parts = parts().await;
    let far = role(&parts.admin, &parts.other, "Organization Member").await;
    let refused = parts
        .send("POST", &far, &format!("team_id={}", parts.team))
        .await;
    assert_eq!(exception(&refused), (403, "IllegalOperationError"));
    let far = role(&parts.admin, &parts.other, "Workspace Viewer").await;
    let query = format!("user_id={}&workspace_id={}", parts.nobody, parts.workspace);
    let refused = parts.send("POST", &far, &query).await;
    assert_eq!(exception(&refused), (403, "IllegalOperationError"));
    // Who is no member gets no role in a workspace; an organization role makes the member.
    let viewer = parts.role("Workspace Viewer").await;
    let refused = parts.send("POST", &viewer, &query).await;
    assert_eq!(exception(&refused), (403, "IllegalOperationError"));
    let member = parts.role("Organization Member").await;
    assert_eq!(
        parts
            .send("POST", &member, &format!("user_id={}", parts.nobody))
            .await
            .status,
        200
    );
    assert_eq!(parts.send("POST", &viewer, &query).await.status, 200);
    let machine = principal(&parts.standin, "service-account");
    let far = role(&parts.admin, &parts.other, "Organization Member").await;
    let refused = parts
        .send("POST", &far, &format!("user_id={machine}"))
        .await;
    assert_eq!(exception(&refused), (403, "IllegalOperationError"));
}

#[tokio::test]
async fn what_is_named_has_to_exist() {
    let parts = parts().await;
    let role = parts.role("Organization Viewer").await;
    let user = format!("user_id={}", parts.nobody);
    for (role, query) in [
        (NOWHERE, user.clone()),
        (&*role, format!("user_id={NOWHERE}")),
        (&*role, format!("team_id={NOWHERE}")),
        (&*role, format!("invitation_id={NOWHERE}")),
        (&*role, format!("{user}&workspace_id={NOWHERE}")),
    ] {
        let refused = parts.send("POST", role, &query).await;
        assert_eq!(exception(&refused), (404, "KeyError"), "{query}");
    }
}

#[tokio::test]
async fn what_is_no_uuid_is_a_validation_error() {
    let parts = parts().await;
    let role = parts.role("Organization Viewer").await;
    for (role, query, place) in [
        (&*role, "team_id=", json!(["query", "team_id"])),
        (&*role, "team_id=null", json!(["query", "team_id"])),
        ("admin", "", json!(["path", "role_id"])),
    ] {
        let refused = parts.send("POST", role, query).await;
        assert_eq!(refused.status, 422);
        assert_eq!(refused.body["detail"][0]["loc"], place);
        assert!(refused.body["detail"][0]["msg"].is_string());
        assert!(refused.body["detail"][0]["type"].is_string());
    }
    assert_eq!(parts.standin.take_violations().len(), 3);
}

#[tokio::test]
async fn an_owner_stays_admin_and_a_team_loses_its_last_role() {
    let parts = parts().await;
    let admin = principal(&parts.standin, "admin");
    let role = parts.role("Organization Admin").await;
    for extra in ["Organization Member", "Auditor"] {
        let extra = parts.role(extra).await;
        let query = format!("user_id={admin}");
        assert_eq!(parts.send("POST", &extra, &query).await.status, 200);
    }
    let refused = parts
        .send("DELETE", &role, &format!("user_id={admin}"))
        .await;
    assert_eq!(exception(&refused), (403, "IllegalOperationError"));
    let auditor = parts.role("Auditor").await;
    let team = format!("team_id={}", parts.team);
    assert_eq!(parts.send("POST", &auditor, &team).await.status, 200);
    assert_eq!(parts.send("DELETE", &auditor, &team).await.status, 200);
}

#[tokio::test]
async fn lists_narrow_to_a_workspace_and_a_project() {
    let parts = parts().await;
    let role = parts.role("Project Admin").await;
    let path = format!("/roles/{role}/assignments");
    let all = list(&parts.admin, &path).await;
    assert!(!all.is_empty());
    let (workspace, project) = (&all[0]["workspace_id"], &all[0]["project_id"]);
    let (workspace, project) = (workspace.as_str().unwrap(), project.as_str().unwrap());
    let narrow = list(&parts.admin, &format!("{path}?workspace_id={workspace}")).await;
    assert!(narrow.iter().all(|one| one["workspace_id"] == workspace));
    let query = format!("workspace_id={workspace}&project_id={project}");
    let narrower = list(&parts.admin, &format!("{path}?{query}")).await;
    assert!(narrower.iter().all(|one| one["project_id"] == project) && !narrower.is_empty());
    let query = format!("workspace_id={workspace}&project_id={NOWHERE}");
    assert!(
        list(&parts.admin, &format!("{path}?{query}"))
            .await
            .is_empty()
    );
    for one in &all {
        let holders = ["user", "team", "invitation"]
            .iter()
            .filter(|kind| !one[**kind].is_null());
        assert_eq!(holders.count(), 1);
    }
}
