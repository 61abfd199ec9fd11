//! What changed between two snapshots: the laws that hold for any, and how each difference looks.

use super::state::{self, State, member, named, row, tenant};
use proptest::prelude::*;
use rolecall_inventory::diff::{Difference, Side, Totals, diff};
use rolecall_inventory::snapshot::Snapshot;
use rolecall_inventory::{Assignment, Origin, Scope, Status, Target, TargetKind, UserStatus};
use std::collections::BTreeMap;

fn differences(before: &Snapshot, after: &Snapshot) -> Vec<Difference> {
    let all = diff(before, after).expect("two files");
    all.collect::<Result<_, _>>().expect("two whole files")
}

/// By key: what there was, and what there is.
type Delta = BTreeMap<String, (Option<String>, Option<String>)>;

/// What matters of a row: everything but names.
fn told(row: &Assignment) -> String {
    let mut row = row.clone();
    row.principal.name = None;
    row.role.name = None;
    row.scope.name = None;
    for target in &mut row.scope.targets {
        target.name = None;
    }
    serde_json::to_string(&row).unwrap()
}

fn delta(differences: &[Difference]) -> Delta {
    let mut delta = Delta::new();
    for difference in differences {
        let (before, after) = match difference {
            Difference::Gained { assignment } => (None, Some(assignment)),
            Difference::Lost { assignment } => (Some(assignment), None),
            Difference::Changed { before, after, .. } => (Some(before), Some(after)),
            Difference::Joined { membership } => {
                delta.insert(membership.key.to_string(), (None, Some(String::new())));
                continue;
            }
            Difference::Left { membership } => {
                delta.insert(membership.key.to_string(), (Some(String::new()), None));
                continue;
            }
            _ => continue,
        };
        if let Some(row) = before {
            delta.entry(row.key.to_string()).or_default().0 = Some(told(row));
        }
        if let Some(row) = after {
            delta.entry(row.key.to_string()).or_default().1 = Some(told(row));
        }
    }
    delta
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    #[test]
    fn nothing_differs_from_itself(state in state::state().prop_flat_map(state::with_gaps)) {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (state.save(folder.path(), "1"), state.save(folder.path(), "2"));
        prop_assert_eq!(differences(&one, &two), []);
    }

    #[test]
    fn the_way_back_is_the_inverse(
        a in state::state().prop_flat_map(state::with_gaps),
        b in state::state().prop_flat_map(state::with_gaps),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (a.save(folder.path(), "a"), b.save(folder.path(), "b"));
        let (there, back) = (differences(&a, &b), differences(&b, &a));
        let inverse: Delta = delta(&back).into_iter().map(|(key, (x, y))| (key, (y, x))).collect();
        prop_assert_eq!(delta(&there), inverse);
        let not_compared = |all: &[Difference], side| {
            all.iter()
                .filter(|one| matches!(one, Difference::NotCompared { seen, .. } if *seen == side))
                .count()
        };
        prop_assert_eq!(not_compared(&there, Side::Before), not_compared(&back, Side::After));
        prop_assert_eq!(not_compared(&there, Side::After), not_compared(&back, Side::Before));
    }

    /// What changes from a to c is what changes on the way over b, if all three know it.
    #[test]
    fn two_steps_cover_the_whole_way(
        a in state::known(), b in state::known(), c in state::known(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let [a, b, c] = [(a, "a"), (b, "b"), (c, "c")].map(|(one, name)| one.save(folder.path(), name));
        let mut steps = delta(&differences(&a, &b));
        for (key, (before, after)) in delta(&differences(&b, &c)) {
            let step = steps.entry(key).or_insert((before.clone(), before));
            step.1 = after;
        }
        steps.retain(|_, (before, after)| before != after);
        let mut whole = delta(&differences(&a, &c));
        whole.retain(|_, (before, after)| before != after);
        prop_assert_eq!(whole, steps);
    }

    /// The complete diff says of each row what two sets say.
    #[test]
    fn it_says_what_two_sets_say(a in state::state(), b in state::state()) {
        let folder = tempfile::tempdir().unwrap();
        let rows = |state: &State| -> BTreeMap<String, String> {
            state.rows.iter().map(|row| (row.key.to_string(), told(row))).collect()
        };
        let (before, after) = (rows(&a), rows(&b));
        let (a, b) = (a.save(folder.path(), "a"), b.save(folder.path(), "b"));
        let found = delta(&differences(&a, &b));
        let rows = found.iter().filter(|(_, (x, y))| x.as_deref() != Some("") && y.as_deref() != Some(""));
        for (key, (was, is)) in rows {
            prop_assert_eq!(was.as_ref(), before.get(key), "{}", key);
            prop_assert_eq!(is.as_ref(), after.get(key), "{}", key);
        }
        for key in before.keys().chain(after.keys()) {
            if before.contains_key(key) != after.contains_key(key) {
                prop_assert!(
                    found.contains_key(key) || is_named_by_group(key),
                    "{} is missing", key
                );
            }
        }
    }

    /// Whatever was not read: nothing that is still there is called lost, and nothing that was there gained.
    #[test]
    fn what_was_not_seen_is_not_lost(
        (whole, seen) in state::state().prop_flat_map(|state| (Just(state.clone()), state::with_gaps(state))),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let missing = whole.rows.len() - seen.rows.len() + whole.memberships.len() - seen.memberships.len();
        let (whole, seen) = (whole.save(folder.path(), "whole"), seen.save(folder.path(), "seen"));
        for (before, after) in [(&whole, &seen), (&seen, &whole)] {
            let mut totals = Totals::default();
            for difference in differences(before, after) {
                totals.add(&difference);
            }
            prop_assert!(!totals.any(), "{totals:?}");
            prop_assert_eq!(totals.not_compared, missing as u64);
        }
    }
}

/// A role that comes by a group of which only one side knows the name is one row, and no difference.
fn is_named_by_group(key: &str) -> bool {
    let origin = key.rsplit('/').next().unwrap_or_default();
    origin == "group" || origin.starts_with("group:")
}

fn targets(ids: &[&str]) -> Scope {
    let target = |id: &&str| Target {
        kind: TargetKind::Group,
        id: (*id).to_owned(),
        name: None,
    };
    Scope::targets(ids.iter().map(target).collect())
}

#[test]
fn each_difference_looks_so() {
    let folder = tempfile::tempdir().unwrap();
    let over = |ids: &[&str]| {
        let mut row = row("user:u3", "HELP_DESK_ADMIN");
        row.scope = targets(ids);
        row.rekey()
    };
    let via = |group: Option<&str>| {
        let mut row = row("user:u4", "R");
        row.origin = Origin::Group {
            group: group.map(named),
            path: Vec::new(),
        };
        row.rekey()
    };
    let status = |status, name: &str| {
        let mut row = row("user:u5", "R");
        row.principal.status = Some(status);
        row.principal.name = Some(name.to_owned());
        row
    };
    let before = State::of(
        vec![
            row("user:u1", "R"),
            over(&["g1"]),
            via(None),
            status(UserStatus::Active, "old"),
            row("client:c1", "R"),
        ],
        vec![member("g1", "user:u1")],
    );
    let after = State::of(
        vec![
            row("user:u2", "R"),
            over(&["g1", "g2"]),
            via(Some("g1")),
            status(UserStatus::Suspended, "new"),
        ],
        vec![member("g1", "user:u2")],
    )
    .section("client-roles", |section| {
        section.status = Status::Refused;
        section.reason = Some("the response was 403".to_owned());
    });
    let (before, after) = (
        before.save(folder.path(), "1"),
        after.save(folder.path(), "2"),
    );
    let found = differences(&before, &after);
    let lines: Vec<_> = found
        .iter()
        .map(|one| serde_json::to_string(one).unwrap())
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn a_tenant_that_one_side_did_not_read_is_not_compared() {
    let folder = tempfile::tempdir().unwrap();
    let mut other = row("user:u1", "R");
    other.tenant = tenant("two");
    let before = State::of(vec![other.rekey()], Vec::new()).save(folder.path(), "1");
    let after = State::of(Vec::new(), Vec::new()).save(folder.path(), "2");
    let found = differences(&before, &after);
    assert!(
        matches!(found.as_slice(), [Difference::NotCompared { seen: Side::Before, reason, .. }]
            if reason == "okta:two was not read"),
        "{found:?}"
    );
}

#[test]
fn a_row_that_cannot_be_read_is_an_error_and_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let before = State::of(vec![row("user:u1", "R")], Vec::new()).save(folder.path(), "1");
    let after = State::of(Vec::new(), Vec::new()).save(folder.path(), "2");
    let mut all = diff(&before, &after).unwrap();
    assert!(all.next().is_some_and(|one| one.is_ok()));
    assert!(all.next().is_none() && all.next().is_none());
}
