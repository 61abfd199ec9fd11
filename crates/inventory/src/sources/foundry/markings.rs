//! Markings: who holds roles on them, and who may see what has them.

use super::super::ask::{Trouble, items, whole};
use super::people::{People, broke};
use super::rows::{Bare, BareRole, MEMBER, identity, membership, write};
use super::{CATEGORY_ROLES, MARKING_MEMBERS, MARKING_ROLES, Run};
use crate::ledger::GapOf;
use crate::model::{Role, RoleKind, Scope, ScopeKind};
use crate::sources::pen::{Go, Pen};
use futures_util::{StreamExt, stream};
use rolecall::foundry::operations;
use rolecall::foundry::types::{Marking, MarkingMember, MarkingRoleAssignment};
use rolecall::rolecall_client::{Operation, Paged};
use rolecall::{Items, PagedExt};
use serde::Serialize;

/// The markings that the caller sees.
#[derive(Debug, Default)]
pub(super) struct Listed {
    markings: Vec<Compact>,
    troubles: Vec<Trouble>,
}

/// What rows need of a marking: there can be thousands.
#[derive(Debug)]
struct Compact {
    id: String,
    name: String,
    organization: Option<String>,
}

impl Listed {
    pub(super) fn organizations(&self) -> impl Iterator<Item = String> {
        let markings = self.markings.iter();
        markings.filter_map(|marking| marking.organization.clone())
    }
}

/// Lists the markings. Unless told otherwise the service lists the deleted, too, which nobody holds anything on.
pub(super) async fn listed(run: &Run) -> Listed {
    let call = run.client.list_markings().include_deleted(false);
    let mut found = std::pin::pin!(items(&run.pace, call.items()));
    let mut listed = Listed::default();
    while let Some(marking) = found.next().await {
        match marking {
            Ok(Marking {
                id,
                name,
                organization,
                ..
            }) => listed.markings.push(Compact {
                id,
                name,
                organization,
            }),
            Err(trouble) => listed.troubles.push(trouble),
        }
    }
    listed
}

pub(super) async fn read(run: &Run, people: &mut People, listed: Listed) {
    let scopes: Vec<Scope> = listed
        .markings
        .iter()
        .map(|one| Scope::of(ScopeKind::Marking, &one.id, Some(one.name.clone())))
        .collect();
    roles(run, people, &scopes, &listed.troubles).await;
    members(run, people, &scopes, &listed.troubles).await;
}

async fn roles(run: &Run, people: &mut People, scopes: &[Scope], troubles: &[Trouble]) {
    let mut pen = run.pen(MARKING_ROLES);
    if pen.is_loud() {
        let list = |id: &str| {
            let call = run.client.list_marking_role_assignments();
            call.marking_id(id).items()
        };
        let operation = &operations::LIST_MARKING_ROLE_ASSIGNMENTS;
        let row = |one: MarkingRoleAssignment, scope: &Scope| {
            let holder = identity(&one.principal_type, &one.principal_id);
            let word = one.role.to_string();
            let role = Role::new(RoleKind::Standard, &word).named(Some(word));
            Bare::new(holder, BareRole::Known(role), scope.clone()).vendor(run, &one)
        };
        let of = Of { scopes, troubles };
        each(run, people, &mut pen, of, operation, list, row).await;
    }
    pen.close().await;
}

async fn members(run: &Run, people: &mut People, scopes: &[Scope], troubles: &[Trouble]) {
    let mut pen = run.pen(MARKING_MEMBERS);
    if pen.is_loud() {
        let list = |id: &str| run.client.list_marking_members().marking_id(id).items();
        let operation = &operations::LIST_MARKING_MEMBERS;
        let row = |one: MarkingMember, scope: &Scope| {
            let holder = identity(&one.principal_type, &one.principal_id);
            Bare::new(holder, membership(MEMBER), scope.clone()).vendor(run, &one)
        };
        let of = Of { scopes, troubles };
        each(run, people, &mut pen, of, operation, list, row).await;
    }
    pen.close().await;
}

/// The markings that are gone through.
struct Of<'a> {
    scopes: &'a [Scope],
    troubles: &'a [Trouble],
}

/// Reads a list of every marking.
async fn each<B>(
    run: &Run,
    people: &mut People,
    pen: &mut Pen,
    of: Of<'_>,
    operation: &Operation,
    list: impl Fn(&str) -> Items<B>,
    row: impl Fn(B::Item, &Scope) -> Bare,
) where
    B: Paged + Sync,
    B::Error: Serialize,
    B::Item: Send,
{
    for trouble in of.troubles {
        pen.trouble(&operations::LIST_MARKINGS, trouble);
    }
    pen.expect(of.scopes.len() as u64);
    let each = run.pace.each(stream::iter(of.scopes), |scope| {
        let list = list(scope.id.as_deref().unwrap_or_default());
        async move { (scope, whole(&run.pace, list).await) }
    });
    let mut each = std::pin::pin!(each);
    while let Some((scope, found)) = each.next().await {
        pen.step().await;
        let of = GapOf::scope(ScopeKind::Marking, scope.id.as_deref().unwrap_or_default());
        match found {
            Err(error) => {
                if pen.gap(of, &error) == Go::Stop {
                    break;
                }
            }
            Ok(found) => {
                pen.succeeded();
                pen.misfits(&of, operation, &found.misfits);
                let rows = found.value.into_iter().map(|one| row(one, scope));
                write(run, people, pen, rows.collect()).await;
            }
        }
    }
    note_sight(pen);
    people.learn_from(pen.section());
}

/// Lists are cut to what the caller may see, and nothing in them says so.
pub(super) fn note_sight(pen: &mut Pen) {
    let reason = || {
        "the service lists what the caller may see, and does not say what else there is".to_owned()
    };
    pen.section().reason.get_or_insert_with(reason);
}

/// Who holds roles on a category is said when it is made, and by no operation afterwards.
pub(super) async fn categories(run: &Run) {
    let mut pen = run.pen(CATEGORY_ROLES);
    if !pen.is_loud() {
        return pen.close().await;
    }
    let call = run.client.list_marking_categories().include_deleted(false);
    let mut found = std::pin::pin!(items(&run.pace, call.items()));
    let mut categories = 0u64;
    while let Some(category) = found.next().await {
        match category {
            Ok(_) => categories += 1,
            Err(trouble) => {
                let _ = broke(&mut pen, &operations::LIST_MARKING_CATEGORIES, &trouble);
            }
        }
    }
    pen.section().cap(
        format!(
            "the service has no operation that tells who holds roles on its {categories} marking categories"
        ),
        Some("Look at the categories in Control Panel.".to_owned()),
    );
    pen.close().await;
}
