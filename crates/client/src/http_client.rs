//! The HTTP client, and what all its requests have in common: proxy, certificates, user agent.

use crate::origin::same_origin;
use crate::proxy::Proxies;
use crate::redirect::{Redirect, RedirectRefusal};
use crate::{BuildError, HookError, install_crypto_provider};
use reqwest::redirect::Policy;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const USER_AGENT: &str = concat!("rolecall/", env!("CARGO_PKG_VERSION"));

type Customize = Arc<dyn Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync>;

/// What all HTTP requests of a program have in common: proxy, certificates, user agent. The same value can be given to
/// several clients, and to whatever signs in.
///
/// Without a word about proxies there is none; with the feature `system-proxy` it is the one that `HTTP_PROXY`,
/// `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` or the operating system name. **Requests to this machine never go through a
/// proxy**: a token for `http://localhost` would travel to it in clear.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use rolecall_client::{HttpSettings, Transport};
///
/// let settings = HttpSettings::new()
///     .proxy("http://proxy.example:3128")
///     .user_agent("inventory/1.0");
/// let transport = Transport::builder("https://api.example").http(settings).build()?;
/// # Ok(()) }
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct HttpSettings {
    proxy: Proxy,
    not_proxied: String,
    #[cfg(feature = "rustls")]
    certificates: Vec<reqwest::Certificate>,
    #[cfg(feature = "rustls")]
    only_these: bool,
    #[cfg(feature = "rustls")]
    identity: Option<reqwest::Identity>,
    user_agent: Option<String>,
    connect_timeout: Option<Duration>,
    customize: Option<Customize>,
    client: Option<reqwest::Client>,
    problem: Option<String>,
}

#[derive(Clone, Default)]
enum Proxy {
    #[default]
    Default,
    None,
    Through(String),
}

impl HttpSettings {
    /// Nothing different from the default.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sends everything through this proxy, but for requests to this machine. The URL is `http` or `https` and can hold a
    /// user name and a password.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Proxy::Through(url.into());
        self
    }

    /// The hosts that [`proxy`](Self::proxy) is not used for, in the syntax of `NO_PROXY`: names (their subdomains
    /// included), addresses and networks, with commas.
    pub fn not_proxied(mut self, hosts: impl Into<String>) -> Self {
        self.not_proxied = hosts.into();
        self
    }

    /// Uses no proxy, whatever the environment says.
    pub fn no_proxy(mut self) -> Self {
        self.proxy = Proxy::None;
        self
    }

    /// Trusts these certificate authorities (PEM, one or several) besides those that the operating system trusts.
    #[cfg(feature = "rustls")]
    pub fn ca_certificates(mut self, pem: &[u8]) -> Self {
        match reqwest::Certificate::from_pem_bundle(pem) {
            Ok(found) if found.is_empty() => self.fail("there is no certificate in the PEM text"),
            Ok(found) => self.certificates.extend(found),
            Err(_) => self.fail("a CA certificate cannot be read as PEM"),
        }
        self
    }

    /// Trusts the certificate authorities of [`ca_certificates`](Self::ca_certificates) and no others.
    #[cfg(feature = "rustls")]
    pub fn only_these_ca_certificates(mut self) -> Self {
        self.only_these = true;
        self
    }

    /// Shows this certificate to servers that ask for one (mutual TLS): PEM, with the private key and any intermediate
    /// certificates.
    #[cfg(feature = "rustls")]
    pub fn client_certificate(mut self, pem: &[u8]) -> Self {
        match reqwest::Identity::from_pem(pem) {
            Ok(identity) => self.identity = Some(identity),
            Err(_) => self.fail("the client certificate and its key cannot be read as PEM"),
        }
        self
    }

    /// The `User-Agent` of every request. Default: `rolecall/` and the version.
    pub fn user_agent(mut self, text: impl Into<String>) -> Self {
        self.user_agent = Some(text.into());
        self
    }

    /// How long connecting may take. Default: 10 s.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// Changes the builder of the HTTP client, for what has no function here. It is called each time that a client is
    /// made, with everything else set already, the user agent included. Redirects are switched off afterwards, whatever it
    /// says of them. A proxy that it adds is used for this machine too, and no error names it: prefer
    /// [`proxy`](Self::proxy).
    pub fn customize(
        mut self,
        change: impl Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync + 'static,
    ) -> Self {
        self.customize = Some(Arc::new(change));
        self
    }

    /// Uses this HTTP client as it is: nothing else of these settings counts. Call [`install_crypto_provider`] before
    /// making it.
    ///
    /// Make it with [`reqwest::redirect::Policy::none`]. If it follows redirects by itself, a write may be answered by
    /// another page as though it had been done. An answer from another URL than the request's is refused where the request
    /// may change something, and everywhere when it is from another origin. What cannot be seen is a redirect to the very
    /// same URL.
    pub fn client(mut self, client: reqwest::Client) -> Self {
        self.client = Some(client);
        self
    }

    fn fail(&mut self, problem: &str) {
        self.problem.get_or_insert_with(|| problem.to_owned());
    }

    fn proxies(&self) -> Result<Option<Proxies>, String> {
        match &self.proxy {
            Proxy::None => Ok(None),
            #[cfg(feature = "system-proxy")]
            Proxy::Default => Ok(Some(Proxies::of_the_system())),
            #[cfg(not(feature = "system-proxy"))]
            Proxy::Default => Ok(None),
            Proxy::Through(url) => Proxies::through(url, &self.not_proxied)
                .map(Some)
                .map_err(|problem| format!("the URL of the proxy: {problem}")),
        }
    }

    /// Makes the HTTP client.
    ///
    /// # Errors
    ///
    /// [`BuildError::HttpSettings`] when a setting cannot be used, [`BuildError::Client`] when the client cannot be set up.
    pub fn build(self) -> Result<HttpClient, BuildError> {
        if let Some(client) = self.client {
            return Ok(HttpClient {
                http: client,
                proxies: None,
                given: true,
            });
        }
        if let Some(problem) = self.problem {
            return Err(BuildError::HttpSettings(problem));
        }
        let proxies = self.proxies().map_err(BuildError::HttpSettings)?;
        install_crypto_provider();
        let mut http = reqwest::Client::builder()
            .user_agent(self.user_agent.as_deref().unwrap_or(USER_AGENT))
            .connect_timeout(self.connect_timeout.unwrap_or(CONNECT_TIMEOUT))
            .referer(false);
        // reqwest would read the environment otherwise, with or without the feature.
        http = match &proxies {
            Some(proxies) => proxies.apply(http),
            None => http.no_proxy(),
        };
        #[cfg(feature = "rustls")]
        {
            http = match (self.only_these, self.certificates) {
                (true, certificates) => http.tls_certs_only(certificates),
                (false, certificates) if certificates.is_empty() => http,
                (false, certificates) => http.tls_certs_merge(certificates),
            };
            if let Some(identity) = self.identity {
                http = http.identity(identity);
            }
        }
        if let Some(customize) = self.customize {
            http = customize(http);
        }
        let http = http.redirect(Policy::none()).build();
        Ok(HttpClient {
            http: http.map_err(BuildError::Client)?,
            proxies,
            given: false,
        })
    }
}

impl From<reqwest::Client> for HttpSettings {
    fn from(client: reqwest::Client) -> Self {
        Self::new().client(client)
    }
}

/// A proxy's URL and a private key are secrets.
impl fmt::Debug for HttpSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpSettings")
            .field("proxy", &matches!(self.proxy, Proxy::Through(_)))
            .field("user_agent", &self.user_agent)
            .field("connect_timeout", &self.connect_timeout)
            .field("client", &self.client.is_some())
            .finish_non_exhaustive()
    }
}

/// An HTTP client that was made of [`HttpSettings`]. It follows no redirect. Cloning shares its connections.
#[derive(Clone)]
pub struct HttpClient {
    http: reqwest::Client,
    proxies: Option<Proxies>,
    /// Whether it was made elsewhere, with timeouts and a redirect policy of its own.
    given: bool,
}

impl HttpClient {
    /// The client under it.
    #[must_use]
    pub fn reqwest(&self) -> &reqwest::Client {
        &self.http
    }

    /// Sends a request once. `safe` says that it changes nothing, which decides what a client that was given may do: see
    /// [`HttpSettings::client`].
    ///
    /// # Errors
    ///
    /// [`HookError::Transport`] when no answer was received; [`HookError::Redirect`] when a client that was given followed
    /// a redirect that it must not.
    pub async fn send(
        &self,
        request: reqwest::Request,
        safe: bool,
    ) -> Result<reqwest::Response, HookError> {
        if !self.given {
            return self.http.execute(request).await.map_err(HookError::from);
        }
        let url = request.url().clone();
        let response = self.http.execute(request).await?;
        if response.url() == &url || (safe && same_origin(response.url(), &url)) {
            return Ok(response);
        }
        Err(HookError::Redirect(Box::new(Redirect::new(
            response.status(),
            response.headers().clone(),
            Some(response.url()),
            RedirectRefusal::FollowedByClient,
        ))))
    }

    /// What to say of a connection that could not be made because of a proxy, which it names. `None` when there is none, or
    /// when it is the target's doing.
    #[must_use]
    pub fn proxy_problem(&self, error: &reqwest::Error) -> Option<String> {
        self.proxies.as_ref()?.blame(error)
    }

    /// Whether it was made elsewhere, with timeouts of its own.
    pub(crate) fn is_given(&self) -> bool {
        self.given
    }
}

impl fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpClient")
            .field("given", &self.given)
            .finish_non_exhaustive()
    }
}
