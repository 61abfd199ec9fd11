//! A client in the making.

use super::Client;
use crate::hook::Shared;
use crate::limit::Limiter;
use crate::options::CallOptions;
use crate::retry::{Backoff, Budget, NoRetry, RetryPolicy};
use crate::summary::CallSummary;
use rolecall_auth::{self as auth, Authorizer, Clock, Credentials, SystemClock, TokenSource};
use rolecall_client::{
    ApiClient, Decoding, Hook, HttpSettings, InvalidServer, Service, Transport, is_loopback,
};
use std::error::Error as StdError;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// How many calls of a client are under way at once, unless said otherwise. Services that limit it allow 15 at the least.
const AT_ONCE: usize = 10;

/// How long things may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Making a connection. Default: 10 s.
    pub connect: Duration,
    /// Sending a call once, from connecting to the end of the answer's body. Default: 30 s.
    pub attempt: Duration,
    /// A whole call: every attempt, every wait, and fetching tokens. Default: 5 minutes.
    pub overall: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            attempt: Duration::from_secs(30),
            overall: Duration::from_secs(300),
        }
    }
}

pub(crate) type Observer = Arc<dyn Fn(&CallSummary) + Send + Sync>;

/// What a client does about every call.
pub(crate) struct Settings {
    pub(crate) timeouts: Timeouts,
    pub(crate) retry: Arc<dyn RetryPolicy>,
    pub(crate) limiter: Option<Limiter>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) observer: Option<Observer>,
    pub(crate) allow_hazards: bool,
}

/// A [`Client`] in the making.
#[must_use]
pub struct ClientBuilder<A> {
    place: Option<Place>,
    signs_in: SignIn,
    http: HttpSettings,
    network_hook: Option<Arc<dyn Hook>>,
    settings: Settings,
    at_once: Option<usize>,
    max_body_bytes: Option<u64>,
    decoding: Decoding,
    allow_http: bool,
    api: PhantomData<fn() -> A>,
}

enum Place {
    BaseUrl(String),
    Server(String),
}

/// The URL of the first server of an API, with this value of its variable or with its defaults.
fn server_url(service: &Service, value: Option<&str>) -> Result<String, BuildError> {
    let server = service.servers.first().ok_or(BuildError::NoBaseUrl)?;
    let url = match (server.variable(), value) {
        (Some(_), Some(value)) => server.url(value).map_err(BuildError::Server)?,
        (None, Some(_)) => return Err(BuildError::NoBaseUrl),
        (_, None) => server.default_url().map_err(BuildError::NoServer)?,
    };
    // A server that is relative depends on where the description was found.
    if url.contains("://") {
        Ok(url)
    } else {
        Err(BuildError::NoBaseUrl)
    }
}

enum SignIn {
    Anonymous,
    Source(Arc<dyn TokenSource>),
    Credentials(Credentials),
}

impl<A: ApiClient> ClientBuilder<A> {
    pub(crate) fn new() -> Self {
        Self {
            place: None,
            signs_in: SignIn::Anonymous,
            http: HttpSettings::new(),
            network_hook: None,
            settings: Settings {
                timeouts: Timeouts::default(),
                retry: Arc::new(Backoff::default()),
                limiter: Some(Limiter::new()),
                clock: Arc::new(SystemClock),
                observer: None,
                allow_hazards: false,
            },
            at_once: Some(AT_ONCE),
            max_body_bytes: None,
            decoding: Decoding::default(),
            allow_http: false,
            api: PhantomData,
        }
    }

    /// Where the service is: a host or a URL, whatever the variable of the server in the API's description stands for
    /// ([`Service::servers`]). Where the server has several variables, it is the one that has no default.
    pub fn server(mut self, server: impl Into<String>) -> Self {
        self.place = Some(Place::Server(server.into()));
        self
    }

    /// Where the service is, as the whole URL that the paths of the description are appended to.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.place = Some(Place::BaseUrl(url.into()));
        self
    }

    /// Signs every call in with tokens from here.
    pub fn token(mut self, source: impl TokenSource) -> Self {
        self.signs_in = SignIn::Source(Arc::new(source));
        self
    }

    /// Signs calls in with several credentials, each where it fits.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.signs_in = SignIn::Credentials(credentials);
        self
    }

    /// How long things may take.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.settings.timeouts = timeouts;
        self
    }

    /// Whether and when failed calls are sent again. Default: [`Backoff`].
    pub fn retry(mut self, policy: impl RetryPolicy) -> Self {
        self.settings.retry = Arc::new(policy);
        self
    }

    /// Sends nothing again. A refused token is still renewed once.
    pub fn no_retry(self) -> Self {
        self.retry(NoRetry)
    }

    /// Shares what is known of rate limits with other clients. Default: a limiter of its own. With [`Limiter::share`] it
    /// leaves a part of each limit to others.
    pub fn limiter(mut self, limiter: Limiter) -> Self {
        self.settings.limiter = Some(limiter);
        self
    }

    /// Never waits before a call because of a rate limit.
    pub fn no_limiter(mut self) -> Self {
        self.settings.limiter = None;
        self
    }

    /// How many calls are under way at once. The others wait. Default: 10, which is below what each service allows.
    pub fn concurrency(mut self, calls: usize) -> Self {
        self.at_once = Some(calls.clamp(1, Semaphore::MAX_PERMITS));
        self
    }

    /// Sends any number of calls at once.
    pub fn no_concurrency_limit(mut self) -> Self {
        self.at_once = None;
        self
    }

    /// Allows all hazardous operations: those that do more than they say. [`CallOptions::allow_hazard`] allows one.
    pub fn allow_hazards(mut self) -> Self {
        self.settings.allow_hazards = true;
        self
    }

    /// Allows unencrypted HTTP to other machines. To this machine it is always allowed.
    pub fn allow_http(mut self) -> Self {
        self.allow_http = true;
        self
    }

    /// The largest answer that is read, in bytes. Default: 64 MiB.
    pub fn max_body_bytes(mut self, limit: u64) -> Self {
        self.max_body_bytes = Some(limit);
        self
    }

    /// What to do about values of a response that do not fit their optional properties. Default: [`Decoding::Lenient`],
    /// which keeps them and tells in [`CallSummary::misfits`]; [`Decoding::Strict`] makes them an error.
    pub fn decoding(mut self, decoding: Decoding) -> Self {
        self.decoding = decoding;
        self
    }

    /// Uses these HTTP settings: proxy, certificates, user agent, or a whole `reqwest::Client`, for calls and for signing in,
    /// unless whatever signs in was given others. The same value can be given to several clients.
    ///
    /// Redirects are followed within the origin and for operations that change nothing, so that credentials stay there and
    /// no login page passes for a success; [`HttpSettings::client`] says what that means for a client that is given.
    ///
    /// ```
    /// # fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// use rolecall_client::HttpSettings;
    /// use rolecall_policy::Client;
    ///
    /// let http = HttpSettings::new().proxy("http://proxy.example:3128");
    /// let client = Client::<small_client::Client>::builder()
    ///     .server("harbour.example.com")
    ///     .http(http)
    ///     .build()?;
    /// # Ok(()) }
    /// ```
    pub fn http(mut self, settings: impl Into<HttpSettings>) -> Self {
        self.http = settings.into();
        self
    }

    /// Sends every request to this hook in the place of the network, signed in and as often as the policy sends it: to record
    /// requests, or to answer them without a network. What fetches tokens does not go through it.
    pub fn network_hook(mut self, hook: impl Hook) -> Self {
        self.network_hook = Some(Arc::new(hook));
        self
    }

    /// Tells the time in the place of the operating system, and waits in the place of tokio.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.settings.clock = Arc::new(clock);
        self
    }

    /// Is shown the summary of every call when it is over, before the caller gets the answer. It should be quick.
    pub fn observer(mut self, observer: impl Fn(&CallSummary) + Send + Sync + 'static) -> Self {
        self.settings.observer = Some(Arc::new(observer));
        self
    }

    /// Finishes the client.
    ///
    /// # Errors
    ///
    /// [`BuildError::Server`] when what was given as the server is none, [`BuildError::NoServer`] when nothing says where the service is and it is not in one place for all,
    /// [`BuildError::Http`] for unencrypted HTTP to another machine, and what the transport or the credentials refuse.
    pub fn build(self) -> Result<Client<A>, BuildError> {
        let base_url = match &self.place {
            Some(Place::BaseUrl(url)) => url.clone(),
            Some(Place::Server(value)) => server_url(A::SERVICE, Some(value))?,
            None => server_url(A::SERVICE, None)?,
        };
        let mut transport = Transport::builder(&base_url)
            .http(self.http.clone())
            .connect_timeout(self.settings.timeouts.connect)
            .timeout(self.settings.timeouts.attempt)
            .decoding(self.decoding);
        if let Some(limit) = self.max_body_bytes {
            transport = transport.max_body_bytes(limit);
        }
        if let Some(hook) = self.network_hook {
            transport = transport.network_hook(hook);
        }
        let transport = transport.build().map_err(BuildError::Transport)?;
        let url = transport.base_url();
        if url.scheme() == "http" && !self.allow_http && !is_loopback(url) {
            return Err(BuildError::Http(
                url.host_str().unwrap_or_default().to_owned(),
            ));
        }
        let credentials = match self.signs_in {
            SignIn::Anonymous => None,
            SignIn::Credentials(credentials) => Some(credentials),
            SignIn::Source(source) => {
                let mut builder =
                    Credentials::builder(url.as_str()).shared_source("default", source);
                if self.allow_http {
                    builder = builder.allow_insecure_http();
                }
                Some(builder.build().map_err(BuildError::Credentials)?)
            }
        };
        if let Some(credentials) = &credentials {
            credentials.inherit_http(&self.http);
        }
        let shared = Arc::new(Shared {
            origin: url.origin().ascii_serialization().into(),
            base_url: url.clone(),
            authorizer: credentials.map(Authorizer::new),
            budget: Budget::default(),
            places: self.at_once.map(|calls| Arc::new(Semaphore::new(calls))),
            settings: self.settings,
        });
        Ok(Client::new(
            &A::with_transport(transport),
            shared,
            CallOptions::new(),
        ))
    }
}

/// The URL has not been checked yet and may hold a password, and sources have secrets.
impl<A> fmt::Debug for ClientBuilder<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("timeouts", &self.settings.timeouts)
            .field("retry", &self.settings.retry)
            .finish_non_exhaustive()
    }
}

/// Why a client could not be made.
#[derive(Debug)]
#[non_exhaustive]
pub enum BuildError {
    /// Every customer of this API has another server. The name of the variable says what is missing.
    NoServer(&'static str),
    /// What [`ClientBuilder::server`] was given is neither a host nor a URL of the service.
    Server(InvalidServer),
    /// The API's description names no server, or none with a variable: only the base URL can say where the service is.
    NoBaseUrl,
    /// Credentials would go over unencrypted HTTP to this other machine.
    Http(String),
    /// The transport refuses the base URL, or the HTTP client cannot be set up.
    Transport(rolecall_client::BuildError),
    /// The credentials cannot be used.
    Credentials(auth::Error),
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoServer(variable) => write!(
                f,
                "nothing says where the service is: give `{variable}` with `ClientBuilder::server`"
            ),
            Self::Server(problem) => problem.fmt(f),
            Self::NoBaseUrl => f.write_str(
                "nothing says where the service is, and its description names no server that could be filled in: give the \
                 whole URL with `ClientBuilder::base_url`",
            ),
            Self::Http(host) => write!(
                f,
                "http to {host} is not encrypted, and everyone on the way can read credentials: use https, or \
                 `ClientBuilder::allow_http`"
            ),
            Self::Transport(_) => f.write_str("the transport could not be set up"),
            Self::Credentials(_) => f.write_str("the credentials cannot be used"),
        }
    }
}

impl StdError for BuildError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::NoServer(_) | Self::Server(_) | Self::NoBaseUrl | Self::Http(_) => None,
            Self::Transport(source) => Some(source),
            Self::Credentials(source) => Some(source),
        }
    }
}
