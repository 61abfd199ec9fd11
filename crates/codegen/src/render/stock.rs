//! The crate around the code that progenitor writes.

use proc_macro2::TokenStream;

use super::source::text::{literal, tokens};
use super::source::{Code, Source, Toml};
use super::{Files, Home, Identity, banner};

/// The files of the crate, before formatting.
pub fn files(client: &TokenStream, identity: &Identity) -> Files {
    let mut files = Files::default();
    files.manifest(manifest(identity));
    let mut library = Code::new();
    library.line("//{}", &[&banner(identity)]);
    library.push("//! A client as progenitor writes it.\n\n");
    // Its code is not held to the lints of any workspace.
    library
        .push("#![allow(clippy::all, missing_docs, rust_2018_idioms, rustdoc::all, unused)]\n\n");
    library.piece(&tokens(client));
    files.rust("lib", library);
    files
}

fn manifest(identity: &Identity) -> Source<Toml> {
    let mut file = Source::new();
    file.line("#{}\n\n[package]", &[&banner(identity)]);
    file.line("name = {}", &[&literal(&identity.package)]);
    file.line("version = {}", &[&literal(&identity.version)]);
    file.push("edition = \"2021\"\nlicense = \"MIT OR Apache-2.0\"\n");
    file.line("description = {}", &[&literal(&identity.description)]);
    // Whatever a description says, nothing of it is run as a test.
    file.push("\n[lib]\ndoctest = false\n");
    file.push(
        "\n[dependencies]\n\
         bytes = \"1\"\n\
         chrono = { version = \"0.4\", default-features = false, features = [\"std\", \"serde\"] }\n\
         futures-core = \"0.3\"\n\
         progenitor-client = \"0.15\"\n\
         reqwest = { version = \"0.13\", default-features = false, features = [\"json\", \"query\", \"stream\"] }\n\
         serde = { version = \"1\", features = [\"derive\"] }\n\
         serde_json = \"1\"\n\
         \n[features]\ndefault = [\"rustls\"]\n# TLS by rustls.\nrustls = [\"reqwest/rustls\"]\n",
    );
    if matches!(&identity.home, Home::Elsewhere { member: false, .. }) {
        file.push("\n# A workspace of its own, wherever it lies.\n[workspace]\n");
    }
    file
}
