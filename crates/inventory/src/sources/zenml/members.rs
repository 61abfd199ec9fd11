//! Members of the organization and of teams, and who is invited.

use super::assignments::Holders;
use super::principals::{People, of_invitation, of_team, of_user};
use super::{INVITATIONS, MEMBERS, Run, TEAM_MEMBERS};
use crate::ledger::GapOf;
use crate::model::{Membership, Named, PrincipalId, PrincipalKind};
use crate::sources::ask::{Trouble, items, whole};
use crate::sources::pen::{Go, Pen};
use futures_util::StreamExt;
use rolecall::PagedExt;
use rolecall::rolecall_client::Extra;
use rolecall::zenml::operations;
use std::collections::BTreeSet;

/// A member is whoever holds a role of the organization. The form of an entry is not documented: one of another form is not
/// held against anything.
pub(super) async fn organization(run: &Run, holders: &Holders) {
    let mut pen = run.pen(MEMBERS);
    if !pen.is_loud() {
        return pen.close().await;
    }
    let call = run.client.list_organization_members();
    let call = call.organization_id(&run.tenant.id);
    let found = whole(&run.pace, call.items()).await;
    let Some(found) = pen.received(&operations::LIST_ORGANIZATION_MEMBERS, found) else {
        return pen.close().await;
    };
    let all = found.len();
    pen.section().count = all as u64;
    let known: BTreeSet<PrincipalId> = found.iter().filter_map(member).collect();
    if known.len() < all {
        pen.section().reason = Some(format!(
            "{} of {all} members are of a form that this release does not know, and were not held against the assignments",
            all - known.len()
        ));
    } else if holders.is_whole {
        compare(&mut pen, &known, holders);
    }
    pen.close().await;
}

fn compare(pen: &mut Pen, members: &BTreeSet<PrincipalId>, holders: &Holders) {
    for member in members.difference(&holders.in_organization) {
        // Teams and invitations are listed whether they hold a role or not.
        if matches!(member.kind, PrincipalKind::User | PrincipalKind::Client) {
            let reason = "is a member of the organization, and no assignment of a role of the organization has it";
            pen.differ(GapOf::principal(member.clone()), reason);
        }
    }
    for holder in holders.in_organization.difference(members) {
        let reason = "holds a role of the organization, and is not among its members";
        pen.differ(GapOf::principal(holder.clone()), reason);
    }
}

fn member(entry: &Extra) -> Option<PrincipalId> {
    let id = |name: &str| {
        let object = entry.get(name)?;
        let id = object.get("id")?.as_str()?.to_owned();
        let is_service = object.get("is_service_account")?.as_bool();
        Some((id, is_service.unwrap_or(false)))
    };
    let plain = |name: &str| Some(entry.get(name)?.get("id")?.as_str()?.to_owned());
    if let Some((id, is_service)) = id("user") {
        let kind = match is_service {
            true => PrincipalKind::Client,
            false => PrincipalKind::User,
        };
        return Some(PrincipalId { kind, id });
    }
    let team = plain("team").map(|id| PrincipalId {
        kind: PrincipalKind::Group,
        id,
    });
    let invitation = || {
        plain("invitation").map(|id| PrincipalId {
            kind: PrincipalKind::Invitation,
            id,
        })
    };
    team.or_else(invitation)
}

pub(super) async fn teams(run: &Run, people: &mut People) {
    let mut pen = run.pen(TEAM_MEMBERS);
    if !run.options.memberships {
        return pen.skip("the members of teams were not asked for").await;
    }
    if !pen.is_loud() {
        return pen.close().await;
    }
    let call = run.client.list_organization_teams();
    let teams = call.organization_id(&run.tenant.id).items();
    let each = run
        .pace
        .each_ok(items(&run.pace, teams), |team| async move {
            let call = run.client.list_team_members().team_id(&team.id);
            let members = whole(&run.pace, call.items()).await;
            (team, members)
        });
    let mut each = std::pin::pin!(each);
    while let Some(read) = each.next().await {
        let (team, members) = match read {
            Ok(read) => read,
            Err(trouble) => {
                pen.trouble(&operations::LIST_ORGANIZATION_TEAMS, &trouble);
                continue;
            }
        };
        pen.step().await;
        let principal = of_team(&team);
        people.meet(&principal).await;
        let of = GapOf::principal(principal.identity());
        let members = match members {
            Ok(members) => members,
            Err(error) => match pen.gap(of, &error) {
                Go::On => continue,
                Go::Stop => break,
            },
        };
        pen.succeeded();
        pen.misfits(&of, &operations::LIST_TEAM_MEMBERS, &members.misfits);
        let listed = members.value.len() as i64;
        if listed != team.member_count {
            let reason = format!(
                "the team is said to have {} members, and {listed} are listed",
                team.member_count
            );
            pen.differ(of, reason);
        }
        let named = Named {
            id: team.id,
            name: Some(team.name),
        };
        for member in members.value {
            let member = of_user(&member);
            people.meet(&member).await;
            let (tenant, section) = (run.tenant.clone(), pen.id());
            let row = Membership::new(tenant, section, named.clone(), member.identity(), None);
            pen.membership(row).await;
        }
    }
    people.learn_from(pen.section());
    pen.close().await;
}

pub(super) async fn invitations(run: &Run, people: &mut People, holders: &Holders) {
    let mut pen = run.pen(INVITATIONS);
    if !pen.is_loud() {
        return pen.close().await;
    }
    let call = run.client.list_organization_invitations();
    let call = call.organization_id(&run.tenant.id);
    let found = call.only_pending(true).items();
    let mut found = std::pin::pin!(items(&run.pace, found));
    let mut pending = BTreeSet::new();
    let mut is_whole = true;
    while let Some(invitation) = found.next().await {
        match invitation {
            Ok(invitation) => {
                let principal = of_invitation(&invitation);
                people.meet(&principal).await;
                pen.section().count += 1;
                pending.insert(principal.identity());
            }
            Err(trouble) => {
                is_whole &= !matches!(trouble, Trouble::Broken(_));
                pen.trouble(&operations::LIST_ORGANIZATION_INVITATIONS, &trouble);
            }
        }
    }
    if is_whole {
        for holder in holders.invitations.difference(&pending) {
            let reason = "the invitation holds a role, and is not among those that are pending";
            pen.differ(GapOf::principal(holder.clone()), reason);
        }
    }
    people.learn_from(pen.section());
    pen.close().await;
}
