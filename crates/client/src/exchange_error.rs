//! What an error of the HTTP client may show, and in which words.

use std::error::Error as StdError;
use std::{fmt, io};

/// Leaves only scheme, host and port of the URL in an error: all else can hold secrets.
pub(crate) fn with_origin_only(mut error: reqwest::Error) -> reqwest::Error {
    match error.url_mut() {
        Some(url) if url.has_host() => {
            // These fail for URLs without a host only.
            let _ = (url.set_username(""), url.set_password(None));
            url.set_path("");
            url.set_query(None);
            url.set_fragment(None);
            error
        }
        _ => error.without_url(),
    }
}

/// Says in a few words what went wrong; the error's own text and those of its sources say more.
pub(crate) fn describe(f: &mut fmt::Formatter<'_>, error: &reqwest::Error) -> fmt::Result {
    let reason = reason(error);
    if error.is_connect() {
        f.write_str("no connection")?;
        if let Some((host, port)) = error.url().and_then(host_and_port) {
            write!(f, " to {host}:{port}")?;
        }
        f.write_str(" could be made")?;
    } else if error.is_timeout() {
        return f.write_str("timed out");
    } else if error.is_body() || error.is_decode() {
        f.write_str("the answer could not be read to its end")?;
    } else {
        f.write_str("the exchange failed")?;
    }
    match reason {
        Some(reason) => write!(f, ": {reason}"),
        None => Ok(()),
    }
}

fn host_and_port(url: &reqwest::Url) -> Option<(&str, u16)> {
    Some((url.host_str()?, url.port_or_known_default()?))
}

/// The root cause, if the operating system, DNS or TLS reported one.
pub(crate) fn reason(error: &reqwest::Error) -> Option<String> {
    if error.is_timeout() {
        return Some("timed out".to_owned());
    }
    let mut cause: &(dyn StdError + 'static) = error;
    loop {
        // `reqwest::Error::is_dns` is younger than the oldest version that will do.
        if matches!(
            cause.to_string().as_str(),
            "error resolving DNS" | "dns error"
        ) {
            return Some("the name of the host could not be resolved".to_owned());
        }
        #[cfg(feature = "rustls")]
        if cause.is::<rustls::Error>() {
            return Some("TLS failed".to_owned());
        }
        let io = cause.downcast_ref::<io::Error>();
        // What an I/O error holds is not its source: that is the source of what it holds.
        cause = match io.and_then(io::Error::get_ref) {
            Some(held) => held,
            None => match cause.source() {
                Some(source) => source,
                None => return io.and_then(|io| named(io.kind())),
            },
        };
    }
}

/// The name of a kind, unless it says nothing.
fn named(kind: io::ErrorKind) -> Option<String> {
    let name = kind.to_string();
    (!matches!(name.as_str(), "other error" | "uncategorized error")).then_some(name)
}
