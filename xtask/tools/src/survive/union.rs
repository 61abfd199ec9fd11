//! Unions: their arms, and what decides between them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::family;
use super::read::{Alternatives, Reader, Schema};
use super::shape::{Kind, Shape};
use rolecall_openapi::json::{self, Object};

/// How many objects in each other are looked into for what tells arms apart.
const LOOK: usize = 4;

/// Several shapes.
pub struct Union<'a> {
    /// The shapes.
    pub arms: Vec<Arm<'a>>,
    /// The property that decides; without one, the form of the value does, and nothing is refused.
    pub property: Option<String>,
    /// Where it is written.
    pub key: usize,
}

/// One of several shapes.
pub struct Arm<'a> {
    /// It.
    pub schema: Schema<'a>,
    /// The values of the property that name it: strings, integers and booleans.
    pub values: Vec<Value>,
}

impl<'a> Reader<'a> {
    /// What a schema with alternatives looks like.
    pub(super) fn union(&self, schema: &Schema<'a>, alternatives: &Alternatives<'a>) -> Shape<'a> {
        match alternatives {
            Alternatives::Listed { holder, arms } => self.listed(schema, holder, arms),
            Alternatives::Derived { base, schema } => self.derived(base, schema),
        }
    }

    /// A value of several types.
    pub(super) fn union_of_types(&self, schema: &Schema<'a>, types: &[&'a str]) -> Shape<'a> {
        let arms = types.iter().map(|name| Arm {
            schema: Schema {
                kind: Some(name),
                ..schema.clone()
            },
            values: Vec::new(),
        });
        decided(arms.collect(), None, schema.key)
    }

    fn listed(&self, schema: &Schema<'a>, holder: &'a Object, listed: &[&'a Value]) -> Shape<'a> {
        let mut distinct: Vec<&'a Value> = Vec::new();
        for arm in listed {
            if !distinct.contains(arm) {
                distinct.push(arm);
            }
        }
        if !schema.declares_properties() && distinct.iter().any(|arm| json::is_any(arm)) {
            return Shape::Any;
        }
        let read = |arm: &&'a Value| (json::schema_ref(arm), self.read_arm(arm, schema));
        let mut arms: Vec<(Option<String>, Schema<'a>)> = distinct.iter().map(read).collect();
        let mapping = family::mapping(holder, self.components);
        for (_, target) in &mapping {
            if !arms.iter().any(|(name, _)| name.as_ref() == Some(target))
                && let Some(component) = self.components.get(target)
            {
                let mut schema = self.read_arm(component, schema);
                schema.owner = Some(json::join("/components/schemas", target));
                arms.push((Some(target.clone()), schema));
            }
        }
        let key = std::ptr::from_ref(holder) as usize;
        let (property, values) = match family::property(holder) {
            Some(property) => (
                Some(property.to_owned()),
                self.declared(property, &mapping, &arms),
            ),
            None => match self.inferred(&arms) {
                Some((property, values)) => (Some(property), values),
                None => (None, vec![Vec::new(); arms.len()]),
            },
        };
        let arms = arms.into_iter().zip(values);
        let arms = arms.map(|((_, schema), values)| Arm { schema, values });
        decided(arms.collect(), property, key)
    }

    /// The values of each arm: those that the mapping gives it, else those that it allows itself, else its name.
    fn declared(
        &self,
        property: &str,
        mapping: &[(String, String)],
        arms: &[(Option<String>, Schema<'a>)],
    ) -> Vec<Vec<Value>> {
        let mut by_arm: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (value, target) in mapping {
            by_arm.entry(target).or_default().push(value);
        }
        let mut taken = BTreeSet::new();
        arms.iter()
            .map(|(name, schema)| {
                let mapped = name.as_deref().and_then(|name| by_arm.get(name));
                let own = self.own_values(schema, property);
                let mut values = match mapped {
                    Some(mapped) => {
                        let typed = |value: &&str| self.typed(schema, property, value);
                        let mapped: Vec<Value> = mapped.iter().map(typed).collect();
                        // A mapping from values that the arm does not allow means those that it does.
                        match own.iter().any(|value| mapped.contains(value)) {
                            false
                                if self.is_own(&own, name.as_deref(), property, mapping, arms) =>
                            {
                                own
                            }
                            _ => mapped,
                        }
                    }
                    None => own,
                };
                if values.is_empty() {
                    values.extend(name.clone().map(Value::from));
                }
                values.retain(|value| taken.insert(value.to_string()));
                values
            })
            .collect()
    }

    /// Whether an arm allows values that no other arm allows and that the mapping does not know.
    fn is_own(
        &self,
        own: &[Value],
        arm: Option<&str>,
        property: &str,
        mapping: &[(String, String)],
        arms: &[(Option<String>, Schema<'a>)],
    ) -> bool {
        let mut others = arms.iter().filter(|(name, _)| name.as_deref() != arm);
        let known = |value: &Value| mapping.iter().any(|(known, _)| value == known.as_str());
        !own.is_empty()
            && !own.iter().any(known)
            && !others.any(|(_, other)| {
                let values = self.own_values(other, property);
                values.iter().any(|value| own.contains(value))
            })
    }

    /// A property that every arm requires, and no value of which is in two of them.
    fn inferred(&self, arms: &[(Option<String>, Schema<'a>)]) -> Option<(String, Vec<Vec<Value>>)> {
        let (_, first) = arms.first().filter(|_| arms.len() > 1)?;
        let mut names = first.required();
        names.sort_unstable();
        names.dedup();
        names.into_iter().find_map(|name| {
            let mut taken = BTreeSet::new();
            let values: Option<Vec<Vec<Value>>> = arms
                .iter()
                .map(|(_, arm)| {
                    if !arm.requires(name) {
                        return None;
                    }
                    let values = self.own_values(arm, name);
                    let apart = values.iter().all(|value| taken.insert(value.to_string()));
                    (!values.is_empty() && apart).then_some(values)
                })
                .collect();
            Some((name.to_owned(), values?))
        })
    }

    /// The schema of a property of an arm.
    fn property(&self, arm: &Schema<'a>, name: &str) -> Option<Schema<'a>> {
        let properties = arm.properties();
        let property = properties.iter().find(|property| property.name == name)?;
        Some(self.read_all(&property.schemas, arm.owner.as_deref()))
    }

    /// The strings, integers and booleans that an arm allows for a property.
    fn own_values(&self, arm: &Schema<'a>, name: &str) -> Vec<Value> {
        let values = self.property(arm, name).map(|schema| schema.values());
        let scalar = |value: &Value| value.is_string() || value.is_i64() || value.is_boolean();
        values
            .filter(|values| values.iter().all(scalar))
            .unwrap_or_default()
    }

    /// Whether an arm lists a value of a property, or lists none.
    pub fn lists(&self, arm: &Schema<'a>, property: &str, value: &Value) -> bool {
        let values = self.property(arm, property).map(|schema| schema.values());
        values.is_none_or(|values| values.is_empty() || values.contains(value))
    }

    /// A value of a mapping, where all are strings, as the arm declares the property.
    fn typed(&self, arm: &Schema<'a>, property: &str, value: &str) -> Value {
        let kind = self
            .property(arm, property)
            .map(|schema| schema.value_kind());
        let parsed = match kind {
            Some(Kind::Boolean) => value.parse().ok().map(Value::Bool),
            Some(Kind::Integer | Kind::Number) => value.parse::<i64>().ok().map(Value::from),
            _ => None,
        };
        parsed.unwrap_or_else(|| value.into())
    }

    fn derived(&self, base: &str, schema: &'a Value) -> Shape<'a> {
        let Some((object, property)) = schema
            .as_object()
            .and_then(|object| Some((object, family::property(object)?)))
        else {
            return Shape::Any;
        };
        let mut targets: Vec<(String, Vec<String>)> = Vec::new();
        let mapping = family::mapping(object, self.components);
        let by_name = self.family.descendants(base);
        let unmapped = by_name.into_iter().map(|name| (name.clone(), name));
        let pairs = if mapping.is_empty() {
            unmapped.collect()
        } else {
            mapping
        };
        for (value, target) in pairs {
            match targets.iter_mut().find(|(known, _)| *known == target) {
                Some((_, values)) => values.push(value),
                None => targets.push((target, vec![value])),
            }
        }
        let pairs: Vec<(String, String)> = targets
            .iter()
            .flat_map(|(target, values)| values.iter().map(|value| (value.clone(), target.clone())))
            .collect();
        let read = |(target, _): (String, Vec<String>)| {
            let schema = self.read_subclass(&target, base)?;
            Some((Some(target), schema))
        };
        let arms: Vec<_> = targets.into_iter().filter_map(read).collect();
        let values = self.declared(property, &pairs, &arms);
        let arms = arms.into_iter().zip(values);
        let arms = arms.map(|((_, schema), values)| Arm { schema, values });
        let key = std::ptr::from_ref(object) as usize;
        decided(arms.collect(), Some(property.to_owned()), key)
    }

    /// The arm that a value is of; without a discriminator, the one that it is most like.
    pub fn arm_of<'u>(&self, union: &'u Union<'a>, value: &Value) -> Option<&'u Arm<'a>> {
        if let Some(property) = &union.property {
            let said = value.get(property)?;
            return union.arms.iter().find(|arm| arm.values.contains(said));
        }
        let unlike = |arm: &Arm<'a>| self.unlike(&arm.schema, value, LOOK);
        let arms = union.arms.iter().map(|arm| (unlike(arm), arm));
        let fitting = arms.filter(|(unlike, _)| unlike.is_some());
        let best = fitting.min_by_key(|(unlike, _)| *unlike);
        best.map(|(_, arm)| arm)
    }

    /// In how much a value that can be of a schema is not like it: values that the schema does not list, properties that it
    /// does not name, properties that are not there. Nothing, when the value cannot be of it.
    fn unlike(&self, schema: &Schema<'a>, value: &Value, levels: usize) -> Option<[usize; 3]> {
        let known = schema.values();
        let odd = !known.is_empty() && !known.contains(value);
        match (schema.value_kind(), value) {
            (_, Value::Null) if schema.nullable => Some([0; 3]),
            (Kind::Any | Kind::Several, _)
            | (Kind::Text, Value::String(_))
            | (Kind::Number, Value::Number(_))
            | (Kind::Boolean, Value::Bool(_))
            | (Kind::Array, Value::Array(_)) => Some([usize::from(odd), 0, 0]),
            (Kind::Integer, Value::Number(number)) => {
                (number.is_i64() || number.is_u64()).then_some([usize::from(odd), 0, 0])
            }
            (Kind::Object, Value::Object(entries)) => {
                let properties = schema.properties();
                let named = |key: &String| properties.iter().any(|p| p.name == key);
                let unnamed = entries.keys().filter(|key| !named(key)).count();
                let mut unlike = [usize::from(odd), unnamed, 0];
                for property in &properties {
                    let Some(value) = entries.get(property.name) else {
                        if schema.requires(property.name) {
                            return None;
                        }
                        unlike[2] += 1;
                        continue;
                    };
                    if levels > 0 {
                        let inner = self.read_all(&property.schemas, schema.owner.as_deref());
                        match self.unlike(&inner, value, levels - 1) {
                            Some(inner) => (0..3).for_each(|index| unlike[index] += inner[index]),
                            None => unlike[0] += 1,
                        }
                    }
                }
                Some(unlike)
            }
            _ => None,
        }
    }
}

/// A union as it decodes: scalars of one kind are that kind, and a discriminator counts only among objects that all have
/// a value.
fn decided<'a>(arms: Vec<Arm<'a>>, property: Option<String>, key: usize) -> Shape<'a> {
    let kinds: Vec<Kind> = arms.iter().map(|arm| arm.schema.value_kind()).collect();
    let all = |wanted: &[Kind]| !kinds.is_empty() && kinds.iter().all(|kind| wanted.contains(kind));
    let values = || arms.iter().flat_map(|arm| arm.schema.values()).collect();
    if all(&[Kind::Text]) {
        return Shape::Text {
            values: values(),
            format: None,
        };
    }
    if all(&[Kind::Integer]) {
        return Shape::Integer(values());
    }
    if all(&[Kind::Integer, Kind::Number]) {
        return Shape::Number(values());
    }
    if all(&[Kind::Boolean]) {
        return Shape::Boolean(values());
    }
    if arms.is_empty() {
        return Shape::Any;
    }
    let by_value = arms.iter().all(|arm| !arm.values.is_empty())
        && all(&[Kind::Object, Kind::Several, Kind::Any]);
    Shape::Union(Union {
        arms,
        property: property.filter(|_| by_value),
        key,
    })
}
