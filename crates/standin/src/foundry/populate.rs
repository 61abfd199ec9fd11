//! Fills a new stack from a population.

use super::principal::Principal;
use super::roles::{
    self, ENROLLMENT_ADMINISTRATOR, ENROLLMENT_VIEWER, ORGANIZATION_ADMINISTRATOR,
    ORGANIZATION_VIEWER,
};
use super::state::{
    Enrollment, Origin, OwnProfile, Policy, Profile, Provider, RoleOn, State, User,
};
use super::{groups, organizations, users};
use crate::{Ids, Population, Table};
use chrono::TimeDelta;
use std::collections::{BTreeMap, BTreeSet};

mod files;
mod markings;

/// Organizations, with their host names.
const ORGANIZATIONS: [(&str, &str); 4] = [
    ("Cedar Works", "cedar.example.com"),
    ("Harbour Labs", "harbour.example.com"),
    ("Quarry Partners", "quarry.example.com"),
    ("Meadow Trust", "meadow.example.com"),
];

/// A picture of one pixel (GIF89a).
const PICTURE: &[u8] =
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff\x21\xf9\x04\x01\x00\x00\x00\x00\
\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00\x3b";

/// The largest number of role assignments, guests and the like: lists that come in one piece stay readable.
const MOST: u32 = 2_000;

/// Those that tokens are seeded for, by position.
pub(super) struct People {
    /// Holds every administrator role.
    pub(super) admin: u32,
    /// May look at organizations, the enrollment and their permissions, and change nothing.
    pub(super) reader: u32,
    /// Holds no role at all.
    pub(super) nobody: u32,
}

/// A stack in which the accounts and the population live.
pub(super) fn stack(population: &Population) -> (State, People) {
    let mut ids = Ids::new(population.seed);
    let enrollment = Enrollment {
        rid: format!("ri.control-panel.main.customer.{}", ids.uuid()).into(),
        name: "Rolecall stand-in".into(),
        created: population.founded,
        hosts: ORGANIZATIONS
            .iter()
            .map(|(_, host)| (*host).into())
            .collect(),
        roles: BTreeSet::new(),
        usage_account: format!(
            "ri.resource-policy-manager.global.usage-account.{}",
            ids.uuid()
        )
        .into(),
        file_system: ids.uuid().into(),
    };
    let roles = roles::seeded(&mut ids);
    let mut state = State {
        ids,
        origin: Origin::from(population),
        enrollment,
        organizations: Table::default(),
        providers: Table::default(),
        users: Table::default(),
        deleted_users: BTreeSet::new(),
        usernames: BTreeMap::new(),
        user_words: BTreeMap::new(),
        groups: Table::default(),
        group_names: BTreeMap::new(),
        provider_ids: BTreeMap::new(),
        pictures: BTreeMap::new(),
        roles,
        categories: Table::default(),
        markings: Table::default(),
        files: Table::default(),
        spaces: BTreeMap::new(),
        tags: Table::default(),
        templates: Table::default(),
        views: BTreeMap::new(),
    };
    markings::add_organization_category(&mut state);
    for (name, host) in ORGANIZATIONS {
        let text = format!("Members and guests of {name}");
        organizations::add(
            &mut state,
            name,
            Some(&text),
            Some(host),
            population.founded,
            None,
        );
    }
    add_providers(&mut state);
    let accounts = People {
        admin: add_account(&mut state, "admin", "Admin"),
        reader: add_account(&mut state, "reader", "Reader"),
        nobody: add_account(&mut state, "nobody", "Nobody"),
    };
    state.pictures.insert(accounts.admin, PICTURE.into());
    let first_person = add_people(&mut state, population);
    add_groups(&mut state, population, first_person, &accounts);
    assign_roles(&mut state, population, first_person, &accounts);
    invite_guests(&mut state, population, first_person);
    markings::add(&mut state, population, first_person);
    files::add(&mut state, population, first_person, &accounts);
    (state, accounts)
}

fn add_providers(state: &mut State) {
    for (name, suffix, saml) in [
        ("Company sign-in", users::DOMAIN, true),
        ("Partner sign-in", "", false),
    ] {
        let rid = format!("ri.control-panel.main.saml.{}", state.ids.uuid());
        let provider = Provider {
            name: name.into(),
            realm: state.ids.uuid().into(),
            enabled: true,
            suffix: suffix.into(),
            saml,
        };
        state.providers.insert(rid, provider);
    }
}

fn add_account(state: &mut State, login: &str, given: &str) -> u32 {
    let username = format!("{login}.account{}", users::DOMAIN);
    let profile = OwnProfile {
        email: Some(username.clone().into()),
        username: username.into(),
        given: Some(given.into()),
        family: Some("Account".into()),
        attributes: BTreeMap::new(),
    };
    let user = User {
        profile: Profile::Own(Box::new(profile)),
        organization: Some(0),
        provider: Some(0),
        groups: Vec::new(),
    };
    let id = state.ids.uuid();
    users::add(state, id, user)
}

/// Adds a service user: what an application acts as with client credentials.
pub(super) fn add_service_user(state: &mut State, client: &str) -> String {
    let profile = OwnProfile {
        username: client.into(),
        given: None,
        family: None,
        email: None,
        attributes: BTreeMap::new(),
    };
    let user = User {
        profile: Profile::Own(Box::new(profile)),
        organization: None,
        provider: None,
        groups: Vec::new(),
    };
    let id = state.ids.uuid();
    users::add(state, id.clone(), user);
    id
}

/// Adds everybody and says where they begin.
fn add_people(state: &mut State, population: &Population) -> u32 {
    let mut first = None;
    for index in 0..population.users {
        let bits = population.bits("organization", u64::from(index));
        // Most people belong to the first organization.
        let organization = match bits % 10 {
            0..=6 => 0,
            7 | 8 => 1,
            _ => 2 + (bits >> 8) as u32 % 2,
        };
        let user = User {
            profile: Profile::Person(index),
            organization: Some(organization),
            provider: Some(u32::from(organization > 1)),
            groups: Vec::new(),
        };
        let id = state.ids.uuid();
        let position = users::add(state, id, user);
        first.get_or_insert(position);
    }
    first.unwrap_or_default()
}

fn add_groups(state: &mut State, population: &Population, first_person: u32, accounts: &People) {
    for (name, member) in [
        ("Platform administrators", accounts.admin),
        ("Auditors", accounts.reader),
    ] {
        let all = (0..ORGANIZATIONS.len() as u32).collect();
        let mut group = groups::new(name, all);
        group.description = Some("Made with the stack".into());
        groups::add(state, group);
        let position = state.group_names.get(&*name.to_lowercase()).copied();
        state.join(position.unwrap_or_default(), Principal::user(member), None);
    }
    let first_team = state.groups.len() as u32;
    for team in population.teams() {
        let index = u64::from(team.index);
        let bits = population.bits("group", index);
        let mut organizations = vec![(bits % 3) as u32];
        if population.one_in(4, "shared group", index) {
            organizations = vec![0, 1];
        }
        let mut group = groups::new(&team.name, organizations);
        group.description = Some(format!("Team {}", team.index).into());
        let attributes = [("cost-centre", format!("{}", 100 + bits % 900))];
        let attributes = attributes.map(|(name, value)| (name.into(), vec![value.into()]));
        group.attributes = attributes.into_iter().collect();
        if population.one_in(10, "policy", index) {
            group.policy = Some(Policy {
                latest: None,
                longest: Some(30 * 86_400),
            });
        } else if population.one_in(6, "provided group", index) {
            group.provider = Some(0);
        }
        groups::add(state, group);
        let position = first_team + team.index;
        for member in &team.members {
            let end = population
                .one_in(40, "expiration", index << 32 | u64::from(*member))
                // Far enough ahead for the membership to be in force whenever the stand-in runs.
                .then(|| population.founded + TimeDelta::days(40 * 365));
            state.join(position, Principal::user(first_person + member), end);
        }
        if let Some(parent) = team.parent {
            state.join(first_team + parent, Principal::group(position), None);
        }
    }
}

fn assign_roles(state: &mut State, population: &Population, first_person: u32, accounts: &People) {
    let admin = Principal::user(accounts.admin);
    let reader = Principal::user(accounts.reader);
    let platform = Principal::group(0);
    let on_organizations: Vec<u32> = state
        .roles
        .from(0)
        .filter(|(_, _, role)| role.on == RoleOn::Organization)
        .map(|(at, ..)| at as u32)
        .collect();
    let administrator = state.role(ORGANIZATION_ADMINISTRATOR, RoleOn::Organization);
    let viewer = state.role_named(ORGANIZATION_VIEWER);
    for organization in state.organizations.rows_mut() {
        let fixed = [
            (admin, administrator),
            (platform, administrator),
            (reader, viewer),
        ];
        let fixed = fixed.map(|(holder, role)| Some((holder, role?)));
        organization.roles.extend(fixed.into_iter().flatten());
    }
    let teams = state.groups.len() as u32;
    for index in 0..(population.users / 8 + 4).min(MOST) {
        let bits = population.bits("organization role", u64::from(index));
        let holder = match bits % 3 {
            0 => Principal::group((bits >> 8) as u32 % teams),
            _ => Principal::user(first_person + (bits >> 8) as u32 % population.users),
        };
        let role = on_organizations[1 + (bits >> 40) as usize % (on_organizations.len() - 1)];
        let organization = u64::from((bits >> 48) as u32 % 3);
        if let Some(organization) = state.organizations.at_mut(organization) {
            organization.roles.insert((holder, role));
        }
    }
    let administrator = state.role(ENROLLMENT_ADMINISTRATOR, RoleOn::Enrollment);
    let viewer = state.role_named(ENROLLMENT_VIEWER);
    let fixed = [
        (admin, administrator),
        (platform, administrator),
        (reader, viewer),
        (Principal::group(1), viewer),
    ];
    let fixed = fixed.map(|(holder, role)| Some((holder, role?)));
    state.enrollment.roles.extend(fixed.into_iter().flatten());
    for index in 0..(population.users / 50 + 1).min(MOST) {
        let bits = population.bits("enrollment role", u64::from(index));
        let holder = Principal::user(first_person + bits as u32 % population.users);
        state
            .enrollment
            .roles
            .extend(viewer.map(|role| (holder, role)));
    }
}

fn invite_guests(state: &mut State, population: &Population, first_person: u32) {
    for index in 0..(population.users / 12 + 2).min(MOST) {
        let bits = population.bits("guest", u64::from(index));
        let person = first_person + bits as u32 % population.users;
        let home = state.user_at(person).and_then(|(_, row)| row.organization);
        let organization = (home.unwrap_or_default() + 1 + (bits >> 40) as u32 % 3) % 4;
        let row = state.organizations.at(u64::from(organization));
        let marking = row.map(|(_, row)| u64::from(row.marking));
        if let Some(marking) = marking.and_then(|at| state.markings.at_mut(at)) {
            marking.members.insert(Principal::user(person));
        }
    }
}
