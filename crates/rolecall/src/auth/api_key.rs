//! API keys that are traded for short-lived tokens.

use super::cache::{Cache, Fetch, Key};
use super::clock::TimeOfDay;
use super::exchange::{Exchange, TIMEOUT};
use super::oauth::{TokenResponse, refused};
use super::origin::secure;
use super::{Error, Scopes, Token, TokenId, TokenRequest, TokenSource};
use form_urlencoded::Serializer;
use rolecall_client::{BoxFuture, CredentialKind, HeaderMap, Secret, StatusCode, Url};
use std::fmt;
use std::sync::Arc;
use zeroize::Zeroizing;

/// A long-lived key that is traded for a short-lived token, as ZenML Pro does it: the key goes as the form field `password`
/// to `/auth/login`, and what comes back is an OAuth access token, good for an hour by its `expires_in`. There is no
/// refresh token: the key is traded again (ZenML documentation and ZenML 0.98.0).
#[derive(Debug)]
pub struct ApiKeyExchange(Cache<Fetcher>);

#[derive(Clone)]
struct Fetcher(Arc<Inner>);

struct Inner {
    key: Secret,
    url: Url,
    http: Exchange,
    clock: TimeOfDay,
}

impl ApiKeyExchange {
    /// Trades a service account's key or a personal access token at this login URL, such as
    /// `https://cloudapi.zenml.io/auth/login`.
    ///
    /// # Errors
    ///
    /// [`Configuration`](super::ErrorKind::Configuration) when the URL cannot be used;
    /// [`Insecure`](super::ErrorKind::Insecure) for `http` on another machine.
    pub fn new(login_url: &str, key: impl Into<Secret>) -> Result<Self, Error> {
        let clock = TimeOfDay::default();
        let inner = Inner {
            key: key.into(),
            url: secure("the login URL", login_url, false)?,
            http: Exchange::new(None, TIMEOUT)?,
            clock: clock.clone(),
        };
        Ok(Self(Cache::new(Fetcher(Arc::new(inner)), clock)))
    }
}

impl TokenSource for ApiKeyExchange {
    fn kind(&self) -> CredentialKind {
        CredentialKind::OAuth2
    }

    fn token(&self, request: TokenRequest) -> BoxFuture<'_, Result<Token, Error>> {
        // One token does for everything: there is nothing to ask for.
        let key = Key {
            scopes: Scopes::default(),
            audience: None,
        };
        Box::pin(self.0.get(key, request.force_refresh))
    }

    fn renewable(&self, refused: &Token) -> bool {
        self.0.renewable(refused)
    }
}

impl Fetch for Fetcher {
    fn fetch(&self, _: Key, _: Option<TokenId>) -> BoxFuture<'static, Result<Token, Error>> {
        let inner = self.0.clone();
        Box::pin(async move {
            // The serializer cannot wait with the exchange: it does not move between threads.
            let form = {
                let mut form = Serializer::new(String::new());
                form.append_pair("password", inner.key.expose());
                Zeroizing::new(form.finish())
            };
            let url = &inner.url;
            let what = "the login endpoint";
            let answer = inner.http.post(what, url, HeaderMap::new(), form).await?;
            if answer.status != StatusCode::OK {
                let error = refused(what, &answer, url);
                // A server that has a bad moment says nothing of the key.
                return Err(if error.is_transient() {
                    error
                } else {
                    error.with_advice(
                        "check the key: it may be expired, rotated, or of a deactivated account",
                    )
                });
            }
            let response = TokenResponse::read(&answer, url, false)?;
            let mut token = Token::new(response.scheme, response.access_token);
            if let Some(life) = response.expires_in {
                token = token.with_life(inner.clock.now(), life);
            }
            Ok(match response.scopes {
                Some(scopes) => token.with_scopes(scopes),
                None => token,
            })
        })
    }
}

impl fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ApiKeyExchange")
            .field(&self.0.url.as_str())
            .finish()
    }
}
