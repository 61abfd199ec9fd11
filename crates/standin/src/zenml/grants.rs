//! Who holds which role at which scope, found by role and by holder.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Who can hold a role. The numbers are positions in the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Holder {
    User(u32),
    Team(u32),
    Invitation(u32),
}

/// Where a role holds: in the organization, in a workspace, or in a project of a workspace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Scope {
    pub(super) workspace: Option<u32>,
    pub(super) project: Option<u32>,
}

/// That somebody holds a role somewhere. It has no id (fact: assignment-has-no-id).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Grant {
    pub(super) role: u32,
    pub(super) scope: Scope,
    pub(super) holder: Holder,
}

/// All grants.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Grant>", into = "Vec<Grant>")]
pub(super) struct Grants {
    by_role: BTreeSet<Grant>,
    by_holder: BTreeSet<(Holder, u32, Scope)>,
}

impl From<Vec<Grant>> for Grants {
    fn from(grants: Vec<Grant>) -> Self {
        let by_holder = grants
            .iter()
            .map(|grant| (grant.holder, grant.role, grant.scope));
        Self {
            by_holder: by_holder.collect(),
            by_role: grants.into_iter().collect(),
        }
    }
}

impl From<Grants> for Vec<Grant> {
    fn from(grants: Grants) -> Self {
        grants.by_role.into_iter().collect()
    }
}

impl Grants {
    /// Adds a grant. Returns whether it was not there.
    pub(super) fn put(&mut self, grant: Grant) -> bool {
        self.by_holder
            .insert((grant.holder, grant.role, grant.scope));
        self.by_role.insert(grant)
    }

    /// Takes a grant out. Returns whether it was there.
    pub(super) fn remove(&mut self, grant: Grant) -> bool {
        self.by_holder
            .remove(&(grant.holder, grant.role, grant.scope));
        self.by_role.remove(&grant)
    }

    pub(super) fn contains(&self, grant: Grant) -> bool {
        self.by_role.contains(&grant)
    }

    /// The grants of a role, by scope and then by holder.
    pub(super) fn of_role(&self, role: u32) -> impl Iterator<Item = Grant> {
        let first = Grant {
            role,
            scope: Scope::default(),
            holder: Holder::User(0),
        };
        let from = self.by_role.range(first..);
        from.copied().take_while(move |grant| grant.role == role)
    }

    /// The grants of a holder.
    pub(super) fn of(&self, holder: Holder) -> impl Iterator<Item = Grant> {
        let from = self.by_holder.range((holder, 0, Scope::default())..);
        from.take_while(move |(other, ..)| *other == holder)
            .map(|(holder, role, scope)| Grant {
                role: *role,
                scope: *scope,
                holder: *holder,
            })
    }

    /// Takes the grants of a role out.
    pub(super) fn remove_role(&mut self, role: u32) {
        let grants: Vec<Grant> = self.of_role(role).collect();
        for grant in grants {
            self.remove(grant);
        }
    }

    /// Takes the grants of a holder out.
    pub(super) fn remove_holder(&mut self, holder: Holder) {
        let grants: Vec<Grant> = self.of(holder).collect();
        for grant in grants {
            self.remove(grant);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Grant, Grants, Holder, Scope};

    #[test]
    fn grants_are_found_from_both_sides() {
        let grant = |role, workspace, holder| Grant {
            role,
            scope: Scope {
                workspace,
                project: None,
            },
            holder,
        };
        let (one, other) = (Holder::User(1), Holder::Team(1));
        let all = [
            grant(1, None, one),
            grant(1, Some(0), other),
            grant(2, None, one),
        ];
        let mut grants = Grants::from(all.to_vec());
        assert_eq!(grants.of_role(1).collect::<Vec<_>>(), all[..2]);
        assert_eq!(grants.of(one).collect::<Vec<_>>(), [all[0], all[2]]);
        assert!(!grants.put(all[1]) && grants.remove(all[1]) && !grants.remove(all[1]));
        grants.remove_role(1);
        assert_eq!(Vec::from(grants.clone()), all[2..]);
        grants.remove_holder(one);
        assert!(!grants.contains(all[2]));
    }
}
