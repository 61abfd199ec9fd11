//! What an assignment is known by, from run to run: ids only, never a name, and never the id that a service gives an
//! assignment, since some change it whenever the assignment is edited.

use super::{Assignment, Membership, Origin, Scope};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// The identity of a row: `service/tenant/principal kind/principal id/role id/scope/origin`, every part percent-encoded.
///
/// Two rows are the same assignment exactly when their keys are equal. Rows are sorted by the bytes of their keys.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Key(String);

impl Key {
    pub(super) fn of_assignment(of: &Assignment) -> Self {
        let scope = scope(&of.scope);
        let origin = origin(&of.origin);
        Self::from_parts(&[
            &[of.tenant.service.as_str()],
            &[&of.tenant.id],
            &[of.principal.kind.as_str()],
            &[&of.principal.id],
            &[&of.role.id],
            &scope.iter().map(String::as_str).collect::<Vec<_>>(),
            &origin.iter().map(String::as_str).collect::<Vec<_>>(),
        ])
    }

    pub(super) fn of_membership(of: &Membership) -> Self {
        Self::from_parts(&[
            &[of.tenant.service.as_str()],
            &[&of.tenant.id],
            &["group"],
            &[&of.group.id],
            &["member"],
            &[of.member.kind.as_str(), &of.member.id],
        ])
    }

    /// Each text a part of its own.
    pub(crate) fn joined(texts: &[&str]) -> Self {
        let parts: Vec<&[&str]> = texts.iter().map(std::slice::from_ref).collect();
        Self::from_parts(&parts)
    }

    /// Parts are joined with `/`, and what a part is made of with `:`.
    fn from_parts(parts: &[&[&str]]) -> Self {
        let mut key = String::new();
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                key.push('/');
            }
            for (at, text) in part.iter().enumerate() {
                if at > 0 {
                    key.push(':');
                }
                encode(text, &mut key);
            }
        }
        Self(key)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Kind and id. Hundreds of targets are a digest of their kinds and ids.
fn scope(scope: &Scope) -> Vec<String> {
    let mut parts = vec![scope.kind.as_str().to_owned()];
    parts.extend(scope.id.clone());
    if !scope.targets.is_empty() {
        let mut targets: Vec<_> = scope.targets.iter().collect();
        targets.sort_unstable_by_key(|target| (target.kind.as_str(), target.id.as_str()));
        targets.dedup_by_key(|target| (target.kind.as_str(), target.id.as_str()));
        let mut digest = Sha256::new();
        for target in targets {
            for text in [target.kind.as_str(), &target.id] {
                digest.update((text.len() as u64).to_be_bytes());
                digest.update(text);
            }
        }
        parts.push(hex(&digest.finalize()[..16]));
    }
    parts
}

fn origin(origin: &Origin) -> Vec<String> {
    match origin {
        Origin::Direct => vec!["direct".to_owned()],
        Origin::Group { group: None, .. } => vec!["group".to_owned()],
        Origin::Group {
            group: Some(group), ..
        } => vec!["group".to_owned(), group.id.clone()],
        Origin::Governance { grant } => vec!["governance".to_owned(), grant.clone()],
        Origin::Inherited { from, parent } => {
            vec!["inherited".to_owned(), from.clone(), parent.id.clone()]
        }
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Everything but unreserved characters (RFC 3986) and `@` becomes `%XX`, so that `/` and `:` separate without doubt.
fn encode(text: &str, into: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'@' => {
                into.push(char::from(byte));
            }
            other => into.push_str(&format!("%{other:02X}")),
        }
    }
}
