//! Compares what schemas say of values: types, null, listed values, formats, bounds, patterns, defaults.

use serde_json::Value;

use super::document::Node;
use super::finding::{Direction, WireVerdict};
use super::pairs::{Change, Engine, Owner};
use super::schema::{ALL, ARRAY, BOOLEAN, FRACTION, INTEGER, OBJECT, STRING, Types, View, Views};
use super::shapes::{Count, Limit, same};
use super::text::{brief, canonical, shown};

/// What a comparison of one pair needs to report.
struct Here<'e, 'a> {
    engine: &'e mut Engine<'a>,
    pair: usize,
    direction: Direction,
    near: (Option<Node<'a>>, Option<Node<'a>>),
}

impl<'a> Here<'_, 'a> {
    fn say(
        &mut self,
        rule: &'static str,
        old: Option<Node<'a>>,
        new: Option<Node<'a>>,
        detail: String,
        message: String,
    ) {
        let change = Change::new(rule, self.direction, old, new, message)
            .near(self.near.0, self.near.1)
            .detail(detail);
        self.engine.report(Owner::Pair(self.pair), change);
    }
}

/// Compares values; whether what is inside is worth comparing, too.
pub(super) fn compare<'a>(
    engine: &mut Engine<'a>,
    pair: usize,
    old: &View<'a>,
    new: &View<'a>,
    direction: Direction,
) -> bool {
    let mut here = Here {
        engine,
        pair,
        direction,
        near: (old.main(), new.main()),
    };
    if old.dangling != new.dangling {
        let message = format!(
            "the schema refers to {} and to {} now, which cannot be followed",
            listed(&old.dangling),
            listed(&new.dangling)
        );
        let detail = format!("{:?}{:?}", old.dangling, new.dangling);
        here.say("unclassified", old.main(), new.main(), detail, message);
        return false;
    }
    nulls(&mut here, old, new);
    defaults(&mut here, old, new);
    deprecation(&mut here, old, new);
    if !types(&mut here, old, new) {
        return false;
    }
    let common = old.types & new.types;
    listed_values(&mut here, old, new);
    if old.types == new.types {
        formats(&mut here, old, new);
    }
    bounds(&mut here, old, new, common);
    if common & STRING != 0 {
        patterns(&mut here, old, new);
        content(&mut here, old, new);
    }
    excluded(&mut here, old, new);
    opaque(&mut here, old, new);
    true
}

fn listed(references: &[&str]) -> String {
    match references {
        [] => "nothing".to_owned(),
        some => format!("`{}`", some.join("`, `")),
    }
}

fn nulls<'a>(here: &mut Here<'_, 'a>, old: &View<'a>, new: &View<'a>) {
    // What allows any type says nothing of null by itself: the types say it.
    if old.nullable == new.nullable || old.is_any() || new.is_any() {
        return;
    }
    let (rule, message) = match new.nullable {
        true => ("null-allowed", "null is allowed"),
        false => ("null-forbidden", "null is no longer allowed"),
    };
    let old_at = old.null_at.or(old.types_at).or(old.main());
    let new_at = new.null_at.or(new.types_at).or(new.main());
    here.say(rule, old_at, new_at, String::new(), message.to_owned());
}

fn names(types: Types, nullable: bool) -> String {
    if types == ALL {
        return "any type".to_owned();
    }
    let mut names = Vec::new();
    for (bit, name) in [
        (OBJECT, "object"),
        (ARRAY, "array"),
        (STRING, "string"),
        (BOOLEAN, "boolean"),
    ] {
        if types & bit != 0 {
            names.push(name);
        }
    }
    match types & (INTEGER | FRACTION) {
        0 => {}
        INTEGER => names.push("integer"),
        _ => names.push("number"),
    }
    match (names.is_empty(), nullable) {
        (true, true) => "null".to_owned(),
        (true, false) => "no type".to_owned(),
        _ => names.join(" or "),
    }
}

/// Whether the types have enough in common to go on.
fn types<'a>(here: &mut Here<'_, 'a>, old: &View<'a>, new: &View<'a>) -> bool {
    let (one, other) = (old.types, new.types);
    let (old_at, new_at) = (old.types_at.or(old.main()), new.types_at.or(new.main()));
    let message = format!(
        "{} became {}",
        names(one, old.nullable),
        names(other, new.nullable)
    );
    let detail = message.clone();
    // Alternatives decide the types themselves.
    let by_arms = |view: &View<'_>| !view.unions.is_empty() && view.types == ALL;
    if one == other || by_arms(old) && !new.is_any() || by_arms(new) && !old.is_any() {
        return match (old.is_any(), new.is_any()) {
            (true, true) => false,
            (false, false) => true,
            (was, _) => {
                let rule = if was { "type-narrowed" } else { "type-widened" };
                let message = match was {
                    true => "any value was allowed, and only some are now",
                    false => "any value is allowed now",
                };
                here.say(rule, old_at, new_at, message.to_owned(), message.to_owned());
                false
            }
        };
    }
    // Two lists of values say more than their types.
    if old.values.is_some() && new.values.is_some() && one & other != 0 {
        return true;
    }
    let rule = match () {
        () if one & !other == 0 => "type-widened",
        () if other & !one == 0 => "type-narrowed",
        () => "type-changed",
    };
    here.say(rule, old_at, new_at, detail, message);
    one & other != 0 && !old.is_any() && !new.is_any()
}

fn listed_values<'a>(here: &mut Here<'_, 'a>, old: &View<'a>, new: &View<'a>) {
    let (old_at, new_at) = (old.values_at, new.values_at);
    match (&old.values, &new.values) {
        (None, None) => {}
        (None, Some(values)) => {
            // A type that has two values needs no list.
            if old.types == BOOLEAN && values.len() == 2 {
                return;
            }
            let message = format!("only {} allowed", are(values));
            here.say("enum-introduced", None, new_at, String::new(), message);
        }
        (Some(values), None) => {
            if new.types == BOOLEAN && values.len() == 2 {
                return;
            }
            let message = format!("only {} allowed, and any value is now", were(values));
            here.say("enum-lifted", old_at, None, String::new(), message);
        }
        (Some(before), Some(after)) => {
            let lacks = |list: &[Node<'a>], value: &Node<'a>| {
                !list.iter().any(|other| same(other.value, value.value))
            };
            if old.is_const && new.is_const {
                if let ([one], [other]) = (before.as_slice(), after.as_slice())
                    && !same(one.value, other.value)
                {
                    let (one_text, other_text) = (shown(one.value), shown(other.value));
                    let message = format!("{one_text} became {other_text}");
                    let detail = format!("{one_text} {other_text}");
                    here.say("const-changed", Some(*one), Some(*other), detail, message);
                }
                return;
            }
            for value in before.iter().filter(|value| lacks(after, value)) {
                let text = shown(value.value);
                let message = format!("{text} is no longer allowed");
                here.say("enum-value-removed", Some(*value), new_at, text, message);
            }
            for value in after.iter().filter(|value| lacks(before, value)) {
                let text = shown(value.value);
                let message = format!("{text} is allowed");
                here.say("enum-value-added", old_at, Some(*value), text, message);
            }
        }
    }
}

fn are(values: &[Node<'_>]) -> String {
    joined(values, "is", "are")
}

fn were(values: &[Node<'_>]) -> String {
    joined(values, "was", "were")
}

fn joined(values: &[Node<'_>], one: &str, many: &str) -> String {
    const MOST: usize = 6;
    let mut texts: Vec<String> = values.iter().take(MOST).map(|v| shown(v.value)).collect();
    if values.len() > MOST {
        texts.push(format!("{} more", values.len() - MOST));
    }
    let verb = if values.len() == 1 { one } else { many };
    format!("{} {verb}", texts.join(", "))
}

/// Formats of which one holds everything that the other does.
const WIDER: &[(&str, &str)] = &[("int32", "int64"), ("float", "double")];

fn formats<'a>(here: &mut Here<'_, 'a>, old: &View<'a>, new: &View<'a>) {
    let text = |node: Option<Node<'a>>| node.and_then(|node| node.value.as_str());
    let (rule, message) = match (text(old.format), text(new.format)) {
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
    let change = Change::new(
        rule,
        here.direction,
        old.format,
        new.format,
        message.clone(),
    )
    .near(here.near.0, here.near.1)
    .detail(message)
    .wire(unknown_format(
        text(old.format),
        text(new.format),
        here.direction,
    ));
    here.engine.report(Owner::Pair(here.pair), change);
}

/// The formats that programs check or have types for: those of the OpenAPI format registry and of JSON Schema.
const KNOWN: &[&str] = &[
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
    let known = |format: Option<&str>| format.is_some_and(|format| KNOWN.contains(&format));
    match (old.is_some() && !known(old), new.is_some() && !known(new)) {
        (false, false) => None,
        (_, true) if known(old) && direction == Direction::Response => Some(WireVerdict::Breaking),
        (true, _) if known(new) && direction == Direction::Request => Some(WireVerdict::Breaking),
        _ => Some(WireVerdict::Dangerous),
    }
}

fn bounds<'a>(here: &mut Here<'_, 'a>, old: &View<'a>, new: &View<'a>, common: Types) {
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
    // Nothing at all is beyond every number.
    let least = if lower {
        f64::NEG_INFINITY
    } else {
        f64::INFINITY
    };
    let rank = |limit: &Option<Limit<'a>>| match limit {
        // Outside itself, a lower limit is a little higher, and an upper one a little lower.
        Some(limit) => (limit.value, u8::from(limit.exclusive == lower)),
        None => (least, 0),
    };
    let (one, other) = (rank(old), rank(new));
    let raised = match one.partial_cmp(&other) {
        Some(std::cmp::Ordering::Less) => true,
        Some(std::cmp::Ordering::Greater) => false,
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
        Some(std::cmp::Ordering::Less) => raised,
        Some(std::cmp::Ordering::Greater) => lowered,
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

fn patterns<'a>(here: &mut Here<'_, 'a>, old: &View<'a>, new: &View<'a>) {
    let lacks =
        |list: &[Node<'a>], one: &Node<'a>| list.iter().all(|other| other.value != one.value);
    let gone: Vec<Node<'a>> = old
        .patterns
        .iter()
        .filter(|p| lacks(&new.patterns, p))
        .copied()
        .collect();
    let come: Vec<Node<'a>> = new
        .patterns
        .iter()
        .filter(|p| lacks(&old.patterns, p))
        .copied()
        .collect();
    let mut come = come.into_iter();
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

fn content<'a>(here: &mut Here<'_, 'a>, old: &View<'a>, new: &View<'a>) {
    for word in ["contentEncoding", "contentMediaType"] {
        let said = |view: &View<'a>| {
            let found = view.content.iter().find(|(key, _)| *key == word);
            found.map(|(_, node)| *node)
        };
        let (one, other) = (said(old), said(new));
        let text =
            |node: Option<Node<'a>>| node.map_or("none".to_owned(), |node| shown(node.value));
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

fn defaults<'a>(here: &mut Here<'_, 'a>, old: &View<'a>, new: &View<'a>) {
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

fn deprecation<'a>(here: &mut Here<'_, 'a>, old: &View<'a>, new: &View<'a>) {
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
fn excluded<'a>(here: &mut Here<'_, 'a>, old: &View<'a>, new: &View<'a>) {
    let written = |views: &Views<'a>, node: &Node<'a>| canonical(views, *node).to_string();
    let before: Vec<String> = old
        .not
        .iter()
        .map(|node| written(&here.engine.old, node))
        .collect();
    let after: Vec<String> = new
        .not
        .iter()
        .map(|node| written(&here.engine.new, node))
        .collect();
    let lone = |nodes: &[Node<'a>], texts: &[String], others: &[String]| -> Vec<Node<'a>> {
        let both = nodes.iter().zip(texts);
        both.filter(|(_, text)| !others.contains(text))
            .map(|(node, _)| *node)
            .collect()
    };
    let gone = lone(&old.not, &before, &after);
    let mut come = lone(&new.not, &after, &before).into_iter();
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

/// Keywords that nobody has taught us to judge: any difference is reported.
fn opaque<'a>(here: &mut Here<'_, 'a>, old: &View<'a>, new: &View<'a>) {
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
                let (old, new) = (&here.engine.old, &here.engine.new);
                canonical(old, *one) == canonical(new, *other)
            });
        if !equal {
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

/// Whether a value is the schema that allows nothing.
pub(super) fn is_never(node: &Node<'_>) -> bool {
    node.value == &Value::Bool(false)
}
