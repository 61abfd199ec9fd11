//! Whether what `x-pagination` points at is there: the items and the next link in the answer, the parameters in the
//! request.

use std::collections::HashSet;

use rolecall_openapi::reference;
use rolecall_openapi::schema::types;
use rolecall_openapi::words::{names, nearest, show};
use serde_json::{Map, Value};

use crate::lint::context::{Context, Operation, text};
use rolecall_openapi::load::{escape, unescape};

pub(super) fn check(context: &mut Context<'_>) {
    for operation in context.operations.clone() {
        let Some(Value::Object(pages)) = operation.value.get("x-pagination") else {
            continue;
        };
        check_answer(context, &operation, pages);
        for key in ["cursor", "limit"] {
            if let Some(Value::Object(parameter)) = pages.get(key) {
                check_parameter(context, &operation, key, parameter);
            }
        }
    }
}

fn check_answer(context: &mut Context<'_>, operation: &Operation<'_>, pages: &Map<String, Value>) {
    let at = format!("{}/x-pagination", operation.pointer);
    let root = &context.document.value;
    let pointers: Vec<(&str, &str)> = ["items", "next"]
        .into_iter()
        .filter_map(|key| Some((key, text(pages, key)?)))
        .collect();
    if pointers.is_empty() {
        return;
    }
    let Some((status, schema)) = success(root, operation) else {
        context.report(
            "pagination-pointer",
            &at,
            "no answer of success has a body with a schema",
            "a 2xx answer whose body holds the items",
            "declare the body, or write `style: none`",
        );
        return;
    };
    for (key, pointer) in pointers {
        let at = format!("{at}/{key}");
        let expected = if key == "items" {
            "a pointer to an array"
        } else {
            "a pointer to a text"
        };
        match walk(root, schema, pointer) {
            Err(Lost { part, known }) => {
                let help = match nearest(&part, known.iter().map(String::as_str)) {
                    Some(name) => format!("did you mean `{name}`?"),
                    None if known.is_empty() => {
                        "the schema there declares no properties".to_owned()
                    }
                    None => format!(
                        "the properties there are {}",
                        names(known.iter().map(String::as_str))
                    ),
                };
                let found = format!(
                    "`{pointer}` leads nowhere in the body of {status}: there is no `{part}`"
                );
                context.report("pagination-pointer", &at, found, expected, help);
            }
            Ok(found) => {
                let wanted = if key == "items" { "array" } else { "string" };
                let types = all_types(root, found);
                if !types.contains(wanted) {
                    let what = match types.is_empty() {
                        true => "a schema without a type".to_owned(),
                        false => names(sorted(&types)),
                    };
                    let found = format!("`{pointer}` leads to {what} in the body of {status}");
                    context.report(
                        "pagination-pointer",
                        &at,
                        found,
                        expected,
                        "correct the pointer or the schema",
                    );
                }
            }
        }
    }
}

fn sorted<'a>(types: &HashSet<&'a str>) -> Vec<&'a str> {
    let mut types: Vec<&str> = types.iter().copied().collect();
    types.sort_unstable();
    types
}

/// The first answer of success that has a body: its status and the schema.
fn success<'a>(root: &'a Value, operation: &Operation<'a>) -> Option<(&'a str, &'a Value)> {
    let answers = operation.value.get("responses")?.as_object()?;
    let mut good: Vec<(&str, &Value)> = answers
        .iter()
        .filter(|(status, _)| status.starts_with('2'))
        .map(|(status, answer)| (status.as_str(), answer))
        .collect();
    good.sort_by_key(|(status, _)| *status);
    good.into_iter().find_map(|(status, answer)| {
        let content = reference::resolve(root, answer)?
            .get("content")?
            .as_object()?;
        let schema = content.values().find_map(|media| media.get("schema"))?;
        Some((status, schema))
    })
}

/// Where a pointer went astray: the part that is not there, and what is.
struct Lost {
    part: String,
    known: Vec<String>,
}

/// Follows a pointer into a value through the schema of the value.
fn walk<'a>(root: &'a Value, mut schema: &'a Value, pointer: &str) -> Result<&'a Value, Lost> {
    for part in pointer.split('/').skip(1) {
        let part = unescape(part);
        let mut parts = Vec::new();
        flatten(root, schema, &mut parts, &mut HashSet::new(), 0);
        let property = |parts: &[&'a Value], part: &str| {
            parts.iter().find_map(|it| it.get("properties")?.get(part))
        };
        let others = |parts: &[&'a Value]| {
            parts.iter().find_map(|it| {
                it.get("additionalProperties")
                    .filter(|others| others.is_object())
            })
        };
        let item = |parts: &[&'a Value]| parts.iter().find_map(|it| it.get("items"));
        let found = property(&parts, &part)
            .or_else(|| others(&parts))
            .or_else(|| {
                part.bytes()
                    .all(|byte| byte.is_ascii_digit())
                    .then(|| item(&parts))
                    .flatten()
            });
        match found {
            Some(next) => schema = next,
            None => {
                let known = parts
                    .iter()
                    .filter_map(|it| it.get("properties")?.as_object())
                    .flat_map(|properties| properties.keys().cloned())
                    .collect();
                return Err(Lost { part, known });
            }
        }
    }
    Ok(schema)
}

/// The parts of a schema that say something about the same value, without the `$ref`s between them.
fn flatten<'a>(
    root: &'a Value,
    schema: &'a Value,
    parts: &mut Vec<&'a Value>,
    seen: &mut HashSet<*const Value>,
    depth: usize,
) {
    let Some(schema) = reference::resolve(root, schema) else {
        return;
    };
    if depth > 100 || !seen.insert(std::ptr::from_ref(schema)) {
        return;
    }
    parts.push(schema);
    for key in ["allOf", "oneOf", "anyOf"] {
        for member in schema
            .get(key)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            flatten(root, member, parts, seen, depth + 1);
        }
    }
}

fn all_types<'a>(root: &'a Value, schema: &'a Value) -> HashSet<&'a str> {
    let mut parts = Vec::new();
    flatten(root, schema, &mut parts, &mut HashSet::new(), 0);
    parts
        .iter()
        .filter_map(|part| part.as_object())
        .flat_map(types)
        .collect()
}

fn check_parameter(
    context: &mut Context<'_>,
    operation: &Operation<'_>,
    key: &str,
    wanted: &Map<String, Value>,
) {
    let at = format!("{}/x-pagination/{key}", operation.pointer);
    let (Some(place), Some(name)) = (text(wanted, "in"), text(wanted, "name")) else {
        return;
    };
    let root = &context.document.value;
    let schema = match place {
        "body" => {
            let body = operation
                .value
                .get("requestBody")
                .and_then(|body| reference::resolve(root, body));
            let schema = body.and_then(|body| {
                body.get("content")?
                    .as_object()?
                    .values()
                    .find_map(|media| media.get("schema"))
            });
            let found = match schema {
                None => Err("the operation has no request body with a schema".to_owned()),
                Some(schema) => walk(root, schema, name).map_err(|lost| {
                    format!(
                        "`{name}` leads nowhere in the request body: there is no `{}`",
                        lost.part
                    )
                }),
            };
            match found {
                Ok(schema) => Some(schema),
                Err(found) => {
                    let expected = "a JSON Pointer into the request body";
                    context.report(
                        "pagination-parameter",
                        &format!("{at}/name"),
                        found,
                        expected,
                        "correct the pointer",
                    );
                    return;
                }
            }
        }
        _ => {
            let parameters = context.parameters(operation);
            let there: Vec<&str> = parameters
                .iter()
                .filter(|(_, parameter)| text(parameter, "in") == Some(place))
                .filter_map(|(_, parameter)| text(parameter, "name"))
                .collect();
            if !there.contains(&name) {
                let help = match nearest(name, there.iter().copied()) {
                    Some(known) => format!("did you mean `{known}`?"),
                    None => format!(
                        "declare the parameter; the {place} parameters are {}",
                        names(there)
                    ),
                };
                let found = format!("the operation has no {place} parameter `{name}`");
                context.report(
                    "pagination-parameter",
                    &format!("{at}/name"),
                    found,
                    "a parameter of the operation",
                    help,
                );
                return;
            }
            parameters
                .iter()
                .find(|(_, parameter)| {
                    text(parameter, "in") == Some(place) && text(parameter, "name") == Some(name)
                })
                .and_then(|(_, parameter)| parameter.get("schema"))
        }
    };
    let schema = schema.and_then(|schema| reference::resolve(root, schema));
    for bound in ["default", "maximum"] {
        let (Some(said), Some(declared)) = (
            wanted.get(bound),
            schema.and_then(|schema| schema.get(bound)),
        ) else {
            continue;
        };
        if said != declared && said.is_number() && declared.is_number() {
            context.report(
                "pagination-parameter",
                &format!("{at}/{}", escape(bound)),
                format!(
                    "`{bound}` is {} here, but {} in the schema of `{name}`",
                    show(said),
                    show(declared)
                ),
                "the same number in both places",
                "correct the one that is wrong",
            );
        }
    }
}
