//! Validates a value against a schema of an OpenAPI document.
//!
//! This covers what OpenAPI 3.0 says of schemas and what descriptions use of JSON Schema 2020-12. Unlike a general
//! validator it follows discriminators, takes `nullable` as it is meant, knows which way a value travels, and checks the
//! formats that the generated types depend on. Not covered: `$dynamicRef`, `unevaluated…` and `dependentSchemas`; nothing
//! is invalid by them.

use serde_json::{Map, Value};

use crate::pattern::Patterns;
use crate::reference::{self, Target};
use crate::schema::{is_of_type, types};
use crate::words::{kind_of, one_of, show};

mod combinations;
mod containers;
mod direction;
mod format;
mod scalar;

/// Where a value is not what its schema asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// JSON Pointer (RFC 6901) into the value.
    pub pointer: String,
    /// What is there. It quotes the value, shortened, unless the value travels: see [`Validator::validate`].
    pub found: String,
    /// What the schema asks for.
    pub expected: String,
}

/// Which way a value travels, and so what `readOnly` and `writeOnly` mean for it (OpenAPI 3.0.3, "Schema Object").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From a client to the service. A required property that is `readOnly` may be left out. One that is sent is no
    /// violation: clients write back what they have read, and services ignore it.
    Request,
    /// From the service to a client. A required property that is `writeOnly` may be left out, and must be: one that
    /// comes back is a violation.
    Response,
}

/// Findings end after this many: a value of quite another type would break every rule there is.
const REPORTED: usize = 20;
/// Schemas within schemas; more than any value that was read can ask for without references in a circle.
const DEEPEST: usize = 600;

/// Validates many values against the schemas of one description, and compiles each `pattern` once. It can be shared
/// between threads.
#[derive(Debug, Default)]
pub struct Validator {
    patterns: Patterns,
}

impl Validator {
    /// All that is wrong with a value, the first 20 findings where there are many.
    ///
    /// `root` is the document that `schema` is a part of, where its references lead. A reference that leads nowhere asks
    /// for nothing. Without a direction the value is taken for one that may travel either way: `readOnly` and
    /// `writeOnly` change nothing. With one the value is somebody's, and findings say where it is wrong without
    /// quoting it; names of properties are still told.
    pub fn validate(
        &self,
        root: &Value,
        schema: &Value,
        value: &Value,
        direction: Option<Direction>,
    ) -> Vec<Violation> {
        let mut run = Run {
            root,
            patterns: &self.patterns,
            direction,
            active: Vec::new(),
        };
        let mut wrong = Vec::new();
        run.check(schema, value, "", &mut wrong);
        wrong.truncate(REPORTED);
        wrong
    }
}

/// All that is wrong with one value that may travel either way; see [`Validator`], which is quicker for many.
pub fn validate(root: &Value, schema: &Value, value: &Value) -> Vec<Violation> {
    Validator::default().validate(root, schema, value, None)
}

/// The validation of one value.
struct Run<'a> {
    root: &'a Value,
    patterns: &'a Patterns,
    direction: Option<Direction>,
    /// Pairs of schema and value that are being checked, outermost first: a schema that leads back to itself for the
    /// same value asks for nothing new.
    active: Vec<(&'a Value, *const Value)>,
}

impl<'a> Run<'a> {
    fn check(&mut self, schema: &'a Value, value: &Value, at: &str, wrong: &mut Vec<Violation>) {
        if wrong.len() >= REPORTED || self.active.len() >= DEEPEST {
            return;
        }
        let address = std::ptr::from_ref(value);
        let is_active =
            |(other, of): &(&Value, *const Value)| *of == address && std::ptr::eq(*other, schema);
        if self.active.iter().any(is_active) {
            return;
        }
        self.active.push((schema, address));
        match schema {
            Value::Bool(false) => wrong.push(violation(
                at,
                format!("{} is here", self.show(value)),
                "nothing: the schema is `false`",
            )),
            Value::Object(keywords) => self.check_keywords(keywords, value, at, wrong),
            _ => {}
        }
        self.active.pop();
    }

    fn check_keywords(
        &mut self,
        schema: &'a Map<String, Value>,
        value: &Value,
        at: &str,
        wrong: &mut Vec<Violation>,
    ) {
        if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            // One that leads nowhere is reported by another rule.
            if let Target::Found(target) = reference::target(self.root, target) {
                self.check(target, value, at, wrong);
            }
        }
        if value.is_null() && schema.get("nullable") == Some(&Value::Bool(true)) {
            return;
        }
        let types = types(schema);
        if !types.is_empty() && !types.iter().any(|name| is_of_type(value, name)) {
            let expected = format!("a value of type {}", one_of(types));
            wrong.push(violation(
                at,
                format!("{} is {}", self.show(value), kind_of(value)),
                expected,
            ));
            // What else the schema says is about values of its type.
            return;
        }
        self.check_choice(schema, value, at, wrong);
        match value {
            Value::String(text) => self.check_text(schema, text, at, wrong),
            Value::Number(_) => self.check_number(schema, value, at, wrong),
            Value::Array(items) => self.check_array(schema, items, at, wrong),
            Value::Object(entries) => self.check_object(schema, entries, at, wrong),
            Value::Null | Value::Bool(_) => {}
        }
        self.check_combinations(schema, value, at, wrong);
    }

    /// What findings call a value: itself, unless it is somebody's.
    fn show(&self, value: &Value) -> String {
        match self.direction {
            None => show(value),
            Some(_) => "the value".to_owned(),
        }
    }
}

fn violation(at: &str, found: String, expected: impl Into<String>) -> Violation {
    Violation {
        pointer: at.to_owned(),
        found,
        expected: expected.into(),
    }
}

#[cfg(test)]
mod tests;
