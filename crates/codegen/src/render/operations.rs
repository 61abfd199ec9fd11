//! One file a tag: the client's methods and their request builders.

use std::collections::HashSet;

use serde_json::Value;

use super::source::text::{described, described_within, docs, link, literal, name, span};
use super::source::{Code, Markdown, Page, Piece, code};
use super::{Identity, banner, metadata, pages, rust};
use crate::model::{
    Answers, BodyKind, ErrorShape, Model, ModuleModel, OperationModel, ParameterModel,
    SuccessShape, TypeRef,
};

/// What is known of the crate's types.
pub struct Types<'a> {
    enums: HashSet<&'a str>,
}

impl<'a> Types<'a> {
    pub fn of(model: &'a Model) -> Self {
        Self {
            enums: model.enums.iter().map(|item| item.name.as_str()).collect(),
        }
    }

    /// Whether a type has a plain text form: everything but the crate's own objects and unions, which have none.
    fn is_plain(&self, ty: &TypeRef) -> bool {
        match ty {
            TypeRef::String | TypeRef::Timestamp => true,
            TypeRef::Component(name) => self.enums.contains(name.as_str()),
            other => is_scalar(other),
        }
    }
}

fn is_scalar(ty: &TypeRef) -> bool {
    matches!(ty, TypeRef::Bool | TypeRef::Integer | TypeRef::Float)
}

/// A type as the modules name it.
pub fn qualified(ty: &TypeRef) -> Code {
    rust::path(ty, rust::TYPES)
}

/// A type by status as the modules name it.
fn by_status(union: &str) -> Code {
    code("{}{}", &[&rust::TYPES, &name(union)])
}

/// The file of a module.
pub fn module(
    model: &Model,
    module: &ModuleModel,
    operations: &[&OperationModel],
    types: &Types<'_>,
    identity: &Identity,
) -> Code {
    let mut body = Code::new();
    body.push("impl crate::Client {\n");
    for operation in operations {
        write_method(&mut body, operation);
    }
    body.push("}\n\n");
    for operation in operations {
        write_builder(&mut body, operation, types);
        pages::write_pages(&mut body, operation, model);
    }
    let mut page = Page::new();
    page.piece(&described_within("", module.tag.trim_end_matches('.'), "."));
    if let Some(description) = &module.description {
        page.push("\n\n");
        page.piece(&described(description));
    }
    let mut file = code("//{}\n{}\n", &[&banner(identity), &docs("//!", &page)]);
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
                "        call.set_in(::rolecall_client::Location::Query, {}, {});\n",
                &[&literal(&parameter.wire), &literal(value)],
            )
        })
        .collect();
    let template = match fixed.is_empty() {
        true => {
            "    pub fn {0}(&self) -> {1} {{\n        {1} {{ call: ::rolecall_client::Call::new(&self.transport, &crate::operations::{2}) }}\n    }}\n"
        }
        false => {
            "    pub fn {0}(&self) -> {1} {{\n        let mut call = ::rolecall_client::Call::new(&self.transport, &crate::operations::{2});\n{3}        {1} {{ call }}\n    }}\n"
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
        "/// A call of [`Client::{0}`](crate::Client::{0}) that is not sent yet.\n#[derive(Clone, Debug)]\n#[must_use = \"a call does nothing until `send` is awaited\"]\npub struct {1} {{\n    call: ::rolecall_client::Call,\n}}\n\nimpl {1} {{",
        &[&name(&operation.method_name), &builder],
    );
    for parameter in operation.parameters.iter().filter(|p| p.fixed.is_none()) {
        write_setter(file, operation, parameter, types);
    }
    write_body(file, operation);
    let (success, call) = outcome(operation);
    let error = error_type(&operation.error);
    let documented = match &operation.error {
        ErrorShape::Undocumented => code("not described, and kept as JSON", &[]),
        ErrorShape::ByStatus(union) => code("[`{}`]({})", &[&name(union), &error]),
        ErrorShape::One(ty) => match ty.component() {
            Some(component) => code("[`{0}`]({1}{0})", &[&name(component), &rust::TYPES]),
            None => code("`{}`", &[&error]),
        },
    };
    file.line(
        "    /// Sends the call.\n    ///\n    /// # Errors\n    ///\n    /// Everything that [`Error`](::rolecall_client::Error) lists; a documented error body is {}.\n    pub async fn send(self) -> ::std::result::Result<::rolecall_client::Response<{}>, ::rolecall_client::Error<{}>> {{\n        self.call.{}().await\n    }}\n}}\n",
        &[&documented, &success, &error, &call],
    );
}

/// The type of an operation's documented error bodies.
pub fn error_type(error: &ErrorShape) -> Code {
    match error {
        ErrorShape::Undocumented => qualified(&TypeRef::Json),
        ErrorShape::One(ty) => qualified(ty),
        ErrorShape::ByStatus(union) => by_status(union),
    }
}

/// The type of a success, and the call that decodes it.
fn outcome(operation: &OperationModel) -> (Code, &'static str) {
    match &operation.success {
        SuccessShape::One(Answers::Empty) => (code("()", &[]), "send_empty"),
        SuccessShape::One(Answers::Json(body)) => (qualified(body), "send_json"),
        SuccessShape::One(Answers::Text) => (qualified(&TypeRef::String), "send_text"),
        SuccessShape::One(Answers::Bytes) => (code("::rolecall_client::Bytes", &[]), "send_bytes"),
        SuccessShape::Optional(body) => (rust::option(&qualified(body)), "send_optional_json"),
        SuccessShape::ByStatus(union) => (by_status(union), "send_by_status"),
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
    let whole = qualified(&parameter.ty);
    let (argument, set) = match &parameter.ty {
        _ if parameter.json => (code("&{}", &[&whole]), None),
        ty if is_scalar(ty) => (whole, Some(code("value", &[]))),
        TypeRef::Array(item) if types.is_plain(item) => {
            let item = qualified(item);
            (
                code(
                    "impl ::std::iter::IntoIterator<Item = {}>",
                    &[&rust::into(&item)],
                ),
                Some(code(
                    "value.into_iter().map(|item| -> {} {{ item.into() }}).collect::<::std::vec::Vec<_>>()",
                    &[&item],
                )),
            )
        }
        ty if types.is_plain(ty) => (
            rust::into(&whole),
            Some(code("::std::convert::Into::<{}>::into(value)", &[&whole])),
        ),
        _ => (code("&{}", &[&whole]), None),
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

fn write_body(file: &mut Code, operation: &OperationModel) {
    let Some(body) = &operation.body else { return };
    let whole = qualified(&body.ty);
    let value = code("&::std::convert::Into::<{}>::into(value)", &[&whole]);
    let bytes = code("::rolecall_client::Bytes", &[]);
    let (argument, call) = match body.kind {
        BodyKind::Json => (rust::into(&whole), code("json({})", &[&value])),
        BodyKind::Form => (rust::into(&whole), code("form({})", &[&value])),
        BodyKind::Multipart => (
            code("::rolecall_client::Multipart", &[]),
            code("multipart(value)", &[]),
        ),
        BodyKind::Text => (
            rust::into(&qualified(&TypeRef::String)),
            code("text(value)", &[]),
        ),
        BodyKind::Octets => (rust::into(&bytes), code("bytes(value)", &[])),
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
