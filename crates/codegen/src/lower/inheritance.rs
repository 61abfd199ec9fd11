//! **Real specs** put a discriminator on a base class and derive subclasses from it with `allOf`. **progenitor** reads
//! the base only, so that what a subclass adds is dropped. **Instead** `B` becomes the union of its subclasses, and its
//! own properties move to `BBase`, which the subclasses extend and which is itself an arm where the mapping says that
//! the base is a valid value. The same split breaks the cycle of a union whose arms extend the union. **Lost**: a subclass
//! that the mapping does not name (reported).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Context, ORIGIN, all_of, discriminators, origin};
use rolecall_openapi::json::{self, Object};

/// What a component that others extend is split into.
struct Base {
    /// The component that has its properties.
    properties: String,
    /// Whoever extends it is a subclass; of a union only the arms, and what they extend, are.
    family: Option<BTreeSet<String>>,
}

pub(super) fn run(context: &mut Context) {
    let Some(components) = json::components(&context.document).cloned() else {
        return;
    };
    let children = children(&components);
    let mut bases: BTreeMap<String, Base> = BTreeMap::new();
    for (name, schema) in &components {
        let extended = children.get(name);
        let discriminator = schema.get("discriminator");
        let mapped = discriminator
            .and_then(|d| d.get("mapping")?.as_object())
            .is_some_and(|mapping| !mapping.is_empty());
        // Nobody is a subclass of a union that nobody extends.
        let union = union_arms(schema).is_some();
        let family = extended
            .filter(|_| union)
            .map(|_| family(name, &components));
        let base = match (&family, extended) {
            (Some(family), Some(extended)) => {
                let cycle = extended.iter().any(|child| family.contains(child));
                cycle || family.contains(name)
            }
            (_, extended) => !union && discriminator.is_some() && (mapped || extended.is_some()),
        };
        if !base {
            continue;
        }
        let mut fields = schema.clone();
        for key in ["discriminator", "oneOf", "anyOf"] {
            json::as_object_mut(&mut fields).remove(key);
        }
        let properties = context.add_component(&format!("{name}Base"), fields);
        if family.is_none() {
            let union = union_of(name, &properties, schema, &components, &children, context);
            json::components_mut(&mut context.document).insert(name.clone(), union);
        }
        bases.insert(name.clone(), Base { properties, family });
        context.touched();
    }
    extend_bases(context, &components, &bases);
}

fn union_arms(schema: &Value) -> Option<&Vec<Value>> {
    schema.get("oneOf").or(schema.get("anyOf"))?.as_array()
}

/// The component that a reference means: through components that are nothing but another reference.
fn meant(schema: &Value, components: &Object) -> Option<String> {
    let mut name = json::schema_ref(schema)?;
    for _ in 0..16 {
        match components.get(&name).and_then(json::schema_ref) {
            Some(next) => name = next,
            None => break,
        }
    }
    Some(name)
}

/// The components that a schema extends directly.
fn parents(schema: &Value, components: &Object) -> Vec<String> {
    let all = schema.get("allOf").and_then(Value::as_array);
    let parts = all.into_iter().flatten();
    parts.filter_map(|part| meant(part, components)).collect()
}

/// For each component, the components that extend it directly.
fn children(components: &Object) -> BTreeMap<String, BTreeSet<String>> {
    let mut children: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, schema) in components {
        for parent in parents(schema, components) {
            children.entry(parent).or_default().insert(name.clone());
        }
    }
    children
}

/// All that extend a component, directly or not.
fn descendants<'a>(
    name: &str,
    children: &'a BTreeMap<String, BTreeSet<String>>,
) -> BTreeSet<&'a String> {
    let mut queue: Vec<&String> = children.get(name).into_iter().flatten().collect();
    let mut all = BTreeSet::new();
    while let Some(child) = queue.pop() {
        if all.insert(child) {
            queue.extend(children.get(child).into_iter().flatten());
        }
    }
    all
}

/// The arms of a union, those of unions among them, and all that they extend.
fn family(name: &str, components: &Object) -> BTreeSet<String> {
    let mut queue = vec![name.to_owned()];
    let mut seen = BTreeSet::new();
    let mut arms = BTreeSet::new();
    while let Some(name) = queue.pop() {
        let schema = components.get(&name).unwrap_or(&Value::Null);
        for arm in union_arms(schema).into_iter().flatten() {
            // An arm that stands inline is a part of the union.
            let inline = parents(arm, components);
            arms.extend(inline.iter().cloned());
            if let Some(arm) = meant(arm, components) {
                arms.insert(arm.clone());
                if seen.insert(arm.clone()) {
                    queue.push(arm);
                }
            }
        }
    }
    with_ancestors(arms, components)
}

/// The components, and those that they extend.
fn with_ancestors(names: BTreeSet<String>, components: &Object) -> BTreeSet<String> {
    let mut queue: Vec<String> = names.into_iter().collect();
    let mut all = BTreeSet::new();
    while let Some(name) = queue.pop() {
        if all.insert(name.clone()) {
            queue.extend(parents(
                components.get(&name).unwrap_or(&Value::Null),
                components,
            ));
        }
    }
    all
}

fn union_of(
    name: &str,
    base: &str,
    schema: &Value,
    components: &Object,
    children: &BTreeMap<String, BTreeSet<String>>,
    context: &mut Context,
) -> Value {
    let Value::Object(own) = schema else {
        return json!({});
    };
    let discriminator = own.get("discriminator").cloned().unwrap_or_default();
    let mapping = discriminator.get("mapping").and_then(Value::as_object);
    let mut arms: Vec<Value> = Vec::new();
    match mapping.filter(|mapping| !mapping.is_empty()) {
        None => {
            // Without a mapping every subclass has a value of its own.
            let arm = |child: &&String| json!({ "$ref": json::reference_to(child)["$ref"], ORIGIN: origin(own) });
            arms.extend(descendants(name, children).iter().map(arm));
        }
        Some(mapping) => {
            let targets = mapping.values().filter_map(Value::as_str);
            let named = targets.filter_map(|t| discriminators::target_name(t, components));
            let named = with_ancestors(named.collect(), components);
            for child in descendants(name, children) {
                let schema = components.get(child).and_then(Value::as_object);
                let use_of_it = schema.is_some_and(|s| all_of::lone_reference(s).is_some());
                if !named.contains(child) && !use_of_it {
                    context.lose_at(
                        "subclass-without-value",
                        schema.map(origin).unwrap_or_default(),
                        format!("`{child}` extends `{name}`, whose mapping has no value for it"),
                    );
                }
            }
        }
    }
    discriminators::declared(&discriminator, &mut arms, components, own, context);
    for arm in &mut arms {
        if json::schema_ref(arm).is_some_and(|target| target == name) {
            arm["$ref"] = json::reference_to(base)["$ref"].take();
        }
    }
    let mut union = json!({ "oneOf": arms, "discriminator": discriminator, ORIGIN: origin(own) });
    for key in ["description", "nullable"] {
        if let Some(value) = own.get(key) {
            union[key] = value.clone();
        }
    }
    union
}

/// Makes subclasses extend the base's properties instead of the union. A lone reference beside annotations is no
/// subclass but a use, unless it is what a component consists of and that component is an arm, or what an arm extends.
fn extend_bases(context: &mut Context, old: &Object, bases: &BTreeMap<String, Base>) {
    let components = std::mem::take(json::components_mut(&mut context.document));
    let arms = components.values().filter_map(union_arms).flatten();
    let subclasses = with_ancestors(
        arms.filter_map(|arm| meant(arm, old)).collect(),
        &components,
    );
    // `whole` is the component that the schema is, if it is one.
    let rewrite = |schema: &mut Value, whole: Option<&str>| {
        let subclass = whole.is_some_and(|name| subclasses.contains(name));
        let lone = schema
            .as_object()
            .is_some_and(|o| all_of::lone_reference(o).is_some());
        if lone && !subclass {
            return;
        }
        let all = schema.get_mut("allOf").and_then(Value::as_array_mut);
        for part in all.into_iter().flatten() {
            let Some(base) = meant(part, old).and_then(|name| bases.get(&name)) else {
                continue;
            };
            let member =
                |family: &BTreeSet<String>| whole.is_some_and(|name| family.contains(name));
            if base.family.as_ref().is_none_or(member) {
                part["$ref"] = json::reference_to(&base.properties)["$ref"].take();
            }
        }
    };
    let mut document = std::mem::take(&mut context.document);
    json::all_schemas_mut(&mut document, &mut |schema| rewrite(schema, None));
    let mut rewritten = Object::new();
    for (name, mut schema) in components {
        json::children_mut(&mut schema, &mut |child| {
            json::walk_schema_mut(child, &mut |s| rewrite(s, None))
        });
        // Inline arms of a union are members of its family, too.
        for key in ["oneOf", "anyOf"] {
            let arms = schema.get_mut(key).and_then(Value::as_array_mut);
            for arm in arms.into_iter().flatten() {
                rewrite(arm, Some(&name));
            }
        }
        rewrite(&mut schema, Some(&name));
        rewritten.insert(name, schema);
    }
    context.document = document;
    *json::components_mut(&mut context.document) = rewritten;
}
