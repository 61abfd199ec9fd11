//! Which components a part of a lowered description reaches.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Direction, Plan};
use rolecall_openapi::json;

/// The components that the bodies and parameters of one direction reach, through objects and unions.
pub fn components(document: &Value, plan: &Plan, direction: Direction) -> BTreeSet<String> {
    let mut queue = Vec::new();
    for (_, _, operation) in json::operations(document) {
        match direction {
            Direction::Sent => {
                references(operation.get("requestBody"), &mut queue);
                references(operation.get("parameters"), &mut queue);
            }
            Direction::Received => references(operation.get("responses"), &mut queue),
        }
    }
    let mut reached = BTreeSet::new();
    while let Some(name) = queue.pop() {
        if !reached.insert(name.clone()) {
            continue;
        }
        references(
            json::components(document).and_then(|c| c.get(&name)),
            &mut queue,
        );
        for arm in plan
            .unions
            .get(&name)
            .into_iter()
            .flat_map(|union| &union.arms)
        {
            references(Some(&arm.schema), &mut queue);
        }
    }
    reached
}

/// The components that a value refers to.
pub fn references(value: Option<&Value>, into: &mut Vec<String>) {
    match value {
        Some(Value::Object(object)) => {
            for (key, value) in object {
                match value {
                    Value::String(reference) if key == "$ref" => {
                        into.extend(json::component_of(reference))
                    }
                    _ => references(Some(value), into),
                }
            }
        }
        Some(Value::Array(items)) => items.iter().for_each(|item| references(Some(item), into)),
        _ => {}
    }
}
