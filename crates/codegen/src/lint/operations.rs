//! Operations: their ids and their answers; and the names of components.

use std::collections::HashMap;

use serde_json::Value;

use crate::lint::context::{Context, text};
use crate::lint::shape::Kind;
use crate::lint::walk::Token;

pub(super) fn check(context: &mut Context<'_>) {
    check_methods(context);
    check_ids(context);
    check_answers(context);
    check_component_names(context);
}

/// Methods that OpenAPI 3.2 has and the client cannot send.
fn check_methods(context: &mut Context<'_>) {
    let mut found = Vec::new();
    for (index, node) in context.tree.of_kind(Kind::Operation) {
        let Token::Key(method) = node.token else {
            continue;
        };
        let is_other = method == "query"
            || matches!(
                context.tree.owner(index),
                Some((_, Token::Key("additionalOperations")))
            );
        if is_other {
            found.push((context.tree.pointer(index), method.to_uppercase()));
        }
    }
    for (pointer, method) in found {
        context.report(
            "unsupported-method",
            &pointer,
            format!("the method {method} is none that a client sends"),
            "GET, PUT, POST, DELETE, OPTIONS, HEAD, PATCH or TRACE",
            "call the operation by hand",
        );
    }
}

fn check_ids(context: &mut Context<'_>) {
    let mut seen: HashMap<&str, String> = HashMap::new();
    for operation in context.operations.clone() {
        match text(operation.value, "operationId").map(str::trim) {
            None | Some("") => context.report(
                "missing-operation-id",
                &operation.pointer,
                format!(
                    "`{} {}` has no operationId",
                    operation.method.to_uppercase(),
                    operation.path
                ),
                "an operationId: it becomes the name of the method",
                "add the vendor's own operationId, or a name such as `listUsers`",
            ),
            Some(id) => {
                let place = format!("{} {}", operation.method.to_uppercase(), operation.path);
                let pointer = format!("{}/operationId", operation.pointer);
                if let Some(first) = seen.get(id) {
                    let found = format!("the operationId `{id}` is also that of `{first}`");
                    context.report(
                        "duplicate-operation-id",
                        &pointer,
                        found,
                        "an operationId that no other operation has",
                        "give one of the two a name of its own",
                    );
                } else {
                    seen.insert(id, place);
                }
            }
        }
    }
}

fn check_answers(context: &mut Context<'_>) {
    let mut found = Vec::new();
    for (index, node) in context.tree.of_kind(Kind::Responses) {
        let Value::Object(answers) = node.value else {
            continue;
        };
        let pointer = context.tree.pointer(index);
        let statuses: Vec<&String> = answers
            .keys()
            .filter(|key| !key.starts_with("x-"))
            .collect();
        if statuses.is_empty() {
            found.push(("no-responses", pointer.clone(), String::new()));
        }
        for status in statuses.into_iter().filter(|status| !is_status(status)) {
            found.push((
                "status-key",
                format!("{pointer}/{}", rolecall_openapi::load::escape(status)),
                status.clone(),
            ));
        }
    }
    for (rule, pointer, status) in found {
        if rule == "no-responses" {
            let help = "declare the answer of success; `default` where nothing is known";
            context.report(
                rule,
                &pointer,
                "no answer is declared",
                "at least one answer",
                help,
            );
        } else {
            context.report(
                rule,
                &pointer,
                format!("`{status}` is not a status"),
                "three digits (`200`), a class (`2XX`) or `default`",
                "correct the key, or its indentation if this was not meant as a status",
            );
        }
    }
}

/// `200`, `2XX` or `default`.
fn is_status(key: &str) -> bool {
    match key.as_bytes() {
        [b'1'..=b'5', b'X', b'X'] => true,
        [b'1'..=b'5', tens, ones] => tens.is_ascii_digit() && ones.is_ascii_digit(),
        _ => key == "default",
    }
}

fn check_component_names(context: &mut Context<'_>) {
    let mut found = Vec::new();
    for (index, node) in context.tree.nodes.iter().enumerate() {
        let (Token::Key(name), Some((owner, _))) = (node.token, context.tree.owner(index)) else {
            continue;
        };
        let is_component = node.kind != Kind::Group
            && context
                .tree
                .nodes
                .get(owner)
                .is_some_and(|owner| owner.kind == Kind::Components);
        let is_plain = |name: &str| {
            !name.is_empty()
                && name.chars().all(|letter| {
                    letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-')
                })
        };
        if is_component && !is_plain(name) {
            found.push((context.tree.pointer(index), name));
        }
    }
    for (pointer, name) in found {
        context.report(
            "component-name",
            &pointer,
            format!("the component is called `{name}`"),
            "a name of letters, digits, `.`, `_` and `-`",
            "rename the component and the references to it",
        );
    }
}
