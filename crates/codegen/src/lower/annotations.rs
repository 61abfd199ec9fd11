//! **Real specs** carry defaults that do not fit their type, examples of any shape and XML hints. **progenitor** stops or panics
//! on a default that does not fit, and sends a default that the caller never set. **Instead** the service keeps
//! applying its defaults and the documentation names them; examples and hints go. Nothing that is on the wire is lost.

use serde_json::Value;

use super::{Context, describe};

pub(super) fn run(context: &mut Context) {
    context.each_schema(|schema, context| {
        let Value::Object(object) = schema else {
            return;
        };
        if let Some(default) = object.remove("default") {
            if !default.is_null() && !object.contains_key("$ref") {
                describe(
                    object,
                    &format!("Default of the service: `{}`.", short(&default)),
                );
            }
            context.touched();
        }
        for key in [
            "example",
            "examples",
            "xml",
            "externalDocs",
            "$comment",
            "$schema",
            "$id",
            "$anchor",
        ] {
            object.remove(key);
        }
        if object.get("deprecated").and_then(Value::as_bool) == Some(true) {
            describe(object, "Deprecated by the service.");
            object.remove("deprecated");
        }
    });
}

/// A value in one line that fits documentation.
fn short(value: &Value) -> String {
    let text = value.to_string().replace('`', "'");
    match text.char_indices().nth(120) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}
