//! Compares who may call: requirements, scopes, and the schemes behind them.

use std::collections::{BTreeMap, BTreeSet};

use super::document::{Doc, Node};
use super::finding::{Direction, WireVerdict};
use super::operations::Operation;
use super::pairs::{Change, Engine, Owner};
use super::text::same_written;

const HERE: Direction = Direction::None;

/// Credentials that are needed together: schemes with their scopes.
type Needs = BTreeMap<String, BTreeSet<String>>;

/// The new names of schemes that mean the same under another name.
pub(super) type Renames = BTreeMap<String, String>;

/// One accepted way to call.
struct Way<'a> {
    node: Option<Node<'a>>,
    needs: Needs,
}

/// The schemes that are gone under their name, but there under another.
pub(super) fn renames(engine: &Engine<'_>) -> Renames {
    let before = schemes(&engine.old.doc);
    let after = schemes(&engine.new.doc);
    let mut renames = Renames::new();
    for (name, one) in &before {
        if after.contains_key(name) {
            continue;
        }
        let found = after.iter().find(|(other, node)| {
            !before.contains_key(*other)
                && same_written(&engine.old.doc, *one, &engine.new.doc, **node)
        });
        if let Some((other, _)) = found {
            renames.insert((*name).to_owned(), (*other).to_owned());
        }
    }
    renames
}

fn schemes<'a>(doc: &Doc<'a>) -> BTreeMap<&'a str, Node<'a>> {
    let components = doc.get(doc.root(), "components");
    let named = components.map_or_else(Vec::new, |node| doc.members_of(node, "securitySchemes"));
    named
        .into_iter()
        .filter_map(|(name, node)| Some((name, doc.resolve(node)?)))
        .collect()
}

/// The accepted ways: those of the operation, else those of the document. None at all is one that needs nothing.
fn ways<'a>(doc: &Doc<'a>, operation: &Operation<'a>, renames: &Renames) -> Vec<Way<'a>> {
    let list = doc
        .get(operation.node, "security")
        .or_else(|| doc.get(doc.root(), "security"));
    let mut ways: Vec<Way<'a>> = Vec::new();
    for node in list.map_or_else(Vec::new, |node| doc.items(node)) {
        let needs = doc.members(node).into_iter().map(|(name, scopes)| {
            let name = renames.get(name).map_or(name, String::as_str);
            let scopes = doc.items(scopes).into_iter();
            let scopes = scopes.filter_map(|scope| Some(scope.value.as_str()?.to_owned()));
            (name.to_owned(), scopes.collect())
        });
        ways.push(Way {
            node: Some(node),
            needs: needs.collect(),
        });
    }
    if ways.is_empty() {
        ways.push(Way {
            node: list,
            needs: Needs::new(),
        });
    }
    ways
}

/// Compares the accepted ways to call an operation.
pub(super) fn compare<'a>(
    engine: &mut Engine<'a>,
    number: usize,
    old: &Operation<'a>,
    new: &Operation<'a>,
    renames: &Renames,
) {
    let owner = Owner::Operation(number);
    let mut before = ways(&engine.old.doc, old, renames);
    let mut after = ways(&engine.new.doc, new, &Renames::new());
    let near = (Some(old.node), Some(new.node));
    let open = |ways: &[Way<'a>]| ways.iter().any(|way| way.needs.is_empty());
    let first = |ways: &[Way<'a>]| ways.iter().find_map(|way| way.node);
    match (open(&before), open(&after)) {
        (true, true) | (false, false) => {}
        (true, false) => {
            let names: Vec<String> = after.iter().map(named).collect();
            let message = format!("a credential is needed: {}", names.join(", or "));
            let change = Change::new(
                "security-added",
                HERE,
                first(&before),
                first(&after),
                message,
            )
            .near(near.0, near.1);
            engine.report(owner, change);
            if before.len() == 1 {
                return;
            }
        }
        (false, true) => {
            let message = "no credential is needed";
            let change = Change::new(
                "security-dropped",
                HERE,
                first(&before),
                first(&after),
                message,
            )
            .near(near.0, near.1);
            engine.report(owner, change);
            return;
        }
    }
    before.retain(|way| !way.needs.is_empty());
    after.retain(|way| !way.needs.is_empty());
    let all: Vec<Needs> = after.iter().map(|way| way.needs.clone()).collect();
    before.retain(
        |way| match after.iter().position(|other| other.needs == way.needs) {
            Some(index) => {
                after.remove(index);
                false
            }
            None => true,
        },
    );
    for way in before {
        let same = |other: &Way<'a>| other.needs.keys().eq(way.needs.keys());
        if let Some(index) = after.iter().position(same) {
            let other = after.remove(index);
            scopes(engine, owner, &way, &other, near);
            continue;
        }
        // Who brings more than is asked for is let in.
        let enough = |needs: &Needs| {
            needs.iter().all(|(scheme, scopes)| {
                way.needs
                    .get(scheme)
                    .is_some_and(|held| scopes.is_subset(held))
            })
        };
        if all.iter().any(enough) {
            continue;
        }
        let message = format!("{} is no longer accepted", named(&way));
        let change = Change::new(
            "security-alternative-removed",
            HERE,
            way.node,
            None,
            message,
        )
        .near(near.0, first(&after).or(near.1))
        .detail(named(&way));
        engine.report(owner, change);
    }
    for way in after {
        let message = format!("{} is accepted", named(&way));
        let change = Change::new("security-alternative-added", HERE, None, way.node, message)
            .near(near.0, None)
            .detail(named(&way));
        engine.report(owner, change);
    }
}

fn scopes<'a>(
    engine: &mut Engine<'a>,
    owner: Owner,
    one: &Way<'a>,
    other: &Way<'a>,
    near: (Option<Node<'a>>, Option<Node<'a>>),
) {
    for (scheme, held) in &one.needs {
        let Some(needed) = other.needs.get(scheme) else {
            continue;
        };
        for (rule, scopes, words) in [
            ("security-scope-added", needed.difference(held), "is needed"),
            (
                "security-scope-removed",
                held.difference(needed),
                "is no longer needed",
            ),
        ] {
            for scope in scopes {
                let message = format!("the scope `{scope}` of `{scheme}` {words}");
                let change = Change::new(rule, HERE, one.node, other.node, message)
                    .near(near.0, near.1)
                    .detail(format!("{scheme} {scope}"));
                engine.report(owner, change);
            }
        }
    }
}

fn named(way: &Way<'_>) -> String {
    let parts = way
        .needs
        .iter()
        .map(|(scheme, scopes)| match scopes.is_empty() {
            true => format!("`{scheme}`"),
            false => {
                let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
                format!("`{scheme}` with {}", scopes.join(", "))
            }
        });
    parts.collect::<Vec<_>>().join(" and ")
}

/// Compares what the schemes are. `users` says which operations accept a scheme.
pub(super) fn definitions<'a>(
    engine: &mut Engine<'a>,
    pairs: &[(usize, &Operation<'a>, &Operation<'a>)],
    renames: &Renames,
) {
    let before = schemes(&engine.old.doc);
    let after = schemes(&engine.new.doc);
    for (name, one) in before {
        let renamed = renames.get(name).map_or(name, String::as_str);
        let Some(other) = after.get(renamed) else {
            continue;
        };
        let users: Vec<usize> = pairs
            .iter()
            .filter(|(_, old, new)| {
                let uses =
                    |ways: Vec<Way<'a>>| ways.iter().any(|way| way.needs.contains_key(renamed));
                uses(ways(&engine.old.doc, old, renames))
                    || uses(ways(&engine.new.doc, new, &Renames::new()))
            })
            .map(|(number, ..)| *number)
            .collect();
        // The operations that need a scope of the scheme, on either side.
        let needing = |scope: &str| -> Vec<usize> {
            let needs = |ways: Vec<Way<'a>>| {
                let held =
                    |way: &Way<'a>| way.needs.get(renamed).is_some_and(|s| s.contains(scope));
                ways.iter().any(held)
            };
            let uses = pairs.iter().filter(|(_, old, new)| {
                needs(ways(&engine.old.doc, old, renames))
                    || needs(ways(&engine.new.doc, new, &Renames::new()))
            });
            uses.map(|(number, ..)| *number).collect()
        };
        for (change, of_scope) in definition(engine, name, one, *other, &needing) {
            let users = of_scope.as_ref().unwrap_or(&users);
            for user in users {
                engine.report(Owner::Operation(*user), change.clone());
            }
            if users.is_empty() {
                engine.report_unused(change);
            }
        }
    }
}

/// A difference of a scheme, and the operations that it concerns, where those are not all that use the scheme.
type OfScheme<'a> = (Change<'a>, Option<Vec<usize>>);

fn definition<'a>(
    engine: &Engine<'a>,
    name: &str,
    one: Node<'a>,
    other: Node<'a>,
    needing: &dyn Fn(&str) -> Vec<usize>,
) -> Vec<OfScheme<'a>> {
    let mut changes = Vec::new();
    let (old, new) = (&engine.old.doc, &engine.new.doc);
    let lower = |node: Node<'a>, key: &str| node.text(key).map(str::to_ascii_lowercase);
    let exact = |node: Node<'a>, key: &str| node.text(key).map(str::to_owned);
    let is_header = one.text("in") == Some("header");
    for key in ["type", "in", "name", "scheme", "openIdConnectUrl"] {
        let said = |node| match key {
            "scheme" => lower(node, key),
            "name" if is_header => lower(node, key),
            key => exact(node, key),
        };
        let (before, after) = (said(one), said(other));
        if before != after {
            let text = |said: Option<String>| {
                said.map_or("nothing".to_owned(), |text| format!("`{text}`"))
            };
            let message = format!(
                "`{key}` of `{name}` is {} and no longer {}",
                text(after),
                text(before)
            );
            let (old_at, new_at) = (old.get(one, key), new.get(other, key));
            let change = Change::new("security-scheme-changed", HERE, old_at, new_at, message)
                .near(Some(one), Some(other))
                .detail(key);
            changes.push((change, None));
        }
    }
    let kind = "x-credential";
    if one.text(kind) != other.text(kind) {
        let text = |node: Node<'a>| node.text(kind).unwrap_or("unknown");
        let message = format!(
            "`{name}` takes a credential of the kind {} and no longer {}",
            text(other),
            text(one)
        );
        let (old_at, new_at) = (old.get(one, kind), new.get(other, kind));
        let change = Change::new("credential-kind-changed", HERE, old_at, new_at, message)
            .near(Some(one), Some(other))
            .detail(name);
        changes.push((change, None));
    }
    let (before, after) = (old.members_of(one, "flows"), new.members_of(other, "flows"));
    for (flow, node) in &before {
        match after.iter().find(|(known, _)| known == flow) {
            Some((_, partner)) => changes.extend(flows(engine, flow, *node, *partner, needing)),
            None => {
                let message = format!("`{name}` no longer has the flow `{flow}`");
                let change = Change::new("oauth-flow-removed", HERE, Some(*node), None, message)
                    .near(None, Some(other));
                changes.push((change, None));
            }
        }
    }
    for (flow, node) in &after {
        if before.iter().all(|(known, _)| known != flow) {
            let message = format!("`{name}` has the flow `{flow}`");
            let change = Change::new("oauth-flow-added", HERE, None, Some(*node), message)
                .near(Some(one), None);
            changes.push((change, None));
        }
    }
    changes
}

fn flows<'a>(
    engine: &Engine<'a>,
    flow: &str,
    one: Node<'a>,
    other: Node<'a>,
    needing: &dyn Fn(&str) -> Vec<usize>,
) -> Vec<OfScheme<'a>> {
    let mut changes = Vec::new();
    let (old, new) = (&engine.old.doc, &engine.new.doc);
    for key in ["authorizationUrl", "tokenUrl", "refreshUrl"] {
        let (before, after) = (one.text(key), other.text(key));
        if before != after {
            let text =
                |said: Option<&str>| said.map_or("nothing".to_owned(), |text| format!("`{text}`"));
            let message = format!(
                "`{key}` of the flow `{flow}` is {} and no longer {}",
                text(after),
                text(before)
            );
            let change = Change::new(
                "oauth-endpoint-changed",
                HERE,
                old.get(one, key),
                new.get(other, key),
                message,
            )
            .near(Some(one), Some(other))
            .detail(key);
            changes.push((change, None));
        }
    }
    let (before, after) = (
        old.members_of(one, "scopes"),
        new.members_of(other, "scopes"),
    );
    for (rule, scopes, others, gone) in [
        ("oauth-scope-removed", &before, &after, true),
        ("oauth-scope-added", &after, &before, false),
    ] {
        let has = if gone { "no longer has" } else { "has" };
        let mut unused: Vec<(&str, Node<'a>)> = Vec::new();
        let lone = scopes
            .iter()
            .filter(|(scope, _)| others.iter().all(|(known, _)| known != scope));
        for (scope, node) in lone {
            let users = needing(scope);
            if users.is_empty() {
                unused.push((scope, *node));
                continue;
            }
            let message = format!("the flow `{flow}` {has} the scope `{scope}`");
            let change = scope_change(rule, (one, other), *node, gone, message).detail(*scope);
            changes.push((change, Some(users)));
        }
        if let Some((_, first)) = unused.first() {
            let names: Vec<&str> = unused.iter().map(|(scope, _)| *scope).collect();
            let message = format!(
                "the flow `{flow}` {has} `{}`, which no operation requires",
                names.join("`, `")
            );
            let change = scope_change(rule, (one, other), *first, gone, message)
                .detail(names.join(" "))
                .wire(Some(WireVerdict::Compatible));
            changes.push((change, Some(Vec::new())));
        }
    }
    changes
}

fn scope_change<'a>(
    rule: &'static str,
    (one, other): (Node<'a>, Node<'a>),
    scope: Node<'a>,
    gone: bool,
    message: String,
) -> Change<'a> {
    let (old, new) = match gone {
        true => (Some(scope), None),
        false => (None, Some(scope)),
    };
    Change::new(rule, HERE, old, new, message).near(Some(one), Some(other))
}
