//! Where an API is: the server of its description, with what is to be filled in.

use std::fmt;

/// Where an API is (OpenAPI 3.1.1, section 4.8.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerTemplate {
    /// The URL with each variable in braces, such as `https://{hostname}/api`.
    pub url: &'static str,
    /// The variables of the URL.
    pub variables: &'static [ServerVariable],
}

/// A variable of the URL of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerVariable {
    /// Its name.
    pub name: &'static str,
    /// Its value when none is given. `None` where every customer has another one.
    pub default: Option<&'static str>,
}

impl ServerTemplate {
    /// The variable that says which customer's server it is: the first without a default, or else the first.
    #[must_use]
    pub fn variable(&self) -> Option<&'static ServerVariable> {
        let mut own = self.variables.iter();
        own.find(|known| known.default.is_none())
            .or(self.variables.first())
    }

    /// The URL with this value of [`variable`](Self::variable), and the defaults of the others. Where the variable stands for
    /// a host, a URL of it will do as well, and where it stands for a URL, a host.
    ///
    /// # Errors
    ///
    /// What is wrong with the value.
    pub fn url(&self, value: &str) -> Result<String, InvalidServer> {
        let name = self.variable().map_or("", |variable| variable.name);
        filled(&self.with_defaults(name), name, value).map_err(|problem| InvalidServer {
            variable: name,
            problem,
        })
    }

    /// The URL with the defaults of all variables.
    ///
    /// # Errors
    ///
    /// The name of a variable that has none.
    pub fn default_url(&self) -> Result<String, &'static str> {
        match self.variables.iter().find(|known| known.default.is_none()) {
            Some(variable) => Err(variable.name),
            None => Ok(self.with_defaults("")),
        }
    }

    /// The template with the defaults of all variables but this one.
    fn with_defaults(&self, but: &str) -> String {
        let others = self.variables.iter().filter(|known| known.name != but);
        others.fold(self.url.to_owned(), |url, variable| {
            let default = variable.default.unwrap_or_default();
            url.replace(&format!("{{{}}}", variable.name), default)
        })
    }
}

/// A template with the value of its only variable.
fn filled(template: &str, variable: &str, value: &str) -> Result<String, String> {
    let variable = format!("{{{variable}}}");
    let (before, after) = template.split_once(&variable).unwrap_or((template, ""));
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
        return Err(format!(
            "a host was expected, or a URL of the form `{template}`"
        ));
    }
    Ok(format!("{scheme}{authority}{after}"))
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

#[cfg(test)]
mod tests {
    use super::{ServerTemplate, ServerVariable};

    const HOST: ServerTemplate = ServerTemplate {
        url: "https://{host}/api",
        variables: &[ServerVariable {
            name: "host",
            default: None,
        }],
    };
    const URL: ServerTemplate = ServerTemplate {
        url: "{baseUrl}",
        variables: &[ServerVariable {
            name: "baseUrl",
            default: None,
        }],
    };
    const PART: ServerTemplate = ServerTemplate {
        url: "https://{tenant}.example.com/v1",
        variables: &[ServerVariable {
            name: "tenant",
            default: None,
        }],
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

    #[test]
    fn other_variables_have_their_defaults() {
        const VARIABLES: &[ServerVariable] = &[
            ServerVariable {
                name: "version",
                default: Some("v1"),
            },
            ServerVariable {
                name: "host",
                default: None,
            },
        ];
        let server = ServerTemplate {
            url: "https://{host}/{version}",
            variables: VARIABLES,
        };
        assert_eq!(
            server.url("a.example").as_deref(),
            Ok("https://a.example/v1")
        );
        assert_eq!(server.default_url(), Err("host"));
        let whole = ServerTemplate {
            variables: &VARIABLES[..1],
            url: "https://a.example/{version}",
        };
        assert_eq!(whole.default_url().as_deref(), Ok("https://a.example/v1"));
    }
}
