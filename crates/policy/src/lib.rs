//! What happens around a call of a generated client: authentication, rate limits, concurrency, retries, timeouts, pagination
//! and the diagnosis of errors.
//!
//! It works for every generated client ([`ApiClient`](rolecall_client::ApiClient)) and knows no operation by its name and no
//! vendor: what is particular to an API is in its description, and comes with its operations.
//!
//! | for | see |
//! | --- | --- |
//! | a client that authenticates, waits, retries and explains | [`Client`], [`ClientBuilder`], [`CallOptions`] |
//! | lists in pages | [`PagedExt`], [`Items`], [`ByPage`] |
//! | retries and rate limits | [`RetryPolicy`], [`Backoff`], [`Limiter`] |
//! | what went wrong, and what to do | [`Error`], [`Diagnosis`] |
//! | what was done for a call | [`CallSummary`] |
//!
//! # Features
//!
//! `testing` adds constructors for what callers receive.

#![forbid(unsafe_code)]

mod client;
mod error;
mod hook;
mod limit;
mod options;
mod pages;
mod read_back;
mod retry;
mod summary;

pub use client::{BuildError, Client, ClientBuilder, Timeouts};
pub use error::{Diagnosis, Effect, Error, Kind, Retryable, VendorError};
pub use limit::Limiter;
pub use options::CallOptions;
pub use pages::{ByPage, Items, PagedExt, PagesProblem};
pub use read_back::ReadBack;
pub use retry::{Backoff, Decision, Failed, Fault, GaveUp, NoRetry, RetryPolicy};
pub use summary::{Attempt, CallSummary, Credential, Outcome};
