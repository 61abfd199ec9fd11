//! Why a call was refused, as far as that is known, and what to try.

use super::{Error, Kind};
use crate::summary::Credential;
use rolecall_client::{CredentialKind, Operation, Refusal};

/// Why a call was refused, as far as that is known, and what to try. All of it is data: from the API's description, from the
/// answer, and from the credential.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Diagnosis {
    /// The OAuth scopes that the operation needs with this kind of credential.
    pub needs_scopes: Vec<&'static str>,
    /// What the caller must be allowed to do, in the API's own words.
    pub needs_permissions: &'static [&'static str],
    /// What the call was signed in with, and what that is known to hold.
    pub credential: Option<Credential>,
    /// The scopes among those needed that the credential is known not to hold, and what the vendor says is missing.
    pub missing: Vec<String>,
    /// The refusals that the API's description foretells for this status and credential, the likeliest first.
    pub refusals: Vec<&'static Refusal>,
    /// The next thing to try.
    pub next: String,
}

impl Diagnosis {
    pub(super) fn of(error: &Error) -> Option<Self> {
        let operation = error.operation();
        let status = error.status()?.as_u16();
        let credential = (error.summary()).and_then(|summary| summary.credential.clone());
        let kind = credential.as_ref().map(|credential| credential.kind);
        let refusals = refusals(error, status, kind);
        let refused = matches!(error.kind(), Kind::Auth | Kind::Forbidden);
        if !refused && refusals.is_empty() {
            return None;
        }
        let needs_scopes = operation.scopes_for(kind);
        let mut missing = error.vendor().missing.clone();
        if let Some(held) = credential.as_ref().and_then(|known| known.scopes.as_ref()) {
            let held = held.iter().map(String::as_str);
            for scope in operation
                .service
                .missing_scopes(needs_scopes.iter().copied(), held)
            {
                if !missing.iter().any(|one| one == scope) {
                    missing.push(scope.to_owned());
                }
            }
        }
        let mut diagnosis = Self {
            needs_scopes,
            needs_permissions: operation.permissions,
            credential,
            missing,
            refusals,
            next: String::new(),
        };
        diagnosis.next = match status {
            407 => "Give user name and password in the URL of `HttpSettings::proxy`: it is the proxy that asks for them."
                .to_owned(),
            _ => diagnosis.next(error.kind(), operation),
        };
        Some(diagnosis)
    }

    fn next(&self, kind: Kind, operation: &Operation) -> String {
        if self.credential.is_none() && kind == Kind::Auth {
            let how = accepted(operation);
            return format!("The call was not signed in: give the client {how}.");
        }
        if !self.missing.is_empty() {
            let missing = list(self.missing.iter().map(String::as_str));
            return format!("Have {missing} granted, then get a new token.");
        }
        match self.refusals.as_slice() {
            [] => {}
            [only] => return only.remedy.to_owned(),
            [likeliest, ..] => {
                return format!(
                    "Find out which of the {} known reasons it is. For the likeliest: {}",
                    self.refusals.len(),
                    likeliest.remedy
                );
            }
        }
        if kind == Kind::Auth {
            return "Make sure that the credential is still good and belongs to this server."
                .to_owned();
        }
        let needed = (self.needs_scopes.iter()).chain(self.needs_permissions);
        let needed = list(needed.copied());
        match (needed.is_empty(), operation.docs) {
            (false, _) => format!("Make sure that the caller holds {needed}."),
            (true, Some(docs)) => format!("Read what the operation asks for: {docs}"),
            (true, None) => "Ask an administrator of the service what the caller lacks.".to_owned(),
        }
    }
}

/// The foretold refusals of this status that this credential can meet. Those that name what the vendor named come first;
/// then those that are about this kind of credential.
fn refusals(error: &Error, status: u16, kind: Option<CredentialKind>) -> Vec<&'static Refusal> {
    let vendor = error.vendor();
    let named = |refusal: &Refusal| {
        let mut names = vendor.name.iter().chain(&vendor.code);
        names.any(|name| !name.is_empty() && refusal.when.contains(name.as_str()))
    };
    let meets = |refusal: &&Refusal| {
        refusal.status == status
            && (refusal.credential.is_none() || kind.is_none() || refusal.credential == kind)
    };
    let mut found: Vec<_> = error.operation().refusals.iter().filter(meets).collect();
    found.sort_by_key(|refusal| (!named(refusal), refusal.credential.is_none()));
    found
}

fn accepted(operation: &Operation) -> String {
    let needs = operation.security.iter().flat_map(|set| set.iter());
    let mut names: Vec<_> = needs.map(|need| need.kind.to_string()).collect();
    names.dedup();
    names.join(" or ")
}

/// Names in backticks, with commas.
pub(super) fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
