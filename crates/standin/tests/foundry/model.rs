//! Random calls against the stand-in and a small model: both come to the same.

use super::{all, column, organization, start, text};
use crate::session::Session;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What the calls should come to.
#[derive(Default)]
struct Model {
    /// Groups that the test made, with their members.
    groups: BTreeMap<String, BTreeSet<String>>,
    /// Roles on the organization: role and principal.
    roles: BTreeSet<(String, String)>,
}

impl Model {
    /// Everybody and every group within a group.
    fn within(&self, group: &str) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        let mut next = vec![group.to_owned()];
        while let Some(group) = next.pop() {
            for member in self.groups.get(&group).into_iter().flatten() {
                if all.insert(member.clone()) {
                    next.push(member.clone());
                }
            }
        }
        all
    }

    fn forget(&mut self, group: &str) {
        self.groups.remove(group);
        for members in self.groups.values_mut() {
            members.remove(group);
        }
        self.roles.retain(|(_, holder)| holder != group);
    }
}

fn roles(list: &Value) -> BTreeSet<(String, String)> {
    let items = list["data"].as_array().into_iter().flatten();
    items
        .map(|item| (text(item, "/roleId"), text(item, "/principalId")))
        .collect()
}

async fn post(session: &Session, path: &str, body: Value, expected: u16) -> Value {
    let reply = session.send_json("POST", path, body).await;
    assert_eq!(reply.status, expected, "{path}: {}", reply.text);
    reply.body
}

async fn run(seed: u64, steps: usize) {
    let (_standin, admin) = start().await;
    let organization = organization(&admin).await;
    let assignments = format!("/v2/admin/organizations/{organization}/roleAssignments");
    let available = format!("/v2/admin/organizations/{organization}/listAvailableRoles");
    let available = column(&admin.send("GET", &available).await.body["data"], "id");
    let users = column(
        &Value::from(all(&admin, "/v2/admin/users", 100).await),
        "id",
    );
    let mut model = Model {
        roles: roles(&admin.send("GET", &assignments).await.body),
        groups: BTreeMap::new(),
    };
    let mut random = fastrand::Rng::with_seed(seed);
    // The first five hold the accounts of the tests.
    let pick = |random: &mut fastrand::Rng, model: &Model| {
        let groups: Vec<&String> = model.groups.keys().collect();
        match groups.is_empty() || random.bool() {
            true => users[random.usize(5..users.len())].clone(),
            false => groups[random.usize(..groups.len())].clone(),
        }
    };
    for step in 0..steps {
        let groups: Vec<String> = model.groups.keys().cloned().collect();
        let group = groups.get(random.usize(..groups.len().max(1))).cloned();
        match (random.u8(..8), group) {
            (0, _) | (_, None) => {
                let new = json!({
                    "name": format!("Group {step}"), "organizations": [organization], "attributes": {},
                });
                let made = post(&admin, "/v2/admin/groups", new, 200).await;
                model.groups.insert(text(&made, "/id"), BTreeSet::new());
            }
            (1, Some(group)) if groups.len() > 4 => {
                let reply = admin
                    .send("DELETE", &format!("/v2/admin/groups/{group}"))
                    .await;
                assert_eq!(reply.status, 204);
                model.forget(&group);
            }
            (turn @ (1..=4), Some(group)) => {
                let members: Vec<String> = (0..random.usize(1..4))
                    .map(|_| pick(&mut random, &model))
                    .collect();
                let verb = if turn == 4 { "remove" } else { "add" };
                let path = format!("/v2/admin/groups/{group}/groupMembers/{verb}");
                post(&admin, &path, json!({ "principalIds": members }), 204).await;
                let held = model.groups.entry(group).or_default();
                match turn {
                    4 => held.retain(|member| !members.contains(member)),
                    _ => held.extend(members),
                }
            }
            (turn, Some(_)) => {
                let role = available[random.usize(1..available.len())].clone();
                let holder = match turn {
                    5 => pick(&mut random, &model),
                    // One that is there, most of the time.
                    _ => model
                        .roles
                        .iter()
                        .nth(random.usize(..model.roles.len()))
                        .map_or_else(|| pick(&mut random, &model), |(_, holder)| holder.clone()),
                };
                let verb = if turn == 5 { "add" } else { "remove" };
                let body = json!({"roleAssignments": [{"roleId": role, "principalId": holder}]});
                post(&admin, &format!("{assignments}/{verb}"), body, 204).await;
                match turn {
                    5 => model.roles.insert((role, holder)),
                    _ => model.roles.remove(&(role, holder)),
                };
            }
        }
        let listed = admin.send("GET", &assignments).await.body;
        assert_eq!(roles(&listed), model.roles, "seed {seed}, step {step}");
        let groups: Vec<&String> = model.groups.keys().collect();
        let group = groups[random.usize(..groups.len())];
        let path = format!("/v2/admin/groups/{group}/groupMembers");
        let direct = column(&Value::from(all(&admin, &path, 3).await), "principalId");
        assert_eq!(
            direct.len(),
            model.groups[group].len(),
            "seed {seed}, step {step}"
        );
        assert_eq!(
            direct.into_iter().collect::<BTreeSet<_>>(),
            model.groups[group]
        );
        let path = format!("{path}?transitive=true");
        let every = column(&Value::from(all(&admin, &path, 100).await), "principalId");
        let every: BTreeSet<String> = every.into_iter().collect();
        assert_eq!(every, model.within(group), "seed {seed}, step {step}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_calls_come_to_what_a_model_says() {
    for seed in 1..=3 {
        run(seed, 1_000).await;
    }
}
