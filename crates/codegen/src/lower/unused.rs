//! **Real specs** keep components that no operation uses: leftovers, webhooks' payloads. **progenitor** makes types of
//! them all. **Instead** they go, before anything else is made of them. **Lost**: they (reported, if they would have become
//! a type).

use serde_json::Value;

use super::{Context, origin};
use rolecall_openapi::json;

pub(super) fn run(context: &mut Context) {
    let unused = std::mem::take(&mut context.unused);
    let mut dropped = Vec::new();
    json::components_mut(&mut context.document).retain(|name, schema| {
        if unused.contains(name) {
            dropped.push((name.clone(), std::mem::take(schema)));
        }
        !unused.contains(name)
    });
    for (name, schema) in dropped {
        context.touched();
        let makes_type = |object: &&json::Object| {
            let keys = ["properties", "allOf", "oneOf", "anyOf", "enum"];
            keys.iter().any(|key| object.contains_key(*key))
        };
        if let Some(object) = schema.as_object().filter(makes_type) {
            let pointer = match object.get(super::ORIGIN).and_then(Value::as_str) {
                Some(_) => origin(object),
                None => json::join("/components/schemas", &name),
            };
            context.lose_at(
                "component-unreached",
                pointer,
                format!("no operation uses `{name}`, which gets no type"),
            );
        }
    }
}
