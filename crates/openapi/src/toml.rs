//! Settings in TOML; what is wrong with them is said with its place.

use serde::de::DeserializeOwned;

use crate::problem::{Problem, Problems, Severity};

/// Reads TOML.
pub fn from_toml<T: DeserializeOwned>(
    text: &str,
    file: &str,
    rule: &'static str,
    expected: &str,
) -> Result<T, Problems> {
    ::toml::from_str(text).map_err(|error| {
        let found = error.message();
        let problem = Problem::of_file(
            Severity::Error,
            rule,
            file,
            found,
            expected,
            "correct the file",
        );
        let problem = match error.span() {
            Some(span) => {
                let (line, column) = place(text, span.start);
                problem.at(line, column)
            }
            None => problem,
        };
        problem.into()
    })
}

/// Line and column of a byte of a text, both from 1.
pub fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let last = before.rsplit('\n').next().unwrap_or_default();
    (line, last.chars().count() + 1)
}
