//! Teams, and who is in them.

use crate::session::Session;
use crate::{client, exception, id, list, organization, principal, role, start};
use rolecall_zenml::types::TeamCreate;
use serde_json::json;

#[tokio::test]
async fn a_team_gains_and_loses_members() {
    let (standin, admin) = start().await;
    let client = client(&admin);
    let example = organization(&admin, "Example").await;
    let create = client
        .create_team()
        .body(TeamCreate::new("Night shift", &*example));
    let team = create.clone().send().await.unwrap();
    assert_eq!((team.status().as_u16(), team.member_count), (200, 0));
    let taken = create.send().await.unwrap_err();
    assert_eq!(taken.status().map(|status| status.as_u16()), Some(409));
    let path = format!("/teams/{}", team.id);
    let reader = principal(&standin, "reader");
    let add = format!("{path}/members?user_id={reader}");
    let added = admin.send("POST", &add).await;
    assert_eq!((added.status, &*added.text), (200, "null"));
    assert_eq!(
        exception(&admin.send("POST", &add).await),
        (409, "EntityExistsError")
    );
    let invitations = list(
        &admin,
        &format!("/organizations/{example}/invitations?only_pending=true"),
    )
    .await;
    let invite = format!("{path}/members?invitation_id={}", id(&invitations[0]));
    assert_eq!(admin.send("POST", &invite).await.status, 200);
    assert_eq!(admin.send("GET", &path).await.body["member_count"], 1);
    let members = list(&admin, &format!("{path}/members")).await;
    assert_eq!(members.iter().map(id).collect::<Vec<_>>(), [&*reader]);
    let nobody = principal(&standin, "nobody");
    let stranger = admin
        .send("POST", &format!("{path}/members?user_id={nobody}"))
        .await;
    assert_eq!(exception(&stranger), (403, "IllegalOperationError"));
    let both = format!("{add}&invitation_id={}", id(&invitations[0]));
    for path in [&both, &format!("{path}/members")] {
        assert_eq!(
            exception(&admin.send("POST", path).await),
            (400, "ValueError")
        );
        assert_eq!(
            exception(&admin.send("DELETE", path).await),
            (400, "ValueError")
        );
    }
    for leave in [&add, &invite] {
        let removed = admin.send("DELETE", leave).await;
        assert_eq!((removed.status, &*removed.text), (200, "null"));
        assert_eq!(
            exception(&admin.send("DELETE", leave).await),
            (404, "KeyError")
        );
    }
    assert_eq!(admin.send("GET", &path).await.body["member_count"], 0);
}

#[tokio::test]
async fn the_roles_of_a_team_are_those_of_its_members() {
    let (standin, admin) = start().await;
    let reader = Session::of(&standin, "reader");
    let example = organization(&admin, "Example").await;
    let body = json!({ "name": "Managers", "organization_id": example });
    let team = admin.send_json("POST", "/teams", body).await;
    let team = id(&team.body);
    let own = principal(&standin, "reader");
    let other = json!({ "name": "Others", "organization_id": example });
    assert_eq!(
        reader
            .send_json("POST", "/teams", other.clone())
            .await
            .status,
        403
    );
    assert_eq!(
        admin
            .send("POST", &format!("/teams/{team}/members?user_id={own}"))
            .await
            .status,
        200
    );
    let manager = role(&admin, &example, "Organization Manager").await;
    let assign = format!("/roles/{manager}/assignments?team_id={team}");
    assert_eq!(admin.send("POST", &assign).await.status, 200);
    assert_eq!(
        reader
            .send_json("POST", "/teams", other.clone())
            .await
            .status,
        200
    );
    assert_eq!(admin.send("DELETE", &assign).await.status, 200);
    assert_eq!(reader.send_json("POST", "/teams", other).await.status, 403);
}
