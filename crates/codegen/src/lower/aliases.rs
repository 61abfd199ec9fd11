//! **Real specs** name scalars, arrays and maps (`UserId`, `RoleList`). **progenitor** wraps each in a type of its own,
//! with dozens of lines and a conversion at every use. **Instead** such a component is written out where it is used. **Lost**:
//! the name; and a component that is an array or a map of itself, or of too many levels, is read as JSON (reported).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{ArmPlan, Context, formats, origin};
use rolecall_openapi::json::{self, Object};

/// How many arrays and maps may stand in each other.
const DEEPEST: usize = 32;

pub(super) fn run(context: &mut Context) {
    let mut aliases = Object::new();
    let mut objects = Object::new();
    for (name, schema) in std::mem::take(json::components_mut(&mut context.document)) {
        let object = schema
            .get("properties")
            .and_then(Value::as_object)
            .is_some_and(|p| !p.is_empty());
        let planned =
            context.plan.enums.contains_key(&name) || context.plan.unions.contains_key(&name);
        if object || planned {
            objects.insert(name, schema);
        } else {
            aliases.insert(name, schema);
        }
    }
    *json::components_mut(&mut context.document) = objects;
    let mut writer = Writer {
        aliases,
        written: BTreeMap::new(),
        cyclic: Vec::new(),
        places: 0,
    };
    context.each_schema(|schema, _| {
        writer.write_out(schema, &mut Vec::new());
        if let Value::Object(object) = schema {
            formats::hide(object);
        }
    });
    for union in context.plan.unions.values_mut() {
        for arm in &mut union.arms {
            json::walk_schema_mut(&mut arm.schema, &mut |schema| {
                writer.write_out(schema, &mut Vec::new())
            });
        }
    }
    for union in context.plan.unions.values_mut() {
        union.arms = merged(std::mem::take(&mut union.arms));
    }
    for _ in 0..writer.places {
        context.touched();
    }
    for (name, at) in writer.cyclic {
        context.lose_at(
            "recursive-alias-as-json",
            at,
            format!("`{name}` consists of itself, or of too many levels, and is read as JSON"),
        );
    }
}

/// Arms that turn out to be the same type are one arm, for the values of both.
fn merged(arms: Vec<ArmPlan>) -> Vec<ArmPlan> {
    let mut distinct: Vec<ArmPlan> = Vec::new();
    for mut arm in arms {
        arm.schema = shape(&arm.schema, false);
        match distinct.iter_mut().find(|known| known.schema == arm.schema) {
            Some(known) => known.values.append(&mut arm.values),
            None => distinct.push(arm),
        }
    }
    distinct
}

/// What decides the Rust type of a written-out schema, and nothing else. That an arm itself may be null does not.
fn shape(schema: &Value, inside: bool) -> Value {
    let mut shape = Object::new();
    for (key, value) in schema.as_object().into_iter().flatten() {
        let kept = match key.as_str() {
            "$ref" | "type" | "format" => value.clone(),
            "nullable" if inside => value.clone(),
            "items" | "additionalProperties" => self::shape(value, true),
            _ => continue,
        };
        shape.insert(key.clone(), kept);
    }
    Value::Object(shape)
}

/// How many arrays and maps stand in each other.
fn levels(schema: &Value) -> usize {
    std::iter::successors(Some(schema), |schema| {
        schema.get("items").or(schema.get("additionalProperties"))
    })
    .count()
}

struct Writer {
    aliases: Object,
    written: BTreeMap<String, Value>,
    cyclic: Vec<(String, String)>,
    places: usize,
}

impl Writer {
    fn write_out(&mut self, schema: &mut Value, inside: &mut Vec<String>) {
        let Some(name) = json::schema_ref(schema).filter(|name| self.aliases.contains_key(name))
        else {
            return;
        };
        let target = self.target(&name, inside);
        let Value::Object(use_site) = std::mem::take(schema) else {
            return;
        };
        let mut written = target.as_object().cloned().unwrap_or_default();
        for (key, value) in use_site {
            if key != "$ref" {
                written.insert(key, value);
            }
        }
        *schema = Value::Object(written);
        self.places += 1;
    }

    fn target(&mut self, name: &str, inside: &mut Vec<String>) -> Value {
        let known = self.written.get(name);
        if let Some(written) = known.filter(|w| levels(w) + inside.len() < DEEPEST) {
            return written.clone();
        }
        let mut target = self.aliases.get(name).cloned().unwrap_or_default();
        if inside.iter().any(|n| n == name) || inside.len() > DEEPEST {
            let at = target.as_object().map(origin).unwrap_or_default();
            self.cyclic.push((name.to_owned(), at));
            return json!({});
        }
        inside.push(name.to_owned());
        json::walk_schema_mut(&mut target, &mut |schema| self.write_out(schema, inside));
        inside.pop();
        if inside.is_empty() {
            self.written.insert(name.to_owned(), target.clone());
        }
        target
    }
}
