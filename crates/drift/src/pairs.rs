//! Which schema is compared with which, and which operations that concerns.
//!
//! A pair of schemas is compared once for each direction, however many ways lead to it. The pairs form a graph: its roots
//! are the parameters and bodies of operations. That keeps recursion from going on for ever, and gives every
//! difference the operations that it reaches.

use std::collections::{BTreeSet, HashMap};

use std::rc::Rc;

use serde_json::Value;

use super::covers::{Answer, Proofs, Side};
use super::document::Node;
use super::finding::{Direction, WireVerdict};
use super::schema::{View, ViewId, Views};
use super::shapes::component;
use super::{objects, unions, values};

pub(super) use super::change::Change;

mod reached;

/// Whose difference it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Owner {
    /// An operation, by its number.
    Operation(usize),
    /// A pair of schemas, by its number.
    Pair(usize),
}

/// How the values of a pair of schemas are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Encoding {
    Json,
    /// As text, which has no types: a parameter, or a header.
    Text,
    /// As text, each value of an array by itself: `?status=a&status=b`.
    Repeated,
    /// A multipart body: its properties are parts.
    Multipart,
    /// As it is: a body that is no text, or a part of one.
    Binary,
}

impl Encoding {
    /// Whether values are written without their types.
    pub fn is_text(self) -> bool {
        matches!(self, Encoding::Text | Encoding::Repeated)
    }
}

/// A pair of schemas in a direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct SchemaPair {
    pub old: ViewId,
    pub new: ViewId,
    pub direction: Direction,
    pub encoding: Encoding,
    /// Whether a value is there in any case, so that a default says nothing.
    needed: bool,
    /// Whether it is part of a comparison where everything that arrives is proved to be taken.
    covered: bool,
    /// Where the schemas are referred to, when what differs is which ones are.
    at: Option<(Option<usize>, Option<usize>)>,
}

/// What one side says of a value: its schemas as they stand there, and the holder, where there are none.
type Places<'a> = (Option<Node<'a>>, Option<Node<'a>>);

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
    /// Where each side of a pair says what it says as a whole.
    near: Vec<Places<'a>>,
    numbers: HashMap<SchemaPair, usize>,
    /// The pairs inside each pair.
    inside: Vec<Vec<usize>>,
    /// The pairs that each operation begins with.
    roots: Vec<Vec<usize>>,
    proofs: Proofs,
    /// Pairs with alternatives of which no proof says that what arrives is taken; and whether it fails only since too
    /// many alternatives fit.
    open: Vec<(usize, bool)>,
}

impl<'a> Engine<'a> {
    pub fn new(old: Views<'a>, new: Views<'a>, operations: usize) -> Self {
        Self {
            old,
            new,
            changes: Vec::new(),
            known: HashMap::new(),
            pairs: Vec::new(),
            near: Vec::new(),
            numbers: HashMap::new(),
            inside: Vec::new(),
            roots: vec![Vec::new(); operations],
            proofs: Proofs::default(),
            open: Vec::new(),
        }
    }

    pub fn encoding(&self, pair: usize) -> Encoding {
        self.pairs
            .get(pair)
            .map_or(Encoding::Json, |pair| pair.encoding)
    }

    pub fn near(&self, pair: usize) -> Places<'a> {
        self.near.get(pair).copied().unwrap_or_default()
    }

    pub fn is_needed(&self, pair: usize) -> bool {
        self.pairs.get(pair).is_some_and(|pair| pair.needed)
    }

    /// Whether what differs is which schemas a place refers to.
    pub fn is_elsewhere(&self, pair: usize) -> bool {
        self.pairs.get(pair).is_some_and(|pair| pair.at.is_some())
    }

    /// Whether the side that must take what arrives takes a value.
    pub fn takes(&self, direction: Direction, view: &View<'a>, value: &Value) -> bool {
        let doc = match direction {
            Direction::Response => &self.old.doc,
            _ => &self.new.doc,
        };
        self.proofs
            .fits(&doc.document.value, view, value, direction)
    }

    /// The schema of the items of what must take the values of a pair, and whether it is proved to take them.
    pub fn as_item(&mut self, pair: usize, items: &[Node<'a>]) -> (Rc<View<'a>>, bool) {
        let Some(pair) = self.pairs.get(pair).copied() else {
            return (Rc::default(), false);
        };
        let response = pair.direction == Direction::Response;
        let views = if response {
            &mut self.old
        } else {
            &mut self.new
        };
        let item = views.view(items);
        let view = views.get(item);
        let (old, new) = match response {
            true => (item, pair.new),
            false => (pair.old, item),
        };
        let answer = self.ask(SchemaPair { old, new, ..pair }, true, false);
        (view, answer == Answer::Covered)
    }

    /// Whether what arrives is within what is taken; or, not `forward`, the other way round. `strict` by the letter of
    /// JSON Schema, by which what is not described may be sent.
    fn ask(&mut self, pair: SchemaPair, forward: bool, strict: bool) -> Answer {
        let side = match (pair.direction == Direction::Response) == forward {
            true => Side::New,
            false => Side::Old,
        };
        let views = (&mut self.old, &mut self.new);
        self.proofs
            .ask(views, (pair.old, pair.new), side, pair.direction, strict)
    }

    /// Notes a difference. The same one that is met again only gets another owner.
    pub fn report(&mut self, owner: Owner, change: Change<'a>) {
        let mut change = change;
        if let Owner::Pair(pair) = owner
            && self.pairs.get(pair).is_some_and(|pair| pair.covered)
            && is_of_values(change.rule)
        {
            change.wire = Some(WireVerdict::Compatible);
        }
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
                if let Some((known, owners)) = self.changes.get_mut(*index) {
                    if change.verdict() > known.verdict() {
                        known.wire = change.wire;
                    }
                    if owners.last() != Some(&owner) {
                        owners.push(owner);
                    }
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

    /// The number of a pair of schemas. `holders` are where either side would say it, if it says nothing.
    fn number(
        &mut self,
        (old, new): (&[Node<'a>], &[Node<'a>]),
        kind: SchemaPair,
        holders: Places<'a>,
    ) -> usize {
        // Where both sides are written down in place, or mean the component of one name, what they say is the place to
        // show; else what changed is what refers to it.
        let elsewhere = match (old.first(), new.first()) {
            (Some(one), Some(other)) if one.text("$ref") == other.text("$ref") => false,
            (Some(one), Some(other)) => {
                let (one, other) = (self.old.follow(*one), self.new.follow(*other));
                component(&self.old.doc, one) != component(&self.new.doc, other)
            }
            _ => true,
        };
        let sites = (
            old.first().copied().or(holders.0),
            new.first().copied().or(holders.1),
        );
        let pair = SchemaPair {
            old: self.old.view(old),
            new: self.new.view(new),
            at: elsewhere.then(|| (sites.0.map(Node::id), sites.1.map(Node::id))),
            ..kind
        };
        self.number_of(pair, elsewhere.then_some(sites))
    }

    fn number_of(&mut self, pair: SchemaPair, sites: Option<Places<'a>>) -> usize {
        if let Some(known) = self.numbers.get(&pair) {
            return *known;
        }
        let number = self.pairs.len();
        let main = || (self.old.get(pair.old).main(), self.new.get(pair.new).main());
        self.near.push(sites.unwrap_or_else(main));
        self.pairs.push(pair);
        self.inside.push(Vec::new());
        self.numbers.insert(pair, number);
        number
    }

    /// Compares schemas that an operation sends or answers. No schema at all allows anything.
    pub fn root(
        &mut self,
        operation: usize,
        (old, new): (&[Node<'a>], &[Node<'a>]),
        direction: Direction,
        encoding: Encoding,
        needed: bool,
    ) {
        let kind = SchemaPair {
            old: self.old.view(&[]),
            new: self.new.view(&[]),
            direction,
            encoding,
            needed,
            covered: false,
            at: None,
        };
        let number = self.number((old, new), kind, (None, None));
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
        self.child_of(parent, (old, new), direction, false);
    }

    /// As [`Engine::child`]; `needed` says that a value is there in any case.
    pub fn child_of(
        &mut self,
        parent: usize,
        (old, new): (&[Node<'a>], &[Node<'a>]),
        direction: Direction,
        needed: bool,
    ) {
        let Some(outer) = self.pairs.get(parent).copied() else {
            return;
        };
        let encoding = match outer.encoding {
            // What is inside an array or an object is text, and no array again.
            Encoding::Repeated => Encoding::Text,
            Encoding::Multipart => Encoding::Binary,
            same => same,
        };
        let kind = SchemaPair {
            direction,
            encoding,
            needed,
            ..outer
        };
        let holders = self.near(parent);
        let number = self.number((old, new), kind, holders);
        self.put_inside(parent, number);
    }

    /// As [`Engine::child`], of views that are known.
    pub fn child_views(&mut self, parent: usize, old: ViewId, new: ViewId, direction: Direction) {
        let Some(outer) = self.pairs.get(parent).copied() else {
            return;
        };
        let pair = SchemaPair {
            old,
            new,
            direction,
            at: None,
            ..outer
        };
        let number = self.number_of(pair, None);
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
            self.compare(next, pair);
            next += 1;
        }
        self.report_open();
    }

    fn compare(&mut self, number: usize, pair: SchemaPair) {
        let (old, new) = (self.old.get(pair.old), self.new.get(pair.new));
        let any = old.is_any() || new.is_any();
        let some = |view: &View<'a>| !view.unions.is_empty();
        let unions = !any && (some(&old) || some(&new));
        let one_sided = unions && old.unions.is_empty() != new.unions.is_empty();
        let mut covered = false;
        if unions {
            let forward = self.ask(pair, true, false);
            match forward {
                Answer::Covered => {
                    if let Some(known) = self.pairs.get_mut(number) {
                        known.covered = true;
                    }
                }
                Answer::Open { overlap } if !pair.encoding.is_text() => {
                    self.open.push((number, overlap));
                }
                _ => {}
            }
            covered = forward == Answer::Covered;
            let selected = [&old, &new]
                .iter()
                .any(|view| view.unions.iter().any(|u| u.discriminator.is_some()));
            // Another way to write the same.
            let mut strictly = |forward| self.ask(pair, forward, true) == Answer::Covered;
            if one_sided && covered && !selected && strictly(true) && strictly(false) {
                values::annotations(self, number, &old, &new, pair.direction);
                return;
            }
        }
        if one_sided && unions::introduced(self, number, pair, old.unions.is_empty(), covered) {
            return;
        }
        if values::compare(self, number, &old, &new, pair.direction) {
            objects::compare(self, number, &old, &new, pair.direction);
            unions::compare(self, number, &old, &new, pair.direction);
        }
    }

    /// The places compared one by one may all be fine, and values of the whole refused: alternatives that were nested,
    /// merged or split. Where there is no proof that everything is taken, and nothing else says so, this does.
    fn report_open(&mut self) {
        for (pair, overlap) in std::mem::take(&mut self.open) {
            if self.is_told(pair) {
                continue;
            }
            let Some(schemas) = self.pairs.get(pair).copied() else {
                continue;
            };
            let (rule, message) = match overlap {
                true => (
                    "union-overlap",
                    "a value can fit several alternatives, and exactly one must fit",
                ),
                false => (
                    "union-changed",
                    "a value that was allowed may fit none of the alternatives",
                ),
            };
            let (old, new) = self.near(pair);
            let change = Change::new(rule, schemas.direction, old, new, message);
            self.report(Owner::Pair(pair), change);
        }
    }

    /// Whether something that is found in a pair, or inside it, may break clients.
    fn is_told(&self, pair: usize) -> bool {
        let mut seen = BTreeSet::from([pair]);
        let mut queue = vec![pair];
        while let Some(next) = queue.pop() {
            for inner in self.inside.get(next).into_iter().flatten() {
                if seen.insert(*inner) {
                    queue.push(*inner);
                }
            }
        }
        self.changes.iter().any(|(change, owners)| {
            change.verdict() > WireVerdict::Compatible
                && owners
                    .iter()
                    .any(|owner| matches!(owner, Owner::Pair(pair) if seen.contains(pair)))
        })
    }
}

/// Whether a rule says which values are allowed, and nothing else: a proof that all are taken answers it.
fn is_of_values(rule: &str) -> bool {
    let beside = [
        "default-",
        "pattern-property-",
        "discriminator-",
        "reference-",
        "unclassified",
    ];
    let property = ["optional-property-removed", "required-property-removed"].contains(&rule)
        || rule.starts_with("property-became-read")
        || rule.starts_with("property-became-write");
    !property && !beside.iter().any(|start| rule.starts_with(start))
}
