//! Documents from the network, kept so that what did not change is not sent again.
//!
//! A server that gives an entity tag (RFC 9110, section 8.8.3) is asked only whether its document is another one. The
//! copy and its tag lie in the cache under the SHA-256 of the address; a copy that is not what it was is fetched again.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Body, http};

use xtask::generate::Failure;
use xtask::write::{self, Change};

use super::{bad_input, hex};

/// The largest document that is taken, in bytes.
const LARGEST: u64 = 64 * 1024 * 1024;
/// How long all of it may take, redirects included.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(15);
/// How many redirects are followed.
const REDIRECTS: u32 = 5;

/// What is known of the copy.
#[derive(Serialize, Deserialize)]
struct Known {
    etag: String,
    sha256: String,
}

/// The document at an address, in at most a minute and of at most 64 MiB. Only `https`, or `http` to this machine, which
/// no proxy is asked for and where no redirect is followed.
pub fn fetch(url: &str, cache: &Path) -> Result<Vec<u8>, Failure> {
    let shown = shown(url);
    let local = is_local(url);
    if !local && !url.to_ascii_lowercase().starts_with("https://") {
        let problem = bad_input(
            &shown,
            "the address is not protected by TLS".to_owned(),
            "an address that begins with https://; http:// only to this machine",
            "use https, or download the document and give the file",
        );
        return Err(problem.into());
    }
    let name = hex(&Sha256::digest(url.as_bytes()));
    let copy = cache.join(format!("{name}.document"));
    let notes = cache.join(format!("{name}.json"));
    let known = read_copy(&copy, &notes);
    let mut request = agent(local).get(url);
    if let Some((known, _)) = &known {
        request = request.header("If-None-Match", &known.etag);
    }
    let failed = |why: String| {
        Failure::Tool(format!(
            "{shown}: {why}. Try again, or download the document and give the file (--from FILE)"
        ))
    };
    let mut response = request.call().map_err(|error| failed(words(&error)))?;
    match (response.status().as_u16(), known) {
        (304, Some((_, bytes))) => return Ok(bytes),
        (200, _) => {}
        (status, _) => return Err(failed(format!("the server answered {status}"))),
    }
    if response.body().content_length() > Some(LARGEST) {
        return Err(failed(words(&ureq::Error::BodyExceedsLimit(LARGEST))));
    }
    let bytes = response
        .body_mut()
        .with_config()
        .limit(LARGEST)
        .read_to_vec();
    let bytes = bytes.map_err(|error| failed(words(&error)))?;
    if let Err(error) = keep(&response, &bytes, &copy, &notes) {
        // It is here all the same, and will be sent again.
        eprintln!("warning: the copy of {shown} cannot be kept: {error}");
    }
    Ok(bytes)
}

/// The address without what may be a secret in it: user, password and query.
pub fn shown(url: &str) -> String {
    let plain = url.split(['?', '#']).next().unwrap_or(url);
    let Some((scheme, rest)) = plain.split_once("://") else {
        return plain.to_owned();
    };
    let (host, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let host = host.rsplit('@').next().unwrap_or(host);
    format!("{scheme}://{host}{path}")
}

fn is_local(url: &str) -> bool {
    let uri: Option<http::Uri> = url.parse().ok();
    let host = uri.as_ref().and_then(http::Uri::host);
    matches!(host, Some("127.0.0.1" | "[::1]" | "localhost"))
}

fn agent(local: bool) -> Agent {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::PlatformVerifier)
        .unversioned_rustls_crypto_provider(provider)
        .build();
    let mut config = Agent::config_builder()
        .tls_config(tls)
        .https_only(!local)
        .http_status_as_error(false)
        .max_redirects(if local { 0 } else { REDIRECTS })
        .max_redirects_will_error(!local)
        .timeout_global(Some(PATIENCE))
        .timeout_connect(Some(CONNECT))
        .user_agent(concat!("rolecall-drift/", env!("CARGO_PKG_VERSION")))
        .accept("application/yaml, application/json, text/plain, */*;q=0.1");
    if local {
        config = config.proxy(None);
    }
    config.build().new_agent()
}

fn words(error: &ureq::Error) -> String {
    match error {
        ureq::Error::BodyExceedsLimit(_) => {
            format!("the document is larger than {} MiB", LARGEST / 1024 / 1024)
        }
        ureq::Error::Timeout(_) => format!("no complete answer within time ({error})"),
        ureq::Error::HostNotFound => "the host is not known".to_owned(),
        other => other.to_string(),
    }
}

fn read_copy(copy: &Path, notes: &Path) -> Option<(Known, Vec<u8>)> {
    let known: Known = serde_json::from_slice(&std::fs::read(notes).ok()?).ok()?;
    let bytes = std::fs::read(copy).ok()?;
    let whole = known.sha256 == hex(&Sha256::digest(&bytes));
    whole.then_some((known, bytes))
}

fn keep(
    response: &http::Response<Body>,
    bytes: &[u8],
    copy: &Path,
    notes: &Path,
) -> Result<(), String> {
    let etag = response.headers().get("etag");
    let Some(etag) = etag.and_then(|etag| etag.to_str().ok()) else {
        return Ok(());
    };
    // What is no text is no document either, and is not worth keeping.
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Ok(());
    };
    let known = Known {
        etag: etag.to_owned(),
        sha256: hex(&Sha256::digest(bytes)),
    };
    let known = serde_json::to_string(&known).map_err(|error| error.to_string())?;
    let file = |path: &Path, text: &str| Change {
        path: path.to_owned(),
        new: Some(text.to_owned()),
        old: None,
    };
    write::apply(&[file(copy, text), file(notes, &known)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_secret_is_not_shown() {
        assert_eq!(
            shown("https://u:p@h.example/a/b.yaml?token=x"),
            "https://h.example/a/b.yaml"
        );
        assert_eq!(shown("https://h.example?x@y"), "https://h.example");
    }

    #[test]
    fn only_this_machine_is_local() {
        assert!(is_local("http://127.0.0.1:80/a") && is_local("http://localhost/a"));
        assert!(
            !is_local("http://127.0.0.1.example/a") && !is_local("http://localhost@h.example/")
        );
    }
}
