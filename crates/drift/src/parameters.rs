//! Compares the parameters of an operation.

use super::document::{Doc, Node};
use super::finding::Direction;
use super::operations::Operation;
use super::pairs::{Change, Encoding, Engine, Owner};
use super::schema::{ARRAY, OBJECT, Views};

mod grouped;

const HERE: Direction = Direction::Request;

/// A parameter.
#[derive(Clone)]
struct Parameter<'a> {
    /// Where it stands in the list; perhaps a reference.
    entry: Node<'a>,
    node: Node<'a>,
    name: &'a str,
    place: &'a str,
    /// What it is called among those of its place: path parameters by position.
    key: String,
}

/// Compares the parameters; the path item's own count for each of its operations.
pub(super) fn compare<'a>(
    engine: &mut Engine<'a>,
    number: usize,
    old: &Operation<'a>,
    new: &Operation<'a>,
) {
    let before = list(&engine.old.doc, old);
    let after = list(&engine.new.doc, new);
    let mut gone: Vec<&Parameter<'a>> = Vec::new();
    let grouped = grouped::compare(engine, number, &before, &after);
    for one in before
        .iter()
        .filter(|one| !grouped.old.contains(&one.node.id()))
    {
        let same = |other: &&Parameter<'a>| other.place == one.place && other.key == one.key;
        match after.iter().find(same) {
            Some(other) => both(engine, number, one, other),
            None => gone.push(one),
        }
    }
    for other in after
        .iter()
        .filter(|other| !grouped.new.contains(&other.node.id()))
    {
        let same = |one: &Parameter<'a>| other.place == one.place && other.key == one.key;
        if before.iter().any(same) {
            continue;
        }
        let moved = gone
            .iter()
            .position(|one| one.name == other.name && one.place != "path" && other.place != "path");
        match moved {
            Some(index) => {
                let one = gone.remove(index);
                let message = format!(
                    "`{}` goes to the {} and no longer to the {}",
                    one.name, other.place, one.place
                );
                let change = Change::new(
                    "parameter-moved",
                    HERE,
                    Some(one.entry),
                    Some(other.entry),
                    message,
                );
                engine.report(Owner::Operation(number), change.detail(one.name));
                schemas(engine, number, one, other);
            }
            None => added(engine, number, other, old),
        }
    }
    for one in gone {
        let message = format!("the {} parameter `{}` is gone", one.place, one.name);
        let change = Change::new("parameter-removed", HERE, Some(one.entry), None, message)
            .near(None, Some(new.node));
        engine.report(Owner::Operation(number), change.detail(one.name));
    }
}

fn list<'a>(doc: &Doc<'a>, operation: &Operation<'a>) -> Vec<Parameter<'a>> {
    let names = operation.path_names();
    let mut parameters: Vec<Parameter<'a>> = Vec::new();
    for holder in [operation.item, operation.node] {
        for entry in doc.items_of(holder, "parameters") {
            let Some(node) = doc.resolve(entry) else {
                continue;
            };
            let (Some(name), Some(place)) = (node.text("name"), node.text("in")) else {
                continue;
            };
            let lower = name.to_ascii_lowercase();
            // OpenAPI 3.0.3, "Parameter Object": header parameters of these names are ignored.
            if place == "header"
                && matches!(lower.as_str(), "accept" | "content-type" | "authorization")
            {
                continue;
            }
            let key = match place {
                "path" => match names.iter().position(|known| *known == name) {
                    Some(position) => format!("{{{position}}}"),
                    None => name.to_owned(),
                },
                "header" => lower,
                _ => name.to_owned(),
            };
            let parameter = Parameter {
                entry,
                node,
                name,
                place,
                key,
            };
            match parameters
                .iter_mut()
                .find(|known| known.place == parameter.place && known.key == parameter.key)
            {
                Some(known) => *known = parameter,
                None => parameters.push(parameter),
            }
        }
    }
    parameters
}

fn is_required(parameter: &Parameter<'_>) -> bool {
    parameter.place == "path" || parameter.node.flag("required")
}

fn added<'a>(
    engine: &mut Engine<'a>,
    number: usize,
    parameter: &Parameter<'a>,
    old: &Operation<'a>,
) {
    let (rule, message) = match is_required(parameter) {
        true => ("required-parameter-added", "is new and required"),
        false => ("optional-parameter-added", "is new"),
    };
    let message = format!(
        "the {} parameter `{}` {message}",
        parameter.place, parameter.name
    );
    let change =
        Change::new(rule, HERE, None, Some(parameter.entry), message).near(Some(old.node), None);
    engine.report(Owner::Operation(number), change.detail(parameter.name));
}

fn both<'a>(engine: &mut Engine<'a>, number: usize, one: &Parameter<'a>, other: &Parameter<'a>) {
    let owner = Owner::Operation(number);
    if one.place == "path" && one.name != other.name {
        let message = format!("`{}` in the path is called `{}`", one.name, other.name);
        let change = Change::new(
            "path-parameter-renamed",
            HERE,
            Some(one.entry),
            Some(other.entry),
            message,
        );
        engine.report(owner, change.detail(one.name));
    }
    flags(engine, owner, one, other);
    let (before, after) = (
        encoding(&engine.old.doc, one),
        encoding(&engine.new.doc, other),
    );
    if before != after {
        let words = |media: &Option<String>| match media {
            Some(media) => format!("as {media}"),
            None => "by its style".to_owned(),
        };
        let message = format!(
            "the {} parameter `{}` is written {} and no longer {}",
            one.place,
            one.name,
            words(&after),
            words(&before)
        );
        let change = Change::new(
            "parameter-encoding-changed",
            HERE,
            Some(one.node),
            Some(other.node),
            message,
        );
        engine.report(owner, change.detail(one.name));
    } else if before.is_none() {
        styles(engine, owner, one, other);
    }
    schemas(engine, number, one, other);
}

/// What is said of a parameter by a flag.
fn flags<'a>(engine: &mut Engine<'a>, owner: Owner, one: &Parameter<'a>, other: &Parameter<'a>) {
    let at = |views: &Views<'a>, parameter: &Parameter<'a>, key: &str| {
        views.doc.get(parameter.node, key)
    };
    let flags: &[(&str, [&'static str; 2], [&str; 2])] = &[
        (
            "required",
            ["parameter-became-required", "parameter-became-optional"],
            ["became required", "became optional"],
        ),
        (
            "deprecated",
            ["parameter-deprecated", "parameter-undeprecated"],
            ["is deprecated", "is no longer deprecated"],
        ),
        (
            "allowEmptyValue",
            [
                "parameter-empty-value-allowed",
                "parameter-empty-value-forbidden",
            ],
            ["may be sent without a value", "must have a value"],
        ),
        (
            "allowReserved",
            [
                "parameter-allow-reserved-changed",
                "parameter-allow-reserved-changed",
            ],
            [
                "is sent with reserved characters as they are",
                "is sent with reserved characters encoded",
            ],
        ),
    ];
    for (key, rules, words) in flags {
        let of = |parameter: &Parameter<'a>| match *key {
            "required" => is_required(parameter),
            // Only where it has a meaning: in a query, and not beside `content`.
            "allowReserved" | "allowEmptyValue" => {
                parameter.place == "query" && parameter.node.flag(key)
            }
            key => parameter.node.flag(key),
        };
        let [[on, off], [on_words, off_words]] = [*rules, *words];
        let (rule, words) = match (of(one), of(other)) {
            (false, true) => (on, on_words),
            (true, false) => (off, off_words),
            _ => continue,
        };
        let message = format!("the {} parameter `{}` {words}", one.place, one.name);
        // Where the key is not written the parameter itself tells findings apart.
        let (old_at, new_at) = (at(&engine.old, one, key), at(&engine.new, other, key));
        let change = Change::new(
            rule,
            HERE,
            old_at.or(Some(one.node)),
            new_at.or(Some(other.node)),
            message,
        );
        engine.report(owner, change.detail(one.name));
    }
}

/// The media type of a parameter that is written as one.
fn encoding<'a>(doc: &Doc<'a>, parameter: &Parameter<'a>) -> Option<String> {
    if parameter.node.value.get("schema").is_some() {
        return None;
    }
    let content = doc.members_of(parameter.node, "content");
    content.first().map(|(media, _)| media.to_ascii_lowercase())
}

fn schema<'a>(doc: &Doc<'a>, parameter: &Parameter<'a>) -> Vec<Node<'a>> {
    let direct = doc.get(parameter.node, "schema");
    let inside = || {
        let (_, media) = doc
            .members_of(parameter.node, "content")
            .into_iter()
            .next()?;
        doc.get(media, "schema")
    };
    direct.or_else(inside).into_iter().collect()
}

fn schemas<'a>(engine: &mut Engine<'a>, number: usize, one: &Parameter<'a>, other: &Parameter<'a>) {
    let old = schema(&engine.old.doc, one);
    let new = schema(&engine.new.doc, other);
    let as_text = other.node.value.get("schema").is_some();
    let encoding = match as_text {
        true if is_repeated(other) => Encoding::Repeated,
        true => Encoding::Text,
        false => Encoding::Json,
    };
    // What must be sent has no default that would count.
    let needed = is_required(one) && is_required(other);
    engine.root(number, (&old, &new), HERE, encoding, needed);
}

fn style<'a>(parameter: &Parameter<'a>) -> &'a str {
    let usual = match parameter.place {
        "query" | "cookie" => "form",
        _ => "simple",
    };
    parameter.node.text("style").unwrap_or(usual)
}

fn explode(parameter: &Parameter<'_>) -> bool {
    let said = parameter.node.value.get("explode");
    let said = said.and_then(serde_json::Value::as_bool);
    said.unwrap_or(style(parameter) == "form")
}

/// Whether each value of an array is sent by itself: `?status=a&status=b`.
fn is_repeated(parameter: &Parameter<'_>) -> bool {
    style(parameter) == "form" && explode(parameter)
}

/// Style and explode, as far as they show in what is sent.
fn styles<'a>(engine: &mut Engine<'a>, owner: Owner, one: &Parameter<'a>, other: &Parameter<'a>) {
    let composed = |views: &mut Views<'a>, parameter: &Parameter<'a>| {
        let nodes = schema(&views.doc, parameter);
        let id = views.view(&nodes);
        views.get(id).types & (ARRAY | OBJECT) != 0
    };
    // Text, numbers and flags look the same in every style of a query.
    let shows = composed(&mut engine.old, one) && composed(&mut engine.new, other);
    let (before, after) = (style(one), style(other));
    if before != after && (shows || one.place == "path") {
        let message = format!(
            "the {} parameter `{}` has the style `{after}` and no longer `{before}`",
            one.place, one.name
        );
        let change = Change::new(
            "parameter-style-changed",
            HERE,
            Some(one.node),
            Some(other.node),
            message,
        );
        engine.report(owner, change.detail(one.name));
    } else if shows && explode(one) != explode(other) {
        let message = match explode(other) {
            true => format!(
                "each value of the {} parameter `{}` is written separately",
                one.place, one.name
            ),
            false => format!(
                "the values of the {} parameter `{}` are written in one piece",
                one.place, one.name
            ),
        };
        let change = Change::new(
            "parameter-explode-changed",
            HERE,
            Some(one.node),
            Some(other.node),
            message,
        );
        engine.report(owner, change.detail(one.name));
    }
}
