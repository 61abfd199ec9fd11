//! The four APIs.

use std::fmt;
use std::str::FromStr;

/// An API that can be stood in for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Api {
    /// Okta's role administration.
    Okta,
    /// Palantir Foundry's Admin and Filesystem APIs.
    Foundry,
    /// The control plane of ZenML Pro.
    Zenml,
    /// Klustr's Directory API.
    Klustr,
}

impl Api {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Okta, Self::Foundry, Self::Zenml, Self::Klustr];

    /// The short name, as in `specs/<name>`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Okta => "okta",
            Self::Foundry => "foundry",
            Self::Zenml => "zenml",
            Self::Klustr => "klustr",
        }
    }

    /// The path that every operation's path stands under: the one of the description's server URL.
    #[must_use]
    pub fn base_path(self) -> &'static str {
        match self {
            Self::Foundry => "/api",
            Self::Okta | Self::Zenml | Self::Klustr => "",
        }
    }

    /// Whether a slash at the end of a path does no harm.
    // fact: bodies-read-and-written-loosely
    #[must_use]
    pub fn tolerates_trailing_slash(self) -> bool {
        self == Self::Klustr
    }

    /// The description, as it is in the repository.
    #[must_use]
    pub fn description(self) -> &'static str {
        match self {
            Self::Okta => include_str!("../../../specs/okta/openapi.yaml"),
            Self::Foundry => include_str!("../../../specs/foundry/openapi.yaml"),
            Self::Zenml => include_str!("../../../specs/zenml/openapi.yaml"),
            Self::Klustr => include_str!("../../../specs/klustr/openapi.yaml"),
        }
    }
}

impl fmt::Display for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Api {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|api| api.name() == name)
            .ok_or_else(|| format!("`{name}` is none of okta, foundry, zenml, klustr"))
    }
}
