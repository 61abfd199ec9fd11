//! What an authorization server knows a program as.

use super::authentication::ClientAuthentication;
use super::provider::{Provider, Resolved};
use crate::Clock;
use crate::exchange::{Exchange, TIMEOUT};
use crate::server_clock::{ServerClock, TimeOfDay};
use crate::{DpopKey, Error, ErrorKind};
use rolecall_client::HttpSettings;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OnceCell;

/// What an authorization server knows a program as, and where that server is. Cloning shares everything.
#[derive(Clone)]
pub struct OAuthClient(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) provider: Provider,
    pub(super) id: String,
    pub(super) authentication: ClientAuthentication,
    pub(super) dpop: Option<DpopKey>,
    pub(super) http: Exchange,
    pub(super) clock: TimeOfDay,
    pub(super) server_clock: ServerClock,
    pub(super) insecure_http: bool,
    /// What the client credentials grant asks for, unless that is said elsewhere.
    pub(super) audience: Option<String>,
    pub(super) without_scopes: bool,
    resolved: OnceCell<Resolved>,
}

/// An [`OAuthClient`] in the making.
#[must_use]
pub struct OAuthClientBuilder {
    provider: Provider,
    id: String,
    authentication: ClientAuthentication,
    dpop: Dpop,
    http: Option<HttpSettings>,
    timeout: Duration,
    clock: TimeOfDay,
    insecure_http: bool,
    audience: Option<String>,
    without_scopes: bool,
}

/// Which key tokens are bound to.
enum Dpop {
    None,
    Key(DpopKey),
    New,
}

impl OAuthClient {
    /// Starts a public client of this id.
    pub fn builder(provider: Provider, id: impl Into<String>) -> OAuthClientBuilder {
        OAuthClientBuilder {
            provider,
            id: id.into(),
            authentication: ClientAuthentication::none(),
            dpop: Dpop::None,
            http: None,
            timeout: TIMEOUT,
            clock: TimeOfDay::default(),
            insecure_http: false,
            audience: None,
            without_scopes: false,
        }
    }

    /// The client's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// The key that tokens are bound to, if they are.
    #[must_use]
    pub fn dpop(&self) -> Option<&DpopKey> {
        self.0.dpop.as_ref()
    }

    /// What tells its authorization server from every other.
    pub(super) fn identity(&self) -> &str {
        self.0.provider.identity()
    }

    pub(crate) fn clock(&self) -> &TimeOfDay {
        &self.0.clock
    }

    /// The endpoints. What was discovered once is kept; a failure is not.
    pub(crate) async fn endpoints(&self) -> Result<&Resolved, Error> {
        let inner = &*self.0;
        let find = || inner.provider.resolve(&inner.http, inner.insecure_http);
        inner.resolved.get_or_try_init(find).await
    }
}

impl OAuthClientBuilder {
    /// How the client proves which one it is. Default: not at all.
    pub fn authentication(mut self, method: ClientAuthentication) -> Self {
        self.authentication = method;
        self
    }

    /// Binds tokens to this key (RFC 9449). A server that gives an unbound token instead is refused.
    pub fn dpop(mut self, key: DpopKey) -> Self {
        self.dpop = Dpop::Key(key);
        self
    }

    /// As [`dpop`](Self::dpop), with a key that is made for this client.
    pub fn dpop_with_new_key(mut self) -> Self {
        self.dpop = Dpop::New;
        self
    }

    /// Has the client credentials grant send this `audience`, unless
    /// [`ClientCredentials::audience`](super::ClientCredentials::audience) says otherwise.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = Some(audience.into());
        self
    }

    /// Has the client credentials grant send no scopes, unless
    /// [`ClientCredentials::scopes`](super::ClientCredentials::scopes) says otherwise.
    pub fn without_scopes(mut self) -> Self {
        self.without_scopes = true;
        self
    }

    /// Uses these HTTP settings. Default: those of the client that the tokens are for. Redirects are not followed.
    pub fn http(mut self, settings: impl Into<HttpSettings>) -> Self {
        self.http = Some(settings.into());
        self
    }

    /// How long one exchange with the authorization server may take. Default: 30 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Where the time of day comes from. Default: the system.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = TimeOfDay::of(clock);
        self
    }

    /// Lets secrets go over unencrypted HTTP to other machines than this one.
    pub fn allow_insecure_http(mut self) -> Self {
        self.insecure_http = true;
        self
    }

    /// Finishes the client. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] when a URL cannot be used, the HTTP client cannot be set up or no key can be made;
    /// [`ErrorKind::Insecure`] for `http` on another machine.
    pub fn build(self) -> Result<OAuthClient, Error> {
        if self.id.is_empty() {
            return Err(Error::new(
                ErrorKind::Configuration,
                "the id of the OAuth client is empty",
            ));
        }
        self.provider.check(self.insecure_http)?;
        Ok(OAuthClient(Arc::new(Inner {
            provider: self.provider,
            id: self.id,
            authentication: self.authentication,
            dpop: match self.dpop {
                Dpop::None => None,
                Dpop::Key(key) => Some(key),
                Dpop::New => Some(DpopKey::generate()?),
            },
            http: Exchange::new(self.http, self.timeout)?,
            clock: self.clock,
            server_clock: ServerClock::default(),
            insecure_http: self.insecure_http,
            audience: self.audience,
            without_scopes: self.without_scopes,
            resolved: OnceCell::new(),
        })))
    }
}

impl fmt::Debug for OAuthClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthClient")
            .field("provider", &self.0.provider)
            .field("id", &self.0.id)
            .field("authentication", &self.0.authentication)
            .field("dpop", &self.0.dpop)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for OAuthClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthClientBuilder")
            .field("id", &self.id)
            .field("authentication", &self.authentication)
            .finish_non_exhaustive()
    }
}
