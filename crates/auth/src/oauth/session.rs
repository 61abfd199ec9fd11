//! Tokens of a person who signed in.

use super::redirect::{Expected, Redirect, Waiting};
use super::saved::{Binding, Saved};
use super::{Introspection, OAuthClient, TokenResponse};
use crate::cache::{Cache, Fetch, Key};
use crate::jose::{base64url, random_text};
use crate::store::{StoreLock, TokenStore};
use crate::{DpopKey, Error, ErrorKind, Scopes, Token, TokenId, TokenRequest, TokenSource};
use rolecall_client::{BoxFuture, CredentialKind, HttpSettings, Secret, Url};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use zeroize::Zeroizing;

/// Tokens of a person who signed in, by the authorization code grant with PKCE (RFC 6749, section 4.1; RFC 7636; RFC 8252),
/// renewed by refresh tokens (RFC 6749, section 6).
///
/// A [`TokenStore`] keeps the session under a name. A refresh token that replaces another is in the store before anything
/// that came with it is used; if it cannot be stored, that is tried again first, and the used-up one is not shown again.
/// Processes that share the store share the session. Cloning shares everything.
///
/// A stored session is bound to the authorization server, the client, the scopes and the audience that it was made for. Under
/// the same name, one that is bound to anything else is as good as none, and none of its tokens are sent anywhere.
#[derive(Clone)]
pub struct UserSession(Arc<Inner>);

struct Inner {
    account: Arc<Account>,
    cache: Cache<Arc<Account>>,
}

pub(super) struct Account {
    pub(super) client: OAuthClient,
    store: Arc<dyn TokenStore>,
    name: String,
    pub(super) scopes: Scopes,
    pub(super) audience: Option<String>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The access token that was given out last.
    given: Option<Token>,
    /// What could not be stored.
    unsaved: Option<Saved>,
    /// The key that came from the store, so that its nonces are kept.
    key: Option<DpopKey>,
}

impl UserSession {
    /// A session of this client, kept under a name. The scopes are asked for when somebody signs in: many servers want
    /// `offline_access` among them, and give no refresh token otherwise.
    #[must_use]
    pub fn new<S: Into<String>>(
        client: OAuthClient,
        store: impl TokenStore,
        name: impl Into<String>,
        scopes: impl IntoIterator<Item = S>,
    ) -> Self {
        Self::with_audience(client, Arc::new(store), name, scopes, None)
    }

    /// As [`new`](Self::new), with a store that others use as well, and with an `audience` to ask for, as Auth0 wants it.
    #[must_use]
    pub fn with_audience<S: Into<String>>(
        client: OAuthClient,
        store: Arc<dyn TokenStore>,
        name: impl Into<String>,
        scopes: impl IntoIterator<Item = S>,
        audience: Option<String>,
    ) -> Self {
        let clock = client.clock().clone();
        let account = Arc::new(Account {
            client,
            store,
            name: name.into(),
            scopes: scopes.into_iter().map(Into::<String>::into).collect(),
            audience,
            state: Mutex::default(),
        });
        let cache = Cache::new(account.clone(), clock);
        Self(Arc::new(Inner { account, cache }))
    }

    /// Has somebody sign in. `open` gets the URL to be opened in a browser; what it shows or opens is its own business.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::SignIn`] when it was refused or somebody else's answer came; [`ErrorKind::Timeout`] when nobody signed
    /// in within the time of `redirect`; and what the token endpoint or the store meets.
    pub async fn sign_in(
        &self,
        redirect: Redirect,
        open: impl FnOnce(&Url),
    ) -> Result<Token, Error> {
        let sign_in = self.start_sign_in(redirect).await?;
        open(sign_in.url());
        sign_in.finish().await
    }

    /// Starts to listen for the answer, for programs that show the URL in their own way. Nothing happens before
    /// [`SignIn::finish`], and dropping it ends the listening.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] when there is no authorization endpoint or the port cannot be had, and what discovery
    /// meets.
    pub async fn start_sign_in(&self, redirect: Redirect) -> Result<SignIn, Error> {
        let account = &self.0.account;
        let endpoints = account.client.endpoints().await?;
        let Some(mut url) = endpoints.authorization.clone() else {
            let what = "nobody can sign in: the authorization endpoint is not known";
            return Err(Error::new(ErrorKind::Configuration, what)
                .with_advice("name it with the endpoints, or use discovery"));
        };
        let state = random_text()?;
        let verifier = Zeroizing::new(random_text()?);
        let challenge = ring::digest::digest(&ring::digest::SHA256, verifier.as_bytes());
        let expected = Expected {
            state: state.clone(),
            issuer: endpoints.issuer.clone(),
            names_issuer: endpoints.names_issuer,
        };
        let waiting = Waiting::bind(redirect, expected).await?;
        {
            let mut query = url.query_pairs_mut();
            query
                .append_pair("response_type", "code")
                .append_pair("client_id", account.client.id())
                .append_pair("redirect_uri", waiting.uri())
                .append_pair("state", &state)
                .append_pair("code_challenge", &base64url(challenge))
                .append_pair("code_challenge_method", "S256");
            if !account.scopes.is_empty() {
                query.append_pair("scope", &account.scopes.to_string());
            }
            if let Some(audience) = &account.audience {
                query.append_pair("audience", audience);
            }
            if let Some(key) = account.client.dpop() {
                // The code is of no use without the key (RFC 9449, section 10).
                query.append_pair("dpop_jkt", key.thumbprint());
            }
        }
        Ok(SignIn {
            session: self.clone(),
            url,
            verifier,
            waiting,
        })
    }

    /// Whether there is a session that may still be good: a token that has not ended, or a refresh token. The server is not
    /// asked.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Store`].
    pub async fn is_signed_in(&self) -> Result<bool, Error> {
        let account = &self.0.account;
        let text = account.store.load(&account.name).await?;
        let saved = text.as_ref().and_then(Saved::from_text);
        let saved = saved.filter(|saved| account.difference(saved).is_none());
        Ok(saved.is_some_and(|saved| {
            saved.refresh_token.is_some() || saved.is_fresh(account.client.clock())
        }))
    }

    /// Forgets the session, here and in the store, and then has the server revoke its tokens (RFC 7009) where a revocation
    /// endpoint is known. A stored session that is bound to something else is removed, and nobody is told of it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Store`] when it could not be removed. What the revocation meets: the session is forgotten then, and its
    /// tokens may be good until they end.
    pub async fn sign_out(&self) -> Result<(), Error> {
        let account = &self.0.account;
        let lock = account.store.lock().await?;
        let unsaved = std::mem::take(&mut *account.state()).unsaved;
        self.0.cache.clear();
        let text = account.store.load(&account.name).await?;
        let stored = text.as_ref().and_then(Saved::from_text);
        account.store.save(&lock, &account.name, None).await?;
        drop(lock);
        let ours = [unsaved, stored].into_iter().flatten();
        for saved in ours.filter(|saved| account.difference(saved).is_none()) {
            let revoked = account.client.revoke(&saved).await;
            revoked.map_err(|error| {
                let what = format!(
                    "the session is forgotten, but its tokens could not be revoked: {}",
                    error.what()
                );
                Error::new(error.kind(), what)
                    .with_advice("revoke them at the service if they may be known to others")
                    .with_source(error)
            })?;
        }
        Ok(())
    }

    pub(super) fn account(&self) -> &Account {
        &self.0.account
    }

    /// Stores what a grant brought, and gives the token out.
    pub(super) async fn accept(
        &self,
        lock: &StoreLock,
        response: TokenResponse,
        key: Option<&DpopKey>,
    ) -> Result<Token, Error> {
        let account = &self.0.account;
        let token = account.client.token(&response, &account.scopes, key);
        account.state().key = key.cloned();
        let saved = Saved::new(account.binding(), &token, response.refresh_token, key);
        account.keep(lock, saved, &token).await?;
        self.0.cache.put(&single(), token.clone());
        Ok(token)
    }

    async fn redeem(&self, code: &Secret, redirect: &str, verifier: &str) -> Result<Token, Error> {
        let account = &self.0.account;
        let key = account.client.dpop();
        let grant = [
            ("grant_type", "authorization_code"),
            ("code", code.expose()),
            ("redirect_uri", redirect),
            ("code_verifier", verifier),
        ];
        let lock = account.store.lock().await?;
        let response = account.client.ask(&grant, key).await?;
        self.accept(&lock, response, key).await
    }
}

impl Account {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn lock(&self) -> Result<StoreLock, Error> {
        self.store.lock().await
    }

    fn binding(&self) -> Binding {
        Binding {
            server: self.client.identity().to_owned(),
            client: self.client.id().to_owned(),
            scopes: self.scopes.to_string(),
            audience: self.audience.clone(),
        }
    }

    /// Why a stored session is not this one.
    fn difference(&self, saved: &Saved) -> Option<String> {
        self.binding().difference(saved.bound_to.as_ref())
    }

    /// Stores what came with a token; only then is the token given out.
    async fn keep(&self, lock: &StoreLock, saved: Saved, token: &Token) -> Result<(), Error> {
        let text = saved.to_text();
        self.state().unsaved = Some(saved);
        self.store.save(lock, &self.name, Some(text?)).await?;
        let mut state = self.state();
        state.unsaved = None;
        state.given = Some(token.clone());
        Ok(())
    }

    async fn renew(&self, refused: Option<TokenId>) -> Result<Token, Error> {
        let lock = self.store.lock().await?;
        let unsaved = self.state().unsaved.clone();
        if let Some(saved) = unsaved {
            let key = self.key(&saved)?;
            let token = saved.token(key.as_ref(), self.client.clock());
            self.keep(&lock, saved, &token).await?;
            if !token.ends_before(self.client.clock().now()) {
                return Ok(token);
            }
        }
        let text = self.store.load(&self.name).await?;
        let text = text.ok_or_else(|| self.sign_in_needed("nobody has signed in yet"))?;
        let saved = Saved::from_text(&text).ok_or_else(|| {
            let what = format!("what is stored as `{}` is not a session", self.name);
            Error::new(ErrorKind::Store, what).with_advice("sign in again")
        })?;
        if let Some(difference) = self.difference(&saved) {
            let why = format!("what is stored under this name is another session: {difference}");
            return Err(self.sign_in_needed(&why));
        }
        let key = self.key(&saved)?;
        if let Some(token) = self.renewed_elsewhere(&saved, key.as_ref(), refused) {
            return Ok(token);
        }
        let Some(refresh_token) = &saved.refresh_token else {
            return Err(
                self.sign_in_needed("the token has ended, and it came without a refresh token")
            );
        };
        let grant = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token.expose()),
        ];
        let response = self.client.ask(&grant, key.as_ref()).await;
        let response = response.map_err(|error| match error.oauth_error() {
            Some("invalid_grant") => {
                let why = format!("the server refused the refresh token ({error})");
                self.sign_in_needed(&why).with_source(error)
            }
            _ => error,
        })?;
        let granted = saved.scopes.as_deref().map(Scopes::parse);
        let asked = granted.as_ref().unwrap_or(&self.scopes);
        let token = self.client.token(&response, asked, key.as_ref());
        // A server that does not rotate sends none: the old one stays good.
        let next = response
            .refresh_token
            .or_else(|| saved.refresh_token.clone());
        let next = Saved::new(self.binding(), &token, next, key.as_ref());
        self.keep(&lock, next, &token).await?;
        Ok(token)
    }

    /// A token that another process, or an earlier run, has put into the store, if it is good and news.
    fn renewed_elsewhere(
        &self,
        saved: &Saved,
        key: Option<&DpopKey>,
        refused: Option<TokenId>,
    ) -> Option<Token> {
        let token = saved.token(key, self.client.clock());
        let mut state = self.state();
        let given = state.given.as_ref();
        let known = given.is_some_and(|given| given.value() == token.value());
        if known || !saved.is_fresh(self.client.clock()) {
            return None;
        }
        tracing::debug!(
            replaces_a_refused_one = refused.is_some(),
            "took a token from the store"
        );
        state.given = Some(token.clone());
        Some(token)
    }

    /// The key that the session is bound to: the stored one, or the client's.
    fn key(&self, saved: &Saved) -> Result<Option<DpopKey>, Error> {
        let Some(stored) = saved.key()? else {
            return Ok(self.client.dpop().cloned());
        };
        let mut state = self.state();
        let known = [state.key.as_ref(), self.client.dpop()];
        let known = known
            .into_iter()
            .flatten()
            .find(|known| known.thumbprint() == stored.thumbprint());
        let key = known.cloned().unwrap_or(stored);
        state.key = Some(key.clone());
        Ok(Some(key))
    }

    fn sign_in_needed(&self, why: &str) -> Error {
        let what = format!("there is no session `{}`: {why}", self.name);
        Error::new(ErrorKind::SignInNeeded, what).with_advice("sign in")
    }
}

/// A session has one token, whatever an operation names.
fn single() -> Key {
    Key {
        scopes: Scopes::default(),
        audience: None,
    }
}

impl Fetch for Arc<Account> {
    fn fetch(&self, _: Key, refused: Option<TokenId>) -> BoxFuture<'static, Result<Token, Error>> {
        let account = self.clone();
        Box::pin(async move { account.renew(refused).await })
    }
}

impl TokenSource for UserSession {
    fn kind(&self) -> CredentialKind {
        CredentialKind::OAuth2
    }

    fn token(&self, request: TokenRequest) -> BoxFuture<'_, Result<Token, Error>> {
        Box::pin(self.0.cache.get(single(), request.force_refresh))
    }

    fn renewable(&self, refused: &Token) -> bool {
        self.0.cache.renewable(refused)
    }

    fn inherit_http(&self, settings: &HttpSettings) {
        self.0.account.client.0.http.inherit(settings);
    }

    fn introspect(&self, token: Token) -> BoxFuture<'_, Result<Option<Introspection>, Error>> {
        Box::pin(async move { self.0.account.client.introspect(&token).await })
    }
}

impl fmt::Debug for UserSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let account = &self.0.account;
        f.debug_struct("UserSession")
            .field("client", &account.client)
            .field("store", &account.store)
            .field("name", &account.name)
            .field("scopes", &account.scopes)
            .finish_non_exhaustive()
    }
}

/// A sign-in that waits for somebody to open its URL.
pub struct SignIn {
    session: UserSession,
    url: Url,
    verifier: Zeroizing<String>,
    waiting: Waiting,
}

impl SignIn {
    /// The URL to open in a browser on this machine.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Waits for the answer and gets the first token.
    ///
    /// # Errors
    ///
    /// As [`UserSession::sign_in`].
    pub async fn finish(self) -> Result<Token, Error> {
        let code = self.waiting.code().await?;
        let redirect = self.waiting.uri();
        self.session.redeem(&code, redirect, &self.verifier).await
    }
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignIn").finish_non_exhaustive()
    }
}
