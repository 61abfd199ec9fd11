//! Who can sign in to a new stack, and with what.

use super::populate::{People, add_service_user};
use super::principal::Principal;
use super::roles::{ENROLLMENT_ADMINISTRATOR, ORGANIZATION_ADMINISTRATOR};
use super::state::{RoleOn, State};
use crate::auth::{AccessToken, Auth, Client, ClientAuthentication, Grant, TokenKind};

/// Tokens of an administrator, of somebody who may only read, and of somebody who may do nothing, and OAuth clients through
/// which they can sign in. With client credentials a client acts as a service user of its own: two of them were made
/// administrators, one was left with no role, as a new one is.
pub(super) fn add(state: &mut State, auth: &Auth, people: &People) {
    for (name, position) in [
        ("admin", people.admin),
        ("reader", people.reader),
        ("nobody", people.nobody),
    ] {
        let principal = state.id_of(Principal::user(position));
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
    for (name, administers, restricted) in [
        ("service", true, false),
        ("restricted-service", true, true),
        ("service-without-role", false, false),
    ] {
        let id = auth.client_id(name);
        let principal = add_service_user(state, &id);
        if administers {
            make_administrator(state, &principal);
        }
        auth.add_client(Client {
            id,
            name: name.to_owned(),
            principal: Some(principal),
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

fn make_administrator(state: &mut State, id: &str) {
    let Some(holder) = state.find_principal(id) else {
        return;
    };
    let role = state.role(ENROLLMENT_ADMINISTRATOR, RoleOn::Enrollment);
    state
        .enrollment
        .roles
        .extend(role.map(|role| (holder, role)));
    let role = state.role(ORGANIZATION_ADMINISTRATOR, RoleOn::Organization);
    for organization in state.organizations.rows_mut() {
        organization.roles.extend(role.map(|role| (holder, role)));
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
