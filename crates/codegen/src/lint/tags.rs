//! Tags: each operation has one, and it is declared.

use std::collections::HashSet;

use rolecall_openapi::words::nearest;
use serde_json::Value;

use crate::lint::context::{Context, Operation};

pub(super) fn check(context: &mut Context<'_>) {
    check_declared(context);
    let declared: Vec<&str> = declared_tags(context)
        .into_iter()
        .map(|(_, name)| name)
        .collect();
    let known: HashSet<&str> = declared.iter().copied().collect();
    for operation in context.operations.clone() {
        check_operation(context, &operation, &declared, &known);
    }
}

/// The names of the declared tags, with their pointers.
fn declared_tags<'a>(context: &Context<'a>) -> Vec<(String, &'a str)> {
    let tags = context.document.value.get("tags").and_then(Value::as_array);
    let named = tags.into_iter().flatten().enumerate();
    named
        .filter_map(|(index, tag)| Some((format!("/tags/{index}"), tag.get("name")?.as_str()?)))
        .collect()
}

fn check_declared(context: &mut Context<'_>) {
    let mut used: HashSet<&str> = HashSet::new();
    for operation in &context.operations {
        let tags = operation.value.get("tags").and_then(Value::as_array);
        used.extend(tags.into_iter().flatten().filter_map(Value::as_str));
    }
    let mut seen = HashSet::new();
    for (pointer, name) in declared_tags(context) {
        if !seen.insert(name) {
            context.report(
                "duplicate-tag",
                &pointer,
                format!("the tag `{name}` is declared twice"),
                "each tag once: it becomes a module",
                "remove one of the two",
            );
        } else if !used.contains(name) {
            context.report(
                "unused-tag",
                &pointer,
                format!("no operation has the tag `{name}`"),
                "declared tags that are used",
                "remove the tag, or give it to the operations that belong to it",
            );
        }
    }
}

fn check_operation(
    context: &mut Context<'_>,
    operation: &Operation<'_>,
    declared: &[&str],
    known: &HashSet<&str>,
) {
    let Operation { pointer, value, .. } = operation;
    let tags: Vec<&str> = value
        .get("tags")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if tags.len() != 1 {
        let found = match tags.len() {
            0 => "the operation has no tag".to_owned(),
            count => format!("the operation has {count} tags"),
        };
        context.report(
            "one-tag",
            pointer,
            found,
            "exactly one tag",
            "a tag becomes the module that the method is in: choose one",
        );
    }
    for (index, tag) in tags.iter().enumerate() {
        if known.contains(tag) {
            continue;
        }
        let help = match nearest(tag, declared.iter().copied()) {
            Some(name) => format!("did you mean `{name}`?"),
            None => "declare the tag in `tags` of the root".to_owned(),
        };
        context.report(
            "undeclared-tag",
            &format!("{pointer}/tags/{index}"),
            format!("the tag `{tag}` is not declared"),
            "a tag of the root's `tags`",
            help,
        );
    }
}
