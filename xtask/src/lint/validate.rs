//! Validates a value against a schema of an OpenAPI document.
//!
//! This covers what OpenAPI 3.0 says of schemas and what descriptions use of JSON Schema 2020-12. Unlike a general
//! validator it follows discriminators, takes `nullable` as it is meant, and checks the formats that the generated types
//! depend on. Not covered: `$dynamicRef`, `unevaluated…` and `dependentSchemas`; nothing is invalid by them.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::lint::reference;
use crate::lint::schemas::{is_of_type, mapped, types};
use crate::lint::text::{kind_of, names, nearest, one_of, show};
use crate::load::escape;

mod format;
mod scalar;

use scalar::{check_choice, check_count, check_number, check_text, matches};

/// Where a value is not what its schema asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Violation {
    /// JSON Pointer into the value.
    pub(super) pointer: String,
    pub(super) found: String,
    pub(super) expected: String,
}

/// Reports end after this many: a value of quite another type would break every rule there is.
const REPORTED: usize = 20;
/// Schemas within schemas; more than any value that was read can ask for without references in a circle.
const DEEPEST: usize = 600;

/// All that is wrong with a value, the first findings where there are many.
pub(super) fn validate(root: &Value, schema: &Value, value: &Value) -> Vec<Violation> {
    let mut validator = Validator {
        root,
        active: HashSet::new(),
        depth: 0,
    };
    let mut wrong = Vec::new();
    validator.check(schema, value, "", &mut wrong);
    wrong.truncate(REPORTED);
    wrong
}

struct Validator<'a> {
    root: &'a Value,
    /// Pairs of schema and value that are being checked: a schema that leads back to itself for the same value asks
    /// for nothing new.
    active: HashSet<(*const Value, *const Value)>,
    depth: usize,
}

impl<'a> Validator<'a> {
    fn check(&mut self, schema: &'a Value, value: &Value, at: &str, wrong: &mut Vec<Violation>) {
        if wrong.len() >= REPORTED || self.depth >= DEEPEST {
            return;
        }
        let pair = (std::ptr::from_ref(schema), std::ptr::from_ref(value));
        if !self.active.insert(pair) {
            return;
        }
        self.depth += 1;
        match schema {
            Value::Bool(false) => wrong.push(violation(
                at,
                format!("{} is here", show(value)),
                "nothing: the schema is `false`",
            )),
            Value::Object(keywords) => self.check_keywords(keywords, value, at, wrong),
            _ => {}
        }
        self.depth -= 1;
        self.active.remove(&pair);
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
            if let reference::Target::Found(target) = reference::target(self.root, target) {
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
                format!("{} is {}", show(value), kind_of(value)),
                expected,
            ));
            // What else the schema says is about values of its type.
            return;
        }
        check_choice(schema, value, at, wrong);
        match value {
            Value::String(text) => check_text(schema, text, at, wrong),
            Value::Number(_) => check_number(schema, value, at, wrong),
            Value::Array(items) => self.check_array(schema, items, at, wrong),
            Value::Object(entries) => self.check_object(schema, entries, at, wrong),
            Value::Null | Value::Bool(_) => {}
        }
        self.check_combinations(schema, value, at, wrong);
    }

    fn check_array(
        &mut self,
        schema: &'a Map<String, Value>,
        items: &[Value],
        at: &str,
        wrong: &mut Vec<Violation>,
    ) {
        check_count(
            schema,
            ["minItems", "maxItems"],
            items.len(),
            "items",
            at,
            wrong,
        );
        let first = schema
            .get("prefixItems")
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice);
        for (index, item) in items.iter().enumerate() {
            let at = format!("{at}/{index}");
            if let Some(schema) = first.get(index).or_else(|| schema.get("items")) {
                self.check(schema, item, &at, wrong);
            }
            let unique = schema.get("uniqueItems") == Some(&Value::Bool(true));
            if unique && items.iter().take(index).any(|other| other == item) {
                wrong.push(violation(
                    &at,
                    format!("the item {} stands twice", show(item)),
                    "each item once",
                ));
            }
        }
        if let Some(contains) = schema.get("contains")
            && !items.iter().any(|item| self.fits(contains, item))
        {
            wrong.push(violation(
                at,
                "no item is what `contains` asks for".to_owned(),
                "at least one such item",
            ));
        }
    }

    fn check_object(
        &mut self,
        schema: &'a Map<String, Value>,
        entries: &Map<String, Value>,
        at: &str,
        wrong: &mut Vec<Violation>,
    ) {
        check_count(
            schema,
            ["minProperties", "maxProperties"],
            entries.len(),
            "properties",
            at,
            wrong,
        );
        let properties = schema.get("properties").and_then(Value::as_object);
        let required = schema.get("required").and_then(Value::as_array);
        for name in required.into_iter().flatten().filter_map(Value::as_str) {
            if !entries.contains_key(name) {
                let expected = match nearest(name, entries.keys().map(String::as_str)) {
                    Some(other) => {
                        format!("`{name}`, which the schema requires (`{other}` looks like it)")
                    }
                    None => format!("`{name}`, which the schema requires"),
                };
                wrong.push(violation(at, format!("`{name}` is missing"), expected));
            }
        }
        let patterns = schema.get("patternProperties").and_then(Value::as_object);
        for (key, entry) in entries {
            let at = format!("{at}/{}", escape(key));
            let mut is_known = false;
            if let Some(schema) = properties.and_then(|properties| properties.get(key)) {
                is_known = true;
                self.check(schema, entry, &at, wrong);
            }
            for (pattern, schema) in patterns.into_iter().flatten() {
                if matches(pattern, key) == Some(true) {
                    is_known = true;
                    self.check(schema, entry, &at, wrong);
                }
            }
            match schema.get("additionalProperties") {
                Some(Value::Bool(false)) if !is_known => {
                    let known = properties
                        .into_iter()
                        .flat_map(Map::keys)
                        .map(String::as_str);
                    let expected = format!("only {}", names(known));
                    wrong.push(violation(
                        &at,
                        format!("the property `{key}` is not declared"),
                        expected,
                    ));
                }
                Some(others) if !is_known => self.check(others, entry, &at, wrong),
                _ => {}
            }
            if let Some(schema) = schema.get("propertyNames") {
                self.check(schema, &Value::String(key.clone()), &at, wrong);
            }
            let needed = schema
                .get("dependentRequired")
                .and_then(|needed| needed.get(key)?.as_array());
            for name in needed.into_iter().flatten().filter_map(Value::as_str) {
                if !entries.contains_key(name) {
                    let expected = format!("`{name}` wherever there is `{key}`");
                    wrong.push(violation(&at, format!("`{name}` is missing"), expected));
                }
            }
        }
    }

    fn check_combinations(
        &mut self,
        schema: &'a Map<String, Value>,
        value: &Value,
        at: &str,
        wrong: &mut Vec<Violation>,
    ) {
        for member in members(schema, "allOf") {
            self.check(member, value, at, wrong);
        }
        if let Some(discriminator) = schema.get("discriminator").filter(|_| value.is_object()) {
            self.check_arm(schema, discriminator, value, at, wrong);
        } else {
            for key in ["oneOf", "anyOf"] {
                let arms = members(schema, key);
                if !arms.is_empty() {
                    self.check_arms(key, arms, value, at, wrong);
                }
            }
        }
        if let Some(not) = schema.get("not")
            && self.fits(not, value)
        {
            wrong.push(violation(
                at,
                format!("{} is what `not` excludes", show(value)),
                "another value",
            ));
        }
        if let Some(condition) = schema.get("if") {
            let branch = if self.fits(condition, value) {
                "then"
            } else {
                "else"
            };
            if let Some(schema) = schema.get(branch) {
                self.check(schema, value, at, wrong);
            }
        }
    }

    /// The one schema that the discriminator names.
    fn check_arm(
        &mut self,
        schema: &'a Map<String, Value>,
        discriminator: &'a Value,
        value: &Value,
        at: &str,
        wrong: &mut Vec<Violation>,
    ) {
        let Some(property) = discriminator.get("propertyName").and_then(Value::as_str) else {
            return;
        };
        let below = format!("{at}/{}", escape(property));
        let arms: Vec<&Value> = ["oneOf", "anyOf"]
            .iter()
            .flat_map(|key| members(schema, key))
            .collect();
        let Some(name) = value.get(property).and_then(Value::as_str) else {
            // A parent that others extend need not insist on what only they need.
            if !arms.is_empty() {
                let found = format!("`{property}` is missing or no text");
                wrong.push(violation(
                    at,
                    found,
                    "the property that tells which schema holds",
                ));
            }
            return;
        };
        let mapping = discriminator.get("mapping").and_then(Value::as_object);
        let target = match mapping
            .and_then(|mapping| mapping.get(name))
            .and_then(Value::as_str)
        {
            Some(target) => mapped(self.root, target),
            None => mapped(self.root, name)
                .filter(|target| arms.is_empty() || self.is_among(target, &arms)),
        };
        match target {
            Some(target) => self.check(target, value, at, wrong),
            None if arms.is_empty() => {}
            None => {
                let known = mapping.into_iter().flat_map(Map::keys).map(String::as_str);
                let found = format!("the discriminator `{property}` has no schema for `{name}`");
                wrong.push(violation(&below, found, one_of(known)));
            }
        }
    }

    fn is_among(&self, schema: &Value, arms: &[&Value]) -> bool {
        arms.iter().any(|arm| {
            reference::resolve(self.root, arm).is_some_and(|arm| std::ptr::eq(arm, schema))
        })
    }

    fn check_arms(
        &mut self,
        key: &str,
        arms: &'a [Value],
        value: &Value,
        at: &str,
        wrong: &mut Vec<Violation>,
    ) {
        let outcomes: Vec<Vec<Violation>> = arms
            .iter()
            .map(|arm| {
                let mut wrong = Vec::new();
                self.check(arm, value, at, &mut wrong);
                wrong
            })
            .collect();
        let fitting = outcomes.iter().filter(|wrong| wrong.is_empty()).count();
        if fitting > 1 && key == "oneOf" {
            let found = format!(
                "{} fits {fitting} of the {} alternatives of `oneOf`",
                show(value),
                arms.len()
            );
            wrong.push(violation(
                at,
                found,
                "exactly one (`anyOf` where they overlap, or a discriminator)",
            ));
        }
        if fitting == 0 {
            // The alternative that got furthest into the value is the one that was meant.
            let nearest = outcomes.iter().enumerate().max_by_key(|(index, wrong)| {
                let deepest = wrong
                    .iter()
                    .map(|it| it.pointer.len())
                    .max()
                    .unwrap_or_default();
                (
                    deepest,
                    std::cmp::Reverse(wrong.len()),
                    std::cmp::Reverse(*index),
                )
            });
            let reason = nearest.and_then(|(index, wrong)| {
                let first = wrong.first()?;
                Some(format!(
                    "; the nearest is number {}, but {}",
                    index + 1,
                    first.found
                ))
            });
            let found = format!(
                "{} fits none of the {} alternatives of `{key}`{}",
                show(value),
                arms.len(),
                reason.unwrap_or_default()
            );
            wrong.push(violation(at, found, "a value of one of the alternatives"));
        }
    }

    fn fits(&mut self, schema: &'a Value, value: &Value) -> bool {
        let mut wrong = Vec::new();
        self.check(schema, value, "", &mut wrong);
        wrong.is_empty()
    }
}

fn violation(at: &str, found: String, expected: impl Into<String>) -> Violation {
    Violation {
        pointer: at.to_owned(),
        found,
        expected: expected.into(),
    }
}

fn members<'a>(schema: &'a Map<String, Value>, key: &str) -> &'a [Value] {
    schema
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests;
