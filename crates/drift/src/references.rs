//! References outside schemas that cannot be followed: what is behind them is not compared, and that is said.

use super::document::{Doc, Node};
use super::finding::Direction;
use super::operations::Operation;
use super::pairs::{Change, Engine, Owner};

/// A reference that leads nowhere, or out of the document, and which way what is behind it travels.
type Dangling<'a> = (Direction, &'a str, Node<'a>);

/// Says which parameters, bodies, responses and headers of an operation are not compared.
pub(super) fn compare<'a>(
    engine: &mut Engine<'a>,
    number: usize,
    old: &Operation<'a>,
    new: &Operation<'a>,
) {
    let before = of_operation(&engine.old.doc, old);
    let after = of_operation(&engine.new.doc, new);
    let near = (Some(old.node), Some(new.node));
    for change in differences(before, after, near) {
        engine.report(Owner::Operation(number), change);
    }
}

/// Says which paths are not compared.
pub(super) fn paths(engine: &mut Engine<'_>) {
    let before = of_paths(&engine.old.doc);
    let after = of_paths(&engine.new.doc);
    let near = (Some(engine.old.doc.root()), Some(engine.new.doc.root()));
    for change in differences(before, after, near) {
        engine.report_unused(change);
    }
}

fn differences<'a>(
    before: Vec<Dangling<'a>>,
    mut after: Vec<Dangling<'a>>,
    near: (Option<Node<'a>>, Option<Node<'a>>),
) -> Vec<Change<'a>> {
    let mut changes = Vec::new();
    for (direction, name, one) in before {
        let same = after
            .iter()
            .position(|(way, known, _)| (*way, *known) == (direction, name));
        let other = same.map(|index| after.remove(index).2);
        let (rule, message) = match other {
            Some(_) => (
                "reference-not-followed",
                format!("`{name}` cannot be followed, so what is behind it is not compared"),
            ),
            None => (
                "unclassified",
                format!("`{name}`, which cannot be followed, is no longer referred to"),
            ),
        };
        let change = Change::new(rule, direction, Some(one), other, message);
        changes.push(change.near(near.0, near.1).detail(name));
    }
    for (direction, name, other) in after {
        let message = format!("`{name}` is referred to now, which cannot be followed");
        let change = Change::new("unclassified", direction, None, Some(other), message);
        changes.push(change.near(near.0, near.1).detail(name));
    }
    changes
}

fn of_paths<'a>(doc: &Doc<'a>) -> Vec<Dangling<'a>> {
    let paths = doc.members_of(doc.root(), "paths").into_iter();
    paths
        .filter_map(|(_, item)| Some((Direction::None, unresolved(doc, item)?, item)))
        .collect()
}

fn of_operation<'a>(doc: &Doc<'a>, operation: &Operation<'a>) -> Vec<Dangling<'a>> {
    let mut found = Vec::new();
    let mut look = |direction, entry: Node<'a>| {
        if let Some(name) = unresolved(doc, entry) {
            found.push((direction, name, entry));
        }
    };
    for holder in [operation.item, operation.node] {
        for entry in doc.items_of(holder, "parameters") {
            look(Direction::Request, entry);
        }
    }
    if let Some(body) = doc.get(operation.node, "requestBody") {
        look(Direction::Request, body);
    }
    for (_, entry) in doc.members_of(operation.node, "responses") {
        look(Direction::Response, entry);
        let headers = doc
            .resolve(entry)
            .map(|response| doc.members_of(response, "headers"));
        for (_, header) in headers.into_iter().flatten() {
            look(Direction::Response, header);
        }
    }
    found
}

/// The reference of a value that leads nowhere.
fn unresolved<'a>(doc: &Doc<'a>, entry: Node<'a>) -> Option<&'a str> {
    let name = entry.text("$ref")?;
    doc.resolve(entry).is_none().then_some(name)
}
