//! Proof of possession (DPoP, RFC 9449): tokens that are of use only with a key.

use super::jose::{base64url, random_text, sign, thumbprint};
use super::origin::Origin;
use super::server_clock::{ServerClock, TimeOfDay};
use super::{Error, ErrorKind, SigningKey};
use rolecall_client::{HeaderMap, HeaderName, HeaderValue, Method, Secret, Url};
use serde_json::{Value, json};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use zeroize::Zeroizing;

/// The header of proofs.
pub(crate) const DPOP: HeaderName = HeaderName::from_static("dpop");
const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");
/// The error of a server that wants its nonce in the proof (RFC 9449, sections 8 and 9).
pub(crate) const USE_NONCE: &str = "use_dpop_nonce";
/// The longest nonce that is sent back.
const LONGEST_NONCE: usize = 1024;

/// A key that tokens are bound to (RFC 9449). Always ES256, which every server must know. Cloning shares it, its nonces
/// included. `Debug` shows the thumbprint only.
#[derive(Clone)]
pub struct DpopKey(Arc<Inner>);

struct Inner {
    key: SigningKey,
    public: Value,
    thumbprint: String,
    /// Kept when the key was made here, so that a session can be continued with it.
    pkcs8: Option<Zeroizing<Vec<u8>>>,
    servers: Mutex<Vec<(Origin, Arc<Server>)>>,
}

/// What is known of one server.
#[derive(Default)]
struct Server {
    nonce: Mutex<Option<String>>,
    clock: ServerClock,
}

impl DpopKey {
    /// Makes a new key. Tokens that are bound to it end with the process, unless a
    /// [`TokenStore`](super::TokenStore) keeps the session: it keeps the key as well.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] when the system gives no random numbers.
    pub fn generate() -> Result<Self, Error> {
        let (key, pkcs8) = SigningKey::generate()?;
        Self::made(key, Some(pkcs8))
    }

    /// Uses this key, which must be for ES256.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] when it is for something else.
    pub fn new(key: SigningKey) -> Result<Self, Error> {
        Self::made(key, None)
    }

    pub(crate) fn from_pkcs8(der: &[u8]) -> Result<Self, Error> {
        let pkcs8 = Zeroizing::new(der.to_vec());
        Self::made(SigningKey::from_pkcs8(der)?, Some(pkcs8))
    }

    fn made(key: SigningKey, pkcs8: Option<Zeroizing<Vec<u8>>>) -> Result<Self, Error> {
        let public = key.p256_public().and_then(super::jose::public_p256);
        let public = public.ok_or_else(|| {
            Error::new(
                ErrorKind::Configuration,
                "the key for DPoP is not an EC key on P-256",
            )
        })?;
        let thumbprint = thumbprint(&public);
        Ok(Self(Arc::new(Inner {
            key,
            public,
            thumbprint,
            pkcs8,
            servers: Mutex::default(),
        })))
    }

    /// The thumbprint of its public half (RFC 7638), which servers call `jkt`.
    #[must_use]
    pub fn thumbprint(&self) -> &str {
        &self.0.thumbprint
    }

    pub(crate) fn pkcs8(&self) -> Option<&[u8]> {
        self.0.pkcs8.as_deref().map(Vec::as_slice)
    }

    /// A proof for one request, which is good for no other (RFC 9449, section 4.2).
    ///
    /// `htu` is the URL as it is sent, without query and fragment. Servers compare it after normalization by the RFC (section
    /// 4.3), and some servers are reported to compare it with the decoded path. The two are the same for every path without a
    /// percent-encoded character, which is why requests encode no more of a path than they must.
    pub(crate) fn proof(
        &self,
        clock: &TimeOfDay,
        method: &Method,
        url: &Url,
        token: Option<&Secret>,
    ) -> Result<(HeaderValue, SignedWith), Error> {
        let server = self.server(url);
        let nonce = server
            .nonce
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let with = SignedWith {
            nonce,
            ahead: server.clock.ahead(),
        };
        let mut target = url.clone();
        target.set_query(None);
        target.set_fragment(None);
        let mut claims = json!({
            "jti": random_text()?,
            "htm": method.as_str(),
            "htu": target.as_str(),
            "iat": ServerClock::seconds(clock, with.ahead),
        });
        if let Some(nonce) = &with.nonce {
            claims["nonce"] = nonce.as_str().into();
        }
        if let Some(token) = token {
            let hash = ring::digest::digest(&ring::digest::SHA256, token.expose().as_bytes());
            claims["ath"] = base64url(hash).into();
        }
        let header = json!({ "typ": "dpop+jwt", "jwk": self.0.public });
        let proof = sign(header, &claims, &self.0.key)?;
        let mut value = HeaderValue::try_from(proof)
            .map_err(|_| Error::new(ErrorKind::Configuration, "a proof does not fit a header"))?;
        value.set_sensitive(true);
        Ok((value, with))
    }

    /// Learns the nonce and the time from the response to a request whose proof was signed with these.
    pub(crate) fn learn(
        &self,
        clock: &TimeOfDay,
        url: &Url,
        headers: &HeaderMap,
        with: &SignedWith,
    ) -> Learnt {
        let server = self.server(url);
        let clock = server.clock.learn(clock, headers, with.ahead);
        let nonce = headers
            .get(&DPOP_NONCE)
            .and_then(|nonce| nonce.to_str().ok());
        let nonce = nonce.filter(|nonce| !nonce.is_empty() && nonce.len() <= LONGEST_NONCE);
        let mut known = server.nonce.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(nonce) = nonce {
            *known = Some(nonce.to_owned());
        }
        Learnt {
            nonce: known.is_some() && *known != with.nonce,
            clock,
        }
    }

    /// Servers are few: the one that tokens come from and those that they are for.
    fn server(&self, url: &Url) -> Arc<Server> {
        let mut servers = self
            .0
            .servers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some((_, server)) = servers.iter().find(|(origin, _)| origin.is_of(url)) {
            return server.clone();
        }
        let server = Arc::new(Server::default());
        if let Some(origin) = Origin::of(url) {
            servers.push((origin, server.clone()));
        }
        server
    }
}

/// What a proof was signed with. Whether a response taught anything is judged against this and not against what the key
/// knows by then: of several requests that overlap, only the first to return would find something new.
#[derive(Clone, Debug, Default)]
pub(crate) struct SignedWith {
    nonce: Option<String>,
    ahead: i64,
}

/// What a response taught that a further attempt could use.
pub(crate) struct Learnt {
    /// A nonce other than the one in the proof.
    pub(crate) nonce: bool,
    /// That the server's clock is another than the one by which the proof was dated.
    pub(crate) clock: bool,
}

impl fmt::Debug for DpopKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DpopKey")
            .field("thumbprint", &self.0.thumbprint)
            .finish_non_exhaustive()
    }
}

/// The `error` of a `DPoP` challenge (RFC 9449, section 7.1).
pub(crate) fn challenge_error(headers: &HeaderMap) -> Option<String> {
    let challenges = headers.get_all(http::header::WWW_AUTHENTICATE).iter();
    let challenges = challenges.filter_map(|value| value.to_str().ok());
    challenges.into_iter().find_map(|text| {
        let at = text
            .to_ascii_lowercase()
            .match_indices("dpop")
            .map(|(at, _)| at)
            .find(|at| {
                let before = text.get(..*at).unwrap_or_default();
                let after = text.get(at + 4..).unwrap_or_default();
                (before.is_empty() || before.ends_with([' ', ','])) && after.starts_with(' ')
            })?;
        let after = text.get(at + 4..)?;
        let (_, value) = after.split_once("error=")?;
        let value = value.trim_start_matches('"');
        let end = value.find(['"', ',', ' ']).unwrap_or(value.len());
        value.get(..end).map(str::to_owned)
    })
}
