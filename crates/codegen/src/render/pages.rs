//! Page glue: how the items and the next cursor are taken out of a typed body.

use std::fmt::Write;

use serde_json::Value;

use super::operations::{Types, error_type};
use super::rust;
use crate::model::{Answers, Model, OperationModel, Presence, SuccessShape};

/// The `Paged` implementation of an operation that lists, if it can be written.
pub fn write_pages(
    code: &mut String,
    operation: &OperationModel,
    model: &Model,
    types: &Types<'_>,
) {
    let Some(glue) = glue(operation, model) else {
        return;
    };
    let SuccessShape::One(Answers::Json(body)) = &operation.success else {
        return;
    };
    let error = error_type(&operation.error, types);
    let _ = writeln!(
        code,
        "impl Paged for {} {{
    type Body = {};
    type Item = {};
    type Error = {error};

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
        operation.builder,
        types.qualify(body),
        types.qualify(&glue.item),
        glue.split
    );
}

struct Glue {
    item: String,
    split: String,
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
        Some(next) => format!("let next = {next};\n        ({items}, next)"),
        None => format!("({items}, None)"),
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
fn take_items(body: &str, pointer: &str, model: &Model) -> Option<(String, String)> {
    let mut ty = body.to_owned();
    let mut expression = "body".to_owned();
    let mut optional = false;
    for token in tokens(pointer) {
        let (name, presence, next) = field(&ty, &token, model)?;
        expression = match (optional, presence) {
            (false, Presence::Required) => format!("{expression}.{name}"),
            (false, _) => {
                optional = true;
                format!("{expression}.{name}")
            }
            (true, Presence::Required) => format!("{expression}.map(|value| value.{name})"),
            (true, _) => format!("{expression}.and_then(|value| value.{name})"),
        };
        ty = next.to_owned();
    }
    let item = ty.strip_prefix("Vec<")?.strip_suffix('>')?.to_owned();
    Some((
        item,
        if optional {
            format!("{expression}.unwrap_or_default()")
        } else {
            expression
        },
    ))
}

/// The expression that copies the text at a pointer out of `body`: an `Option<String>`.
fn borrow_text(body: &str, pointer: &str, model: &Model) -> Option<String> {
    let mut ty = body.to_owned();
    let mut expression = "Some(&body)".to_owned();
    let path = tokens(pointer);
    for (depth, token) in path.iter().enumerate() {
        if matches!(ty.as_str(), "Extra" | "Value") || ty.starts_with("BTreeMap<") {
            let rest: Vec<String> = path[depth + 1..]
                .iter()
                .map(|t| format!(".and_then(|value| value.get({}))", rust::string(t)))
                .collect();
            return Some(format!(
                "{expression}.and_then(|value| value.get({})){}.and_then(|value| value.as_str()).map(str::to_owned)",
                rust::string(token),
                rest.concat()
            ));
        }
        let (name, presence, next) = field(&ty, token, model)?;
        expression = match presence {
            Presence::Required => format!("{expression}.map(|value| &value.{name})"),
            _ => format!("{expression}.and_then(|value| value.{name}.as_ref())"),
        };
        ty = next.to_owned();
    }
    (ty == "String").then(|| format!("{expression}.cloned()"))
}
