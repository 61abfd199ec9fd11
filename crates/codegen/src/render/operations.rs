//! One file a tag: the client's methods and their request builders.

use std::collections::HashSet;
use std::fmt::Write;

use serde_json::Value;

use super::{Identity, banner, docs, metadata, pages, rust};
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
pub fn module(model: &Model, module: &ModuleModel, identity: &Identity) -> String {
    let types = Types::of(model);
    let mut code = String::new();
    let operations: Vec<&OperationModel> = model
        .operations
        .iter()
        .filter(|o| o.module == module.name)
        .collect();
    code.push_str("impl Client {\n");
    for operation in &operations {
        write_method(&mut code, operation);
    }
    code.push_str("}\n\n");
    for operation in &operations {
        write_builder(&mut code, operation, &types);
        pages::write_pages(&mut code, operation, model, &types);
    }
    let mut file = banner(identity, "//");
    file.push_str(&docs::inner(&format!(
        "{}.",
        module.tag.trim_end_matches('.')
    )));
    if let Some(description) = &module.description {
        file.push_str("//!\n");
        file.push_str(&docs::inner(description));
    }
    file.push('\n');
    if rust::used(&code, &["BTreeMap"]).len() == 1 {
        file.push_str("use std::collections::BTreeMap;\n\n");
    }
    // The crate's own types may have names of the run time.
    let outside = code.replace("types::", "types__");
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
    let _ = writeln!(file, "use rolecall_client::{{{}}};", runtime.join(", "));
    let json = rust::used(&outside, &["Number", "Value"]);
    if !json.is_empty() {
        let _ = writeln!(
            file,
            "use rolecall_client::private::serde_json::{{{}}};",
            json.join(", ")
        );
    }
    file.push_str("\nuse crate::{Client, operations");
    if rust::used(&code, &["types"]).len() == 1 {
        file.push_str(", types");
    }
    file.push_str("};\n\n");
    file.push_str(&code);
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
fn describe(operation: &OperationModel) -> String {
    let source = &operation.source;
    let mut parts = Vec::new();
    if let Some(summary) = text(source, "summary") {
        parts.push(format!("{}.", summary.trim_end_matches('.')));
    }
    parts.push(format!(
        "`{} {}`",
        operation.method.to_uppercase(),
        operation.path
    ));
    if let Some(description) =
        text(source, "description").filter(|d| Some(*d) != text(source, "summary"))
    {
        parts.push(description.to_owned());
    }
    if let Some(hazard) = text(source, "x-hazard") {
        parts.push(format!("**Hazard**: {hazard}"));
    }
    let mut scopes: Vec<&str> = Vec::new();
    for set in source
        .get("security")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
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
        parts.push(format!("Scopes: `{}`.", scopes.join("`, `")));
    }
    let permissions: Vec<&str> = source
        .get("x-permissions")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if !permissions.is_empty() {
        parts.push(format!("Permissions: `{}`.", permissions.join("`, `")));
    }
    let mut written = docs::outer(Some(&parts.join("\n\n")), "    ");
    if let Some(url) = source
        .get("externalDocs")
        .and_then(|d| text(d, "url"))
        .filter(|u| u.starts_with("http"))
    {
        written.push_str(&format!("    ///\n    /// [Documentation](<{url}>)\n"));
    }
    written
}

fn write_method(code: &mut String, operation: &OperationModel) {
    code.push_str(&describe(operation));
    if operation.source.get("deprecated").and_then(Value::as_bool) == Some(true) {
        code.push_str("    #[deprecated = \"deprecated by the service\"]\n");
    }
    let _ = writeln!(
        code,
        "    pub fn {}(&self) -> {} {{\n        {} {{ call: Call::new(&self.transport, &operations::{}) }}\n    }}\n",
        operation.method_name,
        operation.builder,
        operation.builder,
        metadata::constant(operation)
    );
}

fn write_builder(code: &mut String, operation: &OperationModel, types: &Types<'_>) {
    let builder = &operation.builder;
    let _ = writeln!(
        code,
        "/// A call of [`Client::{}`] that is not sent yet.\n#[derive(Clone, Debug)]\n#[must_use = \"a call does nothing until `send` is awaited\"]\npub struct {builder} {{\n    call: Call,\n}}\n",
        operation.method_name
    );
    let _ = writeln!(code, "impl {builder} {{");
    for parameter in &operation.parameters {
        write_setter(code, operation, parameter, types);
    }
    write_body(code, operation, types);
    let (answer, call) = outcome(operation, types);
    let error = error_type(&operation.error, types);
    let _ = writeln!(
        code,
        "    /// Sends the call.\n    ///\n    /// # Errors\n    ///\n    /// Everything that [`Error`] lists; a documented error body is {}.\n    pub async fn send(self) -> Result<Response<{answer}>, Error<{error}>> {{\n        self.call.{call}().await\n    }}\n}}\n",
        match &operation.error {
            ErrorShape::Undocumented => "not described, and kept as JSON".to_owned(),
            _ => format!("[`{}`]", error.split('<').next().unwrap_or(&error)),
        }
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
fn outcome(operation: &OperationModel, types: &Types<'_>) -> (String, &'static str) {
    match &operation.success {
        SuccessShape::One(Answers::Empty) => ("()".to_owned(), "send_empty"),
        SuccessShape::One(Answers::Json(ty)) => (types.qualify(ty), "send_json"),
        SuccessShape::One(Answers::Text) => ("String".to_owned(), "send_text"),
        SuccessShape::One(Answers::Bytes) => ("Bytes".to_owned(), "send_bytes"),
        SuccessShape::Optional(ty) => (
            format!("Option<{}>", types.qualify(ty)),
            "send_optional_json",
        ),
        SuccessShape::ByStatus(name) => (format!("types::{name}"), "send_by_status"),
    }
}

fn write_setter(
    code: &mut String,
    operation: &OperationModel,
    parameter: &ParameterModel,
    types: &Types<'_>,
) {
    let wire = rust::string(&parameter.wire);
    let twice = operation
        .parameters
        .iter()
        .filter(|p| p.wire == parameter.wire)
        .count()
        > 1;
    let (place, suffix) = if twice {
        (
            format!("{}, ", metadata::location(&parameter.location)),
            "_in",
        )
    } else {
        (String::new(), "")
    };
    let scalar = |ty: &str| matches!(ty, "bool" | "i64" | "f64");
    let (argument, set) = match parameter.ty.as_str() {
        ty if parameter.json || ty.starts_with("BTreeMap<") || ty == "Value" || ty == "Extra" => {
            (format!("&{}", types.qualify(ty)), None)
        }
        ty if scalar(ty) => (ty.to_owned(), Some("value".to_owned())),
        ty => match ty.strip_prefix("Vec<").and_then(|t| t.strip_suffix('>')) {
            Some(item) if is_plain(item, types) => (
                format!(
                    "impl IntoIterator<Item = impl Into<{}>>",
                    types.qualify(item)
                ),
                Some(format!(
                    "value.into_iter().map(|item| -> {} {{ item.into() }}).collect::<Vec<_>>()",
                    types.qualify(item)
                )),
            ),
            None if is_plain(ty, types) => {
                let ty = types.qualify(ty);
                (
                    format!("impl Into<{ty}>"),
                    Some(format!("Into::<{ty}>::into(value)")),
                )
            }
            _ => (format!("&{}", types.qualify(ty)), None),
        },
    };
    let fallback = format!("`{}`.", parameter.wire.replace('`', "'"));
    code.push_str(&docs::outer(
        Some(parameter.description.as_deref().unwrap_or(&fallback)),
        "    ",
    ));
    if parameter.setter != crate::names::snake(&parameter.wire) {
        let _ = writeln!(
            code,
            "    ///\n    /// Sent as `{}`.",
            parameter.wire.replace('`', "'")
        );
    }
    if parameter.required {
        code.push_str("    ///\n    /// Required.\n");
    }
    let _ = writeln!(
        code,
        "    pub fn {}(mut self, value: {argument}) -> Self {{",
        parameter.setter
    );
    let _ = match set {
        Some(value) => writeln!(
            code,
            "        self.call.set{suffix}({place}{wire}, {value});"
        ),
        None => writeln!(
            code,
            "        self.call.set_serialized{suffix}({place}{wire}, value);"
        ),
    };
    code.push_str("        self\n    }\n\n");
}

/// Whether a type has a plain text form: everything but the crate's own objects and unions, which have none.
fn is_plain(ty: &str, types: &Types<'_>) -> bool {
    !ty.contains('<')
        && ty != "Value"
        && (matches!(ty, "String" | "bool" | "i64" | "f64" | "Timestamp") || types.is_enum(ty))
}

fn write_body(code: &mut String, operation: &OperationModel, types: &Types<'_>) {
    let Some(body) = &operation.body else { return };
    let ty = types.qualify(&body.ty);
    let (argument, call) = match body.kind {
        BodyKind::Json => (format!("impl Into<{ty}>"), "json(&value.into())"),
        BodyKind::Form => (format!("impl Into<{ty}>"), "form(&value.into())"),
        BodyKind::Multipart => ("Multipart".to_owned(), "multipart(value)"),
        BodyKind::Text => ("impl Into<String>".to_owned(), "text(value)"),
        BodyKind::Octets => ("impl Into<Bytes>".to_owned(), "bytes(value)"),
    };
    let call = if argument.starts_with("impl Into<types::")
        || matches!(
            body.kind,
            BodyKind::Multipart | BodyKind::Text | BodyKind::Octets
        ) {
        call.to_owned()
    } else {
        call.replace("&value.into()", &format!("&Into::<{ty}>::into(value)"))
    };
    code.push_str(&docs::outer(
        Some(body.description.as_deref().unwrap_or("The body.")),
        "    ",
    ));
    if body.required {
        code.push_str("    ///\n    /// Required.\n");
    }
    let _ = writeln!(
        code,
        "    pub fn body(mut self, value: {argument}) -> Self {{\n        self.call.{call};"
    );
    // The metadata holds the media type; nothing else has to be said.
    code.push_str("        self\n    }\n\n");
}
