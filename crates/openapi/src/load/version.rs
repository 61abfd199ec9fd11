//! Which OpenAPI a document says it is.

use std::fmt;

use serde_json::Value;

use crate::load::places::Places;
use crate::problem::{Problem, Problems, Severity};
use crate::words::kind_of;

/// The versions of OpenAPI that are understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SpecVersion {
    /// 3.0.x
    V3_0,
    /// 3.1.x
    V3_1,
    /// 3.2.x
    V3_2,
}

impl SpecVersion {
    /// Whether schemas are those of JSON Schema 2020-12, as from 3.1 on.
    pub fn has_json_schema(self) -> bool {
        self >= SpecVersion::V3_1
    }
}

impl fmt::Display for SpecVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SpecVersion::V3_0 => "3.0",
            SpecVersion::V3_1 => "3.1",
            SpecVersion::V3_2 => "3.2",
        })
    }
}

const ACCEPTED: &str =
    "an OpenAPI description with `openapi: 3.0.x`, `openapi: 3.1.x` or `openapi: 3.2.x`";

/// The version of a document, or why it is none of those that are understood.
pub(super) fn of(file: &str, value: &Value, places: &Places) -> Result<SpecVersion, Problems> {
    let refuse = |pointer: &str, rule, found: String, expected: &str, help: &str| {
        let problem = Problem::of_file(Severity::Error, rule, file, found, expected, help);
        let mut problem = match places.find(pointer) {
            Some(place) => problem.at(place.line, place.column),
            None => problem,
        };
        problem.pointer = Some(pointer.to_owned());
        Err(Problems::from(problem))
    };
    let Value::Object(root) = value else {
        return refuse(
            "",
            "not-openapi",
            format!("the file holds {}, not an object", kind_of(value)),
            ACCEPTED,
            "check that this is the right file; an error page or a list of files is not a description",
        );
    };
    let version = match root.get("openapi") {
        Some(Value::String(version)) => version.trim(),
        Some(Value::Number(number)) => {
            return refuse(
                "/openapi",
                "unsupported-version",
                format!("`openapi` is the number {number}, not a version"),
                "a version of three parts, such as `openapi: 3.0.3`",
                "write the version out with its three parts, or put it in quotes",
            );
        }
        Some(other) => {
            return refuse(
                "/openapi",
                "unsupported-version",
                format!("`openapi` is {}, not a version", kind_of(other)),
                "a version of three parts, such as `openapi: 3.0.3`",
                "write the version of OpenAPI that the description follows",
            );
        }
        None if root.contains_key("swagger") => {
            let version = match root.get("swagger") {
                Some(Value::String(version)) => version.clone(),
                Some(other) => other.to_string(),
                None => String::new(),
            };
            return refuse(
                "/swagger",
                "unsupported-version",
                format!("this is a Swagger {version} description"),
                ACCEPTED,
                "convert it first, for example with `npx swagger2openapi`",
            );
        }
        None => {
            let keys: Vec<String> = root.keys().take(5).map(|key| format!("`{key}`")).collect();
            let found = match keys.is_empty() {
                true => "the file holds an empty object".to_owned(),
                false => format!(
                    "there is no `openapi` key; the file begins with the keys {}",
                    keys.join(", ")
                ),
            };
            return refuse(
                "",
                "not-openapi",
                found,
                ACCEPTED,
                "check that this is the right file; if it is, say which version of OpenAPI it follows",
            );
        }
    };
    match version.split('.').collect::<Vec<_>>()[..] {
        ["3", "0", patch] if is_number(patch) => Ok(SpecVersion::V3_0),
        ["3", "1", patch] if is_number(patch) => Ok(SpecVersion::V3_1),
        ["3", "2", patch] if is_number(patch) => Ok(SpecVersion::V3_2),
        _ => refuse(
            "/openapi",
            "unsupported-version",
            format!("OpenAPI version `{version}` is not supported"),
            "3.0.x, 3.1.x or 3.2.x, with all three parts",
            "if the description uses nothing newer, say `openapi: 3.2.0`; else convert it",
        ),
    }
}

/// Some generators write release candidates, such as `3.0.0-rc2`.
fn is_number(patch: &str) -> bool {
    patch.starts_with(|first: char| first.is_ascii_digit())
}
