//! What of a body did not fit its type, without showing what it holds.

use crate::{DecodeProblem, RawJson};
use std::fmt;

/// A value of a body that does not fit its type and was put up with: the property is absent, the item is left out, and the
/// JSON is kept beside it, so that nothing is lost when it is serialized. It never holds a value of the body.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Misfit {
    /// The culprit's place, as a JSON Pointer (RFC 6901) into the body. The property that is absent for it can be above it.
    pub pointer: String,
    /// What kind of JSON was found: `null`, `boolean`, `number`, `integer`, `string`, `array` or `object`.
    pub found: &'static str,
    /// What was expected.
    pub expected: String,
}

#[cfg(feature = "testing")]
impl Misfit {
    /// A misfit, for tests.
    #[must_use]
    pub fn new(
        pointer: impl Into<String>,
        found: &'static str,
        expected: impl Into<String>,
    ) -> Self {
        Self {
            pointer: pointer.into(),
            found,
            expected: expected.into(),
        }
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() {
            "the top"
        } else {
            &self.pointer
        };
        write!(
            f,
            "at {place}: found {}, expected {}",
            self.found, self.expected
        )
    }
}

/// An item of a page that does not fit its type, and was kept as it came.
///
/// `Display` and `Debug` do not show it: it could hold a secret.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct ItemProblem {
    /// Which of the page's items it is, from 0.
    pub index: usize,
    /// The item.
    pub json: RawJson,
    /// Where and how it does not fit; the place is one in the whole body.
    pub problem: DecodeProblem,
}

#[cfg(feature = "testing")]
impl ItemProblem {
    /// An item that does not fit, for tests.
    #[must_use]
    pub fn new(index: usize, json: RawJson, problem: DecodeProblem) -> Self {
        Self {
            index,
            json,
            problem,
        }
    }
}

impl fmt::Debug for ItemProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ItemProblem")
            .field("index", &self.index)
            .field("problem", &self.problem)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for ItemProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "item {} does not fit: {}", self.index, self.problem)
    }
}

impl std::error::Error for ItemProblem {}
