//! Whether everything that one schema allows is allowed by another, where that can be proved.
//!
//! Keyword by keyword, a comparison cannot say what becomes of values when alternatives are split, merged or nested. Here
//! each side is opened into alternatives without alternatives inside, and each of one side must be within one of the
//! other. What is not proved may still hold: a proof only ever takes worry away.
//!
//! Properties that neither side describes are taken to be absent, as everywhere in the comparison: clients do not send
//! what is not described.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use rolecall_openapi::validate::{self, Validator};
use serde_json::Value;

use super::document::Node;
use super::finding::Direction;
use super::schema::{
    ARRAY, BOOLEAN, FRACTION, INTEGER, OBJECT, STRING, Types, View, ViewId, Views,
};
use super::text::same_written;
use super::unions;

mod apart;
mod plain;

use apart::Apart;

/// One of the two documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Side {
    Old,
    New,
}

impl Side {
    fn other(self) -> Self {
        match self {
            Side::Old => Side::New,
            Side::New => Side::Old,
        }
    }
}

/// What is to be proved: that `from`, of the document on a side, is within `into`, of the other document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Goal {
    side: Side,
    from: ViewId,
    into: ViewId,
    direction: Direction,
    /// Whether what is not described counts as sent, as by the letter of JSON Schema.
    strict: bool,
}

/// What is known of a pair of schemas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Covered,
    /// Not proved, although everything was looked at.
    Open {
        /// Whether it fails only since a value may fit more alternatives than it may.
        overlap: bool,
    },
    /// The schemas are too large, or cannot be followed.
    Unknown,
}

/// Proofs that are kept from one question to the next.
#[derive(Default)]
pub(super) struct Proofs {
    known: HashMap<Goal, bool>,
    validator: Validator,
}

/// How many pairs of schemas one question may look at.
const FUEL: usize = 2_000;
/// How many alternatives a schema may be opened into.
const MOST: usize = 64;
/// How deep alternatives may be nested.
const DEEPEST: usize = 12;

impl Proofs {
    /// Whether `old` is within `new`, or for [`Side::New`] the other way round; `strict` by the letter of JSON Schema.
    pub fn ask<'a>(
        &mut self,
        (old, new): (&mut Views<'a>, &mut Views<'a>),
        (before, after): (ViewId, ViewId),
        side: Side,
        direction: Direction,
        strict: bool,
    ) -> Answer {
        let (from, into) = match side {
            Side::Old => (before, after),
            Side::New => (after, before),
        };
        let mut proof = Proof {
            old,
            new,
            proofs: self,
            tentative: HashSet::new(),
            active: HashSet::new(),
            assumed: HashSet::new(),
            fuel: FUEL,
            exhausted: false,
            overlap: false,
        };
        let goal = Goal {
            side,
            from,
            into,
            direction,
            strict,
        };
        let covered = proof.covers(goal);
        match (covered, proof.exhausted) {
            (true, _) => Answer::Covered,
            (false, true) => Answer::Unknown,
            (false, false) => Answer::Open {
                overlap: proof.overlap,
            },
        }
    }
}

impl Proofs {
    /// Whether a value is one that a schema of a document allows.
    pub fn fits(&self, root: &Value, view: &View<'_>, value: &Value, direction: Direction) -> bool {
        let way = match direction {
            Direction::Response => validate::Direction::Response,
            _ => validate::Direction::Request,
        };
        let check = |part: &Node<'_>| self.validator.validate(root, part.value, value, Some(way));
        view.types != 0 && view.parts.iter().all(|part| check(part).is_empty())
    }
}

/// An alternative of a schema, and which alternative of which union it took.
#[derive(Clone, Debug)]
struct Alternative {
    view: ViewId,
    picks: Vec<Pick>,
}

#[derive(Clone, Debug)]
struct Pick {
    /// Where the union stands, and under which keyword.
    union: (usize, &'static str),
    arm: usize,
    exclusive: bool,
    flattened: bool,
    /// The property that selects the alternative, and the values of it that do.
    selected: Option<(String, BTreeSet<String>)>,
}

/// One question.
struct Proof<'p, 'a> {
    old: &'p mut Views<'a>,
    new: &'p mut Views<'a>,
    proofs: &'p mut Proofs,
    /// What holds if everything does that was assumed on the way.
    tentative: HashSet<Goal>,
    active: HashSet<Goal>,
    /// Of the active ones, those that were assumed to hold.
    assumed: HashSet<Goal>,
    fuel: usize,
    exhausted: bool,
    overlap: bool,
}

impl<'a> Proof<'_, 'a> {
    fn views(&mut self, side: Side) -> &mut Views<'a> {
        match side {
            Side::Old => self.old,
            Side::New => self.new,
        }
    }

    fn view(&mut self, side: Side, nodes: &[Node<'a>]) -> (ViewId, Rc<View<'a>>) {
        let views = self.views(side);
        let id = views.view(nodes);
        (id, views.get(id))
    }

    fn covers(&mut self, goal: Goal) -> bool {
        if let Some(known) = self.proofs.known.get(&goal) {
            return *known;
        }
        if self.tentative.contains(&goal) {
            return true;
        }
        // A schema that leads back to itself allows nothing that its other parts do not.
        if self.active.contains(&goal) {
            self.assumed.insert(goal);
            return true;
        }
        if self.fuel == 0 {
            self.exhausted = true;
            return false;
        }
        self.fuel -= 1;
        self.active.insert(goal);
        let answer = self.prove(goal) || self.is_same(goal);
        self.active.remove(&goal);
        if answer {
            self.tentative.insert(goal);
        } else {
            if self.assumed.remove(&goal) {
                self.tentative.clear();
            }
            if !self.exhausted {
                self.proofs.known.insert(goal, false);
            }
        }
        if self.active.is_empty() && answer {
            let proved = self.tentative.drain().map(|goal| (goal, true));
            self.proofs.known.extend(proved);
        }
        answer
    }

    /// Whether both sides are written alike. What is the same is within itself, even where no proof says so.
    fn is_same(&mut self, goal: Goal) -> bool {
        let (old, new) = match goal.side {
            Side::Old => (goal.from, goal.into),
            Side::New => (goal.into, goal.from),
        };
        let (old, new) = (self.old.get(old), self.new.get(new));
        let (one, other) = (&self.old.doc, &self.new.doc);
        one.is_v31() == other.is_v31()
            && old.without.is_empty()
            && new.without.is_empty()
            && old.dangling.is_empty()
            && old.parts.len() == new.parts.len()
            && old
                .parts
                .iter()
                .zip(&new.parts)
                .all(|(a, b)| same_written(one, *a, other, *b))
    }

    fn prove(&mut self, goal: Goal) -> bool {
        let (side, other) = (goal.side, goal.side.other());
        let from = self.views(side).get(goal.from);
        let into = self.views(other).get(goal.into);
        if into.is_any() {
            return true;
        }
        if !from.dangling.is_empty() || !into.dangling.is_empty() {
            self.exhausted = true;
            return false;
        }
        if from.nullable && !into.nullable && !into.null_unsaid && !from.null_unsaid {
            return false;
        }
        let Some(before) = self.alternatives(side, goal.from) else {
            return false;
        };
        let Some(after) = self.alternatives(other, goal.into) else {
            return false;
        };
        before.iter().all(|one| {
            let view = self.views(side).get(one.view);
            if let Some(values) = finite(&view) {
                return values
                    .iter()
                    .all(|value| self.fits(other, &into, value, goal.direction));
            }
            KINDS.iter().all(|kind| {
                let kind = view.types & kind;
                kind == 0 || self.within_one(goal, (one, kind), &before, &after)
            })
        })
    }

    /// Whether an alternative, as far as it has values of one kind, is within one of the others, and in no second one
    /// where only one may fit.
    fn within_one(
        &mut self,
        goal: Goal,
        (one, kind): (&Alternative, Types),
        before: &[Alternative],
        after: &[Alternative],
    ) -> bool {
        let (side, other) = (goal.side, goal.side.other());
        let from = self.views(side).get(one.view);
        let mut overlap = false;
        for taker in after {
            if !selects(one, taker) {
                continue;
            }
            let into = self.views(other).get(taker.view);
            if !self.plain(goal, (&from, kind), &into) {
                continue;
            }
            let alone = after.iter().all(|rival| {
                !rivals(taker, rival) || self.kept_apart(goal, (one, kind), before, rival)
            });
            if alone {
                return true;
            }
            overlap = true;
        }
        self.overlap |= overlap;
        false
    }

    /// Whether nothing of an alternative fits the rival: they have nothing in common, or the old rule kept them apart.
    fn kept_apart(
        &mut self,
        goal: Goal,
        (one, kind): (&Alternative, Types),
        before: &[Alternative],
        rival: &Alternative,
    ) -> bool {
        let (side, other) = (goal.side, goal.side.other());
        let from = self.views(side).get(one.view);
        let into = self.views(other).get(rival.view);
        let apart = Apart {
            strict: goal.strict,
            depth: 0,
        };
        if self.apart((side, &from), (other, &into), kind, apart) {
            return true;
        }
        before.iter().any(|sibling| {
            let exclusive = conflict(one, sibling) && !sibling.picks.iter().any(|p| p.flattened);
            exclusive
                && self.covers(Goal {
                    side: other,
                    from: rival.view,
                    into: sibling.view,
                    direction: goal.direction,
                    strict: true,
                })
        })
    }

    /// Whether a value is one that a schema allows.
    fn fits(&self, side: Side, view: &View<'a>, value: &Value, direction: Direction) -> bool {
        let root = match side {
            Side::Old => &self.old.doc.document.value,
            Side::New => &self.new.doc.document.value,
        };
        self.proofs.fits(root, view, value, direction)
    }

    /// The schema opened into alternatives that have none inside; none where they are too many.
    fn alternatives(&mut self, side: Side, whole: ViewId) -> Option<Vec<Alternative>> {
        let mut open = vec![(
            Alternative {
                view: whole,
                picks: Vec::new(),
            },
            0,
        )];
        let mut done: Vec<Alternative> = Vec::new();
        while let Some((one, depth)) = open.pop() {
            let views = self.views(side);
            let view = views.get(one.view);
            let Some(union) = view.unions.first() else {
                done.push(one);
                continue;
            };
            if depth > DEEPEST || open.len() + done.len() + union.arms.len() > MOST {
                self.exhausted = true;
                return None;
            }
            for (index, arm) in union.arms.iter().enumerate().rev() {
                let mut picks = one.picks.clone();
                picks.push(Pick {
                    union: (union.at.id(), union.key),
                    arm: index,
                    exclusive: union.exclusive,
                    flattened: union.flattened,
                    selected: unions::selected(views, union, arm),
                });
                let view = views.arm(one.view, union, arm.node);
                open.push((Alternative { view, picks }, depth + 1));
            }
        }
        Some(done)
    }
}

/// The kinds of values, each of which is looked at by itself.
const KINDS: [Types; 5] = [BOOLEAN, INTEGER | FRACTION, STRING, ARRAY, OBJECT];

/// The values of a schema that has a few.
fn finite(view: &View<'_>) -> Option<Vec<Value>> {
    match &view.values {
        Some(values) => Some(values.iter().map(|node| node.value.clone()).collect()),
        None if view.types == BOOLEAN => Some(vec![Value::Bool(true), Value::Bool(false)]),
        None => None,
    }
}

/// Whether a value must not fit both of two alternatives of a schema, and no discriminator decides.
fn rivals(one: &Alternative, other: &Alternative) -> bool {
    let decided = |pick: &Pick| pick.selected.is_some();
    conflict(one, other) && !one.picks.iter().any(decided)
}

/// Whether two alternatives of a schema exclude each other, by the letter of JSON Schema.
fn conflict(one: &Alternative, other: &Alternative) -> bool {
    one.picks.iter().any(|pick| {
        pick.exclusive
            && other
                .picks
                .iter()
                .any(|rival| rival.union == pick.union && rival.arm != pick.arm)
    })
}

/// Whether what selects an alternative selects the other one: the same property, by no other values.
fn selects(from: &Alternative, into: &Alternative) -> bool {
    into.picks.iter().all(|pick| {
        let Some((property, values)) = &pick.selected else {
            return true;
        };
        from.picks.iter().any(|other| {
            other.selected.as_ref().is_some_and(|(known, held)| {
                known == property && !held.is_empty() && held.is_subset(values)
            })
        })
    })
}
