//! Types as code names them: by absolute paths, which nothing that a description names can hide.

use super::source::text::name;
use super::source::{Code, code};
use crate::model::TypeRef;

/// Where the crate's types are for its other modules.
pub const TYPES: &str = "crate::types::";

/// The type as Rust. `own` is what stands before the crate's own types.
pub fn path(ty: &TypeRef, own: &'static str) -> Code {
    let inner = |ty: &TypeRef| path(ty, own);
    match ty {
        TypeRef::Bool => code("bool", &[]),
        TypeRef::Integer => code("i64", &[]),
        TypeRef::Float => code("f64", &[]),
        TypeRef::String => code("::std::string::String", &[]),
        TypeRef::Timestamp => code("::rolecall_client::Timestamp", &[]),
        TypeRef::Secret => code("::rolecall_client::Secret", &[]),
        TypeRef::Extra => code("::rolecall_client::Extra", &[]),
        TypeRef::Number => code("::rolecall_client::private::serde_json::Number", &[]),
        // The model has no type left that is not known yet.
        TypeRef::Json | TypeRef::Asked(_) => {
            code("::rolecall_client::private::serde_json::Value", &[])
        }
        TypeRef::Array(item) => code("::std::vec::Vec<{}>", &[&inner(item)]),
        TypeRef::Map(value) => code(
            "::std::collections::BTreeMap<::std::string::String, {}>",
            &[&inner(value)],
        ),
        TypeRef::Nullable(value) => option(&inner(value)),
        TypeRef::Boxed(value) => code("::std::boxed::Box<{}>", &[&inner(value)]),
        TypeRef::Component(component) => code("{}{}", &[&own, &name(component)]),
    }
}

/// The type of a value that may be absent.
pub fn option(ty: &Code) -> Code {
    code("::std::option::Option<{}>", &[ty])
}

/// What can be converted into a type.
pub fn into(ty: &Code) -> Code {
    code("impl ::std::convert::Into<{}>", &[ty])
}
