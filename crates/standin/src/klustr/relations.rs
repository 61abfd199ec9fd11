//! Who stands in which relation to an organization.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};

/// Texts by number, so that a relation of a million subjects is a list of numbers. A text keeps its number for good.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Box<str>>", into = "Vec<Box<str>>")]
pub(super) struct Names {
    texts: Vec<Box<str>>,
    numbers: HashMap<Box<str>, u32>,
}

impl From<Vec<Box<str>>> for Names {
    fn from(texts: Vec<Box<str>>) -> Self {
        let numbers = texts.iter().cloned().zip(0..).collect();
        Self { texts, numbers }
    }
}

impl From<Names> for Vec<Box<str>> {
    fn from(names: Names) -> Self {
        names.texts
    }
}

impl Names {
    /// The number of a text, if it has one.
    pub(super) fn find(&self, text: &str) -> Option<u32> {
        self.numbers.get(text).copied()
    }

    /// The number of a text, given out now if need be.
    pub(super) fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.find(text) {
            return number;
        }
        let number = self.texts.len() as u32;
        self.texts.push(text.into());
        self.numbers.insert(text.into(), number);
        number
    }

    /// The text of a number that was given out.
    pub(super) fn text(&self, number: u32) -> &str {
        self.texts.get(number as usize).map_or("", |text| text)
    }
}

/// Pairs of relation and subject, both by number, found from either side.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Vec<(u32, u32)>", into = "Vec<(u32, u32)>")]
pub(super) struct Relations {
    by_relation: BTreeSet<(u32, u32)>,
    by_subject: BTreeSet<(u32, u32)>,
}

impl From<Vec<(u32, u32)>> for Relations {
    fn from(pairs: Vec<(u32, u32)>) -> Self {
        Self {
            by_subject: pairs
                .iter()
                .map(|(name, subject)| (*subject, *name))
                .collect(),
            by_relation: pairs.into_iter().collect(),
        }
    }
}

impl From<Relations> for Vec<(u32, u32)> {
    fn from(relations: Relations) -> Self {
        relations.by_relation.into_iter().collect()
    }
}

impl Relations {
    /// Relates a subject; once more changes nothing.
    pub(super) fn put(&mut self, relation: u32, subject: u32) {
        self.by_relation.insert((relation, subject));
        self.by_subject.insert((subject, relation));
    }

    /// Ends a relation of a subject, if there is one.
    pub(super) fn remove(&mut self, relation: u32, subject: u32) {
        self.by_relation.remove(&(relation, subject));
        self.by_subject.remove(&(subject, relation));
    }

    /// Ends all relations of a subject.
    pub(super) fn remove_subject(&mut self, subject: u32) {
        let held: Vec<u32> = self.of(subject).collect();
        for relation in held {
            self.remove(relation, subject);
        }
    }

    /// Ends a relation for every subject.
    pub(super) fn remove_relation(&mut self, relation: u32) {
        let holders: Vec<u32> = self.holders(relation).collect();
        for subject in holders {
            self.remove(relation, subject);
        }
    }

    /// The relations of a subject.
    pub(super) fn of(&self, subject: u32) -> impl Iterator<Item = u32> {
        let range = (subject, 0)..=(subject, u32::MAX);
        self.by_subject.range(range).map(|(_, relation)| *relation)
    }

    /// The subjects in a relation.
    pub(super) fn holders(&self, relation: u32) -> impl Iterator<Item = u32> {
        let range = (relation, 0)..=(relation, u32::MAX);
        self.by_relation.range(range).map(|(_, subject)| *subject)
    }

    /// The relations that anybody stands in.
    pub(super) fn names(&self) -> Vec<u32> {
        let mut names = Vec::new();
        let mut next = self.by_relation.first().copied();
        while let Some((relation, _)) = next {
            names.push(relation);
            let after = (relation, u32::MAX);
            next = self
                .by_relation
                .range(after..)
                .find(|pair| **pair != after)
                .copied();
        }
        names
    }

    /// Subjects with each of their relations, by subject.
    pub(super) fn subjects(&self) -> Vec<(u32, Vec<u32>)> {
        let mut all: Vec<(u32, Vec<u32>)> = Vec::new();
        for (subject, relation) in &self.by_subject {
            match all.last_mut() {
                Some((last, held)) if last == subject => held.push(*relation),
                _ => all.push((*subject, vec![*relation])),
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::{Names, Relations};

    #[test]
    fn both_sides_agree_after_every_change() {
        let mut relations = Relations::from(vec![(1, 7), (2, 7), (1, 8)]);
        relations.put(3, 8);
        relations.put(3, 8);
        assert_eq!(relations.names(), [1, 2, 3]);
        assert_eq!(relations.of(8).collect::<Vec<_>>(), [1, 3]);
        relations.remove_relation(1);
        assert_eq!(relations.names(), [2, 3]);
        assert_eq!(relations.subjects(), [(7, vec![2]), (8, vec![3])]);
        relations.remove_subject(7);
        assert_eq!(relations.holders(2).count(), 0);
        assert_eq!(relations.of(8).collect::<Vec<_>>(), [3]);
    }

    #[test]
    fn texts_keep_their_numbers() {
        let mut names = Names::default();
        assert_eq!(
            (names.number("a"), names.number("b"), names.number("a")),
            (0, 1, 0)
        );
        let text = serde_json::to_string(&names).expect("it is plain data");
        let read: Names = serde_json::from_str(&text).expect("it was written so");
        assert_eq!((read.find("b"), read.text(0)), (Some(1), "a"));
    }
}
