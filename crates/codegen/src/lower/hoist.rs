//! **Real specs** write objects, enums and unions inline. **progenitor** names them by guess and collides (`User.type`
//! beside `UserType`). **Instead** every inline object, enum and union becomes a component named for where it stands:
//! `UserProfile`, `ListUsersStatus`. Unions that are no unions are written as what they are (several spellings of a string, an
//! integer or a number). **Lost**, and reported: the type of additional properties beside declared ones, and unions with an
//! arm that allows anything (both kept as JSON).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Context, ORIGIN, VALUES, origin};
use crate::names::pascal;
use rolecall_openapi::json;

/// What a schema says of the place where it stands, and not of its values.
pub(super) const OF_USES: &[&str] = &["nullable", "readOnly", "writeOnly", VALUES];

pub(super) fn run(context: &mut Context) {
    let names: Vec<String> = json::components(&context.document)
        .into_iter()
        .flat_map(|c| c.keys().cloned())
        .collect();
    // What a union turns out to be decides on the unions that it is an arm of.
    for _ in 0..8 {
        let before = context.places;
        for name in &names {
            with_component(name, context, simplify);
        }
        if context.places == before {
            break;
        }
    }
    for name in &names {
        with_component(name, context, |schema, context| {
            inner(schema, &pascal(name), context)
        });
    }
    let mut paths = context
        .document
        .get_mut("paths")
        .map(Value::take)
        .unwrap_or_default();
    for (path, item) in paths.as_object_mut().into_iter().flatten() {
        for method in json::METHODS {
            if let Some(operation) = item.get_mut(*method) {
                hoist_operation(path, method, operation, context);
            }
        }
    }
    context.document["paths"] = paths;
}

/// Lends a component out.
fn with_component(name: &str, context: &mut Context, work: impl FnOnce(&mut Value, &mut Context)) {
    let components = json::components_mut(&mut context.document);
    if let Some(mut schema) = components.get_mut(name).map(Value::take) {
        work(&mut schema, context);
        json::components_mut(&mut context.document).insert(name.to_owned(), schema);
    }
}

fn hoist_operation(path: &str, method: &str, operation: &mut Value, context: &mut Context) {
    let id = operation_name(path, method, operation);
    for parameter in operation
        .get_mut("parameters")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        let name = format!(
            "{id}{}",
            pascal(
                parameter
                    .get("name")
                    .and_then(Value::as_str)
                    .unwrap_or("parameter")
            )
        );
        if let Some(schema) = parameter.get_mut("schema") {
            place(schema, name.clone(), context);
        }
        contents(parameter, &name, context);
    }
    if let Some(body) = operation.get_mut("requestBody") {
        contents(body, &format!("{id}Body"), context);
    }
    for (status, answer) in operation
        .get_mut("responses")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flatten()
    {
        let name = match status.as_bytes().first() {
            Some(b'2') => format!("{id}Answer"),
            _ if status == "default" => format!("{id}Failure"),
            _ => format!("{id}Failure{}", pascal(status).trim_start_matches('V')),
        };
        contents(answer, &name, context);
    }
}

/// The name that an operation's own types begin with.
pub fn operation_name(path: &str, method: &str, operation: &Value) -> String {
    match operation.get("operationId").and_then(Value::as_str) {
        Some(id) if !id.is_empty() => pascal(id),
        _ => pascal(&format!("{method} {}", path.replace(['{', '}'], " "))),
    }
}

fn contents(holder: &mut Value, name: &str, context: &mut Context) {
    for (_, media) in holder
        .get_mut("content")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flatten()
    {
        if let Some(schema) = media.get_mut("schema") {
            place(schema, name.to_owned(), context);
        }
    }
}

/// Hoists one schema that stands inside another thing, or what is inside it.
fn place(schema: &mut Value, name: String, context: &mut Context) {
    simplify(schema, context);
    if !needs_name(schema) {
        return inner(schema, &name, context);
    }
    let mut taken = std::mem::take(schema);
    let component = context.add_component(&name, Value::Null);
    *schema = use_of(&taken, &component);
    if let Value::Object(object) = &mut taken {
        object.retain(|key, _| !OF_USES.contains(&key.as_str()));
    }
    inner(&mut taken, &component, context);
    json::components_mut(&mut context.document).insert(component, taken);
    context.touched();
}

/// A reference to a component in the place of a schema, with what it says of this use.
pub(super) fn use_of(schema: &Value, component: &str) -> Value {
    let mut reference = json::reference_to(component);
    for (key, value) in schema.as_object().into_iter().flatten() {
        if OF_USES.contains(&key.as_str()) || matches!(key.as_str(), "description" | ORIGIN) {
            reference[key] = value.clone();
        }
    }
    reference
}

/// Hoists what is inside a schema whose name is `owner`.
fn inner(schema: &mut Value, owner: &str, context: &mut Context) {
    let Value::Object(object) = schema else {
        return;
    };
    if object
        .get("properties")
        .and_then(Value::as_object)
        .is_some_and(|p| !p.is_empty())
    {
        let typed = |schema: &&Value| schema.is_object() && !json::is_any(schema);
        if let Some(values) = object.get("additionalProperties").filter(typed) {
            context.lose(
                "typed-extra-as-json",
                values,
                "additional properties beside declared ones are read as JSON",
            );
        }
        object.remove("additionalProperties");
    } else if object.get("type").and_then(Value::as_str) == Some("object")
        && !object.contains_key("oneOf")
        && !object.contains_key("anyOf")
    {
        object.remove("properties");
        if !object
            .get("additionalProperties")
            .is_some_and(Value::is_object)
        {
            object.insert("additionalProperties".into(), json!({}));
        }
    }
    for (name, child) in object
        .get_mut("properties")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flatten()
    {
        place(child, format!("{owner}{}", pascal(name)), context);
    }
    if let Some(items) = object.get_mut("items") {
        place(items, format!("{owner}Item"), context);
    }
    if let Some(values) = object
        .get_mut("additionalProperties")
        .filter(|a| a.is_object())
    {
        place(values, format!("{owner}Value"), context);
    }
    for key in ["oneOf", "anyOf"] {
        for (index, arm) in object
            .get_mut(key)
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
            .enumerate()
        {
            let title = arm.get("title").and_then(Value::as_str).map(pascal);
            let value = arm.get(VALUES).and_then(|v| v.get(0)).map(|v| {
                pascal(
                    v.as_str()
                        .map_or_else(|| v.to_string(), str::to_owned)
                        .as_str(),
                )
            });
            let part = title
                .or(value)
                .unwrap_or_else(|| format!("Variant{}", index + 1));
            // `ApplicationSamlApplication` would say it twice.
            let name = if part.starts_with(owner) {
                part
            } else {
                format!("{owner}{part}")
            };
            place(arm, name, context);
        }
    }
}

fn needs_name(schema: &Value) -> bool {
    if schema.get("$ref").is_some() {
        return false;
    }
    let string_enum = schema.get("enum").is_some()
        && schema.get("type").and_then(Value::as_str) == Some("string");
    let object = schema
        .get("properties")
        .and_then(Value::as_object)
        .is_some_and(|p| !p.is_empty());
    string_enum
        || object
        || schema.get("oneOf").is_some_and(Value::is_array)
        || schema.get("anyOf").is_some_and(Value::is_array)
}

/// Writes a union that is no union as what it is.
fn simplify(schema: &mut Value, context: &mut Context) {
    let Value::Object(object) = schema else {
        return;
    };
    let key = if object.contains_key("oneOf") {
        "oneOf"
    } else {
        "anyOf"
    };
    // Taken out, since an arm may hold as much as the rest of the description; its place is kept.
    let Some(arms @ Value::Array(_)) = object.get_mut(key) else {
        return;
    };
    let Value::Array(mut arms) = arms.take() else {
        return;
    };
    each_once(&mut arms);
    let targets: Vec<&Value> = arms.iter().map(|arm| resolve(arm, context)).collect();
    if targets.iter().any(|target| target["nullable"] == true) {
        object.insert("nullable".into(), json!(true));
    }
    // A discriminator finds an arm whatever the arm allows.
    let decided = object.contains_key("discriminator");
    let anything =
        |(arm, target): (&Value, &&Value)| json::is_any(arm) || !decided && json::is_any(target);
    let kinds: Vec<&str> = targets.iter().map(|target| scalar(target)).collect();
    let all = |wanted: &[&str]| kinds.iter().all(|kind| wanted.contains(kind));
    if arms.is_empty() || arms.iter().zip(&targets).any(anything) {
        object.remove(key);
        object.remove("discriminator");
        context.touched();
        return context.lose_at(
            "union-as-json",
            origin(object),
            format!("`{key}` with an arm that allows anything is read as JSON"),
        );
    }
    let kind = if all(&["string"]) {
        "string"
    } else if all(&["integer"]) {
        "integer"
    } else if all(&["integer", "number"]) {
        "number"
    } else if all(&["boolean"]) {
        "boolean"
    } else if arms.len() == 1 && !object.contains_key("discriminator") {
        let only = arms.into_iter().next().unwrap_or_default();
        let outer = std::mem::take(object);
        *object = only.as_object().cloned().unwrap_or_default();
        for (key, value) in outer {
            if json::is_annotation(&key) && key != VALUES {
                object.insert(key, value);
            }
        }
        context.touched();
        return simplify(schema, context);
    } else {
        object.insert(key.into(), Value::Array(arms));
        return;
    };
    object.insert("type".into(), json!(kind));
    let enums = targets.iter().filter_map(|t| t.get("enum")?.as_array());
    let values: Vec<Value> = enums.flatten().cloned().collect();
    let formats = targets.iter().map(|t| t.get("format")?.as_str());
    let formats: BTreeSet<Option<&str>> = formats.collect();
    if formats.contains(&Some("password")) {
        object.insert("format".into(), json!("password"));
    } else if !values.is_empty() {
        object.insert("enum".into(), Value::Array(values));
    } else if let (1, Some(Some(format))) = (formats.len(), formats.first()) {
        object.insert("format".into(), json!(format));
    }
    object.remove(key);
    object.remove("discriminator");
    context.touched();
}

/// Keeps of arms that are the same but for their annotations the first.
fn each_once(arms: &mut Vec<Value>) {
    let mut kept: Vec<Value> = Vec::with_capacity(arms.len());
    for arm in arms.drain(..) {
        let same = |known: &Value| alike(known, &arm) && known.get(VALUES) == arm.get(VALUES);
        if !kept.iter().any(same) {
            kept.push(arm);
        }
    }
    *arms = kept;
}

/// Whether two schemas are the same but for their annotations.
fn alike(one: &Value, other: &Value) -> bool {
    let said = |schema: &Value| {
        let entries = schema.as_object().into_iter().flatten();
        entries.filter(|(key, _)| !json::is_annotation(key)).count()
    };
    let mut entries = one.as_object().into_iter().flatten();
    said(one) == said(other)
        && entries.all(|(key, value)| json::is_annotation(key) || other.get(key) == Some(value))
}

/// The scalar type of a schema, or nothing.
fn scalar(schema: &Value) -> &str {
    let kind = schema.get("type").and_then(Value::as_str);
    kind.filter(|kind| matches!(*kind, "string" | "integer" | "number" | "boolean"))
        .unwrap_or_default()
}

/// What a schema is, through references.
fn resolve<'a>(schema: &'a Value, context: &'a Context) -> &'a Value {
    let mut schema = schema;
    for _ in 0..16 {
        match json::schema_ref(schema).and_then(|name| context.component(&name)) {
            Some(target) => schema = target,
            None => break,
        }
    }
    schema
}
