//! Palantir Foundry: Multipass, beside the API on the same host (Palantir documentation).

use crate::auth::oauth::{
    ClientAuthentication, Endpoints, OAuthClient, OAuthClientBuilder, Provider,
};
use crate::auth::origin;
use rolecall_client::Secret;

/// The operations that an application under "OAuth & restrictions" is refused whatever its user may do, as a pattern for
/// [`Match::operation`](crate::auth::Match::operation): the three on organization role assignments. A personal access token
/// of the same user works.
pub const REFUSED_TO_RESTRICTED_APPLICATIONS: &str = "*OrganizationRoleAssignments";

/// Multipass of a stack such as `https://example.palantirfoundry.com`: the endpoints under `/multipass/api/oauth2/`.
#[must_use]
pub fn provider(stack: &str) -> Provider {
    let at = |path: &str| format!("{}/multipass/api/oauth2/{path}", origin(stack));
    Provider::endpoints(
        Endpoints::new(at("token"))
            .authorization(at("authorize"))
            .revocation(at("revoke_token")),
    )
}

/// A confidential application, with its secret in the form, as Palantir's own SDK sends it.
///
/// With [`ClientCredentials`](crate::auth::oauth::ClientCredentials) it acts as its service user, which starts without any
/// role. [`without_scopes`](crate::auth::oauth::ClientCredentials::without_scopes) then asks for all that the application
/// may have. When a person signs in, scopes must be named: `api:use-admin-read` and so on for applications that are
/// restricted, and `offline_access` for a refresh token, which lives 30 days without use.
pub fn confidential_application(
    stack: &str,
    client_id: impl Into<String>,
    secret: impl Into<Secret>,
) -> OAuthClientBuilder {
    let method = ClientAuthentication::secret_post(secret);
    public_application(stack, client_id).authentication(method)
}

/// A public application, in which a person signs in with PKCE.
pub fn public_application(stack: &str, client_id: impl Into<String>) -> OAuthClientBuilder {
    OAuthClient::builder(provider(stack), client_id)
}
