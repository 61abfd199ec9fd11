//! Who is in which group.

use super::paging::{Page, UNPUBLISHED};
use super::permissions::on_organization;
use super::principal::Principal;
use super::state::{Group, Policy, State};
use super::{errors, groups, users};
use crate::service::Context;
use crate::{Answer, Outcome, Request, millis};
use chrono::{DateTime, TimeDelta, Utc};
use http::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeSet;

impl State {
    /// Takes a principal out of every group that holds it.
    pub(super) fn leave_groups(&mut self, member: Principal) {
        let groups = match (member.as_user(), member.as_group()) {
            (Some(user), _) => self
                .users
                .at_mut(u64::from(user))
                .map(|row| std::mem::take(&mut row.groups)),
            (_, Some(group)) => self
                .groups
                .at_mut(u64::from(group))
                .map(|row| std::mem::take(&mut row.groups)),
            _ => None,
        };
        for group in groups.into_iter().flatten() {
            if let Some(row) = self.groups.at_mut(u64::from(group)) {
                row.members.retain(|one| *one != member);
                row.expirations.remove(&member);
            }
        }
    }

    /// Takes all members out of a group.
    pub(super) fn empty_group(&mut self, group: u32) {
        let members = match self.groups.at_mut(u64::from(group)) {
            Some(row) => {
                row.expirations.clear();
                std::mem::take(&mut row.members)
            }
            None => return,
        };
        for member in members {
            self.unlink(member, group);
        }
    }

    /// Puts a principal into a group. Whoever is in already stays, with the new end.
    pub(super) fn join(&mut self, group: u32, member: Principal, end: Option<DateTime<Utc>>) {
        let Some(row) = self.groups.at_mut(u64::from(group)) else {
            return;
        };
        if let Err(at) = row.members.binary_search(&member) {
            row.members.insert(at, member);
        }
        match end {
            Some(end) => row.expirations.insert(member, end),
            None => row.expirations.remove(&member),
        };
        let groups = self.groups_field(member);
        if let Some(groups) = groups
            && let Err(at) = groups.binary_search(&group)
        {
            groups.insert(at, group);
        }
    }

    fn leave(&mut self, group: u32, member: Principal) {
        if let Some(row) = self.groups.at_mut(u64::from(group)) {
            if let Ok(at) = row.members.binary_search(&member) {
                row.members.remove(at);
            }
            row.expirations.remove(&member);
        }
        self.unlink(member, group);
    }

    fn unlink(&mut self, member: Principal, group: u32) {
        if let Some(groups) = self.groups_field(member)
            && let Ok(at) = groups.binary_search(&group)
        {
            groups.remove(at);
        }
    }

    fn groups_field(&mut self, member: Principal) -> Option<&mut Vec<u32>> {
        match (member.as_user(), member.as_group()) {
            (Some(user), _) => Some(&mut self.users.at_mut(u64::from(user))?.groups),
            (_, Some(group)) => Some(&mut self.groups.at_mut(u64::from(group))?.groups),
            _ => None,
        }
    }

    /// A group and all groups within it, at any depth. Groups may hold each other in a circle.
    fn nested(&self, group: u32, now: DateTime<Utc>) -> BTreeSet<u32> {
        let mut all = BTreeSet::from([group]);
        let mut next = vec![group];
        while let Some(group) = next.pop() {
            let Some((_, row)) = self.groups.at(u64::from(group)) else {
                continue;
            };
            // Groups come behind users, so that users need not be looked at.
            let start = row
                .members
                .partition_point(|member| member.as_group().is_none());
            for inner in &row.members[start..] {
                let inner = inner.as_group().filter(|_| lasts(row, *inner, now));
                if let Some(inner) = inner.filter(|inner| all.insert(*inner)) {
                    next.push(inner);
                }
            }
        }
        all
    }

    /// Everybody in a group, and every group, at any depth.
    pub(super) fn members_within(
        &self,
        group: u32,
        now: DateTime<Utc>,
    ) -> impl Iterator<Item = Principal> {
        let groups = self.nested(group, now).into_iter();
        let rows = groups.filter_map(|at| self.groups.at(u64::from(at)));
        rows.flat_map(move |(_, row)| members_after(row, None, now))
    }
}

fn lasts(row: &Group, member: Principal, now: DateTime<Utc>) -> bool {
    row.expirations.get(&member).is_none_or(|end| *end > now)
}

/// Members behind a key, ascending.
fn members_after(
    row: &Group,
    after: Option<u32>,
    now: DateTime<Utc>,
) -> impl Iterator<Item = Principal> {
    let start = after.map_or(0, |after| {
        let after = Principal::from_key(after);
        row.members.partition_point(|member| *member <= after)
    });
    let members = row.members[start..].iter().copied();
    members.filter(move |member| lasts(row, *member, now))
}

// fact: group-member-expirations-are-new
pub(super) fn list(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let (position, row) = groups::visible(state, request)?;
    let transitive = request.flag("transitive") == Some(true);
    let with_ends = request.flag("includeExpirations") == Some(true);
    if transitive && with_ends {
        let name = "ExpirationForTransitiveGroupMembersNotSupported";
        return Err(errors::invalid(name, json!({})));
    }
    let page = Page::read(request, UNPUBLISHED)?;
    let after = page.after.as_deref().and_then(|key| key.parse().ok());
    let now = request.now;
    if transitive {
        // No group gives more than fits on the page, so a page costs no more than groups times its size.
        let mut found = BTreeSet::new();
        for group in state.nested(position, now) {
            let row = state.groups.at(u64::from(group));
            let members = row
                .into_iter()
                .flat_map(|(_, row)| members_after(row, after, now));
            found.extend(members.take(page.fetch()));
        }
        let found = found.into_iter().map(|member| (member.key(), member));
        return Ok(page.answer(found, |member| state.show_principal(member)));
    }
    let members = members_after(row, after, now).map(|member| (member.key(), member));
    Ok(page.answer(members, |member| {
        let mut shown = state.show_principal(member);
        if let Some(end) = row.expirations.get(&member).filter(|_| with_ends) {
            shown["expiration"] = Value::from(millis(*end));
        }
        shown
    }))
}

fn managed(state: &State, request: &Request, refusal: &str) -> Result<u32, Answer> {
    let (position, _) = groups::visible(state, request)?;
    match groups::may(state, request, position, on_organization::MANAGE_GROUPS)? {
        true => Ok(position),
        false => Err(errors::denied(
            refusal,
            json!({"groupId": request.path("groupId")}),
        )),
    }
}

/// The end of a membership, as the body asks for it and the group's policy allows it.
fn end(state: &State, request: &Request, group: u32) -> Result<Option<DateTime<Utc>>, Answer> {
    let asked = request.text("/expiration");
    let asked = asked.and_then(|text| DateTime::parse_from_rfc3339(text).ok());
    let asked = asked.map(|time| time.to_utc());
    let row = state.groups.at(u64::from(group));
    let policy = row.and_then(|(_, row)| row.policy);
    let latest = policy.and_then(|policy| policy.latest);
    let longest = policy.and_then(|policy| policy.longest);
    let by_duration = longest
        .and_then(TimeDelta::try_seconds)
        .and_then(|longest| request.now.checked_add_signed(longest));
    let limits = [latest, by_duration].into_iter().flatten().min();
    let fits = match (asked, limits) {
        (Some(asked), limit) => asked > request.now && limit.is_none_or(|limit| asked <= limit),
        (None, limit) => limit.is_none(),
    };
    if fits {
        return Ok(asked);
    }
    let mut parameters = json!({
        "groupId": request.path("groupId"),
        "earliestExpiration": millis(request.now),
    });
    if let Some(longest) = longest {
        parameters["maximumDuration"] = Value::from(longest.to_string());
    }
    if let Some(latest) = latest {
        parameters["maximumValue"] = Value::from(millis(latest));
    }
    Err(errors::invalid(
        "InvalidGroupMembershipExpiration",
        parameters,
    ))
}

pub(super) fn add(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let group = managed(state, request, "AddGroupMembersPermissionDenied")?;
    let members = state.principals(request, "principalIds")?;
    let end = end(state, request, group)?;
    for member in members {
        state.join(group, member, end);
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

pub(super) fn remove(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let group = managed(state, request, "RemoveGroupMembersPermissionDenied")?;
    for member in state.principals(request, "principalIds")? {
        state.leave(group, member);
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// The groups of a user.
pub(super) fn list_memberships(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let user = users::live(state, request)?;
    let page = Page::read(request, UNPUBLISHED)?;
    let start = page.after_number().map_or(0, |at| at + 1);
    let groups: BTreeSet<u32> = match request.flag("transitive") {
        Some(true) => {
            let all = state.principals_of(user, request.now);
            all.into_iter().filter_map(Principal::as_group).collect()
        }
        _ => state
            .direct_groups(Principal::user(user), request.now)
            .collect(),
    };
    let groups = groups.into_iter().filter(|at| u64::from(*at) >= start);
    let rows = groups.filter_map(|at| Some((at, state.groups.at(u64::from(at))?.0)));
    Ok(page.answer(rows, |id| json!({"groupId": id})))
}

fn show_policy(policy: Policy) -> Value {
    let mut shown = json!({});
    if let Some(latest) = policy.latest {
        shown["maximumValue"] = Value::from(millis(latest));
    }
    if let Some(longest) = policy.longest {
        // fact: longs-are-strings
        shown["maximumDuration"] = Value::from(longest.to_string());
    }
    shown
}

pub(super) fn get_policy(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let (_, row) = groups::visible(state, request)?;
    let parameters = json!({"groupId": request.path("groupId")});
    let missing = || errors::not_found("GroupMembershipExpirationPolicyNotFound", parameters);
    row.policy
        .map(|policy| Answer::ok(show_policy(policy)))
        .ok_or_else(missing)
}

pub(super) fn replace_policy(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let refusal = "ReplaceGroupMembershipExpirationPolicyPermissionDenied";
    let group = managed(state, request, refusal)?;
    let latest = request.text("/maximumValue");
    let latest = latest.and_then(|text| DateTime::parse_from_rfc3339(text).ok());
    let longest = match request.json().get("maximumDuration") {
        None => None,
        Some(value) => {
            let seconds = value.as_str().and_then(|text| text.parse().ok());
            let seconds = seconds
                .or_else(|| value.as_i64())
                .filter(|seconds| *seconds > 0);
            let bad = || errors::invalid("Default:InvalidArgument", json!({}));
            Some(seconds.ok_or_else(bad)?)
        }
    };
    let policy = Policy {
        latest: latest.map(|time| time.to_utc()),
        longest,
    };
    if let Some(row) = state.groups.at_mut(u64::from(group)) {
        row.policy = Some(policy);
    }
    Ok(Answer::ok(show_policy(policy)))
}
