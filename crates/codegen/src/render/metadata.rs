//! `operations.rs`: what is known of every operation before it is called, as static data.

use heck::ToShoutySnakeCase;
use serde_json::Value;

use super::source::text::{literal, literals, name, option_literal};
use super::source::{Code, Piece, Rust, code};
use super::types::status_literal;
use super::{Identity, banner, service};
use crate::lower::media_types;
use crate::model::{Model, OperationModel};

/// What statics are made of.
const NAMES: &str = "Answer, Basis, CredentialKind, Encoding, Fact, Location, Method, Operation, PageLimit, PageLocation, \
     PageParameter, Pages, Parameter, RateLimit, Refusal, RequestBody, Requirement, Retry, Server, Stage, Status, Style";

/// The name of an operation's static.
pub fn constant(operation: &OperationModel) -> String {
    let name = operation.method_name.to_shouty_snake_case();
    match name.as_str() {
        "ALL" | "SERVICE" => format!("{name}_"),
        _ => name,
    }
}

/// `Location::Path`…
pub fn location(location: &str) -> &'static str {
    match location {
        "path" => "::rolecall_client::Location::Path",
        "header" => "::rolecall_client::Location::Header",
        "cookie" => "::rolecall_client::Location::Cookie",
        _ => "::rolecall_client::Location::Query",
    }
}

/// The file.
pub fn metadata(model: &Model, document: &Value, identity: &Identity) -> Code {
    let mut statics = Code::new();
    statics.push("/// Every operation, in the order of the description.\npub static ALL: &[&Operation] = &[\n");
    for operation in &model.operations {
        statics.line("    &{},", &[&name(&constant(operation))]);
    }
    statics.push("];\n\n/// The operation with this `operationId`, as the description writes it.\n#[must_use]\npub fn find(id: &str) -> ::std::option::Option<&'static Operation> {\n    ::rolecall_client::find(ALL, id)\n}\n\n");
    for operation in &model.operations {
        write_operation(&mut statics, operation, document, identity);
    }
    // Which of them are mentioned depends on the operations, whose own names are in capitals.
    code(
        "//{}\n//! What is known of every operation before it is called.\n\n#[allow(unused_imports)]\nuse ::rolecall_client::{{{}, {}}};\n\n{}{}",
        &[
            &banner(identity),
            &NAMES,
            &service::NAMES,
            &service::service(document),
            &statics,
        ],
    )
}

fn write_operation(
    file: &mut Code,
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
    file.line(
        "/// `Client::{}`.\n#[rustfmt::skip]\npub static {}: Operation = Operation {{",
        &[&name(&operation.method_name), &name(&constant(operation))],
    );
    let mut field = |name: &'static str, value: &dyn Piece<Rust>| {
        file.line("    {}: {},", &[&name, value]);
    };
    field("api", &literal(&identity.api));
    field("service", &"&SERVICE");
    field("id", &literal(&operation.id));
    let method = operation.method.to_uppercase();
    field("method", &code("Method::{}", &[&name(&method)]));
    field("path", &literal(&operation.path));
    field("server", &server(operation));
    let tag = source.get("tags").and_then(|t| t.get(0));
    field(
        "tag",
        &literal(tag.and_then(Value::as_str).unwrap_or_default()),
    );
    field("summary", &literal(text("summary").unwrap_or_default()));
    let docs = source.get("externalDocs").and_then(|d| d.get("url"));
    field("docs", &option_literal(docs.and_then(Value::as_str)));
    let deprecated = source.get("deprecated").and_then(Value::as_bool) == Some(true);
    field("deprecated", &deprecated);
    field("stage", &stage(text("x-stage")));
    field("parameters", &parameters(operation));
    field("body", &body(operation));
    field("answers", &answers(source));
    field("security", &security(source, document));
    let permissions = list(source, "x-permissions").filter_map(Value::as_str);
    field("permissions", &literals(permissions));
    field("refusals", &refusals(source));
    field("pages", &pages(source.get("x-pagination")));
    field("retry", &retry(text("x-retry"), &operation.method));
    field("hazard", &option_literal(text("x-hazard")));
    let limit = source.get("x-rate-limit").or(document.get("x-rate-limit"));
    field("rate_limit", &rate_limit(limit));
    field("facts", &facts(source));
    file.push("};\n\n");
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn slice(items: impl Iterator<Item = Code>) -> Code {
    code("&[{}]", &[&Code::join(items, ", ")])
}

/// `Some(…)` or `None`.
fn option(value: Option<Code>) -> Code {
    value.map_or_else(|| code("None", &[]), |value| code("Some({})", &[&value]))
}

/// `Some(7)` or `None`.
fn number(value: &Value, key: &str) -> Code {
    let number = value.get(key).and_then(Value::as_u64);
    option(number.map(|number| code("{}", &[&number])))
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

fn style(style: &str) -> &'static str {
    match style {
        "form" => "Style::Form",
        "label" => "Style::Label",
        "matrix" => "Style::Matrix",
        "spaceDelimited" => "Style::SpaceDelimited",
        "pipeDelimited" => "Style::PipeDelimited",
        "deepObject" => "Style::DeepObject",
        _ => "Style::Simple",
    }
}

fn parameters(operation: &OperationModel) -> Code {
    slice(operation.parameters.iter().map(|p| {
        code(
            "Parameter {{ name: {}, location: {}, required: {}, style: {}, explode: {}, allow_reserved: {}, json: {} }}",
            &[
                &literal(&p.wire),
                &location(&p.location),
                &p.required,
                &style(&p.style),
                &p.explode,
                &p.allow_reserved,
                &p.json,
            ],
        )
    }))
}

fn server(operation: &OperationModel) -> Code {
    option(operation.server.as_ref().map(|server| {
        let variables = server.variables.iter();
        let variables =
            variables.map(|(name, default)| code("({}, {})", &[&literal(name), &literal(default)]));
        code(
            "Server {{ url: {}, variables: {}, of_all: {} }}",
            &[
                &literal(&server.url),
                &slice(variables),
                &literals(server.of_all.iter().map(String::as_str)),
            ],
        )
    }))
}

fn body(operation: &OperationModel) -> Code {
    option(operation.body.as_ref().map(|body| {
        let encoding = body.encoding.iter().map(|known| {
            let style = known.style.as_deref().map(|name| code("{}", &[&style(name)]));
            code(
                "Encoding {{ property: {}, media_type: {}, style: {}, explode: {}, allow_reserved: {}, required_headers: {} }}",
                &[
                    &literal(&known.property),
                    &option_literal(known.media_type.as_deref()),
                    &option(style),
                    &known.explode,
                    &known.allow_reserved,
                    &literals(known.required_headers.iter().map(String::as_str)),
                ],
            )
        });
        code(
            "RequestBody {{ required: {}, media_type: {}, encoding: {} }}",
            &[
                &body.required,
                &literal(&body.media_type),
                &slice(encoding),
            ],
        )
    }))
}

fn answers(source: &Value) -> Code {
    let answers = source
        .get("responses")
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    slice(answers.map(|(status, answer)| {
        let types = answer
            .get("content")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .map(|(name, _)| media_types::valid(name))
            .collect::<Vec<_>>();
        code(
            "Answer {{ status: Status::{}, media_types: {}, error_names: {} }}",
            &[
                &status_literal(status),
                &literals(types.iter().map(|name| &**name)),
                &literals(list(answer, "x-error-names").filter_map(Value::as_str)),
            ],
        )
    }))
}

/// The operation's own requirements, or the document's (OpenAPI 3.0.3, "Operation Object", `security`).
fn security(source: &Value, document: &Value) -> Code {
    let sets = source
        .get("security")
        .or(document.get("security"))
        .and_then(Value::as_array);
    let set = |set: &Value| {
        let requirements = set.as_object().into_iter().flatten();
        slice(requirements.map(|(scheme, scopes)| {
            let scopes = scopes
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str);
            code(
                "Requirement {{ scheme: {}, kind: CredentialKind::{}, scopes: {} }}",
                &[
                    &literal(scheme),
                    &credential_of(document, scheme),
                    &literals(scopes),
                ],
            )
        }))
    };
    slice(sets.into_iter().flatten().map(set))
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

fn refusals(source: &Value) -> Code {
    slice(list(source, "x-refusals").map(|refusal| {
        let text = |key: &str| refusal.get(key).and_then(Value::as_str);
        let kind = text("credential").map(|kind| code("CredentialKind::{}", &[&credential(kind)]));
        let status = refusal.get("status").and_then(Value::as_u64).unwrap_or(403);
        code(
            "Refusal {{ credential: {}, status: {}, when: {}, remedy: {} }}",
            &[
                &option(kind),
                &status,
                &literal(text("when").unwrap_or_default().trim()),
                &literal(text("try").unwrap_or_default().trim()),
            ],
        )
    }))
}

fn pages(pagination: Option<&Value>) -> Code {
    let none = code("Pages::NotAList", &[]);
    let Some(pagination) = pagination else {
        return none;
    };
    let text = |key: &str| pagination.get(key).and_then(Value::as_str);
    let items = text("items").unwrap_or_default();
    let items = literal(items);
    let next = text("next");
    let cursor = pagination.get("cursor").map(page_parameter);
    let limit = pagination.get("limit").map(|limit| {
        code(
            "PageLimit {{ parameter: {}, default: {}, maximum: {} }}",
            &[
                &page_parameter(limit),
                &number(limit, "default"),
                &number(limit, "maximum"),
            ],
        )
    });
    match (text("style"), cursor, limit) {
        (Some("whole"), _, _) => code("Pages::Whole {{ items: {} }}", &[&items]),
        (Some("link-header"), cursor, limit) => code(
            "Pages::LinkHeader {{ items: {}, next: {}, cursor: {}, limit: {} }}",
            &[
                &items,
                &option_literal(next),
                &option(cursor),
                &option(limit),
            ],
        ),
        (Some("body-link"), cursor, limit) => code(
            "Pages::BodyLink {{ items: {}, next: {}, link_header: {}, cursor: {}, limit: {} }}",
            &[
                &items,
                &literal(next.unwrap_or_default()),
                &(text("also") == Some("link-header")),
                &option(cursor),
                &option(limit),
            ],
        ),
        (Some("body-token"), Some(cursor), limit) => code(
            "Pages::BodyToken {{ items: {}, next: {}, cursor: {}, limit: {} }}",
            &[
                &items,
                &literal(next.unwrap_or_default()),
                &cursor,
                &option(limit),
            ],
        ),
        (Some("offset"), Some(cursor), Some(limit)) => code(
            "Pages::Offset {{ items: {}, offset: {}, limit: {} }}",
            &[&items, &cursor, &limit],
        ),
        _ => none,
    }
}

fn page_parameter(parameter: &Value) -> Code {
    let text = |key: &str| parameter.get(key).and_then(Value::as_str);
    let place = if text("in") == Some("body") {
        "Body"
    } else {
        "Query"
    };
    code(
        "PageParameter {{ location: PageLocation::{}, name: {} }}",
        &[&place, &literal(text("name").unwrap_or_default())],
    )
}

fn rate_limit(limit: Option<&Value>) -> Code {
    option(limit.map(|limit| {
        let bucket = limit.get("bucket").and_then(Value::as_str);
        code(
            "RateLimit {{ bucket: {}, requests: {}, per_seconds: {} }}",
            &[
                &literal(bucket.unwrap_or_default()),
                &number(limit, "requests"),
                &number(limit, "per"),
            ],
        )
    }))
}

fn facts(source: &Value) -> Code {
    slice(list(source, "x-facts").map(|fact| {
        let text = |key: &str| fact.get(key).and_then(Value::as_str).map(str::trim);
        let basis = match text("basis") {
            Some("source") => "Source",
            Some("inferred") => "Inferred",
            _ => "Documented",
        };
        code(
            "Fact {{ id: {}, basis: Basis::{}, source: {}, note: {} }}",
            &[
                &option_literal(text("id")),
                &basis,
                &literal(text("source").unwrap_or_default()),
                &literal(text("note").unwrap_or_default()),
            ],
        )
    }))
}
