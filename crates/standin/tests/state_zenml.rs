//! The stand-in for ZenML Pro against a model of it, over random sequences of calls.

#[path = "support/session.rs"]
mod session;
#[path = "support/state.rs"]
mod state;

use fastrand::Rng;
use rolecall_standin::{Api, Standin};
use serde_json::{Value, json};
use session::{Reply, Session};
use state::{Model, Sent, Subject, agree, one, same};
use std::collections::BTreeSet;

const NOWHERE: &str = "00000000-0000-4000-8000-000000000000";
const PROJECTS: [&str; 2] = [
    "11111111-1111-4111-8111-111111111111",
    "22222222-2222-4222-8222-222222222222",
];
const EMAILS: [&str; 4] = [
    "ada@example.net",
    "bob@example.net",
    "cyd@example.net",
    "no address",
];
const TEAMS: [&str; 3] = ["Red", "Green", "Blue"];

/// Users, by their place among those of the model.
const OWNER: usize = 0;
const MACHINE: usize = 4;

/// Who can hold a role, by place among what the model knows; places behind the last one name nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Holder {
    User(usize),
    Team(usize),
    Invitation(usize),
}

/// Workspace and project, by place; workspace 2 is one of another organization, and 3 is none.
type Scope = (Option<usize>, Option<usize>);

#[derive(Clone, Debug)]
enum Call {
    Assign(usize, Vec<Holder>, Scope),
    Revoke(usize, Vec<Holder>, Scope),
    Assignments(usize, Scope),
    Roles,
    DeleteRole(usize),
    CreateTeam(&'static str),
    Teams,
    Team(usize),
    Join(usize, Vec<Holder>),
    Leave(usize, Vec<Holder>),
    TeamMembers(usize),
    Invite(&'static str, usize),
    Withdraw(usize),
    Invitations(bool),
    Members,
    RemoveMember(usize),
}

#[derive(Clone, Debug)]
struct Role {
    id: String,
    name: String,
    level: String,
    is_own: bool,
    is_share: bool,
    is_here: bool,
    is_gone: bool,
}

#[derive(Clone, Debug)]
struct Team {
    id: String,
    name: &'static str,
    users: BTreeSet<usize>,
    invitations: BTreeSet<usize>,
}

#[derive(Clone, Debug)]
struct Invitation {
    id: String,
    email: &'static str,
    is_gone: bool,
}

struct Organization {
    id: String,
    users: Vec<String>,
    /// Those of them who are members of the other organization; that never changes here.
    elsewhere: BTreeSet<usize>,
    /// The last one is of another organization.
    roles: Vec<Role>,
    workspaces: Vec<String>,
    teams: Vec<Team>,
    invitations: Vec<Invitation>,
    grants: BTreeSet<(usize, Scope, Holder)>,
}

/// Status and the name of the exception.
type Refused = (u16, &'static str);
const BAD: Refused = (400, "ValueError");
const FORBIDDEN: Refused = (403, "IllegalOperationError");
const MISSING: Refused = (404, "KeyError");
const CONFLICT: Refused = (409, "EntityExistsError");

impl Organization {
    fn id_of(&self, holder: Holder) -> &str {
        let id = match holder {
            Holder::User(at) => self.users.get(at),
            Holder::Team(at) => self.teams.get(at).map(|team| &team.id),
            Holder::Invitation(at) => self.invitations.get(at).map(|sent| &sent.id),
        };
        id.map_or(NOWHERE, |id| id)
    }

    fn exists(&self, holder: Holder) -> bool {
        match holder {
            Holder::User(at) => at < self.users.len(),
            Holder::Team(at) => at < self.teams.len(),
            Holder::Invitation(at) => self.invitations.get(at).is_some_and(|sent| !sent.is_gone),
        }
    }

    fn role(&self, at: usize) -> Option<&Role> {
        self.roles.get(at).filter(|role| !role.is_gone)
    }

    /// The roles of this organization's own level that a user holds in it.
    fn memberships(&self, user: usize) -> usize {
        let held = self.grants.iter().filter(|(role, _, holder)| {
            let role = &self.roles[*role];
            *holder == Holder::User(user) && role.is_here && role.level == "organization"
        });
        held.count()
    }

    fn holders_query(&self, holders: &[Holder]) -> Vec<String> {
        let each = holders.iter().map(|holder| {
            let name = match holder {
                Holder::User(_) => "user_id",
                Holder::Team(_) => "team_id",
                Holder::Invitation(_) => "invitation_id",
            };
            format!("{name}={}", self.id_of(*holder))
        });
        each.collect()
    }

    fn query(&self, holders: &[Holder], (workspace, project): Scope) -> String {
        let mut all = self.holders_query(holders);
        let workspace = workspace.map(|at| self.workspaces.get(at).map_or(NOWHERE, |id| id));
        all.extend(workspace.map(|id| format!("workspace_id={id}")));
        all.extend(project.map(|at| format!("project_id={}", PROJECTS[at])));
        all.join("&")
    }

    /// What assigning and revoking have in common: the one holder.
    fn asked(&self, role: usize, holders: &[Holder], scope: Scope) -> Result<Holder, Refused> {
        let [holder] = holders else {
            return Err(BAD);
        };
        let (workspace, project) = scope;
        if project.is_some() && workspace.is_none() {
            return Err(BAD);
        }
        let found = self.role(role).ok_or(MISSING)?;
        if workspace.is_some_and(|at| at >= self.workspaces.len()) || !self.exists(*holder) {
            return Err(MISSING);
        }
        let level = match scope {
            (None, _) => "organization",
            (Some(_), None) => "workspace",
            (Some(_), Some(_)) => "project",
        };
        let foreign = workspace.is_some_and(|at| (at == 2) == found.is_here);
        if foreign || found.level != level || found.is_share {
            return Err(FORBIDDEN);
        }
        Ok(*holder)
    }

    /// Makes a call: what it answers, in a form that [`seen`](Self::seen) makes of the answer too.
    fn answer(&mut self, call: &Call, reply: &Reply) -> Result<Value, Refused> {
        let new_id = || reply.body["id"].as_str().unwrap_or_default().to_owned();
        match call {
            Call::Assign(role, holders, scope) => {
                let holder = self.asked(*role, holders, *scope)?;
                let found = &self.roles[*role];
                let belongs = match holder {
                    // A service account belongs to the other organization and nowhere else.
                    Holder::User(MACHINE) => !found.is_here,
                    Holder::User(_) if found.level == "organization" => true,
                    Holder::User(user) if found.is_here => self.memberships(user) > 0,
                    Holder::User(user) => self.elsewhere.contains(&user),
                    Holder::Team(_) | Holder::Invitation(_) => found.is_here,
                };
                if !belongs {
                    return Err(FORBIDDEN);
                }
                if !self.grants.insert((*role, *scope, holder)) {
                    return Err(CONFLICT);
                }
                Ok(self.grant(*role, *scope, holder))
            }
            Call::Revoke(role, holders, scope) => {
                let holder = self.asked(*role, holders, *scope)?;
                if !self.grants.contains(&(*role, *scope, holder)) {
                    return Err(MISSING);
                }
                let found = &self.roles[*role];
                if let Holder::User(user) = holder
                    && found.level == "organization"
                {
                    let is_admin = found.name == "Organization Admin";
                    let held = if found.is_here {
                        self.memberships(user)
                    } else {
                        1
                    };
                    if held == 1 || (user == OWNER && is_admin && found.is_here) {
                        return Err(FORBIDDEN);
                    }
                }
                self.grants.remove(&(*role, *scope, holder));
                Ok(Value::Null)
            }
            Call::Assignments(role, (workspace, project)) => {
                self.role(*role).ok_or(MISSING)?;
                if workspace.is_some_and(|at| at >= self.workspaces.len()) {
                    return Err(MISSING);
                }
                let grants = self.grants.iter().filter(|(of, scope, _)| {
                    of == role
                        && (workspace.is_none() || scope.0 == *workspace)
                        && (project.is_none() || scope.1 == *project)
                });
                Ok(grants
                    .map(|(role, scope, holder)| self.grant(*role, *scope, *holder))
                    .collect())
            }
            Call::Roles => {
                let here = self
                    .roles
                    .iter()
                    .filter(|role| role.is_here && !role.is_gone);
                Ok(here.map(|role| json!(role.id)).collect())
            }
            Call::DeleteRole(at) => {
                if !self.role(*at).ok_or(MISSING)?.is_own {
                    return Err(FORBIDDEN);
                }
                self.roles[*at].is_gone = true;
                self.grants.retain(|(role, ..)| role != at);
                Ok(Value::Null)
            }
            Call::CreateTeam(name) => {
                if self.teams.iter().any(|team| team.name == *name) {
                    return Err(CONFLICT);
                }
                self.teams.push(Team {
                    id: new_id(),
                    name,
                    users: BTreeSet::new(),
                    invitations: BTreeSet::new(),
                });
                Ok(self.team(self.teams.len() - 1))
            }
            Call::Teams => Ok((0..self.teams.len()).map(|at| self.team(at)).collect()),
            Call::Team(at) => {
                self.teams.get(*at).ok_or(MISSING)?;
                Ok(self.team(*at))
            }
            Call::Join(at, holders) | Call::Leave(at, holders) => {
                let [holder] = holders[..] else {
                    return Err(BAD);
                };
                if !self.exists(holder) || *at >= self.teams.len() {
                    return Err(MISSING);
                }
                let joins = matches!(call, Call::Join(..));
                if let Holder::User(user) = holder
                    && joins
                    && self.memberships(user) == 0
                {
                    return Err(FORBIDDEN);
                }
                let team = &mut self.teams[*at];
                let (members, member) = match holder {
                    Holder::User(user) => (&mut team.users, user),
                    Holder::Invitation(sent) | Holder::Team(sent) => (&mut team.invitations, sent),
                };
                match (joins, members.contains(&member)) {
                    (true, true) => return Err(CONFLICT),
                    (false, false) => return Err(MISSING),
                    (true, false) => members.insert(member),
                    (false, true) => members.remove(&member),
                };
                Ok(Value::Null)
            }
            Call::TeamMembers(at) => {
                let team = self.teams.get(*at).ok_or(MISSING)?;
                Ok(sorted(
                    team.users.iter().map(|user| json!(self.users[*user])),
                ))
            }
            Call::Invite(email, role) => {
                if !email.contains('@') {
                    return Err(BAD);
                }
                let role_is = self.role(*role).ok_or(MISSING)?;
                if !role_is.is_here || role_is.level != "organization" || role_is.is_share {
                    return Err(FORBIDDEN);
                }
                if self
                    .invitations
                    .iter()
                    .any(|sent| !sent.is_gone && sent.email == *email)
                {
                    return Err(CONFLICT);
                }
                let holder = Holder::Invitation(self.invitations.len());
                self.invitations.push(Invitation {
                    id: new_id(),
                    email,
                    is_gone: false,
                });
                self.grants.insert((*role, (None, None), holder));
                Ok(json!([new_id(), email]))
            }
            Call::Withdraw(at) => {
                if !self.exists(Holder::Invitation(*at)) {
                    return Err(MISSING);
                }
                self.invitations[*at].is_gone = true;
                for team in &mut self.teams {
                    team.invitations.remove(at);
                }
                self.grants
                    .retain(|(_, _, holder)| *holder != Holder::Invitation(*at));
                Ok(Value::Null)
            }
            Call::Invitations(_) => {
                let here = self.invitations.iter().filter(|sent| !sent.is_gone);
                Ok(here.map(|sent| json!([sent.id, sent.email])).collect())
            }
            Call::Members => {
                let users = (0..self.users.len()).filter(|user| self.memberships(*user) > 0);
                let users = users.map(|user| json!(self.users[user]));
                let teams = self.teams.iter().map(|team| json!(team.id));
                let invitations = self.invitations.iter().filter(|sent| !sent.is_gone);
                let invitations = invitations.map(|sent| json!(sent.id));
                Ok(sorted(users.chain(teams).chain(invitations)))
            }
            Call::RemoveMember(user) => {
                if *user >= self.users.len() || self.memberships(*user) == 0 {
                    return Err(MISSING);
                }
                let (roles, holder) = (&self.roles, Holder::User(*user));
                let leaves = |(role, _, of): &(usize, Scope, Holder)| {
                    let role = &roles[*role];
                    *of == holder && role.is_here && role.level == "organization"
                };
                let is_admin = |grant: &(usize, Scope, Holder)| {
                    leaves(grant) && roles[grant.0].name == "Organization Admin"
                };
                if *user == OWNER && self.grants.iter().any(is_admin) {
                    return Err(FORBIDDEN);
                }
                self.grants.retain(|grant| !leaves(grant));
                Ok(Value::Null)
            }
        }
    }

    fn team(&self, at: usize) -> Value {
        let team = &self.teams[at];
        json!([team.id, team.name, team.users.len()])
    }

    fn grant(&self, role: usize, (workspace, project): Scope, holder: Holder) -> Value {
        let (user, team, invitation) = match holder {
            Holder::User(_) => (Some(self.id_of(holder)), None, None),
            Holder::Team(_) => (None, Some(self.id_of(holder)), None),
            Holder::Invitation(_) => (None, None, Some(self.id_of(holder))),
        };
        let workspace = workspace.map(|at| &self.workspaces[at]);
        let project = project.map(|at| PROJECTS[at]);
        json!([
            self.roles[role].id,
            user,
            team,
            invitation,
            workspace,
            project
        ])
    }

    /// What the model compares of an answer. Holders that it does not know of are left out.
    fn seen(&self, call: &Call, body: &Value) -> Value {
        let grant = |body: &Value| {
            json!([
                body["role"]["id"],
                body["user"]["id"],
                body["team"]["id"],
                body["invitation"]["id"],
                body["workspace_id"],
                body["project_id"],
            ])
        };
        let team = |body: &Value| json!([body["id"], body["name"], body["member_count"]]);
        let items = body.as_array().map_or(&[][..], |items| items);
        let ids = items.iter().map(|item| item["id"].clone());
        match call {
            Call::Assign(..) => grant(body),
            Call::Assignments(..) => {
                let grants = items.iter().map(grant);
                sorted(grants.filter(|grant| grant[1].is_null() || self.knows(&grant[1])))
            }
            Call::Roles => ids.collect(),
            Call::CreateTeam(_) | Call::Team(_) => team(body),
            Call::Teams => items.iter().map(team).collect(),
            Call::TeamMembers(_) => sorted(ids),
            Call::Invite(..) => json!([body["id"], body["email"]]),
            Call::Invitations(_) => items
                .iter()
                .map(|sent| json!([sent["id"], sent["email"]]))
                .collect(),
            Call::Members => {
                let kinds = ["user", "team", "invitation"];
                let members = items
                    .iter()
                    .flat_map(|item| kinds.map(|kind| item[kind]["id"].clone()));
                let is_user = |id: &Value| items.iter().any(|item| item["user"]["id"] == *id);
                sorted(members.filter(|id| !id.is_null() && (!is_user(id) || self.knows(id))))
            }
            _ => body.clone(),
        }
    }

    fn knows(&self, user: &Value) -> bool {
        self.users.iter().any(|known| *user == **known)
    }
}

fn sorted(items: impl Iterator<Item = Value>) -> Value {
    let mut items: Vec<Value> = items.collect();
    items.sort_by_key(Value::to_string);
    items.into()
}

impl Model for Organization {
    type Call = Call;

    fn choose(&self, random: &mut Rng) -> Call {
        let role = random.usize(..self.roles.len());
        let holder = |random: &mut Rng| match random.u8(..5) {
            0..3 => Holder::User(random.usize(..=self.users.len())),
            3 => Holder::Team(random.usize(..=self.teams.len())),
            _ => Holder::Invitation(random.usize(..=self.invitations.len())),
        };
        // Mostly one holder of a scope that fits.
        let holders = |random: &mut Rng| match random.u8(..12) {
            0 => Vec::new(),
            1 => vec![Holder::User(0), Holder::Team(0)],
            _ => vec![holder(random)],
        };
        let scope = |random: &mut Rng| {
            let level = match (random.u8(..8), &*self.roles[role].level) {
                (0, _) => random.u8(..4),
                (_, "organization") => 0,
                (_, "workspace") => 1,
                _ => 2,
            };
            let workspace = one(random, &[0, 0, 1, 1, 1, 2, 3]);
            let project = random.usize(..PROJECTS.len());
            match level {
                0 => (None, None),
                1 => (Some(workspace), None),
                2 => (Some(workspace), Some(project)),
                _ => (None, Some(project)),
            }
        };
        let team = random.usize(..=self.teams.len());
        let member = |random: &mut Rng| match random.u8(..12) {
            0 => Vec::new(),
            1 => vec![Holder::User(0), Holder::Invitation(0)],
            2..5 => vec![Holder::Invitation(random.usize(..=self.invitations.len()))],
            _ => vec![Holder::User(random.usize(..=self.users.len()))],
        };
        match random.u8(..60) {
            0..16 => Call::Assign(role, holders(random), scope(random)),
            16..24 => Call::Revoke(role, holders(random), scope(random)),
            // Of something that is there, so that it can succeed.
            24..28 => match self.grants.iter().nth(random.usize(..=self.grants.len())) {
                Some((role, scope, holder)) => Call::Revoke(*role, vec![*holder], *scope),
                None => Call::Roles,
            },
            28..35 => Call::Assignments(role, scope(random)),
            35 => Call::Roles,
            36 if random.u8(..6) == 0 => Call::DeleteRole(role),
            36 | 37 => Call::CreateTeam(one(random, &TEAMS)),
            38 => Call::Teams,
            39 => Call::Team(team),
            40..45 => Call::Join(team, member(random)),
            45..48 => Call::Leave(team, member(random)),
            48..50 => Call::TeamMembers(team),
            50..53 => Call::Invite(one(random, &EMAILS), role),
            53 => Call::Withdraw(random.usize(..=self.invitations.len())),
            54 | 55 => Call::Invitations(random.bool()),
            56 | 57 => Call::Members,
            _ => Call::RemoveMember(random.usize(..=self.users.len())),
        }
    }

    fn request(&self, call: &Call) -> Sent {
        let role = |at: &usize| format!("/roles/{}", self.roles[*at].id);
        let team = |at: &usize| format!("/teams/{}", self.id_of(Holder::Team(*at)));
        let here = format!("/organizations/{}", self.id);
        match call {
            Call::Assign(at, holders, scope) => {
                let query = self.query(holders, *scope);
                Sent::new("POST", format!("{}/assignments?{query}", role(at)))
            }
            Call::Revoke(at, holders, scope) => {
                let query = self.query(holders, *scope);
                Sent::new("DELETE", format!("{}/assignments?{query}", role(at)))
            }
            Call::Assignments(at, scope) => {
                let query = self.query(&[], *scope);
                Sent::new("GET", format!("{}/assignments?{query}", role(at)))
            }
            Call::Roles => Sent::new("GET", format!("{here}/roles")),
            Call::DeleteRole(at) => Sent::new("DELETE", role(at)),
            Call::CreateTeam(name) => {
                let body = json!({ "name": name, "organization_id": self.id });
                Sent::new("POST", "/teams").json(body)
            }
            Call::Teams => Sent::new("GET", format!("{here}/teams")),
            Call::Team(at) => Sent::new("GET", team(at)),
            Call::Join(at, members) | Call::Leave(at, members) => {
                let query = self.holders_query(members).join("&");
                let joins = matches!(call, Call::Join(..));
                let method = if joins { "POST" } else { "DELETE" };
                Sent::new(method, format!("{}/members?{query}", team(at)))
            }
            Call::TeamMembers(at) => Sent::new("GET", format!("{}/members", team(at))),
            Call::Invite(email, at) => {
                let body = json!({ "email": email, "role_id": self.roles[*at].id });
                Sent::new("POST", format!("{here}/invitations")).json(body)
            }
            Call::Withdraw(at) => {
                let id = self.id_of(Holder::Invitation(*at));
                Sent::new("DELETE", format!("{here}/invitations/{id}"))
            }
            Call::Invitations(pending) => {
                Sent::new("GET", format!("{here}/invitations?only_pending={pending}"))
            }
            Call::Members => Sent::new("GET", format!("{here}/members")),
            Call::RemoveMember(user) => {
                let user = self.id_of(Holder::User(*user));
                Sent::new("DELETE", format!("{here}/members?user_id={user}"))
            }
        }
    }

    fn check(&mut self, call: &Call, reply: &Reply) -> Result<(), String> {
        match self.answer(call, reply) {
            Ok(expected) => {
                same("status", reply.status, 200)?;
                let expected = match (call, expected) {
                    (Call::Assignments(..), Value::Array(items)) => sorted(items.into_iter()),
                    (_, expected) => expected,
                };
                same("body", self.seen(call, &reply.body), expected)
            }
            Err((status, exception)) => {
                same("status", reply.status, status)?;
                same("exception", &reply.body["detail"][0], &json!(exception))
            }
        }
    }
}

async fn list(session: &Session, path: &str) -> Vec<Value> {
    let reply = session.send("GET", path).await;
    assert_eq!(reply.status, 200, "{path}: {}", reply.text);
    reply.items("").to_vec()
}

fn text(value: &Value) -> String {
    value.as_str().expect("it is a text").to_owned()
}

fn role(value: &Value, is_here: bool) -> Role {
    Role {
        id: text(&value["id"]),
        name: text(&value["name"]),
        level: text(&value["level"]),
        is_own: value["system_managed"] == false,
        is_share: value["type"] == "share",
        is_here,
        is_gone: false,
    }
}

/// The second organization of a stand-in, which has roles and members, and neither teams nor invitations yet.
async fn start() -> Subject<Organization> {
    let standin = Standin::builder(Api::Zenml).users(8).start().await;
    let standin = standin.expect("a port is free");
    let session = Session::of(&standin, "admin");
    let organizations = list(&session, "/organizations").await;
    let (first, here) = (text(&organizations[0]["id"]), text(&organizations[1]["id"]));
    let principal = |name: &str| {
        let named = standin.credentials().named(name);
        named
            .expect("it is there from the beginning")
            .principal
            .clone()
    };
    let owner = text(&organizations[1]["owner"]["id"]);
    let members = list(&session, &format!("/organizations/{here}/members")).await;
    let member = members.iter().map(|member| &member["user"]["id"]);
    let member = text(
        member
            .into_iter()
            .find(|id| **id != *owner)
            .expect("it has members"),
    );
    let users = vec![
        owner,
        member,
        principal("reader"),
        principal("nobody"),
        principal("service-account"),
    ];
    let roles = list(&session, &format!("/organizations/{here}/roles")).await;
    let mut roles: Vec<Role> = roles.iter().map(|found| role(found, true)).collect();
    let path = format!("/organizations/{first}/roles?name=Workspace%20Viewer");
    roles.push(role(&list(&session, &path).await[0], false));
    let mut workspaces = Vec::new();
    for (organization, count) in [(&here, 2), (&first, 1)] {
        let path = format!("/workspaces?organization_id={organization}&limit={count}");
        workspaces.extend(
            list(&session, &path)
                .await
                .iter()
                .map(|found| text(&found["id"])),
        );
    }
    let members = list(&session, &format!("/organizations/{first}/members")).await;
    let is_member = |user: &str| members.iter().any(|member| member["user"]["id"] == user);
    let elsewhere = (0..users.len())
        .filter(|user| is_member(&users[*user]))
        .collect();
    let mut model = Organization {
        id: here,
        users,
        elsewhere,
        roles,
        workspaces,
        teams: Vec::new(),
        invitations: Vec::new(),
        grants: BTreeSet::new(),
    };
    // What the users of the model hold from the beginning.
    for at in 0..model.roles.len() {
        let path = format!("/roles/{}/assignments", model.roles[at].id);
        for found in list(&session, &path).await {
            let user = model
                .users
                .iter()
                .position(|user| found["user"]["id"] == **user);
            let workspace = &found["workspace_id"];
            let workspace = model.workspaces.iter().position(|id| *workspace == **id);
            let is_modelled = found["workspace_id"].is_null() || workspace.is_some();
            if let (Some(user), true) = (user, is_modelled) {
                model
                    .grants
                    .insert((at, (workspace, None), Holder::User(user)));
            }
        }
    }
    Subject {
        standin,
        session,
        model,
    }
}

#[tokio::test]
async fn stand_in_and_model_agree() {
    agree(start, 0..8, 450).await;
}
