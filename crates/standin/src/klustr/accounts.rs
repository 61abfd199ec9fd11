//! Who can sign in to a new organisation, and with what.

use crate::auth::{AccessToken, Auth, Client, ClientAuthentication, Grant, TokenKind};

/// Tokens of an administrator, of somebody who may only read, and of somebody who may do nothing, and OAuth clients that act
/// as them.
pub(super) fn add(auth: &Auth, admin: &str, reader: &str, nobody: &str) {
    for (name, principal) in [("admin", admin), ("reader", reader), ("nobody", nobody)] {
        let stands_for = AccessToken {
            scheme: "Bearer".to_owned(),
            principal: principal.to_owned(),
            kind: TokenKind::Oauth2,
            client: None,
            scopes: None,
            expires_at: None,
        };
        auth.add_named(name, "ory_at_", 40, stands_for);
        auth.add_user(name, principal);
    }
    // fact: client-authentication
    for (name, principal, authentication) in [
        ("service", admin, ClientAuthentication::ClientSecretBasic),
        (
            "service-post",
            admin,
            ClientAuthentication::ClientSecretPost,
        ),
        ("service-key", admin, ClientAuthentication::PrivateKeyJwt),
        (
            "service-without-role",
            nobody,
            ClientAuthentication::ClientSecretBasic,
        ),
    ] {
        auth.add_client(Client {
            id: auth.client_id(name),
            name: name.to_owned(),
            principal: Some(principal.to_owned()),
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
