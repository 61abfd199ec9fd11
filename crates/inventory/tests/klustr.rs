//! Klustr, against stand-ins with assignments of every kind.
#![cfg(feature = "klustr")]

mod support;

use proptest::prelude::*;
use rolecall_inventory::sources::klustr::Klustr;
use rolecall_inventory::{Options, Source, Status};
use rolecall_standin::{Api, Fault, PlannedFault, Standin, StandinBuilder};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;
use support::{State, Told, client, read, similar, small};

const HOME: &str = "example.com";

/// Relations and their subjects, by position.
fn given() -> impl Strategy<Value = Vec<(usize, u64)>> {
    proptest::collection::vec((1usize..20, 0u64..14), 0..30)
}

async fn directory(
    given: &[(usize, u64)],
    users: u32,
    set: impl FnOnce(StandinBuilder) -> StandinBuilder,
) -> Standin {
    let fresh = small(Api::Klustr, 9, users)
        .checked(false)
        .start()
        .await
        .unwrap();
    let mut state = State::of(&fresh).await;
    let subjects = state.state()["subjects"].as_array().unwrap().len() as u64;
    for (relation, subject) in given {
        let pair = json!([relation, subject % subjects]);
        let pairs = state.state()["organizations"]["rows"][0][2]["relations"]
            .as_array_mut()
            .unwrap();
        if !pairs.contains(&pair) {
            pairs.push(pair);
        }
    }
    let directory = small(Api::Klustr, 9, users).snapshot(state.file());
    set(directory).start().await.unwrap()
}

fn truth(state: &Value) -> BTreeSet<String> {
    let pairs = state["organizations"]["rows"][0][2]["relations"]
        .as_array()
        .unwrap();
    let text = |list: &str, at: &Value| {
        let text = &state[list][at.as_u64().unwrap() as usize];
        text.as_str().unwrap().to_owned()
    };
    let line = |pair: &Value| {
        format!(
            "user {}: {}",
            text("subjects", &pair[1]),
            text("relations", &pair[0])
        )
    };
    pairs.iter().map(line).collect()
}

fn lines(told: &Told) -> BTreeSet<String> {
    let line = |row: &rolecall_inventory::Assignment| {
        format!(
            "{} {}: {}",
            row.principal.kind, row.principal.id, row.role.id
        )
    };
    told.assignments.iter().map(line).collect()
}

fn source(directory: &Standin) -> Klustr {
    Klustr::new(client(directory, "admin"), HOME)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, max_shrink_iters: 40, ..ProptestConfig::default() })]

    #[test]
    fn lists_exactly_what_there_is(given in given()) {
        support::runtime().block_on(async {
            let directory = directory(&given, 8, |one| one.rate_limit(30, Duration::from_secs(60))).await;
            let told = read(&source(&directory), &Options::default()).await;
            told.assert_whole();
            let mut state = State::of(&directory).await;
            similar(&lines(&told), &truth(state.state()));
        });
    }

    #[test]
    fn faults_leave_no_silent_gap(given in given(), seed in any::<u64>()) {
        support::runtime().block_on(async {
            let directory = directory(&given, 8, |one| one).await;
            let truth = read(&source(&directory), &Options::default()).await;
            directory.faults().random(seed, 0.15);
            let told = read(&source(&directory), &Options::default()).await;
            told.assert_no_silent_gap(&truth);
        });
    }
}

/// More holders than the service lists: the accounts tell of the others, and where those do not say whose they are, the
/// section says that it is capped.
#[tokio::test]
async fn the_cap_of_holders_is_told_or_mended() {
    let given: Vec<(usize, u64)> = (0..1_100).map(|subject| (3, subject)).collect();
    let directory = directory(&given, 1_100, |one| one).await;
    let told = read(&source(&directory), &Options::default()).await;
    told.assert_whole();
    let mut state = State::of(&directory).await;
    similar(&lines(&told), &truth(state.state()));

    directory.faults().plan(PlannedFault {
        fault: Fault::Status(401),
        matching: Some("listUserAccounts".to_owned()),
        times: None,
    });
    let told = read(&source(&directory), &Options::default()).await;
    let section = told.section("role-holders");
    assert_eq!(section.status, Status::Partial);
    let capped: Vec<_> = section
        .gaps
        .iter()
        .filter(|gap| gap.status == Status::Capped)
        .collect();
    assert!(!capped.is_empty());
    let reasons: Vec<&str> = capped.iter().map(|gap| gap.reason.as_str()).collect();
    insta::assert_snapshot!(reasons[0]);
}

/// A grant that outlives its role, and a role whose grants the service keeps under another name.
#[tokio::test]
async fn the_traps_are_told() {
    let fresh = small(Api::Klustr, 9, 8)
        .checked(false)
        .start()
        .await
        .unwrap();
    let mut state = State::of(&fresh).await;
    let home = &mut state.state()["organizations"]["rows"][0][2];
    let roles = home["roles"].as_array_mut().unwrap();
    roles.retain(|role| role["id"] != "user.consent.read-only.role");
    roles.push(json!({"id": "night_shift", "name": "Night shift", "permissions": []}));
    let relations = state.state()["relations"].as_array_mut().unwrap();
    relations.push(json!("shift"));
    let shift = relations.len() - 1;
    let pairs = state.state()["organizations"]["rows"][0][2]["relations"]
        .as_array_mut()
        .unwrap();
    pairs.push(json!([shift, 2]));
    let directory = small(Api::Klustr, 9, 8)
        .snapshot(state.file())
        .start()
        .await
        .unwrap();
    let told = read(&source(&directory), &Options::default()).await;
    similar(&lines(&told), &truth(state.state()));
    insta::assert_snapshot!(told.ledger());
}

#[tokio::test]
async fn one_organization_for_readers() {
    let directory = directory(&[(1, 2), (4, 1)], 4, |one| one).await;
    let told = read(&source(&directory), &Options::default()).await;
    let mut rows: Vec<String> = told
        .assignments
        .iter()
        .map(|row| {
            format!(
                "{} {}: {}, {}",
                row.principal.kind, row.principal, row.role, row.scope
            )
        })
        .collect();
    rows.sort();
    insta::assert_snapshot!(format!("{}\n\n{}", rows.join("\n"), told.ledger()));
}

#[tokio::test]
async fn each_permission_taken_away() {
    let directory = directory(&[(1, 2), (4, 1)], 8, |one| one).await;
    let truth = read(&source(&directory), &Options::default()).await;
    let mut table = String::new();
    for operation in [
        "listOrganizationRoles",
        "getOrgRoleAssignments",
        "listOrganizationMembers",
        "listUserAccounts",
        "getOrgUserRoles",
    ] {
        directory.faults().plan(PlannedFault {
            fault: Fault::Status(403),
            matching: Some(operation.to_owned()),
            times: None,
        });
        let told = read(&source(&directory), &Options::default()).await;
        directory.faults().clear();
        told.assert_no_silent_gap(&truth);
        table.push_str(&support::lost(operation, &told, &truth));
    }
    insta::assert_snapshot!(table);
}

#[tokio::test]
async fn a_refused_caller_sees_no_empty_section() {
    let directory = directory(&[], 8, |one| one).await;
    let source = Klustr::new(client(&directory, "nobody"), HOME);
    let told = read(&source, &Options::default()).await;
    insta::assert_snapshot!(told.ledger());
}

#[tokio::test]
async fn says_what_it_will_cost() {
    let directory = directory(&[], 8, |one| one).await;
    let estimate = source(&directory)
        .estimate(&Options::default())
        .await
        .unwrap();
    let text = serde_json::to_string_pretty(&estimate.sections).unwrap();
    insta::assert_snapshot!(text);
}
