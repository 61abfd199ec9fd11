//! A profile becomes a client, and a client a source of the inventory.

use crate::config::{self, Auth, Config, KnownService, Profile};
use crate::exit::Failure;
use rolecall::auth::oauth::{
    ClientAuthentication, ClientCredentials, OAuthClient, OAuthClientBuilder, UserSession,
};
use rolecall::auth::{Credentials, FileStore, SigningKey, StaticToken, TokenSource};
use rolecall::{ApiClient, Client, Limiter, foundry, klustr, okta, zenml};
use rolecall_inventory::Source;
use rolecall_inventory::sources;
use std::path::Path;
use std::sync::Arc;

/// A client of one of the services.
#[derive(Clone)]
pub enum AnyClient {
    Okta(okta::Client),
    Foundry(foundry::Client),
    Zenml(zenml::Client),
    Klustr(klustr::Client),
}

/// The source of a profile.
pub async fn source(
    name: &str,
    profile: &Profile,
    config: &Config,
) -> Result<Arc<dyn Source>, Failure> {
    let tenant = tenant(name, profile)?;
    let client = client(name, profile, config).await?;
    Ok(client.source(tenant))
}

impl AnyClient {
    /// The source that reads a tenant with this client.
    pub fn source(self, tenant: String) -> Arc<dyn Source> {
        match self {
            Self::Okta(client) => Arc::new(sources::okta::Okta::new(client, tenant)),
            Self::Foundry(client) => Arc::new(sources::foundry::Foundry::new(client, tenant)),
            Self::Zenml(client) => Arc::new(sources::zenml::Zenml::new(client, tenant)),
            Self::Klustr(client) => Arc::new(sources::klustr::Klustr::new(client, tenant)),
        }
    }
}

/// What tells the tenant from others of the service.
pub fn tenant(name: &str, profile: &Profile) -> Result<String, Failure> {
    if let Some(tenant) = &profile.tenant {
        return Ok(tenant.clone());
    }
    match profile.service {
        KnownService::Zenml | KnownService::Klustr => Err(Failure::usage(format!(
            "profile `{name}`: `tenant` is missing\n  help: it is the id of the organization"
        ))),
        KnownService::Okta => host(&base_url::<okta::Generated>(name, profile)?),
        KnownService::Foundry => host(&base_url::<foundry::Generated>(name, profile)?),
    }
}

fn host(url: &str) -> Result<String, Failure> {
    let url = rolecall::rolecall_client::Url::parse(url);
    let host = url
        .ok()
        .and_then(|url| url.host_str().map(str::to_lowercase));
    host.ok_or_else(|| Failure::usage("the address of the service is no URL with a host"))
}

/// Where the service is.
pub fn base_url<A: ApiClient>(name: &str, profile: &Profile) -> Result<String, Failure> {
    let template = A::SERVICE.servers.first();
    match (&profile.url, &profile.server, template) {
        (Some(_), Some(_), _) => Err(Failure::usage(format!(
            "profile `{name}`: both `url` and `server` say where the service is\n  help: remove one"
        ))),
        (Some(url), None, _) => Ok(url.clone()),
        (None, Some(server), Some(template)) => {
            let url = template.url(server);
            url.map_err(|error| Failure::usage(format!("profile `{name}`: {error}")))
        }
        (None, None, Some(template)) => template.default_url().map_err(|variable| {
            Failure::usage(format!(
                "profile `{name}`: nothing says where the service is\n  help: write server = \"…\": the `{variable}` of {}",
                template.url
            ))
        }),
        (None, _, None) => Err(Failure::usage(format!(
            "profile `{name}`: the description of the service names no server\n  help: write url = \"…\""
        ))),
    }
}

/// The client of a profile.
pub async fn client(name: &str, profile: &Profile, config: &Config) -> Result<AnyClient, Failure> {
    let at = Connecting {
        name,
        profile,
        beside: config.folder(),
    };
    Ok(match profile.service {
        KnownService::Okta => AnyClient::Okta(at.client().await?),
        KnownService::Foundry => AnyClient::Foundry(at.client().await?),
        KnownService::Zenml => AnyClient::Zenml(at.client().await?),
        KnownService::Klustr => AnyClient::Klustr(at.client().await?),
    })
}

struct Connecting<'a> {
    name: &'a str,
    profile: &'a Profile,
    beside: &'a Path,
}

impl Connecting<'_> {
    async fn client<A: ApiClient>(&self) -> Result<Client<A>, Failure> {
        let url = base_url::<A>(self.name, self.profile)?;
        let source = self.token(&url).await?;
        let mut credentials = Credentials::builder(&url).shared_source(self.name, source);
        if self.profile.allow_http {
            credentials = credentials.allow_insecure_http();
        }
        let credentials = credentials.build().map_err(|error| self.wrong(&error))?;
        let mut builder = Client::<A>::builder()
            .base_url(&url)
            .credentials(credentials);
        if let Some(share) = self.profile.share {
            if !(share > 0.0 && share <= 1.0) {
                return Err(Failure::usage(format!(
                    "profile `{}`: `share = {share}` is no part of a rate limit\n  help: give more than 0, and 1 at most",
                    self.name
                )));
            }
            builder = builder.limiter(Limiter::new().share(share));
        }
        if let Some(calls) = self.profile.concurrency {
            builder = builder.concurrency(calls);
        }
        if self.profile.allow_http {
            builder = builder.allow_http();
        }
        builder.build().map_err(|error| self.wrong(&error))
    }

    fn wrong(&self, error: &dyn std::error::Error) -> Failure {
        let mut message = format!("profile `{}`: {error}", self.name);
        let mut cause = error.source();
        while let Some(one) = cause {
            message.push_str(&format!("\n  cause: {one}"));
            cause = one.source();
        }
        Failure::usage(message)
    }

    fn unfit(&self) -> Failure {
        Failure::usage(format!(
            "profile `{}`: {} does not take the method `{}`\n  help: docs/cli.md lists the methods of each service",
            self.name,
            self.profile.service.service(),
            self.profile.auth.method()
        ))
    }

    async fn token(&self, url: &str) -> Result<Arc<dyn TokenSource>, Failure> {
        let service = self.profile.service;
        let secret = match self.profile.auth.secret() {
            Some(from) => Some(from.get(self.beside).await?),
            None => None,
        };
        let made: Arc<dyn TokenSource> = match (&self.profile.auth, secret) {
            (Auth::Token { oauth, .. }, Some(token)) => Arc::new(match service {
                _ if *oauth => StaticToken::bearer(token),
                KnownService::Okta => StaticToken::ssws(token),
                KnownService::Foundry => StaticToken::personal_access_token(token),
                KnownService::Zenml | KnownService::Klustr => StaticToken::bearer(token),
            }),
            (Auth::ApiKey { .. }, Some(key)) if service == KnownService::Zenml => Arc::new(
                zenml::auth::api_key(url, key)
                    .build()
                    .map_err(|error| self.wrong(&error))?,
            ),
            (
                Auth::ClientCredentials {
                    client_id,
                    issuer,
                    scopes,
                    ..
                },
                Some(secret),
            ) => {
                let built = |builder: OAuthClientBuilder| {
                    builder.build().map_err(|error| self.wrong(&error))
                };
                let source = match service {
                    KnownService::Foundry => {
                        let app = foundry::auth::confidential_application(url, client_id, secret);
                        ClientCredentials::new(built(app)?)
                    }
                    KnownService::Klustr => {
                        let issuer = issuer.as_deref().unwrap_or(klustr::auth::DEVELOPMENT);
                        ClientCredentials::new(built(klustr::auth::client(
                            issuer, client_id, secret,
                        ))?)
                    }
                    KnownService::Zenml => {
                        ClientCredentials::new(built(zenml::auth::client(url, client_id, secret))?)
                    }
                    KnownService::Okta => return Err(self.unfit()),
                };
                Arc::new(with_scopes(source, scopes))
            }
            (
                Auth::ServiceApp {
                    client_id,
                    key_id,
                    dpop,
                    scopes,
                    ..
                },
                Some(key),
            ) if service == KnownService::Okta => {
                let key = self.key(key.expose(), key_id.as_deref())?;
                let app = if *dpop {
                    okta::auth::service_app(url, client_id, key)
                } else {
                    okta::auth::service_app_without_dpop(url, client_id, key)
                };
                let app = app.build().map_err(|error| self.wrong(&error))?;
                Arc::new(with_scopes(ClientCredentials::new(app), scopes))
            }
            (Auth::Login { .. }, secret) => Arc::new(self.session(url, secret)?),
            _ => return Err(self.unfit()),
        };
        Ok(made)
    }

    fn key(&self, text: &str, id: Option<&str>) -> Result<SigningKey, Failure> {
        let jwk = text.trim_start().starts_with('{');
        let key = if jwk {
            SigningKey::from_jwk(text)
        } else {
            SigningKey::from_pem(text)
        };
        let key = key.map_err(|error| self.wrong(&error))?;
        Ok(match id {
            Some(id) => key.with_id(id),
            None => key,
        })
    }

    fn session(
        &self,
        url: &str,
        secret: Option<rolecall::rolecall_client::Secret>,
    ) -> Result<UserSession, Failure> {
        let Auth::Login {
            client_id, scopes, ..
        } = &self.profile.auth
        else {
            return Err(self.unfit());
        };
        let app = match self.profile.service {
            KnownService::Okta => okta::auth::native_app(url, client_id),
            KnownService::Foundry => foundry::auth::public_application(url, client_id),
            KnownService::Zenml | KnownService::Klustr => return Err(self.unfit()),
        };
        let app = match secret {
            Some(secret) => app.authentication(ClientAuthentication::secret_post(secret)),
            None => app,
        };
        let app: OAuthClient = app.build().map_err(|error| self.wrong(&error))?;
        let file = config::sessions()?;
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)
                .map_err(|error| Failure::failed(format!("{}: {error}", folder.display())))?;
        }
        Ok(UserSession::new(
            app,
            FileStore::new(file),
            self.name,
            scopes.iter().map(String::as_str),
        ))
    }
}

fn with_scopes(source: ClientCredentials, scopes: &[String]) -> ClientCredentials {
    if scopes.is_empty() {
        return source;
    }
    source.scopes(scopes.iter().map(String::as_str))
}

/// The session of a profile whose method is `login`.
pub async fn session(
    name: &str,
    profile: &Profile,
    config: &Config,
) -> Result<UserSession, Failure> {
    if !matches!(profile.auth, Auth::Login { .. }) {
        return Err(Failure::usage(format!(
            "profile `{name}` signs in with the method `{}`, and nobody needs to sign in\n  help: `rolecall status` shows whether it works",
            profile.auth.method()
        )));
    }
    let at = Connecting {
        name,
        profile,
        beside: config.folder(),
    };
    let url = match profile.service {
        KnownService::Okta => base_url::<okta::Generated>(name, profile)?,
        KnownService::Foundry => base_url::<foundry::Generated>(name, profile)?,
        KnownService::Zenml | KnownService::Klustr => return Err(at.unfit()),
    };
    let secret = match profile.auth.secret() {
        Some(from) => Some(from.get(config.folder()).await?),
        None => None,
    };
    at.session(&url, secret)
}
