//! Causes that differences share: what follows from a field, a type, a module or a name that changed.

use std::collections::{BTreeMap, BTreeSet};

use super::{Work, is_derived, is_variant, mentions};
use crate::surface::changes::{self, Diff, Kind};

impl Work<'_> {
    /// Causes that differences share: what is made from the fields of a type, and types that come and go with what
    /// mentions them.
    pub(super) fn spread(&mut self) {
        let mut of_owner: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, diff) in self.diffs.iter().enumerate() {
            of_owner
                .entry(changes::owner(&diff.path).to_owned())
                .or_default()
                .push(index);
        }
        // Constructors, setters and derived traits follow from the fields.
        for index in 0..self.diffs.len() {
            let Some(diff) = self.diffs.get(index).filter(|diff| is_derived(&diff.path)) else {
                continue;
            };
            let siblings = of_owner
                .get(changes::owner(&diff.path))
                .cloned()
                .unwrap_or_default();
            let causes = self.of_fields(diff, &siblings);
            if let Some(slot) = self.found.get_mut(index) {
                *slot = causes;
            }
        }
        let mut edges: Vec<(usize, BTreeSet<String>, BTreeSet<String>)> = Vec::new();
        for (index, diff) in self.diffs.iter().enumerate() {
            let before = diff.old.as_ref().map_or_else(BTreeSet::new, |item| {
                mentions(self.old, &diff.path, Some(item))
            });
            let after = diff.new.as_ref().map_or_else(BTreeSet::new, |item| {
                mentions(self.new, &diff.path, Some(item))
            });
            edges.push((index, before, after));
        }
        let by_path: BTreeMap<String, usize> = self
            .diffs
            .iter()
            .enumerate()
            .filter(|(_, diff)| diff.path.starts_with("types::"))
            .map(|(index, diff)| (diff.path.clone(), index))
            .collect();
        loop {
            let mut changed = false;
            for (index, before, after) in &edges {
                let Some(kind) = self.diffs.get(*index).map(|diff| diff.kind) else {
                    continue;
                };
                let own = self.found.get(*index).cloned().unwrap_or_default();
                let gone = before.difference(after).map(|name| (name, Kind::Removed));
                let come = after.difference(before).map(|name| (name, Kind::Added));
                for (name, wanted) in gone.chain(come) {
                    let Some(other) = by_path.get(&format!("types::{name}")) else {
                        continue;
                    };
                    let fits = self
                        .diffs
                        .get(*other)
                        .is_some_and(|diff| diff.kind == wanted);
                    if !fits || other == index {
                        continue;
                    }
                    changed |= self.give(*other, &own);
                    // What uses a type that came or went changes for the same reason, and so does the arm that holds it.
                    let is_arm = self.diffs.get(*index).is_some_and(is_variant);
                    if own.is_empty() && (kind == Kind::Changed || is_arm) {
                        let causes = self.found.get(*other).cloned().unwrap_or_default();
                        changed |= self.give(*index, &causes);
                    }
                }
            }
            for (index, before, after) in &edges {
                changed |= self.spread_sent(*index, before, after, &of_owner);
            }
            if !changed {
                break;
            }
        }
        self.spread_modules();
        self.spread_names();
        self.spread_gates();
        // The arm for everything else is called otherwise when another takes its name.
        for index in 0..self.diffs.len() {
            let Some(diff) = self.diffs.get(index).filter(|diff| is_variant(diff)) else {
                continue;
            };
            let siblings = of_owner
                .get(changes::owner(&diff.path))
                .into_iter()
                .flatten();
            let causes: BTreeSet<usize> = siblings
                .filter_map(|other| self.found.get(*other))
                .flatten()
                .copied()
                .collect();
            self.give(index, &causes);
        }
    }

    /// A type whose constructor and setters come or go because something that is sent mentions it, or no longer does.
    fn spread_sent(
        &mut self,
        index: usize,
        before: &BTreeSet<String>,
        after: &BTreeSet<String>,
        of_owner: &BTreeMap<String, Vec<usize>>,
    ) -> bool {
        let own = self.found.get(index).cloned().unwrap_or_default();
        if own.is_empty() {
            return false;
        }
        let Some(diff) = self.diffs.get(index) else {
            return false;
        };
        // A constructor stands for its type: what its fields mention is sent with it.
        let (mut before, mut after) = (before.clone(), after.clone());
        if is_derived(&diff.path) {
            let owner = changes::owner(&diff.path);
            before = mentions(self.old, owner, None);
            after = mentions(self.new, owner, None);
        }
        let mut changed = false;
        for name in before.union(&after) {
            let siblings = of_owner
                .get(&format!("types::{name}"))
                .cloned()
                .unwrap_or_default();
            for other in siblings {
                let fits = self.diffs.get(other).is_some_and(|diff| {
                    is_derived(&diff.path) && matches!(diff.kind, Kind::Added | Kind::Removed)
                });
                changed |= fits && other != index && self.give(other, &own);
            }
        }
        changed
    }

    /// A module comes or goes with its operations.
    fn spread_modules(&mut self) {
        for index in 0..self.diffs.len() {
            let Some(diff) = self
                .diffs
                .get(index)
                .filter(|diff| !diff.path.contains("::"))
            else {
                continue;
            };
            let inside = format!("{}::", diff.path);
            let moved = self.diffs.iter().zip(&self.found).filter(|(other, _)| {
                other.path.starts_with(&inside) || other.now.starts_with(&inside)
            });
            let causes: BTreeSet<usize> = moved.flat_map(|(_, found)| found).copied().collect();
            self.give(index, &causes);
        }
    }

    /// The causes of these rules among the operations that reach a type of the old crate.
    fn of_users(&self, name: &str, rules: &[&str]) -> BTreeSet<usize> {
        let users = self.old_users.reach(name).into_iter();
        let keys = users.filter_map(|number| self.key(false, number));
        keys.filter_map(|key| self.of_operation.get(&key))
            .flatten()
            .copied()
            .filter(|cause| {
                let cause = self.causes.get(*cause);
                cause.is_some_and(|cause| rules.contains(&cause.rule))
            })
            .collect()
    }

    /// A type is there with other features because operations that reach it went to another module, or went.
    fn spread_gates(&mut self) {
        for index in 0..self.diffs.len() {
            let Some(diff) = self
                .diffs
                .get(index)
                .filter(|diff| diff.kind == Kind::Changed)
            else {
                continue;
            };
            let same = match (&diff.old, &diff.new) {
                (Some(old), Some(new)) => old.signature == new.signature,
                _ => false,
            };
            let Some(name) = diff.path.strip_prefix("types::").filter(|_| same) else {
                continue;
            };
            let causes = self.of_users(name, &["operation-tag-changed", "operation-removed"]);
            self.give(index, &causes);
        }
    }

    /// A type that is named for its operation is renamed with it.
    fn spread_names(&mut self) {
        for index in 0..self.diffs.len() {
            let Some(diff) = self
                .diffs
                .get(index)
                .filter(|diff| diff.kind == Kind::Renamed)
            else {
                continue;
            };
            let origin = diff.old.as_ref().and_then(|item| item.origin.as_deref());
            let Some(name) = diff.path.strip_prefix("types::") else {
                continue;
            };
            if !origin.is_some_and(|origin| origin.starts_with("/paths/")) {
                continue;
            }
            let causes = self.of_users(
                name,
                &[
                    "operation-id-changed",
                    "path-parameter-renamed",
                    "operation-moved",
                ],
            );
            self.give(index, &causes);
        }
    }

    /// The causes of the fields that a derived item is made from.
    fn of_fields(&self, diff: &Diff, siblings: &[usize]) -> BTreeSet<usize> {
        let causes = |wanted: &dyn Fn(&Diff) -> bool| -> BTreeSet<usize> {
            let fields = siblings.iter().filter(|index| {
                let field = self.diffs.get(**index);
                field.is_some_and(|field| !is_derived(&field.path) && wanted(field))
            });
            let found = fields.filter_map(|index| self.found.get(*index));
            found.flatten().copied().collect()
        };
        let part = diff.path.rsplit("::").next().unwrap_or_default();
        let found = match part.strip_prefix("with_") {
            Some(name) => causes(&|field| {
                let field = field.path.rsplit("::").next().unwrap_or_default();
                field.trim_end_matches('_') == name
            }),
            // What is optional on both sides is no argument.
            None => causes(&|field| {
                let sides = [&field.old, &field.new].into_iter().flatten();
                sides
                    .into_iter()
                    .any(|item| !item.signature.starts_with("Option <"))
            }),
        };
        match found.is_empty() {
            true => causes(&|_| true),
            false => found,
        }
    }

    /// Adds causes to a difference that has none of its own.
    fn give(&mut self, index: usize, causes: &BTreeSet<usize>) -> bool {
        match self.found.get_mut(index) {
            Some(found) if found.is_empty() && !causes.is_empty() => {
                found.clone_from(causes);
                true
            }
            _ => false,
        }
    }
}
