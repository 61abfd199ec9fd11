//! **Real specs** have enums that grow, with duplicate values or values that differ only in case, and enums of
//! numbers. **progenitor** panics on the former, and what it makes fails on a value that it does not know. **Instead** an enum
//! of strings becomes an open type of ours: known values, and an arm that keeps any other. **Lost**: an enum of anything
//! but strings is a plain value with its known values documented (reported), which still tell variants of a union apart.

use serde_json::{Value, json};

use super::{CONSTANTS, Context, EnumPlan, ORIGIN, describe};
use rolecall_openapi::json;

pub(super) fn run(context: &mut Context) {
    context.each_schema(|schema, context| {
        let string = schema.get("type").and_then(Value::as_str) == Some("string");
        let empty = schema
            .get("enum")
            .and_then(Value::as_array)
            .is_some_and(Vec::is_empty);
        if schema.get("enum").is_none() || string && !empty {
            return;
        }
        let Value::Object(object) = schema else {
            return;
        };
        let values = object.remove("enum").unwrap_or_default();
        let known: Vec<String> = values
            .as_array()
            .into_iter()
            .flatten()
            .map(Value::to_string)
            .collect();
        if !known.is_empty() {
            describe(object, &format!("Known values: {}.", known.join(", ")));
            object.insert(CONSTANTS.into(), values);
            context.lose(
                "enum-of-other-than-strings",
                schema,
                "the values are documented, not a type",
            );
        }
        context.touched();
    });
    let mut enums = Vec::new();
    for (name, schema) in json::components_mut(&mut context.document) {
        let Some(values) = schema.get("enum").and_then(Value::as_array) else {
            continue;
        };
        let mut known: Vec<String> = Vec::new();
        for value in values {
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            if !known.contains(&value) {
                known.push(value);
            }
        }
        let description = schema
            .get("description")
            .and_then(Value::as_str)
            .map(str::to_owned);
        let kept: json::Object = ["nullable", "readOnly", "writeOnly", ORIGIN]
            .iter()
            .filter_map(|key| Some(((*key).to_owned(), schema.get(*key)?.clone())))
            .collect();
        enums.push((
            name.clone(),
            EnumPlan {
                description,
                values: known,
            },
        ));
        *schema = json!({ "type": "string" });
        json::as_object_mut(schema).extend(kept);
    }
    for (name, plan) in enums {
        context.plan.enums.insert(name, plan);
        context.touched();
    }
}
