//! `README.md` and `lib.rs` of a client crate.

use serde_json::Value;

use super::features::feature;
use super::source::text::{
    address, described, described_within, docs, example, literal, name, number, plain, span,
};
use super::source::{Code, Page, code};
use super::{Identity, banner};
use crate::model::{Model, TypeRef};

/// `README.md`, whose example is compiled as a documentation test.
pub fn readme(model: &Model, document: &Value, identity: &Identity) -> Page {
    let version = document
        .pointer("/info/version")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let mut file = Page::new();
    file.line(
        "<!--{} -->\n# {}\n",
        &[&banner(identity), &plain(&identity.package)],
    );
    file.line(
        "Client for {}, API version {}: {} operations in {} modules, generated from a description of the API.\n",
        &[
            &plain(title(document, identity)),
            &plain(version),
            &model.operations.len(),
            &model.modules.len(),
        ],
    );
    if let Some(url) = &identity.documentation {
        file.line("The vendor's documentation: {}.\n", &[&address(url)]);
    }
    if let Some(code) = call(model, document, identity) {
        file.line("## A call\n\n{}", &[&example(&code)]);
    }
    file.push(
        "## What to expect\n\n\
         - A call is a builder: set what it needs, then `send` it. A required parameter that is missing is an error that names it.\n\
         - Enums and unions are open: a value that the description does not know decodes, and encodes back as it came.\n\
         - Properties that the description does not name are kept in `extra`.\n\
         - `operations::ALL` and `operations::find` tell what an operation needs (scopes, permissions), how its list continues,\n  \
         and whether it may be repeated.\n\
         - This crate sends calls as they are. Signing in, retries, rate limits and streams of pages are the business of a hook\n  \
         (`rolecall_client::Hook`).\n\n\
         ## Modules\n\n\
         Each module is behind a Cargo feature, and all are on by default: `default-features = false` and the features of the\n\
         modules that you call make a smaller build.\n\n\
         | module | feature | operations | |\n|---|---|---|---|\n",
    );
    for module in &model.modules {
        let count = model
            .operations
            .iter()
            .filter(|o| o.module == module.name)
            .count();
        file.line(
            "| {} | {} | {} | {} |",
            &[
                &span(&module.name),
                &span(&feature(&module.name)),
                &count,
                &plain(&module.tag),
            ],
        );
    }
    file
}

/// The API's title.
fn title<'a>(document: &'a Value, identity: &'a Identity) -> &'a str {
    let title = document.pointer("/info/title").and_then(Value::as_str);
    title.unwrap_or(&identity.api)
}

/// The code of the README's example.
fn call(model: &Model, document: &Value, identity: &Identity) -> Option<Code> {
    let configured = identity.example.as_ref();
    let operation = match configured {
        Some(example) => model
            .operations
            .iter()
            .find(|o| o.id == example.operation)?,
        None => model
            .operations
            .iter()
            .find(|o| o.method == "get")
            .or(model.operations.first())?,
    };
    let library = identity.package.replace('-', "_");
    let mut call = code(
        "# async fn run() -> Result<(), Box<dyn std::error::Error>> {{\nlet client = {}::Client::new({})?;\nlet answer = client\n    .{}()\n",
        &[
            &name(&library),
            &literal(&base_url(document)),
            &name(&operation.method_name),
        ],
    );
    for parameter in &operation.parameters {
        let given = configured.and_then(|example| example.arguments.get(&parameter.wire));
        let value = match (given, &parameter.ty) {
            (Some(value), _) => argument(value)?,
            (None, TypeRef::String) if parameter.required => code("{}", &[&literal("…")]),
            (None, _) => continue,
        };
        call.line("    .{}({})", &[&name(&parameter.setter), &value]);
    }
    call.push("    .send()\n    .await?;\nprintln!(\"{}: {:?}\", answer.status(), answer.into_inner());\n# Ok(())\n# }\n");
    Some(call)
}

/// An argument as Rust writes it.
fn argument(value: &Value) -> Option<Code> {
    Some(match value {
        Value::String(text) => code("{}", &[&literal(text)]),
        Value::Bool(flag) => code("{}", &[flag]),
        Value::Number(value) => code("{}", &[&number(value)]),
        Value::Array(items) => {
            let items: Option<Vec<Code>> = items.iter().map(argument).collect();
            code("[{}]", &[&Code::join(items?, ", ")])
        }
        Value::Null | Value::Object(_) => return None,
    })
}

/// The first server's address with the defaults of its variables.
pub fn base_url(document: &Value) -> String {
    let server = document.pointer("/servers/0");
    let mut url = server
        .and_then(|s| s.get("url"))
        .and_then(Value::as_str)
        .unwrap_or("https://example.com")
        .to_owned();
    for (name, variable) in server
        .and_then(|s| s.get("variables"))
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        let default = variable
            .get("default")
            .and_then(Value::as_str)
            .unwrap_or_default();
        url = url.replace(&format!("{{{name}}}"), default);
    }
    if url.starts_with("http") {
        url
    } else {
        format!("https://example.com{url}")
    }
}

/// `lib.rs`: the client and the list of modules.
pub fn library(model: &Model, document: &Value, identity: &Identity) -> Code {
    let mut file = code("//{}\n", &[&banner(identity)]);
    file.push("#![doc = include_str!(\"../README.md\")]\n#![forbid(unsafe_code)]\n");
    // A description does not document everything, and names what it likes.
    file.push("#![allow(missing_docs, deprecated, clippy::all)]\n\n");
    for module in &model.modules {
        file.line(
            "#[cfg(feature = {})]\npub mod {};",
            &[&literal(&feature(&module.name)), &name(&module.name)],
        );
    }
    file.push("mod catalog;\npub mod operations;\npub mod types;\n\n");
    file.push("pub use ::rolecall_client::{self, BuildError, Error, Response, Transport};\n\n");
    let mut page = Page::new();
    page.piece(&described_within(
        "Client for ",
        title(document, identity),
        ".",
    ));
    if let Some(description) = document
        .pointer("/info/description")
        .and_then(Value::as_str)
    {
        page.push("\n\n");
        page.piece(&described(description));
    }
    page.push("\n\nCloning is cheap: clones share connections and hook.");
    file.line(
        "{}#[derive(Clone, Debug)]
pub struct Client {{
    transport: ::rolecall_client::Transport,
}}

impl Client {{
    /// A client that sends calls as they are, with the defaults of [`Transport`].
    ///
{}    ///
    /// # Errors
    ///
    /// An address that is no absolute `http` or `https` URL.
    pub fn new(base_url: &::std::primitive::str) -> ::std::result::Result<Self, ::rolecall_client::BuildError> {{
        ::rolecall_client::Transport::new(base_url).map(Self::with_transport)
    }}

    /// A client over a transport that has been set up: timeouts, limits, and the hook that every call goes through.
    #[must_use]
    pub fn with_transport(transport: ::rolecall_client::Transport) -> Self {{
        Self {{ transport }}
    }}

    /// What calls are sent over.
    #[must_use]
    pub fn transport(&self) -> &::rolecall_client::Transport {{
        &self.transport
    }}
}}

impl ::rolecall_client::ApiClient for Client {{
    const SERVICE: &'static ::rolecall_client::Service = &operations::SERVICE;

    fn with_transport(transport: ::rolecall_client::Transport) -> Self {{
        Self {{ transport }}
    }}

    fn transport(&self) -> &::rolecall_client::Transport {{
        &self.transport
    }}
}}",
        &[&docs("///", &page), &docs("    ///", &servers(document))],
    );
    file
}

/// Where the paths begin.
fn servers(document: &Value) -> Page {
    let urls = document
        .get("servers")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|server| server.get("url")?.as_str());
    let urls = Page::join(
        urls.map(|url| {
            let mut page = Page::new();
            page.piece(&span(url));
            page
        }),
        " or ",
    );
    let mut page = Page::new();
    page.push("`base_url` is where the paths of the description begin: ");
    if urls.is_empty() {
        page.push("the description names no server");
    } else {
        page.piece(&urls);
    }
    page.push(".");
    page
}
