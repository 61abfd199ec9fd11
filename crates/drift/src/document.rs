//! A document as the comparison reads it: values with the way to them, and references that are followed once.

use std::cell::RefCell;
use std::collections::HashMap;

use serde_json::Value;

use rolecall_openapi::json::{self, Object};
use rolecall_openapi::load::Document;

use super::finding::{Source, Spot};

/// The way from the root to a value: an index into the document's list of ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct At(u32);

/// A value and the way to it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node<'a> {
    pub value: &'a Value,
    pub at: At,
}

impl<'a> Node<'a> {
    /// What tells this value from every other one of the document: where it lies in memory.
    pub fn id(self) -> usize {
        std::ptr::from_ref(self.value) as usize
    }

    pub fn object(self) -> Option<&'a Object> {
        self.value.as_object()
    }

    pub fn text(self, key: &str) -> Option<&'a str> {
        self.value.get(key)?.as_str()
    }

    pub fn flag(self, key: &str) -> bool {
        self.value.get(key).and_then(Value::as_bool) == Some(true)
    }
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Root,
    Key(At, &'a str),
    Index(At, usize),
}

/// How many references in a row are followed before they count as leading nowhere.
const LONGEST_CHAIN: usize = 64;

/// One of the two documents.
pub(super) struct Doc<'a> {
    pub document: &'a Document,
    steps: RefCell<Vec<Step<'a>>>,
    targets: RefCell<HashMap<&'a str, Option<Node<'a>>>>,
}

impl<'a> Doc<'a> {
    pub fn new(document: &'a Document) -> Self {
        Self {
            document,
            steps: RefCell::new(vec![Step::Root]),
            targets: RefCell::default(),
        }
    }

    pub fn is_v31(&self) -> bool {
        self.document.version.has_json_schema()
    }

    pub fn root(&self) -> Node<'a> {
        Node {
            value: &self.document.value,
            at: At(0),
        }
    }

    fn step(&self, step: Step<'a>) -> At {
        let mut steps = self.steps.borrow_mut();
        steps.push(step);
        // A document has at most 20 million nodes, and each is visited a few times.
        At(u32::try_from(steps.len() - 1).unwrap_or(0))
    }

    /// The member of an object.
    pub fn get(&self, node: Node<'a>, key: &str) -> Option<Node<'a>> {
        let (key, value) = node.value.as_object()?.get_key_value(key)?;
        Some(Node {
            value,
            at: self.step(Step::Key(node.at, key)),
        })
    }

    /// The members of an object, in the order of the document.
    pub fn members(&self, node: Node<'a>) -> Vec<(&'a str, Node<'a>)> {
        let object = node.value.as_object().into_iter().flatten();
        object
            .map(|(key, value)| {
                let at = self.step(Step::Key(node.at, key));
                (key.as_str(), Node { value, at })
            })
            .collect()
    }

    /// The members of the object under a key.
    pub fn members_of(&self, node: Node<'a>, key: &str) -> Vec<(&'a str, Node<'a>)> {
        let holder = self.get(node, key);
        holder.map_or_else(Vec::new, |holder| self.members(holder))
    }

    /// The items of an array.
    pub fn items(&self, node: Node<'a>) -> Vec<Node<'a>> {
        let items = node.value.as_array().into_iter().flatten();
        items
            .enumerate()
            .map(|(index, value)| Node {
                value,
                at: self.step(Step::Index(node.at, index)),
            })
            .collect()
    }

    /// The items of the array under a key.
    pub fn items_of(&self, node: Node<'a>, key: &str) -> Vec<Node<'a>> {
        let holder = self.get(node, key);
        holder.map_or_else(Vec::new, |holder| self.items(holder))
    }

    /// What a value is once its references are followed. `None` when they lead nowhere.
    pub fn resolve(&self, node: Node<'a>) -> Option<Node<'a>> {
        let mut node = node;
        for _ in 0..LONGEST_CHAIN {
            let Some(reference) = node.text("$ref") else {
                return Some(node);
            };
            node = self.target(reference)?;
        }
        None
    }

    /// What a reference points at, references there not followed.
    pub fn target(&self, reference: &'a str) -> Option<Node<'a>> {
        if let Some(known) = self.targets.borrow().get(reference) {
            return *known;
        }
        let found = self.find(reference);
        self.targets.borrow_mut().insert(reference, found);
        found
    }

    fn find(&self, reference: &str) -> Option<Node<'a>> {
        let pointer = reference.strip_prefix('#')?;
        let pointer = percent_encoding::percent_decode_str(pointer)
            .decode_utf8()
            .ok()?;
        let mut node = self.root();
        for part in pointer.split('/').skip(1) {
            let key = rolecall_openapi::load::unescape(part);
            node = match node.value {
                Value::Array(items) => {
                    let index = key.parse().ok()?;
                    Node {
                        value: items.get(index)?,
                        at: self.step(Step::Index(node.at, index)),
                    }
                }
                _ => self.get(node, &key)?,
            };
        }
        Some(node)
    }

    /// The way to a value as a JSON Pointer.
    pub fn pointer(&self, at: At) -> String {
        let steps = self.steps.borrow();
        let mut parts = Vec::new();
        let mut at = at;
        loop {
            match steps.get(at.0 as usize) {
                Some(Step::Key(parent, key)) => {
                    parts.push(json::escape(key));
                    at = *parent;
                }
                Some(Step::Index(parent, index)) => {
                    parts.push(index.to_string());
                    at = *parent;
                }
                Some(Step::Root) | None => break,
            }
        }
        parts.iter().rev().fold(String::new(), |mut pointer, part| {
            pointer.push('/');
            pointer.push_str(part);
            pointer
        })
    }

    /// The place in the text.
    pub fn spot(&self, at: At) -> Spot {
        let pointer = self.pointer(at);
        let place = self.document.place(&pointer);
        Spot {
            file: self.document.file.clone(),
            line: place.map_or(1, |place| place.line),
            column: place.map_or(1, |place| place.column),
            pointer,
        }
    }

    /// What reports say of the document as a whole.
    pub fn source(&self) -> Source {
        let info = |key: &str| {
            let text = self.document.value.get("info")?.get(key)?.as_str()?;
            Some(text.to_owned())
        };
        let openapi = self.document.value.get("openapi").and_then(Value::as_str);
        Source {
            file: self.document.file.clone(),
            title: info("title"),
            version: info("version"),
            openapi: openapi.unwrap_or_default().to_owned(),
        }
    }
}
