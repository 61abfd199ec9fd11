//! In what two rows differ.

use super::Field;
use crate::model::{Assignment, Named, Origin, Scope, Target, Tenant};
use serde::Serialize;
use serde_json::Value;

/// Something that has another name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rename {
    pub(super) tenant: Tenant,
    pub(super) what: &'static str,
    pub(super) id: String,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
}

/// What differs between two rows, other names aside.
#[derive(Default)]
pub(super) struct Compared {
    pub(super) fields: Vec<Field>,
    pub(super) renames: Vec<Rename>,
}

impl Compared {
    /// Compares two assignments. What is known in one only because more was asked for there is no difference.
    pub(super) fn of(before: &Assignment, after: &Assignment) -> Self {
        let mut found = Self::default();
        let (old, new) = (&before.principal, &after.principal);
        found.known("principal.email", old.email.as_ref(), new.email.as_ref());
        found.known("principal.status", old.status.as_ref(), new.status.as_ref());
        found.known(
            "principal.created",
            old.created.as_ref(),
            new.created.as_ref(),
        );
        found.field("role.kind", &before.role.kind, &after.role.kind);
        let (old, new) = (&before.role.permissions, &after.role.permissions);
        found.known("role.permissions", old.as_ref(), new.as_ref());
        let (old, new) = (ids(&before.scope), ids(&after.scope));
        found.field("scope.targets", &old, &new);
        found.origin(&before.origin, &after.origin);
        found.field("expires", &before.expires, &after.expires);
        found.known("vendor", before.vendor.as_ref(), after.vendor.as_ref());
        found.names(before, after);
        found
    }

    fn field<T: PartialEq + Serialize>(&mut self, field: &str, before: &T, after: &T) {
        if before != after {
            let json = |value: &T| serde_json::to_value(value).unwrap_or(Value::Null);
            self.fields.push(Field {
                field: field.to_owned(),
                before: json(before),
                after: json(after),
            });
        }
    }

    /// For what may be unknown on one side.
    fn known<T: PartialEq + Serialize>(
        &mut self,
        field: &str,
        before: Option<&T>,
        after: Option<&T>,
    ) {
        if let (Some(before), Some(after)) = (before, after) {
            self.field(field, before, after);
        }
    }

    fn origin(&mut self, before: &Origin, after: &Origin) {
        let group = |origin: &Origin| match origin {
            Origin::Group { group, path } => {
                let group = group.as_ref().map(|group| group.id.clone());
                let path: Vec<_> = path.iter().map(|step| step.id.clone()).collect();
                Some((group, path))
            }
            _ => None,
        };
        match (group(before), group(after)) {
            (Some((Some(old), old_path)), Some((Some(new), new_path))) => {
                self.field("origin.group", &old, &new);
                self.field("origin.path", &old_path, &new_path);
            }
            // By which group is known on one side only.
            (Some(_), Some(_)) => {}
            _ => {
                let same = std::mem::discriminant(before) == std::mem::discriminant(after);
                if !same {
                    self.field("origin", before, after);
                }
            }
        }
    }

    fn names(&mut self, before: &Assignment, after: &Assignment) {
        let tenant = &before.tenant;
        let (old, new) = (&before.principal, &after.principal);
        self.name(tenant, "principal", &old.id, &old.name, &new.name);
        let (old, new) = (&before.role, &after.role);
        self.name(tenant, "role", &old.id, &old.name, &new.name);
        let (old, new) = (&before.scope, &after.scope);
        self.name(
            tenant,
            "scope",
            old.id.as_deref().unwrap_or_default(),
            &old.name,
            &new.name,
        );
        for target in &old.targets {
            let same = |other: &&Target| other.kind == target.kind && other.id == target.id;
            if let Some(other) = new.targets.iter().find(same) {
                self.name(tenant, "target", &target.id, &target.name, &other.name);
            }
        }
        for group in groups(&before.origin) {
            if let Some(other) = groups(&after.origin).find(|other| other.id == group.id) {
                self.name(tenant, "group", &group.id, &group.name, &other.name);
            }
        }
    }

    /// A name that is known on one side only is none that changed.
    pub(super) fn name(
        &mut self,
        tenant: &Tenant,
        what: &'static str,
        id: &str,
        before: &Option<String>,
        after: &Option<String>,
    ) {
        if before.is_some() && after.is_some() && before != after {
            self.renames.push(Rename {
                tenant: tenant.clone(),
                what,
                id: id.to_owned(),
                before: before.clone(),
                after: after.clone(),
            });
        }
    }
}

fn ids(scope: &Scope) -> Vec<String> {
    let targets = scope.targets.iter();
    let mut ids: Vec<_> = targets
        .map(|one| format!("{}:{}", one.kind, one.id))
        .collect();
    ids.sort_unstable();
    ids
}

fn groups(origin: &Origin) -> impl Iterator<Item = &Named> {
    let (group, path): (_, &[Named]) = match origin {
        Origin::Group { group, path } => (group.as_ref(), path),
        Origin::Inherited { parent, .. } => (Some(parent), &[]),
        _ => (None, &[]),
    };
    group.into_iter().chain(path)
}
