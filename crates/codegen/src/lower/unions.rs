//! **Real specs** have unions. **progenitor** tries the arms in order and takes the first that fits: the wrong one, and
//! an `anyOf` becomes an object with everything in it. **Instead** a union becomes a type of ours. With a discriminator
//! that decides, and an unknown value keeps its JSON. Without one the form of a value decides: see the pass `variants`.
//! **Lost**, and reported: a discriminator that does not tell every variant from the others.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::{Value, json};

use super::reach::references;
use super::{ArmPlan, Context, Form, ORIGIN, UnionPlan, VALUES};
use crate::names::{Names, pascal};
use rolecall_openapi::json::{self, Object};

pub(super) fn run(context: &mut Context) {
    let Some(components) = json::components(&context.document).cloned() else {
        return;
    };
    let mut plans = plans(&context.document, &components);
    for (name, schema) in &components {
        if listed(schema).is_none() {
            continue;
        }
        if schema
            .get("required")
            .and_then(Value::as_array)
            .is_some_and(|names| !names.is_empty())
        {
            context.lose(
                "constraint-dropped",
                schema,
                format!("what `{name}` requires beside its arms is not checked"),
            );
        }
        let mut opaque = json!({ "type": "object" });
        for key in ["nullable", "readOnly", "writeOnly", ORIGIN] {
            if let Some(said) = schema.get(key) {
                opaque[key] = said.clone();
            }
        }
        json::components_mut(&mut context.document).insert(name.clone(), opaque);
        context.touched();
        let Some(mut plan) = plans.remove(name) else {
            continue;
        };
        if let Some(property) = &plan.hint {
            context.lose(
                "discriminator-not-read",
                schema,
                format!("in `{name}`, `{property}` does not tell every variant from the others: their form decides"),
            );
        }
        name_arms(&mut plan.arms);
        context.plan.unions.insert(name.clone(), plan);
    }
}

/// The types of the unions that operations reach; without operations, of all. What is only dissolved in other unions gets
/// none: of a chain of `n` unions each would have up to `n` variants.
fn plans(document: &Value, components: &Object) -> BTreeMap<String, UnionPlan> {
    let mut queue = Vec::new();
    match json::operations(document).next() {
        Some(_) => references(document.get("paths"), &mut queue),
        None => queue.extend(components.keys().cloned()),
    }
    let mut plans = BTreeMap::new();
    let mut reached = HashSet::new();
    while let Some(name) = queue.pop() {
        let Some(schema) = components.get(&name) else {
            continue;
        };
        if !reached.insert(name.clone()) {
            continue;
        }
        match listed(schema) {
            Some(arms) => {
                let plan = plan(&name, schema, arms, components);
                let arms = plan.arms.iter();
                arms.for_each(|arm| references(Some(&arm.schema), &mut queue));
                plans.insert(name, plan);
            }
            None => references(Some(schema), &mut queue),
        }
    }
    plans
}

fn plan(name: &str, schema: &Value, arms: &[Value], components: &Object) -> UnionPlan {
    let property = schema
        .get("discriminator")
        .and_then(|d| d.get("propertyName"))
        .and_then(Value::as_str);
    let description = schema
        .get("description")
        .and_then(Value::as_str)
        .map(str::to_owned);
    if let Some(property) = property {
        // A discriminator decides between the arms as they stand: it does not tell the arms of an arm apart.
        let mut whole = Arms::default();
        arms.iter().for_each(|arm| whole.add(arm_plan(arm)));
        let by_value = |arm: &ArmPlan| is_object(&arm.schema, components) && !arm.values.is_empty();
        if !whole.plans.is_empty() && whole.plans.iter().all(by_value) {
            return UnionPlan {
                description,
                discriminator: Some(property.to_owned()),
                hint: None,
                arms: whole.plans,
            };
        }
    }
    UnionPlan {
        description,
        discriminator: None,
        hint: property.map(str::to_owned),
        arms: flattened(name, arms, components),
    }
}

/// The arms of a union, each schema once.
#[derive(Default)]
struct Arms {
    plans: Vec<ArmPlan>,
    by_schema: HashMap<Value, usize>,
}

impl Arms {
    fn add(&mut self, plan: ArmPlan) {
        match self.by_schema.get(&plan.schema) {
            Some(known) => {
                let values = &mut self.plans[*known].values;
                for value in plan.values {
                    if !values.contains(&value) {
                        values.push(value);
                    }
                }
            }
            None => {
                self.by_schema.insert(plan.schema.clone(), self.plans.len());
                self.plans.push(plan);
            }
        }
    }
}

/// The arms of a union, with those of the plain unions among them in their place. A union is dissolved once for the values
/// that select it, so that unions may be arms of each other.
fn flattened(name: &str, arms: &[Value], components: &Object) -> Vec<ArmPlan> {
    let mut all = Arms::default();
    let mut seen = HashSet::from([(name.to_owned(), Vec::new())]);
    let mut levels = vec![(arms.iter(), Vec::new())];
    while let Some((arms, inherited)) = levels.last_mut() {
        let Some(arm) = arms.next() else {
            levels.pop();
            continue;
        };
        let mut plan = arm_plan(arm);
        if plan.values.is_empty() {
            plan.values.clone_from(inherited);
        }
        match nested(arm, components) {
            Some((name, inner)) => {
                if seen.insert((name, plan.values.clone())) {
                    levels.push((inner.iter(), plan.values));
                }
            }
            None => all.add(plan),
        }
    }
    all.plans
}

/// The arms of an arm that is a union without a discriminator, and its name.
fn nested<'a>(arm: &Value, components: &'a Object) -> Option<(String, &'a Vec<Value>)> {
    let (name, target) = named(arm, components)?;
    let plain = target.get("discriminator").is_none();
    Some((name, listed(target).filter(|_| plain)?))
}

fn listed(schema: &Value) -> Option<&Vec<Value>> {
    schema.get("oneOf").or(schema.get("anyOf"))?.as_array()
}

/// The values of the discriminator that select an arm.
fn arm_values(arm: &Value) -> Vec<Value> {
    let values = arm.get(VALUES).and_then(Value::as_array);
    values.cloned().unwrap_or_default()
}

fn arm_plan(arm: &Value) -> ArmPlan {
    let name = json::schema_ref(arm)
        .map(|name| pascal(&name))
        .unwrap_or_default();
    let mut schema = arm.clone();
    if let Value::Object(object) = &mut schema {
        object.retain(|key, _| key == "$ref" || !json::is_annotation(key) || key == "nullable");
    }
    ArmPlan {
        name,
        schema,
        values: arm_values(arm),
        form: Form::default(),
    }
}

/// The component that a schema refers to, through references, and its name.
fn named<'a>(schema: &Value, components: &'a Object) -> Option<(String, &'a Value)> {
    let name = json::schema_ref(schema)?;
    let mut found = (name.clone(), components.get(&name)?);
    for _ in 0..16 {
        match json::schema_ref(found.1) {
            Some(name) => found = (name.clone(), components.get(&name)?),
            None => break,
        }
    }
    Some(found)
}

fn resolve<'a>(schema: &'a Value, components: &'a Object) -> &'a Value {
    let mut schema = schema;
    for _ in 0..16 {
        match json::schema_ref(schema).and_then(|name| components.get(&name)) {
            Some(target) => schema = target,
            None => break,
        }
    }
    schema
}

fn is_object(schema: &Value, components: &Object) -> bool {
    !matches!(
        resolve(schema, components)
            .get("type")
            .and_then(Value::as_str),
        Some("string" | "integer" | "number" | "boolean" | "array")
    )
}

/// Names for arms that are no components, and none twice.
fn name_arms(arms: &mut [ArmPlan]) {
    let mut names = Names::default();
    names.reserve(["unknown", "unrecognized"]);
    for arm in arms {
        if arm.name.is_empty() {
            arm.name = match arm.schema.get("type").and_then(Value::as_str) {
                Some("string") => "Text",
                Some("integer") => "Integer",
                Some("number") => "Number",
                Some("boolean") => "Boolean",
                Some("array") => "List",
                _ => "Map",
            }
            .to_owned();
        }
        arm.name = names.take(&arm.name);
    }
}
