//! The obvious reading of a finding, if it has one: by rule.

use rolecall_openapi::reference;
use serde_json::{Map, Value};

use super::{parameters, paths, references, schemas, structure};
use rolecall_openapi::load::unescape;
use rolecall_openapi::problem::Problem;

/// How a finding is read.
pub(super) enum Mended {
    /// The document was changed into what was surely meant.
    Changed(String),
    /// The document stays as it is: later steps read it in this way.
    AsItIs(String),
    /// The item of an array means nothing. It becomes null, so that pointers and places keep what they stand for.
    Removed(String),
}

impl Mended {
    pub(super) fn reading(self) -> String {
        match self {
            Mended::Changed(reading) | Mended::AsItIs(reading) | Mended::Removed(reading) => {
                reading
            }
        }
    }
}

/// Changes the document where a finding has an obvious reading.
pub(super) fn mend(root: &mut Value, problem: &Problem) -> Option<Mended> {
    let pointer = problem.pointer.as_deref()?;
    match problem.rule {
        "wrong-type" => structure::wrong_type(root, pointer),
        "missing-field" => structure::missing_field(root, pointer),
        "invisible-character" => structure::invisible(root, pointer),
        "status-key" => structure::status(root, pointer),
        "dangling-ref" | "malformed-ref" | "external-ref" | "wrong-ref-target" => {
            references::leads_nowhere(root, pointer)
        }
        "ref-cycle" => references::circle(root, pointer),
        "path-form" => paths::form(pointer),
        "path-parameter-undeclared" => paths::undeclared(root, pointer),
        "path-parameter-unused" => paths::unused(root, pointer),
        "duplicate-parameter" => parameters::declared_twice(root, pointer),
        "parameter-location" => parameters::location(root, pointer),
        "parameter-without-schema" => parameters::without_schema(root, pointer),
        "unknown-style" => parameters::style(root, pointer),
        "duplicate-operation-id" => Some(Mended::AsItIs(
            "an operation whose method gets a number".to_owned(),
        )),
        "unknown-type" => schemas::unknown_type(root, pointer),
        "discriminator-mapping" => schemas::mapping(root, pointer),
        "unknown-security-scheme" | "security-scheme-form" => Some(Mended::AsItIs(
            "a credential of which nothing more is known".to_owned(),
        )),
        _ => None,
    }
}

/// The pointer of the holder, and the key or index below it.
pub(super) fn parent(pointer: &str) -> Option<(&str, String)> {
    let (parent, last) = pointer.rsplit_once('/')?;
    Some((parent, unescape(last)))
}

/// The object at a pointer.
pub(super) fn object_at<'a>(
    root: &'a mut Value,
    pointer: &str,
) -> Option<&'a mut Map<String, Value>> {
    root.pointer_mut(pointer)?.as_object_mut()
}

/// What a value is, after the references that lead from it.
pub(super) fn resolved<'a>(root: &'a Value, value: &'a Value) -> Option<&'a Map<String, Value>> {
    reference::resolve(root, value)?.as_object()
}

pub(super) fn changed(reading: impl Into<String>) -> Option<Mended> {
    Some(Mended::Changed(reading.into()))
}
