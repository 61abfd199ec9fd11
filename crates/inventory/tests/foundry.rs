//! Foundry, against stand-ins with assignments of every kind.
#![cfg(feature = "foundry")]

mod support;

use proptest::collection::vec as many;
use proptest::prelude::*;
use rolecall_inventory::sources::foundry::Foundry;
use rolecall_inventory::{Options, Origin, Source};
use rolecall_standin::{Api, Fault, PlannedFault, Standin, StandinBuilder};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;
use support::{State, Told, client, read, rows, similar, small};

const GROUP: u64 = 1 << 31;

/// Somebody, by the number that the stand-in has for it.
fn anybody() -> impl Strategy<Value = u64> {
    // The first users are those who have tokens; what they hold decides what can be read.
    prop_oneof![3u64..11, (1u64..5).prop_map(|group| GROUP | group)]
}

#[derive(Clone, Debug)]
struct Given {
    organizations: Vec<(usize, u64, u64)>,
    enrollment: Vec<u64>,
    markings: Vec<(usize, u64, usize)>,
    members: Vec<(usize, u64)>,
    files: Vec<(usize, Option<u64>, u64)>,
    nested: Vec<(usize, u64)>,
    root: usize,
}

fn given() -> impl Strategy<Value = Given> {
    (
        many((0usize..4, anybody(), 1u64..4), 0..8),
        many(anybody(), 0..4),
        many((4usize..20, anybody(), 0usize..3), 0..8),
        many((0usize..20, anybody()), 0..8),
        many(
            (0usize..60, proptest::option::of(anybody()), 0u64..4),
            0..12,
        ),
        many((1usize..5, anybody()), 0..8),
        0usize..8,
    )
        .prop_map(
            |(organizations, enrollment, markings, members, files, nested, root)| Given {
                organizations,
                enrollment,
                markings,
                members,
                files,
                nested,
                root,
            },
        )
}

fn put(list: &mut Value, item: Value) {
    let list = list.as_array_mut().unwrap();
    if !list.contains(&item) {
        list.push(item);
    }
}

async fn stack(given: &Given, set: impl FnOnce(StandinBuilder) -> StandinBuilder) -> Standin {
    let fresh = small(Api::Foundry, 5, 8)
        .checked(false)
        .start()
        .await
        .unwrap();
    let mut state = State::of(&fresh).await;
    give(state.state(), given);
    let stack = small(Api::Foundry, 5, 8).snapshot(state.file());
    set(stack).start().await.unwrap()
}

fn give(state: &mut Value, given: &Given) {
    for (at, who, role) in &given.organizations {
        put(
            &mut state["organizations"]["rows"][*at][2]["roles"],
            json!([who, role]),
        );
    }
    for who in &given.enrollment {
        put(&mut state["enrollment"]["roles"], json!([who, 5]));
    }
    for (at, who, role) in &given.markings {
        let role = ["Administer", "Declassify", "Use"][*role];
        put(
            &mut state["markings"]["rows"][*at][2]["roles"],
            json!([who, role]),
        );
    }
    for (at, who) in &given.members {
        put(
            &mut state["markings"]["rows"][*at][2]["members"],
            json!(who),
        );
    }
    for (at, who, level) in &given.files {
        put(
            &mut state["files"]["rows"][*at][2]["roles"],
            json!([who, level]),
        );
    }
    for (group, who) in &given.nested {
        let members = &mut state["groups"]["rows"][*group][2]["members"];
        put(members, json!(who));
        let members = members.as_array_mut().unwrap();
        members.sort_by_key(|member| member.as_u64());
        let side = match who & GROUP {
            0 => &mut state["users"]["rows"][*who as usize][2]["groups"],
            _ => &mut state["groups"]["rows"][(who & !GROUP) as usize][2]["groups"],
        };
        put(side, json!(group));
        side.as_array_mut()
            .unwrap()
            .sort_by_key(|group| group.as_u64());
    }
}

fn who(state: &Value, number: u64) -> String {
    let (kind, table, at) = match number & GROUP {
        0 => ("user", "users", number),
        _ => ("group", "groups", number & !GROUP),
    };
    let id = &state[table]["rows"][at as usize][1];
    format!("{kind} {}", id.as_str().unwrap())
}

/// What there is, by the state of the stand-in, that the administrator may read.
fn truth(state: &Value, root: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let role = |number: &Value| {
        let role = &state["roles"]["rows"][number.as_u64().unwrap() as usize][1];
        role.as_str().unwrap().to_owned()
    };
    let holds = |pair: &Value| (who(state, pair[0].as_u64().unwrap()), pair[1].clone());
    for (_, rid, row) in rows(&state["organizations"]) {
        for pair in row["roles"].as_array().unwrap() {
            let (who, number) = holds(pair);
            all.insert(format!(
                "{who}: {} over organization {rid}, direct",
                role(&number)
            ));
        }
        let marking = &state["markings"]["rows"][row["marking"].as_u64().unwrap() as usize][2];
        for guest in marking["members"].as_array().unwrap() {
            let who = who(state, guest.as_u64().unwrap());
            all.insert(format!("{who}: guest over organization {rid}, direct"));
        }
    }
    let rid = state["enrollment"]["rid"].as_str().unwrap();
    for pair in state["enrollment"]["roles"].as_array().unwrap() {
        let (who, number) = holds(pair);
        all.insert(format!(
            "{who}: {} over enrollment {rid}, direct",
            role(&number)
        ));
    }
    for (_, id, row) in rows(&state["markings"]) {
        if row["deleted"] == true {
            continue;
        }
        for pair in row["roles"].as_array().unwrap() {
            let (who, word) = holds(pair);
            let word = word.as_str().unwrap().to_uppercase();
            all.insert(format!("{who}: {word} over marking {id}, direct"));
        }
        for member in row["members"].as_array().unwrap() {
            let who = who(state, member.as_u64().unwrap());
            all.insert(format!("{who}: member over marking {id}, direct"));
        }
    }
    files(state, root, &mut all);
    all
}

fn files(state: &Value, root: &str, all: &mut BTreeSet<String>) {
    let files = rows(&state["files"]);
    let file = |at: u64| {
        let (_, rid, row) = files[at as usize];
        (rid, row)
    };
    let kind = |at: u64| match &file(at).1["kind"] {
        Value::String(word) => word.to_lowercase(),
        other => {
            let word = other.as_object().unwrap().keys().next().unwrap();
            match word.as_str() {
                "Other" => "resource".to_owned(),
                word => word.to_lowercase(),
            }
        }
    };
    let parent = |at: u64| file(at).1["parent"].as_u64();
    let lineage = |at: u64| std::iter::successors(Some(at), |at| parent(*at)).collect::<Vec<_>>();
    let grants = |at: u64| -> BTreeSet<(String, String)> {
        let roles = file(at).1["roles"].as_array().unwrap().iter();
        roles
            .map(|pair| {
                let holder = match pair[0].as_u64() {
                    Some(number) => who(state, number),
                    None => "everyone everyone".to_owned(),
                };
                let level = pair[1].as_u64().unwrap() as usize;
                let role = ["discover", "view", "edit", "manage"][level];
                (holder, format!("compass:{role}"))
            })
            .collect()
    };
    let start = files.iter().find(|(_, rid, _)| *rid == root).unwrap().0;
    for (at, rid, _) in &files {
        let above = lineage(*at);
        if !above.contains(&start) {
            continue;
        }
        for (holder, role) in grants(*at) {
            all.insert(format!("{holder}: {role} over {} {rid}, direct", kind(*at)));
        }
        for ancestor in above.into_iter().skip(1) {
            for (holder, role) in grants(ancestor) {
                // What a space gives is told by its projects, and not where those give the same.
                let grant = (holder.clone(), role.clone());
                let project = lineage(*at).into_iter().rev().nth(1).unwrap();
                let hides = lineage(start).into_iter().rev().skip(1);
                let hidden = kind(ancestor) == "space"
                    && (grants(project).contains(&grant)
                        || hides.into_iter().any(|one| grants(one).contains(&grant)));
                if !hidden {
                    all.insert(format!(
                        "{holder}: {role} over {} {rid}, from {} {}",
                        kind(*at),
                        kind(ancestor),
                        file(ancestor).0
                    ));
                }
            }
        }
    }
}

/// The rows in the same words.
fn lines(told: &Told) -> BTreeSet<String> {
    let line = |row: &rolecall_inventory::Assignment| {
        let id = row.scope.id.as_deref().unwrap_or("nothing");
        let scope = format!("{} {id}", row.scope.kind);
        let who = format!(
            "{} {}: {} over {scope}",
            row.principal.kind, row.principal.id, row.role.id
        );
        match &row.origin {
            Origin::Direct => format!("{who}, direct"),
            Origin::Inherited { from, parent } => format!("{who}, from {from} {}", parent.id),
            other => format!("{who}, {other:?}"),
        }
    };
    told.assignments.iter().map(line).collect()
}

fn source(stack: &Standin) -> Foundry {
    Foundry::new(client(stack, "admin"), "example.palantirfoundry.com")
}

/// Everything of a stack, below one project or folder.
async fn options(stack: &Standin, root: usize) -> (Options, String) {
    let mut state = State::of(stack).await;
    let state = state.state();
    let containers: Vec<String> = rows(&state["files"])
        .iter()
        .filter(|(_, _, row)| row["kind"] == "Folder" || row["kind"].get("Project").is_some())
        .map(|(_, rid, _)| (*rid).to_owned())
        .collect();
    let root = containers[root % containers.len()].clone();
    let organizations = rows(&state["organizations"]);
    let options = Options {
        organizations: organizations
            .iter()
            .map(|(_, rid, _)| (*rid).to_owned())
            .collect(),
        roots: BTreeSet::from([root.clone()]),
        ..Options::default()
    };
    (options, root)
}

/// Marking categories cannot be read, and nothing else is missing.
fn assert_whole(told: &Told) {
    told.assert_whole_but(&["marking-category-roles"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3, max_shrink_iters: 30, ..ProptestConfig::default() })]

    #[test]
    fn lists_exactly_what_there_is(given in given()) {
        support::runtime().block_on(async {
            let stack = stack(&given, |stack| stack.rate_limit(250, Duration::from_secs(60))).await;
            let (options, root) = options(&stack, given.root).await;
            let told = read(&source(&stack), &options).await;
            assert_whole(&told);
            let mut state = State::of(&stack).await;
            similar(&lines(&told), &truth(state.state(), &root));
            memberships(&told, state.state());
        });
    }

    #[test]
    fn faults_leave_no_silent_gap(given in given(), seed in any::<u64>()) {
        support::runtime().block_on(async {
            let stack = stack(&given, |stack| stack).await;
            let (options, _) = options(&stack, given.root).await;
            let truth = read(&source(&stack), &options).await;
            stack.faults().random(seed, 0.15);
            let told = read(&source(&stack), &options).await;
            told.assert_no_silent_gap(&truth);
        });
    }
}

/// The members of every group that was met are those of the state.
fn memberships(told: &Told, state: &Value) {
    let met: BTreeSet<&str> = told
        .memberships
        .iter()
        .map(|one| one.group.id.as_str())
        .collect();
    for (_, id, row) in rows(&state["groups"]) {
        let members = row["members"].as_array().unwrap();
        let expected: BTreeSet<String> = members
            .iter()
            .map(|one| who(state, one.as_u64().unwrap()))
            .collect();
        let found = told.memberships.iter().filter(|one| one.group.id == id);
        let found: BTreeSet<String> = found
            .map(|one| format!("{} {}", one.member.kind, one.member.id))
            .collect();
        if met.contains(id) {
            similar(&found, &expected);
        }
        let holds = told.assignments.iter().any(|row| row.principal.id == id);
        assert!(
            !holds || met.contains(id) || members.is_empty(),
            "group {id} was not read"
        );
    }
}

fn some_of_each() -> Given {
    Given {
        organizations: vec![(0, 4, 2), (1, GROUP | 2, 3)],
        enrollment: vec![5],
        markings: vec![(5, 4, 1)],
        members: vec![(5, GROUP | 3), (1, 6)],
        files: vec![(4, Some(4), 1), (5, None, 1), (6, Some(GROUP | 2), 2)],
        nested: vec![(2, GROUP | 3)],
        root: 0,
    }
}

#[tokio::test]
async fn one_stack_for_readers() {
    let stack = stack(&some_of_each(), |stack| stack).await;
    let (mut options, _) = options(&stack, 0).await;
    options.organizations.clear();
    let told = read(&source(&stack), &options).await;
    let mut rows: Vec<String> = told
        .assignments
        .iter()
        .filter(|row| !row.section.as_str().starts_with("marking"))
        .map(|row| {
            let section = row.section.as_str().split(':').next().unwrap_or_default();
            format!(
                "{section:20} {} {}: {}, {}, {}",
                row.principal.kind, row.principal, row.role, row.scope, row.origin
            )
        })
        .collect();
    rows.sort();
    insta::assert_snapshot!(format!("{}\n\n{}", rows.join("\n"), told.ledger()));
}

#[tokio::test]
async fn each_permission_taken_away() {
    let stack = stack(&some_of_each(), |stack| stack).await;
    let (options, _) = options(&stack, 0).await;
    let truth = read(&source(&stack), &options).await;
    let mut table = String::new();
    for operation in [
        "getCurrentUser",
        "getOrganization",
        "listAvailableRolesOrganization",
        "listOrganizationRoleAssignments",
        "listOrganizationGuestMembers",
        "getCurrentEnrollment",
        "listEnrollmentRoleAssignments",
        "getUsersBatch",
        "getGroupsBatch",
        "getRolesBatch",
        "listMarkings",
        "listMarkingRoleAssignments",
        "listMarkingMembers",
        "listMarkingCategories",
        "listSpaces",
        "getFolder",
        "listChildrenOfFolder",
        "listResourceRoles",
        "listGroupMembers",
    ] {
        stack.faults().plan(PlannedFault {
            fault: Fault::Status(403),
            matching: Some(operation.to_owned()),
            times: None,
        });
        let told = read(&source(&stack), &options).await;
        stack.faults().clear();
        told.assert_no_silent_gap(&truth);
        table.push_str(&support::lost(operation, &told, &truth));
    }
    insta::assert_snapshot!(table);
}

#[tokio::test]
async fn a_refused_caller_sees_no_empty_section() {
    let stack = stack(&some_of_each(), |stack| stack).await;
    let source = Foundry::new(client(&stack, "nobody"), "example.palantirfoundry.com");
    let (options, _) = options(&stack, 0).await;
    let told = read(&source, &options).await;
    insta::assert_snapshot!(told.ledger());
}

#[tokio::test]
async fn says_what_it_will_cost() {
    let stack = stack(&some_of_each(), |stack| stack).await;
    let (options, _) = options(&stack, 0).await;
    let estimate = source(&stack).estimate(&options).await.unwrap();
    let text = serde_json::to_string_pretty(&estimate).unwrap();
    insta::assert_snapshot!(text);
}
