//! Organizations, their roles, members and invitations.

use crate::{client, exception, id, list, organization, principal, role, start};
use rolecall_zenml::types::InvitationCreate;
use serde_json::{Value, json};

#[tokio::test]
async fn organizations_come_by_pages_and_by_name() {
    let (_standin, admin) = start().await;
    let client = client(&admin);
    let all = client.list_organizations().send().await.unwrap();
    assert!(all.len() >= 3);
    let page = client
        .list_organizations()
        .offset(1)
        .limit(1)
        .send()
        .await
        .unwrap();
    assert_eq!(page[..], all[1..2]);
    assert!(
        client
            .list_organizations()
            .offset(999)
            .send()
            .await
            .unwrap()
            .is_empty()
    );
    let by_name = client
        .get_organization()
        .organization_id(&*all[1].name)
        .send()
        .await
        .unwrap();
    let by_id = client
        .get_organization()
        .organization_id(&*all[1].id)
        .send()
        .await
        .unwrap();
    assert_eq!((&*by_name, &*by_id), (&all[1], &all[1]));
    let owner = all[1].owner.as_ref().unwrap();
    let owned = client
        .list_organizations()
        .owner_id(&*owner.id)
        .send()
        .await
        .unwrap();
    assert!(owned.contains(&all[1]) && owned.len() < all.len());
    let username = owner.username.clone().unwrap();
    let owned = client
        .list_organizations()
        .owner_username(username)
        .send()
        .await
        .unwrap();
    assert!(owned.contains(&all[1]));
    let missing = admin
        .send("GET", "/organizations/no-such-organization")
        .await;
    assert_eq!(exception(&missing), (404, "KeyError"));
}

#[tokio::test]
async fn own_roles_are_deleted_and_predefined_ones_stay() {
    let (_standin, admin) = start().await;
    let example = organization(&admin, "Example").await;
    let path = format!("/organizations/{example}/roles");
    for (level, count) in [("organization", 6), ("workspace", 7), ("project", 3)] {
        let roles = list(&admin, &format!("{path}?level={level}")).await;
        assert_eq!(roles.len(), count, "{level}");
        assert!(roles.iter().all(|role| role["level"] == level));
    }
    let predefined = role(&admin, &example, "Workspace Viewer").await;
    let refused = admin.send("DELETE", &format!("/roles/{predefined}")).await;
    assert_eq!(exception(&refused), (403, "IllegalOperationError"));
    let own = format!("/roles/{}", role(&admin, &example, "Auditor").await);
    let found = admin.send("GET", &own).await;
    assert_eq!(
        (&found.body["system_managed"], &found.body["type"]),
        (&json!(false), &json!("normal"))
    );
    let deleted = admin.send("DELETE", &own).await;
    assert_eq!((deleted.status, &*deleted.text), (200, "null"));
    assert_eq!(exception(&admin.send("GET", &own).await), (404, "KeyError"));
}

#[tokio::test]
async fn members_are_users_teams_and_invitations_and_leave_with_their_organization_roles() {
    let (standin, admin) = start().await;
    let example = organization(&admin, "Example").await;
    let path = format!("/organizations/{example}/members");
    let members = list(&admin, &path).await;
    let has = |member: &Value, kind: &str| !member[kind].is_null();
    for kind in ["user", "team", "invitation"] {
        assert!(members.iter().any(|member| has(member, kind)), "{kind}");
    }
    let machine = members
        .iter()
        .filter(|member| member["user"]["is_service_account"] == true);
    assert_eq!(machine.count(), 1);

    let reader = principal(&standin, "reader");
    let remove = format!("{path}?user_id={reader}");
    let removed = admin.send("DELETE", &remove).await;
    assert_eq!((removed.status, &*removed.text), (200, "null"));
    assert_eq!(list(&admin, &path).await.len(), members.len() - 1);
    assert_eq!(
        exception(&admin.send("DELETE", &remove).await),
        (404, "KeyError")
    );
    let owner = principal(&standin, "admin");
    let refused = admin
        .send("DELETE", &format!("{path}?user_id={owner}"))
        .await;
    assert_eq!(exception(&refused), (403, "IllegalOperationError"));
    assert_eq!(admin.send("DELETE", &path).await.status, 422);
    assert_eq!(standin.take_violations().len(), 1);
}

#[tokio::test]
async fn an_invitation_holds_roles_until_it_is_withdrawn() {
    let (_standin, admin) = start().await;
    let client = client(&admin);
    let example = organization(&admin, "Example").await;
    let member = role(&admin, &example, "Organization Member").await;
    let create = |email: &str, role: &str| {
        let create = client.create_invitation().organization_id(&*example);
        create.body(InvitationCreate::new(email, role)).send()
    };
    let made = create("new@example.net", &member).await.unwrap();
    assert_eq!(made.email.as_deref(), Some("new@example.net"));
    let status = |error: rolecall_zenml::Error<_>| error.status().map(|status| status.as_u16());
    assert_eq!(
        status(create("new@example.net", &member).await.unwrap_err()),
        Some(409)
    );
    assert_eq!(
        status(create("nobody", &member).await.unwrap_err()),
        Some(400)
    );
    let of_workspaces = role(&admin, &example, "Workspace Viewer").await;
    assert_eq!(
        status(
            create("other@example.net", &of_workspaces)
                .await
                .unwrap_err()
        ),
        Some(403)
    );
    let people = list(&admin, "/users?limit=1").await;
    let known = people[0]["email"].as_str().unwrap();
    assert_eq!(status(create(known, &member).await.unwrap_err()), Some(409));

    let path = format!("/organizations/{example}/invitations");
    let all = list(&admin, &path).await;
    let pending = list(&admin, &format!("{path}?only_pending=true")).await;
    assert!(pending.len() < all.len());
    let found = list(&admin, &format!("{path}?email=new@example.net")).await;
    assert_eq!(id(&found[0]), &*made.id);
    let holds = format!("/roles/{member}/assignments");
    let holders = |all: &[Value]| {
        all.iter()
            .filter(|one| one["invitation"]["id"] == *made.id)
            .count()
    };
    assert_eq!(holders(&list(&admin, &holds).await), 1);
    let again = admin
        .send("POST", &format!("{holds}?invitation_id={}", made.id))
        .await;
    assert_eq!(exception(&again), (409, "EntityExistsError"));
    let withdraw = format!("{path}/{}", made.id);
    let withdrawn = admin.send("DELETE", &withdraw).await;
    assert_eq!((withdrawn.status, &*withdrawn.text), (200, "null"));
    assert_eq!(holders(&list(&admin, &holds).await), 0);
    assert_eq!(
        exception(&admin.send("DELETE", &withdraw).await),
        (404, "KeyError")
    );
}
