//! Which credential an operation gets, and where credentials may go.

use rolecall_auth::{
    Authorizer, Chosen, Credentials, ErrorKind, Match, StaticToken, TokenSource, Verdict,
};
use rolecall_client::reqwest::Request;
use rolecall_client::{CredentialKind, HeaderMap, Method, Operation, StatusCode, Url, find};

const STACK: &str = "https://stack.example.com/api";

fn both() -> Credentials {
    Credentials::builder(STACK)
        .source("oauth", StaticToken::bearer("oauth-token"))
        .source("pat", StaticToken::personal_access_token("personal-token"))
        .rule(Match::operation("*OrganizationRoleAssignments"), "pat")
        .build()
        .unwrap()
}

fn chosen(credentials: &Credentials, operation: &'static Operation) -> String {
    match credentials.choose(operation).unwrap() {
        Chosen::Source { name, .. } => name.to_string(),
        _ => "nothing".to_owned(),
    }
}

fn request(url: &str) -> Request {
    Request::new(Method::GET, Url::parse(url).unwrap())
}

fn authorization(request: &Request) -> &str {
    let value = request.headers().get("authorization").unwrap();
    assert!(value.is_sensitive());
    value.to_str().unwrap()
}

#[test]
fn one_line_sends_three_operations_to_the_personal_access_token() {
    let credentials = both();
    let (mut personal, mut oauth) = (Vec::new(), 0);
    for operation in rolecall_foundry::operations::ALL {
        match chosen(&credentials, operation).as_str() {
            "pat" => personal.push(operation.id),
            "oauth" => oauth += 1,
            other => panic!("{} uses {other}", operation.id),
        }
    }
    personal.sort_unstable();
    assert_eq!(
        personal,
        [
            "addOrganizationRoleAssignments",
            "listOrganizationRoleAssignments",
            "removeOrganizationRoleAssignments"
        ]
    );
    assert_eq!(oauth, rolecall_foundry::operations::ALL.len() - 3);
}

#[test]
fn rules_go_by_operation_tag_and_kind_and_the_first_that_fits_wins() {
    let operation = find(rolecall_okta::operations::ALL, "listAssignedRolesForUser").unwrap();
    let cases = [
        (Match::operation("listAssignedRolesForUser"), true),
        (Match::operation("list*"), true),
        (Match::operation("*Roles*User"), true),
        (Match::operation("*"), true),
        (Match::operation("list"), false),
        (Match::operation("*Group"), false),
        (Match::operation("*Roles*Roles*User"), false),
        (Match::tag(operation.tag), true),
        (Match::tag("Nothing*"), false),
        (Match::accepts(CredentialKind::Ssws), true),
        (Match::accepts(CredentialKind::Pat), false),
    ];
    for (matches, fits) in cases {
        assert_eq!(matches.fits(operation), fits, "{matches:?}");
        let credentials = Credentials::builder("https://org.example.com")
            .source("oauth", StaticToken::bearer("one"))
            .source("first", StaticToken::ssws("two"))
            .source("second", StaticToken::ssws("three"))
            .rule(matches.clone(), "first")
            .rule(Match::operation("*"), "second")
            .build()
            .unwrap();
        let expected = if fits { "first" } else { "second" };
        assert_eq!(chosen(&credentials, operation), expected, "{matches:?}");
    }
}

#[tokio::test]
async fn each_kind_is_sent_as_its_vendor_wants_it() {
    let cases = [
        (StaticToken::bearer("t0k"), "Bearer t0k"),
        (StaticToken::ssws("t0k"), "SSWS t0k"),
    ];
    let operation = find(rolecall_okta::operations::ALL, "listAssignedRolesForUser").unwrap();
    for (source, expected) in cases {
        let kind = source.kind();
        let credentials = Credentials::single("https://org.example.com", source).unwrap();
        let mut request = request("https://org.example.com/api/v1/users/1/roles");
        let authorizer = Authorizer::new(credentials);
        let used = authorizer.authorize(operation, &mut request).await.unwrap();
        assert_eq!(authorization(&request), expected);
        assert_eq!(used.kind(), Some(kind));
    }
}

#[tokio::test]
async fn an_operation_without_security_gets_nothing() {
    let open = rolecall_zenml::operations::ALL
        .iter()
        .find(|operation| operation.security.is_empty())
        .unwrap();
    let credentials = Credentials::builder("https://cloudapi.example.com")
        .source("pat", StaticToken::personal_access_token("personal-token"))
        .rule(Match::operation("*"), "pat")
        .build()
        .unwrap();
    let mut request = request("https://cloudapi.example.com/auth/login");
    let authorizer = Authorizer::new(credentials);
    let used = authorizer.authorize(open, &mut request).await.unwrap();
    assert!(request.headers().is_empty());
    assert_eq!(used.source(), None);
}

#[tokio::test]
async fn credentials_stay_with_their_origin() {
    let authorizer = Authorizer::new(both());
    let operation = find(rolecall_foundry::operations::ALL, "listUsers").unwrap();
    let elsewhere = [
        "https://stack.example.com:8443/api",
        "http://stack.example.com/api",
        "https://stack.example.com.evil.example/api",
        "https://evil.example/api?stack.example.com",
        "https://other.stack.example.com/api",
    ];
    for url in elsewhere {
        let mut request = request(url);
        let error = authorizer.authorize(operation, &mut request).await;
        assert_eq!(error.unwrap_err().kind(), ErrorKind::OtherOrigin, "{url}");
        assert!(request.headers().is_empty(), "{url}");
    }
    let mut request = request("https://STACK.example.com:443/other");
    authorizer.authorize(operation, &mut request).await.unwrap();
    assert_eq!(authorization(&request), "Bearer oauth-token");
}

#[test]
fn plain_http_is_for_this_machine_only() {
    let build = |url: &str| Credentials::single(url, StaticToken::bearer("t")).map(drop);
    for url in [
        "http://127.0.0.1:80",
        "http://[::1]:3000/x",
        "http://localhost",
        "http://a.localhost",
    ] {
        build(url).unwrap_or_else(|error| panic!("{url}: {error}"));
    }
    for url in [
        "http://stack.example.com",
        "http://128.0.0.1",
        "http://localhost.example.com",
    ] {
        assert_eq!(build(url).unwrap_err().kind(), ErrorKind::Insecure, "{url}");
    }
    Credentials::builder("http://stack.example.com")
        .source("t", StaticToken::bearer("t"))
        .allow_insecure_http()
        .build()
        .unwrap();
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let one = || StaticToken::bearer("t");
    let same = Credentials::builder(STACK)
        .source("a", one())
        .source("a", one())
        .build();
    let absent = Credentials::builder(STACK)
        .source("a", one())
        .rule(Match::tag("*"), "b")
        .build();
    let user = Credentials::builder("https://user:hunter2@stack.example.com").build();
    let scheme = Credentials::builder("ftp://stack.example.com").build();
    for refused in [same, absent, user, scheme] {
        let error = refused.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
        assert!(!format!("{error}{error:?}").contains("hunter2"));
    }
}

#[test]
fn the_error_says_what_is_taken_and_what_is_there() {
    let operation = find(rolecall_okta::operations::ALL, "listAssignedRolesForUser").unwrap();
    let credentials = Credentials::builder("https://org.example.com")
        .source("mine", StaticToken::personal_access_token("t"))
        .build()
        .unwrap();
    let error = credentials.choose(operation).unwrap_err();
    assert_eq!(
        error.to_string(),
        "okta `listAssignedRolesForUser` takes an SSWS token or an OAuth token, and what is registered is `mine` \
         (a personal access token); add a source of a kind that it takes"
    );
}

#[tokio::test]
async fn a_token_that_stays_the_same_is_not_tried_twice() {
    let authorizer = Authorizer::new(both());
    let operation = find(rolecall_foundry::operations::ALL, "listUsers").unwrap();
    let mut request = request(STACK);
    let mut used = authorizer.authorize(operation, &mut request).await.unwrap();
    let verdict = authorizer.on_answer(&mut used, StatusCode::UNAUTHORIZED, &HeaderMap::new());
    assert_eq!(verdict, Verdict::Done);
}

#[tokio::test]
async fn a_token_that_no_header_can_hold_is_refused_and_not_shown() {
    let source = StaticToken::bearer("t0k\n");
    let authorizer = Authorizer::new(Credentials::single(STACK, source).unwrap());
    let operation = find(rolecall_foundry::operations::ALL, "listUsers").unwrap();
    let error = authorizer
        .authorize(operation, &mut request(STACK))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(!format!("{error}{error:?}").contains("t0k"));
}
