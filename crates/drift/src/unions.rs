//! Compares alternatives. Arms are matched by what they are, not by where they stand: by the values that select them, by
//! component, and at last by likeness.

use std::collections::BTreeSet;

use super::document::Node;
use super::finding::{Direction, WireVerdict};
use super::pairs::{Change, Engine, Owner, SchemaPair};
use super::schema::{View, Views};
use super::shapes::{Arm, Union, component};
use super::text::label;
use super::values::type_names;

mod likeness;

use likeness::{ENOUGH, Known, alike, know, likeness, partners, values};

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
/// compared with all that are like it. `covered` says that everything that arrives is proved to be taken. Whether there
/// was anything to compare.
pub(super) fn introduced<'a>(
    engine: &mut Engine<'a>,
    pair: usize,
    sides: SchemaPair,
    added: bool,
    covered: bool,
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
    if best == 0.0 && plain.types != 0 {
        nothing_alike(engine, pair, (&plain, &arms), added, direction);
        return true;
    }
    let all = added == (direction == Direction::Response);
    let mut compared = false;
    let mut lone = Vec::new();
    for (arm, score) in arms.iter().zip(scores) {
        let first = score >= best && !compared;
        let fits = first || all && (score >= ENOUGH || covered);
        if !fits {
            lone.push(arm);
            continue;
        }
        compared = true;
        let arm = match added {
            true => engine.new.arm(with, union, arm.node),
            false => engine.old.arm(with, union, arm.node),
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

/// What had one type has none of the types that its alternatives have.
fn nothing_alike<'a>(
    engine: &mut Engine<'a>,
    pair: usize,
    (plain, arms): (&View<'a>, &[Known<'a>]),
    added: bool,
    direction: Direction,
) {
    let types = arms.iter().fold(0, |all, arm| all | arm.likeness.types);
    let (one, other) = match added {
        true => (plain.types, types),
        false => (types, plain.types),
    };
    let message = format!("{} became {}", type_names(one), type_names(other));
    let (old, new) = engine.near(pair);
    let change = Change::new("type-changed", direction, old, new, message.clone());
    engine.report(Owner::Pair(pair), change.detail(message));
}

/// How much alike two schemas are, in percent.
pub(super) fn likeness_of<'a>(
    (old, one): (&mut Views<'a>, &View<'a>),
    (new, other): (&mut Views<'a>, &View<'a>),
) -> u8 {
    let alike = alike(&likeness(old, one), &likeness(new, other));
    // It is from 0 to 1.
    (alike.clamp(0.0, 1.0) * 100.0) as u8
}

/// The property that selects an alternative, and the values of it that do.
pub(super) fn selected<'a>(
    views: &mut Views<'a>,
    union: &Union<'a>,
    arm: &Arm<'a>,
) -> Option<(String, BTreeSet<String>)> {
    let property = union.discriminator?.property;
    let id = views.view(&[arm.node]);
    let view = views.get(id);
    Some((property.to_owned(), values(views, arm, &view, property)))
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
