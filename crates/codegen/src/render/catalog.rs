//! `catalog.rs`: macros that list a crate's types and bodies, for tests that go over all of them. They cost nothing
//! unless they are used.

use super::operations::Types;
use super::source::Code;
use super::source::text::{literal, name, ty};
use super::{Identity, banner};
use crate::lower::MediaKind;
use crate::model::{Answers, ErrorShape, Model, SuccessShape};

/// The file.
pub fn catalog(model: &Model, identity: &Identity) -> Code {
    let types = Types::of(model);
    let mut file = Code::new();
    file.line("//{}", &[&banner(identity)]);
    file.push("//! Lists of what is here, for tests that go over all of it.\n\n");
    file.push("/// Calls `$each!` with `Type,…`: every type that decodes from JSON.\n#[doc(hidden)]\n#[macro_export]\nmacro_rules! each_type {\n    ($each:ident) => {\n        $each! {\n");
    let objects = model.objects.iter().map(|o| &o.name);
    let enums = model.enums.iter().map(|e| &e.name);
    let unions = model.unions.iter().map(|u| &u.name);
    for each in objects.chain(enums).chain(unions) {
        file.line("            {},", &[&name(each)]);
    }
    file.push("        }\n    };\n}\n\n");
    file.push("/// Calls `$each!` with `(operationId, \"request\", \"success\", \"success by status\" or \"error\", Type),…`: every JSON body of an\n/// operation. Errors decode with `ErrorBody::decode`, a success by status with `ByStatus::decode`, the rest with `serde_json`.\n#[doc(hidden)]\n#[macro_export]\nmacro_rules! each_body {\n    ($each:ident) => {\n        $each! {\n");
    let mut line = |id: &str, what: &str, body: &str| {
        let body = absolute(&types.qualify(body));
        file.line(
            "            ({}, {}, {}),",
            &[&literal(id), &literal(what), &ty(&body)],
        );
    };
    for operation in &model.operations {
        if let Some(body) = operation
            .body
            .as_ref()
            .filter(|body| matches!(body.kind, MediaKind::Json | MediaKind::Form))
        {
            line(&operation.id, "request", &body.ty);
        }
        match &operation.success {
            SuccessShape::One(Answers::Json(ty)) => line(&operation.id, "success", ty),
            SuccessShape::Optional(ty) => line(&operation.id, "success", &format!("Option<{ty}>")),
            SuccessShape::ByStatus(ty) => line(&operation.id, "success by status", ty),
            SuccessShape::One(_) => {}
        }
        if let ErrorShape::One(ty) | ErrorShape::ByStatus(ty) = &operation.error {
            line(&operation.id, "error", ty);
        }
    }
    file.push("        }\n    };\n}\n");
    file
}

/// A type as another crate's macro call can name it.
fn absolute(ty: &str) -> String {
    let mut written = String::new();
    let mut rest = ty;
    while !rest.is_empty() {
        let word = rest
            .find(|c: char| !(c.is_alphanumeric() || c == '_'))
            .unwrap_or(rest.len())
            .max(1);
        written.push_str(match &rest[..word] {
            "types" => "$crate::types",
            "BTreeMap" => "::std::collections::BTreeMap",
            "Extra" => "::rolecall_client::Extra",
            "Secret" => "::rolecall_client::Secret",
            "Timestamp" => "::rolecall_client::Timestamp",
            "Value" => "::serde_json::Value",
            "Number" => "::serde_json::Number",
            other => other,
        });
        rest = &rest[word..];
    }
    written
}
