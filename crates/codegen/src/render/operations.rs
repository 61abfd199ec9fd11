//! One file a tag: the client's methods and their request builders.

use std::collections::HashSet;

use serde_json::Value;

use super::source::text::{described, described_within, docs, link, literal, name, span, ty};
use super::source::{Code, Markdown, Page, Piece, code};
use super::{Identity, banner, metadata, pages, rust};
use crate::model::{
    Answers, BodyKind, ErrorShape, Model, ModuleModel, OperationModel, ParameterModel, SuccessShape,
};

/// Puts the crate's types under `types::`.
pub struct Types<'a> {
    ours: HashSet<&'a str>,
    enums: HashSet<&'a str>,
}

impl<'a> Types<'a> {
    /// The types of a model.
    pub fn of(model: &'a Model) -> Self {
        let objects = model.objects.iter().map(|o| o.name.as_str());
        let enums = model.enums.iter().map(|e| e.name.as_str());
        let unions = model.unions.iter().map(|u| u.name.as_str());
        let statuses = model.by_status.iter().map(|u| u.name.as_str());
        Self {
            ours: objects
                .chain(enums.clone())
                .chain(unions)
                .chain(statuses)
                .collect(),
            enums: enums.collect(),
        }
    }

    /// Whether the type is an open enum.
    fn is_enum(&self, ty: &str) -> bool {
        self.enums.contains(ty)
    }

    /// `Vec<Role>` → `Vec<types::Role>`.
    pub fn qualify(&self, ty: &str) -> String {
        rust::qualified(ty, |name| self.ours.contains(name))
    }
}

/// The file of a module.
pub fn module(model: &Model, module: &ModuleModel, identity: &Identity) -> Code {
    let types = Types::of(model);
    let mut body = Code::new();
    let operations: Vec<&OperationModel> = model
        .operations
        .iter()
        .filter(|o| o.module == module.name)
        .collect();
    body.push("impl Client {\n");
    for operation in &operations {
        write_method(&mut body, operation);
    }
    body.push("}\n\n");
    for operation in &operations {
        write_builder(&mut body, operation, &types);
        pages::write_pages(&mut body, operation, model, &types);
    }
    let mut page = Page::new();
    page.piece(&described_within("", module.tag.trim_end_matches('.'), "."));
    if let Some(description) = &module.description {
        page.push("\n\n");
        page.piece(&described(description));
    }
    let mut file = code("//{}\n{}\n", &[&banner(identity), &docs("//!", &page)]);
    if rust::used(body.as_str(), &["BTreeMap"]).len() == 1 {
        file.push("use std::collections::BTreeMap;\n\n");
    }
    // The crate's own types may have names of the run time.
    let outside = body.as_str().replace("types::", "types__");
    let runtime = rust::used(
        &outside,
        &[
            "Bytes",
            "Call",
            "Error",
            "Extra",
            "Location",
            "Multipart",
            "Paged",
            "Response",
            "Secret",
            "Timestamp",
        ],
    );
    let names =
        |names: Vec<&'static str>| Code::join(names.into_iter().map(|name| code(name, &[])), ", ");
    file.line("use rolecall_client::{{{}}};", &[&names(runtime)]);
    let json = rust::used(&outside, &["Number", "Value"]);
    if !json.is_empty() {
        file.line(
            "use rolecall_client::private::serde_json::{{{}}};",
            &[&names(json)],
        );
    }
    file.push("\nuse crate::{Client, operations");
    if rust::used(body.as_str(), &["types"]).len() == 1 {
        file.push(", types");
    }
    file.push("};\n\n");
    file.piece(&body);
    file
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value
        .get(key)
        .and_then(Value::as_str)
        .map(str::trim)
        .filter(|t| !t.is_empty())
}

/// The documentation of an operation: what it does, what it needs, what to know before calling it.
fn describe(operation: &OperationModel) -> Page {
    let source = &operation.source;
    let mut parts = Vec::new();
    let mut part = |template, pieces: &[&dyn Piece<Markdown>]| {
        let mut page = Page::new();
        page.add(template, pieces);
        parts.push(page);
    };
    let summary = text(source, "summary");
    if let Some(summary) = summary {
        part(
            "{}",
            &[&described_within("", summary.trim_end_matches('.'), ".")],
        );
    }
    let method = operation.method.to_uppercase();
    let request = format!("{method} {}", operation.path);
    part("{}", &[&span(&request)]);
    if let Some(description) = text(source, "description").filter(|d| Some(*d) != summary) {
        part("{}", &[&described(description)]);
    }
    if let Some(hazard) = text(source, "x-hazard") {
        part("{}", &[&described_within("**Hazard**: ", hazard, "")]);
    }
    let mut scopes: Vec<&str> = Vec::new();
    for set in list(source, "security") {
        for scope in set
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(_, s)| s.as_array())
            .flatten()
            .filter_map(Value::as_str)
        {
            if !scopes.contains(&scope) {
                scopes.push(scope);
            }
        }
    }
    if !scopes.is_empty() {
        part("Scopes: {}.", &[&spans(scopes)]);
    }
    let permissions: Vec<&str> = list(source, "x-permissions")
        .filter_map(Value::as_str)
        .collect();
    if !permissions.is_empty() {
        part("Permissions: {}.", &[&spans(permissions)]);
    }
    if let Some(url) = source.get("externalDocs").and_then(|d| text(d, "url")) {
        part("{}", &[&link("Documentation", url)]);
    }
    Page::join(parts, "\n\n")
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    let list = value.get(key).and_then(Value::as_array);
    list.into_iter().flatten()
}

/// Code spans with commas between them.
fn spans(texts: Vec<&str>) -> Page {
    let spans = texts.into_iter().map(|text| {
        let mut page = Page::new();
        page.piece(&span(text));
        page
    });
    Page::join(spans, ", ")
}

fn write_method(file: &mut Code, operation: &OperationModel) {
    file.piece(&docs("    ///", &describe(operation)));
    if operation.source.get("deprecated").and_then(Value::as_bool) == Some(true) {
        file.push("    #[deprecated = \"deprecated by the service\"]\n");
    }
    let fixed: Vec<Code> = operation
        .parameters
        .iter()
        .filter_map(|parameter| Some((parameter, parameter.fixed.as_deref()?)))
        .map(|(parameter, value)| {
            code(
                "        call.set_in(rolecall_client::Location::Query, {}, {});\n",
                &[&literal(&parameter.wire), &literal(value)],
            )
        })
        .collect();
    let template = match fixed.is_empty() {
        true => {
            "    pub fn {0}(&self) -> {1} {{\n        {1} {{ call: Call::new(&self.transport, &operations::{2}) }}\n    }}\n"
        }
        false => {
            "    pub fn {0}(&self) -> {1} {{\n        let mut call = Call::new(&self.transport, &operations::{2});\n{3}        {1} {{ call }}\n    }}\n"
        }
    };
    file.line(
        template,
        &[
            &name(&operation.method_name),
            &name(&operation.builder),
            &name(&metadata::constant(operation)),
            &Code::join(fixed, ""),
        ],
    );
}

fn write_builder(file: &mut Code, operation: &OperationModel, types: &Types<'_>) {
    let builder = name(&operation.builder);
    file.line(
        "/// A call of [`Client::{0}`] that is not sent yet.\n#[derive(Clone, Debug)]\n#[must_use = \"a call does nothing until `send` is awaited\"]\npub struct {1} {{\n    call: Call,\n}}\n\nimpl {1} {{",
        &[&name(&operation.method_name), &builder],
    );
    for parameter in operation.parameters.iter().filter(|p| p.fixed.is_none()) {
        write_setter(file, operation, parameter, types);
    }
    write_body(file, operation, types);
    let (success, call) = outcome(operation, types);
    let error = error_type(&operation.error, types);
    let documented = match &operation.error {
        ErrorShape::Undocumented => code("not described, and kept as JSON", &[]),
        _ => code("[`{}`]", &[&ty(error.split('<').next().unwrap_or(&error))]),
    };
    file.line(
        "    /// Sends the call.\n    ///\n    /// # Errors\n    ///\n    /// Everything that [`Error`] lists; a documented error body is {}.\n    pub async fn send(self) -> Result<Response<{}>, Error<{}>> {{\n        self.call.{}().await\n    }}\n}}\n",
        &[&documented, &success, &ty(&error), &call],
    );
}

/// The type of an operation's documented error bodies.
pub fn error_type(error: &ErrorShape, types: &Types<'_>) -> String {
    match error {
        ErrorShape::Undocumented => "Value".to_owned(),
        ErrorShape::One(ty) => types.qualify(ty),
        ErrorShape::ByStatus(name) => format!("types::{name}"),
    }
}

/// The type of a success, and the call that decodes it.
fn outcome(operation: &OperationModel, types: &Types<'_>) -> (Code, &'static str) {
    match &operation.success {
        SuccessShape::One(Answers::Empty) => (code("()", &[]), "send_empty"),
        SuccessShape::One(Answers::Json(body)) => {
            (code("{}", &[&ty(&types.qualify(body))]), "send_json")
        }
        SuccessShape::One(Answers::Text) => (code("String", &[]), "send_text"),
        SuccessShape::One(Answers::Bytes) => (code("Bytes", &[]), "send_bytes"),
        SuccessShape::Optional(body) => (
            code("Option<{}>", &[&ty(&types.qualify(body))]),
            "send_optional_json",
        ),
        SuccessShape::ByStatus(union) => (code("types::{}", &[&name(union)]), "send_by_status"),
    }
}

fn write_setter(
    file: &mut Code,
    operation: &OperationModel,
    parameter: &ParameterModel,
    types: &Types<'_>,
) {
    let wire = literal(&parameter.wire);
    let twice = operation
        .parameters
        .iter()
        .filter(|p| p.wire == parameter.wire)
        .count()
        > 1;
    let place = if twice {
        code("{}, ", &[&metadata::location(&parameter.location)])
    } else {
        Code::new()
    };
    let suffix = if twice { "_in" } else { "" };
    let whole = types.qualify(&parameter.ty);
    let by_reference = || (code("&{}", &[&ty(&whole)]), None);
    let item = parameter
        .ty
        .strip_prefix("Vec<")
        .and_then(|t| t.strip_suffix('>'));
    let (argument, set) = match parameter.ty.as_str() {
        _ if parameter.json => by_reference(),
        "Value" | "Extra" => by_reference(),
        "bool" | "i64" | "f64" => (code("{}", &[&ty(&whole)]), Some(code("value", &[]))),
        plain if is_plain(plain, types) => (
            code("impl Into<{}>", &[&ty(&whole)]),
            Some(code("Into::<{}>::into(value)", &[&ty(&whole)])),
        ),
        _ => match item {
            Some(item) if is_plain(item, types) => {
                let item = types.qualify(item);
                (
                    code("impl IntoIterator<Item = impl Into<{}>>", &[&ty(&item)]),
                    Some(code(
                        "value.into_iter().map(|item| -> {} {{ item.into() }}).collect::<Vec<_>>()",
                        &[&ty(&item)],
                    )),
                )
            }
            _ => by_reference(),
        },
    };
    let mut page = Page::new();
    match &parameter.description {
        Some(description) => page.piece(&described(description)),
        None => page.add("{}.", &[&span(&parameter.wire)]),
    }
    if parameter.setter != crate::names::snake(&parameter.wire) {
        page.add("\n\nSent as {}.", &[&span(&parameter.wire)]);
    }
    if parameter.required {
        page.push("\n\nRequired.");
    }
    file.line(
        "{}    pub fn {}(mut self, value: {}) -> Self {{",
        &[&docs("    ///", &page), &name(&parameter.setter), &argument],
    );
    match set {
        Some(value) => file.line(
            "        self.call.set{}({}{}, {});",
            &[&suffix, &place, &wire, &value],
        ),
        None => file.line(
            "        self.call.set_serialized{}({}{}, value);",
            &[&suffix, &place, &wire],
        ),
    }
    file.push("        self\n    }\n\n");
}

/// Whether a type has a plain text form: everything but the crate's own objects and unions, which have none.
fn is_plain(ty: &str, types: &Types<'_>) -> bool {
    !ty.contains('<')
        && ty != "Value"
        && (matches!(ty, "String" | "bool" | "i64" | "f64" | "Timestamp") || types.is_enum(ty))
}

fn write_body(file: &mut Code, operation: &OperationModel, types: &Types<'_>) {
    let Some(body) = &operation.body else { return };
    let whole = types.qualify(&body.ty);
    let whole = ty(&whole);
    let value = if body.ty.contains('<') || !types.ours.contains(body.ty.as_str()) {
        code("Into::<{}>::into(value)", &[&whole])
    } else {
        code("value.into()", &[])
    };
    let (argument, call) = match body.kind {
        BodyKind::Json => (
            code("impl Into<{}>", &[&whole]),
            code("json(&{})", &[&value]),
        ),
        BodyKind::Form => (
            code("impl Into<{}>", &[&whole]),
            code("form(&{})", &[&value]),
        ),
        BodyKind::Multipart => (code("Multipart", &[]), code("multipart(value)", &[])),
        BodyKind::Text => (code("impl Into<String>", &[]), code("text(value)", &[])),
        BodyKind::Octets => (code("impl Into<Bytes>", &[]), code("bytes(value)", &[])),
    };
    let mut page = Page::new();
    page.piece(&described(
        body.description.as_deref().unwrap_or("The body."),
    ));
    if body.required {
        page.push("\n\nRequired.");
    }
    // The metadata holds the media type; nothing else has to be said.
    file.line(
        "{}    pub fn body(mut self, value: {}) -> Self {{\n        self.call.{};\n        self\n    }}\n",
        &[&docs("    ///", &page), &argument, &call],
    );
}
