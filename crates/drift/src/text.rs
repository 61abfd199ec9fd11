//! Texts about places and values, for people and for fingerprints.

use std::collections::HashSet;

use serde_json::Value;

use rolecall_openapi::json::{self, Object};
use rolecall_openapi::load::unescape;

use super::document::{Doc, Node};
use super::operations::route;
use super::shapes::same;

/// How long a value may be in a message.
const LONGEST: usize = 80;

/// A value in backquotes, cut where it is long.
pub(super) fn shown(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    };
    format!("`{}`", cut(&text.replace('`', "'")))
}

/// A value in backquotes; of a collection only what kind it is.
pub(super) fn brief(value: &Value) -> String {
    match value {
        Value::Object(_) => "an object".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        value => shown(value),
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
        None => text.to_owned(),
    }
}

/// Whether two values say the same as they are written: references are followed, and what only explains is passed over.
pub(super) fn same_written<'a>(
    old: &Doc<'a>,
    one: Node<'a>,
    new: &Doc<'a>,
    other: Node<'a>,
) -> bool {
    let mut written = Written {
        old,
        new,
        met: HashSet::new(),
    };
    written.same(one, other, false)
}

/// As [`same_written`], of two maps of names; none is an empty one.
pub(super) fn same_named<'a>(
    old: &Doc<'a>,
    one: Option<Node<'a>>,
    new: &Doc<'a>,
    other: Option<Node<'a>>,
) -> bool {
    let is_empty = |node: &Node<'a>| node.object().is_some_and(Object::is_empty);
    match (
        one.filter(|one| !is_empty(one)),
        other.filter(|other| !is_empty(other)),
    ) {
        (None, None) => true,
        (Some(one), Some(other)) => {
            let mut written = Written {
                old,
                new,
                met: HashSet::new(),
            };
            written.same(one, other, true)
        }
        _ => false,
    }
}

struct Written<'d, 'a> {
    old: &'d Doc<'a>,
    new: &'d Doc<'a>,
    /// Pairs of references that were met before: going round in a circle adds nothing.
    met: HashSet<(&'a str, &'a str)>,
}

impl<'a> Written<'_, 'a> {
    /// `named` says that the keys are names, and no keywords.
    fn same(&mut self, one: Node<'a>, other: Node<'a>, named: bool) -> bool {
        let alone = |node: Node<'a>| {
            let only = |object: &Object| object.keys().all(|key| key == "$ref" || is_silent(key));
            let reference = node.text("$ref").filter(|_| !named);
            reference.filter(|_| node.object().is_some_and(only))
        };
        let references = (alone(one), alone(other));
        if references != (None, None) {
            return self.same_target((one, other), references);
        }
        match (one.value, other.value) {
            (Value::Object(_), Value::Object(_)) => {
                let (before, after) = (
                    self.told(self.old, one, named),
                    self.told(self.new, other, named),
                );
                before.len() == after.len()
                    && before
                        .into_iter()
                        .zip(after)
                        .all(|((key, one), (known, other))| {
                            let (one_node, other_node) = (one, other);
                            key == known
                                && match (key, one.value, other.value) {
                                    ("enum" | "const", one, other) if !named => same(one, other),
                                    // What stands beside a reference counts as well as what it refers to.
                                    ("$ref", Value::String(before), Value::String(after))
                                        if !named =>
                                    {
                                        let sides = (Some(before.as_str()), Some(after.as_str()));
                                        self.same_target((one_node, other_node), sides)
                                    }
                                    _ => self.same(one, other, !named && holds_names(key)),
                                }
                        })
            }
            (Value::Array(_), Value::Array(_)) => {
                let (before, after) = (self.old.items(one), self.new.items(other));
                before.len() == after.len()
                    && before
                        .into_iter()
                        .zip(after)
                        .all(|(one, other)| self.same(one, other, false))
            }
            (one, other) => same(one, other),
        }
    }

    /// Whether what is referred to is the same; the side without a reference is what the other one refers to.
    fn same_target(
        &mut self,
        (one, other): (Node<'a>, Node<'a>),
        (before, after): (Option<&'a str>, Option<&'a str>),
    ) -> bool {
        let pair = (before.unwrap_or_default(), after.unwrap_or_default());
        if before.is_some() && after.is_some() && !self.met.insert(pair) {
            return true;
        }
        let old = before.map_or(Some(one), |name| self.old.target(name));
        let new = after.map_or(Some(other), |name| self.new.target(name));
        match (old, new) {
            (Some(old), Some(new)) if old.id() != one.id() || new.id() != other.id() => {
                self.same(old, new, false)
            }
            (None, None) => before == after,
            _ => false,
        }
    }

    /// The members that count, by name.
    fn told(&self, doc: &Doc<'a>, node: Node<'a>, named: bool) -> Vec<(&'a str, Node<'a>)> {
        let mut members = doc.members(node);
        members.retain(|(key, _)| named || !is_silent(key));
        members.sort_by_key(|(key, _)| *key);
        members
    }
}

/// Whether a keyword only explains, or says what is not compared.
fn is_silent(key: &str) -> bool {
    key != "nullable" && json::is_annotation(key)
        || matches!(key, "links" | "summary" | "tags" | "operationId")
}

/// Whether the members of what stands under a keyword have names for keys.
fn holds_names(key: &str) -> bool {
    matches!(
        key,
        "properties"
            | "patternProperties"
            | "dependentSchemas"
            | "dependentRequired"
            | "$defs"
            | "definitions"
            | "responses"
            | "headers"
            | "content"
            | "mapping"
            | "scopes"
            | "variables"
            | "callbacks"
            | "encoding"
    )
}

/// Where a value stands, in words that people use: `User.profile.email`, `GET /users, parameter limit`.
pub(super) fn label<'a>(doc: &Doc<'a>, node: Node<'a>) -> String {
    let pointer = doc.pointer(node.at);
    let mut text = String::new();
    for step in Steps::new(doc, &pointer) {
        match step {
            Step::Name(name) if text.is_empty() => text = name,
            Step::Name(name) => {
                text.push_str(", ");
                text.push_str(&name);
            }
            Step::Part(part) => text.push_str(&part),
            Step::Keyword(_) => {}
        }
    }
    match text.is_empty() {
        true => "the document".to_owned(),
        false => text,
    }
}

/// Where a value stands, without what moves when something else is edited: positions in lists, names of path parts.
pub(super) fn identity<'a>(doc: &Doc<'a>, node: Node<'a>) -> String {
    let pointer = doc.pointer(node.at);
    let mut text = String::new();
    for step in Steps::new(doc, &pointer) {
        let (Step::Name(part) | Step::Part(part) | Step::Keyword(part)) = step;
        text.push('/');
        text.push_str(&part);
    }
    text
}

enum Step {
    /// Something that has a name of its own: a component, an operation, a status.
    Name(String),
    /// A part of a schema, as people write it: `.email`, `[]`.
    Part(String),
    /// Anything else.
    Keyword(String),
}

/// Walks a pointer and says what each step means.
struct Steps<'d, 'a> {
    value: Option<&'a Value>,
    doc: &'d Doc<'a>,
    parts: std::vec::IntoIter<String>,
    /// Whether the next key is a name and not a keyword, and of what.
    names: Option<&'static str>,
    depth: usize,
    section: String,
}

impl<'d, 'a> Steps<'d, 'a> {
    fn new(doc: &'d Doc<'a>, pointer: &str) -> Self {
        let parts: Vec<String> = pointer.split('/').skip(1).map(unescape).collect();
        Self {
            value: Some(&doc.document.value),
            doc,
            parts: parts.into_iter(),
            names: None,
            depth: 0,
            section: String::new(),
        }
    }

    /// The item of a list: what it is, so that its position does not matter.
    fn item(&self, items: &'a [Value], part: &str) -> Step {
        let Some(item) = self.value else {
            return Step::Keyword(part.to_owned());
        };
        let reference = item.get("$ref").and_then(Value::as_str);
        let target = reference.and_then(|name| self.doc.target(name));
        let target = target.map_or(item, |node| node.value);
        let text = |key: &str| target.get(key).and_then(Value::as_str);
        if let (Some(name), Some(place)) = (text("name"), text("in")) {
            return Step::Name(format!("{place} parameter {name}"));
        }
        if let Some(component) = reference.and_then(json::component_of) {
            return Step::Part(format!("({component})"));
        }
        if let Some(value) = item.as_str() {
            return Step::Keyword(value.to_owned());
        }
        // Inline schemas have no name; their order among themselves is the best that there is.
        let inline = |item: &&Value| item.get("$ref").is_none();
        let index = part.parse::<usize>().unwrap_or(0);
        let before = items.iter().take(index).filter(inline).count();
        match target.get("title").and_then(Value::as_str) {
            Some(title) => Step::Keyword(title.to_owned()),
            None => Step::Keyword(format!("#{before}")),
        }
    }
}

impl Iterator for Steps<'_, '_> {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        let part = self.parts.next()?;
        let holder = self.value;
        self.value = match holder {
            Some(Value::Array(items)) => part.parse::<usize>().ok().and_then(|i| items.get(i)),
            Some(Value::Object(object)) => object.get(&part),
            _ => None,
        };
        self.depth += 1;
        if self.depth == 1 {
            self.section.clone_from(&part);
            return Some(match part.as_str() {
                "paths" | "components" => Step::Keyword(part),
                _ => Step::Name(part),
            });
        }
        if self.section == "paths" && self.depth == 2 {
            return Some(Step::Name(route(&part)));
        }
        if self.section == "paths" && self.depth == 3 && json::METHODS.contains(&part.as_str()) {
            return Some(Step::Name(part.to_uppercase()));
        }
        if self.section == "components" && self.depth == 2 {
            return Some(Step::Keyword(part));
        }
        if self.section == "components" && self.depth == 3 {
            return Some(Step::Name(part));
        }
        if let Some(what) = self.names.take() {
            return Some(match what {
                "properties" => Step::Part(format!(".{part}")),
                "responses" => Step::Name(format!("answer {part}")),
                "headers" => Step::Name(format!("header {part}")),
                _ => Step::Name(part),
            });
        }
        if let Some(Value::Array(items)) = holder {
            return Some(self.item(items, &part));
        }
        const NAMED: &[&str] = &[
            "properties",
            "patternProperties",
            "$defs",
            "definitions",
            "responses",
            "headers",
            "content",
            "mapping",
            "schemas",
            "callbacks",
            "links",
            "flows",
            "scopes",
            "variables",
        ];
        self.names = NAMED.iter().find(|name| **name == part).copied();
        Some(match part.as_str() {
            "items" => Step::Part("[]".to_owned()),
            "additionalProperties" => Step::Part(".*".to_owned()),
            "requestBody" => Step::Name("body".to_owned()),
            _ => Step::Keyword(part),
        })
    }
}
