//! A set of OAuth scopes.

use rolecall_client::{CredentialKind, Operation};
use std::borrow::Cow;
use std::fmt;

/// A set of OAuth scopes (RFC 6749, section 3.3), in alphabetical order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scopes(Vec<Cow<'static, str>>);

impl Scopes {
    /// Reads the space-separated form in which scopes are sent.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        text.split_ascii_whitespace().map(str::to_owned).collect()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this scope is among them.
    #[must_use]
    pub fn contains(&self, scope: &str) -> bool {
        self.0.iter().any(|known| known == scope)
    }

    /// The scopes.
    pub fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        self.0.iter().map(AsRef::as_ref)
    }
}

impl<S: Into<Cow<'static, str>>> FromIterator<S> for Scopes {
    fn from_iter<I: IntoIterator<Item = S>>(scopes: I) -> Self {
        let mut scopes: Vec<_> = scopes.into_iter().map(Into::into).collect();
        scopes.sort_unstable();
        scopes.dedup();
        Self(scopes)
    }
}

/// The scopes that an operation needs with a credential of this kind; every one that it names when the kind is not known.
///
/// Of the sets that the description lists, it is the first that one credential of this kind meets by itself.
pub(crate) fn needed(
    operation: &'static Operation,
    kind: Option<CredentialKind>,
) -> Vec<&'static str> {
    let Some(kind) = kind else {
        return operation.scopes().collect();
    };
    let mut sets = operation.security.iter();
    let set = sets.find(|set| !set.is_empty() && set.iter().all(|need| need.kind == kind));
    let needs = set.into_iter().flat_map(|set| set.iter());
    needs.flat_map(|need| need.scopes).copied().collect()
}

/// Those of the needed scopes that none of the granted ones satisfies.
pub(crate) fn missing<'a>(
    needed: impl IntoIterator<Item = &'a str>,
    granted: impl Iterator<Item = &'a str> + Clone,
) -> Vec<&'a str> {
    let lacks = |needed: &&str| !granted.clone().any(|granted| satisfies(granted, needed));
    needed.into_iter().filter(lacks).collect()
}

/// Whether a scope that was granted is as good as one that is needed. Besides being the same, that is so for the two names
/// that Foundry has for each: `api:use-admin-read` is granted to applications that are restricted, `api:admin-read` to
/// others (Palantir documentation on application restrictions).
fn satisfies(granted: &str, needed: &str) -> bool {
    granted == needed
        || granted
            .strip_prefix("api:use-")
            .is_some_and(|granted| needed.strip_prefix("api:") == Some(granted))
}

/// Separated by spaces, as they are sent.
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, scope) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope)?;
        }
        Ok(())
    }
}
