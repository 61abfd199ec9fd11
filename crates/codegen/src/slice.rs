//! Keeps some operations of a description, and the components that they reach.

use std::collections::{BTreeSet, HashMap};

use serde::Deserialize;
use serde_json::Value;

use rolecall_openapi::json::{self, Object};

/// Which operations to keep. Empty lists keep everything; otherwise an operation is kept when any list names it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Slice {
    /// Tags, whole; `*` stands for any text: `Role*`.
    pub tags: Vec<String>,
    /// Path templates; `*` stands for any text: `/api/v1/users*`.
    pub paths: Vec<String>,
    /// `operationId`s.
    pub operations: Vec<String>,
}

impl Slice {
    /// Whether everything is kept.
    pub fn is_whole(&self) -> bool {
        self.tags.is_empty() && self.paths.is_empty() && self.operations.is_empty()
    }

    /// Whether an operation is kept by a slice that is not whole.
    pub fn keeps(&self, path: &str, operation: &Value) -> bool {
        let id = operation.get("operationId").and_then(Value::as_str);
        let mut tags = operation
            .get("tags")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        self.paths.iter().any(|pattern| matches(pattern, path))
            || id.is_some_and(|id| self.operations.iter().any(|wanted| wanted == id))
            || tags.any(|tag| self.tags.iter().any(|pattern| matches(pattern, tag)))
    }

    /// Removes what is not kept. What the slice names and the description does not have is returned.
    pub fn apply(&self, document: &mut Value) -> Vec<String> {
        if self.is_whole() {
            return Vec::new();
        }
        let missing = self.missing(document);
        retain(document, |path, _, operation| self.keeps(path, operation));
        missing
    }

    /// What the slice names and the description does not have.
    pub fn missing(&self, document: &Value) -> Vec<String> {
        let operations: Vec<_> = json::operations(document).collect();
        let tags: BTreeSet<&str> = operations
            .iter()
            .flat_map(|(_, _, o)| {
                o.get("tags")
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten()
            })
            .filter_map(Value::as_str)
            .collect();
        let mut missing = Vec::new();
        missing.extend(
            self.tags
                .iter()
                .filter(|p| !tags.iter().any(|tag| matches(p, tag)))
                .map(|p| format!("tag `{p}`")),
        );
        missing.extend(
            self.paths
                .iter()
                .filter(|p| !operations.iter().any(|(path, _, _)| matches(p, path)))
                .map(|p| format!("path `{p}`")),
        );
        missing.extend(
            self.operations
                .iter()
                .filter(|id| {
                    !operations
                        .iter()
                        .any(|(_, _, o)| o.get("operationId").and_then(Value::as_str) == Some(id))
                })
                .map(|id| format!("operation `{id}`")),
        );
        missing
    }
}

/// Keeps the operations that `keep` says yes to, asked with path template, method and operation, and the components
/// that they reach.
pub fn retain(document: &mut Value, keep: impl Fn(&str, &str, &Value) -> bool) {
    retain_operations(document, keep);
    keep_reached(document);
}

/// As [`retain`], with all components.
pub(crate) fn retain_operations(document: &mut Value, keep: impl Fn(&str, &str, &Value) -> bool) {
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
        for (path, item) in paths.iter_mut() {
            let Some(item) = item.as_object_mut() else {
                continue;
            };
            item.retain(|method, operation| {
                !json::METHODS.contains(&method.as_str()) || keep(path, method, operation)
            });
        }
        paths.retain(|_, item| {
            json::METHODS
                .iter()
                .any(|method| item.get(*method).is_some())
        });
    }
}

/// Whether a text is what a pattern says, in which `*` stands for any text.
pub fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.len() >= last.len() && rest.ends_with(last)
}

/// What operations refer to, directly or not, as pointers: `/components/schemas/Role`.
fn reached(document: &Value) -> BTreeSet<String> {
    let mut reached: BTreeSet<String> = BTreeSet::new();
    let mut queue: Vec<String> = Vec::new();
    let extensions = extensions(document);
    collect(document.get("paths"), &mut queue);
    while let Some(reference) = queue.pop() {
        let pointer = percent_encoding::percent_decode_str(reference.trim_start_matches('#'))
            .decode_utf8_lossy()
            .into_owned();
        if !reached.insert(pointer.clone()) {
            continue;
        }
        collect(document.pointer(&pointer), &mut queue);
        // A reference into the middle of a component keeps the whole of it.
        let whole: Vec<&str> = pointer.splitn(5, '/').collect();
        if let [_, "components", kind, name, _] = whole.as_slice() {
            queue.push(format!("#/components/{kind}/{}", name.replace('%', "%25")));
        }
        // A base class is read with its subclasses, which refer to it and not the other way round.
        if let Some(name) = json::component_of(&reference) {
            queue.extend(subclasses(document, &name, &extensions));
        }
    }
    reached
}

/// The component schemas that no operation refers to, directly or not.
pub fn unused_schemas(document: &Value) -> BTreeSet<String> {
    let reached = reached(document);
    let unused = |name: &&String| !reached.contains(&json::join("/components/schemas", name));
    json::components(document)
        .into_iter()
        .flat_map(|c| c.keys())
        .filter(unused)
        .cloned()
        .collect()
}

/// Drops components that nothing refers to, and tags that no operation has.
fn keep_reached(document: &mut Value) {
    let reached = reached(document);
    if let Some(components) = document
        .get_mut("components")
        .and_then(Value::as_object_mut)
    {
        for (kind, named) in components
            .iter_mut()
            .filter(|(kind, _)| *kind != "securitySchemes")
        {
            if let Some(named) = named.as_object_mut() {
                named.retain(|name, _| {
                    reached.contains(&json::join(&format!("/components/{kind}"), name))
                });
            }
        }
    }
    let tags: BTreeSet<String> = json::operations(document)
        .flat_map(|(_, _, o)| {
            o.get("tags")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
        })
        .filter_map(|tag| tag.as_str().map(str::to_owned))
        .collect();
    if let Some(declared) = document.get_mut("tags").and_then(Value::as_array_mut) {
        declared.retain(|tag| tag["name"].as_str().is_some_and(|name| tags.contains(name)));
    }
}

/// For each component those that extend it directly, or that are nothing but another name for it.
pub(crate) fn extensions(document: &Value) -> HashMap<String, Vec<&String>> {
    let mut extensions: HashMap<String, Vec<&String>> = HashMap::new();
    for (child, schema) in json::components(document).into_iter().flatten() {
        let all = schema.get("allOf").and_then(Value::as_array);
        let parents = all.into_iter().flatten().filter_map(json::schema_ref);
        for parent in parents.chain(json::schema_ref(schema)) {
            extensions.entry(parent).or_default().push(child);
        }
    }
    extensions
}

/// The components that extend one with a discriminator and no mapping, directly or not.
pub(crate) fn subclasses(
    document: &Value,
    name: &str,
    extensions: &HashMap<String, Vec<&String>>,
) -> Vec<String> {
    let polymorphic = json::components(document)
        .and_then(|c| c.get(name))
        .is_some_and(|s| {
            let unmapped = |d: &Value| d["mapping"].as_object().is_none_or(Object::is_empty);
            s.get("discriminator").is_some_and(unmapped)
                && s.get("oneOf").is_none()
                && s.get("anyOf").is_none()
        });
    let mut queue = Vec::from_iter(polymorphic.then_some(name));
    let mut found: BTreeSet<&str> = BTreeSet::new();
    while let Some(parent) = queue.pop() {
        for child in extensions.get(parent).into_iter().flatten() {
            if child.as_str() != name && found.insert(child) {
                queue.push(child);
            }
        }
    }
    found.iter().map(|name| to(name)).collect()
}

/// A reference to a component.
fn to(name: &str) -> String {
    let token = json::escape(name).replace('%', "%25");
    format!("#/components/schemas/{token}")
}

/// Every reference in a value, discriminator mappings included.
pub(crate) fn collect(value: Option<&Value>, into: &mut Vec<String>) {
    match value {
        Some(Value::Object(object)) => {
            for (key, value) in object {
                match (key.as_str(), value) {
                    ("$ref", Value::String(reference)) => into.push(reference.clone()),
                    ("mapping", Value::Object(mapping)) => {
                        for target in mapping.values().filter_map(Value::as_str) {
                            let bare = !target.contains('/');
                            into.push(if bare { to(target) } else { target.to_owned() });
                            // Some write the file that a component was bundled from.
                            let file = target.rsplit('/').next().unwrap_or(target);
                            let stem = file.strip_suffix(".json").or(file.strip_suffix(".yaml"));
                            into.extend(stem.map(to));
                        }
                        // It may as well be a property that is called so.
                        collect(Some(value), into);
                    }
                    _ => collect(Some(value), into),
                }
            }
        }
        Some(Value::Array(items)) => items.iter().for_each(|item| collect(Some(item), into)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_any_text() {
        assert!(
            matches("*Role*", "UserRoles")
                && matches("Role*", "Role")
                && matches("a*b*c", "axxbyc")
        );
        assert!(
            !matches("Role", "Roles") && !matches("a*bb", "ab") && !matches("Role*", "UserRole")
        );
    }
}
