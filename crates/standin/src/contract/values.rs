//! Parameters as they come over the wire, read as the values that their schemas speak of.

use super::{Parameter, resolve};
use serde_json::Value;

/// The value of a parameter that came as these texts; the text itself where it does not read as its schema's type, so that
/// validation says what is wrong with it.
pub(super) fn value(document: &Value, parameter: &Parameter, texts: &[&str]) -> Value {
    let schema = resolve(document, &parameter.schema);
    if !allows(document, schema, "array") {
        return scalar(document, schema, texts.last().copied().unwrap_or_default());
    }
    let items = schema.get("items").unwrap_or(&Value::Null);
    let items = resolve(document, items);
    let each: Vec<&str> = if parameter.explode {
        texts.to_vec()
    } else {
        let parts = texts.iter().flat_map(|text| text.split(','));
        parts.filter(|part| !part.is_empty()).collect()
    };
    each.into_iter()
        .map(|text| scalar(document, items, text))
        .collect()
}

fn scalar(document: &Value, schema: &Value, text: &str) -> Value {
    if allows(document, schema, "integer")
        && let Ok(number) = text.parse::<i64>()
    {
        return Value::from(number);
    }
    if allows(document, schema, "number")
        && let Ok(number) = text.parse::<f64>()
    {
        return Value::from(number);
    }
    if allows(document, schema, "boolean")
        && let Ok(boolean) = text.parse::<bool>()
    {
        return Value::from(boolean);
    }
    Value::from(text)
}

fn allows(document: &Value, schema: &Value, name: &str) -> bool {
    let schema = resolve(document, schema);
    let named = match schema.get("type") {
        Some(Value::String(one)) => one == name,
        Some(Value::Array(several)) => several.iter().any(|one| one == name),
        _ => false,
    };
    let arms = ["anyOf", "oneOf", "allOf"].into_iter();
    let mut arms = arms.filter_map(|key| schema.get(key)?.as_array()).flatten();
    named || arms.any(|arm| allows(document, arm, name))
}
