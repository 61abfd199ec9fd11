//! What is known of an API as a whole: plain data, written out by generated code.

use crate::{ServerTemplate, Transport};

/// A generated client: what works for every API takes one.
pub trait ApiClient: Clone + Send + Sync + 'static {
    /// What is known of the API as a whole.
    const SERVICE: &'static Service;

    /// The client over a transport.
    fn with_transport(transport: Transport) -> Self;

    /// The transport of the client.
    fn transport(&self) -> &Transport;
}

/// What is known of an API as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Service {
    /// Where it is, in the order of the description; the first is the one to use unless there is a reason.
    pub servers: &'static [ServerTemplate],
    /// Where its error bodies say what.
    pub error_fields: &'static ErrorFields,
    /// OAuth scopes that are as good as another: the granted one, and the one that operations ask for.
    pub scope_aliases: &'static [(&'static str, &'static str)],
}

impl Service {
    /// An API of which nothing is known.
    pub const UNKNOWN: Self = Self {
        servers: &[],
        error_fields: &ErrorFields::STANDARD,
        scope_aliases: &[],
    };

    /// Whether a scope that was granted is as good as one that is needed.
    #[must_use]
    pub fn scope_satisfies(&self, granted: &str, needed: &str) -> bool {
        granted == needed || self.scope_aliases.contains(&(granted, needed))
    }

    /// Those of the needed scopes that none of the granted ones satisfies.
    #[must_use]
    pub fn missing_scopes<'a>(
        &self,
        needed: impl IntoIterator<Item = &'a str>,
        granted: impl Iterator<Item = &'a str> + Clone,
    ) -> Vec<&'a str> {
        let lacks = |needed: &&str| {
            let mut granted = granted.clone();
            !granted.any(|granted| self.scope_satisfies(granted, needed))
        };
        needed.into_iter().filter(lacks).collect()
    }
}

/// Where error bodies say what: JSON Pointers (RFC 6901) into them. The first that leads to a string, or for `missing` to
/// strings, counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorFields {
    /// The vendor's code.
    pub code: &'static [&'static str],
    /// The vendor's name for the error.
    pub name: &'static [&'static str],
    /// What it says to people.
    pub message: &'static [&'static str],
    /// What it adds to the message.
    pub detail: &'static [&'static str],
    /// What identifies this one occurrence to the vendor's support.
    pub instance: &'static [&'static str],
    /// Scopes or permissions that are missing.
    pub missing: &'static [&'static str],
    /// Headers that identify the request to the vendor's support.
    pub request_id: &'static [&'static str],
}

impl ErrorFields {
    /// For descriptions that say nothing: problem details (RFC 9457) and OAuth errors (RFC 6749, section 5.2).
    pub const STANDARD: Self = Self {
        code: &["/code", "/error"],
        name: &["/type"],
        message: &["/detail", "/error_description", "/message", "/title"],
        detail: &[],
        instance: &["/instance"],
        missing: &[],
        request_id: &["x-request-id"],
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_counts_in_one_direction() {
        let service = Service {
            scope_aliases: &[("use-read", "read")],
            ..Service::UNKNOWN
        };
        assert!(service.scope_satisfies("read", "read"));
        assert!(service.scope_satisfies("use-read", "read"));
        assert!(!service.scope_satisfies("read", "use-read"));
    }
}
