//! How a client proves to the authorization server which one it is.

use crate::jose::{random_text, sign};
use crate::{Error, ErrorKind, SigningKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use form_urlencoded::Serializer;
use rolecall_client::{HeaderMap, HeaderValue, Secret};
use serde_json::json;
use std::fmt;
use zeroize::Zeroizing;

/// How long an assertion is good for, in seconds. Each is sent once; the rest is for clocks that differ.
const ASSERTION_LIFE: i64 = 300;
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How a client proves to the authorization server which one it is. `Debug` shows the method only.
#[derive(Clone)]
pub struct ClientAuthentication(pub(super) Method);

#[derive(Clone)]
pub(super) enum Method {
    None,
    Basic(Secret),
    Post(Secret),
    PrivateKeyJwt(SigningKey, AssertionAudience),
}

/// Whom an assertion is addressed to (`aud`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum AssertionAudience {
    /// The issuer where the endpoints were discovered from it, and the URL of the endpoint where they were named.
    #[default]
    Automatic,
    /// The URL of the endpoint that it is sent to: the token endpoint (RFC 7523, section 3), or whichever else the client
    /// proves itself at. Some servers accept no other.
    Endpoint,
    /// The issuer of the authorization server: an assertion for it is of no use at another server, even one whose metadata
    /// names the endpoints of this one. The provider must know its issuer.
    Issuer,
    /// Something else.
    Other(String),
}

impl ClientAuthentication {
    /// None: a public client, which only has its id (RFC 6749, section 2.1).
    #[must_use]
    pub fn none() -> Self {
        Self(Method::None)
    }

    /// `client_secret_basic`: id and secret as HTTP Basic, each form-encoded first (RFC 6749, section 2.3.1).
    #[must_use]
    pub fn secret_basic(secret: impl Into<Secret>) -> Self {
        Self(Method::Basic(secret.into()))
    }

    /// `client_secret_post`: id and secret in the form (RFC 6749, section 2.3.1).
    #[must_use]
    pub fn secret_post(secret: impl Into<Secret>) -> Self {
        Self(Method::Post(secret.into()))
    }

    /// `private_key_jwt`: an assertion signed by the client's key (RFC 7523), addressed as
    /// [`AssertionAudience::Automatic`] has it. Each request gets a new one, good for five minutes.
    #[must_use]
    pub fn private_key_jwt(key: SigningKey) -> Self {
        Self(Method::PrivateKeyJwt(key, AssertionAudience::default()))
    }

    /// As [`private_key_jwt`](Self::private_key_jwt), addressed to somebody else.
    #[must_use]
    pub fn private_key_jwt_for(key: SigningKey, audience: AssertionAudience) -> Self {
        Self(Method::PrivateKeyJwt(key, audience))
    }

    /// The name of the method, as registered for `token_endpoint_auth_method`.
    #[must_use]
    pub fn method(&self) -> &'static str {
        match self.0 {
            Method::None => "none",
            Method::Basic(_) => "client_secret_basic",
            Method::Post(_) => "client_secret_post",
            Method::PrivateKeyJwt(..) => "private_key_jwt",
        }
    }

    /// What to check when the server does not accept the proof (`invalid_client`).
    pub(super) fn remedy(&self) -> &'static str {
        match self.0 {
            Method::None => {
                "check the client id, and that the client is registered as a public one"
            }
            Method::Basic(_) => {
                "check the client id and the secret, and that the client is registered for `client_secret_basic`"
            }
            Method::Post(_) => {
                "check the client id and the secret, and that the client is registered for `client_secret_post`"
            }
            Method::PrivateKeyJwt(..) => {
                "check the client id, that the public half of this key is registered for it under the same key id, whom the assertion is for, and the clock of this machine"
            }
        }
    }

    /// Adds the proof to a request.
    pub(super) fn prove(
        &self,
        client: &Claim<'_>,
        form: &mut Serializer<'_, String>,
        headers: &mut HeaderMap,
    ) -> Result<(), Error> {
        match &self.0 {
            Method::None => {
                form.append_pair("client_id", client.id);
            }
            Method::Basic(secret) => {
                headers.insert(http::header::AUTHORIZATION, basic(client.id, secret)?);
            }
            Method::Post(secret) => {
                form.append_pair("client_id", client.id);
                form.append_pair("client_secret", secret.expose());
            }
            Method::PrivateKeyJwt(key, audience) => {
                let audience = match audience {
                    AssertionAudience::Automatic => match client.issuer {
                        Some(issuer) if client.discovered => issuer,
                        _ => client.endpoint,
                    },
                    AssertionAudience::Endpoint => client.endpoint,
                    AssertionAudience::Other(audience) => audience,
                    AssertionAudience::Issuer => client.issuer.ok_or_else(|| {
                        let what = "the assertion is for the issuer, which is not known";
                        Error::new(ErrorKind::Configuration, what)
                            .with_advice("name the issuer with the endpoints, or use discovery")
                    })?,
                };
                form.append_pair("client_assertion_type", ASSERTION_TYPE);
                form.append_pair("client_assertion", &assertion(key, client, audience)?);
            }
        }
        Ok(())
    }
}

/// What a client says of itself, to whom, and when.
pub(super) struct Claim<'a> {
    pub(super) id: &'a str,
    /// Where it is said.
    pub(super) endpoint: &'a str,
    pub(super) issuer: Option<&'a str>,
    /// Whether the endpoints were discovered from the issuer.
    pub(super) discovered: bool,
    /// Seconds since 1970, by the server's clock.
    pub(super) now: i64,
}

fn basic(id: &str, secret: &Secret) -> Result<HeaderValue, Error> {
    let mut pair = Zeroizing::new(String::new());
    pair.extend(form_urlencoded::byte_serialize(id.as_bytes()));
    pair.push(':');
    pair.extend(form_urlencoded::byte_serialize(secret.expose().as_bytes()));
    let mut text = Zeroizing::new("Basic ".to_owned());
    STANDARD.encode_string(pair.as_bytes(), &mut text);
    let mut value = HeaderValue::from_str(&text).map_err(|_| {
        Error::new(
            ErrorKind::Configuration,
            "the client's secret does not fit a header",
        )
    })?;
    value.set_sensitive(true);
    Ok(value)
}

fn assertion(key: &SigningKey, client: &Claim<'_>, audience: &str) -> Result<String, Error> {
    let mut header = json!({ "typ": "JWT" });
    if let Some(id) = key.id() {
        header["kid"] = id.into();
    }
    let claims = json!({
        "iss": client.id,
        "sub": client.id,
        "aud": audience,
        "jti": random_text()?,
        "iat": client.now,
        "exp": client.now.saturating_add(ASSERTION_LIFE),
    });
    sign(header, &claims, key)
}

impl fmt::Debug for ClientAuthentication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.method())
    }
}
