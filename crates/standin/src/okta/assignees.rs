//! Users that hold a role, themselves or by a group.

use super::links::link;
use super::page::{self, Page};
use super::state::State;
use crate::service::Context;
use crate::{Outcome, Request};
use serde_json::{Map, json};
use std::collections::BTreeSet;

/// The most users in one page; none is documented.
// fact: page-limit-without-maximum
const LARGEST_PAGE: usize = 1_000;

/// `GET /api/v1/iam/assignees/users`
pub(super) fn list(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let limit = page::limit(request, 100, LARGEST_PAGE);
    // A cursor from the future of this list begins behind everybody.
    let start = u32::try_from(page::start(request)?).unwrap_or(u32::MAX);
    // The page is among the first of each source, so nobody else needs to be looked at.
    let own = state.user_holders.range(start..).take(limit + 1);
    let mut found: BTreeSet<u32> = own.copied().collect();
    for group in &state.group_holders {
        let members = state.group_at(*group).map(|(_, group)| &*group.members);
        let members = members.unwrap_or_default();
        let first = members.partition_point(|member| *member < start);
        let members = members.get(first..).unwrap_or_default();
        found.extend(members.iter().take(limit + 1));
    }
    let rows = found.into_iter().filter_map(|position| {
        let (id, _) = state.user_at(position)?;
        let path = format!("/api/v1/users/{id}");
        let body = json!({
            "id": id,
            "orn": state.assignee_orn(id),
            "_links": {
                "self": link(request, &path),
                "roles": link(request, &format!("{path}/roles")),
            },
        });
        Some((u64::from(position), body))
    });
    Ok(page::object(
        request,
        "value",
        Page::take(rows, limit),
        Map::new(),
    ))
}
