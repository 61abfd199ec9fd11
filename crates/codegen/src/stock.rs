//! The other style: the client that progenitor itself writes, with builders, for those who want a stock progenitor client.
//!
//! The passes have made the description digestible; `document` writes it down again as OpenAPI 3.0 and cuts what
//! progenitor cannot take. What was cut is reported as losses of the pass `progenitor`.

mod document;
mod operations;

use proc_macro2::TokenStream;
use progenitor_impl::{GenerationSettings, Generator, InterfaceStyle};
use rolecall_openapi::json::{self, Object};
use serde_json::{Value, json};

use crate::compile::Compiled;
use crate::lower::Loss;
use crate::panic::with_large_stack;
use crate::render::{self, Files, Identity};

/// The name under which losses are reported.
pub(crate) const PASS: &str = "progenitor";

/// The files of a crate, and what it cannot do.
pub struct Stock {
    /// Before formatting.
    pub files: Files,
    /// What was cut.
    pub losses: Vec<Loss>,
    /// Operations in the crate.
    pub operations: usize,
    /// Component schemas in the crate.
    pub schemas: usize,
}

/// Writes the crate. An error is what progenitor says to a description without any operation.
pub fn files(compiled: &Compiled, identity: &Identity) -> Result<Stock, String> {
    let (mut document, mut losses) = document::write(compiled);
    let code = loop {
        let refused = match generate(&document) {
            Ok(code) => break code,
            Err(message) => message,
        };
        // It does not say where: what fails alone is what it is.
        let cut = cut(&mut document).ok_or_else(|| format!("progenitor: {refused}"))?;
        losses.push(cut);
    };
    Ok(Stock {
        files: render::stock_files(&code, identity),
        operations: json::operations(&document).count(),
        schemas: json::components(&document).map_or(0, Object::len),
        losses,
    })
}

fn generate(document: &Value) -> Result<TokenStream, String> {
    let code = with_large_stack(|| {
        let document = serde_json::from_value(document.clone()).map_err(|e| e.to_string())?;
        let mut settings = GenerationSettings::default();
        settings.with_interface(InterfaceStyle::Builder);
        let tokens = Generator::new(&settings)
            .generate_tokens(&document)
            .map_err(|e| e.to_string())?;
        // Tokens do not leave the thread that made them.
        Ok(tokens.to_string())
    })?;
    code.parse()
        .map_err(|e| format!("its code does not parse: {e}"))
}

/// Takes the first thing that progenitor refuses alone out of a document: by halves, since a run over a whole description
/// takes seconds.
fn cut(document: &mut Value) -> Option<Loss> {
    let without = |document: &Value, keep: &dyn Fn(&str, &str) -> bool| {
        let mut part = document.clone();
        crate::slice::retain_operations(&mut part, |path, method, _| keep(path, method));
        part
    };
    let types = without(document, &|_, _| false);
    if generate(&types).is_err() {
        let names: Vec<String> = json::components(document)?.keys().cloned().collect();
        let fails = |some: &[String]| {
            let mut part = types.clone();
            for (name, schema) in json::components_mut(&mut part) {
                if !some.contains(name) {
                    *schema = json!({});
                }
            }
            generate(&part).err()
        };
        let (name, message) = crate::progenitor::culprit(&names, &fails)?;
        let pointer = json::join("/components/schemas", name);
        *document.pointer_mut(&pointer)? = json!({});
        return Some(document::loss(
            "schema-as-json",
            pointer,
            format!("progenitor refuses it: {message}"),
        ));
    }
    let all: Vec<(String, String)> = json::operations(document)
        .map(|(path, method, _)| (path.to_owned(), method.to_owned()))
        .collect();
    let fails = |some: &[(String, String)]| {
        let keep = |path: &str, method: &str| some.iter().any(|(p, m)| p == path && m == method);
        generate(&without(document, &keep)).err()
    };
    let ((path, method), message) = crate::progenitor::culprit(&all, &fails)?;
    let (item, method) = (json::join("/paths", path), method.clone());
    document
        .pointer_mut(&item)?
        .as_object_mut()?
        .shift_remove(&method)?;
    Some(document::loss(
        "operation-cut",
        format!("{item}/{method}"),
        format!("progenitor refuses it: {message}"),
    ))
}
