//! The `x-` keys of our specs: which there are, on what they may stand, and the forms of their values.

use std::collections::HashMap;

use rolecall_openapi::words::{nearest, one_of};
use serde_json::{Map, Value};

use crate::lint::context::{Context, Operation};
use crate::lint::form::{self, Misform};
use crate::lint::shape::Kind;
use rolecall_openapi::extensions::{ErrorFields, PLACEHOLDER, ScopeAliases};
use rolecall_openapi::load::escape;

/// An `x-` key of `specs/README.md`.
struct Extension {
    key: &'static str,
    /// On what it may stand.
    on: &'static [Kind],
    /// What is wrong with a value.
    check: fn(&Value, &str) -> Vec<Misform>,
}

const EXTENSIONS: &[Extension] = &[
    Extension {
        key: "x-facts",
        on: &[
            Kind::Root,
            Kind::Operation,
            Kind::Parameter,
            Kind::Response,
            Kind::SecurityScheme,
            Kind::Schema,
        ],
        check: form::facts,
    },
    Extension {
        key: "x-pagination",
        on: &[Kind::Operation],
        check: form::pagination,
    },
    Extension {
        key: "x-retry",
        on: &[Kind::Operation],
        check: form::retry,
    },
    Extension {
        key: "x-hazard",
        on: &[Kind::Operation],
        check: form::hazard,
    },
    Extension {
        key: "x-permissions",
        on: &[Kind::Operation],
        check: form::texts,
    },
    Extension {
        key: "x-credential",
        on: &[Kind::SecurityScheme],
        check: form::credential,
    },
    Extension {
        key: "x-refusals",
        on: &[Kind::Operation],
        check: form::refusals,
    },
    Extension {
        key: "x-error-names",
        on: &[Kind::Response],
        check: form::texts,
    },
    Extension {
        key: "x-stage",
        on: &[Kind::Operation],
        check: form::stage,
    },
    Extension {
        key: "x-rate-limit",
        on: &[Kind::Root, Kind::Operation],
        check: form::rate_limit,
    },
    Extension {
        key: ErrorFields::KEY,
        on: &[Kind::Root],
        check: form::error_fields,
    },
    Extension {
        key: ScopeAliases::KEY,
        on: &[Kind::SecurityScheme],
        check: form::scope_aliases,
    },
    Extension {
        key: PLACEHOLDER,
        on: &[Kind::ServerVariable],
        check: form::placeholder,
    },
];

/// The `x-` keys of our specs.
pub fn extension_keys() -> impl Iterator<Item = &'static str> {
    EXTENSIONS.iter().map(|extension| extension.key)
}

pub(super) fn check(context: &mut Context<'_>) {
    check_keys(context);
    check_fact_ids(context);
    check_credentials(context);
    for operation in context.operations.clone() {
        check_operation(context, &operation);
    }
}

fn check_keys(context: &mut Context<'_>) {
    let mut met: Vec<(Kind, String, &str, &Value)> = Vec::new();
    for (index, node) in context.tree.nodes.iter().enumerate() {
        // The keys of a group are names, of properties or headers for example, and may begin with anything.
        if matches!(node.kind, Kind::Group | Kind::Requirement) {
            continue;
        }
        let Some(object) = node.value.as_object() else {
            continue;
        };
        for (key, value) in object.iter().filter(|(key, _)| key.starts_with("x-")) {
            met.push((node.kind, context.tree.pointer(index), key, value));
        }
    }
    for (kind, holder, key, value) in met {
        let pointer = format!("{holder}/{}", escape(key));
        let Some(extension) = EXTENSIONS.iter().find(|extension| extension.key == key) else {
            let known = EXTENSIONS.iter().map(|extension| extension.key);
            let help = match nearest(key, known.clone()) {
                Some(name) => format!("did you mean `{name}`?"),
                None => {
                    "remove the key; a new one is first described in specs/README.md".to_owned()
                }
            };
            let found = format!("`{key}` is not one of our extensions");
            context.report("unknown-extension", &pointer, found, one_of(known), help);
            continue;
        };
        if !extension.on.contains(&kind) {
            context.report(
                "misplaced-extension",
                &pointer,
                format!("`{key}` stands on {}", kind.name()),
                format!("`{key}` on {}", either(extension.on)),
                "move it to where it belongs, or correct its indentation",
            );
        }
        for misform in (extension.check)(value, &format!("/{key}")) {
            context.report(
                "bad-extension",
                &format!("{holder}{}", misform.below),
                misform.found,
                misform.expected,
                format!("see `{key}` in specs/README.md"),
            );
        }
    }
}

fn either(kinds: &[Kind]) -> String {
    let words: Vec<&str> = kinds
        .iter()
        .map(|kind| match kind {
            Kind::Root => "the root",
            kind => kind.name(),
        })
        .collect();
    match words.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        words => words.concat(),
    }
}

fn check_fact_ids(context: &mut Context<'_>) {
    let mut seen: HashMap<&str, String> = HashMap::new();
    let mut twice = Vec::new();
    for (index, node) in context
        .tree
        .nodes
        .iter()
        .enumerate()
        .filter(|(_, node)| node.kind != Kind::Group)
    {
        let facts = node.value.get("x-facts").and_then(Value::as_array);
        for (position, fact) in facts.into_iter().flatten().enumerate() {
            let Some(id) = fact.get("id").and_then(Value::as_str) else {
                continue;
            };
            let pointer = format!("{}/x-facts/{position}/id", context.tree.pointer(index));
            match seen.get(id) {
                Some(first) => twice.push((pointer, id, first.clone())),
                None => {
                    seen.insert(id, pointer);
                }
            }
        }
    }
    for (pointer, id, first) in twice {
        let line = context.document.place(&first).map_or(0, |place| place.line);
        context.report(
            "duplicate-fact-id",
            &pointer,
            format!("the fact id `{id}` is also used on line {line}"),
            "an id that no other fact of the document has",
            "give one of the two another id, or say it once",
        );
    }
}

fn check_credentials(context: &mut Context<'_>) {
    let missing: Vec<String> = context
        .tree
        .of_kind(Kind::SecurityScheme)
        .filter(|(_, node)| {
            node.value.as_object().is_some_and(|scheme| {
                !scheme.contains_key("x-credential") && !scheme.contains_key("$ref")
            })
        })
        .map(|(index, _)| context.tree.pointer(index))
        .collect();
    for pointer in missing {
        context.report(
            "missing-credential",
            &pointer,
            "the security scheme does not say what kind of credential it takes",
            format!("`x-credential`: {}", one_of(form::CREDENTIALS)),
            "add `x-credential`",
        );
    }
}

fn check_operation(context: &mut Context<'_>, operation: &Operation<'_>) {
    let Operation {
        pointer,
        value,
        method,
        ..
    } = operation;
    if !holds_facts(value) && !context.document.value.as_object().is_some_and(holds_facts) {
        context.report(
            "missing-facts",
            pointer,
            "neither the operation nor the root says what the description rests on",
            "`x-facts` on the operation, or on the root for all operations",
            "name the source, and whether it is documented, read in source code or inferred",
        );
    }
    if *method == "get" && !value.contains_key("x-pagination") {
        context.report(
            "missing-pagination",
            pointer,
            "the GET operation does not say whether and how its answer continues",
            "`x-pagination`",
            "add it; `x-pagination: {style: none}` where the answer is not a list",
        );
    }
    let default = match *method {
        "get" | "head" | "options" | "trace" => "safe",
        "put" | "delete" => "idempotent",
        _ => "never",
    };
    if value.get("x-retry").and_then(Value::as_str) == Some(default) {
        context.report(
            "redundant-retry",
            &format!("{pointer}/x-retry"),
            format!("`{default}` is the default of {}", method.to_uppercase()),
            "`x-retry` only where the default is wrong",
            "remove it",
        );
    }
}

fn holds_facts(object: &Map<String, Value>) -> bool {
    object
        .get("x-facts")
        .and_then(Value::as_array)
        .is_some_and(|facts| !facts.is_empty())
}
