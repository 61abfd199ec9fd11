//! What is known of a token without calling anything with it.

use super::{Evidence, Finding, Reason, could_pass};
use crate::auth::oauth::Introspection;
use crate::auth::{Error, Scopes, Token, TokenRequest, TokenSource};
use rolecall_client::{CredentialKind, Operation};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub(super) struct Knowledge {
    token: Result<Token, Error>,
    told: Option<Result<Introspection, Error>>,
}

impl Knowledge {
    pub(super) async fn gather(source: &dyn TokenSource, scopes: &Scopes, ask: bool) -> Self {
        let token = source.token(TokenRequest::new(scopes.clone())).await;
        let told = match &token {
            Ok(token) if ask => source.introspect(token.clone()).await.transpose(),
            _ => None,
        };
        Self { token, told }
    }

    pub(super) fn judge(
        &self,
        operation: &Operation,
        kind: CredentialKind,
        needed: &Scopes,
        finding: &mut Finding,
    ) {
        let token = match &self.token {
            Ok(token) => token,
            Err(error) => {
                let reason = Reason::of_error(error, Evidence::TokenEndpoint);
                if could_pass(error) {
                    finding.doubt(reason);
                } else {
                    finding.refuse(reason);
                }
                return;
            }
        };
        match &self.told {
            Some(Ok(told)) if !told.active => {
                return finding.refuse(Reason {
                    says: "the authorization server says that the token is not good any more"
                        .to_owned(),
                    evidence: Evidence::Introspection,
                    remedy: Some("get another one".to_owned()),
                });
            }
            Some(Err(error)) => finding.note(Reason::of_error(error, Evidence::Introspection)),
            _ => {}
        }
        let claims = token.claims();
        let end = claims.as_ref().and_then(|claims| claims.expires());
        let end = end.and_then(|end| u64::try_from(end).ok());
        // What is too late for the system's clock is not over.
        let end = end.and_then(|end| UNIX_EPOCH.checked_add(Duration::from_secs(end)));
        if end.is_some_and(|end| SystemTime::now() > end) {
            finding.refuse(Reason {
                says: "the token says of itself that it has ended".to_owned(),
                evidence: Evidence::Claims,
                remedy: Some("get another one".to_owned()),
            });
        }
        // Scopes mean something for OAuth only.
        if needed.is_empty() || kind != CredentialKind::OAuth2 {
            return;
        }
        let told = self.told.as_ref().and_then(|told| told.as_ref().ok());
        let granted = [
            (
                told.and_then(|told| told.scopes.clone()),
                Evidence::Introspection,
            ),
            (token.scopes().cloned(), Evidence::TokenEndpoint),
            (claims.and_then(|claims| claims.scopes()), Evidence::Claims),
        ];
        let known = granted
            .into_iter()
            .find_map(|(granted, evidence)| Some((granted?, evidence)));
        let Some((granted, evidence)) = known else {
            return finding.doubt(Reason {
                says: format!("whether the token has the scope {needed} is not known"),
                evidence: Evidence::Description,
                remedy: None,
            });
        };
        let missing: Scopes = operation
            .service
            .missing_scopes(needed.iter(), granted.iter())
            .into_iter()
            .map(str::to_owned)
            .collect();
        if !missing.is_empty() {
            finding.refuse(Reason {
                says: format!(
                    "the token lacks the scope {missing}; it has {}",
                    or_none(&granted)
                ),
                evidence,
                remedy: Some(
                    "have the scope granted to the application, and ask for it".to_owned(),
                ),
            });
        }
    }
}

fn or_none(scopes: &Scopes) -> String {
    if scopes.is_empty() {
        "none".to_owned()
    } else {
        scopes.to_string()
    }
}
