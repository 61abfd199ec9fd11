//! Puts a document together out of what a reader meets in the text, with limits on what it may become.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::load::places::{Places, hash};
use crate::load::{Limits, Place};
use crate::problem::{Problem, Severity};

/// How many duplicate keys are worth reporting before the rest only hides the first.
const REPORTED: usize = 50;

/// Builds a value without recursion, so that the depth of a text costs no stack.
///
/// A reader calls [`Builder::open`], [`Builder::close`], [`Builder::scalar`], [`Builder::key`] and [`Builder::alias`]
/// in the order of the text.
pub(super) struct Builder<'a> {
    file: &'a str,
    limits: Limits,
    places: Places,
    stack: Vec<Frame>,
    anchors: HashMap<usize, Anchor>,
    /// Nodes that came from repeating an anchor rather than from the text.
    copied: usize,
    root: Option<Value>,
    problems: Vec<Problem>,
}

/// A collection that is not closed yet.
struct Frame {
    collection: Collection,
    index: usize,
    anchor: usize,
    /// Levels below this one so far.
    height: usize,
}

enum Collection {
    Array(Vec<Value>),
    /// The entries so far, and the key whose value comes next.
    Object(Map<String, Value>, Option<(String, Place)>),
}

/// What an alias repeats.
struct Anchor {
    value: Value,
    places: Places,
    height: usize,
}

/// Reading cannot go on; what was wrong is among the builder's problems.
pub(super) struct Stopped;

impl<'a> Builder<'a> {
    pub(super) fn new(file: &'a str, limits: Limits) -> Builder<'a> {
        Builder {
            file,
            limits,
            places: Places::default(),
            stack: Vec::new(),
            anchors: HashMap::new(),
            copied: 0,
            root: None,
            problems: Vec::new(),
        }
    }

    /// The finished document, or all that is wrong with it.
    pub(super) fn finish(self) -> Result<(Value, Places), Vec<Problem>> {
        match self.root {
            Some(value) if self.problems.is_empty() => Ok((value, self.places)),
            _ => Err(self.problems),
        }
    }

    /// Whether the innermost open collection is an object that waits for a key.
    pub(super) fn wants_key(&self) -> bool {
        matches!(
            self.stack.last(),
            Some(Frame {
                collection: Collection::Object(_, None),
                ..
            })
        )
    }

    /// Begins an array or an object. `anchor` is 0 where nothing can repeat it.
    pub(super) fn open(
        &mut self,
        object: bool,
        anchor: usize,
        place: Place,
    ) -> Result<(), Stopped> {
        if self.stack.len() >= self.limits.depth {
            return Err(self.too_deep(place));
        }
        let index = self.add_node(place)?;
        let collection = match object {
            true => Collection::Object(Map::new(), None),
            false => Collection::Array(Vec::new()),
        };
        self.stack.push(Frame {
            collection,
            index,
            anchor,
            height: 0,
        });
        Ok(())
    }

    /// Ends the innermost array or object.
    pub(super) fn close(&mut self) -> Result<(), Stopped> {
        let Some(frame) = self.stack.pop() else {
            return Ok(());
        };
        let value = match frame.collection {
            Collection::Array(items) => Value::Array(items),
            Collection::Object(entries, _) => Value::Object(entries),
        };
        self.places.close(frame.index);
        self.remember(frame.anchor, &value, frame.index, frame.height)?;
        self.put(value, frame.height);
        Ok(())
    }

    /// Adds a value that is neither an array nor an object.
    pub(super) fn scalar(
        &mut self,
        value: Value,
        anchor: usize,
        place: Place,
    ) -> Result<(), Stopped> {
        let index = self.add_node(place)?;
        self.places.close(index);
        self.remember(anchor, &value, index, 0)?;
        self.put(value, 0);
        Ok(())
    }

    /// Adds the key of the entry whose value comes next.
    pub(super) fn key(&mut self, key: String, place: Place) {
        let Some(Frame {
            collection: Collection::Object(entries, _),
            index,
            ..
        }) = self.stack.last()
        else {
            return;
        };
        let (index, is_twice) = (*index, entries.contains_key(&key));
        if is_twice && self.problems.len() < REPORTED {
            // The first of the two is the node that has the key's hash below this object.
            let found = match self.places.find_child(index, hash(&key)) {
                Some(first) => {
                    let line = first.line;
                    format!("the key `{key}` stands twice in one object, first on line {line}")
                }
                None => format!("the key `{key}` stands twice in one object"),
            };
            let help = "remove one of the two entries, or merge them";
            self.report("duplicate-key", place, found, "every key once", help);
        }
        self.expect_value(key, place);
    }

    fn expect_value(&mut self, key: String, place: Place) {
        if let Some(Frame {
            collection: Collection::Object(_, next),
            ..
        }) = self.stack.last_mut()
        {
            *next = Some((key, place));
        }
    }

    /// Repeats what an anchor marked.
    pub(super) fn alias(&mut self, anchor: usize, place: Place) -> Result<(), Stopped> {
        let Some(marked) = self.anchors.remove(&anchor) else {
            self.report(
                "recursive-alias",
                place,
                "the alias repeats a node that it stands in itself".to_owned(),
                "an alias of a node that is complete before it",
                "write the content out, or use `$ref`",
            );
            return Err(Stopped);
        };
        let nodes = marked.places.len();
        if self.stack.len() + marked.height > self.limits.depth {
            return Err(self.too_deep(place));
        }
        self.count_copies(nodes, place)?;
        let (token, at) = self.token(place);
        self.places.paste(&marked.places, token, at);
        self.put(marked.value.clone(), marked.height);
        self.anchors.insert(anchor, marked);
        Ok(())
    }

    /// Reports an error at a place of the text.
    pub(super) fn report(
        &mut self,
        rule: &'static str,
        place: Place,
        found: String,
        expected: &str,
        help: &str,
    ) {
        let problem = Problem::of_file(Severity::Error, rule, self.file, found, expected, help);
        self.problems.push(problem.at(place.line, place.column));
    }

    /// Keeps a value that has an anchor, for the aliases that may follow.
    fn remember(
        &mut self,
        anchor: usize,
        value: &Value,
        index: usize,
        height: usize,
    ) -> Result<(), Stopped> {
        if anchor > 0 {
            let places = self.places.copy(index);
            let place = places.find("").unwrap_or(Place { line: 1, column: 1 });
            self.count_copies(places.len(), place)?;
            self.anchors.insert(
                anchor,
                Anchor {
                    value: value.clone(),
                    places,
                    height,
                },
            );
        }
        Ok(())
    }

    /// Puts a finished value where it belongs.
    fn put(&mut self, value: Value, height: usize) {
        let Some(frame) = self.stack.last_mut() else {
            self.root = Some(value);
            return;
        };
        frame.height = frame.height.max(height + 1);
        match &mut frame.collection {
            Collection::Array(items) => items.push(value),
            Collection::Object(entries, key) => {
                if let Some((key, _)) = key.take() {
                    entries.insert(key, value);
                }
            }
        }
    }

    fn add_node(&mut self, place: Place) -> Result<usize, Stopped> {
        if self.places.len() >= self.limits.nodes {
            return Err(self.too_large(place));
        }
        let (token, at) = self.token(place);
        Ok(self.places.open(token, at))
    }

    /// The hash by which the parent holds the next node, and where to say that it stands: for an entry of an object,
    /// that is the key.
    fn token(&self, place: Place) -> (u32, Place) {
        match self.stack.last().map(|frame| &frame.collection) {
            None => (0, place),
            Some(Collection::Array(items)) => (hash(&items.len().to_string()), place),
            Some(Collection::Object(_, Some((key, at)))) => (hash(key), *at),
            Some(Collection::Object(_, None)) => (0, place),
        }
    }

    fn count_copies(&mut self, nodes: usize, place: Place) -> Result<(), Stopped> {
        self.copied = self.copied.saturating_add(nodes);
        if self.copied > self.limits.copies || self.places.len() + nodes > self.limits.nodes {
            return Err(self.too_large(place));
        }
        Ok(())
    }

    fn too_deep(&mut self, place: Place) -> Stopped {
        let depth = self.limits.depth;
        self.report(
            "too-deep",
            place,
            format!("arrays and objects are nested more than {depth} levels deep"),
            &format!("at most {depth} levels"),
            "no API description needs this; look for a generator that went wrong, or move parts into components",
        );
        Stopped
    }

    fn too_large(&mut self, place: Place) -> Stopped {
        let Limits { nodes, copies, .. } = self.limits;
        self.report(
            "too-many-nodes",
            place,
            "the document has too many nodes, counting what anchors and aliases repeat".to_owned(),
            &format!("at most {nodes} nodes, of which anchors and aliases may make {copies}"),
            "use `$ref` in place of aliases, or split the document",
        );
        Stopped
    }
}
