//! What was found out, as data and as a table.

use rolecall_client::Operation;
use serde::Serialize;
use std::fmt;

/// What was found out, in the order of the operations. `Display` is a table with notes below it; [`serde::Serialize`] has the
/// same as data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Preflight {
    /// One for each operation.
    pub findings: Vec<Finding>,
}

/// What was found out about one operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The API's short name.
    pub api: &'static str,
    /// Its operationId.
    pub operation: &'static str,
    /// The name of the source whose token it would get; `None` when it gets none.
    pub source: Option<String>,
    /// What will come of calling it.
    pub verdict: Verdict,
    /// Why.
    pub reasons: Vec<Reason>,
    /// Whether it may answer a caller without the right with an empty list.
    #[serde(skip)]
    pub(super) hides: bool,
}

/// What will come of calling an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Verdict {
    /// It was called, and worked.
    Works,
    /// Nothing that is known speaks against it.
    Expected,
    /// Something may speak against it, and it is not known whether it does.
    Doubtful,
    /// It will be refused, or answered with nothing.
    Refused,
}

/// Why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Reason {
    /// What speaks against the call.
    pub says: String,
    /// Where that is known from.
    pub evidence: Evidence,
    /// What helps.
    pub remedy: Option<String>,
}

/// Where something is known from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Evidence {
    /// How credentials and rules are set up.
    Configuration,
    /// The API's description.
    Description,
    /// The answer of the token endpoint.
    TokenEndpoint,
    /// What the token says of itself, unverified.
    Claims,
    /// What the authorization server says of the token.
    Introspection,
    /// A call that was made.
    Probe,
}

impl Evidence {
    fn words(self) -> &'static str {
        match self {
            Self::Configuration => "as configured",
            Self::Description => "by the description",
            Self::TokenEndpoint => "by the token endpoint",
            Self::Claims => "by the token itself, unverified",
            Self::Introspection => "by the authorization server",
            Self::Probe => "seen in a call",
        }
    }
}

impl Preflight {
    /// The worst that will come of calling any of the operations.
    #[must_use]
    pub fn worst(&self) -> Option<Verdict> {
        self.findings.iter().map(|finding| finding.verdict).max()
    }

    /// Those that will be refused.
    pub fn refused(&self) -> impl Iterator<Item = &Finding> {
        let all = self.findings.iter();
        all.filter(|finding| finding.verdict == Verdict::Refused)
    }
}

impl Finding {
    pub(super) fn new(operation: &'static Operation) -> Self {
        Self {
            api: operation.api,
            operation: operation.id,
            source: None,
            verdict: Verdict::Expected,
            reasons: Vec::new(),
            hides: operation
                .refusals
                .iter()
                .any(|refusal| refusal.status == 200),
        }
    }

    pub(super) fn refuse(&mut self, reason: Reason) {
        self.verdict = Verdict::Refused;
        // What decides comes first.
        self.reasons.insert(0, reason);
    }

    pub(super) fn doubt(&mut self, reason: Reason) {
        self.verdict = self.verdict.max(Verdict::Doubtful);
        self.reasons.push(reason);
    }

    pub(super) fn note(&mut self, reason: Reason) {
        self.reasons.push(reason);
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Works => "works",
            Self::Expected => "expected to work",
            Self::Doubtful => "doubtful",
            Self::Refused => "refused",
        })
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.says, self.evidence.words())?;
        match &self.remedy {
            Some(remedy) => write!(f, "\n    -> {remedy}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Preflight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or_default();
        let source = |finding: &Finding| finding.source.clone().unwrap_or_else(|| "-".to_owned());
        let operations = width(&mut self.findings.iter().map(|each| each.operation.len()));
        let sources = width(&mut self.findings.iter().map(|each| source(each).len()));
        let mut notes: Vec<&Reason> = Vec::new();
        for finding in &self.findings {
            let numbers: Vec<String> = finding
                .reasons
                .iter()
                .map(|reason| {
                    let at = notes.iter().position(|known| *known == reason);
                    let at = at.unwrap_or_else(|| {
                        notes.push(reason);
                        notes.len() - 1
                    });
                    format!("[{}]", at + 1)
                })
                .collect();
            let line = format!(
                "{:operations$}  {:sources$}  {:16}  {}",
                finding.operation,
                source(finding),
                finding.verdict,
                numbers.concat()
            );
            writeln!(f, "{}", line.trim_end())?;
        }
        for (at, note) in notes.iter().enumerate() {
            writeln!(f, "[{}] {note}", at + 1)?;
        }
        Ok(())
    }
}
