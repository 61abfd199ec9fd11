//! The files of a crate: what is made of sources, and nothing else.

use std::collections::BTreeMap;

use super::source::{Code, Page, Source, Toml};

/// The files of a crate by relative path. Only the renderer makes them, and only of sources.
#[derive(Clone, Debug, Default)]
pub struct Files(BTreeMap<String, String>);

impl Files {
    pub(super) fn manifest(&mut self, manifest: Source<Toml>) {
        self.put("Cargo.toml".to_owned(), manifest.as_str());
    }

    pub(super) fn readme(&mut self, page: Page) {
        self.put("README.md".to_owned(), page.as_str());
    }

    pub(super) fn rust(&mut self, module: &str, code: Code) {
        self.put(format!("src/{module}.rs"), code.as_str());
    }

    fn put(&mut self, path: String, text: &str) {
        self.0.insert(path, text.to_owned());
    }

    /// The text of a file.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// Paths and texts, without a copy.
    pub fn into_texts(self) -> BTreeMap<String, String> {
        self.0
    }

    /// Paths and texts, in the order of the paths.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }
}
