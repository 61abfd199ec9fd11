//! Limits both documents to the same operations, so that findings are only about what a client uses.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use rolecall_codegen::slice::{self, Slice};
use rolecall_openapi::json;
use rolecall_openapi::load::Document;
use rolecall_openapi::problem::{Problem, Problems, Severity};

use super::operations::route;

/// Operations, by what tells which of one document is which of the other.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Method and path, with the `operationId`.
    operations: BTreeMap<(String, String), Option<String>>,
}

impl Selection {
    /// The operations of a document that a slice keeps.
    #[must_use]
    pub fn of(document: &Value, slice: &Slice) -> Self {
        let mut selection = Self::default();
        selection.add(document, slice);
        selection
    }

    /// Adds the operations of a document that a slice keeps.
    pub fn add(&mut self, document: &Value, slice: &Slice) {
        for (path, method, operation) in json::operations(document) {
            if slice.is_whole() || slice.keeps(path, operation) {
                let id = id(operation).map(str::to_owned);
                self.operations.insert(key(method, path), id);
            }
        }
    }

    /// Tells of the operations of a document, by path, method and operation, whether they are among these. One is found
    /// by method and path, and where nothing stands there any more, by its `operationId`: it has moved.
    pub fn finder(&self, document: &Value) -> impl Fn(&str, &str, &Value) -> bool + use<'_> {
        let present: BTreeSet<(String, String)> = json::operations(document)
            .map(|(path, method, _)| key(method, path))
            .collect();
        let gone = self
            .operations
            .iter()
            .filter(|(key, _)| !present.contains(key));
        let moved: BTreeSet<&str> = gone.filter_map(|(_, id)| id.as_deref()).collect();
        move |path, method, operation| {
            self.operations.contains_key(&key(method, path))
                || id(operation).is_some_and(|id| moved.contains(id))
        }
    }

    /// Removes every other operation, and what only they reach.
    pub fn apply(&self, document: &mut Value) {
        let found = self.finder(document);
        slice::retain(document, found);
    }
}

/// Limits both documents to the operations that the slice names in either of them: one that changes its tag is in both,
/// or in none.
pub fn limit(old: &mut Document, new: &mut Document, slice: &Slice) -> Result<(), Problems> {
    if slice.is_whole() {
        return Ok(());
    }
    let absent: BTreeSet<String> = slice.missing(&old.value).into_iter().collect();
    let missing = slice.missing(&new.value);
    if let Some(missing) = missing.into_iter().find(|name| absent.contains(name)) {
        return Err(Problem::of_file(
            Severity::Error,
            "empty-slice",
            &new.file,
            format!("there is no {missing} in either document"),
            "tags, paths and operationIds of one of the documents",
            "correct the name; `*` stands for any text in tags and paths",
        )
        .into());
    }
    let mut selection = Selection::of(&old.value, slice);
    selection.add(&new.value, slice);
    selection.apply(&mut old.value);
    selection.apply(&mut new.value);
    Ok(())
}

fn key(method: &str, path: &str) -> (String, String) {
    (method.to_owned(), route(path))
}

fn id(operation: &Value) -> Option<&str> {
    operation.get("operationId").and_then(Value::as_str)
}
