//! What the facade knows of each API besides what its description says: where it is, and how its errors are read.

mod errors;

pub(crate) use errors::fields_of;

use rolecall_client::Transport;
use std::fmt;

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
    /// The URL with this value of the variable. Where the variable stands for a host, a URL of it will do as well, and where
    /// it stands for a URL, a host.
    ///
    /// # Errors
    ///
    /// What is wrong with the value.
    pub fn url(&self, value: &str) -> Result<String, InvalidServer> {
        self.filled(value).map_err(|problem| InvalidServer {
            variable: self.variable,
            problem,
        })
    }

    fn filled(&self, value: &str) -> Result<String, String> {
        let variable = format!("{{{}}}", self.variable);
        let (before, after) = self
            .template
            .split_once(&variable)
            .unwrap_or((self.template, ""));
        let value = value.trim_end_matches('/');
        if value.is_empty() {
            return Err("it is empty".to_owned());
        }
        if let Some(odd) = value
            .chars()
            .find(|c| c.is_whitespace() || c.is_control() || "?#@\\".contains(*c))
        {
            return Err(format!("a host or a URL was expected, without {odd:?}"));
        }
        if value.matches("://").count() > 1 {
            return Err("a host or a URL was expected, and it has two schemes".to_owned());
        }
        let is_url = value.contains("://");
        // The whole URL.
        if before.is_empty() {
            let scheme = if is_url { "" } else { "https://" };
            return Ok(format!("{scheme}{value}{after}"));
        }
        if !before.ends_with("://") || !(after.is_empty() || after.starts_with('/')) {
            if value.contains(['/', ':']) {
                let template = self.template;
                return Err(format!(
                    "the value of `{variable}` in `{template}` was expected"
                ));
            }
            return Ok(format!("{before}{value}{after}"));
        }
        // A host, alone or with what the template has around it.
        let host = value.strip_suffix(after).unwrap_or(value);
        let (scheme, authority) = match host.find("://") {
            Some(at) => host.split_at(at + 3),
            None => (before, host),
        };
        if authority.is_empty() || authority.contains('/') {
            let template = self.template;
            return Err(format!(
                "a host was expected, or a URL of the form `{template}`"
            ));
        }
        Ok(format!("{scheme}{authority}{after}"))
    }
}

/// Why a server variable cannot have a value. The value is not shown.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidServer {
    /// The variable.
    pub variable: &'static str,
    /// What is wrong.
    pub problem: String,
}

impl fmt::Display for InvalidServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the server variable `{}` cannot be used: {}",
            self.variable, self.problem
        )
    }
}

impl std::error::Error for InvalidServer {}

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

#[cfg(test)]
mod tests {
    use super::Server;

    const HOST: Server = Server {
        template: "https://{host}/api",
        variable: "host",
        default: None,
    };
    const URL: Server = Server {
        template: "{baseUrl}",
        variable: "baseUrl",
        default: None,
    };
    const PART: Server = Server {
        template: "https://{tenant}.example.com/v1",
        variable: "tenant",
        default: None,
    };

    #[test]
    fn hosts_and_urls_are_as_good() {
        for (server, value, url) in [
            (HOST, "a.example", "https://a.example/api"),
            (HOST, "a.example/", "https://a.example/api"),
            (HOST, "a.example/api", "https://a.example/api"),
            (HOST, "a.example:8443", "https://a.example:8443/api"),
            (HOST, "[::1]:8443", "https://[::1]:8443/api"),
            (HOST, "https://a.example", "https://a.example/api"),
            (HOST, "https://a.example/", "https://a.example/api"),
            (HOST, "https://a.example/api/", "https://a.example/api"),
            (HOST, "http://127.0.0.1:1", "http://127.0.0.1:1/api"),
            (URL, "https://a.example/x", "https://a.example/x"),
            (URL, "a.example", "https://a.example"),
            (URL, "a.example/x/", "https://a.example/x"),
            (PART, "acme", "https://acme.example.com/v1"),
        ] {
            assert_eq!(server.url(value).as_deref(), Ok(url), "{value}");
        }
    }

    #[test]
    fn everything_else_is_refused_by_name() {
        let mut told = Vec::new();
        for (server, value) in [
            (HOST, ""),
            (HOST, "/"),
            (HOST, "https://https://a.example"),
            (HOST, "https://a.example/other"),
            (HOST, "a.example/api/v2"),
            (HOST, "user:secret@a.example"),
            (HOST, "https://a.example?x=1"),
            (HOST, "a example"),
            (URL, ""),
            (URL, "https://https://a.example"),
            (URL, "https://a.example#x"),
            (PART, "https://acme.example.com"),
            (PART, "acme/x"),
        ] {
            let problem = server.url(value).unwrap_err().to_string();
            assert!(!problem.contains("secret"), "{problem}");
            told.push(format!("{value:?}: {problem}"));
        }
        insta::assert_snapshot!(told.join("\n"));
    }
}
