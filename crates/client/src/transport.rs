//! Where calls go, and over what.

use crate::{Decoding, Hook, HookError, HttpClient, HttpSettings, Next, Operation};
use reqwest::Url;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);
const MAX_BODY_BYTES: u64 = 64 * 1024 * 1024;

/// Where calls go, and over what. Cloning shares everything.
///
/// Unless another HTTP client is given, connecting may take 10 s and a whole exchange 60 s. A response body may have 64 MiB.
///
/// Redirects are followed for operations that change nothing, five at most, within the origin (scheme, host, port) of the
/// request, and the [`Hook`] sees each request. Every other redirect is [`Error::Redirect`](crate::Error::Redirect), but for
/// an operation whose documented success is one.
#[derive(Clone)]
pub struct Transport(Arc<Inner>);

struct Inner {
    base_url: Url,
    servers: Vec<(String, Url)>,
    http: HttpClient,
    hook: Option<Arc<dyn Hook>>,
    network_hook: Option<Arc<dyn Hook>>,
    max_body_bytes: u64,
    timeout: Option<Duration>,
    decoding: Decoding,
}

impl Inner {
    /// Shares the connections.
    fn copy(&self) -> Self {
        Self {
            base_url: self.base_url.clone(),
            servers: self.servers.clone(),
            http: self.http.clone(),
            hook: self.hook.clone(),
            network_hook: self.network_hook.clone(),
            max_body_bytes: self.max_body_bytes,
            timeout: self.timeout,
            decoding: self.decoding,
        }
    }
}

impl Transport {
    /// A transport with every default and no hook. A path in `base_url` is a prefix of every operation's path.
    ///
    /// # Errors
    ///
    /// As [`TransportBuilder::build`].
    pub fn new(base_url: &str) -> Result<Self, BuildError> {
        Self::builder(base_url).build()
    }

    /// Starts a transport whose defaults are to be changed.
    pub fn builder(base_url: &str) -> TransportBuilder {
        TransportBuilder {
            base_url: base_url.to_owned(),
            servers: Vec::new(),
            http: HttpSettings::new(),
            hook: None,
            network_hook: None,
            max_body_bytes: MAX_BODY_BYTES,
            decoding: Decoding::default(),
            connect_timeout: None,
            timeout: None,
        }
    }

    /// The same transport with another hook in the place of its own. Connections are shared.
    #[must_use]
    pub fn with_hook(&self, hook: Arc<dyn Hook>) -> Self {
        let mut inner = self.0.copy();
        inner.hook = Some(hook);
        Self(Arc::new(inner))
    }

    /// The same transport, which decodes responses in another way. Connections are shared.
    #[must_use]
    pub fn with_decoding(&self, decoding: Decoding) -> Self {
        let mut inner = self.0.copy();
        inner.decoding = decoding;
        Self(Arc::new(inner))
    }

    /// What is done about values that do not fit their optional properties.
    #[must_use]
    pub fn decoding(&self) -> Decoding {
        self.0.decoding
    }

    pub(crate) fn hook(&self) -> Option<&dyn Hook> {
        self.0.hook.as_deref()
    }

    /// The URL that an operation's path is appended to, unless the operation has a [`Server`](crate::Server) of its own. It has no query, no fragment and no credentials.
    #[must_use]
    pub fn base_url(&self) -> &Url {
        &self.0.base_url
    }

    /// The URL that this operation's path is appended to.
    pub(crate) fn base_of(&self, operation: &Operation) -> Result<Url, String> {
        let Some(server) = operation.server else {
            return Ok(self.0.base_url.clone());
        };
        let mut chosen = self.0.servers.iter();
        match chosen.find(|(documented, _)| documented == server.url) {
            Some((_, url)) => Ok(url.clone()),
            None => server.resolve(&self.0.base_url),
        }
    }

    /// The HTTP client.
    #[must_use]
    pub fn http(&self) -> &HttpClient {
        &self.0.http
    }

    /// The largest response body that is read, in bytes.
    #[must_use]
    pub fn max_body_bytes(&self) -> u64 {
        self.0.max_body_bytes
    }

    pub(crate) async fn execute(
        &self,
        operation: &'static Operation,
        request: reqwest::Request,
    ) -> Result<reqwest::Response, HookError> {
        let next = Next {
            operation,
            network: self.0.network_hook.as_deref(),
            http: &self.0.http,
            max_body_bytes: self.0.max_body_bytes,
            timeout: self.0.timeout,
        };
        match &self.0.hook {
            Some(hook) => hook.execute(request, next).await,
            None => next.send(request).await,
        }
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport")
            .field("base_url", &self.0.base_url.as_str())
            .field("hook", &self.0.hook.is_some())
            .field("max_body_bytes", &self.0.max_body_bytes)
            .finish_non_exhaustive()
    }
}

/// A [`Transport`] in the making.
#[must_use]
pub struct TransportBuilder {
    base_url: String,
    servers: Vec<(String, String)>,
    http: HttpSettings,
    hook: Option<Arc<dyn Hook>>,
    network_hook: Option<Arc<dyn Hook>>,
    max_body_bytes: u64,
    decoding: Decoding,
    connect_timeout: Option<Duration>,
    timeout: Option<Duration>,
}

impl TransportBuilder {
    /// Sends the operations that the description puts on a server of their own elsewhere: to a stand-in of that server, or
    /// to another one of the description's choices. `documented` is [`Server::url`](crate::Server::url) as the description
    /// writes it. Without this, [`Server`](crate::Server) says where they go.
    pub fn operation_server(mut self, documented: &str, url: &str) -> Self {
        self.servers.push((documented.to_owned(), url.to_owned()));
        self
    }

    /// Uses these settings: proxy, certificates, user agent, or a whole [`reqwest::Client`].
    pub fn http(mut self, settings: impl Into<HttpSettings>) -> Self {
        self.http = settings.into();
        self
    }

    /// How long connecting may take. Default: what the HTTP settings say, or 10 s.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// How long one exchange may take, from connecting to the end of the body. Default: 60 s, and for an HTTP client that
    /// was given, what that says. A hook can set it for each request.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sends every request through this hook.
    pub fn hook(mut self, hook: Arc<dyn Hook>) -> Self {
        self.hook = Some(hook);
        self
    }

    /// Sends every request that goes out to this hook in the place of the network. It stands below
    /// [`hook`](Self::hook) and sees each attempt, as it is sent: the place for what records requests, or answers them
    /// without a network. Its [`Next`] is the network.
    pub fn network_hook(mut self, hook: Arc<dyn Hook>) -> Self {
        self.network_hook = Some(hook);
        self
    }

    /// The largest response body to read, in bytes. Default: 64 MiB.
    pub fn max_body_bytes(mut self, limit: u64) -> Self {
        self.max_body_bytes = limit;
        self
    }

    /// What to do about values that do not fit their optional properties. Default: [`Decoding::Lenient`].
    pub fn decoding(mut self, decoding: Decoding) -> Self {
        self.decoding = decoding;
        self
    }

    /// Finishes the transport.
    ///
    /// # Errors
    ///
    /// [`BuildError::InvalidBaseUrl`] when the base URL, or that of an operation's server, is not an absolute `http` or `https` URL, or has a query, a
    /// fragment, a user name or a password; [`BuildError::HttpSettings`] and [`BuildError::Client`] when the HTTP client
    /// cannot be set up.
    pub fn build(self) -> Result<Transport, BuildError> {
        let checked = |text: &str| base_url(text).map_err(BuildError::InvalidBaseUrl);
        let base_url = checked(&self.base_url)?;
        let mut servers = Vec::with_capacity(self.servers.len());
        for (documented, url) in self.servers {
            servers.push((documented, checked(&url)?));
        }
        let mut settings = self.http;
        if let Some(timeout) = self.connect_timeout {
            settings = settings.connect_timeout(timeout);
        }
        let http = settings.build()?;
        let timeout = self.timeout;
        Ok(Transport(Arc::new(Inner {
            base_url,
            servers,
            timeout: timeout.or((!http.is_given()).then_some(REQUEST_TIMEOUT)),
            http,
            hook: self.hook,
            network_hook: self.network_hook,
            max_body_bytes: self.max_body_bytes,
            decoding: self.decoding,
        })))
    }
}

impl fmt::Debug for TransportBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The base URL has not been checked yet: it may hold a password.
        f.debug_struct("TransportBuilder").finish_non_exhaustive()
    }
}

fn base_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|problem| problem.to_string())?;
    let refused = if !matches!(url.scheme(), "http" | "https") {
        "its scheme is neither http nor https"
    } else if !url.username().is_empty() || url.password().is_some() {
        "it holds credentials, which a hook should add instead"
    } else if url.query().is_some() {
        "it has a query"
    } else if url.fragment().is_some() {
        "it has a fragment"
    } else {
        return Ok(url);
    };
    Err(refused.to_owned())
}

/// Makes ring do the cryptography of rustls for the whole process, unless the process has chosen something else already. To
/// be called before building an HTTP client of one's own.
///
/// [`reqwest`] is built without a choice of its own here (ring builds in a fraction of the time of the library that it would
/// bring), and panics where it finds none when a client is built. A [`Transport`] that makes its own client calls this by
/// itself. Without the feature `rustls` it does nothing. A program that wants another provider installs that first, with
/// rustls' `CryptoProvider::install_default`.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use rolecall_client::{Transport, install_crypto_provider, reqwest};
///
/// install_crypto_provider();
/// let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
/// let transport = Transport::builder("https://api.example").http(http).build()?;
/// # Ok(()) }
/// ```
pub fn install_crypto_provider() {
    #[cfg(feature = "rustls")]
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Another thread may have been faster, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
}

/// Why a [`Transport`] could not be made.
#[derive(Debug)]
#[non_exhaustive]
pub enum BuildError {
    /// The base URL cannot be used; the text says why and does not repeat it.
    InvalidBaseUrl(String),
    /// The HTTP settings cannot be used; the text says which and why, and holds no secret.
    HttpSettings(String),
    /// The HTTP client could not be set up.
    Client(reqwest::Error),
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidBaseUrl(why) => write!(f, "the base URL cannot be used: {why}"),
            Self::HttpSettings(why) => write!(f, "the HTTP settings cannot be used: {why}"),
            Self::Client(_) => f.write_str("the HTTP client could not be set up"),
        }
    }
}

impl StdError for BuildError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::InvalidBaseUrl(_) | Self::HttpSettings(_) => None,
            Self::Client(source) => Some(source),
        }
    }
}
