//! `README.md` and `lib.rs` of a client crate.

use std::fmt::Write;

use serde_json::Value;

use super::features::feature;
use super::{Identity, banner, docs, rust};
use crate::model::Model;

/// `README.md`, whose example is compiled as a documentation test.
pub fn readme(model: &Model, document: &Value, identity: &Identity) -> String {
    let title = document
        .pointer("/info/title")
        .and_then(Value::as_str)
        .unwrap_or(&identity.api);
    let version = document
        .pointer("/info/version")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let mut file = format!(
        "<!--{} -->\n# {}\n\n",
        banner(identity, "").trim_end(),
        identity.package
    );
    let _ = writeln!(
        file,
        "Client for {title}, API version {version}: {} operations in {} modules, generated from a description of the API.\n",
        model.operations.len(),
        model.modules.len()
    );
    if let Some(url) = &identity.documentation {
        let _ = writeln!(file, "The vendor's documentation: <{url}>.\n");
    }
    if let Some(example) = example(model, document, identity) {
        file.push_str("## A call\n\n");
        file.push_str(&example);
    }
    file.push_str(
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
        let _ = writeln!(
            file,
            "| `{}` | `{}` | {count} | {} |",
            module.name,
            feature(&module.name),
            module.tag.replace('|', "\\|")
        );
    }
    file
}

fn example(model: &Model, document: &Value, identity: &Identity) -> Option<String> {
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
    let mut code = String::from("```rust,no_run\n");
    let _ = writeln!(
        code,
        "# async fn run() -> Result<(), Box<dyn std::error::Error>> {{\nlet client = {library}::Client::new({})?;",
        rust::string(&base_url(document))
    );
    let _ = writeln!(
        code,
        "let answer = client\n    .{}()",
        operation.method_name
    );
    for parameter in operation
        .parameters
        .iter()
        .filter(|p| p.required && p.ty == "String")
    {
        let value = configured
            .and_then(|e| e.arguments.get(&parameter.wire))
            .map_or("…", String::as_str);
        let _ = writeln!(code, "    .{}({})", parameter.setter, rust::string(value));
    }
    let _ = writeln!(
        code,
        "    .send()\n    .await?;\nprintln!(\"{{}}: {{:?}}\", answer.status(), answer.into_inner());\n# Ok(())\n# }}\n```\n"
    );
    Some(code)
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
pub fn library(model: &Model, document: &Value, identity: &Identity) -> String {
    let title = document
        .pointer("/info/title")
        .and_then(Value::as_str)
        .unwrap_or(&identity.api);
    let mut file = banner(identity, "//");
    file.push_str("#![doc = include_str!(\"../README.md\")]\n#![forbid(unsafe_code)]\n");
    // A description does not document everything, and names what it likes.
    file.push_str("#![allow(missing_docs, deprecated, clippy::all)]\n\n");
    for module in &model.modules {
        let gate = rust::string(&feature(&module.name));
        let _ = writeln!(file, "#[cfg(feature = {gate})]\npub mod {};", module.name);
    }
    file.push_str("mod catalog;\npub mod operations;\npub mod types;\n\n");
    file.push_str("pub use rolecall_client::{self, BuildError, Error, Response, Transport};\n\n");
    file.push_str(&docs::outer(Some(&format!("Client for {title}.")), ""));
    if let Some(description) = document
        .pointer("/info/description")
        .and_then(Value::as_str)
    {
        file.push_str("///\n");
        file.push_str(&docs::outer(Some(description), ""));
    }
    let _ = writeln!(
        file,
        "///\n/// Cloning is cheap: clones share connections and hook.
#[derive(Clone, Debug)]
pub struct Client {{
    transport: Transport,
}}

impl Client {{
    /// A client that sends calls as they are, with the defaults of [`Transport`].
    ///
    /// `base_url` is where the paths of the description begin: {}.
    ///
    /// # Errors
    ///
    /// An address that is no absolute `http` or `https` URL.
    pub fn new(base_url: &str) -> Result<Self, BuildError> {{
        Ok(Self {{ transport: Transport::new(base_url)? }})
    }}

    /// A client over a transport that has been set up: timeouts, limits, and the hook that every call goes through.
    #[must_use]
    pub fn with_transport(transport: Transport) -> Self {{
        Self {{ transport }}
    }}

    /// What calls are sent over.
    #[must_use]
    pub fn transport(&self) -> &Transport {{
        &self.transport
    }}
}}",
        servers(document)
    );
    file
}

fn servers(document: &Value) -> String {
    let urls: Vec<String> = document
        .get("servers")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|server| Some(format!("`{}`", server.get("url")?.as_str()?)))
        .collect();
    if urls.is_empty() {
        "the description names no server".to_owned()
    } else {
        urls.join(" or ")
    }
}
