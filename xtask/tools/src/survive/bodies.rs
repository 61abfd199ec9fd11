//! The JSON bodies of a description's operations, and the sample bodies beside it.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::read::{Reader, Schema};
use rolecall_codegen::lower::{MediaKind, operation_name};
use rolecall_codegen::names::snake;
use rolecall_openapi::json;
use rolecall_openapi::problem::{Problem, Problems, Severity};

/// What a body is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BodyKind {
    /// What is sent.
    Request,
    /// An answer of success.
    Success,
    /// An answer that refuses.
    Error,
}

impl BodyKind {
    /// The name that a crate's catalog has for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Success => "success",
            Self::Error => "error",
        }
    }
}

/// A JSON body of an operation.
pub struct Body<'a> {
    /// `operationId`, or what stands for it.
    pub operation: String,
    /// What it is of.
    pub kind: BodyKind,
    /// The status that it comes with; 0 for a request.
    pub status: u16,
    /// Its schema.
    pub schema: &'a Value,
}

/// A sample body.
pub struct Sample {
    /// `operationId`.
    pub operation: String,
    /// The status that it comes with; 0 for a request.
    pub status: u16,
    /// The body.
    pub body: Value,
}

/// Every JSON body.
pub fn bodies<'a>(reader: &Reader<'a>, document: &'a Value) -> Vec<Body<'a>> {
    let mut bodies = Vec::new();
    for (path, method, operation) in operations(reader, document) {
        let id = operation.get("operationId").and_then(Value::as_str);
        let id = id.filter(|id| !id.is_empty()).map_or_else(
            || snake(&operation_name(path, method, operation)),
            str::to_owned,
        );
        let mut add = |kind, status, holder: &'a Value| {
            if let Some(schema) = json_schema(reader.resolve(holder)) {
                bodies.push(Body {
                    operation: id.clone(),
                    kind,
                    status,
                    schema,
                });
            }
        };
        if let Some(request) = operation.get("requestBody") {
            add(BodyKind::Request, 0, request);
        }
        let answers = operation.get("responses").and_then(Value::as_object);
        let answers: Vec<(&String, &'a Value)> = answers.into_iter().flatten().collect();
        let succeeds = answers.iter().any(|(status, _)| status.starts_with('2'));
        for (status, answer) in &answers {
            let kind = match status.as_bytes().first() {
                Some(b'2') => BodyKind::Success,
                Some(b'1' | b'3') => continue,
                // What documents nothing but `default` documents its success there.
                Some(b'd') if !succeeds => BodyKind::Success,
                _ => BodyKind::Error,
            };
            add(kind, code(status, kind), answer);
        }
    }
    bodies
}

/// The schemas of all parameters.
pub fn parameters<'a>(reader: &Reader<'a>, document: &'a Value) -> Vec<Schema<'a>> {
    let mut found = Vec::new();
    for (path, _, operation) in operations(reader, document) {
        let shared = document
            .pointer(&json::join("/paths", path))
            .and_then(|item| reader.resolve(item).get("parameters"));
        let lists = [operation.get("parameters"), shared];
        for parameter in lists
            .into_iter()
            .flatten()
            .filter_map(Value::as_array)
            .flatten()
        {
            let parameter = reader.resolve(parameter);
            let schema = parameter.get("schema").or_else(|| json_schema(parameter));
            found.extend(schema.map(|schema| reader.read(schema, None)));
        }
    }
    found
}

fn operations<'a>(
    reader: &Reader<'a>,
    document: &'a Value,
) -> Vec<(&'a str, &'static str, &'a Value)> {
    let paths = document.get("paths").and_then(Value::as_object);
    paths
        .into_iter()
        .flatten()
        .flat_map(|(path, item)| {
            let item = reader.resolve(item);
            json::METHODS
                .iter()
                .filter_map(move |method| Some((path.as_str(), *method, item.get(*method)?)))
        })
        .collect()
}

/// The schema of the JSON that a body or an answer holds; the plainest media type counts.
fn json_schema(holder: &Value) -> Option<&Value> {
    let content = holder.get("content")?.as_object()?;
    let json = content
        .iter()
        .filter(|(name, _)| MediaKind::of(name) == MediaKind::Json);
    let plain =
        |name: &str| name.split(';').next().unwrap_or_default().trim() == "application/json";
    let (_, media) = json.min_by_key(|(name, _)| !plain(name))?;
    media.get("schema")
}

/// A status that an answer's key stands for.
fn code(status: &str, kind: BodyKind) -> u16 {
    status.parse().unwrap_or_else(|_| {
        match (
            status.as_bytes().first().map(|digit| char::from(*digit)),
            kind,
        ) {
            (Some(digit @ '1'..='5'), _) => digit as u16 % 48 * 100 + 99,
            (_, BodyKind::Success) => 200,
            _ => 599,
        }
    })
}

/// The bodies of operations in a folder of examples. Those of components belong to no operation and are left out, and so
/// are traps, which need not be valid.
pub fn samples(folder: &Path) -> Result<Vec<Sample>, Problems> {
    let unreadable = |path: &Path, error: &dyn std::fmt::Display| {
        Problem::of_file(
            Severity::Error,
            "unreadable",
            path.display().to_string(),
            error.to_string(),
            "JSON bodies",
            "run this from a complete checkout",
        )
    };
    let entries = std::fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    let mut paths: Vec<_> = entries.filter_map(Result::ok).map(|e| e.path()).collect();
    paths.sort();
    let mut samples = Vec::new();
    for path in paths {
        let name = path.file_name().map(|name| name.to_string_lossy());
        // From behind: the `operationId` may hold dots.
        let mut parts = name.as_deref().unwrap_or_default().rsplitn(4, '.');
        let (Some("json"), Some(_), Some(status), Some(operation)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            continue;
        };
        let status = match status {
            "request" => 0,
            _ => match status.parse() {
                Ok(status) => status,
                Err(_) => continue,
            },
        };
        let text = std::fs::read(&path).map_err(|error| unreadable(&path, &error))?;
        samples.push(Sample {
            operation: rolecall_codegen::lint::unescaped(operation),
            status,
            body: serde_json::from_slice(&text).map_err(|error| unreadable(&path, &error))?,
        });
    }
    Ok(samples)
}
