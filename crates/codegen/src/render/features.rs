//! A Cargo feature for each module, so that a user compiles only what it calls: a type is there when a module that is
//! switched on reaches it.

use std::collections::{BTreeSet, HashMap};

use super::source::text::literal;
use super::source::{Code, code};
use crate::model::{Answers, ErrorShape, Model, OperationModel, SuccessShape, TypeRef};

/// A type that more modules than this reach is always there: its condition would cost more than it saves.
const MANY: usize = 12;

/// Which features switch a type on.
pub struct Features {
    gates: HashMap<String, Code>,
}

/// The feature of a module.
pub fn feature(module: &str) -> String {
    module.trim_end_matches('_').replace('_', "-")
}

impl Features {
    /// Works out what every module reaches.
    pub fn of(model: &Model) -> Self {
        let inside = references(model);
        let mut users: HashMap<&str, BTreeSet<&str>> = HashMap::new();
        for module in &model.modules {
            let mut queue: Vec<&str> = model
                .operations
                .iter()
                .filter(|operation| operation.module == module.name)
                .flat_map(mentions)
                .filter_map(|name| inside.get_key_value(name).map(|(name, _)| *name))
                .collect();
            let mut seen: BTreeSet<&str> = BTreeSet::new();
            while let Some(name) = queue.pop() {
                if seen.insert(name) {
                    queue.extend(inside.get(name).into_iter().flatten());
                    users.entry(name).or_default().insert(&module.name);
                }
            }
        }
        let gates = users
            .into_iter()
            .filter(|(_, modules)| modules.len() < model.modules.len() && modules.len() <= MANY)
            .map(|(name, modules)| (name.to_owned(), condition(&modules)))
            .collect();
        Self { gates }
    }

    /// The attribute that a type carries, with its line end; empty for a type that is always there.
    pub fn gate(&self, name: &str) -> Code {
        self.gates.get(name).cloned().unwrap_or_default()
    }
}

fn condition(modules: &BTreeSet<&str>) -> Code {
    let features = modules
        .iter()
        .map(|module| code("feature = {}", &[&literal(&feature(module))]));
    let any = Code::join(features, ", ");
    if modules.len() == 1 {
        code("#[cfg({})]\n", &[&any])
    } else {
        code("#[cfg(any({}))]\n", &[&any])
    }
}

/// For every type the types that it mentions.
fn references(model: &Model) -> HashMap<&str, Vec<&str>> {
    let mut inside: HashMap<&str, Vec<&str>> = HashMap::new();
    for object in &model.objects {
        inside.insert(
            &object.name,
            object
                .fields
                .iter()
                .filter_map(|f| f.ty.component())
                .collect(),
        );
    }
    for item in &model.enums {
        inside.insert(&item.name, Vec::new());
    }
    for union in &model.unions {
        inside.insert(
            &union.name,
            union
                .arms
                .iter()
                .filter_map(|arm| arm.ty.component())
                .collect(),
        );
    }
    for union in &model.by_status {
        let types = union.arms.iter().filter_map(|arm| match &arm.body {
            Answers::Json(ty) => Some(ty),
            _ => None,
        });
        inside.insert(&union.name, types.filter_map(TypeRef::component).collect());
    }
    let known: BTreeSet<&str> = inside.keys().copied().collect();
    for names in inside.values_mut() {
        names.retain(|name| known.contains(name));
    }
    inside
}

/// The types that an operation mentions.
fn mentions(operation: &OperationModel) -> impl Iterator<Item = &str> {
    let mut types: Vec<&TypeRef> = operation.parameters.iter().map(|p| &p.ty).collect();
    types.extend(operation.body.iter().map(|body| &body.ty));
    let mut by_status = Vec::new();
    match &operation.success {
        SuccessShape::One(Answers::Json(ty)) | SuccessShape::Optional(ty) => types.push(ty),
        SuccessShape::ByStatus(name) => by_status.push(name.as_str()),
        SuccessShape::One(_) => {}
    }
    match &operation.error {
        ErrorShape::One(ty) => types.push(ty),
        ErrorShape::ByStatus(name) => by_status.push(name.as_str()),
        ErrorShape::Undocumented => {}
    }
    let components = types.into_iter().filter_map(TypeRef::component);
    components.chain(by_status)
}
