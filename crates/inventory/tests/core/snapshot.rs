//! Snapshots: the same state gives the same bytes, and a file that is not whole is refused with its line.

use super::state::{self, State, row, save, tenant};
use proptest::prelude::*;
use rolecall_inventory::snapshot::{Record, Snapshot, Writer};
use rolecall_inventory::{Event, Named, Options, Origin, RoleRow};
use rolecall_inventory::{Role, RoleKind};
use serde_json::json;
use std::fs;
use std::path::Path;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    #[test]
    fn the_order_of_events_is_not_in_the_file(
        (state, shuffled) in state::state().prop_flat_map(|state| {
            let events = Just(state.events()).prop_shuffle();
            (Just(state), events)
        }),
    ) {
        let folder = tempfile::tempdir().unwrap();
        // A row that is told twice is one row.
        let twice: Vec<Event> = shuffled.iter().chain(shuffled.first()).cloned().collect();
        let first = state.save(folder.path(), "first");
        let second = save(twice, folder.path(), "second");
        prop_assert_eq!(first.header(), second.header());
        prop_assert_eq!(
            fs::read(first.path()).unwrap(),
            fs::read(second.path()).unwrap()
        );
    }

    #[test]
    fn what_was_told_is_in_the_file(state in state::state()) {
        let folder = tempfile::tempdir().unwrap();
        let snapshot = state.save(folder.path(), "file");
        let (mut rows, mut memberships) = (Vec::new(), Vec::new());
        for record in snapshot.lines().unwrap() {
            match record.unwrap() {
                Record::Assignment(row) => rows.push(*row),
                Record::Membership(row) => memberships.push(*row),
                other => panic!("{other:?}"),
            }
        }
        let mut expected = state.rows.clone();
        expected.sort_by(|a, b| a.key.cmp(&b.key));
        prop_assert_eq!(rows, expected);
        let mut expected = state.memberships.clone();
        expected.sort_by(|a, b| a.key.cmp(&b.key));
        prop_assert_eq!(memberships, expected);
    }

    /// Whatever single byte is changed or cut off, nobody takes the file for whole.
    #[test]
    fn a_file_that_was_damaged_is_refused(
        state in state::state(),
        at in any::<prop::sample::Index>(),
        to in any::<u8>(),
        cut in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let snapshot = state.save(folder.path(), "file");
        let mut bytes = fs::read(snapshot.path()).unwrap();
        let at = at.index(bytes.len());
        prop_assume!(cut || bytes[at] != to);
        if cut {
            bytes.truncate(at);
        } else {
            bytes[at] = to;
        }
        let path = folder.path().join("damaged");
        fs::write(&path, bytes).unwrap();
        let error = Snapshot::open(&path).expect_err("a damaged file");
        prop_assert!(error.to_string().contains("damaged"), "{error}");
    }
}

#[test]
fn two_different_rows_of_one_key_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let (mut one, mut other) = (row("user:u1", "R"), row("user:u1", "R"));
    one.principal.name = Some("a".to_owned());
    other.principal.name = Some("b".to_owned());
    let key = one.key.clone();
    let there = State::of(vec![one.clone(), other.clone()], Vec::new());
    let back = State::of(vec![other, one], Vec::new());
    let (there, back) = (
        there.save(folder.path(), "1"),
        back.save(folder.path(), "2"),
    );
    assert_eq!(there.header().conflicts, [key]);
    assert_eq!(there.header().counts.assignments, 1);
    assert_eq!(
        fs::read(there.path()).unwrap(),
        fs::read(back.path()).unwrap()
    );
}

#[test]
fn what_is_not_state_is_not_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let now = chrono::DateTime::from_timestamp(1_700_000_000, 0);
    let vendor = |text| Some(serde_json::from_str(text).unwrap());
    let mut signed_in = row("user:u1", "R").vendor(vendor(r#"{"b": {"y": 1, "x": 2}, "a": 3}"#));
    signed_in.principal.last_sign_in = now;
    let other = row("user:u1", "R").vendor(vendor(r#"{"a": 3, "b": {"x": 2, "y": 1}}"#));
    let one = State::of(vec![signed_in], Vec::new()).save(folder.path(), "1");
    let two = State::of(vec![other], Vec::new()).save(folder.path(), "2");
    assert_eq!(fs::read(one.path()).unwrap(), fs::read(two.path()).unwrap());
}

#[test]
fn a_file_reads_as_documented() {
    let folder = tempfile::tempdir().unwrap();
    let mut state = State::of(
        vec![row("user:u/1", "SUPER_ADMIN")],
        vec![state::member("g1", "user:u/1")],
    );
    state.rows[0].origin = Origin::Group {
        group: Some(Named {
            id: "g1".to_owned(),
            name: Some("Admins".to_owned()),
        }),
        path: Vec::new(),
    };
    state.rows[0] = state.rows[0].clone().rekey();
    state.principals.push(state.rows[0].principal.clone());
    let mut events = state.events();
    events.push(Event::Role(Box::new(RoleRow {
        tenant: tenant("one"),
        role: Role::new(RoleKind::Standard, "SUPER_ADMIN"),
        holders: Some(1),
    })));
    let snapshot = save(events, folder.path(), "file");
    insta::assert_snapshot!(fs::read_to_string(snapshot.path()).unwrap());
}

#[test]
fn what_is_wrong_with_a_file_is_said_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let good = State::of(vec![row("user:u1", "R"), row("user:u2", "R")], Vec::new());
    let good = fs::read_to_string(good.save(folder.path(), "file").path()).unwrap();
    let lines: Vec<&str> = good.lines().collect();
    let newer = good.replacen("\"version\":1", "\"version\":2", 1);
    let half = &good[..good.len() - 9];
    let cases = [
        ("empty", String::new()),
        ("another file", "<html>\n".to_owned()),
        (
            "another format",
            json!({"format": "x", "version": 1}).to_string(),
        ),
        ("a newer version", newer),
        ("half a line", half.to_owned()),
        ("a line less", format!("{}\n{}\n", lines[0], lines[1])),
        (
            "out of order",
            format!("{}\n{}\n{}\n", lines[0], lines[2], lines[1]),
        ),
        ("no record", format!("{}\n{}\nx\n", lines[0], lines[1])),
        (
            "broken JSON",
            good.replacen("\"kind\":\"standard\"", "\"kind\":standard", 1),
        ),
        (
            "another role",
            good.replacen("\"kind\":\"standard\"", "\"kind\":\"custom\"", 1),
        ),
    ];
    let told = cases.map(|(what, text)| {
        fs::write(&path, text).unwrap();
        let error = Snapshot::open(&path).expect_err(what).to_string();
        let error = error.replace(&*path.display().to_string(), "FILE");
        format!("{what}:\n{error}\n")
    });
    insta::assert_snapshot!(told.join("\n"));
    let error = Snapshot::open(folder.path().join("none")).expect_err("no file");
    assert!(
        error.to_string().contains("opening the snapshot"),
        "{error}"
    );
    let error = Writer::new(folder.path().join("none/file"))
        .err()
        .expect("no folder");
    assert!(
        error.to_string().contains("looking for the folder"),
        "{error}"
    );
}

#[test]
fn nothing_is_left_of_a_snapshot_that_was_not_finished() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let names = |folder: &Path| fs::read_dir(folder).unwrap().count();
    let mut writer = Writer::new(&path).unwrap();
    for event in State::of(vec![row("user:u1", "R")], Vec::new()).events() {
        writer.push(event).unwrap();
    }
    drop(writer);
    assert_eq!(names(folder.path()), 0);
    // What was there before stays until the new one is whole.
    fs::write(&path, "old").unwrap();
    let writer = Writer::new(&path).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    writer.finish(Vec::new(), &Options::default()).unwrap();
    assert_eq!(names(folder.path()), 1);
    Snapshot::open(&path).unwrap();
}
