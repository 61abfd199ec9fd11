//! What users test their own code with: fakes, recordings, constructors.

mod support;

use futures_util::TryStreamExt;
use proptest::prelude::*;
use rolecall::auth::StaticToken;
use rolecall::okta::types::AssignRoleRequest;
use rolecall::rolecall_client::{
    BoxFuture, HeaderName, Hook, HookError, Next, Page, StatusCode, find, install_crypto_provider,
    reqwest,
};
use rolecall::testing::{Failure, FakeService, RecordHook, Recording, ReplayHook, Reply};
use rolecall::{Effect, Error, Kind, PagedExt, Retryable, okta};
use rolecall_standin::{Api, Standin};
use serde_json::{Value, json};
use std::sync::LazyLock;
use support::TestClock;

const TOKEN: &str = "00tHeT0kenOfTheTestOrganisation0123456789";

/// Setting up TLS is dear, and nothing here is about that.
static HTTP: LazyLock<reqwest::Client> = LazyLock::new(|| {
    install_crypto_provider();
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    http.build().unwrap()
});

fn client(url: &str, token: &str, hook: impl Hook) -> okta::Client {
    okta::Client::builder()
        .base_url(url)
        .http(HTTP.clone())
        .token(StaticToken::ssws(token.to_owned()))
        .clock(TestClock::new())
        .network_hook(hook)
        .build()
        .unwrap()
}

/// Everything that a program does with an organization: pages of a list, a write, a refusal.
async fn program(client: &okta::Client) -> Vec<String> {
    let mut lines = Vec::new();
    let users = client.list_users().items().page_size(20);
    let users: Vec<_> = users.try_collect().await.unwrap();
    lines.extend(users.iter().map(|user| format!("{:?}", user.id)));
    let user = users.last().and_then(|user| user.id.clone()).unwrap();
    let role: AssignRoleRequest = serde_json::from_str(r#"{"type":"REPORT_ADMIN"}"#).unwrap();
    for _ in 0..2 {
        let call = client.assign_role_to_user().user_id(&user);
        match call.body(role.clone()).send().await.map_err(Error::from) {
            Ok(role) => lines.push(serde_json::to_string(&role.into_inner()).unwrap()),
            Err(error) => lines.push(format!("{:?}: {:?}", error.kind(), error.vendor().code)),
        }
    }
    lines
}

#[tokio::test]
async fn what_was_recorded_is_replayed_without_a_network() {
    let standin = Standin::builder(Api::Okta).start().await.unwrap();
    let (url, token) = (standin.base_url(), standin.credentials().token.clone());
    let record = RecordHook::new();
    let mut lived = program(&client(&url, &token, record.clone())).await;
    drop(standin);
    assert!(lived.len() > 50, "{lived:?}");
    assert!(
        lived.iter().any(|line| line.starts_with("Conflict")),
        "{lived:?}"
    );

    let text = record.recording().to_json();
    assert!(!text.contains(&token), "{text}");
    let address = url.strip_prefix("http://").unwrap();
    assert!(!text.contains(address), "{text}");
    let recording = Recording::from_json(&text).unwrap();
    assert_eq!(recording, record.recording());

    // At another place, with another token.
    for line in &mut lived {
        *line = line.replace(&url, "https://other.example");
    }
    let replay = ReplayHook::new(recording);
    let client = client("https://other.example/", "another", replay.clone());
    assert_eq!(program(&client).await, lived);
    assert_eq!(replay.unused(), Vec::<String>::new());

    // Not so often.
    let error = client.list_users().limit(20).send().await.unwrap_err();
    let error = Error::from(error);
    assert_eq!(
        (error.kind(), error.effect()),
        (Kind::Other, Effect::NotSent)
    );
    assert_eq!(error.retryable(), Retryable::No);
    insta::assert_snapshot!(error);
}

#[tokio::test]
async fn recordings_hold_no_secrets_and_still_lead_on() {
    let cursor = "eyJjdXJzb3IiOiIwMHUxYWJjZGVmMDEyMzQ1Njc4OSJ9";
    let service = FakeService::new(move |request| match request.query("after") {
        None => Reply::json(
            200,
            &json!([{"id": "1", "profile": {"login": "ada@example.com"}}]),
        )
        .header("set-cookie", "sid=s3cr3t-s3ss10n")
        .header("x-request-id", "abc")
        .header(
            "link",
            &format!(
                "<https://acme.okta.com/api/v1/users?after={cursor}%3D&limit=1>; rel=\"next\""
            ),
        ),
        Some(after) => {
            assert_eq!(after, format!("{cursor}="));
            Reply::json(
                200,
                &json!([{"id": "2", "password": "tiger-7-lily", "note": format!("SSWS {TOKEN} at acme.okta.com")}]),
            )
        }
    });
    let record = RecordHook::new().keep_header(HeaderName::from_static("x-request-id"));
    // The fake stands for the network that is recorded.
    let recorder = Over(record.clone(), service);
    let client = client("https://acme.okta.com", TOKEN, recorder);
    let users = client.list_users().items().page_size(1);
    let users: Vec<_> = users.try_collect().await.unwrap();
    assert_eq!(users.len(), 2);
    let text = record.recording().to_json();
    for secret in [TOKEN, cursor, "s3cr3t", "tiger", "acme"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    insta::assert_snapshot!(text);

    let replay = ReplayHook::from_json(&text).unwrap();
    let client = self::client("https://acme.okta.com", "x", replay.clone());
    let users = client.list_users().items().page_size(1);
    let users: Vec<_> = users.try_collect().await.unwrap();
    assert_eq!(users.len(), 2);
    assert_eq!(replay.unused(), Vec::<String>::new());
}

/// A recorder whose network is a fake.
struct Over(RecordHook, FakeService);

impl Hook for Over {
    fn execute<'a>(
        &'a self,
        request: reqwest::Request,
        next: Next<'a>,
    ) -> BoxFuture<'a, Result<reqwest::Response, HookError>> {
        self.0.execute(request, next.with_network(&self.1))
    }
}

#[test]
fn what_is_no_recording_is_refused() {
    let of = |text: &str| Recording::from_json(text).unwrap_err().to_string();
    let with = |response: Value| {
        let exchange = json!({"operation": "listUsers", "request": {"method": "GET", "target": "/"}, "response": response});
        json!({"format": "rolecall-recording", "version": 1, "exchanges": [exchange]}).to_string()
    };
    let problems = [
        of(""),
        of("[]"),
        of(r#"{"version": 1}"#),
        of(r#"{"format": "rolecall-recording", "version": 2}"#),
        of(r#"{"format": "rolecall-recording", "version": 1}"#),
        of(&with(json!({"status": 20}))),
        of(&with(json!({"status": 200, "headers": ["no header"]}))),
        of(&with(json!({"status": 200, "body": {"base64": "?"}}))),
        of(&with(json!({"status": 200, "reason": "OK"}))),
    ];
    insta::assert_snapshot!(problems.join("\n"));
}

#[tokio::test]
async fn failures_are_the_real_ones() {
    let told = async |failure| {
        let service = FakeService::replying([Reply::failure(failure)]);
        let client = client("https://acme.okta.com", TOKEN, service.clone());
        let role: AssignRoleRequest = serde_json::from_str(r#"{"type":"REPORT_ADMIN"}"#).unwrap();
        let call = client.assign_role_to_user().user_id("00u1").body(role);
        let error = Error::from(call.send().await.unwrap_err());
        let sent = service.requests().len();
        format!(
            "{error}\n  {:?}, {:?}, {:?}, sent {sent}",
            error.kind(),
            error.effect(),
            error.retryable()
        )
    };
    let all = [
        Failure::NotConnected,
        Failure::ConnectionLost,
        Failure::TimedOut,
    ];
    let mut lines = Vec::new();
    for failure in all {
        lines.push(told(failure).await);
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[tokio::test]
async fn a_fake_shows_what_would_have_gone_out() {
    let service = FakeService::new(|request| match request.operation.id {
        "getUser" => Reply::json(503, &json!({})).header("retry-after", "1"),
        _ => Reply::status(404),
    });
    let client = client("https://acme.okta.com", TOKEN, service.clone());
    let error = client
        .get_user()
        .id("00u1")
        .send()
        .await
        .map_err(Error::from);
    assert_eq!(error.unwrap_err().attempts(), 4);
    let requests = service.requests();
    assert_eq!(requests.len(), 4);
    assert_eq!(
        requests[0].header("authorization"),
        Some(&*format!("SSWS {TOKEN}"))
    );
    assert_eq!(
        requests[0].url.as_str(),
        "https://acme.okta.com/api/v1/users/00u1"
    );
    assert!(!format!("{requests:?}").contains(TOKEN));
}

#[test]
fn what_callers_receive_can_be_made() {
    let operation = find(okta::operations::ALL, "listUsers").unwrap();
    let body = json!({"errorCode": "E0000006", "errorSummary": "You do not have permission"});
    let error = Error::of_status(operation, StatusCode::FORBIDDEN, body);
    assert_eq!((error.kind(), error.attempts()), (Kind::Forbidden, 1));
    assert_eq!(error.vendor().code.as_deref(), Some("E0000006"));
    let page = Page::new(vec![1, 2], None);
    assert_eq!(page.items, [1, 2]);
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[ -~é\\\\\"/]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z]{1,6}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever a service says comes back as it was, when there was nothing to take out of it.
    #[test]
    fn bodies_come_back(body in json_value(), status in 200u16..300) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let text = serde_json::to_vec(&json!({"id": "1", "extra": body})).unwrap();
            let service = FakeService::replying([Reply::body(status, "application/json", text)]);
            let record = RecordHook::new();
            let lived = client("https://acme.okta.com", TOKEN, Over(record.clone(), service));
            let lived = lived.get_user().id("1").send().await.unwrap();
            let replay = ReplayHook::from_json(&record.recording().to_json()).unwrap();
            let again = client("https://acme.okta.com", TOKEN, replay);
            let again = again.get_user().id("1").send().await.unwrap();
            assert_eq!(lived.status(), again.status());
            assert_eq!(lived.into_inner(), again.into_inner());
        });
    }
}
