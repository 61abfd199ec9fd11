//! What somebody holds by groups, and who holds a role by them.

use super::state::{member, named, row, tenant, who};
use proptest::prelude::*;
use rolecall_inventory::{
    Assignment, Groups, Membership, Origin, Principal, PrincipalKind, effective, holders,
};
use std::collections::{BTreeMap, BTreeSet};

fn groups(rows: &[Membership]) -> Groups {
    let mut groups = Groups::default();
    for row in rows {
        groups.insert(row);
    }
    groups
}

fn told(rows: &[Assignment]) -> Vec<String> {
    let told = |row: &Assignment| format!("{} {}: {}", row.principal, row.role, row.origin);
    rows.iter().map(told).collect()
}

fn user(id: &str) -> Principal {
    Principal::new(PrincipalKind::User, id)
}

#[test]
fn a_path_leads_over_nested_groups() {
    let groups = groups(&[
        member("admins", "group:leads"),
        member("leads", "group:team"),
        member("team", "user:u1"),
        member("leads", "user:u2"),
    ]);
    let rows = [
        row("group:admins", "R"),
        row("user:u1", "S"),
        row("group:other", "T"),
    ];
    assert_eq!(
        told(&effective(&user("u1"), &tenant("one"), &rows, &groups)),
        ["u1 R: via team > leads > admins", "u1 S: direct"]
    );
    let rows = &rows[..1];
    assert_eq!(
        told(&holders(rows, &groups, &BTreeMap::new())),
        [
            "admins R: direct",
            "u1 R: via team > leads > admins",
            "u2 R: via leads > admins"
        ]
    );
}

#[test]
fn groups_in_a_circle_end() {
    let groups = groups(&[
        member("a", "group:b"),
        member("b", "group:c"),
        member("c", "group:a"),
        member("c", "user:u1"),
    ]);
    let rows = [row("group:a", "R"), row("group:c", "R")];
    assert_eq!(
        told(&effective(&user("u1"), &tenant("one"), &rows, &groups)),
        ["u1 R: via c > b > a", "u1 R: via c"]
    );
    let group = Principal::new(PrincipalKind::Group, "a");
    assert_eq!(
        told(&effective(&group, &tenant("one"), &rows, &groups)),
        ["a R: direct", "a R: via c"]
    );
}

#[test]
fn what_the_service_tells_of_a_member_comes_out_once() {
    let via = |group: Option<&str>| {
        let mut row = row("user:u1", "R");
        row.origin = Origin::Group {
            group: group.map(named),
            path: Vec::new(),
        };
        row.rekey()
    };
    let groups = groups(&[member("g", "user:u1")]);
    for known in [None, Some("g")] {
        let rows = [via(known), row("group:g", "R")];
        let found = effective(&user("u1"), &tenant("one"), &rows, &groups);
        assert_eq!(told(&found), ["u1 R: via g"], "{known:?}");
    }
    // Nothing is known of the group: the row stays as the service tells it.
    let rows = [via(None)];
    let found = effective(&user("u1"), &tenant("one"), &rows, &groups);
    assert_eq!(told(&found), ["u1 R: via a group"]);
}

#[test]
fn a_membership_that_ends_ends_what_is_held_by_it() {
    let day = |day: i64| chrono::DateTime::from_timestamp(day * 86_400, 0);
    let mut short = member("g", "user:u1");
    short.expires = day(1);
    let groups = groups(&[short]);
    let rows = [row("group:g", "R").expires(day(2))];
    let found = effective(&user("u1"), &tenant("one"), &rows, &groups);
    assert_eq!(found[0].expires, day(1));
}

#[test]
fn what_everybody_holds_every_user_holds() {
    let rows = [row("everyone:everyone", "R")];
    let found = |kind| {
        let principal = Principal::new(kind, "1");
        effective(&principal, &tenant("one"), &rows, &Groups::default())
    };
    assert_eq!(told(&found(PrincipalKind::User)), ["1 R: via everyone"]);
    assert_eq!(told(&found(PrincipalKind::Client)), [""; 0]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Against the plain reading: a principal is in a group when any chain of memberships leads there.
    #[test]
    fn the_groups_of_somebody_are_those_that_a_chain_leads_to(
        edges in proptest::collection::btree_set((0u8..6, 0u8..8), 0..24),
    ) {
        let name = |id: u8| if id < 6 { format!("group:{id}") } else { format!("user:{id}") };
        let rows: Vec<_> = edges.iter().map(|(group, one)| member(&group.to_string(), &name(*one))).collect();
        let groups = groups(&rows);
        for one in 0u8..8 {
            let mut reached = BTreeSet::from([one]);
            loop {
                let more: BTreeSet<u8> = edges.iter()
                    .filter(|(_, member)| reached.contains(member))
                    .map(|(group, _)| *group)
                    .collect();
                if more.is_subset(&reached) { break; }
                reached.extend(more);
            }
            reached.remove(&one);
            let name = name(one);
            let (kind, id) = name.split_once(':').unwrap();
            let ways = groups.of(&tenant("one"), &who(kind, id));
            let found: BTreeSet<u8> = ways.iter().map(|way| way.group.id.parse().unwrap()).collect();
            prop_assert_eq!(&found, &reached);
            prop_assert_eq!(ways.len(), reached.len());
            for way in &ways {
                // Each step of a path is a membership.
                let mut steps = vec![name.clone()];
                steps.extend(way.path.iter().chain([&way.group]).map(|group| format!("group:{}", group.id)));
                for step in steps.windows(2) {
                    let group = step[1].trim_start_matches("group:");
                    prop_assert!(rows.contains(&member(group, &step[0])), "{:?}", way);
                }
            }
            if one < 6 { continue; }
            for group in 0u8..6 {
                let members = groups.members(&tenant("one"), &group.to_string());
                prop_assert_eq!(members.contains(&who("user", id)), reached.contains(&group));
            }
        }
    }
}
