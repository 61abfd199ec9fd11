//! `SERVICE` in `operations.rs`: what is known of the API as a whole, as static data.

use rolecall_openapi::extensions::{ErrorFields, ScopeAliases, is_placeholder};
use serde_json::Value;

use super::source::text::{literal, literals, option_literal};
use super::source::{Code, code};

/// What statics of it are made of.
pub const NAMES: &str = "ErrorFields, ServerTemplate, ServerVariable, Service";

/// The static.
pub fn service(document: &Value) -> Code {
    let servers = document.get("servers").and_then(Value::as_array);
    let servers = servers.into_iter().flatten().filter_map(server);
    let aliases = ScopeAliases::of(document);
    let aliases = aliases
        .iter()
        .map(|(granted, needed)| code("({}, {})", &[&literal(granted), &literal(needed)]));
    code(
        "/// What is known of the API as a whole.\n#[rustfmt::skip]\npub static SERVICE: Service = Service {{\n    servers: {},\n    \
         error_fields: {},\n    scope_aliases: {},\n}};\n\n",
        &[&slice(servers), &error_fields(document), &slice(aliases)],
    )
}

fn slice(items: impl Iterator<Item = Code>) -> Code {
    code("&[{}]", &[&Code::join(items, ", ")])
}

fn server(server: &Value) -> Option<Code> {
    let url = server.get("url")?.as_str()?;
    let variables = server.get("variables").and_then(Value::as_object);
    let variables = variables.into_iter().flatten().map(|(name, variable)| {
        let own = variable.as_object().is_some_and(is_placeholder);
        let default = variable.get("default").and_then(Value::as_str);
        code(
            "ServerVariable {{ name: {}, default: {} }}",
            &[&literal(name), &option_literal(default.filter(|_| !own))],
        )
    });
    Some(code(
        "ServerTemplate {{ url: {}, variables: {} }}",
        &[&literal(url), &slice(variables)],
    ))
}

fn error_fields(document: &Value) -> Code {
    let Some(fields) = ErrorFields::of(document) else {
        return code("&ErrorFields::STANDARD", &[]);
    };
    let list = |texts: &[String]| literals(texts.iter().map(String::as_str));
    code(
        "&ErrorFields {{ code: {}, name: {}, message: {}, detail: {}, instance: {}, missing: {}, request_id: {} }}",
        &[
            &list(&fields.code),
            &list(&fields.name),
            &list(&fields.message),
            &list(&fields.detail),
            &list(&fields.instance),
            &list(&fields.missing),
            &list(&fields.request_id),
        ],
    )
}
