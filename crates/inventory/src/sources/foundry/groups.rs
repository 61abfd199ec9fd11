//! Who is in the groups that were met, and in the groups within those.

use super::super::ask::{Trouble, items};
use super::people::People;
use super::rows::identity;
use super::{GROUP_MEMBERS, Run};
use crate::ledger::GapOf;
use crate::model::{Membership, Named, PrincipalId, PrincipalKind};
use crate::sources::pen::Go;
use crate::sources::time;
use futures_util::{StreamExt, stream};
use rolecall::PagedExt;
use rolecall::foundry::operations;
use std::collections::BTreeSet;

/// How many groups are read before the names of their members are asked for: a batch of names is one request.
const AT_A_TIME: usize = 32;

pub(super) async fn read(run: &Run, people: &mut People) {
    let mut pen = run.pen(GROUP_MEMBERS);
    if !run.options.memberships {
        return pen.skip("the members of groups were not asked for").await;
    }
    if !pen.is_loud() {
        return pen.close().await;
    }
    if let Some(why) = people.missed() {
        pen.misses(&why);
    }
    let mut waiting: Vec<String> = people.groups.iter().cloned().collect();
    // A group can be in a group that is in it.
    let mut met: BTreeSet<String> = people.groups.clone();
    while !waiting.is_empty() {
        let rest = waiting.split_off(waiting.len().min(AT_A_TIME));
        let some = std::mem::replace(&mut waiting, rest);
        let each = run.pace.each(stream::iter(some), |group| async move {
            let call = run.client.list_group_members().group_id(&group);
            let call = call.include_expirations(true);
            let found = items(&run.pace, call.items());
            (group, found.collect::<Vec<_>>().await)
        });
        let each: Vec<_> = each.collect().await;
        for (group, found) in each {
            pen.step().await;
            let identity_of_group = PrincipalId {
                kind: PrincipalKind::Group,
                id: group.clone(),
            };
            let of = GapOf::principal(identity_of_group.clone());
            let mut members = Vec::new();
            for one in found {
                match one {
                    Ok(member) => members.push(member),
                    Err(Trouble::Misfits(misfits)) => {
                        pen.misfits(&of, &operations::LIST_GROUP_MEMBERS, &misfits);
                    }
                    Err(Trouble::Broken(error)) => {
                        if pen.gap(of.clone(), &error) == Go::Stop {
                            return pen.close().await;
                        }
                    }
                }
            }
            pen.succeeded();
            let all: Vec<PrincipalId> = members
                .iter()
                .map(|member| identity(&member.principal_type, &member.principal_id))
                .collect();
            people.meet(run, all.iter().cloned()).await;
            let name = people.principal(&identity_of_group).name;
            let named = Named { id: group, name };
            for (member, read) in all.into_iter().zip(members) {
                if member.kind == PrincipalKind::Group && met.insert(member.id.clone()) {
                    waiting.push(member.id.clone());
                }
                let (tenant, section) = (run.tenant.clone(), pen.id());
                let end = time(read.expiration.as_ref());
                let row = Membership::new(tenant, section, named.clone(), member, end);
                pen.membership(row).await;
            }
        }
    }
    pen.close().await;
}
