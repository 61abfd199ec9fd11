//! What the four authorization servers do differently.

use crate::Api;
use chrono::TimeDelta;

/// An authorization server: paths are from the root of the host, lifetimes in seconds.
#[derive(Debug)]
pub(crate) struct Profile {
    pub(crate) api: Api,
    pub(crate) authorize: &'static str,
    pub(crate) token: &'static str,
    pub(crate) revoke: Option<&'static str>,
    pub(crate) introspect: Option<&'static str>,
    pub(crate) keys: Option<&'static str>,
    pub(crate) metadata: &'static [&'static str],
    /// Behind the origin.
    pub(crate) issuer: &'static str,
    pub(crate) access_life: i64,
    pub(crate) code_life: i64,
    /// How long a refresh token lives without being used.
    pub(crate) refresh_life: i64,
    /// How long a refresh token works on after it was used.
    pub(crate) refresh_grace: i64,
    /// The scope that a refresh token is asked for with.
    pub(crate) offline_scope: &'static str,
    /// What happens to scopes that were not asked for, or that the client does not have.
    pub(crate) lenience: Lenience,
    /// Whether access tokens are JWTs (RFC 9068 in form) rather than opaque.
    pub(crate) jwt: bool,
    /// `token_type` as it is spelled.
    pub(crate) token_type: &'static str,
    /// Whether proofs are looked at, and a nonce is asked for at the token endpoint.
    pub(crate) dpop: bool,
    /// Whether every client needs PKCE, or public ones only.
    pub(crate) pkce_always: bool,
}

/// What a token request may leave out, and what it may ask for in vain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lenience {
    /// No scope is `invalid_scope`, and so is one that the client does not have.
    Strict,
    /// No scope is no limit; one that the client does not have is left out.
    Narrowing,
    /// No scope is no limit; one that the client does not have is `invalid_scope`.
    Unlimited,
}

impl Profile {
    pub(crate) fn of(api: Api) -> &'static Self {
        match api {
            Api::Okta => &OKTA,
            Api::Foundry => &FOUNDRY,
            Api::Zenml => &ZENML,
            Api::Klustr => &KLUSTR,
        }
    }

    /// Whether a path is one of its endpoints.
    pub(crate) fn has(&self, path: &str) -> bool {
        let optional = [self.revoke, self.introspect, self.keys];
        [self.authorize, self.token].contains(&path)
            || optional.contains(&Some(path))
            || self.metadata.contains(&path)
    }

    pub(crate) fn access_life(&self) -> TimeDelta {
        TimeDelta::seconds(self.access_life)
    }
}

/// The org authorization server.
// fact: org-server-lifetimes
// fact: dpop-in-two-steps
static OKTA: Profile = Profile {
    api: Api::Okta,
    authorize: "/oauth2/v1/authorize",
    token: "/oauth2/v1/token",
    revoke: Some("/oauth2/v1/revoke"),
    introspect: Some("/oauth2/v1/introspect"),
    keys: Some("/oauth2/v1/keys"),
    metadata: &["/.well-known/openid-configuration"],
    issuer: "",
    access_life: 3_600,
    code_life: 300,
    refresh_life: 90 * 86_400,
    refresh_grace: 30,
    offline_scope: "offline_access",
    lenience: Lenience::Strict,
    jwt: true,
    token_type: "Bearer",
    dpop: true,
    pkce_always: true,
};

/// Multipass.
// fact: refresh-tokens-rotate
static FOUNDRY: Profile = Profile {
    api: Api::Foundry,
    authorize: "/multipass/api/oauth2/authorize",
    token: "/multipass/api/oauth2/token",
    revoke: Some("/multipass/api/oauth2/revoke_token"),
    introspect: None,
    keys: None,
    metadata: &[],
    issuer: "/multipass/api",
    access_life: 3_600,
    code_life: 600,
    refresh_life: 30 * 86_400,
    refresh_grace: 60,
    offline_scope: "offline_access",
    lenience: Lenience::Narrowing,
    jwt: false,
    token_type: "bearer",
    dpop: false,
    pkce_always: false,
};

/// The tenant that issues tokens for the control plane, at paths of its own beside `login`.
static ZENML: Profile = Profile {
    api: Api::Zenml,
    authorize: "/authorize",
    token: "/oauth/token",
    revoke: None,
    introspect: None,
    keys: Some("/.well-known/jwks.json"),
    metadata: &["/.well-known/openid-configuration"],
    issuer: "/",
    access_life: 3_600,
    code_life: 300,
    refresh_life: 30 * 86_400,
    refresh_grace: 0,
    offline_scope: "offline_access",
    lenience: Lenience::Unlimited,
    jwt: false,
    token_type: "bearer",
    dpop: false,
    pkce_always: false,
};

/// Ory Hydra behind the gateway.
// fact: registered-grants
static KLUSTR: Profile = Profile {
    api: Api::Klustr,
    authorize: "/hydra/oauth2/auth",
    token: "/hydra/oauth2/token",
    revoke: Some("/hydra/oauth2/revoke"),
    introspect: Some("/hydra/oauth2/introspect"),
    keys: Some("/hydra/.well-known/jwks.json"),
    metadata: &["/hydra/.well-known/openid-configuration"],
    issuer: "/hydra/",
    access_life: 1_800,
    code_life: 600,
    refresh_life: 0,
    refresh_grace: 0,
    offline_scope: "offline_access",
    lenience: Lenience::Unlimited,
    jwt: false,
    token_type: "bearer",
    dpop: false,
    pkce_always: false,
};
