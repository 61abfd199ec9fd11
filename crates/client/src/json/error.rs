//! Why a text could not be read as a type.

use crate::{DecodeProblem, Misfit};
use std::borrow::Cow;
use std::fmt;

/// Why a text could not be read as a type, and where. It never holds a value of the text.
#[derive(Clone, Debug)]
pub struct ReadError(Box<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    at: usize,
    why: Why,
    /// The variants that it was read as, the outermost last.
    within: Vec<&'static str>,
}

#[derive(Clone, Debug)]
enum Why {
    /// The text is not JSON.
    Syntax(Cow<'static, str>),
    /// A value of one kind where another is expected.
    Kind {
        found: &'static str,
        expected: Cow<'static, str>,
    },
    /// A value of the right kind that the type has no room for.
    Value {
        found: &'static str,
        expected: Cow<'static, str>,
    },
    /// An object without a property.
    Missing(&'static str),
    /// What a type of somebody else's says, without values.
    Other(String),
}

impl ReadError {
    fn new(at: usize, why: Why) -> Self {
        Self(Box::new(Inner {
            at,
            why,
            within: Vec::new(),
        }))
    }

    pub(crate) fn syntax(at: usize, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(at, Why::Syntax(message.into()))
    }

    pub(crate) fn kind(
        at: usize,
        found: &'static str,
        expected: impl Into<Cow<'static, str>>,
    ) -> Self {
        let expected = expected.into();
        Self::new(at, Why::Kind { found, expected })
    }

    pub(crate) fn value(
        at: usize,
        found: &'static str,
        expected: impl Into<Cow<'static, str>>,
    ) -> Self {
        let expected = expected.into();
        Self::new(at, Why::Value { found, expected })
    }

    pub(crate) fn missing(at: usize, property: &'static str) -> Self {
        Self::new(at, Why::Missing(property))
    }

    /// What `serde_json` says of a value whose text this is.
    pub(crate) fn foreign(at: usize, text: &str, error: &serde_json::Error) -> Self {
        let problem = DecodeProblem::from_json(error, text.as_bytes());
        let message = match problem.path.as_str() {
            "" => problem.message,
            path => format!("at {path}: {}", problem.message),
        };
        Self::new(at, Why::Other(message))
    }

    /// The same error, about a value that was read as this type.
    #[must_use]
    pub fn within(mut self, name: &'static str) -> Self {
        self.0.within.push(name);
        self
    }

    /// Whether the text is JSON and only does not fit: then it can be kept.
    #[must_use]
    pub fn is_misfit(&self) -> bool {
        !matches!(self.0.why, Why::Syntax(_))
    }

    /// Where the culprit starts, in bytes.
    pub(crate) fn at(&self) -> usize {
        self.0.at
    }

    pub(crate) fn into_misfit(self, pointer: String) -> Misfit {
        let (found, expected) = match self.0.why {
            Why::Kind { found, expected } | Why::Value { found, expected } => (found, expected),
            Why::Missing(property) => ("object", format!("an object with `{property}`").into()),
            Why::Syntax(message) => ("text", message),
            Why::Other(message) => ("value", message.into()),
        };
        Misfit {
            pointer,
            found,
            expected: expected.into_owned(),
        }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for name in self.0.within.iter().rev() {
            write!(f, "not a {name}: ")?;
        }
        match &self.0.why {
            Why::Syntax(message) => f.write_str(message),
            Why::Kind { found, expected } => {
                write!(f, "invalid type: {found}, expected {expected}")
            }
            Why::Value { found, expected } => {
                write!(f, "invalid value: {found}, expected {expected}")
            }
            Why::Missing(property) => write!(f, "missing field `{property}`"),
            Why::Other(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for ReadError {}
