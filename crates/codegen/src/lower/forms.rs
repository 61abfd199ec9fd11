//! What the values of schemas look like, as far as that tells them apart; a part of the pass `variants`.
//!
//! Schemas that stand for alternatives at one place are looked at together, and only where they differ: a property that all of
//! them have in the same form tells nothing.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{CONSTANTS, Plan, discriminators};
use rolecall_openapi::json::{self, Object};

/// How many objects and arrays in each other are looked into.
const DEEPEST: usize = 4;
/// How many properties are looked at for one union.
const MOST: usize = 5_000;
/// How many values of an enum are written down.
const VALUES: usize = 64;

/// The kind of a JSON value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Any.
    #[default]
    Any,
    /// A string.
    String,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// An array.
    Array,
    /// An object that names no property.
    Map,
    /// An object.
    Object,
}

impl Kind {
    /// Its name in generated code.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::String => "string",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Array => "array",
            Self::Map => "map",
            Self::Object => "object",
        }
    }

    /// Whole numbers are numbers.
    fn of_number(self) -> Self {
        match self {
            Self::Integer => Self::Number,
            other => other,
        }
    }

    /// Whether it is an object, of properties that are named or not.
    pub fn is_structured(self) -> bool {
        matches!(self, Self::Map | Self::Object)
    }

    fn is_scalar(self) -> bool {
        matches!(
            self,
            Self::String | Self::Integer | Self::Number | Self::Boolean
        )
    }
}

/// What a value looks like.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Form {
    /// Its kind.
    pub kind: Kind,
    /// The values that a scalar is known to have, where that tells anything.
    pub values: Vec<Value>,
    /// Whether no other value can be meant, since the values are what tells variants apart.
    pub tag: bool,
    /// The properties of an object that tell anything, where it was looked into.
    pub members: Option<Vec<Member>>,
    /// The items of an array, or the values of a map.
    pub inner: Option<Box<Form>>,
}

/// A property.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Its name in JSON.
    pub key: String,
    /// Whether it must be there.
    pub presence: Presence,
    /// What it looks like.
    pub form: Form,
}

/// Whether a property is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Always.
    Required,
    /// Always, and perhaps `null`.
    Nullable,
    /// Perhaps.
    Optional,
}

impl Presence {
    /// Whether a property of a lowered schema is there.
    pub fn of(required: bool, property: &Value, components: &Object) -> Self {
        let nullable = |schema: &Value| schema.get("nullable") == Some(&Value::Bool(true));
        // A component that is declared nullable makes every use of it nullable.
        let target = json::schema_ref(property).and_then(|name| components.get(&name));
        match required {
            false => Self::Optional,
            true if nullable(property) || target.is_some_and(nullable) => Self::Nullable,
            true => Self::Required,
        }
    }
}

/// The properties that a schema requires.
pub fn required(schema: &Value) -> BTreeSet<&str> {
    let names = schema.get("required").and_then(Value::as_array);
    let names = names.into_iter().flatten();
    names.filter_map(Value::as_str).collect()
}

/// Looks at schemas that the passes before have lowered.
pub(super) struct Forms<'a> {
    components: &'a Object,
    plan: &'a Plan,
    left: Cell<usize>,
}

impl<'a> Forms<'a> {
    /// The forms of these components.
    pub(super) fn new(components: &'a Object, plan: &'a Plan) -> Self {
        Self {
            components,
            plan,
            left: Cell::new(MOST),
        }
    }

    /// The forms of the variants of a union.
    pub(super) fn variants(&self, schemas: &[&'a Value]) -> Vec<Form> {
        self.left.set(MOST);
        self.alternatives(schemas, DEEPEST)
    }

    fn alternatives(&self, schemas: &[&'a Value], depth: usize) -> Vec<Form> {
        let mut forms: Vec<Form> = schemas.iter().map(|schema| self.shallow(schema)).collect();
        self.tell_values(schemas, &mut forms);
        if depth > 0 && self.left.get() > 0 {
            self.look_into_objects(schemas, &mut forms, depth - 1);
            self.look_inside(schemas, &mut forms, Kind::Array, "items", depth - 1);
            self.look_inside(
                schemas,
                &mut forms,
                Kind::Map,
                "additionalProperties",
                depth - 1,
            );
        }
        forms
    }

    /// Kind and constant.
    fn shallow(&self, schema: &Value) -> Form {
        let mut values = self.values(schema);
        values.truncate(if values.len() > 1 { 0 } else { 1 });
        Form {
            kind: self.kind(schema, 2),
            values,
            ..Form::default()
        }
    }

    fn kind(&self, schema: &Value, depth: usize) -> Kind {
        let Some(name) = json::schema_ref(schema) else {
            return match schema.get("type").and_then(Value::as_str) {
                Some("string") => Kind::String,
                Some("integer") => Kind::Integer,
                Some("number") => Kind::Number,
                Some("boolean") => Kind::Boolean,
                Some("array") => Kind::Array,
                Some("object") => Kind::Map,
                _ => Kind::Any,
            };
        };
        if self.plan.enums.contains_key(&name) {
            return Kind::String;
        }
        match self.plan.unions.get(&name) {
            Some(union) if union.discriminator.is_some() => Kind::Object,
            Some(union) if depth > 0 => {
                let arms = union.arms.iter();
                let kinds: Vec<Kind> = arms.map(|arm| self.kind(&arm.schema, depth - 1)).collect();
                let all = |wanted: &[Kind]| kinds.iter().all(|kind| wanted.contains(kind));
                match kinds.first() {
                    Some(_) if all(&[Kind::Object, Kind::Map]) => Kind::Object,
                    Some(first) if all(&[*first]) => *first,
                    _ => Kind::Any,
                }
            }
            Some(_) => Kind::Any,
            None if self.components.contains_key(&name) => Kind::Object,
            None => Kind::Any,
        }
    }

    /// The values that a schema lists.
    fn values(&self, schema: &Value) -> Vec<Value> {
        let named = json::schema_ref(schema).and_then(|name| self.plan.enums.get(&name));
        match named {
            Some(plan) => plan.values.iter().cloned().map(Value::from).collect(),
            None => {
                let listed = schema.get(CONSTANTS).and_then(Value::as_array).cloned();
                listed
                    .filter(|values| values.iter().all(discriminators::is_scalar))
                    .unwrap_or_default()
            }
        }
    }

    fn properties(&self, schema: &Value) -> Option<(&'a Value, &'a Object)> {
        let name = json::schema_ref(schema)?;
        let known = self.plan.enums.contains_key(&name) || self.plan.unions.contains_key(&name);
        let component = self.components.get(&name).filter(|_| !known)?;
        Some((component, component.get("properties")?.as_object()?))
    }

    /// Writes down the values of scalars where they differ, and whether they exclude each other.
    fn tell_values(&self, schemas: &[&'a Value], forms: &mut [Form]) {
        let scalars: Vec<(usize, Vec<Value>)> = (0..forms.len())
            .filter(|index| forms[*index].kind.is_scalar())
            .map(|index| (index, self.values(schemas[index])))
            .collect();
        for (index, values) in &scalars {
            // What is of different kinds needs nothing more.
            let kind = forms[*index].kind.of_number();
            let alike = |(other, _): &&(usize, Vec<Value>)| {
                other != index && forms[*other].kind.of_number() == kind
            };
            let mut others = scalars.iter().filter(alike);
            let differ = others.clone().any(|(_, other)| other != values);
            if values.is_empty() || values.len() > VALUES || !differ {
                continue;
            }
            let tag = others.any(|(_, other)| {
                !other.is_empty() && !other.iter().any(|value| values.contains(value))
            });
            forms[*index].tag = tag;
            forms[*index].values.clone_from(values);
        }
    }

    fn look_into_objects(&self, schemas: &[&'a Value], forms: &mut [Form], depth: usize) {
        let structured = forms
            .iter()
            .filter(|form| form.kind.is_structured())
            .count();
        // What is alone is told by its kind.
        if structured < 2 {
            return;
        }
        let objects: Vec<(usize, &'a Value, &'a Object)> = (0..schemas.len())
            .filter_map(|index| {
                let (schema, properties) = self.properties(schemas[index])?;
                Some((index, schema, properties))
            })
            .collect();
        for (index, _, _) in &objects {
            forms[*index].members = Some(Vec::new());
        }
        let mut order: Vec<&'a str> = Vec::new();
        let mut by_key: BTreeMap<&'a str, Vec<(usize, Presence, &'a Value)>> = BTreeMap::new();
        for (index, schema, properties) in &objects {
            let required = required(schema);
            for (key, property) in *properties {
                let required = required.contains(key.as_str());
                let presence = Presence::of(required, property, self.components);
                let uses = by_key.entry(key).or_insert_with(|| {
                    order.push(key);
                    Vec::new()
                });
                uses.push((*index, presence, property));
            }
        }
        for key in order {
            let uses = by_key.remove(key).unwrap_or_default();
            self.left.set(self.left.get().saturating_sub(uses.len()));
            let schemas: Vec<&'a Value> = uses.iter().map(|(_, _, schema)| *schema).collect();
            let looked = self.look(&schemas, depth).into_iter();
            let members: Vec<Member> = uses
                .iter()
                .zip(looked)
                .map(|((_, presence, _), form)| Member {
                    key: key.to_owned(),
                    presence: *presence,
                    form,
                })
                .collect();
            // What all have alike tells nothing.
            let everywhere = uses.len() == structured;
            if everywhere && members.windows(2).all(|pair| pair[0] == pair[1]) {
                continue;
            }
            for ((index, _, _), member) in uses.iter().zip(members) {
                forms[*index].members.get_or_insert_default().push(member);
            }
        }
    }

    /// The items of arrays or the values of maps, where there is more than one such alternative.
    fn look_inside(
        &self,
        schemas: &[&'a Value],
        forms: &mut [Form],
        kind: Kind,
        keyword: &str,
        depth: usize,
    ) {
        let inner: Vec<(usize, &'a Value)> = (0..schemas.len())
            .filter(|index| forms[*index].kind == kind)
            .filter_map(|index| Some((index, schemas[index].get(keyword)?)))
            .collect();
        let beside = kind == Kind::Map && forms.iter().any(|form| form.kind == Kind::Object);
        if inner.len() + usize::from(beside) < 2 {
            return;
        }
        let schemas: Vec<&'a Value> = inner.iter().map(|(_, schema)| *schema).collect();
        for ((index, _), form) in inner.iter().zip(self.look(&schemas, depth)) {
            if form != Form::default() {
                forms[*index].inner = Some(Box::new(form));
            }
        }
    }

    /// The forms of alternatives; only kind and constant where they are the same.
    fn look(&self, schemas: &[&'a Value], depth: usize) -> Vec<Form> {
        let said = |schema: &&'a Value| {
            let values = Value::Array(self.values(schema));
            format!("{}{values}", json::plain(schema))
        };
        let distinct: BTreeSet<String> = schemas.iter().map(said).collect();
        if distinct.len() > 1 {
            self.alternatives(schemas, depth)
        } else {
            schemas.iter().map(|schema| self.shallow(schema)).collect()
        }
    }
}
