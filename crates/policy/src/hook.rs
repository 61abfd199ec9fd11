//! The hook under every call of a client: signing in, waiting, sending, sending again.

mod attempt;
mod refusal;
mod sign_in;
mod trace;

pub(crate) use refusal::Refused;

use crate::client::Settings;
use crate::limit::{Limiter, Permit, Turn};
use crate::options::CallOptions;
use crate::read_back::{FoundDone, Looked};
use crate::retry::{Budget, Decision, Failed, Fault, GaveUp, RetryPolicy};
use crate::summary::{CallSummary, Credential, Outcome};
use attempt::{Sent, Times};
use rolecall_auth::{Authorizer, Used};
use rolecall_client::reqwest::{Request, Response, Url};
use rolecall_client::{BoxFuture, Hook, HookError, HookNote, Misfit, Next, Operation, Retry};
use sign_in::SignedIn;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use trace::millis;
use tracing::Instrument;

/// What all clones of a client share.
pub(crate) struct Shared {
    pub(crate) settings: Settings,
    pub(crate) authorizer: Option<Authorizer>,
    pub(crate) origin: Arc<str>,
    pub(crate) base_url: Url,
    pub(crate) budget: Budget,
    pub(crate) places: Option<Arc<Semaphore>>,
}

/// The hook of a client, or of one with other options.
pub(crate) struct Policy {
    pub(crate) shared: Arc<Shared>,
    pub(crate) options: CallOptions,
}

impl Hook for Policy {
    fn execute<'a>(
        &'a self,
        request: Request,
        next: Next<'a>,
    ) -> BoxFuture<'a, Result<Response, HookError>> {
        Box::pin(async move {
            let mut run = Run::new(self, next);
            let span = trace::span(run.operation, &request);
            let result = run.run(request).instrument(span.clone()).await;
            let summary = run.into_summary();
            trace::end(&span, &summary, result.is_err());
            if let Some(observer) = &self.shared.settings.observer {
                observer(&summary);
            }
            let note = HookNote::new(summary);
            match result {
                Ok(mut response) => {
                    response.extensions_mut().insert(note);
                    Ok(response)
                }
                Err(error) => Err(error.noted(note)),
            }
        })
    }

    fn misfits(
        &self,
        operation: &'static Operation,
        misfits: &[Misfit],
        note: Option<HookNote>,
    ) -> Option<HookNote> {
        if let Some(first) = misfits.first() {
            let count = misfits.len();
            tracing::warn!(operation = operation.id, count, %first, "values of the response did not fit");
        }
        let summary = note.as_ref().and_then(HookNote::get::<CallSummary>);
        match summary.cloned() {
            Some(mut summary) => {
                summary.misfits = misfits.to_vec();
                Some(HookNote::new(summary))
            }
            None => note,
        }
    }
}

/// One call on its way.
struct Run<'a> {
    policy: &'a Policy,
    next: Next<'a>,
    operation: &'static Operation,
    times: Times<'a>,
    summary: CallSummary,
    used: Option<Used>,
    /// How often no token could be had.
    sign_ins: u32,
    /// How many redirects were followed.
    redirects: usize,
}

impl Shared {
    /// The origin of a request, which is another one for an operation with a server of its own.
    fn origin_of(&self, url: &Url) -> Arc<str> {
        let base = &self.base_url;
        let same = url.scheme() == base.scheme()
            && url.host_str() == base.host_str()
            && url.port_or_known_default() == base.port_or_known_default();
        if same {
            Arc::clone(&self.origin)
        } else {
            url.origin().ascii_serialization().into()
        }
    }
}

impl<'a> Run<'a> {
    fn new(policy: &'a Policy, next: Next<'a>) -> Self {
        let settings = &policy.shared.settings;
        let operation = next.operation();
        let overall = policy.options.deadline.unwrap_or(settings.timeouts.overall);
        Self {
            policy,
            next,
            operation,
            times: Times::new(&*settings.clock, overall),
            summary: CallSummary {
                idempotent: policy.options.idempotent,
                ..CallSummary::unsent(operation)
            },
            used: None,
            sign_ins: 0,
            redirects: 0,
        }
    }

    fn into_summary(mut self) -> CallSummary {
        self.summary.elapsed = self.times.elapsed();
        self.summary.credential = self.used.as_ref().and_then(credential);
        self.summary
    }

    async fn run(&mut self, request: Request) -> Result<Response, HookError> {
        let settings = &self.policy.shared.settings;
        if self.operation.hazard.is_some()
            && !settings.allow_hazards
            && !self.policy.options.allows(self.operation)
        {
            return Err(HookError::refused(Refused::Hazard(self.operation)));
        }
        let (mut request, mut waited) = (request, Duration::ZERO);
        let mut refused = None;
        loop {
            let ready = self.ready(&request, &mut waited).await;
            let (mut permit, place, ready) = match (ready, refused.take()) {
                (Ok(ready), _) => ready,
                // There is no other credential. What the service said of the one there was is the better account of it:
                // its 401 may be about a permission.
                (Err(error), Some(response)) => {
                    tracing::debug!(operation = self.operation.id, error = %error, "no other credential");
                    return Ok(response);
                }
                (Err(error), None) => return Err(error),
            };
            if let Some(permit) = &mut permit {
                permit.sent();
            }
            let sent = self.send(ready, waited).await;
            drop(place);
            if let (Some(permit), Some(window)) = (&permit, &sent.window) {
                permit.answered(*window, sent.end);
            }
            if self.wants_other_credential(&sent) {
                tracing::debug!(operation = self.operation.id, "signing in once more");
                refused = sent.result.ok();
                waited = Duration::ZERO;
                continue;
            }
            if let Some(onward) = self.redirected(&request, &sent)? {
                tracing::debug!(operation = self.operation.id, "following a redirect");
                (request, waited) = (onward, Duration::ZERO);
                continue;
            }
            waited = match self.after(sent, permit).await {
                After::Done(result) => return result,
                After::Again(wait) => {
                    self.times.sleep(wait).await;
                    wait
                }
            };
        }
    }

    /// Waits until the call may be sent, and makes the request that is. Signing in and waiting for a place take time, in which
    /// others may have learned that the rate limit is used up, so that is looked at once more at the end.
    async fn ready(
        &mut self,
        request: &Request,
        waited: &mut Duration,
    ) -> Result<(Option<Permit>, Option<OwnedSemaphorePermit>, Request), HookError> {
        loop {
            let permit = self.turn(request, waited).await?;
            let place = self.place(waited).await?;
            let Some(copy) = request.try_clone() else {
                return Err(HookError::refused(
                    "the body of the request is not in memory",
                ));
            };
            let ready = match self.sign_in(copy).await? {
                SignedIn::Ready(ready) => *ready,
                SignedIn::Later(wait) => {
                    // Nobody else has to wait meanwhile for what this call does not use.
                    drop((permit, place));
                    self.times.sleep(wait).await;
                    *waited += wait;
                    continue;
                }
            };
            if self.times.left().is_zero() {
                return Err(HookError::refused(Refused::Deadline("its turn to be sent")));
            }
            let now = self.times.now();
            if !permit.as_ref().is_some_and(|permit| permit.is_void(now)) {
                return Ok((permit, place, ready));
            }
        }
    }

    /// Where the answer redirects to, with the credentials still to be put on.
    fn redirected(&mut self, request: &Request, sent: &Sent) -> Result<Option<Request>, HookError> {
        let Ok(response) = &sent.result else {
            return Ok(None);
        };
        let onward = self.next.redirected(request, response, self.redirects);
        match &onward {
            Ok(Some(_)) => self.redirects += 1,
            Ok(None) => {}
            Err(_) if self.operation.retry == Retry::Safe => {}
            Err(_) => self.summary.gave_up = Some(GaveUp::OutcomeUnknown),
        }
        onward
    }

    /// How often the same request was sent.
    fn attempts(&self) -> usize {
        self.summary.attempts.len().saturating_sub(self.redirects)
    }

    /// Waits for the call's turn in its rate limit.
    async fn turn(
        &mut self,
        request: &Request,
        waited: &mut Duration,
    ) -> Result<Option<Permit>, HookError> {
        let shared = &self.policy.shared;
        let Some(limiter): Option<&Limiter> = shared.settings.limiter.as_ref() else {
            return Ok(None);
        };
        let origin = shared.origin_of(request.url());
        let bucket = self.operation.rate_limit.map_or("", |limit| limit.bucket);
        loop {
            let now = self.times.now();
            let (at, permit) = match limiter.turn(&origin, bucket, now) {
                Turn::At(at, permit) => (at, Some(permit)),
                Turn::NotBefore(at) => (at, None),
            };
            let wait = at.saturating_duration_since(now);
            if !wait.is_zero() {
                if wait > self.times.left() {
                    return Err(HookError::refused(Refused::RateLimit { bucket, wait }));
                }
                tracing::info!(
                    operation = self.operation.id,
                    bucket,
                    wait_ms = millis(wait),
                    "waiting for the rate limit"
                );
                self.times.sleep(wait).await;
                *waited += wait;
            }
            if permit.is_some() {
                return Ok(permit);
            }
        }
    }

    /// Waits for a place among the calls at once.
    async fn place(
        &mut self,
        waited: &mut Duration,
    ) -> Result<Option<OwnedSemaphorePermit>, HookError> {
        let Some(places) = &self.policy.shared.places else {
            return Ok(None);
        };
        if let Ok(place) = Arc::clone(places).try_acquire_owned() {
            return Ok(Some(place));
        }
        let start = self.times.now();
        let place = self.times.limited(Arc::clone(places).acquire_owned()).await;
        *waited += self.times.now().saturating_duration_since(start);
        match place {
            Some(Ok(place)) => Ok(Some(place)),
            // Nobody closes the semaphore.
            Some(Err(_)) => Ok(None),
            None => Err(HookError::refused(Refused::Deadline(
                "its turn among the calls at once",
            ))),
        }
    }

    fn retry_policy(&self) -> &dyn RetryPolicy {
        let options = &self.policy.options;
        let settings = &self.policy.shared.settings;
        &**options.retry.as_ref().unwrap_or(&settings.retry)
    }

    /// Decides what to do after the call was sent.
    async fn after(&mut self, sent: Sent, permit: Option<Permit>) -> After {
        let shared = &self.policy.shared;
        let Some(fault) = sent.fault else {
            if self.attempts() == 1 {
                shared.budget.succeeded();
            }
            return After::Done(sent.result);
        };
        if fault == Fault::Status(rolecall_client::StatusCode::TOO_MANY_REQUESTS)
            && let (Some(permit), Some(wait)) = (&permit, sent.advice.wait)
            && sent.window.is_none_or(|window| window.limit > 0)
        {
            permit.refused(wait, self.times.now());
        }
        drop(permit);
        match self.decide(fault, &sent).await {
            Ok(Decision::RetryAfter(wait)) => After::Again(wait),
            Ok(Decision::GiveUp(reason)) => {
                self.summary.gave_up = Some(reason);
                if reason != GaveUp::NotTransient {
                    let operation = self.operation.id;
                    tracing::warn!(operation, %fault, %reason, "giving up");
                }
                After::Done(sent.result)
            }
            Err(found) => {
                if let Some(attempt) = self.summary.attempts.last_mut() {
                    attempt.outcome = Outcome::FoundDone;
                }
                tracing::info!(
                    operation = self.operation.id,
                    "found done after a lost answer"
                );
                After::Done(Err(HookError::refused(found)))
            }
        }
    }

    /// What the policy says, where sending again is safe at all; `Err` when the write was found done.
    async fn decide(&mut self, fault: Fault, sent: &Sent) -> Result<Decision, FoundDone> {
        let options = &self.policy.options;
        let decision = self.retry_policy().decide(&Failed {
            operation: self.operation,
            attempts: u32::try_from(self.attempts()).unwrap_or(u32::MAX),
            elapsed: self.times.elapsed(),
            fault,
            headers: sent.result.as_ref().ok().map(Response::headers),
            asked_to_wait: sent.advice.wait,
            asked_to_stop: sent.advice.do_not_retry,
        });
        // A look is worth it even when the policy has had enough: it may find the write done.
        if !fault.may_be_repeated(self.operation, options.idempotent)
            && decision != Decision::GiveUp(GaveUp::NotTransient)
        {
            let Some(look) = &options.look else {
                return Ok(Decision::GiveUp(GaveUp::OutcomeUnknown));
            };
            tracing::info!(
                operation = self.operation.id,
                "looking whether it took effect"
            );
            match self.times.limited(look()).await {
                Some(Looked::TookEffect) => return Err(FoundDone),
                Some(Looked::DidNot) => {}
                Some(Looked::Unknown) | None => {
                    return Ok(Decision::GiveUp(GaveUp::OutcomeUnknown));
                }
            }
        }
        let Decision::RetryAfter(wait) = decision else {
            return Ok(decision);
        };
        if wait > self.times.left() {
            return Ok(Decision::GiveUp(GaveUp::Deadline));
        }
        if !self.policy.shared.budget.take() {
            return Ok(Decision::GiveUp(GaveUp::Budget));
        }
        let attempt = self.summary.attempts.len();
        let operation = self.operation.id;
        tracing::info!(operation, attempt, %fault, wait_ms = millis(wait), "sending again");
        Ok(decision)
    }
}

/// What follows after a call was sent.
enum After {
    Done(Result<Response, HookError>),
    Again(Duration),
}

fn credential(used: &Used) -> Option<Credential> {
    let scopes = used.token().and_then(|token| token.scopes());
    Some(Credential {
        source: used.source()?.to_owned(),
        kind: used.kind()?,
        scopes: scopes.map(|scopes| scopes.iter().map(str::to_owned).collect()),
    })
}
