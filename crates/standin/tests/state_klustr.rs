//! The stand-in for Klustr against a model of it, over random sequences of calls.

#[path = "support/session.rs"]
mod session;
#[path = "support/state.rs"]
mod state;

use fastrand::Rng;
use rolecall_standin::{Api, Standin};
use serde_json::{Value, json};
use session::{Reply, Session};
use state::{Model, Sent, Subject, agree, one, same};
use std::collections::{BTreeMap, BTreeSet};

const ORG: &str = "/directory/orgs/model.example.net";
/// Ids that differ in case, and ids with underscores, which the store of relations takes apart.
const ROLES: [&str; 8] = [
    "alpha",
    "Alpha",
    "beta",
    "gamma",
    "team_gamma",
    "a_b_c",
    "member",
    "x.read-only.role",
];
/// The last one is cut at its colon.
const USERS: [&str; 4] = ["ada", "bob", "cyd", "bob:2"];
const SCOPES: [&str; 3] = ["x.get", "x.list", "a.find"];
const NAMESPACES: [&str; 3] = ["X", "x", "y/z"];

#[derive(Clone, Debug)]
enum Call {
    CreateRole(&'static str, Vec<&'static str>),
    ListRoles,
    GetRole(&'static str),
    UpdateRole(&'static str, Option<&'static str>, Vec<&'static str>),
    DeleteRole(&'static str),
    DeleteAllRoles,
    Generate(Vec<&'static str>),
    Permissions,
    Assignments(&'static str, u8, u8),
    Grant(&'static str, &'static str),
    Revoke(&'static str, &'static str),
    Replace(&'static str, Vec<&'static str>),
    OwnRoles,
    RolesOf(&'static str),
    Accounts,
    Members,
    AddMember(&'static str),
    RemoveMember(&'static str),
    Join,
    Leave,
    AssignUnit(&'static str, u8),
    Units(&'static str),
    /// Of the assignments that were ever made, this one, asked for at this user.
    UnassignUnit(&'static str, usize),
}

#[derive(Clone, Debug, PartialEq)]
struct Role {
    id: String,
    stage: Option<&'static str>,
    scopes: Vec<String>,
}

struct Directory {
    caller: String,
    roles: Vec<Role>,
    /// Relations by name.
    held: BTreeMap<String, BTreeSet<String>>,
    /// Assignments to units: id, user and path.
    units: Vec<(String, &'static str, String)>,
    /// All assignments that were ever made.
    unit_ids: Vec<String>,
}

impl Directory {
    fn role(&self, id: &str) -> Option<usize> {
        self.roles
            .iter()
            .position(|role| role.id.eq_ignore_ascii_case(id))
    }

    fn relate(&mut self, relation: &str, subject: &str) {
        self.held
            .entry(relation.to_owned())
            .or_default()
            .insert(subject.to_owned());
    }

    fn relations(&self, subject: &str) -> BTreeSet<&str> {
        let held = self
            .held
            .iter()
            .filter(|(_, subjects)| subjects.contains(subject));
        held.map(|(relation, _)| &**relation).collect()
    }

    fn forget(&mut self, subject: &str) {
        for subjects in self.held.values_mut() {
            subjects.remove(subject);
        }
        self.held.retain(|_, subjects| !subjects.is_empty());
    }

    /// What the roles of the caller look like, shown as those of a user.
    fn entitlements(&self, user: &str) -> (u16, Value) {
        let held = self.relations(&self.caller);
        if held.iter().all(|relation| *relation == "member") {
            return (400, Value::Null);
        }
        let roles = self.roles.iter().filter(|role| held.contains(&*role.id));
        let roles: Vec<Value> = roles.map(json_of).collect();
        let mut body = json!({ "user_id": user, "org_id": "model.example.net" });
        if !roles.is_empty() {
            body["roles"] = roles.into();
        }
        (200, body)
    }
}

fn json_of(role: &Role) -> Value {
    let scopes = role.scopes.iter().map(|scope| json!({ "scope": scope }));
    let scopes: Vec<Value> = scopes.collect();
    match role.stage {
        Some(stage) => json!({ "id": role.id, "stage": stage, "permissions": scopes }),
        None => json!({ "id": role.id, "permissions": scopes }),
    }
}

/// What a role that was generated looks like beside its texts for people.
fn without_texts(body: &Value) -> Value {
    let mut body = body.clone();
    if let Some(role) = body.as_object_mut() {
        for text in ["name", "namespace", "description"] {
            role.remove(text);
        }
    }
    body
}

/// The name that a grant is stored under; two underscores have none.
fn stored(role: &str) -> Option<&str> {
    match role.matches('_').count() {
        0 => Some(role),
        1 => role.split('_').nth(1),
        _ => None,
    }
}

fn cut(user: &'static str) -> &'static str {
    user.split(':').next().unwrap_or(user)
}

fn generated(namespace: &str) -> [Role; 2] {
    let plain = namespace.to_lowercase().replace('/', ".");
    let role = |kind: &str, verbs: &[&str]| Role {
        id: format!("{plain}.{kind}.role"),
        stage: Some("alpha"),
        scopes: verbs.iter().map(|verb| format!("{plain}.{verb}")).collect(),
    };
    [
        role(
            "admin",
            &["create", "delete", "update", "get", "list", "find"],
        ),
        role("read-only", &["get", "list", "find"]),
    ]
}

fn sorted(mut items: Vec<Value>) -> Vec<Value> {
    items.sort_by_key(Value::to_string);
    items
}

impl Model for Directory {
    type Call = Call;

    fn choose(&self, random: &mut Rng) -> Call {
        let several = |random: &mut Rng, of: &[&'static str], most: usize| -> Vec<&'static str> {
            (0..random.usize(..=most))
                .map(|_| one(random, of))
                .collect()
        };
        let (role, user) = (one(random, &ROLES), one(random, &USERS));
        match random.u8(..44) {
            0..5 => Call::CreateRole(role, several(random, &SCOPES, 3)),
            5 => Call::ListRoles,
            6..8 => Call::GetRole(role),
            8..10 => {
                let id = random.u8(..4);
                let id = [Some(role), Some(role), Some(one(random, &ROLES)), None][usize::from(id)];
                Call::UpdateRole(role, id, several(random, &SCOPES, 3))
            }
            10 => Call::DeleteRole(role),
            11 if random.u8(..4) == 0 => Call::DeleteAllRoles,
            11 | 12 => Call::Generate(several(random, &NAMESPACES, 2)),
            13 => Call::Permissions,
            14..18 => Call::Assignments(role, random.u8(1..5), random.u8(..5)),
            18..24 => Call::Grant(user, role),
            24..27 => Call::Revoke(user, role),
            27 => Call::Replace(user, several(random, &ROLES, 4)),
            28..30 => Call::OwnRoles,
            30 => Call::RolesOf(user),
            31..33 => Call::Accounts,
            33 => Call::Members,
            34 => Call::AddMember(user),
            35 => Call::RemoveMember(user),
            36 => Call::Join,
            37 => Call::Leave,
            38..40 => Call::AssignUnit(user, random.u8(..3)),
            40..42 => Call::Units(user),
            _ => Call::UnassignUnit(user, random.usize(..=self.unit_ids.len())),
        }
    }

    fn request(&self, call: &Call) -> Sent {
        let body = |id: Option<&str>, scopes: &[&str]| {
            let scopes: Vec<Value> = scopes
                .iter()
                .map(|scope| json!({ "scope": scope }))
                .collect();
            match id {
                Some(id) => json!({ "id": id, "permissions": scopes }),
                None => json!({ "permissions": scopes }),
            }
        };
        let at = |rest: &str| format!("{ORG}{rest}");
        match call {
            Call::CreateRole(id, scopes) => {
                Sent::new("POST", at("/roles")).json(body(Some(id), scopes))
            }
            Call::ListRoles => Sent::new("GET", at("/roles")),
            Call::GetRole(id) => Sent::new("GET", at(&format!("/roles/{id}"))),
            Call::UpdateRole(path, id, scopes) => {
                Sent::new("PUT", at(&format!("/roles/{path}"))).json(body(*id, scopes))
            }
            Call::DeleteRole(id) => Sent::new("DELETE", at(&format!("/roles/{id}"))),
            Call::DeleteAllRoles => Sent::new("DELETE", at("/roles")),
            Call::Generate(namespaces) => {
                let resources = namespaces.iter().map(|name| json!({ "namespace": name }));
                let resources: Vec<Value> = resources.collect();
                Sent::new("POST", at("/roles/generate")).json(json!({ "resources": resources }))
            }
            Call::Permissions => Sent::new("GET", at("/roles/permissions")),
            Call::Assignments(role, limit, start) => {
                let query = format!("limit={limit}&start={start}");
                Sent::new("GET", at(&format!("/roles/{role}/assignments?{query}")))
            }
            Call::Grant(user, role) => {
                Sent::new("POST", at(&format!("/users/{user}/roles/{role}")))
            }
            Call::Revoke(user, role) => {
                Sent::new("GET", at(&format!("/users/{user}/roles/{role}/delete")))
            }
            Call::Replace(user, roles) => {
                Sent::new("POST", at(&format!("/users/{user}/roles"))).json(json!(roles))
            }
            Call::OwnRoles => Sent::new("GET", at("/user/roles")),
            Call::RolesOf(user) => Sent::new("GET", at(&format!("/users/{user}/roles"))),
            Call::Accounts => Sent::new("GET", at("/accounts/users")),
            Call::Members => Sent::new("GET", at("/members")),
            Call::AddMember(user) => Sent::new("PUT", at(&format!("/members/{user}"))),
            Call::RemoveMember(user) => Sent::new("DELETE", at(&format!("/members/{user}"))),
            Call::Join => Sent::new("PUT", at("/members")),
            Call::Leave => Sent::new("DELETE", at("/members")),
            Call::AssignUnit(user, path) => {
                let path = format!("/{path}");
                Sent::new("POST", at(&format!("/users/{user}/ous")))
                    .json(json!({ "org_path": path }))
            }
            Call::Units(user) => Sent::new("GET", at(&format!("/users/{user}/ous"))),
            Call::UnassignUnit(user, which) => {
                let id = self.unit_ids.get(*which).map_or("none", |id| id);
                Sent::new("DELETE", at(&format!("/users/{user}/ous"))).json(json!(id))
            }
        }
    }

    fn check(&mut self, call: &Call, reply: &Reply) -> Result<(), String> {
        let (status, body) = self.answer(call, reply);
        same("status", reply.status, status)?;
        if status >= 500 {
            return same("error", reply.body["error"].is_string(), true);
        }
        if status >= 400 {
            same("status in the body", &reply.body["status"], &json!(status))?;
            return same("reason", reply.body["error"]["reason"].is_string(), true);
        }
        let found = match call {
            Call::Accounts => {
                let acls = reply.items("").iter().map(|account| {
                    let acls = account["acls"].as_array().cloned().unwrap_or_default();
                    Value::from(sorted(acls))
                });
                Value::from(sorted(acls.collect()))
            }
            Call::Members => Value::from(sorted(reply.items("").to_vec())),
            Call::Assignments(..) => {
                let mut found = reply.body.clone();
                if let Some(docs) = found.get("docs").and_then(Value::as_array) {
                    found["docs"] = sorted(docs.clone()).into();
                }
                found
            }
            Call::ListRoles | Call::Generate(_) => {
                reply.items("").iter().map(without_texts).collect()
            }
            Call::GetRole(_) | Call::UpdateRole(..) => without_texts(&reply.body),
            Call::OwnRoles | Call::RolesOf(_) => {
                let mut found = reply.body.clone();
                if let Some(roles) = found.get("roles").and_then(Value::as_array) {
                    found["roles"] = roles.iter().map(without_texts).collect();
                }
                found
            }
            // The ids are made up at every call.
            Call::Replace(..) => {
                let items = reply.items("").iter().map(|item| {
                    let mut item = item.clone();
                    if let Some(id) = item.get_mut("id") {
                        *id = json!("made up");
                    }
                    item
                });
                items.collect()
            }
            _ => reply.body.clone(),
        };
        same("body", found, body)
    }
}

impl Directory {
    /// Makes the call; status and body of the answer. Errors have no body here.
    fn answer(&mut self, call: &Call, reply: &Reply) -> (u16, Value) {
        let owned = |scopes: &[&str]| scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let caller = self.caller.clone();
        let error = |status: u16| (status, Value::Null);
        let empty = (200, Value::Null);
        match call {
            Call::CreateRole(id, scopes) => {
                let role = Role {
                    id: (*id).to_owned(),
                    stage: None,
                    scopes: owned(scopes),
                };
                let body = json_of(&role);
                self.roles.push(role);
                (200, body)
            }
            Call::ListRoles => (200, self.roles.iter().map(json_of).collect()),
            Call::GetRole(id) => match self.role(id) {
                Some(at) => {
                    let mut role = self.roles[at].clone();
                    role.scopes.sort();
                    (200, json_of(&role))
                }
                None => error(404),
            },
            Call::UpdateRole(path, id, scopes) => match (id, self.role(path)) {
                (None, _) => error(400),
                (Some(id), _) if !id.eq_ignore_ascii_case(path) => error(400),
                (Some(_), None) => error(404),
                (Some(id), Some(at)) => {
                    let role = Role {
                        id: (*id).to_owned(),
                        stage: None,
                        scopes: owned(scopes),
                    };
                    (200, json_of(&std::mem::replace(&mut self.roles[at], role)))
                }
            },
            Call::DeleteRole(id) => {
                let before = self.roles.len();
                self.roles.retain(|role| !role.id.eq_ignore_ascii_case(id));
                if self.roles.len() < before {
                    empty
                } else {
                    error(404)
                }
            }
            Call::DeleteAllRoles => {
                self.roles.clear();
                empty
            }
            Call::Generate(namespaces) => {
                let roles: Vec<Role> = namespaces.iter().flat_map(|name| generated(name)).collect();
                for role in &roles {
                    if self.role(&role.id).is_none() {
                        self.roles.push(role.clone());
                    }
                }
                (200, roles.iter().map(json_of).collect())
            }
            Call::Permissions => {
                let scopes: BTreeSet<&String> =
                    self.roles.iter().flat_map(|role| &role.scopes).collect();
                (
                    200,
                    scopes
                        .into_iter()
                        .map(|scope| json!({ "scope": scope }))
                        .collect(),
                )
            }
            Call::Assignments(role, ..) => {
                let docs: Vec<Value> = self.held.get(*role).into_iter().flatten().map(|subject| {
                    json!({ "org_id": "model.example.net", "role_id": role, "assigned_to": subject })
                }).collect();
                let mut body = json!({ "count": docs.len(), "limit": 1024, "skip": 0 });
                if !docs.is_empty() {
                    body["docs"] = sorted(docs).into();
                }
                (200, body)
            }
            Call::Grant(user, role) => {
                if self.role(role).is_none() {
                    return error(404);
                }
                let Some(relation) = stored(role) else {
                    return error(500);
                };
                self.relate(relation, cut(user));
                (200, granted(role, cut(user), false))
            }
            Call::Revoke(user, role) => {
                if let Some(subjects) = self.held.get_mut(*role) {
                    subjects.remove(*user);
                }
                self.held.retain(|_, subjects| !subjects.is_empty());
                empty
            }
            Call::Replace(user, roles) => {
                let known =
                    |role: &&str| self.held.contains_key(*role) || self.role(role).is_some();
                // The first role that cannot be granted decides.
                for role in roles {
                    if !known(role) {
                        return error(404);
                    }
                    if stored(role).is_none() {
                        return error(500);
                    }
                }
                let before: BTreeSet<String> = self.held.keys().cloned().collect();
                let answers = roles
                    .iter()
                    .map(|role| granted(role, cut(user), before.contains(*role)));
                let body = answers.collect();
                for relation in roles.iter().filter_map(|role| stored(role)) {
                    self.relate(relation, cut(user));
                }
                for relation in before {
                    if !roles.contains(&&*relation) {
                        self.held.remove(&relation);
                    }
                }
                (200, body)
            }
            Call::OwnRoles => self.entitlements(&caller),
            Call::RolesOf(user) => self.entitlements(user),
            Call::Accounts => {
                let subjects: BTreeSet<&String> = self.held.values().flatten().collect();
                let acls = subjects.into_iter().map(|subject| {
                    self.relations(subject)
                        .into_iter()
                        .map(Value::from)
                        .collect::<Value>()
                });
                (200, sorted(acls.collect()).into())
            }
            Call::Members | Call::AddMember(_) if self.relations(&caller).is_empty() => error(401),
            Call::Members => {
                let members = self.held.get("member").into_iter().flatten();
                (
                    200,
                    sorted(members.map(|member| json!(member)).collect()).into(),
                )
            }
            Call::AddMember(user) => {
                if self.relations(user).contains("member") {
                    return error(409);
                }
                self.relate("member", user);
                empty
            }
            Call::RemoveMember(user) => {
                self.forget(user);
                empty
            }
            Call::Join => {
                if self.relations(&caller).contains("member") {
                    return error(409);
                }
                self.relate("member", &caller);
                empty
            }
            Call::Leave => {
                self.forget(&caller);
                empty
            }
            Call::AssignUnit(user, path) => {
                let id = reply.body["id"].as_str().unwrap_or_default().to_owned();
                let path = format!("/{path}");
                self.unit_ids.push(id.clone());
                self.units.push((id.clone(), user, path.clone()));
                (200, unit(&id, user, &path))
            }
            Call::Units(user) => {
                let units = self.units.iter().filter(|(_, of, _)| of == user);
                (
                    200,
                    units.map(|(id, user, path)| unit(id, user, path)).collect(),
                )
            }
            Call::UnassignUnit(user, which) => {
                let id = self.unit_ids.get(*which);
                let is_it = |unit: &(String, &str, String)| Some(&unit.0) == id && unit.1 == *user;
                match self.units.iter().position(is_it) {
                    Some(at) => {
                        self.units.remove(at);
                        empty
                    }
                    None => error(409),
                }
            }
        }
    }
}

fn granted(role: &str, user: &str, has_id: bool) -> Value {
    let mut body = json!({
        "role_id": role,
        "assigned_to": user,
        "assignee_type": "user",
        "org_id": "model.example.net",
    });
    if has_id {
        body["id"] = json!("made up");
    }
    body
}

fn unit(id: &str, user: &str, path: &str) -> Value {
    json!({
        "id": id,
        "org_id": "model.example.net",
        "org_path": path,
        "assigned_to": user,
        "assignee_type": "user",
    })
}

async fn start() -> Subject<Directory> {
    let standin = Standin::builder(Api::Klustr).users(3).start().await;
    let standin = standin.expect("a port is free");
    let session = Session::of(&standin, "admin");
    let caller = standin
        .credentials()
        .named("admin")
        .expect("there is one")
        .principal
        .clone();
    // An organization without roles and members, which the caller may join by the domain of the email.
    let body = json!({ "id": "model.example.net", "domain": "example.com" });
    assert_eq!(session.send_json("PUT", ORG, body).await.status, 200);
    Subject {
        standin,
        session,
        model: Directory {
            caller,
            roles: Vec::new(),
            held: BTreeMap::new(),
            units: Vec::new(),
            unit_ids: Vec::new(),
        },
    }
}

#[tokio::test]
async fn stand_in_and_model_agree() {
    agree(start, 0..8, 450).await;
}
