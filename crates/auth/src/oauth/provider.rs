//! Where an authorization server is: named, or discovered from its issuer.

use crate::exchange::{Exchange, place};
use crate::origin::secure;
use crate::{Error, ErrorKind};
use rolecall_client::{StatusCode, Url};
use serde::Deserialize;

/// An authorization server: its endpoints, or its issuer to discover them from.
#[derive(Clone, Debug)]
pub struct Provider(Known);

#[derive(Clone, Debug)]
enum Known {
    Issuer(String),
    Endpoints(Endpoints),
}

/// The endpoints of an authorization server.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Endpoints {
    /// Where tokens are asked for.
    pub token: String,
    /// Where a person signs in.
    pub authorization: Option<String>,
    /// Where tokens are looked up (RFC 7662).
    pub introspection: Option<String>,
    /// Where tokens are revoked (RFC 7009).
    pub revocation: Option<String>,
    /// Where devices without a browser ask for a sign-in (RFC 8628).
    pub device_authorization: Option<String>,
    /// The issuer, as it stands in `iss`.
    pub issuer: Option<String>,
    /// Whether a redirect after signing in always names the issuer (RFC 9207).
    pub names_issuer: bool,
}

impl Endpoints {
    /// A token endpoint, and nothing else.
    #[must_use]
    pub fn new(token: impl Into<String>) -> Self {
        Self {
            token: token.into(),
            authorization: None,
            introspection: None,
            revocation: None,
            device_authorization: None,
            issuer: None,
            names_issuer: false,
        }
    }

    /// With this authorization endpoint.
    #[must_use]
    pub fn authorization(mut self, url: impl Into<String>) -> Self {
        self.authorization = Some(url.into());
        self
    }

    /// With this introspection endpoint.
    #[must_use]
    pub fn introspection(mut self, url: impl Into<String>) -> Self {
        self.introspection = Some(url.into());
        self
    }

    /// With this revocation endpoint.
    #[must_use]
    pub fn revocation(mut self, url: impl Into<String>) -> Self {
        self.revocation = Some(url.into());
        self
    }

    /// With this device authorization endpoint.
    #[must_use]
    pub fn device_authorization(mut self, url: impl Into<String>) -> Self {
        self.device_authorization = Some(url.into());
        self
    }

    /// Of this issuer.
    #[must_use]
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }
}

/// Endpoints that have been checked.
#[derive(Clone, Debug)]
pub(crate) struct Resolved {
    pub(crate) token: Url,
    pub(crate) authorization: Option<Url>,
    pub(crate) introspection: Option<Url>,
    pub(crate) revocation: Option<Url>,
    pub(crate) device_authorization: Option<Url>,
    pub(crate) issuer: Option<String>,
    pub(crate) names_issuer: bool,
}

impl Resolved {
    fn urls(&self) -> impl Iterator<Item = &Url> {
        [
            &self.authorization,
            &self.introspection,
            &self.revocation,
            &self.device_authorization,
        ]
        .into_iter()
        .flatten()
        .chain([&self.token])
    }
}

#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    token_endpoint: Option<String>,
    authorization_endpoint: Option<String>,
    introspection_endpoint: Option<String>,
    revocation_endpoint: Option<String>,
    device_authorization_endpoint: Option<String>,
    authorization_response_iss_parameter_supported: Option<bool>,
}

impl Provider {
    /// Discovers the endpoints from this issuer when they are first needed, by RFC 8414 and, where the server has no such
    /// document, by OpenID Connect Discovery. The document must name exactly this issuer.
    #[must_use]
    pub fn issuer(issuer: impl Into<String>) -> Self {
        Self(Known::Issuer(issuer.into()))
    }

    /// Uses these endpoints.
    #[must_use]
    pub fn endpoints(endpoints: Endpoints) -> Self {
        Self(Known::Endpoints(endpoints))
    }

    /// Whether the endpoints come from the issuer's metadata.
    pub(super) fn is_discovered(&self) -> bool {
        matches!(self.0, Known::Issuer(_))
    }

    /// What tells this authorization server from every other: the issuer that it is discovered from, or else the token
    /// endpoint.
    pub(super) fn identity(&self) -> &str {
        match &self.0 {
            Known::Issuer(issuer) => issuer,
            Known::Endpoints(endpoints) => &endpoints.token,
        }
    }

    /// Refuses what cannot work, before anything is sent.
    pub(super) fn check(&self, insecure: bool) -> Result<(), Error> {
        match &self.0 {
            Known::Issuer(issuer) => well_known(issuer, insecure).map(drop),
            Known::Endpoints(endpoints) => resolve(endpoints.clone(), insecure).map(drop),
        }
    }

    pub(super) async fn resolve(&self, http: &Exchange, insecure: bool) -> Result<Resolved, Error> {
        match &self.0 {
            Known::Endpoints(endpoints) => resolve(endpoints.clone(), insecure),
            Known::Issuer(issuer) => discover(issuer, http, insecure).await,
        }
    }
}

fn resolve(endpoints: Endpoints, insecure: bool) -> Result<Resolved, Error> {
    let read = |what, url: Option<String>| url.map(|url| secure(what, &url, insecure)).transpose();
    Ok(Resolved {
        token: secure("the token endpoint", &endpoints.token, insecure)?,
        authorization: read("the authorization endpoint", endpoints.authorization)?,
        introspection: read("the introspection endpoint", endpoints.introspection)?,
        revocation: read("the revocation endpoint", endpoints.revocation)?,
        device_authorization: read(
            "the device authorization endpoint",
            endpoints.device_authorization,
        )?,
        issuer: endpoints.issuer,
        names_issuer: endpoints.names_issuer,
    })
}

/// Where the metadata of an issuer may be: RFC 8414, section 3.1 puts the well-known part in front of the issuer's path,
/// OpenID Connect Discovery, section 4.1 behind it.
fn well_known(issuer: &str, insecure: bool) -> Result<[Url; 2], Error> {
    let base = secure("the issuer", issuer, insecure)?;
    if base.query().is_some() {
        return Err(Error::new(
            ErrorKind::Configuration,
            "the issuer cannot be used: it has a query",
        ));
    }
    let path = base.path().trim_end_matches('/');
    let [mut oauth, mut openid] = [base.clone(), base.clone()];
    oauth.set_path(&format!("/.well-known/oauth-authorization-server{path}"));
    openid.set_path(&format!("{path}/.well-known/openid-configuration"));
    Ok([oauth, openid])
}

async fn discover(issuer: &str, http: &Exchange, insecure: bool) -> Result<Resolved, Error> {
    let [oauth, openid] = well_known(issuer, insecure)?;
    let mut url = &oauth;
    let mut answer = http
        .get("the metadata of the authorization server at", url)
        .await?;
    if answer.status.is_client_error() {
        url = &openid;
        answer = http
            .get("the metadata of the authorization server at", url)
            .await?;
    }
    let invalid = |what: String| {
        Error::new(ErrorKind::InvalidAnswer, what)
            .with_endpoint(url)
            .with_status(answer.status)
            .with_advice("check the issuer, or name the endpoints")
    };
    if answer.status != StatusCode::OK {
        let what = format!(
            "no metadata of the authorization server: {} answered {}",
            place(url),
            answer.status.as_u16()
        );
        return Err(invalid(what));
    }
    let metadata: Metadata = serde_json::from_slice(&answer.body).map_err(|problem| {
        let place = place(url);
        // Only where it is: what it says could be anything.
        let (line, column) = (problem.line(), problem.column());
        invalid(format!(
            "{place} is not metadata of an authorization server (line {line} column {column})"
        ))
    })?;
    if metadata.issuer != issuer {
        let what = format!(
            "{} is of the issuer {:?}, not of {issuer:?}",
            place(url),
            metadata.issuer.chars().take(200).collect::<String>()
        );
        return Err(invalid(what));
    }
    let Some(token) = metadata.token_endpoint else {
        return Err(invalid(format!("{} names no token endpoint", place(url))));
    };
    let endpoints = Endpoints {
        token,
        authorization: metadata.authorization_endpoint,
        introspection: metadata.introspection_endpoint,
        revocation: metadata.revocation_endpoint,
        device_authorization: metadata.device_authorization_endpoint,
        issuer: Some(metadata.issuer),
        names_issuer: metadata
            .authorization_response_iss_parameter_supported
            .unwrap_or_default(),
    };
    let resolved = resolve(endpoints, insecure)?;
    if url.scheme() == "https"
        && let Some(plain) = resolved.urls().find(|url| url.scheme() != "https")
    {
        let what = format!(
            "{} names the endpoint {}, which is not https as the issuer is",
            place(url),
            place(plain)
        );
        return Err(Error::new(ErrorKind::Insecure, what)
            .with_endpoint(url)
            .with_advice("have the server's metadata corrected, or name the endpoints"));
    }
    Ok(resolved)
}
