//! ZenML Pro, against stand-ins with assignments of every kind.
#![cfg(feature = "zenml")]

mod support;

use proptest::prelude::*;
use rolecall_inventory::sources::zenml::Zenml;
use rolecall_inventory::{Options, Source};
use rolecall_standin::{Api, Fault, PlannedFault, Standin, StandinBuilder};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;
use support::{State, Told, client, read, rows, similar, small};

/// A role of the first organization, where it is held, and by whom: all by position.
type Given = (u64, u64, u64, (&'static str, u64));

fn given() -> impl Strategy<Value = Vec<Given>> {
    let holder = prop_oneof![
        (0u64..6).prop_map(|at| ("User", at)),
        // Service accounts come behind people.
        (11u64..13).prop_map(|at| ("User", at)),
        (0u64..3).prop_map(|at| ("Team", at)),
        (0u64..2).prop_map(|at| ("Invitation", at)),
    ];
    proptest::collection::vec((0u64..16, 0u64..5, 0u64..2, holder), 0..24)
}

async fn plane(given: &[Given], set: impl FnOnce(StandinBuilder) -> StandinBuilder) -> Standin {
    let fresh = small(Api::Zenml, 7, 8)
        .checked(false)
        .start()
        .await
        .unwrap();
    let mut state = State::of(&fresh).await;
    give(state.state(), given);
    let plane = small(Api::Zenml, 7, 8).snapshot(state.file());
    set(plane).start().await.unwrap()
}

fn give(state: &mut Value, given: &[Given]) {
    for (role, workspace, project, (kind, holder)) in given {
        let level = state["roles"]["rows"][*role as usize][2]["level"].clone();
        let workspace = (level != "organization").then_some(*workspace);
        // Every workspace has two projects.
        let project = (level == "project").then(|| workspace.unwrap_or_default() * 2 + project);
        let grant = json!({
            "role": role,
            "scope": {"workspace": workspace, "project": project},
            "holder": {*kind: holder},
        });
        let grants = state["grants"].as_array_mut().unwrap();
        if !grants.contains(&grant) {
            grants.push(grant);
        }
    }
}

fn id(state: &Value, table: &str, at: &Value) -> String {
    let row = &state[table]["rows"][at.as_u64().unwrap() as usize];
    row[1].as_str().unwrap().to_owned()
}

fn truth(state: &Value) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for grant in state["grants"].as_array().unwrap() {
        let role = &state["roles"]["rows"][grant["role"].as_u64().unwrap() as usize];
        if role[2]["organization"] != 0 {
            continue;
        }
        let (kind, at) = grant["holder"].as_object().unwrap().iter().next().unwrap();
        let who = match kind.as_str() {
            "User" => {
                let row = &state["users"]["rows"][at.as_u64().unwrap() as usize][2];
                let kind = if row["service"].is_null() {
                    "user"
                } else {
                    "client"
                };
                format!("{kind} {}", id(state, "users", at))
            }
            "Team" => format!("group {}", id(state, "teams", at)),
            _ => format!("invitation {}", id(state, "invitations", at)),
        };
        let scope = &grant["scope"];
        let scope = if !scope["project"].is_null() {
            format!("project {}", id(state, "projects", &scope["project"]))
        } else if !scope["workspace"].is_null() {
            format!("workspace {}", id(state, "workspaces", &scope["workspace"]))
        } else {
            format!(
                "organization {}",
                state["organizations"]["rows"][0][1].as_str().unwrap()
            )
        };
        all.insert(format!("{who}: {} over {scope}", role[1].as_str().unwrap()));
    }
    all
}

fn lines(told: &Told) -> BTreeSet<String> {
    let line = |row: &rolecall_inventory::Assignment| {
        let scope = format!(
            "{} {}",
            row.scope.kind,
            row.scope.id.as_deref().unwrap_or_default()
        );
        format!(
            "{} {}: {} over {scope}",
            row.principal.kind, row.principal.id, row.role.id
        )
    };
    told.assignments.iter().map(line).collect()
}

async fn source(plane: &Standin, token: &str) -> Zenml {
    let mut state = State::of(plane).await;
    let organization = state.state()["organizations"]["rows"][0][1].clone();
    Zenml::new(client(plane, token), organization.as_str().unwrap())
}

/// What is shared cannot be read, and nothing else is missing.
fn assert_whole(told: &Told) {
    told.assert_whole_but(&["resource-sharing"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, max_shrink_iters: 40, ..ProptestConfig::default() })]

    #[test]
    fn lists_exactly_what_there_is(given in given()) {
        support::runtime().block_on(async {
            let plane = plane(&given, |plane| plane.rate_limit(30, Duration::from_secs(60))).await;
            let told = read(&source(&plane, "admin").await, &Options::default()).await;
            assert_whole(&told);
            let mut state = State::of(&plane).await;
            let state = state.state();
            similar(&lines(&told), &truth(state));
            let members: BTreeSet<String> = told
                .memberships
                .iter()
                .map(|one| format!("{} {}", one.group.id, one.member.id))
                .collect();
            let expected = state["members"].as_array().unwrap().iter();
            let expected: BTreeSet<String> = expected
                .map(|pair| format!("{} {}", id(state, "teams", &pair[0]), id(state, "users", &pair[1])))
                .collect();
            similar(&members, &expected);
        });
    }

    #[test]
    fn faults_leave_no_silent_gap(given in given(), seed in any::<u64>()) {
        support::runtime().block_on(async {
            let plane = plane(&given, |plane| plane).await;
            let source = source(&plane, "admin").await;
            let truth = read(&source, &Options::default()).await;
            plane.faults().random(seed, 0.15);
            let told = read(&source, &Options::default()).await;
            told.assert_no_silent_gap(&truth);
        });
    }
}

fn some_of_each() -> Vec<Given> {
    vec![
        (5, 1, 0, ("User", 3)),
        (10, 1, 1, ("Team", 1)),
        (15, 2, 0, ("User", 4)),
        (13, 0, 0, ("Invitation", 0)),
    ]
}

#[tokio::test]
async fn one_organization_for_readers() {
    let plane = plane(&some_of_each(), |plane| plane).await;
    let told = read(&source(&plane, "admin").await, &Options::default()).await;
    let mut lines: Vec<String> = told
        .assignments
        .iter()
        .map(|row| {
            format!(
                "{} {}: {} ({}), {}, {}",
                row.principal.kind, row.principal, row.role, row.role.kind, row.scope, row.origin
            )
        })
        .collect();
    lines.sort();
    insta::assert_snapshot!(format!("{}\n\n{}", lines.join("\n"), told.ledger()));
}

#[tokio::test]
async fn each_permission_taken_away() {
    let plane = plane(&some_of_each(), |plane| plane).await;
    let source = source(&plane, "admin").await;
    let truth = read(&source, &Options::default()).await;
    let mut table = String::new();
    for operation in [
        "list_organization_roles",
        "list_role_assignments",
        "list_workspaces",
        "list_organization_members",
        "list_organization_teams",
        "list_team_members",
        "list_organization_invitations",
    ] {
        plane.faults().plan(PlannedFault {
            fault: Fault::Status(403),
            matching: Some(operation.to_owned()),
            times: None,
        });
        let told = read(&source, &Options::default()).await;
        plane.faults().clear();
        told.assert_no_silent_gap(&truth);
        table.push_str(&support::lost(operation, &told, &truth));
    }
    insta::assert_snapshot!(table);
}

/// A password in the service's own object is no part of a row.
#[tokio::test]
async fn no_secret_is_kept() {
    let plane = plane(&some_of_each(), |plane| plane).await;
    let options = Options {
        vendor: true,
        ..Options::default()
    };
    let told = read(&source(&plane, "admin").await, &options).await;
    assert!(!told.assignments.is_empty());
    for row in &told.assignments {
        let vendor = row.vendor.as_ref().unwrap();
        assert!(vendor["user"].get("password").is_none(), "{vendor}");
    }
}

#[tokio::test]
async fn a_refused_caller_sees_no_empty_section() {
    let plane = plane(&some_of_each(), |plane| plane).await;
    let told = read(&source(&plane, "nobody").await, &Options::default()).await;
    assert_eq!(told.assignments.len(), 0);
    insta::assert_snapshot!(told.ledger());
}

#[tokio::test]
async fn says_what_it_will_cost() {
    let plane = plane(&some_of_each(), |plane| plane).await;
    let estimate = source(&plane, "admin")
        .await
        .estimate(&Options::default())
        .await
        .unwrap();
    let text = serde_json::to_string_pretty(&estimate.sections).unwrap();
    insta::assert_snapshot!(text);
}

/// The rows of a table by position, so that the tests above speak of the same things.
#[tokio::test]
async fn positions_are_what_they_are_taken_for() {
    let plane = plane(&[], |plane| plane).await;
    let mut state = State::of(&plane).await;
    let users = rows(&state.state()["users"]).len();
    assert_eq!(users, 13);
}
