//! Path templates against the parameters that declare their variables.

use serde_json::{Map, Value, json};

use super::mend::{Mended, changed, object_at, parent, resolved};
use crate::lint::template::variables;
use rolecall_openapi::load::unescape;

/// A path with a query, a variable that stands twice, or no `/` before it.
pub(super) fn form(pointer: &str) -> Option<Mended> {
    let (_, path) = parent(pointer)?;
    variables(&path).ok()?;
    let query = crate::lower::query_of(&path);
    variables(query.map_or(path.as_str(), |(plain, _)| plain)).ok()?;
    let mut readings = Vec::new();
    if !path.starts_with('/') {
        readings.push(format!("`/{path}`"));
    }
    if query.is_some() {
        readings.push("a path and query parameters that are always sent".to_owned());
    }
    if readings.is_empty() {
        readings.push("one value for every place of the variable".to_owned());
    }
    Some(Mended::AsItIs(readings.join(", ")))
}

/// A parameter as an operation has it.
struct Declared {
    pointer: String,
    name: String,
    location: String,
}

/// The parameters of an operation and of its path.
fn declared(root: &Value, operation: &str) -> Option<Vec<Declared>> {
    let (item, _) = operation.rsplit_once('/')?;
    let mut found = Vec::new();
    for holder in [operation, item] {
        let at = format!("{holder}/parameters");
        let list = root.pointer(&at).and_then(Value::as_array);
        for (index, item) in list.into_iter().flatten().enumerate() {
            let text = |object: &Map<String, Value>, key: &str| {
                object.get(key).and_then(Value::as_str).map(str::to_owned)
            };
            let parameter = resolved(root, item);
            let named = parameter.and_then(|p| Some((text(p, "name")?, text(p, "in")?)));
            if let Some((name, location)) = named {
                found.push(Declared {
                    pointer: format!("{at}/{index}"),
                    name,
                    location,
                });
            }
        }
    }
    Some(found)
}

/// The variables of an operation's path without a parameter, each with whether it stands in a query; and the path
/// parameters without a variable.
fn unmatched<'a>(
    path: &'a str,
    declared: &'a [Declared],
) -> (Vec<(&'a str, bool)>, Vec<&'a Declared>) {
    let all = variables(path).unwrap_or_default();
    let plain = crate::lower::query_of(path).map_or(path, |(plain, _)| plain);
    let in_path = variables(plain).unwrap_or_default();
    let matches = |name: &str, location: &str| {
        declared
            .iter()
            .any(|known| known.name == name && known.location == location)
    };
    let without = all
        .iter()
        .map(|name| (*name, !in_path.contains(name)))
        .filter(|(name, in_query)| {
            let is_declared = matches(name, "path") || *in_query && matches(name, "query");
            !is_declared
        })
        .collect();
    let unused = declared
        .iter()
        .filter(|known| known.location == "path" && !all.contains(&known.name.as_str()))
        .collect();
    (without, unused)
}

/// A variable that no parameter declares.
pub(super) fn undeclared(root: &mut Value, operation: &str) -> Option<Mended> {
    let (item, _) = operation.rsplit_once('/')?;
    let path = unescape(item.rsplit_once('/')?.1);
    let declared = declared(root, operation)?;
    let (without, unused) = unmatched(&path, &declared);
    let Some((variable, in_query)) = without.first().copied() else {
        return Some(Mended::AsItIs("a query parameter".to_owned()));
    };
    // One without a variable and one variable without a parameter belong together.
    let other = match (without.len(), unused.as_slice()) {
        (1, [one]) => Some(*one),
        _ => declared.iter().find(|known| known.name == variable),
    };
    if let Some(other) = other {
        let mut parameter = resolved(root, root.pointer(&other.pointer)?)?.clone();
        parameter.insert("name".to_owned(), json!(variable));
        parameter.insert("in".to_owned(), json!("path"));
        parameter.insert("required".to_owned(), json!(true));
        parameter.shift_remove("style");
        let reading = format!(
            "the {} parameter `{}` in its place",
            other.location, other.name
        );
        *root.pointer_mut(&other.pointer)? = Value::Object(parameter);
        return changed(reading);
    }
    let location = if in_query { "query" } else { "path" };
    let parameter = json!({ "name": variable, "in": location, "required": true, "schema": { "type": "string" } });
    let list = object_at(root, operation)?
        .entry("parameters")
        .or_insert_with(|| json!([]));
    list.as_array_mut()?.push(parameter);
    changed(format!(
        "a {location} parameter `{variable}` that is a string"
    ))
}

/// A path parameter without a variable.
pub(super) fn unused(root: &Value, pointer: &str) -> Option<Mended> {
    let (holder, _) = pointer.rsplit_once("/parameters/")?;
    let mut parts = holder.split('/').skip(1);
    let ("paths", path) = (parts.next()?, parts.next()?) else {
        return None;
    };
    // Any operation of the path will do where the path itself declares the parameter.
    let operation = match parts.next() {
        Some(_) => holder.to_owned(),
        None => format!("{holder}/get"),
    };
    let path = unescape(path);
    let declared = declared(root, &operation)?;
    let (without, _) = unmatched(&path, &declared);
    // The variable that it stands for may be looking for it.
    without
        .is_empty()
        .then(|| Mended::Removed("nothing: it is left out".to_owned()))
}
