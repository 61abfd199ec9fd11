//! OAuth 2.0 (RFC 6749): tokens from an authorization server.
//!
//! An [`OAuthClient`] is what the authorization server knows a program as: where the server is, the client's id and how it
//! proves to be that client. With it, [`ClientCredentials`] gets tokens for the program itself, and a [`UserSession`] gets
//! those of a person who signs in, with a browser on this machine or on another device.

mod authentication;
mod client;
mod client_credentials;
mod device;
mod introspection;
mod provider;
mod redirect;
mod revocation;
mod saved;
mod session;
mod token_endpoint;
mod token_response;

pub use authentication::{AssertionAudience, ClientAuthentication};
pub use client::{OAuthClient, OAuthClientBuilder};
pub use client_credentials::ClientCredentials;
pub use device::DeviceSignIn;
pub use introspection::Introspection;
pub use provider::{Endpoints, Provider};
pub use redirect::Redirect;
pub use session::{SignIn, UserSession};
pub(crate) use token_response::{TokenResponse, refused};

use super::Scopes;

/// Which scopes a source asks for.
#[derive(Clone, Debug)]
pub(crate) enum Ask {
    /// Those that the operation names: a token for each set of them.
    Operation,
    /// Always these; none when there are none.
    Always(Scopes),
}

impl Ask {
    pub(crate) fn scopes(&self, operation: Scopes) -> Scopes {
        match self {
            Self::Operation => operation,
            Self::Always(scopes) => scopes.clone(),
        }
    }
}
