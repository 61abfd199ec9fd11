//! Authentication of requests: where tokens come from, which of them an operation gets, and how they go on a request.
//!
//! A [`TokenSource`] gets tokens. [`Credentials`] holds several of them for one service and knows which one an operation
//! uses. An [`Authorizer`] puts a token on a request and tells from the response whether to retry. The hook under every
//! call of a client does this by itself; a program only says what it has:
//!
//! ```
//! # fn main() -> Result<(), rolecall_auth::Error> {
//! use rolecall_auth::{Credentials, Match, StaticToken};
//!
//! # let (oauth_token, personal_token) = (String::from("one"), String::from("two"));
//! let credentials = Credentials::builder("https://api.example.com")
//!     .source("oauth", StaticToken::bearer(oauth_token))
//!     .source("pat", StaticToken::personal_access_token(personal_token))
//!     .rule(Match::operation("*RoleAssignments"), "pat")
//!     .build()?;
//! # Ok(()) }
//! ```
//!
//! Credentials belong to one origin (scheme, host, port) and are refused to every other.
//!
//! Nothing here knows of one vendor. What an authorization server wants is said with the types of [`oauth`].
//!
//! # Features
//!
//! `keyring` adds `KeyringStore`, which keeps sessions in the keyring of the operating system. `testing` adds constructors for what
//! callers receive.

#![forbid(unsafe_code)]

mod api_key;
mod authorizer;
mod cache;
mod clock;
mod credentials;
mod dpop;
mod error;
mod exchange;
mod jose;
pub mod oauth;
mod origin;
mod scopes;
mod server_clock;
mod source;
mod static_token;
mod store;
mod token;

pub use api_key::{ApiKeyExchange, ApiKeyExchangeBuilder};
pub use authorizer::{Authorizer, Used, Verdict};
pub use clock::{Clock, SystemClock};
pub use credentials::{Chosen, Credentials, CredentialsBuilder, Match};
pub use dpop::DpopKey;
pub use error::{Error, ErrorKind};
pub use jose::{Claims, SigningKey};
pub use scopes::Scopes;
pub use source::{TokenRequest, TokenSource};
pub use static_token::StaticToken;
#[cfg(feature = "keyring")]
pub use store::KeyringStore;
pub use store::{FileStore, MemoryStore, StoreLock, TokenStore};
pub use token::{Scheme, Token, TokenId};
