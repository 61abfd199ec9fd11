//! Okta, against stand-ins with assignments of every kind: the list is exactly what there is, and what could not be read is in
//! the ledger.
#![cfg(feature = "okta")]

mod support;

use proptest::prelude::*;
use rolecall::auth::SigningKey;
use rolecall::auth::oauth::ClientCredentials;
use rolecall_inventory::sources::okta::Okta;
use rolecall_inventory::{Options, Origin, Section, Source, Status};
use rolecall_standin::{Api, Fault, PlannedFault, Standin, StandinBuilder};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;
use support::{State, Told, client, read, rows, similar, small, table};

/// What somebody is given.
#[derive(Clone, Debug)]
enum Gift {
    /// A standard role over some groups or applications, by so many grants.
    Standard {
        role: usize,
        targets: usize,
        grants: usize,
        active: bool,
    },
    /// A custom role over a resource set.
    Custom { role: usize, set: usize },
}

/// To whom: a user, a group or a service application, by position.
#[derive(Clone, Debug)]
struct Given {
    kind: usize,
    position: usize,
    gift: Gift,
}

const STANDARD: [&str; 12] = [
    "SUPER_ADMIN",
    "ORG_ADMIN",
    "READ_ONLY_ADMIN",
    "REPORT_ADMIN",
    "API_ACCESS_MANAGEMENT_ADMIN",
    "APP_ADMIN",
    "USER_ADMIN",
    "HELP_DESK_ADMIN",
    "GROUP_MEMBERSHIP_ADMIN",
    "WORKFLOWS_ADMIN",
    "ACCESS_CERTIFICATIONS_ADMIN",
    "ACCESS_REQUESTS_ADMIN",
];

fn given() -> impl Strategy<Value = Vec<Given>> {
    let standard = (0..STANDARD.len(), 0usize..26, 0usize..3, any::<bool>());
    let standard = standard.prop_map(|(role, targets, grants, active)| Gift::Standard {
        role,
        targets,
        grants,
        active,
    });
    let custom = (0usize..4, 0usize..4).prop_map(|(role, set)| Gift::Custom { role, set });
    let one = (0usize..3, 0usize..8, prop_oneof![standard, custom]);
    let one = one.prop_map(|(kind, position, gift)| Given {
        kind,
        position,
        gift,
    });
    proptest::collection::vec(one, 0..24)
}

/// A stand-in in which these hold what they are given, and the administrator whose token is used is one.
async fn org(given: &[Given]) -> Standin {
    org_with(given, |org| org).await
}

async fn org_with(given: &[Given], set: impl FnOnce(StandinBuilder) -> StandinBuilder) -> Standin {
    let fresh = small(Api::Okta, 3, 12)
        .checked(false)
        .start()
        .await
        .unwrap();
    let mut state = State::of(&fresh).await;
    give(state.state(), given);
    let org = small(Api::Okta, 3, 12).snapshot(state.file());
    set(org).start().await.unwrap()
}

fn give(state: &mut Value, given: &[Given]) {
    let ids = |table: &Value| -> Vec<String> {
        let rows = rows(table);
        rows.iter().map(|(_, id, _)| (*id).to_owned()).collect()
    };
    let users = ids(&state["users"]);
    let groups = ids(&state["groups"]);
    let services: Vec<String> = rows(&state["apps"])
        .iter()
        .filter(|(_, _, app)| app["client"] == "service")
        .map(|(_, id, _)| (*id).to_owned())
        .collect();
    let custom = ids(&state["roles"]["rows"]);
    let sets = ids(&state["sets"]["rows"]);
    let apps = ids(&state["apps"]);
    let at = "2021-01-01T00:00:00Z";
    // Nobody holds anything, but for the administrator.
    let admin = &state["holders"][&users[0]];
    let mut holders = json!({ users[0].clone(): admin });
    holders[&users[0]]["memberships"] = json!([]);
    let mut bindings: HashMap<(usize, usize), Vec<(String, Value)>> = HashMap::new();
    let mut number = 0;
    for one in given {
        let (kind, id) = match one.kind {
            0 => ("USER", &users[5 + one.position % (users.len() - 5)]),
            1 => ("GROUP", &groups[one.position % groups.len()]),
            _ => ("CLIENT", &services[4 + one.position % (services.len() - 4)]),
        };
        number += 1;
        if holders.get(id).is_none() {
            holders[id] = json!({"assignments": [], "memberships": []});
        }
        match &one.gift {
            Gift::Standard {
                role,
                targets,
                grants,
                active,
            } => {
                let name = STANDARD[*role];
                let held = holders[id]["assignments"].as_array_mut().unwrap();
                if held.iter().any(|held| held["role"] == name) {
                    continue;
                }
                let none = json!({"expires": null});
                let mut over = json!({"groups": table([]), "apps": table([])});
                if name == "APP_ADMIN" {
                    let apps = apps.iter().take(*targets);
                    let apps = apps.map(|id| {
                        let app = rows(&state["apps"]);
                        let app = app.iter().find(|(_, known, _)| known == id).unwrap().2;
                        (
                            format!("{}/{id}", app["name"].as_str().unwrap()),
                            none.clone(),
                        )
                    });
                    over["apps"] = table(apps.collect::<Vec<_>>());
                } else if ["USER_ADMIN", "HELP_DESK_ADMIN", "GROUP_MEMBERSHIP_ADMIN"]
                    .contains(&name)
                {
                    let groups = groups.iter().take(*targets);
                    over["groups"] = table(groups.map(|id| (id.clone(), none.clone())));
                }
                let grants = (0..*grants).filter(|_| kind == "USER").map(|grant| {
                    let bundle = (grant == 1).then(|| format!("enb{number}"));
                    let expires = bundle.as_ref().map(|_| "2031-05-01T00:00:00Z");
                    json!({"id": format!("grai{number}x{grant}"), "bundle": bundle, "expires": expires, "resources": []})
                });
                held.push(json!({
                    "id": format!("ra{number}x{name}"),
                    "role": name,
                    "created": at,
                    "updated": at,
                    "active": active,
                    "groups": over["groups"],
                    "apps": over["apps"],
                    "grants": grants.collect::<Vec<_>>(),
                }));
            }
            Gift::Custom { role, set } => {
                let members = bindings.entry((*set, *role)).or_default();
                let principal = json!({"kind": kind, "id": id});
                if members.iter().any(|(_, one)| one["principal"] == principal) {
                    continue;
                }
                let member = format!("irb{number}");
                members.push((
                    member.clone(),
                    json!({"principal": principal, "created": at, "updated": at, "grants": []}),
                ));
                let held = holders[id]["memberships"].as_array_mut().unwrap();
                held.push(json!({"set": sets[*set], "role": custom[*role], "member": member}));
            }
        }
    }
    let position = |table: &Value, id: &str| {
        let rows = rows(table);
        let row = rows.iter().find(|(_, known, _)| *known == id);
        row.map(|(position, _, _)| *position)
    };
    let holding: Vec<String> = holders.as_object().unwrap().keys().cloned().collect();
    let positions = |table: &Value| -> BTreeSet<u64> {
        holding
            .iter()
            .filter_map(|id| position(table, id))
            .collect()
    };
    state["user_holders"] = json!(positions(&state["users"]));
    state["group_holders"] = json!(positions(&state["groups"]));
    state["holders"] = holders;
    let sets = state["sets"]["rows"]["rows"].as_array_mut().unwrap();
    for (at, set) in sets.iter_mut().enumerate() {
        let of_set = (0..4).filter_map(|role| {
            let members = bindings.get(&(at, role))?;
            let members = table(members.iter().cloned());
            Some((custom[role].clone(), json!({ "members": members })))
        });
        set[2]["bindings"] = table(of_set.collect::<Vec<_>>());
    }
}

/// What there is, by the state of the stand-in: principal, role, what it is over, how it came.
fn truth(state: &Value) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let users = rows(&state["users"]);
    let groups = rows(&state["groups"]);
    let empty = json!({"assignments": [], "memberships": []});
    let of = |id: &str| state["holders"].get(id).unwrap_or(&empty);
    let held = |id: &str| -> Vec<String> {
        let standard = of(id)["assignments"].as_array().unwrap().iter();
        let standard = standard.map(|held| {
            let role = held["role"].as_str().unwrap();
            let mut targets: Vec<String> = ["groups", "apps"]
                .iter()
                .flat_map(|kind| {
                    rows(&held[*kind])
                        .into_iter()
                        .map(|(_, id, _)| id.to_owned())
                })
                .collect();
            targets.sort();
            let iam = [
                "WORKFLOWS_ADMIN",
                "ACCESS_CERTIFICATIONS_ADMIN",
                "ACCESS_REQUESTS_ADMIN",
            ];
            let scope = match (iam.contains(&role), targets.is_empty()) {
                (true, _) => format!("set {}", role.replace("_ADMIN", "_IAM_POLICY")),
                (false, true) => "org".to_owned(),
                (false, false) => targets.join(" "),
            };
            format!("{role} over {scope}")
        });
        let custom = of(id)["memberships"].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let custom =
            custom.map(|held| format!("{} over set {}", text(&held["role"]), text(&held["set"])));
        standard.chain(custom).collect()
    };
    for (position, id, _) in users {
        all.extend(
            held(id)
                .iter()
                .map(|held| format!("user {id}: {held}, direct")),
        );
        for held in of(id)["assignments"].as_array().unwrap() {
            for grant in held["grants"].as_array().unwrap() {
                let grant = grant["id"].as_str().unwrap();
                let role = held["role"].as_str().unwrap();
                all.insert(format!("user {id}: {role}, governance {grant}"));
            }
        }
        for (_, group, row) in &groups {
            let members = row["members"].as_array().unwrap();
            if members.contains(&json!(position)) {
                all.extend(
                    held(group)
                        .iter()
                        .map(|held| format!("user {id}: {held}, by {group}")),
                );
            }
        }
    }
    for (_, id, _) in &groups {
        all.extend(
            held(id)
                .iter()
                .map(|held| format!("group {id}: {held}, direct")),
        );
    }
    for (_, id, app) in rows(&state["apps"]) {
        if app["client"] == "service" {
            all.extend(
                held(id)
                    .iter()
                    .map(|held| format!("client {id}: {held}, direct")),
            );
        }
    }
    all
}

/// The rows in the same words.
fn lines(told: &Told) -> BTreeSet<String> {
    let line = |row: &rolecall_inventory::Assignment| {
        let mut targets: Vec<&str> = row
            .scope
            .targets
            .iter()
            .map(|one| one.id.as_str())
            .collect();
        targets.sort_unstable();
        let scope = match (&row.scope.id, targets.is_empty()) {
            (Some(set), _) => format!("set {set}"),
            (None, true) => "org".to_owned(),
            (None, false) => targets.join(" "),
        };
        let who = format!(
            "{} {}: {}",
            row.principal.kind, row.principal.id, row.role.id
        );
        match &row.origin {
            Origin::Direct => format!("{who} over {scope}, direct"),
            Origin::Group { group, .. } => {
                let group = group.as_ref().map_or("no group", |group| &group.id);
                format!("{who} over {scope}, by {group}")
            }
            Origin::Governance { grant } => format!("{who}, governance {grant}"),
            other => format!("{who}, {other:?}"),
        }
    };
    told.assignments.iter().map(line).collect()
}

fn source(standin: &Standin) -> Okta {
    Okta::new(client(standin, "admin"), "example.okta.com")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, max_shrink_iters: 40, ..ProptestConfig::default() })]

    /// Exactly what there is, with the right origins, slowed down by a rate limit.
    #[test]
    fn lists_exactly_what_there_is(given in given()) {
        support::runtime().block_on(async {
            let limited = org_with(&given, |org| org.rate_limit(40, Duration::from_secs(60))).await;
            let mut state = State::of(&limited).await;
            let told = read(&source(&limited), &Options::default()).await;
            told.assert_whole();
            similar(&lines(&told), &truth(state.state()));
        });
    }

    /// Whatever goes wrong on the way: what is missing is said to be, and nothing is made up.
    #[test]
    fn faults_leave_no_silent_gap(given in given(), seed in any::<u64>()) {
        support::runtime().block_on(async {
            let org = org(&given).await;
            let truth = read(&source(&org), &Options::default()).await;
            truth.assert_whole();
            org.faults().random(seed, 0.15);
            let told = read(&source(&org), &Options::default()).await;
            told.assert_no_silent_gap(&truth);
        });
    }
}

/// Somebody of each kind, with something of each kind.
fn some_of_each() -> Vec<Given> {
    let standard = |role: &str, targets, grants| Gift::Standard {
        role: STANDARD.iter().position(|known| *known == role).unwrap(),
        targets,
        grants,
        active: true,
    };
    let mut all = Vec::new();
    for kind in 0..3 {
        for (position, gift) in [
            (1, standard("APP_ADMIN", 3, 2)),
            (1, standard("ORG_ADMIN", 0, 0)),
            (2, standard("HELP_DESK_ADMIN", 2, 1)),
            (2, Gift::Custom { role: 2, set: 1 }),
            (3, standard("WORKFLOWS_ADMIN", 0, 0)),
        ] {
            all.push(Given {
                kind,
                position,
                gift,
            });
        }
    }
    all
}

#[tokio::test]
async fn one_org_for_readers() {
    let org = org(&some_of_each()).await;
    let told = read(&source(&org), &Options::default()).await;
    let mut rows: Vec<String> = told
        .assignments
        .iter()
        .map(|row| {
            let until = row.expires.map(|at| format!(", until {at}"));
            format!(
                "{:22} {} {}: {} ({}), {}, {}{}",
                row.section.as_str(),
                row.principal.kind,
                row.principal,
                row.role,
                row.role.kind,
                row.scope,
                row.origin,
                until.unwrap_or_default(),
            )
        })
        .collect();
    rows.sort();
    insta::assert_snapshot!(format!("{}\n\n{}", rows.join("\n"), told.ledger()));
}

/// The bindings are held against the roles of users, groups and clients, also where nothing else was asked for.
#[tokio::test]
async fn bindings_alone_differ_from_nothing() {
    let org = org(&some_of_each()).await;
    let options = Options {
        only: ["resource-set-bindings".to_owned()].into(),
        ..Options::default()
    };
    let told = read(&source(&org), &options).await;
    told.assert_whole();
    assert!(lines(&told).is_empty(), "{:#?}", lines(&told));
}

/// Each operation is refused in turn: the rest is there, and the ledger names what is missing.
#[tokio::test]
async fn each_permission_taken_away() {
    let org = org(&some_of_each()).await;
    let truth = read(&source(&org), &Options::default()).await;
    truth.assert_whole();
    let mut table = String::new();
    for operation in [
        "listUsersWithRoleAssignments",
        "listAssignedRolesForUser",
        "getUserAssignedRoleGovernance",
        "listUsers",
        "listGroups",
        "listGroupAssignedRoles",
        "listGroupUsers",
        "listClients",
        "listRolesForClient",
        "listAppTargetRoleToClient",
        "listGroupTargetRoleForClient",
        "listRoles",
        "listResourceSets",
        "listBindings",
        "listMembersOfBinding",
    ] {
        org.faults().plan(PlannedFault {
            fault: Fault::Status(403),
            matching: Some(operation.to_owned()),
            times: None,
        });
        let told = read(&source(&org), &Options::default()).await;
        org.faults().clear();
        told.assert_no_silent_gap(&truth);
        table.push_str(&support::lost(operation, &told, &truth));
    }
    insta::assert_snapshot!(table);
}

/// A service app without an admin role is given empty lists: that is a refusal, and no section is shown as empty.
#[tokio::test]
async fn empty_lists_of_a_caller_without_role_are_a_refusal() {
    let org = org(&some_of_each()).await;
    let app = org
        .credentials()
        .client("service-without-role")
        .unwrap()
        .client
        .id
        .clone();
    let key = &org.credentials().client(&app).unwrap().keys[0].clone();
    let key = SigningKey::from_pem(key.pem).unwrap().with_id(key.id);
    let app = rolecall::okta::auth::service_app_without_dpop(&org.base_url(), &app, key)
        .build()
        .unwrap();
    let scopes = [
        "okta.roles.read",
        "okta.users.read",
        "okta.groups.read",
        "okta.clients.read",
    ];
    let client = rolecall::okta::Client::builder()
        .base_url(org.base_url())
        .token(ClientCredentials::new(app).scopes(scopes))
        .build()
        .unwrap();
    let told = read(&Okta::new(client, "example.okta.com"), &Options::default()).await;
    let refused = |section: &Section| section.status == Status::Refused && section.remedy.is_some();
    assert!(told.sections.iter().all(refused), "{}", told.ledger());
    insta::assert_snapshot!(told.ledger().lines().take(3).collect::<Vec<_>>().join("\n"));
}

/// The holder of the Read-only Administrator role may not look at administrators.
#[tokio::test]
async fn a_refused_caller_sees_no_empty_section() {
    let org = org(&some_of_each()).await;
    let source = Okta::new(client(&org, "nobody"), "example.okta.com");
    let told = read(&source, &Options::default()).await;
    assert_eq!(told.assignments.len(), 0);
    insta::assert_snapshot!(told.ledger());
}

#[tokio::test]
async fn says_what_it_will_cost() {
    let org = org(&some_of_each()).await;
    let estimate = source(&org).estimate(&Options::default()).await.unwrap();
    let text = serde_json::to_string_pretty(&estimate).unwrap();
    insta::assert_snapshot!(text);
}
