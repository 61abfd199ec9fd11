//! The house rules of `specs/README.md` on order, summaries, security and openness.

use std::collections::HashSet;

use rolecall_openapi::reference::{Target, pointer_of};
use rolecall_openapi::words::names;
use serde_json::{Map, Value};

use crate::lint::context::{Context, Operation, text};
use crate::lint::shape::Kind;
use rolecall_openapi::load::{escape, unescape};

const ROOT: [&str; 8] = [
    "openapi",
    "info",
    "externalDocs",
    "servers",
    "security",
    "tags",
    "paths",
    "components",
];
const COMPONENTS: [&str; 6] = [
    "securitySchemes",
    "parameters",
    "headers",
    "responses",
    "requestBodies",
    "schemas",
];

pub(super) fn check(context: &mut Context<'_>) {
    check_order(context, "", &ROOT);
    check_order(context, "/components", &COMPONENTS);
    for operation in context.operations.clone() {
        check_operation(context, &operation);
    }
    check_open_objects(context);
    check_use(context);
}

/// Keys that have a place come in the order of their places; others, such as extensions, may stand anywhere.
fn check_order(context: &mut Context<'_>, pointer: &str, order: &[&str]) {
    let Some(Value::Object(object)) = context.document.value.pointer(pointer) else {
        return;
    };
    let rank = |key: &str| order.iter().position(|known| *known == key);
    let mut last: Option<(usize, &str)> = None;
    for (key, place) in object.keys().filter_map(|key| Some((key, rank(key)?))) {
        if let Some((before, name)) = last
            && place < before
        {
            context.report(
                "key-order",
                &format!("{pointer}/{}", escape(key)),
                format!("`{key}` stands after `{name}`"),
                format!("the order {}", names(order.iter().copied())),
                format!("move `{key}` before `{name}`"),
            );
            continue;
        }
        last = Some((place, key));
    }
}

fn check_operation(context: &mut Context<'_>, operation: &Operation<'_>) {
    let Operation { pointer, value, .. } = operation;
    match text(value, "summary") {
        None => context.report(
            "missing-summary",
            pointer,
            "the operation has no summary",
            "a `summary`: one line without a full stop",
            "say in a few words what the call does",
        ),
        Some(summary) => {
            let found = match summary.trim() {
                "" => Some("the summary is empty"),
                line if line.contains('\n') => Some("the summary has several lines"),
                line if line.ends_with('.') => Some("the summary ends with a full stop"),
                _ => None,
            };
            if let Some(found) = found {
                let help =
                    "shorten it to one line without a full stop; the rest belongs in `description`";
                context.report(
                    "summary-form",
                    &format!("{pointer}/summary"),
                    found,
                    "one line without a full stop",
                    help,
                );
            }
        }
    }
    if !value.contains_key("security") && context.document.value.get("security").is_none() {
        context.report(
            "missing-security",
            pointer,
            "neither the operation nor the root says what credentials the call needs",
            "`security`",
            "name the schemes and scopes; `security: []` where the call needs no credential",
        );
    }
}

fn check_open_objects(context: &mut Context<'_>) {
    let closed: Vec<String> = context
        .tree
        .of_kind(Kind::Schema)
        .filter(|(_, node)| node.value.get("additionalProperties") == Some(&Value::Bool(false)))
        .map(|(index, _)| context.tree.pointer(index))
        .collect();
    for pointer in closed {
        context.report(
            "closed-object",
            &format!("{pointer}/additionalProperties"),
            "the object is closed: a property that is added to the service later would be an error",
            "objects stay open",
            "remove `additionalProperties: false`",
        );
    }
}

/// Components that nothing refers to.
fn check_use(context: &mut Context<'_>) {
    let mut used: HashSet<String> = HashSet::new();
    for node in &context.tree.nodes {
        match node.kind {
            Kind::Requirement => {
                let names = node.value.as_object().into_iter().flat_map(Map::keys);
                used.extend(
                    names.map(|name| format!("/components/securitySchemes/{}", escape(name))),
                );
            }
            Kind::Discriminator => {
                let mapping = node.value.get("mapping").and_then(Value::as_object);
                for target in mapping
                    .into_iter()
                    .flat_map(Map::values)
                    .filter_map(Value::as_str)
                {
                    used.extend(pointer_of(target));
                    used.insert(format!("/components/schemas/{}", escape(target)));
                }
            }
            _ => {
                let reference = node.value.get("$ref").and_then(Value::as_str);
                let Some(reference) = reference.filter(|_| node.kind.may_be_reference()) else {
                    continue;
                };
                if let Target::Found(_) = context.target(reference) {
                    used.extend(pointer_of(reference));
                }
            }
        }
    }
    let Some(Value::Object(components)) = context.document.value.get("components") else {
        return;
    };
    for (section, entries) in components
        .iter()
        .filter(|(section, _)| !section.starts_with("x-"))
    {
        for name in entries.as_object().into_iter().flat_map(Map::keys) {
            let pointer = format!("/components/{}/{}", escape(section), escape(name));
            // A reference may also lead into a component.
            let inside = format!("{pointer}/");
            if used.contains(&pointer) || used.iter().any(|used| used.starts_with(&inside)) {
                continue;
            }
            context.report(
                "unused-component",
                &pointer,
                format!("nothing refers to `{}`", unescape(name)),
                "components that are used",
                "remove the component, or refer to it where it belongs",
            );
        }
    }
}
