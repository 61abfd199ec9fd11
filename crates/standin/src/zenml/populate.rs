//! A control plane with organizations, from a population.

use super::State;
use super::access::{ORGANIZATION_ADMIN, PROJECT_ADMIN, WORKSPACE_ADMIN};
use super::grants::{Grant, Grants, Holder, Scope};
use super::rows::{
    Invitation, Level, Organization, Role, RoleKind, ServiceAccount, Team, User, Workspace,
};
use super::shares::Shares;
use crate::pairs::Pairs;
use crate::{Ids, Population, Table};
use std::collections::BTreeMap;

/// The roles that every organization has. Those of projects exist, but their names are not published.
const PREDEFINED: [(&str, Level); 13] = [
    (ORGANIZATION_ADMIN, Level::Organization),
    ("Organization Manager", Level::Organization),
    ("Organization Viewer", Level::Organization),
    ("Billing Admin", Level::Organization),
    ("Organization Member", Level::Organization),
    (WORKSPACE_ADMIN, Level::Workspace),
    ("Workspace Developer", Level::Workspace),
    ("Workspace Contributor", Level::Workspace),
    ("Workspace Viewer", Level::Workspace),
    ("Stack Admin", Level::Workspace),
    (PROJECT_ADMIN, Level::Project),
    ("Project Contributor", Level::Project),
    ("Project Viewer", Level::Project),
];
const MEMBER: usize = 4;
const VIEWER: usize = 2;
/// Where the roles of workspaces begin, and those of projects.
const OF_WORKSPACES: usize = 5;
const OF_PROJECTS: usize = 10;
/// How many projects of a workspace roles are assigned in.
const PROJECTS: u32 = 2;

/// The control plane, and the ids of those who have tokens: who may do everything, who may read the first organization, a
/// user without any role, and a service account.
pub(super) fn populate(population: &Population) -> (State, [String; 4]) {
    // Those who have tokens come behind the people who were asked for.
    let people = population.users + 3;
    let mut state = State {
        ids: Ids::new(population.seed),
        population: *population,
        people,
        users: Table::default(),
        usernames: BTreeMap::new(),
        organizations: Table::default(),
        roles: Table::default(),
        teams: Table::default(),
        invitations: Table::default(),
        workspaces: Table::default(),
        projects: Table::default(),
        grants: Grants::default(),
        members: Pairs::default(),
        invited: Pairs::default(),
        shares: Shares::default(),
        devices: Vec::new(),
    };
    let [admin, reader, nobody] = [3, 2, 1].map(|back| people - back);
    for person in 0..people {
        let user = User {
            username: None,
            is_active: person >= population.users
                || !population.one_in(40, "inactive", person.into()),
            is_superuser: person == admin,
            service: None,
        };
        let id = state.ids.uuid();
        state.users.insert(id, user);
    }
    let mut grants = Vec::new();
    let home = organization(&mut state, population, "Example", admin);
    let sisters = (population.users / 50).clamp(2, 40);
    for sister in 0..sisters {
        let owner = sister % population.users;
        let name = format!("Example {}", sister + 1);
        let roles = organization(&mut state, population, &name, owner);
        grants.push(in_organization(roles.first, owner, 0));
        let members = (1..30).map(|step| (owner + step * 7) % population.users);
        for member in members.filter(|member| *member != owner) {
            grants.push(in_organization(roles.first, member, MEMBER));
        }
    }
    for person in 0..population.users {
        grants.push(in_organization(home.first, person, MEMBER));
        for (role, of) in [(1, 60), (VIEWER, 12), (3, 100)] {
            if population.one_in(of, PREDEFINED[role].0, person.into()) {
                grants.push(in_organization(home.first, person, role));
            }
        }
    }
    grants.push(in_organization(home.first, admin, 0));
    grants.push(in_organization(home.first, reader, VIEWER));
    let accounts = service_accounts(&mut state, &home, &mut grants);
    invitations(&mut state, population, &home, &mut grants);
    teams(&mut state, population, &home, &mut grants);
    state.grants = Grants::from(grants);
    let id = |user: u32| state.users.at(user.into()).map(|(id, _)| id.to_owned());
    let staff = [admin, reader, nobody, accounts].map(|user| id(user).unwrap_or_default());
    (state, staff)
}

/// Where what belongs to an organization begins in the tables.
struct Place {
    organization: u32,
    /// The first role.
    first: u32,
    workspaces: std::ops::Range<u32>,
}

/// An organization with its roles and workspaces.
fn organization(state: &mut State, population: &Population, name: &str, owner: u32) -> Place {
    let organization = state.organizations.len() as u32;
    let row = Organization {
        name: name.to_owned(),
        description: Some(format!("The organization {name}")),
        owner,
        made: population.made("organization", organization.into()),
    };
    let id = state.ids.uuid();
    state.organizations.insert(id, row);
    let first = state.roles.len() as u32;
    let predefined = PREDEFINED.map(|(name, level)| (name, level, RoleKind::Predefined));
    let others = [
        ("Auditor", Level::Organization, RoleKind::Own),
        ("Trainer", Level::Workspace, RoleKind::Own),
        ("Shared Resources", Level::Workspace, RoleKind::Share),
    ];
    for (name, level, kind) in predefined.into_iter().chain(others) {
        let role = Role {
            organization,
            name: name.into(),
            description: (kind != RoleKind::Share).then(|| format!("The role {name}").into()),
            level,
            kind,
        };
        let id = state.ids.uuid();
        state.roles.insert(id, role);
    }
    let start = state.workspaces.len() as u32;
    let count = (population.users / 15).clamp(5, 300);
    for at in 0..count {
        let position = start + at;
        let workspace = Workspace {
            organization,
            name: format!("workspace-{at}"),
            display_name: format!("Workspace {at}"),
            description: None,
            logo_url: None,
            owner,
            is_managed: at % 5 != 4,
            is_deactivated: at % 8 == 3,
            made: population.made("workspace", position.into()),
        };
        let id = state.ids.uuid();
        state.workspaces.insert(id, workspace);
        for _ in 0..PROJECTS {
            let id = state.ids.uuid();
            state.projects.insert(id, ());
        }
    }
    Place {
        organization,
        first,
        workspaces: start..start + count,
    }
}

/// The first of two service accounts of an organization; it is a member, and develops in a workspace.
fn service_accounts(state: &mut State, home: &Place, grants: &mut Vec<Grant>) -> u32 {
    let first = state.users.len() as u32;
    for name in ["pipeline-runner", "nightly-sync"] {
        let user = User {
            username: Some(name.into()),
            is_active: true,
            is_superuser: false,
            service: Some(Box::new(ServiceAccount {
                organization: home.organization,
                description: Some("Runs without people".to_owned()),
                keys: vec!["first".to_owned()],
            })),
        };
        let id = state.ids.uuid();
        state
            .usernames
            .insert(name.to_owned(), state.users.len() as u32);
        state.users.insert(id, user);
    }
    grants.push(in_organization(home.first, first, MEMBER));
    grants.push(Grant {
        role: home.first + OF_WORKSPACES as u32 + 1,
        scope: Scope {
            workspace: Some(home.workspaces.start),
            project: None,
        },
        holder: Holder::User(first),
    });
    first
}

fn invitations(state: &mut State, population: &Population, home: &Place, grants: &mut Vec<Grant>) {
    for at in 0..(population.users / 20).clamp(3, 500) {
        let person = population.person(state.people + at);
        let is_pending = at % 3 != 2;
        let invitation = Invitation {
            organization: home.organization,
            email: format!("{}@example.net", person.login),
            is_pending,
        };
        let id = state.ids.uuid();
        state.invitations.insert(id, invitation);
        if is_pending {
            grants.push(Grant {
                role: home.first + MEMBER as u32,
                scope: Scope::default(),
                holder: Holder::Invitation(at),
            });
        }
    }
}

/// The teams of the population, each with a role in a workspace, some of them with one in a project as well; and people
/// with roles of their own beside that.
fn teams(state: &mut State, population: &Population, home: &Place, grants: &mut Vec<Grant>) {
    let workspaces = home.workspaces.end - home.workspaces.start;
    let mut members = Vec::new();
    for team in population.teams() {
        let made = population.made("team", team.index.into());
        let row = Team {
            organization: home.organization,
            name: team.name,
            description: Some(format!("Team {}", team.index)),
            made,
            changed: made,
            members: team.members.len() as u32,
        };
        let id = state.ids.uuid();
        state.teams.insert(id, row);
        members.extend(team.members.iter().map(|member| (team.index, *member)));
        let workspace = home.workspaces.start + team.index % workspaces;
        let mut grant = |role: usize, project: Option<u32>, holder: Holder| {
            grants.push(Grant {
                role: home.first + role as u32,
                scope: Scope {
                    workspace: Some(workspace),
                    project,
                },
                holder,
            });
        };
        let own = Holder::Team(team.index);
        grant(OF_WORKSPACES + team.index as usize % 5, None, own);
        if team.index % 3 == 0 {
            let project = workspace * PROJECTS + team.index % PROJECTS;
            grant(OF_PROJECTS + team.index as usize % 3, Some(project), own);
        }
        for person in team.members.into_iter().take(3) {
            grant(
                OF_WORKSPACES + person as usize % 5,
                None,
                Holder::User(person),
            );
        }
    }
    state.members = Pairs::from(members);
    state.invited = Pairs::from(vec![(0, 0)]);
}

fn in_organization(first: u32, user: u32, role: usize) -> Grant {
    Grant {
        role: first + role as u32,
        scope: Scope::default(),
        holder: Holder::User(user),
    }
}
