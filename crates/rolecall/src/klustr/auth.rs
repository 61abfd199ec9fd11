//! Klustr: Ory Hydra behind Klustr's gateway (Klustr server repository).

use crate::auth::oauth::{
    ClientAuthentication, Endpoints, OAuthClient, OAuthClientBuilder, Provider,
};
use crate::auth::url;
use rolecall_client::Secret;

/// Hydra of Klustr's development environment, the only address that its sources name.
pub const DEVELOPMENT: &str = "https://secure.dev.klustr.io/hydra";

/// Hydra at this address: `/oauth2/token` and `/oauth2/auth` under it.
#[must_use]
pub fn provider(hydra: &str) -> Provider {
    let at = |path: &str| format!("{}/oauth2/{path}", url(hydra));
    Provider::endpoints(Endpoints::new(at("token")).authorization(at("auth")))
}

/// A client with a secret, sent as HTTP Basic unless it is registered otherwise.
///
/// Most operations want the token of a person who signed in. Permissions are put into a token when it is made, so that
/// a change of roles shows in the next one only. No client is registered for refresh tokens: when a session ends, somebody
/// signs in again.
pub fn client(
    hydra: &str,
    client_id: impl Into<String>,
    secret: impl Into<Secret>,
) -> OAuthClientBuilder {
    let method = ClientAuthentication::secret_basic(secret);
    OAuthClient::builder(provider(hydra), client_id).authentication(method)
}
