//! Puts tokens on requests, and tells from answers whether to try once more.

use super::dpop::{DPOP, SignedWith, USE_NONCE, challenge_error};
use super::{
    Chosen, Credentials, Error, ErrorKind, Scheme, Scopes, Token, TokenRequest, TokenSource,
};
use rolecall_client::reqwest::Request;
use rolecall_client::{CredentialKind, HeaderMap, HeaderValue, Operation, StatusCode, Url};
use std::sync::Arc;
use zeroize::Zeroizing;

/// Puts tokens on requests, and tells from answers whether to try once more. Cloning shares everything.
///
/// A hook calls [`authorize`](Self::authorize) before it sends a request for the first time and
/// [`authorize_again`](Self::authorize_again) before every further time, whatever the reason, for a proof of possession
/// serves once. It shows every answer to [`on_answer`](Self::on_answer).
#[derive(Clone, Debug)]
pub struct Authorizer {
    credentials: Credentials,
}

/// What a request was authorized with. `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct Used {
    operation: &'static Operation,
    with: Option<With>,
    /// A 401 has been answered with another token already.
    refreshed: bool,
    /// A demand for a nonce has been met already.
    nonce_given: bool,
    /// The next token must be another one than the last.
    refused: bool,
}

#[derive(Clone, Debug)]
struct With {
    /// Where a request with a proof went, and what the proof was signed with.
    proof: Option<(Url, SignedWith)>,
    name: Arc<str>,
    source: Arc<dyn TokenSource>,
    wanted: Scopes,
    token: Token,
}

/// What to do after an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing: the answer stands.
    Done,
    /// Authorize and send once more. At most once a call for each reason: a refused token, and a nonce that the server wants.
    RetryOnce,
}

impl Authorizer {
    /// An authorizer with these credentials.
    #[must_use]
    pub fn new(credentials: Credentials) -> Self {
        Self { credentials }
    }

    /// The credentials.
    #[must_use]
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// Puts on the request what the operation needs, replacing what it has. A request to a server that is the operation's
    /// own ([`Operation::server`]) and has another origin than the credentials gets nothing.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NoCredential`], [`ErrorKind::OtherOrigin`], and whatever the source meets.
    pub async fn authorize(
        &self,
        operation: &'static Operation,
        request: &mut Request,
    ) -> Result<Used, Error> {
        // The server that an operation has for itself may be somebody else's: it gets the request, and no credential.
        let elsewhere =
            operation.server.is_some() && self.credentials.check(request.url()).is_err();
        let with = match self.credentials.choose(operation) {
            _ if elsewhere => None,
            Err(error) => return Err(error),
            Ok(Chosen::Anonymous) => None,
            Ok(Chosen::Source {
                name,
                source,
                scopes,
                ..
            }) => {
                // Before the token: none is to be fetched for a request that may not have it.
                self.credentials.check(request.url())?;
                let token = source.token(TokenRequest::new(scopes.clone())).await?;
                Some(With {
                    proof: attach(&token, request)?,
                    name,
                    source,
                    wanted: scopes,
                    token,
                })
            }
        };
        Ok(Used {
            operation,
            with,
            refreshed: false,
            nonce_given: false,
            refused: false,
        })
    }

    /// As [`authorize`](Self::authorize), for sending the same request once more: with another token when the last was
    /// refused, with the same one otherwise if it is still good.
    ///
    /// # Errors
    ///
    /// As [`authorize`](Self::authorize).
    pub async fn authorize_again(
        &self,
        mut used: Used,
        request: &mut Request,
    ) -> Result<Used, Error> {
        if let Some(with) = &mut used.with {
            self.credentials.check(request.url())?;
            let mut wanted = TokenRequest::new(with.wanted.clone());
            if used.refused {
                wanted = wanted.other_than(with.token.id());
            }
            with.token = with.source.token(wanted).await?;
            with.proof = attach(&with.token, request)?;
        }
        used.refused = false;
        Ok(used)
    }

    /// Learns from an answer, of any status, and tells what to do.
    pub fn on_answer(&self, used: &mut Used, status: StatusCode, headers: &HeaderMap) -> Verdict {
        let Some(with) = &used.with else {
            return Verdict::Done;
        };
        let mut learnt = false;
        if let (Some((key, clock)), Some((url, signed_with))) = (with.token.key(), &with.proof) {
            let new = key.learn(clock, url, headers, signed_with);
            if status == StatusCode::UNAUTHORIZED {
                learnt = match challenge_error(headers).as_deref() {
                    Some(USE_NONCE) => new.nonce,
                    Some("invalid_dpop_proof") => new.clock,
                    _ => false,
                };
            }
        }
        if status != StatusCode::UNAUTHORIZED {
            return Verdict::Done;
        }
        if learnt && !used.nonce_given {
            used.nonce_given = true;
            return Verdict::RetryOnce;
        }
        if used.refreshed || !with.source.renewable(&with.token) {
            return Verdict::Done;
        }
        used.refreshed = true;
        used.refused = true;
        Verdict::RetryOnce
    }
}

impl Used {
    /// The operation.
    #[must_use]
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// The name of the source; `None` when the operation takes no credential.
    #[must_use]
    pub fn source(&self) -> Option<&str> {
        self.with.as_ref().map(|with| &*with.name)
    }

    /// The kind of credential.
    #[must_use]
    pub fn kind(&self) -> Option<CredentialKind> {
        self.with.as_ref().map(|with| with.source.kind())
    }

    /// The token.
    #[must_use]
    pub fn token(&self) -> Option<&Token> {
        self.with.as_ref().map(|with| &with.token)
    }
}

/// Puts the token on the request, and a proof where it is bound to a key.
fn attach(token: &Token, request: &mut Request) -> Result<Option<(Url, SignedWith)>, Error> {
    request.headers_mut().remove(DPOP);
    let mut proved = None;
    if token.scheme() == Scheme::Dpop {
        let (key, clock) = token.key().ok_or_else(|| {
            let what = "a DPoP token came without the key that it belongs to";
            Error::new(ErrorKind::Configuration, what)
        })?;
        let (proof, with) =
            key.proof(clock, request.method(), request.url(), Some(token.value()))?;
        request.headers_mut().insert(DPOP, proof);
        proved = Some((request.url().clone(), with));
    }
    let secret = token.value().expose();
    let scheme = token.scheme().as_str();
    let text = Zeroizing::new([scheme, " ", secret].concat());
    let mut value = HeaderValue::from_str(&text).map_err(|_| {
        Error::new(
            ErrorKind::Configuration,
            "the token has a character that no header can have",
        )
        .with_advice("look for a line break or a space at its end")
    })?;
    value.set_sensitive(true);
    request
        .headers_mut()
        .insert(http::header::AUTHORIZATION, value);
    Ok(proved)
}
