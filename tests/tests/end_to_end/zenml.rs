//! ZenML: who holds a role.

use rolecall_client::Error;
use rolecall_tests::recorder::{Answer, Recorder};
use rolecall_zenml::types::{ErrorBodyOrHttpValidationError, ErrorDetail};
use rolecall_zenml::{Client, Response};

use crate::{
    AWKWARD, ENCODED, example, gateway_page, is_example, is_gateway_page, recorded, requests,
};

const ROLE: &str = "d4c6b8a0-3e5f-4a7b-8d9c-4f6e8a0b2c3d";
const WORKSPACE: &str = "5f0c9a3e-8d47-4b1e-a0a2-2f7a5f0e9d21";

#[tokio::test]
async fn role_assignments() {
    let mixed = "list_role_assignments.200.mixed-holders.json";
    let recorder = Recorder::start([
        recorded("zenml", mixed),
        recorded("zenml", "assign_role.200.team.json"),
        recorded("zenml", "revoke_role.200.null.json"),
        recorded("zenml", "list_role_assignments.200.empty.json"),
    ])
    .await;
    let client = Client::new(recorder.url()).unwrap();

    let list = client.list_role_assignments().role_id(ROLE);
    let list = list.workspace_id(WORKSPACE).project_id("p/1");
    let response = list.send().await.unwrap();
    is_example(response.value(), "zenml", mixed);
    assert_eq!(response.len(), 3);
    assert!(response[1].team.is_some() && response[1].user.is_none());

    let assign = client.assign_role().role_id(ROLE).workspace_id(WORKSPACE);
    let response = assign.team_id("Team Ü & Co").send().await.unwrap();
    is_example(response.value(), "zenml", "assign_role.200.team.json");

    let revoke = client.revoke_role().role_id(ROLE).user_id("u+1");
    let response = revoke.send().await.unwrap();
    assert!(response.is_none());

    let list = client.list_role_assignments().role_id(AWKWARD);
    let response = list.workspace_id(AWKWARD).send().await.unwrap();
    assert!(response.is_empty());
    assert_eq!(
        recorder.received()[3].target,
        format!("/roles/{ENCODED}/assignments?workspace_id={ENCODED}")
    );

    let asked = requests(
        &recorder,
        &[
            "list_role_assignments",
            "assign_role",
            "revoke_role",
            "list_role_assignments with awkward ids",
        ],
    );
    insta::assert_snapshot!(asked);
}

async fn refused(answer: Answer) -> Error<ErrorBodyOrHttpValidationError> {
    let recorder = Recorder::start([answer]).await;
    let client = Client::new(recorder.url()).unwrap();
    let call = client.assign_role().role_id(ROLE).user_id("u");
    call.send().await.map(Response::into_inner).unwrap_err()
}

#[tokio::test]
async fn refusals() {
    let error = refused(recorded("zenml", "assign_role.403.not-permitted.json")).await;
    let Some(ErrorBodyOrHttpValidationError::ErrorBody(body)) = error.api() else {
        panic!("{error:?}");
    };
    assert_eq!(
        body.detail,
        Some(ErrorDetail::Text("Not permitted.".to_owned()))
    );
    assert_eq!(
        error.to_string(),
        "zenml assign_role: answered 403 Forbidden"
    );

    let error = refused(recorded("zenml", "assign_role.409.already-assigned.json")).await;
    let Some(ErrorBodyOrHttpValidationError::ErrorBody(body)) = error.api() else {
        panic!("{error:?}");
    };
    let words = ["EntityExistsError", "The user already has this role."];
    assert_eq!(
        body.detail,
        Some(ErrorDetail::List2(words.map(str::to_owned).to_vec()))
    );

    let error = refused(recorded("zenml", "assign_role.422.null-as-text.json")).await;
    let Some(ErrorBodyOrHttpValidationError::HttpValidationError(body)) = error.api() else {
        panic!("{error:?}");
    };
    assert_eq!(body.detail.as_ref().unwrap()[0].type_, "uuid_parsing");

    // A status that is not documented: the shapes are tried.
    let text = example("zenml", "assign_role.403.not-permitted.json");
    let error = refused(Answer::json(451, text)).await;
    assert_eq!(error.status().unwrap(), 451);
    assert!(matches!(
        error.api(),
        Some(ErrorBodyOrHttpValidationError::ErrorBody(_))
    ));

    is_gateway_page(&refused(gateway_page()).await);
}
