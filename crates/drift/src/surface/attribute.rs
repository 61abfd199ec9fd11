//! Finds for each difference of the Rust APIs the difference of the descriptions that causes it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::changes::{self, Diff, Kind};
use super::{Surface, Users, items, renames};
use crate::finding::{ApiVerdict, OperationRef};
use crate::operations::route;
use rolecall_openapi::json;

mod spread;

/// What attribution must know of a finding.
pub(crate) struct Cause<'a> {
    pub rule: &'static str,
    pub detail: &'a str,
    /// The places that it is about in the old document.
    pub old: Vec<String>,
    /// The places that it is about in the new document.
    pub new: Vec<String>,
    pub operations: &'a [OperationRef],
    /// Whether it is about answers.
    pub answers: bool,
}

/// What the Rust APIs say of the findings.
pub(crate) struct Attribution {
    /// For each finding the verdict and the item that it changes most, where it changes any.
    pub causes: Vec<Option<(ApiVerdict, String)>>,
    /// Differences that no finding explains.
    pub alone: Vec<Alone>,
    /// Whether the crates are the same, byte for byte.
    pub same: bool,
}

/// Differences of one item of the crate, and of what is inside, that no finding explains.
pub(crate) struct Alone {
    pub item: String,
    pub kind: Kind,
    pub verdict: ApiVerdict,
    pub messages: Vec<String>,
    pub old: Option<String>,
    pub new: Option<String>,
    /// Operations by method and route.
    pub operations: BTreeSet<(String, String)>,
}

/// One document, as far as places in it are concerned.
struct Places<'a> {
    document: &'a Value,
    known: HashMap<String, Vec<String>>,
}

impl Places<'_> {
    /// The places whose schemas decide the type at a place: itself, what it refers to, its items and its alternatives.
    fn deciding(&mut self, pointer: &str) -> Vec<String> {
        if let Some(known) = self.known.get(pointer) {
            return known.clone();
        }
        const MOST: usize = 64;
        let mut places = vec![pointer.to_owned()];
        let mut next = 0;
        while let Some(place) = places.get(next).cloned() {
            next += 1;
            let Some(schema) = self.document.pointer(&place) else {
                continue;
            };
            let mut add = |place: String| {
                if places.len() < MOST && !places.contains(&place) {
                    places.push(place);
                }
            };
            if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
                add(reference.trim_start_matches('#').to_owned());
            }
            for key in ["items", "additionalProperties"] {
                if schema.get(key).is_some() {
                    add(json::join(&place, key));
                }
            }
            for key in ["allOf", "oneOf", "anyOf"] {
                let list = schema.get(key).and_then(Value::as_array);
                for index in 0..list.map_or(0, Vec::len) {
                    add(format!("{place}/{key}/{index}"));
                }
            }
        }
        self.known.insert(pointer.to_owned(), places.clone());
        places
    }
}

/// Rules on constraints and words, which the generator writes into documentation only.
fn is_documentation(rule: &str) -> bool {
    [
        "min-",
        "max-",
        "minimum-",
        "maximum-",
        "multiple-of-",
        "unique-items-",
        "pattern-",
        "default-",
        "property-deprecated",
        "property-undeprecated",
        "oauth-",
        "server-",
        "error-name-",
        "permission-",
        "refusal-",
        "hazard-",
        "retry-",
        "rate-limit-",
        "page-limit-",
        "stage-",
        "sunset-",
        "security-",
    ]
    .iter()
    .any(|start| rule.starts_with(start))
}

/// The types that an item and what is inside it mention.
fn mentions(surface: &Surface, path: &str, item: Option<&super::Item>) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    let mut take = |text: &str| {
        for word in text.split(|c: char| !(c.is_alphanumeric() || c == '_')) {
            if surface.items.contains_key(&format!("types::{word}")) {
                words.insert(word.to_owned());
            }
        }
    };
    if let Some(item) = item {
        take(&item.signature);
    }
    let inside = surface.items.range(path.to_owned()..);
    for (inner, item) in inside.take_while(|(inner, _)| inner.starts_with(path)) {
        if changes::owner(inner) == path {
            take(&item.signature);
        }
    }
    words
}

/// Whether a difference is of an arm of an enum.
fn is_variant(diff: &Diff) -> bool {
    let item = diff.new.as_ref().or(diff.old.as_ref());
    item.is_some_and(|item| item.signature.starts_with("variant"))
}

/// Whether an item of a type is made from its fields: `new`, setters, derived traits.
fn is_derived(path: &str) -> bool {
    let part = path.rsplit("::").next().unwrap_or_default();
    path.starts_with("types::")
        && (part == "new" || part.starts_with("with_") || path.contains(": "))
}

/// Compares the APIs and finds the causes of what differs.
pub(crate) fn attribute(
    (old, new): (&Surface, &Surface),
    (old_document, new_document): (&Value, &Value),
    causes: &[Cause<'_>],
) -> Attribution {
    let pairs = renames::operations(&old.model, &new.model);
    let diffs = changes::find(old, new, &pairs);
    let mut work = Work {
        old,
        new,
        old_users: Users::of(old),
        new_users: Users::of(new),
        old_places: Places {
            document: old_document,
            known: HashMap::new(),
        },
        new_places: Places {
            document: new_document,
            known: HashMap::new(),
        },
        causes,
        at: BTreeMap::new(),
        of_operation: BTreeMap::new(),
        found: vec![BTreeSet::new(); diffs.len()],
        diffs,
    };
    work.index();
    work.direct();
    work.spread();
    work.finish(old.text == new.text)
}

struct Work<'a> {
    old: &'a Surface,
    new: &'a Surface,
    old_users: Users<'a>,
    new_users: Users<'a>,
    old_places: Places<'a>,
    new_places: Places<'a>,
    causes: &'a [Cause<'a>],
    /// The findings about a place, of either document.
    at: BTreeMap<(bool, String), Vec<usize>>,
    /// The findings about an operation, by method and route.
    of_operation: BTreeMap<(String, String), Vec<usize>>,
    diffs: Vec<Diff>,
    /// The findings behind each difference.
    found: Vec<BTreeSet<usize>>,
}

impl Work<'_> {
    fn index(&mut self) {
        for (index, cause) in self.causes.iter().enumerate() {
            for (new, places) in [(false, &cause.old), (true, &cause.new)] {
                for place in places {
                    self.at.entry((new, place.clone())).or_default().push(index);
                }
            }
            for operation in cause.operations {
                let key = (operation.method.clone(), route(&operation.path));
                self.of_operation.entry(key).or_default().push(index);
            }
        }
    }

    fn key(&self, new: bool, number: usize) -> Option<(String, String)> {
        let surface = if new { self.new } else { self.old };
        let operation = surface.model.operations.get(number)?;
        Some((operation.method.to_uppercase(), route(&operation.path)))
    }

    /// The findings about what decides the type at a place.
    fn deciding(&mut self, new: bool, pointer: &str) -> Vec<usize> {
        let places = match new {
            true => self.new_places.deciding(pointer),
            false => self.old_places.deciding(pointer),
        };
        let found = places
            .into_iter()
            .filter_map(|place| self.at.get(&(new, place)));
        found
            .flatten()
            .copied()
            .filter(|index| {
                self.causes
                    .get(*index)
                    .is_some_and(|c| !is_documentation(c.rule))
            })
            .collect()
    }

    /// Causes that the places and operations of a difference name themselves.
    fn direct(&mut self) {
        for index in 0..self.diffs.len() {
            let Some(diff) = self.diffs.get(index).cloned() else {
                continue;
            };
            let mut found = BTreeSet::new();
            for (new, item) in [(false, &diff.old), (true, &diff.new)] {
                let Some(item) = item else { continue };
                if let Some(number) = item.operation {
                    found.extend(self.of_item(new, number, &diff));
                }
                if let Some(origin) = item.origin.as_ref().filter(|_| !is_derived(&diff.path)) {
                    let near = self.deciding(new, origin);
                    found.extend(near.into_iter().filter(|cause| self.fits(*cause, &diff)));
                }
            }
            if let Some(slot) = self.found.get_mut(index) {
                *slot = found;
            }
        }
    }

    /// Whether a finding about the place can be the cause, as far as its rule says.
    fn fits(&self, cause: usize, diff: &Diff) -> bool {
        let Some(cause) = self.causes.get(cause) else {
            return false;
        };
        let item = diff.new.as_ref().or(diff.old.as_ref());
        let of_values = cause.rule.starts_with("enum-value-");
        // An arm of an enum has a value of its own.
        if let Some(value) = item.and_then(|item| item.value.as_deref()) {
            return !of_values || cause.detail == format!("`{value}`");
        }
        let (Some(old), Some(new)) = (&diff.old, &diff.new) else {
            return !of_values;
        };
        let wraps = |outer: &str, inner: &str| outer == format!("Option < {inner} >");
        let presence =
            wraps(&old.signature, &new.signature) || wraps(&new.signature, &old.signature);
        let of_null = cause.rule.starts_with("null-");
        let of_presence = cause.rule.starts_with("property-") || of_null;
        // What is only sent is a secret.
        let of_secret = cause.rule.ends_with("write-only");
        match presence {
            true => of_presence,
            false => !of_values && (!of_presence || of_null || of_secret),
        }
    }

    /// The findings that explain a difference of an operation's own items.
    fn of_item(&mut self, new: bool, number: usize, diff: &Diff) -> Vec<usize> {
        let Some(key) = self.key(new, number) else {
            return Vec::new();
        };
        let all = self.of_operation.get(&key).cloned().unwrap_or_default();
        let rule = |index: &usize| self.causes.get(*index).map_or("", |cause| cause.rule);
        let part = diff.path.rsplit("::").next().unwrap_or_default();
        let whole = changes::owner(&diff.path) == diff.path || diff.path.starts_with("Client::");
        if whole || diff.path.starts_with("operations::") {
            let wanted = |rule: &str| {
                matches!(
                    rule,
                    "operation-removed"
                        | "operation-added"
                        | "operation-moved"
                        | "operation-id-changed"
                        | "operation-tag-changed"
                        | "operation-deprecated"
                        | "operation-undeprecated"
                )
            };
            let named = |rule: &str| match diff.kind {
                Kind::Renamed => matches!(
                    rule,
                    "operation-id-changed" | "operation-tag-changed" | "operation-moved"
                ),
                Kind::Added => matches!(rule, "operation-added"),
                Kind::Removed => matches!(rule, "operation-removed"),
                Kind::Changed => rule.contains("deprecated"),
            };
            let best: Vec<usize> = all.iter().copied().filter(|i| named(rule(i))).collect();
            if !best.is_empty() {
                return best;
            }
            return all.into_iter().filter(|i| wanted(rule(i))).collect();
        }
        let surface = if new { self.new } else { self.old };
        let operation = surface.model.operations.get(number);
        if part == "send" || diff.path.contains(": ") {
            let places = operation.map(items::answers).unwrap_or_default();
            let mut found: Vec<usize> = all
                .iter()
                .copied()
                .filter(|index| {
                    let rule = rule(index);
                    let answers = self.causes.get(*index).is_some_and(|cause| cause.answers);
                    answers
                        && ["success-", "error-status", "response-body", "media-type"]
                            .iter()
                            .any(|start| rule.starts_with(start))
                        || rule == "pagination-changed"
                })
                .collect();
            for place in places {
                found.extend(self.deciding(new, &place));
            }
            return found;
        }
        let item = if new { &diff.new } else { &diff.old };
        let wire = item.as_ref().and_then(|item| item.parameter.as_ref());
        let request = |rule: &str| {
            rule.starts_with("request-body")
                || rule.contains("-request-body")
                || rule.starts_with("media-type")
        };
        all.iter()
            .copied()
            .filter(|index| {
                let Some(cause) = self.causes.get(*index) else {
                    return false;
                };
                match wire {
                    None => !cause.answers && request(cause.rule),
                    Some((_, name)) => {
                        cause.rule.contains("parameter")
                            && cause
                                .detail
                                .split(' ')
                                .any(|detail| detail == name.as_str())
                    }
                }
            })
            .collect()
    }

    fn finish(self, same: bool) -> Attribution {
        let mut causes: Vec<Option<(ApiVerdict, String)>> = vec![None; self.causes.len()];
        let mut alone: BTreeMap<String, Alone> = BTreeMap::new();
        for (diff, found) in self.diffs.iter().zip(&self.found) {
            for index in found {
                let Some(slot) = causes.get_mut(*index) else {
                    continue;
                };
                let larger = slot
                    .as_ref()
                    .is_none_or(|(verdict, _)| diff.verdict > *verdict);
                if larger {
                    *slot = Some((diff.verdict, diff.path.clone()));
                }
            }
            if found.is_empty() {
                self.alone(&mut alone, diff);
            }
        }
        Attribution {
            causes,
            alone: alone.into_values().collect(),
            same,
        }
    }

    /// Puts a difference without a cause to the others of its type or builder.
    fn alone(&self, alone: &mut BTreeMap<String, Alone>, diff: &Diff) {
        let item = changes::owner(&diff.path).to_owned();
        let origin =
            |item: &Option<super::Item>| item.as_ref().and_then(|item| item.origin.clone());
        let entry = alone.entry(item.clone()).or_insert_with(|| Alone {
            item: item.clone(),
            kind: diff.kind,
            verdict: diff.verdict,
            messages: Vec::new(),
            old: None,
            new: None,
            operations: BTreeSet::new(),
        });
        if diff.verdict > entry.verdict || diff.verdict == entry.verdict && diff.kind > entry.kind {
            entry.verdict = diff.verdict;
            entry.kind = diff.kind;
        }
        entry.messages.push(diff.message.clone());
        entry.old = entry.old.take().or_else(|| origin(&diff.old));
        entry.new = entry.new.take().or_else(|| origin(&diff.new));
        for (new, side) in [(false, &diff.old), (true, &diff.new)] {
            let number = side.as_ref().and_then(|item| item.operation);
            entry
                .operations
                .extend(number.and_then(|number| self.key(new, number)));
        }
        if let Some(name) = item.strip_prefix("types::") {
            // The path is that of the old crate where the item was there.
            let new = diff.old.is_none();
            let users = if new {
                &self.new_users
            } else {
                &self.old_users
            };
            let reached = users.reach(name).into_iter();
            entry
                .operations
                .extend(reached.filter_map(|number| self.key(new, number)));
        }
    }
}
