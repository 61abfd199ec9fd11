//! Asking a token endpoint.

use super::authentication::Claim;
use super::client::OAuthClient;
use super::token_response::{Refusal, TokenResponse, refused};
use crate::dpop::{DPOP, SignedWith, USE_NONCE};
use crate::exchange::Answer;
use crate::server_clock::ServerClock;
use crate::{DpopKey, Error, Scopes, Token};
use form_urlencoded::Serializer;
use rolecall_client::{HeaderMap, Method, StatusCode, Url};
use zeroize::Zeroizing;

/// What is asked of a token endpoint: `grant_type` and its parameters.
pub(crate) type Grant<'a> = [(&'static str, &'a str)];

impl OAuthClient {
    /// Asks for a token. With a key, already the first request carries a proof (RFC 9449, section 5).
    ///
    /// The request is repeated at most once for each of two reasons: the server wants its nonce in the proof, or its clock
    /// turned out to be another than was believed. Every attempt has a proof and an assertion of its own.
    pub(crate) async fn ask(
        &self,
        grant: &Grant<'_>,
        key: Option<&DpopKey>,
    ) -> Result<TokenResponse, Error> {
        let url = &self.endpoints().await?.token;
        let answer = self.post("the token endpoint", url, grant, key).await?;
        if answer.status == StatusCode::OK {
            return TokenResponse::read(&answer, url, key.is_some());
        }
        let error = refused("the token endpoint", &answer, url);
        Err(match error.oauth_error() {
            Some("invalid_client") => error.with_advice(self.0.authentication.remedy()),
            _ => error,
        })
    }

    /// Posts a form with the client's proof to an endpoint.
    pub(crate) async fn post(
        &self,
        what: &str,
        url: &Url,
        grant: &Grant<'_>,
        key: Option<&DpopKey>,
    ) -> Result<Answer, Error> {
        let inner = &*self.0;
        let (mut nonce_given, mut clock_set) = (false, false);
        loop {
            let ahead = inner.server_clock.ahead();
            let (headers, form, with) = self.request(url, grant, key, ahead).await?;
            let answer = inner.http.post(what, url, headers, form).await?;
            let clock_was_off = inner
                .server_clock
                .learn(&inner.clock, &answer.headers, ahead);
            let learnt = key.map(|key| key.learn(&inner.clock, url, &answer.headers, &with));
            if answer.status.is_success() {
                return Ok(answer);
            }
            let refusal = Refusal::read(&answer);
            let again = match refusal.code() {
                Some(USE_NONCE) => {
                    let new = learnt.is_some_and(|learnt| learnt.nonce);
                    new && !std::mem::replace(&mut nonce_given, true)
                }
                Some(
                    "invalid_client" | "invalid_dpop_proof" | "invalid_grant" | "invalid_request",
                ) => clock_was_off && !std::mem::replace(&mut clock_set, true),
                _ => false,
            };
            if !again {
                return Ok(answer);
            }
            tracing::debug!(
                endpoint = url.path(),
                error = refusal.code(),
                "asking the authorization server once more"
            );
        }
    }

    async fn request(
        &self,
        url: &Url,
        grant: &Grant<'_>,
        key: Option<&DpopKey>,
        ahead: i64,
    ) -> Result<(HeaderMap, Zeroizing<String>, SignedWith), Error> {
        let inner = &*self.0;
        let endpoints = self.endpoints().await?;
        let mut headers = HeaderMap::new();
        let mut form = Serializer::new(String::new());
        form.extend_pairs(grant);
        let claim = Claim {
            id: &inner.id,
            endpoint: url.as_str(),
            issuer: endpoints.issuer.as_deref(),
            now: ServerClock::seconds(&inner.clock, ahead),
            discovered: inner.provider.is_discovered(),
        };
        inner
            .authentication
            .prove(&claim, &mut form, &mut headers)?;
        let mut with = SignedWith::default();
        if let Some(key) = key {
            let (proof, signed_with) = key.proof(&inner.clock, &Method::POST, url, None)?;
            headers.insert(DPOP, proof);
            with = signed_with;
        }
        Ok((headers, Zeroizing::new(form.finish()), with))
    }

    /// Makes a token of an answer. Where the server does not say which scopes it granted, they are those that were asked
    /// for (RFC 6749, section 5.1).
    pub(crate) fn token(
        &self,
        response: &TokenResponse,
        asked: &Scopes,
        key: Option<&DpopKey>,
    ) -> Token {
        let mut token = Token::new(response.scheme, response.access_token.clone());
        if let Some(life) = response.expires_in {
            token = token.with_life(self.0.clock.now(), life);
        }
        let granted = response.scopes.as_ref();
        if let Some(scopes) = granted.or(Some(asked).filter(|asked| !asked.is_empty())) {
            token = token.with_scopes(scopes.clone());
        }
        match key {
            Some(key) => token.with_key_and_clock(key.clone(), self.0.clock.clone()),
            None => token,
        }
    }
}
