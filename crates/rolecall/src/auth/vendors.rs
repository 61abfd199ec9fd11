//! What each vendor's authorization server wants, so that a program need not know it.
//!
//! They have one shape: `provider` is the authorization server of a service, and every other function is a credential as a
//! builder, to be finished with `build`. All take the address of the service, as a URL or as a host, and find the rest from
//! there; Klustr's authorization server is elsewhere, and is named itself. What they know comes from the vendor's
//! documentation, or from its published code where that says nothing; each function says which.

pub mod foundry;
pub mod klustr;
pub mod okta;
pub mod zenml;

use rolecall_client::{Operation, Url};

/// The scheme, host and port of an address. What is no address stays as it is, and is refused when it is used.
fn origin(address: &str) -> String {
    let url = url(address);
    match Url::parse(&url) {
        Ok(parsed) if parsed.has_host() => parsed.origin().ascii_serialization(),
        _ => url,
    }
}

/// An address as a URL without a slash at its end: a host is one of `https`.
fn url(address: &str) -> String {
    let address = address.trim_end_matches('/');
    if address.contains("://") {
        address.to_owned()
    } else {
        format!("https://{address}")
    }
}

/// The lists of an API that are never empty for a caller who may see anything at all, by operationId.
pub(crate) fn never_empty(api: &str) -> &'static [&'static str] {
    match api {
        "okta" => &okta::NEVER_EMPTY,
        _ => &[],
    }
}

pub(crate) fn is_never_empty(operation: &Operation) -> bool {
    never_empty(operation.api).contains(&operation.id)
}
