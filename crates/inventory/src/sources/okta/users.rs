//! The roles of users: their own, and those by groups with the group.

use super::super::ask::{Received, Trouble, ask, pages};
use super::super::pen::{Go, Pen};
use super::bindings::Seen;
use super::governance::{self, Asking};
use super::granting::{Granting, Member, identity};
use super::groups::{of_role, row};
use super::held::{Held, Listed};
use super::people::{self, Details};
use super::roles::Names;
use super::targets::{self, Owner};
use super::{GOVERNANCE, PRINCIPALS, Run, USER_ROLES};
use crate::ledger::GapOf;
use crate::model::{Assignment, Named, Origin, Principal, PrincipalKind};
use futures_util::{StreamExt, stream};
use rolecall::okta::operations;
use rolecall::okta::types::{RoleAssignedUser, RoleGovernance};
use rolecall::rolecall_client::Misfit;
use rolecall::{Error, Kind, PagedExt};
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// What the list of the users with roles told besides users.
enum Note {
    Trouble(Trouble),
    Details(Details),
    NoId,
}

/// What was read of a user.
struct Read {
    id: String,
    /// Name and status, where they were read.
    principal: Option<Principal>,
    held: Result<(Vec<Held>, Vec<Misfit>), Error>,
    /// The grants of own roles, by position among all.
    grants: Vec<(usize, Result<Received<RoleGovernance>, Error>)>,
}

/// The sections that are written together.
struct Pens {
    roles: Pen,
    governance: Pen,
    /// `None` when it is written elsewhere.
    people: Option<Pen>,
}

pub(super) async fn read(run: &Run, names: &Names, granting: Granting, seen: &Mutex<Seen>) {
    let mut pens = Pens {
        roles: run.pen(USER_ROLES),
        governance: run.pen(GOVERNANCE),
        people: (!run.options.principals).then(|| run.pen(PRINCIPALS)),
    };
    if run.wants(&[USER_ROLES, GOVERNANCE, super::BINDINGS])
        || pens.people.as_ref().is_some_and(Pen::is_loud)
    {
        let granting = Mutex::new(granting);
        users(run, names, &granting, seen, &mut pens).await;
    }
    pens.governance.rests_on(pens.roles.section());
    if let Some(people) = &mut pens.people {
        people.rests_on(pens.roles.section());
    }
    pens.roles.close().await;
    if run.options.governance {
        pens.governance.close().await;
    } else {
        let reason = "the grants of access governance were not asked for";
        pens.governance.skip(reason).await;
    }
    match pens.people {
        Some(people) => people.close().await,
        None => people::everybody(run).await,
    }
}

async fn users(
    run: &Run,
    names: &Names,
    granting: &Mutex<Granting>,
    seen: &Mutex<Seen>,
    pens: &mut Pens,
) {
    let lock = || granting.lock().unwrap_or_else(PoisonError::into_inner);
    let saw = || seen.lock().unwrap_or_else(PoisonError::into_inner);
    let asking = &Asking::new(run.options.governance && run.wants(&[GOVERNANCE]));
    let naming = &Asking::new(true);
    let call = run.client.list_users_with_role_assignments();
    let listed = pages(&run.pace, call.items());
    let users = listed.then(|page| async move {
        let page = match page {
            Ok(page) => page,
            Err(error) => return vec![Err(Note::Trouble(Trouble::Broken(Box::new(error))))],
        };
        named_users(run, granting, naming, page).await
    });
    let users = users.flat_map(stream::iter);
    let each = run.pace.each_ok(users, |(id, principal)| async move {
        read_user(run, names, asking, id, principal).await
    });
    let mut each = std::pin::pin!(each);
    let mut is_whole = true;
    while let Some(read) = each.next().await {
        let read = match read {
            Ok(read) => read,
            Err(Note::NoId) => {
                is_whole = false;
                let reason = "a user was listed among those who hold roles without an id";
                pens.roles.unknown(GapOf::default(), reason);
                continue;
            }
            Err(Note::Trouble(trouble)) => {
                is_whole = false;
                pens.roles
                    .trouble(&operations::LIST_USERS_WITH_ROLE_ASSIGNMENTS, &trouble);
                continue;
            }
            Err(Note::Details(mut details)) => {
                if let Some(people) = &mut pens.people
                    && people::tell(people, &mut details) == Go::Stop
                {
                    naming.stop();
                }
                continue;
            }
        };
        pens.roles.step().await;
        let member = lock().take(&read.id);
        let known = member.as_ref().map(|member| member.principal.clone());
        let principal = read.principal.clone().or(known);
        if let (Some(principal), Some(people)) = (&principal, &mut pens.people) {
            people.succeeded();
            people.principal(principal.clone()).await;
        }
        let principal = principal.unwrap_or_else(|| Principal::new(PrincipalKind::User, &read.id));
        let rows = {
            let granting = lock();
            let rows = rows(run, pens, &granting, &principal, member.as_ref(), &read);
            for held in read.held.iter().flat_map(|(held, _)| held) {
                if !held.by_group {
                    saw().saw(&principal, held);
                }
            }
            rows
        };
        for row in rows {
            pens.roles.assignment(row).await;
        }
        match read.held {
            Err(error) => {
                saw().unread.insert(principal.identity());
                let of = GapOf::principal(principal.identity());
                if pens.roles.gap(of, &error) == Go::Stop {
                    is_whole = false;
                    break;
                }
            }
            Ok((held, _)) => {
                governed(run, pens, asking, &principal, &held, read.grants).await;
            }
        }
    }
    is_whole &= pens.roles.section().more_gaps == 0;
    saw().users_broke = !is_whole;
    let rest = lock().rest();
    for member in rest {
        let rows: Vec<Assignment> = {
            let granting = lock();
            let rows = granting.of(&member);
            rows.map(|(group, held)| by_group(run, pens, &member.principal, Some(group), held))
                .collect()
        };
        if is_whole && !rows.is_empty() {
            let reason = "the user is in a group that holds roles, and is not listed among the users who hold roles";
            let of = GapOf::principal(member.principal.identity());
            pens.roles.differ(of, reason);
        }
        for row in rows {
            pens.roles.assignment(row).await;
        }
    }
}

/// The users of a page, with names and statuses.
async fn named_users(
    run: &Run,
    granting: &Mutex<Granting>,
    naming: &Asking,
    page: Received<Vec<RoleAssignedUser>>,
) -> Vec<Result<(String, Option<Principal>), Note>> {
    let mut all = Vec::with_capacity(page.value.len() + 2);
    if !page.misfits.is_empty() {
        all.push(Err(Note::Trouble(Trouble::Misfits(page.misfits))));
    }
    let mut ids = Vec::with_capacity(page.value.len());
    for user in page.value {
        match user.id {
            Some(id) => ids.push(id),
            None => all.push(Err(Note::NoId)),
        }
    }
    let mut details = Details::default();
    if naming.goes_on() {
        details = people::details(run, granting, &ids).await;
    }
    let users = ids.into_iter().map(|id| {
        let principal = details.known.remove(&id);
        Ok((id, principal))
    });
    all.extend(users.collect::<Vec<_>>());
    if !details.troubles.is_empty() {
        all.push(Err(Note::Details(details)));
    }
    all
}

async fn read_user(
    run: &Run,
    names: &Names,
    asking: &Asking,
    id: String,
    principal: Option<Principal>,
) -> Read {
    let mut grants = Vec::new();
    let held = match roles_of(run, &id).await {
        Err(error) => Err(error),
        Ok(mut listed) => {
            let misfits = std::mem::take(&mut listed.misfits);
            let mut held = listed.held(names, run.options.vendor);
            for (at, held) in held.iter_mut().enumerate() {
                if held.by_group {
                    continue;
                }
                targets::check(run, Owner::User(&id), held).await;
                if let (Some(assignment), true) = (&held.id, asking.goes_on()) {
                    grants.push((at, governance::grants(run, &id, assignment).await));
                }
            }
            Ok((held, misfits))
        }
    };
    Read {
        id,
        principal,
        held,
        grants,
    }
}

/// The roles of a user, with groups and applications that they are limited to.
async fn roles_of(run: &Run, user: &str) -> Result<Listed, Error> {
    let call = || run.client.list_assigned_roles_for_user().user_id(user);
    let first = ask(&run.pace, call().expand("targets/groups").send()).await?;
    let mut listed = Listed::new(first);
    if listed.wants_apps() {
        let apps = call().expand("targets/catalog/apps").send();
        listed.apps(ask(&run.pace, apps).await?);
    }
    Ok(listed)
}

/// The rows of a user. What its own list says is held against the groups that it is in.
fn rows(
    run: &Run,
    pens: &mut Pens,
    granting: &Granting,
    principal: &Principal,
    member: Option<&Member>,
    read: &Read,
) -> Vec<Assignment> {
    let of = GapOf::principal(principal.identity());
    let mut rows = Vec::new();
    let by_groups: Vec<_> = member
        .into_iter()
        .flat_map(|member| granting.of(member))
        .collect();
    let Ok((held, misfits)) = &read.held else {
        // What comes by groups is known even so.
        for (group, held) in by_groups {
            rows.push(by_group(run, pens, principal, Some(group), held));
        }
        return rows;
    };
    pens.roles.succeeded();
    let operation = &operations::LIST_ASSIGNED_ROLES_FOR_USER;
    pens.roles.misfits(&of, operation, misfits);
    if held.is_empty() {
        let reason =
            "the user is listed among those who hold roles, and its own list of roles is empty";
        pens.roles.differ(of, reason);
    }
    let (inherited, own): (Vec<_>, Vec<_>) = held.iter().partition(|held| held.by_group);
    for held in own {
        if let Some(doubt) = &held.doubt {
            pens.roles.unknown(of_role(principal, held), doubt.clone());
        }
        rows.push(row(run, pens.roles.id(), principal, held, Origin::Direct));
    }
    let listed: BTreeSet<String> = inherited.iter().map(|held| identity(held)).collect();
    let mut explained = BTreeSet::new();
    for (group, held) in by_groups {
        let known = identity(held);
        if !listed.contains(&known) {
            let reason = format!(
                "the user is in group {}, which holds the role, and the user's own list does not have it",
                group.id
            );
            pens.roles.differ(of_role(principal, held), reason);
        }
        explained.insert(known);
        rows.push(by_group(run, pens, principal, Some(group), held));
    }
    let mut told = BTreeSet::new();
    for held in inherited {
        let known = identity(held);
        if explained.contains(&known) || !told.insert(known) {
            continue;
        }
        let of = of_role(principal, held);
        if granting.is_whole {
            let reason = "the user has the role by a group, and is in no group that holds it";
            pens.roles.differ(of, reason);
        } else {
            let reason = "the user has the role by a group, and which one could not be read";
            pens.roles.unknown(of, reason);
        }
        rows.push(by_group(run, pens, principal, None, held));
    }
    rows
}

fn by_group(
    run: &Run,
    pens: &mut Pens,
    principal: &Principal,
    group: Option<&Named>,
    held: &Held,
) -> Assignment {
    if let Some(doubt) = &held.doubt {
        pens.roles.unknown(of_role(principal, held), doubt.clone());
    }
    let origin = Origin::Group {
        group: group.cloned(),
        path: Vec::new(),
    };
    row(run, pens.roles.id(), principal, held, origin)
}

/// The grants behind the own roles of a user, a row each.
async fn governed(
    run: &Run,
    pens: &mut Pens,
    asking: &Asking,
    principal: &Principal,
    held: &[Held],
    grants: Vec<(usize, Result<Received<RoleGovernance>, Error>)>,
) {
    let operation = &operations::GET_USER_ASSIGNED_ROLE_GOVERNANCE;
    for (at, received) in grants {
        let Some(held) = held.get(at) else { continue };
        let of = of_role(principal, held);
        pens.governance.step().await;
        let received = match received {
            Ok(received) => received,
            Err(error) => {
                // Without the product every request is refused, or not found: the first says so for all.
                let refused = matches!(error.kind(), Kind::Forbidden | Kind::NotFound);
                if refused && pens.governance.is_untouched() {
                    pens.governance.refuse(&error);
                    asking.stop();
                    return;
                }
                if asking.goes_on() && pens.governance.gap(of, &error) == Go::Stop {
                    asking.stop();
                }
                continue;
            }
        };
        pens.governance.succeeded();
        pens.governance.misfits(&of, operation, &received.misfits);
        for grant in received.value.grants.unwrap_or_default() {
            let end = governance::end(grant.expiration_date.as_deref());
            let end = end.unwrap_or_else(|problem| {
                pens.governance.unknown(of.clone(), problem);
                None
            });
            let origin = Origin::Governance {
                grant: grant.grant_id.clone(),
            };
            let vendor = run.options.vendor.then(|| serde_json::to_value(&grant));
            let row = row(run, pens.governance.id(), principal, held, origin);
            let row = row.expires(end).vendor(vendor.and_then(Result::ok));
            pens.governance.assignment(row).await;
        }
    }
}
