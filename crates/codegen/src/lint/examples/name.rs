//! What an example is a body of, by the name of its file.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use rolecall_openapi::words::{nearest, one_of};
use serde_json::{Map, Value};

use super::{identity, json_schema};
use crate::lint::context::{Context, Operation, text};

/// The characters of an `operationId` that the name of a file holds as percent-encoded UTF-8 (RFC 3986, section 2.1): all
/// that some file system forbids, and all else that is neither a letter nor a digit.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

/// An `operationId`, or the name of a component, as it stands in the name of a file.
#[must_use]
pub fn escaped(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for c in name.chars() {
        // Letters beyond ASCII are fine in the names of files.
        if c.is_alphanumeric() {
            text.push(c);
        } else {
            let mut bytes = [0; 4];
            text.extend(utf8_percent_encode(c.encode_utf8(&mut bytes), ESCAPED));
        }
    }
    text
}

/// The `operationId`, or the name of a component, that stands in the name of a file.
#[must_use]
pub fn unescaped(text: &str) -> String {
    let decoded = percent_decode_str(text).decode_utf8();
    decoded.unwrap_or(Cow::Borrowed(text)).into_owned()
}

/// What an example is a body of.
pub(super) struct Body<'a> {
    /// The operation, for the message.
    pub(super) operation: Option<&'a str>,
    /// `None` where there is no schema, so that anything is valid.
    pub(super) schema: Option<&'a Value>,
    /// Which schema this is an example of: see [`identity`].
    pub(super) shows: Option<String>,
}

impl<'a> Body<'a> {
    /// The body of a request or of an answer.
    fn of(operation: &Operation<'a>, holder: &'a Value) -> Body<'a> {
        let schema = json_schema(holder);
        Body {
            operation: text(operation.value, "operationId"),
            schema,
            shows: schema.map(identity),
        }
    }
}

/// What is wrong with the name of an example.
pub(super) struct Misnamed {
    pub(super) rule: &'static str,
    pub(super) found: String,
    pub(super) expected: String,
    pub(super) help: String,
}

/// Takes the name of a file apart. The last part is the case, so that the parts before may hold dots.
pub(super) fn body_of<'a>(context: &Context<'a>, name: &str) -> Result<Body<'a>, Misnamed> {
    let misnamed = |found: String| {
        Misnamed {
        rule: "example-name",
        found,
        expected: "`<operationId>.<status>.<case>.json`, `<operationId>.request.<case>.json` or `schema.<Component>.<case>.json`".to_owned(),
        help: "rename the file".to_owned(),
    }
    };
    let Some(stem) = name.strip_suffix(".json") else {
        return Err(misnamed(format!(
            "the file is called `{name}`, not `….json`"
        )));
    };
    let Some((left, case)) = stem.rsplit_once('.') else {
        return Err(misnamed(format!(
            "the name `{name}` does not say what the file is a body of"
        )));
    };
    let is_case = !case.is_empty()
        && case
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if !is_case {
        return Err(misnamed(format!(
            "`{case}` is not a case: lower-case words with hyphens"
        )));
    }
    let left = unescaped(left);
    let right = escaped(&left);
    if !name.starts_with(&right) {
        return Err(Misnamed {
            rule: "example-name",
            found: format!("`{name}` holds a character that is not escaped, or one that need not be"),
            expected: "`%` and two capital hexadecimal digits for each byte of a character that is not a letter, a digit, `-`, `_` or `.`".to_owned(),
            help: format!("rename the file to `{right}.{case}.json`"),
        });
    }
    if let Some(name) = left.strip_prefix("schema.") {
        return component(context, name);
    }
    match left.rsplit_once('.') {
        Some((id, "request")) => request(context, id),
        Some((id, status)) if status.len() == 3 => answer(context, id, status),
        _ => Err(misnamed(format!(
            "`{left}` is neither an operation and a status nor an operation and `request`"
        ))),
    }
}

fn component<'a>(context: &Context<'a>, name: &str) -> Result<Body<'a>, Misnamed> {
    let root = &context.document.value;
    let schemas = root
        .pointer("/components/schemas")
        .and_then(Value::as_object);
    match schemas.and_then(|schemas| schemas.get(name)) {
        Some(schema) => {
            let shows = Some(format!("#{name}"));
            Ok(Body {
                operation: None,
                schema: Some(schema),
                shows,
            })
        }
        None => {
            let known = schemas.into_iter().flat_map(Map::keys).map(String::as_str);
            Err(no_target(
                format!("there is no schema `{name}`"),
                "a schema of the components",
                name,
                known,
            ))
        }
    }
}

fn operation<'c, 'a>(context: &'c Context<'a>, id: &str) -> Result<&'c Operation<'a>, Misnamed> {
    let known = context
        .operations
        .iter()
        .filter_map(|operation| text(operation.value, "operationId"));
    let found = context
        .operations
        .iter()
        .find(|operation| text(operation.value, "operationId") == Some(id));
    found.ok_or_else(|| {
        no_target(
            format!("there is no operation `{id}`"),
            "an operationId of the spec",
            id,
            known,
        )
    })
}

fn request<'a>(context: &Context<'a>, id: &str) -> Result<Body<'a>, Misnamed> {
    let operation = operation(context, id)?;
    let body = operation
        .value
        .get("requestBody")
        .and_then(|body| context.resolve(body));
    let Some(body) = body else {
        let found = format!("`{id}` takes no request body");
        return Err(no_target(found, "an operation with a request body", "", []));
    };
    Ok(Body::of(operation, body))
}

fn answer<'a>(context: &Context<'a>, id: &str, status: &str) -> Result<Body<'a>, Misnamed> {
    let operation = operation(context, id)?;
    let answers = operation.value.get("responses").and_then(Value::as_object);
    let class = format!("{}XX", status.get(..1).unwrap_or_default());
    let answer = answers.and_then(|answers| {
        [status, &class, "default"]
            .iter()
            .find_map(|status| answers.get(*status))
    });
    let Some(answer) = answer.and_then(|answer| context.resolve(answer)) else {
        let declared = one_of(answers.into_iter().flat_map(Map::keys).map(String::as_str));
        let found = format!("`{id}` declares no answer {status}");
        let expected = format!("a declared answer: {declared}");
        return Err(no_target(found, &expected, "", []));
    };
    if answer.get("content").is_none() {
        let found = format!("the answer {status} of `{id}` has no body");
        return Err(no_target(found, "an answer with a body", "", []));
    }
    Ok(Body::of(operation, answer))
}

fn no_target<'a>(
    found: String,
    expected: &str,
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Misnamed {
    let help = match nearest(name, known) {
        Some(known) => format!("did you mean `{known}`?"),
        None => "rename the file, remove it, or complete the spec".to_owned(),
    };
    Misnamed {
        rule: "example-target",
        found,
        expected: expected.to_owned(),
        help,
    }
}
