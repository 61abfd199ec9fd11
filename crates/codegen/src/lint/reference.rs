//! Where `$ref`s lead.

use std::collections::HashSet;

use rolecall_openapi::reference::{Target, pointer_of};
use rolecall_openapi::words::{names, nearest, show};
use serde_json::Value;

use crate::lint::context::Context;
use crate::lint::shape::Kind;
use rolecall_openapi::load::{SpecVersion, escape, unescape};

/// Looking for what was meant costs more than all the rest; after so many dangling references it tells no one anything.
const SUGGESTED: usize = 100;

pub(super) fn check(context: &mut Context<'_>) {
    let mut findings: Vec<(&'static str, String, String, String, &'static str)> = Vec::new();
    for (index, node) in context.tree.nodes.iter().enumerate() {
        if !node.kind.may_be_reference() {
            continue;
        }
        let Some(reference) = node.value.get("$ref") else {
            continue;
        };
        let at = || format!("{}/$ref", context.tree.pointer(index));
        let Some(reference) = reference.as_str() else {
            findings.push((
                "malformed-ref",
                at(),
                format!("`$ref` is {}", show(reference)),
                "a text such as `#/components/schemas/User`".to_owned(),
                "write the reference as a text",
            ));
            continue;
        };
        match context.target(reference) {
            Target::Found(target) => {
                let kind = context.tree.index_of(target).and_then(|index| context.tree.nodes.get(index));
                let fits = match kind.map(|target| target.kind) {
                    Some(kind) => kind == node.kind,
                    // Inside an example, an extension, or beside a `$ref`: no node, though perhaps a fitting value.
                    None => target.is_object(),
                };
                if !fits {
                    let what = kind.map_or("something else", |target| target.kind.name());
                    findings.push((
                        "wrong-ref-target",
                        at(),
                        format!("`{reference}` is {what}"),
                        format!("a reference to {}", node.kind.name()),
                        "refer to a component of the kind that is needed here",
                    ));
                }
            }
            Target::Nothing => findings.push((
                "dangling-ref",
                at(),
                format!("`{reference}` is not in the document"),
                match findings.len() < SUGGESTED {
                    true => suggestion(&context.document.value, reference),
                    false => "a reference to something that exists".to_owned(),
                },
                "declare the component, or correct the reference",
            )),
            Target::External => findings.push((
                "external-ref",
                at(),
                match context.document.unfollowed.get(&at()) {
                    Some(reason) => format!("`{reference}` is not followed: {reason}"),
                    None => format!("`{reference}` leads out of the document"),
                },
                "a reference into this document, or into a file below its folder".to_owned(),
                "correct the reference, or bundle the description into one file first, for example with `npx @redocly/cli bundle`",
            )),
            Target::Malformed => findings.push((
                "malformed-ref",
                at(),
                format!("`{reference}` is not a reference that is understood"),
                match guess(node.kind, reference, &context.document.value) {
                    Some(guess) => format!("`#` and a JSON Pointer (did you mean `{guess}`?)"),
                    None => "`#` and a JSON Pointer, such as `#/components/schemas/User`".to_owned(),
                },
                "write the whole pointer from the root of the document; anchors (`#name`) are not supported",
            )),
        }
        if let Some(ignored) = ignored_siblings(context, node.kind, node.value) {
            findings.push((
                "ref-siblings",
                at(),
                format!("{ignored} beside the `$ref` is ignored"),
                "a `$ref` alone".to_owned(),
                "put the `$ref` into an `allOf`, or move the other keys to what it refers to",
            ));
        }
    }
    for (rule, pointer, found, expected, help) in findings {
        context.report(rule, &pointer, found, expected, help);
    }
}

/// The keys beside a `$ref` that OpenAPI says to ignore. Descriptions and extensions do no harm there.
fn ignored_siblings(context: &Context<'_>, kind: Kind, value: &Value) -> Option<String> {
    let is_schema = kind == Kind::Schema && context.document.version.has_json_schema();
    if is_schema || kind == Kind::PathItem {
        return None;
    }
    let harmless = |key: &str| {
        matches!(
            key,
            "$ref" | "description" | "summary" | "title" | "example" | "deprecated"
        ) || key.starts_with("x-")
    };
    let ignored: Vec<&str> = value
        .as_object()?
        .keys()
        .map(String::as_str)
        .filter(|key| !harmless(key))
        .collect();
    (!ignored.is_empty()).then(|| names(ignored))
}

/// What to expect in place of a reference that leads nowhere.
pub(super) fn suggestion(root: &Value, reference: &str) -> String {
    let plain = "a reference to something that exists";
    let Some(pointer) = pointer_of(reference) else {
        return plain.to_owned();
    };
    let Some((parent, last)) = pointer.rsplit_once('/') else {
        return plain.to_owned();
    };
    let last = unescape(last);
    if let Some(Value::Object(siblings)) = root.pointer(parent)
        && let Some(name) = nearest(&last, siblings.keys().map(String::as_str))
    {
        return format!("{plain} (did you mean `#{parent}/{}`?)", escape(name));
    }
    match elsewhere(root, &last) {
        Some(pointer) => format!("{plain} (did you mean `{pointer}`?)"),
        None => plain.to_owned(),
    }
}

/// A component that has this very name, in whichever section.
fn elsewhere(root: &Value, name: &str) -> Option<String> {
    let components = root.get("components")?.as_object()?;
    let (section, _) = components
        .iter()
        .find(|(_, section)| section.get(name).is_some())?;
    Some(format!("#/components/{section}/{}", escape(name)))
}

fn guess(kind: Kind, reference: &str, root: &Value) -> Option<String> {
    let name = reference.trim_start_matches('#').rsplit('/').next()?;
    let section = match kind {
        Kind::Schema => "schemas",
        Kind::Parameter => "parameters",
        Kind::Response => "responses",
        Kind::RequestBody => "requestBodies",
        Kind::Header => "headers",
        _ => return elsewhere(root, name),
    };
    root.get("components")?.get(section)?.get(name)?;
    Some(format!("#/components/{section}/{}", escape(name)))
}

/// So many circles are told, and so much of each is looked at to tell it: a document can have as many circles as
/// references, each as long as the document.
const REPORTED: usize = 1000;
const SHOWN: usize = 100;

/// Reports references that come back to themselves without anything in between that would end the circle.
pub(super) fn check_cycles(context: &mut Context<'_>) {
    let mut done: HashSet<usize> = HashSet::new();
    let mut circles: Vec<Vec<usize>> = Vec::new();
    for start in 0..context.tree.nodes.len() {
        if done.contains(&start) {
            continue;
        }
        // Depth first, without recursion: a chain may be as long as the document.
        let mut path: Vec<usize> = vec![start];
        let mut on_path: HashSet<usize> = HashSet::from([start]);
        let mut pending: Vec<Vec<usize>> = vec![next(context, start)];
        while let Some(choices) = pending.last_mut() {
            match choices.pop() {
                Some(node) if on_path.contains(&node) => {
                    if circles.len() < REPORTED {
                        let begin = path.iter().position(|on| *on == node);
                        let circle = path.iter().skip(begin.unwrap_or_default());
                        circles.push(circle.take(SHOWN).copied().collect());
                    }
                }
                Some(node) if done.contains(&node) => {}
                Some(node) => {
                    path.push(node);
                    on_path.insert(node);
                    pending.push(next(context, node));
                }
                None => {
                    pending.pop();
                    if let Some(node) = path.pop() {
                        on_path.remove(&node);
                        done.insert(node);
                    }
                }
            }
        }
    }
    for circle in circles {
        report_circle(context, &circle);
    }
}

/// The nodes that must be read to know what a node is: the target of its `$ref` and the members of its `allOf`.
fn next(context: &Context<'_>, index: usize) -> Vec<usize> {
    let Some(node) = context
        .tree
        .nodes
        .get(index)
        .filter(|node| node.kind.may_be_reference())
    else {
        return Vec::new();
    };
    let mut found = Vec::new();
    if let Some(reference) = node.value.get("$ref").and_then(Value::as_str) {
        if let Target::Found(target) = context.target(reference) {
            found.extend(context.tree.index_of(target));
        }
        if context.document.version == SpecVersion::V3_0 {
            return found;
        }
    }
    if let (Kind::Schema, Some(members)) =
        (node.kind, node.value.get("allOf").and_then(Value::as_array))
    {
        found.extend(
            members
                .iter()
                .filter_map(|member| context.tree.index_of(member)),
        );
    }
    found
}

fn report_circle(context: &mut Context<'_>, circle: &[usize]) {
    let references: Vec<(usize, &str)> = circle
        .iter()
        .filter_map(|index| {
            let node = context.tree.nodes.get(*index)?;
            Some((*index, node.value.get("$ref")?.as_str()?))
        })
        .collect();
    let Some((first, target)) = references.first().copied() else {
        return;
    };
    let pointer = format!("{}/$ref", context.tree.pointer(first));
    let mut steps: Vec<String> = references
        .iter()
        .take(6)
        .map(|(_, reference)| format!("`{reference}`"))
        .collect();
    if references.len() > 6 {
        steps.push("…".to_owned());
    }
    steps.push(format!("`{target}`"));
    context.report(
        "ref-cycle",
        &pointer,
        format!("the reference comes back to itself: {}", steps.join(" -> ")),
        "a schema between that says something, such as a property or the items of an array",
        "break the circle; a recursive type refers to itself from a property, from `items` or from `oneOf`",
    );
}
