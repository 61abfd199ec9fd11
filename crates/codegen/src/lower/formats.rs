//! **Real specs** use formats that nobody knows, and send values that their formats forbid (a `date-time` with a space
//! and no zone). **progenitor** turns formats into types that fail on such values, or that change them on the way back
//! (`.000Z`). **Instead**: `date-time` is a `Timestamp` that keeps its text; `password`, and whatever is `writeOnly` text, is a
//! `Secret`; integers are 64 bits wide; every other string is a string. The format is named in the documentation. Nothing
//! that is on the wire is lost.

use serde_json::{Value, json};

use super::{Context, describe};
use rolecall_openapi::json::Object;

pub(super) fn run(context: &mut Context) {
    context.each_schema(|schema, context| {
        let Value::Object(object) = schema else {
            return;
        };
        let format = object
            .get("format")
            .and_then(Value::as_str)
            .map(str::to_owned);
        let kept = match (
            object.get("type").and_then(Value::as_str),
            format.as_deref(),
        ) {
            (Some("string"), _) if object.contains_key("enum") => None,
            (Some("string"), Some("date-time")) => Some("date-time"),
            (Some("string"), Some("password")) => Some("password"),
            (Some("integer"), Some("rolecall-number")) => Some("rolecall-number"),
            _ => None,
        };
        match kept {
            Some(kept) => {
                object.insert("format".into(), json!(kept));
            }
            None => {
                if object.remove("format").is_some() {
                    context.touched();
                }
            }
        }
        if let Some(format) = format {
            let width = matches!(format.as_str(), "int32" | "int64" | "float" | "double");
            if kept.is_none() && !width {
                describe(object, &format!("Format: `{}`.", format.replace('`', "'")));
            }
        }
        hide(object);
    });
}

/// Text that is only ever sent is a secret.
pub(super) fn hide(object: &mut Object) {
    let sent_only = object.get("writeOnly").and_then(Value::as_bool) == Some(true);
    let text = object.get("type").and_then(Value::as_str) == Some("string");
    if sent_only && text && !object.contains_key("enum") && !object.contains_key("format") {
        object.insert("format".into(), json!("password"));
    }
}
