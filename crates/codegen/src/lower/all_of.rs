//! **Real specs** compose objects with `allOf`, annotate a reference with it, and mix it with `oneOf`. **progenitor**
//! merges badly: hidden types with conflicting impls, properties deleted where enums do not overlap. **Instead** `allOf`
//! is merged here: properties and `required` are united, a lone reference beside annotations is just that reference, and a
//! union inside is distributed over the rest. A composition that contains itself, or that is copied too often, becomes a
//! component to refer to. **Lost**: which part a property came from. **Lost**, and reported: of two parts that contradict
//! each other the earlier one; a second union; unions that only constrain; what would grow without end.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::{Value, json};

use super::agreement::{agreed, described, unite, weight};
use super::reach;
use super::{Context, ORIGIN, VALUES, hoist, origin, references};
use rolecall_openapi::json::{self, Object};

/// How deep compositions may stand in each other, and how often one may be copied, before it gets a component to be
/// referred to. One that contains itself gets one at once.
const DEEPEST: usize = 16;
const COPIES: usize = 256;
/// How many levels of schemas compositions may make of levels that are fewer in the description.
const LEVELS: usize = 256;
/// How many properties all merging together may copy: a chain of `n` components copies `n * n / 2`.
const MOST: usize = 500_000;

pub(super) fn run(context: &mut Context) {
    let mut document = std::mem::take(&mut context.document);
    let mut merger = Merger {
        components: std::mem::take(json::components_mut(&mut document)),
        ..Merger::default()
    };
    json::outer_schemas_mut(&mut document, &mut |_, schema| merger.visit(schema));
    *json::components_mut(&mut document) = merger.merged_components(&document);
    context.document = document;
    for _ in 0..merger.places {
        context.touched();
    }
    for (kind, pointer, detail) in merger.losses {
        context.lose_at(kind, pointer, detail);
    }
}

#[derive(Default)]
pub(super) struct Merger {
    /// As they were before anything was merged.
    pub(super) components: Object,
    losses: Vec<(&'static str, String, String)>,
    places: usize,
    copied: usize,
    /// The places of the compositions that are being merged, outermost first.
    active: Vec<String>,
    /// How often the composition of a place has been met.
    met: BTreeMap<String, usize>,
    /// The components that compositions have got, by place.
    shared: BTreeMap<String, String>,
    /// Their names.
    made: HashSet<String>,
    /// Those that have not been merged yet.
    waiting: Vec<(String, Value)>,
    /// How deep the schema that is being visited stands.
    depth: usize,
}

/// What a part says of itself, and not of what it is composed to.
const OF_PARTS: [&str; 6] = ["title", ORIGIN, VALUES, "nullable", "readOnly", "writeOnly"];

impl Merger {
    fn lose(&mut self, kind: &'static str, at: String, detail: impl Into<String>) {
        self.losses.push((kind, at, detail.into()));
    }

    /// The components that operations reach, merged, in the order of the description, and after them those that
    /// compositions have got. What is only a part of others is merged into each of them, and nowhere on its own: a
    /// chain of `n` extensions would be as many objects of up to `n` properties. Without operations all are reached.
    fn merged_components(&mut self, document: &Value) -> Object {
        let names: Vec<String> = self.components.keys().cloned().collect();
        let numbers: HashMap<&str, usize> = names
            .iter()
            .enumerate()
            .map(|(n, name)| (name.as_str(), n))
            .collect();
        let mut merged: Vec<Option<Value>> = vec![None; names.len()];
        let mut shared = Object::new();
        let mut reached: BTreeSet<usize> = BTreeSet::new();
        let enter =
            |value: Option<&Value>, reached: &mut BTreeSet<usize>, merged: &[Option<Value>]| {
                let mut found = Vec::new();
                reach::references(value, &mut found);
                let numbers = found.iter().filter_map(|name| numbers.get(name.as_str()));
                reached.extend(numbers.filter(|number| merged[**number].is_none()));
            };
        match json::operations(document).next() {
            Some(_) => enter(document.get("paths"), &mut reached, &merged),
            None => reached.extend(0..names.len()),
        }
        loop {
            if let Some(number) = reached.pop_first() {
                let mut schema = self
                    .components
                    .get(&names[number])
                    .cloned()
                    .unwrap_or_default();
                self.visit(&mut schema);
                enter(Some(&schema), &mut reached, &merged);
                reached.remove(&number);
                merged[number] = Some(schema);
            } else if let Some((name, mut schema)) = self.waiting.pop() {
                self.merge_all(&mut schema);
                enter(Some(&schema), &mut reached, &merged);
                shared.insert(name, schema);
            } else {
                break;
            }
        }
        let merged = names.into_iter().zip(merged);
        let merged = merged.filter_map(|(name, schema)| Some((name, schema?)));
        merged.chain(shared).collect()
    }

    /// Merges a schema and then what is inside it, some of which comes from other components only now.
    fn visit(&mut self, schema: &mut Value) {
        self.depth += 1;
        if let Value::Object(object) = schema {
            self.drop_unions(object);
            if is_composed(object) {
                self.places += 1;
                self.merge_one(schema);
                self.depth -= 1;
                return;
            }
        }
        json::children_mut(schema, &mut |child| self.visit(child));
        self.depth -= 1;
    }

    /// Merges a composition, or lets it refer to the component that it has got.
    fn merge_one(&mut self, schema: &mut Value) {
        let Value::Object(object) = schema else {
            return;
        };
        if let Some(reference) = lone_reference(object) {
            *object = reference;
            return;
        }
        let at = origin(object);
        if let Some(name) = self.shared(&at, object) {
            *schema = hoist::use_of(schema, &name);
            return;
        }
        self.merge_all(schema);
        if let Some(name) = self.shared.get(&at) {
            *schema = hoist::use_of(schema, name);
        }
    }

    /// The component of a composition that contains itself, that stands too deep or that is copied too often.
    fn shared(&mut self, at: &str, object: &Object) -> Option<String> {
        if let Some(name) = self.shared.get(at) {
            return Some(name.clone());
        }
        let met = self.met.entry(at.to_owned()).or_default();
        *met += 1;
        let within_itself = self.active.iter().any(|known| known == at);
        let deep = self.active.len() >= DEEPEST || self.depth >= LEVELS;
        if !within_itself && *met <= COPIES && !deep {
            return None;
        }
        let wanted = references::name_for(at);
        let mut name = wanted.clone();
        let mut number = 2;
        while self.components.contains_key(&name) || !self.made.insert(name.clone()) {
            name = format!("{wanted}{number}");
            number += 1;
        }
        self.shared.insert(at.to_owned(), name.clone());
        let mut own = object.clone();
        own.retain(|key, _| !hoist::OF_USES.contains(&key.as_str()));
        self.waiting.push((name.clone(), Value::Object(own)));
        Some(name)
    }

    /// Merges a composition, and what it brought in from other components.
    fn merge_all(&mut self, schema: &mut Value) {
        let Value::Object(object) = schema else {
            return;
        };
        let at = origin(object);
        self.active.push(at.clone());
        if let Some(parts) = object.remove("allOf") {
            let mut merged = Object::from_iter([(ORIGIN.to_owned(), json!(at))]);
            self.merge_parts(&mut merged, parts);
            let own = std::mem::take(object);
            self.merge(&mut merged, own, true);
            each_once(&mut merged);
            if merged.contains_key("properties") {
                merged.entry("type").or_insert_with(|| json!("object"));
            }
            *object = merged;
            self.drop_unions(object);
        }
        for union in ["oneOf", "anyOf"] {
            if object.get(union).is_some_and(Value::is_array) && object.contains_key("properties") {
                self.distribute(object, union);
            }
        }
        json::children_mut(schema, &mut |child| self.visit(child));
        self.active.pop();
    }

    /// Drops a union that only constrains, and a second one.
    fn drop_unions(&mut self, object: &mut Object) {
        for union in ["oneOf", "anyOf"] {
            if object.get(union).is_some_and(constraint_only) {
                object.remove(union);
                self.places += 1;
                self.lose(
                    "alternative-constraint-dropped",
                    origin(object),
                    format!("`{union}` that only constrains is not checked"),
                );
            }
        }
        if object.contains_key("oneOf") && object.remove("anyOf").is_some() {
            self.places += 1;
            self.lose(
                "second-union-dropped",
                origin(object),
                "`anyOf` beside `oneOf` is not read",
            );
        }
    }

    /// Merges the parts of an `allOf` in their order, following references; each component counts once.
    fn merge_parts(&mut self, into: &mut Object, parts: Value) {
        let mut seen = BTreeSet::new();
        let mut stack = vec![Value::Object(Object::from_iter([(
            "allOf".to_owned(),
            parts,
        )]))];
        while let Some(part) = stack.pop() {
            if let Some(name) = json::schema_ref(&part) {
                if seen.insert(name.clone()) {
                    stack.extend(self.components.get(&name).cloned());
                }
                continue;
            }
            let Value::Object(mut part) = part else {
                continue;
            };
            match part.remove("allOf") {
                Some(Value::Array(inner)) => {
                    // What the part says itself comes behind what it is composed of.
                    stack.push(Value::Object(part));
                    stack.extend(inner.into_iter().rev());
                }
                _ if self.copied > MOST => self.lose(
                    "composition-too-large",
                    origin(&part),
                    "this part of a composition is read as additional properties",
                ),
                _ => self.merge(into, part, false),
            }
        }
        each_once(into);
    }

    /// Unites two schemas; `outer` says that `part` is the schema that held the `allOf`, whose annotations win.
    fn merge(&mut self, into: &mut Object, part: Object, outer: bool) {
        let annotates = outer || part.keys().all(|key| json::is_annotation(key));
        let at = origin(&part);
        // Whose discriminator is read is decided before the union of this part is there.
        let known = into.contains_key("oneOf") || into.contains_key("anyOf");
        for (key, value) in part {
            let second = into.contains_key("oneOf") || into.contains_key("anyOf");
            match key.as_str() {
                "properties" => self.merge_properties(into, value),
                "required" => {
                    let list = into.entry("required").or_insert_with(|| json!([]));
                    if let (Value::Array(list), Value::Array(more)) = (list, value) {
                        list.extend(more);
                    }
                }
                "enum" if into.contains_key("enum") => {
                    if let (Some(Value::Array(known)), Value::Array(more)) =
                        (into.get_mut("enum"), value)
                    {
                        unite(known, &more);
                    }
                }
                "oneOf" | "anyOf" if constraint_only(&value) => self.lose(
                    "alternative-constraint-dropped",
                    at.clone(),
                    format!("`{key}` that only constrains is not checked"),
                ),
                "oneOf" | "anyOf" if second && into.get(&key) != Some(&value) => self.lose(
                    "second-union-dropped",
                    at.clone(),
                    "a second union in one `allOf` is not read",
                ),
                "discriminator" if known => {}
                "type" | "items" | "additionalProperties" => {
                    let agreed = agreed(into.get(&key), &value).unwrap_or_else(|| {
                        self.lose(
                            "contradicting-type",
                            // Which may be a keyword of ours.
                            at.clone(),
                            format!("of two `{key}` in one `allOf` the later is read"),
                        );
                        value
                    });
                    into.insert(key, agreed);
                }
                "description" | "title" | ORIGIN | VALUES | "nullable" | "readOnly"
                | "writeOnly" => {
                    let first = key == "description" && !into.contains_key("description");
                    if outer || first || annotates && key != ORIGIN {
                        into.insert(key, value);
                    }
                }
                _ => {
                    into.insert(key, value);
                }
            }
        }
    }

    fn merge_properties(&mut self, into: &mut Object, value: Value) {
        let Value::Object(more) = value else { return };
        self.copied += more.len();
        let properties = json::as_object_mut(into.entry("properties").or_insert_with(|| json!({})));
        for (name, schema) in more {
            match properties.get_mut(&name) {
                None => {
                    properties.insert(name, schema);
                }
                Some(known) if *known == schema => {}
                Some(known) => *known = self.narrowed(std::mem::take(known), schema),
            }
        }
    }

    /// A property that two parts declare: objects are united, of anything else the one that says more is kept, with the
    /// other's description when it has none.
    fn narrowed(&mut self, known: Value, mut later: Value) -> Value {
        if let (Some(Value::Array(one)), Some(Value::Array(other))) =
            (known.get("enum"), later.get_mut("enum"))
        {
            unite(other, one);
        }
        let kinds = (self.kind(&known), self.kind(&later));
        if kinds == (Some("object"), Some("object")) && self.differ(&known, &later) {
            let mut both = Object::new();
            let at = later.as_object().map(origin).unwrap_or_default();
            both.insert(ORIGIN.into(), json!(at));
            let said = later.as_object().into_iter().flatten();
            let said = said.filter(|(key, _)| json::is_annotation(key));
            let said: Vec<(String, Value)> = said
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect();
            match known {
                // As many properties as there are may be here already: they stay where they are.
                Value::Object(known)
                    if !known.contains_key("allOf") && !known.contains_key("$ref") =>
                {
                    let described = known
                        .into_iter()
                        .filter(|(key, _)| !OF_PARTS.contains(&key.as_str()));
                    let at = both.remove(ORIGIN);
                    both = described.collect();
                    both.extend(at.map(|at| (ORIGIN.to_owned(), at)));
                    self.merge_parts(&mut both, Value::Array(vec![later]));
                }
                known => self.merge_parts(&mut both, Value::Array(vec![known, later])),
            }
            both.extend(said);
            return Value::Object(both);
        }
        let numbers = kinds == (Some("integer"), Some("number"));
        if self.contradict(&known, &later) {
            self.lose(
                "contradicting-type",
                later.as_object().map(origin).unwrap_or_default(),
                "of two types of one property the later is read",
            );
        } else if weight(&later) < weight(&known) || numbers {
            return described(known, &later);
        }
        described(later, &known)
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
                let at = arm.as_object().map(origin).unwrap_or_default();
                let mut merged = Object::from_iter([(ORIGIN.to_owned(), json!(at))]);
                let name = json::schema_ref(&arm);
                let values = arm.get(VALUES).cloned();
                self.merge(&mut merged, base.clone(), false);
                self.merge_parts(&mut merged, Value::Array(vec![arm]));
                merged.insert("type".into(), json!("object"));
                if let Some(name) = name {
                    merged.insert("title".into(), json!(name));
                }
                if let Some(values) = values {
                    merged.insert(VALUES.into(), values);
                }
                Value::Object(merged)
            })
            .collect();
        object.insert(union.into(), Value::Array(arms));
        self.places += 1;
    }
}

/// Whether there is anything to merge.
fn is_composed(object: &Object) -> bool {
    let union = |key| object.get(key).is_some_and(Value::is_array);
    object.contains_key("allOf")
        || (union("oneOf") || union("anyOf")) && object.contains_key("properties")
}

/// `allOf: [$ref]` beside nothing but annotations, in the parts, too: the reference, with all of them. Readers see them,
/// and `nullable` counts.
pub(super) fn lone_reference(object: &Object) -> Option<Object> {
    let annotates = |object: &Object| {
        let annotates =
            |key: &str| matches!(key, "$ref" | "type" | "allOf") || json::is_annotation(key);
        object.keys().all(|key| annotates(key))
    };
    let parts = object.get("allOf")?.as_array()?;
    if !annotates(object) || object.contains_key("$ref") {
        return None;
    }
    let mut lone = object.clone();
    lone.remove("allOf");
    for part in parts {
        let part = part.as_object()?;
        let inner = match part.contains_key("allOf") {
            true => Some(lone_reference(part)?),
            false => None,
        };
        let part = inner.as_ref().unwrap_or(part);
        if !annotates(part) || part.contains_key("$ref") && lone.contains_key("$ref") {
            return None;
        }
        for (key, value) in part.iter().filter(|(key, _)| *key != "type") {
            lone.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }
    lone.contains_key("$ref").then_some(lone)
}

/// Names every required property once.
fn each_once(object: &mut Object) {
    if let Some(Value::Array(required)) = object.get_mut("required") {
        let mut seen = HashSet::new();
        required.retain(|name| seen.insert(name.clone()));
    }
}

/// Whether no arm of a union says anything but what is required or forbidden.
fn constraint_only(arms: &Value) -> bool {
    let only = |arm: &Object| {
        arm.keys()
            .all(|key| matches!(key.as_str(), "required" | "not") || json::is_annotation(key))
    };
    arms.as_array().is_some_and(|arms| {
        arms.iter().all(|arm| arm.as_object().is_some_and(only))
            && arms.iter().any(|arm| arm.get("required").is_some())
    })
}
