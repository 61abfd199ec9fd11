//! The operations of a lowered description: parameters and bodies, and which Rust types they need.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::answers::{Answers, ErrorShape, SuccessShape, read_error, read_success};
use super::encoding::{self, EncodingModel};
use super::server::{self, ServerModel};
use super::{ModuleModel, StatusUnion, TypeRef};
use crate::lower::{FIXED, MediaKind, media_types, operation_name, template_of};
use crate::names::{Names, module_name, snake};
use rolecall_openapi::json;

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
    /// The server of its own, if it has one.
    pub server: Option<ServerModel>,
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
    pub ty: TypeRef,
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
    /// The value that is always sent, where the caller has no choice.
    pub fixed: Option<String>,
}

/// A request body.
pub struct BodyModel {
    /// Whether a call without it is refused.
    pub required: bool,
    /// Media type to send.
    pub media_type: String,
    /// How it is written.
    pub kind: BodyKind,
    /// How properties and parts are written, where the description says so.
    pub encoding: Vec<EncodingModel>,
    /// Rust type, for JSON and forms.
    pub ty: TypeRef,
    /// Documentation.
    pub description: Option<String>,
}

/// How a body is written.
pub type BodyKind = MediaKind;

/// Operations before their types are known, and the schemas whose types they need.
pub struct Shapes {
    /// The schemas to ask types for.
    pub schemas: Asked,
    operations: Vec<OperationModel>,
    pub(super) by_status: Vec<StatusUnion>,
    modules: Vec<ModuleModel>,
}

/// The schemas whose types are needed, each once.
#[derive(Default)]
pub struct Asked {
    /// The schemas, in the order in which they were first met.
    pub list: Vec<Value>,
    known: HashMap<String, usize>,
}

impl Asked {
    /// What stands for the type of a schema until it is known.
    pub(super) fn placeholder(&mut self, schema: &Value) -> TypeRef {
        // What does not decide the type must not tell two schemas apart.
        let key = json::plain(schema).to_string();
        let index = *self.known.entry(key).or_insert_with(|| {
            self.list.push(schema.clone());
            self.list.len() - 1
        });
        TypeRef::Asked(index)
    }
}

/// Reads the operations. `names` holds the type names that are taken.
pub fn shapes(document: &Value, names: &mut Names) -> Shapes {
    let mut shapes = Shapes {
        schemas: Asked::default(),
        operations: Vec::new(),
        by_status: Vec::new(),
        modules: Vec::new(),
    };
    let mut methods = Names::default();
    // Names of the client's own methods.
    methods.reserve(["new", "with_transport", "transport", "clone"]);
    // Conversions of the prelude take a client before its own methods do.
    methods.reserve(["into", "try_into"]);
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
                let name = module_names.take(&module_name(tag));
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
        // Methods of the builder and of its traits.
        setters.reserve([
            "send",
            "body",
            "clone",
            "call",
            "call_mut",
            "into_call",
            "send_page",
            "results",
            "send_page_with",
            "resume",
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
            path: template_of(path),
            server: server::read(document, operation),
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
    schemas: &mut Asked,
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
        ty: schemas.placeholder(schema),
        required: location == "path" || flag("required") == Some(true),
        description: super::text(parameter, "description")
            .or_else(|| super::text(schema, "description")),
        explode: flag("explode").unwrap_or(style == "form"),
        style,
        allow_reserved: flag("allowReserved") == Some(true),
        json: content.is_some(),
        fixed: parameter
            .get(FIXED)
            .and_then(Value::as_str)
            .map(str::to_owned),
        wire,
        location,
    })
}

fn read_body(body: &Value, schemas: &mut Asked) -> Option<BodyModel> {
    let (media_type, media) = body.get("content")?.as_object()?.iter().next()?;
    let any = json!({});
    let schema = media.get("schema").unwrap_or(&any);
    let kind = MediaKind::of_body(media_type, schema);
    let sent_type = if kind == MediaKind::Json && media_type.contains('*') {
        "application/json".into()
    } else {
        media_types::valid(media_type)
    };
    Some(BodyModel {
        required: body.get("required").and_then(Value::as_bool) == Some(true),
        media_type: sent_type.into_owned(),
        encoding: encoding::read(kind, media.get("encoding")),
        kind,
        ty: schemas.placeholder(schema),
        description: super::text(body, "description"),
    })
}

impl Shapes {
    /// Puts the types in the place of the schemas that they were asked for.
    pub fn finish(
        self,
        types: &[TypeRef],
    ) -> (Vec<OperationModel>, Vec<StatusUnion>, Vec<ModuleModel>) {
        let Self {
            mut operations,
            mut by_status,
            modules,
            ..
        } = self;
        let fill = |ty: &mut TypeRef| {
            if let TypeRef::Asked(index) = ty
                && let Some(known) = types.get(*index)
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
            if matches!(
                &operation.success,
                SuccessShape::One(Answers::Json(TypeRef::Json))
            ) {
                operation.success = SuccessShape::Optional(TypeRef::Json);
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
