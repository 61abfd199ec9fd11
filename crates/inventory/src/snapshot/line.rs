//! Records as lines, and what can be told of a line without reading it as JSON.

use super::{PrincipalRecord, Record, RoleRecord};
use crate::model::{Key, Tenant};
use crate::source::Event;
use serde_json::{Map, Value};

impl Record {
    /// The record of an event, if it makes one.
    pub(super) fn of(event: Event) -> Option<Self> {
        match event {
            Event::Assignment(mut row) => {
                // It changes with every sign-in, and says nothing about who may do what.
                row.principal.last_sign_in = None;
                if let Some(permissions) = &mut row.role.permissions {
                    permissions.sort_unstable();
                    permissions.dedup();
                }
                row.vendor = row.vendor.take().map(sorted);
                Some(Self::Assignment(Box::new(row.rekey())))
            }
            Event::Membership(row) => Some(Self::Membership(row)),
            Event::Principal(tenant, principal) => {
                let parts = [principal.kind.as_str(), principal.id.as_str()];
                Some(Self::Principal(Box::new(PrincipalRecord {
                    key: Key::of_parts(&tenant, &parts),
                    tenant,
                    principal: *principal,
                })))
            }
            Event::Role(row) => {
                let mut role = row.role;
                if let Some(permissions) = &mut role.permissions {
                    permissions.sort_unstable();
                    permissions.dedup();
                }
                Some(Self::Role(Box::new(RoleRecord {
                    key: Key::of_parts(&row.tenant, &[role.id.as_str()]),
                    tenant: row.tenant,
                    role,
                    holders: row.holders,
                })))
            }
            Event::Section(_) | Event::Progress(_) => None,
        }
    }

    /// The line, with its end. `record` and `key` come first, so that lines sort by them as bytes do.
    pub(super) fn line(&self) -> serde_json::Result<Vec<u8>> {
        let mut line = serde_json::to_vec(self)?;
        line.push(b'\n');
        Ok(line)
    }

    /// Reads a line.
    pub(crate) fn parse(line: &[u8]) -> serde_json::Result<Self> {
        // Serde would copy a line of a tagged enum into a tree first.
        Ok(match kind(line) {
            Some(b"assignment") => Self::Assignment(serde_json::from_slice(line)?),
            Some(b"membership") => Self::Membership(serde_json::from_slice(line)?),
            Some(b"principal") => Self::Principal(serde_json::from_slice(line)?),
            Some(b"role") => Self::Role(serde_json::from_slice(line)?),
            _ => serde_json::from_slice(line)?,
        })
    }
}

const START: &[u8] = br#"{"record":""#;
const KEY: &[u8] = br#"","key":""#;

/// The word of the record that a line is.
pub(super) fn kind(line: &[u8]) -> Option<&[u8]> {
    let rest = line.strip_prefix(START)?;
    let end = rest.iter().position(|byte| *byte == b'"')?;
    Some(&rest[..end])
}

/// What a line sorts by: all up to the end of its key. Every character of a key sorts after the quotation mark that ends
/// it, so to compare heads is to compare keys.
pub(crate) fn head(line: &[u8]) -> Option<&[u8]> {
    let kind = kind(line)?.len();
    let rest = line[START.len() + kind..].strip_prefix(KEY)?;
    let end = rest.iter().position(|byte| *byte == b'"')?;
    Some(&line[..START.len() + kind + KEY.len() + end + 1])
}

/// The part of a head that rows of one principal and one role share.
pub(crate) fn tenant_and_role(head: &[u8]) -> &[u8] {
    let mut slashes = head.iter().enumerate().filter(|(_, byte)| **byte == b'/');
    match slashes.nth(4) {
        Some((at, _)) => &head[..at],
        None => head,
    }
}

/// JSON with the names of every object in order: what a service sends first is not part of its state.
fn sorted(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        Value::Object(object) => {
            let mut entries: Vec<_> = object.into_iter().collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            let entries = entries
                .into_iter()
                .map(|(name, value)| (name, sorted(value)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
        other => other,
    }
}

impl Key {
    fn of_parts(tenant: &Tenant, parts: &[&str]) -> Self {
        let mut all = vec![tenant.service.as_str(), tenant.id.as_str()];
        all.extend(parts);
        Self::joined(&all)
    }
}
