//! Which items of the old crate have another name in the new one: found by what stands in the same place of the same
//! operation.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Surface;
use crate::operations::route;
use rolecall_codegen::model::{Answers, ErrorShape, Model, OperationModel, SuccessShape, TypeRef};

/// Old names and new ones.
#[derive(Default)]
pub(super) struct Renames {
    /// Types, without `types::`.
    pub types: BTreeMap<String, String>,
    /// Paths of builders, methods and metadata.
    pub paths: BTreeMap<String, String>,
    /// Paths of setters.
    pub setters: BTreeMap<String, String>,
}

impl Renames {
    /// The path that an old item has now, if nothing else happened to it.
    pub fn path(&self, path: &str) -> String {
        if let Some(new) = self.setters.get(path) {
            return new.clone();
        }
        if let Some(rest) = path.strip_prefix("types::") {
            let end = rest.find(':').unwrap_or(rest.len());
            let (name, part) = rest.split_at(end);
            let name = self.types.get(name).map_or(name, String::as_str);
            return format!("types::{name}{}", self.signature(part));
        }
        if let Some(new) = self.paths.get(path) {
            return new.clone();
        }
        let cut = path.rfind(": ").or_else(|| path.rfind("::"));
        match cut.map(|at| path.split_at(at)) {
            Some((owner, part)) => match self.paths.get(owner) {
                Some(new) => format!("{new}{part}"),
                None => path.to_owned(),
            },
            None => path.to_owned(),
        }
    }

    /// A signature with the names that its types have now.
    pub fn signature(&self, signature: &str) -> String {
        let mut written = String::with_capacity(signature.len());
        for part in signature.split_inclusive(|c: char| !(c.is_alphanumeric() || c == '_')) {
            let end = part
                .char_indices()
                .next_back()
                .filter(|(_, c)| !(c.is_alphanumeric() || *c == '_'))
                .map_or(part.len(), |(at, _)| at);
            let (word, rest) = part.split_at(end);
            written.push_str(self.types.get(word).map_or(word, String::as_str));
            written.push_str(rest);
        }
        written
    }
}

/// The operations that both crates have: by method and path, then by `operationId`.
pub(super) fn operations(old: &Model, new: &Model) -> Vec<(usize, usize)> {
    let mut free: BTreeSet<usize> = (0..new.operations.len()).collect();
    let mut pairs = Vec::new();
    let key = |one: &OperationModel| (one.method.clone(), route(&one.path));
    let mut by_route: HashMap<(String, String), Vec<usize>> = HashMap::new();
    for (index, operation) in new.operations.iter().enumerate() {
        by_route.entry(key(operation)).or_default().push(index);
    }
    let mut without = Vec::new();
    for (index, operation) in old.operations.iter().enumerate() {
        let candidates = by_route
            .get(&key(operation))
            .map(Vec::as_slice)
            .unwrap_or_default();
        let same = |other: &&usize| {
            let other = new.operations.get(**other);
            other.is_some_and(|other| other.id == operation.id)
        };
        let mut open = candidates.iter().filter(|other| free.contains(other));
        let partner = open.clone().find(same).or_else(|| open.next());
        match partner.copied() {
            Some(other) => {
                free.remove(&other);
                pairs.push((index, other));
            }
            None => without.push((index, operation)),
        }
    }
    for (index, operation) in without {
        let found = free.iter().copied().find(|other| {
            let other = new.operations.get(*other);
            other.is_some_and(|other| other.id == operation.id)
        });
        if let Some(other) = found {
            free.remove(&other);
            pairs.push((index, other));
        }
    }
    pairs
}

/// Finds the renames.
pub(super) fn find(old: &Surface, new: &Surface, pairs: &[(usize, usize)]) -> Renames {
    let mut renames = Renames::default();
    let mut types = Types::new(old, new);
    for (one, other) in pairs {
        let (Some(one), Some(other)) = (
            old.model.operations.get(*one),
            new.model.operations.get(*other),
        ) else {
            continue;
        };
        names(&mut renames, one, other);
        types.operation(one, other);
    }
    types.walk();
    renames.types = types.renamed;
    renames
}

fn names(renames: &mut Renames, one: &OperationModel, other: &OperationModel) {
    let builder = |one: &OperationModel| format!("{}::{}", one.module, one.builder);
    let mut add = |old: String, new: String| {
        if old != new {
            renames.paths.insert(old, new);
        }
    };
    add(builder(one), builder(other));
    add(
        format!("Client::{}", one.method_name),
        format!("Client::{}", other.method_name),
    );
    let constant =
        |one: &OperationModel| format!("operations::{}", rolecall_codegen::render::constant(one));
    add(constant(one), constant(other));
    for (parameter, partner) in parameters(one, other) {
        if parameter.setter != partner.setter {
            renames.setters.insert(
                format!("{}::{}", builder(one), parameter.setter),
                format!("{}::{}", builder(other), partner.setter),
            );
        }
    }
}

type Parameters<'a> = Vec<(
    &'a rolecall_codegen::model::ParameterModel,
    &'a rolecall_codegen::model::ParameterModel,
)>;

/// The parameters of both: by place and name, those of the path by position.
fn parameters<'a>(one: &'a OperationModel, other: &'a OperationModel) -> Parameters<'a> {
    let key = |operation: &OperationModel, parameter: &rolecall_codegen::model::ParameterModel| {
        let position = match parameter.location.as_str() {
            "path" => operation
                .path
                .find(&format!("{{{}}}", parameter.wire))
                .map(|at| {
                    operation
                        .path
                        .get(..at)
                        .unwrap_or_default()
                        .matches('{')
                        .count()
                        .to_string()
                }),
            _ => None,
        };
        (
            parameter.location.clone(),
            position.unwrap_or_else(|| parameter.wire.clone()),
        )
    };
    let partner = |parameter: &'a rolecall_codegen::model::ParameterModel| {
        let wanted = key(one, parameter);
        let found = other
            .parameters
            .iter()
            .find(|partner| key(other, partner) == wanted)?;
        Some((parameter, found))
    };
    one.parameters.iter().filter_map(partner).collect()
}

/// Types that stand in the same place.
struct Types<'a> {
    old: &'a Surface,
    new: &'a Surface,
    queue: Vec<(String, String)>,
    seen: BTreeSet<(String, String)>,
    renamed: BTreeMap<String, String>,
    taken: BTreeSet<String>,
}

impl<'a> Types<'a> {
    fn new(old: &'a Surface, new: &'a Surface) -> Self {
        Self {
            old,
            new,
            queue: Vec::new(),
            seen: BTreeSet::new(),
            renamed: BTreeMap::new(),
            taken: BTreeSet::new(),
        }
    }

    fn operation(&mut self, one: &OperationModel, other: &OperationModel) {
        for (parameter, partner) in parameters(one, other) {
            self.meet(&parameter.ty, &partner.ty);
        }
        if let (Some(one), Some(other)) = (&one.body, &other.body) {
            self.meet(&one.ty, &other.ty);
        }
        let success = |shape: &SuccessShape| match shape {
            SuccessShape::One(Answers::Json(ty)) | SuccessShape::Optional(ty) => Some(ty.clone()),
            SuccessShape::ByStatus(name) => Some(TypeRef::Component(name.clone())),
            SuccessShape::One(_) => None,
        };
        if let (Some(one), Some(other)) = (success(&one.success), success(&other.success)) {
            self.meet(&one, &other);
        }
        let error = |shape: &ErrorShape| match shape {
            ErrorShape::One(ty) => Some(ty.clone()),
            ErrorShape::ByStatus(name) => Some(TypeRef::Component(name.clone())),
            ErrorShape::Undocumented => None,
        };
        if let (Some(one), Some(other)) = (error(&one.error), error(&other.error)) {
            self.meet(&one, &other);
        }
    }

    /// The types of the crates' own that two Rust types mention.
    fn meet(&mut self, one: &TypeRef, other: &TypeRef) {
        if let (Some(one), Some(other)) = (one.component(), other.component()) {
            self.queue.push((one.to_owned(), other.to_owned()));
        }
    }

    fn walk(&mut self) {
        while let Some((one, other)) = self.queue.pop() {
            if !self.seen.insert((one.clone(), other.clone())) {
                continue;
            }
            let gone = !self.new.items.contains_key(&format!("types::{one}"));
            let come = !self.old.items.contains_key(&format!("types::{other}"));
            if one != other && gone && come && self.kind(&one, &other) {
                let free = !self.renamed.contains_key(&one) && !self.taken.contains(&other);
                if free {
                    self.taken.insert(other.clone());
                    self.renamed.insert(one.clone(), other.clone());
                }
            }
            self.inside(&one, &other);
        }
    }

    /// Whether both are of one kind: an object did not become an enum by a change of name.
    fn kind(&self, one: &str, other: &str) -> bool {
        let of = |model: &Model, name: &str| {
            [
                model.objects.iter().any(|item| item.name == name),
                model.enums.iter().any(|item| item.name == name),
                model.unions.iter().any(|item| item.name == name),
            ]
        };
        of(&self.old.model, one) == of(&self.new.model, other)
    }

    fn inside(&mut self, one: &str, other: &str) {
        let (old, new) = (&self.old.model, &self.new.model);
        let objects = (
            old.objects.iter().find(|item| item.name == one),
            new.objects.iter().find(|item| item.name == other),
        );
        if let (Some(one), Some(other)) = objects {
            for field in &one.fields {
                if let Some(partner) = other.fields.iter().find(|f| f.wire == field.wire) {
                    self.meet(&field.ty, &partner.ty);
                }
            }
        }
        let unions = (
            old.unions.iter().find(|item| item.name == one),
            new.unions.iter().find(|item| item.name == other),
        );
        if let (Some(one), Some(other)) = unions {
            for arm in &one.arms {
                let shared = |partner: &&rolecall_codegen::model::ArmModel| {
                    partner
                        .values
                        .iter()
                        .any(|value| arm.values.contains(value))
                        || arm.values.is_empty() && partner.name == arm.name
                };
                if let Some(partner) = other.arms.iter().find(shared) {
                    self.meet(&arm.ty, &partner.ty);
                }
            }
        }
        let statuses = (
            old.by_status.iter().find(|item| item.name == one),
            new.by_status.iter().find(|item| item.name == other),
        );
        if let (Some(one), Some(other)) = statuses {
            for arm in &one.arms {
                let shared = |partner: &&rolecall_codegen::model::StatusArm| {
                    partner
                        .statuses
                        .iter()
                        .any(|status| arm.statuses.contains(status))
                };
                if let (Answers::Json(ty), Some(partner)) =
                    (&arm.body, other.arms.iter().find(shared))
                    && let Answers::Json(other) = &partner.body
                {
                    self.meet(ty, other);
                }
            }
        }
    }
}
