//! Signing in on a machine without a browser: the device authorization grant (RFC 8628).

use super::UserSession;
use super::token_response::refused;
use crate::exchange::place;
use crate::{Error, ErrorKind, Token};
use rolecall_client::{Secret, StatusCode, Url};
use serde::Deserialize;
use std::fmt;
use std::time::{Duration, Instant};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// How often to poll where the server does not say, and how much longer to wait after `slow_down` (RFC 8628, sections 3.2
/// and 3.5).
const INTERVAL: Duration = Duration::from_secs(5);
/// No wait between two polls is longer, whatever the server says.
const LONGEST_INTERVAL: Duration = Duration::from_secs(5 * 60);
/// No code is waited for longer, whatever the server says.
const LONGEST_LIFE: Duration = Duration::from_secs(60 * 60);

#[derive(Deserialize)]
struct Raw {
    device_code: Secret,
    user_code: String,
    verification_uri: String,
    verification_uri_complete: Option<String>,
    expires_in: u64,
    interval: Option<u64>,
}

impl UserSession {
    /// Starts a sign-in for a machine without a browser (RFC 8628): somebody opens
    /// [`verification_uri`](DeviceSignIn::verification_uri) on any other device and enters
    /// [`user_code`](DeviceSignIn::user_code) there. [`finish`](DeviceSignIn::finish) waits for that.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] when no device authorization endpoint is known; what discovery and the exchange meet;
    /// [`ErrorKind::InvalidAnswer`] when the server gives no usable code.
    pub async fn start_device_sign_in(&self) -> Result<DeviceSignIn, Error> {
        let account = self.account();
        let client = &account.client;
        let Some(url) = &client.endpoints().await?.device_authorization else {
            let what = "the device authorization endpoint is not known";
            return Err(Error::new(ErrorKind::Configuration, what).with_advice(
                "name it with the endpoints, use discovery, or sign in with a browser",
            ));
        };
        let scopes = account.scopes.to_string();
        let mut grant = Vec::new();
        if !scopes.is_empty() {
            grant.push(("scope", scopes.as_str()));
        }
        if let Some(audience) = &account.audience {
            grant.push(("audience", audience));
        }
        let what = "the device authorization endpoint";
        let asked_at = client.clock().instant();
        let response = client.post(what, url, &grant, None).await?;
        if response.status != StatusCode::OK {
            return Err(refused(what, &response, url));
        }
        let invalid = |why: &str| {
            let what = format!("{what} {} returned {why}", place(url));
            Error::new(ErrorKind::InvalidAnswer, what).with_endpoint(url)
        };
        // serde's message could show a value, and the device code is a secret.
        let raw: Raw = serde_json::from_slice(&response.body).map_err(|_| {
            invalid("200 without `device_code`, `user_code`, `verification_uri` and `expires_in`")
        })?;
        // Some servers give it relative to where it was asked for.
        let page = |text: &str| {
            let url = url.join(text).ok();
            url.filter(|url| matches!(url.scheme(), "http" | "https"))
        };
        let verification_uri = page(&raw.verification_uri)
            .ok_or_else(|| invalid("a verification URI that is not an http or https URL"))?;
        // It is shown to a person, who types it.
        if raw.user_code.is_empty()
            || !raw
                .user_code
                .bytes()
                .all(|byte| (b' '..=b'~').contains(&byte))
        {
            return Err(invalid("a user code that nobody could type"));
        }
        let life = Duration::from_secs(raw.expires_in).min(LONGEST_LIFE);
        Ok(DeviceSignIn {
            session: self.clone(),
            device_code: raw.device_code,
            user_code: raw.user_code,
            verification_uri,
            verification_uri_complete: raw.verification_uri_complete.as_deref().and_then(page),
            interval: raw
                .interval
                .map_or(INTERVAL, Duration::from_secs)
                .min(LONGEST_INTERVAL),
            ends_at: asked_at + life,
        })
    }
}

/// A sign-in that waits for somebody to enter its code on another device. Dropping it ends the waiting; the code then
/// expires by itself.
pub struct DeviceSignIn {
    session: UserSession,
    device_code: Secret,
    user_code: String,
    verification_uri: Url,
    verification_uri_complete: Option<Url>,
    interval: Duration,
    ends_at: Instant,
}

/// What a poll brought.
enum Polled {
    Token(Token),
    Pending,
    SlowDown,
    /// It may work the next time.
    Failed(Error),
}

impl DeviceSignIn {
    /// The code to enter. Printable ASCII.
    #[must_use]
    pub fn user_code(&self) -> &str {
        &self.user_code
    }

    /// The page to enter it on.
    #[must_use]
    pub fn verification_uri(&self) -> &Url {
        &self.verification_uri
    }

    /// The same page with the code filled in, for a link or a QR code, where the server gives one.
    #[must_use]
    pub fn verification_uri_complete(&self) -> Option<&Url> {
        self.verification_uri_complete.as_ref()
    }

    /// Polls until somebody has entered the code, and gets the first token. A poll that fails for reasons that may pass is
    /// made again after twice the wait (RFC 8628, section 3.5).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::SignIn`] when somebody refused; [`ErrorKind::Timeout`] when nobody entered the code while it was good;
    /// and what the token endpoint or the store meets.
    pub async fn finish(mut self) -> Result<Token, Error> {
        let clock = self.session.account().client.clock().clone();
        let mut last = None;
        loop {
            let left = self.ends_at.saturating_duration_since(clock.instant());
            if left.is_zero() {
                return Err(expired(last));
            }
            clock.sleep(self.interval.min(left)).await;
            let slower = match self.poll().await? {
                Polled::Token(token) => return Ok(token),
                Polled::Pending => self.interval,
                Polled::SlowDown => self.interval.saturating_add(INTERVAL),
                Polled::Failed(error) => {
                    tracing::debug!(error = %error, "polling for the token failed");
                    let asked = error.retry_after().unwrap_or_default();
                    last = Some(error);
                    self.interval.saturating_mul(2).max(asked)
                }
            };
            self.interval = slower.min(LONGEST_INTERVAL);
        }
    }

    async fn poll(&self) -> Result<Polled, Error> {
        let account = self.session.account();
        let key = account.client.dpop();
        let grant = [
            ("grant_type", GRANT),
            ("device_code", self.device_code.expose()),
        ];
        let error = match account.client.ask(&grant, key).await {
            Ok(response) => {
                let lock = account.lock().await?;
                return self
                    .session
                    .accept(&lock, response, key)
                    .await
                    .map(Polled::Token);
            }
            Err(error) => error,
        };
        match error.oauth_error() {
            Some("authorization_pending") => Ok(Polled::Pending),
            Some("slow_down") => Ok(Polled::SlowDown),
            Some("expired_token") => Err(expired(Some(error))),
            Some("access_denied") => {
                let what = "signing in was refused on the other device";
                Err(Error::new(ErrorKind::SignIn, what).with_source(error))
            }
            _ if error.is_transient() => Ok(Polled::Failed(error)),
            _ => Err(error),
        }
    }
}

fn expired(last: Option<Error>) -> Error {
    let what = "nobody entered the code while it was good";
    let error = Error::new(ErrorKind::Timeout, what).with_advice("start again");
    match last {
        Some(last) => error.with_source(last),
        None => error,
    }
}

impl fmt::Debug for DeviceSignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceSignIn")
            .field("verification_uri", &self.verification_uri.as_str())
            .finish_non_exhaustive()
    }
}
