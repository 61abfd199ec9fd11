//! ZenML Pro: the control plane gives out tokens at `/auth/login` (ZenML documentation and ZenML 0.98.0).

use crate::auth::oauth::{
    ClientAuthentication, ClientCredentials, Endpoints, OAuthClient, Provider,
};
use crate::auth::{ApiKeyExchange, Error};
use rolecall_client::Secret;

/// The control plane that ZenML runs. Installations of one's own have other addresses.
pub const CLOUD: &str = "https://cloudapi.zenml.io";

fn login(control_plane: &str) -> String {
    format!("{}/auth/login", control_plane.trim_end_matches('/'))
}

/// Trades a service account's key, or a personal access token, for tokens of an hour.
///
/// # Errors
///
/// As [`ApiKeyExchange::new`].
pub fn api_key(control_plane: &str, key: impl Into<Secret>) -> Result<ApiKeyExchange, Error> {
    ApiKeyExchange::new(&login(control_plane), key)
}

/// Tokens for an OAuth client, as ZenML's own code gets them: id and secret in the form, the control plane as the audience,
/// and no scopes.
///
/// # Errors
///
/// As [`OAuthClientBuilder::build`](crate::auth::oauth::OAuthClientBuilder::build).
pub fn client_credentials(
    control_plane: &str,
    client_id: impl Into<String>,
    secret: impl Into<Secret>,
) -> Result<ClientCredentials, Error> {
    let provider = Provider::endpoints(Endpoints::new(login(control_plane)));
    let client = OAuthClient::builder(provider, client_id)
        .authentication(ClientAuthentication::secret_post(secret))
        .build()?;
    Ok(ClientCredentials::new(client)
        .without_scopes()
        .audience(control_plane.trim_end_matches('/')))
}
