//! The services, and a customer's part of one.

use super::words::words;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

words! {
    /// A service that roles are held in.
    Service {
        /// Okta.
        Okta = "okta",
        /// Palantir Foundry.
        Foundry = "foundry",
        /// ZenML Pro.
        Zenml = "zenml",
        /// Klustr.
        Klustr = "klustr",
    }
}

/// One customer's part of a service: an Okta org, a Foundry enrollment, an organization of ZenML or Klustr.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Tenant {
    /// The service.
    pub service: Service,
    /// What tells it from other tenants of the service, and stays the same from run to run: the host name of the org or the
    /// stack, the id of the organization. Never a display name.
    pub id: String,
}

impl Tenant {
    /// A tenant.
    pub fn new(service: Service, id: impl Into<String>) -> Self {
        Self {
            service,
            id: id.into(),
        }
    }
}

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.service, self.id)
    }
}
