//! Schemas in one form: references followed, `allOf` merged, one spelling of null, of constants and of bounds.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

use serde_json::Value;

use rolecall_openapi::json::{self, Object};

use super::document::{Doc, Node};
use super::shapes::{self, Bounds, Union};

/// A set of JSON types. An integer is a number, too: `number` is `INTEGER | FRACTION`.
pub(super) type Types = u8;
pub(super) const BOOLEAN: Types = 1;
pub(super) const INTEGER: Types = 2;
pub(super) const FRACTION: Types = 4;
pub(super) const STRING: Types = 8;
pub(super) const ARRAY: Types = 16;
pub(super) const OBJECT: Types = 32;
pub(super) const ALL: Types = 63;

/// A schema in one form.
#[derive(Debug, Default)]
pub(super) struct View<'a> {
    /// The schema objects that hold together: the schema itself, and what it takes in by `allOf`.
    pub parts: Vec<Node<'a>>,
    /// The types that a value can have besides null.
    pub types: Types,
    /// Where the types are said.
    pub types_at: Option<Node<'a>>,
    pub nullable: bool,
    /// Where null is allowed.
    pub null_at: Option<Node<'a>>,
    /// The values that are allowed, null aside, and where they are listed.
    pub values: Option<Vec<Node<'a>>>,
    pub values_at: Option<Node<'a>>,
    pub is_const: bool,
    pub format: Option<Node<'a>>,
    pub patterns: Vec<Node<'a>>,
    pub bounds: Bounds<'a>,
    pub properties: Vec<(&'a str, Vec<Node<'a>>)>,
    pub required: BTreeMap<&'a str, Node<'a>>,
    /// Schemas of properties that have no own; a plain `false` among them closes the object.
    pub additional: Vec<Node<'a>>,
    pub pattern_properties: BTreeMap<&'a str, Vec<Node<'a>>>,
    pub items: Vec<Node<'a>>,
    pub prefix: Vec<Node<'a>>,
    pub unions: Vec<Union<'a>>,
    pub not: Vec<Node<'a>>,
    pub default: Option<Node<'a>>,
    pub read_only: bool,
    pub write_only: bool,
    pub deprecated: Option<Node<'a>>,
    pub content: Vec<(&'static str, Node<'a>)>,
    /// Keywords that are compared as they are written.
    pub opaque: BTreeMap<&'a str, Vec<Node<'a>>>,
    /// References that lead nowhere, or out of the document.
    pub dangling: Vec<&'a str>,
}

impl<'a> View<'a> {
    /// The schema that findings about the whole point at.
    pub fn main(&self) -> Option<Node<'a>> {
        self.parts.first().copied()
    }

    /// Whether it allows any value.
    pub fn is_any(&self) -> bool {
        self.types == ALL
            && self.nullable
            && self.values.is_none()
            && self.format.is_none()
            && self.patterns.is_empty()
            && self.bounds.is_empty()
            && self.properties.is_empty()
            && self.required.is_empty()
            && self.additional.is_empty()
            && self.pattern_properties.is_empty()
            && self.items.is_empty()
            && self.prefix.is_empty()
            && self.unions.is_empty()
            && self.not.is_empty()
            && self.content.is_empty()
            && self.opaque.is_empty()
            && self.dangling.is_empty()
    }

    /// Whether properties that are not described are refused.
    pub fn is_closed(&self) -> bool {
        self.additional
            .iter()
            .any(|node| node.value == &Value::Bool(false))
    }

    /// The schemas of properties that are not described, where they say anything.
    pub fn typed_additional(&self) -> Vec<Node<'a>> {
        let said = |node: &&Node<'a>| node.value.is_object() && !json::is_any(node.value);
        self.additional.iter().filter(said).copied().collect()
    }

    pub fn property(&self, name: &str) -> Option<&[Node<'a>]> {
        let found = self.properties.iter().find(|(known, _)| *known == name);
        found.map(|(_, nodes)| nodes.as_slice())
    }
}

/// The name of a view among all of one document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ViewId(u32);

/// The views of one document, each made once.
pub(super) struct Views<'a> {
    pub doc: Doc<'a>,
    views: Vec<Rc<View<'a>>>,
    known: HashMap<Vec<usize>, ViewId>,
    /// The components that take in another by `allOf`: by where the other lies.
    subclasses: Option<HashMap<usize, Vec<Node<'a>>>>,
    nulls: RefCell<HashMap<usize, Option<bool>>>,
}

/// How many schemas may take each other in before the rest counts as leading nowhere.
const DEEPEST: usize = 256;

impl<'a> Views<'a> {
    pub fn new(doc: Doc<'a>) -> Self {
        Self {
            doc,
            views: Vec::new(),
            known: HashMap::new(),
            subclasses: None,
            nulls: RefCell::default(),
        }
    }

    pub fn get(&self, id: ViewId) -> Rc<View<'a>> {
        // Ids come from `view` alone; one that is not there would be a view of anything.
        self.views.get(id.0 as usize).cloned().unwrap_or_default()
    }

    /// The view of schemas that hold together. None at all allow any value.
    pub fn view(&mut self, nodes: &[Node<'a>]) -> ViewId {
        // A reference and what it points at are one view.
        let nodes: Vec<Node<'a>> = nodes.iter().map(|node| self.follow(*node)).collect();
        let key: Vec<usize> = nodes.iter().map(|node| node.id()).collect();
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let view = self.build(&nodes, None);
        self.keep(key, view)
    }

    /// One alternative of a view, together with everything that is said beside the alternatives.
    pub fn arm(&mut self, whole: ViewId, union: Node<'a>, arm: Node<'a>) -> ViewId {
        let outer = self.get(whole);
        let mut nodes = outer.parts.clone();
        nodes.push(arm);
        let mut key: Vec<usize> = nodes.iter().map(|node| node.id()).collect();
        // What the arm is taken out of, so that no other view has the key.
        key.push(union.id());
        key.push(usize::MAX);
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let mut view = self.build(&nodes, Some(union.id()));
        view.nullable = outer.nullable;
        view.null_at = outer.null_at.or(view.null_at);
        self.keep(key, view)
    }

    fn keep(&mut self, key: Vec<usize>, view: View<'a>) -> ViewId {
        let id = ViewId(u32::try_from(self.views.len()).unwrap_or(0));
        self.views.push(Rc::new(view));
        self.known.insert(key, id);
        id
    }

    /// Follows a reference as long as nothing stands beside it that means something.
    pub fn follow(&self, node: Node<'a>) -> Node<'a> {
        let mut node = node;
        for _ in 0..64 {
            let Some(reference) = node.text("$ref") else {
                break;
            };
            if self.has_siblings(node) {
                break;
            }
            match self.doc.target(reference) {
                Some(target) => node = target,
                None => break,
            }
        }
        node
    }

    /// Whether something beside `$ref` counts: in 3.1 every keyword, in 3.0 only what authors mean although it does not.
    fn has_siblings(&self, node: Node<'a>) -> bool {
        let v31 = self.doc.is_v31();
        let counts = |key: &String| match key.as_str() {
            "$ref" => false,
            "nullable" | "readOnly" | "writeOnly" | "deprecated" | "default" => true,
            key => v31 && !json::is_annotation(key),
        };
        node.object()
            .is_some_and(|object| object.keys().any(counts))
    }

    /// `without` is a schema whose alternatives do not count.
    fn build(&mut self, nodes: &[Node<'a>], without: Option<usize>) -> View<'a> {
        let mut gathered = Gathered {
            without,
            ..Gathered::default()
        };
        for node in nodes {
            self.gather(*node, &mut gathered, 0);
        }
        let mut view = View {
            types: ALL,
            ..View::default()
        };
        if gathered.never {
            view.types = 0;
        }
        view.dangling = gathered.dangling;
        let mut inferred: Types = 0;
        for part in &gathered.parts {
            self.take(&mut view, *part, &mut inferred);
        }
        view.unions = gathered.unions;
        view.parts = gathered.parts;
        let said = nodes.iter().filter_map(|node| self.null(*node, 0));
        let said = said.reduce(|one, other| one && other);
        view.nullable = said.unwrap_or(!gathered.never && inferred == 0 && view.unions.is_empty());
        if view.types == ALL && inferred != 0 {
            view.types = inferred;
        }
        shapes::simplify(&mut view, &self.doc);
        view
    }

    /// Collects the schema objects that hold together.
    fn gather(&mut self, node: Node<'a>, gathered: &mut Gathered<'a>, depth: usize) {
        let node = self.follow(node);
        if !gathered.seen.insert(node.id()) {
            return;
        }
        if depth > DEEPEST {
            gathered.dangling.push("more schemas than can be followed");
            return;
        }
        if node.value == &Value::Bool(false) {
            gathered.never = true;
        }
        let Some(object) = node.object() else {
            return;
        };
        gathered.parts.push(node);
        if let Some(reference) = node.text("$ref") {
            match self.doc.target(reference) {
                Some(target) => self.gather(target, gathered, depth),
                None => gathered.dangling.push(reference),
            }
            if !self.doc.is_v31() {
                return;
            }
        }
        for part in self.doc.items_of(node, "allOf") {
            self.gather(part, gathered, depth + 1);
        }
        let mut has_union = false;
        for key in ["oneOf", "anyOf"] {
            if gathered.without == Some(node.id()) {
                has_union = true;
                break;
            }
            if !object.get(key).is_some_and(Value::is_array) {
                continue;
            }
            has_union = true;
            let all = self.doc.items_of(node, key);
            let arms: Vec<Node<'a>> = all.into_iter().filter(|arm| !self.is_null(*arm)).collect();
            match arms.as_slice() {
                [] => {}
                [one] if !object.contains_key("discriminator") => {
                    self.gather(*one, gathered, depth + 1);
                }
                _ => {
                    let union = Union::read(self, node, key == "oneOf", arms);
                    gathered.unions.push(union);
                }
            }
        }
        // A base class: what it describes is one of its subclasses. Within a subclass it is only a part.
        if depth == 0 && !has_union && object.get("discriminator").is_some_and(Value::is_object) {
            let arms = self.subclasses_of(node);
            if !arms.is_empty() {
                let union = Union::read(self, node, true, arms);
                gathered.unions.push(union);
            }
        }
    }

    /// Whether a schema allows null and nothing else.
    fn is_null(&self, arm: Node<'a>) -> bool {
        let arm = self.follow(arm);
        let Some(object) = arm.object() else {
            return false;
        };
        let only = |value: &Value| match value {
            Value::Array(values) => !values.is_empty() && values.iter().all(|v| v == "null"),
            value => value == "null",
        };
        let nulls = |value: &Value| {
            let values = value.as_array();
            values.is_some_and(|values| !values.is_empty() && values.iter().all(Value::is_null))
        };
        object.get("type").is_some_and(only)
            || object.get("const").is_some_and(Value::is_null)
            || object.get("enum").is_some_and(nulls)
    }

    /// What a schema says of null; `None` where it says nothing.
    fn null(&self, node: Node<'a>, depth: usize) -> Option<bool> {
        let node = self.follow(node);
        let object = node.object()?;
        if node.flag("nullable") {
            return Some(true);
        }
        let lists_null = |value: &Value| {
            let values = value.as_array();
            values.is_some_and(|values| {
                values
                    .iter()
                    .any(|value| value.is_null() || value == "null")
            })
        };
        let in_values = object.get("enum").is_some_and(lists_null);
        if let Some(types) = object.get("type") {
            return Some(types == "null" || lists_null(types) || in_values);
        }
        if let Some(value) = object.get("const") {
            return Some(value.is_null());
        }
        if object.contains_key("enum") {
            return Some(in_values);
        }
        // A schema that consists of itself says nothing.
        if depth > DEEPEST {
            return None;
        }
        if let Some(known) = self.nulls.borrow().get(&node.id()) {
            return *known;
        }
        self.nulls.borrow_mut().insert(node.id(), None);
        let said = self.null_of_parts(node, depth);
        self.nulls.borrow_mut().insert(node.id(), said);
        said
    }

    fn null_of_parts(&self, node: Node<'a>, depth: usize) -> Option<bool> {
        let mut said = Vec::new();
        if let Some(target) = node.text("$ref").and_then(|name| self.doc.target(name)) {
            said.push(self.null(target, depth + 1));
        }
        for part in self.doc.items_of(node, "allOf") {
            said.push(self.null(part, depth + 1));
        }
        for key in ["oneOf", "anyOf"] {
            let arms = self.doc.items_of(node, key);
            if !arms.is_empty() {
                let mut arms = arms.iter();
                said.push(Some(arms.any(|arm| {
                    self.is_null(*arm) || self.null(*arm, depth + 1) == Some(true)
                })));
            }
        }
        said.into_iter().flatten().reduce(|one, other| one && other)
    }

    /// Adds what one schema object says.
    fn take(&self, view: &mut View<'a>, part: Node<'a>, inferred: &mut Types) {
        let doc = &self.doc;
        let Some(object) = part.object() else {
            return;
        };
        let reference_alone = object.contains_key("$ref") && !doc.is_v31();
        for (key, node) in doc.members(part) {
            if reference_alone
                && !matches!(
                    key,
                    "nullable" | "readOnly" | "writeOnly" | "deprecated" | "default"
                )
            {
                continue;
            }
            match key {
                "type" => {
                    view.types &= types_of(node.value);
                    view.types_at = view.types_at.or(Some(node));
                    let in_list = node.value.as_array();
                    if in_list.is_some_and(|types| types.iter().any(|one| one == "null")) {
                        view.null_at = view.null_at.or(Some(node));
                    }
                }
                "nullable" if node.value == &Value::Bool(true) => view.null_at = Some(node),
                "enum" => self.restrict(view, node, doc.items(node), false),
                "const" => self.restrict(view, node, vec![node], true),
                "format" if node.value.is_string() => view.format = view.format.or(Some(node)),
                "pattern" => view.patterns.push(node),
                "properties" => {
                    *inferred |= OBJECT;
                    for (name, property) in doc.members(node) {
                        match view.properties.iter_mut().find(|(known, _)| *known == name) {
                            Some((_, nodes)) => nodes.push(property),
                            None => view.properties.push((name, vec![property])),
                        }
                    }
                }
                "required" => {
                    for name in doc.items(node) {
                        if let Some(text) = name.value.as_str() {
                            view.required.entry(text).or_insert(name);
                        }
                    }
                }
                "additionalProperties" | "unevaluatedProperties" => {
                    *inferred |= OBJECT;
                    if node.value != &Value::Bool(true) && !is_empty(node.value) {
                        view.additional.push(node);
                    }
                }
                "patternProperties" => {
                    *inferred |= OBJECT;
                    for (pattern, schema) in doc.members(node) {
                        view.pattern_properties
                            .entry(pattern)
                            .or_default()
                            .push(schema);
                    }
                }
                "items" if node.value.is_array() => view.prefix.extend(doc.items(node)),
                "items" => {
                    *inferred |= ARRAY;
                    if node.value != &Value::Bool(true) && !is_empty(node.value) {
                        view.items.push(node);
                    }
                }
                "prefixItems" => {
                    *inferred |= ARRAY;
                    view.prefix.extend(doc.items(node));
                }
                "not" => view.not.push(node),
                "default" => view.default = view.default.or(Some(node)),
                "readOnly" => view.read_only |= node.value == &Value::Bool(true),
                "writeOnly" => view.write_only |= node.value == &Value::Bool(true),
                "deprecated" if node.value == &Value::Bool(true) => {
                    view.deprecated = view.deprecated.or(Some(node));
                }
                "contentEncoding" => view.content.push(("contentEncoding", node)),
                "contentMediaType" => view.content.push(("contentMediaType", node)),
                key if Bounds::knows(key) => view.bounds.take(key, node, object),
                key if is_silent(key) => {}
                _ => view.opaque.entry(key).or_default().push(node),
            }
        }
    }

    /// Only listed values, and only those that every list has.
    fn restrict(&self, view: &mut View<'a>, at: Node<'a>, values: Vec<Node<'a>>, is_const: bool) {
        let mut values = values;
        if values.iter().any(|value| value.value.is_null()) {
            view.null_at = view.null_at.or(Some(at));
        }
        values.retain(|value| !value.value.is_null());
        view.values = Some(match view.values.take() {
            None => values,
            Some(known) => known
                .into_iter()
                .filter(|one| {
                    values
                        .iter()
                        .any(|other| shapes::same(one.value, other.value))
                })
                .collect(),
        });
        view.values_at = view.values_at.or(Some(at));
        view.is_const = is_const;
    }

    /// What a base class stands for: the targets of its mapping and the components that extend it.
    fn subclasses_of(&mut self, base: Node<'a>) -> Vec<Node<'a>> {
        let mut found: Vec<Node<'a>> = Vec::new();
        let mut add = |node: Node<'a>| {
            if node.id() != base.id() && found.iter().all(|known| known.id() != node.id()) {
                found.push(node);
            }
        };
        let mapping = self.doc.get(base, "discriminator");
        let mapping = mapping.map_or_else(Vec::new, |node| self.doc.members_of(node, "mapping"));
        for (_, target) in mapping {
            if let Some(node) = target.value.as_str().and_then(|name| self.mapped(name)) {
                add(node);
            }
        }
        if self.subclasses.is_none() {
            self.subclasses = Some(self.find_subclasses());
        }
        let extending = self.subclasses.as_ref().and_then(|all| all.get(&base.id()));
        extending.into_iter().flatten().for_each(|node| add(*node));
        found
    }

    fn find_subclasses(&self) -> HashMap<usize, Vec<Node<'a>>> {
        let mut all: HashMap<usize, Vec<Node<'a>>> = HashMap::new();
        let root = self.doc.root();
        let components = self.doc.get(root, "components");
        let schemas = components.map_or_else(Vec::new, |node| self.doc.members_of(node, "schemas"));
        for (_, schema) in schemas {
            for part in self.doc.items_of(schema, "allOf") {
                if part.text("$ref").is_some() {
                    let base = self.follow(part);
                    all.entry(base.id()).or_default().push(schema);
                }
            }
        }
        all
    }

    /// The schema that a value of a discriminator's mapping names: by reference, or by the bare name of a component.
    pub fn mapped(&self, target: &'a str) -> Option<Node<'a>> {
        let bare = || {
            let components = self.doc.get(self.doc.root(), "components")?;
            self.doc.get(self.doc.get(components, "schemas")?, target)
        };
        let found = match target.starts_with('#') {
            true => self.doc.target(target),
            false => bare(),
        };
        found.map(|node| self.follow(node))
    }
}

#[derive(Default)]
struct Gathered<'a> {
    parts: Vec<Node<'a>>,
    unions: Vec<Union<'a>>,
    dangling: Vec<&'a str>,
    seen: HashSet<usize>,
    never: bool,
    without: Option<usize>,
}

/// The types that a `type` names; unknown ones allow anything, since nobody can tell.
fn types_of(value: &Value) -> Types {
    let one = |name: &Value| match name.as_str() {
        Some("boolean") => BOOLEAN,
        Some("integer") => INTEGER,
        Some("number") => INTEGER | FRACTION,
        Some("string") => STRING,
        Some("array") => ARRAY,
        Some("object") => OBJECT,
        Some("null") => 0,
        _ => ALL,
    };
    match value {
        Value::Array(names) => names.iter().map(one).fold(0, |all, one| all | one),
        name => one(name),
    }
}

fn is_empty(value: &Value) -> bool {
    value.as_object().is_some_and(Object::is_empty)
}

/// Keywords that say nothing of values, or that are read elsewhere.
fn is_silent(key: &str) -> bool {
    json::is_annotation(key)
        || matches!(
            key,
            "$ref"
                | "allOf"
                | "oneOf"
                | "anyOf"
                | "discriminator"
                | "$schema"
                | "$id"
                | "$anchor"
                | "$defs"
                | "definitions"
                | "format"
        )
}
