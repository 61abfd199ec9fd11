//! Servers: every URL is a template whose variables are declared and described.

use rolecall_openapi::words::{nearest, show};
use serde_json::{Map, Value};

use crate::lint::context::{Context, text};
use crate::lint::shape::Kind;
use crate::lint::template::variables;
use rolecall_openapi::load::escape;

pub(super) fn check(context: &mut Context<'_>) {
    let has_one = context
        .document
        .value
        .get("servers")
        .and_then(Value::as_array)
        .is_some_and(|list| !list.is_empty());
    if !has_one {
        context.report(
            "server-url",
            "",
            "there is no server",
            "`servers` with at least one template, such as `https://{domain}`",
            "add a server whose parts that differ between tenants are variables",
        );
    }
    let servers: Vec<(String, &Map<String, Value>)> = context
        .tree
        .of_kind(Kind::Server)
        .filter_map(|(index, node)| Some((context.tree.pointer(index), node.value.as_object()?)))
        .collect();
    for (pointer, server) in servers {
        let Some(url) = text(server, "url") else {
            continue;
        };
        let at = format!("{pointer}/url");
        let used = match variables(url) {
            Ok(used) => used,
            Err(reason) => {
                context.report(
                    "server-url",
                    &at,
                    format!("the URL `{url}` is not a template: {reason}"),
                    "variables in matching braces, such as `https://{domain}`",
                    "correct the braces",
                );
                continue;
            }
        };
        if used.is_empty() {
            context.report(
                "server-url",
                &at,
                format!("the URL `{url}` has no variables"),
                "a template with described variables and defaults",
                "make what differs between tenants or environments a variable; `{baseUrl}` where all of it may",
            );
        }
        let none = Map::new();
        let declared = server
            .get("variables")
            .and_then(Value::as_object)
            .unwrap_or(&none);
        for name in used.iter().filter(|name| !declared.contains_key(**name)) {
            let help = match nearest(name, declared.keys().map(String::as_str)) {
                Some(known) => format!("did you mean `{known}`?"),
                None => "declare it in `variables`, with a default and a description".to_owned(),
            };
            context.report(
                "server-variable",
                &at,
                format!("the variable `{name}` is not declared"),
                "a declaration of each variable of the URL",
                help,
            );
        }
        for (name, variable) in declared {
            let at = format!("{pointer}/variables/{}", escape(name));
            if !used.contains(&name.as_str()) {
                context.report(
                    "server-variable",
                    &at,
                    format!("the variable `{name}` is not in the URL `{url}`"),
                    "only variables of the URL",
                    "put it into the URL, or remove it",
                );
            }
            if variable
                .get("description")
                .and_then(Value::as_str)
                .is_none_or(|text| text.trim().is_empty())
            {
                context.report(
                    "server-variable",
                    &at,
                    format!("the variable `{name}` has no description"),
                    "a description of what to put there",
                    "say what the value is and where the caller finds it",
                );
            }
            let choices = variable.get("enum").and_then(Value::as_array);
            if let (Some(choices), Some(default)) = (choices, variable.get("default"))
                && !choices.contains(default)
            {
                context.report(
                    "server-variable",
                    &format!("{at}/default"),
                    format!(
                        "the default {} is not one of the variable's values",
                        show(default)
                    ),
                    "a value of `enum`",
                    "correct the default, or add it to `enum`",
                );
            }
        }
    }
}
