//! What the facade knows of each API besides what its description says: where it is, and how its errors are read.

mod errors;

pub(crate) use errors::fields_of;

use rolecall_client::Transport;

/// A generated client that the facade can stand over.
///
/// It is implemented for the clients of the APIs whose feature is on.
pub trait Api: Clone + Send + Sync + 'static {
    /// Where the service is.
    const SERVER: Server;

    /// The generated client over a transport.
    fn over(transport: Transport) -> Self;

    /// The transport of the client.
    fn transport(&self) -> &Transport;
}

/// Where a service is: the server of its description, with one variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Server {
    /// The URL with the variable in braces, such as `https://{hostname}/api`.
    pub template: &'static str,
    /// The name of the variable, such as `hostname`.
    pub variable: &'static str,
    /// Its value when none is given, for services that are in one place. `None` where every customer has another one.
    pub default: Option<&'static str>,
}

impl Server {
    /// The URL with this value of the variable.
    #[must_use]
    pub fn url(&self, value: &str) -> String {
        self.template
            .replace(&format!("{{{}}}", self.variable), value)
    }
}

macro_rules! api {
    ($(#[$doc:meta])* $feature:literal, $module:ident, $crate_name:ident, $server:expr) => {
        #[cfg(feature = $feature)]
        impl Api for $crate_name::Client {
            const SERVER: Server = $server;

            fn over(transport: Transport) -> Self {
                Self::with_transport(transport)
            }

            fn transport(&self) -> &Transport {
                self.transport()
            }
        }

        $(#[$doc])*
        #[cfg(feature = $feature)]
        pub mod $module {
            pub use $crate_name::{operations, types};

            /// A client of the facade for this API.
            pub type Client = crate::Client<$crate_name::Client>;

            /// The generated client, which has a method for each operation.
            pub type Generated = $crate_name::Client;
        }
    };
}

api! {
    /// Okta: admin roles of users, groups and OAuth clients. The server variable is the org's domain, such as
    /// `example.okta.com`, not the one of the Admin Console (with `-admin`).
    "okta", okta, rolecall_okta, Server {
        template: "https://{yourOktaDomain}",
        variable: "yourOktaDomain",
        default: None,
    }
}

api! {
    /// Palantir Foundry: roles on organizations, enrollments, markings and resources. The server variable is the host
    /// name of the stack, such as `example.palantirfoundry.com`.
    "foundry", foundry, rolecall_foundry, Server {
        template: "https://{hostname}/api",
        variable: "hostname",
        default: None,
    }
}

api! {
    /// ZenML Pro: roles in organizations, workspaces and projects. The server variable is where the control plane
    /// answers; without one it is the hosted service.
    "zenml", zenml, rolecall_zenml, Server {
        template: "{baseUrl}",
        variable: "baseUrl",
        default: Some("https://cloudapi.zenml.io"),
    }
}

api! {
    /// Klustr: roles in organizations. The server variable is scheme and host of the gateway; without one it is the one
    /// that Klustr's own description names.
    "klustr", klustr, rolecall_klustr, Server {
        template: "{baseUrl}",
        variable: "baseUrl",
        default: Some("https://gateway.dev.klustr.io"),
    }
}
