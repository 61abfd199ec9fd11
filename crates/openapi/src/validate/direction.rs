//! Properties that travel one way only. What says so may stand at the property, at what it refers to, or in another part
//! of the whole than the `required` that names it.

use serde_json::{Map, Value};

use super::{Direction, Run};
use crate::reference;

impl<'a> Run<'a> {
    /// Whether a required property need not travel this way. It is asked of every schema that holds for the object that
    /// is being checked, since one part of an `allOf` often declares what another requires.
    pub(super) fn stays_behind(&self, name: &str) -> bool {
        let keyword = match self.direction {
            None => return false,
            Some(Direction::Request) => "readOnly",
            Some(Direction::Response) => "writeOnly",
        };
        let Some((_, object)) = self.active.last() else {
            return false;
        };
        self.active
            .iter()
            .filter(|(_, value)| value == object)
            .flat_map(|(schema, _)| parts(self.root, schema))
            .filter_map(|part| part.get("properties")?.get(name))
            .any(|property| is_marked(self.root, property, keyword))
    }
}

/// Whether the schema of a property says of it that it is `readOnly` or `writeOnly`.
pub(super) fn is_marked(root: &Value, property: &Value, keyword: &str) -> bool {
    parts(root, property)
        .iter()
        .any(|part| part.get(keyword) == Some(&Value::Bool(true)))
}

/// A schema and all that hold wherever it does: what its `$ref` and its `allOf` lead to.
fn parts<'a>(root: &'a Value, schema: &'a Value) -> Vec<&'a Map<String, Value>> {
    let mut found: Vec<&Map<String, Value>> = Vec::new();
    let mut pending = vec![schema];
    while let Some(schema) = pending.pop() {
        let Some(keywords) = schema.as_object() else {
            continue;
        };
        if found.iter().any(|known| std::ptr::eq(*known, keywords)) {
            continue;
        }
        found.push(keywords);
        if let Some(target) = keywords.get("$ref").and_then(Value::as_str)
            && let reference::Target::Found(target) = reference::target(root, target)
        {
            pending.push(target);
        }
        let members = keywords.get("allOf").and_then(Value::as_array);
        pending.extend(members.into_iter().flatten());
    }
    found
}
