//! ZenML Pro: the control plane gives out tokens at `/auth/login` (ZenML documentation and ZenML 0.98.0).

use crate::auth::oauth::{
    ClientAuthentication, Endpoints, OAuthClient, OAuthClientBuilder, Provider,
};
use crate::auth::url;
use crate::auth::{ApiKeyExchange, ApiKeyExchangeBuilder};
use rolecall_client::Secret;

/// The control plane that ZenML runs. Installations of one's own have other addresses.
pub const CLOUD: &str = "https://cloudapi.zenml.io";

fn login(control_plane: &str) -> String {
    format!("{}/auth/login", url(control_plane))
}

/// The control plane at this address: the token endpoint is `/auth/login` under it.
#[must_use]
pub fn provider(control_plane: &str) -> Provider {
    Provider::endpoints(Endpoints::new(login(control_plane)))
}

/// A service account's key, or a personal access token, that is traded for tokens of an hour.
pub fn api_key(control_plane: &str, key: impl Into<Secret>) -> ApiKeyExchangeBuilder {
    ApiKeyExchange::builder(login(control_plane), key)
}

/// An OAuth client, as ZenML's own code uses one: id and secret in the form, the control plane as the audience, and no scopes.
/// Used with [`ClientCredentials`](crate::auth::oauth::ClientCredentials).
pub fn client(
    control_plane: &str,
    client_id: impl Into<String>,
    secret: impl Into<Secret>,
) -> OAuthClientBuilder {
    OAuthClient::builder(provider(control_plane), client_id)
        .authentication(ClientAuthentication::secret_post(secret))
        .audience(url(control_plane))
        .without_scopes()
}
