//! The operations of a lowered description: parameters, bodies, answers, and which Rust types they need.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{ModuleModel, StatusUnion};
use crate::json;
use crate::lower::{MediaKind, operation_name};
use crate::names::{Names, pascal, snake};

/// An operation.
pub struct OperationModel {
    /// `operationId`, or the name made from method and path.
    pub id: String,
    /// The method on the client.
    pub method_name: String,
    /// The request builder's type.
    pub builder: String,
    /// The module that it lives in.
    pub module: String,
    /// HTTP method, lower case.
    pub method: String,
    /// Path template.
    pub path: String,
    /// The lowered operation object.
    pub source: Value,
    /// Parameters.
    pub parameters: Vec<ParameterModel>,
    /// The request body.
    pub body: Option<BodyModel>,
    /// What success looks like.
    pub success: SuccessShape,
    /// What documented errors look like.
    pub error: ErrorShape,
}

/// A parameter.
pub struct ParameterModel {
    /// Name on the wire.
    pub wire: String,
    /// `path`, `query`, `header` or `cookie`.
    pub location: String,
    /// The setter's name.
    pub setter: String,
    /// Rust type of the value.
    pub ty: String,
    /// Whether a call without it is refused.
    pub required: bool,
    /// Documentation.
    pub description: Option<String>,
    /// Serialisation style, with the default of the location filled in.
    pub style: String,
    /// Whether arrays repeat the name.
    pub explode: bool,
    /// Whether reserved characters go unescaped.
    pub allow_reserved: bool,
    /// Whether the value is sent as JSON (`content`).
    pub json: bool,
}

/// A request body.
pub struct BodyModel {
    /// Whether a call without it is refused.
    pub required: bool,
    /// Media type to send.
    pub media_type: String,
    /// How it is written.
    pub kind: BodyKind,
    /// Rust type, for JSON and forms.
    pub ty: String,
    /// Documentation.
    pub description: Option<String>,
}

/// How a body is written.
pub type BodyKind = MediaKind;

/// What an answer's body is.
#[derive(Clone, Debug, PartialEq)]
pub enum Answers {
    /// No body.
    Empty,
    /// JSON of a type.
    Json(String),
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
    Optional(String),
    /// A type that decodes by status.
    ByStatus(String),
}

/// The documented errors of an operation.
#[derive(Clone, Debug)]
pub enum ErrorShape {
    /// None is documented: JSON, if it is JSON.
    Undocumented,
    /// One type for all.
    One(String),
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

/// Operations before their types are known, and the schemas whose types they need.
pub struct Shapes {
    /// The schemas to ask types for.
    pub schemas: Vec<Value>,
    operations: Vec<OperationModel>,
    by_status: Vec<StatusUnion>,
    modules: Vec<ModuleModel>,
}

/// Stands for the type of schema `n` until it is known.
fn placeholder(schemas: &mut Vec<Value>, schema: &Value) -> String {
    let index = schemas
        .iter()
        .position(|known| known == schema)
        .unwrap_or_else(|| {
            schemas.push(schema.clone());
            schemas.len() - 1
        });
    format!("#{index}")
}

/// Reads the operations. `names` holds the type names that are taken.
pub fn shapes(document: &Value, names: &mut Names) -> Shapes {
    let mut shapes = Shapes {
        schemas: Vec::new(),
        operations: Vec::new(),
        by_status: Vec::new(),
        modules: Vec::new(),
    };
    let mut methods = Names::default();
    // Names of the client's own methods.
    methods.reserve(["new", "with_transport", "transport", "clone"]);
    let mut module_names = Names::default();
    module_names.reserve([
        "types",
        "operations",
        "catalog",
        "client",
        "lib",
        "crate",
        "std",
        "core",
        "rolecall_client",
        "default",
        "schemars",
    ]);
    let mut builders = Names::default();
    for (path, method, operation) in json::operations(document) {
        let tag = operation
            .get("tags")
            .and_then(|t| t.get(0))
            .and_then(Value::as_str)
            .unwrap_or("Untagged");
        let module = match shapes.modules.iter().find(|module| module.tag == tag) {
            Some(module) => module.name.clone(),
            None => {
                let name = module_names.take(&snake(tag));
                shapes.modules.push(ModuleModel {
                    name: name.clone(),
                    tag: tag.to_owned(),
                    description: tag_description(document, tag),
                });
                name
            }
        };
        let builder = builders.take(&operation_name(path, method, operation));
        let method_name = methods.take(&snake(&operation_name(path, method, operation)));
        let id = operation
            .get("operationId")
            .and_then(Value::as_str)
            .filter(|id| !id.is_empty())
            .map_or_else(|| method_name.clone(), str::to_owned);
        let mut setters = Names::default();
        setters.reserve([
            "new",
            "send",
            "call",
            "body",
            "page",
            "resume",
            "clone",
            "operation",
        ]);
        let parameters = operation
            .get("parameters")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|parameter| read_parameter(parameter, &mut setters, &mut shapes.schemas))
            .collect();
        let body = operation
            .get("requestBody")
            .and_then(|body| read_body(body, &mut shapes.schemas));
        let success = read_success(operation, &builder, names, &mut shapes);
        let error = read_error(operation, &builder, names, &mut shapes);
        shapes.operations.push(OperationModel {
            id,
            method_name,
            builder,
            module,
            method: method.to_owned(),
            // Some descriptions tell operations apart by a fragment, which is never sent (RFC 9110, section 4.2.5).
            path: path.split('#').next().unwrap_or(path).to_owned(),
            source: operation.clone(),
            parameters,
            body,
            success,
            error,
        });
    }
    shapes
}

fn tag_description(document: &Value, tag: &str) -> Option<String> {
    let tags = document.get("tags")?.as_array()?;
    tags.iter()
        .find(|t| t["name"] == tag)?
        .get("description")?
        .as_str()
        .map(str::to_owned)
}

fn read_parameter(
    parameter: &Value,
    setters: &mut Names,
    schemas: &mut Vec<Value>,
) -> Option<ParameterModel> {
    let wire = parameter.get("name")?.as_str()?.to_owned();
    let location = parameter.get("in")?.as_str()?.to_owned();
    // OpenAPI 3.0.3, "Parameter Object": header parameters of these names are ignored.
    let ignored =
        ["accept", "content-type", "authorization"].contains(&wire.to_ascii_lowercase().as_str());
    if location == "header" && ignored {
        return None;
    }
    let content = parameter
        .get("content")
        .and_then(Value::as_object)
        .and_then(|c| c.values().next());
    let any = json!({});
    let schema = parameter
        .get("schema")
        .or(content.and_then(|m| m.get("schema")))
        .unwrap_or(&any);
    let style = parameter.get("style").and_then(Value::as_str).map_or_else(
        || {
            if matches!(location.as_str(), "query" | "cookie") {
                "form"
            } else {
                "simple"
            }
            .to_owned()
        },
        str::to_owned,
    );
    let flag = |key: &str| parameter.get(key).and_then(Value::as_bool);
    Some(ParameterModel {
        setter: setters.take(&snake(&wire)),
        ty: placeholder(schemas, schema),
        required: location == "path" || flag("required") == Some(true),
        description: super::text(parameter, "description")
            .or_else(|| super::text(schema, "description")),
        explode: flag("explode").unwrap_or(style == "form"),
        style,
        allow_reserved: flag("allowReserved") == Some(true),
        json: content.is_some(),
        wire,
        location,
    })
}

fn read_body(body: &Value, schemas: &mut Vec<Value>) -> Option<BodyModel> {
    let (media_type, media) = body.get("content")?.as_object()?.iter().next()?;
    let any = json!({});
    let schema = media.get("schema").unwrap_or(&any);
    let sent_type = if media_type == "*/*" {
        "application/json"
    } else {
        media_type.as_str()
    };
    Some(BodyModel {
        required: body.get("required").and_then(Value::as_bool) == Some(true),
        kind: MediaKind::of(media_type),
        media_type: sent_type.to_owned(),
        ty: placeholder(schemas, schema),
        description: super::text(body, "description"),
    })
}

/// What the body of one documented answer is.
fn read_answer(answer: &Value, schemas: &mut Vec<Value>) -> Answers {
    let Some((media_type, media)) = answer
        .get("content")
        .and_then(Value::as_object)
        .and_then(|c| c.iter().next())
    else {
        return Answers::Empty;
    };
    let any = json!({});
    match MediaKind::of(media_type) {
        MediaKind::Json | MediaKind::Form => Answers::Json(placeholder(
            schemas,
            &plain(media.get("schema").unwrap_or(&any)),
        )),
        MediaKind::Text => Answers::Text,
        MediaKind::Octets | MediaKind::Multipart => Answers::Bytes,
    }
}

/// A schema without what does not decide its type, so that equal bodies are seen to be equal.
fn plain(schema: &Value) -> Value {
    let mut schema = schema.clone();
    json::walk_schema_mut(&mut schema, &mut |schema| {
        if let Value::Object(object) = schema {
            object.retain(|key, _| key == "nullable" || !json::is_annotation(key));
        }
    });
    schema
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

fn read_success(
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
        [one] => SuccessShape::One(one.clone()),
        [Answers::Empty, Answers::Json(ty)] | [Answers::Json(ty), Answers::Empty] => {
            SuccessShape::Optional(ty.clone())
        }
        [Answers::Empty, other] | [other, Answers::Empty] => SuccessShape::One(other.clone()),
        _ => {
            let arms = arms(kinds, &shapes.schemas);
            SuccessShape::ByStatus(shapes.status_union(
                arms,
                format!("{builder}Answer"),
                "A success, by status.",
                names,
            ))
        }
    }
}

fn read_error(
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
            let arms = arms(found, &shapes.schemas);
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
            Answers::Json(ty) => ty
                .trim_start_matches('#')
                .parse::<usize>()
                .ok()
                .and_then(|i| schemas.get(i))
                .and_then(json::schema_ref),
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

    /// Puts the types in the place of the schemas that they were asked for.
    pub fn finish(
        self,
        types: &[String],
    ) -> (Vec<OperationModel>, Vec<StatusUnion>, Vec<ModuleModel>) {
        let Self {
            mut operations,
            mut by_status,
            modules,
            ..
        } = self;
        let fill = |ty: &mut String| {
            if let Some(known) = ty
                .strip_prefix('#')
                .and_then(|i| i.parse::<usize>().ok())
                .and_then(|i| types.get(i))
            {
                ty.clone_from(known);
            }
        };
        for operation in &mut operations {
            operation
                .parameters
                .iter_mut()
                .for_each(|p| fill(&mut p.ty));
            operation.body.iter_mut().for_each(|b| fill(&mut b.ty));
            match &mut operation.success {
                SuccessShape::One(Answers::Json(ty)) | SuccessShape::Optional(ty) => fill(ty),
                _ => {}
            }
            // Any JSON is also no JSON: a service whose answer is not described may as well send nothing.
            if matches!(&operation.success, SuccessShape::One(Answers::Json(ty)) if ty == "Value") {
                operation.success = SuccessShape::Optional("Value".to_owned());
            }
            if let ErrorShape::One(ty) = &mut operation.error {
                fill(ty);
            }
        }
        for union in &mut by_status {
            for arm in &mut union.arms {
                if let Answers::Json(ty) = &mut arm.body {
                    fill(ty);
                }
            }
        }
        (operations, by_status, modules)
    }
}
