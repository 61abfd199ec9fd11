//! Compares what is said beside the values: defaults, deprecation, `not`, and keywords that nobody judges.

use super::Here;
use crate::document::Node;
use crate::schema::View;
use crate::shapes::same;
use crate::text::{brief, same_written, shown};

pub(super) fn defaults<'a>(here: &mut Here<'_, 'a>, old: &View<'a>, new: &View<'a>) {
    let (rule, message) = match (old.default, new.default) {
        (None, None) => return,
        (Some(one), Some(other)) if same(one.value, other.value) => return,
        (None, Some(other)) => (
            "default-added",
            format!("the default is {}", shown(other.value)),
        ),
        (Some(one), None) => (
            "default-removed",
            format!("the default {} is gone", shown(one.value)),
        ),
        (Some(one), Some(other)) => (
            "default-changed",
            format!(
                "the default {} became {}",
                shown(one.value),
                shown(other.value)
            ),
        ),
    };
    here.say(rule, old.default, new.default, message.clone(), message);
}

pub(super) fn deprecation<'a>(here: &mut Here<'_, 'a>, old: &View<'a>, new: &View<'a>) {
    match (old.deprecated, new.deprecated) {
        (None, Some(_)) => here.say(
            "property-deprecated",
            None,
            new.deprecated,
            String::new(),
            "it is deprecated".to_owned(),
        ),
        (Some(_), None) => here.say(
            "property-undeprecated",
            old.deprecated,
            None,
            String::new(),
            "it is no longer deprecated".to_owned(),
        ),
        _ => {}
    }
}

/// What `not` says, as it is written.
pub(super) fn excluded<'a>(here: &mut Here<'_, 'a>, old: &View<'a>, new: &View<'a>) {
    let (docs, others) = (&here.engine.old.doc, &here.engine.new.doc);
    let gone: Vec<Node<'a>> = old
        .not
        .iter()
        .filter(|one| {
            new.not
                .iter()
                .all(|other| !same_written(docs, **one, others, *other))
        })
        .copied()
        .collect();
    let come: Vec<Node<'a>> = new
        .not
        .iter()
        .filter(|other| {
            old.not
                .iter()
                .all(|one| !same_written(docs, *one, others, **other))
        })
        .copied()
        .collect();
    let mut come = come.into_iter();
    for one in gone {
        let other = come.next();
        let (rule, message) = match other {
            Some(_) => ("not-changed", "other values are excluded by `not`"),
            None => ("not-removed", "what `not` excluded is allowed"),
        };
        here.say(rule, Some(one), other, String::new(), message.to_owned());
    }
    for other in come {
        let message = "some values are excluded by `not`".to_owned();
        here.say("not-added", None, Some(other), String::new(), message);
    }
}

/// Whether a keyword can only exclude values, so that without it more are allowed.
fn restricts(key: &str) -> bool {
    matches!(
        key,
        "contains"
            | "dependentRequired"
            | "dependentSchemas"
            | "propertyNames"
            | "if"
            | "then"
            | "else"
            | "unevaluatedItems"
    )
}

/// Keywords that nobody has taught us to judge: any difference is reported.
pub(super) fn opaque<'a>(here: &mut Here<'_, 'a>, old: &View<'a>, new: &View<'a>) {
    let mut keys: Vec<&str> = old
        .opaque
        .keys()
        .chain(new.opaque.keys())
        .copied()
        .collect();
    keys.sort_unstable();
    keys.dedup();
    for key in keys {
        let said = |view: &View<'a>| view.opaque.get(key).cloned().unwrap_or_default();
        let (one, other) = (said(old), said(new));
        let equal = one.len() == other.len()
            && one.iter().zip(&other).all(|(one, other)| {
                let (old, new) = (&here.engine.old.doc, &here.engine.new.doc);
                same_written(old, *one, new, *other)
            });
        if !equal && restricts(key) && (one.is_empty() || other.is_empty()) {
            let (rule, message) = match other.is_empty() {
                true => (
                    "restriction-removed",
                    format!("`{key}` is gone, which excluded values"),
                ),
                false => (
                    "restriction-added",
                    format!("`{key}` excludes values that were allowed"),
                ),
            };
            let (old, new) = (one.first().copied(), other.first().copied());
            here.say(rule, old, new, key.to_owned(), message);
        } else if !equal {
            let (old, new) = (one.first().copied(), other.first().copied());
            let text =
                |node: Option<Node<'a>>| node.map_or("none".to_owned(), |node| brief(node.value));
            let message = format!(
                "`{key}` {} became {}, which is not judged",
                text(old),
                text(new)
            );
            here.say("unclassified", old, new, key.to_owned(), message);
        }
    }
}
