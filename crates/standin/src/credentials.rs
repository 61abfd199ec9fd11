//! What lets clients in to a stand-in.

use crate::Api;
use crate::auth::{Auth, Client, ClientAuthentication};
use crate::oauth::{CLIENT_EC, CLIENT_RSA, Profile};
use std::fmt;

/// What lets clients in to a stand-in. All of it follows from the seed, and is worth nothing elsewhere; `Debug` hides it all
/// the same.
#[derive(Clone)]
pub struct Credentials {
    /// The scheme that `token` is sent with: `SSWS` for Okta, `Bearer` for the others.
    pub scheme: String,
    /// A token of an administrator who may do everything.
    pub token: String,
    /// All tokens that are there from the beginning, that one among them.
    pub tokens: Vec<NamedCredential>,
    /// The OAuth clients, by id.
    pub clients: Vec<OauthClient>,
    /// The authorization server.
    pub endpoints: Endpoints,
}

/// A token that is there from the beginning.
#[derive(Clone)]
pub struct NamedCredential {
    /// What it is for: `admin`, `reader`, `nobody`.
    pub name: String,
    /// The scheme that it is sent with.
    pub scheme: String,
    /// The token.
    pub token: String,
    /// Whose it is, in the API's own terms.
    pub principal: String,
}

/// An OAuth client, with what it proves itself with.
#[derive(Clone)]
pub struct OauthClient {
    /// How it is registered.
    pub client: Client,
    /// `client_secret`, when it has one.
    pub secret: Option<String>,
    /// The keys that it may sign assertions with; none unless it uses `private_key_jwt`.
    pub keys: Vec<PrivateKey>,
}

/// A private key for tests.
#[derive(Clone)]
pub struct PrivateKey {
    /// `kid`.
    pub id: &'static str,
    /// `alg`: `RS256` or `ES256`.
    pub algorithm: &'static str,
    /// PKCS#8 in PEM.
    pub pem: &'static str,
}

/// Where the authorization server is. All are absolute URLs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// `issuer` of its metadata.
    pub issuer: String,
    /// Where people sign in.
    pub authorize: String,
    /// Where tokens are given out.
    pub token: String,
    /// Where tokens are revoked.
    pub revoke: Option<String>,
    /// Where tokens are looked at.
    pub introspect: Option<String>,
    /// Its public keys.
    pub keys: Option<String>,
    /// Its metadata.
    pub metadata: Option<String>,
}

impl Credentials {
    pub(crate) fn of(auth: &Auth, api: Api, origin: &str) -> Self {
        let profile = Profile::of(api);
        let url = |path: &str| format!("{origin}{path}");
        let known = auth.known();
        let tokens: Vec<NamedCredential> = known
            .named
            .iter()
            .map(|named| NamedCredential {
                name: named.name.clone(),
                scheme: named.scheme.clone(),
                token: named.text(known.seed),
                principal: named.principal.clone(),
            })
            .collect();
        let clients: Vec<Client> = known.clients.values().cloned().collect();
        drop(known);
        let admin = tokens.iter().find(|token| token.name == "admin");
        let (scheme, token) = match admin {
            Some(admin) => (admin.scheme.clone(), admin.token.clone()),
            None => (String::new(), String::new()),
        };
        Self {
            scheme,
            token,
            tokens,
            clients: clients
                .into_iter()
                .map(|client| OauthClient::of(auth, client))
                .collect(),
            endpoints: Endpoints {
                issuer: url(profile.issuer),
                authorize: url(profile.authorize),
                token: url(profile.token),
                revoke: profile.revoke.map(url),
                introspect: profile.introspect.map(url),
                keys: profile.keys.map(url),
                metadata: profile.metadata.first().copied().map(url),
            },
        }
    }

    /// All of it as JSON, secrets included, in the form of the control API's `/_standin/credentials?reveal=true`.
    #[must_use]
    pub fn reveal(&self) -> serde_json::Value {
        crate::control::credentials(self, true)
    }

    /// The token of this name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&NamedCredential> {
        self.tokens.iter().find(|token| token.name == name)
    }

    /// The OAuth client of this name or id.
    #[must_use]
    pub fn client(&self, name: &str) -> Option<&OauthClient> {
        let mut all = self.clients.iter();
        all.find(|known| known.client.name == name || known.client.id == name)
    }
}

impl OauthClient {
    fn of(auth: &Auth, client: Client) -> Self {
        let secret = match client.authentication {
            ClientAuthentication::ClientSecretBasic
            | ClientAuthentication::ClientSecretPost
            | ClientAuthentication::ClientSecret => Some(auth.client_secret(&client.id)),
            ClientAuthentication::None | ClientAuthentication::PrivateKeyJwt => None,
        };
        let keys = match client.authentication {
            ClientAuthentication::PrivateKeyJwt => [&CLIENT_RSA, &CLIENT_EC]
                .map(|key| PrivateKey {
                    id: key.id,
                    algorithm: key.algorithm,
                    pem: key.pem,
                })
                .to_vec(),
            _ => Vec::new(),
        };
        Self {
            client,
            secret,
            keys,
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("scheme", &self.scheme)
            .field("tokens", &self.tokens)
            .field("clients", &self.clients)
            .field("endpoints", &self.endpoints)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for NamedCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NamedCredential")
            .field("name", &self.name)
            .field("scheme", &self.scheme)
            .field("principal", &self.principal)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for OauthClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OauthClient")
            .field("client", &self.client)
            .field("keys", &self.keys)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey")
            .field("id", &self.id)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}
