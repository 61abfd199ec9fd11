//! What operations answer: the shape of a success and of the documented errors.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::operations::{Asked, Shapes};
use super::{StatusUnion, TypeRef};
use crate::lower::MediaKind;
use crate::names::{Names, pascal};
use rolecall_openapi::json;

/// What an answer's body is.
#[derive(Clone, Debug, PartialEq)]
pub enum Answers {
    /// No body.
    Empty,
    /// JSON of a type.
    Json(TypeRef),
    /// Text.
    Text,
    /// Bytes.
    Bytes,
}

/// The success of an operation.
#[derive(Clone, Debug)]
pub enum SuccessShape {
    /// Always the same.
    One(Answers),
    /// JSON of a type, or nothing.
    Optional(TypeRef),
    /// A type that decodes by status.
    ByStatus(String),
}

/// The documented errors of an operation.
#[derive(Clone, Debug)]
pub enum ErrorShape {
    /// None is documented: JSON, if it is JSON.
    Undocumented,
    /// One type for all.
    One(TypeRef),
    /// A type that decodes by status.
    ByStatus(String),
}

/// An alternative of a type that decodes by status.
#[derive(Clone, Debug)]
pub struct StatusArm {
    /// Arm name.
    pub name: String,
    /// What its body is.
    pub body: Answers,
    /// `200`, `4XX`, `default`.
    pub statuses: Vec<String>,
}

/// What the body of one documented answer is.
fn read_answer(answer: &Value, schemas: &mut Asked) -> Answers {
    let Some((media_type, media)) = answer
        .get("content")
        .and_then(Value::as_object)
        .and_then(|c| c.iter().next())
    else {
        return Answers::Empty;
    };
    let any = json!({});
    match MediaKind::of_body(media_type, media.get("schema").unwrap_or(&any)) {
        MediaKind::Json | MediaKind::Form => {
            Answers::Json(schemas.placeholder(media.get("schema").unwrap_or(&any)))
        }
        MediaKind::Text => Answers::Text,
        MediaKind::Octets | MediaKind::Multipart => Answers::Bytes,
    }
}

fn answers<'a>(
    operation: &'a Value,
    wanted: impl Fn(&str) -> bool + 'a,
) -> impl Iterator<Item = (&'a str, &'a Value)> {
    let responses = operation.get("responses").and_then(Value::as_object);
    responses
        .into_iter()
        .flatten()
        .map(|(status, answer)| (status.as_str(), answer))
        .filter(move |(status, _)| wanted(status))
}

/// Whether the schema that a placeholder stands for allows null.
fn is_nullable(placeholder: &TypeRef, schemas: &[Value]) -> bool {
    let schema = asked(placeholder, schemas);
    schema.and_then(|schema| schema.get("nullable")) == Some(&Value::Bool(true))
}

/// The schema that a placeholder stands for.
fn asked<'s>(placeholder: &TypeRef, schemas: &'s [Value]) -> Option<&'s Value> {
    match placeholder {
        TypeRef::Asked(index) => schemas.get(*index),
        _ => None,
    }
}

pub(super) fn read_success(
    operation: &Value,
    builder: &str,
    names: &mut Names,
    shapes: &mut Shapes,
) -> SuccessShape {
    let mut found: Vec<(&str, &Value)> =
        answers(operation, |status| status.starts_with('2')).collect();
    if found.is_empty() {
        // A description with nothing but `default` documents its success there.
        found = answers(operation, |status| status == "default").collect();
    }
    let kinds: Vec<(String, Answers)> = found
        .into_iter()
        .map(|(status, answer)| (status.to_owned(), read_answer(answer, &mut shapes.schemas)))
        .collect();
    let mut distinct: Vec<Answers> = Vec::new();
    for (_, kind) in &kinds {
        if !distinct.contains(kind) {
            distinct.push(kind.clone());
        }
    }
    match distinct.as_slice() {
        [] => SuccessShape::One(Answers::Empty),
        [Answers::Json(ty)] if is_nullable(ty, &shapes.schemas.list) => {
            SuccessShape::Optional(ty.clone())
        }
        [one] => SuccessShape::One(one.clone()),
        [Answers::Empty, Answers::Json(ty)] | [Answers::Json(ty), Answers::Empty] => {
            SuccessShape::Optional(ty.clone())
        }
        [Answers::Empty, other] | [other, Answers::Empty] => SuccessShape::One(other.clone()),
        _ => {
            let arms = arms(kinds, &shapes.schemas.list);
            SuccessShape::ByStatus(shapes.status_union(
                arms,
                format!("{builder}Answer"),
                "A success, by status.",
                names,
            ))
        }
    }
}

pub(super) fn read_error(
    operation: &Value,
    builder: &str,
    names: &mut Names,
    shapes: &mut Shapes,
) -> ErrorShape {
    let has_success = answers(operation, |status| status.starts_with('2'))
        .next()
        .is_some();
    let found: Vec<(String, Answers)> =
        answers(operation, |status| !status.starts_with(['1', '2', '3']))
            .filter(|(status, _)| has_success || *status != "default")
            .map(|(status, answer)| (status.to_owned(), answer))
            .collect::<Vec<_>>()
            .into_iter()
            .map(|(status, answer)| (status, read_answer(answer, &mut shapes.schemas)))
            .filter(|(_, kind)| matches!(kind, Answers::Json(_) | Answers::Text))
            .collect();
    let distinct: BTreeSet<String> = found.iter().map(|(_, kind)| format!("{kind:?}")).collect();
    match (distinct.len(), found.first()) {
        (0, _) => ErrorShape::Undocumented,
        (1, Some((_, Answers::Json(ty)))) => ErrorShape::One(ty.clone()),
        (1, _) => ErrorShape::Undocumented,
        _ => {
            let arms = arms(found, &shapes.schemas.list);
            let parts: Vec<&str> = arms.iter().map(|arm| arm.name.as_str()).collect();
            let wanted = if parts.len() < 4 {
                parts.join("Or")
            } else {
                format!("{builder}Error")
            };
            ErrorShape::ByStatus(shapes.status_union(
                arms,
                wanted,
                "A documented error, by status.",
                names,
            ))
        }
    }
}

/// Arms for distinct bodies, named for their type, or for their status when that says nothing.
fn arms(kinds: Vec<(String, Answers)>, schemas: &[Value]) -> Vec<StatusArm> {
    let mut names = Names::default();
    let mut arms: Vec<StatusArm> = Vec::new();
    for (status, body) in kinds {
        if let Some(arm) = arms.iter_mut().find(|arm| arm.body == body) {
            arm.statuses.push(status);
            continue;
        }
        let component = match &body {
            Answers::Json(ty) => asked(ty, schemas).and_then(json::schema_ref),
            _ => None,
        };
        let wanted = component.unwrap_or_else(|| match &body {
            Answers::Empty => "Empty".to_owned(),
            Answers::Text => "Text".to_owned(),
            Answers::Bytes => "Bytes".to_owned(),
            Answers::Json(_) => pascal(&format!("status {status}")),
        });
        arms.push(StatusArm {
            name: names.take(&wanted),
            body,
            statuses: vec![status],
        });
    }
    arms
}

impl Shapes {
    /// A type for these arms: one that is there already, when no status means another arm in it.
    fn status_union(
        &mut self,
        arms: Vec<StatusArm>,
        wanted: String,
        description: &str,
        names: &mut Names,
    ) -> String {
        for known in &mut self.by_status {
            let same_bodies = known.description == description
                && known.arms.len() == arms.len()
                && arms
                    .iter()
                    .all(|arm| known.arms.iter().any(|k| k.body == arm.body));
            let agrees = |arm: &StatusArm| {
                arm.statuses.iter().all(|status| {
                    known
                        .arms
                        .iter()
                        .all(|k| k.body == arm.body || !k.statuses.contains(status))
                })
            };
            if same_bodies && arms.iter().all(agrees) {
                for arm in arms {
                    for k in known.arms.iter_mut().filter(|k| k.body == arm.body) {
                        k.statuses.extend(
                            arm.statuses
                                .iter()
                                .filter(|s| !k.statuses.contains(s))
                                .cloned()
                                .collect::<Vec<_>>(),
                        );
                    }
                }
                return known.name.clone();
            }
        }
        let name = names.take(&wanted);
        self.by_status.push(StatusUnion {
            name: name.clone(),
            description: description.to_owned(),
            arms,
        });
        name
    }
}
