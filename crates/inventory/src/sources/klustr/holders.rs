//! The roles of the organization, and the holders of each.

use super::accounts::Accounts;
use super::{HOLDERS, ROLES, Run, identity};
use crate::ledger::{Gap, GapOf, Status};
use crate::model::{Role, RoleKind};
use crate::source::RoleRow;
use crate::sources::ask::{ask, whole};
use crate::sources::pen::{Go, Pen};
use futures_util::{StreamExt, stream};
use rolecall::PagedExt;
use rolecall::klustr::operations;
use rolecall::klustr::types::Role as KlustrRole;
use std::collections::{BTreeMap, BTreeSet};

/// The page of the relation store, which is all that is read of it (by the open-source server).
const CAP: usize = 1_024;

/// Who holds which role, by ids.
#[derive(Debug, Default)]
pub(super) struct Holders {
    pub(super) roles: BTreeMap<String, Role>,
    pub(super) held: BTreeMap<String, BTreeSet<String>>,
    /// Roles whose holders are not all known.
    pub(super) unread: BTreeSet<String>,
    pub(super) roles_broke: bool,
}

impl Holders {
    pub(super) fn has(&self, role: &str, user: &str) -> bool {
        let held = self.held.get(role);
        held.is_some_and(|held| held.contains(user))
    }

    /// Whether all holders of a role that is defined are known.
    pub(super) fn were_read(&self, role: &str) -> bool {
        self.held.contains_key(role) && !self.unread.contains(role)
    }
}

pub(super) async fn read(run: &Run, accounts: &Accounts) -> Holders {
    let mut roles_pen = run.pen(ROLES);
    let mut pen = run.pen(HOLDERS);
    let mut holders = Holders::default();
    let call = run.client.list_organization_roles();
    let call = call.organization_id(&run.tenant.id);
    match whole(&run.pace, call.items()).await {
        Err(error) => {
            holders.roles_broke = true;
            roles_pen.fail(&error);
            pen.fail(&error);
        }
        Ok(found) => {
            let of = GapOf::default();
            roles_pen.misfits(&of, &operations::LIST_ORGANIZATION_ROLES, &found.misfits);
            define(run, &mut roles_pen, &mut holders, found.value).await;
        }
    }
    roles_pen.close().await;
    let ids: Vec<String> = holders.roles.keys().cloned().collect();
    pen.expect(ids.len() as u64);
    let each = run.pace.each(stream::iter(ids), |role| async move {
        let call = run.client.get_org_role_assignments();
        let call = call.organization_id(&run.tenant.id).role_id(&role);
        (role, ask(&run.pace, call.send()).await)
    });
    let mut each = std::pin::pin!(each);
    while let Some((role, found)) = each.next().await {
        pen.step().await;
        let of = GapOf::role(&role);
        let found = match found {
            Ok(found) => found,
            Err(error) => {
                holders.unread.insert(role);
                match pen.gap(of, &error) {
                    Go::On => continue,
                    Go::Stop => break,
                }
            }
        };
        pen.succeeded();
        pen.misfits(&of, &operations::GET_ORG_ROLE_ASSIGNMENTS, &found.misfits);
        let docs = found.value.docs.unwrap_or_default();
        let listed = docs.len();
        let model = holders.roles.get(&role).cloned();
        let model = model.unwrap_or_else(|| Role::new(RoleKind::Custom, &role));
        let held = holders.held.entry(role.clone()).or_default();
        for one in docs {
            let Some(user) = one.assigned_to.clone() else {
                pen.unknown(of.clone(), "a holder of the role was listed without an id");
                continue;
            };
            if !held.insert(user.clone()) {
                continue;
            }
            let vendor = run
                .options
                .vendor
                .then(|| serde_json::to_value(&one).unwrap_or_default());
            let principal = accounts.principal(&identity(&user));
            let row = run.row(pen.id(), principal, model.clone());
            pen.assignment(row.vendor(vendor)).await;
        }
        if listed >= CAP {
            beyond(run, &mut pen, accounts, &mut holders, &role, &model).await;
        }
        if role.contains('_') {
            holders.unread.insert(role.clone());
            pen.unknown(
                of,
                "the service keeps the holders of a role whose id has an underscore under another name, and does not find them",
            );
        }
    }
    pen.close().await;
    holders
}

/// The roles by id. An id that comes a second time is one role, as far as who holds it goes.
async fn define(run: &Run, pen: &mut Pen, holders: &mut Holders, roles: Vec<KlustrRole>) {
    for role in roles {
        let Some(id) = role.id else {
            pen.unknown(GapOf::default(), "a role was listed without an id");
            continue;
        };
        if holders.roles.contains_key(&id) {
            pen.differ(GapOf::role(&id), "there are two roles of this id");
            continue;
        }
        let mut model = Role::new(RoleKind::Custom, &id).named(role.name);
        let permissions = role.permissions.filter(|_| run.options.permissions);
        model.permissions = permissions.map(|all| {
            let scopes = all.into_iter().filter_map(|one| one.scope);
            let scopes: BTreeSet<String> = scopes.collect();
            scopes.into_iter().collect()
        });
        holders.roles.insert(id, model.clone());
        let tenant = run.tenant.clone();
        let row = RoleRow {
            tenant,
            role: model,
            holders: None,
        };
        pen.role(row).await;
    }
}

/// The list of holders ends where it ends: who else holds the role, the accounts may tell.
async fn beyond(
    run: &Run,
    pen: &mut Pen,
    accounts: &Accounts,
    holders: &mut Holders,
    role: &str,
    model: &Role,
) {
    let held = holders.held.entry(role.to_owned()).or_default();
    for user in accounts.holders(role) {
        if held.insert(user.to_owned()) {
            let principal = accounts.principal(&identity(user));
            let row = run.row(pen.id(), principal, model.clone());
            pen.assignment(row).await;
        }
    }
    let known = held.len();
    let reason = match accounts.count(role) {
        // Everybody is accounted for.
        Some(all) if all == known => return,
        Some(all) => format!(
            "the list of holders ends after about {CAP}; by the accounts {all} hold the role, and {known} of them are known"
        ),
        None => format!(
            "the list of holders ends after about {CAP}, and the accounts could not be read to find the others"
        ),
    };
    holders.unread.insert(role.to_owned());
    pen.section().gap(Gap {
        of: GapOf::role(role),
        status: Status::Capped,
        reason,
        missing: Vec::new(),
        remedy: Some("Split the role, so that fewer than 1,024 hold it.".to_owned()),
    });
}
