//! The four services as stand-ins in this program, each signed in to in another way.

use crate::connect::AnyClient;
use crate::exit::Failure;
use futures_util::TryStreamExt;
use rolecall::auth::oauth::ClientCredentials;
use rolecall::auth::{SigningKey, StaticToken};
use rolecall::{PagedExt, foundry, klustr, okta, zenml};
use rolecall_inventory::{Service, Source};
use rolecall_standin::{Api, Standin};
use std::error::Error;
use std::sync::Arc;

/// Few people, so that a table stays readable.
const USERS: u32 = 8;

/// The stand-ins. They end when this is dropped.
pub struct Demo {
    standins: Vec<Standin>,
}

impl Demo {
    /// Starts all four, each with the same state in every run.
    pub async fn start() -> Result<Self, Failure> {
        let mut standins = Vec::new();
        for api in [Api::Okta, Api::Foundry, Api::Zenml, Api::Klustr] {
            let started = Standin::builder(api).users(USERS).start().await;
            standins.push(started.map_err(|error| Failure::failed(error.to_string()))?);
        }
        Ok(Self { standins })
    }

    pub fn standins(&self) -> &[Standin] {
        &self.standins
    }

    /// The client of a service, and the tenant that it reads.
    pub async fn client(&self, service: &Service) -> Result<(AnyClient, String), Failure> {
        let standin = self
            .standins
            .iter()
            .find(|one| one.api().to_string() == service.as_str());
        let standin =
            standin.ok_or_else(|| Failure::usage(format!("there is no stand-in of {service}")))?;
        let connected = match service {
            Service::Okta => okta(standin).await,
            Service::Foundry => foundry(standin).await,
            Service::Zenml => zenml(standin).await,
            _ => klustr(standin).await,
        };
        connected.map_err(|error| Failure::failed(format!("the stand-in of {service}: {error}")))
    }

    pub async fn sources(&self) -> Result<Vec<Arc<dyn Source>>, Failure> {
        let mut sources = Vec::new();
        for service in [
            Service::Okta,
            Service::Foundry,
            Service::Zenml,
            Service::Klustr,
        ] {
            let (client, tenant) = self.client(&service).await?;
            sources.push(client.source(tenant));
        }
        Ok(sources)
    }
}

type Connected = Result<(AnyClient, String), Box<dyn Error>>;

/// A service app: a signed assertion (`private_key_jwt`), and tokens that are bound to a key (DPoP).
async fn okta(standin: &Standin) -> Connected {
    let clients = &standin.credentials().clients;
    let app = clients
        .iter()
        .find(|one| one.client.dpop)
        .ok_or("no app with DPoP")?;
    let key = app.keys.first().ok_or("the app has no key")?;
    let key = SigningKey::from_pem(key.pem)?.with_id(key.id);
    let app = okta::auth::service_app(&standin.origin(), app.client.id.clone(), key).build()?;
    let client = okta::Client::builder()
        .base_url(standin.base_url())
        .token(ClientCredentials::new(app))
        .build()?;
    Ok((AnyClient::Okta(client), "okta.demo".to_owned()))
}

/// A personal access token.
async fn foundry(standin: &Standin) -> Connected {
    let token = standin.credentials().token.clone();
    let client = foundry::Client::builder()
        .base_url(standin.base_url())
        .token(StaticToken::personal_access_token(token))
        .build()?;
    Ok((AnyClient::Foundry(client), "foundry.demo".to_owned()))
}

/// The key of a service account, which is exchanged for short-lived tokens.
async fn zenml(standin: &Standin) -> Connected {
    let key = standin.credentials().named("admin").ok_or("no such key")?;
    let url = standin.base_url();
    let client = zenml::Client::builder()
        .base_url(&url)
        .token(zenml::auth::api_key(&url, key.token.clone()).build()?)
        .build()?;
    let mut organizations = client.list_organizations().items();
    let organization = organizations.try_next().await?.ok_or("no organization")?;
    Ok((AnyClient::Zenml(client.clone()), organization.id))
}

/// A token that somebody got by signing in elsewhere.
async fn klustr(standin: &Standin) -> Connected {
    let client = klustr::Client::builder()
        .base_url(standin.base_url())
        .token(StaticToken::bearer(standin.credentials().token.clone()))
        .build()?;
    Ok((AnyClient::Klustr(client), "example.com".to_owned()))
}
