//! The roles of groups, and who is in the groups that hold any.

use super::super::ask::{ask, items};
use super::super::pen::Go;
use super::bindings::Seen;
use super::granting::Granting;
use super::held::{Held, Listed, group_name};
use super::people::principal_of;
use super::roles::Names;
use super::targets::{self, Owner};
use super::{GROUP_MEMBERS, GROUP_ROLES, Run};
use crate::ledger::{GapOf, SectionId};
use crate::model::{Assignment, Membership, Named, Origin, Principal, PrincipalId, PrincipalKind};
use crate::sources::ask::Trouble;
use crate::sources::time;
use futures_util::{StreamExt, stream};
use rolecall::Error;
use rolecall::PagedExt;
use rolecall::okta::operations;
use rolecall::okta::types::{Group, User};
use rolecall::rolecall_client::Misfit;
use std::sync::{Mutex, PoisonError};

/// Okta advises a few hundred (Okta Management API, "List all groups").
pub(super) const A_PAGE: u64 = 200;

pub(super) async fn read(run: &Run, names: &Names, seen: &Mutex<Seen>) -> Granting {
    let mut granting = Granting::default();
    granting.is_whole = true;
    roles(run, names, seen, &mut granting).await;
    members(run, &mut granting).await;
    granting
}

async fn roles(run: &Run, names: &Names, seen: &Mutex<Seen>, granting: &mut Granting) {
    let mut pen = run.pen(GROUP_ROLES);
    // Without groups the roles of users have no group either, and bindings would have members of whom no role is known.
    if !run.wants(&[
        GROUP_ROLES,
        GROUP_MEMBERS,
        super::USER_ROLES,
        super::BINDINGS,
    ]) {
        granting.is_whole = false;
        return pen.close().await;
    }
    let saw = || seen.lock().unwrap_or_else(PoisonError::into_inner);
    let groups = run.client.list_groups().items().page_size(A_PAGE);
    let groups = items(&run.pace, groups);
    let each = run.pace.each_ok(groups, |group| async move {
        let roles = match &group.id {
            Some(id) => Some(roles_of(run, names, id).await),
            None => None,
        };
        (group, roles)
    });
    let mut each = std::pin::pin!(each);
    while let Some(read) = each.next().await {
        let (group, roles) = match read {
            Ok(read) => read,
            Err(trouble) => {
                granting.is_whole = false;
                saw().groups_broke = true;
                pen.trouble(&operations::LIST_GROUPS, &trouble);
                continue;
            }
        };
        pen.step().await;
        let (Some(id), Some(roles)) = (&group.id, roles) else {
            granting.is_whole = false;
            pen.unknown(GapOf::default(), "a group was listed without an id");
            continue;
        };
        let identity = PrincipalId {
            kind: PrincipalKind::Group,
            id: id.clone(),
        };
        let (held, misfits) = match roles {
            Ok(read) => read,
            Err(error) => {
                granting.is_whole = false;
                seen.lock()
                    .unwrap_or_else(|e| e.into_inner())
                    .unread
                    .insert(identity.clone());
                match pen.gap(GapOf::principal(identity), &error) {
                    Go::On => continue,
                    Go::Stop => {
                        saw().groups_broke = true;
                        break;
                    }
                }
            }
        };
        pen.succeeded();
        let of = GapOf::principal(identity);
        pen.misfits(&of, &operations::LIST_GROUP_ASSIGNED_ROLES, &misfits);
        if held.is_empty() {
            continue;
        }
        let principal = principal_of_group(id, &group);
        for one in &held {
            seen.lock()
                .unwrap_or_else(|e| e.into_inner())
                .saw(&principal, one);
            if let Some(doubt) = &one.doubt {
                pen.unknown(of_role(&principal, one), doubt.clone());
            }
            let row = row(run, pen.id(), &principal, one, Origin::Direct);
            pen.assignment(row).await;
        }
        let named = Named {
            id: id.clone(),
            name: principal.name,
        };
        granting.add_group(named, held);
    }
    if pen.section().is_incomplete() {
        granting.is_whole = false;
    }
    pen.close().await;
}

/// The roles of a group, with groups and applications that they are limited to.
async fn roles_of(
    run: &Run,
    names: &Names,
    group: &str,
) -> Result<(Vec<Held>, Vec<Misfit>), Error> {
    let call = || run.client.list_group_assigned_roles().group_id(group);
    let first = ask(&run.pace, call().expand("targets/groups").send()).await?;
    let mut listed = Listed::new(first);
    if listed.wants_apps() {
        let apps = call().expand("targets/catalog/apps").send();
        listed.apps(ask(&run.pace, apps).await?);
    }
    let misfits = std::mem::take(&mut listed.misfits);
    let mut held = listed.held(names, run.options.vendor);
    for one in &mut held {
        targets::check(run, Owner::Group(group), one).await;
    }
    Ok((held, misfits))
}

async fn members(run: &Run, granting: &mut Granting) {
    let mut pen = run.pen(GROUP_MEMBERS);
    if !run.options.memberships {
        granting.is_whole = false;
        return pen.skip("the members of groups were not asked for").await;
    }
    if !run.wants(&[GROUP_MEMBERS, super::USER_ROLES]) {
        granting.is_whole = false;
        return pen.close().await;
    }
    if !granting.is_whole {
        // Which groups hold roles is not known for all of them, and so is not who is in them.
        pen.unknown(
            GapOf::default(),
            "the roles of some groups are not known, so that their members were not read",
        );
    }
    let groups: Vec<(u32, Named)> = (0..)
        .zip(granting.groups.iter().map(|group| group.named.clone()))
        .collect();
    pen.expect(groups.len() as u64);
    let each = run
        .pace
        .each(stream::iter(groups), |(at, group)| async move {
            let call = run.client.list_group_users().group_id(&group.id);
            let mut members = Vec::new();
            let mut troubles = Vec::new();
            let mut found = std::pin::pin!(items(&run.pace, call.items().page_size(A_PAGE)));
            while let Some(member) = found.next().await {
                match member {
                    Ok(member) => members.push(compact(member)),
                    Err(trouble) => troubles.push(trouble),
                }
            }
            (at, group, members, troubles)
        });
    let mut each = std::pin::pin!(each);
    while let Some((at, group, members, troubles)) = each.next().await {
        pen.step().await;
        let of = GapOf::principal(PrincipalId {
            kind: PrincipalKind::Group,
            id: group.id.clone(),
        });
        let mut go = Go::On;
        for trouble in troubles {
            match trouble {
                Trouble::Misfits(misfits) => {
                    pen.misfits(&of, &operations::LIST_GROUP_USERS, &misfits);
                }
                Trouble::Broken(error) => {
                    granting.is_whole = false;
                    go = pen.gap(of.clone(), &error);
                }
            }
        }
        if go == Go::Stop {
            break;
        }
        pen.succeeded();
        for member in members {
            let Some(member) = member else {
                granting.is_whole = false;
                pen.unknown(of.clone(), "a member of the group was listed without an id");
                continue;
            };
            let (tenant, section) = (run.tenant.clone(), pen.id());
            let identity = member.identity();
            let row = Membership::new(tenant, section, group.clone(), identity, None);
            pen.membership(row).await;
            granting.add_member(at, member);
        }
    }
    pen.close().await;
}

/// Of a member only what rows need is kept: there can be very many.
fn compact(user: User) -> Option<Principal> {
    let id = user.id.clone()?;
    Some(principal_of(id, &user))
}

fn principal_of_group(id: &str, group: &Group) -> Principal {
    let mut principal = Principal::new(PrincipalKind::Group, id);
    principal.name = group_name(group);
    principal.created = time(group.created.as_ref());
    principal
}

pub(super) fn of_role(principal: &Principal, held: &Held) -> GapOf {
    GapOf {
        role: Some(held.role.id.clone()),
        ..GapOf::principal(principal.identity())
    }
}

/// The row of a role that a principal holds.
pub(super) fn row(
    run: &Run,
    section: SectionId,
    principal: &Principal,
    held: &Held,
    origin: Origin,
) -> Assignment {
    Assignment::new(
        run.tenant.clone(),
        section,
        principal.clone(),
        held.role.clone(),
        held.scope.clone(),
        origin,
    )
    .vendor(held.vendor.clone())
}
