//! What a new control plane holds.

use crate::session::Session;
use crate::{id, list, organization, role, start};
use rolecall_standin::{Api, Standin};

#[tokio::test]
async fn every_list_has_something_to_show() {
    let (_standin, admin) = start().await;
    let example = organization(&admin, "Example").await;
    for path in ["roles", "members", "teams", "invitations", "tenants"] {
        let found = list(&admin, &format!("/organizations/{example}/{path}")).await;
        assert!(found.len() >= 3, "{path}");
    }
    let teams = list(&admin, &format!("/organizations/{example}/teams")).await;
    for team in &teams {
        let members = list(&admin, &format!("/teams/{}/members", id(team))).await;
        assert_eq!(team["member_count"], members.len());
    }
    for name in [
        "Organization Member",
        "Workspace Developer",
        "Project Admin",
    ] {
        let role = role(&admin, &example, name).await;
        assert!(
            !list(&admin, &format!("/roles/{role}/assignments"))
                .await
                .is_empty(),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_seed_decides_the_control_plane() {
    let mut seen = Vec::new();
    for seed in [4, 4, 5] {
        let standin = Standin::builder(Api::Zenml)
            .seed(seed)
            .users(30)
            .start()
            .await
            .unwrap();
        let admin = Session::of(&standin, "admin");
        seen.push(list(&admin, "/users").await);
    }
    assert_eq!(seen[0], seen[1]);
    assert_ne!(seen[0], seen[2]);
}

#[tokio::test]
async fn one_person_is_a_control_plane() {
    let standin = Standin::builder(Api::Zenml).users(1).start().await.unwrap();
    let admin = Session::of(&standin, "admin");
    assert!(list(&admin, "/organizations").await.len() >= 3);
    assert!(list(&admin, "/workspaces").await.len() >= 4);
}
