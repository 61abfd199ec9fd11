//! Reads a description together with the files that it refers to.
//!
//! What a `$ref` leads to in another file becomes a component of the document, once, however many references lead to it
//! and however they spell it; so that cycles over files are those of one document. Only files below the folder of the
//! description are read: `..` and symbolic links are followed before that is checked. Nothing is fetched.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rolecall_openapi::reference::pointer_of;
use serde_json::Value;

use crate::lint::expected::{self, Expected};
use crate::lint::shape::Kind;
use rolecall_openapi::json::{Object, as_object_mut, join};
use rolecall_openapi::load::{self, Document, Part, PartFile, unescape};
use rolecall_openapi::problem::Problems;

/// More files than this are no description.
const MOST_FILES: usize = 10_000;
/// A chain of references that is longer is a circle.
const MOST_STEPS: usize = 32;

/// Reads the description in a file, and what it refers to. A reference that cannot be followed stays, and is for lint to
/// report; standard input has no folder, and refers to nothing.
pub fn load(path: &Path) -> Result<Document, Problems> {
    let mut document = load::load(path)?;
    if path.as_os_str() != "-"
        && let Ok(root) = path.canonicalize()
        && let Some(folder) = root.parent()
    {
        let mut bundler = Bundler {
            folder: folder.to_owned(),
            root: root.clone(),
            own: document
                .value
                .get("$self")
                .and_then(Value::as_str)
                .map(str::to_owned),
            shown: path.parent().unwrap_or(Path::new("")).to_owned(),
            files: HashMap::new(),
            known: HashMap::new(),
            taken: taken(&document.value),
            queue: vec![(String::new(), root)],
            added: Vec::new(),
            inlined: Vec::new(),
        };
        bundler.run(&mut document);
    }
    Ok(document)
}

/// What a reference leads to: a file and a pointer in it.
type Target = (PathBuf, String);

struct Bundler {
    /// Below which files are read.
    folder: PathBuf,
    /// The description itself.
    root: PathBuf,
    /// The address that it gives itself (`$self` of OpenAPI 3.2).
    own: Option<String>,
    /// The folder, as the caller named it.
    shown: PathBuf,
    files: HashMap<PathBuf, Result<Arc<PartFile>, String>>,
    /// The reference to the component that something has become.
    known: HashMap<(Target, &'static str), String>,
    /// The names of components that are taken: section and name.
    taken: BTreeSet<(String, String)>,
    /// Pointers of what is still to be looked through, and the files that they come from.
    queue: Vec<(String, PathBuf)>,
    added: Vec<(&'static str, String, Value, Part)>,
    inlined: Vec<(String, Part)>,
}

fn taken(root: &Value) -> BTreeSet<(String, String)> {
    let sections = root.get("components").and_then(Value::as_object);
    let mut taken = BTreeSet::new();
    for (section, named) in sections.into_iter().flatten() {
        for name in named.as_object().into_iter().flat_map(|named| named.keys()) {
            taken.insert((section.clone(), name.clone()));
        }
    }
    taken
}

impl Bundler {
    fn run(&mut self, document: &mut Document) {
        while let Some((pointer, file)) = self.queue.pop() {
            let Some(place) = document.value.pointer_mut(&pointer) else {
                continue;
            };
            let mut value = std::mem::take(place);
            let mut unfollowed = HashMap::new();
            self.visit(&mut value, &pointer, &file, &mut unfollowed);
            document.unfollowed.extend(unfollowed);
            if let Some(place) = document.value.pointer_mut(&pointer) {
                *place = value;
            }
            document.parts.extend(std::mem::take(&mut self.inlined));
            for (section, name, value, part) in std::mem::take(&mut self.added) {
                let root = as_object_mut(&mut document.value);
                let components = root.entry("components").or_insert(Value::Null);
                let named = as_object_mut(components)
                    .entry(section)
                    .or_insert(Value::Null);
                as_object_mut(named).insert(name.clone(), value);
                let pointer = join(&join("/components", section), &name);
                document.parts.insert(pointer, part);
            }
        }
    }

    /// Looks through a value that was written in `file`. Recursion is safe: documents are at most 200 levels deep.
    fn visit(
        &mut self,
        value: &mut Value,
        pointer: &str,
        file: &Path,
        unfollowed: &mut HashMap<String, String>,
    ) {
        match value {
            Value::Object(object) => {
                let inlined = self.inline(object, pointer, file);
                let file = inlined.as_deref().unwrap_or(file);
                for (key, child) in object.iter_mut() {
                    let at = join(pointer, key);
                    match child {
                        Value::String(text) if key == "$ref" => {
                            if let Some(Expected::Object(kind)) = expected::at(pointer) {
                                self.follow(text, kind, &at, file, unfollowed);
                            }
                        }
                        Value::String(text) if pointer.ends_with("/discriminator/mapping") => {
                            self.map(text, &at, file);
                        }
                        _ => self.visit(child, &at, file, unfollowed),
                    }
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.visit(item, &format!("{pointer}/{index}"), file, unfollowed);
                }
            }
            _ => {}
        }
    }

    /// A path whose operations stand in another file gets them written out, so that it has operations at all for those who
    /// choose among them: the file that they come from.
    fn inline(&mut self, item: &mut Object, pointer: &str, file: &Path) -> Option<PathBuf> {
        if !item.contains_key("$ref")
            || expected::at(pointer) != Some(Expected::Object(Kind::PathItem))
        {
            return None;
        }
        let mut from = None;
        for _ in 0..MOST_STEPS {
            let base = from.as_deref().unwrap_or(file);
            let Some(Ok(target)) = item
                .get("$ref")
                .and_then(Value::as_str)
                .map(|reference| self.target(reference, base))
            else {
                break;
            };
            if target.0 == self.root {
                break;
            }
            let part_file = self.file(&target.0).ok()?;
            let Some(Value::Object(written)) = part_file.value.pointer(&target.1).cloned() else {
                break;
            };
            item.shift_remove("$ref");
            for (key, value) in written {
                item.entry(key).or_insert(value);
            }
            let part = Part {
                file: part_file,
                pointer: target.1,
            };
            self.inlined.push((pointer.to_owned(), part));
            from = Some(target.0);
        }
        from
    }

    fn follow(
        &mut self,
        reference: &mut String,
        kind: Kind,
        at: &str,
        file: &Path,
        unfollowed: &mut HashMap<String, String>,
    ) {
        if file == self.root && reference.starts_with('#') {
            return;
        }
        match self.component(reference, kind, file) {
            Ok(component) => *reference = component,
            Err(reason) => {
                unfollowed.insert(at.to_owned(), reason);
                // What is local there is not local here.
                if reference.starts_with('#') {
                    *reference = format!("{}{reference}", self.name(file));
                }
            }
        }
    }

    /// A discriminator maps to references and to bare names. What is not found is left as it is.
    fn map(&mut self, target: &mut String, at: &str, file: &Path) {
        let inside = at.contains("/properties/discriminator/");
        let local = file == self.root && !target.contains(['/', '.', '#']);
        if inside || local || file == self.root && target.starts_with('#') {
            return;
        }
        let bare = !target.contains(['/', '#']);
        let by_name = format!("#/components/schemas/{target}");
        let found = match bare {
            true => self
                .component(&by_name, Kind::Schema, file)
                .or_else(|_| self.component(target, Kind::Schema, file)),
            false => self.component(target, Kind::Schema, file),
        };
        if let Ok(component) = found {
            *target = component;
        }
    }

    /// The reference to the component that stands for what a reference leads to.
    fn component(&mut self, reference: &str, kind: Kind, file: &Path) -> Result<String, String> {
        let target = self.target(reference, file)?;
        if target.0 == self.root {
            return Ok(format!("#{}", encode(&target.1)));
        }
        let section = section(kind).ok_or_else(|| format!("{} cannot be shared", kind.name()))?;
        if let Some(known) = self.known.get(&(target.clone(), section)) {
            return Ok(known.clone());
        }
        let part_file = self.file(&target.0)?;
        let value = part_file
            .value
            .pointer(&target.1)
            .cloned()
            .ok_or_else(|| format!("`{}` has no `{}`", part_file.name, target.1))?;
        let name = self.free_name(section, &target);
        let pointer = join(&join("/components", section), &name);
        let component = format!("#{}", encode(&pointer));
        self.known
            .insert((target.clone(), section), component.clone());
        self.queue.push((pointer, target.0));
        let part = Part {
            file: part_file,
            pointer: target.1,
        };
        self.added.push((section, name, value, part));
        Ok(component)
    }

    /// Where a reference leads, after everything that may lead astray: or why it is not followed.
    fn target(&self, reference: &str, file: &Path) -> Result<Target, String> {
        let (path, fragment) = match reference.split_once('#') {
            Some((path, fragment)) => (path, fragment),
            None => (reference, ""),
        };
        let pointer = pointer_of(&format!("#{fragment}")).ok_or_else(|| {
            format!("`#{fragment}` is no JSON Pointer; anchors are not supported")
        })?;
        if path.is_empty() {
            return Ok((file.to_owned(), pointer));
        }
        if self.own.as_deref() == Some(path) {
            return Ok((self.root.clone(), pointer));
        }
        if path.contains("://") || path.starts_with("//") || path.starts_with("urn:") {
            return Err("it is an address, and nothing is fetched".to_owned());
        }
        let decoded = percent_encoding::percent_decode_str(path)
            .decode_utf8()
            .map_err(|_| "its path is not UTF-8".to_owned())?;
        let relative = Path::new(&*decoded);
        if relative.is_absolute() {
            return Err("its path is absolute".to_owned());
        }
        let folder = file.parent().unwrap_or(&self.folder);
        let found = folder
            .join(relative)
            .canonicalize()
            .map_err(|_| "there is no such file".to_owned())?;
        if !found.starts_with(&self.folder) {
            return Err("the file lies outside the folder of the description".to_owned());
        }
        match found.is_file() {
            true => Ok((found, pointer)),
            false => Err("it is not a file".to_owned()),
        }
    }

    fn file(&mut self, path: &Path) -> Result<Arc<PartFile>, String> {
        if let Some(known) = self.files.get(path) {
            return known.clone();
        }
        let name = self.name(path);
        let loaded = if self.files.len() >= MOST_FILES {
            Err(format!("more than {MOST_FILES} files are referred to"))
        } else {
            load::load_part(path, &name)
                .map(Arc::new)
                .map_err(|problems| {
                    let first = problems.0.first();
                    let line = first.and_then(|first| first.line);
                    let place = line.map_or_else(|| name.clone(), |line| format!("{name}:{line}"));
                    let found = first.map_or("it cannot be read", |first| first.found.as_str());
                    format!("{found} ({place})")
                })
        };
        self.files.insert(path.to_owned(), loaded.clone());
        loaded
    }

    /// What problems call a file: as seen from where the caller stands.
    fn name(&self, path: &Path) -> String {
        let below = path.strip_prefix(&self.folder).unwrap_or(path);
        self.shown.join(below).display().to_string()
    }

    /// A name that is free: the last part of the pointer, or the name of the file.
    fn free_name(&mut self, section: &str, target: &Target) -> String {
        let last = target.1.rsplit('/').next().map(unescape);
        let stem = || {
            target
                .0
                .file_stem()
                .map(|stem| stem.to_string_lossy().into_owned())
        };
        let wanted = last
            .filter(|last| !last.is_empty())
            .or_else(stem)
            .unwrap_or_default();
        let plain: String = wanted
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() || "._-".contains(c) {
                    c
                } else {
                    '_'
                }
            })
            .collect();
        let mut name = plain.clone();
        let mut number = 2;
        while !self.taken.insert((section.to_owned(), name.clone())) {
            name = format!("{plain}{number}");
            number += 1;
        }
        name
    }
}

/// A pointer as the fragment of a reference.
fn encode(pointer: &str) -> String {
    pointer.replace('%', "%25")
}

/// Where components of a kind stand.
fn section(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::Schema => "schemas",
        Kind::Parameter => "parameters",
        Kind::Header => "headers",
        Kind::RequestBody => "requestBodies",
        Kind::Response => "responses",
        Kind::Example => "examples",
        Kind::Link => "links",
        Kind::Callback => "callbacks",
        Kind::SecurityScheme => "securitySchemes",
        Kind::PathItem => "pathItems",
        Kind::MediaType => "mediaTypes",
        _ => return None,
    })
}
