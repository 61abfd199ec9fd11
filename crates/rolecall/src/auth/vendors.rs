//! What each vendor's authorization server wants, so that a program need not know it.
//!
//! All of them take the address of the service itself and find the rest from there. What they know comes from the vendor's
//! documentation, or from its published code where that says nothing; each function says which.

pub mod foundry;
pub mod klustr;
pub mod okta;
pub mod zenml;

use rolecall_client::{Operation, Url};

/// The scheme, host and port of an address. What is no address stays as it is, and is refused when it is used.
fn origin(address: &str) -> String {
    match Url::parse(address) {
        Ok(url) if url.has_host() => url.origin().ascii_serialization(),
        _ => address.to_owned(),
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
