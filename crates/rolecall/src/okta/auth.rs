//! Okta: the org authorization server, the only one that issues `okta.*` scopes (Okta documentation).

use crate::auth::oauth::{
    ClientAuthentication, Endpoints, OAuthClient, OAuthClientBuilder, Provider,
};
use crate::auth::{SigningKey, origin};

/// The org authorization server of an org such as `https://example.okta.com`: the endpoints under `/oauth2/v1/` (Okta OAuth
/// API 2026.06.3).
#[must_use]
pub fn provider(org: &str) -> Provider {
    let at = |path: &str| format!("{}/oauth2/v1/{path}", origin(org));
    Provider::endpoints(
        Endpoints::new(at("token"))
            .authorization(at("authorize"))
            .introspection(at("introspect"))
            .revocation(at("revoke"))
            .device_authorization(at("device/authorize")),
    )
}

/// A service app: `private_key_jwt`, which is the only method it may use, and DPoP with a new key, which apps made since
/// February 2024 must use unless that is switched off (Okta documentation). Name the key when the app has several
/// ([`SigningKey::with_id`]).
///
/// Used with [`ClientCredentials`](crate::auth::oauth::ClientCredentials), whose scopes a super administrator has granted to
/// the app. The app needs an admin role besides; without one, some lists are empty instead of refused.
pub fn service_app(org: &str, client_id: impl Into<String>, key: SigningKey) -> OAuthClientBuilder {
    service_app_without_dpop(org, client_id, key).dpop_with_new_key()
}

/// As [`service_app`], for apps that have DPoP switched off: their tokens are bearer tokens.
pub fn service_app_without_dpop(
    org: &str,
    client_id: impl Into<String>,
    key: SigningKey,
) -> OAuthClientBuilder {
    let method = ClientAuthentication::private_key_jwt(key);
    OAuthClient::builder(provider(org), client_id).authentication(method)
}

/// A native app, in which a person signs in with PKCE. Ask for `offline_access` as well: the refresh token lives 90 days.
pub fn native_app(org: &str, client_id: impl Into<String>) -> OAuthClientBuilder {
    OAuthClient::builder(provider(org), client_id)
}
