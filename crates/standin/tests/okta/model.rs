//! Random calls against the stand-in and against a small model of who holds what: both come to the same.

use crate::{Session, client, start, text};
use fastrand::Rng;
use rolecall_standin::Standin;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const STEPS: usize = 2_500;

const ROLES: [&str; 6] = [
    "HELP_DESK_ADMIN",
    "USER_ADMIN",
    "APP_ADMIN",
    "REPORT_ADMIN",
    "WORKFLOWS_ADMIN",
    "ORG_ADMIN",
];

/// What somebody holds: `type`, or role and set of a custom one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    Standard(&'static str),
    Custom(String, String),
}

#[derive(Debug, Default)]
struct Held {
    id: String,
    /// Groups by id, or apps as they stand in a path.
    targets: BTreeSet<String>,
}

struct Trial {
    admin: Session,
    random: Rng,
    /// Paths of the role lists, and what is in each.
    holders: Vec<(String, BTreeMap<Role, Held>)>,
    groups: Vec<String>,
    /// `name/id`.
    apps: Vec<String>,
    custom: Vec<Role>,
    done: BTreeMap<&'static str, usize>,
}

impl Trial {
    async fn new(standin: &Standin, admin: Session, seed: u64) -> Self {
        let ids = |items: &[Value], pointer: &str| {
            let ids = items.iter().map(|item| text(item, pointer).to_owned());
            ids.collect::<Vec<String>>()
        };
        let users = admin.send("GET", "/api/v1/users").await;
        let groups = ids(admin.send("GET", "/api/v1/groups").await.items(""), "/id");
        let apps = admin.send("GET", "/api/v1/apps").await;
        let roles = ids(
            admin.send("GET", "/api/v1/iam/roles").await.items("/roles"),
            "/id",
        );
        let sets = admin.send("GET", "/api/v1/iam/resource-sets").await;
        let sets = ids(sets.items("/resource-sets"), "/id");
        let users = ids(&users.items("")[5..9], "/id");
        let users = users.iter().map(|id| format!("/api/v1/users/{id}/roles"));
        let of_groups = groups[1..3].iter();
        let of_groups = of_groups.map(|id| format!("/api/v1/groups/{id}/roles"));
        let service = client(standin, "service-without-role");
        let service = format!("/oauth2/v1/clients/{service}/roles");
        let paths: Vec<String> = users.chain(of_groups).chain([service]).collect();
        let mut trial = Self {
            random: Rng::with_seed(seed),
            holders: Vec::new(),
            custom: (0..3)
                .map(|at| Role::Custom(roles[at].clone(), sets[at].clone()))
                .collect(),
            apps: apps.items("")[..6]
                .iter()
                .map(|app| format!("{}/{}", text(app, "/name"), text(app, "/id")))
                .collect(),
            groups,
            done: BTreeMap::new(),
            admin,
        };
        // Nobody begins with a role of their own.
        for path in paths {
            for role in trial.own(&path).await {
                let path = format!("{path}/{}", text(&role, "/id"));
                assert_eq!(trial.admin.send("DELETE", &path).await.status, 204);
            }
            trial.holders.push((path, BTreeMap::new()));
        }
        trial
    }

    /// The roles that a principal has itself, as the stand-in lists them.
    async fn own(&self, path: &str) -> Vec<Value> {
        let listed = self.admin.send("GET", path).await;
        let inherited =
            |role: &&Value| path.contains("/users/") && role["assignmentType"] == "GROUP";
        let own = listed.items("").iter().filter(|role| !inherited(role));
        own.cloned().collect()
    }

    async fn step(&mut self) {
        let who = self.random.usize(..self.holders.len());
        let role = match self.random.choice(ROLES) {
            Some(role) if self.random.u8(..4) > 0 => Role::Standard(role),
            _ => self.custom[self.random.usize(..self.custom.len())].clone(),
        };
        match self.random.u8(..10) {
            0 | 1 => self.give(who, role).await,
            2 => self.take(who, &role).await,
            3..=6 => self.target(who, &role, true).await,
            7 | 8 => self.target(who, &role, false).await,
            _ => self.compare(who).await,
        }
    }

    fn count(&mut self, what: &'static str) {
        *self.done.entry(what).or_default() += 1;
    }

    async fn give(&mut self, who: usize, role: Role) {
        let body = match &role {
            Role::Standard(name) => json!({ "type": name }),
            Role::Custom(role, set) => {
                json!({ "type": "CUSTOM", "role": role, "resource-set": set })
            }
        };
        let (path, held) = &mut self.holders[who];
        let given = self.admin.send_json("POST", path, body).await;
        if held.contains_key(&role) {
            assert_eq!(given.status, 409, "{path} {role:?}");
            return self.count("given twice");
        }
        let status = if path.contains("/users/") { 201 } else { 200 };
        assert_eq!(given.status, status, "{path} {role:?}: {}", given.text);
        let id = text(&given.body, "/id").to_owned();
        held.insert(
            role,
            Held {
                id,
                ..Held::default()
            },
        );
        self.count("given");
    }

    async fn take(&mut self, who: usize, role: &Role) {
        let (path, held) = &mut self.holders[who];
        let Some(taken) = held.remove(role) else {
            return;
        };
        let own = format!("{path}/{}", taken.id);
        assert_eq!(self.admin.send("DELETE", &own).await.status, 204, "{own}");
        assert_eq!(self.admin.send("DELETE", &own).await.status, 404, "{own}");
        self.count("taken");
    }

    async fn target(&mut self, who: usize, role: &Role, put: bool) {
        let (path, held) = &mut self.holders[who];
        let Some(held) = held.get_mut(role) else {
            return;
        };
        let app = &self.apps[self.random.usize(..self.apps.len())];
        let name = app.split('/').next().expect("there is a first part");
        // Half of what is to be removed is there.
        let there = self.random.choice(&held.targets).cloned();
        let there = there.filter(|_| !put && self.random.bool());
        let group = &self.groups[self.random.usize(..self.groups.len())];
        let target = match (there, self.random.u8(..3)) {
            (Some(target), _) => target,
            (None, 0) => app.clone(),
            (None, 1) => name.to_owned(),
            (None, _) => group.clone(),
        };
        let (target, kind) = match self.groups.contains(&target) {
            true => (&*target, "groups"),
            false => (&*target, "catalog/apps"),
        };
        let method = if put { "PUT" } else { "DELETE" };
        let own = format!("{path}/{}/targets/{kind}/{target}", held.id);
        let status = self.admin.send(method, &own).await.status;
        let fits = match role {
            Role::Standard("HELP_DESK_ADMIN" | "USER_ADMIN") => kind == "groups",
            Role::Standard("APP_ADMIN") => kind != "groups",
            _ => false,
        };
        let instance = target.contains('/');
        let expected = if !fits {
            400
        } else if !put {
            match (held.targets.contains(target), held.targets.len()) {
                (false, _) => 404,
                (true, 1) => 400,
                (true, _) => 204,
            }
        } else if instance && held.targets.contains(name) {
            400
        } else if path.contains("/groups/") && kind != "groups" && !instance {
            200
        } else {
            204
        };
        assert_eq!(status, expected, "{method} {own}: {held:?}");
        let done = matches!(expected, 200 | 204);
        if done && put {
            if kind != "groups" && !instance {
                let prefix = format!("{name}/");
                held.targets.retain(|known| !known.starts_with(&prefix));
            }
            held.targets.insert(target.to_owned());
        } else if done {
            held.targets.remove(target);
        }
        self.count(match (done, put) {
            (true, true) => "narrowed",
            (true, false) => "widened",
            (false, _) => "target refused",
        });
    }

    async fn compare(&mut self, who: usize) {
        let (path, held) = &self.holders[who];
        let listed = self.own(path).await;
        let found: BTreeSet<&str> = listed.iter().map(|role| text(role, "/id")).collect();
        let expected: BTreeSet<&str> = held.values().map(|held| &*held.id).collect();
        assert_eq!(found, expected, "{path}");
        for (role, held) in held {
            let kind = match role {
                Role::Standard("HELP_DESK_ADMIN" | "USER_ADMIN") => "groups",
                Role::Standard("APP_ADMIN") => "catalog/apps",
                _ => continue,
            };
            let targets = format!("{path}/{}/targets/{kind}", held.id);
            let targets = self.admin.send("GET", &targets).await;
            let found = targets
                .items("")
                .iter()
                .map(|target| match (kind, target.get("id")) {
                    ("groups", Some(id)) => id.as_str().unwrap_or_default().to_owned(),
                    (_, Some(id)) => format!(
                        "{}/{}",
                        text(target, "/name"),
                        id.as_str().unwrap_or_default()
                    ),
                    (_, None) => text(target, "/name").to_owned(),
                });
            assert_eq!(
                found.collect::<BTreeSet<_>>(),
                held.targets,
                "{path} {role:?}"
            );
        }
        self.count("compared");
    }
}

async fn run(seed: u64) {
    let (standin, admin) = start().await;
    let mut trial = Trial::new(&standin, admin, seed).await;
    for _ in 0..STEPS {
        trial.step().await;
    }
    for who in 0..trial.holders.len() {
        trial.compare(who).await;
    }
    // The trial went everywhere.
    for what in [
        "given",
        "given twice",
        "taken",
        "narrowed",
        "widened",
        "target refused",
        "compared",
    ] {
        let times = trial.done.get(what).copied().unwrap_or_default();
        assert!(times > 10, "{what}: {times}");
    }
}

#[tokio::test]
async fn seed_1_agrees_with_the_model() {
    run(1).await;
}

#[tokio::test]
async fn seed_2_agrees_with_the_model() {
    run(2).await;
}

#[tokio::test]
async fn seed_3_agrees_with_the_model() {
    run(3).await;
}

#[tokio::test]
async fn seed_4_agrees_with_the_model() {
    run(4).await;
}
