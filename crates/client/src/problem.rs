//! Where and how a body does not fit its type, without showing what it holds.

use crate::json_path;
use std::fmt;

/// Where and how a body does not fit its type. It never holds a value of the body, only names and positions.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecodeProblem {
    /// The culprit's place, as a JSON Pointer (RFC 6901); empty for the whole body.
    pub path: String,
    /// What is wrong with it.
    pub message: String,
    /// The line on which it starts or was noticed, from 1; 0 when there is none.
    pub line: usize,
    /// The column of that line, in bytes.
    pub column: usize,
}

/// Starts the message of an error that carries a path of its own: `at "/a/b": message`.
const NESTED: &str = "at \"";

/// How the errors of serde's data model start. Other texts come from hand-written `Deserialize` implementations and could
/// hold anything.
const DATA: [&str; 7] = [
    "invalid type: ",
    "invalid value: ",
    "invalid length ",
    "unknown variant ",
    "unknown field ",
    "missing field ",
    "duplicate field ",
];

impl DecodeProblem {
    /// Makes a problem of what `serde_json` met in `body`, which must be the text that it read.
    #[must_use]
    pub fn from_json(error: &serde_json::Error, body: &[u8]) -> Self {
        let (line, column) = (error.line(), error.column());
        let text = error.to_string();
        let text = text
            .strip_suffix(&format!(" at line {line} column {column}"))
            .unwrap_or(&text);
        let mut path = json_path::at(body, line, column);
        let message = match nested(text) {
            Some((below, message)) => {
                path.push_str(&below);
                message
            }
            None if !error.is_data() => text.to_owned(),
            None if DATA.iter().any(|start| text.starts_with(start)) => without_values(text),
            None => "the type refuses the value".to_owned(),
        };
        Self {
            path,
            message,
            line,
            column,
        }
    }

    pub(crate) fn new(path: &str, message: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            message: message.into(),
            line: 0,
            column: 0,
        }
    }

    /// The text of an error that is raised about a value which was read on its own, so that its path is not lost.
    pub(crate) fn to_nested(&self) -> String {
        let path = serde_json::Value::from(self.path.as_str());
        format!("at {path}: {}", self.message)
    }
}

#[cfg(feature = "testing")]
impl DecodeProblem {
    /// A problem at a JSON Pointer, for tests.
    #[must_use]
    pub fn at(pointer: &str, message: impl Into<String>) -> Self {
        Self::new(pointer, message)
    }
}

fn nested(text: &str) -> Option<(String, String)> {
    let quoted = text.starts_with(NESTED).then(|| text.get(3..))??;
    let mut strings = serde_json::Deserializer::from_str(quoted).into_iter::<String>();
    let path = strings.next()?.ok()?;
    let message = quoted.get(strings.byte_offset()..)?.strip_prefix(": ")?;
    Some((path, message.to_owned()))
}

/// Takes the quoted values out of one of serde's messages. Those start after the first words, in double quotes (escaped as
/// by `Debug`) or in backticks; what is expected follows after them.
fn without_values(text: &str) -> String {
    if text.starts_with("missing field ") || text.starts_with("duplicate field ") {
        return text.to_owned();
    }
    // The last such word is the one that serde wrote: the value may contain the same. For a type that expects nothing,
    // serde writes none.
    let nothing =
        text.ends_with("`, there are no variants") || text.ends_with("`, there are no fields");
    let (found, expected) = match text.rfind(", expected ") {
        Some(at) if !nothing => text.split_at(at),
        _ => (text, ""),
    };
    let kind = found.find(['"', '`']).map_or(found, |at| &found[..at]);
    format!("{}{expected}", kind.trim_end())
}

impl fmt::Display for DecodeProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.path.is_empty() {
            "the top"
        } else {
            &self.path
        };
        write!(f, "at {place}: {}", self.message)?;
        if self.line > 0 {
            write!(f, " (line {} column {})", self.line, self.column)?;
        }
        Ok(())
    }
}

impl std::error::Error for DecodeProblem {}
