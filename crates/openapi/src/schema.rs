//! What a schema says about types and discriminators.

use serde_json::{Map, Value};

use crate::reference::{self, Target};

/// The types that a schema allows; empty when it does not say.
pub fn types(schema: &Map<String, Value>) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// Whether a value is of a type by its name.
pub fn is_of_type(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "number" => value.is_number(),
        // 1.0 is an integer, too.
        "integer" => {
            value.is_i64()
                || value.is_u64()
                || value.as_f64().is_some_and(|number| number.fract() == 0.0)
        }
        // Types that nobody knows are reported as such; nothing can be of the wrong one then.
        _ => true,
    }
}

/// The schema that a value of a discriminator's mapping names: by a reference, or by the bare name of a component.
pub fn mapped<'a>(root: &'a Value, target: &str) -> Option<&'a Value> {
    match reference::target(root, target) {
        Target::Found(schema) => Some(schema),
        _ => root.get("components")?.get("schemas")?.get(target),
    }
}
