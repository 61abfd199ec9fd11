//! Who is calling: where tokens come from, which of them an operation gets, and how they go on a request.
//!
//! A [`TokenSource`] gets tokens. [`Credentials`] holds several of them for one service and knows which one an operation
//! uses. An [`Authorizer`] puts a token on a request and tells from the answer whether to try once more. The hook under
//! every call of a client does this by itself; a program only says what it has:
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
//!
//! Credentials belong to one origin (scheme, host, port) and are refused to every other.

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
pub mod preflight;
pub(crate) mod scopes;
mod source;
mod static_token;
mod store;
mod token;
pub mod vendors;

pub use api_key::{ApiKeyExchange, ApiKeyExchangeBuilder};
pub use authorizer::{Authorizer, Used, Verdict};
pub(crate) use credentials::kind_name;
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
