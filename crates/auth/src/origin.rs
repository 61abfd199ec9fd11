//! Which URLs may be given a secret.

use super::{Error, ErrorKind};
use rolecall_client::{Url, is_loopback};
use std::fmt;

/// A scheme, a host and a port (RFC 6454, section 4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    scheme: String,
    host: String,
    port: u16,
}

impl Origin {
    /// The origin of an `http` or `https` URL.
    pub(crate) fn of(url: &Url) -> Option<Self> {
        matches!(url.scheme(), "http" | "https").then_some(())?;
        Some(Self {
            scheme: url.scheme().to_owned(),
            host: url.host_str()?.to_owned(),
            port: url.port_or_known_default()?,
        })
    }

    /// Whether the URL has this origin.
    pub(crate) fn is_of(&self, url: &Url) -> bool {
        url.scheme() == self.scheme
            && url.host_str() == Some(self.host.as_str())
            && url.port_or_known_default() == Some(self.port)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}:{}", self.scheme, self.host, self.port)
    }
}

/// Reads a URL that secrets will be sent to: `https`, or `http` to this machine, or any `http` if that is allowed.
/// `what` names it in the error, which does not repeat user names or passwords.
pub(crate) fn secure(what: &str, text: &str, insecure_http: bool) -> Result<Url, Error> {
    let invalid = |why: String| {
        Error::new(
            ErrorKind::Configuration,
            format!("{what} cannot be used: {why}"),
        )
    };
    let url = Url::parse(text).map_err(|problem| invalid(problem.to_string()))?;
    if Origin::of(&url).is_none() {
        return Err(invalid("it is not an http or https URL".to_owned()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(invalid("it holds a user name or a password".to_owned()));
    }
    if url.fragment().is_some() {
        return Err(invalid("it has a fragment".to_owned()));
    }
    if url.scheme() == "http" && !insecure_http && !is_loopback(&url) {
        let host = url.host_str().unwrap_or_default();
        let what = format!("{what} is http on {host}, where everyone on the way can read secrets");
        return Err(Error::new(ErrorKind::Insecure, what)
            .with_advice("use https, or allow insecure HTTP explicitly"));
    }
    Ok(url)
}
