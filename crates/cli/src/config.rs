//! Profiles: one for each tenant, in a TOML file. Secrets are not in it; it says where each comes from.

use crate::args::Global;
use crate::exit::Failure;
use crate::secret;
use etcetera::app_strategy::choose_native_strategy;
use etcetera::{AppStrategy, AppStrategyArgs};
use rolecall_inventory::Service;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The file of profiles.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    default: Vec<String>,
    #[serde(default)]
    profile: BTreeMap<String, Profile>,
}

/// One tenant of one service.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Profile {
    /// `okta`, `foundry`, `zenml` or `klustr`.
    pub service: KnownService,
    /// Where the service is: a domain for Okta, a host name for Foundry, a URL for ZenML and Klustr, which may leave it out.
    pub server: Option<String>,
    /// The whole base URL, in the place of `server`.
    pub url: Option<String>,
    /// The organization (ZenML, Klustr). For Okta and Foundry the host name, unless given.
    pub tenant: Option<String>,
    /// How to sign in.
    pub auth: Auth,
    /// How much of each rate limit to use, from 0 to 1. Default: all of it.
    pub share: Option<f64>,
    /// How many requests at once. Default: 10.
    pub concurrency: Option<usize>,
    /// Organizations besides those that can be found (Foundry).
    #[serde(default)]
    pub organizations: Vec<String>,
    /// Spaces, projects and folders below which roles on resources are read (Foundry).
    #[serde(default)]
    pub roots: Vec<String>,
    /// Send to another machine without encryption. For tests.
    #[serde(default)]
    pub allow_http: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KnownService {
    Okta,
    Foundry,
    Zenml,
    Klustr,
}

impl KnownService {
    pub fn service(self) -> Service {
        match self {
            Self::Okta => Service::Okta,
            Self::Foundry => Service::Foundry,
            Self::Zenml => Service::Zenml,
            Self::Klustr => Service::Klustr,
        }
    }
}

/// How to sign in.
#[derive(Clone, Debug, Deserialize)]
#[serde(
    tag = "method",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub enum Auth {
    /// A token that somebody made: an API token (Okta), a personal access token (Foundry), or an OAuth access token.
    Token {
        token: secret::From,
        /// It is an OAuth access token.
        #[serde(default)]
        oauth: bool,
    },
    /// The key of a service account, or a personal access token, that is traded for tokens (ZenML).
    ApiKey { key: secret::From },
    /// An application with a secret (Foundry, Klustr, ZenML).
    ClientCredentials {
        client_id: String,
        client_secret: secret::From,
        /// Where Klustr's authorization server is.
        issuer: Option<String>,
        #[serde(default)]
        scopes: Vec<String>,
    },
    /// An application with a key (Okta), PEM or JWK.
    ServiceApp {
        client_id: String,
        key: secret::From,
        key_id: Option<String>,
        /// Tokens bound to a key of their own (DPoP), as Okta wants it of new apps. Default: yes.
        #[serde(default = "yes")]
        dpop: bool,
        #[serde(default)]
        scopes: Vec<String>,
    },
    /// Somebody who signs in with `rolecall login` (Okta, Foundry).
    Login {
        client_id: String,
        client_secret: Option<secret::From>,
        scopes: Vec<String>,
        /// The port that the browser comes back to, where the service wants a fixed one.
        port: Option<u16>,
    },
}

fn yes() -> bool {
    true
}

impl Auth {
    pub fn method(&self) -> &'static str {
        match self {
            Self::Token { .. } => "token",
            Self::ApiKey { .. } => "api-key",
            Self::ClientCredentials { .. } => "client-credentials",
            Self::ServiceApp { .. } => "service-app",
            Self::Login { .. } => "login",
        }
    }

    pub fn secret(&self) -> Option<&secret::From> {
        match self {
            Self::Token { token, .. } => Some(token),
            Self::ApiKey { key } | Self::ServiceApp { key, .. } => Some(key),
            Self::ClientCredentials { client_secret, .. } => Some(client_secret),
            Self::Login { client_secret, .. } => client_secret.as_ref(),
        }
    }
}

/// The configuration of a run.
#[derive(Debug)]
pub struct Config {
    /// Where the file is, or would be.
    pub path: PathBuf,
    /// What said so: `--config or ROLECALL_CONFIG`, or `the platform's place`.
    pub path_from: &'static str,
    /// Whether the file is there.
    pub there: bool,
    /// Those of the file that `--profile` or its `default` name, or all.
    pub profiles: BTreeMap<String, Profile>,
    /// All of the file.
    every: BTreeMap<String, Profile>,
    /// What chose them.
    pub chosen_by: &'static str,
}

impl Config {
    /// Reads the file of profiles.
    pub fn read(global: &Global) -> Result<Self, Failure> {
        let (path, path_from) = match &global.config {
            Some(path) => (path.clone(), "--config or ROLECALL_CONFIG"),
            None => (
                folders()?.config_dir().join("config.toml"),
                "the platform's place",
            ),
        };
        let there = path.exists();
        if !there && global.config.is_some() {
            return Err(Failure::usage(format!(
                "{}: there is no such file\n  help: check --config and ROLECALL_CONFIG",
                path.display()
            )));
        }
        let file = if there {
            parse(&path)?
        } else {
            File::default()
        };
        let (names, chosen_by) = if !global.profiles.is_empty() {
            (global.profiles.clone(), "--profile or ROLECALL_PROFILE")
        } else if !file.default.is_empty() {
            (file.default, "`default` of the file")
        } else {
            (file.profile.keys().cloned().collect(), "all of the file")
        };
        let mut profiles = BTreeMap::new();
        for name in names {
            let Some(profile) = file.profile.get(&name) else {
                return Err(unknown(&name, &file.profile, &path, there));
            };
            profiles.insert(name, profile.clone());
        }
        Ok(Self {
            path,
            path_from,
            there,
            profiles,
            every: file.profile,
            chosen_by,
        })
    }

    /// The profile of this name, whether it was chosen or not.
    pub fn profile(&self, name: &str) -> Result<&Profile, Failure> {
        let known = self.every.get(name);
        known.ok_or_else(|| unknown(name, &self.every, &self.path, self.there))
    }

    /// The folder of the file, which relative paths in it start from.
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("."))
    }
}

fn unknown(name: &str, known: &BTreeMap<String, Profile>, path: &Path, there: bool) -> Failure {
    let known: Vec<&str> = known.keys().map(String::as_str).collect();
    let what = match (there, known.as_slice()) {
        (false, _) => format!("{} is not there", path.display()),
        (true, []) => format!("{} has no profiles", path.display()),
        (true, known) => format!("{} has {}", path.display(), known.join(", ")),
    };
    Failure::usage(format!(
        "there is no profile `{name}`: {what}\n  help: give one of those, or write a [profile.{name}] table: docs/cli.md has one for each service"
    ))
}

fn parse(path: &Path) -> Result<File, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
    toml::from_str(&text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let before = text.get(..at).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        // A secret that was written into the file is not repeated: serde's message has the value.
        let message = error.message();
        let message = match message.split_once("invalid type: string ") {
            Some(_) => "a string stands where a table is expected; a secret is never in this file",
            None => message,
        };
        Failure::usage(format!(
            "{}:{line}:{column}: {message}\n  expected: [profile.NAME] tables, with secrets as {{ env = \"NAME\" }}, {{ file = \"PATH\" }} or {{ command = [\"PROGRAM\", \"ARGUMENT\"] }}\n  help: docs/cli.md has an example for each service",
            path.display()
        ))
    })
}

/// Where the platform keeps a program's files.
fn folders() -> Result<impl AppStrategy, Failure> {
    let program = AppStrategyArgs {
        app_name: "rolecall".to_owned(),
        ..AppStrategyArgs::default()
    };
    choose_native_strategy(program).map_err(|error| {
        Failure::usage(format!(
            "where the platform keeps a program's files is not known: {error}\n  help: say where the file of profiles is with --config"
        ))
    })
}

/// The file of the sessions of `login`.
pub fn sessions() -> Result<PathBuf, Failure> {
    if let Some(folder) = std::env::var_os("ROLECALL_STATE_DIR") {
        return Ok(PathBuf::from(folder).join("sessions.json"));
    }
    let folders = folders()?;
    let folder = folders.state_dir().unwrap_or_else(|| folders.data_dir());
    Ok(folder.join("sessions.json"))
}
