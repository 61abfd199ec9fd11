//! The example bodies beside a spec: what they are named for, whether they are valid, and which are missing.

mod name;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use rolecall_openapi::reference;
use rolecall_openapi::validate::Validator;
use serde_json::Value;

use crate::lint::Audience;
use crate::lint::context::{Context, text};
use crate::lint::rules::rule;
use crate::lower::MediaKind;
use name::{Body, Misnamed, body_of};
pub use name::{escaped, unescaped};
use rolecall_openapi::load::{Document, JsonFile, escape, load_json};
use rolecall_openapi::problem::{Problem, Severity};

/// The operations whose schemas must have examples: those with one of these words in their tag.
const ROLE_WORDS: [&str; 4] = ["role", "binding", "resource set", "assign"];

pub(super) fn check(document: &Document, directory: &Path) -> Vec<Problem> {
    let context = Context::new(document, Audience::Ours);
    let mut examples = Examples {
        context,
        problems: Vec::new(),
        covered: BTreeSet::new(),
        validator: Validator::default(),
    };
    examples.directory(directory, false);
    examples.missing();
    examples.problems
}

struct Examples<'a> {
    context: Context<'a>,
    problems: Vec<Problem>,
    /// The schemas that have an example: see [`identity`].
    covered: BTreeSet<String>,
    validator: Validator,
}

impl<'a> Examples<'a> {
    fn directory(&mut self, directory: &Path, traps: bool) {
        // A spec that has no examples yet has no directory either; `missing` says which it should have.
        let entries = match fs::read_dir(directory) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
            Err(error) => {
                let found = format!("cannot read the directory: {error}");
                self.report_file(
                    "unreadable-file",
                    directory,
                    None,
                    found,
                    "a directory of examples",
                    "check the path",
                );
                return;
            }
        };
        let mut paths: Vec<_> = entries
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .collect();
        paths.sort();
        for path in paths {
            let name = path
                .file_name()
                .map(|name| name.to_string_lossy().into_owned())
                .unwrap_or_default();
            if name.starts_with('.') {
                continue;
            }
            match (path.is_dir(), traps, name.as_str()) {
                (true, false, "traps") => self.directory(&path, true),
                (true, ..) => self.report_file(
                    "example-name",
                    &path,
                    None,
                    format!("there is a directory `{name}`"),
                    "example files, and the directory `traps`",
                    "move its files, or remove it",
                ),
                (false, ..) => self.file(&path, &name, traps),
            }
        }
    }

    fn file(&mut self, path: &Path, name: &str, trap: bool) {
        let body = body_of(&self.context, name);
        // What is not even called JSON need not be JSON.
        let example = match load_json(path) {
            _ if !name.ends_with(".json") => None,
            Ok(example) => Some(example),
            Err(problems) => {
                self.problems.extend(problems);
                None
            }
        };
        match body {
            Err(misnamed) => {
                let Misnamed {
                    rule,
                    found,
                    expected,
                    help,
                } = misnamed;
                self.report_file(rule, path, None, found, expected, help);
            }
            Ok(body) if !trap => {
                self.covered.extend(body.shows.clone());
                if let Some(example) = example {
                    self.validate(&example, &body);
                }
            }
            Ok(_) => {}
        }
    }

    fn validate(&mut self, example: &JsonFile, body: &Body<'_>) {
        let Some(schema) = body.schema else { return };
        let root = &self.context.document.value;
        for violation in self.validator.validate(root, schema, &example.value, None) {
            let problem = Problem::of_file(
                Severity::Error,
                "invalid-example",
                &example.file,
                violation.found,
                violation.expected,
                "correct the example, or the schema if the service does send this; a body that breaks the contract belongs in traps/",
            );
            let mut problem = match example.place(&violation.pointer) {
                Some(place) => problem.at(place.line, place.column),
                None => problem,
            };
            problem.pointer = Some(violation.pointer);
            problem.operation = body.operation.map(str::to_owned);
            self.problems.push(problem);
        }
    }

    /// Schemas of role operations that no example shows.
    fn missing(&mut self) {
        let mut reported = BTreeSet::new();
        for operation in self.context.operations.clone() {
            let tags = operation.value.get("tags").and_then(Value::as_array);
            let is_role = tags
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .any(|tag| {
                    let tag = tag.to_lowercase();
                    ROLE_WORDS.iter().any(|word| tag.contains(word))
                });
            if !is_role {
                continue;
            }
            let known = text(operation.value, "operationId");
            let id = known.unwrap_or("<operationId>");
            let in_name = known.map_or_else(|| id.to_owned(), escaped);
            let request = operation
                .value
                .get("requestBody")
                .map(|body| ("request", "requestBody".to_owned(), body));
            let answers = operation.value.get("responses").and_then(Value::as_object);
            let answers = answers.into_iter().flatten().map(|(status, answer)| {
                (
                    status.as_str(),
                    format!("responses/{}", escape(status)),
                    answer,
                )
            });
            for (part, below, holder) in request.into_iter().chain(answers) {
                let schema = self.context.resolve(holder).and_then(json_schema);
                let Some(schema) =
                    schema.filter(|schema| !self.covered.contains(&identity(schema)))
                else {
                    continue;
                };
                if !reported.insert(identity(schema)) {
                    continue;
                }
                let part = if part == "default" || part.ends_with("XX") {
                    "<status>"
                } else {
                    part
                };
                let (found, file) = match component_of(schema) {
                    Some(name) => (
                        format!("no example shows `{name}`"),
                        format!("{in_name}.{part}.<case>.json` or `schema.{name}.<case>.json"),
                    ),
                    None => (
                        format!("no example shows the body `{part}` of `{id}`"),
                        format!("{in_name}.{part}.<case>.json"),
                    ),
                };
                let pointer = format!("{}/{below}", operation.pointer);
                let severity =
                    rule("missing-example").map_or(Severity::Error, |rule| rule.severity_ours);
                let expected =
                    "an example for each schema that a role operation returns or accepts";
                let help = format!("add `{file}`");
                self.problems.push(self.context.document.problem(
                    severity,
                    "missing-example",
                    &pointer,
                    found,
                    expected,
                    help,
                ));
            }
        }
    }

    fn report_file(
        &mut self,
        id: &'static str,
        path: &Path,
        operation: Option<&str>,
        found: impl Into<String>,
        expected: impl Into<String>,
        help: impl Into<String>,
    ) {
        let severity = rule(id).map_or(Severity::Error, |rule| rule.severity_ours);
        let mut problem = Problem::of_file(
            severity,
            id,
            path.display().to_string(),
            found,
            expected,
            help,
        );
        problem.operation = operation.map(str::to_owned);
        self.problems.push(problem);
    }
}

/// The schema of the JSON body of an answer or a request.
fn json_schema(holder: &Value) -> Option<&Value> {
    let content = holder.get("content")?.as_object()?;
    content
        .iter()
        .find(|(media, _)| MediaKind::of(media) == MediaKind::Json)?
        .1
        .get("schema")
}

/// By which two schemas are the same one: the reference, or all of the content.
fn identity(schema: &Value) -> String {
    match component_of(schema) {
        Some(name) => format!("#{name}"),
        None => match schema
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(reference::pointer_of)
        {
            Some(pointer) => pointer,
            None => schema.to_string(),
        },
    }
}

/// The name of the component that a schema refers to.
fn component_of(schema: &Value) -> Option<String> {
    let pointer = reference::pointer_of(schema.get("$ref")?.as_str()?)?;
    let name = pointer.strip_prefix("/components/schemas/")?;
    (!name.contains('/')).then(|| rolecall_openapi::load::unescape(name))
}
