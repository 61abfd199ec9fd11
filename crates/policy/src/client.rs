//! A client with a policy under every call.

mod builder;

pub(crate) use builder::Settings;
pub use builder::{BuildError, ClientBuilder, Timeouts};

use crate::hook::{Policy, Shared};
use crate::options::CallOptions;
use rolecall_client::ApiClient;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A client that signs in, keeps to rate limits, sends again where that is safe and explains what fails.
///
/// It dereferences to the generated client `A`, which has a method for each operation. All the policy is in a hook under
/// every call, so a generated builder that comes from here has it too.
///
/// Cloning is cheap, and clones share connections, tokens, rate limits and the cap on calls at once.
///
/// ```
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use rolecall_auth::StaticToken;
/// use rolecall_policy::Client;
///
/// # let key = String::new();
/// let client = Client::<small_client::Client>::builder()
///     .server("harbour.example.com")
///     .token(StaticToken::api_key(key))
///     .build()?;
/// let member = client.get_member().type_("1").send().await;
/// let member = member.map_err(rolecall_policy::Error::from)?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Client<A> {
    api: A,
    shared: Arc<Shared>,
    options: CallOptions,
}

impl<A: ApiClient> Client<A> {
    /// Starts a client.
    pub fn builder() -> ClientBuilder<A> {
        ClientBuilder::new()
    }

    pub(crate) fn new(api: &A, shared: Arc<Shared>, options: CallOptions) -> Self {
        let hook = Policy {
            shared: Arc::clone(&shared),
            options: options.clone(),
        };
        Self {
            api: A::with_transport(api.transport().with_hook(Arc::new(hook))),
            shared,
            options,
        }
    }

    /// The same client with these options for the calls that are made with it.
    #[must_use]
    pub fn with(&self, options: CallOptions) -> Self {
        Self::new(&self.api, Arc::clone(&self.shared), options)
    }

    pub(crate) fn options(&self) -> &CallOptions {
        &self.options
    }

    /// The generated client.
    #[must_use]
    pub fn api(&self) -> &A {
        &self.api
    }

    /// The credentials, when there are any.
    #[must_use]
    pub fn credentials(&self) -> Option<&rolecall_auth::Credentials> {
        let authorizer = self.shared.authorizer.as_ref()?;
        Some(authorizer.credentials())
    }
}

impl<A> Deref for Client<A> {
    type Target = A;

    fn deref(&self) -> &A {
        &self.api
    }
}

impl<A> fmt::Debug for Client<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("origin", &self.shared.origin)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
