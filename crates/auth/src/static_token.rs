//! Tokens that somebody made by hand.

use super::{Error, Scheme, Token, TokenRequest, TokenSource};
use rolecall_client::{BoxFuture, CredentialKind, Secret};

/// A token that somebody made by hand and that stays the same.
#[derive(Clone, Debug)]
pub struct StaticToken {
    kind: CredentialKind,
    token: Token,
}

impl StaticToken {
    /// An OAuth access token that was got elsewhere, sent as `Bearer`.
    #[must_use]
    pub fn bearer(token: impl Into<Secret>) -> Self {
        Self::new(CredentialKind::OAuth2, Scheme::Bearer, token)
    }

    /// A personal access token, sent as `Bearer`.
    #[must_use]
    pub fn personal_access_token(token: impl Into<Secret>) -> Self {
        Self::new(CredentialKind::Pat, Scheme::Bearer, token)
    }

    /// An API key that is sent as it is, as `Bearer`.
    #[must_use]
    pub fn api_key(key: impl Into<Secret>) -> Self {
        Self::new(CredentialKind::ApiKey, Scheme::Bearer, key)
    }

    /// An API token that is sent as `SSWS`. It has the rights of the administrator who made it.
    #[must_use]
    pub fn ssws(token: impl Into<Secret>) -> Self {
        Self::new(CredentialKind::Ssws, Scheme::Ssws, token)
    }

    /// A token of another kind, or sent in another way. A [`Scheme::Dpop`] token needs its key and cannot be static:
    /// requests with one are refused.
    #[must_use]
    pub fn new(kind: CredentialKind, scheme: Scheme, token: impl Into<Secret>) -> Self {
        Self {
            kind,
            token: Token::new(scheme, token.into()),
        }
    }
}

impl TokenSource for StaticToken {
    fn kind(&self) -> CredentialKind {
        self.kind
    }

    fn token(&self, _: TokenRequest) -> BoxFuture<'_, Result<Token, Error>> {
        Box::pin(std::future::ready(Ok(self.token.clone())))
    }

    fn renewable(&self, _: &Token) -> bool {
        false
    }
}
