//! Schemas that are made of others: `allOf`, `oneOf`, `anyOf`, `not`, `if`, and discriminators.

use serde_json::{Map, Value};

use super::{Run, Violation, violation};
use crate::json::escape;
use crate::reference;
use crate::schema::mapped;
use crate::words::one_of;

impl<'a> Run<'a> {
    pub(super) fn check_combinations(
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
                format!("{} is what `not` excludes", self.show(value)),
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
                let name = match self.direction {
                    None => format!("`{name}`"),
                    Some(_) => "the value".to_owned(),
                };
                let found = format!("the discriminator `{property}` has no schema for {name}");
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
                self.show(value),
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
                self.show(value),
                arms.len(),
                reason.unwrap_or_default()
            );
            wrong.push(violation(at, found, "a value of one of the alternatives"));
        }
    }

    pub(super) fn fits(&mut self, schema: &'a Value, value: &Value) -> bool {
        let mut wrong = Vec::new();
        self.check(schema, value, "", &mut wrong);
        wrong.is_empty()
    }
}

fn members<'a>(schema: &'a Map<String, Value>, key: &str) -> &'a [Value] {
    schema
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}
