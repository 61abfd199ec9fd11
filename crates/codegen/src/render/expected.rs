//! What the model calls for: the items of each file, in a line each.

use super::features::feature;
use super::{metadata, pages};
use crate::model::{Model, ModuleModel, ObjectModel, OperationModel, Presence};

/// An item with the names of what is in it.
pub fn with(kind: &str, name: &str, inside: impl IntoIterator<Item = impl ToString>) -> String {
    let mut inside: Vec<String> = inside.into_iter().map(|name| name.to_string()).collect();
    inside.sort();
    format!("{kind} {name} {{ {} }}", inside.join(" "))
}

/// The Cargo features of a crate.
pub fn features(model: &Model) -> Vec<String> {
    let modules = model.modules.iter().map(|module| feature(&module.name));
    modules
        .chain(["default".to_owned(), "schemars".to_owned()])
        .collect()
}

/// The items of a file.
pub fn items(path: &str, model: &Model) -> Vec<String> {
    match path {
        "src/lib.rs" => library(model),
        "src/catalog.rs" => vec![
            "macro_rules! each_type".to_owned(),
            "macro_rules! each_body".to_owned(),
        ],
        "src/types.rs" => types(model),
        "src/operations.rs" => {
            let operations = model.operations.iter();
            let statics = operations.map(|each| format!("static {}", metadata::constant(each)));
            statics
                .chain(["static ALL", "static SERVICE", "fn find"].map(str::to_owned))
                .collect()
        }
        _ => {
            let mut modules = model.modules.iter();
            let module = modules.find(|module| path == format!("src/{}.rs", module.name));
            module.map_or_else(Vec::new, |module| operations(model, module))
        }
    }
}

fn library(model: &Model) -> Vec<String> {
    let modules = model.modules.iter().map(|module| module.name.as_str());
    modules
        .chain(["catalog", "operations", "types"])
        .map(|module| format!("mod {module}"))
        .chain([
            with("struct", "Client", ["transport"]),
            with("impl", "Client", ["new", "with_transport", "transport"]),
            with(
                "impl",
                "ApiClient for Client",
                ["SERVICE", "with_transport", "transport"],
            ),
        ])
        .collect()
}

fn types(model: &Model) -> Vec<String> {
    let mut items = Vec::new();
    for object in &model.objects {
        let fields = object.fields.iter().map(|field| &field.name);
        let fields = fields.chain([&object.extra]);
        items.push(with("struct", &object.name, fields));
        items.push(format!("object! {}", object.name));
        if object.sent {
            items.push(with("impl", &object.name, setters(object)));
        }
    }
    for item in &model.enums {
        items.push(format!("open_enum! {}", item.name));
    }
    for item in &model.unions {
        let kind = if item.discriminator.is_some() {
            "union"
        } else {
            "choice"
        };
        items.push(format!("{kind}! {}", item.name));
    }
    for item in &model.by_status {
        items.push(format!("by_status! {}", item.name));
    }
    items
}

fn setters(object: &ObjectModel) -> Vec<String> {
    let optional = object
        .fields
        .iter()
        .filter(|field| field.presence == Presence::Optional);
    let setters = optional.map(|field| format!("with_{}", field.name.trim_end_matches('_')));
    setters.chain(["new".to_owned()]).collect()
}

fn operations(model: &Model, module: &ModuleModel) -> Vec<String> {
    let operations = model.operations.iter();
    let operations: Vec<&OperationModel> = operations
        .filter(|operation| operation.module == module.name)
        .collect();
    let methods = operations.iter().map(|each| &each.method_name);
    let mut items = vec![with("impl", "Client", methods)];
    for operation in &operations {
        let builder = &operation.builder;
        items.push(with("struct", builder, ["call"]));
        let chosen = operation
            .parameters
            .iter()
            .filter(|each| each.fixed.is_none());
        let setters = chosen.map(|each| each.setter.as_str());
        let body = operation.body.iter().map(|_| "body");
        items.push(with("impl", builder, setters.chain(body).chain(["send"])));
        if pages::is_paged(operation, model) {
            let inside = [
                "Body",
                "Item",
                "Error",
                "call",
                "call_mut",
                "into_call",
                "split",
            ];
            items.push(with("impl", &format!("Paged for {builder}"), inside));
        }
    }
    items
}
