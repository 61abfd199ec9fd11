//! Small random inventories, and how they become files.

use proptest::collection::{btree_map, btree_set};
use proptest::prelude::*;
use rolecall_inventory::snapshot::{Snapshot, Writer};
use rolecall_inventory::{
    Assignment, Event, Gap, GapOf, Membership, Named, Options, Origin, Principal, PrincipalId,
    PrincipalKind, Role, RoleKind, RoleRow, Scope, ScopeKind, Section, SectionId, Service, Status,
    Target, TargetKind, Tenant, UserStatus,
};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

pub fn tenant(id: &str) -> Tenant {
    Tenant::new(Service::Okta, id)
}

pub fn named(id: &str) -> Named {
    Named {
        id: id.to_owned(),
        name: None,
    }
}

pub fn who(kind: &str, id: &str) -> PrincipalId {
    PrincipalId {
        kind: PrincipalKind::from(kind),
        id: id.to_owned(),
    }
}

/// `user:u1` holds `role` over the organization, in the section `KIND-roles`.
pub fn row(principal: &str, role: &str) -> Assignment {
    let (kind, id) = principal.split_once(':').expect("kind:id");
    Assignment::new(
        tenant("one"),
        SectionId::new(format!("{kind}-roles")),
        Principal::new(PrincipalKind::from(kind), id),
        Role::new(RoleKind::Standard, role),
        Scope::organization(),
        Origin::Direct,
    )
}

/// `user:u1` is in the group.
pub fn member(group: &str, principal: &str) -> Membership {
    let (kind, id) = principal.split_once(':').expect("kind:id");
    Membership::new(
        tenant("one"),
        SectionId::new("memberships"),
        named(group),
        who(kind, id),
        None,
    )
}

/// What a snapshot is made of.
#[derive(Clone, Debug, Default)]
pub struct State {
    pub rows: Vec<Assignment>,
    pub memberships: Vec<Membership>,
    pub principals: Vec<Principal>,
    pub roles: Vec<Role>,
    pub sections: BTreeMap<String, Section>,
}

impl State {
    /// All that these rows need, complete.
    pub fn of(rows: Vec<Assignment>, memberships: Vec<Membership>) -> Self {
        let sections = ["user-roles", "group-roles", "client-roles", "memberships"];
        let sections = sections.map(|id| {
            let section = Section::new(tenant("one"), SectionId::new(id));
            (id.to_owned(), section)
        });
        Self {
            rows,
            memberships,
            sections: sections.into(),
            ..Self::default()
        }
    }

    pub fn section(mut self, id: &str, change: impl FnOnce(&mut Section)) -> Self {
        change(self.sections.get_mut(id).expect("a section"));
        self
    }

    pub fn events(&self) -> Vec<Event> {
        let one = tenant("one");
        let rows = self
            .rows
            .iter()
            .cloned()
            .map(|row| Event::Assignment(Box::new(row)));
        let memberships = self.memberships.iter().cloned();
        let memberships = memberships.map(|row| Event::Membership(Box::new(row)));
        let principals = self.principals.iter().cloned();
        let principals = principals.map(|one| Event::Principal(tenant("one"), Box::new(one)));
        let roles = self.roles.iter().cloned().map(|role| {
            Event::Role(Box::new(RoleRow {
                tenant: one.clone(),
                role,
                holders: None,
            }))
        });
        let sections = self.sections.values().cloned();
        let sections = sections.map(|section| Event::Section(Box::new(section)));
        rows.chain(memberships)
            .chain(principals)
            .chain(roles)
            .chain(sections)
            .collect()
    }

    pub fn save(&self, folder: &Path, name: &str) -> Snapshot {
        save(self.events(), folder, name)
    }
}

pub fn save(events: Vec<Event>, folder: &Path, name: &str) -> Snapshot {
    let path = folder.join(name);
    let mut writer = Writer::new(&path).expect("a writer");
    for event in events {
        writer.push(event).expect("a row");
    }
    let tenants = vec![tenant("one")];
    writer.finish(tenants, &Options::default()).expect("a file");
    Snapshot::open(path).expect("a whole file")
}

fn name() -> impl Strategy<Value = Option<String>> {
    proptest::option::of("[A-Cä/ \"]{1,3}")
}

fn scope() -> impl Strategy<Value = Scope> {
    let target = ("[ab]", name()).prop_map(|(id, name)| Target {
        kind: if id == "a" {
            TargetKind::Group
        } else {
            TargetKind::App
        },
        id,
        name,
    });
    prop_oneof![
        Just(Scope::organization()),
        ("[st/:]", name()).prop_map(|(id, name)| Scope::of(ScopeKind::ResourceSet, id, name)),
        proptest::collection::vec(target, 1..3).prop_map(Scope::targets),
    ]
}

fn origin() -> impl Strategy<Value = Origin> {
    prop_oneof![
        Just(Origin::Direct),
        ("[gh]", btree_set("[xy]", 0..2)).prop_map(|(group, path)| Origin::Group {
            group: Some(named(&group)),
            path: path.iter().map(|id| named(id)).collect(),
        }),
        Just(Origin::Group {
            group: None,
            path: Vec::new()
        }),
        "[gh]".prop_map(|grant| Origin::Governance { grant }),
    ]
}

fn assignment() -> impl Strategy<Value = Assignment> {
    let principal = (
        prop_oneof![Just("user"), Just("group"), Just("client")],
        "[12]",
        name(),
        proptest::option::of(prop_oneof![
            Just(UserStatus::Active),
            Just(UserStatus::Suspended)
        ]),
    );
    let expires = proptest::option::of(0i64..3)
        .prop_map(|days| days.and_then(|days| chrono::DateTime::from_timestamp(days * 86_400, 0)));
    (principal, "[RS]", name(), scope(), origin(), expires).prop_map(
        |((kind, id, name, status), role, role_name, scope, origin, expires)| {
            let mut principal = Principal::new(PrincipalKind::from(kind), id);
            principal.name = name;
            principal.status = status;
            Assignment::new(
                tenant("one"),
                SectionId::new(format!("{kind}-roles")),
                principal,
                Role::new(RoleKind::Standard, role).named(role_name),
                scope,
                origin,
            )
            .expires(expires)
        },
    )
}

prop_compose! {
    /// Any small inventory of which everything was read. Keys are there once.
    pub fn state()(
        rows in proptest::collection::vec(assignment(), 0..24),
        memberships in btree_map("[gh]", btree_set("[12]", 0..3), 0..3),
    ) -> State {
        let rows: BTreeMap<_, _> = rows.into_iter().map(|row| (row.key.clone(), row)).collect();
        let memberships = memberships.iter().flat_map(|(group, members)| {
            members.iter().map(move |id| member(group, &format!("user:{id}")))
        });
        State::of(rows.into_values().collect(), memberships.collect())
    }
}

/// Any small inventory in which every group and every status is known.
pub fn known() -> impl Strategy<Value = State> {
    state().prop_map(|mut state| {
        let unknown = |origin: &Origin| matches!(origin, Origin::Group { group: None, .. });
        state.rows.retain(|row| !unknown(&row.origin));
        for row in &mut state.rows {
            let status = &mut row.principal.status;
            *status = Some(status.take().unwrap_or(UserStatus::Locked));
        }
        state
    })
}

prop_compose! {
    /// What of a state was not read, and the rows that are missing for it.
    pub fn with_gaps(state: State)(
        refused in btree_set(prop_oneof![Just("user-roles"), Just("memberships")], 0..2),
        gaps in btree_set("[12]", 0..2),
        state in Just(state),
    ) -> State {
        let mut state = state;
        for id in &refused {
            let section = state.sections.get_mut(*id).expect("a section");
            section.status = Status::Refused;
            state.rows.retain(|row| row.section.as_str() != *id);
            state.memberships.retain(|row| row.section.as_str() != *id);
        }
        for id in &gaps {
            let section = state.sections.get_mut("group-roles").expect("a section");
            section.gap(Gap {
                of: GapOf::principal(who("group", id)),
                status: Status::Failed,
                reason: "the response was 500".to_owned(),
                missing: Vec::new(),
                remedy: None,
            });
        }
        let missing: BTreeSet<_> = gaps.iter().map(|id| who("group", id)).collect();
        state.rows.retain(|row| {
            row.section.as_str() != "group-roles" || !missing.contains(&row.principal.identity())
        });
        state
    }
}
