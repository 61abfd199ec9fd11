//! What reading an enrollment will cost.

use super::super::ask::{items, pages};
use super::super::pace::Pace;
use super::{
    ENROLLMENT_ROLES, Foundry, GROUP_MEMBERS, MARKING_MEMBERS, MARKING_ROLES, ORGANIZATIONS,
    PRINCIPALS, RESOURCE_ROLES,
};
use crate::ledger::SectionId;
use crate::source::{Estimate, Options, SectionEstimate};
use futures_util::StreamExt;
use rolecall::foundry::types::ResourceType;
use rolecall::{Error, Kind, PagedExt};

/// So many folders below each root are looked into to count.
const FOLDERS: u64 = 20;

/// So many pages of a list are read to count.
const PAGES: u64 = 20;

pub(super) async fn estimate(foundry: &Foundry, options: &Options) -> Result<Estimate, Error> {
    let pace = &Pace::new(1);
    let client = &foundry.client;
    let mut based_on = Vec::new();
    let section = |id: SectionId, at_least: u64, at_most: Option<u64>| SectionEstimate {
        section: id,
        at_least,
        at_most,
        per_minute: None,
    };
    let markings = client.list_markings().include_deleted(false);
    let mut listed = std::pin::pin!(pages(pace, markings.items()));
    let (mut markings, mut read, mut all) = (0, 0, true);
    while let Some(page) = listed.next().await {
        match page {
            Ok(page) => markings += page.value.len() as u64,
            Err(error) if error.kind() == Kind::Forbidden => {
                based_on.push("The markings may not be listed.".to_owned());
                break;
            }
            Err(error) => return Err(error),
        }
        read += 1;
        if read == PAGES {
            all = listed.next().await.is_none();
            break;
        }
    }
    based_on.push(match all {
        true => format!("{markings} markings."),
        false => format!("More than {markings} markings: only {PAGES} pages were counted."),
    });
    // Long lists of members and roles come in pages of unknown size.
    let mut sections = vec![
        section(SectionId::new(ORGANIZATIONS), 2 + read, None),
        section(SectionId::new(ENROLLMENT_ROLES), 2, Some(2)),
        section(SectionId::new(MARKING_ROLES), markings, None),
        section(SectionId::new(MARKING_MEMBERS), markings, None),
        section(SectionId::new(PRINCIPALS), 1, None),
    ];
    if options.memberships {
        sections.push(section(SectionId::new(GROUP_MEMBERS), 0, None));
        based_on.push(
            "Which groups hold something is not known beforehand: each takes a request.".to_owned(),
        );
    }
    for root in &options.roots {
        let (requests, whole) = below(foundry, pace, root).await?;
        let id = SectionId::below(RESOURCE_ROLES, root);
        sections.push(section(id, requests, whole.then_some(requests)));
        based_on.push(match whole {
            true => format!("Everything below {root} was counted."),
            false => {
                format!("Below {root} only {FOLDERS} folders were counted, and there are more.")
            }
        });
    }
    sections.retain(|one| options.wants(&one.section) && !options.done.contains(&one.section));
    Ok(Estimate {
        tenant: foundry.tenant.clone(),
        sections,
        based_on,
    })
}

/// How many requests the walk below a root takes, as far as some folders tell, and whether those are all.
async fn below(foundry: &Foundry, pace: &Pace, root: &str) -> Result<(u64, bool), Error> {
    let client = &foundry.client;
    // The root itself, its two lists, and what contains it.
    let mut requests = 4;
    let mut folders = vec![root.to_owned()];
    let mut looked = 0;
    while let Some(folder) = folders.pop() {
        if looked == FOLDERS {
            return Ok((requests, false));
        }
        looked += 1;
        requests += 1;
        let call = client.list_children_of_folder().folder_rid(folder);
        let mut children = std::pin::pin!(items(pace, call.items()));
        while let Some(child) = children.next().await {
            match child {
                Ok(child) => {
                    requests += 1;
                    if child.type_ == ResourceType::CompassFolder {
                        folders.push(child.rid);
                    }
                }
                Err(super::super::ask::Trouble::Broken(error)) => {
                    // A resource has no children.
                    return match error.kind() {
                        Kind::InvalidRequest | Kind::NotFound | Kind::Forbidden => {
                            Ok((requests, false))
                        }
                        _ => Err(*error),
                    };
                }
                Err(_) => {}
            }
        }
    }
    Ok((requests, true))
}
