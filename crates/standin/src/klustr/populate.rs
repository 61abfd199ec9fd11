//! A directory of organizations, from a population.

use super::names::Names;
use super::organization::Organization;
use super::organization::{Address, Invitation, Org, OrgAssignment, OrgContact, OrgOwner, OrgUnit};
use super::role::{NAMESPACES, Permission, Role};
use super::user_accounts::DOMAIN;
use super::{MEMBER, State};
use crate::pairs::Pairs;
use crate::{Ids, Population, Table, Team, millis};
use chrono::TimeDelta;
use std::collections::BTreeMap;

/// The organization that everybody's tokens are made for.
pub(super) const HOME: &str = DOMAIN;
/// How many teams are units of the home organization, and have a role of their own.
const UNITS: usize = 48;
/// How many members of a unit are assigned to it.
const ASSIGNED: usize = 40;
/// The role with what is missing in the role `admin` (fact: member-permission-not-generated).
const MEMBERS_ADMIN: &str = "org.directory.members.admin.role";

/// The directory, and the ids of those who have tokens: who may do everything, who may read, and a member without any
/// role. `services` are clients that act as themselves, and whether they hold the roles of an administrator.
pub(super) fn populate(
    population: &Population,
    services: &[(String, bool)],
) -> (State, [String; 3]) {
    let mut ids = Ids::new(population.seed);
    // Those who have tokens come behind the people who were asked for.
    let people = population.users + 3;
    let mut subjects = Names::default();
    for _ in 0..people {
        subjects.number(&ids.uuid());
    }
    let staff = [3, 2, 1].map(|back| subjects.text(people - back).to_owned());
    let mut state = State {
        ids,
        population: *population,
        people,
        clients: services.iter().map(|(id, _)| id.clone()).collect(),
        subjects,
        relations: Names::default(),
        organizations: Table::default(),
    };
    let home = home(&mut state, population, services);
    state.organizations.insert(HOME, home);
    for team in sisters(population) {
        let sister = sister(&mut state, population, &team);
        let id = sister.details.id.clone().unwrap_or_default();
        state.organizations.insert(id, sister);
    }
    (state, staff)
}

fn home(state: &mut State, population: &Population, services: &[(String, bool)]) -> Organization {
    let people = state.people;
    let [admin, reader, nobody] = [3, 2, 1].map(|back| people - back);
    let mut roles = Role::defaults();
    roles.push(custom_role(MEMBERS_ADMIN, "org.directory.members"));
    let mut pairs = Vec::new();
    let mut relate = |name: &str, subject: u32| pairs.push((state.relations.number(name), subject));
    // One in 25 has the organization's domain in the email, and did not join.
    let is_member = |person: u32| person == 0 || !population.one_in(25, "outsider", person.into());
    for person in (0..population.users).filter(|person| is_member(*person)) {
        relate(MEMBER, person);
    }
    for name in [MEMBER, "admin", MEMBERS_ADMIN] {
        relate(name, admin);
    }
    for (client, _) in services.iter().filter(|(_, is_admin)| *is_admin) {
        let client = state.subjects.number(client);
        relate("admin", client);
        relate(MEMBERS_ADMIN, client);
    }
    relate(MEMBER, reader);
    relate(MEMBER, nobody);
    for namespace in NAMESPACES {
        relate(&format!("{namespace}.read-only.role"), reader);
    }
    let mut units: Vec<Unit> = Vec::new();
    for (index, team) in population.teams().enumerate() {
        let namespace = NAMESPACES[index % NAMESPACES.len()];
        let own_role = format!("{}.role", slug(&team.name));
        for person in team
            .members
            .iter()
            .copied()
            .filter(|person| is_member(*person))
        {
            relate(&format!("{namespace}.read-only.role"), person);
            if population.one_in(20, namespace, person.into()) {
                relate(&format!("{namespace}.admin.role"), person);
            }
            if index < UNITS {
                relate(&own_role, person);
            }
        }
        if index < UNITS {
            roles.push(custom_role(&own_role, namespace));
            let made = millis(population.made("team", team.index.into()));
            let parent = team.parent.and_then(|parent| units.get(parent as usize));
            let above = parent.map_or("", |parent| &*parent.path);
            units.push(Unit {
                path: format!("{above}/{}", slug(&team.name)),
                details: OrgUnit {
                    id: Some(state.ids.uuid()),
                    name: Some(team.name.clone()),
                    children: None,
                    creation_date: Some(made.clone()),
                    modified_date: Some(made),
                },
                team,
            });
        }
    }
    let owner = state.subjects.text(admin).to_owned();
    let made = millis(population.founded);
    let assignments = assignments(&mut state.ids, &state.subjects, &units);
    let invitations = (0..3).map(|at| Invitation {
        id: state.ids.uuid(),
        org_id: HOME.to_owned(),
        email: format!("{}@example.net", population.person(people + at).login),
        roles: vec!["org.members.read-only.role".to_owned()],
        secure: false,
        expires_at: population.founded + TimeDelta::days(36_500),
    });
    Organization {
        details: Org {
            id: Some(HOME.to_owned()),
            name: Some("Example".to_owned()),
            subdomain: Some("example".to_owned()),
            domain: Some(DOMAIN.to_owned()),
            logo_url: Some(format!("https://{DOMAIN}/logo.svg")),
            owner: Some(OrgOwner { id: Some(owner) }),
            creation_date: Some(made.clone()),
            modified_date: Some(made),
            contact: Some(OrgContact {
                email: Some(format!("office@{DOMAIN}")),
                phone: None,
                url: Some(format!("https://{DOMAIN}")),
            }),
            address: Some(Address {
                address_line_1: Some("1 Example Street".to_owned()),
                postal_code: Some("00000".to_owned()),
                usage: Some("business".to_owned()),
                country_code: Some("UK".to_owned()),
                ..Address::default()
            }),
            children: Some(tree(&units)),
            status: Some("active".to_owned()),
            external_sales_force_id: None,
        },
        roles,
        relations: Pairs::from(pairs),
        units: assignments,
        invitations: invitations.collect(),
    }
}

/// A team of the population as a unit of the organization.
struct Unit {
    details: OrgUnit,
    /// Where in the tree it is: `/engineering-platform-0/sales-audit-4`.
    path: String,
    team: Team,
}

/// The units below their parents. A parent comes before its children.
fn tree(units: &[Unit]) -> Vec<OrgUnit> {
    let mut all: Vec<OrgUnit> = units.iter().map(|unit| unit.details.clone()).collect();
    let mut roots = Vec::new();
    for unit in units.iter().rev() {
        let details = all.pop().unwrap_or_default();
        let parent = unit
            .team
            .parent
            .and_then(|parent| all.get_mut(parent as usize));
        match parent {
            Some(parent) => parent.children.get_or_insert_default().insert(0, details),
            None => roots.insert(0, details),
        }
    }
    roots
}

fn assignments(
    ids: &mut Ids,
    subjects: &Names,
    units: &[Unit],
) -> BTreeMap<u32, Vec<OrgAssignment>> {
    let mut assignments: BTreeMap<u32, Vec<OrgAssignment>> = BTreeMap::new();
    for unit in units {
        for person in unit.team.members.iter().take(ASSIGNED) {
            assignments.entry(*person).or_default().push(OrgAssignment {
                id: Some(ids.uuid()),
                customer_id: None,
                org_id: Some(HOME.to_owned()),
                org_path: Some(unit.path.clone()),
                assigned_to: Some(subjects.text(*person).to_owned()),
                assignee_type: Some("user".to_owned()),
            });
        }
    }
    assignments
}

/// The teams that are organizations of their own as well.
fn sisters(population: &Population) -> impl Iterator<Item = Team> {
    let count = (population.users / 20).clamp(3, 200);
    population.teams().take(count as usize)
}

fn sister(state: &mut State, population: &Population, team: &Team) -> Organization {
    let id = format!("{}.example.org", slug(&team.name));
    let made = millis(population.made("organization", team.index.into()));
    let mut pairs = Vec::new();
    for (at, person) in team.members.iter().enumerate() {
        let role = match at {
            0 => Some("admin"),
            at if at % 3 == 0 => Some("org.directory.read-only.role"),
            _ => None,
        };
        for name in [Some(MEMBER), role].into_iter().flatten() {
            pairs.push((state.relations.number(name), *person));
        }
    }
    let owner = team.members.first();
    Organization {
        details: Org {
            id: Some(id.clone()),
            name: Some(team.name.clone()),
            subdomain: Some(slug(&team.name)),
            domain: Some(id),
            owner: owner.map(|owner| OrgOwner {
                id: Some(state.subjects.text(*owner).to_owned()),
            }),
            creation_date: Some(made.clone()),
            modified_date: Some(made),
            status: Some(
                if team.index % 7 == 6 {
                    "inactive"
                } else {
                    "active"
                }
                .to_owned(),
            ),
            ..Org::default()
        },
        roles: Role::defaults(),
        relations: Pairs::from(pairs),
        ..Organization::default()
    }
}

/// A role that an organization made for itself.
fn custom_role(id: &str, namespace: &str) -> Role {
    let verbs = ["create", "delete", "get", "list"];
    let permissions = verbs.iter().map(|verb| Permission {
        scope: Some(format!("{namespace}.{verb}")),
    });
    Role {
        id: Some(id.to_owned()),
        name: Some(id.replace('.', " ")),
        namespace: Some(namespace.to_owned()),
        description: None,
        stage: Some("beta".to_owned()),
        permissions: permissions.collect(),
    }
}

/// A name as a part of an id.
fn slug(name: &str) -> String {
    name.to_lowercase().replace(' ', "-")
}
