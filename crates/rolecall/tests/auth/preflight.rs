//! Which operations will be refused, told beforehand.

use crate::support::{Reply, Server, reading};
use rolecall::auth::oauth::ClientCredentials;
use rolecall::auth::{Credentials, Match, Scheme, SigningKey, StaticToken, TokenSource};
use rolecall::preflight::{Evidence, Finding, Preflight, Verdict};
use rolecall_client::{Call, CredentialKind, Operation, find};
use rolecall_standin::{Api, Standin};
use serde_json::json;

fn operation(id: &str) -> &'static Operation {
    find(rolecall_okta::operations::ALL, id).unwrap()
}

fn verdicts(told: &Preflight) -> Vec<(&str, Verdict)> {
    let each = |finding: &'static str, verdict| (finding, verdict);
    told.findings
        .iter()
        .map(|finding| each(finding.operation, finding.verdict))
        .collect()
}

/// What decided.
fn first(finding: &Finding) -> (&str, Evidence) {
    let reason = &finding.reasons[0];
    (&reason.says, reason.evidence)
}

async fn okta() -> Standin {
    Standin::builder(Api::Okta)
        .seed(3)
        .users(10)
        .start()
        .await
        .unwrap()
}

/// A service app of the stand-in.
fn service(okta: &Standin, name: &str, scopes: &[&str]) -> ClientCredentials {
    let known = okta.credentials().client(name).unwrap();
    let key = SigningKey::from_pem(known.keys[0].pem)
        .unwrap()
        .with_id(known.keys[0].id);
    let app = if known.client.dpop {
        rolecall::okta::auth::service_app(&okta.base_url(), &known.client.id, key)
    } else {
        rolecall::okta::auth::service_app_without_dpop(&okta.base_url(), &known.client.id, key)
    };
    ClientCredentials::new(app.build().unwrap()).scopes(scopes.iter().copied())
}

async fn probed(okta: &Standin, source: impl TokenSource, operations: &[&str]) -> Preflight {
    let credentials = Credentials::single(okta.base_url(), source).unwrap();
    let client = rolecall::okta::Client::builder()
        .base_url(okta.base_url())
        .credentials(credentials.clone())
        .build()
        .unwrap();
    let operations = operations.iter().map(|id| operation(id));
    Preflight::builder(&credentials, operations)
        .probe(client.api().transport())
        .run()
        .await
}

#[tokio::test]
async fn oktas_trap_is_told_from_an_empty_list() {
    let okta = okta().await;
    let operations = ["listUsers", "listApplications", "listAssignedRolesForUser"];
    let scopes = ["okta.users.read", "okta.apps.read", "okta.roles.read"];

    // With a role, a list may be empty because nothing is there.
    let told = probed(&okta, service(&okta, "service", &scopes), &operations).await;
    let works = Verdict::Works;
    assert_eq!(
        verdicts(&told)[..2],
        [("listUsers", works), ("listApplications", works)],
        "{told}"
    );

    // Without, the scopes are granted and every list is empty.
    let without = || service(&okta, "service-without-role", &scopes);
    let told = probed(&okta, without(), &operations).await;
    assert_eq!(
        verdicts(&told)[..2],
        [
            ("listUsers", Verdict::Refused),
            ("listApplications", Verdict::Refused)
        ],
        "{told}"
    );
    let (says, evidence) = first(&told.findings[0]);
    assert!(
        says.starts_with("the credential has the scope and sees nothing"),
        "{says}"
    );
    assert_eq!(evidence, Evidence::Probe);

    // Without the list that is never empty, the two cannot be told apart, and that is said.
    let told = probed(&okta, without(), &["listApplications"]).await;
    assert_eq!(verdicts(&told), [("listApplications", Verdict::Doubtful)]);
    let reasons = &told.findings[0].reasons;
    let unsure = reasons
        .iter()
        .find(|reason| reason.evidence == Evidence::Probe)
        .unwrap();
    assert!(
        unsure.remedy.as_deref().unwrap().contains("listUsers"),
        "{told}"
    );
}

#[tokio::test]
async fn nothing_but_tokens_is_asked_for_unless_it_is_wished() {
    let server = Server::always(Reply::token("t")).await;
    let source = ClientCredentials::new(server.confidential());
    let credentials = Credentials::single(&server.url, source).unwrap();
    let all = rolecall_okta::operations::ALL.iter().copied();
    let told = Preflight::builder(&credentials, all).run().await;
    assert_eq!(told.findings.len(), rolecall_okta::operations::ALL.len());
    assert!(server.seen().iter().all(|request| request.path == "/token"));
    // One for each set of scopes that an operation names.
    assert_eq!(server.seen().len(), 6);
}

#[tokio::test]
async fn a_probe_changes_nothing() {
    let okta = okta().await;
    let all: Vec<_> = rolecall_okta::operations::ALL
        .iter()
        .map(|operation| operation.id)
        .collect();
    let scopes = [
        "okta.users.read",
        "okta.roles.read",
        "okta.groups.read",
        "okta.apps.read",
        "okta.clients.read",
    ];
    probed(&okta, service(&okta, "service", &scopes), &all).await;
    let made = okta.exchanges();
    let made: Vec<_> = made
        .iter()
        .filter(|made| made.operation.is_some())
        .collect();
    assert!(made.len() >= 5);
    assert!(made.iter().all(|made| made.method == "GET"));
}

#[tokio::test]
async fn a_call_that_could_change_something_is_not_made() {
    let server = Server::always(Reply::new(200, "[{}]")).await;
    let credentials = Credentials::single(&server.url, StaticToken::ssws("t")).unwrap();
    let transport = rolecall_client::Transport::new(&server.url).unwrap();
    let assign = operation("assignRoleToUser");
    let mut call = Call::new(&transport, assign);
    call.set("userId", "1");
    call.json(&json!({ "type": "SUPER_ADMIN" }));
    Preflight::builder(&credentials, [assign])
        .probe_with(call)
        .run()
        .await;
    let mut call = Call::new(&transport, reading());
    call.set("userId", "1");
    let told = Preflight::builder(&credentials, [reading()])
        .probe_with(call)
        .run()
        .await;
    assert_eq!(told.findings[0].verdict, Verdict::Works);
    let made: Vec<_> = server
        .seen()
        .into_iter()
        .map(|request| request.path)
        .collect();
    assert_eq!(made, ["/api/v1/users/1/roles"]);
}

#[tokio::test]
async fn scopes_are_known_from_the_answer_the_server_or_the_token() {
    let jwt = |claims: serde_json::Value| {
        use base64::Engine as _;
        let encode = |text: String| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
        let header = json!({ "alg": "RS256" });
        format!(
            "{}.{}.c2ln",
            encode(header.to_string()),
            encode(claims.to_string())
        )
    };
    let list = jwt(json!({ "scp": ["okta.users.read", "okta.roles.manage"] }));
    let text = jwt(json!({ "scope": "okta.users.read" }));
    let enough = jwt(json!({ "scope": "okta.roles.read" }));
    let ended = jwt(json!({ "scope": "okta.roles.read", "exp": 1_000_000_000 }));
    let lacks = "the token lacks the scope okta.roles.read; it has";
    let cases = [
        (
            list,
            Verdict::Refused,
            format!("{lacks} okta.roles.manage okta.users.read"),
        ),
        (text, Verdict::Refused, format!("{lacks} okta.users.read")),
        (
            ended,
            Verdict::Refused,
            "the token says of itself that it has ended".to_owned(),
        ),
        (
            "opaque".to_owned(),
            Verdict::Doubtful,
            "whether the token has the scope okta.roles.read is not known".to_owned(),
        ),
    ];
    let ask = async |token: String| {
        let credentials =
            Credentials::single("https://org.example.com", StaticToken::bearer(token)).unwrap();
        Preflight::builder(&credentials, [reading()])
            .run()
            .await
            .findings
            .remove(0)
    };
    for (token, verdict, says) in cases {
        let finding = ask(token).await;
        assert_eq!(
            (finding.verdict, first(&finding).0),
            (verdict, says.as_str())
        );
    }
    // What the description warns of remains.
    let finding = ask(enough).await;
    assert_eq!(
        (finding.verdict, first(&finding).1),
        (Verdict::Doubtful, Evidence::Description)
    );
}

#[tokio::test]
async fn the_authorization_server_knows_best() {
    for (told, verdict, evidence) in [
        (
            json!({ "active": false }),
            Verdict::Refused,
            Evidence::Introspection,
        ),
        (
            json!({ "active": true, "scope": "okta.users.read" }),
            Verdict::Refused,
            Evidence::Introspection,
        ),
        (
            json!({ "active": true, "scope": "okta.roles.read" }),
            Verdict::Doubtful,
            Evidence::Description,
        ),
    ] {
        let server = Server::start(move |request, _| match request.path.as_str() {
            "/introspect" => Reply::new(200, told.clone()),
            _ => Reply::token("opaque"),
        })
        .await;
        let source = ClientCredentials::new(server.confidential()).without_scopes();
        let credentials = Credentials::single(&server.url, source).unwrap();
        let told = Preflight::builder(&credentials, [reading()])
            .introspect()
            .run()
            .await;
        let finding = &told.findings[0];
        assert_eq!(
            (finding.verdict, first(finding).1),
            (verdict, evidence),
            "{told}"
        );
        let asked = server.seen().pop().unwrap();
        assert_eq!(asked.form("token").as_deref(), Some("opaque"));
        assert_eq!(asked.form("client_id").as_deref(), Some("client-1"));
    }
}

#[tokio::test]
async fn foundrys_two_names_of_a_scope_are_one() {
    let answer =
        |scope: &str| json!({ "access_token": "t", "token_type": "bearer", "scope": scope });
    for (scope, verdict) in [
        ("api:use-admin-read", Verdict::Expected),
        ("api:admin-read", Verdict::Expected),
        ("api:use-admin-write", Verdict::Refused),
    ] {
        let server = Server::always(Reply::new(200, answer(scope))).await;
        let source = ClientCredentials::new(server.confidential());
        let credentials = Credentials::single(&server.url, source).unwrap();
        let told = Preflight::builder(
            &credentials,
            [find(rolecall_foundry::operations::ALL, "getUser").unwrap()],
        )
        .run()
        .await;
        assert_eq!(told.findings[0].verdict, verdict, "{scope}");
    }
}

#[tokio::test]
async fn a_server_that_is_down_proves_nothing() {
    for (reply, verdict) in [
        (Reply::new(503, ""), Verdict::Doubtful),
        (Reply::error(401, "invalid_client"), Verdict::Refused),
    ] {
        let server = Server::always(reply).await;
        let source = ClientCredentials::new(server.confidential());
        let credentials = Credentials::single(&server.url, source).unwrap();
        let told = Preflight::builder(&credentials, [operation("listUsers")])
            .run()
            .await;
        // The first reason; that of the description follows.
        assert_eq!(told.findings[0].verdict, verdict);
        assert_eq!(first(&told.findings[0]).1, Evidence::TokenEndpoint);
    }
}

#[tokio::test]
async fn the_table_says_what_to_do() {
    let answer = json!({ "access_token": "t", "token_type": "bearer", "scope": "api:admin-read" });
    let server = Server::always(Reply::new(200, answer)).await;
    let credentials = Credentials::builder(&server.url)
        .source("oauth", ClientCredentials::new(server.confidential()))
        .source(
            "key",
            StaticToken::new(CredentialKind::ApiKey, Scheme::Bearer, "k"),
        )
        .rule(Match::operation("getRole"), "key")
        .build()
        .unwrap();
    let operations = [
        "getUser",
        "revokeAllTokensUser",
        "getRole",
        "listOrganizationRoleAssignments",
    ];
    let all = rolecall_foundry::operations::ALL;
    let operations: Vec<_> = operations.iter().filter_map(|id| find(all, id)).collect();
    let told = Preflight::builder(&credentials, operations).run().await;
    insta::assert_snapshot!(told.to_string());
    insta::assert_json_snapshot!(told);
    assert_eq!(told.worst(), Some(Verdict::Refused));
    assert_eq!(told.refused().count(), 1);
}
