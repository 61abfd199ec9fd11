//! Reads the public items out of generated code.

use std::collections::BTreeMap;

use serde_json::Value;
use syn::{Attribute, ImplItem, Visibility};

use super::Item;
use rolecall_codegen::model::{Answers, Model, OperationModel};
use rolecall_codegen::render::Files;
use rolecall_openapi::json;

/// The items of a crate. An error is a fault of the generator: code that does not parse.
pub(super) fn read(files: &Files, model: &Model) -> Result<BTreeMap<String, Item>, String> {
    let mut items = BTreeMap::new();
    for module in &model.modules {
        let mut item = Item::new("mod".to_owned());
        item.features = vec![module.name.clone()];
        items.insert(module.name.clone(), item);
    }
    let parse = |file: &str| {
        let code = files.get(file).unwrap_or_default();
        syn::parse_file(code).map_err(|error| format!("{file}: {error}"))
    };
    read_file(&mut items, &parse("src/types.rs")?, "types", &[]);
    read_file(&mut items, &parse("src/operations.rs")?, "operations", &[]);
    for module in &model.modules {
        let features = [module.name.clone()];
        let code = parse(&format!("src/{}.rs", module.name))?;
        read_file(&mut items, &code, &module.name, &features);
    }
    enums(&mut items, model);
    Ok(items)
}

/// The text of tokens, with the names of types as people know them: `:: std :: string :: String` is `String`.
fn text(tokens: impl quote::ToTokens) -> String {
    let text = tokens.to_token_stream().to_string();
    let words: Vec<&str> = text.split(' ').collect();
    let mut kept: Vec<&str> = Vec::with_capacity(words.len());
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let next = |offset: usize| words.get(at + offset).copied().unwrap_or_default();
        let is_root = |word: &str| matches!(word, "std" | "rolecall_client");
        if *word == "::" && is_root(next(1)) {
            // The last segment of the path.
            at += 1;
            while words.get(at + 1) == Some(&"::")
                && words.get(at + 2).is_some_and(|word| *word != "<")
            {
                at += 2;
            }
        } else if *word == "crate" && next(1) == "::" {
            at += 2;
        } else {
            kept.push(word);
            at += 1;
        }
    }
    kept.join(" ")
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// The features that an attribute asks for; any of them is enough.
fn features(attributes: &[Attribute]) -> Vec<String> {
    let mut features = Vec::new();
    for attribute in attributes.iter().filter(|a| a.path().is_ident("cfg")) {
        let tokens = text(&attribute.meta);
        let quoted = tokens.split('"').skip(1).step_by(2);
        features.extend(quoted.map(str::to_owned));
    }
    features
}

fn read_file(items: &mut BTreeMap<String, Item>, file: &syn::File, module: &str, outer: &[String]) {
    let gate = |attributes: &[Attribute]| match features(attributes) {
        own if own.is_empty() => outer.to_vec(),
        own => own,
    };
    for item in &file.items {
        match item {
            syn::Item::Struct(item) if is_public(&item.vis) => {
                let path = format!("{module}::{}", item.ident);
                for field in item.fields.iter().filter(|field| is_public(&field.vis)) {
                    if let Some(name) = &field.ident {
                        let field = Item::new(text(&field.ty));
                        items.insert(format!("{path}::{name}"), field);
                    }
                }
                let derives = item.attrs.iter().filter(|a| a.path().is_ident("derive"));
                if derives
                    .map(|a| text(&a.meta))
                    .any(|meta| meta.contains("Default"))
                {
                    items.insert(format!("{path}: Default"), Item::new("impl".to_owned()));
                }
                let mut entry = Item::new("struct".to_owned());
                entry.features = gate(&item.attrs);
                items.insert(path, entry);
            }
            syn::Item::Static(item) if is_public(&item.vis) => {
                let path = format!("{module}::{}", item.ident);
                items.insert(path, Item::new(format!("static {}", text(&item.ty))));
            }
            syn::Item::Macro(item) => {
                // Types whose definitions are written by macros; the model says what is in them.
                let tokens = text(&item.mac.tokens);
                if let Some(name) = tokens
                    .split("pub enum ")
                    .nth(1)
                    .and_then(|t| t.split([' ', ',']).next())
                {
                    let mut entry = Item::new("enum".to_owned());
                    entry.features = gate(&item.attrs);
                    items.insert(format!("{module}::{name}"), entry);
                }
            }
            syn::Item::Impl(item) => read_impl(items, item, module),
            _ => {}
        }
    }
}

fn read_impl(items: &mut BTreeMap<String, Item>, item: &syn::ItemImpl, module: &str) {
    let name = text(&item.self_ty);
    // A builder may be called like the client.
    let ty = quote::ToTokens::to_token_stream(&item.self_ty);
    let of_client = ty.to_string() == "crate :: Client";
    let owner = if of_client {
        name
    } else {
        format!("{module}::{name}")
    };
    if let Some((path, _)) = &item.trait_ {
        let types = item.items.iter().filter_map(|item| match item {
            ImplItem::Type(ty) => Some(format!("{} = {}", ty.ident, text(&ty.ty))),
            _ => None,
        });
        let signature = types.collect::<Vec<_>>().join("; ");
        items.insert(format!("{owner}: {}", text(path)), Item::new(signature));
        return;
    }
    for item in &item.items {
        let ImplItem::Fn(function) = item else {
            continue;
        };
        if !is_public(&function.vis) {
            continue;
        }
        let mut signature = function.sig.clone();
        let path = format!("{owner}::{}", signature.ident);
        signature.ident = quote::format_ident!("f");
        let mut entry = Item::new(text(&signature));
        entry.deprecated = function
            .attrs
            .iter()
            .any(|a| a.path().is_ident("deprecated"));
        items.insert(path, entry);
    }
}

/// What the macros of `rolecall-client` make of enums and unions.
fn enums(items: &mut BTreeMap<String, Item>, model: &Model) {
    for item in &model.enums {
        for (arm, value) in &item.arms {
            let mut variant = Item::new("variant".to_owned());
            variant.value = Some(value.clone());
            items.insert(format!("types::{}::{arm}", item.name), variant);
        }
    }
    let mut add = |path: String, signature: String| {
        items.insert(path, Item::new(signature));
    };
    for item in &model.enums {
        add(
            format!("types::{}::{}", item.name, item.unknown),
            "variant (String)".to_owned(),
        );
        // What an enum of strings has and a union has not.
        add(
            format!("types::{}: From<&str>", item.name),
            "impl".to_owned(),
        );
    }
    for union in &model.unions {
        for arm in &union.arms {
            let ty = match union.discriminator.is_some() || arm.form.kind.is_structured() {
                true => format!("Box < {} >", arm.ty),
                false => arm.ty.to_string(),
            };
            add(
                format!("types::{}::{}", union.name, arm.name),
                format!("variant ({ty})"),
            );
        }
        add(
            format!("types::{}::{}", union.name, union.unknown),
            "variant (RawJson)".to_owned(),
        );
        if union.discriminator.is_some() {
            add(
                format!("types::{}::discriminator", union.name),
                "fn() -> Option < Cow < str > >".to_owned(),
            );
        }
    }
    for union in &model.by_status {
        for arm in &union.arms {
            let ty = match &arm.body {
                Answers::Json(ty) => ty.to_string(),
                Answers::Text => "String".to_owned(),
                Answers::Bytes => "Bytes".to_owned(),
                Answers::Empty => "()".to_owned(),
            };
            add(
                format!("types::{}::{}", union.name, arm.name),
                format!("variant ({ty})"),
            );
        }
    }
}

fn schema_of_parameter(operation: &OperationModel, place: &str, wire: &str) -> Option<String> {
    let parameters = operation.source.get("parameters")?.as_array()?;
    let parameter = parameters
        .iter()
        .find(|p| p["in"] == place && p["name"] == wire)?;
    let direct = parameter.get("schema").map(super::origin);
    direct.or_else(|| schema_of_content(parameter))
}

fn schema_of_content(holder: &Value) -> Option<String> {
    let media = holder.get("content")?.as_object()?.values().next()?;
    media.get("schema").map(super::origin)
}

/// Where the answers of an operation are described.
pub(super) fn answers(operation: &OperationModel) -> Vec<String> {
    let answers = operation.source.get("responses").and_then(Value::as_object);
    let answers = answers.into_iter().flatten();
    answers
        .filter_map(|(_, answer)| schema_of_content(answer))
        .collect()
}

/// Notes for each item which operation or schema it comes from.
pub(super) fn locate(
    items: &mut BTreeMap<String, Item>,
    model: &Model,
    document: &Value,
    origins: &BTreeMap<String, String>,
) {
    for object in &model.objects {
        let properties = json::components(document)
            .and_then(|components| components.get(&object.name)?.get("properties"));
        for field in &object.fields {
            let property = properties.and_then(|properties| properties.get(&field.wire));
            let at = property.map(super::origin).filter(|at| !at.is_empty());
            let setter = field.name.trim_end_matches('_');
            for path in [
                format!("types::{}::{}", object.name, field.name),
                format!("types::{}::with_{setter}", object.name),
            ] {
                if let Some(item) = items.get_mut(&path) {
                    item.origin.clone_from(&at);
                }
            }
        }
    }
    for (number, operation) in model.operations.iter().enumerate() {
        let builder = format!("{}::{}", operation.module, operation.builder);
        let constant = rolecall_codegen::render::constant(operation);
        let parts = format!("{builder}::");
        let traits = format!("{builder}: ");
        let method = format!("Client::{}", operation.method_name);
        let constant = format!("operations::{constant}");
        for path in [&method, &constant] {
            if let Some(item) = items.get_mut(path) {
                item.operation = Some(number);
            }
        }
        let near = items.range_mut(builder.clone()..);
        for (path, item) in near.take_while(|(path, _)| path.starts_with(&builder)) {
            if *path == builder || path.starts_with(&parts) || path.starts_with(&traits) {
                item.operation = Some(number);
            }
        }
        for parameter in &operation.parameters {
            if let Some(item) = items.get_mut(&format!("{parts}{}", parameter.setter)) {
                item.parameter = Some((parameter.location.clone(), parameter.wire.clone()));
                item.origin = schema_of_parameter(operation, &parameter.location, &parameter.wire);
            }
        }
        let body = operation
            .source
            .get("requestBody")
            .and_then(schema_of_content);
        if let Some(item) = items.get_mut(&format!("{parts}body")) {
            item.origin = body;
        }
    }
    for (path, item) in items.iter_mut() {
        let name = path
            .strip_prefix("types::")
            .and_then(|rest| rest.split(':').next());
        if let (Some(name), None) = (name, &item.origin) {
            item.origin = origins.get(name).filter(|at| !at.is_empty()).cloned();
        }
    }
}
