//! API keys that are traded for short-lived tokens.

use super::cache::{Cache, Fetch, Key};
use super::exchange::{Exchange, TIMEOUT};
use super::oauth::{TokenResponse, refused};
use super::origin::secure;
use super::server_clock::TimeOfDay;
use super::{Error, Scopes, Token, TokenId, TokenRequest, TokenSource};
use crate::Clock;
use form_urlencoded::Serializer;
use rolecall_client::{
    BoxFuture, CredentialKind, HeaderMap, HttpSettings, Secret, StatusCode, Url,
};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use zeroize::Zeroizing;

/// A long-lived key that is traded for a short-lived token, at a login endpoint: the key goes as the form field `password`, and the
/// response is that of an OAuth token endpoint. There is no refresh token: the key is traded again.
#[derive(Debug)]
pub struct ApiKeyExchange {
    fetcher: Fetcher,
    cache: Cache<Fetcher>,
}

/// An [`ApiKeyExchange`] in the making.
#[must_use]
pub struct ApiKeyExchangeBuilder {
    url: String,
    key: Secret,
    http: Option<HttpSettings>,
    timeout: Duration,
    clock: TimeOfDay,
    insecure_http: bool,
}

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
    /// `https://api.example.com/auth/login`.
    ///
    /// # Errors
    ///
    /// [`Configuration`](super::ErrorKind::Configuration) when the URL cannot be used;
    /// [`Insecure`](super::ErrorKind::Insecure) for `http` on another machine.
    pub fn new(login_url: &str, key: impl Into<Secret>) -> Result<Self, Error> {
        Self::builder(login_url, key).build()
    }

    /// As [`new`](Self::new), with more to be said.
    pub fn builder(login_url: impl Into<String>, key: impl Into<Secret>) -> ApiKeyExchangeBuilder {
        ApiKeyExchangeBuilder {
            url: login_url.into(),
            key: key.into(),
            http: None,
            timeout: TIMEOUT,
            clock: TimeOfDay::default(),
            insecure_http: false,
        }
    }
}

impl ApiKeyExchangeBuilder {
    /// Uses these HTTP settings. Default: those of the client that the tokens are for. Redirects are not followed.
    pub fn http(mut self, settings: impl Into<HttpSettings>) -> Self {
        self.http = Some(settings.into());
        self
    }

    /// How long one exchange with the login endpoint may take. Default: 30 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Where the time of day comes from. Default: the system.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = TimeOfDay::of(clock);
        self
    }

    /// Lets the key go over unencrypted HTTP to other machines than this one.
    pub fn allow_insecure_http(mut self) -> Self {
        self.insecure_http = true;
        self
    }

    /// Finishes it. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// As [`ApiKeyExchange::new`], and [`Configuration`](super::ErrorKind::Configuration) when the HTTP client cannot be set
    /// up.
    pub fn build(self) -> Result<ApiKeyExchange, Error> {
        let fetcher = Fetcher(Arc::new(Inner {
            key: self.key,
            url: secure("the login URL", &self.url, self.insecure_http)?,
            http: Exchange::new(self.http, self.timeout)?,
            clock: self.clock.clone(),
        }));
        Ok(ApiKeyExchange {
            cache: Cache::new(fetcher.clone(), self.clock),
            fetcher,
        })
    }
}

impl fmt::Debug for ApiKeyExchangeBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKeyExchangeBuilder")
            .finish_non_exhaustive()
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
        Box::pin(self.cache.get(key, request.force_refresh))
    }

    fn renewable(&self, refused: &Token) -> bool {
        self.cache.renewable(refused)
    }

    fn inherit_http(&self, settings: &HttpSettings) {
        self.fetcher.0.http.inherit(settings);
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
