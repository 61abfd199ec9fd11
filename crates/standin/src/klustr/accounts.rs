//! Who can sign in to a new organisation, and with what.

use super::State;
use super::populate::HOME;
use crate::auth::{AccessToken, Auth, Client, ClientAuthentication, Grant, TokenKind};

/// The clients that act as themselves: their name, how they prove themselves, and whether they hold the roles of an
/// administrator (fact: client-authentication).
const SERVICES: [(&str, ClientAuthentication, bool); 4] = [
    ("service", ClientAuthentication::ClientSecretBasic, true),
    ("service-post", ClientAuthentication::ClientSecretPost, true),
    ("service-key", ClientAuthentication::PrivateKeyJwt, true),
    (
        "service-without-role",
        ClientAuthentication::ClientSecretBasic,
        false,
    ),
];

/// The ids of the clients that act as themselves, and whether they hold the roles of an administrator.
pub(super) fn services(auth: &Auth) -> Vec<(String, bool)> {
    let services = SERVICES.into_iter();
    let services = services.map(|(name, _, is_admin)| (auth.client_id(name), is_admin));
    services.collect()
}

/// Tokens of an administrator, of somebody who may only read, and of a member without any role, and OAuth clients.
pub(super) fn add(auth: &Auth, state: &State, [admin, reader, nobody]: [&str; 3]) {
    for (name, principal) in [("admin", admin), ("reader", reader), ("nobody", nobody)] {
        let stands_for = AccessToken {
            scheme: "Bearer".to_owned(),
            principal: principal.to_owned(),
            kind: TokenKind::Oauth2,
            client: None,
            scopes: None,
            expires_at: None,
        };
        let token = auth.add_named(name, "ory_at_", 40, stands_for);
        // fact: permissions-live-in-the-token
        auth.permit(&token, state.permissions_of(HOME, principal));
        auth.add_user(name, principal);
    }
    for (name, authentication, _) in SERVICES {
        let id = auth.client_id(name);
        auth.add_client(Client {
            principal: Some(id.clone()),
            id,
            name: name.to_owned(),
            authentication,
            grants: [Grant::ClientCredentials].into(),
            scopes: [].into(),
            redirect_uris: Vec::new(),
            dpop: false,
            restricted: false,
        });
    }
    // fact: registered-grants
    auth.add_client(Client {
        id: auth.client_id("native"),
        name: "native".to_owned(),
        principal: None,
        authentication: ClientAuthentication::None,
        grants: [Grant::AuthorizationCode].into(),
        scopes: ["openid"].map(str::to_owned).into(),
        redirect_uris: vec!["http://127.0.0.1/callback".to_owned()],
        dpop: false,
        restricted: false,
    });
}
