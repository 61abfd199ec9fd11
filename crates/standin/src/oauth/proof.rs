//! DPoP proofs (RFC 9449, section 4.3).

use super::jose::{Jwt, thumbprint};
use crate::auth::digest;
use chrono::{DateTime, TimeDelta, Utc};
use http::HeaderMap;

/// How far from now the time in a proof may be.
const TOLERANCE: TimeDelta = TimeDelta::minutes(5);

/// What a proof has to speak of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected<'a> {
    pub(crate) method: &'a str,
    /// Without query and fragment.
    pub(crate) url: &'a str,
    /// The access token that comes with it.
    pub(crate) token: Option<&'a str>,
    /// The nonces that are good, when one is asked for.
    pub(crate) nonce: Option<&'a [String]>,
}

/// A proof that holds.
#[derive(Debug)]
pub(crate) struct Proof {
    /// The thumbprint of the key.
    pub(crate) key: String,
    pub(crate) jti: String,
    /// When the proof is no longer taken.
    pub(crate) ends: DateTime<Utc>,
    /// Whether it has one of the nonces that are good. True when none is asked for.
    pub(crate) fresh: bool,
}

/// The proof of a request. The error says what is wrong with it.
pub(crate) fn read(
    headers: &HeaderMap,
    expected: &Expected<'_>,
    now: DateTime<Utc>,
) -> Result<Proof, String> {
    let mut all = headers.get_all("dpop").iter();
    let text = all.next().ok_or("the DPoP header is missing")?;
    if all.next().is_some() {
        return Err("there is more than one DPoP header".to_owned());
    }
    let text = text.to_str().map_err(|_| "the DPoP header is no JWT")?;
    let jwt = Jwt::parse(text).map_err(|problem| format!("the proof cannot be read: {problem}"))?;
    if jwt.header("typ") != Some("dpop+jwt") {
        return Err("`typ` of the proof is not dpop+jwt".to_owned());
    }
    let jwk = jwt.header.get("jwk").ok_or("the proof has no `jwk`")?;
    if ["d", "p", "q", "k"]
        .iter()
        .any(|name| jwk.get(name).is_some())
    {
        return Err("`jwk` of the proof holds a private key".to_owned());
    }
    jwt.verify(jwk)
        .map_err(|problem| format!("the proof does not hold: {problem}"))?;
    if jwt.claim("htm") != Some(expected.method) {
        return Err("`htm` of the proof is not the method of the request".to_owned());
    }
    let htu = jwt.claim("htu").unwrap_or_default();
    let htu = htu.split(['?', '#']).next().unwrap_or_default();
    if !same_url(htu, expected.url) {
        return Err("`htu` of the proof is not the URL of the request".to_owned());
    }
    let made = jwt
        .time("iat")
        .and_then(|at| DateTime::from_timestamp(at, 0));
    let made = made.ok_or("the proof has no `iat`")?;
    if (now - made).abs() > TOLERANCE {
        return Err("`iat` of the proof is too far from the time of the server".to_owned());
    }
    if let Some(token) = expected.token
        && jwt.claim("ath") != Some(&digest(token))
    {
        return Err("`ath` of the proof is not the hash of the token".to_owned());
    }
    let nonce = jwt.claim("nonce");
    let fresh = expected
        .nonce
        .is_none_or(|good| nonce.is_some_and(|nonce| good.iter().any(|known| known == nonce)));
    Ok(Proof {
        key: thumbprint(jwk).ok_or("`jwk` of the proof is no public key")?,
        // Okta's first request may come without one; the signature tells it from any other then.
        jti: jwt.claim("jti").unwrap_or(text).to_owned(),
        ends: made + TOLERANCE,
        fresh,
    })
}

/// Scheme and host do not depend on case, a default port says nothing, and an empty path is the root (RFC 3986, section 6.2).
fn same_url(one: &str, other: &str) -> bool {
    match (one.parse::<http::Uri>(), other.parse::<http::Uri>()) {
        (Ok(one), Ok(other)) => {
            let port = |uri: &http::Uri| match (uri.port_u16(), uri.scheme_str()) {
                (None, Some("https")) => Some(443),
                (None, Some("http")) => Some(80),
                (port, _) => port,
            };
            one.scheme() == other.scheme()
                && one.host().map(str::to_ascii_lowercase)
                    == other.host().map(str::to_ascii_lowercase)
                && port(&one) == port(&other)
                && one.path() == other.path()
        }
        _ => false,
    }
}
