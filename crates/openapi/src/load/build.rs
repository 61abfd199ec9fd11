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
    /// What came from repeating an anchor rather than from the text.
    copied: Size,
    /// What there is, in estimated bytes of memory.
    bytes: usize,
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
    /// Bytes of text in it so far.
    text: usize,
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
    text: usize,
}

/// How much there is of something.
#[derive(Clone, Copy, Default)]
struct Size {
    nodes: usize,
    /// Bytes in strings and keys.
    text: usize,
}

/// What a node takes in memory beside its text: the value, its place, what the allocator adds. A collection begins with
/// room for four entries, and an object has an index of its keys.
const SCALAR: usize = 64;
const ARRAY: usize = 256;
const OBJECT: usize = 640;
/// What an entry of an object takes beside its key and its value.
const ENTRY: usize = 96;

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
            copied: Size::default(),
            bytes: 0,
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

    /// Whether reading stopped because the document is too deep or too large.
    pub(super) fn hit_a_limit(&self) -> bool {
        let limits = ["too-deep", "too-many-nodes", "too-many-bytes"];
        let mut rules = self.problems.iter().map(|problem| problem.rule);
        rules.any(|rule| limits.contains(&rule))
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
        self.count_bytes(if object { OBJECT } else { ARRAY }, place)?;
        let collection = match object {
            true => Collection::Object(Map::new(), None),
            false => Collection::Array(Vec::new()),
        };
        self.stack.push(Frame {
            collection,
            index,
            anchor,
            height: 0,
            text: 0,
        });
        Ok(())
    }

    /// Ends the innermost array or object.
    pub(super) fn close(&mut self) -> Result<(), Stopped> {
        let Some(frame) = self.stack.pop() else {
            return Ok(());
        };
        let value = match frame.collection {
            Collection::Array(mut items) => {
                items.shrink_to_fit();
                Value::Array(items)
            }
            // A map that grew has room for several more entries, and a description has mostly small ones.
            Collection::Object(entries, _) => Value::Object(entries.into_iter().collect()),
        };
        self.places.close(frame.index);
        self.remember(frame.anchor, &value, frame.index, frame.height, frame.text)?;
        self.put(value, frame.height, frame.text);
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
        let text = value.as_str().map_or(0, str::len);
        self.count_bytes(SCALAR + text, place)?;
        self.places.close(index);
        self.remember(anchor, &value, index, 0, text)?;
        self.put(value, 0, text);
        Ok(())
    }

    /// Adds the key of the entry whose value comes next.
    pub(super) fn key(&mut self, key: String, place: Place) -> Result<(), Stopped> {
        self.count_bytes(ENTRY + key.len(), place)?;
        let Some(Frame {
            collection: Collection::Object(entries, _),
            index,
            ..
        }) = self.stack.last()
        else {
            return Ok(());
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
        Ok(())
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
        let size = Size {
            nodes: marked.places.len(),
            text: marked.text,
        };
        if self.stack.len() + marked.height > self.limits.depth {
            return Err(self.too_deep(place));
        }
        self.count_copies(size, place)?;
        let (token, at) = self.token(place);
        self.places.paste(&marked.places, token, at);
        self.put(marked.value.clone(), marked.height, marked.text);
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
        text: usize,
    ) -> Result<(), Stopped> {
        if anchor > 0 {
            let place = self.places.at(index);
            let nodes = self.places.len() - index;
            self.count_copies(Size { nodes, text }, place)?;
            self.anchors.insert(
                anchor,
                Anchor {
                    value: value.clone(),
                    places: self.places.copy(index),
                    height,
                    text,
                },
            );
        }
        Ok(())
    }

    /// Puts a finished value where it belongs.
    fn put(&mut self, value: Value, height: usize, text: usize) {
        let Some(frame) = self.stack.last_mut() else {
            self.root = Some(value);
            return;
        };
        frame.height = frame.height.max(height + 1);
        frame.text = frame.text.saturating_add(text);
        match &mut frame.collection {
            Collection::Array(items) => items.push(value),
            Collection::Object(entries, key) => {
                if let Some((key, _)) = key.take() {
                    frame.text = frame.text.saturating_add(key.len());
                    entries.insert(key, value);
                }
            }
        }
    }

    fn add_node(&mut self, place: Place) -> Result<usize, Stopped> {
        if self.places.len() >= self.limits.nodes {
            return Err(self.too_many_nodes(place));
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

    /// Counts what an anchor keeps, or an alias repeats.
    fn count_copies(&mut self, size: Size, place: Place) -> Result<(), Stopped> {
        self.copied.nodes = self.copied.nodes.saturating_add(size.nodes);
        self.copied.text = self.copied.text.saturating_add(size.text);
        let whole = self.places.len().saturating_add(size.nodes);
        if self.copied.nodes > self.limits.copies || whole > self.limits.nodes {
            return Err(self.too_many_nodes(place));
        }
        if self.copied.text > self.limits.copied_bytes {
            let most = self.limits.copied_bytes >> 20;
            let found = format!("anchors and aliases repeat more than {most} MiB of text");
            let expected = format!("at most {most} MiB of repeated text");
            return Err(self.too_many_bytes(place, found, &expected));
        }
        Ok(())
    }

    /// Counts what is about to be kept in memory.
    fn count_bytes(&mut self, bytes: usize, place: Place) -> Result<(), Stopped> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > self.limits.bytes {
            let most = self.limits.bytes >> 20;
            let found = format!("the document takes more than {most} MiB of memory");
            let expected = format!("a document that takes at most {most} MiB when it is read");
            return Err(self.too_many_bytes(place, found, &expected));
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

    fn too_many_nodes(&mut self, place: Place) -> Stopped {
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

    fn too_many_bytes(&mut self, place: Place, found: String, expected: &str) -> Stopped {
        let help = "use `$ref` in place of aliases, or split the document";
        self.report("too-many-bytes", place, found, expected, help);
        Stopped
    }
}
