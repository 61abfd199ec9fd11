//! Rows by id, in the order in which they were made.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// Rows by id. Walking goes in the order of insertion and can start anywhere, which is what a cursor needs: a row keeps its
/// position for life, and positions are not given out again.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(
    from = "Saved<T>",
    into = "Saved<T>",
    bound = "T: Clone + Serialize + DeserializeOwned"
)]
pub struct Table<T> {
    rows: BTreeMap<u64, (Box<str>, T)>,
    positions: HashMap<Box<str>, u64>,
    next: u64,
}

#[derive(Serialize, Deserialize)]
struct Saved<T> {
    next: u64,
    rows: Vec<(u64, Box<str>, T)>,
}

impl<T> From<Saved<T>> for Table<T> {
    fn from(saved: Saved<T>) -> Self {
        let mut table = Self::default();
        for (position, id, row) in saved.rows {
            table.next = table.next.max(position + 1);
            table.positions.insert(id.clone(), position);
            table.rows.insert(position, (id, row));
        }
        table.next = table.next.max(saved.next);
        table
    }
}

impl<T> From<Table<T>> for Saved<T> {
    fn from(table: Table<T>) -> Self {
        let rows = table.rows.into_iter();
        Self {
            next: table.next,
            rows: rows
                .map(|(position, (id, row))| (position, id, row))
                .collect(),
        }
    }
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            rows: BTreeMap::new(),
            positions: HashMap::new(),
            next: 0,
        }
    }
}

impl<T> Table<T> {
    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether a row has this id.
    #[must_use]
    pub fn contains(&self, id: &str) -> bool {
        self.positions.contains_key(id)
    }

    /// The row of this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&T> {
        let position = self.positions.get(id)?;
        self.rows.get(position).map(|(_, row)| row)
    }

    /// The row of this id.
    pub fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        let position = self.positions.get(id)?;
        self.rows.get_mut(position).map(|(_, row)| row)
    }

    /// The position of the row of this id. Relations between rows hold positions, which are smaller than ids.
    #[must_use]
    pub fn position(&self, id: &str) -> Option<u64> {
        self.positions.get(id).copied()
    }

    /// Id and row at a position.
    #[must_use]
    pub fn at(&self, position: u64) -> Option<(&str, &T)> {
        let (id, row) = self.rows.get(&position)?;
        Some((id, row))
    }

    /// The row at a position.
    pub fn at_mut(&mut self, position: u64) -> Option<&mut T> {
        self.rows.get_mut(&position).map(|(_, row)| row)
    }

    /// Adds a row at the end. When the id is there, its row is replaced where it is, and the former one returned.
    pub fn insert(&mut self, id: impl Into<Box<str>>, row: T) -> Option<T> {
        let id = id.into();
        if let Some(former) = self.get_mut(&id) {
            return Some(std::mem::replace(former, row));
        }
        self.positions.insert(id.clone(), self.next);
        self.rows.insert(self.next, (id, row));
        self.next += 1;
        None
    }

    /// Takes a row out.
    pub fn remove(&mut self, id: &str) -> Option<T> {
        let position = self.positions.remove(id)?;
        self.rows.remove(&position).map(|(_, row)| row)
    }

    /// Takes all rows out for which `keep` is false.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &mut T) -> bool) {
        let positions = &mut self.positions;
        self.rows.retain(|_, (id, row)| {
            let kept = keep(id, row);
            if !kept {
                positions.remove(id);
            }
            kept
        });
    }

    /// Ids and rows, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &T)> {
        self.rows.values().map(|(id, row)| (&**id, row))
    }

    /// The rows, oldest first.
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.rows.values().map(|(_, row)| row)
    }

    /// The rows, oldest first.
    pub fn rows_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut T> {
        self.rows.values_mut().map(|(_, row)| row)
    }

    /// Position, id and row from a position on; 0 is the beginning. A cursor is the position behind the last row given.
    pub fn from(&self, position: u64) -> impl Iterator<Item = (u64, &str, &T)> {
        let rows = self.rows.range(position..);
        rows.map(|(position, (id, row))| (*position, &**id, row))
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn rows_keep_their_order_and_their_positions() {
        let mut table = Table::default();
        for (id, row) in [("a", 1), ("b", 2), ("c", 3)] {
            assert_eq!(table.insert(id, row), None);
        }
        assert_eq!(table.remove("b"), Some(2));
        assert_eq!(table.insert("a", 9), Some(1));
        assert_eq!(table.insert("b", 4), None);
        assert_eq!((table.position("b"), table.at(1)), (Some(3), None));
        assert_eq!(table.at(3), Some(("b", &4)));
        let all: Vec<_> = table.from(0).collect();
        assert_eq!(all, [(0, "a", &9), (2, "c", &3), (3, "b", &4)]);
        let text = serde_json::to_string(&table).expect("it is plain data");
        let read: Table<i32> = serde_json::from_str(&text).expect("it was written so");
        assert_eq!(
            read.from(2).collect::<Vec<_>>(),
            [(2, "c", &3), (3, "b", &4)]
        );
    }
}
