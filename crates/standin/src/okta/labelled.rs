//! Rows that can be named by id or by label.

use crate::Table;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Rows that can be named by id or by a label that no other row has.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "T: Clone + Serialize + DeserializeOwned")]
pub(super) struct Labelled<T> {
    rows: Table<T>,
    ids: HashMap<Box<str>, Box<str>>,
}

impl<T> Default for Labelled<T> {
    fn default() -> Self {
        Self {
            rows: Table::default(),
            ids: HashMap::new(),
        }
    }
}

impl<T> Labelled<T> {
    /// The id of what is named by its id or its label.
    pub(super) fn id<'a>(&'a self, id_or_label: &'a str) -> Option<&'a str> {
        if self.rows.contains(id_or_label) {
            return Some(id_or_label);
        }
        self.ids.get(id_or_label).map(|id| &**id)
    }

    pub(super) fn get(&self, id: &str) -> Option<&T> {
        self.rows.get(id)
    }

    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        self.rows.get_mut(id)
    }

    pub(super) fn rows(&self) -> &Table<T> {
        &self.rows
    }

    /// Whether another row than that of this id has the label.
    pub(super) fn taken(&self, label: &str, but: &str) -> bool {
        self.ids.get(label).is_some_and(|id| &**id != but)
    }

    pub(super) fn insert(&mut self, id: &str, label: &str, row: T) {
        self.ids.insert(label.into(), id.into());
        self.rows.insert(id, row);
    }

    pub(super) fn relabel(&mut self, id: &str, former: &str, label: &str) {
        self.ids.remove(former);
        self.ids.insert(label.into(), id.into());
    }

    pub(super) fn remove(&mut self, id: &str, label: &str) {
        self.ids.remove(label);
        self.rows.remove(id);
    }
}
