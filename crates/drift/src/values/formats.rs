//! Compares formats, and what strings stand for.

use super::Here;
use crate::document::Node;
use crate::finding::{Direction, WireVerdict};
use crate::pairs::{Change, Owner};
use crate::schema::{FRACTION, INTEGER, STRING, Types, View};
use crate::text::shown;

/// The format of a schema, and where it is said.
fn said<'a>(view: &View<'a>) -> Option<(&'a str, Node<'a>)> {
    if let Some(node) = view.binary {
        return Some(("binary", node));
    }
    view.format
        .and_then(|node| Some((node.value.as_str()?, node)))
}

/// Formats of numbers; a string that has one writes a number.
const NUMBERS: &[&str] = &[
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float",
    "double",
    "decimal",
    "decimal128",
];

/// The types of a schema that its format is about.
fn concerned(view: &View<'_>) -> Types {
    let numbers = view.types & (INTEGER | FRACTION);
    match said(view) {
        Some((format, _)) if NUMBERS.contains(&format) && numbers != 0 => numbers,
        Some(_) if view.types & STRING != 0 => STRING,
        Some(_) => numbers,
        None => 0,
    }
}

/// Whether the format of one schema takes, of values of a kind, whatever that of another one takes.
pub(crate) fn covers(from: &View<'_>, into: &View<'_>, kind: Types) -> bool {
    if concerned(into) & kind == 0 {
        return true;
    }
    match (
        said(from).filter(|_| concerned(from) & kind != 0),
        said(into),
    ) {
        (Some((one, _)), Some((other, _))) => one == other || WIDER.contains(&(one, other)),
        (None, Some(_)) => false,
        (_, None) => true,
    }
}

/// What a string stands for, in one spelling.
pub(crate) fn content(node: Node<'_>) -> String {
    match node.value.as_str() {
        Some("byte") => shown(&"base64".into()),
        Some(text) => shown(&text.to_ascii_lowercase().into()),
        None => shown(node.value),
    }
}

/// Formats of which one holds everything that the other does.
const WIDER: &[(&str, &str)] = &[("int32", "int64"), ("float", "double")];

/// Compares the formats, as far as they are about types that both sides have.
pub(super) fn formats<'a>(here: &mut Here<'_, 'a>, old: &View<'a>, new: &View<'a>, common: Types) {
    let about = |view: &View<'a>| said(view).filter(|_| concerned(view) & common != 0);
    let (before, after) = (about(old), about(new));
    let text = |said: Option<(&'a str, Node<'a>)>| said.map(|(text, _)| text);
    let at = |said: Option<(&'a str, Node<'a>)>| said.map(|(_, node)| node);
    let (rule, message) = match (text(before), text(after)) {
        (Some(one), Some(other)) if one == other => return,
        (None, None) => return,
        (None, Some(other)) => ("format-added", format!("the format is {other}")),
        (Some(one), None) => ("format-removed", format!("the format is no longer {one}")),
        (Some(one), Some(other)) => {
            let rule = match (one, other) {
                pair if WIDER.contains(&pair) => "format-widened",
                (one, other) if WIDER.contains(&(other, one)) => "format-narrowed",
                _ => "format-changed",
            };
            (rule, format!("the format {one} became {other}"))
        }
    };
    let change = Change::new(rule, here.direction, at(before), at(after), message.clone())
        .near(here.near.0, here.near.1)
        .detail(message)
        .wire(unknown_format(text(before), text(after), here.direction));
    here.engine.report(Owner::Pair(here.pair), change);
}

/// The formats of strings that programs check or have types for, as they do for those of [`NUMBERS`]: all are of the OpenAPI
/// format registry or of JSON Schema.
const STRINGS: &[&str] = &[
    "date",
    "date-time",
    "time",
    "duration",
    "email",
    "idn-email",
    "hostname",
    "idn-hostname",
    "ipv4",
    "ipv6",
    "uri",
    "uri-reference",
    "uri-template",
    "iri",
    "iri-reference",
    "uuid",
    "json-pointer",
    "relative-json-pointer",
    "regex",
    "byte",
    "binary",
    "base64url",
    "password",
    "char",
];

/// The verdict where a format is only words to its readers: nobody refuses a value for them. What had a known format has
/// lost it with such words.
fn unknown_format(
    old: Option<&str>,
    new: Option<&str>,
    direction: Direction,
) -> Option<WireVerdict> {
    let is_known = |format: &str| NUMBERS.contains(&format) || STRINGS.contains(&format);
    let known = |format: Option<&str>| format.is_some_and(is_known);
    match (old.is_some() && !known(old), new.is_some() && !known(new)) {
        (false, false) => None,
        (_, true) if known(old) && direction == Direction::Response => Some(WireVerdict::Breaking),
        (true, _) if known(new) && direction == Direction::Request => Some(WireVerdict::Breaking),
        _ => Some(WireVerdict::Dangerous),
    }
}

/// Compares what strings stand for.
pub(super) fn contents<'a>(here: &mut Here<'_, 'a>, old: &View<'a>, new: &View<'a>) {
    for word in ["contentEncoding", "contentMediaType"] {
        let said = |view: &View<'a>| {
            let found = view.content.iter().find(|(key, _)| *key == word);
            found.map(|(_, node)| *node)
        };
        let (one, other) = (said(old), said(new));
        let text = |node: Option<Node<'a>>| node.map_or("none".to_owned(), content);
        if text(one) != text(other) {
            let message = format!("{word} {} became {}", text(one), text(other));
            here.say(
                "content-encoding-changed",
                one,
                other,
                message.clone(),
                message,
            );
        }
    }
}
