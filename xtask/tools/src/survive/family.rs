//! Who extends whom: base classes with a discriminator, and the components that are arms of unions.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use rolecall_openapi::json::{self, Object};

/// The family relations of a description's components.
pub struct Family {
    /// For each component, those whose `allOf` extends it directly.
    children: BTreeMap<String, BTreeSet<String>>,
    /// For each union and each base class, its arms and everything that they extend.
    arms: BTreeMap<String, BTreeSet<String>>,
    /// The components that are an arm of anything.
    members: BTreeSet<String>,
    /// Base classes: a discriminator without a union of its own, and someone who extends them.
    bases: BTreeSet<String>,
}

/// The alternatives of a schema that lists some.
pub fn listed(schema: &Value) -> Option<&Vec<Value>> {
    schema
        .get("oneOf")
        .or(schema.get("anyOf"))
        .and_then(Value::as_array)
}

/// A discriminator's property.
pub fn property(schema: &Object) -> Option<&str> {
    schema.get("discriminator")?.get("propertyName")?.as_str()
}

/// A discriminator's values, and the components that they name: by reference or by bare name (OpenAPI 3.0.3,
/// "Discriminator Object").
pub fn mapping(schema: &Object, components: &Object) -> Vec<(String, String)> {
    let mapping = schema.get("discriminator").and_then(|d| d.get("mapping"));
    let mapping = mapping.and_then(Value::as_object);
    mapping
        .into_iter()
        .flatten()
        .filter_map(|(value, target)| {
            let target = target.as_str()?;
            let bare = components.contains_key(target).then(|| target.to_owned());
            Some((value.clone(), json::component_of(target).or(bare)?))
        })
        .collect()
}

impl Family {
    /// The relations of these components.
    pub fn of(components: &Object) -> Self {
        let mut children: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (name, schema) in components {
            for parent in parents(schema) {
                children.entry(parent).or_default().insert(name.clone());
            }
        }
        let mut family = Self {
            children,
            arms: BTreeMap::new(),
            members: BTreeSet::new(),
            bases: BTreeSet::new(),
        };
        for (name, schema) in components {
            let Some(object) = schema.as_object() else {
                continue;
            };
            let mut arms: BTreeSet<String> = mapping(object, components)
                .into_iter()
                .map(|(_, target)| target)
                .collect();
            match listed(schema) {
                Some(list) => arms.extend(list.iter().filter_map(json::schema_ref)),
                None if object.contains_key("discriminator") => {
                    let mapped = !arms.is_empty();
                    arms.extend(family.descendants(name));
                    if mapped || !arms.is_empty() {
                        family.bases.insert(name.clone());
                    }
                }
                None => {}
            }
            let arms = with_ancestors(arms, components);
            family.members.extend(arms.iter().cloned());
            family.arms.insert(name.clone(), arms);
        }
        family
    }

    /// Whether a component stands for whatever extends it.
    pub fn is_base(&self, name: &str) -> bool {
        self.bases.contains(name)
    }

    /// Whether a component is an arm of that union or base class, or extended by one.
    pub fn leads_to(&self, arm: &str, union: &str) -> bool {
        self.arms.get(union).is_some_and(|arms| arms.contains(arm))
    }

    /// Whether a component is an arm of anything.
    pub fn is_arm(&self, name: &str) -> bool {
        self.members.contains(name)
    }

    /// All who extend a component, directly or not.
    pub fn descendants(&self, name: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut queue: Vec<&String> = self.children.get(name).into_iter().flatten().collect();
        while let Some(child) = queue.pop() {
            if found.insert(child.clone()) {
                queue.extend(self.children.get(child).into_iter().flatten());
            }
        }
        found
    }
}

fn parents(schema: &Value) -> impl Iterator<Item = String> + '_ {
    let parts = schema.get("allOf").and_then(Value::as_array);
    parts.into_iter().flatten().filter_map(json::schema_ref)
}

fn with_ancestors(names: BTreeSet<String>, components: &Object) -> BTreeSet<String> {
    let mut queue: Vec<String> = names.into_iter().collect();
    let mut all = BTreeSet::new();
    while let Some(name) = queue.pop() {
        if all.insert(name.clone()) {
            queue.extend(components.get(&name).into_iter().flat_map(parents));
        }
    }
    all
}
