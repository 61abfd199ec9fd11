//! Which groups grant roles, and to whom.

use super::held::Held;
use crate::model::{Named, Principal, Scope};
use std::collections::HashMap;

/// The groups that hold roles, with their members.
#[derive(Debug, Default)]
pub(super) struct Granting {
    pub(super) groups: Vec<GrantingGroup>,
    members: HashMap<Box<str>, Member>,
    /// Whether all groups that hold roles are here, with all their members.
    pub(super) is_whole: bool,
}

/// A group that holds roles.
#[derive(Debug)]
pub(super) struct GrantingGroup {
    pub(super) named: Named,
    pub(super) held: Vec<Held>,
}

/// A member of such groups.
#[derive(Debug)]
pub(super) struct Member {
    /// Positions of its groups.
    pub(super) groups: Vec<u32>,
    pub(super) principal: Principal,
}

impl Granting {
    pub(super) fn add_group(&mut self, named: Named, held: Vec<Held>) -> u32 {
        self.groups.push(GrantingGroup { named, held });
        (self.groups.len() - 1) as u32
    }

    pub(super) fn add_member(&mut self, group: u32, principal: Principal) {
        if let Some(member) = self.members.get_mut(&*principal.id) {
            if !member.groups.contains(&group) {
                member.groups.push(group);
            }
            return;
        }
        let member = Member {
            groups: vec![group],
            principal,
        };
        self.members
            .insert(member.principal.id.as_str().into(), member);
    }

    /// What a user is by the members of groups, once.
    pub(super) fn take(&mut self, user: &str) -> Option<Member> {
        self.members.remove(user)
    }

    /// Whether a user is known by the members of groups.
    pub(super) fn knows(&self, user: &str) -> bool {
        self.members.contains_key(user)
    }

    /// The members that were not taken, by id.
    pub(super) fn rest(&mut self) -> Vec<Member> {
        let mut rest: Vec<_> = std::mem::take(&mut self.members).into_values().collect();
        rest.sort_unstable_by(|one, other| one.principal.id.cmp(&other.principal.id));
        rest
    }

    /// The roles that a member has by its groups.
    pub(super) fn of<'a>(
        &'a self,
        member: &'a Member,
    ) -> impl Iterator<Item = (&'a Named, &'a Held)> {
        let groups = member.groups.iter();
        let groups = groups.filter_map(|at| self.groups.get(*at as usize));
        groups.flat_map(|group| group.held.iter().map(|held| (&group.named, held)))
    }
}

/// What a role and what it is over are known by.
pub(super) fn identity(held: &Held) -> String {
    let Scope {
        kind, id, targets, ..
    } = &held.scope;
    let mut text = format!(
        "{}\n{kind}\n{}",
        held.role.id,
        id.as_deref().unwrap_or_default()
    );
    for target in targets {
        text.push('\n');
        text.push_str(target.kind.as_str());
        text.push('\n');
        text.push_str(&target.id);
    }
    text
}
