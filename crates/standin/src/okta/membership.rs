//! Members of bindings: one custom role of one principal over one resource set, kept at the set and at the principal.

use super::errors;
use super::state::{Binding, Member, Membership, Principal, State};
use crate::Answer;
use chrono::{DateTime, Utc};

/// Principals with the same role over the same set, at most.
// fact: resource-set-limits
const MOST_MEMBERS: usize = 1_000;

impl State {
    /// Whether there is a role of this id that can be bound.
    ///
    /// # Errors
    ///
    /// E0000007 when there is none, E0000001 when it is one of Okta's own.
    pub(super) fn bindable_role(&self, id: &str) -> Result<(), Answer> {
        let role = self.roles.get(id);
        let role = role.ok_or_else(|| errors::not_found(id, "CustomRole"))?;
        match role.built_in {
            true => Err(errors::invalid("role", format!("{id} is no custom role"))),
            false => Ok(()),
        }
    }

    /// The membership of a principal in a binding.
    pub(super) fn membership(
        &self,
        principal: &Principal,
        set: &str,
        role: &str,
    ) -> Option<&Membership> {
        let mut memberships = self.holder(&principal.id)?.memberships.iter();
        memberships.find(|known| &*known.set == set && &*known.role == role)
    }

    /// Whether a binding takes this many more members.
    ///
    /// # Errors
    ///
    /// E0000001 when it does not.
    pub(super) fn room_for_members(
        &self,
        set: &str,
        role: &str,
        more: usize,
    ) -> Result<(), Answer> {
        let set = self.sets.get(set);
        let binding = set.and_then(|set| set.bindings.get(role));
        let members = binding.map_or(0, |binding| binding.members.len());
        if members + more > MOST_MEMBERS {
            let cause = format!("a role and a resource set have at most {MOST_MEMBERS} members");
            return Err(errors::invalid("members", cause));
        }
        Ok(())
    }

    /// Makes a principal a member of a binding, which comes into being with its first member. Returns the member's id. The
    /// set must be there, and the principal must not be a member yet.
    pub(super) fn add_member(
        &mut self,
        principal: &Principal,
        set: &str,
        role: &str,
        now: DateTime<Utc>,
    ) -> String {
        let id = self.ids.base62("irb", 17);
        let member = Member {
            principal: principal.clone(),
            created: now,
            updated: now,
            grants: Vec::new(),
        };
        if let Some(set) = self.sets.get_mut(set) {
            if !set.bindings.contains(role) {
                set.bindings.insert(role, Binding::default());
            }
            if let Some(binding) = set.bindings.get_mut(role) {
                binding.members.insert(&*id, member);
            }
        }
        let membership = Membership {
            set: set.into(),
            role: role.into(),
            member: id.as_str().into(),
        };
        self.change_holder(principal, |holder| holder.memberships.push(membership));
        id
    }

    /// Ends a membership. The binding stays, even without members.
    pub(super) fn remove_member(&mut self, membership: &Membership) {
        let set = self.sets.get_mut(&membership.set);
        let binding = set.and_then(|set| set.bindings.get_mut(&membership.role));
        let member = binding.and_then(|binding| binding.members.remove(&membership.member));
        if let Some(member) = member {
            self.forget(&member.principal, &membership.member);
        }
    }

    /// Takes a binding away, and with it the role from all of its members. Returns whether there was one.
    pub(super) fn remove_binding(&mut self, set: &str, role: &str) -> bool {
        // fact: delete-binding-drops-members
        let set = self.sets.get_mut(set);
        let Some(binding) = set.and_then(|set| set.bindings.remove(role)) else {
            return false;
        };
        for (id, member) in binding.members.iter() {
            self.forget(&member.principal, id);
        }
        true
    }

    fn forget(&mut self, principal: &Principal, member: &str) {
        self.change_holder(principal, |holder| {
            holder.memberships.retain(|known| &*known.member != member);
        });
    }
}
