//! `catalog.rs`: macros that list a crate's types and bodies, for tests that go over all of them. They cost nothing
//! unless they are used.

use super::source::text::{literal, name};
use super::source::{Code, code};
use super::{Identity, banner, rust};
use crate::lower::MediaKind;
use crate::model::{Answers, ErrorShape, Model, SuccessShape, TypeRef};

/// The file.
pub fn catalog(model: &Model, identity: &Identity) -> Code {
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
    file.push("/// Calls `$each!` with `(operationId, \"request\", \"success\", \"success by status\" or \"error\", Type),…`: every JSON body of an\n/// operation. Errors decode with `ErrorBody::decode`, a success by status with `ByStatus::decode`, the rest with\n/// `rolecall_client::decode`.\n#[doc(hidden)]\n#[macro_export]\nmacro_rules! each_body {\n    ($each:ident) => {\n        $each! {\n");
    let mut line = |id: &str, what: &str, body: Code| {
        file.line(
            "            ({}, {}, {}),",
            &[&literal(id), &literal(what), &body],
        );
    };
    let by_status = |union: &str| code("{}{}", &[&TYPES, &name(union)]);
    for operation in &model.operations {
        if let Some(body) = operation
            .body
            .as_ref()
            .filter(|body| matches!(body.kind, MediaKind::Json | MediaKind::Form))
        {
            line(&operation.id, "request", absolute(&body.ty));
        }
        match &operation.success {
            SuccessShape::One(Answers::Json(ty)) => line(&operation.id, "success", absolute(ty)),
            SuccessShape::Optional(ty) => {
                line(&operation.id, "success", rust::option(&absolute(ty)));
            }
            SuccessShape::ByStatus(union) => {
                line(&operation.id, "success by status", by_status(union));
            }
            SuccessShape::One(_) => {}
        }
        match &operation.error {
            ErrorShape::One(ty) => line(&operation.id, "error", absolute(ty)),
            ErrorShape::ByStatus(union) => line(&operation.id, "error", by_status(union)),
            ErrorShape::Undocumented => {}
        }
    }
    file.push("        }\n    };\n}\n");
    file
}

/// Where the crate's types are for another crate's macro call.
const TYPES: &str = "$crate::types::";

/// A type as another crate's macro call can name it.
fn absolute(ty: &TypeRef) -> Code {
    rust::path(ty, TYPES)
}
