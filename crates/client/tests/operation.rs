//! What an operation's description answers.

mod support;

use rolecall_client::{CredentialKind, Operation, Requirement, find};
use support::{OPERATION, leak};

const fn needs(kind: CredentialKind, scopes: &'static [&'static str]) -> Requirement {
    Requirement {
        scheme: "s",
        kind,
        scopes,
    }
}

#[test]
fn scopes_and_credentials() {
    const SECURITY: &[&[Requirement]] = &[
        &[needs(CredentialKind::OAuth2, &["b", "a"])],
        &[needs(CredentialKind::Ssws, &[])],
        &[
            needs(CredentialKind::OAuth2, &["a", "c"]),
            needs(CredentialKind::ApiKey, &[]),
        ],
    ];
    let operation = Operation {
        security: SECURITY,
        ..OPERATION
    };
    assert_eq!(operation.scopes().collect::<Vec<_>>(), ["b", "a", "c"]);
    assert!(operation.accepts(CredentialKind::OAuth2));
    assert!(operation.accepts(CredentialKind::Ssws));
    assert!(!operation.accepts(CredentialKind::ApiKey));
    assert!(operation.is_safe());
}

#[test]
fn operations_are_found_by_id() {
    let all = [
        leak(OPERATION),
        leak(Operation {
            id: "other",
            ..OPERATION
        }),
    ];
    assert_eq!(find(&all, "other").map(|found| found.id), Some("other"));
    assert!(find(&all, "none").is_none());
    assert!(OPERATION.parameter("none").is_none());
}
