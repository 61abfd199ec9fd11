//! Rows that only one side has, and that are one row all the same: a role whose targets were edited, and a role that comes
//! by a group which only one side could name.

use crate::model::{Assignment, Origin, PrincipalKind, ScopeKind};

/// Of the rows of one principal and one role that only one side has: those that belong together. The pairs are the same in
/// both directions.
pub(super) fn pairs(
    lost: Vec<Assignment>,
    gained: Vec<Assignment>,
    governance_differs: bool,
) -> (
    Vec<(Assignment, Assignment)>,
    Vec<Assignment>,
    Vec<Assignment>,
) {
    let (mut lost, mut gained) = (lost, gained);
    let mut found = Vec::new();
    let mut take = |same: &dyn Fn(&Assignment, &Assignment) -> bool| {
        let mut at = 0;
        while at < lost.len() {
            let fits: Vec<usize> = (0..gained.len())
                .filter(|&to| same(&lost[at], &gained[to]))
                .collect();
            let only = match fits.as_slice() {
                [only] => *only,
                _ => {
                    at += 1;
                    continue;
                }
            };
            // The other way round there must be no choice either.
            if lost.iter().filter(|one| same(one, &gained[only])).count() == 1 {
                found.push((lost.remove(at), gained.remove(only)));
            } else {
                at += 1;
            }
        }
    };
    take(&|a, b| a.scope_key() == b.scope_key() && named_on_one_side(&a.origin, &b.origin));
    if governance_differs {
        take(&|a, b| a.scope_key() == b.scope_key() && by_governance_on_one_side(a, b));
    }
    take(&|a, b| {
        a.scope.kind == ScopeKind::Targets
            && b.scope.kind == ScopeKind::Targets
            && same_origin(&a.origin, &b.origin)
    });
    (found, lost, gained)
}

fn named_on_one_side(a: &Origin, b: &Origin) -> bool {
    let named = |origin: &Origin| match origin {
        Origin::Group { group, .. } => Some(group.is_some()),
        _ => None,
    };
    matches!((named(a), named(b)), (Some(a), Some(b)) if a != b)
}

fn by_governance_on_one_side(a: &Assignment, b: &Assignment) -> bool {
    let direct = |row: &Assignment| row.origin == Origin::Direct;
    let granted = |row: &Assignment| matches!(row.origin, Origin::Governance { .. });
    a.principal.kind == PrincipalKind::User && (direct(a) && granted(b) || granted(a) && direct(b))
}

fn same_origin(a: &Origin, b: &Origin) -> bool {
    match (a, b) {
        (Origin::Group { group: a, .. }, Origin::Group { group: b, .. }) => {
            a.as_ref().map(|group| &group.id) == b.as_ref().map(|group| &group.id)
        }
        (Origin::Inherited { from: a, parent: c }, Origin::Inherited { from: b, parent: d }) => {
            a == b && c.id == d.id
        }
        (a, b) => a == b,
    }
}

impl Assignment {
    /// What the scope is known by.
    fn scope_key(&self) -> (&ScopeKind, Option<&str>, Vec<(&str, &str)>) {
        let targets = self.scope.targets.iter();
        (
            &self.scope.kind,
            self.scope.id.as_deref(),
            targets
                .map(|one| (one.kind.as_str(), one.id.as_str()))
                .collect(),
        )
    }
}
