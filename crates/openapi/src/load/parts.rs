//! Files that a description refers to: any YAML or JSON, of which parts are taken over into the document.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use super::{LARGEST, LIMITS, Place, Places, read, source};
use crate::problem::Problems;

/// Something that was taken over from another file.
#[derive(Debug, Clone)]
pub struct Part {
    /// The file.
    pub file: Arc<PartFile>,
    /// The JSON Pointer that it has there.
    pub pointer: String,
}

/// A file that a description refers to.
#[derive(Debug)]
pub struct PartFile {
    /// What problems call it.
    pub name: String,
    /// The content, with keys in the order of the file.
    pub value: Value,
    places: Places,
}

impl PartFile {
    /// Where a node stands; see [`Document::place`](super::Document::place).
    pub fn place(&self, pointer: &str) -> Option<Place> {
        self.places.find(pointer)
    }
}

/// Reads a file that a description refers to, with the same care as the description; `name` is what problems call it.
pub fn load_part(path: &Path, name: &str) -> Result<PartFile, Problems> {
    let renamed = |mut problems: Problems| {
        for problem in &mut problems.0 {
            name.clone_into(&mut problem.file);
        }
        problems
    };
    let (_, text) = source::read(path, LARGEST).map_err(renamed)?;
    source::check(name, &text)?;
    let (value, places) = read(name, &text, LIMITS)?;
    Ok(PartFile {
        name: name.to_owned(),
        value,
        places,
    })
}
