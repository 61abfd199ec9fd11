//! `Cargo.toml` of a client crate.

use std::fmt::Write;

use serde_json::Value;

use super::features::feature;
use super::{Home, Identity, banner, rust};
use crate::model::Model;

/// The file.
pub fn manifest(model: &Model, document: &Value, identity: &Identity) -> Result<String, String> {
    let mut file = banner(identity, "#");
    file.push_str("\n[package]\n");
    let mut line = |key: &str, value: String| {
        let _ = writeln!(file, "{key} = {value}");
    };
    line("name", rust::string(&identity.package));
    line("version", rust::string(&full_version(identity, document)));
    let home = matches!(identity.home, Home::Workspace);
    if home {
        for key in ["edition", "license", "rust-version"] {
            line(&format!("{key}.workspace"), "true".to_owned());
        }
    } else {
        line("edition", rust::string("2024"));
        line("rust-version", rust::string("1.95"));
        line("license", rust::string("MIT OR Apache-2.0"));
    }
    line("description", rust::string(&identity.description));
    if let Some(url) = &identity.documentation {
        line("homepage", rust::string(url));
    }
    line("readme", rust::string("README.md"));
    let list = |texts: &[String]| {
        format!(
            "[{}]",
            texts
                .iter()
                .map(|t| rust::string(t))
                .collect::<Vec<_>>()
                .join(", ")
        )
    };
    line("keywords", list(&identity.keywords));
    line("categories", list(&identity.categories));
    file.push_str("\n[package.metadata.docs.rs]\nall-features = true\n");
    match &identity.home {
        Home::Workspace => file.push_str(
            "\n[lints]\nworkspace = true\n\n[dependencies]\nrolecall-client.workspace = true\n",
        ),
        Home::Elsewhere { support: path, .. } => {
            let path = path
                .to_str()
                .ok_or_else(|| format!("{} is not UTF-8", path.display()))?;
            let _ = writeln!(
                file,
                "\n[dependencies]\nrolecall-client = {{ path = {} }}",
                rust::string(path)
            );
        }
    }
    let features: Vec<String> = model
        .modules
        .iter()
        .map(|module| feature(&module.name))
        .collect();
    file.push_str("\n[features]\n# A feature for each module, so that a user compiles only what it calls.\ndefault = [\n");
    for name in &features {
        let _ = writeln!(file, "    {},", rust::string(name));
    }
    file.push_str("]\n");
    for name in &features {
        let _ = writeln!(file, "{name} = []");
    }
    file.push_str("# JSON Schemas of the types.\nschemars = [\"rolecall-client/schemars\"]\n");
    if matches!(&identity.home, Home::Elsewhere { member: false, .. }) {
        file.push_str("\n# A workspace of its own, wherever it lies.\n[workspace]\n");
    }
    Ok(file)
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
