//! The Rust API of the crate that is generated from a description: every public item, with its signature.
//!
//! It is read from the code that the generator writes, so that it is what users get, whatever the generator does.

mod attribute;
mod changes;
mod items;
mod renames;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use rolecall_codegen::lint::Audience;
use rolecall_codegen::lower;
use rolecall_codegen::model::Model;
use rolecall_codegen::render::{Home, Identity};
use rolecall_codegen::slice::Slice;
use rolecall_codegen::{Input, compile};
use rolecall_openapi::json;
use rolecall_openapi::load::Document;
use rolecall_openapi::problem::Severity;

pub(super) use attribute::{Alone, Cause, attribute};
pub(super) use changes::Kind;

/// A public item of the crate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// Everything that callers must write in the same way: types of fields, arguments, results.
    pub signature: String,
    /// Whether the compiler warns of its use.
    pub deprecated: bool,
    /// The features that switch it on; empty when it is always there.
    pub features: Vec<String>,
    /// The operation that it belongs to, by its number in the model.
    pub operation: Option<usize>,
    /// The parameter that it sets, by place and name.
    pub parameter: Option<(String, String)>,
    /// Of an arm of an enum of strings: the string.
    pub value: Option<String>,
    /// Where the description says it.
    pub origin: Option<String>,
}

impl Item {
    fn new(signature: String) -> Self {
        Self {
            signature,
            deprecated: false,
            features: Vec::new(),
            operation: None,
            parameter: None,
            value: None,
            origin: None,
        }
    }
}

/// The public items of a crate by their paths in it: `types::User::email`.
pub(super) struct Surface {
    pub items: BTreeMap<String, Item>,
    pub model: Model,
    /// Where each type is described.
    pub origins: BTreeMap<String, String>,
    /// What documentation and metadata are made from.
    pub text: String,
}

/// Generates the crate of a description, up to writing, and reads its API. What the generator refuses is an error, in
/// its words.
pub(super) fn derive(document: &Document) -> Result<Surface, String> {
    let input = Input {
        document,
        audience: Audience::Foreign,
        examples: None,
        slice: &Slice::default(),
        strict: true,
    };
    let compiled = compile(&input, &|_| ()).map_err(|problems| {
        let mut errors = problems.0.iter().filter(|p| p.severity == Severity::Error);
        let first = errors.next();
        first.map_or_else(String::new, |problem| {
            format!("{}: {}: {}", document.file, problem.rule, problem.found)
        })
    })?;
    let files = compiled.files(&identity())?;
    let (model, lowered) = (compiled.model, compiled.lowered.document);
    let mut origins = BTreeMap::new();
    for (name, schema) in json::components(&lowered).into_iter().flatten() {
        origins.insert(name.clone(), origin(schema));
    }
    let mut items = items::read(&files, &model)?;
    items::locate(&mut items, &model, &lowered, &origins);
    Ok(Surface {
        items,
        model,
        origins,
        text: files.iter().map(|(_, text)| text).collect(),
    })
}

fn origin(schema: &serde_json::Value) -> String {
    schema.as_object().map(lower::origin).unwrap_or_default()
}

/// A crate of no name: nothing that is compared depends on it.
fn identity() -> Identity {
    Identity {
        api: "api".to_owned(),
        package: "api".to_owned(),
        version: "0.0.0".to_owned(),
        description: String::new(),
        keywords: Vec::new(),
        categories: Vec::new(),
        documentation: None,
        source: String::new(),
        command: String::new(),
        home: Home::Workspace,
        example: None,
    }
}

/// Who mentions each type: types, and operations by their numbers in the model.
pub(super) struct Users<'a>(HashMap<&'a str, Vec<(&'a str, Option<usize>)>>);

impl<'a> Users<'a> {
    fn of(surface: &'a Surface) -> Self {
        let mut users: HashMap<&str, Vec<(&str, Option<usize>)>> = HashMap::new();
        for (path, item) in &surface.items {
            let owner = changes::owner(path);
            let owner = owner.strip_prefix("types::").unwrap_or_default();
            for word in item
                .signature
                .split(|c: char| !(c.is_alphanumeric() || c == '_'))
            {
                if surface.origins.contains_key(word)
                    || surface.items.contains_key(&format!("types::{word}"))
                {
                    users.entry(word).or_default().push((owner, item.operation));
                }
            }
        }
        Self(users)
    }

    /// The operations that reach a type.
    fn reach(&self, name: &str) -> BTreeSet<usize> {
        let mut operations = BTreeSet::new();
        let mut seen: HashSet<&str> = HashSet::new();
        let mut queue: Vec<&str> = self
            .0
            .get_key_value(name)
            .map(|(name, _)| *name)
            .into_iter()
            .collect();
        while let Some(name) = queue.pop() {
            if !seen.insert(name) {
                continue;
            }
            for (owner, operation) in self.0.get(name).into_iter().flatten() {
                operations.extend(*operation);
                if !owner.is_empty() {
                    queue.push(owner);
                }
            }
        }
        operations
    }
}
