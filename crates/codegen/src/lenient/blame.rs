//! Which operations a finding concerns: those that it stands in, and those that reach it over references.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::LeftOut;
use rolecall_openapi::json::{self, METHODS};
use rolecall_openapi::load::{Document, unescape};
use rolecall_openapi::problem::{Problem, Problems, Severity};

/// What was left out, and findings that concern nothing that an operation uses.
pub struct Without {
    /// The operations.
    pub left_out: Vec<LeftOut>,
    /// The other findings.
    pub warnings: Vec<Problem>,
}

/// Removes the operations that findings concern, and the components that no longer can be used. Where a finding concerns
/// the document as a whole, or nothing that can be removed, the findings are the error.
pub fn leave_out(document: &mut Document, problems: Vec<Problem>) -> Result<Without, Problems> {
    let users = Users::of(&document.value);
    let mut wanted: BTreeMap<String, Problem> = BTreeMap::new();
    let mut warnings = Vec::new();
    for problem in &problems {
        let Some(node) = problem.pointer.as_deref().and_then(node_of) else {
            return Err(Problems::new(problems));
        };
        let nodes = users.reaching(node);
        if !nodes.iter().any(|node| node.starts_with("/paths/")) {
            warnings.push(Problem {
                severity: Severity::Warning,
                read_as: Some("nothing: no operation uses it".to_owned()),
                ..problem.clone()
            });
        }
        for node in nodes {
            wanted.entry(node).or_insert_with(|| problem.clone());
        }
    }
    let mut left_out = Vec::new();
    let mut removed = false;
    for (node, reason) in wanted {
        removed |= remove(&mut document.value, &node, &reason, &mut left_out);
    }
    match removed {
        true => Ok(Without { left_out, warnings }),
        false => Err(Problems::new(problems)),
    }
}

/// Takes a node out of the document; whether it was there.
fn remove(root: &mut Value, node: &str, reason: &Problem, left_out: &mut Vec<LeftOut>) -> bool {
    let Some((holder, key)) = node.rsplit_once('/') else {
        return false;
    };
    let parts: Vec<&str> = node.split('/').collect();
    if let ["", "paths", path, rest @ ..] = parts.as_slice() {
        let item = root.pointer(&format!("/paths/{path}"));
        let item = item.and_then(|item| rolecall_openapi::reference::resolve(root, item));
        let methods: Vec<&str> = match rest {
            [] => METHODS.to_vec(),
            [.., method] => vec![method],
        };
        for method in methods {
            let below = match rest {
                [] => method.to_owned(),
                some => some.join("/"),
            };
            if let Some(operation) = item.and_then(|item| item.pointer(&format!("/{below}"))) {
                let id = operation.get("operationId").and_then(Value::as_str);
                left_out.push(LeftOut {
                    method: unescape(method).to_uppercase(),
                    path: unescape(path),
                    operation: id.map(str::to_owned),
                    reason: reason.clone(),
                });
            }
        }
    }
    let holder = root.pointer_mut(holder).and_then(Value::as_object_mut);
    holder.is_some_and(|holder| holder.shift_remove(&unescape(key)).is_some())
}

/// What can be left out as a whole: an operation, a path, a component, the webhooks.
fn node_of(pointer: &str) -> Option<String> {
    let parts: Vec<&str> = pointer.split('/').collect();
    match parts.as_slice() {
        ["", "paths", path, method, ..] if METHODS.contains(method) => {
            Some(format!("/paths/{path}/{method}"))
        }
        ["", "paths", path, "query", ..] => Some(format!("/paths/{path}/query")),
        ["", "paths", path, "additionalOperations", name, ..] => {
            Some(format!("/paths/{path}/additionalOperations/{name}"))
        }
        ["", "paths", path, ..] => Some(format!("/paths/{path}")),
        ["", "components", section, name, ..] => Some(format!("/components/{section}/{name}")),
        ["", "webhooks", ..] => Some("/webhooks".to_owned()),
        _ => None,
    }
}

/// Who refers to a node: by node.
#[derive(Default)]
struct Users(BTreeMap<String, BTreeSet<String>>);

impl Users {
    fn of(root: &Value) -> Self {
        let mut users = Self::default();
        for (path, item) in entries(root.get("paths")) {
            let path = json::join("/paths", path);
            for (key, value) in entries(Some(item)) {
                if METHODS.contains(&key.as_str()) {
                    let operation = json::join(&path, key);
                    users.refer(&operation, value);
                    // What is said of a path is said of its operations.
                    users.add(path.clone(), &operation);
                } else if let ("$ref", Value::String(reference)) = (key.as_str(), value) {
                    users.add_reference(&path, reference);
                } else {
                    users.refer(&path, value);
                }
            }
        }
        let extensions = crate::slice::extensions(root);
        for (section, named) in entries(root.get("components")) {
            for (name, value) in entries(Some(named)) {
                let user = json::join(&json::join("/components", section), name);
                users.refer(&user, value);
                if section == "schemas" {
                    for subclass in crate::slice::subclasses(root, name, &extensions) {
                        users.add_reference(&user, &subclass);
                    }
                }
            }
        }
        users
    }

    fn refer(&mut self, user: &str, value: &Value) {
        let mut references = Vec::new();
        crate::slice::collect(Some(value), &mut references);
        for reference in references {
            self.add_reference(user, &reference);
        }
    }

    fn add_reference(&mut self, user: &str, reference: &str) {
        let pointer = rolecall_openapi::reference::pointer_of(reference);
        if let Some(used) = pointer.as_deref().and_then(node_of) {
            self.add(used, user);
        }
    }

    fn add(&mut self, used: String, user: &str) {
        self.0.entry(used).or_default().insert(user.to_owned());
    }

    /// A node and everything that reaches it.
    fn reaching(&self, node: String) -> BTreeSet<String> {
        let mut reached = BTreeSet::new();
        let mut queue = vec![node];
        while let Some(node) = queue.pop() {
            if reached.insert(node.clone()) {
                queue.extend(self.0.get(&node).into_iter().flatten().cloned());
            }
        }
        reached
    }
}

fn entries(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten()
}
