//! Calls that change nothing, and what their answers say.

use super::{Evidence, Finding, Reason, Verdict};
use rolecall_client::{Call, Operation, PageLocation, Retry, Transport};
use serde_json::Value;

pub(super) struct Probe {
    operation: &'static Operation,
    outcome: Outcome,
}

enum Outcome {
    /// It answered with something.
    Something,
    /// It answered with an empty list.
    Nothing,
    /// It refused the caller.
    Refused(Reason),
    /// It failed in another way.
    Failed(Reason),
}

/// The lists of an API that are never empty for a caller who may see anything at all, by operationId.
fn never_empty(api: &str) -> &'static [&'static str] {
    match api {
        #[cfg(feature = "okta")]
        "okta" => crate::okta::NEVER_EMPTY,
        _ => &[],
    }
}

/// Whether calling it changes nothing and exposes nothing.
fn is_safe(operation: &Operation) -> bool {
    operation.is_safe() && operation.retry == Retry::Safe && operation.hazard.is_none()
}

/// A call without arguments, for one item; `None` when the operation cannot be called like that.
pub(super) fn call(transport: &Transport, operation: &'static Operation) -> Option<Call> {
    let needs = operation.parameters.iter().any(|known| known.required);
    let body = operation.body.is_some_and(|body| body.required);
    if needs || body || !is_safe(operation) {
        return None;
    }
    let mut call = Call::new(transport, operation);
    let limit = operation.pages.limit();
    if let Some(limit) = limit.filter(|limit| limit.parameter.location == PageLocation::Query) {
        call.set(limit.parameter.name, 1);
    }
    Some(call)
}

impl Probe {
    /// Makes the call, unless it could change something.
    pub(super) async fn make(call: Call) -> Option<Self> {
        let operation = call.operation();
        is_safe(operation).then_some(())?;
        let outcome = match call.send_optional_json::<Value, Value>().await {
            Ok(answer) => {
                let items = operation
                    .pages
                    .items()
                    .and_then(|at| answer.value().as_ref()?.pointer(at));
                match items.and_then(Value::as_array) {
                    Some(items) if items.is_empty() => Outcome::Nothing,
                    _ => Outcome::Something,
                }
            }
            Err(error) => {
                let status = error.status().map(|status| status.as_u16());
                let error = crate::Error::from(error);
                let reason = Reason {
                    says: error.to_string(),
                    evidence: Evidence::Probe,
                    remedy: None,
                };
                match status {
                    Some(401 | 403) => Outcome::Refused(reason),
                    _ => Outcome::Failed(reason),
                }
            }
        };
        Some(Self { operation, outcome })
    }

    fn is(&self, finding: &Finding) -> bool {
        (self.operation.api, self.operation.id) == (finding.api, finding.operation)
    }
}

/// Whether the API may answer a caller without the right with an empty list instead of a refusal.
fn may_hide(operation: &Operation) -> bool {
    operation
        .refusals
        .iter()
        .any(|refusal| refusal.status == 200)
}

/// Puts what the probes saw into the findings.
pub(super) fn conclude(probes: &[Probe], findings: &mut [Finding]) {
    for finding in findings.iter_mut() {
        // An empty list of what is never empty says that the caller sees nothing, whatever there is.
        let witnesses = probes.iter().filter(|probe| {
            probe.operation.api == finding.api
                && never_empty(finding.api).contains(&probe.operation.id)
        });
        let mut sight = None;
        for witness in witnesses {
            match witness.outcome {
                Outcome::Nothing => sight = Some((false, witness.operation.id)),
                Outcome::Something if sight.is_none() => sight = Some((true, witness.operation.id)),
                _ => {}
            }
        }
        let own = probes.iter().find(|probe| probe.is(finding));
        match (own.map(|probe| (&probe.outcome, probe.operation)), sight) {
            (Some((Outcome::Refused(reason), _)), _) => finding.refuse(reason.clone()),
            (Some((Outcome::Failed(reason), _)), _) => finding.doubt(reason.clone()),
            (Some((Outcome::Something, _)), _) => finding.works(),
            (Some((Outcome::Nothing, operation)), Some((false, witness)))
                if may_hide(operation) =>
            {
                finding.refuse(blind(witness));
            }
            (Some((Outcome::Nothing, operation)), None) if may_hide(operation) => {
                finding.doubt(Reason {
                    says: "it answered 200 with an empty list, which is either all there is or what a caller \
                           without an admin role gets"
                        .to_owned(),
                    evidence: Evidence::Probe,
                    remedy: never_empty(operation.api)
                        .first()
                        .map(|witness| format!("probe `{witness}` as well, which tells the two apart")),
                });
            }
            (Some((Outcome::Nothing, _)), _) => finding.works(),
            (None, Some((false, witness))) if finding.hides => finding.refuse(blind(witness)),
            (None, _) => {}
        }
    }
}

fn blind(witness: &str) -> Reason {
    Reason {
        says: format!(
            "the credential has the scope and sees nothing: `{witness}` answered 200 with an empty list, which it \
             never is for a caller with an admin role"
        ),
        evidence: Evidence::Probe,
        remedy: Some("give the application, or the user behind it, an admin role".to_owned()),
    }
}

impl Finding {
    /// A probe succeeded: what the description says of possible refusals does not hold here.
    fn works(&mut self) {
        if self.verdict != Verdict::Refused {
            self.verdict = Verdict::Works;
            self.reasons.retain(|reason| {
                !matches!(
                    reason.evidence,
                    Evidence::Description | Evidence::Configuration
                )
            });
        }
    }
}
