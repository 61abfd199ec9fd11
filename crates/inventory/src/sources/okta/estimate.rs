//! What reading an org will cost.

use super::super::ask::pages;
use super::super::pace::Pace;
use super::groups::A_PAGE;
use super::people::AT_A_TIME;
use super::{
    BINDINGS, CLIENT_ROLES, GOVERNANCE, GROUP_MEMBERS, GROUP_ROLES, Okta, PRINCIPALS, ROLES,
    USER_ROLES,
};
use crate::ledger::SectionId;
use crate::source::{Estimate, Options, SectionEstimate};
use futures_util::StreamExt;
use rolecall::rolecall_client::Paged;
use rolecall::rolecall_client::reqwest::header::HeaderMap;
use rolecall::{Error, Items, Kind, PagedExt};
use serde::Serialize;

/// So many pages of each list are read to count.
const PAGES: usize = 5;

/// What the first pages of a list told.
#[derive(Clone, Copy, Debug, Default)]
struct Counted {
    items: u64,
    pages: u64,
    /// Whether that is all of it.
    is_all: bool,
    per_minute: Option<u64>,
}

pub(super) async fn estimate(okta: &Okta, options: &Options) -> Result<Estimate, Error> {
    let pace = &Pace::new(1);
    let client = &okta.client;
    let mut based_on = Vec::new();
    let users = client.list_users_with_role_assignments().items();
    let users = count(pace, users, "users with roles", &mut based_on).await?;
    let groups = client.list_groups().items().page_size(A_PAGE);
    let groups = count(pace, groups, "groups", &mut based_on).await?;
    let clients = client.list_clients().items().page_size(A_PAGE);
    let clients = count(pace, clients, "OAuth clients", &mut based_on).await?;
    let sets = client.list_resource_sets().items();
    let sets = count(pace, sets, "resource sets", &mut based_on).await?;
    let section = |id: &str, of: &Counted, least: u64, most: Option<u64>| SectionEstimate {
        section: SectionId::new(id),
        at_least: least,
        at_most: most.filter(|_| of.is_all),
        per_minute: of.per_minute,
    };
    let most = |counted: &Counted| Some(counted.pages + 2 * counted.items);
    let names = users.items.div_ceil(AT_A_TIME as u64);
    let mut all = vec![
        section(ROLES, &sets, 1, None),
        section(
            GROUP_ROLES,
            &groups,
            groups.pages + groups.items,
            most(&groups),
        ),
        section(
            USER_ROLES,
            &users,
            1 + users.pages + users.items,
            most(&users),
        ),
        section(
            CLIENT_ROLES,
            &clients,
            clients.pages + clients.items,
            Some(clients.pages + 12 * clients.items),
        ),
        section(BINDINGS, &sets, sets.pages + sets.items, None),
        section(PRINCIPALS, &users, 0, Some(names + users.items)),
    ];
    if options.memberships {
        all.push(section(GROUP_MEMBERS, &groups, 0, None));
        based_on.push(
            "Which groups hold roles, and how many members they have, is not known beforehand."
                .to_owned(),
        );
    }
    if options.governance {
        all.push(section(GOVERNANCE, &users, 0, None));
        based_on.push(
            "Governance takes one more request for each role that a user holds itself; without it the other sections are the same."
                .to_owned(),
        );
    }
    all.retain(|one| options.wants(&one.section) && !options.done.contains(&one.section));
    Ok(Estimate {
        tenant: okta.tenant.clone(),
        sections: all,
        based_on,
    })
}

/// Counts the first pages of a list. A list that may not be read costs one request.
async fn count<B>(
    pace: &Pace,
    list: Items<B>,
    what: &str,
    based_on: &mut Vec<String>,
) -> Result<Counted, Error>
where
    B: Paged + Sync,
    B::Error: Serialize,
    B::Item: Send,
{
    let mut pages = std::pin::pin!(pages(pace, list));
    let mut counted = Counted {
        is_all: true,
        ..Counted::default()
    };
    while let Some(page) = pages.next().await {
        let page = match page {
            Ok(page) => page,
            Err(error) if error.kind() == Kind::Forbidden => {
                based_on.push(format!("The {what} may not be listed."));
                counted.pages = counted.pages.max(1);
                return Ok(counted);
            }
            Err(error) => return Err(error),
        };
        counted.pages += 1;
        counted.items += page.value.len() as u64;
        counted.per_minute = per_minute(&page.headers).or(counted.per_minute);
        if counted.pages == PAGES as u64 {
            counted.is_all = pages.next().await.is_none();
            break;
        }
    }
    based_on.push(match counted.is_all {
        true => format!("{} {what}.", counted.items),
        false => format!(
            "More than {} {what}: only {PAGES} pages were counted.",
            counted.items
        ),
    });
    Ok(counted)
}

/// The limit that the service tells; its windows are a minute.
fn per_minute(headers: &HeaderMap) -> Option<u64> {
    let limit = headers.get("x-rate-limit-limit")?.to_str().ok()?;
    limit.parse().ok().filter(|limit| *limit > 0)
}
