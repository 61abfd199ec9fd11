//! Query parameters that are properties of one exploded object on the other side: on the wire both are
//! `?from=1&until=2`.

use std::collections::HashSet;

use super::{HERE, Parameter, is_repeated, is_required, schema};
use crate::document::Node;
use crate::pairs::{Change, Encoding, Engine, Owner};
use crate::schema::{OBJECT, Views};

/// The parameters that need no partner any more, by where they lie.
#[derive(Default)]
pub(super) struct Grouped {
    pub old: HashSet<usize>,
    pub new: HashSet<usize>,
}

/// A property of an exploded object.
struct Part<'a> {
    name: &'a str,
    nodes: Vec<Node<'a>>,
    required: bool,
}

/// Compares the parameters of either side that are properties on the other side.
pub(super) fn compare<'a>(
    engine: &mut Engine<'a>,
    number: usize,
    before: &[Parameter<'a>],
    after: &[Parameter<'a>],
) -> Grouped {
    let mut grouped = Grouped::default();
    for (objects, others, added) in [(after, before, true), (before, after, false)] {
        for object in objects {
            let known = |one: &&Parameter<'a>| one.place == object.place && one.key == object.key;
            let views = if added {
                &mut engine.new
            } else {
                &mut engine.old
            };
            let parts = parts(views, object);
            let loose = |part: &Part<'a>| {
                others
                    .iter()
                    .find(|one| one.place == object.place && one.name == part.name)
                    .filter(|one| {
                        !objects
                            .iter()
                            .any(|same| same.place == one.place && same.name == one.name)
                    })
            };
            if others.iter().any(|one| known(&one))
                || !parts.iter().any(|part| loose(part).is_some())
            {
                continue;
            }
            let pairs: Vec<(Part<'a>, Option<Parameter<'a>>)> = parts
                .into_iter()
                .map(|part| {
                    let partner = loose(&part).cloned();
                    (part, partner)
                })
                .collect();
            let taken = if added {
                &mut grouped.old
            } else {
                &mut grouped.new
            };
            let partners: Vec<&Parameter<'a>> = pairs
                .iter()
                .filter_map(|(_, partner)| partner.as_ref())
                .collect();
            taken.extend(partners.iter().map(|partner| partner.node.id()));
            say(engine, number, object, &partners, added);
            for (part, partner) in &pairs {
                compare_part(engine, number, object, part, partner.as_ref(), added);
            }
            let taken = if added {
                &mut grouped.new
            } else {
                &mut grouped.old
            };
            taken.insert(object.node.id());
        }
    }
    grouped
}

/// The properties of a parameter that is an exploded object; none of any other.
fn parts<'a>(views: &mut Views<'a>, parameter: &Parameter<'a>) -> Vec<Part<'a>> {
    let query = parameter.place == "query" && parameter.node.value.get("schema").is_some();
    if !query || !is_repeated(parameter) {
        return Vec::new();
    }
    let nodes = schema(&views.doc, parameter);
    let id = views.view(&nodes);
    let view = views.get(id);
    if view.types != OBJECT || !view.unions.is_empty() {
        return Vec::new();
    }
    let parts = view.properties.iter().map(|(name, nodes)| Part {
        name,
        nodes: nodes.clone(),
        required: is_required(parameter) && view.required.contains_key(name),
    });
    parts.collect()
}

fn say<'a>(
    engine: &mut Engine<'a>,
    number: usize,
    object: &Parameter<'a>,
    partners: &[&Parameter<'a>],
    added: bool,
) {
    let first = partners.first().map(|partner| partner.entry);
    let names: Vec<&str> = partners.iter().map(|partner| partner.name).collect();
    let listed = names.join("`, `");
    let (message, old, new) = match added {
        true => (
            format!(
                "`{listed}` belong to `{}` now, and are sent as before",
                object.name
            ),
            first,
            Some(object.entry),
        ),
        false => (
            format!(
                "`{listed}` no longer belong to `{}`, and are sent as before",
                object.name
            ),
            Some(object.entry),
            first,
        ),
    };
    let change = Change::new("parameters-grouped", HERE, old, new, message).detail(format!(
        "{} {}",
        object.name,
        names.join(" ")
    ));
    engine.report(Owner::Operation(number), change);
}

fn compare_part<'a>(
    engine: &mut Engine<'a>,
    number: usize,
    object: &Parameter<'a>,
    part: &Part<'a>,
    partner: Option<&Parameter<'a>>,
    added: bool,
) {
    let owner = Owner::Operation(number);
    let at = part.nodes.first().copied();
    let name = part.name;
    let Some(partner) = partner else {
        let (rule, message, old, new) = match (added, part.required) {
            (true, true) => ("required-parameter-added", "is new and required", None, at),
            (true, false) => ("optional-parameter-added", "is new", None, at),
            (false, _) => ("parameter-removed", "is gone", at, None),
        };
        let message = format!("the query parameter `{name}` {message}");
        let change = Change::new(rule, HERE, old, new, message)
            .near(Some(object.entry), Some(object.entry))
            .detail(name);
        engine.report(owner, change);
        return;
    };
    let views = if added { &engine.old } else { &engine.new };
    let loose = schema(&views.doc, partner);
    let (old, new, was, is) = match added {
        true => (
            loose,
            part.nodes.clone(),
            is_required(partner),
            part.required,
        ),
        false => (
            part.nodes.clone(),
            loose,
            part.required,
            is_required(partner),
        ),
    };
    let (rule, message) = match (was, is) {
        (false, true) => ("parameter-became-required", "became required"),
        (true, false) => ("parameter-became-optional", "became optional"),
        _ => ("", ""),
    };
    if !rule.is_empty() {
        let (one, other) = match added {
            true => (Some(partner.node), at),
            false => (at, Some(partner.node)),
        };
        let message = format!("the query parameter `{name}` {message}");
        engine.report(
            owner,
            Change::new(rule, HERE, one, other, message).detail(name),
        );
    }
    engine.root(number, (&old, &new), HERE, Encoding::Text, was && is);
}
