//! Klustr: roles in organizations.
//!
//! The variable of the server is scheme and host of the gateway; without one it is the one that Klustr's own description
//! names.

pub mod auth;

pub use rolecall_klustr::{operations, types};

/// A client of the facade for this API.
pub type Client = crate::Client<rolecall_klustr::Client>;

/// The generated client, which has a method for each operation.
pub type Generated = rolecall_klustr::Client;
