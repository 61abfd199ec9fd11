//! A new org: the people and groups of the population, apps and clients, and who holds which role.
//!
//! The first people are the same in every org: a Super Administrator, a Read-only Administrator, one without any role, one
//! whose custom role may look at administrators, and one whose custom role may change them. The first service apps are two
//! Super Administrators, a Read-only Administrator, and one without any role.

use super::accounts::SERVICES;
use super::catalog::{self, CATALOG};
use super::held::assignment_id;
use super::role_type::{Narrowing, RoleType};
use super::state::{
    App, Assignment, ClientKind, CustomRole, Grant, Group, GroupKind, Permission, Principal,
    PrincipalKind, ResourceSet, State, Target, User, UserStatus,
};
use super::{permission, resources};
use crate::{Ids, Population, Table};
use chrono::{DateTime, TimeDelta, Utc};

/// Positions of the first people.
pub(super) const SUPER_ADMIN: u32 = 0;
pub(super) const READ_ONLY: u32 = 1;
pub(super) const ROLELESS: u32 = 2;
pub(super) const ROLE_READER: u32 = 3;
pub(super) const ROLE_MANAGER: u32 = 4;

/// Custom roles and resource sets: more than one page of each.
const ROLES: usize = 24;

/// OAuth clients and other apps: more than one page of each.
const CLIENTS: u32 = 25;

/// The app that people sign in with, and its place among the clients.
pub(super) const NATIVE: &str = "native";
const NATIVE_AT: u32 = 4;

const APPS: u32 = 45;

/// Principals of each kind that hold a role, at most about.
const HOLDERS: u32 = 5_000;

const PERMISSIONS: [&str; 10] = [
    "okta.users.read",
    "okta.users.manage",
    "okta.users.userprofile.manage",
    "okta.users.credentials.resetPassword",
    "okta.groups.read",
    "okta.groups.manage",
    "okta.groups.members.manage",
    "okta.apps.read",
    "okta.apps.manage",
    "okta.support.cases.manage",
];

pub(super) fn populate(population: &Population) -> State {
    let mut ids = Ids::new(population.seed);
    let mut state = State {
        org: ids.base62("00o", 17).into(),
        user_type: ids.base62("oty", 17).into(),
        ids,
        seed: population.seed,
        people: population.users,
        founded: population.founded,
        users: Table::default(),
        groups_of: Vec::new(),
        groups: Table::default(),
        apps: Table::default(),
        roles: Default::default(),
        sets: Default::default(),
        holders: Default::default(),
        user_holders: Default::default(),
        group_holders: Default::default(),
    };
    people(&mut state, population);
    apps(&mut state);
    roles(&mut state, population);
    sets(&mut state, population);
    members(&mut state, population);
    assignments(&mut state, population);
    state
}

fn people(state: &mut State, population: &Population) {
    for index in 0..population.users {
        let id = state.ids.base62("00u", 17);
        let status = status(index);
        state.users.insert(id, User { index, status });
    }
    let everyone = (0..population.users).collect();
    add_group(state, "Everyone".into(), GroupKind::Everyone, everyone);
    for team in population.teams() {
        let kind = match team.index % 6 {
            5 => GroupKind::Directory,
            _ => GroupKind::Okta,
        };
        add_group(state, team.name.into(), kind, team.members.into());
    }
    let mut groups_of = vec![Vec::new(); population.users as usize];
    for group in state.groups.rows() {
        for member in &group.members {
            if let Some(groups) = groups_of.get_mut(*member as usize) {
                groups.push(group.index);
            }
        }
    }
    state.groups_of = groups_of.into_iter().map(Vec::into_boxed_slice).collect();
}

/// Every seventh person is in another status than ACTIVE, each of them in turn.
fn status(index: u32) -> UserStatus {
    match (index % 7, index / 7 % 7) {
        (6, 0) => UserStatus::Deprovisioned,
        (6, 1) => UserStatus::Staged,
        (6, 2) => UserStatus::Suspended,
        (6, 3) => UserStatus::LockedOut,
        (6, 4) => UserStatus::PasswordExpired,
        (6, 5) => UserStatus::Provisioned,
        (6, _) => UserStatus::Recovery,
        _ => UserStatus::Active,
    }
}

fn add_group(state: &mut State, name: Box<str>, kind: GroupKind, members: Box<[u32]>) {
    let id = state.ids.base62("00g", 17);
    let group = Group {
        index: state.groups.len() as u32,
        name,
        kind,
        members,
    };
    state.groups.insert(id, group);
}

fn apps(state: &mut State) {
    let plain = CATALOG.iter().filter(|app| app.key != catalog::OIDC);
    for (index, app) in (0..APPS).zip(plain.cycle()) {
        let id = state.ids.base62("0oa", 17);
        let row = App {
            index,
            name: app.key.into(),
            label: format!("{} {}", app.name, index + 1).into(),
            active: index % 9 != 8,
            client: None,
        };
        state.apps.insert(id, row);
    }
    for index in 0..CLIENTS {
        let id = state.ids.base62("0oa", 17);
        let kind = match index % 5 {
            0 | 1 => ClientKind::Service,
            2 if index > 2 => ClientKind::Web,
            2 | 3 => ClientKind::Service,
            _ if index % 2 == 0 => ClientKind::Native,
            _ => ClientKind::Browser,
        };
        let label = match SERVICES.get(state.apps.len() - APPS as usize) {
            Some((name, _)) if kind == ClientKind::Service => (*name).to_owned(),
            _ if index == NATIVE_AT => NATIVE.to_owned(),
            _ => format!("{} client {}", kind.name(), index + 1),
        };
        let row = App {
            index: APPS + index,
            name: catalog::OIDC.into(),
            label: label.into(),
            active: true,
            client: Some(kind),
        };
        state.apps.insert(id, row);
    }
}

/// The ids of the service apps, oldest first.
pub(super) fn service_apps(state: &State) -> Vec<String> {
    let apps = state.apps.iter();
    let apps = apps.filter(|(_, app)| app.client == Some(ClientKind::Service));
    apps.map(|(id, _)| id.to_owned()).collect()
}

/// The id of the app that people sign in with.
pub(super) fn native_app(state: &State) -> Option<String> {
    let mut apps = state.apps.from(u64::from(APPS + NATIVE_AT));
    apps.next().map(|(_, id, _)| id.to_owned())
}

fn roles(state: &mut State, population: &Population) {
    for index in 0..ROLES {
        let (label, permissions) = match index {
            0 => ("Access auditors".to_owned(), vec![permission::IAM_READ]),
            1 => {
                let permissions = vec![permission::IAM_READ, permission::IAM_MANAGE];
                ("Access managers".to_owned(), permissions)
            }
            _ => {
                let first = population.bits("role", index as u64) as usize;
                let names = (0..2 + index % 4).map(|step| {
                    let at = (first + step * 3) % PERMISSIONS.len();
                    PERMISSIONS[at]
                });
                (format!("Service desk {index}"), names.collect())
            }
        };
        let id = state.ids.base62("cr0", 17);
        add_role(state, population, &id, &label, &permissions, false);
    }
    let built_in = RoleType::WorkflowsAdmin;
    let permissions = ["okta.workflows.read", "okta.workflows.invoke"];
    add_role(
        state,
        population,
        built_in.name(),
        built_in.label(),
        &permissions,
        true,
    );
}

fn add_role(
    state: &mut State,
    population: &Population,
    id: &str,
    label: &str,
    names: &[&str],
    built_in: bool,
) {
    let created = population.made("role", state.roles.rows().len() as u64);
    let mut permissions = Table::default();
    for name in names {
        let limited = *name == "okta.users.read" && state.roles.rows().len().is_multiple_of(2);
        let conditions = limited.then(|| {
            let attributes = ["department", "title"];
            serde_json::json!({ "include": { "okta:ResourceAttribute/User/Profile": attributes } })
        });
        permissions.insert(*name, Permission::new(conditions, created));
    }
    let role = CustomRole {
        label: label.into(),
        description: format!("What {} need", label.to_lowercase()).into(),
        created,
        updated: created,
        built_in,
        permissions,
    };
    state.roles.insert(id, label, role);
}

fn sets(state: &mut State, population: &Population) {
    let groups: Vec<String> = state
        .groups
        .iter()
        .take(200)
        .map(|(id, _)| state.group_orn(id))
        .collect();
    let apps = state.apps.iter();
    let apps: Vec<String> = apps
        .map(|(id, app)| state.app_orn(&format!("{}/{id}", app.name)))
        .collect();
    let users = state.users.iter().take(50);
    let directory = format!("orn:okta:directory:{}", state.org);
    let users: Vec<String> = users
        .map(|(id, _)| format!("{directory}:users:{id}"))
        .collect();
    let all = [
        format!("{directory}:users"),
        format!("{directory}:groups"),
        format!("{directory}:devices"),
        format!("orn:okta:idp:{}:apps", state.org),
    ];
    for index in 0..ROLES {
        let (label, orns) = match index {
            // One set has more resources than a page.
            0 => {
                let each = all.iter().chain(&groups).chain(&apps).chain(&users);
                ("Everything".to_owned(), each.cloned().collect())
            }
            _ => {
                let first = population.bits("set", index as u64) as usize;
                let sources = [&groups, &apps, &users];
                let orns = (0..1 + index % 5).filter_map(|step| {
                    let source = sources[(index + step) % sources.len()];
                    source.get((first + step) % source.len().max(1)).cloned()
                });
                (format!("Site {index}"), orns.collect::<Vec<_>>())
            }
        };
        let created = population.made("set", index as u64);
        let mut set = ResourceSet {
            description: format!("People and apps of {}", label.to_lowercase()).into(),
            label: label.as_str().into(),
            created,
            updated: created,
            resources: Table::default(),
            bindings: Table::default(),
        };
        let id = state.ids.base62("iam", 17);
        // Fewer than a set can hold.
        let added = resources::add(&mut state.ids, &mut set, orns, created);
        debug_assert!(added.is_ok());
        state.sets.insert(&id, &label, set);
    }
}

/// The ids of custom roles and sets, oldest first.
fn named<T>(table: &Table<T>) -> Vec<String> {
    table.iter().map(|(id, _)| id.to_owned()).collect()
}

fn members(state: &mut State, population: &Population) {
    let (roles, sets) = (named(state.roles.rows()), named(state.sets.rows()));
    let bind = |state: &mut State, principal: Principal, set: usize, role: usize| {
        let at = population.made("binding", (set * ROLES + role) as u64);
        let (set, role) = (&sets[set], &roles[role]);
        if state.membership(&principal, set, role).is_none() {
            state.add_member(&principal, set, role, at);
        }
    };
    for (position, role) in [(ROLE_READER, 0), (ROLE_MANAGER, 1)] {
        if let Some(user) = user(state, position) {
            bind(state, user, 0, role);
        }
    }
    let groups: Vec<u32> = role_groups(state).into_iter().take(60).collect();
    for set in 0..ROLES {
        for step in 0..2 + set % 2 {
            // Those that may look at administrators and change them stay with the two above.
            let role = 2 + (set * 5 + step * 7) % (ROLES - 2);
            for member in 0..1 + (set + step) % 3 {
                let bits = population.bits("binding", (set * 64 + step * 8 + member) as u64);
                let position = 5 + (bits % u64::from(population.users.max(6) - 5)) as u32;
                if let Some(user) = user(state, position) {
                    bind(state, user, set, role);
                }
            }
            if set % 3 == 0 && !groups.is_empty() {
                let group = group(state, groups[(set + step) % groups.len()]);
                bind(state, group, set, role);
            }
        }
    }
    let clients = service_apps(state);
    if let Some(client) = clients.get(8) {
        let id = client.as_str().into();
        let kind = PrincipalKind::Client;
        bind(state, Principal { kind, id }, 1, 5);
    }
}

fn user(state: &State, position: u32) -> Option<Principal> {
    let (id, _) = state.user_at(position)?;
    Some(Principal {
        kind: PrincipalKind::User,
        id: id.into(),
    })
}

fn group(state: &State, position: u32) -> Principal {
    let id = state.group_at(position).map_or("", |(id, _)| id);
    Principal {
        kind: PrincipalKind::Group,
        id: id.into(),
    }
}

/// Groups that may hold roles: none of the first people is in one, so that they have what is said of them.
fn role_groups(state: &State) -> Vec<u32> {
    let of_first = |group: &Group| {
        (0..=ROLE_MANAGER).any(|person| group.members.binary_search(&person).is_ok())
    };
    let groups = state.groups.rows().filter(|group| !of_first(group));
    groups.map(|group| group.index).collect()
}

fn assignments(state: &mut State, population: &Population) {
    for (position, role) in [
        (SUPER_ADMIN, RoleType::SuperAdmin),
        (READ_ONLY, RoleType::ReadOnlyAdmin),
    ] {
        if let Some(user) = user(state, position) {
            assign(state, population, &user, role, position as usize + 2);
        }
    }
    let step = (population.users / HOLDERS).max(3);
    let others = (5..population.users).step_by(step as usize);
    for (index, position) in others.enumerate() {
        if let Some(user) = user(state, position) {
            // Those who may do everything stay few.
            let role = RoleType::ALL[index % (RoleType::ALL.len() - 1)];
            assign(state, population, &user, role, index);
            if index % 4 == 0 && role != RoleType::ReadOnlyAdmin {
                assign(state, population, &user, RoleType::ReadOnlyAdmin, index + 1);
            }
        }
    }
    let groups = role_groups(state);
    let step = (groups.len() / 60).max(2);
    for (index, position) in groups.into_iter().step_by(step).enumerate() {
        let holder = group(state, position);
        let role = RoleType::ALL[index % (RoleType::ALL.len() - 1)];
        assign(state, population, &holder, role, index);
    }
    let clients = [
        (0, RoleType::SuperAdmin),
        (1, RoleType::SuperAdmin),
        (2, RoleType::ReadOnlyAdmin),
        (4, RoleType::HelpDeskAdmin),
        (5, RoleType::AppAdmin),
        (6, RoleType::WorkflowsAdmin),
        (7, RoleType::OrgAdmin),
    ];
    let apps = service_apps(state);
    for (index, role) in clients {
        if let Some(id) = apps.get(index) {
            let id = id.as_str().into();
            let kind = PrincipalKind::Client;
            assign(state, population, &Principal { kind, id }, role, index);
        }
    }
}

fn assign(
    state: &mut State,
    population: &Population,
    principal: &Principal,
    role: RoleType,
    index: usize,
) {
    let created = population.made("assignment", index as u64);
    let (mut groups, mut apps) = (Table::default(), Table::default());
    match role.narrowing() {
        Narrowing::Groups if index.is_multiple_of(2) => {
            for (at, (id, _)) in state.groups.iter().skip(1).take(1 + index % 30).enumerate() {
                groups.insert(id, target(at, created));
            }
        }
        // Every other one has more targets than a page.
        Narrowing::Apps => {
            let most = if index.is_multiple_of(2) { 3 } else { 30 };
            let instances = state.apps.iter().filter(|(_, app)| &*app.name != "google");
            for (at, (id, app)) in instances.take(most).enumerate() {
                apps.insert(format!("{}/{id}", app.name), target(at, created));
            }
            apps.insert("google", Target { expires: None });
        }
        Narrowing::Groups | Narrowing::Nothing => {}
    }
    let grants = match principal.kind {
        PrincipalKind::User => grants(state, index, created),
        PrincipalKind::Group | PrincipalKind::Client => Vec::new(),
    };
    let assignment = Assignment {
        id: assignment_id(state, principal.kind, role).into(),
        role,
        created,
        updated: created,
        active: index % 11 != 10,
        groups,
        apps,
        grants,
    };
    state.change_holder(principal, |holder| holder.assignments.push(assignment));
}

fn target(at: usize, created: DateTime<Utc>) -> Target {
    let expires = (at % 5 == 4).then(|| created + TimeDelta::days(3_650));
    Target { expires }
}

/// One role in three was given by hand, one by a bundle, and one by both.
fn grants(state: &mut State, index: usize, created: DateTime<Utc>) -> Vec<Grant> {
    let groups = state.groups.len();
    // Every group, again and again, until there is more than a page.
    let covered = |count: usize| (0..count).map(|at| (at % groups) as u32).collect();
    let mut all = Vec::new();
    if index % 3 != 1 {
        all.push(Grant {
            id: state.ids.base62("grai", 16).into(),
            bundle: None,
            expires: None,
            resources: covered(1 + index % 4),
        });
    }
    if !index.is_multiple_of(3) {
        let expires = index
            .is_multiple_of(2)
            .then(|| created + TimeDelta::days(3_000));
        all.push(Grant {
            id: state.ids.base62("grai", 16).into(),
            bundle: Some(state.ids.base62("enb", 17).into()),
            expires,
            resources: covered(25),
        });
    }
    all
}
