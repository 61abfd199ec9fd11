//! References that lead nowhere, or back to themselves.

use rolecall_openapi::reference::{self, Target};
use serde_json::{Value, json};

use super::mend::{Mended, changed, object_at, parent};
use crate::lint::expected::{self, Expected};
use crate::lint::shape::Kind;
use rolecall_openapi::load::{escape, unescape};

/// The name of a component is often right where its place is not; a schema of which nothing is known is any value.
pub(super) fn leads_nowhere(root: &mut Value, pointer: &str) -> Option<Mended> {
    let holder = pointer.strip_suffix("/$ref")?;
    let Expected::Object(kind) = expected::at(holder)? else {
        return None;
    };
    let reference = root.pointer(pointer)?.clone();
    if let Some(meant) = reference.as_str().and_then(|text| meant(root, kind, text)) {
        let reading = format!("`{meant}`");
        *root.pointer_mut(pointer)? = Value::String(meant);
        return changed(reading);
    }
    if let (Kind::Schema, Some(inner)) = (
        kind,
        reference.as_str().and_then(|text| schema_of(root, text)),
    ) {
        let reading = format!("`{inner}`");
        *root.pointer_mut(pointer)? = Value::String(inner);
        return changed(reading);
    }
    match kind {
        Kind::Schema => {
            object_at(root, holder)?.shift_remove("$ref");
            changed("any value")
        }
        Kind::Header | Kind::Example | Kind::Link | Kind::Callback => {
            let (owner, key) = parent(holder)?;
            object_at(root, owner)?.shift_remove(&key)?;
            changed("nothing: it is left out")
        }
        Kind::Response => {
            *root.pointer_mut(holder)? = json!({ "description": "", "content": { "*/*": {} } });
            changed("a response of which nothing is known")
        }
        Kind::SecurityScheme => {
            *root.pointer_mut(holder)? = json!({ "type": "unknown" });
            changed("a credential of which nothing more is known")
        }
        _ => None,
    }
}

/// The component of the right kind that has the name which a reference ends with.
fn meant(root: &Value, kind: Kind, reference: &str) -> Option<String> {
    let section = match kind {
        Kind::Schema => "schemas",
        Kind::Parameter => "parameters",
        Kind::Response => "responses",
        Kind::RequestBody => "requestBodies",
        Kind::Header => "headers",
        Kind::SecurityScheme => "securitySchemes",
        _ => return None,
    };
    // A reference to another document means what that one holds, and not what has the same name here.
    let is_local = reference.starts_with('#')
        || matches!(reference::target(root, reference), Target::Malformed);
    let name = unescape(reference.trim_start_matches('#').rsplit('/').next()?);
    let known = root.get("components")?.get(section)?.get(&name)?;
    let meant = format!("#/components/{section}/{}", escape(&name));
    (is_local && known.is_object() && meant != reference).then_some(meant)
}

/// The schema of a parameter, a header, a response or a body that stands where a schema is needed.
fn schema_of(root: &Value, reference: &str) -> Option<String> {
    let Target::Found(target) = reference::target(root, reference) else {
        return None;
    };
    if target.get("schema").is_some_and(Value::is_object) {
        return Some(format!("{reference}/schema"));
    }
    let (media_type, media) = target.get("content")?.as_object()?.iter().next()?;
    let inner = format!(
        "{reference}/content/{}/schema",
        escape(media_type).replace('%', "%25")
    );
    media.get("schema")?.is_object().then_some(inner)
}

/// A reference that comes back to itself says nothing of the value.
pub(super) fn circle(root: &mut Value, pointer: &str) -> Option<Mended> {
    let holder = pointer.strip_suffix("/$ref")?;
    if expected::at(holder)? != Expected::Object(Kind::Schema) {
        return None;
    }
    object_at(root, holder)?.shift_remove("$ref")?;
    changed("any value")
}
