//! Compares alternatives. Arms are matched by what they are, not by where they stand: by the values that select them, by
//! component, and at last by likeness.

use std::collections::BTreeSet;

use super::document::Node;
use super::finding::{Direction, WireVerdict};
use super::pairs::{Change, Engine, Owner, SchemaPair};
use super::schema::{ALL, STRING, View, Views};
use super::shapes::{Arm, Union, component};
use super::text::label;

/// An alternative with what tells it from the others.
struct Known<'a> {
    node: Node<'a>,
    component: Option<String>,
    /// The values of the discriminator that select it.
    values: BTreeSet<String>,
    likeness: Likeness,
}

/// What two alternatives have in common when nothing names them.
struct Likeness {
    types: u8,
    properties: BTreeSet<String>,
    /// Properties that can have one value only, with it: `type=card`.
    tags: BTreeSet<String>,
    title: Option<String>,
    /// Listed values, formats, and the component of items.
    marks: BTreeSet<String>,
}

/// Compares the alternatives of two schemas that both have some.
pub(super) fn compare<'a>(
    engine: &mut Engine<'a>,
    pair: usize,
    old: &View<'a>,
    new: &View<'a>,
    direction: Direction,
) {
    for (one, other) in old.unions.iter().zip(&new.unions) {
        matched(engine, pair, one, other, direction);
    }
    for one in old.unions.iter().skip(new.unions.len()) {
        unclassified(engine, pair, Some(one.at), None, direction);
    }
    for other in new.unions.iter().skip(old.unions.len()) {
        unclassified(engine, pair, None, Some(other.at), direction);
    }
}

fn unclassified<'a>(
    engine: &mut Engine<'a>,
    pair: usize,
    old: Option<Node<'a>>,
    new: Option<Node<'a>>,
    direction: Direction,
) {
    let message = "a further set of alternatives for the same value is not judged";
    let change = Change::new("unclassified", direction, old, new, message).detail("union");
    engine.report(Owner::Pair(pair), change);
}

/// One side has alternatives and the other is a schema like any: that is compared with the arm that it is most like, and
/// with what is said beside the arms. Where every arm must fit, as every new answer must fit the old schema, it is
/// compared with all that are like it. Whether there was anything to compare.
pub(super) fn introduced<'a>(
    engine: &mut Engine<'a>,
    pair: usize,
    sides: SchemaPair,
    added: bool,
) -> bool {
    let direction = sides.direction;
    let (own, plain, other, with) = match added {
        true => (&mut engine.old, sides.old, &mut engine.new, sides.new),
        false => (&mut engine.new, sides.new, &mut engine.old, sides.old),
    };
    let (plain, with_view) = (own.get(plain), other.get(with));
    let [union, rest @ ..] = with_view.unions.as_slice() else {
        return false;
    };
    let plain_like = likeness(own, &plain);
    let plain_name = plain.main().and_then(|node| component(&own.doc, node));
    let arms = know(other, union);
    let scores: Vec<f64> = arms
        .iter()
        .map(|arm| {
            let named = plain_name.is_some() && plain_name == arm.component;
            if named {
                2.0
            } else {
                alike(&plain_like, &arm.likeness)
            }
        })
        .collect();
    let best = scores.iter().copied().fold(0.0, f64::max);
    let all = added == (direction == Direction::Response);
    let mut compared = false;
    let mut lone = Vec::new();
    for (arm, score) in arms.iter().zip(scores) {
        let first = score >= best && !compared;
        let fits = first || all && score >= ENOUGH;
        if !fits {
            lone.push(arm);
            continue;
        }
        compared = true;
        let arm = match added {
            true => engine.new.arm(with, union.at, arm.node),
            false => engine.old.arm(with, union.at, arm.node),
        };
        match added {
            true => engine.child_views(pair, sides.old, arm, direction),
            false => engine.child_views(pair, arm, sides.new, direction),
        }
    }
    if lone.is_empty() && arms.len() > 1 {
        let (rule, message, old, new) = match added {
            true => (
                "union-introduced",
                "there are several shapes for what had one",
                plain.main(),
                Some(union.at),
            ),
            false => (
                "union-dissolved",
                "there is one shape for what had several",
                Some(union.at),
                plain.main(),
            ),
        };
        engine.report(
            Owner::Pair(pair),
            Change::new(rule, direction, old, new, message),
        );
    }
    let place = (union, None, plain.main());
    for arm in lone {
        arm_alone(engine, pair, arm, place, direction, added);
    }
    for more in rest {
        let (old, new) = match added {
            true => (None, Some(more.at)),
            false => (Some(more.at), None),
        };
        unclassified(engine, pair, old, new, direction);
    }
    compared
}

/// An arm without a partner. `place` is the union that it is in, the one on the other side, if it is one, and where
/// that side stands.
fn arm_alone<'a>(
    engine: &mut Engine<'a>,
    pair: usize,
    arm: &Known<'a>,
    (union, other, there): (&Union<'a>, Option<&Union<'a>>, Option<Node<'a>>),
    direction: Direction,
    added: bool,
) {
    let views = if added { &engine.new } else { &engine.old };
    let name = match &arm.component {
        Some(name) => name.clone(),
        None => label(&views.doc, arm.node),
    };
    let by_value = |union: &Union<'_>| union.discriminator.is_some();
    // A reader that knows the discriminator can tell a shape that it does not know.
    let told_apart = by_value(union) && other.is_some_and(by_value);
    let wire =
        (added && told_apart && direction == Direction::Response).then_some(WireVerdict::Dangerous);
    let selected = match arm.values.len() {
        0 => String::new(),
        _ => {
            let values: Vec<&str> = arm.values.iter().map(String::as_str).collect();
            format!(", selected by `{}`,", values.join("`, `"))
        }
    };
    let holder = label(&views.doc, union.at);
    let (rule, old, new, near, message) = match added {
        true => (
            "union-arm-added",
            None,
            Some(arm.node),
            (there, Some(union.at)),
            format!("it{selected} is possible in {holder}"),
        ),
        false => (
            "union-arm-removed",
            Some(arm.node),
            None,
            (Some(union.at), there),
            format!("it{selected} is no longer possible in {holder}"),
        ),
    };
    // Where one side has no alternatives, the schema as a whole becomes another one.
    let nodes = |node: Option<Node<'a>>| match other {
        None => node.into_iter().collect(),
        Some(_) => Vec::new(),
    };
    let (about_old, about_new) = (nodes(near.0), nodes(near.1));
    let change = Change::new(rule, direction, old, new, message)
        .near(near.0, near.1)
        .about(&about_old, &about_new)
        // An arm may be in several unions; each is a difference of its own.
        .detail(format!("{name} of {holder}"))
        .wire(wire);
    engine.report(Owner::Pair(pair), change);
}

fn matched<'a>(
    engine: &mut Engine<'a>,
    pair: usize,
    old: &Union<'a>,
    new: &Union<'a>,
    direction: Direction,
) {
    let before = know(&mut engine.old, old);
    let after = know(&mut engine.new, new);
    let owner = Owner::Pair(pair);
    if old.exclusive != new.exclusive {
        let message = match new.exclusive {
            true => "exactly one shape must fit, where several could",
            false => "several shapes may fit, where exactly one had to",
        };
        engine.report(
            owner,
            Change::new(
                "union-kind-changed",
                direction,
                Some(old.at),
                Some(new.at),
                message,
            ),
        );
    }
    discriminators(engine, pair, old, new, direction);
    let partners = partners(&before, &after);
    for (one, other) in &partners {
        if let (Some(one), Some(other)) = (before.get(*one), after.get(*other)) {
            engine.child(pair, &[one.node], &[other.node], direction);
        }
    }
    for (index, arm) in before.iter().enumerate() {
        if partners.iter().all(|(one, _)| *one != index) {
            let place = (old, Some(new), Some(new.at));
            arm_alone(engine, pair, arm, place, direction, false);
        }
    }
    for (index, arm) in after.iter().enumerate() {
        if partners.iter().all(|(_, other)| *other != index) {
            let place = (new, Some(old), Some(old.at));
            arm_alone(engine, pair, arm, place, direction, true);
        }
    }
    if old.discriminator.is_none() || new.discriminator.is_none() {
        return;
    }
    for (one, other) in &partners {
        let (Some(one), Some(other)) = (before.get(*one), after.get(*other)) else {
            continue;
        };
        for value in one.values.difference(&other.values) {
            match after.iter().find(|arm| arm.values.contains(value)) {
                Some(taker) => engine.child(pair, &[one.node], &[taker.node], direction),
                None => {
                    let message = format!("`{value}` no longer selects a shape");
                    let change = Change::new(
                        "discriminator-value-removed",
                        direction,
                        mapped(old, one, value),
                        None,
                        message,
                    )
                    .near(Some(old.at), Some(new.at))
                    .detail(value);
                    engine.report(owner, change);
                }
            }
        }
        for value in other.values.difference(&one.values) {
            if before.iter().all(|arm| !arm.values.contains(value)) {
                let message = format!("`{value}` selects a shape");
                let change = Change::new(
                    "discriminator-value-added",
                    direction,
                    None,
                    mapped(new, other, value),
                    message,
                )
                .near(Some(old.at), Some(new.at))
                .detail(value);
                engine.report(owner, change);
            }
        }
    }
}

/// Where a value of a discriminator is said: in the mapping, or else the arm.
fn mapped<'a>(union: &Union<'a>, arm: &Known<'a>, value: &str) -> Option<Node<'a>> {
    let entries = union.arms.iter().flat_map(|arm| &arm.mapped);
    let entry = entries.into_iter().find(|(known, _)| *known == value);
    Some(entry.map_or(arm.node, |(_, node)| *node))
}

fn discriminators<'a>(
    engine: &mut Engine<'a>,
    pair: usize,
    old: &Union<'a>,
    new: &Union<'a>,
    direction: Direction,
) {
    let (rule, message) = match (&old.discriminator, &new.discriminator) {
        (None, None) => return,
        (Some(one), Some(other)) if one.property == other.property => return,
        (None, Some(other)) => (
            "discriminator-added",
            format!("`{}` tells the shapes apart", other.property),
        ),
        (Some(one), None) => (
            "discriminator-removed",
            format!("`{}` no longer tells the shapes apart", one.property),
        ),
        (Some(one), Some(other)) => (
            "discriminator-changed",
            format!(
                "`{}` tells the shapes apart, and no longer `{}`",
                other.property, one.property
            ),
        ),
    };
    let at = |union: &Union<'a>| union.discriminator.map(|discriminator| discriminator.at);
    let change =
        Change::new(rule, direction, at(old), at(new), message).near(Some(old.at), Some(new.at));
    engine.report(Owner::Pair(pair), change);
}

/// The arms of a union with everything that can tell them apart.
fn know<'a>(views: &mut Views<'a>, union: &Union<'a>) -> Vec<Known<'a>> {
    union
        .arms
        .iter()
        .map(|arm| {
            let id = views.view(&[arm.node]);
            let view = views.get(id);
            let values = match &union.discriminator {
                Some(discriminator) => values(views, arm, &view, discriminator.property),
                None => BTreeSet::new(),
            };
            Known {
                node: arm.node,
                component: arm.component.clone(),
                values,
                likeness: likeness(views, &view),
            }
        })
        .collect()
}

/// The values that select an arm: those of the mapping, else those that the property can have in it, else its name.
fn values<'a>(
    views: &mut Views<'a>,
    arm: &Arm<'a>,
    view: &View<'a>,
    property: &str,
) -> BTreeSet<String> {
    if !arm.mapped.is_empty() {
        let values = arm.mapped.iter();
        return values.map(|(value, _)| (*value).to_owned()).collect();
    }
    if let Some(nodes) = view.property(property) {
        let id = views.view(nodes);
        let inside = views.get(id);
        // A property that lists the values of all arms, as a base class does, tells nothing.
        if let Some(values) = inside.values.as_ref().filter(|values| values.len() == 1) {
            let texts = values.iter().filter_map(|value| value.value.as_str());
            return texts.map(str::to_owned).collect();
        }
    }
    arm.component.iter().cloned().collect()
}

fn likeness<'a>(views: &mut Views<'a>, view: &View<'a>) -> Likeness {
    let mut tags = BTreeSet::new();
    for (name, nodes) in &view.properties {
        let id = views.view(nodes);
        let inside = views.get(id);
        if let Some([value]) = inside.values.as_deref() {
            tags.insert(format!("{name}={}", value.value));
        }
    }
    let mut marks = BTreeSet::new();
    let values = view.values.iter().flatten();
    marks.extend(values.map(|value| value.value.to_string()));
    if view.types & STRING != 0 {
        let format = view.format.and_then(|node| node.value.as_str());
        marks.extend(format.map(str::to_owned));
    }
    if !view.items.is_empty() {
        let id = views.view(&view.items);
        let items = views.get(id);
        marks.insert(format!("items {}", items.types));
        let names = items.properties.iter().map(|(name, _)| *name);
        marks.extend(
            names
                .chain(items.required.keys().copied())
                .map(str::to_owned),
        );
    }
    let title = view.main().and_then(|node| node.text("title"));
    Likeness {
        types: view.types,
        properties: view
            .properties
            .iter()
            .map(|(name, _)| (*name).to_owned())
            .collect(),
        tags,
        title: title.map(str::to_owned),
        marks,
    }
}

/// From 0, nothing in common, to about 1.
fn alike(one: &Likeness, other: &Likeness) -> f64 {
    let common = one.types & other.types;
    if common == 0 {
        return 0.0;
    }
    // What can only be one value, and another one there, is another thing.
    let tagged = |tags: &BTreeSet<String>| -> BTreeSet<String> {
        let names = tags.iter().filter_map(|tag| tag.split('=').next());
        names.map(str::to_owned).collect()
    };
    let shared: Vec<String> = tagged(&one.tags)
        .intersection(&tagged(&other.tags))
        .cloned()
        .collect();
    if !shared.is_empty() {
        return if one.tags.intersection(&other.tags).count() == 0 {
            0.0
        } else {
            1.0
        };
    }
    if one.title.is_some() && one.title == other.title {
        return 1.0;
    }
    let overlap = |one: &BTreeSet<String>, other: &BTreeSet<String>| {
        let all = one.union(other).count();
        if all == 0 {
            1.0
        } else {
            one.intersection(other).count() as f64 / all as f64
        }
    };
    let types = if one.types == other.types || one.types == ALL || other.types == ALL {
        1.0
    } else {
        0.7
    };
    types
        * (0.2
            + 0.6 * overlap(&one.properties, &other.properties)
            + 0.2 * overlap(&one.marks, &other.marks))
}

/// How much alike two arms must be to be taken for the same one.
const ENOUGH: f64 = 0.45;

/// Which arm of the old union is which of the new one.
fn partners(before: &[Known<'_>], after: &[Known<'_>]) -> Vec<(usize, usize)> {
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    let mut take = |same: &dyn Fn(&Known<'_>, &Known<'_>) -> bool| {
        for (one, arm) in before.iter().enumerate() {
            if pairs.iter().any(|(taken, _)| *taken == one) {
                continue;
            }
            let partner = after.iter().enumerate().find(|(other, candidate)| {
                pairs.iter().all(|(_, taken)| taken != other) && same(arm, candidate)
            });
            if let Some((other, _)) = partner {
                pairs.push((one, other));
            }
        }
    };
    take(&|one, other| one.values.intersection(&other.values).next().is_some());
    take(&|one, other| one.component.is_some() && one.component == other.component);
    take(&|one, other| {
        one.likeness
            .tags
            .intersection(&other.likeness.tags)
            .next()
            .is_some()
    });
    let mut candidates = Vec::new();
    for (one, arm) in before.iter().enumerate() {
        for (other, candidate) in after.iter().enumerate() {
            let free = pairs.iter().all(|(a, b)| *a != one && *b != other);
            // Arms that the discriminator names differently are different arms.
            let named = !arm.values.is_empty() && !candidate.values.is_empty();
            if free && !named {
                candidates.push((alike(&arm.likeness, &candidate.likeness), one, other));
            }
        }
    }
    candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
    for (score, one, other) in candidates {
        if score >= ENOUGH && pairs.iter().all(|(a, b)| *a != one && *b != other) {
            pairs.push((one, other));
        }
    }
    pairs.sort_unstable();
    pairs
}
