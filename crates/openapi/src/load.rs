//! Reads an OpenAPI description, YAML or JSON, and remembers where everything stands.
//!
//! What the text is decides its content, not the name of its file. YAML is read by the core schema of YAML 1.2, so that
//! `on`, `yes` and `2026-01-01` are strings; the key `200` is the string `"200"`.

mod build;
mod json;
mod parts;
mod places;
mod source;
mod version;
mod yaml;

use std::collections::HashMap;
use std::path::Path;

use crate::json::METHODS;
pub use crate::json::escape;

use serde_json::Value;

use crate::problem::{Problem, Problems, Severity};
use build::Builder;
use places::Places;

pub use parts::{Part, PartFile, load_part};
pub use places::Finder;

pub use version::SpecVersion;

/// A place in a text; both counted from 1, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

/// A document that was read: an object with an `openapi` key of a version that we understand. Nothing else about it is
/// checked yet.
#[derive(Debug, Clone)]
pub struct Document {
    /// The file, as the caller named it.
    pub file: String,
    /// The content, with keys in the order of the file. At most 200 levels deep, so recursion over it is safe.
    pub value: Value,
    /// The version of OpenAPI that the document says it follows.
    pub version: SpecVersion,
    /// What was taken over from other files: by the pointer that it has in `value`.
    pub parts: HashMap<String, Part>,
    /// Why a `$ref` could not be followed into another file: by its pointer.
    pub unfollowed: HashMap<String, String>,
    places: Places,
}

impl Document {
    /// Finds the places of many nodes.
    pub fn finder(&self) -> Finder<'_> {
        Finder::new(&self.places)
    }

    /// Where the node that a JSON Pointer (RFC 6901) names stands, or its nearest ancestor that is there. For the entry
    /// of an object that is the place of its key.
    ///
    /// The places are those of the text that was read, whatever was done to `value` since. What was taken over from
    /// another file has its place there: see [`Document::source`].
    pub fn place(&self, pointer: &str) -> Option<Place> {
        match self.part(pointer) {
            Some((part, below)) => part.file.place(&format!("{}{below}", part.pointer)),
            None => self.places.find(pointer),
        }
    }

    /// The file in which the node that a pointer names was written, and its pointer there.
    pub fn source(&self, pointer: &str) -> (&str, String) {
        match self.part(pointer) {
            Some((part, below)) => (&part.file.name, format!("{}{below}", part.pointer)),
            None => (&self.file, pointer.to_owned()),
        }
    }

    /// Gives problems the pointers of the files in which they were found, in place of those in this document.
    pub fn as_written(&self, problems: &mut [Problem]) {
        for problem in problems {
            if let Some(pointer) = &problem.pointer {
                problem.pointer = Some(self.source(pointer).1);
            }
        }
    }

    /// The part of another file that a pointer leads into, and the rest of the pointer.
    fn part<'a>(&self, pointer: &'a str) -> Option<(&Part, &'a str)> {
        if self.parts.is_empty() {
            return None;
        }
        let mut prefix = pointer;
        while !prefix.is_empty() {
            if let Some(part) = self.parts.get(prefix) {
                return Some((part, pointer.strip_prefix(prefix)?));
            }
            prefix = prefix.rsplit_once('/')?.0;
        }
        None
    }

    /// A problem at a node, with file, line and operation filled in.
    pub fn problem(
        &self,
        severity: Severity,
        rule: &'static str,
        pointer: &str,
        found: impl Into<String>,
        expected: impl Into<String>,
        help: impl Into<String>,
    ) -> Problem {
        let place = self.place(pointer);
        Problem {
            severity,
            rule,
            file: self.source(pointer).0.to_owned(),
            line: place.map(|place| place.line),
            column: place.map(|place| place.column),
            pointer: Some(pointer.to_owned()),
            operation: self.operation(pointer),
            found: found.into(),
            expected: expected.into(),
            help: help.into(),
            read_as: None,
        }
    }

    /// The operation that a place is in: its `operationId`, or `GET /path` where it has none.
    fn operation(&self, pointer: &str) -> Option<String> {
        let mut parts = pointer.split('/').skip(1);
        let (section, path, method) = (parts.next()?, parts.next()?, parts.next()?);
        if !matches!(section, "paths" | "webhooks") || !METHODS.contains(&method) {
            return None;
        }
        let id = self
            .value
            .pointer(&format!("/{section}/{path}/{method}/operationId"))
            .and_then(Value::as_str)
            .filter(|id| !id.trim().is_empty());
        Some(match id {
            Some(id) => id.to_owned(),
            None => format!("{} {}", method.to_uppercase(), unescape(path)),
        })
    }
}

/// A part of a JSON Pointer as the key or the index that it stands for.
pub fn unescape(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}

/// What a document may cost.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// Levels of arrays and objects in each other.
    depth: usize,
    /// Nodes, however they came about.
    nodes: usize,
    /// Nodes that anchors and aliases may add: a few lines can ask for billions.
    copies: usize,
    /// Bytes of text that anchors and aliases may add: a text of a megabyte can be asked for a million times.
    copied_bytes: usize,
    /// Bytes that the whole may take in memory, as [`build`] estimates them: short texts ask for many small objects.
    bytes: usize,
}

const LIMITS: Limits = Limits {
    depth: 200,
    nodes: 20_000_000,
    copies: 2_000_000,
    copied_bytes: 64 << 20,
    bytes: 3 << 30,
};

/// The largest text that is read, in bytes.
const LARGEST: u64 = 256 * 1024 * 1024;

/// Reads the document in a file; `-` reads standard input.
pub fn load(path: &Path) -> Result<Document, Problems> {
    let (file, text) = source::read(path, LARGEST)?;
    parse(&file, &text)
}

/// Reads a text of at most 256 MiB from a file; `-` reads standard input. What problems call the file, and the text.
pub fn read_text(path: &Path) -> Result<(String, String), Problems> {
    source::read(path, LARGEST)
}

/// Reads the document in a text; `file` is only what problems call it.
pub fn parse(file: &str, text: &str) -> Result<Document, Problems> {
    source::check(file, text)?;
    let (value, places) = read(file, text, LIMITS)?;
    let version = version::of(file, &value, &places)?;
    Ok(Document {
        file: file.to_owned(),
        value,
        version,
        parts: HashMap::new(),
        unfollowed: HashMap::new(),
        places,
    })
}

/// A JSON file that need not be an API description, such as an example body.
#[derive(Debug, Clone)]
pub struct JsonFile {
    /// The file, as the caller named it.
    pub file: String,
    /// The content, with keys in the order of the file.
    pub value: Value,
    places: Places,
}

impl JsonFile {
    /// Where a node stands; see [`Document::place`].
    pub fn place(&self, pointer: &str) -> Option<Place> {
        self.places.find(pointer)
    }
}

/// Reads a JSON file with the same care as a description: places, limits, and no key twice.
pub fn load_json(path: &Path) -> Result<JsonFile, Problems> {
    let (file, text) = source::read(path, LARGEST)?;
    source::check(&file, &text)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut builder = Builder::new(&file, LIMITS);
    match json::read(text, &mut builder) {
        Ok(()) | Err(json::Failed::Stopped) => {}
        Err(json::Failed::Syntax(error)) => error.report(&mut builder),
    }
    let (value, places) = builder.finish().map_err(Problems::new)?;
    Ok(JsonFile {
        file,
        value,
        places,
    })
}

fn read(file: &str, text: &str, limits: Limits) -> Result<(Value, Places), Problems> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut syntax = None;
    if text.trim_start().starts_with(['{', '[']) {
        let mut builder = Builder::new(file, limits);
        match json::read(text, &mut builder) {
            Ok(()) | Err(json::Failed::Stopped) => {
                return builder.finish().map_err(Problems::new);
            }
            Err(json::Failed::Syntax(error)) => syntax = Some(error),
        }
    }
    let mut builder = Builder::new(file, limits);
    let outcome = yaml::read(text, &mut builder);
    match (outcome, syntax) {
        // A flow collection of YAML is allowed to look almost like JSON. When it is neither, it was meant as JSON.
        (Err(_), Some(error)) if !builder.hit_a_limit() => {
            let mut builder = Builder::new(file, limits);
            error.report(&mut builder);
            builder.finish().map_err(Problems::new)
        }
        _ => builder.finish().map_err(Problems::new),
    }
}

#[cfg(test)]
mod tests;
