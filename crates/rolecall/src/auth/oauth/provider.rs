//! Where an authorization server is: named, or discovered from its issuer.

use crate::auth::exchange::{Exchange, place};
use crate::auth::origin::secure;
use crate::auth::{Error, ErrorKind};
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
    pub(crate) issuer: Option<String>,
    pub(crate) names_issuer: bool,
}

#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    token_endpoint: Option<String>,
    authorization_endpoint: Option<String>,
    introspection_endpoint: Option<String>,
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
        issuer: Some(metadata.issuer),
        names_issuer: metadata
            .authorization_response_iss_parameter_supported
            .unwrap_or_default(),
    };
    resolve(endpoints, insecure)
}
