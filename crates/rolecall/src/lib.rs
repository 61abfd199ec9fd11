//! Who holds which role: one facade over the clients of several vendors.
//!
//! | for | see |
//! | --- | --- |
//! | a client that signs in, waits, sends again and explains | [`Client`], [`ClientBuilder`], [`CallOptions`] |
//! | proxy, certificates, user agent | [`HttpSettings`] |
//! | where tokens come from | [`auth`] |
//! | which operations will be refused, before they are called | [`preflight`] |
//! | lists in pages | [`PagedExt`], [`Items`], [`ByPage`] |
//! | writes whose outcome is unknown | [`Client::read_back`] |
//! | sending again and rate limits | [`RetryPolicy`], [`Backoff`], [`Limiter`] |
//! | what went wrong, and what to do | [`Error`], [`Diagnosis`] |
//! | what was done for a call | [`CallSummary`] |
//!
//! # Features
//!
//! One for each API: `okta`, `foundry`, `zenml` and `klustr`. None is on by default, and only the APIs whose feature is on
//! are compiled.
//!
//! `system-proxy` uses the proxies that the environment and the operating system name; without it there is none but what
//! [`HttpSettings::proxy`] says. `testing` adds what tests without a network need:
//! `testing`, and constructors for what callers receive. `keyring` adds a store that keeps sessions in the keyring of the operating system, `auth::KeyringStore`.

#![forbid(unsafe_code)]

mod api;
pub mod auth;
mod client;
mod error;
mod hook;
mod limit;
mod options;
mod pages;
pub mod preflight;
mod read_back;
mod retry;
mod scopes;
mod summary;

pub use api::{Api, InvalidServer, Server};
pub use client::{BuildError, Client, ClientBuilder, Timeouts};
pub use error::{Diagnosis, Effect, Error, Kind, Retryable, VendorError};
pub use limit::Limiter;
pub use options::CallOptions;
pub use pages::{ByPage, Items, PagedExt, PagesProblem};
pub use read_back::ReadBack;
pub use retry::{Backoff, Decision, Failed, Fault, GaveUp, NoRetry, RetryPolicy};
pub use summary::{Attempt, CallSummary, Credential, Outcome};

#[cfg(feature = "foundry")]
pub use api::foundry;
#[cfg(feature = "klustr")]
pub use api::klustr;
#[cfg(feature = "okta")]
pub use api::okta;
#[cfg(feature = "zenml")]
pub use api::zenml;

pub use rolecall_auth::{Clock, SystemClock};
#[cfg(feature = "testing")]
pub use rolecall_client::testing;
pub use rolecall_client::{self, Cursor, HttpSettings, Page};

/// The guides and the README, so that their examples are compiled and run.
#[cfg(doctest)]
mod guides {
    #[doc = include_str!("../../../docs/authentication.md")]
    mod authentication {}
    #[doc = include_str!("../../../docs/guides/everyday.md")]
    mod everyday {}
    #[doc = include_str!("../../../docs/guides/foundry.md")]
    mod foundry {}
    #[doc = include_str!("../../../docs/guides/klustr.md")]
    mod klustr {}
    #[doc = include_str!("../../../docs/guides/okta.md")]
    mod okta {}
    #[doc = include_str!("../../../README.md")]
    mod readme {}
    #[doc = include_str!("../../../docs/guides/testing.md")]
    mod testing {}
    #[doc = include_str!("../../../docs/guides/zenml.md")]
    mod zenml {}
}
