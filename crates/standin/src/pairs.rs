//! Pairs of numbers, found from either side.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Pairs of numbers, found from either side: relations and their subjects, groups and their members.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Vec<(u32, u32)>", into = "Vec<(u32, u32)>")]
pub(crate) struct Pairs {
    by_left: BTreeSet<(u32, u32)>,
    by_right: BTreeSet<(u32, u32)>,
}

impl From<Vec<(u32, u32)>> for Pairs {
    fn from(pairs: Vec<(u32, u32)>) -> Self {
        Self {
            by_right: pairs.iter().map(|(left, right)| (*right, *left)).collect(),
            by_left: pairs.into_iter().collect(),
        }
    }
}

impl From<Pairs> for Vec<(u32, u32)> {
    fn from(pairs: Pairs) -> Self {
        pairs.by_left.into_iter().collect()
    }
}

impl Pairs {
    /// Adds a pair. Returns whether it was not there.
    pub(crate) fn put(&mut self, left: u32, right: u32) -> bool {
        self.by_right.insert((right, left));
        self.by_left.insert((left, right))
    }

    /// Takes a pair out. Returns whether it was there.
    pub(crate) fn remove(&mut self, left: u32, right: u32) -> bool {
        self.by_right.remove(&(right, left));
        self.by_left.remove(&(left, right))
    }

    /// Takes all pairs with this right side out.
    pub(crate) fn remove_right(&mut self, right: u32) {
        let lefts: Vec<u32> = self.of_right(right).collect();
        for left in lefts {
            self.remove(left, right);
        }
    }

    /// Takes all pairs with this left side out.
    pub(crate) fn remove_left(&mut self, left: u32) {
        let rights: Vec<u32> = self.of_left(left).collect();
        for right in rights {
            self.remove(left, right);
        }
    }

    /// The left sides that a right side has, ascending.
    pub(crate) fn of_right(&self, right: u32) -> impl Iterator<Item = u32> {
        let range = (right, 0)..=(right, u32::MAX);
        self.by_right.range(range).map(|(_, left)| *left)
    }

    /// The right sides that a left side has, ascending.
    pub(crate) fn of_left(&self, left: u32) -> impl Iterator<Item = u32> {
        let range = (left, 0)..=(left, u32::MAX);
        self.by_left.range(range).map(|(_, right)| *right)
    }

    /// All left sides, ascending, each once.
    pub(crate) fn lefts(&self) -> Vec<u32> {
        let mut lefts = Vec::new();
        let mut next = self.by_left.first().copied();
        while let Some((left, _)) = next {
            lefts.push(left);
            let end = (left, u32::MAX);
            next = self
                .by_left
                .range(end..)
                .find(|pair| **pair != end)
                .copied();
        }
        lefts
    }

    /// All right sides with the left sides that each has, ascending.
    pub(crate) fn rights(&self) -> Vec<(u32, Vec<u32>)> {
        let mut all: Vec<(u32, Vec<u32>)> = Vec::new();
        for (right, left) in &self.by_right {
            match all.last_mut() {
                Some((last, lefts)) if last == right => lefts.push(*left),
                _ => all.push((*right, vec![*left])),
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::Pairs;

    #[test]
    fn both_sides_agree_after_every_change() {
        let mut pairs = Pairs::from(vec![(1, 7), (2, 7), (1, 8)]);
        assert!(pairs.put(3, 8));
        assert!(!pairs.put(3, 8));
        assert_eq!(pairs.lefts(), [1, 2, 3]);
        assert_eq!(pairs.of_right(8).collect::<Vec<_>>(), [1, 3]);
        pairs.remove_left(1);
        assert_eq!(pairs.lefts(), [2, 3]);
        assert_eq!(pairs.rights(), [(7, vec![2]), (8, vec![3])]);
        pairs.remove_right(7);
        assert_eq!(pairs.of_left(2).count(), 0);
        assert!(pairs.remove(3, 8));
        assert!(!pairs.remove(3, 8));
    }
}
