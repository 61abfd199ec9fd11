//! What is different for one call.

use crate::retry::{NoRetry, RetryPolicy};
use rolecall_client::{BoxFuture, Bytes, Operation, StatusCode};
use serde::Serialize;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// What is different for one call, or for some: [`Client::with`](crate::Client::with) makes a client with these options that
/// shares everything else.
///
/// ```
/// use rolecall::CallOptions;
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
    pub(crate) read_back: Option<LookBack>,
}

pub(crate) type LookBack = Arc<dyn Fn() -> BoxFuture<'static, ReadBack> + Send + Sync>;

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

    /// How to look whether a write took effect after a failure that left that open. The write is sent again only when it
    /// did not ([`ReadBack::DidNot`]). It is asked once for every such failure, within the deadline of the call.
    ///
    /// ```
    /// use rolecall::{CallOptions, ReadBack};
    ///
    /// # async fn holders() -> Result<Vec<&'static str>, ()> { Ok(vec!["someone"]) }
    /// let options = CallOptions::new().read_back(|| async {
    ///     match holders().await {
    ///         Ok(holders) => match holders.iter().find(|holder| **holder == "someone") {
    ///             Some(found) => ReadBack::took_effect(found),
    ///             None => ReadBack::DidNot,
    ///         },
    ///         Err(()) => ReadBack::Unknown,
    ///     }
    /// });
    /// ```
    #[must_use]
    pub fn read_back<F>(mut self, look: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ReadBack> + Send + 'static,
    {
        self.read_back = Some(Arc::new(move || Box::pin(look())));
        self
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
            .field("read_back", &self.read_back.is_some())
            .finish()
    }
}

/// What a look at the service says about a write whose outcome is open.
#[derive(Clone)]
#[non_exhaustive]
pub enum ReadBack {
    /// It took effect. The caller gets this in the place of the answer that was lost.
    TookEffect(FoundDone),
    /// It did not, and may be sent again.
    DidNot,
    /// That could not be found out: the caller gets the failure.
    Unknown,
}

/// The answer that stands for one that was lost.
#[derive(Clone)]
pub struct FoundDone {
    pub(crate) status: StatusCode,
    pub(crate) body: Bytes,
}

impl ReadBack {
    /// The write took effect, and what it would have answered is this value, with status 200. [`Unknown`](Self::Unknown)
    /// when it cannot be serialized; the generated types can.
    pub fn took_effect(answer: &impl Serialize) -> Self {
        match serde_json::to_vec(answer) {
            Ok(body) => Self::TookEffect(FoundDone {
                status: StatusCode::OK,
                body: body.into(),
            }),
            Err(_) => Self::Unknown,
        }
    }

    /// The write took effect, and it answers without a body, with status 204.
    #[must_use]
    pub fn took_effect_without_body() -> Self {
        Self::TookEffect(FoundDone {
            status: StatusCode::NO_CONTENT,
            body: Bytes::new(),
        })
    }
}

/// What was found may be personal, so it is not shown.
impl fmt::Debug for ReadBack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TookEffect(_) => "TookEffect",
            Self::DidNot => "DidNot",
            Self::Unknown => "Unknown",
        })
    }
}
