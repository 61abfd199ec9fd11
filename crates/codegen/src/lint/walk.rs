//! Walks a document once by the grammar of OpenAPI: collects the nodes, and reports what does not fit the grammar.

use std::collections::HashMap;

use rolecall_openapi::words::{kind_of, nearest, show};
use serde_json::{Map, Value};

use crate::lint::shape::{Field, Kind, Shape, Since};
use rolecall_openapi::load::{Document, SpecVersion, escape};

/// By which a node's parent holds it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Token<'a> {
    Key(&'a str),
    Index(usize),
}

/// A node that OpenAPI has a name for.
#[derive(Debug)]
pub(super) struct Node<'a> {
    pub(super) kind: Kind,
    pub(super) value: &'a Value,
    /// The index of the parent; the root is its own.
    pub(super) parent: usize,
    pub(super) token: Token<'a>,
}

/// What does not fit the grammar; reported by [`super::structure`].
pub(super) struct Misfit {
    pub(super) rule: &'static str,
    pub(super) pointer: String,
    pub(super) found: String,
    pub(super) expected: String,
    pub(super) help: &'static str,
}

/// All nodes of a document, parents before children.
pub(super) struct Tree<'a> {
    pub(super) nodes: Vec<Node<'a>>,
    pub(super) misfits: Vec<Misfit>,
    version: SpecVersion,
    by_address: HashMap<*const Value, usize>,
}

impl<'a> Tree<'a> {
    pub(super) fn of(document: &'a Document) -> Tree<'a> {
        let mut tree = Tree {
            nodes: Vec::new(),
            misfits: Vec::new(),
            version: document.version,
            by_address: HashMap::new(),
        };
        tree.walk(Kind::Root, &document.value, 0, Token::Key(""));
        tree
    }

    /// The nodes of a kind, with their indices.
    pub(super) fn of_kind(&self, kind: Kind) -> impl Iterator<Item = (usize, &Node<'a>)> {
        self.nodes
            .iter()
            .enumerate()
            .filter(move |(_, node)| node.kind == kind)
    }

    /// The node that a value of the document is.
    pub(super) fn index_of(&self, value: &Value) -> Option<usize> {
        self.by_address.get(&std::ptr::from_ref(value)).copied()
    }

    /// The JSON Pointer to a node.
    pub(super) fn pointer(&self, mut index: usize) -> String {
        let mut tokens = Vec::new();
        while index != 0 {
            let Some(node) = self.nodes.get(index) else {
                break;
            };
            tokens.push(node.token);
            index = node.parent;
        }
        let mut pointer = String::new();
        for token in tokens.into_iter().rev() {
            pointer.push('/');
            match token {
                Token::Key(key) => pointer.push_str(&escape(key)),
                Token::Index(index) => pointer.push_str(&index.to_string()),
            }
        }
        pointer
    }

    /// The nearest ancestor that is not a [`Kind::Group`], and the token of what lies directly below it.
    pub(super) fn owner(&self, index: usize) -> Option<(usize, Token<'a>)> {
        let mut current = index;
        while current != 0 {
            let node = self.nodes.get(current)?;
            let parent = self.nodes.get(node.parent)?;
            if parent.kind != Kind::Group {
                return Some((node.parent, node.token));
            }
            current = node.parent;
        }
        None
    }

    fn add(&mut self, kind: Kind, value: &'a Value, parent: usize, token: Token<'a>) -> usize {
        let index = self.nodes.len();
        self.by_address.insert(std::ptr::from_ref(value), index);
        self.nodes.push(Node {
            kind,
            value,
            parent,
            token,
        });
        index
    }

    /// Recursion is safe here: documents are at most 200 levels deep.
    fn walk(&mut self, kind: Kind, value: &'a Value, parent: usize, token: Token<'a>) {
        let index = self.add(kind, value, parent, token);
        let Value::Object(object) = value else {
            self.wrong(
                index,
                "wrong-type",
                value,
                &format!("an object: {}", kind.name()),
            );
            return;
        };
        let is_reference = kind.may_be_reference() && object.contains_key("$ref");
        // What stands beside a `$ref` is ignored in these places, so it cannot be wrong either.
        let ignores =
            kind != Kind::PathItem && !(kind == Kind::Schema && self.version.has_json_schema());
        if is_reference && ignores {
            return;
        }
        let entries = kind.entries();
        for (key, child) in object {
            if key.starts_with("x-") && kind != Kind::Requirement || is_reference && key == "$ref" {
                continue;
            }
            let token = Token::Key(key);
            if let Some(field) = kind.fields().iter().find(|field| field.name == key) {
                self.check_version(index, field, key);
                self.field(field.shape, child, index, token);
            } else if let Some(shape) = entries {
                self.field(shape, child, index, token);
            } else {
                self.unknown_field(index, kind, key);
            }
        }
        if !is_reference {
            self.require_fields(index, kind, object);
        }
    }

    fn field(&mut self, shape: Shape, value: &'a Value, parent: usize, token: Token<'a>) {
        match (shape, value) {
            (Shape::One(kind), _) => {
                let is_flag_schema = kind == Kind::Schema && self.version.has_json_schema();
                if !(is_flag_schema && value.is_boolean()) {
                    self.walk(kind, value, parent, token);
                }
            }
            (Shape::SchemaOrFlag, Value::Bool(_)) => {
                let is_known = matches!(token, Token::Key("additionalProperties"));
                if !is_known && self.version == SpecVersion::V3_0 {
                    self.wrong_field(parent, token, "wrong-type", value, "an object: a schema");
                }
            }
            (Shape::SchemaOrFlag, _) => self.walk(Kind::Schema, value, parent, token),
            (Shape::List(kind), Value::Array(items)) => {
                let group = self.add(Kind::Group, value, parent, token);
                for (index, item) in items.iter().enumerate() {
                    self.field(Shape::One(kind), item, group, Token::Index(index));
                }
            }
            (Shape::List(kind), _) => {
                let expected = format!("an array, each item {}", kind.name());
                self.wrong_field(parent, token, "wrong-type", value, &expected);
            }
            (Shape::Map(kind), Value::Object(entries)) => {
                let group = self.add(Kind::Group, value, parent, token);
                for (key, entry) in entries {
                    self.field(Shape::One(kind), entry, group, Token::Key(key));
                }
            }
            (Shape::Map(kind), _) => {
                let expected = format!("an object: names, and for each {}", kind.name());
                self.wrong_field(parent, token, "wrong-type", value, &expected);
            }
            (Shape::Texts, Value::Array(items)) => {
                for (index, item) in items
                    .iter()
                    .enumerate()
                    .filter(|(_, item)| !item.is_string())
                {
                    let pointer = format!("{}/{index}", self.field_pointer(parent, token));
                    self.misfit("wrong-value", pointer, item, "a text");
                }
            }
            (Shape::Texts, _) => {
                self.wrong_field(parent, token, "wrong-type", value, "an array of texts")
            }
            (Shape::TextMap, Value::Object(entries)) => {
                for (key, entry) in entries.iter().filter(|(_, entry)| !entry.is_string()) {
                    let pointer = format!("{}/{}", self.field_pointer(parent, token), escape(key));
                    self.misfit("wrong-value", pointer, entry, "a text");
                }
            }
            (Shape::TextMap, _) => {
                self.wrong_field(parent, token, "wrong-type", value, "an object of texts");
            }
            (Shape::Any, _) => {}
            (Shape::Text, _) => self.scalar(value.is_string(), parent, token, value, "a text"),
            (Shape::Flag, _) => {
                self.scalar(value.is_boolean(), parent, token, value, "true or false")
            }
            (Shape::Number, _) => self.scalar(value.is_number(), parent, token, value, "a number"),
            (Shape::Count, _) => {
                self.scalar(
                    value.is_u64(),
                    parent,
                    token,
                    value,
                    "a whole number, 0 or more",
                );
            }
            (Shape::Bound, _) => match self.version {
                SpecVersion::V3_0 => {
                    let expected = "true or false (a number here is OpenAPI 3.1)";
                    self.scalar(value.is_boolean(), parent, token, value, expected);
                }
                SpecVersion::V3_1 | SpecVersion::V3_2 => {
                    let expected = "a number (true or false here is OpenAPI 3.0)";
                    self.scalar(value.is_number(), parent, token, value, expected);
                }
            },
        }
    }

    fn scalar(
        &mut self,
        fits: bool,
        parent: usize,
        token: Token<'a>,
        value: &Value,
        expected: &str,
    ) {
        if !fits {
            self.wrong_field(parent, token, "wrong-value", value, expected);
        }
    }

    fn field_pointer(&self, parent: usize, token: Token<'a>) -> String {
        let pointer = self.pointer(parent);
        match token {
            Token::Key(key) => format!("{pointer}/{}", escape(key)),
            Token::Index(index) => format!("{pointer}/{index}"),
        }
    }

    fn wrong_field(
        &mut self,
        parent: usize,
        token: Token<'a>,
        rule: &'static str,
        value: &Value,
        expected: &str,
    ) {
        let pointer = self.field_pointer(parent, token);
        self.misfit(rule, pointer, value, expected);
    }

    fn wrong(&mut self, index: usize, rule: &'static str, value: &Value, expected: &str) {
        let pointer = self.pointer(index);
        self.misfit(rule, pointer, value, expected);
    }

    fn misfit(&mut self, rule: &'static str, pointer: String, value: &Value, expected: &str) {
        let help = match (value, expected) {
            (Value::Number(_) | Value::Bool(_), "a text") => "put the value in quotes",
            (Value::Null, _) => {
                "write the value, or remove the key: a key with nothing after it is null"
            }
            _ => "correct the value, or its indentation",
        };
        let last = rolecall_openapi::load::unescape(pointer.rsplit('/').next().unwrap_or_default());
        let found = match value {
            Value::Array(_) | Value::Object(_) | Value::Null => {
                format!("`{last}` is {}", kind_of(value))
            }
            _ => format!("`{last}` is {}: {}", kind_of(value), show(value)),
        };
        self.misfits.push(Misfit {
            rule,
            pointer,
            found,
            expected: expected.to_owned(),
            help,
        });
    }

    fn check_version(&mut self, index: usize, field: &Field, key: &str) {
        let (other, help) = match (field.since, self.version) {
            (Since::From32, SpecVersion::V3_0 | SpecVersion::V3_1) => {
                ("3.2", "raise the version of the document")
            }
            (Since::From31, SpecVersion::V3_0) => (
                "3.1",
                "say it the way of OpenAPI 3.0, or raise the version of the document",
            ),
            (Since::Only30, SpecVersion::V3_1 | SpecVersion::V3_2) => {
                ("3.0", "in OpenAPI 3.1, add `\"null\"` to `type`")
            }
            _ => return,
        };
        let pointer = format!("{}/{}", self.pointer(index), escape(key));
        self.misfits.push(Misfit {
            rule: "unknown-field",
            pointer,
            found: format!("`{key}` is only known in OpenAPI {other}"),
            expected: format!("a field of OpenAPI {}", self.version),
            help,
        });
    }

    fn unknown_field(&mut self, index: usize, kind: Kind, key: &str) {
        let names = kind.fields().iter().map(|field| field.name);
        let expected = match nearest(key, names.clone()) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("one of {}", names.collect::<Vec<_>>().join(", ")),
        };
        let pointer = format!("{}/{}", self.pointer(index), escape(key));
        self.misfits.push(Misfit {
            rule: "unknown-field",
            pointer,
            found: format!("`{key}` is not a field of {}", kind.name()),
            expected,
            help: "correct the key, its indentation, or remove it",
        });
    }

    fn require_fields(&mut self, index: usize, kind: Kind, object: &Map<String, Value>) {
        let mut missing: Vec<&str> = kind
            .fields()
            .iter()
            .filter(|field| field.required && !object.contains_key(field.name))
            .map(|field| field.name)
            .collect();
        // From 3.1 on, a document may describe webhooks or components alone, and an operation need not say its answers.
        let alone = ["paths", "webhooks", "components"]
            .iter()
            .any(|key| object.contains_key(*key));
        match (kind, self.version) {
            (Kind::Root, SpecVersion::V3_0) if !object.contains_key("paths") => {
                missing.push("paths")
            }
            (Kind::Root, SpecVersion::V3_1 | SpecVersion::V3_2) if !alone => missing.push("paths"),
            // 3.2 lets a summary do.
            (Kind::Response, SpecVersion::V3_2) => missing.retain(|name| *name != "description"),
            _ => {}
        }
        for name in missing {
            let pointer = self.pointer(index);
            let others = object.keys().map(String::as_str);
            let help = match nearest(name, others.filter(|key| !known(kind, key))) {
                Some(_) => "a key here looks like it: correct its spelling",
                None => "add the field",
            };
            self.misfits.push(Misfit {
                rule: if is_vital(kind) {
                    "missing-field"
                } else {
                    "missing-detail"
                },
                pointer,
                found: format!("`{name}` is missing"),
                expected: format!("{} has `{name}`", kind.name()),
                help,
            });
        }
    }
}

fn known(kind: Kind, key: &str) -> bool {
    kind.fields().iter().any(|field| field.name == key)
}

/// Whether nothing can be made of an object that lacks one of its required fields.
fn is_vital(kind: Kind) -> bool {
    !matches!(
        kind,
        Kind::Contact
            | Kind::License
            | Kind::ExternalDocs
            | Kind::Server
            | Kind::ServerVariable
            | Kind::Tag
            | Kind::Response
            | Kind::Flow
    )
}
