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
                collect(operation.get("requestBody"), &mut queue);
                collect(operation.get("parameters"), &mut queue);
            }
            Direction::Received => collect(operation.get("responses"), &mut queue),
        }
    }
    let mut reached = BTreeSet::new();
    while let Some(name) = queue.pop() {
        if !reached.insert(name.clone()) {
            continue;
        }
        collect(
            json::components(document).and_then(|c| c.get(&name)),
            &mut queue,
        );
        for arm in plan
            .unions
            .get(&name)
            .into_iter()
            .flat_map(|union| &union.arms)
        {
            collect(Some(&arm.schema), &mut queue);
        }
    }
    reached
}

/// The components that a value refers to.
fn collect(value: Option<&Value>, into: &mut Vec<String>) {
    match value {
        Some(Value::Object(object)) => {
            for (key, value) in object {
                match value {
                    Value::String(reference) if key == "$ref" => {
                        into.extend(json::component_of(reference))
                    }
                    _ => collect(Some(value), into),
                }
            }
        }
        Some(Value::Array(items)) => items.iter().for_each(|item| collect(Some(item), into)),
        _ => {}
    }
}
