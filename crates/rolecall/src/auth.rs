//! Authentication. What each vendor's authorization server wants is in the module of the vendor, such as `okta::auth`.
//!
//! These modules have one shape: `provider` is the authorization server of a service, and every other function is a
//! credential as a builder, to be finished with `build`. All take the address of the service, as a URL or as a host, and
//! find the rest from there; Klustr's authorization server is elsewhere, and is named itself. What they know comes from the
//! vendor's documentation, or from its published code where that says nothing; each function says which.
//!
//! A program says what it has, and the hook under every call of a client does the rest:
//!
//! ```
//! # fn main() -> Result<(), rolecall::auth::Error> {
//! use rolecall::auth::{Credentials, Match, StaticToken};
//!
//! # let (oauth_token, personal_token) = (String::from("one"), String::from("two"));
//! let credentials = Credentials::builder("https://stack.palantirfoundry.com")
//!     .source("oauth", StaticToken::bearer(oauth_token))
//!     .source("pat", StaticToken::personal_access_token(personal_token))
//!     .rule(Match::operation("*OrganizationRoleAssignments"), "pat")
//!     .build()?;
//! # Ok(()) }
//! ```

pub use rolecall_auth::*;

/// The scheme, host and port of an address. What is no address stays as it is, and is refused when it is used.
#[cfg(any(feature = "foundry", feature = "okta"))]
pub(crate) fn origin(address: &str) -> String {
    let url = url(address);
    match rolecall_client::Url::parse(&url) {
        Ok(parsed) if parsed.has_host() => parsed.origin().ascii_serialization(),
        _ => url,
    }
}

/// An address as a URL without a slash at its end: a host is one of `https`.
#[cfg(any(
    feature = "foundry",
    feature = "klustr",
    feature = "okta",
    feature = "zenml"
))]
pub(crate) fn url(address: &str) -> String {
    let address = address.trim_end_matches('/');
    if address.contains("://") {
        address.to_owned()
    } else {
        format!("https://{address}")
    }
}
