//! Arrays and objects: what is in them, and how much.

use serde_json::{Map, Value};

use super::scalar::check_count;
use super::{Direction, Run, Violation, direction, violation};
use crate::json::escape;
use crate::words::{names, nearest, show};

impl<'a> Run<'a> {
    pub(super) fn check_array(
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
                    match self.direction {
                        None => format!("the item {} stands twice", show(item)),
                        Some(_) => "the item stands twice".to_owned(),
                    },
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

    pub(super) fn check_object(
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
            if !entries.contains_key(name) && !self.stays_behind(name) {
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
                let must_stay = self.direction == Some(Direction::Response)
                    && direction::is_marked(self.root, schema, "writeOnly");
                if must_stay {
                    wrong.push(violation(
                        &at,
                        format!("`{key}` is in a response"),
                        "no such property: it is `writeOnly`",
                    ));
                    continue;
                }
                self.check(schema, entry, &at, wrong);
            }
            for (pattern, schema) in patterns.into_iter().flatten() {
                if self.patterns.matches(pattern, key) == Some(true) {
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
}
