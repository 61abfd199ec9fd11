//! What errors say: to programs by their kind, to people in words, and to nobody a secret.

mod support;

use proptest::prelude::*;
use rolecall::auth::{Scheme, Scopes, StaticToken, Token, TokenRequest, TokenSource};
use rolecall::rolecall_client::{BoxFuture, CredentialKind};
use rolecall::{
    ApiClient, CallOptions, CallSummary, Client, Error, Kind, PagedExt, Retryable, foundry, klustr,
    okta, zenml,
};
use std::time::Duration;
use support::{Reply, Server, TestClock, chain};

const SECRET: &str = "s3cr3t-t0k3n";

/// An OAuth token that holds these scopes.
#[derive(Debug)]
struct Holding(&'static str);

impl TokenSource for Holding {
    fn kind(&self) -> CredentialKind {
        CredentialKind::OAuth2
    }

    fn token(&self, _: TokenRequest) -> BoxFuture<'_, Result<Token, rolecall::auth::Error>> {
        let token = Token::new(Scheme::Bearer, SECRET.into());
        let token = token.with_scopes(Scopes::parse(self.0));
        Box::pin(std::future::ready(Ok(token)))
    }

    fn renewable(&self, _: &Token) -> bool {
        false
    }
}

fn client<A: ApiClient>(server: &Server, source: impl TokenSource) -> Client<A> {
    let builder = Client::builder().base_url(&server.url).token(source);
    builder.clock(TestClock::new()).build().unwrap()
}

async fn okta(reply: Reply) -> (Server, okta::Client) {
    let server = Server::replying(vec![reply]).await;
    let client = client(&server, StaticToken::ssws(SECRET));
    (server, client)
}

fn no_times(text: &str) -> String {
    // Ports and waits differ from run to run.
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("127.0.0.1:") {
        let (before, after) = rest.split_at(at + "127.0.0.1:".len());
        out.push_str(before);
        out.push_str("PORT");
        rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    out.push_str(rest);
    let lines = out
        .lines()
        .map(|line| match line.split_once(" attempts: ") {
            Some((number, sent)) => {
                let words = sent.split(' ');
                let words = words.map(|word| match word.parse::<f64>() {
                    Ok(_) if word.contains('.') => "N",
                    _ => word,
                });
                format!("{number} attempts: {}", words.collect::<Vec<_>>().join(" "))
            }
            None => line.to_owned(),
        });
    lines.collect::<Vec<_>>().join("\n")
}

/// The line and the story of an error, and that neither holds a secret.
fn told(error: &Error) -> String {
    let (line, story) = (error.to_string(), format!("{error:#}"));
    assert!(!line.contains('\n'), "{line}");
    let all = format!("{line}\n{story}\n{error:?}\n{}", chain(error).join("\n"));
    assert!(!all.contains(SECRET), "{all}");
    no_times(&format!("{line}\n\n{story}"))
}

const DENIED: &str = r#"{"errorCode":"E0000006","errorSummary":"You do not have permission to perform the requested action","errorLink":"E0000006","errorId":"oae0cause","errorCauses":[]}"#;

#[tokio::test]
async fn a_refusal_of_an_api_token() {
    let reply = Reply::status("403 Forbidden", DENIED).with("x-okta-request-id", "req-1");
    let (_server, client) = okta(reply).await;
    let call = client.list_assigned_roles_for_user().user_id("00u1").send();
    let error = Error::from(call.await.unwrap_err());
    assert_eq!(
        (error.kind(), error.retryable()),
        (Kind::Forbidden, Retryable::No)
    );
    assert_eq!(error.vendor().code.as_deref(), Some("E0000006"));
    assert_eq!(error.vendor().request_id.as_deref(), Some("req-1"));
    assert_eq!(
        (error.api(), error.operation().id),
        ("okta", "listAssignedRolesForUser")
    );
    insta::assert_snapshot!("refusal_of_an_api_token", told(&error));
}

#[tokio::test]
async fn a_refusal_of_a_token_without_the_scope() {
    let body = r#"{"errorCode":"PERMISSION_DENIED","errorName":"ApiUsageDenied","errorInstanceId":"11111111-2222-3333-4444-555555555555","parameters":{"missingScope":"api:admin-read"}}"#;
    let server = Server::replying(vec![Reply::status("403 Forbidden", body)]).await;
    let client: foundry::Client = client(&server, Holding("api:filesystem-read"));
    let call = client
        .list_organization_role_assignments()
        .organization_rid("ri.x")
        .send();
    let error = Error::from(call.await.unwrap_err());
    let diagnosis = error.diagnosis().unwrap();
    assert_eq!(diagnosis.needs_scopes, ["api:admin-read"]);
    assert_eq!(diagnosis.missing, ["api:admin-read"]);
    let first = diagnosis.refusals.first().unwrap();
    assert!(
        first.when.contains("ApiUsageDenied"),
        "the likeliest is {first:?}"
    );
    insta::assert_snapshot!("refusal_without_the_scope", told(&error));
}

#[tokio::test]
async fn the_restricted_application() {
    let body = r#"{"errorCode":"PERMISSION_DENIED","errorName":"ListOrganizationRoleAssignmentsPermissionDenied","errorInstanceId":"11111111-2222-3333-4444-555555555555","parameters":{}}"#;
    let server = Server::replying(vec![Reply::status("403 Forbidden", body)]).await;
    // What a restricted application's token really holds.
    let client: foundry::Client = client(&server, Holding("api:use-admin-read"));
    let call = client
        .list_organization_role_assignments()
        .organization_rid("ri.x")
        .send();
    let error = Error::from(call.await.unwrap_err());
    let diagnosis = error.diagnosis().unwrap();
    assert_eq!(diagnosis.missing, Vec::<String>::new());
    assert!(
        diagnosis.next.contains("personal access token"),
        "{}",
        diagnosis.next
    );
    insta::assert_snapshot!("restricted_application", told(&error));
}

#[tokio::test]
async fn missing_permissions_that_come_as_401() {
    let body = r#"{"missing_permissions":["org.roles.list"]}"#;
    let server = Server::replying(vec![Reply::status("401 Unauthorized", body)]).await;
    let client: klustr::Client = client(&server, Holding(""));
    let call = client
        .get_org_role_assignments()
        .organization_id("o")
        .role_id("r")
        .send();
    let error = Error::from(call.await.unwrap_err());
    assert_eq!(error.kind(), Kind::Forbidden);
    assert_eq!(error.diagnosis().unwrap().missing, ["org.roles.list"]);
    insta::assert_snapshot!("missing_permissions", told(&error));
}

#[tokio::test]
async fn nothing_to_sign_in_with() {
    let server = Server::replying(vec![Reply::status("401 Unauthorized", "{}")]).await;
    let client = okta::Client::builder()
        .base_url(&server.url)
        .build()
        .unwrap();
    let error = Error::from(client.list_roles().send().await.unwrap_err());
    assert_eq!(error.kind(), Kind::Auth);
    insta::assert_snapshot!("nothing_to_sign_in_with", told(&error));
    // A credential of a kind that the operation does not take is told before anything is sent.
    let sent = server.count();
    let client: okta::Client = self::client(&server, StaticToken::personal_access_token(SECRET));
    let error = Error::from(client.list_roles().send().await.unwrap_err());
    assert_eq!((error.kind(), server.count()), (Kind::Auth, sent));
    told(&error);
}

#[tokio::test]
async fn errors_of_every_shape() {
    let zen = |body: &'static str| async move {
        let server = Server::replying(vec![Reply::status("422 X", body)]).await;
        let client: zenml::Client = client(&server, Holding(""));
        let error = Error::from(client.get_role().role_id("r").send().await.unwrap_err());
        assert_eq!(error.kind(), Kind::InvalidRequest);
        told(&error).lines().next().unwrap().to_owned()
    };
    let mut lines = vec![
        zen(r#"{"detail":"Not a role"}"#).await,
        zen(r#"{"detail":["IllegalOperationError","Cannot do that"]}"#).await,
        zen(r#"{"detail":[{"loc":["path","role_id"],"msg":"not a uuid","type":"uuid_parsing"}]}"#)
            .await,
        zen("<html>\n<b>nginx</b></html>").await,
    ];
    let cases = [
        (
            "409 Conflict",
            r#"{"errorCode":"E0000090","errorSummary":"Duplicate role assignment"}"#,
        ),
        (
            "400 Bad Request",
            r#"{"errorCode":"E0000001","errorSummary":"Api validation failed: type","errorCauses":[{"errorSummary":"type: no such role"}]}"#,
        ),
        (
            "404 Not Found",
            r#"{"errorCode":"E0000007","errorSummary":"Not found: 00u1 (User)"}"#,
        ),
        ("410 Gone", ""),
        ("500 Internal Server Error", r#"{"errorCode":"E0000009"}"#),
        ("302 Found", ""),
    ];
    for (status, body) in cases {
        let (_server, client) = okta(Reply::status(status, body)).await;
        let error = Error::from(client.get_user().id("00u1").send().await.unwrap_err());
        lines.push(format!(
            "{:?}: {}",
            error.kind(),
            told(&error).lines().next().unwrap()
        ));
    }
    insta::assert_snapshot!("every_shape", lines.join("\n"));
}

#[tokio::test]
async fn an_answer_that_does_not_fit() {
    let body = format!(r#"[{{"client_id":"irb-{SECRET}","client_name":[12]}}]"#);
    let (_server, client) = okta(Reply::json(body)).await;
    let call = client.list_clients().send();
    let error = Error::from(call.await.unwrap_err());
    assert_eq!((error.kind(), error.attempts()), (Kind::Decode, 1));
    insta::assert_snapshot!("does_not_fit", told(&error));
}

#[tokio::test]
async fn what_does_not_fit_and_is_put_up_with() {
    let body = format!(r#"{{"id":"00u1","status":["{SECRET}"],"created":{{}}}}"#);
    let (_server, client) = okta(Reply::json(body)).await;
    let user = client.get_user().id("00u1").send().await.unwrap();
    let summary = CallSummary::of_response(&user).unwrap();
    assert_eq!(summary.misfits, user.misfits());
    assert_eq!(
        summary.to_string(),
        "200; 2 values did not fit, the first at /status: found array, expected a string"
    );
    assert_eq!((&user.status, user.id.as_deref()), (&None, Some("00u1")));
    assert!(!format!("{user:?} {summary:?}").contains(SECRET));
}

#[tokio::test]
async fn attempts_are_told() {
    let (_server, client) = okta(Reply::status("503 Service Unavailable", "")).await;
    let error = Error::from(client.get_user().id("00u1").send().await.unwrap_err());
    insta::assert_snapshot!("attempts", told(&error));
    let (_server, client) = okta(Reply::Reset(String::new())).await;
    let call = client
        .with(CallOptions::new().no_retry())
        .get_user()
        .id("00u1")
        .send();
    let error = Error::from(call.await.unwrap_err());
    assert!(
        error.call().is_some() && chain(&error).len() > 1,
        "{error:?}"
    );
    told(&error);
}

#[tokio::test]
async fn what_cannot_be_made_is_not_sent() {
    let (server, client) = okta(Reply::json("{}")).await;
    let error = Error::from(client.get_user().send().await.unwrap_err());
    assert_eq!((error.kind(), server.count()), (Kind::InvalidRequest, 0));
    let (_server, client) = okta(Reply::json("[1, 2, 3]")).await;
    let small = okta::Client::builder()
        .base_url(&_server.url)
        .max_body_bytes(3)
        .build()
        .unwrap();
    drop(client);
    let error = Error::from(small.list_roles().send().await.unwrap_err());
    assert_eq!((error.kind(), error.attempts()), (Kind::TooLarge, 1));
}

#[tokio::test]
async fn a_credential_that_the_service_repeats_is_taken_out() {
    let said = [
        (
            format!("no right for SSWS {SECRET}."),
            "no right for SSWS ***",
        ),
        (
            format!("got 'Authorization: Bearer {SECRET}'"),
            "got 'Authorization: Bearer ***",
        ),
        (
            "token eyJhbGciOiJI.eyJzdWIiOiIx.c2ln is old".to_owned(),
            "token *** is old",
        ),
        (
            "Bearer authentication is needed".to_owned(),
            "Bearer authentication is needed",
        ),
    ];
    for (says, shown) in said {
        let body = serde_json::json!({ "errorCode": "E0000011", "errorSummary": says });
        let (_server, client) = okta(Reply::status("403 Forbidden", body.to_string())).await;
        let error = Error::from(client.api().list_users().send().await.unwrap_err());
        let text = format!("{error} {error:#} {error:?}");
        assert!(text.contains(shown), "{text}");
        assert!(!text.contains(SECRET) && !text.contains("eyJ"), "{text}");
    }
}

#[tokio::test]
async fn debug_shows_no_secret() {
    let (_server, client) = okta(Reply::json("{}")).await;
    let builder = okta::Client::builder().token(StaticToken::ssws(SECRET));
    let options = CallOptions::new().deadline(Duration::from_secs(1));
    let shown = format!(
        "{client:?} {builder:?} {:?} {:?} {:?}",
        client.credentials(),
        client.list_users().items(),
        client.with(options),
    );
    assert!(!shown.contains(SECRET), "{shown}");
}

/// Answers that a server may come up with, from nearly right to nonsense.
fn answers() -> impl Strategy<Value = String> {
    let status = prop_oneof![
        3 => Just("200 OK".to_owned()),
        3 => prop::sample::select(vec!["201 C", "204 N", "301 M", "302 F", "303 S", "304 N", "308 P", "400 B", "401 U", "403 F", "404 N", "409 C", "429 T", "500 I", "503 S"])
            .prop_map(str::to_owned),
        1 => (100u16..1000).prop_map(|code| format!("{code} X")),
    ];
    let header = prop_oneof![
        Just(String::new()),
        Just("link: </api/v1/users?after=x>; rel=next\r\n".to_owned()),
        "[ -~]{0,30}".prop_map(|link| format!("link: {link}\r\n")),
        "[ -~]{0,12}|[0-9]{1,24}".prop_map(|wait| format!("retry-after: {wait}\r\n")),
        ("[0-9]{1,22}", "[0-9]{1,22}", "[0-9]{1,22}").prop_map(|(limit, left, reset)| format!(
            "x-rate-limit-limit: {limit}\r\nx-rate-limit-remaining: {left}\r\nx-rate-limit-reset: {reset}\r\n"
        )),
        Just("content-type: text/html\r\n".to_owned()),
        Just("date: Sun, 06 Nov 1994 08:49:37 GMT\r\n".to_owned()),
        Just(format!(
            "x-rate-limit-limit: {0}\r\nx-rate-limit-remaining: {0}\r\nx-rate-limit-reset: {0}\r\ndate: Thu, 01 Jan 1970 00:00:00 GMT\r\n",
            u64::MAX
        )),
        "(/|//|http://|https://127.0.0.1:1/)?[ -~]{0,20}".prop_map(|to| format!("location: {to}\r\n")),
        // Every other header that is read.
        (
            prop::sample::select(vec![
                "content-type", "date", "dpop-nonce", "qos-retry-hint", "retry-after", "www-authenticate", "x-okta-request-id",
            ]),
            "[ -~]{0,40}|DPoP error=\"[a-z_]{0,16}",
        )
            .prop_map(|(name, value)| format!("{name}: {value}\r\n")),
    ];
    let body = prop_oneof![
        Just(DENIED.to_owned()),
        Just(r#"[{"id":"00u1","status":"ACTIVE"}]"#.to_owned()),
        Just("[]".to_owned()),
        "\\PC{0,60}",
        "[\\[\\]{}\":,a-z0-9]{0,60}",
    ];
    (
        status,
        prop::collection::vec(header, 0..4),
        body,
        any::<bool>(),
        0usize..4,
    )
        .prop_map(|(status, headers, body, close, cut)| {
            let length = body.len() + if cut == 0 { 5 } else { 0 };
            let close = if close { "connection: close\r\n" } else { "" };
            let headers = headers.concat();
            format!("HTTP/1.1 {status}\r\n{close}{headers}content-length: {length}\r\n\r\n{body}")
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// Whatever a server answers, a call and a list come to an end without a panic, and their errors can be told.
    #[test]
    fn takes_any_answer(replies in prop::collection::vec(answers(), 1..5)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let replies = replies.into_iter().map(Reply::Cut).collect();
            let server = Server::replying(replies).await;
            let client: okta::Client = client(&server, StaticToken::ssws(SECRET));
            if let Err(error) = client.get_user().id("00u1").send().await {
                told(&Error::from(error));
            }
            let mut stream = client.list_users().items().max_pages(20);
            while let Some(item) = futures_util::StreamExt::next(&mut stream).await {
                if let Err(error) = item {
                    told(&error);
                }
            }
        });
    }
}
