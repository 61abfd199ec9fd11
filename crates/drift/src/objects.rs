//! Compares what schemas say of objects and arrays: properties, which are required, which travel, and what is inside.

use super::document::Node;
use super::finding::{Direction, Renamed, WireVerdict};
use super::pairs::{Change, Engine, Owner};
use super::schema::{ARRAY, OBJECT, View, Views};
use super::values::is_never;
use super::{renamed, unions};

/// Compares properties and items.
pub(super) fn compare<'a>(
    engine: &mut Engine<'a>,
    pair: usize,
    old: &View<'a>,
    new: &View<'a>,
    direction: Direction,
) {
    let common = old.types & new.types;
    if common & OBJECT != 0 {
        let mut names: Vec<&'a str> = Vec::new();
        for view in [old, new] {
            let declared = view.properties.iter().map(|(name, _)| *name);
            for name in declared.chain(view.required.keys().copied()) {
                names.push(name);
            }
        }
        let mut seen = std::collections::HashSet::new();
        names.retain(|name| seen.insert(*name));
        let mut found = Found::default();
        for name in names {
            let one = Property::of(&mut engine.old, old, name, direction);
            let other = Property::of(&mut engine.new, new, name, direction);
            property(
                engine,
                pair,
                (old, new),
                name,
                (one, other),
                direction,
                &mut found,
            );
        }
        found.report(engine, pair, direction);
        additional(engine, pair, old, new, direction);
        pattern_properties(engine, pair, old, new, direction);
    }
    if common & ARRAY != 0 {
        items(engine, pair, old, new, direction);
    }
}

/// What a schema says of one property.
#[derive(Clone)]
struct Property<'a> {
    /// Its schemas; none when it is only required.
    nodes: Vec<Node<'a>>,
    /// Where it is required.
    required: Option<Node<'a>>,
    /// Whether it travels the other way only.
    hidden: bool,
}

impl<'a> Property<'a> {
    fn of(
        views: &mut Views<'a>,
        view: &View<'a>,
        name: &str,
        direction: Direction,
    ) -> Option<Self> {
        let nodes = view.property(name).map(<[_]>::to_vec).unwrap_or_default();
        let required = view.required.get(name).copied();
        if nodes.is_empty() && required.is_none() {
            return None;
        }
        let id = views.view(&nodes);
        let inside = views.get(id);
        let hidden = match direction {
            Direction::Request => inside.read_only,
            _ => inside.write_only,
        };
        Some(Self {
            hidden: hidden && !nodes.is_empty(),
            nodes,
            required,
        })
    }

    fn at(&self) -> Option<Node<'a>> {
        self.nodes.first().copied().or(self.required)
    }
}

/// A property that became required or optional.
struct Changed<'a> {
    name: &'a str,
    /// Where it is required.
    at: Node<'a>,
    /// Its schemas on both sides.
    about: (Vec<Node<'a>>, Vec<Node<'a>>),
}

/// A property that one side lacks: its name, its schemas, and the difference that it is.
type Lone<'a> = (&'a str, Vec<Node<'a>>, Change<'a>);

/// What is told of several properties together.
#[derive(Default)]
struct Found<'a> {
    /// The list of required properties: one difference, however many of them it names.
    required: Vec<Changed<'a>>,
    optional: Vec<Changed<'a>>,
    gone: Vec<Lone<'a>>,
    new: Vec<Lone<'a>>,
}

impl<'a> Found<'a> {
    fn report(mut self, engine: &mut Engine<'a>, pair: usize, direction: Direction) {
        self.name_renamed(engine);
        for (_, _, change) in self.gone.drain(..).chain(self.new.drain(..)) {
            engine.report(Owner::Pair(pair), change);
        }
        for (rule, became, changed) in [
            ("property-became-required", "required", self.required),
            ("property-became-optional", "optional", self.optional),
        ] {
            let Some(first) = changed.first() else {
                continue;
            };
            let names: Vec<&str> = changed.iter().map(|one| one.name).collect();
            let message = format!("{} became {became}", enumerated(&names));
            let (old, new) = match became {
                "required" => (None, Some(first.at)),
                _ => (Some(first.at), None),
            };
            let before = changed.iter().flat_map(|one| one.about.0.clone());
            let after = changed.iter().flat_map(|one| one.about.1.clone());
            let (before, after): (Vec<Node<'a>>, Vec<Node<'a>>) =
                (before.collect(), after.collect());
            let near = engine.near(pair);
            let change = Change::new(rule, direction, old, new, message)
                .near(near.0, near.1)
                .about(&before, &after)
                .detail(names.join(" "));
            engine.report(Owner::Pair(pair), change);
        }
    }
}

impl<'a> Found<'a> {
    /// Says of what is gone and of what is new, and is alike, that it looks renamed.
    fn name_renamed(&mut self, engine: &mut Engine<'a>) {
        if self.gone.is_empty() || self.new.is_empty() {
            return;
        }
        let mut scores = Vec::new();
        for (_, nodes, _) in &self.gone {
            let old = engine.old.view(nodes);
            let old = engine.old.get(old);
            for (_, others, _) in &self.new {
                let new = engine.new.view(others);
                let new = engine.new.get(new);
                scores.push(unions::likeness_of(
                    (&mut engine.old, &old),
                    (&mut engine.new, &new),
                ));
            }
        }
        let width = self.new.len();
        let pairs = renamed::partners(self.gone.len(), width, |one, other| {
            let schemas = scores.get(one * width + other).copied().unwrap_or_default();
            match (self.gone.get(one), self.new.get(other)) {
                // Another type is another thing, whatever it is called.
                (Some((old, ..)), Some((new, ..))) if schemas >= 50 => {
                    renamed::mean(renamed::names(old, new), schemas)
                }
                _ => 0,
            }
        });
        for (one, other, likeness) in pairs {
            if let (Some((old, _, gone)), Some((name, _, new))) =
                (self.gone.get_mut(one), self.new.get_mut(other))
            {
                let renamed = |other: &str| {
                    Some(Renamed {
                        other: other.to_owned(),
                        likeness,
                    })
                };
                gone.renamed = renamed(name);
                new.renamed = renamed(old);
            }
        }
    }
}

/// Names in a sentence.
fn enumerated(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => format!("`{one}`"),
        [some @ .., last] => format!("`{}` and `{last}`", some.join("`, `")),
    }
}

fn property<'a>(
    engine: &mut Engine<'a>,
    pair: usize,
    (old, new): (&View<'a>, &View<'a>),
    name: &'a str,
    sides: (Option<Property<'a>>, Option<Property<'a>>),
    direction: Direction,
    found: &mut Found<'a>,
) {
    let owner = Owner::Pair(pair);
    let near = engine.near(pair);
    let request = direction == Direction::Request;
    let nodes =
        |side: &Option<Property<'a>>| side.as_ref().map_or_else(Vec::new, |p| p.nodes.clone());
    let about = (nodes(&sides.0), nodes(&sides.1));
    let places = about.clone();
    let lone = |rule, one, other, message: String, wire| {
        Change::new(rule, direction, one, other, message)
            .near(near.0, near.1)
            .about(&places.0, &places.1)
            .detail(name)
            .wire(wire)
    };
    let say = |engine: &mut Engine<'a>, rule, one, other, message: String, wire| {
        engine.report(owner, lone(rule, one, other, message, wire));
    };
    match sides {
        (Some(one), Some(other)) => match (one.hidden, other.hidden) {
            (true, true) => {}
            (false, true) => {
                let (rule, message) = match request {
                    true => ("property-became-read-only", "is no longer sent"),
                    false => ("property-became-write-only", "is no longer answered"),
                };
                // What was never certain to be there is missed by few.
                let wire = (!request && one.required.is_none()).then_some(WireVerdict::Dangerous);
                let message = format!("`{name}` {message}");
                say(engine, rule, one.at(), other.at(), message, wire);
            }
            (true, false) => {
                let (rule, message) = match request {
                    true => ("property-no-longer-read-only", "can be sent"),
                    false => ("property-no-longer-write-only", "is answered"),
                };
                let needed = request && other.required.is_some();
                let message = match needed {
                    true => format!("`{name}` must be sent"),
                    false => format!("`{name}` {message}"),
                };
                let wire = needed.then_some(WireVerdict::Breaking);
                say(engine, rule, one.at(), other.at(), message, wire);
            }
            (false, false) => {
                match (one.required, other.required) {
                    (None, Some(at)) => found.required.push(Changed { name, at, about }),
                    (Some(at), None) => found.optional.push(Changed { name, at, about }),
                    _ => {}
                }
                let needed = one.required.is_some() && other.required.is_some();
                engine.child_of(pair, (&one.nodes, &other.nodes), direction, needed);
            }
        },
        (Some(one), None) if !one.hidden => {
            let covered = new.undeclared(name).unwrap_or_default();
            if !covered.is_empty() {
                engine.child(pair, &one.nodes, &covered, direction);
                if let Some(at) = one.required {
                    found.optional.push(Changed { name, at, about });
                }
                return;
            }
            let rule = match one.required {
                Some(_) => "required-property-removed",
                None => "optional-property-removed",
            };
            let refused = request && new.is_closed();
            let message = match refused {
                true => format!("`{name}` is gone, and what is not described is refused"),
                false => format!("`{name}` is gone"),
            };
            let wire = refused.then_some(WireVerdict::Breaking);
            let change = lone(rule, one.at(), None, message, wire);
            found.gone.push((name, one.nodes, change));
        }
        (None, Some(other)) if !other.hidden => {
            let covered = old.undeclared(name).unwrap_or_default();
            if !covered.is_empty() {
                engine.child(pair, &covered, &other.nodes, direction);
                if let Some(at) = other.required {
                    found.required.push(Changed { name, at, about });
                }
                return;
            }
            let (rule, message) = match other.required {
                Some(_) => (
                    "required-property-added",
                    format!("`{name}` is new and required"),
                ),
                None => ("optional-property-added", format!("`{name}` is new")),
            };
            // Whoever reads by the letter refuses what the old description does not know.
            let strict = direction == Direction::Response && old.is_closed();
            let wire = strict.then_some(WireVerdict::Dangerous);
            let change = lone(rule, None, other.at(), message, wire);
            found.new.push((name, other.nodes, change));
        }
        _ => {}
    }
}

fn additional<'a>(
    engine: &mut Engine<'a>,
    pair: usize,
    old: &View<'a>,
    new: &View<'a>,
    direction: Direction,
) {
    let closing = |view: &View<'a>| view.additional.iter().find(|node| is_never(node)).copied();
    let near = engine.near(pair);
    match (closing(old), closing(new)) {
        (Some(_), Some(_)) => {}
        (None, Some(at)) => {
            let message = "properties that are not described are refused";
            let change = Change::new(
                "additional-properties-forbidden",
                direction,
                None,
                Some(at),
                message,
            )
            .near(near.0, near.1);
            engine.report(Owner::Pair(pair), change);
        }
        (Some(at), None) => {
            let described = direction == Direction::Response && !new.typed_additional().is_empty();
            let message = "properties that are not described are allowed";
            let change = Change::new(
                "additional-properties-allowed",
                direction,
                Some(at),
                None,
                message,
            )
            .near(near.0, near.1)
            // Where they are described, they are sent, and whoever reads by the letter refuses them.
            .wire(described.then_some(WireVerdict::Dangerous));
            engine.report(Owner::Pair(pair), change);
        }
        (None, None) => {
            let (one, other) = (old.typed_additional(), new.typed_additional());
            if !one.is_empty() || !other.is_empty() {
                engine.child(pair, &one, &other, direction);
            }
        }
    }
}

fn pattern_properties<'a>(
    engine: &mut Engine<'a>,
    pair: usize,
    old: &View<'a>,
    new: &View<'a>,
    direction: Direction,
) {
    let near = engine.near(pair);
    for (pattern, nodes) in &old.pattern_properties {
        match new.pattern_properties.get(pattern) {
            Some(others) => engine.child(pair, nodes, others, direction),
            None => {
                let message = format!("properties that match `{pattern}` are no longer described");
                let change = Change::new(
                    "pattern-property-removed",
                    direction,
                    nodes.first().copied(),
                    None,
                    message,
                )
                .near(near.0, near.1)
                .detail(*pattern);
                engine.report(Owner::Pair(pair), change);
            }
        }
    }
    for (pattern, nodes) in &new.pattern_properties {
        if !old.pattern_properties.contains_key(pattern) {
            let message = format!("properties that match `{pattern}` are described");
            let change = Change::new(
                "pattern-property-added",
                direction,
                None,
                nodes.first().copied(),
                message,
            )
            .near(near.0, near.1)
            .detail(*pattern);
            engine.report(Owner::Pair(pair), change);
        }
    }
}

/// By position as far as either names positions, then the rest.
fn items<'a>(
    engine: &mut Engine<'a>,
    pair: usize,
    old: &View<'a>,
    new: &View<'a>,
    direction: Direction,
) {
    let at = |view: &View<'a>, index: usize| match view.prefix.get(index) {
        Some(node) => vec![*node],
        None => view.items.clone(),
    };
    for index in 0..old.prefix.len().max(new.prefix.len()) {
        engine.child(pair, &at(old, index), &at(new, index), direction);
    }
    if !old.items.is_empty() || !new.items.is_empty() {
        engine.child(pair, &old.items, &new.items, direction);
    }
}
