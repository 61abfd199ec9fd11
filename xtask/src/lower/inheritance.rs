//! **Real specs** put a discriminator on a base class and derive subclasses from it with `allOf`. **progenitor** reads
//! the base only, so that what a subclass adds is dropped. **Instead** `B` becomes the union of its subclasses, and its
//! own properties move to `BBase`, which the subclasses extend and which is itself an arm where the mapping says that
//! the base is a valid value. The same split breaks the cycle of a union whose arms extend the union. Nothing is lost.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::discriminators::target_name;
use super::{Context, ORIGIN, VALUES};
use crate::json::{self, Object};

pub(super) fn run(context: &mut Context) {
    let Some(components) = json::components(&context.document).cloned() else {
        return;
    };
    let children = children(&components);
    let mut bases: BTreeMap<String, String> = BTreeMap::new();
    for (name, schema) in &components {
        let has_union = schema.get("oneOf").or(schema.get("anyOf")).is_some();
        let extended = children.get(name);
        let discriminator = schema.get("discriminator");
        let mapped = discriminator
            .and_then(|d| d.get("mapping"))
            .and_then(Value::as_object)
            .is_some_and(|m| !m.is_empty());
        let base = if has_union {
            // What extends a union and is none of its arms has the arms, too.
            let arms = arms_of(schema).filter_map(json::schema_ref).collect();
            let family = with_ancestors(arms, Some(&components));
            extended.is_some_and(|children| !children.is_disjoint(&family))
        } else {
            discriminator.is_some() && (mapped || extended.is_some())
        };
        if base {
            bases.insert(name.clone(), String::new());
        }
    }
    for (name, base_name) in &mut bases {
        let Some(schema) = components.get(name) else {
            continue;
        };
        let mut fields = schema.clone();
        for key in ["discriminator", "oneOf", "anyOf"] {
            json::as_object_mut(&mut fields).remove(key);
        }
        *base_name = context.add_component(&format!("{name}Base"), fields);
        if schema.get("oneOf").or(schema.get("anyOf")).is_none() {
            let union = union_of(name, base_name, schema, &components, &children);
            json::components_mut(&mut context.document).insert(name.clone(), union);
        }
        context.touched();
    }
    extend_bases(context, &bases);
}

/// For each component, the components whose `allOf` extends it directly.
fn children(components: &Object) -> BTreeMap<String, BTreeSet<String>> {
    let mut children: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, schema) in components {
        for part in schema
            .get("allOf")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            if let Some(parent) = json::schema_ref(part) {
                children.entry(parent).or_default().insert(name.clone());
            }
        }
    }
    children
}

fn union_of(
    name: &str,
    base: &str,
    schema: &Value,
    components: &Object,
    children: &BTreeMap<String, BTreeSet<String>>,
) -> Value {
    let origin = schema.get(ORIGIN).cloned().unwrap_or_default();
    let discriminator = schema.get("discriminator").cloned().unwrap_or_default();
    let mut targets: Vec<(String, Vec<String>)> = Vec::new();
    let mut add =
        |target: String, value: String| match targets.iter_mut().find(|(t, _)| *t == target) {
            Some((_, values)) => values.push(value),
            None => targets.push((target, vec![value])),
        };
    let mapping = discriminator.get("mapping").and_then(Value::as_object);
    for (value, target) in mapping.into_iter().flatten() {
        if let Some(target) = target.as_str().and_then(|t| target_name(t, components)) {
            add(
                if target == name {
                    base.to_owned()
                } else {
                    target
                },
                value.clone(),
            );
        }
    }
    if mapping.is_none_or(Object::is_empty) {
        // Without a mapping the name of the subclass is the value, grandchildren included.
        let mut queue: Vec<&String> = children.get(name).into_iter().flatten().collect();
        let mut seen = BTreeSet::new();
        while let Some(child) = queue.pop() {
            if seen.insert(child) {
                queue.extend(children.get(child).into_iter().flatten());
            }
        }
        seen.into_iter()
            .for_each(|child| add(child.clone(), child.clone()));
    }
    let arms: Vec<Value> = targets
        .into_iter()
        .map(|(target, values)| json!({ "$ref": json::reference_to(&target)["$ref"], ORIGIN: origin, VALUES: values }))
        .collect();
    let mut union = json!({ "oneOf": arms, "discriminator": discriminator, ORIGIN: origin });
    for key in ["description", "nullable"] {
        if let Some(value) = schema.get(key) {
            union[key] = value.clone();
        }
    }
    union
}

/// Makes subclasses extend the base's properties instead of the union. A lone reference beside annotations is no
/// subclass but a use, unless it is what a component consists of and that component is an arm, or what an arm extends.
fn extend_bases(context: &mut Context, bases: &BTreeMap<String, String>) {
    let subclasses = with_ancestors(arms(context), json::components(&context.document));
    let components = std::mem::take(json::components_mut(&mut context.document));
    let mut document = std::mem::take(&mut context.document);
    let rewrite = |schema: &mut Value, whole_component: bool| {
        let lone = schema.as_object().is_some_and(|object| {
            object
                .keys()
                .all(|key| key == "allOf" || json::is_annotation(key))
                && object
                    .get("allOf")
                    .and_then(Value::as_array)
                    .is_some_and(|all| all.len() == 1)
        });
        if lone && !whole_component {
            return;
        }
        for part in schema
            .get_mut("allOf")
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            if let Some(base) = json::schema_ref(part).and_then(|name| bases.get(&name)) {
                part["$ref"] = json::reference_to(base)["$ref"].take();
            }
        }
    };
    json::all_schemas_mut(&mut document, &mut |schema| rewrite(schema, false));
    let mut rewritten = Object::new();
    for (name, mut schema) in components {
        json::children_mut(&mut schema, &mut |child| {
            json::walk_schema_mut(child, &mut |s| rewrite(s, false))
        });
        rewrite(&mut schema, subclasses.contains(&name));
        rewritten.insert(name, schema);
    }
    context.document = document;
    *json::components_mut(&mut context.document) = rewritten;
}

/// Every component that is an arm of a union.
fn arms(context: &Context) -> BTreeSet<String> {
    json::components(&context.document)
        .into_iter()
        .flat_map(Object::values)
        .flat_map(arms_of)
        .filter_map(json::schema_ref)
        .collect()
}

/// The arms of a union.
fn arms_of(schema: &Value) -> impl Iterator<Item = &Value> {
    let arms = schema.get("oneOf").or(schema.get("anyOf"));
    arms.and_then(Value::as_array).into_iter().flatten()
}

/// The components, and those that they extend.
fn with_ancestors(names: BTreeSet<String>, components: Option<&Object>) -> BTreeSet<String> {
    let mut queue: Vec<String> = names.into_iter().collect();
    let mut all = BTreeSet::new();
    while let Some(name) = queue.pop() {
        let parts = components
            .and_then(|c| c.get(&name)?.get("allOf")?.as_array())
            .into_iter()
            .flatten();
        queue.extend(
            parts
                .filter_map(json::schema_ref)
                .filter(|parent| !all.contains(parent)),
        );
        all.insert(name);
    }
    all
}
