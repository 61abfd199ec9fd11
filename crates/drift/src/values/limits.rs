//! Compares bounds and patterns.

use std::cmp::Ordering;

use super::Here;
use crate::document::Node;
use crate::schema::{ARRAY, FRACTION, INTEGER, OBJECT, STRING, Types, View};
use crate::shapes::{Count, Limit};
use crate::text::shown;

/// Where a limit of numbers stands among all: a lower one is a little higher when it is outside itself, an upper one a
/// little lower. No limit is beyond every number.
pub(crate) fn rank(limit: &Option<Limit<'_>>, lower: bool) -> (f64, u8) {
    match limit {
        Some(limit) => (limit.value, u8::from(limit.exclusive == lower)),
        None if lower => (f64::NEG_INFINITY, 0),
        None => (f64::INFINITY, 0),
    }
}

/// The smallest count that is allowed.
pub(crate) fn floor(count: Count<'_>) -> f64 {
    count.map_or(0.0, |(value, _)| value)
}

/// The largest count that is allowed.
pub(crate) fn ceiling(count: Count<'_>) -> f64 {
    count.map_or(f64::INFINITY, |(value, _)| value)
}

/// Whether a pattern matches every string.
pub(crate) fn matches_all(pattern: &Node<'_>) -> bool {
    let Some(text) = pattern.value.as_str() else {
        return false;
    };
    // By the letter `.` takes no line break; whoever writes `^.*$` means everything.
    const WHOLE: &[&str] = &[
        ".*", "(.*)", r"[\s\S]*", r"[\S\s]*", r"[\d\D]*", r"[\w\W]*", "[^]*",
    ];
    let inside = text.strip_prefix('^').unwrap_or(text);
    let inside = inside.strip_suffix('$').unwrap_or(inside);
    if inside.is_empty() && text.len() < 2 || WHOLE.contains(&inside) {
        return true;
    }
    // Patterns are not anchored by themselves: one that may match nothing matches anywhere.
    let anchored = ["^", "$", r"\b", r"\B", "(?"]
        .iter()
        .any(|anchor| text.contains(anchor));
    let compiled = rolecall_openapi::pattern::compile(text).ok().flatten();
    !anchored && compiled.is_some_and(|pattern| pattern.find("").is_some())
}

/// Compares bounds, of the types that both sides have.
pub(super) fn bounds<'a>(here: &mut Here<'_, 'a>, old: &View<'a>, new: &View<'a>, common: Types) {
    let (one, other) = (&old.bounds, &new.bounds);
    if common & (INTEGER | FRACTION) != 0 {
        limit(here, &one.minimum, &other.minimum, true);
        limit(here, &one.maximum, &other.maximum, false);
        multiple(here, one.multiple_of, other.multiple_of);
    }
    if common & STRING != 0 {
        least(
            here,
            one.min_length,
            other.min_length,
            "minLength",
            ["min-length-raised", "min-length-lowered"],
        );
        most(
            here,
            one.max_length,
            other.max_length,
            "maxLength",
            ["max-length-raised", "max-length-lowered"],
        );
    }
    if common & ARRAY != 0 {
        least(
            here,
            one.min_items,
            other.min_items,
            "minItems",
            ["min-items-raised", "min-items-lowered"],
        );
        most(
            here,
            one.max_items,
            other.max_items,
            "maxItems",
            ["max-items-raised", "max-items-lowered"],
        );
        let (old, new) = (one.unique_items, other.unique_items);
        if old.is_some() != new.is_some() {
            let (rule, message) = match new.is_some() {
                true => ("unique-items-required", "items must differ from each other"),
                false => ("unique-items-lifted", "items may be equal"),
            };
            here.say(rule, old, new, String::new(), message.to_owned());
        }
    }
    if common & OBJECT != 0 {
        least(
            here,
            one.min_properties,
            other.min_properties,
            "minProperties",
            ["min-properties-raised", "min-properties-lowered"],
        );
        most(
            here,
            one.max_properties,
            other.max_properties,
            "maxProperties",
            ["max-properties-raised", "max-properties-lowered"],
        );
    }
}

fn limit<'a>(
    here: &mut Here<'_, 'a>,
    old: &Option<Limit<'a>>,
    new: &Option<Limit<'a>>,
    lower: bool,
) {
    let (one, other) = (rank(old, lower), rank(new, lower));
    let raised = match one.partial_cmp(&other) {
        Some(Ordering::Less) => true,
        Some(Ordering::Greater) => false,
        _ => return,
    };
    let rule = match (lower, raised) {
        (true, true) => "minimum-raised",
        (true, false) => "minimum-lowered",
        (false, true) => "maximum-raised",
        (false, false) => "maximum-lowered",
    };
    let text = |limit: &Option<Limit<'a>>| match limit {
        None => "none".to_owned(),
        Some(limit) if limit.exclusive => format!("{}, exclusive,", limit.value),
        Some(limit) => limit.value.to_string(),
    };
    let word = if lower { "minimum" } else { "maximum" };
    let message = format!("{word} {} became {}", text(old), text(new));
    let at = |limit: &Option<Limit<'a>>| limit.as_ref().map(|limit| limit.at);
    here.say(rule, at(old), at(new), message.clone(), message);
}

fn least<'a>(
    here: &mut Here<'_, 'a>,
    old: Count<'a>,
    new: Count<'a>,
    word: &str,
    rules: [&'static str; 2],
) {
    counted(here, old, new, word, rules, 0.0);
}

fn most<'a>(
    here: &mut Here<'_, 'a>,
    old: Count<'a>,
    new: Count<'a>,
    word: &str,
    rules: [&'static str; 2],
) {
    counted(here, old, new, word, rules, f64::INFINITY);
}

fn counted<'a>(
    here: &mut Here<'_, 'a>,
    old: Count<'a>,
    new: Count<'a>,
    word: &str,
    [raised, lowered]: [&'static str; 2],
    none: f64,
) {
    let value = |count: Count<'a>| count.map_or(none, |(value, _)| value);
    let rule = match value(old).partial_cmp(&value(new)) {
        Some(Ordering::Less) => raised,
        Some(Ordering::Greater) => lowered,
        _ => return,
    };
    let text = |count: Count<'a>| count.map_or("none".to_owned(), |(value, _)| value.to_string());
    let message = format!("{word} {} became {}", text(old), text(new));
    let at = |count: Count<'a>| count.map(|(_, at)| at);
    here.say(rule, at(old), at(new), message.clone(), message);
}

fn multiple<'a>(here: &mut Here<'_, 'a>, old: Count<'a>, new: Count<'a>) {
    // Whether every multiple of the first is one of the second.
    let covers = |one: f64, other: f64| (one / other).fract() == 0.0;
    let rule = match (old, new) {
        (Some((one, _)), Some((other, _))) if one == other => return,
        (None, None) => return,
        (None, Some(_)) => "multiple-of-narrowed",
        (Some(_), None) => "multiple-of-widened",
        (Some((one, _)), Some((other, _))) if covers(other, one) => "multiple-of-narrowed",
        (Some((one, _)), Some((other, _))) if covers(one, other) => "multiple-of-widened",
        _ => "multiple-of-changed",
    };
    let text = |count: Count<'a>| count.map_or("none".to_owned(), |(value, _)| value.to_string());
    let message = format!("multipleOf {} became {}", text(old), text(new));
    let at = |count: Count<'a>| count.map(|(_, at)| at);
    here.say(rule, at(old), at(new), message.clone(), message);
}

/// Only patterns that some string does not match.
fn narrowing<'a>(view: &View<'a>) -> Vec<Node<'a>> {
    let mut patterns = view.patterns.clone();
    patterns.retain(|pattern| !matches_all(pattern));
    patterns
}

/// Compares patterns.
pub(super) fn patterns<'a>(here: &mut Here<'_, 'a>, old: &View<'a>, new: &View<'a>) {
    let lacks =
        |list: &[Node<'a>], one: &Node<'a>| list.iter().all(|other| other.value != one.value);
    let (before, after) = (narrowing(old), narrowing(new));
    let gone = before.iter().filter(|p| lacks(&after, p)).copied();
    let come = after.iter().filter(|p| lacks(&before, p)).copied();
    let mut come = come;
    for pattern in gone {
        let before = shown(pattern.value);
        match come.next() {
            Some(other) => {
                let after = shown(other.value);
                let message = format!("pattern {before} became {after}");
                here.say(
                    "pattern-changed",
                    Some(pattern),
                    Some(other),
                    message.clone(),
                    message,
                );
            }
            None => {
                let message = format!("pattern {before} is gone");
                here.say("pattern-removed", Some(pattern), None, before, message);
            }
        }
    }
    for pattern in come {
        let text = shown(pattern.value);
        let message = format!("the text must match {text}");
        here.say("pattern-added", None, Some(pattern), text, message);
    }
}
