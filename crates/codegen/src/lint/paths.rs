//! Paths, their variables, and the parameters that declare them.

use std::collections::HashMap;

use rolecall_openapi::words::{nearest, one_of};
use serde_json::{Map, Value};

use crate::lint::context::{Context, Operation, identity, text};
use crate::lint::shape::Kind;
use crate::lint::template::variables;
use crate::lint::walk::Token;
use rolecall_openapi::load::{SpecVersion, escape};

pub(super) fn check(context: &mut Context<'_>) {
    check_templates(context);
    for operation in context.operations.clone() {
        check_variables(context, &operation);
    }
    check_lists(context);
    check_each(context);
}

/// Paths as such, and against each other.
fn check_templates(context: &mut Context<'_>) {
    let Some(Value::Object(paths)) = context.document.value.get("paths") else {
        return;
    };
    let mut seen: HashMap<String, &str> = HashMap::new();
    for (path, item) in paths.iter().filter(|(path, _)| !path.starts_with("x-")) {
        let pointer = format!("/paths/{}", escape(path));
        if !path.starts_with('/') {
            context.report(
                "path-form",
                &pointer,
                format!("the path `{path}` does not begin with `/`"),
                "a path that begins with `/` and is appended to the server's URL",
                format!(
                    "write `/{path}`, or correct the indentation if this was not meant as a path"
                ),
            );
        }
        if path.contains('?') {
            context.report(
                "path-form",
                &pointer,
                format!("the path `{path}` holds a query"),
                "a path alone",
                "declare what follows the `?` as parameters with `in: query`",
            );
        }
        if path.contains('#') {
            context.report(
                "path-fragment",
                &pointer,
                format!("the path `{path}` holds a fragment, which is never sent"),
                "a path alone",
                "leave out what follows the `#`; where it tells two operations apart, their operationId does",
            );
        }
        match variables(path) {
            Err(reason) => {
                context.report(
                    "path-form",
                    &pointer,
                    format!("the path `{path}` is not a template: {reason}"),
                    "variables in matching braces, such as `/users/{userId}`",
                    "correct the braces",
                );
                continue;
            }
            Ok(variables) => {
                let twice = variables.iter().enumerate().find(|(index, name)| {
                    variables.iter().take(*index).any(|before| before == *name)
                });
                if let Some((_, name)) = twice {
                    context.report(
                        "path-form",
                        &pointer,
                        format!("the variable `{name}` stands twice in `{path}`"),
                        "each variable once",
                        "give the second one a name of its own",
                    );
                }
            }
        }
        if !item.is_object() {
            continue;
        }
        if let Some(first) = seen.insert(without_names(path), path) {
            context.report(
                "ambiguous-paths",
                &pointer,
                format!("`{path}` and `{first}` differ only in the names of their variables"),
                "one path for one resource",
                "put the operations of both under one of the two",
            );
        }
    }
}

/// `/users/{id}/roles` as `/users/{}/roles`.
fn without_names(path: &str) -> String {
    let mut plain = String::with_capacity(path.len());
    let mut inside = false;
    for character in path.chars() {
        inside = (inside || character == '{') && character != '}';
        if !inside || character == '{' {
            plain.push(character);
        }
    }
    plain
}

/// The variables of an operation's path against its parameters.
fn check_variables(context: &mut Context<'_>, operation: &Operation<'_>) {
    let Ok(variables) = variables(operation.path) else {
        return;
    };
    let parameters = context.parameters(operation);
    let declared: Vec<(&String, &str)> = parameters
        .iter()
        .filter(|(_, parameter)| text(parameter, "in") == Some("path"))
        .filter_map(|(pointer, parameter)| Some((pointer, text(parameter, "name")?)))
        .collect();
    for variable in &variables {
        if declared.iter().any(|(_, name)| name == variable) {
            continue;
        }
        let unused = declared
            .iter()
            .map(|(_, name)| *name)
            .filter(|name| !variables.contains(name));
        let help = match nearest(variable, unused) {
            Some(name) => {
                format!("the declared parameter `{name}` looks like it: give both one name")
            }
            None => format!(
                "add a parameter `{{name: {variable}, in: path, required: true, schema: …}}`"
            ),
        };
        context.report(
            "path-parameter-undeclared",
            &operation.pointer,
            format!(
                "the variable `{variable}` of `{}` is not declared",
                operation.path
            ),
            "a parameter with `in: path` for each variable of the path",
            help,
        );
    }
    for (pointer, name) in declared
        .iter()
        .filter(|(_, name)| !variables.contains(name))
    {
        let expected = match variables.as_slice() {
            [] => "no path parameters, as the path has no variables".to_owned(),
            some => format!(
                "one of the path's variables: {}",
                one_of(some.iter().copied())
            ),
        };
        context.report(
            "path-parameter-unused",
            pointer,
            format!(
                "the path parameter `{name}` is not a variable of `{}`",
                operation.path
            ),
            expected,
            "put the variable into the path, or correct the parameter's name or its `in`",
        );
    }
}

/// Duplicates within one list of parameters.
fn check_lists(context: &mut Context<'_>) {
    let mut found = Vec::new();
    for (index, node) in context.tree.of_kind(Kind::Group) {
        let is_list = matches!(node.token, Token::Key("parameters"));
        let (true, Value::Array(items)) = (is_list, node.value) else {
            continue;
        };
        let mut seen: HashMap<(Option<&str>, Option<&str>), usize> = HashMap::new();
        for (position, item) in items.iter().enumerate() {
            let Some(parameter) = context.resolve(item).and_then(Value::as_object) else {
                continue;
            };
            let (Some(place), Some(name)) = identity(parameter) else {
                continue;
            };
            if let Some(first) = seen.insert((Some(place), Some(name)), position) {
                let pointer = format!("{}/{position}", context.tree.pointer(index));
                found.push((
                    pointer,
                    format!(
                        "the {place} parameter `{name}` is declared twice, first as item {first}"
                    ),
                ));
            }
        }
    }
    for (pointer, found) in found {
        context.report(
            "duplicate-parameter",
            &pointer,
            found,
            "each combination of `in` and `name` once",
            "remove one of the two",
        );
    }
}

/// Each parameter and header by itself.
fn check_each(context: &mut Context<'_>) {
    let declared: Vec<(String, Kind, &Map<String, Value>)> = context
        .tree
        .nodes
        .iter()
        .enumerate()
        .filter(|(_, node)| matches!(node.kind, Kind::Parameter | Kind::Header))
        .filter_map(|(index, node)| {
            let value = node
                .value
                .as_object()
                .filter(|value| !value.contains_key("$ref"))?;
            Some((context.tree.pointer(index), node.kind, value))
        })
        .collect();
    for (pointer, kind, parameter) in declared {
        let name = text(parameter, "name").unwrap_or_default();
        let place = match (kind, text(parameter, "in")) {
            (Kind::Header, _) => Some("header"),
            (_, place) => place,
        };
        if let Some(place) = place {
            check_place(context, &pointer, kind, name, place, parameter);
        }
        let contents = parameter
            .get("content")
            .and_then(Value::as_object)
            .map(Map::len);
        let found = match (parameter.contains_key("schema"), contents) {
            (true, Some(_)) => "both `schema` and `content` are there",
            (false, None) => "neither `schema` nor `content` is there",
            (false, Some(0)) => "`content` is empty",
            (false, Some(2..)) => "`content` has several media types",
            _ => continue,
        };
        context.report(
            "parameter-without-schema",
            &pointer,
            found,
            "a `schema`, or a `content` with one media type",
            "say what the value is, for example `schema: {type: string}`",
        );
    }
}

/// The whole query as one value: a form is the same as a parameter for each of its fields; nothing else is.
fn check_query_string(
    context: &mut Context<'_>,
    pointer: &str,
    name: &str,
    parameter: &Map<String, Value>,
) {
    let content = parameter.get("content").and_then(Value::as_object);
    let is_form = |media_type: &String| media_type.starts_with("application/x-www-form-urlencoded");
    if !content.is_some_and(|content| content.keys().all(is_form)) {
        context.report(
            "query-string-form",
            pointer,
            format!("the query string `{name}` is not a form"),
            "a `content` of `application/x-www-form-urlencoded`",
            "declare parameters with `in: query`",
        );
    }
}

fn check_place(
    context: &mut Context<'_>,
    pointer: &str,
    kind: Kind,
    name: &str,
    place: &str,
    parameter: &Map<String, Value>,
) {
    let styles: &[&str] = match place {
        "path" => &["simple", "label", "matrix"],
        "query" => &["form", "spaceDelimited", "pipeDelimited", "deepObject"],
        "header" => &["simple"],
        "cookie" if context.document.version >= SpecVersion::V3_2 => &["form", "cookie"],
        "cookie" => &["form"],
        "querystring" if context.document.version >= SpecVersion::V3_2 => {
            check_query_string(context, pointer, name, parameter);
            return;
        }
        _ => {
            let places = ["path", "query", "header", "cookie"];
            let help = match place {
                "body" | "formData" => {
                    "this is Swagger 2.0: declare a `requestBody` instead".to_owned()
                }
                _ => match nearest(place, places) {
                    Some(known) => format!("did you mean `{known}`?"),
                    None => "correct `in`".to_owned(),
                },
            };
            let found = format!("the parameter `{name}` is in `{place}`");
            context.report(
                "parameter-location",
                &format!("{pointer}/in"),
                found,
                one_of(places),
                help,
            );
            return;
        }
    };
    if let Some(style) = text(parameter, "style")
        && !styles.contains(&style)
    {
        let help = match nearest(style, styles.iter().copied()) {
            Some(known) => format!("did you mean `{known}`?"),
            None => "remove `style`: the default is nearly always right".to_owned(),
        };
        context.report(
            "unknown-style",
            &format!("{pointer}/style"),
            format!("`{style}` is not a style of {place} parameters"),
            one_of(styles.iter().copied()),
            help,
        );
    }
    if kind == Kind::Header {
        return;
    }
    if place == "path" && parameter.get("required") != Some(&Value::Bool(true)) {
        context.report(
            "path-parameter-optional",
            pointer,
            format!("the path parameter `{name}` is not required"),
            "`required: true` on every path parameter",
            "add `required: true`: a path without one of its parts is another path",
        );
    }
    let is_ignored =
        ["accept", "content-type", "authorization"].contains(&name.to_lowercase().as_str());
    if place == "header" && is_ignored {
        context.report(
            "ignored-header",
            pointer,
            format!("OpenAPI ignores a header parameter with the name `{name}`"),
            "`content` for media types, `security` for credentials",
            "remove the parameter",
        );
    }
}
