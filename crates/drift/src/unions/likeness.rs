//! What tells alternatives apart, and which of one union is which of another.

use std::collections::BTreeSet;

use crate::document::Node;
use crate::schema::{ALL, STRING, Types, View, ViewId, Views};
use crate::shapes::{Arm, Union};

/// An alternative with what tells it from the others.
pub(super) struct Known<'a> {
    pub node: Node<'a>,
    pub component: Option<String>,
    /// The values of the discriminator that select it.
    pub values: BTreeSet<String>,
    pub likeness: Likeness,
}

/// What two alternatives have in common when nothing names them.
pub(super) struct Likeness {
    pub types: Types,
    properties: BTreeSet<String>,
    /// Properties that can have one value only, with it: `type=card`.
    tags: BTreeSet<String>,
    title: Option<String>,
    /// Listed values, formats, and the component of items.
    marks: BTreeSet<String>,
}

/// The arms of a union with everything that can tell them apart.
pub(super) fn know<'a>(views: &mut Views<'a>, union: &Union<'a>) -> Vec<Known<'a>> {
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
pub(super) fn values<'a>(
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

/// The types that a schema has, by what its alternatives have where it says nothing itself.
fn types<'a>(views: &mut Views<'a>, view: &View<'a>, depth: usize) -> Types {
    const DEEPEST: usize = 4;
    let mut known = view.types;
    for union in view
        .unions
        .iter()
        .filter(|_| view.types == ALL && depth < DEEPEST)
    {
        known &= union.arms.iter().fold(0, |all, arm| {
            let id: ViewId = views.view(&[arm.node]);
            let arm = views.get(id);
            all | types(views, &arm, depth + 1)
        });
    }
    known
}

/// What a schema has that others may have, too.
pub(super) fn likeness<'a>(views: &mut Views<'a>, view: &View<'a>) -> Likeness {
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
        types: types(views, view, 0),
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
pub(super) fn alike(one: &Likeness, other: &Likeness) -> f64 {
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
pub(super) const ENOUGH: f64 = 0.45;

/// Which arm of the old union is which of the new one.
pub(super) fn partners(before: &[Known<'_>], after: &[Known<'_>]) -> Vec<(usize, usize)> {
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
