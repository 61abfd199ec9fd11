//! **Real specs** compose objects with `allOf`, annotate a reference with it, and mix it with `oneOf`. **progenitor**
//! merges badly: hidden types with conflicting impls, properties deleted where enums do not overlap. **Instead** `allOf`
//! is merged here: properties and `required` are united, a lone reference beside annotations is just that reference, and a
//! union inside is distributed over the rest. **Lost**: which part a property came from; where two parts contradict
//! each other, the later one (reported).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Context, ORIGIN, VALUES};
use crate::json::{self, Object};

pub(super) fn run(context: &mut Context) {
    let components = json::components(&context.document)
        .cloned()
        .unwrap_or_default();
    let mut merger = Merger {
        components,
        losses: Vec::new(),
        places: 0,
    };
    context.each_schema(|schema, _| merger.flatten(schema));
    for _ in 0..merger.places {
        context.touched();
    }
    for (kind, pointer, detail) in merger.losses {
        context.lose_at(kind, pointer, detail);
    }
}

struct Merger {
    components: Object,
    losses: Vec<(&'static str, String, String)>,
    places: usize,
}

impl Merger {
    /// Merges the `allOf` of one schema, whose children are merged already.
    fn flatten(&mut self, schema: &mut Value) {
        let Value::Object(object) = schema else {
            return;
        };
        let union = if object.contains_key("oneOf") {
            "oneOf"
        } else {
            "anyOf"
        };
        let has_union = object.get(union).is_some_and(Value::is_array);
        if has_union && constraint_only(&object[union]) {
            let at = origin(object);
            self.losses.push((
                "alternative-constraint-dropped",
                at,
                format!("`{union}` that only constrains is not checked"),
            ));
            object.remove(union);
            self.places += 1;
            return self.flatten(schema);
        }
        if object.contains_key("allOf") {
            self.places += 1;
            if let Some(reference) = lone_reference(object) {
                // An annotated reference keeps its annotations: readers see them, and `nullable` counts.
                object.remove("allOf");
                object.insert("$ref".into(), reference);
                return;
            }
            let mut merged = Object::new();
            let parts = object.remove("allOf").and_then(|all| match all {
                Value::Array(parts) => Some(parts),
                _ => None,
            });
            for part in parts.unwrap_or_default() {
                self.merge_part(&mut merged, part, &mut BTreeSet::new());
            }
            let own = std::mem::take(object);
            self.merge(&mut merged, own, true);
            if merged.contains_key("properties") {
                merged.entry("type").or_insert_with(|| json!("object"));
            }
            *object = merged;
            // What came from other components has not been merged yet, unlike this schema's own children.
            json::children_mut(schema, &mut |child| {
                json::walk_schema_mut(child, &mut |s| self.flatten(s))
            });
        }
        let Value::Object(object) = schema else {
            return;
        };
        let union = if object.contains_key("oneOf") {
            "oneOf"
        } else {
            "anyOf"
        };
        if object.get(union).is_some_and(Value::is_array) && object.contains_key("properties") {
            self.distribute(object, union);
        }
    }

    /// Merges one part of an `allOf`, following references.
    fn merge_part(&mut self, into: &mut Object, part: Value, seen: &mut BTreeSet<String>) {
        if let Some(name) = json::schema_ref(&part) {
            if !seen.insert(name.clone()) {
                return;
            }
            let Some(target) = self.components.get(&name).cloned() else {
                return;
            };
            let scalar = target.get("enum").is_some()
                || target.get("type").is_some_and(|t| t != "object")
                    && target.get("properties").is_none();
            if scalar {
                into.insert("$ref".into(), part["$ref"].clone());
            } else {
                self.merge_part(into, target, seen);
            }
            seen.remove(&name);
            return;
        }
        let Value::Object(mut part) = part else {
            return;
        };
        if let Some(Value::Array(parts)) = part.remove("allOf") {
            for inner in parts {
                self.merge_part(into, inner, seen);
            }
        }
        self.merge(into, part, false);
    }

    /// Unites two schemas; `outer` says that `part` is the schema that held the `allOf`, whose annotations win.
    fn merge(&mut self, into: &mut Object, part: Object, outer: bool) {
        for (key, value) in part {
            match key.as_str() {
                "properties" => self.merge_properties(into, value),
                "required" => {
                    let list = into.entry("required").or_insert_with(|| json!([]));
                    if let (Value::Array(list), Value::Array(more)) = (list, value) {
                        for name in more {
                            if !list.contains(&name) {
                                list.push(name);
                            }
                        }
                    }
                }
                "enum" => match into.get_mut("enum") {
                    // The intersection, unless the two do not overlap: then both, since a service that sends either is
                    // more likely than one that sends nothing.
                    Some(Value::Array(known)) => {
                        let more = value.as_array().cloned().unwrap_or_default();
                        let both: Vec<Value> =
                            known.iter().filter(|v| more.contains(v)).cloned().collect();
                        if both.is_empty() {
                            known.extend(more);
                        } else {
                            *known = both;
                        }
                    }
                    _ => {
                        into.insert(key, value);
                    }
                },
                "oneOf" | "anyOf" if into.contains_key(&key) => {
                    self.losses.push((
                        "second-union-dropped",
                        origin(into),
                        format!("a second `{key}` in one `allOf` is not read"),
                    ));
                }
                "type" => {
                    if into.get("type").is_some_and(|t| *t != value) {
                        self.losses.push((
                            "contradicting-type",
                            origin(into),
                            format!(
                                "`{}` and `{value}` in one `allOf`: the later is read",
                                into["type"]
                            ),
                        ));
                    }
                    into.insert(key, value);
                }
                "description" | "title" | ORIGIN | VALUES | "nullable" | "readOnly"
                | "writeOnly" => {
                    if outer || key == "description" && !into.contains_key("description") {
                        into.insert(key, value);
                    }
                }
                _ => {
                    into.insert(key, value);
                }
            }
        }
        if !outer && !into.contains_key(ORIGIN) {
            into.insert(ORIGIN.into(), json!(""));
        }
    }

    fn merge_properties(&mut self, into: &mut Object, value: Value) {
        let Value::Object(more) = value else { return };
        let properties = json::as_object_mut(into.entry("properties").or_insert_with(|| json!({})));
        for (name, schema) in more {
            match properties.get_mut(&name) {
                None => {
                    properties.insert(name, schema);
                }
                Some(known) if *known == schema => {}
                Some(known) => *known = narrowed(known, schema),
            }
        }
    }

    /// `{properties…, oneOf: [A, B]}`: each arm is the properties and the arm.
    fn distribute(&mut self, object: &mut Object, union: &str) {
        let Some(Value::Array(arms)) = object.remove(union) else {
            return;
        };
        let mut base = Object::new();
        for key in ["properties", "required", "additionalProperties", "type"] {
            if let Some(value) = object.remove(key) {
                base.insert(key.into(), value);
            }
        }
        let arms = arms
            .into_iter()
            .map(|arm| {
                let mut merged = Object::new();
                let name = json::schema_ref(&arm);
                let values = arm.get(VALUES).cloned();
                let at = arm.get(ORIGIN).cloned().unwrap_or_default();
                self.merge(&mut merged, base.clone(), false);
                self.merge_part(&mut merged, arm, &mut BTreeSet::new());
                merged.insert(ORIGIN.into(), at);
                merged.insert("type".into(), json!("object"));
                if let Some(name) = name {
                    merged.insert("title".into(), json!(name));
                }
                if let Some(values) = values {
                    merged.insert(VALUES.into(), values);
                }
                // As above: what came from other components has not been merged yet.
                let mut merged = Value::Object(merged);
                json::children_mut(&mut merged, &mut |child| {
                    json::walk_schema_mut(child, &mut |s| self.flatten(s))
                });
                merged
            })
            .collect();
        object.insert(union.into(), Value::Array(arms));
        self.places += 1;
    }
}

/// A property that two parts declare: the one that says more, with the other's description when it has none.
fn narrowed(known: &Value, later: Value) -> Value {
    let weight = |schema: &Value| {
        let keys = schema
            .as_object()
            .map_or(0, |o| o.keys().filter(|k| !json::is_annotation(k)).count());
        let named = schema.get("$ref").is_some()
            || schema.get("enum").is_some()
            || schema.get("properties").is_some();
        keys + usize::from(named) * 8
    };
    let (mut kept, other) = if weight(&later) >= weight(known) {
        (later, known.clone())
    } else {
        (known.clone(), later)
    };
    if let (Value::Object(kept), Value::Object(other)) = (&mut kept, other) {
        if let (Some(Value::Object(mine)), Some(Value::Object(theirs))) =
            (kept.get_mut("properties"), other.get("properties"))
        {
            for (name, schema) in theirs {
                mine.entry(name.clone()).or_insert_with(|| schema.clone());
            }
            let theirs = other.get("required").and_then(Value::as_array).cloned();
            if let (Some(theirs), Value::Array(mine)) =
                (theirs, kept.entry("required").or_insert_with(|| json!([])))
            {
                for name in theirs {
                    if !mine.contains(&name) {
                        mine.push(name);
                    }
                }
            }
        }
        if let (false, Some(description)) =
            (kept.contains_key("description"), other.get("description"))
        {
            kept.insert("description".into(), description.clone());
        }
    }
    kept
}

fn origin(object: &Object) -> String {
    object
        .get(ORIGIN)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// `allOf: [$ref]` beside nothing but annotations.
fn lone_reference(object: &Object) -> Option<Value> {
    let parts = object.get("allOf")?.as_array()?;
    if !object
        .keys()
        .all(|key| key == "allOf" || key == "type" || json::is_annotation(key))
    {
        return None;
    }
    let mut references = parts.iter().filter_map(|part| part.get("$ref"));
    let reference = references.next()?.clone();
    let others_annotate = parts.iter().all(|part| {
        part.get("$ref").is_some()
            || part.as_object().is_some_and(|o| {
                o.keys()
                    .all(|key| key == "type" || json::is_annotation(key))
            })
    });
    (references.next().is_none() && others_annotate).then_some(reference)
}

/// Whether no arm of a union says anything but what is required or forbidden.
fn constraint_only(arms: &Value) -> bool {
    let keys = |arm: &Object| {
        arm.keys()
            .all(|key| matches!(key.as_str(), "required" | "not") || json::is_annotation(key))
            && arm.contains_key("required")
    };
    arms.as_array().is_some_and(|arms| {
        !arms.is_empty() && arms.iter().all(|arm| arm.as_object().is_some_and(keys))
    })
}
