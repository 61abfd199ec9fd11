//! What is different for one call.

use crate::read_back::Look;
use crate::retry::{NoRetry, RetryPolicy};
use rolecall_client::Operation;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// What is different for one call, or for some: [`Client::with`](crate::Client::with) makes a client with these options that
/// shares everything else.
///
/// ```
/// use rolecall_policy::CallOptions;
/// use std::time::Duration;
///
/// let options = CallOptions::new().deadline(Duration::from_secs(20)).no_retry();
/// ```
#[derive(Clone, Default)]
pub struct CallOptions {
    pub(crate) deadline: Option<Duration>,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) hazards: Vec<String>,
    pub(crate) idempotent: bool,
    pub(crate) retry: Option<Arc<dyn RetryPolicy>>,
    pub(crate) look: Option<Look>,
}

impl CallOptions {
    /// Nothing different.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How long a call may take, waits and repeats included, in the place of [`Timeouts::overall`](crate::Timeouts::overall).
    #[must_use]
    pub fn deadline(mut self, within: Duration) -> Self {
        self.deadline = Some(within);
        self
    }

    /// How long sending once may take, in the place of [`Timeouts::attempt`](crate::Timeouts::attempt).
    #[must_use]
    pub fn attempt_timeout(mut self, within: Duration) -> Self {
        self.attempt_timeout = Some(within);
        self
    }

    /// Allows the hazardous operation of this `operationId`. Without it, operations with an [`Operation::hazard`] are refused.
    #[must_use]
    pub fn allow_hazard(mut self, operation_id: impl Into<String>) -> Self {
        self.hazards.push(operation_id.into());
        self
    }

    /// Says that this call has the same effect sent twice as sent once, whatever the operation's description says: it is
    /// then sent again after a failure that left its outcome open.
    #[must_use]
    pub fn idempotent(mut self) -> Self {
        self.idempotent = true;
        self
    }

    /// Uses this policy in the place of the client's.
    #[must_use]
    pub fn retry(mut self, policy: impl RetryPolicy) -> Self {
        self.retry = Some(Arc::new(policy));
        self
    }

    /// Sends nothing again. A refused token is still renewed once.
    #[must_use]
    pub fn no_retry(self) -> Self {
        self.retry(NoRetry)
    }

    pub(crate) fn allows(&self, operation: &Operation) -> bool {
        self.hazards.iter().any(|id| id == operation.id)
    }
}

impl fmt::Debug for CallOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallOptions")
            .field("deadline", &self.deadline)
            .field("attempt_timeout", &self.attempt_timeout)
            .field("hazards", &self.hazards)
            .field("idempotent", &self.idempotent)
            .field("retry", &self.retry)
            .field("looks", &self.look.is_some())
            .finish()
    }
}
