//! Where in the text each node of a document stands.

use std::collections::HashMap;

use crate::load::Place;

/// The places of all nodes in document order: 16 bytes a node.
///
/// A node knows where its subtree ends, so that a lookup steps over the siblings before the one it wants. That makes
/// a lookup slower than in a map from pointers, and building a hundred times cheaper; lookups happen only when there
/// is something to report. It does not look at the document's value, which may have been changed since.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    nodes: Vec<Node>,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    /// From 1; 0 when unknown.
    line: u32,
    column: u32,
    /// The index after the last node of the subtree; 0 while it is being built.
    end: u32,
    /// Hash of the key or of the index by which the parent holds it. Two keys of one object with the same hash would
    /// cost nothing worse than a message that names the wrong line.
    token: u32,
}

impl Places {
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Adds a node; its children must follow, then [`Places::close`].
    pub(super) fn open(&mut self, token: u32, place: Place) -> usize {
        self.nodes.push(Node {
            line: narrow(place.line),
            column: narrow(place.column),
            end: 0,
            token,
        });
        self.nodes.len() - 1
    }

    /// Ends the subtree of a node.
    pub(super) fn close(&mut self, index: usize) {
        let end = narrow(self.nodes.len());
        if let Some(node) = self.nodes.get_mut(index) {
            node.end = end;
        }
    }

    /// The subtree of a node, to be put in again elsewhere with [`Places::paste`].
    pub(super) fn copy(&self, index: usize) -> Places {
        let nodes = self.nodes.get(index..).unwrap_or_default();
        let end = nodes
            .first()
            .map_or(0, |node| node.end as usize)
            .saturating_sub(index);
        let offset = narrow(index);
        let shifted = nodes.iter().take(end).map(|node| Node {
            end: node.end - offset,
            ..*node
        });
        Places {
            nodes: shifted.collect(),
        }
    }

    /// Adds a copied subtree whose root gets its own token and place.
    pub(super) fn paste(&mut self, subtree: &Places, token: u32, place: Place) {
        let offset = narrow(self.nodes.len());
        self.nodes.extend(subtree.nodes.iter().map(|node| Node {
            end: node.end + offset,
            ..*node
        }));
        if let Some(root) = self.nodes.get_mut(offset as usize) {
            root.token = token;
            root.line = narrow(place.line);
            root.column = narrow(place.column);
        }
    }

    /// The place of the node that a JSON Pointer names, or of its nearest ancestor that is there.
    pub(super) fn find(&self, pointer: &str) -> Option<Place> {
        let mut found = *self.nodes.first()?;
        let mut index = 0;
        for part in pointer.split('/').skip(1) {
            let token = hash(&part.replace("~1", "/").replace("~0", "~"));
            match self.child(index, token) {
                Some((child, node)) => (index, found) = (child, node),
                None => break,
            }
        }
        found.place()
    }

    /// The place of a node.
    pub(super) fn at(&self, index: usize) -> Place {
        let node = self.nodes.get(index).copied();
        let place = node.and_then(Node::place);
        place.unwrap_or(Place { line: 1, column: 1 })
    }

    /// The place of a child of a node, by the hash of its key.
    pub(super) fn find_child(&self, index: usize, token: u32) -> Option<Place> {
        self.child(index, token)?.1.place()
    }

    fn child(&self, index: usize, token: u32) -> Option<(usize, Node)> {
        self.children(index).find(|(_, node)| node.token == token)
    }

    fn children(&self, index: usize) -> impl Iterator<Item = (usize, Node)> + '_ {
        // A node that is still being built reaches to the last node so far.
        let end = match self.nodes.get(index).map(|node| node.end as usize) {
            Some(0) => self.nodes.len(),
            end => end.unwrap_or(0),
        };
        let mut child = index + 1;
        std::iter::from_fn(move || {
            let node = *self.nodes.get(child).filter(|_| child < end)?;
            let found = (child, node);
            // A node always ends after itself; `max` only makes that plain.
            child = (node.end as usize).max(child + 1);
            Some(found)
        })
    }
}

/// Finds the places of many nodes. The children of a node that has many are looked through once.
pub struct Finder<'a> {
    places: &'a Places,
    /// For nodes with many children: the index of each child, by the hash of its key.
    wide: HashMap<usize, HashMap<u32, usize>>,
}

/// A node with more children than this has many.
const MANY: usize = 32;

impl<'a> Finder<'a> {
    pub(super) fn new(places: &'a Places) -> Self {
        let wide = HashMap::new();
        Self { places, wide }
    }

    /// The place of the node that a JSON Pointer names, or of its nearest ancestor that is there.
    pub fn place(&mut self, pointer: &str) -> Option<Place> {
        let mut index = 0;
        for part in pointer.split('/').skip(1) {
            let token = hash(&part.replace("~1", "/").replace("~0", "~"));
            match self.child(index, token) {
                Some(child) => index = child,
                None => break,
            }
        }
        self.places.nodes.get(index)?.place()
    }

    fn child(&mut self, index: usize, token: u32) -> Option<usize> {
        if let Some(children) = self.wide.get(&index) {
            return children.get(&token).copied();
        }
        let mut children = self.places.children(index);
        for (child, node) in children.by_ref().take(MANY) {
            if node.token == token {
                return Some(child);
            }
        }
        children.next()?;
        let mut all = HashMap::new();
        for (child, node) in self.places.children(index) {
            all.entry(node.token).or_insert(child);
        }
        let found = all.get(&token).copied();
        self.wide.insert(index, all);
        found
    }
}

impl Node {
    fn place(self) -> Option<Place> {
        (self.line > 0).then_some(Place {
            line: self.line as usize,
            column: self.column as usize,
        })
    }
}

/// FNV-1a: short, and quick on short keys.
pub(super) fn hash(token: &str) -> u32 {
    token.bytes().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

/// The size limit of a document keeps lines, columns and counts far below `u32::MAX`.
fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
