//! Compares request bodies and answers: whether they are there, their media types, headers and schemas.

use std::collections::BTreeMap;

use rolecall_openapi::json::Object;
use serde_json::Value;

use super::document::{Doc, Node};
use super::finding::Direction::{self, Request, Response};
use super::finding::WireVerdict;
use super::operations::Operation;
use super::pairs::{Change, Encoding, Engine, Owner};

/// Compares the request bodies.
pub(super) fn request<'a>(
    engine: &mut Engine<'a>,
    number: usize,
    old: &Operation<'a>,
    new: &Operation<'a>,
) {
    let owner = Owner::Operation(number);
    let entry = |doc: &Doc<'a>, operation: &Operation<'a>| {
        let entry = doc.get(operation.node, "requestBody")?;
        Some((entry, doc.resolve(entry)?))
    };
    let before = entry(&engine.old.doc, old);
    let after = entry(&engine.new.doc, new);
    match (before, after) {
        (None, None) => {}
        (None, Some((at, body))) => {
            let (rule, message) = match body.flag("required") {
                true => ("required-request-body-added", "a body must be sent"),
                false => ("optional-request-body-added", "a body can be sent"),
            };
            let change =
                Change::new(rule, Request, None, Some(at), message).near(Some(old.node), None);
            engine.report(owner, change);
        }
        (Some((at, _)), None) => {
            let message = "a body is no longer described";
            let change = Change::new("request-body-removed", Request, Some(at), None, message)
                .near(None, Some(new.node));
            engine.report(owner, change);
        }
        (Some((_, one)), Some((_, other))) => {
            let (rule, message) = match (one.flag("required"), other.flag("required")) {
                (false, true) => ("request-body-became-required", "the body must be sent"),
                (true, false) => ("request-body-became-optional", "the body may be left out"),
                _ => ("", ""),
            };
            if !rule.is_empty() {
                let change = Change::new(rule, Request, Some(one), Some(other), message);
                engine.report(owner, change);
            }
            contents(engine, number, one, other, Request);
        }
    }
}

/// A media type without what does not choose the reader: its case and its character set.
fn plain(media: &str) -> String {
    let mut parts = media.split(';').map(str::trim);
    let mut text = parts.next().unwrap_or_default().to_ascii_lowercase();
    for part in parts {
        let part = part.to_ascii_lowercase();
        if !part.is_empty() && !part.starts_with("charset") {
            text.push(';');
            text.push_str(&part);
        }
    }
    text
}

/// Whether a range such as `application/*` holds a media type.
fn holds(range: &str, media: &str) -> bool {
    match range.strip_suffix('*') {
        Some("*/") => true,
        Some(kind) => media.starts_with(kind),
        None => false,
    }
}

fn media<'a>(doc: &Doc<'a>, holder: Node<'a>) -> Vec<(String, Node<'a>)> {
    let content = doc.members_of(holder, "content").into_iter();
    content.map(|(name, node)| (plain(name), node)).collect()
}

/// How values of a media type are written.
fn written(media: &str) -> Encoding {
    if media.starts_with("multipart/") {
        return Encoding::Multipart;
    }
    const TEXTS: &[&str] = &[
        "json",
        "xml",
        "yaml",
        "text",
        "form",
        "javascript",
        "graphql",
        "csv",
        "html",
        "*",
    ];
    let kind = media.split(';').next().unwrap_or(media);
    match TEXTS.iter().any(|text| kind.contains(text)) {
        true => Encoding::Json,
        false => Encoding::Binary,
    }
}

/// Compares what one body can be.
fn contents<'a>(
    engine: &mut Engine<'a>,
    number: usize,
    old: Node<'a>,
    new: Node<'a>,
    direction: Direction,
) {
    let before = media(&engine.old.doc, old);
    let after = media(&engine.new.doc, new);
    let owner = Owner::Operation(number);
    if before.is_empty() || after.is_empty() {
        if direction == Response && before.len() != after.len() {
            let (rule, message) = match after.is_empty() {
                true => ("response-body-removed", "the answer has no body"),
                false => ("response-body-added", "the answer has a body"),
            };
            engine.report(
                owner,
                Change::new(rule, direction, Some(old), Some(new), message),
            );
        }
        return;
    }
    for (name, one) in &before {
        let partner = after.iter().find(|(other, _)| other == name);
        let exact = partner.is_some();
        let partner = partner.or_else(|| after.iter().find(|(range, _)| holds(range, name)));
        if let Some((range, other)) = partner {
            if !exact && before.iter().all(|(known, _)| known != range) {
                let message = format!("`{name}` became `{range}`");
                let (old, new) = (Some(*one), Some(*other));
                let change = Change::new("media-type-widened", direction, old, new, message);
                engine.report(owner, change);
            }
            one_media(engine, number, name, (*one, *other), direction);
            continue;
        }
        let within: Vec<&str> = after
            .iter()
            .filter(|(media, _)| holds(name, media))
            .map(|(media, _)| media.as_str())
            .collect();
        let (rule, message) = match within.is_empty() {
            true => (
                "media-type-removed",
                format!("`{name}` is no longer described"),
            ),
            false => (
                "media-type-narrowed",
                format!("of `{name}`, only `{}` is left", within.join("`, `")),
            ),
        };
        let change = Change::new(rule, direction, Some(*one), None, message).near(None, Some(new));
        engine.report(owner, change);
    }
    for (name, other) in &after {
        // What became a range that holds it is told as such.
        if before
            .iter()
            .any(|(one, _)| one == name || holds(name, one))
        {
            continue;
        }
        match before.iter().find(|(range, _)| holds(range, name)) {
            Some((_, one)) => one_media(engine, number, name, (*one, *other), direction),
            None => {
                let message = format!("`{name}` is described");
                let change =
                    Change::new("media-type-added", direction, None, Some(*other), message)
                        .near(Some(old), None);
                engine.report(owner, change);
            }
        }
    }
}

fn one_media<'a>(
    engine: &mut Engine<'a>,
    number: usize,
    name: &str,
    (old, new): (Node<'a>, Node<'a>),
    direction: Direction,
) {
    let before = engine.old.doc.get(old, "schema");
    let after = engine.new.doc.get(new, "schema");
    let nodes = |node: Option<Node<'a>>| node.into_iter().collect::<Vec<_>>();
    let schemas = (nodes(before), nodes(after));
    let sides = (schemas.0.as_slice(), schemas.1.as_slice());
    engine.root(number, sides, direction, written(name), false);
    if direction != Request {
        return;
    }
    let before = parts(&engine.old.doc, old);
    let after = parts(&engine.new.doc, new);
    if before != after {
        let message = "the parts are written in another way";
        let (one, other) = (
            engine.old.doc.get(old, "encoding"),
            engine.new.doc.get(new, "encoding"),
        );
        let change = Change::new("encoding-changed", direction, one, other, message)
            .near(Some(old), Some(new));
        engine.report(Owner::Operation(number), change);
    }
}

/// How the parts of a form are written, by property; what goes without saying is left out.
fn parts<'a>(doc: &Doc<'a>, media: Node<'a>) -> BTreeMap<&'a str, BTreeMap<&'a str, Value>> {
    let schema = doc
        .get(media, "schema")
        .and_then(|schema| doc.resolve(schema));
    let mut parts = BTreeMap::new();
    for (name, part) in doc.members_of(media, "encoding") {
        let property = || {
            let properties = doc.get(schema?, "properties")?;
            doc.resolve(doc.get(properties, name)?)
        };
        let mut said: BTreeMap<&str, Value> = BTreeMap::new();
        for (key, node) in doc.members(part) {
            let goes_without_saying = match key {
                "style" => node.value == "form",
                "explode" => {
                    let form = part.text("style").is_none_or(|style| style == "form");
                    node.value == &Value::Bool(form)
                }
                "allowReserved" => node.value == &Value::Bool(false),
                "headers" => node.object().is_some_and(Object::is_empty),
                "contentType" => property()
                    .is_some_and(|property| node.value.as_str() == usual_type(property.value)),
                key => key.starts_with("x-"),
            };
            if !goes_without_saying {
                said.insert(key, node.value.clone());
            }
        }
        if !said.is_empty() {
            parts.insert(name, said);
        }
    }
    parts
}

/// The media type that a part has when nothing is said of it (OpenAPI 3.0.4, "Encoding Object").
fn usual_type(property: &Value) -> Option<&'static str> {
    let text = |key: &str| property.get(key).and_then(Value::as_str);
    match text("type")? {
        "string" if text("format") == Some("binary") => Some("application/octet-stream"),
        "string" | "integer" | "number" | "boolean" => Some("text/plain"),
        "object" => Some("application/json"),
        "array" => usual_type(property.get("items")?),
        _ => None,
    }
}

/// The answers of an operation by status, upper case.
type Answers<'a> = BTreeMap<String, (Node<'a>, Node<'a>)>;

fn answers<'a>(doc: &Doc<'a>, operation: &Operation<'a>) -> Answers<'a> {
    let mut answers = BTreeMap::new();
    for (status, entry) in doc.members_of(operation.node, "responses") {
        if let Some(node) = doc.resolve(entry).filter(|_| !status.starts_with("x-")) {
            let status = match status {
                "default" => status.to_owned(),
                status => status.to_ascii_uppercase(),
            };
            answers.insert(status, (entry, node));
        }
    }
    answers
}

/// The answer that a status gets where it has none of its own: that of its range, then `default`.
fn covering<'a>(answers: &Answers<'a>, status: &str) -> Option<(Node<'a>, Node<'a>)> {
    let kind = status.chars().next()?;
    let range = answers.get(&format!("{kind}XX"));
    let succeeds = answers.keys().any(|known| known.starts_with('2'));
    // With a success of its own beside it, `default` stands for failures.
    let default = || answers.get("default").filter(|_| kind != '2' || !succeeds);
    range.or_else(default).copied()
}

/// Whether a status says that the call failed. One that leads elsewhere is what the call was for.
fn is_failure(status: &str) -> bool {
    matches!(status.as_bytes().first(), Some(b'4' | b'5' | b'd'))
}

/// 304 is sent to those alone who ask whether anything changed.
fn asked_for(status: &str) -> Option<WireVerdict> {
    (status == "304").then_some(WireVerdict::Compatible)
}

/// Compares the answers.
pub(super) fn responses<'a>(
    engine: &mut Engine<'a>,
    number: usize,
    old: &Operation<'a>,
    new: &Operation<'a>,
) {
    let owner = Owner::Operation(number);
    let before = answers(&engine.old.doc, old);
    let after = answers(&engine.new.doc, new);
    for (status, (entry, one)) in &before {
        match after
            .get(status)
            .copied()
            .or_else(|| covering(&after, status))
        {
            Some((_, other)) => answer(engine, number, *one, other),
            None => {
                let rule = match is_failure(status) {
                    true => "error-status-removed",
                    false => "success-status-removed",
                };
                let message = format!("the answer {status} is no longer described");
                let change = Change::new(rule, Response, Some(*entry), None, message)
                    .near(None, Some(new.node))
                    .wire(asked_for(status));
                engine.report(owner, change);
            }
        }
    }
    for (status, (entry, other)) in &after {
        if before.contains_key(status) {
            continue;
        }
        match covering(&before, status) {
            Some((_, one)) => answer(engine, number, one, *other),
            None => {
                let rule = match is_failure(status) {
                    true => "error-status-added",
                    false => "success-status-added",
                };
                let message = format!("the answer {status} is described");
                let change = Change::new(rule, Response, None, Some(*entry), message)
                    .near(Some(old.node), None)
                    .wire(asked_for(status));
                engine.report(owner, change);
            }
        }
    }
}

fn answer<'a>(engine: &mut Engine<'a>, number: usize, old: Node<'a>, new: Node<'a>) {
    contents(engine, number, old, new, Response);
    headers(engine, number, old, new);
    error_names(engine, number, old, new);
}

fn headers<'a>(engine: &mut Engine<'a>, number: usize, old: Node<'a>, new: Node<'a>) {
    let read = |doc: &Doc<'a>, holder: Node<'a>| -> BTreeMap<String, (Node<'a>, Node<'a>)> {
        let named = doc.members_of(holder, "headers").into_iter();
        named
            .filter_map(|(name, entry)| {
                let name = name.to_ascii_lowercase();
                // OpenAPI 3.0.3, "Response Object": a header of this name is ignored.
                let counts = name != "content-type";
                Some((name, (entry, doc.resolve(entry)?))).filter(|_| counts)
            })
            .collect()
    };
    let owner = Owner::Operation(number);
    let before = read(&engine.old.doc, old);
    let after = read(&engine.new.doc, new);
    for (name, (entry, one)) in &before {
        let Some((_, other)) = after.get(name) else {
            let rule = match one.flag("required") {
                true => "required-response-header-removed",
                false => "optional-response-header-removed",
            };
            let message = format!("the header `{name}` is gone");
            let change =
                Change::new(rule, Response, Some(*entry), None, message).near(None, Some(new));
            engine.report(owner, change);
            continue;
        };
        let (rule, message) = match (one.flag("required"), other.flag("required")) {
            (false, true) => ("response-header-became-required", "is always there"),
            (true, false) => ("response-header-became-optional", "may be absent"),
            _ => ("", ""),
        };
        if !rule.is_empty() {
            let message = format!("the header `{name}` {message}");
            engine.report(
                owner,
                Change::new(rule, Response, Some(*one), Some(*other), message),
            );
        }
        let schema =
            |doc: &Doc<'a>, node: Node<'a>| doc.get(node, "schema").into_iter().collect::<Vec<_>>();
        let (one, other) = (
            schema(&engine.old.doc, *one),
            schema(&engine.new.doc, *other),
        );
        engine.root(number, (&one, &other), Response, Encoding::Text, false);
    }
    for (name, (entry, _)) in &after {
        if !before.contains_key(name) {
            let message = format!("the header `{name}` is new");
            let change = Change::new(
                "response-header-added",
                Response,
                None,
                Some(*entry),
                message,
            )
            .near(Some(old), None);
            engine.report(owner, change);
        }
    }
}

fn error_names<'a>(engine: &mut Engine<'a>, number: usize, old: Node<'a>, new: Node<'a>) {
    let before = engine.old.doc.items_of(old, "x-error-names");
    let after = engine.new.doc.items_of(new, "x-error-names");
    let lacks =
        |list: &[Node<'a>], one: &Node<'a>| list.iter().all(|other| other.value != one.value);
    for (list, others, rule, words) in [
        (
            &before,
            &after,
            "error-name-removed",
            "is no longer among the names of errors",
        ),
        (
            &after,
            &before,
            "error-name-added",
            "is among the names of errors",
        ),
    ] {
        for one in list.iter().filter(|one| lacks(others, one)) {
            let added = rule == "error-name-added";
            let text = super::text::shown(one.value);
            let (at_old, at_new) = if added {
                (None, Some(*one))
            } else {
                (Some(*one), None)
            };
            let change = Change::new(rule, Response, at_old, at_new, format!("{text} {words}"))
                .near(Some(old), Some(new))
                .detail(text);
            engine.report(Owner::Operation(number), change);
        }
    }
}
