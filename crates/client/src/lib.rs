//! What every generated API client needs at run time, and nothing that decides for you.
//!
//! A generated crate describes each operation of an API as plain data ([`Operation`]) and wraps a [`Call`] in a builder.
//! This crate turns such a call into one HTTP exchange over a [`Transport`], and its answer into a [`Response`] or an
//! [`Error`] that keeps what was received. It never retries, waits, logs in or picks a page by itself: a [`Hook`] is the
//! place for that.
//!
//! | for | see |
//! | --- | --- |
//! | what is known of an operation before it is called | [`Operation`] |
//! | what is known of an API as a whole | [`Service`], [`ApiClient`] |
//! | proxy, certificates, user agent | [`HttpSettings`] |
//! | sending | [`Transport`], [`Call`], [`ParamValue`], [`Multipart`] |
//! | standing between a call and the network | [`Hook`], [`Next`] |
//! | responses | [`Response`], [`Error`], [`DecodeProblem`], [`Misfit`], [`Decoding`] |
//! | lists in pages | [`Paged`], [`Page`], [`Cursor`], [`Results`] |
//! | tests without a network | `testing`, with the feature `testing` |
//! | types that lose nothing | [`object!`], [`open_enum!`], [`union!`], [`choice!`], [`Extra`], [`RawJson`], [`Timestamp`], [`Secret`] |
//!
//! # Features
//!
//! `rustls` (default) for TLS, `http2` (default), `system-proxy` for the proxies that the environment and the operating system
//! name (without it there is none but what [`HttpSettings::proxy`] says), `schemars` for JSON Schemas of the generated
//! types, and `testing` for tests without a network.
//!
//! With `rustls`, [`reqwest`] has no cryptography of its own: call [`install_crypto_provider`] before building a
//! [`reqwest::Client`] by hand. A [`Transport`] with the default client needs no such call.

mod body;
mod call;
mod cursor;
mod error;
mod exchange_error;
mod hook;
mod http_client;
mod json;
mod json_path;
mod link;
mod macros;
mod misfit;
mod multipart;
mod operation;
mod origin;
mod page;
mod paging;
mod parameter;
mod problem;
mod proxy;
mod redaction;
mod redirect;
mod request;
mod response;
mod results;
mod retry_hints;
mod secret;
mod send;
mod server;
mod server_template;
mod service;
#[cfg(feature = "testing")]
pub mod testing;
mod timestamp;
mod transport;

pub use body::ArrayStyle;
pub use call::Call;
pub use cursor::{Cursor, InvalidCursor};
pub use error::Error;
pub use hook::{BoxFuture, Hook, HookError, HookNote, Next, WholeBody};
pub use http_client::{HttpClient, HttpSettings};
pub use json::{Decoded, Decoding, Extra, FromJson, RawJson, Serde, decode};
pub use misfit::{ItemProblem, Misfit};
pub use multipart::{Multipart, Part};
pub use operation::{
    Answer, Basis, CredentialKind, Encoding, Fact, Location, Operation, Parameter, RateLimit,
    Refusal, RequestBody, Requirement, Retry, Stage, Status, Style, find,
};
pub use origin::is_loopback;
pub use page::{Page, Paged};
pub use paging::{PageLimit, PageLocation, PageParameter, Pages};
pub use parameter::ParamValue;
pub use problem::DecodeProblem;
pub use redaction::redact;
pub use redirect::{Redirect, RedirectRefusal};
pub use response::{ByStatus, ErrorBody, Response};
pub use results::Results;
pub use retry_hints::{RateLimitWindow, RetryHints};
pub use secret::Secret;
pub use server::Server;
pub use server_template::{InvalidServer, ServerTemplate, ServerVariable};
pub use service::{ApiClient, ErrorFields, Service};
pub use timestamp::Timestamp;
pub use transport::{BuildError, Transport, TransportBuilder, install_crypto_provider};

pub use bytes::Bytes;
pub use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
pub use reqwest::{self, Url};

/// What the macros' expansions use. Not for use by hand: it changes without notice.
#[doc(hidden)]
pub mod private {
    #[cfg(feature = "schemars")]
    pub use crate::macros::schema;
    /// What the types' expansions read themselves with.
    pub mod json {
        pub use crate::json::{Mark, ReadError, Reader, deserialize, integral};
    }

    pub use crate::macros::{by_status, choice, field, form, object, union};
    pub use bytes;
    pub use chrono;
    pub use http;
    #[cfg(feature = "schemars")]
    pub use schemars;
    pub use serde_core as serde;
    pub use serde_json;
}
