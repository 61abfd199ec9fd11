//! Which rows are wanted.

use crate::model::{
    Assignment, Origin, Principal, PrincipalKind, Role, Scope, ScopeKind, Service, UserStatus,
};

/// Which assignments are wanted: those that fit everything that is given. A list fits when one of its entries does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Services.
    pub services: Vec<Service>,
    /// Tenants, by their id.
    pub tenants: Vec<String>,
    /// What the principal is.
    pub kinds: Vec<PrincipalKind>,
    /// The principal's id, name or e-mail address, in any case.
    pub principals: Vec<String>,
    /// The role's id or name, in any case.
    pub roles: Vec<String>,
    /// What the role is over.
    pub scopes: Vec<ScopeFilter>,
    /// Whether the principal can sign in. One whose status is not known fits none.
    pub statuses: Vec<UserStatus>,
    /// How the principal came to hold it: `direct`, `group`, `governance` or `inherited`.
    pub origins: Vec<String>,
}

/// A kind of scope, an id or name, or both: `workspace`, `workspace:w1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeFilter {
    kind: Option<ScopeKind>,
    id: Option<String>,
}

impl ScopeFilter {
    /// Reads `KIND`, `KIND:ID`, or an id or name whose part before the first colon is no kind, such as a RID.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let (kind, id) = match text.split_once(':') {
            Some((kind, id)) => (kind, Some(id)),
            None => (text, None),
        };
        if ScopeKind::WORDS.contains(&kind) {
            return Self {
                kind: Some(ScopeKind::from(kind)),
                id: id.map(str::to_owned),
            };
        }
        Self {
            kind: None,
            id: Some(text.to_owned()),
        }
    }

    /// Whether a scope fits. Targets fit by each of theirs.
    #[must_use]
    pub fn fits(&self, scope: &Scope) -> bool {
        let kind = self.kind.as_ref().is_none_or(|kind| *kind == scope.kind);
        let id = self.id.as_ref().is_none_or(|id| {
            let own = [&scope.id, &scope.name];
            own.into_iter().flatten().any(|one| same(one, id))
                || scope.targets.iter().any(|target| {
                    same(&target.id, id) || target.name.as_ref().is_some_and(|name| same(name, id))
                })
        });
        kind && id
    }
}

impl Filter {
    /// Whether an assignment is wanted.
    #[must_use]
    pub fn fits(&self, row: &Assignment) -> bool {
        any(&self.services, |one| *one == row.tenant.service)
            && any(&self.tenants, |one| *one == row.tenant.id)
            && any(&self.kinds, |one| *one == row.principal.kind)
            && any(&self.principals, |one| principal(&row.principal, one))
            && any(&self.roles, |one| role(&row.role, one))
            && any(&self.scopes, |one| one.fits(&row.scope))
            && any(&self.statuses, |one| {
                row.principal.status.as_ref() == Some(one)
            })
            && any(&self.origins, |one| origin(&row.origin) == one)
    }
}

fn any<T>(wanted: &[T], fits: impl Fn(&T) -> bool) -> bool {
    wanted.is_empty() || wanted.iter().any(fits)
}

/// Whether a text names a principal: its id, its name or its e-mail address.
#[must_use]
pub fn principal(principal: &Principal, text: &str) -> bool {
    principal.id == text
        || [&principal.name, &principal.email]
            .into_iter()
            .flatten()
            .any(|one| same(one, text))
}

/// Whether a text names a role: its id or its name.
#[must_use]
pub fn role(role: &Role, text: &str) -> bool {
    same(&role.id, text) || role.name.as_ref().is_some_and(|name| same(name, text))
}

/// The word for how an assignment came to be.
#[must_use]
pub fn origin(origin: &Origin) -> &'static str {
    match origin {
        Origin::Direct => "direct",
        Origin::Group { .. } => "group",
        Origin::Governance { .. } => "governance",
        Origin::Inherited { .. } => "inherited",
    }
}

fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other) || one.to_lowercase() == other.to_lowercase()
}
