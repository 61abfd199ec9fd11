//! Where tokens come from.

use super::oauth::Introspection;
use super::{Error, Scopes, Token, TokenId};
use rolecall_client::{BoxFuture, CredentialKind, HttpSettings};
use std::fmt;

/// Where tokens come from.
///
/// The sources of this module share one refresh among all who wait for it, and dropping the future of one of them takes
/// nothing from the others. A source of one's own should do the same. `Debug` must not show a secret.
pub trait TokenSource: fmt::Debug + Send + Sync + 'static {
    /// What kind of credential its tokens are, which decides the operations that they are sent with.
    fn kind(&self) -> CredentialKind;

    /// A token that is good for this request, from memory where there is one.
    fn token(&self, request: TokenRequest) -> BoxFuture<'_, Result<Token, Error>>;

    /// Whether asking with [`force_refresh`](TokenRequest::force_refresh) could bring another token than this one, which
    /// was refused. By default it could.
    fn renewable(&self, refused: &Token) -> bool {
        let _ = refused;
        true
    }

    /// Offers the HTTP settings of the client that the tokens are for: proxy, certificates, user agent. A source that has
    /// none of its own uses them for every request that it makes. By default it does nothing.
    fn inherit_http(&self, settings: &HttpSettings) {
        let _ = settings;
    }

    /// What the authorization server says of a token of this source, where it can be asked (RFC 7662). By default it cannot.
    fn introspect(&self, token: Token) -> BoxFuture<'_, Result<Option<Introspection>, Error>> {
        let _ = token;
        Box::pin(std::future::ready(Ok(None)))
    }
}

/// What a token is wanted for.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct TokenRequest {
    /// The scopes that the operation names. A source may be set to ask for others.
    pub scopes: Scopes,
    /// Whom the token is meant for, where it is not what the source is set to.
    pub audience: Option<String>,
    /// The token that was refused with 401: any other one will do. A source that has another one by now gives that.
    pub force_refresh: Option<TokenId>,
}

impl TokenRequest {
    /// A request for a token with these scopes.
    #[must_use]
    pub fn new(scopes: Scopes) -> Self {
        Self {
            scopes,
            ..Self::default()
        }
    }

    /// For this audience.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = Some(audience.into());
        self
    }

    /// For any token but this one.
    #[must_use]
    pub fn other_than(mut self, refused: TokenId) -> Self {
        self.force_refresh = Some(refused);
        self
    }
}
