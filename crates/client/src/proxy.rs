//! Which proxy a request goes through, decided in one place, so that an error can name it.

use crate::is_loopback;
use http::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use reqwest::Url;
use std::error::Error as StdError;
use std::sync::Arc;

/// The proxies of one HTTP client. Requests to this machine use none.
#[derive(Clone)]
pub(crate) struct Proxies(Arc<Inner>);

struct Inner {
    matcher: Matcher,
    /// The one that was given, user name and password included.
    given: Option<Url>,
}

impl Proxies {
    /// One proxy for everything but the hosts listed in `except`, which has the syntax of `NO_PROXY`.
    ///
    /// # Errors
    ///
    /// What is wrong with the URL, without repeating it: it can hold a password.
    pub(crate) fn through(proxy: &str, except: &str) -> Result<Self, String> {
        let url = Url::parse(proxy).map_err(|problem| problem.to_string())?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err("its scheme is neither http nor https".to_owned());
        }
        let matcher = Matcher::builder().all(url.to_string());
        Ok(Self(Arc::new(Inner {
            matcher: matcher.no(except.to_owned()).build(),
            given: Some(url),
        })))
    }

    /// Those that the environment and the operating system name.
    #[cfg(feature = "system-proxy")]
    pub(crate) fn of_the_system() -> Self {
        Self(Arc::new(Inner {
            matcher: Matcher::from_system(),
            given: None,
        }))
    }

    /// Makes the HTTP client use these and no others.
    pub(crate) fn apply(&self, http: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
        let proxies = self.clone();
        http.no_proxy().proxy(reqwest::Proxy::custom(move |url| {
            proxies.with_password(url)
        }))
    }

    /// The URL of the proxy for this URL, with user name and password.
    fn with_password(&self, url: &Url) -> Option<Url> {
        let found = self.intercept(url)?;
        match &self.0.given {
            Some(given) => Some(given.clone()),
            None => named_by_the_system(&found),
        }
    }

    fn intercept(&self, url: &Url) -> Option<Intercept> {
        if is_loopback(url) {
            return None;
        }
        let origin = url.origin().ascii_serialization();
        self.0.matcher.intercept(&origin.parse::<Uri>().ok()?)
    }

    /// What to say of a connection that could not be made, where a proxy stands between: `None` when it is the target's
    /// doing.
    pub(crate) fn blame(&self, error: &reqwest::Error) -> Option<String> {
        if !error.is_connect() {
            return None;
        }
        let target = error.url()?;
        let found = self.intercept(target)?;
        let proxy = found.uri().authority()?.clone();
        let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
        while let Some(one) = cause {
            #[cfg(feature = "rustls")]
            if one.is::<rustls::Error>() {
                return None;
            }
            // hyper-util does not make the type of this error public.
            match one.to_string().strip_prefix("tunnel error: ") {
                None | Some("failed to create underlying connection") => {}
                Some(why) => {
                    let (host, port) = (target.host_str()?, target.port_or_known_default()?);
                    return Some(format!(
                        "the proxy {proxy} made no connection to {host}:{port}: {why}"
                    ));
                }
            }
            cause = match one.downcast_ref::<std::io::Error>() {
                Some(io) if io.get_ref().is_some() => io.get_ref().map(|held| held as _),
                _ => one.source(),
            };
        }
        let why = crate::exchange_error::reason(error);
        let why = why.map(|why| format!(": {why}")).unwrap_or_default();
        Some(format!(
            "no connection to the proxy {proxy} could be made{why}"
        ))
    }
}

/// A proxy with its user name and password, which the matcher has made a `Basic` header of.
#[cfg(feature = "system-proxy")]
fn named_by_the_system(found: &Intercept) -> Option<Url> {
    use base64::Engine as _;
    let mut proxy = Url::parse(&found.uri().to_string()).ok()?;
    if let Some(basic) = found.basic_auth() {
        let encoded = basic.to_str().ok()?.strip_prefix("Basic ")?;
        let decoded = base64::engine::general_purpose::STANDARD.decode(encoded);
        let pair = String::from_utf8(decoded.ok()?).ok()?;
        let (user, password) = pair.split_once(':')?;
        proxy.set_username(user).ok()?;
        proxy.set_password(Some(password)).ok()?;
    }
    Some(proxy)
}

#[cfg(not(feature = "system-proxy"))]
fn named_by_the_system(_: &Intercept) -> Option<Url> {
    None
}
