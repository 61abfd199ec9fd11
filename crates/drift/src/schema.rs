//! Schemas in one form: references followed, `allOf` merged, one spelling of null, of constants and of bounds.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use serde_json::Value;

use rolecall_openapi::json;

use super::document::{Doc, Node};
use super::shapes::{self, Union};
pub(super) use super::view::{ALL, ARRAY, BOOLEAN, FRACTION, INTEGER, OBJECT, STRING, Types, View};

mod keywords;
mod nulls;

pub(crate) use keywords::types_of;

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
        let nodes: Vec<(Node<'a>, usize)> = nodes.into_iter().map(|node| (node, 0)).collect();
        let view = self.build(&nodes, Vec::new());
        self.keep(key, view)
    }

    /// One alternative of a union of a view, together with everything that is said beside the alternatives.
    pub fn arm(&mut self, whole: ViewId, union: &Union<'a>, arm: Node<'a>) -> ViewId {
        let outer = self.get(whole);
        let mut without = outer.without.clone();
        without.push((union.at.id(), union.key));
        let mut key: Vec<usize> = outer.parts.iter().map(|node| node.id()).collect();
        key.push(arm.id());
        // What the arm is taken out of, so that no other view has the key.
        for (node, keyword) in &without {
            key.extend([*node, keyword.as_ptr() as usize]);
        }
        key.push(usize::MAX);
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        // What the parts take in is among them already: a base class is one here, and not all of its subclasses.
        let parts = outer.parts.iter().map(|part| (*part, 1));
        let nodes: Vec<(Node<'a>, usize)> = parts.chain([(arm, 0)]).collect();
        let mut view = self.build(&nodes, without);
        view.nullable = outer.nullable;
        view.null_unsaid = outer.null_unsaid;
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

    /// The nodes come with how deep in a composition they stand. `without` are the unions that do not count: where they
    /// stand, and under which keyword.
    fn build(
        &mut self,
        nodes: &[(Node<'a>, usize)],
        without: Vec<(usize, &'static str)>,
    ) -> View<'a> {
        let mut gathered = Gathered {
            without,
            ..Gathered::default()
        };
        for (node, depth) in nodes {
            self.gather(*node, *depth, &mut gathered);
        }
        let mut view = View {
            types: ALL,
            ..View::default()
        };
        if gathered.never || gathered.only_null {
            view.types = 0;
        }
        view.dangling = gathered.dangling;
        let mut inferred: Types = 0;
        for part in &gathered.parts {
            self.take(&mut view, *part, &mut inferred);
        }
        view.unions = gathered.unions;
        view.parts = gathered.parts;
        view.without = gathered.without;
        let said = nodes.iter().filter_map(|(node, _)| self.null(*node, 0));
        let said = said.reduce(|one, other| one && other);
        view.null_unsaid = said.is_none() && inferred != 0 && !gathered.never;
        view.nullable = said.unwrap_or(!gathered.never && inferred == 0 && view.unions.is_empty());
        if view.types == ALL && inferred != 0 {
            view.types = inferred;
        }
        shapes::simplify(&mut view, &self.doc);
        view
    }

    /// Collects the schema objects that hold together. However long a chain of compositions is, none is left out.
    fn gather(&mut self, node: Node<'a>, depth: usize, gathered: &mut Gathered<'a>) {
        let mut pending = vec![(node, depth)];
        while let Some((node, depth)) = pending.pop() {
            let node = self.follow(node);
            if !gathered.seen.insert(node.id()) {
                continue;
            }
            if node.value == &Value::Bool(false) {
                gathered.never = true;
            }
            if !node.value.is_object() {
                continue;
            }
            gathered.parts.push(node);
            let mut inside: Vec<(Node<'a>, usize)> = Vec::new();
            let mut plain = true;
            if let Some(reference) = node.text("$ref") {
                match self.doc.target(reference) {
                    Some(target) => inside.push((target, depth)),
                    None => gathered.dangling.push(reference),
                }
                plain = self.doc.is_v31();
            }
            if plain {
                let parts = self.doc.items_of(node, "allOf").into_iter();
                inside.extend(parts.map(|part| (part, depth + 1)));
                self.gather_unions(node, depth, gathered, &mut inside);
            }
            pending.extend(inside.into_iter().rev());
        }
    }

    /// Reads the unions of a schema object. One that has a single alternative only composes.
    fn gather_unions(
        &mut self,
        node: Node<'a>,
        depth: usize,
        gathered: &mut Gathered<'a>,
        inside: &mut Vec<(Node<'a>, usize)>,
    ) {
        let mut has_union = false;
        for key in ["oneOf", "anyOf"] {
            if !node.value.get(key).is_some_and(Value::is_array) {
                continue;
            }
            has_union = true;
            if gathered.without.contains(&(node.id(), key)) {
                continue;
            }
            let all = self.doc.items_of(node, key);
            let some = !all.is_empty();
            let arms: Vec<Node<'a>> = all.into_iter().filter(|arm| !self.is_null(*arm)).collect();
            match arms.as_slice() {
                [] => gathered.only_null |= some,
                [one] if node.value.get("discriminator").is_none() => {
                    inside.push((*one, depth + 1));
                }
                _ => gathered.unions.push(Union::read(self, node, key, arms)),
            }
        }
        let has_discriminator = node
            .value
            .get("discriminator")
            .is_some_and(Value::is_object);
        // A base class: what it describes is one of its subclasses. Within a subclass it is only a part.
        if depth == 0 && !has_union && has_discriminator {
            let arms = self.subclasses_of(node);
            if !arms.is_empty() {
                let union = Union::read(self, node, "allOf", arms);
                gathered.unions.push(union);
            }
        }
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
    only_null: bool,
    without: Vec<(usize, &'static str)>,
}
