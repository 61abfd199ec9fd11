//! Security schemes, and the requirements that name them.

use std::collections::BTreeSet;

use rolecall_openapi::words::{names, nearest, one_of};
use serde_json::{Map, Value};

use crate::lint::context::{Context, text};
use crate::lint::shape::Kind;
use rolecall_openapi::load::escape;

pub(super) fn check(context: &mut Context<'_>) {
    check_schemes(context);
    check_requirements(context);
}

/// The security schemes of a document, after `$ref`.
fn schemes<'a>(context: &Context<'a>) -> Option<&'a Map<String, Value>> {
    context
        .document
        .value
        .pointer("/components/securitySchemes")
        .and_then(Value::as_object)
}

fn check_schemes(context: &mut Context<'_>) {
    let nodes: Vec<(String, &Map<String, Value>)> = context
        .tree
        .of_kind(Kind::SecurityScheme)
        .filter_map(|(index, node)| {
            let value = node
                .value
                .as_object()
                .filter(|value| !value.contains_key("$ref"))?;
            Some((context.tree.pointer(index), value))
        })
        .collect();
    for (pointer, scheme) in nodes {
        let Some(kind) = text(scheme, "type") else {
            continue;
        };
        let needed: &[&str] = match kind {
            "apiKey" => &["name", "in"],
            "http" => &["scheme"],
            "oauth2" => &["flows"],
            "openIdConnect" => &["openIdConnectUrl"],
            "mutualTLS" if context.document.version.has_json_schema() => &[],
            _ => {
                let known = ["apiKey", "http", "oauth2", "openIdConnect"];
                let help = match (kind, nearest(kind, known)) {
                    ("basic" | "bearer", _) => format!("write `type: http` and `scheme: {kind}`"),
                    (_, Some(name)) => format!("did you mean `{name}`?"),
                    _ => "correct the type".to_owned(),
                };
                context.report(
                    "security-scheme-form",
                    &format!("{pointer}/type"),
                    format!("`{kind}` is not a type of security scheme"),
                    one_of(known),
                    help,
                );
                continue;
            }
        };
        for field in needed.iter().filter(|field| !scheme.contains_key(**field)) {
            context.report(
                "security-scheme-form",
                &pointer,
                format!("a security scheme with `type: {kind}` has no `{field}`"),
                format!("{} with `type: {kind}`", names(needed.iter().copied())),
                "add the field",
            );
        }
        if kind == "oauth2" {
            check_flows(context, &pointer, scheme);
        }
    }
}

fn check_flows(context: &mut Context<'_>, pointer: &str, scheme: &Map<String, Value>) {
    let Some(Value::Object(flows)) = scheme.get("flows") else {
        return;
    };
    for (name, flow) in flows.iter().filter(|(name, _)| !name.starts_with("x-")) {
        let needed: &[&str] = match name.as_str() {
            "implicit" => &["authorizationUrl"],
            "password" | "clientCredentials" => &["tokenUrl"],
            "authorizationCode" => &["authorizationUrl", "tokenUrl"],
            "deviceAuthorization" => &["deviceAuthorizationUrl", "tokenUrl"],
            _ => continue,
        };
        for field in needed.iter().filter(|field| flow.get(**field).is_none()) {
            context.report(
                "security-scheme-form",
                &format!("{pointer}/flows/{}", escape(name)),
                format!("the flow `{name}` has no `{field}`"),
                format!("{} in a flow `{name}`", names(needed.iter().copied())),
                "add the URL",
            );
        }
    }
}

fn check_requirements(context: &mut Context<'_>) {
    let nodes: Vec<(String, &Map<String, Value>)> = context
        .tree
        .of_kind(Kind::Requirement)
        .filter_map(|(index, node)| Some((context.tree.pointer(index), node.value.as_object()?)))
        .collect();
    for (pointer, requirement) in nodes {
        for (name, scopes) in requirement {
            let at = format!("{pointer}/{}", escape(name));
            let Some(scheme) = schemes(context).and_then(|schemes| schemes.get(name)) else {
                let declared: Vec<&str> = schemes(context)
                    .into_iter()
                    .flat_map(Map::keys)
                    .map(String::as_str)
                    .collect();
                let help = match nearest(name, declared.iter().copied()) {
                    Some(known) => format!("did you mean `{known}`?"),
                    None => "declare the scheme in components/securitySchemes".to_owned(),
                };
                context.report(
                    "unknown-security-scheme",
                    &at,
                    format!("the security scheme `{name}` is not declared"),
                    format!("a declared scheme: {}", one_of(declared)),
                    help,
                );
                continue;
            };
            let Some(scheme) = context.resolve(scheme).and_then(Value::as_object) else {
                continue;
            };
            if text(scheme, "type") == Some("oauth2") {
                check_scopes(context, &at, name, scheme, scopes);
            }
        }
    }
}

fn check_scopes(
    context: &mut Context<'_>,
    at: &str,
    name: &str,
    scheme: &Map<String, Value>,
    scopes: &Value,
) {
    let declared: BTreeSet<&str> = scheme
        .get("flows")
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(Map::values)
        .filter_map(|flow| flow.get("scopes")?.as_object())
        .flat_map(Map::keys)
        .map(String::as_str)
        .collect();
    let scopes = scopes.as_array().into_iter().flatten().enumerate();
    for (index, scope) in scopes.filter_map(|(index, scope)| Some((index, scope.as_str()?))) {
        if declared.contains(scope) {
            continue;
        }
        let help = match nearest(scope, declared.iter().copied()) {
            Some(known) => format!("did you mean `{known}`?"),
            None => "declare the scope in a flow, with what it allows".to_owned(),
        };
        context.report(
            "unknown-scope",
            &format!("{at}/{index}"),
            format!("no flow of `{name}` declares the scope `{scope}`"),
            "a scope that a flow of the scheme declares",
            help,
        );
    }
}
