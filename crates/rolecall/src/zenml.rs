//! ZenML Pro: roles in organizations, workspaces and projects.
//!
//! The variable of the server is where the control plane answers; without one it is the hosted service.

pub mod auth;

pub use rolecall_zenml::{operations, types};

/// A client of the facade for this API.
pub type Client = crate::Client<rolecall_zenml::Client>;

/// The generated client, which has a method for each operation.
pub type Generated = rolecall_zenml::Client;
