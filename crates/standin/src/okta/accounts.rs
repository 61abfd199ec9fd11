//! Who can sign in to a new organisation, and with what.

use crate::auth::{AccessToken, Auth, Client, ClientAuthentication, Grant, TokenKind};

/// Tokens of an administrator, of somebody who may only read, and of somebody who may do nothing, and OAuth clients that act
/// as them.
pub(super) fn add(auth: &Auth, admin: &str, reader: &str, nobody: &str) {
    for (name, principal) in [("admin", admin), ("reader", reader), ("nobody", nobody)] {
        let stands_for = AccessToken {
            scheme: "SSWS".to_owned(),
            principal: principal.to_owned(),
            kind: TokenKind::Ssws,
            client: None,
            scopes: None,
            expires_at: None,
        };
        auth.add_named(name, "00", 40, stands_for);
        auth.add_user(name, principal);
    }
    // fact: new-service-app-has-no-role
    for (name, id, principal, dpop) in [
        ("service", "0oaServiceDpop000001", admin, true),
        ("service-bearer", "0oaServiceBearer0001", admin, false),
        ("service-reader", "0oaServiceReader0001", reader, false),
        (
            "service-without-role",
            "0oaServiceNoRole0001",
            nobody,
            false,
        ),
    ] {
        auth.add_client(Client {
            id: id.to_owned(),
            name: name.to_owned(),
            principal: Some(principal.to_owned()),
            authentication: ClientAuthentication::PrivateKeyJwt,
            grants: [Grant::ClientCredentials].into(),
            scopes: SCOPES.map(str::to_owned).into(),
            redirect_uris: Vec::new(),
            dpop,
            restricted: false,
        });
    }
    auth.add_client(Client {
        id: "0oaNativeApp00000001".to_owned(),
        name: "native".to_owned(),
        principal: None,
        authentication: ClientAuthentication::None,
        grants: [Grant::AuthorizationCode, Grant::RefreshToken].into(),
        scopes: SCOPES
            .into_iter()
            .chain(["openid", "offline_access"])
            .map(str::to_owned)
            .collect(),
        redirect_uris: vec!["http://127.0.0.1/callback".to_owned()],
        dpop: false,
        restricted: false,
    });
}

const SCOPES: [&str; 6] = [
    "okta.roles.read",
    "okta.roles.manage",
    "okta.users.read",
    "okta.groups.read",
    "okta.apps.read",
    "okta.clients.read",
];
