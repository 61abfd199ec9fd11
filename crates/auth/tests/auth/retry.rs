//! What follows a 401.

use crate::support::{Reply, Server, call, reading};
use rolecall_auth::oauth::ClientCredentials;
use rolecall_auth::{Authorizer, Credentials, ErrorKind};
use rolecall_client::{Operation, Server as OwnServer, StatusCode, find};

const ROLES: &str = "/api/v1/users/1/roles";

fn writing() -> &'static Operation {
    find(rolecall_okta::operations::ALL, "assignRoleToUser").unwrap()
}

/// Accepts the tokens that `good` says; gives out `token-0`, `token-1` and so on, by the number of requests before.
async fn server(good: impl Fn(&str) -> bool + Send + Sync + 'static) -> (Server, Authorizer) {
    let server = Server::start(move |request, before| {
        if request.path == "/token" {
            return Reply::token(&format!("token-{before}"));
        }
        let token = request.header("authorization").unwrap();
        if good(token.strip_prefix("Bearer ").unwrap()) {
            Reply::new(200, "[]")
        } else {
            Reply::new(401, "")
        }
    })
    .await;
    let source = ClientCredentials::new(server.confidential());
    let credentials = Credentials::single(&server.url, source).unwrap();
    (server, Authorizer::new(credentials))
}

fn paths(server: &Server) -> Vec<String> {
    server
        .seen()
        .into_iter()
        .map(|request| request.path)
        .collect()
}

#[tokio::test]
async fn a_refused_token_is_replaced_once_and_the_call_repeated_once() {
    let (server, authorizer) = server(|token| token == "token-2").await;
    let status = call(&authorizer, reading(), &server.at(ROLES))
        .await
        .unwrap();
    assert_eq!(status, StatusCode::OK);
    assert_eq!(paths(&server), ["/token", ROLES, "/token", ROLES]);
    // It is the one that is used from now on.
    call(&authorizer, reading(), &server.at(ROLES))
        .await
        .unwrap();
    assert_eq!(server.seen().len(), 5);
}

#[tokio::test]
async fn a_401_that_is_not_about_the_token_stays() {
    let (server, authorizer) = server(|_| false).await;
    for _ in 0..3 {
        let status = call(&authorizer, reading(), &server.at(ROLES))
            .await
            .unwrap();
        assert_eq!(status, StatusCode::UNAUTHORIZED);
    }
    // The new token was refused at once, so that another one is not asked for at each call.
    assert_eq!(
        paths(&server),
        ["/token", ROLES, "/token", ROLES, ROLES, ROLES]
    );
}

#[tokio::test]
async fn other_statuses_are_left_alone() {
    for status in [200, 400, 403, 404, 429, 500] {
        let server = Server::start(move |request, _| match request.path.as_str() {
            "/token" => Reply::token("t"),
            _ => Reply::new(status, ""),
        })
        .await;
        let source = ClientCredentials::new(server.confidential());
        let authorizer = Authorizer::new(Credentials::single(&server.url, source).unwrap());
        let got = call(&authorizer, reading(), &server.at(ROLES))
            .await
            .unwrap();
        assert_eq!(got, status);
        assert_eq!(paths(&server), ["/token", ROLES]);
    }
}

#[tokio::test]
async fn an_operation_is_asked_for_with_the_scopes_that_it_names() {
    let (server, authorizer) = server(|_| true).await;
    for operation in [reading(), writing(), reading()] {
        call(&authorizer, operation, &server.at(ROLES))
            .await
            .unwrap();
    }
    let scopes: Vec<_> = server
        .seen()
        .iter()
        .filter_map(|request| request.form("scope"))
        .collect();
    assert_eq!(scopes, ["okta.roles.read", "okta.roles.manage"]);
}

#[tokio::test]
async fn no_token_is_fetched_for_another_origin() {
    let (server, authorizer) = server(|_| true).await;
    let elsewhere = Server::always(Reply::new(200, "[]")).await;
    let error = call(&authorizer, reading(), &elsewhere.at(ROLES))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OtherOrigin);
    assert!(server.seen().is_empty() && elsewhere.seen().is_empty());
}

#[tokio::test]
async fn a_server_that_is_the_operation_s_own_gets_the_request_without_a_token() {
    let (server, authorizer) = server(|_| true).await;
    let elsewhere = Server::always(Reply::new(200, "[]")).await;
    let known = reading();
    let operation: &'static Operation = Box::leak(Box::new(Operation {
        method: known.method.clone(),
        server: Some(OwnServer {
            url: "https://roles.example",
            variables: &[],
            of_all: &[],
        }),
        ..*known
    }));
    let status = call(&authorizer, operation, &elsewhere.at(ROLES)).await;
    assert_eq!(status.unwrap(), StatusCode::OK);
    assert!(server.seen().is_empty());
    let seen = elsewhere.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].header("authorization"), None);
    // At the origin of the credentials it gets one.
    call(&authorizer, operation, &server.at(ROLES))
        .await
        .unwrap();
    assert_eq!(paths(&server), ["/token", ROLES]);
}
