//! What schemas say of null.

use serde_json::Value;

use super::{DEEPEST, Views};
use crate::document::Node;

impl<'a> Views<'a> {
    /// Whether a schema allows null and nothing else.
    pub(crate) fn is_null(&self, arm: Node<'a>) -> bool {
        let arm = self.follow(arm);
        let Some(object) = arm.object() else {
            return false;
        };
        let only = |value: &Value| match value {
            Value::Array(values) => !values.is_empty() && values.iter().all(|v| v == "null"),
            value => value == "null",
        };
        let nulls = |value: &Value| {
            let values = value.as_array();
            values.is_some_and(|values| !values.is_empty() && values.iter().all(Value::is_null))
        };
        object.get("type").is_some_and(only)
            || object.get("const").is_some_and(Value::is_null)
            || object.get("enum").is_some_and(nulls)
    }

    /// What a schema says of null; `None` where it says nothing.
    pub(crate) fn null(&self, node: Node<'a>, depth: usize) -> Option<bool> {
        let node = self.follow(node);
        let object = node.object()?;
        if node.flag("nullable") {
            return Some(true);
        }
        let lists_null = |value: &Value| {
            let values = value.as_array();
            values.is_some_and(|values| {
                values
                    .iter()
                    .any(|value| value.is_null() || value == "null")
            })
        };
        let in_values = object.get("enum").is_some_and(lists_null);
        // By JSON Schema the list decides, whatever types there are; authors of 3.0 forget it.
        if self.doc.is_v31() && object.get("enum").is_some_and(Value::is_array) {
            return Some(in_values);
        }
        if let Some(types) = object.get("type") {
            let said = types == "null" || lists_null(types) || in_values;
            // By JSON Schema what stands beside must allow it, too.
            let beside =
                self.doc.is_v31() && said && depth < DEEPEST && self.forbids_null(node, depth);
            return Some(said && !beside);
        }
        if let Some(value) = object.get("const") {
            return Some(value.is_null());
        }
        if object.contains_key("enum") {
            return Some(in_values);
        }
        // A schema that consists of itself says nothing.
        if depth > DEEPEST {
            return None;
        }
        if let Some(known) = self.nulls.borrow().get(&node.id()) {
            return *known;
        }
        self.nulls.borrow_mut().insert(node.id(), None);
        let said = self.null_of_parts(node, depth);
        self.nulls.borrow_mut().insert(node.id(), said);
        said
    }

    /// Whether something that a schema takes in says that null is not allowed.
    fn forbids_null(&self, node: Node<'a>, depth: usize) -> bool {
        let target = node.text("$ref").and_then(|name| self.doc.target(name));
        let parts = self.doc.items_of(node, "allOf");
        let mut taken_in = target.into_iter().chain(parts);
        taken_in.any(|part| self.null(part, depth + 1) == Some(false))
    }

    fn null_of_parts(&self, node: Node<'a>, depth: usize) -> Option<bool> {
        let mut said = Vec::new();
        if let Some(target) = node.text("$ref").and_then(|name| self.doc.target(name)) {
            said.push(self.null(target, depth + 1));
        }
        for part in self.doc.items_of(node, "allOf") {
            said.push(self.null(part, depth + 1));
        }
        for key in ["oneOf", "anyOf"] {
            let arms = self.doc.items_of(node, key);
            if !arms.is_empty() {
                let mut arms = arms.iter();
                said.push(Some(arms.any(|arm| {
                    self.is_null(*arm) || self.null(*arm, depth + 1) == Some(true)
                })));
            }
        }
        said.into_iter().flatten().reduce(|one, other| one && other)
    }
}
