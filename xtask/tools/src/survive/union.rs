//! Unions: their arms, and what decides between them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::family;
use super::read::{Alternatives, Reader, Schema};
use super::shape::{Kind, Shape};
use rolecall_openapi::json::{self, Object};

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
    /// The values of the property that name it.
    pub values: Vec<String>,
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
    ) -> Vec<Vec<String>> {
        let mut by_arm: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (value, target) in mapping {
            by_arm.entry(target).or_default().push(value.clone());
        }
        let mut taken = BTreeSet::new();
        arms.iter()
            .map(|(name, schema)| {
                let mapped = name.as_deref().and_then(|name| by_arm.get(name)).cloned();
                let mut values = mapped.unwrap_or_else(|| self.own_values(schema, property));
                if values.is_empty() {
                    values.extend(name.clone());
                }
                values.retain(|value| taken.insert(value.clone()));
                values
            })
            .collect()
    }

    /// A property that every arm requires, and no value of which is in two of them.
    fn inferred(
        &self,
        arms: &[(Option<String>, Schema<'a>)],
    ) -> Option<(String, Vec<Vec<String>>)> {
        let (_, first) = arms.first().filter(|_| arms.len() > 1)?;
        let mut names: Vec<&str> = first.properties().iter().map(|p| p.name).collect();
        names.sort_unstable();
        names.into_iter().find_map(|name| {
            let mut taken = BTreeSet::new();
            let values: Option<Vec<Vec<String>>> = arms
                .iter()
                .map(|(_, arm)| {
                    let values = self.own_values(arm, name);
                    let apart = values.iter().all(|value| taken.insert(value.clone()));
                    (arm.requires(name) && !values.is_empty() && apart).then_some(values)
                })
                .collect();
            Some((name.to_owned(), values?))
        })
    }

    /// The texts that an arm allows for a property.
    fn own_values(&self, arm: &Schema<'a>, name: &str) -> Vec<String> {
        let properties = arm.properties();
        let Some(property) = properties.iter().find(|property| property.name == name) else {
            return Vec::new();
        };
        let values = self
            .read_all(&property.schemas, arm.owner.as_deref())
            .values();
        let texts = values.iter().map(|value| value.as_str().map(str::to_owned));
        texts.collect::<Option<_>>().unwrap_or_default()
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
        let arms = targets.into_iter().filter_map(|(target, values)| {
            Some(Arm {
                schema: self.read_subclass(&target, base)?,
                values,
            })
        });
        let key = std::ptr::from_ref(object) as usize;
        decided(arms.collect(), Some(property.to_owned()), key)
    }

    /// The arm that a value is of; without a discriminator, the first that it seems to be.
    pub fn arm_of<'u>(&self, union: &'u Union<'a>, value: &Value) -> Option<&'u Arm<'a>> {
        if let Some(property) = &union.property {
            let name = value.get(property)?.as_str()?;
            return union
                .arms
                .iter()
                .find(|arm| arm.values.iter().any(|value| value == name));
        }
        let seems = |arm: &&Arm<'a>| match (arm.schema.value_kind(), value) {
            (Kind::Any | Kind::Several, _)
            | (Kind::Text, Value::String(_))
            | (Kind::Number, Value::Number(_))
            | (Kind::Boolean, Value::Bool(_))
            | (Kind::Array, Value::Array(_)) => true,
            (Kind::Integer, Value::Number(number)) => number.is_i64() || number.is_u64(),
            (Kind::Object, Value::Object(entries)) => {
                let properties = arm.schema.properties();
                let missing = |name: &str| arm.schema.requires(name) && !entries.contains_key(name);
                !properties.iter().any(|property| missing(property.name))
            }
            _ => false,
        };
        union.arms.iter().find(seems)
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
        return Shape::Boolean;
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
