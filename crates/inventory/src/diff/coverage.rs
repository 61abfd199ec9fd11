//! Whether a snapshot would have a row, if the row were there.

use crate::ledger::{GapOf, Section, SectionId, Status};
use crate::model::{Assignment, Membership, PrincipalId, PrincipalKind, Scope, Tenant};
use crate::snapshot::Header;

/// Where a row would be.
pub(super) struct Place<'a> {
    tenant: &'a Tenant,
    section: &'a SectionId,
    principal: PrincipalId,
    role: Option<&'a str>,
    scope: Option<&'a Scope>,
}

impl<'a> Place<'a> {
    pub(super) fn of(row: &'a Assignment) -> Self {
        Self {
            tenant: &row.tenant,
            section: &row.section,
            principal: row.principal.identity(),
            role: Some(&row.role.id),
            scope: Some(&row.scope),
        }
    }

    pub(super) fn of_membership(row: &'a Membership) -> Self {
        Self {
            tenant: &row.tenant,
            section: &row.section,
            principal: PrincipalId {
                kind: PrincipalKind::Group,
                id: row.group.id.clone(),
            },
            role: None,
            scope: None,
        }
    }

    fn is_in(&self, gap: &GapOf) -> bool {
        let principal = gap.principal.as_ref();
        principal.is_none_or(|one| *one == self.principal)
            && gap.role.as_deref().is_none_or(|one| self.role == Some(one))
            && (gap.scope_kind.as_ref())
                .is_none_or(|one| self.scope.is_some_and(|scope| scope.kind == *one))
            && gap.scope.as_ref().is_none_or(|one| {
                self.scope.is_some_and(|scope| {
                    scope.id.as_ref() == Some(one)
                        || scope.targets.iter().any(|target| target.id == *one)
                })
            })
    }
}

/// Why the snapshot with this header would not have a row of this place. `None` when it would.
pub(super) fn unseen(header: &Header, place: &Place<'_>) -> Option<String> {
    if header.tenants.binary_search(place.tenant).is_err() {
        return Some(format!("{} was not read", place.tenant));
    }
    let Some(section) = header.ledger.get(place.tenant, place.section) else {
        return Some(format!("{} {} was not read", place.tenant, place.section));
    };
    let why = match section.status {
        Status::Complete => return None,
        Status::Partial if section.more_gaps == 0 && !section.gaps.is_empty() => {
            let gap = section.gaps.iter().find(|gap| place.is_in(&gap.of))?;
            gap.reason.clone()
        }
        _ => reason(section),
    };
    Some(format!(
        "{} {} is {}: {why}",
        place.tenant, place.section, section.status
    ))
}

fn reason(section: &Section) -> String {
    let own = section.reason.clone();
    own.or_else(|| section.gaps.first().map(|gap| gap.reason.clone()))
        .unwrap_or_else(|| "not all of it was read".to_owned())
}
