//! Page glue: how the items and the next cursor are taken out of a typed body.

use serde_json::Value;

use super::operations::{error_type, qualified};
use super::source::text::{literal, name};
use super::source::{Code, code};
use crate::model::{Answers, Model, OperationModel, Presence, SuccessShape, TypeRef};

/// The `Paged` implementation of an operation that lists, if it can be written.
pub fn write_pages(file: &mut Code, operation: &OperationModel, model: &Model) {
    let Some(glue) = glue(operation, model) else {
        return;
    };
    let SuccessShape::One(Answers::Json(body)) = &operation.success else {
        return;
    };
    file.line(
        "impl ::rolecall_client::Paged for {} {{
    type Body = {};
    type Item = {};
    type Error = {};

    fn call(&self) -> &::rolecall_client::Call {{
        &self.call
    }}

    fn call_mut(&mut self) -> &mut ::rolecall_client::Call {{
        &mut self.call
    }}

    fn into_call(self) -> ::rolecall_client::Call {{
        self.call
    }}

    fn split(body: Self::Body) -> (::std::vec::Vec<Self::Item>, ::std::option::Option<::std::string::String>) {{
        {}
    }}
}}
",
        &[
            &name(&operation.builder),
            &qualified(body),
            &qualified(&glue.item),
            &error_type(&operation.error),
            &glue.split,
        ],
    );
}

/// Whether an operation has that implementation.
pub fn is_paged(operation: &OperationModel, model: &Model) -> bool {
    glue(operation, model).is_some()
        && matches!(operation.success, SuccessShape::One(Answers::Json(_)))
}

struct Glue {
    item: TypeRef,
    split: Code,
}

fn glue(operation: &OperationModel, model: &Model) -> Option<Glue> {
    let pagination = operation.source.get("x-pagination")?;
    if pagination.get("style")?.as_str()? == "none" {
        return None;
    }
    let SuccessShape::One(Answers::Json(body)) = &operation.success else {
        return None;
    };
    let items = pagination.get("items")?.as_str()?;
    let (item, items) = take_items(body, items, model)?;
    let next = match pagination.get("next").and_then(Value::as_str) {
        Some(pointer) => Some(borrow_text(body, pointer, model)?),
        None => None,
    };
    let split = match next {
        Some(next) => code("let next = {};\n        ({}, next)", &[&next, &items]),
        None => code("({}, None)", &[&items]),
    };
    Some(Glue { item, split })
}

/// The field that holds a property: name, presence, type.
fn field<'m>(
    ty: &TypeRef,
    property: &str,
    model: &'m Model,
) -> Option<(&'m str, Presence, &'m TypeRef)> {
    let TypeRef::Component(name) = ty.unboxed() else {
        return None;
    };
    let object = model.objects.iter().find(|object| object.name == *name)?;
    let field = object.fields.iter().find(|field| field.wire == property)?;
    Some((&field.name, field.presence, &field.ty))
}

fn tokens(pointer: &str) -> Vec<String> {
    pointer
        .split('/')
        .skip(1)
        .map(|t| t.replace("~1", "/").replace("~0", "~"))
        .collect()
}

/// The item type, and the expression that moves the items out of `body`.
fn take_items(body: &TypeRef, pointer: &str, model: &Model) -> Option<(TypeRef, Code)> {
    let mut ty = body;
    let mut expression = code("body", &[]);
    let mut optional = false;
    for token in tokens(pointer) {
        let (property, presence, next) = field(ty, &token, model)?;
        let template = match (optional, presence) {
            (false, _) => "{}.{}",
            (true, Presence::Required) => "{}.map(|value| value.{})",
            (true, _) => "{}.and_then(|value| value.{})",
        };
        optional = optional || presence != Presence::Required;
        expression = code(template, &[&expression, &name(property)]);
        ty = next;
    }
    let TypeRef::Array(item) = ty else {
        return None;
    };
    if optional {
        expression.push(".unwrap_or_default()");
    }
    Some(((**item).clone(), expression))
}

/// The expression that copies the text at a pointer out of `body`: an `Option<String>`.
fn borrow_text(body: &TypeRef, pointer: &str, model: &Model) -> Option<Code> {
    let mut ty = body;
    let mut expression = code("Some(&body)", &[]);
    let path = tokens(pointer);
    for (depth, token) in path.iter().enumerate() {
        if matches!(ty, TypeRef::Extra | TypeRef::Json | TypeRef::Map(_)) {
            let below = path.get(depth + 1..).unwrap_or_default();
            let below: String = below
                .iter()
                .map(|token| format!("/{}", token.replace('~', "~0").replace('/', "~1")))
                .collect();
            expression.add(
                ".and_then(|value| value.get({})).and_then(|value| value.pointer({})?.as_str().map(::std::string::String::from))",
                &[&literal(token), &literal(&below)],
            );
            return Some(expression);
        }
        let (property, presence, next) = field(ty, token, model)?;
        let template = match presence {
            Presence::Required => "{}.map(|value| &value.{})",
            _ => "{}.and_then(|value| value.{}.as_ref())",
        };
        expression = code(template, &[&expression, &name(property)]);
        ty = next;
    }
    (*ty == TypeRef::String).then(|| code("{}.cloned()", &[&expression]))
}
