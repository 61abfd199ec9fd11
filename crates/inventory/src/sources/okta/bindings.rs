//! The members of every binding of every resource set, against the custom roles that each principal was found to hold.

use super::super::ask::{Received, ask, whole};
use super::super::pen::{Go, Pen};
use super::groups::row;
use super::held::Held;
use super::roles::Names;
use super::{BINDINGS, Run};
use crate::ledger::GapOf;
use crate::model::{
    Origin, Principal, PrincipalId, PrincipalKind, Role, RoleKind, Scope, ScopeKind,
};
use futures_util::{StreamExt, stream};
use rolecall::PagedExt;
use rolecall::okta::operations;
use rolecall::okta::types::ResourceSetBindingMember;
use std::collections::{BTreeMap, BTreeSet};

/// A member of a binding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    set: Box<str>,
    role: Box<str>,
    member: Box<str>,
}

/// The custom roles that were found by asking for the roles of each principal.
#[derive(Debug, Default)]
pub(super) struct Seen {
    custom: BTreeMap<Place, PrincipalId>,
    /// Principals whose roles could not be read.
    pub(super) unread: BTreeSet<PrincipalId>,
    /// Whether some principals of a kind were not gone through.
    pub(super) users_broke: bool,
    pub(super) groups_broke: bool,
    pub(super) clients_broke: bool,
}

impl Seen {
    /// A principal holds a role itself.
    pub(super) fn saw(&mut self, principal: &Principal, held: &Held) {
        let (Some((set, role)), Some(member)) = (&held.binding, &held.id) else {
            return;
        };
        let place = Place {
            set: set.as_str().into(),
            role: role.as_str().into(),
            member: member.as_str().into(),
        };
        self.custom.insert(place, principal.identity());
    }

    /// Whether all roles of a principal were read.
    fn read(&self, principal: &PrincipalId) -> bool {
        let broke = match principal.kind {
            PrincipalKind::User => self.users_broke,
            PrincipalKind::Group => self.groups_broke,
            _ => self.clients_broke,
        };
        !broke && !self.unread.contains(principal)
    }
}

pub(super) async fn read(run: &Run, names: &Names, mut seen: Seen) {
    let mut pen = run.pen(BINDINGS);
    if pen.is_loud() {
        compare(run, names, &mut seen, &mut pen).await;
    }
    pen.close().await;
}

async fn compare(run: &Run, names: &Names, seen: &mut Seen, pen: &mut Pen) {
    let sets = match &names.sets {
        Some(Ok(sets)) => sets,
        Some(Err(error)) => return pen.fail(error),
        None => return,
    };
    pen.succeeded();
    let mut unread_sets = BTreeSet::new();
    let bindings = bindings(run, sets.keys(), pen, &mut unread_sets).await;
    let mut unread_bindings = BTreeSet::new();
    pen.expect(bindings.len() as u64);
    let each = run
        .pace
        .each(stream::iter(bindings), |(set, role)| async move {
            let call = run.client.list_members_of_binding();
            let call = call.resource_set_id_or_label(&set).role_id_or_label(&role);
            let members = whole(&run.pace, call.items()).await;
            (set, role, members)
        });
    let mut each = std::pin::pin!(each);
    while let Some((set, role, members)) = each.next().await {
        pen.step().await;
        let of = GapOf {
            role: Some(role.clone()),
            ..GapOf::scope(ScopeKind::ResourceSet, &set)
        };
        let members = match members {
            Ok(members) => members,
            Err(error) => {
                unread_bindings.insert((set, role));
                match pen.gap(of, &error) {
                    Go::On => continue,
                    Go::Stop => return,
                }
            }
        };
        pen.succeeded();
        let operation = &operations::LIST_MEMBERS_OF_BINDING;
        pen.misfits(&of, operation, &members.misfits);
        for member in members.value {
            one(run, names, seen, pen, (&set, &role), member).await;
        }
    }
    // What is left was found with a principal, and not in the binding.
    for (place, principal) in &seen.custom {
        let binding = (place.set.to_string(), place.role.to_string());
        if unread_sets.contains(&*place.set) || unread_bindings.contains(&binding) {
            continue;
        }
        let of = GapOf {
            principal: Some(principal.clone()),
            role: Some(place.role.to_string()),
            ..GapOf::scope(ScopeKind::ResourceSet, &*place.set)
        };
        let reason = match sets.contains_key(&*place.set) {
            true => {
                "the principal's own list has the role, and the members of the binding do not have the principal"
            }
            false => {
                "the principal's own list has the role over a resource set that is not among the resource sets"
            }
        };
        pen.differ(of, reason);
    }
}

/// The bindings of all sets: set and role.
async fn bindings(
    run: &Run,
    sets: impl Iterator<Item = &String>,
    pen: &mut Pen,
    unread: &mut BTreeSet<String>,
) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let each = run.pace.each(stream::iter(sets), |set| async move {
        let call = run.client.list_bindings().resource_set_id_or_label(set);
        (set, whole(&run.pace, call.items()).await)
    });
    let mut each = std::pin::pin!(each);
    while let Some((set, bindings)) = each.next().await {
        let of = GapOf::scope(ScopeKind::ResourceSet, set);
        let Received { value, misfits, .. } = match bindings {
            Ok(bindings) => bindings,
            Err(error) => {
                unread.insert(set.clone());
                let _ = pen.gap(of, &error);
                continue;
            }
        };
        pen.misfits(&of, &operations::LIST_BINDINGS, &misfits);
        for role in value {
            match role.id {
                Some(role) => all.push((set.clone(), role)),
                None => {
                    unread.insert(set.clone());
                    pen.unknown(of.clone(), "a binding was listed without its role");
                }
            }
        }
    }
    all
}

/// One member of a binding.
async fn one(
    run: &Run,
    names: &Names,
    seen: &mut Seen,
    pen: &mut Pen,
    (set, role): (&str, &str),
    member: ResourceSetBindingMember,
) {
    let of = || GapOf {
        role: Some(role.to_owned()),
        ..GapOf::scope(ScopeKind::ResourceSet, set)
    };
    let Some(id) = &member.id else {
        return pen.unknown(of(), "a member of the binding was listed without an id");
    };
    let place = Place {
        set: set.into(),
        role: role.into(),
        member: id.as_str().into(),
    };
    if seen.custom.remove(&place).is_some() {
        // The row was written with its principal.
        pen.section().count += 1;
        return;
    }
    let Some(identity) = who(&member) else {
        let reason = format!("member {id} of the binding does not say who it is");
        return pen.unknown(of(), reason);
    };
    if seen.read(&identity) {
        let of = GapOf {
            principal: Some(identity.clone()),
            ..of()
        };
        pen.differ(
            of,
            "the binding has the principal among its members, and the principal's own list does not have the role",
        );
    }
    let mut principal = Principal::new(identity.kind, identity.id);
    if principal.kind == PrincipalKind::User
        && let Ok(user) = ask(&run.pace, run.client.get_user().id(&principal.id).send()).await
        && let Some(profile) = user.value.profile
    {
        (principal.name, principal.email) = (profile.login, profile.email);
    }
    let mut model = Role::new(RoleKind::Custom, role).named(names.role(role));
    model.permissions = names.permissions(role);
    let held = Held {
        role: model,
        scope: Scope::of(ScopeKind::ResourceSet, set, names.set(set)),
        by_group: false,
        id: member.id.clone(),
        binding: None,
        vendor: (run.options.vendor).then(|| serde_json::to_value(&member).unwrap_or_default()),
        doubt: None,
    };
    let row = row(run, pen.id(), &principal, &held, Origin::Direct);
    pen.assignment(row).await;
}

/// Who a member is: only its link says so. The last two segments of the path are a collection and an id.
fn who(member: &ResourceSetBindingMember) -> Option<PrincipalId> {
    let href = member.links.as_ref()?.self_.as_ref()?.href.as_str();
    let path = href.split(['?', '#']).next()?.trim_end_matches('/');
    let mut segments = path.rsplit('/');
    let (id, collection) = (segments.next()?, segments.next()?);
    let kind = match collection {
        "users" => PrincipalKind::User,
        "groups" => PrincipalKind::Group,
        "clients" => PrincipalKind::Client,
        _ => return None,
    };
    Some(PrincipalId {
        kind,
        id: id.to_owned(),
    })
}
