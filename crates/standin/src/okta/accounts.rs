//! Who can sign in to a new org, and with what.

use super::seed::{self, READ_ONLY, ROLE_MANAGER, ROLE_READER, ROLELESS, SUPER_ADMIN};
use super::state::State;
use crate::auth::{AccessToken, Auth, Client, ClientAuthentication, Grant, TokenKind};

/// The API tokens of the first people, by name, and the logins with these names.
const PEOPLE: [(&str, u32); 5] = [
    ("admin", SUPER_ADMIN),
    ("reader", READ_ONLY),
    ("nobody", ROLELESS),
    ("role-reader", ROLE_READER),
    ("role-manager", ROLE_MANAGER),
];

/// The names of the first service apps, and whether their tokens are bound to a key. What they may do, [`seed`] says.
pub(super) const SERVICES: [(&str, bool); 4] = [
    ("service", true),
    ("service-bearer", false),
    ("service-reader", false),
    // fact: new-service-app-has-no-role
    ("service-without-role", false),
];

const SCOPES: [&str; 6] = [
    "okta.roles.read",
    "okta.roles.manage",
    "okta.users.read",
    "okta.groups.read",
    "okta.apps.read",
    "okta.clients.read",
];

/// API tokens of the first people, and the first OAuth clients of the org.
pub(super) fn add(state: &State, auth: &Auth) {
    for (name, position) in PEOPLE {
        let Some((principal, _)) = state.user_at(position) else {
            continue;
        };
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
    for ((name, dpop), id) in SERVICES.into_iter().zip(seed::service_apps(state)) {
        auth.add_client(Client {
            name: name.to_owned(),
            principal: Some(id.clone()),
            id,
            authentication: ClientAuthentication::PrivateKeyJwt,
            grants: [Grant::ClientCredentials].into(),
            scopes: SCOPES.map(str::to_owned).into(),
            redirect_uris: Vec::new(),
            dpop,
            restricted: false,
        });
    }
    let scopes = SCOPES.into_iter().chain(["openid", "offline_access"]);
    if let Some(id) = seed::native_app(state) {
        auth.add_client(Client {
            id,
            name: seed::NATIVE.to_owned(),
            principal: None,
            authentication: ClientAuthentication::None,
            grants: [Grant::AuthorizationCode, Grant::RefreshToken].into(),
            scopes: scopes.map(str::to_owned).collect(),
            redirect_uris: vec!["http://127.0.0.1/callback".to_owned()],
            dpop: false,
            restricted: false,
        });
    }
}
