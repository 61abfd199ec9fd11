//! Whether one schema without alternatives is within another, for values of one kind.

use super::{Goal, Proof, Side, finite};
use crate::document::Node;
use crate::finding::Direction;
use crate::schema::{ARRAY, BOOLEAN, FRACTION, INTEGER, OBJECT, STRING, Types, View};
use crate::shapes::{Count, Limit, same};
use crate::text;
use crate::values::formats;
use crate::values::limits;

const NUMBER: Types = INTEGER | FRACTION;

impl<'a> Proof<'_, 'a> {
    pub(super) fn plain(
        &mut self,
        goal: Goal,
        (from, kind): (&View<'a>, Types),
        into: &View<'a>,
    ) -> bool {
        if into.is_any() {
            return true;
        }
        if kind & !into.types != 0 || !from.dangling.is_empty() || !into.dangling.is_empty() {
            return false;
        }
        if let Some(values) = finite(into) {
            let all = |known: &bool| values.iter().any(|value| value.as_bool() == Some(*known));
            // Whoever has a few values was asked one by one before.
            return kind == BOOLEAN && [true, false].iter().all(all);
        }
        self.excluded(goal.side, from, into)
            && self.opaque(goal.side, from, into)
            && formats::covers(from, into, kind)
            && match kind {
                BOOLEAN => true,
                STRING => strings(from, into),
                ARRAY => arrays(from, into) && self.items(goal, from, into),
                OBJECT => self.objects(goal, from, into),
                _ => numbers(from, into),
            }
    }

    /// Whether everything that `not` excludes is excluded already.
    fn excluded(&self, side: Side, from: &View<'a>, into: &View<'a>) -> bool {
        let known = |node: &Node<'a>| from.not.iter().any(|one| self.written(side, *one, *node));
        into.not.iter().all(known)
    }

    fn opaque(&self, side: Side, from: &View<'a>, into: &View<'a>) -> bool {
        into.opaque.iter().all(|(key, nodes)| {
            let known = from.opaque.get(key).map_or(&[][..], Vec::as_slice);
            nodes
                .iter()
                .all(|node| known.iter().any(|one| self.written(side, *one, *node)))
        })
    }

    fn written(&self, side: Side, from: Node<'a>, into: Node<'a>) -> bool {
        match side {
            Side::Old => text::same_written(&self.old.doc, from, &self.new.doc, into),
            Side::New => text::same_written(&self.old.doc, into, &self.new.doc, from),
        }
    }

    fn nested(&mut self, goal: Goal, from: &[Node<'a>], into: &[Node<'a>]) -> bool {
        let (from, _) = self.view(goal.side, from);
        let (into, _) = self.view(goal.side.other(), into);
        self.covers(Goal { from, into, ..goal })
    }

    fn items(&mut self, goal: Goal, from: &View<'a>, into: &View<'a>) -> bool {
        if from.bounds.max_items.is_some_and(|(most, _)| most <= 0.0) {
            return true;
        }
        let at = |view: &View<'a>, index: usize| match view.prefix.get(index) {
            Some(node) => vec![*node],
            None => view.items.clone(),
        };
        (0..=from.prefix.len().max(into.prefix.len()))
            .all(|index| self.nested(goal, &at(from, index), &at(into, index)))
    }

    /// Whether a property travels the other way only.
    fn hidden(&mut self, side: Side, nodes: &[Node<'a>], direction: Direction) -> bool {
        let (_, view) = self.view(side, nodes);
        !nodes.is_empty()
            && match direction {
                Direction::Request => view.read_only,
                _ => view.write_only,
            }
    }

    fn objects(&mut self, goal: Goal, from: &View<'a>, into: &View<'a>) -> bool {
        let (side, other, direction) = (goal.side, goal.side.other(), goal.direction);
        let least = limits::floor(from.bounds.min_properties).max(from.required.len() as f64);
        if least < limits::floor(into.bounds.min_properties)
            || limits::ceiling(from.bounds.max_properties)
                > limits::ceiling(into.bounds.max_properties)
        {
            return false;
        }
        for name in into.required.keys() {
            let declared = into.property(name).unwrap_or_default().to_vec();
            let stays = self.hidden(other, &declared, direction);
            if !stays && !from.required.contains_key(name) {
                return false;
            }
            let declared = from.property(name).unwrap_or_default().to_vec();
            if !stays && self.hidden(side, &declared, direction) {
                return false;
            }
        }
        for (name, nodes) in &from.properties {
            if self.hidden(side, nodes, direction) {
                continue;
            }
            let declared = match into.property(name) {
                Some(declared) => declared.to_vec(),
                None => match into.undeclared(name) {
                    Some(declared) if !declared.is_empty() => declared,
                    // Readers pass over what they do not know. What a service makes of it nobody says.
                    Some(_) if goal.strict || direction == Direction::Response => continue,
                    _ => return false,
                },
            };
            if self.hidden(other, &declared, direction) || !self.nested(goal, nodes, &declared) {
                return false;
            }
        }
        for (name, nodes) in &into.properties {
            if from.property(name).is_some() {
                continue;
            }
            let Some(declared) = from.undeclared(name) else {
                // It is never there.
                continue;
            };
            let unsent = declared.is_empty() && !goal.strict && !from.required.contains_key(name);
            if !unsent && !self.nested(goal, &declared, nodes) {
                return false;
            }
        }
        let patterns = |view: &View<'a>| view.pattern_properties.clone();
        for (pattern, nodes) in patterns(into) {
            let known = from.pattern_properties.get(pattern).cloned();
            if !known.is_some_and(|known| self.nested(goal, &known, &nodes)) && !from.is_closed() {
                return false;
            }
        }
        let all = from
            .pattern_properties
            .keys()
            .all(|pattern| into.pattern_properties.contains_key(pattern));
        if !all || from.is_closed() {
            return all;
        }
        if into.is_closed() {
            return false;
        }
        let (one, two) = (from.typed_additional(), into.typed_additional());
        two.is_empty() || self.nested(goal, &one, &two)
    }
}

fn strings(from: &View<'_>, into: &View<'_>) -> bool {
    let pattern = |pattern: &Node<'_>| {
        limits::matches_all(pattern) || from.patterns.iter().any(|one| one.value == pattern.value)
    };
    let content = into.content.iter().all(|(key, node)| {
        from.content
            .iter()
            .any(|(known, one)| known == key && formats::content(*one) == formats::content(*node))
    });
    limits::floor(from.bounds.min_length) >= limits::floor(into.bounds.min_length)
        && limits::ceiling(from.bounds.max_length) <= limits::ceiling(into.bounds.max_length)
        && into.patterns.iter().all(pattern)
        && content
}

fn numbers(from: &View<'_>, into: &View<'_>) -> bool {
    let ranks = |limit: &Option<Limit<'_>>, lower| limits::rank(limit, lower);
    let step = match (from.bounds.multiple_of, into.bounds.multiple_of) {
        (_, None) => true,
        (None, Some((step, _))) => from.types & NUMBER == INTEGER && (1.0 / step).fract() == 0.0,
        (Some((one, _)), Some((other, _))) => (one / other).fract() == 0.0,
    };
    ranks(&from.bounds.minimum, true) >= ranks(&into.bounds.minimum, true)
        && ranks(&from.bounds.maximum, false) <= ranks(&into.bounds.maximum, false)
        && step
}

fn arrays(from: &View<'_>, into: &View<'_>) -> bool {
    let floor = |count: Count<'_>| limits::floor(count);
    floor(from.bounds.min_items) >= floor(into.bounds.min_items)
        && limits::ceiling(from.bounds.max_items) <= limits::ceiling(into.bounds.max_items)
        && (into.bounds.unique_items.is_none() || from.bounds.unique_items.is_some())
}

/// Whether two lists of values have one in common.
pub(super) fn share(one: &[Node<'_>], other: &[Node<'_>]) -> bool {
    one.iter()
        .any(|value| other.iter().any(|known| same(known.value, value.value)))
}
