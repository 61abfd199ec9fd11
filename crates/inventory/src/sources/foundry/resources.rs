//! The roles on everything below a space, a project, a folder, or on one resource.

use super::super::ask::{Received, Trouble, items, whole};
use super::markings::note_sight;
use super::people::People;
use super::rows::{Bare, BareRole, holder, write};
use super::tree::{self, Node};
use super::{RESOURCE_ROLES, Run};
use crate::ledger::GapOf;
use crate::model::{Origin, PrincipalId, Scope, ScopeKind};
use crate::sources::pen::{Go, Pen};
use futures_util::StreamExt;
use rolecall::Error;
use rolecall::PagedExt;
use rolecall::foundry::operations;
use rolecall::foundry::types::{Resource, ResourceRole, ResourceType};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Who holds a role on something, and what that is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Grant {
    pub(super) holder: PrincipalId,
    pub(super) role: String,
}

/// The roles that something has from what contains it.
pub(super) type Above = Arc<Vec<(Arc<Node>, Grant)>>;

/// A folder whose children are still to be read.
struct Waiting {
    node: Arc<Node>,
    above: Above,
}

/// What two lists of the roles on something told.
pub(super) struct Lists {
    pub(super) own: Result<Received<Vec<ResourceRole>>, Error>,
    /// With those from what contains it; `None` when that was not asked for.
    pub(super) all: Option<Result<Received<Vec<ResourceRole>>, Error>>,
}

pub(super) async fn read(run: &Run, people: &mut People, root: &str) {
    let mut pen = run.pen_below(RESOURCE_ROLES, root);
    if !pen.is_loud() {
        return pen.close().await;
    }
    let root = match tree::root(run, root).await {
        Ok(found) => found,
        Err(error) => {
            pen.fail(&error);
            people.learn_from(pen.section());
            return pen.close().await;
        }
    };
    pen.succeeded();
    let (mut above, mut hidden) = (Vec::new(), Vec::new());
    for ancestor in root.above {
        // The roles of what contains the root are no rows of their own, but the root has them.
        match roles_of(run, &ancestor.rid, false).await {
            Ok(found) => {
                let (grants, _) = grants(&found.value);
                above.extend(
                    grants
                        .into_iter()
                        .map(|(grant, _)| (ancestor.clone(), grant)),
                );
            }
            // What the root has from there is in its second list.
            Err(_) => hidden.push(ancestor),
        }
    }
    let hidden = match hidden.as_slice() {
        [] if root.is_whole => Arc::new(Node::unknown()),
        [one] if root.is_whole => Arc::clone(one),
        _ => {
            // Everything below may have roles from there, and it cannot be said from which.
            let reason = "the roles of what contains the root could not be read, so that those from there have no place";
            pen.unknown(GapOf::default(), reason);
            Arc::new(Node::unknown())
        }
    };
    let node = Arc::new(root.node);
    let lists = lists(run, &node.rid, true).await;
    let above = Arc::new(above);
    let above = one(run, people, &mut pen, (&node, &hidden), &above, lists).await;
    let mut waiting = Vec::new();
    if node.is_container() {
        waiting.push(Waiting { node, above });
    }
    while let Some(next) = waiting.pop() {
        if children(run, people, &mut pen, next, &mut waiting).await == Go::Stop {
            break;
        }
    }
    note_sight(&mut pen);
    people.learn_from(pen.section());
    pen.close().await;
}

async fn children(
    run: &Run,
    people: &mut People,
    pen: &mut Pen,
    parent: Waiting,
    waiting: &mut Vec<Waiting>,
) -> Go {
    let of_parent = GapOf::default();
    let call = run.client.list_children_of_folder();
    let call = call.folder_rid(&parent.node.rid);
    let found = items(&run.pace, call.items());
    let kind = parent.node.kind.clone();
    let each = run.pace.each_ok(found, |child: Resource| {
        let node = node_of(&kind, &child);
        async move {
            // What a project has from its space is told by the project alone.
            let with_inherited = node.kind == ScopeKind::Project;
            let lists = lists(run, &node.rid, with_inherited).await;
            (Arc::new(node), lists)
        }
    });
    let mut each = std::pin::pin!(each);
    while let Some(child) = each.next().await {
        let (node, lists) = match child {
            Ok(read) => read,
            Err(Trouble::Misfits(misfits)) => {
                let operation = &operations::LIST_CHILDREN_OF_FOLDER;
                pen.misfits(&of_parent, operation, &misfits);
                continue;
            }
            Err(Trouble::Broken(error)) => {
                // Which resources those would have been is not known.
                match pen.gap(of_parent.clone(), &error) {
                    Go::On => continue,
                    Go::Stop => return Go::Stop,
                }
            }
        };
        pen.step().await;
        let places = (&node, &parent.node);
        let above = one(run, people, pen, places, &parent.above, lists).await;
        if node.is_container() {
            waiting.push(Waiting { node, above });
        }
    }
    Go::On
}

pub(super) fn node_of(parent: &ScopeKind, child: &Resource) -> Node {
    let kind = match (&child.type_, parent) {
        (ResourceType::CompassFolder, ScopeKind::Space) => ScopeKind::Project,
        (ResourceType::CompassFolder, _) => ScopeKind::Folder,
        _ => ScopeKind::Resource,
    };
    Node {
        kind,
        rid: child.rid.clone(),
        path: child.path.clone(),
        parent: Some(child.parent_folder_rid.clone()),
    }
}

async fn lists(run: &Run, rid: &str, with_inherited: bool) -> Lists {
    let own = roles_of(run, rid, false).await;
    let all = match with_inherited {
        true => Some(roles_of(run, rid, true).await),
        false => None,
    };
    Lists { own, all }
}

async fn roles_of(
    run: &Run,
    rid: &str,
    inherited: bool,
) -> Result<Received<Vec<ResourceRole>>, Error> {
    let call = run.client.list_resource_roles().resource_rid(rid);
    let call = call.include_inherited(inherited);
    whole(&run.pace, call.items()).await
}

/// The grants of a list, and how many of its entries are of a form that the description does not know.
fn grants(roles: &[ResourceRole]) -> (Vec<(Grant, &ResourceRole)>, usize) {
    let known = roles.iter().filter_map(|role| {
        let holder = holder(&role.resource_role_principal)?;
        let grant = Grant {
            holder,
            role: role.role_id.clone(),
        };
        Some((grant, role))
    });
    let known: Vec<_> = known.collect();
    let unknown = roles.len() - known.len();
    (known, unknown)
}

/// Writes the roles on one node, and returns what its children have from it and from above. What it has from elsewhere than
/// `above` comes from `hidden`, whose own roles could not be read.
async fn one(
    run: &Run,
    people: &mut People,
    pen: &mut Pen,
    (node, hidden): (&Arc<Node>, &Arc<Node>),
    above: &Above,
    lists: Lists,
) -> Above {
    let scope = Scope::of(node.kind.clone(), &node.rid, Some(node.path.clone()));
    let of = GapOf {
        scope: Some(node.rid.clone()),
        ..GapOf::default()
    };
    let operation = &operations::LIST_RESOURCE_ROLES;
    let mut rows = Vec::new();
    let mut below: Vec<(Arc<Node>, Grant)> = above.to_vec();
    let mut own_grants = BTreeSet::new();
    let is_known = match &lists.own {
        Ok(found) => {
            pen.succeeded();
            pen.misfits(&of, operation, &found.misfits);
            let (own, unknown) = grants(&found.value);
            if unknown > 0 {
                pen.unknown(
                    of.clone(),
                    "the holder of a role is of a form that this release does not know",
                );
            }
            for (grant, role) in own {
                let id = BareRole::Id(grant.role.clone());
                let row = Bare::new(grant.holder.clone(), id, scope.clone());
                rows.push(row.vendor(run, role));
                own_grants.insert(grant.clone());
                below.push((Arc::clone(node), grant));
            }
            true
        }
        Err(error) => {
            let _ = pen.gap(of.clone(), error);
            if matches!(node.kind, ScopeKind::Project | ScopeKind::Folder) {
                // What is below has these roles, too, and nobody knows which. What projects have from their space they tell.
                pen.section().more_gaps += 1;
            }
            false
        }
    };
    let mut inherited: BTreeSet<(Arc<Node>, Grant)> = above.iter().cloned().collect();
    match &lists.all {
        Some(Ok(found)) if is_known => {
            let all: BTreeSet<Grant> = grants(&found.value)
                .0
                .into_iter()
                .map(|one| one.0)
                .collect();
            let explained: BTreeSet<&Grant> = above.iter().map(|(_, grant)| grant).collect();
            for grant in &all {
                if !own_grants.contains(grant) && !explained.contains(grant) {
                    // From something whose own roles could not be read: a space, for its projects.
                    inherited.insert((Arc::clone(hidden), grant.clone()));
                    below.push((Arc::clone(hidden), grant.clone()));
                }
            }
            let lost = (own_grants.iter().chain(explained)).filter(|grant| !all.contains(*grant));
            let lost = lost.count();
            if lost > 0 {
                let reason = format!(
                    "{lost} roles of its own or of what contains it are not in the list with inherited roles"
                );
                pen.differ(of, reason);
            }
        }
        Some(Err(error)) if is_known => {
            let _ = pen.gap(of, error);
            if node.is_container() {
                // What it has from elsewhere is had by all that is below.
                pen.section().more_gaps += 1;
            }
        }
        _ => {}
    }
    for (from, grant) in inherited {
        let id = BareRole::Id(grant.role.clone());
        let mut row = Bare::new(grant.holder, id, scope.clone());
        row.origin = Origin::Inherited {
            from: from.kind.to_string(),
            parent: from.named(),
        };
        rows.push(row);
    }
    write(run, people, pen, rows).await;
    Arc::new(below)
}
