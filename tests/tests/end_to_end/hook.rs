//! A hook stands between every call of every API and the network.

use std::sync::{Arc, Mutex};

use rolecall_client::{BoxFuture, Error, Hook, HookError, Next, Transport, reqwest};
use rolecall_tests::recorder::{Answer, Recorder};

/// Adds a credential and notes what it saw.
#[derive(Default)]
struct Credential {
    seen: Mutex<Vec<String>>,
}

impl Hook for Credential {
    fn execute<'a>(
        &'a self,
        mut request: reqwest::Request,
        next: Next<'a>,
    ) -> BoxFuture<'a, Result<reqwest::Response, HookError>> {
        Box::pin(async move {
            let operation = next.operation();
            let mut seen = format!("{} {}", operation.api, operation.id);
            if operation.hazard.is_some() {
                seen.push_str(", a hazard");
            }
            let value = format!("Bearer secret-of-{}", operation.api);
            let headers = request.headers_mut();
            headers.insert("authorization", value.parse().map_err(HookError::refused)?);
            let answer = next.send(request).await?;
            seen.push_str(&format!(": {}", answer.status().as_u16()));
            self.seen
                .lock()
                .map_err(|_| HookError::refused("poisoned"))?
                .push(seen);
            Ok(answer)
        })
    }
}

#[tokio::test]
async fn a_hook_sees_every_call_and_adds_the_credential() {
    let recorder = Recorder::start([
        Answer::json(200, "{}"),
        Answer::json(200, "[]"),
        Answer::empty(204),
        Answer::json(200, "null"),
        Answer::json(200, "[]"),
        Answer::json(403, r#"{"errorCode":"E0000006"}"#),
    ])
    .await;
    let hook = Arc::new(Credential::default());
    let builder = Transport::builder(recorder.url()).hook(hook.clone());
    let transport = builder.build().unwrap();
    assert!(!format!("{transport:?}").contains("secret"));

    let foundry = rolecall_foundry::Client::with_transport(transport.clone());
    let call = foundry.list_organization_role_assignments();
    call.organization_rid("o").send().await.unwrap();
    let okta = rolecall_okta::Client::with_transport(transport.clone());
    let call = okta.list_roles_for_client().client_id("c");
    call.send().await.unwrap();
    let klustr = rolecall_klustr::Client::with_transport(transport.clone());
    let call = klustr.remove_user_role().organization_id("o").user_id("u");
    call.role_id("r").send().await.unwrap();
    let zenml = rolecall_zenml::Client::with_transport(transport);
    let call = zenml.revoke_role().role_id("r").user_id("u");
    call.send().await.unwrap();
    // A page is a call like any other, and so is one that is refused.
    let call = okta.list_clients();
    rolecall_client::Paged::send_page(call).await.unwrap();
    let call = okta.list_assigned_roles_for_user().user_id("u");
    assert!(call.send().await.unwrap_err().api().is_some());

    let seen = hook.seen.lock().unwrap();
    assert_eq!(
        seen.as_slice(),
        [
            "foundry listOrganizationRoleAssignments: 200",
            "okta listRolesForClient: 200",
            "klustr removeUserRole, a hazard: 204",
            "zenml revoke_role: 200",
            "okta listClients: 200",
            "okta listAssignedRolesForUser: 403",
        ]
    );
    let sent: Vec<String> = (recorder.received().iter())
        .map(|request| request.header("authorization").join(", "))
        .collect();
    assert_eq!(
        sent,
        ["foundry", "okta", "klustr", "zenml", "okta", "okta"]
            .map(|api| format!("Bearer secret-of-{api}"))
    );
}

struct Refusal;

impl Hook for Refusal {
    fn execute<'a>(
        &'a self,
        _: reqwest::Request,
        _: Next<'a>,
    ) -> BoxFuture<'a, Result<reqwest::Response, HookError>> {
        Box::pin(async { Err(HookError::refused("not on a Friday")) })
    }
}

#[tokio::test]
async fn a_hook_can_refuse_and_then_nothing_is_sent() {
    let recorder = Recorder::start([]).await;
    let builder = Transport::builder(recorder.url()).hook(Arc::new(Refusal));
    let client = rolecall_klustr::Client::with_transport(builder.build().unwrap());
    let call = client.delete_all_organization_roles().organization_id("o");
    let error = call.send().await.unwrap_err();
    assert!(matches!(error, Error::Hook { .. }), "{error:?}");
    assert_eq!(
        error.to_string(),
        "klustr deleteAllOrganizationRoles: refused by the hook"
    );
    let reason = std::error::Error::source(&error).unwrap();
    assert_eq!(reason.to_string(), "not on a Friday");
    assert!(recorder.received().is_empty());
}

#[tokio::test]
async fn a_call_that_lacks_something_is_not_sent() {
    let recorder = Recorder::start([]).await;
    let client = rolecall_okta::Client::new(recorder.url()).unwrap();
    let error = client.assign_role_to_user().send().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "okta assignRoleToUser: nothing was sent: required parameter `userId` is not set, nor is the required body"
    );
    let call = client.list_assigned_roles_for_user().user_id("..");
    let error = call.send().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "okta listAssignedRolesForUser: nothing was sent: parameter `userId` is a dot segment, which would change the path"
    );
    assert!(recorder.received().is_empty());
}
