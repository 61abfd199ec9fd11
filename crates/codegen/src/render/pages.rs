//! Page glue: how the items and the next cursor are taken out of a typed body.

use serde_json::Value;

use super::operations::{Types, error_type};
use super::source::text::{literal, name, ty};
use super::source::{Code, code};
use crate::model::{Answers, Model, OperationModel, Presence, SuccessShape};

/// The `Paged` implementation of an operation that lists, if it can be written.
pub fn write_pages(file: &mut Code, operation: &OperationModel, model: &Model, types: &Types<'_>) {
    let Some(glue) = glue(operation, model) else {
        return;
    };
    let SuccessShape::One(Answers::Json(body)) = &operation.success else {
        return;
    };
    file.line(
        "impl Paged for {} {{
    type Body = {};
    type Item = {};
    type Error = {};

    fn call(&self) -> &Call {{
        &self.call
    }}

    fn call_mut(&mut self) -> &mut Call {{
        &mut self.call
    }}

    fn into_call(self) -> Call {{
        self.call
    }}

    fn split(body: Self::Body) -> (Vec<Self::Item>, Option<String>) {{
        {}
    }}
}}
",
        &[
            &name(&operation.builder),
            &ty(&types.qualify(body)),
            &ty(&types.qualify(&glue.item)),
            &ty(&error_type(&operation.error, types)),
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
    item: String,
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
fn field<'m>(ty: &str, property: &str, model: &'m Model) -> Option<(&'m str, Presence, &'m str)> {
    let ty = ty
        .strip_prefix("Box<")
        .and_then(|t| t.strip_suffix('>'))
        .unwrap_or(ty);
    let object = model.objects.iter().find(|object| object.name == ty)?;
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
fn take_items(body: &str, pointer: &str, model: &Model) -> Option<(String, Code)> {
    let mut ty = body.to_owned();
    let mut expression = code("body", &[]);
    let mut optional = false;
    for token in tokens(pointer) {
        let (property, presence, next) = field(&ty, &token, model)?;
        let template = match (optional, presence) {
            (false, _) => "{}.{}",
            (true, Presence::Required) => "{}.map(|value| value.{})",
            (true, _) => "{}.and_then(|value| value.{})",
        };
        optional = optional || presence != Presence::Required;
        expression = code(template, &[&expression, &name(property)]);
        ty = next.to_owned();
    }
    let item = ty.strip_prefix("Vec<")?.strip_suffix('>')?.to_owned();
    if optional {
        expression.push(".unwrap_or_default()");
    }
    Some((item, expression))
}

/// The expression that copies the text at a pointer out of `body`: an `Option<String>`.
fn borrow_text(body: &str, pointer: &str, model: &Model) -> Option<Code> {
    let mut ty = body.to_owned();
    let mut expression = code("Some(&body)", &[]);
    let path = tokens(pointer);
    for (depth, token) in path.iter().enumerate() {
        if matches!(ty.as_str(), "Extra" | "Value") || ty.starts_with("BTreeMap<") {
            for token in &path[depth..] {
                expression.add(".and_then(|value| value.get({}))", &[&literal(token)]);
            }
            expression.push(".and_then(|value| value.as_str()).map(str::to_owned)");
            return Some(expression);
        }
        let (property, presence, next) = field(&ty, token, model)?;
        let template = match presence {
            Presence::Required => "{}.map(|value| &value.{})",
            _ => "{}.and_then(|value| value.{}.as_ref())",
        };
        expression = code(template, &[&expression, &name(property)]);
        ty = next.to_owned();
    }
    (ty == "String").then(|| code("{}.cloned()", &[&expression]))
}
