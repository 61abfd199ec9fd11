//! Authentication: `rolecall-auth`, and what each vendor's authorization server wants.
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

pub mod vendors;

pub use rolecall_auth::*;
