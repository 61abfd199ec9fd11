//! Palantir Foundry: roles on organizations, enrollments, markings and resources.
//!
//! The variable of the server is the host name of the stack, such as `example.palantirfoundry.com`.

pub mod auth;

pub use rolecall_foundry::{operations, types};

/// A client of the facade for this API.
pub type Client = crate::Client<rolecall_foundry::Client>;

/// The generated client, which has a method for each operation.
pub type Generated = rolecall_foundry::Client;
