//! Custom roles and resource sets: their names, and what the roles permit.

use super::super::ask::{ask, whole};
use super::super::pen::Pen;
use super::{ROLES, Run};
use crate::ledger::GapOf;
use crate::model::{Role, RoleKind};
use crate::source::RoleRow;
use futures_util::{StreamExt, stream};
use rolecall::Error;
use rolecall::PagedExt;
use rolecall::okta::operations;
use rolecall::okta::types::{ResourceSet, RoleType};
use std::collections::BTreeMap;

/// What custom roles and resource sets are called.
#[derive(Debug, Default)]
pub(super) struct Names {
    roles: BTreeMap<String, String>,
    permissions: BTreeMap<String, Vec<String>>,
    /// The resource sets of the org, or why they could not be listed.
    pub(super) sets: Option<Result<BTreeMap<String, Option<String>>, Error>>,
}

impl Names {
    pub(super) fn role(&self, id: &str) -> Option<String> {
        self.roles.get(id).cloned()
    }

    pub(super) fn set(&self, id: &str) -> Option<String> {
        let sets = self.sets.as_ref()?.as_ref().ok()?;
        sets.get(id)?.clone()
    }

    pub(super) fn permissions(&self, id: &str) -> Option<Vec<String>> {
        self.permissions.get(id).cloned()
    }
}

pub(super) async fn read(run: &Run) -> Names {
    let mut names = Names::default();
    let mut pen = run.pen(ROLES);
    custom_roles(run, &mut pen, &mut names).await;
    pen.close().await;
    names.sets = Some(sets(run).await);
    names
}

async fn custom_roles(run: &Run, pen: &mut Pen, names: &mut Names) {
    let listed = match whole(&run.pace, run.client.list_roles().items()).await {
        Ok(listed) => listed,
        Err(error) => return pen.fail(&error),
    };
    pen.succeeded();
    pen.misfits(&GapOf::default(), &operations::LIST_ROLES, &listed.misfits);
    pen.expect(listed.value.len() as u64);
    let each = run
        .pace
        .each(stream::iter(listed.value), |role| async move {
            let permissions = match &role.id {
                Some(id) if run.options.permissions => {
                    let call = run.client.list_role_permissions().role_id_or_label(id);
                    Some(ask(&run.pace, call.send()).await)
                }
                _ => None,
            };
            (role, permissions)
        });
    let mut each = std::pin::pin!(each);
    while let Some((role, permissions)) = each.next().await {
        pen.step().await;
        let Some(id) = role.id else {
            pen.unknown(GapOf::default(), "a custom role was listed without an id");
            continue;
        };
        names.roles.insert(id.clone(), role.label.clone());
        let kind = match RoleType::from(id.as_str()) {
            RoleType::Unknown(_) => RoleKind::Custom,
            _ => RoleKind::Iam,
        };
        let mut row = Role::new(kind, &id).named(Some(role.label));
        match permissions {
            None => {}
            Some(Ok(received)) => {
                pen.succeeded();
                let of = GapOf::role(&id);
                pen.misfits(&of, &operations::LIST_ROLE_PERMISSIONS, &received.misfits);
                let listed = received.value.permissions.unwrap_or_default();
                let mut labels: Vec<_> = listed.into_iter().filter_map(|one| one.label).collect();
                labels.sort_unstable();
                names.permissions.insert(id, labels.clone());
                row.permissions = Some(labels);
            }
            // The rest of the roles are known even so.
            Some(Err(error)) => {
                let _ = pen.gap(GapOf::role(&id), &error);
            }
        }
        let tenant = run.tenant.clone();
        pen.role(RoleRow {
            tenant,
            role: row,
            holders: None,
        })
        .await;
    }
}

async fn sets(run: &Run) -> Result<BTreeMap<String, Option<String>>, Error> {
    let call = run.client.list_resource_sets();
    let sets = whole(&run.pace, call.items()).await?.value;
    let named = |set: ResourceSet| Some((set.id?, set.label));
    Ok(sets.into_iter().filter_map(named).collect())
}
