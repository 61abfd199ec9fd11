//! The parts of a schema in one form: bounds, unions, and what unions turn out to be.

use std::collections::VecDeque;

use serde_json::Value;

use rolecall_openapi::json::{self, Object};

use super::document::{Doc, Node};
use super::schema::types_of;
use super::schema::{ALL, ARRAY, BOOLEAN, FRACTION, INTEGER, OBJECT, STRING, Types, View, Views};

/// A limit of numbers: the value, and whether it is outside itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit<'a> {
    pub value: f64,
    pub exclusive: bool,
    pub at: Node<'a>,
}

/// A count, with the place where it is said.
pub(super) type Count<'a> = Option<(f64, Node<'a>)>;

/// What bounds values beside their type.
#[derive(Debug, Default)]
pub(super) struct Bounds<'a> {
    pub minimum: Option<Limit<'a>>,
    pub maximum: Option<Limit<'a>>,
    pub multiple_of: Count<'a>,
    pub min_length: Count<'a>,
    pub max_length: Count<'a>,
    pub min_items: Count<'a>,
    pub max_items: Count<'a>,
    pub min_properties: Count<'a>,
    pub max_properties: Count<'a>,
    pub unique_items: Option<Node<'a>>,
}

impl<'a> Bounds<'a> {
    pub fn knows(key: &str) -> bool {
        matches!(
            key,
            "minimum"
                | "maximum"
                | "exclusiveMinimum"
                | "exclusiveMaximum"
                | "multipleOf"
                | "minLength"
                | "maxLength"
                | "minItems"
                | "maxItems"
                | "minProperties"
                | "maxProperties"
                | "uniqueItems"
        )
    }

    pub fn is_empty(&self) -> bool {
        let counts = [
            &self.multiple_of,
            &self.min_length,
            &self.max_length,
            &self.min_items,
            &self.max_items,
            &self.min_properties,
            &self.max_properties,
        ];
        self.minimum.is_none()
            && self.maximum.is_none()
            && self.unique_items.is_none()
            && counts.iter().all(|count| count.is_none())
    }

    /// Takes in a keyword; of two that concern the same, the stricter one holds.
    pub fn take(&mut self, key: &str, node: Node<'a>, object: &Object) {
        if key == "uniqueItems" {
            if node.value == &Value::Bool(true) {
                self.unique_items = self.unique_items.or(Some(node));
            }
            return;
        }
        // In 3.0 `exclusiveMinimum` is a flag beside `minimum`, in 3.1 a number of its own.
        let Some(value) = node.value.as_f64() else {
            return;
        };
        let flag = |key: &str| object.get(key) == Some(&Value::Bool(true));
        let limit = |exclusive| {
            Some(Limit {
                value,
                exclusive,
                at: node,
            })
        };
        match key {
            "minimum" => self.lower(limit(flag("exclusiveMinimum"))),
            "exclusiveMinimum" => self.lower(limit(true)),
            "maximum" => self.upper(limit(flag("exclusiveMaximum"))),
            "exclusiveMaximum" => self.upper(limit(true)),
            "multipleOf" => self.multiple_of = self.multiple_of.or(Some((value, node))),
            // Zero bounds nothing.
            "minLength" if value > 0.0 => greater(&mut self.min_length, value, node),
            "minItems" if value > 0.0 => greater(&mut self.min_items, value, node),
            "minProperties" if value > 0.0 => greater(&mut self.min_properties, value, node),
            "maxLength" => smaller(&mut self.max_length, value, node),
            "maxItems" => smaller(&mut self.max_items, value, node),
            "maxProperties" => smaller(&mut self.max_properties, value, node),
            _ => {}
        }
    }

    fn lower(&mut self, limit: Option<Limit<'a>>) {
        let stricter = |one: &Limit<'_>, other: &Limit<'_>| {
            (one.value, one.exclusive) > (other.value, other.exclusive)
        };
        if let Some(limit) = limit
            && self
                .minimum
                .as_ref()
                .is_none_or(|known| stricter(&limit, known))
        {
            self.minimum = Some(limit);
        }
    }

    fn upper(&mut self, limit: Option<Limit<'a>>) {
        let stricter = |one: &Limit<'_>, other: &Limit<'_>| {
            (-one.value, one.exclusive) > (-other.value, other.exclusive)
        };
        if let Some(limit) = limit
            && self
                .maximum
                .as_ref()
                .is_none_or(|known| stricter(&limit, known))
        {
            self.maximum = Some(limit);
        }
    }

    /// Between integers, a limit that is outside itself is the next integer.
    fn whole(&mut self) {
        let step = |limit: &mut Option<Limit<'_>>, by: f64| {
            if let Some(limit) = limit
                && limit.exclusive
                && limit.value.fract() == 0.0
            {
                limit.exclusive = false;
                limit.value += by;
            }
        };
        step(&mut self.minimum, 1.0);
        step(&mut self.maximum, -1.0);
    }
}

fn greater<'a>(count: &mut Count<'a>, value: f64, node: Node<'a>) {
    if count.is_none_or(|(known, _)| value > known) {
        *count = Some((value, node));
    }
}

fn smaller<'a>(count: &mut Count<'a>, value: f64, node: Node<'a>) {
    if count.is_none_or(|(known, _)| value < known) {
        *count = Some((value, node));
    }
}

/// Whether two values are equal; `1` and `1.0` are.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            one == other || one.as_f64().is_some() && one.as_f64() == other.as_f64()
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let known = |(key, value): (&String, &Value)| {
                other.get(key).is_some_and(|other| same(value, other))
            };
            one.len() == other.len() && one.iter().all(known)
        }
        (one, other) => one == other,
    }
}

/// Alternatives.
#[derive(Clone, Debug)]
pub(super) struct Union<'a> {
    /// The schema that lists them.
    pub at: Node<'a>,
    /// `oneOf`, `anyOf`, or `allOf` for the subclasses of a base class.
    pub key: &'static str,
    /// Whether a value may fit one alternative only: `oneOf`, or the subclasses of a base class.
    pub exclusive: bool,
    /// Whether the alternatives of unions inside it are among its own.
    pub flattened: bool,
    pub arms: Vec<Arm<'a>>,
    pub discriminator: Option<Discriminator<'a>>,
}

/// An alternative.
#[derive(Clone, Debug)]
pub(super) struct Arm<'a> {
    pub node: Node<'a>,
    /// The component that it is.
    pub component: Option<String>,
    /// The values of the discriminator that the mapping gives it.
    pub mapped: Vec<(&'a str, Node<'a>)>,
}

/// The property that tells alternatives apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Discriminator<'a> {
    pub property: &'a str,
    pub at: Node<'a>,
}

impl<'a> Union<'a> {
    /// Reads the alternatives `arms` that stand in `at` under `key`. Those of a union that is nothing but an alternative
    /// are alternatives themselves, unless a discriminator names them.
    pub fn read(views: &Views<'a>, at: Node<'a>, key: &'static str, arms: Vec<Node<'a>>) -> Self {
        let discriminator = views.doc.get(at, "discriminator");
        let mapping: Vec<(&'a str, Node<'a>, Option<usize>)> = discriminator
            .map_or_else(Vec::new, |node| views.doc.members_of(node, "mapping"))
            .into_iter()
            .map(|(value, target)| {
                let arm = target.value.as_str().and_then(|name| views.mapped(name));
                (value, target, arm.map(Node::id))
            })
            .collect();
        let mut read: Vec<Arm<'a>> = Vec::new();
        let mut exclusive = key != "anyOf";
        let mut flattened = false;
        let mut opened: Vec<usize> = Vec::new();
        let mut pending: VecDeque<Node<'a>> = arms.into();
        while let Some(raw) = pending.pop_front() {
            let node = views.follow(raw);
            // What is listed twice fits twice, which `oneOf` refuses unless something else decides.
            let counts_twice = key == "oneOf" && discriminator.is_none();
            if !counts_twice && read.iter().any(|arm| arm.node.id() == node.id()) {
                continue;
            }
            if discriminator.is_none()
                && let Some(inner) = only_union(node)
            {
                // One that leads back to itself adds nothing.
                if !opened.contains(&node.id()) {
                    opened.push(node.id());
                    exclusive |= inner == "oneOf";
                    flattened = true;
                    let inside = views.doc.items_of(node, inner).into_iter().rev();
                    for arm in inside.filter(|arm| !views.is_null(*arm)) {
                        pending.push_front(arm);
                    }
                }
                continue;
            }
            let mapped = mapping
                .iter()
                .filter(|(_, _, arm)| *arm == Some(node.id()))
                .map(|(value, at, _)| (*value, *at))
                .collect();
            read.push(Arm {
                node,
                component: component(&views.doc, node),
                mapped,
            });
        }
        Self {
            at,
            key,
            exclusive,
            flattened,
            arms: read,
            discriminator: discriminator.and_then(|node| {
                Some(Discriminator {
                    property: node.text("propertyName")?,
                    at: node,
                })
            }),
        }
    }
}

/// The keyword of a schema that says nothing but what it is one of.
fn only_union(node: Node<'_>) -> Option<&'static str> {
    let object = node.object()?;
    let key = ["oneOf", "anyOf"]
        .into_iter()
        .find(|key| object.contains_key(*key))?;
    let silent = |other: &String| other == key || json::is_annotation(other);
    (object.get(key)?.is_array() && object.keys().all(silent)).then_some(key)
}

/// The name of the component that a schema is.
pub(super) fn component(doc: &Doc<'_>, node: Node<'_>) -> Option<String> {
    let pointer = doc.pointer(node.at);
    let name = pointer.strip_prefix("/components/schemas/")?;
    (!name.contains('/')).then(|| rolecall_openapi::load::unescape(name))
}

/// The types of a value.
fn type_of(value: &Value) -> Types {
    match value {
        Value::Null => 0,
        Value::Bool(_) => BOOLEAN,
        Value::Number(number) if number.as_f64().is_some_and(|n| n.fract() == 0.0) => INTEGER,
        Value::Number(_) => FRACTION,
        Value::String(_) => STRING,
        Value::Array(_) => ARRAY,
        Value::Object(_) => OBJECT,
    }
}

/// Unions that only list types or values become types and values; listed values decide the types.
pub(super) fn simplify<'a>(view: &mut View<'a>, doc: &Doc<'a>) {
    if let [union] = view.unions.as_slice()
        && union.discriminator.is_none()
        && view.values.is_none()
    {
        if let Some(types) = only_types(union) {
            view.types &= types;
            view.types_at = view.types_at.or(Some(union.at));
            view.unions.clear();
        } else if let Some(values) = only_values(union, doc) {
            view.values = Some(values);
            view.values_at = Some(union.at);
            view.unions.clear();
        }
    }
    if let Some(values) = &view.values {
        let types = values.iter().map(|value| type_of(value.value));
        let types = types.fold(0, |all, one| all | one);
        // `1.0` among the values of a `number` does not make it an integer.
        let types = match view.types {
            ALL => types,
            said if types & (INTEGER | FRACTION) != 0 => said & (types | INTEGER | FRACTION),
            said => said & types,
        };
        view.types = types;
    }
    if view.types & (INTEGER | FRACTION) == INTEGER {
        view.bounds.whole();
    }
}

/// The types of arms that say nothing but their type.
fn only_types(union: &Union<'_>) -> Option<Types> {
    let mut types = 0;
    for arm in &union.arms {
        let object = arm.node.object()?;
        let silent = |key: &String| {
            key == "type" || key != "nullable" && rolecall_openapi::json::is_annotation(key)
        };
        if !object.keys().all(silent) {
            return None;
        }
        let one = match object.get("type")?.as_str()? {
            "boolean" => BOOLEAN,
            "integer" => INTEGER,
            "number" => INTEGER | FRACTION,
            "string" => STRING,
            "array" => ARRAY,
            "object" => OBJECT,
            _ => return None,
        };
        // What fits two of them is refused.
        if union.exclusive && types & one != 0 {
            return None;
        }
        types |= one;
    }
    Some(types)
}

/// The values of arms that say nothing else.
fn only_values<'a>(union: &Union<'a>, doc: &Doc<'a>) -> Option<Vec<Node<'a>>> {
    let mut all: Vec<Node<'a>> = Vec::new();
    for arm in &union.arms {
        let object = arm.node.object()?;
        let silent = |key: &String| {
            matches!(key.as_str(), "type" | "enum" | "const")
                || key != "nullable" && rolecall_openapi::json::is_annotation(key)
        };
        if !object.keys().all(silent) {
            return None;
        }
        let values = match doc.get(arm.node, "const") {
            Some(value) => vec![value],
            None => doc.items(doc.get(arm.node, "enum")?),
        };
        for value in values {
            // One of another type than is said beside the list is never allowed.
            let said = object.get("type").map_or(ALL, types_of);
            if value.value.is_null() || type_of(value.value) & !said != 0 {
                continue;
            }
            match all.iter().any(|known| same(known.value, value.value)) {
                // What fits two of them is refused.
                true if union.exclusive => return None,
                true => {}
                false => all.push(value),
            }
        }
    }
    Some(all)
}
