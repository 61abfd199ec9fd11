//! Who can sign in to a new organisation, and with what.

use super::service_accounts::PREFIX;
use crate::auth::{AccessToken, Auth, Client, ClientAuthentication, Grant, TokenKind};

/// Tokens of an administrator, of somebody who may only read, of somebody who may do nothing, and of a service account, and
/// OAuth clients that act as the first two.
pub(super) fn add(auth: &Auth, [admin, reader, nobody, account]: [&str; 4]) {
    let keys = [
        ("admin", admin, TokenKind::Pat),
        ("reader", reader, TokenKind::Pat),
        ("nobody", nobody, TokenKind::Pat),
        ("service-account", account, TokenKind::ApiKey),
    ];
    for (name, principal, kind) in keys {
        let stands_for = AccessToken {
            scheme: "Bearer".to_owned(),
            principal: principal.to_owned(),
            kind,
            client: None,
            scopes: None,
            expires_at: None,
        };
        auth.add_named(name, PREFIX, 40, stands_for);
        if kind == TokenKind::Pat {
            auth.add_user(name, principal);
        }
    }
    for (name, principal) in [("service", admin), ("service-reader", reader)] {
        auth.add_client(Client {
            id: auth.client_id(name),
            name: name.to_owned(),
            principal: Some(principal.to_owned()),
            authentication: ClientAuthentication::ClientSecretPost,
            grants: [Grant::ClientCredentials].into(),
            scopes: [].into(),
            redirect_uris: Vec::new(),
            dpop: false,
            restricted: false,
        });
    }
    auth.add_client(Client {
        id: auth.client_id("native"),
        name: "native".to_owned(),
        principal: None,
        authentication: ClientAuthentication::None,
        grants: [
            Grant::AuthorizationCode,
            Grant::RefreshToken,
            Grant::DeviceCode,
        ]
        .into(),
        scopes: ["openid", "offline_access"].map(str::to_owned).into(),
        redirect_uris: vec!["http://127.0.0.1/callback".to_owned()],
        dpop: false,
        restricted: false,
    });
}
