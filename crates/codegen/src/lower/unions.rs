//! **Real specs** have unions. **progenitor** tries the arms in order and takes the first that fits: the wrong one, and
//! an `anyOf` becomes an object with everything in it. **Instead** a union becomes a type of ours. With a discriminator
//! that decides, and an unknown value keeps its JSON. Without one the form of a value decides: see the pass `variants`.
//! **Lost**, and reported: a discriminator that does not tell every variant from the others.

use std::collections::HashMap;
use std::rc::Rc;

use serde_json::{Value, json};

use super::{ArmPlan, Context, Form, ORIGIN, UnionPlan, VALUES};
use crate::circles;
use crate::names::{Names, pascal};
use rolecall_openapi::json::{self, Object};

pub(super) fn run(context: &mut Context) {
    let Some(components) = json::components(&context.document).cloned() else {
        return;
    };
    let mut found = Vec::new();
    let flat = flattened(&components);
    for (name, schema) in &components {
        let Some(arms) = listed(schema) else {
            continue;
        };
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
        let property = schema
            .get("discriminator")
            .and_then(|d| d.get("propertyName"))
            .and_then(Value::as_str);
        let description = schema
            .get("description")
            .and_then(Value::as_str)
            .map(str::to_owned);
        // A discriminator decides between the arms as they stand: it does not tell the arms of an arm apart.
        let whole = Arms::of(arms).plans;
        let by_value = whole
            .iter()
            .all(|arm| is_object(&arm.schema, &components) && !arm.values.is_empty());
        let plan = match property {
            Some(property) if by_value && !whole.is_empty() => UnionPlan {
                description,
                discriminator: Some(property.to_owned()),
                hint: None,
                arms: whole,
            },
            _ => {
                if let Some(property) = property {
                    context.lose(
                        "discriminator-not-read",
                        schema,
                        format!("in `{name}`, `{property}` does not tell every variant from the others: their form decides"),
                    );
                }
                UnionPlan {
                    description,
                    discriminator: None,
                    hint: property.map(str::to_owned),
                    arms: flat
                        .get(name.as_str())
                        .map(|arms| arms.to_vec())
                        .unwrap_or_default(),
                }
            }
        };
        found.push((name.clone(), plan));
    }
    for (name, mut plan) in found {
        name_arms(&mut plan.arms);
        let mut opaque = json!({ "type": "object" });
        for key in ["nullable", "readOnly", "writeOnly", ORIGIN] {
            let said = json::components(&context.document).and_then(|c| c.get(&name)?.get(key));
            if let Some(said) = said {
                opaque[key] = said.clone();
            }
        }
        json::components_mut(&mut context.document).insert(name.clone(), opaque);
        context.plan.unions.insert(name, plan);
        context.touched();
    }
}

/// The arms of a union, each schema once.
#[derive(Default)]
struct Arms {
    plans: Vec<ArmPlan>,
    by_schema: HashMap<Value, usize>,
}

impl Arms {
    fn of(arms: &[Value]) -> Self {
        let mut all = Self::default();
        for arm in arms {
            all.add(arm_plan(arm));
        }
        all
    }

    fn add(&mut self, plan: ArmPlan) {
        match self.by_schema.get(&plan.schema) {
            Some(known) => self.plans[*known].values.extend(plan.values),
            None => {
                self.by_schema.insert(plan.schema.clone(), self.plans.len());
                self.plans.push(plan);
            }
        }
    }
}

/// For every plain union its arms, with those of the plain unions among them in their place. Unions that are arms of
/// each other have the same.
fn flattened(components: &Object) -> HashMap<&str, Rc<Vec<ArmPlan>>> {
    let unions: Vec<(&str, &Vec<Value>)> = components
        .iter()
        .filter_map(|(name, schema)| Some((name.as_str(), listed(schema)?)))
        .collect();
    let numbers = unions.iter().enumerate();
    let numbers: HashMap<&str, usize> =
        numbers.map(|(number, (name, _))| (*name, number)).collect();
    let nested = |arm: &Value| {
        let (name, target) = named(arm, components)?;
        let plain = target.get("discriminator").is_none();
        numbers.get(name.as_str()).copied().filter(|_| plain)
    };
    let edges: Vec<Vec<usize>> = unions
        .iter()
        .map(|(_, arms)| arms.iter().filter_map(nested).collect())
        .collect();
    let mut flat: HashMap<&str, Rc<Vec<ArmPlan>>> = HashMap::new();
    for part in circles::parts(&edges) {
        let mut all = Arms::default();
        for arm in part.iter().flat_map(|number| unions[*number].1) {
            match nested(arm) {
                Some(number) if part.binary_search(&number).is_ok() => {}
                Some(number) => {
                    let values = arm_values(arm);
                    for inner in flat
                        .get(unions[number].0)
                        .into_iter()
                        .flat_map(|f| f.iter())
                    {
                        let mut inner = inner.clone();
                        if inner.values.is_empty() {
                            inner.values.clone_from(&values);
                        }
                        all.add(inner);
                    }
                }
                None => all.add(arm_plan(arm)),
            }
        }
        let plans = Rc::new(all.plans);
        flat.extend(
            part.iter()
                .map(|number| (unions[*number].0, Rc::clone(&plans))),
        );
    }
    flat
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
