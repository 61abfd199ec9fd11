//! What every rule needs: the document, its nodes, and a place for what was found.

use std::collections::HashMap;

use rolecall_openapi::reference::{self, Target};
use serde_json::{Map, Value};

use crate::lint::Audience;
use crate::lint::rules::rule;
use crate::lint::shape::Kind;
use crate::lint::walk::{Token, Tree};
use rolecall_openapi::json::METHODS;
use rolecall_openapi::load::Document;
use rolecall_openapi::problem::{Problem, Severity};

/// A document under inspection.
pub(super) struct Context<'a> {
    pub(super) document: &'a Document,
    pub(super) audience: Audience,
    pub(super) tree: Tree<'a>,
    pub(super) operations: Vec<Operation<'a>>,
    pub(super) problems: Vec<Problem>,
    /// How often each rule was broken so far.
    counts: HashMap<&'static str, usize>,
    /// How many findings of one rule are told.
    pub(super) reported: usize,
}

/// So many findings of one rule are told; who has more has a file that is wrong as a whole.
const REPORTED: usize = 1000;

/// An operation below `paths`.
#[derive(Debug, Clone)]
pub(super) struct Operation<'a> {
    pub(super) pointer: String,
    pub(super) path: &'a str,
    pub(super) method: &'a str,
    pub(super) value: &'a Map<String, Value>,
    pub(super) item: &'a Map<String, Value>,
}

impl<'a> Context<'a> {
    pub(super) fn new(document: &'a Document, audience: Audience) -> Context<'a> {
        let tree = Tree::of(document);
        let operations = operations(&tree);
        Context {
            document,
            audience,
            tree,
            operations,
            problems: Vec::new(),
            counts: HashMap::new(),
            reported: REPORTED,
        }
    }

    /// Reports a finding, if the rule holds for the audience.
    pub(super) fn report(
        &mut self,
        id: &'static str,
        pointer: &str,
        found: impl Into<String>,
        expected: impl Into<String>,
        help: impl Into<String>,
    ) {
        // Every id that is used is in the table (a test looks); one that is not is better said than swallowed.
        let severity = rule(id).map_or(Some(Severity::Error), |rule| rule.severity(self.audience));
        let count = self.counts.entry(id).or_default();
        *count += 1;
        if let Some(severity) = severity.filter(|_| *count <= self.reported) {
            self.problems.push(
                self.document
                    .problem(severity, id, pointer, found, expected, help),
            );
        }
    }

    /// What a value is, after the `$ref`s that lead from it.
    pub(super) fn resolve(&self, value: &'a Value) -> Option<&'a Value> {
        reference::resolve(&self.document.value, value)
    }

    /// What a reference leads to in one step.
    pub(super) fn target(&self, reference: &str) -> Target<'a> {
        reference::target(&self.document.value, reference)
    }

    /// The parameters that an operation has, its own and those of its path, each with its pointer and after `$ref`.
    /// A parameter of the path that the operation declares anew is left out.
    pub(super) fn parameters(
        &self,
        operation: &Operation<'a>,
    ) -> Vec<(String, &'a Map<String, Value>)> {
        let list = |holder: &'a Map<String, Value>, base: String| {
            let items = holder.get("parameters").and_then(Value::as_array);
            items
                .into_iter()
                .flatten()
                .enumerate()
                .filter_map(|(index, item)| {
                    let value = self.resolve(item)?.as_object()?;
                    Some((format!("{base}/parameters/{index}"), value))
                })
                .collect::<Vec<_>>()
        };
        let parent = operation
            .pointer
            .rsplit_once('/')
            .map_or("", |(parent, _)| parent);
        let mut all = list(operation.value, operation.pointer.clone());
        for (pointer, parameter) in list(operation.item, parent.to_owned()) {
            if !all
                .iter()
                .any(|(_, own)| identity(own) == identity(parameter))
            {
                all.push((pointer, parameter));
            }
        }
        all
    }
}

/// By which two parameters are the same one.
pub(super) fn identity(parameter: &Map<String, Value>) -> (Option<&str>, Option<&str>) {
    (text(parameter, "in"), text(parameter, "name"))
}

/// A field that is a text.
pub(super) fn text<'a>(object: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    object.get(key).and_then(Value::as_str)
}

fn operations<'a>(tree: &Tree<'a>) -> Vec<Operation<'a>> {
    let mut found = Vec::new();
    for (index, node) in tree.of_kind(Kind::Operation) {
        let Some(item) = tree.nodes.get(node.parent) else {
            continue;
        };
        let Some(holder) = tree.nodes.get(item.parent) else {
            continue;
        };
        let (Token::Key(method), Token::Key(path)) = (node.token, item.token) else {
            continue;
        };
        let (Value::Object(value), Value::Object(item)) = (node.value, item.value) else {
            continue;
        };
        if holder.kind == Kind::Paths && METHODS.contains(&method) {
            found.push(Operation {
                pointer: tree.pointer(index),
                path,
                method,
                value,
                item,
            });
        }
    }
    found
}
