//! Tokens for a program itself.

use super::{Ask, Introspection, OAuthClient};
use crate::cache::{Cache, Fetch, Key};
use crate::{Error, Scopes, Token, TokenId, TokenRequest, TokenSource};
use rolecall_client::{BoxFuture, CredentialKind, HttpSettings};

/// Tokens for a program itself, by the client credentials grant (RFC 6749, section 4.4).
///
/// By default it asks for the scopes that the operation names, and keeps a token for each set of them. Cloning is not
/// needed: share it with [`shared_source`](crate::CredentialsBuilder::shared_source).
#[derive(Debug)]
pub struct ClientCredentials {
    ask: Ask,
    audience: Option<String>,
    client: OAuthClient,
    cache: Cache<Fetcher>,
}

#[derive(Debug)]
struct Fetcher(OAuthClient);

impl ClientCredentials {
    /// Tokens of this client.
    #[must_use]
    pub fn new(client: OAuthClient) -> Self {
        let clock = client.clock().clone();
        Self {
            ask: if client.0.without_scopes {
                Ask::Always(Scopes::default())
            } else {
                Ask::Operation
            },
            audience: client.0.audience.clone(),
            cache: Cache::new(Fetcher(client.clone()), clock),
            client,
        }
    }

    /// Always asks for these scopes, whatever the operation names.
    #[must_use]
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        let scopes = scopes.into_iter().map(Into::<String>::into).collect();
        self.ask = Ask::Always(scopes);
        self
    }

    /// Sends no scopes: the server gives what the client may have.
    #[must_use]
    pub fn without_scopes(mut self) -> Self {
        self.ask = Ask::Always(Scopes::default());
        self
    }

    /// Sends this `audience`, which some servers want in order to know whom the token is for.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = Some(audience.into());
        self
    }
}

impl TokenSource for ClientCredentials {
    fn kind(&self) -> CredentialKind {
        CredentialKind::OAuth2
    }

    fn token(&self, request: TokenRequest) -> BoxFuture<'_, Result<Token, Error>> {
        let key = Key {
            scopes: self.ask.scopes(request.scopes),
            audience: request.audience.or_else(|| self.audience.clone()),
        };
        Box::pin(self.cache.get(key, request.force_refresh))
    }

    fn renewable(&self, refused: &Token) -> bool {
        self.cache.renewable(refused)
    }

    fn inherit_http(&self, settings: &HttpSettings) {
        self.client.0.http.inherit(settings);
    }

    fn introspect(&self, token: Token) -> BoxFuture<'_, Result<Option<Introspection>, Error>> {
        Box::pin(async move { self.client.introspect(&token).await })
    }
}

impl Fetch for Fetcher {
    fn fetch(&self, key: Key, _: Option<TokenId>) -> BoxFuture<'static, Result<Token, Error>> {
        let client = self.0.clone();
        Box::pin(async move {
            let scopes = key.scopes.to_string();
            let mut parameters = vec![("grant_type", "client_credentials")];
            if !scopes.is_empty() {
                parameters.push(("scope", &scopes));
            }
            if let Some(audience) = &key.audience {
                parameters.push(("audience", audience));
            }

            let response = client.ask(&parameters, client.dpop()).await?;
            Ok(client.token(&response, &key.scopes, client.dpop()))
        })
    }
}
