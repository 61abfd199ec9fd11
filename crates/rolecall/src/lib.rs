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

pub mod auth;
#[cfg(feature = "foundry")]
pub mod foundry;
#[cfg(feature = "klustr")]
pub mod klustr;
#[cfg(feature = "okta")]
pub mod okta;
pub mod preflight;
#[cfg(feature = "zenml")]
pub mod zenml;

pub use rolecall_auth::{Clock, SystemClock};
#[cfg(feature = "testing")]
pub use rolecall_client::testing;
pub use rolecall_client::{self, ApiClient, Cursor, HttpSettings, InvalidServer, Page};
pub use rolecall_policy::{
    Attempt, Backoff, BuildError, ByPage, CallOptions, CallSummary, Client, ClientBuilder,
    Credential, Decision, Diagnosis, Effect, Error, Failed, Fault, GaveUp, Items, Kind, Limiter,
    NoRetry, Outcome, PagedExt, PagesProblem, ReadBack, RetryPolicy, Retryable, Timeouts,
    VendorError,
};

/// The guides and the README, so that their examples are compiled and run.
#[cfg(doctest)]
mod guides {
    #[doc = include_str!("../../../docs/authentication.md")]
    mod authentication {}
    #[doc = include_str!("../../../docs/guides/everyday.md")]
    mod everyday {}
    #[doc = include_str!("../../../docs/guides/foundry.md")]
    mod foundry {}
    #[doc = include_str!("../../../docs/guides/generated-client.md")]
    mod generated_client {}
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
