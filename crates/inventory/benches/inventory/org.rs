//! A large org, in a process of its own: a stand-in whose state is made up here, and whose clock goes when it is told to.

use rolecall_standin::{Api, Standin};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How large the org is.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct Size {
    pub users: u32,
    pub groups: usize,
    pub clients: usize,
    pub assignments: usize,
    /// Requests a minute that the service takes in each bucket.
    pub per_minute: u32,
}

/// What the process says when it is there.
#[derive(Clone, Serialize, Deserialize)]
pub struct Ready {
    pub url: String,
    pub token: String,
    /// The requests that everything takes at least, by the pages that the service has and one request for whatever has no list.
    pub least: BTreeMap<String, u64>,
    pub assignments: u64,
}

/// The process.
pub struct Process {
    child: Child,
    pub ready: Ready,
}

impl Process {
    pub fn start(size: Size) -> Self {
        let program = std::env::current_exe().expect("this program has a path");
        let size = serde_json::to_string(&size).expect("it is plain data");
        let mut child = Command::new(program)
            .args(["--serve", &size])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("it is piped");
        let read = BufReader::new(stdout).read_line(&mut line);
        read.expect("the server says where it is");
        let ready = serde_json::from_str(&line).expect("the server says where it is");
        Self { child, ready }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves until standard input ends.
pub async fn serve(size: &str) {
    let size: Size = serde_json::from_str(size).expect("a size");
    let fresh = Standin::builder(Api::Okta).users(size.users).start().await;
    let fresh = fresh.expect("it starts");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("org");
    fresh.save(&file).await.expect("it is written");
    drop(fresh);
    let text = std::fs::read_to_string(&file).expect("it is there");
    let (head, body) = text.split_once('\n').expect("two lines");
    let mut whole: Value = serde_json::from_str(body.trim_end()).expect("it is JSON");
    let (least, assignments) = fill(&mut whole["state"], &size);
    std::fs::write(&file, format!("{head}\n{whole}\n")).expect("it is written");
    drop((text, whole));
    let org = Standin::builder(Api::Okta)
        .snapshot(&file)
        .checked(false)
        .rate_limit(size.per_minute, Duration::from_secs(60))
        .start()
        .await
        .expect("it starts");
    let at = chrono::DateTime::from_timestamp(1_700_000_000, 0).expect("a time");
    org.clock().freeze(at);
    let ready = Ready {
        url: org.base_url(),
        token: org.credentials().token.clone(),
        least,
        assignments,
    };
    println!(
        "{}",
        serde_json::to_string(&ready).expect("it is plain data")
    );
    std::io::stdout().flush().expect("somebody reads it");
    let end = tokio::task::spawn_blocking(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
    });
    let _ = end.await;
}

fn rows(table: &Value) -> Vec<(usize, String)> {
    let rows = table["rows"].as_array().expect("a table").iter();
    let row = |row: &Value| {
        let id = row[1].as_str().unwrap_or_default().to_owned();
        (row[0].as_u64().unwrap_or_default() as usize, id)
    };
    rows.map(row).collect()
}

fn table(rows: impl IntoIterator<Item = (String, Value)>) -> Value {
    let rows: Vec<Value> = (0..)
        .zip(rows)
        .map(|(at, (id, row))| json!([at, id, row]))
        .collect();
    json!({"next": rows.len(), "rows": rows})
}

const AT: &str = "2021-01-01T00:00:00Z";

fn standard(number: usize, role: &str, targets: &[String]) -> Value {
    let over = table(
        targets
            .iter()
            .map(|id| (id.clone(), json!({"expires": null}))),
    );
    let (groups, apps) = match role {
        "APP_ADMIN" => (table([]), over),
        _ => (over, table([])),
    };
    json!({
        "id": format!("ra{number}"), "role": role, "created": AT, "updated": AT, "active": true,
        "groups": groups, "apps": apps, "grants": [],
    })
}

/// Fills the org, and says what it takes to read it, and how many assignments there are.
fn fill(state: &mut Value, size: &Size) -> (BTreeMap<String, u64>, u64) {
    groups(state, size.groups);
    let clients = clients(state, size.clients);
    let users = rows(&state["users"]);
    let groups = rows(&state["groups"]);
    let custom = rows(&state["roles"]["rows"]);
    let sets = rows(&state["sets"]["rows"]);
    let apps: Vec<String> = rows(&state["apps"]).into_iter().map(|(_, id)| id).collect();
    let app_name = |at: usize| {
        let name = state["apps"]["rows"][at][2]["name"]
            .as_str()
            .unwrap_or_default();
        format!("{name}/{}", apps[at])
    };
    let targets: Vec<String> = (0..3).map(app_name).collect();
    let some_groups: Vec<String> = groups.iter().take(3).map(|(_, id)| id.clone()).collect();
    let admin = users[0].1.clone();
    let mut holders = serde_json::Map::new();
    let mut super_admin = state["holders"][&admin].clone();
    super_admin["memberships"] = json!([]);
    holders.insert(admin, super_admin);
    let mut bindings: BTreeMap<(usize, usize), Vec<(String, Value)>> = BTreeMap::new();
    let (mut own, mut with_apps, mut number) = (1u64, 0u64, 0);
    let mut give = |holders: &mut serde_json::Map<String, Value>, id: &str, what: Value| {
        number += 1;
        let holder = holders
            .entry(id)
            .or_insert_with(|| json!({"assignments": [], "memberships": []}));
        let list = if what.get("member").is_some() {
            "memberships"
        } else {
            "assignments"
        };
        holder[list].as_array_mut().expect("a list").push(what);
        number
    };
    // Most assignments are of users: three in five a standard role, the rest a custom one.
    let of_groups = size.groups / 25;
    let of_clients = clients.len() * 3 / 5;
    let of_users = size.assignments.saturating_sub(of_groups + of_clients);
    for at in 0..of_users {
        let (position, id) = &users[1 + (at * 7) % (users.len() - 1)];
        if at % 5 < 3 {
            let role = [
                "READ_ONLY_ADMIN",
                "REPORT_ADMIN",
                "HELP_DESK_ADMIN",
                "ORG_ADMIN",
                "APP_ADMIN",
            ][at % 11 % 5];
            let over = match role {
                "APP_ADMIN" => &targets[..],
                "HELP_DESK_ADMIN" => &some_groups[..],
                _ => &[],
            };
            with_apps += u64::from(role == "APP_ADMIN");
            give(&mut holders, id, standard(*position + at, role, over));
        } else {
            let (set, role) = (at % sets.len(), 2 + at / 7 % 20);
            let member = format!("irb{at}");
            let principal = json!({"kind": "USER", "id": id});
            let row = json!({"principal": principal, "created": AT, "updated": AT, "grants": []});
            bindings
                .entry((set, role))
                .or_default()
                .push((member.clone(), row));
            let what = json!({"set": sets[set].1, "role": custom[role].1, "member": member});
            give(&mut holders, id, what);
        }
        own += 1;
    }
    // Small groups, so that what comes by them stays few beside the rest.
    let size_of = |at: usize| {
        let members = state["groups"]["rows"][at][2]["members"].as_array();
        members.map_or(0, Vec::len)
    };
    let granting: Vec<usize> = (1..groups.len())
        .filter(|at| size_of(*at) <= 60)
        .take(of_groups)
        .collect();
    for (at, group) in granting.iter().enumerate() {
        give(
            &mut holders,
            &groups[*group].1,
            standard(1_000_000 + at, "USER_ADMIN", &some_groups),
        );
    }
    for (at, id) in clients.iter().take(of_clients).enumerate() {
        give(
            &mut holders,
            id,
            standard(2_000_000 + at, "HELP_DESK_ADMIN", &some_groups),
        );
    }
    let positions = |rows: &[(usize, String)]| -> Vec<usize> {
        let held = rows.iter().filter(|(_, id)| holders.contains_key(id));
        held.map(|(position, _)| *position).collect()
    };
    let own_holders = positions(&users);
    let mut all_holders: std::collections::BTreeSet<usize> = own_holders.iter().copied().collect();
    let mut member_pages = 0;
    for group in &granting {
        let members = state["groups"]["rows"][*group][2]["members"].as_array();
        let members: Vec<usize> = members
            .into_iter()
            .flatten()
            .filter_map(|one| Some(one.as_u64()? as usize))
            .collect();
        member_pages += members.len().div_ceil(200).max(1) as u64;
        all_holders.extend(members);
    }
    let unnamed = all_holders.len() as u64;
    state["user_holders"] = json!(own_holders);
    state["group_holders"] = json!(positions(&groups));
    state["holders"] = Value::Object(holders);
    let mut binding_pages = 0;
    let set_rows = state["sets"]["rows"]["rows"]
        .as_array_mut()
        .expect("a table");
    for (at, set) in set_rows.iter_mut().enumerate() {
        let of_set = bindings
            .range((at, 0)..(at + 1, 0))
            .map(|((_, role), members)| {
                binding_pages += members.len().div_ceil(100).max(1) as u64;
                (
                    custom[*role].1.clone(),
                    json!({ "members": table(members.iter().cloned()) }),
                )
            });
        set[2]["bindings"] = table(of_set.collect::<Vec<_>>());
    }
    let (people, groups) = (all_holders.len() as u64, groups.len() as u64);
    let clients = clients.len() as u64;
    let least = BTreeMap::from([
        (
            "lists of users, groups and clients".to_owned(),
            people.div_ceil(100) + groups.div_ceil(200) + clients.div_ceil(200),
        ),
        ("roles of each user".to_owned(), people + with_apps),
        ("roles of each group".to_owned(), groups),
        ("members of granting groups".to_owned(), member_pages),
        (
            "roles of each client, and their targets".to_owned(),
            clients + of_clients as u64,
        ),
        ("governance of each own role".to_owned(), own),
        (
            "roles, resource sets, bindings, members".to_owned(),
            2 + sets.len() as u64 + binding_pages,
        ),
        ("names of users".to_owned(), unnamed.div_ceil(50)),
    ]);
    (least, size.assignments as u64 + 1)
}

/// Keeps so many groups.
fn groups(state: &mut Value, wanted: usize) {
    let all = state["groups"]["rows"].as_array_mut().expect("a table");
    all.truncate(wanted + 1);
    let kept = all.len() as u64;
    state["groups"]["next"] = json!(kept);
    for of_user in state["groups_of"].as_array_mut().expect("a list") {
        let of_user = of_user.as_array_mut().expect("a list");
        of_user.retain(|group| group.as_u64().is_some_and(|group| group < kept));
    }
}

/// Adds OAuth clients until there are so many that can hold roles; their ids.
fn clients(state: &mut Value, wanted: usize) -> Vec<String> {
    let apps = state["apps"]["rows"].as_array_mut().expect("a table");
    let is_client = |app: &Value| !app[2]["client"].is_null();
    let there = apps.iter().filter(|app| is_client(app)).count();
    for number in there..wanted {
        let at = apps.len();
        apps.push(json!([at, format!("0oaBench{number:012}"), {
            "index": at, "name": "oidc_client", "label": format!("Bench client {number}"), "active": true,
            "client": "service",
        }]));
    }
    let next = apps.len();
    let all = apps.iter().filter(|app| is_client(app));
    // Those that are no service apps cannot hold roles, and are asked all the same.
    let mut ids: Vec<(bool, String)> = all
        .map(|app| {
            (
                app[2]["client"] != "service",
                app[1].as_str().unwrap_or_default().to_owned(),
            )
        })
        .collect();
    ids.sort();
    state["apps"]["next"] = json!(next);
    ids.into_iter().map(|(_, id)| id).collect()
}
