//! Compares what schemas say of values: types, null, listed values, formats, bounds, patterns, defaults.

use serde_json::Value;

use super::document::Node;
use super::finding::{Direction, WireVerdict};
use super::pairs::{Change, Encoding, Engine, Owner};
use super::schema::{ALL, ARRAY, BOOLEAN, FRACTION, INTEGER, OBJECT, STRING, Types, View};
use super::shapes::same;
use super::text::shown;

pub(super) mod formats;
pub(super) mod limits;
mod said;

/// What a comparison of one pair needs to report.
struct Here<'e, 'a> {
    engine: &'e mut Engine<'a>,
    pair: usize,
    direction: Direction,
    encoding: Encoding,
    /// Where each side says what it says as a whole.
    near: (Option<Node<'a>>, Option<Node<'a>>),
    /// Whether these are two schemas that are written down elsewhere, and what differs is which of them is meant.
    elsewhere: bool,
}

impl<'a> Here<'_, 'a> {
    fn new<'e>(engine: &'e mut Engine<'a>, pair: usize, direction: Direction) -> Here<'e, 'a> {
        Here {
            pair,
            direction,
            encoding: engine.encoding(pair),
            near: engine.near(pair),
            elsewhere: engine.is_elsewhere(pair),
            engine,
        }
    }

    fn say(
        &mut self,
        rule: &'static str,
        old: Option<Node<'a>>,
        new: Option<Node<'a>>,
        detail: String,
        message: String,
    ) {
        self.say_of(rule, (old, new), detail, message, None);
    }

    fn say_of(
        &mut self,
        rule: &'static str,
        (old, new): (Option<Node<'a>>, Option<Node<'a>>),
        detail: String,
        message: String,
        wire: Option<WireVerdict>,
    ) {
        let change = Change::new(rule, self.direction, old, new, message)
            .near(self.near.0, self.near.1)
            .detail(detail)
            .wire(wire);
        self.engine.report(Owner::Pair(self.pair), change);
    }

    /// The places of what is said of the whole: the keywords that say it, or the places that refer to it.
    fn whole(
        &self,
        old: Option<Node<'a>>,
        new: Option<Node<'a>>,
    ) -> (Option<Node<'a>>, Option<Node<'a>>) {
        match self.elsewhere {
            true => self.near,
            false => (old.or(self.near.0), new.or(self.near.1)),
        }
    }

    /// The side whose values arrive, and the side that must take them.
    fn way<'v>(&self, old: &'v View<'a>, new: &'v View<'a>) -> (&'v View<'a>, &'v View<'a>) {
        match self.direction {
            Direction::Response => (new, old),
            _ => (old, new),
        }
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
    let mut here = Here::new(engine, pair, direction);
    if !old.dangling.is_empty() || !new.dangling.is_empty() {
        dangling(&mut here, old, new);
        return false;
    }
    if here.encoding == Encoding::Binary && is_binary(old) && is_binary(new) {
        words(&mut here, old, new);
        return false;
    }
    nulls(&mut here, old, new);
    words(&mut here, old, new);
    if !types(&mut here, old, new) {
        return false;
    }
    let common = old.types & new.types;
    listed_values(&mut here, old, new);
    if !settled(&here, old, new) {
        formats::formats(&mut here, old, new, common);
        limits::bounds(&mut here, old, new, common);
        if common & STRING != 0 {
            limits::patterns(&mut here, old, new);
            formats::contents(&mut here, old, new);
        }
    }
    said::excluded(&mut here, old, new);
    said::opaque(&mut here, old, new);
    true
}

/// Compares what is said beside the values.
pub(super) fn annotations<'a>(
    engine: &mut Engine<'a>,
    pair: usize,
    old: &View<'a>,
    new: &View<'a>,
    direction: Direction,
) {
    words(&mut Here::new(engine, pair, direction), old, new);
}

/// Whether a schema says no more of a body that is no text than that it is bytes, which nobody has to say.
fn is_binary(view: &View<'_>) -> bool {
    let bytes = view.types == STRING || view.types == ALL && view.unions.is_empty();
    let plain = view.values.is_none() && view.format.is_none() && view.patterns.is_empty();
    view.is_any()
        || bytes
            && plain
            && view.bounds.is_empty()
            && view.properties.is_empty()
            && view.opaque.is_empty()
            && (view.binary.is_some()
                || view
                    .content
                    .iter()
                    .any(|(key, _)| *key == "contentMediaType"))
            && view
                .content
                .iter()
                .all(|(key, _)| *key != "contentEncoding")
}

fn words<'a>(here: &mut Here<'_, 'a>, old: &View<'a>, new: &View<'a>) {
    if !here.engine.is_needed(here.pair) {
        said::defaults(here, old, new);
    }
    said::deprecation(here, old, new);
}

/// Nobody can say what a schema allows that cannot be followed. While both sides refer to the same it may still have
/// changed there.
fn dangling<'a>(here: &mut Here<'_, 'a>, old: &View<'a>, new: &View<'a>) {
    let (one, other) = (here.near.0, here.near.1);
    let (before, after) = (listed(&old.dangling), listed(&new.dangling));
    if old.dangling == new.dangling {
        let message = format!("{before} cannot be followed, so what is behind it is not compared");
        here.say("reference-not-followed", one, other, before, message);
    } else {
        let message =
            format!("the schema refers to {before} and to {after} now, which cannot be followed");
        let detail = format!("{:?}{:?}", old.dangling, new.dangling);
        here.say("unclassified", one, other, detail, message);
    }
}

/// Whether listed values say what bounds and formats would: what arrives is among a few values, and each of them is
/// within the bounds; or only a few are taken.
fn settled<'a>(here: &Here<'_, 'a>, old: &View<'a>, new: &View<'a>) -> bool {
    let (from, into) = here.way(old, new);
    match (&from.values, &into.values) {
        (Some(values), None) => values
            .iter()
            .all(|value| here.engine.takes(here.direction, into, value.value)),
        (None, Some(_)) => true,
        _ => false,
    }
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
    let (from, into) = here.way(old, new);
    // Where no type is said, null is allowed by the letter.
    let unsaid = from.nullable && into.null_unsaid;
    let (message, wire) = match unsaid {
        true => (
            "null is allowed on one side, and not forbidden where no type is said",
            Some(WireVerdict::Compatible),
        ),
        false => (message, None),
    };
    let places = here.whole(
        old.null_at.or(old.types_at).or(old.main()),
        new.null_at.or(new.types_at).or(new.main()),
    );
    here.say_of(rule, places, String::new(), message.to_owned(), wire);
}

/// Types in words.
pub(super) fn type_names(types: Types) -> String {
    names(types, false)
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
    let (old_at, new_at) = here.whole(old.types_at, new.types_at);
    let message = format!(
        "{} became {}",
        names(one, old.nullable),
        names(other, new.nullable)
    );
    let detail = message.clone();
    if let Some(rule) = as_text(here, old, new) {
        let message = format!("{message}, and both are text on the wire");
        here.say(rule, old_at, new_at, detail, message);
        return false;
    }
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

/// The rule where parameters and headers have other types, and what arrives is text that is taken all the same.
fn as_text<'a>(here: &mut Here<'_, 'a>, old: &View<'a>, new: &View<'a>) -> Option<&'static str> {
    const SCALAR: Types = BOOLEAN | INTEGER | FRACTION | STRING;
    if !here.encoding.is_text() || old.types == new.types {
        return None;
    }
    let (from, into) = here.way(old, new);
    let scalar = from.types & !SCALAR == 0 && from.unions.is_empty() || from.is_any();
    if !scalar {
        return None;
    }
    // `?status=a` is an array of one.
    let repeated = here.encoding == Encoding::Repeated
        && into.types & ARRAY != 0
        && into.prefix.is_empty()
        && limits::floor(into.bounds.min_items) <= 1.0
        && limits::ceiling(into.bounds.max_items) >= 1.0;
    let taken = takes_text(from, into)
        || repeated && {
            let (item, proved) = here.engine.as_item(here.pair, &into.items);
            proved || takes_text(from, &item)
        };
    taken.then_some(match here.direction {
        Direction::Response => "type-narrowed",
        _ => "type-widened",
    })
}

/// Whether a schema takes any text, as far as `from` can be written as one.
fn takes_text(from: &View<'_>, into: &View<'_>) -> bool {
    // What is written of a number or a flag is never empty.
    let least = if from.types & STRING == 0 { 1.0 } else { 0.0 };
    into.is_any()
        || into.types & STRING != 0
            && into.unions.is_empty()
            && into.values.is_none()
            && into.format.is_none()
            && into.binary.is_none()
            && into.content.is_empty()
            && into.not.is_empty()
            && into.opaque.is_empty()
            && into.patterns.iter().all(limits::matches_all)
            && limits::floor(into.bounds.min_length) <= least
            && into.bounds.max_length.is_none()
}

fn listed_values<'a>(here: &mut Here<'_, 'a>, old: &View<'a>, new: &View<'a>) {
    let (old_at, new_at) = (old.values_at, new.values_at);
    let text = here.encoding.is_text();
    let same = |one: &Value, other: &Value| same(one, other) || text && shown(one) == shown(other);
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

/// Whether a value is the schema that allows nothing.
pub(super) fn is_never(node: &Node<'_>) -> bool {
    node.value == &Value::Bool(false)
}
