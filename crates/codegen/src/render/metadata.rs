//! `operations.rs`: what is known of every operation before it is called, as static data.

use std::fmt::Write;

use heck::ToShoutySnakeCase;
use serde_json::Value;

use super::types::status_literal;
use super::{Identity, banner, rust};
use crate::model::{Model, OperationModel};

/// The name of an operation's static.
pub fn constant(operation: &OperationModel) -> String {
    let name = operation.method_name.to_shouty_snake_case();
    if name == "ALL" {
        "ALL_".to_owned()
    } else {
        name
    }
}

/// `Location::Path`…
pub fn location(location: &str) -> String {
    let name = match location {
        "path" => "Path",
        "header" => "Header",
        "cookie" => "Cookie",
        _ => "Query",
    };
    format!("Location::{name}")
}

/// The file.
pub fn metadata(model: &Model, document: &Value, identity: &Identity) -> String {
    let mut code = String::new();
    code.push_str("/// Every operation, in the order of the description.\npub static ALL: &[&Operation] = &[\n");
    for operation in &model.operations {
        let _ = writeln!(code, "    &{},", constant(operation));
    }
    code.push_str("];\n\n/// The operation with this `operationId`, as the description writes it.\n#[must_use]\npub fn find(id: &str) -> Option<&'static Operation> {\n    rolecall_client::find(ALL, id)\n}\n\n");
    for operation in &model.operations {
        write_operation(&mut code, operation, document, identity);
    }
    let names = [
        "Answer",
        "Basis",
        "CredentialKind",
        "Fact",
        "Location",
        "Method",
        "Operation",
        "PageLimit",
        "PageLocation",
        "PageParameter",
        "Pages",
        "Parameter",
        "RateLimit",
        "Refusal",
        "RequestBody",
        "Requirement",
        "Retry",
        "Stage",
        "Status",
        "Style",
    ];
    let mut file = banner(identity, "//");
    file.push_str("//! What is known of every operation before it is called.\n\n");
    let _ = writeln!(
        file,
        "use rolecall_client::{{{}}};\n",
        rust::used(&code, &names).join(", ")
    );
    file.push_str(&code);
    file
}

fn write_operation(
    code: &mut String,
    operation: &OperationModel,
    document: &Value,
    identity: &Identity,
) {
    let source = &operation.source;
    let text = |key: &str| {
        source
            .get(key)
            .and_then(Value::as_str)
            .map(str::trim)
            .filter(|t| !t.is_empty())
    };
    let _ = writeln!(
        code,
        "/// `Client::{0}`.\n#[rustfmt::skip]\npub static {1}: Operation = Operation {{",
        operation.method_name,
        constant(operation)
    );
    let mut field = |name: &str, value: String| {
        let _ = writeln!(code, "    {name}: {value},");
    };
    field("api", rust::string(&identity.api));
    field("id", rust::string(&operation.id));
    field(
        "method",
        format!("Method::{}", operation.method.to_uppercase()),
    );
    field("path", rust::string(&operation.path));
    field(
        "tag",
        rust::string(
            source
                .get("tags")
                .and_then(|t| t.get(0))
                .and_then(Value::as_str)
                .unwrap_or_default(),
        ),
    );
    field("summary", rust::string(text("summary").unwrap_or_default()));
    field(
        "docs",
        rust::option_string(
            source
                .get("externalDocs")
                .and_then(|d| d.get("url"))
                .and_then(Value::as_str),
        ),
    );
    field(
        "deprecated",
        (source.get("deprecated").and_then(Value::as_bool) == Some(true)).to_string(),
    );
    field("stage", stage(text("x-stage")).to_owned());
    field("parameters", parameters(operation));
    field("body", body(operation));
    field("answers", answers(source));
    field("security", security(source, document));
    field(
        "permissions",
        rust::strings(list(source, "x-permissions").filter_map(Value::as_str)),
    );
    field("refusals", refusals(source));
    field("pages", pages(source.get("x-pagination")));
    field(
        "retry",
        retry(text("x-retry"), &operation.method).to_owned(),
    );
    field("hazard", rust::option_string(text("x-hazard")));
    field(
        "rate_limit",
        rate_limit(source.get("x-rate-limit").or(document.get("x-rate-limit"))),
    );
    field("facts", facts(source));
    code.push_str("};\n\n");
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn slice(items: Vec<String>) -> String {
    format!("&[{}]", items.join(", "))
}

fn stage(stage: Option<&str>) -> &'static str {
    match stage {
        Some("beta") => "Stage::Beta",
        Some("private-beta") => "Stage::PrivateBeta",
        Some("deprecated-soon") => "Stage::DeprecatedSoon",
        _ => "Stage::Stable",
    }
}

/// The defaults are those of RFC 9110, section 9.2.
fn retry(retry: Option<&str>, method: &str) -> &'static str {
    match (retry, method) {
        (Some("safe"), _) => "Retry::Safe",
        (Some("idempotent"), _) => "Retry::Idempotent",
        (Some("never"), _) => "Retry::Never",
        (_, "get" | "head" | "options" | "trace") => "Retry::Safe",
        (_, "put" | "delete") => "Retry::Idempotent",
        _ => "Retry::Never",
    }
}

fn parameters(operation: &OperationModel) -> String {
    let parameters = operation.parameters.iter().map(|p| {
        let style = match p.style.as_str() {
            "form" => "Form",
            "label" => "Label",
            "matrix" => "Matrix",
            "spaceDelimited" => "SpaceDelimited",
            "pipeDelimited" => "PipeDelimited",
            "deepObject" => "DeepObject",
            _ => "Simple",
        };
        format!(
            "Parameter {{ name: {}, location: {}, required: {}, style: Style::{style}, explode: {}, allow_reserved: {}, json: {} }}",
            rust::string(&p.wire),
            location(&p.location),
            p.required,
            p.explode,
            p.allow_reserved,
            p.json
        )
    });
    slice(parameters.collect())
}

fn body(operation: &OperationModel) -> String {
    operation.body.as_ref().map_or_else(
        || "None".to_owned(),
        |body| {
            format!(
                "Some(RequestBody {{ required: {}, media_type: {} }})",
                body.required,
                rust::string(&body.media_type)
            )
        },
    )
}

fn answers(source: &Value) -> String {
    let answers = source
        .get("responses")
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    slice(
        answers
            .map(|(status, answer)| {
                let types = answer
                    .get("content")
                    .and_then(Value::as_object)
                    .into_iter()
                    .flatten()
                    .map(|(name, _)| name.as_str());
                format!(
                    "Answer {{ status: Status::{}, media_types: {}, error_names: {} }}",
                    status_literal(status),
                    rust::strings(types),
                    rust::strings(list(answer, "x-error-names").filter_map(Value::as_str))
                )
            })
            .collect(),
    )
}

/// The operation's own requirements, or the document's (OpenAPI 3.0.3, "Operation Object", `security`).
fn security(source: &Value, document: &Value) -> String {
    let sets = source
        .get("security")
        .or(document.get("security"))
        .and_then(Value::as_array);
    let set = |set: &Value| {
        let requirements = set
            .as_object()
            .into_iter()
            .flatten()
            .map(|(scheme, scopes)| {
                let scopes = scopes
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str);
                format!(
                    "Requirement {{ scheme: {}, kind: CredentialKind::{}, scopes: {} }}",
                    rust::string(scheme),
                    credential_of(document, scheme),
                    rust::strings(scopes)
                )
            });
        slice(requirements.collect())
    };
    slice(sets.into_iter().flatten().map(set).collect())
}

fn credential_of(document: &Value, scheme: &str) -> &'static str {
    let Some(scheme) = document
        .pointer("/components/securitySchemes")
        .and_then(|s| s.get(scheme))
    else {
        return "Other";
    };
    match (
        scheme.get("x-credential").and_then(Value::as_str),
        scheme.get("type").and_then(Value::as_str),
    ) {
        (Some(kind), _) => credential(kind),
        (None, Some("oauth2" | "openIdConnect")) => "OAuth2",
        (None, Some("apiKey")) => "ApiKey",
        _ => "Other",
    }
}

fn credential(kind: &str) -> &'static str {
    match kind {
        "oauth2" => "OAuth2",
        "pat" => "Pat",
        "api-key" => "ApiKey",
        "ssws" => "Ssws",
        _ => "Other",
    }
}

fn refusals(source: &Value) -> String {
    let refusals = list(source, "x-refusals").map(|refusal| {
        let text = |key: &str| {
            rust::string(
                refusal
                    .get(key)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .trim(),
            )
        };
        let kind = refusal
            .get("credential")
            .and_then(Value::as_str)
            .map_or_else(
                || "None".to_owned(),
                |kind| format!("Some(CredentialKind::{})", credential(kind)),
            );
        let status = refusal.get("status").and_then(Value::as_u64).unwrap_or(403);
        format!(
            "Refusal {{ credential: {kind}, status: {status}, when: {}, remedy: {} }}",
            text("when"),
            text("try")
        )
    });
    slice(refusals.collect())
}

fn pages(pagination: Option<&Value>) -> String {
    let Some(pagination) = pagination else {
        return "Pages::NotAList".to_owned();
    };
    let text = |key: &str| pagination.get(key).and_then(Value::as_str);
    let items = rust::string(text("items").unwrap_or_default());
    let next = text("next");
    let cursor = pagination.get("cursor").map(page_parameter);
    let limit = pagination.get("limit").map(|limit| {
        let number = |key: &str| {
            limit
                .get(key)
                .and_then(Value::as_u64)
                .map_or_else(|| "None".to_owned(), |n| format!("Some({n})"))
        };
        format!(
            "PageLimit {{ parameter: {}, default: {}, maximum: {} }}",
            page_parameter(limit),
            number("default"),
            number("maximum")
        )
    });
    let option = |value: &Option<String>| {
        value
            .as_ref()
            .map_or_else(|| "None".to_owned(), |v| format!("Some({v})"))
    };
    match (text("style"), cursor, limit) {
        (Some("whole"), _, _) => format!("Pages::Whole {{ items: {items} }}"),
        (Some("link-header"), cursor, limit) => format!(
            "Pages::LinkHeader {{ items: {items}, next: {}, cursor: {}, limit: {} }}",
            rust::option_string(next),
            option(&cursor),
            option(&limit)
        ),
        (Some("body-link"), cursor, limit) => format!(
            "Pages::BodyLink {{ items: {items}, next: {}, link_header: {}, cursor: {}, limit: {} }}",
            rust::string(next.unwrap_or_default()),
            text("also") == Some("link-header"),
            option(&cursor),
            option(&limit)
        ),
        (Some("body-token"), Some(cursor), limit) => format!(
            "Pages::BodyToken {{ items: {items}, next: {}, cursor: {cursor}, limit: {} }}",
            rust::string(next.unwrap_or_default()),
            option(&limit)
        ),
        (Some("offset"), Some(cursor), Some(limit)) => {
            format!("Pages::Offset {{ items: {items}, offset: {cursor}, limit: {limit} }}")
        }
        _ => "Pages::NotAList".to_owned(),
    }
}

fn page_parameter(parameter: &Value) -> String {
    let place = if parameter.get("in").and_then(Value::as_str) == Some("body") {
        "Body"
    } else {
        "Query"
    };
    let name = rust::string(
        parameter
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default(),
    );
    format!("PageParameter {{ location: PageLocation::{place}, name: {name} }}")
}

fn rate_limit(limit: Option<&Value>) -> String {
    let Some(limit) = limit else {
        return "None".to_owned();
    };
    let number = |key: &str| {
        limit
            .get(key)
            .and_then(Value::as_u64)
            .map_or_else(|| "None".to_owned(), |n| format!("Some({n})"))
    };
    format!(
        "Some(RateLimit {{ bucket: {}, requests: {}, per_seconds: {} }})",
        rust::string(
            limit
                .get("bucket")
                .and_then(Value::as_str)
                .unwrap_or_default()
        ),
        number("requests"),
        number("per")
    )
}

fn facts(source: &Value) -> String {
    let facts = list(source, "x-facts").map(|fact| {
        let text = |key: &str| fact.get(key).and_then(Value::as_str).map(str::trim);
        let basis = match text("basis") {
            Some("source") => "Source",
            Some("inferred") => "Inferred",
            _ => "Documented",
        };
        format!(
            "Fact {{ id: {}, basis: Basis::{basis}, source: {}, note: {} }}",
            rust::option_string(text("id")),
            rust::string(text("source").unwrap_or_default()),
            rust::string(text("note").unwrap_or_default())
        )
    });
    slice(facts.collect())
}
