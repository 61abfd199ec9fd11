//! Users and groups as holders of something.

use super::errors;
use super::state::{State, User};
use crate::{Answer, Request};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The bit that tells a group from a user.
const GROUP: u32 = 1 << 31;

/// A user or a group, by position. Users come before groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct Principal(u32);

impl Principal {
    /// The user at a position.
    pub(super) fn user(position: u32) -> Self {
        Self(position)
    }

    /// The group at a position.
    pub(super) fn group(position: u32) -> Self {
        Self(position | GROUP)
    }

    /// The position of a user.
    pub(super) fn as_user(self) -> Option<u32> {
        (self.0 & GROUP == 0).then_some(self.0)
    }

    /// The position of a group.
    pub(super) fn as_group(self) -> Option<u32> {
        (self.0 & GROUP != 0).then_some(self.0 & !GROUP)
    }

    /// A number that orders principals, for cursors.
    pub(super) fn key(self) -> u32 {
        self.0
    }

    /// The principal whose [`key`](Self::key) this is.
    pub(super) fn from_key(key: u32) -> Self {
        Self(key)
    }
}

/// A position of a table as relations hold it. No table comes near 2^31 rows.
pub(super) fn narrow(position: u64) -> u32 {
    u32::try_from(position).unwrap_or(GROUP - 1)
}

impl State {
    /// The caller's own position.
    ///
    /// Tokens are let in for users of this state only; a token of somebody else is refused as unknown.
    pub(super) fn caller(&self, request: &Request) -> Result<u32, Answer> {
        let found = self.users.position(&request.caller.principal).map(narrow);
        let live = found.filter(|user| !self.deleted_users.contains(user));
        live.ok_or_else(|| errors::unauthorized("Default:Unauthorized"))
    }

    /// The caller and every group that the caller is in.
    pub(super) fn acting(&self, request: &Request) -> Result<BTreeSet<Principal>, Answer> {
        let caller = self.caller(request)?;
        Ok(self.principals_of(caller, request.now))
    }

    /// A user and every group that the user is in, directly or through other groups.
    pub(super) fn principals_of(&self, user: u32, now: DateTime<Utc>) -> BTreeSet<Principal> {
        let mut all = BTreeSet::from([Principal::user(user)]);
        let mut next = vec![Principal::user(user)];
        while let Some(member) = next.pop() {
            for group in self.direct_groups(member, now) {
                if all.insert(Principal::group(group)) {
                    next.push(Principal::group(group));
                }
            }
        }
        all
    }

    /// The groups that hold a principal directly and still do, ascending.
    pub(super) fn direct_groups(
        &self,
        member: Principal,
        now: DateTime<Utc>,
    ) -> impl Iterator<Item = u32> {
        let groups: &[u32] = match (member.as_user(), member.as_group()) {
            (Some(user), _) => self.user_at(user).map_or(&[], |(_, row)| &row.groups),
            (_, Some(group)) => self
                .groups
                .at(u64::from(group))
                .map_or(&[], |(_, row)| &row.groups),
            _ => &[],
        };
        let groups = groups.iter().copied();
        groups.filter(move |group| {
            let row = self.groups.at(u64::from(*group));
            row.is_some_and(|(_, row)| row.expirations.get(&member).is_none_or(|end| *end > now))
        })
    }

    /// Id and row of a user.
    pub(super) fn user_at(&self, position: u32) -> Option<(&str, &User)> {
        self.users.at(u64::from(position))
    }

    /// The live principal of an id.
    pub(super) fn principal(&self, id: &str) -> Result<Principal, Answer> {
        let missing = || errors::not_found("PrincipalNotFound", json!({"principalId": id}));
        self.find_principal(id).ok_or_else(missing)
    }

    /// The live principal of an id.
    pub(super) fn find_principal(&self, id: &str) -> Option<Principal> {
        if let Some(user) = self.users.position(id).map(narrow) {
            let live = !self.deleted_users.contains(&user);
            return live.then(|| Principal::user(user));
        }
        let group = self.groups.position(id)?;
        Some(Principal::group(narrow(group)))
    }

    /// The principals of the ids in a list of the body.
    pub(super) fn principals(
        &self,
        request: &Request,
        list: &str,
    ) -> Result<Vec<Principal>, Answer> {
        let ids = request.json().get(list).and_then(Value::as_array);
        let ids = ids.into_iter().flatten().filter_map(Value::as_str);
        ids.map(|id| self.principal(id)).collect()
    }

    /// The id of a principal.
    pub(super) fn id_of(&self, principal: Principal) -> &str {
        let id = match (principal.as_user(), principal.as_group()) {
            (Some(user), _) => self.user_at(user).map(|(id, _)| id),
            (_, Some(group)) => self.groups.at(u64::from(group)).map(|(id, _)| id),
            _ => None,
        };
        id.unwrap_or_default()
    }

    /// `principalType` and `principalId`, as most lists show a principal.
    pub(super) fn show_principal(&self, principal: Principal) -> Value {
        json!({
            "principalType": kind(principal),
            "principalId": self.id_of(principal),
        })
    }

    /// Takes a principal that is gone out of everything that named it.
    pub(super) fn forget(&mut self, gone: Principal) {
        self.leave_groups(gone);
        self.enrollment.roles.retain(|(holder, _)| *holder != gone);
        for organization in self.organizations.rows_mut() {
            organization.roles.retain(|(holder, _)| *holder != gone);
        }
        for category in self.categories.rows_mut() {
            category.roles.retain(|(_, holder)| *holder != gone);
        }
        for marking in self.markings.rows_mut() {
            marking.members.remove(&gone);
            marking.roles.retain(|(holder, _)| *holder != gone);
        }
        for file in self.files.rows_mut() {
            file.roles.retain(|(holder, _)| *holder != Some(gone));
        }
        self.provider_ids.remove(&gone);
    }
}

/// `USER` or `GROUP`.
pub(super) fn kind(principal: Principal) -> &'static str {
    match principal.as_user() {
        Some(_) => "USER",
        None => "GROUP",
    }
}
