//! Whether two schemas have no value in common, where that can be proved.

use super::plain::share;
use super::{Proof, Side};
use crate::finding::Direction;
use crate::schema::{FRACTION, INTEGER, OBJECT, STRING, Types, View};
use crate::values::limits;

/// How deep properties are looked into.
const DEEPEST: usize = 3;

/// How two schemas are looked at.
#[derive(Clone, Copy)]
pub(super) struct Apart {
    /// Whether what is not described counts as sent.
    pub strict: bool,
    pub depth: usize,
}

impl<'a> Proof<'_, 'a> {
    /// Whether nothing of `kind` that fits the first one, as far as it describes it, fits the second one.
    pub(super) fn apart(
        &mut self,
        (side, one): (Side, &View<'a>),
        (other_side, other): (Side, &View<'a>),
        kind: Types,
        way: Apart,
    ) -> bool {
        let common = one.types & other.types & kind;
        if common == 0 {
            return true;
        }
        match (&one.values, &other.values) {
            (Some(values), Some(others)) => return !share(values, others),
            (Some(values), None) => {
                return values
                    .iter()
                    .all(|value| !self.fits(other_side, other, value.value, Direction::Response));
            }
            (None, Some(values)) => {
                return values
                    .iter()
                    .all(|value| !self.fits(side, one, value.value, Direction::Response));
            }
            (None, None) => {}
        }
        let numbers = INTEGER | FRACTION;
        if common & !numbers == 0 {
            let above = |one: &View<'_>, other: &View<'_>| match (
                &one.bounds.minimum,
                &other.bounds.maximum,
            ) {
                (Some(least), Some(most)) => {
                    least.value > most.value
                        || least.value == most.value && (least.exclusive || most.exclusive)
                }
                _ => false,
            };
            return above(one, other) || above(other, one);
        }
        if common == STRING {
            let longer = |one: &View<'_>, other: &View<'_>| {
                limits::floor(one.bounds.min_length) > limits::ceiling(other.bounds.max_length)
            };
            return longer(one, other) || longer(other, one);
        }
        common == OBJECT
            && way.depth < DEEPEST
            && self.objects_apart((side, one), (other_side, other), way)
    }

    /// Objects are apart when a property that one of them needs is refused by the other, or is something else there.
    fn objects_apart(
        &mut self,
        (side, one): (Side, &View<'a>),
        (other_side, other): (Side, &View<'a>),
        way: Apart,
    ) -> bool {
        let mut names: Vec<&str> = one
            .required
            .keys()
            .chain(other.required.keys())
            .copied()
            .collect();
        names.sort_unstable();
        names.dedup();
        names.into_iter().any(|name| {
            let nodes = |view: &View<'a>| match view.property(name) {
                Some(nodes) => Some(nodes.to_vec()),
                None => view.undeclared(name),
            };
            let (Some(first), Some(second)) = (nodes(one), nodes(other)) else {
                return true;
            };
            // What the sender does not describe is not sent.
            if !way.strict && first.is_empty() && !one.required.contains_key(name) {
                return true;
            }
            let (_, first) = self.view(side, &first);
            let (_, second) = self.view(other_side, &second);
            let plain = first.unions.is_empty() && second.unions.is_empty();
            let nulls = first.nullable && second.nullable;
            let deeper = Apart {
                depth: way.depth + 1,
                ..way
            };
            plain && !nulls && self.apart((side, &first), (other_side, &second), Types::MAX, deeper)
        })
    }
}
