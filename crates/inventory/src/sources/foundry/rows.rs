//! From what the service tells to rows with names.

use super::Run;
use super::people::People;
use crate::model::{
    Assignment, Origin, Principal, PrincipalId, PrincipalKind, Role, RoleKind, Scope,
};
use crate::sources::pen::Pen;
use rolecall::foundry::types::{PrincipalType, ResourceRolePrincipal};
use serde::Serialize;
use serde_json::Value;

/// The role of those who are a member of a marking, or a guest of an organization: the service has no word for it.
pub(super) const MEMBER: &str = "member";
pub(super) const GUEST: &str = "guest";

/// A row without names.
#[derive(Clone, Debug)]
pub(super) struct Bare {
    pub(super) holder: PrincipalId,
    pub(super) role: BareRole,
    pub(super) scope: Scope,
    pub(super) origin: Origin,
    pub(super) vendor: Option<Value>,
}

#[derive(Clone, Debug)]
pub(super) enum BareRole {
    /// One that is looked up.
    Id(String),
    /// One that is what it is.
    Known(Role),
}

impl Bare {
    pub(super) fn new(holder: PrincipalId, role: BareRole, scope: Scope) -> Self {
        Self {
            holder,
            role,
            scope,
            origin: Origin::Direct,
            vendor: None,
        }
    }

    pub(super) fn vendor(mut self, run: &Run, object: &impl Serialize) -> Self {
        self.vendor =
            (run.options.vendor).then(|| serde_json::to_value(object).unwrap_or_default());
        self
    }
}

/// A role that is no role by the service's words, but access all the same.
pub(super) fn membership(id: &str) -> BareRole {
    BareRole::Known(Role::new(RoleKind::Membership, id).named(Some(id.to_owned())))
}

/// Writes rows, with the names of those who hold the roles and of the roles.
pub(super) async fn write(run: &Run, people: &mut People, pen: &mut Pen, rows: Vec<Bare>) {
    let holders = rows.iter().map(|row| row.holder.clone());
    people
        .meet(run, holders.collect::<Vec<_>>().into_iter())
        .await;
    let roles = rows.iter().filter_map(|row| match &row.role {
        BareRole::Id(id) => Some(id.clone()),
        BareRole::Known(_) => None,
    });
    people
        .name_roles(run, roles.collect::<Vec<_>>().into_iter())
        .await;
    for row in rows {
        let role = match row.role {
            BareRole::Id(id) => people.role(&id),
            BareRole::Known(role) => role,
        };
        let principal = match row.holder.kind {
            PrincipalKind::Everyone => everyone(),
            _ => people.principal(&row.holder),
        };
        let assignment = Assignment::new(
            run.tenant.clone(),
            pen.id(),
            principal,
            role,
            row.scope,
            row.origin,
        );
        pen.assignment(assignment.vendor(row.vendor)).await;
    }
}

fn everyone() -> Principal {
    let mut principal = Principal::new(PrincipalKind::Everyone, "everyone");
    principal.name = Some("everyone".to_owned());
    principal
}

pub(super) fn identity(kind: &PrincipalType, id: &str) -> PrincipalId {
    PrincipalId {
        kind: match kind {
            PrincipalType::User => PrincipalKind::User,
            PrincipalType::Group => PrincipalKind::Group,
            other => PrincipalKind::Other(other.to_string().to_lowercase()),
        },
        id: id.to_owned(),
    }
}

/// Who holds a role on a resource. `None` for a form that the description does not know.
pub(super) fn holder(principal: &ResourceRolePrincipal) -> Option<PrincipalId> {
    match principal {
        ResourceRolePrincipal::PrincipalWithId(one) => {
            Some(identity(&one.principal_type, &one.principal_id))
        }
        ResourceRolePrincipal::Everyone(_) => Some(PrincipalId {
            kind: PrincipalKind::Everyone,
            id: "everyone".to_owned(),
        }),
        _ => None,
    }
}
