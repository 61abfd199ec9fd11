//! Organizations, their roles and guests, and the enrollment.

use super::super::ask::{ask, items};
use super::markings::Listed;
use super::people::People;
use super::rows::{Bare, BareRole, GUEST, identity, membership, write};
use super::{ENROLLMENT_ROLES, ORGANIZATION_GUESTS, ORGANIZATION_ROLES, ORGANIZATIONS, Run};
use crate::ledger::GapOf;
use crate::model::{Scope, ScopeKind};
use futures_util::StreamExt;
use rolecall::Error;
use rolecall::PagedExt;
use rolecall::foundry::operations;
use std::collections::BTreeSet;

/// The organizations that can be found, and what could not be looked at for more.
async fn find(run: &Run, markings: &Listed) -> (BTreeSet<String>, Vec<Error>) {
    let mut all = run.options.organizations.clone();
    let mut failed = Vec::new();
    match ask(&run.pace, run.client.get_current_user().send()).await {
        Ok(user) => all.extend(user.value.organization),
        Err(error) => failed.push(error),
    }
    all.extend(markings.organizations());
    let spaces = run.client.list_spaces().items();
    let mut spaces = std::pin::pin!(items(&run.pace, spaces));
    while let Some(space) = spaces.next().await {
        match space {
            Ok(space) => all.extend(space.organizations.unwrap_or_default()),
            Err(super::super::ask::Trouble::Broken(error)) => failed.push(*error),
            Err(_) => {}
        }
    }
    (all, failed)
}

pub(super) async fn read(run: &Run, people: &mut People, markings: &Listed) {
    let mut pen = run.pen(ORGANIZATIONS);
    let (all, failed) = find(run, markings).await;
    for error in failed {
        let _ = pen.gap(GapOf::default(), &error);
    }
    pen.expect(all.len() as u64);
    let mut named = Vec::new();
    for rid in all {
        let call = run.client.get_organization().organization_rid(&rid);
        let name = match ask(&run.pace, call.send()).await {
            Ok(found) => {
                pen.succeeded();
                let of = GapOf::scope(ScopeKind::Organization, &rid);
                pen.misfits(&of, &operations::GET_ORGANIZATION, &found.misfits);
                Some(found.value.name)
            }
            Err(error) => {
                let of = GapOf::scope(ScopeKind::Organization, &rid);
                let _ = pen.gap(of, &error);
                None
            }
        };
        pen.step().await;
        pen.section().count += 1;
        named.push((rid, name));
    }
    if run.options.organizations.is_empty() && !pen.section().is_incomplete() {
        // Who names the organizations says that these are all.
        pen.section().cap(
            format!(
                "the service has no list of organizations: {} were found by the caller, markings and spaces",
                named.len()
            ),
            Some("Name the organizations of the enrollment in the options.".to_owned()),
        );
    }
    people.learn_from(pen.section());
    pen.close().await;
    for (rid, name) in named {
        let scope = Scope::of(ScopeKind::Organization, &rid, name);
        people.available(run, &rid).await;
        roles(run, people, &rid, &scope).await;
        guests(run, people, &rid, &scope).await;
    }
}

async fn roles(run: &Run, people: &mut People, rid: &str, scope: &Scope) {
    let mut pen = run.pen_below(ORGANIZATION_ROLES, rid);
    if !pen.is_loud() {
        return pen.close().await;
    }
    let call = run.client.list_organization_role_assignments();
    let found = ask(&run.pace, call.organization_rid(rid).send()).await;
    if let Some(found) = pen.received(&operations::LIST_ORGANIZATION_ROLE_ASSIGNMENTS, found) {
        if found.extra.text("nextPageToken").is_some() {
            // Some releases send one, and none takes it.
            pen.section().cap(
                "the service says that there are more, and has no way to ask for them",
                None,
            );
        }
        let rows = found.data.unwrap_or_default().into_iter().map(|one| {
            let holder = identity(&one.principal_type, &one.principal_id);
            let row = Bare::new(holder, BareRole::Id(one.role_id.clone()), scope.clone());
            row.vendor(run, &one)
        });
        write(run, people, &mut pen, rows.collect()).await;
    }
    people.learn_from(pen.section());
    pen.close().await;
}

async fn guests(run: &Run, people: &mut People, rid: &str, scope: &Scope) {
    let mut pen = run.pen_below(ORGANIZATION_GUESTS, rid);
    if !pen.is_loud() {
        return pen.close().await;
    }
    let call = run.client.list_organization_guest_members();
    let call = call.organization_rid(rid).preview(true);
    let found = ask(&run.pace, call.send()).await;
    if let Some(found) = pen.received(&operations::LIST_ORGANIZATION_GUEST_MEMBERS, found) {
        let rows = found.data.unwrap_or_default().into_iter().map(|one| {
            let holder = identity(&one.principal_type, &one.principal_id);
            Bare::new(holder, membership(GUEST), scope.clone()).vendor(run, &one)
        });
        write(run, people, &mut pen, rows.collect()).await;
    }
    people.learn_from(pen.section());
    pen.close().await;
}

pub(super) async fn enrollment(run: &Run, people: &mut People, rid: Option<String>) {
    let mut pen = run.pen(ENROLLMENT_ROLES);
    if !pen.is_loud() {
        return pen.close().await;
    }
    let found = match rid {
        Some(rid) => {
            let call = run.client.get_enrollment().enrollment_rid(&rid);
            let name = ask(&run.pace, call.preview(true).send()).await.ok();
            Ok((rid, name.map(|found| found.value.name)))
        }
        None => {
            let call = run.client.get_current_enrollment().preview(true);
            let found = ask(&run.pace, call.send()).await;
            found.map(|found| (found.value.rid, Some(found.value.name)))
        }
    };
    let (rid, name) = match found {
        Ok(found) => found,
        Err(error) => {
            pen.fail(&error);
            pen.section().remedy = Some(
                "Name the enrollment: a service user is in no organization, so that its enrollment cannot be found."
                    .to_owned(),
            );
            people.learn_from(pen.section());
            return pen.close().await;
        }
    };
    let call = run.client.list_enrollment_role_assignments();
    let call = call.enrollment_rid(&rid).preview(true);
    let found = ask(&run.pace, call.send()).await;
    if let Some(found) = pen.received(&operations::LIST_ENROLLMENT_ROLE_ASSIGNMENTS, found) {
        let scope = Scope::of(ScopeKind::Enrollment, &rid, name);
        let rows = found.data.unwrap_or_default().into_iter().map(|one| {
            let holder = identity(&one.principal_type, &one.principal_id);
            let row = Bare::new(holder, BareRole::Id(one.role_id.clone()), scope.clone());
            row.vendor(run, &one)
        });
        write(run, people, &mut pen, rows.collect()).await;
    }
    people.learn_from(pen.section());
    pen.close().await;
}
