//! Each vendor's way to get a token, at the stand-in for it.

use rolecall::auth::oauth::{ClientCredentials, OAuthClient, Redirect, UserSession};
use rolecall::auth::{
    Credentials, ErrorKind, Match, MemoryStore, Scheme, Scopes, SigningKey, StaticToken, Token,
    TokenRequest, TokenSource,
};
use rolecall_client::{CredentialKind, StatusCode, install_crypto_provider, reqwest};
use rolecall_standin::{Api, OauthClient, Standin};
use serde_json::Value;

async fn standin(api: Api) -> Standin {
    let builder = Standin::builder(api).seed(7).users(20);
    builder.start().await.unwrap()
}

fn client<'a>(standin: &'a Standin, name: &str) -> &'a OauthClient {
    let known = standin.credentials().client(name);
    known.unwrap_or_else(|| panic!("no client {name}"))
}

fn secret(client: &OauthClient) -> &str {
    client.secret.as_deref().unwrap()
}

async fn ask(source: &impl TokenSource, scopes: &str) -> Token {
    let wanted = TokenRequest::new(Scopes::parse(scopes));
    source.token(wanted).await.unwrap()
}

/// Signs in at an authorization server that asks nobody anything.
async fn sign_in(client: OAuthClient, scopes: &[&str]) -> (UserSession, Token) {
    install_crypto_provider();
    let session = UserSession::new(client, MemoryStore::new(), "me", scopes.iter().copied());
    let sign_in = session.start_sign_in(Redirect::default()).await.unwrap();
    let url = sign_in.url().clone();
    let browser = tokio::spawn(async move { reqwest::get(url).await.unwrap().status() });
    let token = sign_in.finish().await.unwrap();
    assert_eq!(browser.await.unwrap(), 200);
    (session, token)
}

async fn renewed(session: &UserSession, token: &Token) -> Token {
    let wanted = TokenRequest::default().other_than(token.id());
    session.token(wanted).await.unwrap()
}

#[tokio::test]
async fn okta_service_apps_use_a_key_and_dpop() {
    let okta = standin(Api::Okta).await;
    let service = client(&okta, "service");
    for key in &service.keys {
        let key = SigningKey::from_pem(key.pem).unwrap().with_id(key.id);
        let app = rolecall::okta::auth::service_app(&okta.base_url(), &service.client.id, key);
        let client = app.build().unwrap();
        let token = ask(&ClientCredentials::new(client.clone()), "okta.users.read").await;
        assert_eq!(token.scheme(), Scheme::Dpop);
        assert_eq!(token.scopes(), Some(&Scopes::parse("okta.users.read")));
        let claims = token.claims().unwrap();
        assert_eq!(claims.scopes(), Some(Scopes::parse("okta.users.read")));
        assert_eq!(
            claims.key_thumbprint(),
            Some(client.dpop().unwrap().thumbprint())
        );
        let told = client.introspect(&token).await.unwrap().unwrap();
        assert!(told.active);
    }
}

#[tokio::test]
async fn okta_apps_without_dpop_and_native_apps_get_bearer_tokens() {
    let okta = standin(Api::Okta).await;
    let service = client(&okta, "service-bearer");
    let key = SigningKey::from_pem(service.keys[0].pem)
        .unwrap()
        .with_id(service.keys[0].id);
    let app =
        rolecall::okta::auth::service_app_without_dpop(&okta.base_url(), &service.client.id, key);
    let source = ClientCredentials::new(app.build().unwrap());
    assert_eq!(
        ask(&source, "okta.roles.read").await.scheme(),
        Scheme::Bearer
    );

    let native = &client(&okta, "native").client.id;
    let app = rolecall::okta::auth::native_app(&okta.base_url(), native)
        .build()
        .unwrap();
    let (session, token) = sign_in(app, &["okta.users.read", "offline_access"]).await;
    let next = renewed(&session, &token).await;
    assert_ne!(next.value(), token.value());
}

#[tokio::test]
async fn okta_refuses_scopes_that_were_not_granted() {
    let okta = standin(Api::Okta).await;
    let service = client(&okta, "service");
    let key = SigningKey::from_pem(service.keys[0].pem)
        .unwrap()
        .with_id(service.keys[0].id);
    let app = rolecall::okta::auth::service_app(&okta.base_url(), &service.client.id, key);
    let source = ClientCredentials::new(app.build().unwrap()).scopes(["okta.policies.manage"]);
    let error = source.token(TokenRequest::default()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.oauth_error()),
        (ErrorKind::Refused, Some("invalid_scope"))
    );
}

#[tokio::test]
async fn foundry_applications_act_for_themselves_and_for_people() {
    let foundry = standin(Api::Foundry).await;
    let service = client(&foundry, "service");
    let application = rolecall::foundry::auth::confidential_application(
        &foundry.base_url(),
        &service.client.id,
        secret(service),
    );
    let source = ClientCredentials::new(application.build().unwrap()).without_scopes();
    assert_eq!(
        ask(&source, "api:admin-read").await.scheme(),
        Scheme::Bearer
    );

    let native = &client(&foundry, "native").client.id;
    let application = rolecall::foundry::auth::public_application(&foundry.base_url(), native)
        .build()
        .unwrap();
    let (session, token) = sign_in(application, &["api:admin-read", "offline_access"]).await;
    renewed(&session, &token).await;
}

/// The case that rules exist for: the same person, refused with OAuth and let in with a personal access token.
#[tokio::test]
async fn one_rule_gets_past_foundrys_restrictions() {
    let stack = standin(Api::Foundry).await;
    let restricted = client(&stack, "restricted-service");
    let oauth = || {
        let id = &restricted.client.id;
        let application = rolecall::foundry::auth::confidential_application(
            &stack.base_url(),
            id,
            secret(restricted),
        );
        ClientCredentials::new(application.build().unwrap()).without_scopes()
    };
    let pat = StaticToken::personal_access_token(stack.credentials().token.as_str());
    let with_rule = Credentials::builder(stack.base_url())
        .source("oauth", oauth())
        .source("pat", pat)
        .rule(
            Match::operation(rolecall::foundry::auth::REFUSED_TO_RESTRICTED_APPLICATIONS),
            "pat",
        )
        .build()
        .unwrap();
    let without = Credentials::single(stack.base_url(), oauth()).unwrap();
    let mut statuses = Vec::new();
    for credentials in [without, with_rule] {
        let client = rolecall::foundry::Client::builder()
            .base_url(stack.base_url())
            .credentials(credentials)
            .build()
            .unwrap();
        let rid = organization(&stack).await;
        let answer = client
            .api()
            .list_organization_role_assignments()
            .organization_rid(rid)
            .send()
            .await;
        statuses.push(match answer {
            Ok(answer) => answer.status(),
            Err(error) => error.status().unwrap(),
        });
    }
    assert_eq!(statuses, [StatusCode::FORBIDDEN, StatusCode::OK]);
}

/// An organization of the stack, by way of its token.
async fn organization(stack: &Standin) -> String {
    install_crypto_provider();
    let get = |path: String| {
        let url = format!("{}{path}", stack.base_url());
        let request = reqwest::Client::new()
            .get(url)
            .bearer_auth(&stack.credentials().token);
        async move { request.send().await.unwrap().text().await.unwrap() }
    };
    let me: Value =
        serde_json::from_str(&get("/v2/admin/users/getCurrent".to_owned()).await).unwrap();
    me["organization"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn zenml_trades_keys_and_knows_clients() {
    let plane = standin(Api::Zenml).await;
    let key = rolecall::zenml::auth::api_key(&plane.base_url(), plane.credentials().token.as_str());
    let key = key.build().unwrap();
    assert_eq!(key.kind(), CredentialKind::OAuth2);
    assert!(ask(&key, "").await.expires_at().is_some());
    let service = client(&plane, "service");
    let app = rolecall::zenml::auth::client(&plane.base_url(), &service.client.id, secret(service));
    let source = ClientCredentials::new(app.build().unwrap());
    assert!(ask(&source, "").await.expires_at().is_some());
}

#[tokio::test]
async fn klustr_clients_use_basic() {
    let hydra = standin(Api::Klustr).await;
    let service = hydra
        .credentials()
        .clients
        .iter()
        .find(|client| client.secret.is_some())
        .unwrap();
    let address = format!("{}/hydra", hydra.origin());
    let client = rolecall::klustr::auth::client(&address, &service.client.id, secret(service))
        .build()
        .unwrap();
    ask(&ClientCredentials::new(client), "").await;
}
