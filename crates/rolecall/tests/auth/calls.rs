//! Calls of the facade while signing in goes wrong.

use crate::support::{Hands, Reply, Server};
use rolecall::auth::oauth::{ClientAuthentication, ClientCredentials};
use rolecall::auth::{ApiKeyExchange, SigningKey, StaticToken, TokenSource};
use rolecall::{CallSummary, Error, HttpSettings, Kind, Retryable, klustr, okta};
use serde_json::json;

/// A service that accepts the tokens whose names begin like this, and says what it was called with.
async fn service(accepted: &'static str) -> Server {
    Server::start(move |request, _| {
        let token = request.header("authorization").unwrap_or_default();
        if token.starts_with(accepted) {
            Reply::new(200, "[]").header("content-type", "application/json")
        } else {
            Reply::new(401, "{}").header("content-type", "application/json")
        }
    })
    .await
}

type Builder = rolecall::ClientBuilder<okta::Generated>;

fn source(server: &Server, hands: &Hands) -> ClientCredentials {
    let client = server.client().clock(hands.clone());
    let client = client.authentication(ClientAuthentication::secret_post("s3cr3t"));
    ClientCredentials::new(client.build().unwrap())
}

fn client(service: &Server, source: impl TokenSource, hands: &Hands) -> okta::Client {
    let builder = okta::Client::builder().base_url(&service.url);
    let builder = builder.token(source).clock(hands.clone());
    builder.build().unwrap()
}

async fn list(client: &okta::Client) -> Result<CallSummary, Error> {
    let response = client.list_users().send().await?;
    Ok(CallSummary::of_response(&response).unwrap().clone())
}

#[tokio::test]
async fn a_token_endpoint_that_fails_for_the_moment_is_asked_again() {
    let date = "Sun, 06 Nov 1994 08:49:37 GMT";
    let later = "Sun, 06 Nov 1994 08:50:37 GMT";
    let server = Server::start(move |_, before| match before {
        0 => Reply::error(429, "slow_down").header("retry-after", "7"),
        1 => Reply::new(503, "<html>")
            .header("date", date)
            .header("retry-after", later),
        2 => Reply::new(502, ""),
        _ => Reply::token("good"),
    })
    .await;
    let service = service("Bearer good").await;
    let hands = Hands::new();
    let client = client(&service, source(&server, &hands), &hands);
    let started = hands.seconds();
    let summary = list(&client).await.unwrap();
    // Both forms of Retry-After count.
    assert!(hands.seconds() - started >= 7 + 60);
    assert_eq!((server.seen().len(), service.seen().len()), (4, 1));
    assert_eq!(summary.attempts.len(), 1);
}

#[tokio::test]
async fn a_token_endpoint_that_stays_away_is_given_up_and_may_be_tried_later() {
    let server = Server::always(Reply::new(503, "")).await;
    let service = service("Bearer good").await;
    let hands = Hands::new();
    let client = client(&service, source(&server, &hands), &hands);
    let error = list(&client).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.retryable()),
        (Kind::Auth, Retryable::Yes)
    );
    assert_eq!((server.seen().len(), service.seen().len()), (4, 0));
    let story = format!("{error:#}");
    assert!(
        !story.contains("check the key") && !story.contains("secret"),
        "{story}"
    );
    assert_eq!(format!("{error:?}"), story);
}

#[tokio::test]
async fn a_client_that_is_refused_is_not_asked_for_again() {
    let key = || {
        SigningKey::from_pem(include_str!("../../../auth/tests/auth/keys/p256.pkcs8.pem")).unwrap()
    };
    for (method, advice) in [
        (ClientAuthentication::none(), "registered as a public one"),
        (
            ClientAuthentication::secret_basic("s3cr3t"),
            "`client_secret_basic`",
        ),
        (
            ClientAuthentication::secret_post("s3cr3t"),
            "`client_secret_post`",
        ),
        (
            ClientAuthentication::private_key_jwt(key()),
            "the clock of this machine",
        ),
    ] {
        let server = Server::always(Reply::error(401, "invalid_client")).await;
        let service = service("Bearer good").await;
        let hands = Hands::new();
        let oauth = server.client().clock(hands.clone()).authentication(method);
        let source = ClientCredentials::new(oauth.build().unwrap());
        let client = client(&service, source, &hands);
        let error = list(&client).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.retryable()),
            (Kind::Auth, Retryable::No)
        );
        assert_eq!(server.seen().len(), 1);
        assert!(error.to_string().contains(advice), "{error}");
        // Nor is it while the failure is being waited out.
        let error = list(&client).await.unwrap_err();
        assert_eq!(error.retryable(), Retryable::No);
        assert_eq!((server.seen().len(), service.seen().len()), (1, 0));
    }
}

#[tokio::test]
async fn a_401_about_a_permission_costs_neither_the_token_nor_the_services_words() {
    // Klustr says with 401 that a permission is missing, and its tokens cannot be renewed.
    let server = Server::start(|_, before| match before {
        0 => Reply::token("good"),
        _ => Reply::error(400, "invalid_grant"),
    })
    .await;
    let service = Server::start(|request, _| {
        let (status, body) = match request.path.contains("roles") {
            true => (401, json!({ "missing_permissions": ["org.roles.list"] })),
            false => (200, json!([])),
        };
        Reply::new(status, body).header("content-type", "application/json")
    })
    .await;
    let hands = Hands::new();
    let builder = klustr::Client::builder().base_url(&service.url);
    let client = builder.token(source(&server, &hands)).clock(hands.clone());
    let client = client.build().unwrap();
    for _ in 0..3 {
        let call = client.get_org_role_assignments();
        let refused = call.organization_id("o").role_id("r").send().await;
        let error = Error::from(refused.unwrap_err());
        assert_eq!(error.kind(), Kind::Forbidden);
        assert_eq!(error.status().unwrap(), 401);
        assert_eq!(error.diagnosis().unwrap().missing, ["org.roles.list"]);
        assert!(error.summary().unwrap().sign_in_failure.is_some());
    }
    for request in service.seen() {
        assert_eq!(request.header("authorization"), Some("Bearer good"));
    }
}

#[tokio::test]
async fn signing_in_uses_the_http_settings_of_the_client() {
    let server = Server::counting().await;
    let service = service("Bearer token-").await;
    let hands = Hands::new();
    let agents = |server: &Server| {
        let seen = server.seen();
        let agents = seen
            .iter()
            .map(|request| request.header("user-agent").unwrap().to_owned());
        agents.collect::<Vec<_>>()
    };
    let settings = HttpSettings::new().user_agent("inventory/1.0");
    let own = HttpSettings::new().user_agent("sign-in/2.0");
    let sources: [Box<dyn Fn(Builder) -> Builder>; 3] = [
        Box::new(|builder| builder.token(source(&server, &hands))),
        Box::new(|builder| {
            let key = ApiKeyExchange::new(&server.at("/auth/login"), "k3y").unwrap();
            builder.token(key)
        }),
        Box::new(|builder| {
            let key = ApiKeyExchange::builder(server.at("/auth/login"), "k3y");
            builder.token(key.http(own.clone()).build().unwrap())
        }),
    ];
    for with_source in sources {
        let builder = okta::Client::builder().base_url(&service.url);
        let client = with_source(builder.http(settings.clone())).build().unwrap();
        list(&client).await.unwrap();
    }
    assert_eq!(
        agents(&server),
        ["inventory/1.0", "inventory/1.0", "sign-in/2.0"]
    );
    assert_eq!(agents(&service), ["inventory/1.0"; 3]);
}

#[tokio::test]
async fn a_token_without_a_source_that_renews_is_refused_once() {
    let service = service("Bearer good").await;
    let hands = Hands::new();
    let client = client(&service, StaticToken::bearer("bad"), &hands);
    let error = list(&client).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Auth);
    assert_eq!(service.seen().len(), 1);
}
