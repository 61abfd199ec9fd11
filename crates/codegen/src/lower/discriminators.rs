//! **Real specs** write discriminator mappings with references or bare names, map several values to one arm, or leave
//! the mapping out. **progenitor** ignores discriminators. **Instead** every arm carries the values that select it:
//! those of the mapping; else the only values that its own property allows; else its name (OpenAPI 3.0.3, "Discriminator
//! Object"). A mapping to something that is no arm adds the arm. A union without a discriminator gets one when a
//! property that all arms require tells them apart. A mapping can only write strings; its values are of the type that the
//! property has, so that `"true"` of a boolean is `true`. Where the mapping gives an arm values that its property does not
//! allow, those that it allows select it as well. **Lost**, and reported: that contradiction; what OpenAPI 3.2 says to read
//! a value as that is not mapped.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Context, ORIGIN, VALUES, origin};
use rolecall_openapi::json::{self, Object};

/// So many unions in unions are looked into for the values of a property.
const NESTED: usize = 64;

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

pub(super) fn declared(
    discriminator: &Value,
    arms: &mut Vec<Value>,
    components: &Object,
    object: &Object,
    context: &mut Context,
) {
    let Some(property) = discriminator.get("propertyName").and_then(Value::as_str) else {
        return;
    };
    if let Some(target) = discriminator.get("defaultMapping").and_then(Value::as_str) {
        context.lose_at(
            "default-mapping-not-read",
            origin(object),
            format!("a value that is not mapped is kept as JSON, and not read as `{target}`"),
        );
    }
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
    let names: Vec<Option<String>> = arms.iter().map(json::schema_ref).collect();
    let own: Vec<Vec<Value>> = arms
        .iter()
        .map(|arm| own_values(arm, property, components).unwrap_or_default())
        .collect();
    let whole = Value::Object(object.clone());
    let kind_of = |arm: &Value| {
        property_type(arm, property, components)
            .or_else(|| property_type(&whole, property, components))
    };
    let shared = |index: usize, value: &Value| {
        let mut others = own.iter().enumerate().filter(|(other, _)| *other != index);
        others.any(|(_, values)| values.contains(value))
    };
    let mut taken = BTreeSet::new();
    for (index, arm) in arms.iter_mut().enumerate() {
        let kind = kind_of(arm);
        let mut values: Vec<Value> = mapping
            .iter()
            .filter(|(_, target)| Some(target) == names[index].as_ref())
            .flat_map(|(value, _)| typed(value, kind.as_deref()))
            .collect();
        // Values that another arm allows, too, are those of a common base.
        let own_only = !own[index].iter().any(|value| shared(index, value));
        if values.is_empty() && own_only {
            values.clone_from(&own[index]);
        } else if own_only && contradicted(&values, &own[index], &mapping) {
            context.lose_at(
                "mapping-contradicted",
                origin(object),
                format!(
                    "`{}` is mapped from {}, and its own `{property}` is {}: each selects it",
                    names[index].as_deref().unwrap_or("a variant"),
                    json!(values),
                    json!(own[index]),
                ),
            );
            values.splice(0..0, own[index].iter().cloned());
        }
        if values.is_empty() {
            values.extend(names[index].clone().map(Value::from));
        }
        values.retain(|value| taken.insert(value.to_string()));
        note(arm, values);
    }
    context.touched();
}

/// Whether no value that a mapping gives an arm is one that the arm allows, and the mapping gives those to no other arm.
fn contradicted(mapped: &[Value], own: &[Value], mapping: &[(String, String)]) -> bool {
    let given = |value: &Value| {
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        mapping.iter().any(|(known, _)| *known == text)
    };
    !own.is_empty()
        && !own
            .iter()
            .any(|value| mapped.contains(value) || given(value))
}

/// A value of a mapping, which is written as a string, as the type that the property has. Where no type is declared, it can
/// be a string or what it looks like.
fn typed(value: &str, kind: Option<&str>) -> Vec<Value> {
    let boolean = || value.parse::<bool>().ok().map(Value::from);
    let integer = || value.parse::<i64>().ok().map(Value::from);
    let parsed = match kind {
        Some("boolean") => boolean(),
        Some("integer" | "number") => integer(),
        Some(_) => None,
        None => {
            let text = std::iter::once(Value::from(value));
            return text.chain(boolean()).chain(integer()).collect();
        }
    };
    vec![parsed.unwrap_or_else(|| value.into())]
}

/// The type that a schema declares for a property; of a union, the one that its arms declare.
fn property_type(schema: &Value, property: &str, components: &Object) -> Option<String> {
    let mut seen = BTreeSet::new();
    let mut queue = vec![schema];
    while let Some(schema) = queue.pop() {
        if json::schema_ref(schema).is_some_and(|name| !seen.insert(name)) {
            continue;
        }
        for part in parts(schema, components) {
            let declared = part.get("properties").and_then(|named| named.get(property));
            let mut said = declared
                .into_iter()
                .flat_map(|declared| parts(declared, components));
            if let Some(kind) = said.find_map(|part| part.get("type")?.as_str()) {
                return Some(kind.to_owned());
            }
            for key in ["oneOf", "anyOf"] {
                queue.extend(
                    part.get(key)
                        .and_then(Value::as_array)
                        .into_iter()
                        .flatten(),
                );
            }
        }
    }
    None
}

/// Notes the values that select an arm, each once.
fn note(arm: &mut Value, mut values: Vec<Value>) {
    let mut seen = BTreeSet::new();
    values.retain(|value| seen.insert(value.to_string()));
    if let Value::Object(arm) = arm {
        arm.insert(VALUES.into(), json!(values));
    }
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

/// What a schema consists of: itself, and through references and `allOf` what it extends, each component once.
pub(super) fn parts<'a>(schema: &'a Value, components: &'a Object) -> Vec<&'a Value> {
    let mut parts = Vec::new();
    let mut seen = BTreeSet::new();
    let mut queue = vec![schema];
    while let Some(schema) = queue.pop() {
        match json::schema_ref(schema) {
            Some(name) if seen.contains(&name) => {}
            Some(name) => {
                queue.extend(components.get(&name));
                seen.insert(name);
            }
            None => {
                parts.push(schema);
                let all = schema.get("allOf").and_then(Value::as_array);
                queue.extend(all.into_iter().flatten());
            }
        }
    }
    parts
}

/// The values that a schema allows for a property; of a union, those that its arms allow.
fn own_values(schema: &Value, property: &str, components: &Object) -> Option<Vec<Value>> {
    nested_values(schema, property, components, &mut BTreeSet::new())
}

fn nested_values(
    schema: &Value,
    property: &str,
    components: &Object,
    seen: &mut BTreeSet<String>,
) -> Option<Vec<Value>> {
    if json::schema_ref(schema).is_some_and(|name| !seen.insert(name)) {
        return Some(Vec::new());
    }
    if seen.len() > NESTED {
        return None;
    }
    let parts = parts(schema, components);
    let allowed = |part: &&Value| enum_values(part.get("properties")?.get(property)?, components);
    if let Some(values) = parts.iter().find_map(allowed) {
        return Some(values);
    }
    let whole = parts.first()?;
    let discriminator = whole
        .get("discriminator")
        .filter(|d| d["propertyName"] == property);
    let mapping = discriminator.and_then(|d| d.get("mapping")?.as_object());
    if let Some(mapping) = mapping.filter(|mapping| !mapping.is_empty()) {
        let kind = property_type(whole, property, components);
        return Some(
            mapping
                .keys()
                .flat_map(|value| typed(value, kind.as_deref()))
                .collect(),
        );
    }
    let mut values = Vec::new();
    for arm in whole.get("oneOf").or(whole.get("anyOf"))?.as_array()? {
        values.extend(nested_values(arm, property, components, seen)?);
    }
    Some(values)
}

/// The strings, integers and booleans that a schema allows; of several enums the narrowest.
fn enum_values(schema: &Value, components: &Object) -> Option<Vec<Value>> {
    let enums = parts(schema, components).into_iter().filter_map(|part| {
        let values = part.get("enum")?.as_array()?;
        values.iter().all(is_scalar).then(|| values.clone())
    });
    enums.min_by_key(Vec::len)
}

/// Whether a value can be a discriminator's.
pub(super) fn is_scalar(value: &Value) -> bool {
    value.is_string() || value.is_i64() || value.is_boolean()
}

/// Finds the property that all arms require and whose values no two arms share.
fn inferred(arms: &mut [Value], components: &Object, object: &mut Object, context: &mut Context) {
    if arms.len() < 2 {
        return;
    }
    let needs: Vec<BTreeSet<String>> = arms.iter().map(|arm| required(arm, components)).collect();
    let mut common = needs.first().cloned().unwrap_or_default();
    common.retain(|property| needs.iter().all(|names| names.contains(property)));
    for property in common {
        let mut taken = BTreeSet::new();
        let values: Option<Vec<Vec<Value>>> = arms
            .iter()
            .map(|arm| {
                let values = own_values(arm, &property, components)?;
                let distinct: BTreeSet<String> = values.iter().map(Value::to_string).collect();
                let free = distinct.into_iter().all(|v| taken.insert(v));
                (free && !values.is_empty()).then_some(values)
            })
            .collect();
        if let Some(values) = values {
            for (arm, values) in arms.iter_mut().zip(values) {
                note(arm, values);
            }
            object.insert("discriminator".into(), json!({ "propertyName": property }));
            context.touched();
            return;
        }
    }
}

/// The properties that a schema requires, through references and `allOf`.
fn required(schema: &Value, components: &Object) -> BTreeSet<String> {
    parts(schema, components)
        .into_iter()
        .filter_map(|part| part.get("required")?.as_array())
        .flatten()
        .filter_map(|name| Some(name.as_str()?.to_owned()))
        .collect()
}
