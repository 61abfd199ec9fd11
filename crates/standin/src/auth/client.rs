//! OAuth clients.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// An OAuth client that is registered with a stand-in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Client {
    /// `client_id`.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Whom it acts as with client credentials: the id of a service user or application. `None` when it has no such grant.
    pub principal: Option<String>,
    /// How it proves itself.
    pub authentication: ClientAuthentication,
    /// What it may ask tokens with.
    pub grants: BTreeSet<Grant>,
    /// The scopes that it may ask for.
    pub scopes: BTreeSet<String>,
    /// Where the authorize endpoint may send people back to. A loopback address matches with any port (RFC 8252, section
    /// 7.3).
    pub redirect_uris: Vec<String>,
    /// Whether its tokens must be bound to a key (RFC 9449).
    pub dpop: bool,
    /// Whether the service limits it beyond scopes; see [`Caller::restricted`](crate::auth::Caller::restricted).
    pub restricted: bool,
}

/// How a client proves itself at the token endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthentication {
    /// Not at all: a public client.
    None,
    /// `client_secret_basic`.
    ClientSecretBasic,
    /// `client_secret_post`.
    ClientSecretPost,
    /// Either of the two with a secret.
    ClientSecret,
    /// `private_key_jwt` (RFC 7523). Every such client has the two key pairs of
    /// [`Credentials`](crate::Credentials), RS256 and ES256.
    PrivateKeyJwt,
}

/// What a client asks for tokens with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// RFC 6749, section 4.1, with PKCE (RFC 7636).
    AuthorizationCode,
    /// RFC 6749, section 4.4.
    ClientCredentials,
    /// RFC 6749, section 6.
    RefreshToken,
    /// RFC 8628.
    DeviceCode,
}

impl Grant {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [
        Self::AuthorizationCode,
        Self::ClientCredentials,
        Self::RefreshToken,
        Self::DeviceCode,
    ];

    /// `grant_type`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::ClientCredentials => "client_credentials",
            Self::RefreshToken => "refresh_token",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
        }
    }
}
