//! **Real specs** require read-only properties in schemas that are also sent, and write-only ones in schemas that are
//! also received. **progenitor** demands them both ways. **Instead** `required` holds only where the property travels
//! (OpenAPI 3.0.3, "Schema Object", `readOnly` and `writeOnly`). Nothing is lost.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Context;
use rolecall_openapi::json;

pub(super) fn run(context: &mut Context) {
    let sent = reach(context, Direction::Sent);
    let received = reach(context, Direction::Received);
    let whole = |key: &str| {
        let marked = |schema: &Value| schema.get(key).and_then(Value::as_bool) == Some(true);
        let components = json::components(&context.document).into_iter().flatten();
        components
            .filter(|(_, schema)| marked(schema))
            .map(|(name, _)| name.clone())
            .collect::<BTreeSet<String>>()
    };
    // A component that is marked as a whole is a property that travels one way wherever it is used.
    let (read_only, write_only) = (whole("readOnly"), whole("writeOnly"));
    let mut places = 0;
    for (name, schema) in json::components_mut(&mut context.document) {
        let drop: Vec<String> = schema
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .filter(|(_, property)| {
                let flag = |key: &str, whole: &BTreeSet<String>| {
                    property.get(key).and_then(Value::as_bool) == Some(true)
                        || json::schema_ref(property).is_some_and(|name| whole.contains(&name))
                };
                flag("readOnly", &read_only) && sent.contains(name)
                    || flag("writeOnly", &write_only) && received.contains(name)
            })
            .map(|(property, _)| property.clone())
            .collect();
        if let Some(Value::Array(required)) = schema.get_mut("required") {
            let before = required.len();
            required.retain(|name| !drop.iter().any(|dropped| name == dropped));
            places += before - required.len();
        }
    }
    for _ in 0..places {
        context.touched();
    }
}

/// Which way a body goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// In requests.
    Sent,
    /// In answers.
    Received,
}

/// The components that bodies of one direction reach.
fn reach(context: &Context, direction: Direction) -> BTreeSet<String> {
    crate::lower::reach::components(&context.document, &context.plan, direction)
}
