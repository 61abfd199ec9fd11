//! Which schema is compared with which, and which operations that concerns.
//!
//! A pair of schemas is compared once for each direction, however many ways lead to it. The pairs form a graph: its roots
//! are the parameters and bodies of operations. That keeps recursion from going on for ever, and gives every
//! difference the operations that it reaches.

use std::collections::{BTreeSet, HashMap};

use super::document::Node;
use super::finding::{Direction, WireVerdict};
use super::schema::{ViewId, Views};
use super::{objects, unions, values};

/// A difference, as it was found.
#[derive(Clone, Debug)]
pub(super) struct Change<'a> {
    pub rule: &'static str,
    pub direction: Direction,
    /// What the old document says, if it says anything.
    pub old: Option<Node<'a>>,
    /// What the new document says, if it says anything.
    pub new: Option<Node<'a>>,
    /// Where the old document would say it.
    pub old_near: Option<Node<'a>>,
    /// Where the new document would say it.
    pub new_near: Option<Node<'a>>,
    /// What it is about besides, in the old document and in the new one.
    pub about: (Vec<Node<'a>>, Vec<Node<'a>>),
    /// What tells it from other findings of the rule at the place.
    pub detail: String,
    pub message: String,
    /// A verdict other than the rule's.
    pub wire: Option<WireVerdict>,
}

impl<'a> Change<'a> {
    pub fn new(
        rule: &'static str,
        direction: Direction,
        old: Option<Node<'a>>,
        new: Option<Node<'a>>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            rule,
            direction,
            old,
            new,
            old_near: None,
            new_near: None,
            about: (Vec::new(), Vec::new()),
            detail: String::new(),
            message: message.into(),
            wire: None,
        }
    }

    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    pub fn near(mut self, old: Option<Node<'a>>, new: Option<Node<'a>>) -> Self {
        self.old_near = old;
        self.new_near = new;
        self
    }

    pub fn about(mut self, old: &[Node<'a>], new: &[Node<'a>]) -> Self {
        self.about = (old.to_vec(), new.to_vec());
        self
    }

    pub fn wire(mut self, verdict: Option<WireVerdict>) -> Self {
        self.wire = verdict;
        self
    }
}

/// Whose difference it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Owner {
    /// An operation, by its number.
    Operation(usize),
    /// A pair of schemas, by its number.
    Pair(usize),
}

/// A pair of schemas in a direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct SchemaPair {
    pub old: ViewId,
    pub new: ViewId,
    pub direction: Direction,
}

/// What tells findings apart: the rule, the direction, where each side lies in memory, and the detail.
type Key = (
    &'static str,
    Direction,
    Option<usize>,
    Option<usize>,
    String,
);

/// Both documents, and what has been found so far.
pub(super) struct Engine<'a> {
    pub old: Views<'a>,
    pub new: Views<'a>,
    pub changes: Vec<(Change<'a>, Vec<Owner>)>,
    known: HashMap<Key, usize>,
    pairs: Vec<SchemaPair>,
    numbers: HashMap<SchemaPair, usize>,
    /// The pairs inside each pair.
    inside: Vec<Vec<usize>>,
    /// The pairs that each operation begins with.
    roots: Vec<Vec<usize>>,
}

impl<'a> Engine<'a> {
    pub fn new(old: Views<'a>, new: Views<'a>, operations: usize) -> Self {
        Self {
            old,
            new,
            changes: Vec::new(),
            known: HashMap::new(),
            pairs: Vec::new(),
            numbers: HashMap::new(),
            inside: Vec::new(),
            roots: vec![Vec::new(); operations],
        }
    }

    /// Notes a difference. The same one that is met again only gets another owner.
    pub fn report(&mut self, owner: Owner, change: Change<'a>) {
        let id = |node: Option<Node<'a>>| node.map(Node::id);
        let key = (
            change.rule,
            change.direction,
            id(change.old),
            id(change.new),
            change.detail.clone(),
        );
        match self.known.get(&key) {
            Some(index) => {
                if let Some((_, owners)) = self.changes.get_mut(*index)
                    && owners.last() != Some(&owner)
                {
                    owners.push(owner);
                }
            }
            None => {
                self.known.insert(key, self.changes.len());
                self.changes.push((change, vec![owner]));
            }
        }
    }

    /// Notes a difference in what no operation uses.
    pub fn report_unused(&mut self, change: Change<'a>) {
        self.changes.push((change, Vec::new()));
    }

    fn number(&mut self, old: &[Node<'a>], new: &[Node<'a>], direction: Direction) -> usize {
        let pair = SchemaPair {
            old: self.old.view(old),
            new: self.new.view(new),
            direction,
        };
        self.number_of(pair)
    }

    fn number_of(&mut self, pair: SchemaPair) -> usize {
        if let Some(known) = self.numbers.get(&pair) {
            return *known;
        }
        let number = self.pairs.len();
        self.pairs.push(pair);
        self.inside.push(Vec::new());
        self.numbers.insert(pair, number);
        number
    }

    /// Compares schemas that an operation sends or answers. No schema at all allows anything.
    pub fn root(
        &mut self,
        operation: usize,
        old: &[Node<'a>],
        new: &[Node<'a>],
        direction: Direction,
    ) {
        let number = self.number(old, new, direction);
        if let Some(roots) = self.roots.get_mut(operation) {
            roots.push(number);
        }
    }

    /// Compares schemas inside a pair, later.
    pub fn child(
        &mut self,
        parent: usize,
        old: &[Node<'a>],
        new: &[Node<'a>],
        direction: Direction,
    ) {
        let number = self.number(old, new, direction);
        self.put_inside(parent, number);
    }

    /// As [`Engine::child`], of views that are known.
    pub fn child_views(&mut self, parent: usize, old: ViewId, new: ViewId, direction: Direction) {
        let number = self.number_of(SchemaPair {
            old,
            new,
            direction,
        });
        self.put_inside(parent, number);
    }

    fn put_inside(&mut self, parent: usize, child: usize) {
        if let Some(inside) = self.inside.get_mut(parent) {
            inside.push(child);
        }
    }

    /// Compares every pair, those that are met on the way included.
    pub fn run(&mut self) {
        let mut next = 0;
        while let Some(pair) = self.pairs.get(next).copied() {
            let (old, new) = (self.old.get(pair.old), self.new.get(pair.new));
            let any = old.is_any() || new.is_any();
            let one_sided = !any && old.unions.is_empty() != new.unions.is_empty();
            if one_sided && unions::introduced(self, next, pair, old.unions.is_empty()) {
                next += 1;
                continue;
            }
            if values::compare(self, next, &old, &new, pair.direction) {
                objects::compare(self, next, &old, &new, pair.direction);
                unions::compare(self, next, &old, &new, pair.direction);
            }
            next += 1;
        }
    }

    /// For every change the operations that it reaches, by number.
    pub fn reached(&self) -> Vec<BTreeSet<usize>> {
        // Only pairs that lead to a change are worth walking.
        let mut outside: Vec<Vec<usize>> = vec![Vec::new(); self.pairs.len()];
        for (parent, inside) in self.inside.iter().enumerate() {
            for child in inside {
                if let Some(outside) = outside.get_mut(*child) {
                    outside.push(parent);
                }
            }
        }
        let mut changes: HashMap<usize, Vec<usize>> = HashMap::new();
        let mut reached = vec![BTreeSet::new(); self.changes.len()];
        let mut leads = vec![false; self.pairs.len()];
        let mut queue = Vec::new();
        for (index, (_, owners)) in self.changes.iter().enumerate() {
            for owner in owners {
                match owner {
                    Owner::Operation(operation) => {
                        if let Some(reached) = reached.get_mut(index) {
                            reached.insert(*operation);
                        }
                    }
                    Owner::Pair(pair) => {
                        changes.entry(*pair).or_default().push(index);
                        queue.push(*pair);
                    }
                }
            }
        }
        while let Some(pair) = queue.pop() {
            match leads.get_mut(pair) {
                Some(known) if !*known => *known = true,
                _ => continue,
            }
            queue.extend(outside.get(pair).into_iter().flatten());
        }
        let mut seen = vec![usize::MAX; self.pairs.len()];
        for (operation, roots) in self.roots.iter().enumerate() {
            let mut queue = roots.clone();
            while let Some(pair) = queue.pop() {
                if leads.get(pair) != Some(&true) {
                    continue;
                }
                match seen.get_mut(pair) {
                    Some(last) if *last != operation => *last = operation,
                    _ => continue,
                }
                for change in changes.get(&pair).into_iter().flatten() {
                    if let Some(reached) = reached.get_mut(*change) {
                        reached.insert(operation);
                    }
                }
                queue.extend(self.inside.get(pair).into_iter().flatten());
            }
        }
        reached
    }
}
