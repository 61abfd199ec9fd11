//! Users that hold a role, themselves or by a group.

use super::links::Link;
use super::page::{self, Page};
use super::state::State;
use crate::service::Context;
use crate::{Outcome, Request};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::Map;

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
    let mut found: Vec<u32> = own.copied().collect();
    for group in &state.group_holders {
        let members = state.group_at(*group).map(|(_, group)| &*group.members);
        let members = members.unwrap_or_default();
        let first = members.partition_point(|member| *member < start);
        let members = members.get(first..).unwrap_or_default();
        found.extend(members.iter().take(limit + 1));
    }
    found.sort_unstable();
    found.dedup();
    let rows = found.into_iter().filter_map(|position| {
        let (id, _) = state.user_at(position)?;
        let origin = &*request.origin;
        Some((u64::from(position), Assignee { state, origin, id }))
    });
    Ok(page::object(
        request,
        "value",
        Page::take(rows, limit),
        Map::new(),
    ))
}

/// A user with roles, as one is listed.
struct Assignee<'a> {
    state: &'a State,
    origin: &'a str,
    id: &'a str,
}

impl Serialize for Assignee<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { origin, id, .. } = self;
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("id", id)?;
        map.serialize_entry("orn", &self.state.assignee_orn(id))?;
        let links = AssigneeLinks {
            this: Link(format_args!("{origin}/api/v1/users/{id}")),
            roles: Link(format_args!("{origin}/api/v1/users/{id}/roles")),
        };
        map.serialize_entry("_links", &links)?;
        map.end()
    }
}

#[derive(Serialize)]
struct AssigneeLinks<'a> {
    #[serde(rename = "self")]
    this: Link<'a>,
    roles: Link<'a>,
}
