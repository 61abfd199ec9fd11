//! Asking the authorization server what a token is good for (RFC 7662).

use super::OAuthClient;
use super::token_response::refused;
use crate::exchange::place;
use crate::{Error, ErrorKind, Scopes, Token};
use rolecall_client::StatusCode;
use serde::Deserialize;

/// What the authorization server says of a token (RFC 7662, section 2.2).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Introspection {
    /// Whether it is good at all.
    pub active: bool,
    /// Its scopes.
    pub scopes: Option<Scopes>,
    /// The user on whose behalf it acts.
    pub username: Option<String>,
    /// Whom it stands for: a user's id, or a client's.
    pub subject: Option<String>,
}

#[cfg(feature = "testing")]
impl Introspection {
    /// What is said of a token that is good, or of one that is not, for tests. Its fields can be changed.
    #[must_use]
    pub fn new(active: bool) -> Self {
        Self {
            active,
            scopes: None,
            username: None,
            subject: None,
        }
    }
}

#[derive(Deserialize)]
struct Raw {
    active: bool,
    scope: Option<String>,
    username: Option<String>,
    sub: Option<String>,
}

impl OAuthClient {
    /// Asks what a token is good for; `None` when no introspection endpoint is known. The server changes nothing by it.
    ///
    /// # Errors
    ///
    /// What the exchange meets. Many servers answer confidential clients only.
    pub async fn introspect(&self, token: &Token) -> Result<Option<Introspection>, Error> {
        let Some(url) = &self.endpoints().await?.introspection else {
            return Ok(None);
        };
        let secret = token.value().expose();
        let grant = [("token", secret), ("token_type_hint", "access_token")];
        let what = "the introspection endpoint";
        let answer = self.post(what, url, &grant, None).await?;
        if answer.status != StatusCode::OK {
            return Err(refused(what, &answer, url));
        }
        let raw: Raw = serde_json::from_slice(&answer.body).map_err(|_| {
            let what = format!("{what} {} answered without `active`", place(url));
            Error::new(ErrorKind::InvalidAnswer, what).with_endpoint(url)
        })?;
        Ok(Some(Introspection {
            active: raw.active,
            scopes: raw.scope.as_deref().map(Scopes::parse),
            username: raw.username,
            subject: raw.sub,
        }))
    }
}
