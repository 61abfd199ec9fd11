//! **Real specs** write discriminator mappings with references or bare names, map several values to one arm, or leave
//! the mapping out. **progenitor** ignores discriminators. **Instead** every arm carries the values that select it:
//! those of the mapping; else the only values that its own property allows; else its name (OpenAPI 3.0.3, "Discriminator
//! Object"). A mapping to something that is no arm adds the arm. A union without a discriminator gets one when a
//! property that all arms require tells them apart. Nothing is lost.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Context, ORIGIN, VALUES};
use crate::json::{self, Object};

pub(super) fn run(context: &mut Context) {
    let components = json::components(&context.document)
        .cloned()
        .unwrap_or_default();
    context.each_schema(|schema, context| {
        let Value::Object(object) = schema else {
            return;
        };
        for key in ["oneOf", "anyOf"] {
            if !object.get(key).is_some_and(Value::is_array) {
                continue;
            }
            let Some(Value::Array(mut arms)) = object.remove(key) else {
                continue;
            };
            match object.get("discriminator").cloned() {
                Some(discriminator) => {
                    declared(&discriminator, &mut arms, &components, object, context)
                }
                None => inferred(&mut arms, &components, object, context),
            }
            object.insert(key.into(), Value::Array(arms));
        }
    });
}

fn declared(
    discriminator: &Value,
    arms: &mut Vec<Value>,
    components: &Object,
    object: &Object,
    context: &mut Context,
) {
    let Some(property) = discriminator.get("propertyName").and_then(Value::as_str) else {
        return;
    };
    let mapping: Vec<(String, String)> = discriminator
        .get("mapping")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter_map(|(value, target)| {
            Some((value.clone(), target_name(target.as_str()?, components)?))
        })
        .collect();
    for (_, target) in &mapping {
        if !arms
            .iter()
            .any(|arm| json::schema_ref(arm).as_ref() == Some(target))
        {
            let origin = object.get(ORIGIN).cloned().unwrap_or_default();
            arms.push(json!({ "$ref": json::reference_to(target)["$ref"], ORIGIN: origin }));
        }
    }
    let mut taken = BTreeSet::new();
    for arm in arms.iter_mut() {
        let name = json::schema_ref(arm);
        let mut values: Vec<String> = mapping
            .iter()
            .filter(|(_, target)| Some(target) == name.as_ref())
            .map(|(value, _)| value.clone())
            .collect();
        if values.is_empty() {
            values = own_values(arm, property, components, 0).unwrap_or_default();
        }
        if values.is_empty() {
            values.extend(name);
        }
        values.retain(|value| taken.insert(value.clone()));
        arm[VALUES] = json!(values);
    }
    context.touched();
}

/// A mapping's target: a reference, or the bare name of a component.
pub(super) fn target_name(target: &str, components: &Object) -> Option<String> {
    match json::component_of(target) {
        Some(name) => Some(name),
        None => {
            let bare = target
                .rsplit('/')
                .next()
                .unwrap_or(target)
                .trim_end_matches(".json")
                .trim_end_matches(".yaml");
            components.contains_key(bare).then(|| bare.to_owned())
        }
    }
}

/// The values that the arm's own schema allows for the property.
fn own_values(
    arm: &Value,
    property: &str,
    components: &Object,
    depth: usize,
) -> Option<Vec<String>> {
    if depth > 16 {
        return None;
    }
    if let Some(name) = json::schema_ref(arm) {
        return own_values(components.get(&name)?, property, components, depth + 1);
    }
    if let Some(found) = arm.get("properties").and_then(|p| p.get(property)) {
        return enum_values(found, components, depth);
    }
    arm.get("allOf")?
        .as_array()?
        .iter()
        .rev()
        .find_map(|part| own_values(part, property, components, depth + 1))
}

fn enum_values(schema: &Value, components: &Object, depth: usize) -> Option<Vec<String>> {
    if depth > 16 {
        return None;
    }
    if let Some(name) = json::schema_ref(schema) {
        return enum_values(components.get(&name)?, components, depth + 1);
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return values
            .iter()
            .map(|v| v.as_str().map(str::to_owned))
            .collect();
    }
    schema
        .get("allOf")?
        .as_array()?
        .iter()
        .find_map(|part| enum_values(part, components, depth + 1))
}

/// Finds the property that all arms require and whose values no two arms share.
fn inferred(arms: &mut [Value], components: &Object, object: &mut Object, context: &mut Context) {
    if arms.len() < 2 {
        return;
    }
    let Some(first) = arms.first().and_then(|arm| required(arm, components, 0)) else {
        return;
    };
    for property in first {
        let mut taken = BTreeSet::new();
        let values: Option<Vec<Vec<String>>> = arms
            .iter()
            .map(|arm| {
                let needs = required(arm, components, 0)?.contains(&property);
                let values = own_values(arm, &property, components, 0)?;
                (needs && !values.is_empty() && values.iter().all(|v| taken.insert(v.clone())))
                    .then_some(values)
            })
            .collect();
        if let Some(values) = values {
            for (arm, values) in arms.iter_mut().zip(values) {
                arm[VALUES] = json!(values);
            }
            object.insert("discriminator".into(), json!({ "propertyName": property }));
            context.touched();
            return;
        }
    }
}

/// The properties that a schema requires, through references and allOf.
pub(super) fn required(
    schema: &Value,
    components: &Object,
    depth: usize,
) -> Option<BTreeSet<String>> {
    if depth > 16 {
        return None;
    }
    if let Some(name) = json::schema_ref(schema) {
        return required(components.get(&name)?, components, depth + 1);
    }
    let mut names: BTreeSet<String> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|v| Some(v.as_str()?.to_owned()))
        .collect();
    for part in schema
        .get("allOf")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        names.extend(required(part, components, depth + 1).unwrap_or_default());
    }
    Some(names)
}
