//! The server that is talked to.

use rolecall::auth::oauth::{ClientAuthentication, OAuthClient, OAuthClientBuilder, Provider};
use rolecall::auth::{Error, SigningKey};
use rolecall_client::{install_crypto_provider, reqwest};
use serde_json::Value;

/// The server, as it describes itself.
pub struct Server {
    told: Value,
    /// For what a client of ours never does.
    pub http: reqwest::Client,
}

impl Server {
    /// Reads the description from standard input.
    pub fn told() -> Result<Self, Box<dyn std::error::Error>> {
        install_crypto_provider();
        let policy = reqwest::redirect::Policy::none();
        Ok(Self {
            told: serde_json::from_reader(std::io::stdin())?,
            http: reqwest::Client::builder().redirect(policy).build()?,
        })
    }

    fn text(&self, pointer: &str) -> &str {
        let found = self.told.pointer(pointer).and_then(Value::as_str);
        found.unwrap_or_default()
    }

    pub fn issuer(&self) -> &str {
        self.text("/issuer")
    }

    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.issuer())
    }

    pub fn secret(&self, client: &str) -> &str {
        self.text(&format!("/secrets/{client}"))
    }

    pub fn pem(&self, name: &str) -> Result<SigningKey, Error> {
        SigningKey::from_pem(self.text(&format!("/keys/{name}")))
    }

    pub fn jwk(&self, name: &str) -> Result<SigningKey, Error> {
        SigningKey::from_jwk(self.text(&format!("/keys/{name}")))
    }

    /// A client whose endpoints are discovered.
    pub fn client(&self, id: &str, method: ClientAuthentication) -> OAuthClientBuilder {
        OAuthClient::builder(Provider::issuer(self.issuer()), id).authentication(method)
    }

    /// How many token requests there were.
    pub async fn token_requests(&self) -> Result<usize, Box<dyn std::error::Error + Send + Sync>> {
        let answer = self.http.get(self.at("/token-requests")).send().await?;
        Ok(answer.text().await?.parse()?)
    }
}
