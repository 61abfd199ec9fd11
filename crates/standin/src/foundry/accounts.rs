//! Who can sign in to a new organisation, and with what.

use crate::auth::{AccessToken, Auth, Client, ClientAuthentication, Grant, TokenKind};

/// Tokens of an administrator, of somebody who may only read, and of somebody who may do nothing, and OAuth clients that act
/// as them.
pub(super) fn add(auth: &Auth, admin: &str, reader: &str, nobody: &str) {
    for (name, principal) in [("admin", admin), ("reader", reader), ("nobody", nobody)] {
        let stands_for = AccessToken {
            scheme: "Bearer".to_owned(),
            principal: principal.to_owned(),
            kind: TokenKind::Pat,
            client: None,
            scopes: None,
            expires_at: None,
        };
        auth.add_named(name, "", 40, stands_for);
        auth.add_user(name, principal);
    }
    for (name, principal, restricted) in [
        ("service", admin, false),
        ("restricted-service", admin, true),
        ("service-without-role", nobody, false),
    ] {
        auth.add_client(Client {
            id: auth.client_id(name),
            name: name.to_owned(),
            principal: Some(principal.to_owned()),
            // fact: secret-in-the-form
            authentication: ClientAuthentication::ClientSecret,
            grants: [
                Grant::ClientCredentials,
                Grant::AuthorizationCode,
                Grant::RefreshToken,
            ]
            .into(),
            scopes: SCOPES.map(str::to_owned).into(),
            redirect_uris: vec!["http://127.0.0.1/callback".to_owned()],
            dpop: false,
            restricted,
        });
    }
    for (name, restricted) in [("native", false), ("restricted-native", true)] {
        auth.add_client(Client {
            id: auth.client_id(name),
            name: name.to_owned(),
            principal: None,
            authentication: ClientAuthentication::None,
            grants: [Grant::AuthorizationCode, Grant::RefreshToken].into(),
            scopes: SCOPES.map(str::to_owned).into(),
            redirect_uris: vec!["http://127.0.0.1/callback".to_owned()],
            dpop: false,
            restricted,
        });
    }
}

const SCOPES: [&str; 9] = [
    "api:admin-read",
    "api:admin-write",
    "api:filesystem-read",
    "api:filesystem-write",
    "api:use-admin-read",
    "api:use-admin-write",
    "api:use-filesystem-read",
    "api:use-filesystem-write",
    "offline_access",
];
