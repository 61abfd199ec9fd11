//! Who holds which role where.

use super::principals::{People, of_invitation, of_team, of_user};
use super::{ASSIGNMENTS, ROLES, Run};
use crate::ledger::GapOf;
use crate::model::{
    Assignment, Origin, Principal, PrincipalId, PrincipalKind, Role, RoleKind, Scope, ScopeKind,
};
use crate::source::RoleRow;
use crate::sources::ask::{Received, Trouble, items, whole};
use crate::sources::pen::{Go, Pen};
use futures_util::{StreamExt, stream};
use rolecall::Error;
use rolecall::PagedExt;
use rolecall::zenml::operations;
use rolecall::zenml::types::{RoleAssignmentRead, RoleLevel, RoleRead};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Who holds a role, by kind and level.
#[derive(Debug, Default)]
pub(super) struct Holders {
    /// Those who hold a role of the organization itself.
    pub(super) in_organization: BTreeSet<PrincipalId>,
    pub(super) invitations: BTreeSet<PrincipalId>,
    /// Whether all assignments were read.
    pub(super) is_whole: bool,
}

pub(super) async fn read(run: &Run, people: &mut People) -> Holders {
    let mut roles_pen = run.pen(ROLES);
    let mut pen = run.pen(ASSIGNMENTS);
    let call = run.client.list_organization_roles();
    let found = call.organization_id(&run.tenant.id).items();
    let mut found = std::pin::pin!(items(&run.pace, found));
    let mut roles = Vec::new();
    while let Some(role) = found.next().await {
        match role {
            Ok(role) => roles.push(role),
            Err(trouble) => {
                let operation = &operations::LIST_ORGANIZATION_ROLES;
                pen.trouble(operation, &trouble);
                if let Trouble::Broken(_) = trouble
                    && !roles.is_empty()
                {
                    // Who holds the roles that were not listed is not known.
                    pen.section().more_gaps += 1;
                }
                roles_pen.trouble(operation, &trouble);
            }
        }
    }
    for role in &roles {
        roles_pen.succeeded();
        let tenant = run.tenant.clone();
        let row = RoleRow {
            tenant,
            role: role_of(role),
            holders: None,
        };
        roles_pen.role(row).await;
    }
    roles_pen.close().await;
    let mut holders = Holders::default();
    if run_is_needed(run, &pen) {
        of_roles(run, people, &mut pen, roles, &mut holders).await;
    }
    holders.is_whole = !pen.section().is_incomplete();
    people.learn_from(pen.section());
    pen.close().await;
    holders
}

/// The other sections are held against the assignments.
fn run_is_needed(run: &Run, pen: &Pen) -> bool {
    pen.is_loud() || run.pen(super::MEMBERS).is_loud() || run.pen(super::PRINCIPALS).is_loud()
}

async fn of_roles(
    run: &Run,
    people: &mut People,
    pen: &mut Pen,
    roles: Vec<RoleRead>,
    holders: &mut Holders,
) {
    let names = workspaces(run, pen).await;
    pen.expect(roles.len() as u64);
    let mut seen = HashSet::new();
    // Levels of which some list without a scope had an assignment, so that such lists have them.
    let mut told = BTreeSet::new();
    let mut silent = Vec::new();
    let each = run.pace.each(stream::iter(roles), |role| async move {
        let found = list(run, &role.id, None).await;
        (role, found)
    });
    let mut each = std::pin::pin!(each);
    while let Some((role, found)) = each.next().await {
        pen.step().await;
        let found = match found {
            Ok(found) => found,
            Err(error) => match pen.gap(GapOf::role(&role.id), &error) {
                Go::On => continue,
                Go::Stop => return,
            },
        };
        pen.succeeded();
        let of = GapOf::role(&role.id);
        pen.misfits(&of, &operations::LIST_ROLE_ASSIGNMENTS, &found.misfits);
        let level = level(&role);
        match found.value.is_empty() {
            true => silent.push((role, level)),
            false => {
                told.insert(level);
            }
        }
        for one in found.value {
            write(run, people, pen, &names, &mut seen, holders, one).await;
        }
    }
    narrower(run, people, pen, &names, silent, told, &mut seen, holders).await;
}

/// A role that a list without a scope knows no holder of may be held in a workspace all the same: that such lists have the
/// narrower scopes is known only of levels that some list had one of.
#[allow(clippy::too_many_arguments)] // They are the state of one loop.
async fn narrower(
    run: &Run,
    people: &mut People,
    pen: &mut Pen,
    names: &BTreeMap<String, String>,
    silent: Vec<(RoleRead, String)>,
    told: BTreeSet<String>,
    seen: &mut HashSet<crate::model::Key>,
    holders: &mut Holders,
) {
    let silent = silent.into_iter().filter(|(_, level)| {
        *level != RoleLevel::Organization.to_string() && !told.contains(level)
    });
    let asked: Vec<(String, String)> = silent
        .flat_map(|(role, _)| {
            names
                .keys()
                .map(move |workspace| (role.id.clone(), workspace.clone()))
        })
        .collect();
    let each = run
        .pace
        .each(stream::iter(asked), |(role, workspace)| async move {
            let found = list(run, &role, Some(&workspace)).await;
            (role, workspace, found)
        });
    let mut each = std::pin::pin!(each);
    while let Some((role, workspace, found)) = each.next().await {
        let of = GapOf {
            role: Some(role),
            ..GapOf::scope(ScopeKind::Workspace, workspace)
        };
        match found {
            Err(error) => {
                if pen.gap(of, &error) == Go::Stop {
                    return;
                }
            }
            Ok(found) => {
                pen.misfits(&of, &operations::LIST_ROLE_ASSIGNMENTS, &found.misfits);
                for one in found.value {
                    write(run, people, pen, names, seen, holders, one).await;
                }
            }
        }
    }
}

async fn list(
    run: &Run,
    role: &str,
    workspace: Option<&str>,
) -> Result<Received<Vec<RoleAssignmentRead>>, Error> {
    let mut call = run.client.list_role_assignments().role_id(role);
    if let Some(workspace) = workspace {
        call = call.workspace_id(workspace);
    }
    whole(&run.pace, call.items()).await
}

/// What the workspaces are called. Without it rows have ids alone, and roles that nobody seems to hold are not looked for in
/// workspaces.
async fn workspaces(run: &Run, pen: &mut Pen) -> BTreeMap<String, String> {
    let call = run.client.list_workspaces();
    let call = call.organization_id(&run.tenant.id);
    match whole(&run.pace, call.items()).await {
        Ok(found) => {
            let named = found.value.into_iter();
            named
                .map(|one| (one.id, one.display_name.unwrap_or(one.name)))
                .collect()
        }
        Err(error) => {
            let of = GapOf {
                scope_kind: Some(ScopeKind::Workspace),
                ..GapOf::default()
            };
            let mut gap = crate::ledger::Gap::of_error(of, &error);
            gap.reason = format!(
                "whether a list without a scope has the workspaces is not documented, and they could not be listed: {}",
                gap.reason
            );
            pen.section().gap(gap);
            BTreeMap::new()
        }
    }
}

async fn write(
    run: &Run,
    people: &mut People,
    pen: &mut Pen,
    workspaces: &BTreeMap<String, String>,
    seen: &mut HashSet<crate::model::Key>,
    holders: &mut Holders,
    one: RoleAssignmentRead,
) {
    let scope = match (&one.project_id, &one.workspace_id) {
        (Some(project), _) => Scope::of(ScopeKind::Project, project, None),
        (None, Some(workspace)) => Scope::of(
            ScopeKind::Workspace,
            workspace,
            workspaces.get(workspace).cloned(),
        ),
        (None, None) => Scope::of(ScopeKind::Organization, &one.organization_id, None),
    };
    let Some(principal) = principal(&one) else {
        let of = GapOf {
            scope_kind: Some(scope.kind.clone()),
            scope: scope.id.clone(),
            ..GapOf::role(&one.role.id)
        };
        return pen.unknown(
            of,
            "the holder of a role is of a kind that this release does not know",
        );
    };
    people.meet(&principal).await;
    if scope.kind == ScopeKind::Organization {
        holders.in_organization.insert(principal.identity());
    }
    if principal.kind == PrincipalKind::Invitation {
        holders.invitations.insert(principal.identity());
    }
    let role = role_of(&one.role);
    let row = Assignment::new(
        run.tenant.clone(),
        pen.id(),
        principal,
        role,
        scope,
        Origin::Direct,
    );
    if seen.insert(row.key.clone()) {
        let vendor = run.options.vendor.then(|| vendor(&one));
        pen.assignment(row.vendor(vendor)).await;
    }
}

/// The object as it came, without what nobody should keep.
fn vendor(one: &RoleAssignmentRead) -> Value {
    let mut value = serde_json::to_value(one).unwrap_or_default();
    if let Some(user) = value.get_mut("user").and_then(Value::as_object_mut) {
        user.remove("password");
    }
    value
}

fn principal(one: &RoleAssignmentRead) -> Option<Principal> {
    let user = one.user.as_ref().map(of_user);
    let team = one.team.as_ref().map(of_team);
    let invitation = one.invitation.as_ref().map(of_invitation);
    user.or(team).or(invitation)
}

fn level(role: &RoleRead) -> String {
    let level = role.level.as_ref();
    level.map(ToString::to_string).unwrap_or_default()
}

fn role_of(role: &RoleRead) -> Role {
    let kind = match (role.type_.as_deref(), role.system_managed) {
        (None | Some("normal"), Some(true)) => RoleKind::Standard,
        (None | Some("normal"), _) => RoleKind::Custom,
        (Some(other), _) => RoleKind::Other(other.to_owned()),
    };
    Role::new(kind, &role.id).named(Some(role.name.clone()))
}
