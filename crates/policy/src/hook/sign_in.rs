//! Putting credentials on a request, and what to do when none can be had.

use super::trace::millis;
use super::{Refused, Run};
use crate::hook::attempt::Sent;
use crate::retry::{Decision, Failed, Fault, GaveUp};
use rolecall_auth::{self as auth, ErrorKind, Verdict};
use rolecall_client::HookError;
use rolecall_client::reqwest::Request;
use std::time::Duration;

/// What came of signing a request in.
pub(super) enum SignedIn {
    /// It can be sent.
    Ready(Box<Request>),
    /// There is no token now; there may be one after this time.
    Later(Duration),
}

impl Run<'_> {
    /// Signs the request in, within the deadline of the call. An authorization server that fails for the moment is asked
    /// again under the call's retry policy: the call itself has not been sent, so there is nothing to do twice.
    pub(super) async fn sign_in(&mut self, mut request: Request) -> Result<SignedIn, HookError> {
        let Some(authorizer) = &self.policy.shared.authorizer else {
            return Ok(SignedIn::Ready(Box::new(request)));
        };
        let used = self.used.clone();
        let done = self
            .times
            .limited(async {
                match used {
                    None => authorizer.authorize(self.operation, &mut request).await,
                    Some(used) => authorizer.authorize_again(used, &mut request).await,
                }
            })
            .await;
        match done {
            Some(Ok(used)) => {
                self.used = Some(used);
                Ok(SignedIn::Ready(Box::new(request)))
            }
            Some(Err(error)) => match self.sign_in_again(&error) {
                Ok(wait) => Ok(SignedIn::Later(wait)),
                Err(reason) => {
                    self.summary.gave_up = Some(reason);
                    self.summary.sign_in_failure = Some(error.clone());
                    Err(HookError::refused(error))
                }
            },
            None => Err(HookError::refused(Refused::Deadline("a token"))),
        }
    }

    /// How long to wait before a token is asked for once more.
    fn sign_in_again(&mut self, error: &auth::Error) -> Result<Duration, GaveUp> {
        if !error.is_transient() {
            return Err(GaveUp::NotTransient);
        }
        // While a failure is being waited out, nobody was asked, and the attempt that follows the wait is the next one.
        if error.kind() != ErrorKind::BackingOff {
            self.sign_ins = self.sign_ins.saturating_add(1);
        }
        let decision = self.retry_policy().decide(&Failed {
            operation: self.operation,
            attempts: self.sign_ins.max(1),
            elapsed: self.times.elapsed(),
            fault: Fault::NoToken,
            headers: None,
            asked_to_wait: error.retry_after(),
            asked_to_stop: false,
        });
        let wait = match decision {
            Decision::RetryAfter(wait) => wait,
            Decision::GiveUp(reason) => return Err(reason),
        };
        if wait > self.times.left() {
            return Err(GaveUp::Deadline);
        }
        if !self.policy.shared.budget.take() {
            return Err(GaveUp::Budget);
        }
        tracing::info!(
            operation = self.operation.id,
            attempt = self.sign_ins,
            error = %error,
            wait_ms = millis(wait),
            "asking for a token again"
        );
        Ok(wait)
    }

    /// Shows a response to the authorizer.
    pub(super) fn wants_other_credential(&mut self, sent: &Sent) -> bool {
        let (Some(authorizer), Some(used), Ok(response)) =
            (&self.policy.shared.authorizer, &mut self.used, &sent.result)
        else {
            return false;
        };
        authorizer.on_answer(used, response.status(), response.headers()) == Verdict::RetryOnce
    }
}
