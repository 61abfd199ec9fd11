//! Texts by number.

use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Texts by number, so that relations of a million subjects are pairs of numbers. A text keeps its number for good.
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

#[cfg(test)]
mod tests {
    use super::Names;

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
