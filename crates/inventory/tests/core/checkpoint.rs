//! A run that ends early, wherever it does, and goes on: the snapshot is the one of a run that was not interrupted.

use super::state::{self, State, row, tenant};
use proptest::prelude::*;
use rolecall_inventory::snapshot::Writer;
use rolecall_inventory::{Event, Options, SectionId, Status};
use std::fs;
use std::path::Path;

fn begin(path: &Path, resume: bool) -> (Writer, rolecall_inventory::snapshot::Done) {
    let mut writer = Writer::new(path).expect("a writer");
    let tenants = [tenant("one")];
    let done = writer.checkpoint(&tenants, &Options::default(), resume);
    (writer, done.expect("a checkpoint"))
}

fn section(event: &Event) -> Option<&SectionId> {
    match event {
        Event::Assignment(row) => Some(&row.section),
        Event::Membership(row) => Some(&row.section),
        Event::Section(section) => Some(&section.id),
        _ => None,
    }
}

/// Rows in any order, and each section behind its last row.
fn in_turn(state: &State, rows: Vec<Event>) -> Vec<Event> {
    let mut events: Vec<Event> = rows;
    for closed in state.sections.values() {
        let last = events
            .iter()
            .rposition(|event| section(event) == Some(&closed.id));
        let at = last.map_or(0, |at| at + 1);
        events.insert(at, Event::Section(Box::new(closed.clone())));
    }
    events
}

fn rows(state: &State) -> Vec<Event> {
    let is_row = |event: &Event| !matches!(event, Event::Section(_));
    state.events().into_iter().filter(is_row).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_run_that_was_resumed_gives_the_same_bytes(
        (state, first, second) in state::state().prop_flat_map(|state| {
            let rows = Just(rows(&state));
            (Just(state), rows.clone().prop_shuffle(), rows.prop_shuffle())
        }),
        stop in any::<prop::sample::Index>(),
        lost in 0usize..400,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let whole = state.save(folder.path(), "whole");
        let path = folder.path().join("file");
        let (mut writer, _) = begin(&path, false);
        let checkpoint = writer.checkpoint_path();
        let first = in_turn(&state, first);
        for event in first.iter().take(stop.index(first.len() + 1)) {
            writer.push(event.clone()).unwrap();
        }
        drop(writer);
        // The end of the file did not reach the disk, but for its first line.
        let bytes = fs::read(&checkpoint).unwrap();
        let head = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        let kept = bytes.len().saturating_sub(lost).max(head);
        fs::write(&checkpoint, &bytes[..kept]).unwrap();

        let (mut writer, done) = begin(&path, true);
        let done = done.get(&tenant("one")).cloned().unwrap_or_default();
        for event in in_turn(&state, second) {
            if !section(&event).is_some_and(|id| done.contains(id)) {
                writer.push(event).unwrap();
            }
        }
        writer.finish(vec![tenant("one")], &Options::default()).unwrap();
        prop_assert!(fs::read(&path).unwrap() == fs::read(whole.path()).unwrap());
        prop_assert!(!checkpoint.exists());
    }
}

#[test]
fn what_was_refused_is_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let refused = State::of(vec![row("user:u1", "R"), row("group:g1", "R")], Vec::new())
        .section("user-roles", |section| section.status = Status::Refused);
    let (mut writer, done) = begin(&path, true);
    assert!(done.is_empty());
    for event in refused.events() {
        writer.push(event).unwrap();
    }
    drop(writer);
    let (_, done) = begin(&path, true);
    let done: Vec<_> = done[&tenant("one")].iter().map(SectionId::as_str).collect();
    assert_eq!(done, ["client-roles", "group-roles", "memberships"]);
}

#[test]
fn a_checkpoint_of_another_run_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    drop(begin(&path, false));
    let mut writer = Writer::new(&path).unwrap();
    let checkpoint = writer.checkpoint_path();
    let mut resume = |tenants: &[_], options: &Options| {
        let error = writer
            .checkpoint(tenants, options, true)
            .expect_err("another run");
        error
            .to_string()
            .replace(&*checkpoint.display().to_string(), "FILE")
    };
    let more = Options {
        vendor: true,
        ..Options::default()
    };
    let mut told = vec![
        resume(&[tenant("two")], &Options::default()),
        resume(&[tenant("one")], &more),
    ];
    let whole = fs::read_to_string(&checkpoint).unwrap();
    for text in [
        "",
        "x\n",
        &whole.replace("\"checkpoint\":1", "\"checkpoint\":2"),
        &format!("{whole}x\n"),
    ] {
        fs::write(&checkpoint, text).unwrap();
        told.push(resume(&[tenant("one")], &Options::default()));
    }
    insta::assert_snapshot!(told.join("\n"));
    // Half a line is what an interruption leaves.
    fs::write(&checkpoint, format!("{whole}x")).unwrap();
    begin(&path, true);
}
