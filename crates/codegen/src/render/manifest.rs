//! `Cargo.toml` of a client crate.

use serde_json::Value;

use super::features::feature;
use super::source::text::{key, literal};
use super::source::{Source, Toml};
use super::{Home, Identity, banner};
use crate::model::Model;

/// The file.
pub fn manifest(
    model: &Model,
    document: &Value,
    identity: &Identity,
) -> Result<Source<Toml>, String> {
    let mut file = Source::new();
    file.line("#{}\n\n[package]", &[&banner(identity)]);
    file.line("name = {}", &[&literal(&identity.package)]);
    file.line(
        "version = {}",
        &[&literal(&full_version(identity, document))],
    );
    let home = matches!(identity.home, Home::Workspace);
    file.push(if home {
        "edition.workspace = true\nlicense.workspace = true\nrust-version.workspace = true\n"
    } else {
        "edition = \"2024\"\nrust-version = \"1.95\"\nlicense = \"MIT OR Apache-2.0\"\n"
    });
    file.line("description = {}", &[&literal(&identity.description)]);
    if let Some(url) = &identity.documentation {
        file.line("homepage = {}", &[&literal(url)]);
    }
    file.push("readme = \"README.md\"\n");
    file.line("keywords = [{}]", &[&list(&identity.keywords)]);
    file.line("categories = [{}]", &[&list(&identity.categories)]);
    file.push("\n[package.metadata.docs.rs]\nall-features = true\n");
    match &identity.home {
        Home::Workspace => file.push(
            "\n[lints]\nworkspace = true\n\n[dependencies]\nrolecall-client.workspace = true\n",
        ),
        Home::Elsewhere { support: path, .. } => {
            let path = path
                .to_str()
                .ok_or_else(|| format!("{} is not UTF-8", path.display()))?;
            // Whatever a description says, nothing of it is run as a test.
            file.push("\n[lib]\ndoctest = false\n");
            file.line(
                "\n[dependencies]\nrolecall-client = {{ path = {} }}",
                &[&literal(path)],
            );
        }
    }
    let features: Vec<String> = model
        .modules
        .iter()
        .map(|module| feature(&module.name))
        .collect();
    file.push("\n[features]\n# A feature for each module, so that a user compiles only what it calls.\ndefault = [\n");
    for name in &features {
        file.line("    {},", &[&literal(name)]);
    }
    file.push("]\n");
    for name in &features {
        file.line("{} = []", &[&key(name)]);
    }
    file.push("# JSON Schemas of the types.\nschemars = [\"rolecall-client/schemars\"]\n");
    if matches!(&identity.home, Home::Elsewhere { member: false, .. }) {
        file.push("\n# A workspace of its own, wherever it lies.\n[workspace]\n");
    }
    Ok(file)
}

/// `"…", "…"`.
fn list(texts: &[String]) -> Source<Toml> {
    let texts = texts.iter().map(|text| {
        let mut value = Source::new();
        value.piece(&literal(text));
        value
    });
    Source::join(texts, ", ")
}

/// The package version with the API's own version as build metadata (Semantic Versioning 2.0.0, section 10).
fn full_version(identity: &Identity, document: &Value) -> String {
    let api = document
        .pointer("/info/version")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let parts: Vec<String> = api
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect();
    if parts.is_empty() {
        identity.version.clone()
    } else {
        format!("{}+{}", identity.version, parts.join("."))
    }
}
