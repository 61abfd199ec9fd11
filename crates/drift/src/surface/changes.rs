//! What differs between the items of two crates.

use std::collections::BTreeSet;

use super::renames::{self, Renames};
use super::{Item, Surface};
use crate::finding::ApiVerdict;

/// What became of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Added,
    Changed,
    Removed,
    Renamed,
}

/// An item that differs. What is inside a type that came or went is part of the type.
#[derive(Clone, Debug)]
pub(super) struct Diff {
    /// The path in the old crate where it is there, else in the new one.
    pub path: String,
    /// The path in the new crate where it is there, else in the old one.
    pub now: String,
    pub kind: Kind,
    pub verdict: ApiVerdict,
    pub old: Option<Item>,
    pub new: Option<Item>,
    /// One sentence without a full stop.
    pub message: String,
}

/// The types and builders that an item belongs to: `types::User` of `types::User::email`.
pub(super) fn owner(path: &str) -> &str {
    let (Some(first), colon) = (path.find("::"), path.find(": ")) else {
        return path;
    };
    let rest = path.get(first + 2..).unwrap_or_default();
    let end = rest.find("::").map(|at| first + 2 + at);
    let end = [end, colon]
        .into_iter()
        .flatten()
        .min()
        .unwrap_or(path.len());
    path.get(..end).unwrap_or(path)
}

/// The differences, sorted by path.
pub(super) fn find(old: &Surface, new: &Surface, pairs: &[(usize, usize)]) -> Vec<Diff> {
    let renames = renames::find(old, new, pairs);
    let mut diffs = Vec::new();
    let mut met: BTreeSet<String> = BTreeSet::new();
    // Of a struct that became an enum nothing inside is worth telling.
    let other_kind = |path: &str| {
        let owner = owner(path);
        let kinds = (old.items.get(owner), new.items.get(&renames.path(owner)));
        owner != path
            && owner.starts_with("types::")
            && matches!(kinds, (Some(one), Some(other)) if one.signature != other.signature)
    };
    for (path, item) in &old.items {
        let now = renames.path(path);
        if other_kind(path) {
            met.insert(now);
            continue;
        }
        match new.items.get(&now) {
            Some(partner) => {
                met.insert(now.clone());
                both(&mut diffs, path, &now, (item, partner), &renames);
            }
            None => {
                let owner = owner(path);
                // With its owner everything inside goes.
                if owner == path || new.items.contains_key(&renames.path(owner)) || is_free(owner) {
                    diffs.push(Diff {
                        path: path.clone(),
                        now: path.clone(),
                        kind: Kind::Removed,
                        verdict: ApiVerdict::Major,
                        old: Some(item.clone()),
                        new: None,
                        message: format!("`{path}` is gone"),
                    });
                }
            }
        }
    }
    for (path, item) in &new.items {
        if met.contains(path) || other_kind(path) {
            continue;
        }
        let owner = owner(path);
        if owner == path || met.contains(owner) || is_free(owner) {
            diffs.push(Diff {
                path: path.clone(),
                now: path.clone(),
                kind: Kind::Added,
                verdict: ApiVerdict::Minor,
                old: None,
                new: Some(item.clone()),
                message: format!("`{path}` is new"),
            });
        }
    }
    gates(&mut diffs, old, new, &renames);
    diffs.sort_by(|one, other| one.path.cmp(&other.path).then(one.kind.cmp(&other.kind)));
    diffs
}

/// Whether the owner is no item of its own, but always there.
fn is_free(owner: &str) -> bool {
    owner.starts_with("Client::") || owner.starts_with("operations::")
}

fn both(
    diffs: &mut Vec<Diff>,
    path: &str,
    now: &str,
    (item, partner): (&Item, &Item),
    renames: &Renames,
) {
    let mut push = |kind, verdict, message| {
        diffs.push(Diff {
            path: path.to_owned(),
            now: now.to_owned(),
            kind,
            verdict,
            old: Some(item.clone()),
            new: Some(partner.clone()),
            message,
        });
    };
    // What is inside a renamed owner is renamed with it.
    let own = owner(path) == path || is_free(path) || renames.setters.contains_key(path);
    if path != now && own {
        push(
            Kind::Renamed,
            ApiVerdict::Major,
            format!("`{path}` is called `{now}`"),
        );
    }
    let mut signature = renames.signature(&item.signature);
    // A method returns its builder, whose new name is told with the builder.
    if path.starts_with("Client::") {
        signature.clone_from(&partner.signature);
    }
    if signature != partner.signature {
        let (before, after) = (brief(&item.signature), brief(&partner.signature));
        push(
            Kind::Changed,
            ApiVerdict::Major,
            format!("`{path}` was `{before}` and is `{after}`"),
        );
    }
    match (item.deprecated, partner.deprecated) {
        (false, true) => {
            push(
                Kind::Changed,
                ApiVerdict::Minor,
                format!("`{path}` is deprecated"),
            );
        }
        (true, false) => {
            push(
                Kind::Changed,
                ApiVerdict::Patch,
                format!("`{path}` is no longer deprecated"),
            );
        }
        _ => {}
    }
}

/// Types that were there with a module, and are not any more although the module is.
fn gates(diffs: &mut Vec<Diff>, old: &Surface, new: &Surface, renames: &Renames) {
    let modules = |surface: &Surface| -> BTreeSet<String> {
        let modules = surface.model.modules.iter();
        modules
            .map(|module| rolecall_codegen::render::feature(&module.name))
            .collect()
    };
    let (before, after) = (modules(old), modules(new));
    let gate = |item: &Item, all: &BTreeSet<String>| match item.features.is_empty() {
        true => all.clone(),
        false => item.features.iter().cloned().collect(),
    };
    for (path, item) in old
        .items
        .iter()
        .filter(|(path, _)| path.starts_with("types::"))
    {
        let now = renames.path(path);
        let Some(partner) = new.items.get(&now).filter(|_| owner(path) == path) else {
            continue;
        };
        let (had, has) = (gate(item, &before), gate(partner, &after));
        if let Some(lost) = had.iter().find(|m| after.contains(*m) && !has.contains(*m)) {
            diffs.push(Diff {
                path: path.clone(),
                now,
                kind: Kind::Changed,
                verdict: ApiVerdict::Major,
                old: Some(item.clone()),
                new: Some(partner.clone()),
                message: format!("`{path}` is no longer there with the feature `{lost}` alone"),
            });
        }
    }
}

/// A signature as people write it.
fn brief(signature: &str) -> String {
    let mut text = signature.replace(" :: ", "::").replace("-> ", "→");
    for (long, short) in [
        (" < ", "<"),
        (" >", ">"),
        ("> ", ">"),
        (" ,", ","),
        ("( ", "("),
        (" )", ")"),
        ("& ", "&"),
        (" (", "("),
        (" :", ":"),
        ("→", "-> "),
    ] {
        text = text.replace(long, short);
    }
    text
}
