//! **Real specs** have component names that collide once they are Rust names, or that are Rust's own (`Default`,
//! `Box`, `Error`). **progenitor** then writes what does not compile. **Instead** every component gets a name that is
//! legal, distinct and not taken. Nothing is lost: the documentation keeps the original name where it differs.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Context, describe};
use crate::names::{Names, type_name};
use rolecall_openapi::json::{self, Object};

pub(super) fn run(context: &mut Context) {
    let mut names = Names::default();
    let mut renamed: BTreeMap<String, String> = BTreeMap::new();
    let mut components = Object::new();
    for (name, mut schema) in std::mem::take(json::components_mut(&mut context.document)) {
        let new = names.take(&type_name(&name));
        if new != name {
            let note = format!("`{}` in the description.", name.replace('`', "'"));
            match (
                context.plan.enums.get_mut(&name),
                context.plan.unions.get_mut(&name),
            ) {
                (Some(plan), _) => append(&mut plan.description, &note),
                (_, Some(plan)) => append(&mut plan.description, &note),
                _ => describe(json::as_object_mut(&mut schema), &note),
            }
            context.touched();
        }
        renamed.insert(name, new.clone());
        components.insert(new, schema);
    }
    *json::components_mut(&mut context.document) = components;
    let rewrite = |schema: &mut Value| {
        if let Some(new) = json::schema_ref(schema).and_then(|name| renamed.get(&name)) {
            schema["$ref"] = json::reference_to(new)["$ref"].take();
        }
    };
    context.each_schema(|schema, _| rewrite(schema));
    for union in context.plan.unions.values_mut() {
        for arm in &mut union.arms {
            json::walk_schema_mut(&mut arm.schema, &mut |schema| rewrite(schema));
        }
    }
    let plan = std::mem::take(&mut context.plan);
    let key = |name: String| renamed.get(&name).cloned().unwrap_or(name);
    context.plan.enums = plan
        .enums
        .into_iter()
        .map(|(name, plan)| (key(name), plan))
        .collect();
    context.plan.unions = plan
        .unions
        .into_iter()
        .map(|(name, plan)| (key(name), plan))
        .collect();
}

fn append(description: &mut Option<String>, note: &str) {
    *description = Some(match description.take() {
        Some(text) => format!("{}\n\n{note}", text.trim_end()),
        None => note.to_owned(),
    });
}
