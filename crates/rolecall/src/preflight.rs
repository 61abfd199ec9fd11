//! Which operations will be refused, before they are called.

mod knowledge;
mod probe;
mod report;

pub use report::{Evidence, Finding, Preflight, Reason, Verdict};

use crate::auth::{Chosen, Credentials, Error, ErrorKind, Scopes};
use knowledge::Knowledge;
use probe::Probe;
use rolecall_client::{Call, CredentialKind, Operation, Refusal, Transport};
use std::sync::Arc;

/// A [`Preflight`] in the making: which of these operations will these credentials be refused, and why?
///
/// Nothing is changed by asking. A token is fetched where there is none yet. What it may do is read from the answer of the
/// token endpoint and, where it is a JWT, from what it says of itself, which nobody verifies here. Whatever else is known of
/// an operation comes from its description. More is asked only if that is wished for:
/// [`introspect`](Self::introspect) asks the authorization server, [`probe`](Self::probe) calls operations that change
/// nothing.
///
/// ```no_run
/// # async fn check(credentials: rolecall::auth::Credentials, transport: rolecall_client::Transport) {
/// # let operations = rolecall_okta::operations::ALL;
/// use rolecall::preflight::Preflight;
///
/// let told = Preflight::builder(&credentials, operations.iter().copied()).probe(&transport).run().await;
/// println!("{told}");
/// # }
/// ```
#[derive(Debug)]
#[must_use]
pub struct PreflightBuilder {
    credentials: Credentials,
    operations: Vec<&'static Operation>,
    introspect: bool,
    transport: Option<Transport>,
    calls: Vec<Call>,
}

impl Preflight {
    /// Starts to ask which of these operations these credentials will be refused.
    pub fn builder(
        credentials: &Credentials,
        operations: impl IntoIterator<Item = &'static Operation>,
    ) -> PreflightBuilder {
        PreflightBuilder {
            credentials: credentials.clone(),
            operations: operations.into_iter().collect(),
            introspect: false,
            transport: None,
            calls: Vec::new(),
        }
    }
}

impl PreflightBuilder {
    /// Asks the authorization server what the tokens may do, where it can be asked (RFC 7662).
    pub fn introspect(mut self) -> Self {
        self.introspect = true;
        self
    }

    /// Calls those of the operations that change nothing, expose nothing and need no arguments, over this transport: that of
    /// a client with the same credentials. Lists are asked for one item.
    pub fn probe(mut self, transport: &Transport) -> Self {
        self.transport = Some(transport.clone());
        self
    }

    /// Makes this call as well, for an operation that needs arguments. One that could change something is not made.
    pub fn probe_with(mut self, call: Call) -> Self {
        self.calls.push(call);
        self
    }

    /// Finds out. What cannot be found out is in the findings, too.
    pub async fn run(self) -> Preflight {
        let mut known: Vec<((Arc<str>, Scopes), Knowledge)> = Vec::new();
        let mut findings = Vec::with_capacity(self.operations.len());
        for operation in self.operations.iter().copied() {
            let mut finding = Finding::new(operation);
            match self.credentials.choose(operation) {
                Ok(Chosen::Anonymous) => {}
                Ok(Chosen::Source {
                    name,
                    source,
                    scopes,
                    listed,
                    ..
                }) => {
                    finding.source = Some(name.to_string());
                    let kind = source.kind();
                    if !listed {
                        finding.doubt(Reason::unlisted(&name, kind));
                    }
                    let key = (name, scopes);
                    let at = known.iter().position(|(known, _)| *known == key);
                    let at = match at {
                        Some(at) => at,
                        None => {
                            let asked = Knowledge::gather(&*source, &key.1, self.introspect).await;
                            known.push((key, asked));
                            known.len() - 1
                        }
                    };
                    if let Some(((_, needed), knowledge)) = known.get(at) {
                        knowledge.judge(operation, kind, needed, &mut finding);
                    }
                    described(operation, kind, &mut finding);
                }
                Err(error) => finding.refuse(Reason::of_error(&error, Evidence::Configuration)),
            }
            findings.push(finding);
        }
        let probes = self.probes(&findings).await;
        probe::conclude(&probes, &mut findings);
        Preflight { findings }
    }

    async fn probes(&self, findings: &[Finding]) -> Vec<Probe> {
        let mut probes = Vec::new();
        for (operation, finding) in self.operations.iter().zip(findings) {
            let given = self
                .calls
                .iter()
                .find(|call| call.operation().id == operation.id);
            let call = match (given, &self.transport) {
                (Some(call), _) => Some(call.clone()),
                (None, Some(transport)) => probe::call(transport, operation),
                (None, None) => None,
            };
            // What is known to be refused needs no proof.
            if let Some(call) = call.filter(|_| finding.verdict != Verdict::Refused) {
                probes.extend(Probe::make(call).await);
            }
        }
        probes
    }
}

/// What the description says of refusals that scopes do not explain.
fn described(operation: &'static Operation, kind: CredentialKind, finding: &mut Finding) {
    let meets = |refusal: &&Refusal| refusal.credential.is_none_or(|met| met == kind);
    for refusal in operation.refusals.iter().filter(meets) {
        finding.doubt(Reason {
            says: format!("may be answered with {}. {}", refusal.status, refusal.when),
            evidence: Evidence::Description,
            remedy: Some(refusal.remedy.to_owned()),
        });
    }
}

impl Reason {
    fn unlisted(name: &str, kind: CredentialKind) -> Self {
        Self {
            says: format!(
                "a rule chooses `{name}`, and the description does not list {}",
                kind
            ),
            evidence: Evidence::Configuration,
            remedy: None,
        }
    }

    fn of_error(error: &Error, evidence: Evidence) -> Self {
        let advice = error.advice();
        let says = error.to_string();
        let says = match advice.and_then(|advice| says.strip_suffix(advice)) {
            Some(rest) => rest.trim_end_matches("; ").to_owned(),
            None => says,
        };
        Self {
            says,
            evidence,
            remedy: advice.map(str::to_owned),
        }
    }
}

/// Whether trying again later could help.
fn could_pass(error: &Error) -> bool {
    error.is_transient() || matches!(error.kind(), ErrorKind::InvalidAnswer | ErrorKind::Store)
}
