//! Okta: admin roles of users, groups and OAuth clients.
//!
//! The variable of the server is the org's domain, such as `example.okta.com`, not the one of the Admin Console (with
//! `-admin`).

pub mod auth;

pub use rolecall_okta::{operations, types};

/// A client of the facade for this API.
pub type Client = crate::Client<rolecall_okta::Client>;

/// The generated client, which has a method for each operation.
pub type Generated = rolecall_okta::Client;

/// Every org has the user who made it, who is an administrator. That these lists are not empty is inferred from that.
pub(crate) const NEVER_EMPTY: &[&str] = &["listUsers", "listUsersWithRoleAssignments"];
