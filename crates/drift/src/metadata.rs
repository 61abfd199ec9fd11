//! Compares what is said of an operation beside its messages: names, deprecation, servers, and the extensions that
//! clients read.

use serde_json::Value;

use super::document::{Doc, Node};
use super::finding::Direction;
use super::operations::{Operation, route};
use super::pairs::{Change, Engine, Owner};
use super::shapes::same;
use super::text::{same_named, shown};

const HERE: Direction = Direction::None;

/// Two operations that are compared.
struct Both<'e, 'a> {
    engine: &'e mut Engine<'a>,
    number: usize,
    old: &'e Operation<'a>,
    new: &'e Operation<'a>,
    /// Whether it is told as moved to another address.
    moved: bool,
}

impl<'a> Both<'_, 'a> {
    fn say(&mut self, rule: &'static str, key: &str, message: String) {
        let change = self.change(rule, key, message);
        self.engine.report(Owner::Operation(self.number), change);
    }

    fn say_of(&mut self, rule: &'static str, key: &str, detail: &str, message: String) {
        let change = self.change(rule, key, message).detail(detail);
        self.engine.report(Owner::Operation(self.number), change);
    }

    fn change(&self, rule: &'static str, key: &str, message: String) -> Change<'a> {
        let (old, new) = (self.old_at(key), self.new_at(key));
        // Where neither side writes the key down, the operations tell findings apart.
        let (old, new) = match (old, new) {
            (None, None) => (Some(self.old.node), Some(self.new.node)),
            said => said,
        };
        Change::new(rule, HERE, old, new, message).near(Some(self.old.node), Some(self.new.node))
    }

    fn old_at(&self, key: &str) -> Option<Node<'a>> {
        self.engine.old.doc.get(self.old.node, key)
    }

    fn new_at(&self, key: &str) -> Option<Node<'a>> {
        self.engine.new.doc.get(self.new.node, key)
    }

    fn texts(&self, key: &str) -> (Option<&'a str>, Option<&'a str>) {
        (self.old.node.text(key), self.new.node.text(key))
    }
}

pub(super) fn compare<'a>(
    engine: &mut Engine<'a>,
    number: usize,
    old: &Operation<'a>,
    new: &Operation<'a>,
    moved: bool,
) {
    let mut both = Both {
        engine,
        number,
        old,
        new,
        moved,
    };
    names(&mut both);
    life(&mut both);
    servers(&mut both);
    pagination(&mut both);
    retry(&mut both);
    hazard(&mut both);
    permissions(&mut both);
    refusals(&mut both);
    stage(&mut both);
    rate_limit(&mut both);
    callbacks(&mut both);
}

fn names(both: &mut Both<'_, '_>) {
    if both.old.id != both.new.id {
        let text = |id: Option<&str>| id.map_or("nothing".to_owned(), |id| format!("`{id}`"));
        let message = format!(
            "the operationId is {} and no longer {}",
            text(both.new.id),
            text(both.old.id)
        );
        both.say("operation-id-changed", "operationId", message);
    }
    let tag = |operation: &Operation<'_>| {
        let tags = operation.node.value.get("tags");
        let first = tags.and_then(|tags| tags.get(0)).and_then(Value::as_str);
        first.map(str::to_owned)
    };
    let (before, after) = (tag(both.old), tag(both.new));
    if before != after {
        let text = |tag: Option<String>| tag.map_or("none".to_owned(), |tag| format!("`{tag}`"));
        let message = format!(
            "the first tag is {} and no longer {}",
            text(after),
            text(before)
        );
        both.say("operation-tag-changed", "tags", message);
    }
}

fn life(both: &mut Both<'_, '_>) {
    match (
        both.old.node.flag("deprecated"),
        both.new.node.flag("deprecated"),
    ) {
        (false, true) => both.say(
            "operation-deprecated",
            "deprecated",
            "it is deprecated".to_owned(),
        ),
        (true, false) => {
            both.say(
                "operation-undeprecated",
                "deprecated",
                "it is no longer deprecated".to_owned(),
            );
        }
        _ => {}
    }
    let (before, after) = both.texts("x-sunset");
    if before == after {
        return;
    }
    let (rule, message) = match (before, after.map(|text| (text, date(text)))) {
        (None, None) => return,
        (Some(text), None) => (
            "sunset-postponed",
            format!("it is no longer switched off on {text}"),
        ),
        (_, Some((text, None))) => (
            "sunset-invalid",
            format!("`{text}` is no date, so nobody can say when it is switched off"),
        ),
        (before, Some((text, Some(day)))) => match before.map(|text| (text, date(text))) {
            None | Some((_, None)) => ("sunset-announced", format!("it is switched off on {text}")),
            Some((old, Some(earlier))) => {
                let rule = match day < earlier {
                    true => "sunset-advanced",
                    false => "sunset-postponed",
                };
                (
                    rule,
                    format!("it is switched off on {text} and not on {old}"),
                )
            }
        },
    };
    both.say(rule, "x-sunset", message);
}

/// The moment that an `x-sunset` names: a date of RFC 3339, or a date and time.
fn date(text: &str) -> Option<chrono::NaiveDateTime> {
    let day = || text.parse::<chrono::NaiveDate>().ok()?.and_hms_opt(0, 0, 0);
    let moment = || chrono::DateTime::parse_from_rfc3339(text).ok();
    day().or_else(|| Some(moment()?.naive_utc()))
}

/// The servers of an operation by address; with its path, where the path is another.
fn served<'a>(operation: &Operation<'a>, path: &str) -> Vec<(String, &'a str, Node<'a>)> {
    let servers = operation.servers.iter().filter_map(|server| {
        let url = server.text("url")?;
        let address = format!("{}{path}", url.trim_end_matches('/'));
        Some((route(&address), url, *server))
    });
    servers.collect()
}

fn servers(both: &mut Both<'_, '_>) {
    // A prefix may have gone from the servers to the paths, or back.
    let (old_path, new_path) = match both.old.route() == both.new.route() || both.moved {
        true => ("", ""),
        false => (both.old.path, both.new.path),
    };
    let before = served(both.old, old_path);
    let after = served(both.new, new_path);
    let owner = Owner::Operation(both.number);
    let near = (Some(both.old.node), Some(both.new.node));
    for (key, url, one) in &before {
        let Some((_, _, other)) = after.iter().find(|(other, ..)| other == key) else {
            let change = Change::new(
                "server-removed",
                HERE,
                Some(*one),
                None,
                format!("`{url}` is gone"),
            )
            .near(None, near.1);
            both.engine.report(owner, change);
            continue;
        };
        variables(both, *one, *other);
    }
    for (key, url, other) in &after {
        if before.iter().all(|(one, ..)| one != key) {
            let change = Change::new(
                "server-added",
                HERE,
                None,
                Some(*other),
                format!("`{url}` is new"),
            )
            .near(near.0, None);
            both.engine.report(owner, change);
        }
    }
}

/// Parts of the address by position, since their names are never sent.
fn variables<'a>(both: &mut Both<'_, 'a>, one: Node<'a>, other: Node<'a>) {
    let list = |doc: &Doc<'a>, server: Node<'a>| -> Vec<(&'a str, Node<'a>)> {
        let mut parts = Vec::new();
        let mut rest = server.text("url").unwrap_or_default();
        let named = doc.members_of(server, "variables");
        while let Some((_, after)) = rest.split_once('{') {
            let Some((name, after)) = after.split_once('}') else {
                break;
            };
            if let Some((key, node)) = named.iter().find(|(key, _)| *key == name) {
                parts.push((*key, *node));
            }
            rest = after;
        }
        parts
    };
    let before = list(&both.engine.old.doc, one);
    let after = list(&both.engine.new.doc, other);
    for ((name, one), (_, other)) in before.into_iter().zip(after) {
        for key in ["default", "enum"] {
            let (old, new) = (
                both.engine.old.doc.get(one, key),
                both.engine.new.doc.get(other, key),
            );
            let equal = match (old, new) {
                (None, None) => true,
                (Some(old), Some(new)) => same(old.value, new.value),
                _ => false,
            };
            if !equal {
                let text = |node: Option<Node<'a>>| {
                    node.map_or("none".to_owned(), |node| shown(node.value))
                };
                let message = format!(
                    "`{key}` of `{name}` is {} and no longer {}",
                    text(new),
                    text(old)
                );
                let change = Change::new("server-variable-changed", HERE, old, new, message)
                    .near(Some(one), Some(other))
                    .detail(key);
                both.engine.report(Owner::Operation(both.number), change);
            }
        }
    }
}

fn pagination(both: &mut Both<'_, '_>) {
    let key = "x-pagination";
    let (Some(one), Some(other)) = (both.old_at(key), both.new_at(key)) else {
        if let (Some(_), None) | (None, Some(_)) = (both.old_at(key), both.new_at(key)) {
            let message = match both.new_at(key) {
                Some(_) => "how the list continues is said",
                None => "how the list continues is no longer said",
            };
            both.say("pagination-changed", key, message.to_owned());
        }
        return;
    };
    let parts = ["style", "items", "next", "cursor", "also"];
    let mut differing: Vec<String> = Vec::new();
    for part in parts {
        let (before, after) = (one.value.get(part), other.value.get(part));
        if before != after {
            let text = |value: Option<&Value>| value.map_or("nothing".to_owned(), shown);
            differing.push(format!(
                "`{part}` is {} and no longer {}",
                text(after),
                text(before)
            ));
        }
    }
    let limit =
        |node: Node<'_>, part: &str| node.value.get("limit").and_then(|l| l.get(part)).cloned();
    for part in ["in", "name"] {
        let (before, after) = (limit(one, part), limit(other, part));
        if before != after {
            let text =
                |value: Option<Value>| value.map_or("nothing".to_owned(), |value| shown(&value));
            differing.push(format!(
                "`{part}` of the limit is {} and no longer {}",
                text(after),
                text(before)
            ));
        }
    }
    if !differing.is_empty() {
        both.say("pagination-changed", key, differing.join("; "));
    }
    let most = |node: Node<'_>| limit(node, "maximum").and_then(|value| value.as_f64());
    let text = |most: Option<f64>| most.map_or("none".to_owned(), |most| most.to_string());
    let (before, after) = (most(one), most(other));
    let message = format!(
        "the largest page of {} became {}",
        text(before),
        text(after)
    );
    let all = |most: Option<f64>| most.unwrap_or(f64::INFINITY);
    if all(after) < all(before) {
        both.say("page-limit-lowered", key, message);
    } else if all(after) > all(before) {
        both.say("page-limit-raised", key, message);
    }
}

fn retry(both: &mut Both<'_, '_>) {
    let key = "x-retry";
    // The defaults are those of RFC 9110, section 9.2.
    let said = |operation: &Operation<'_>| match (operation.node.text(key), operation.method) {
        (Some("safe"), _) => (2, "safe"),
        (Some("idempotent"), _) => (1, "idempotent"),
        (Some("never"), _) => (0, "never"),
        (_, "get" | "head" | "options" | "trace") => (2, "safe"),
        (_, "put" | "delete") => (1, "idempotent"),
        _ => (0, "never"),
    };
    let ((before, one), (after, other)) = (said(both.old), said(both.new));
    // Another method has another default, which says nothing new.
    let written = both.old_at(key).is_some() || both.new_at(key).is_some();
    if before != after && (written || both.old.method == both.new.method) {
        let rule = if after < before {
            "retry-tightened"
        } else {
            "retry-loosened"
        };
        both.say(rule, key, format!("`{one}` became `{other}`"));
    }
}

fn hazard(both: &mut Both<'_, '_>) {
    let key = "x-hazard";
    let (rule, message) = match both.texts(key) {
        (None, Some(text)) => ("hazard-added", text.to_owned()),
        (Some(_), None) => ("hazard-removed", "the hazard is gone".to_owned()),
        (Some(one), Some(other)) if one != other => ("hazard-changed", other.to_owned()),
        _ => return,
    };
    both.say(rule, key, message);
}

/// The members of a list that the other does not have.
fn missing<'a>(list: &[Node<'a>], others: &[Node<'a>]) -> Vec<Node<'a>> {
    let lacks = |one: &&Node<'a>| others.iter().all(|other| !same(one.value, other.value));
    list.iter().filter(lacks).copied().collect()
}

fn permissions(both: &mut Both<'_, '_>) {
    let key = "x-permissions";
    let before = both.engine.old.doc.items_of(both.old.node, key);
    let after = both.engine.new.doc.items_of(both.new.node, key);
    for one in missing(&before, &after) {
        let text = shown(one.value);
        both.say_of(
            "permission-removed",
            key,
            &text,
            format!("{text} is no longer needed"),
        );
    }
    for one in missing(&after, &before) {
        let text = shown(one.value);
        both.say_of("permission-added", key, &text, format!("{text} is needed"));
    }
}

fn refusals(both: &mut Both<'_, '_>) {
    let key = "x-refusals";
    // The words may change; the case is what counts.
    let cases = |operation: &Operation<'_>| -> Vec<String> {
        let items = operation.node.value.get(key).and_then(Value::as_array);
        let part =
            |item: &Value, part: &str| item.get(part).map_or(String::new(), Value::to_string);
        let text = |item: &Value| format!("{} {}", part(item, "credential"), part(item, "status"));
        items.into_iter().flatten().map(text).collect()
    };
    let (before, after) = (cases(both.old), cases(both.new));
    let count = |list: &[String], one: &String| list.iter().filter(|other| *other == one).count();
    let mut all: Vec<String> = before.iter().chain(&after).cloned().collect();
    all.sort();
    all.dedup();
    for case in all {
        let (one, other) = (count(&before, &case), count(&after, &case));
        let words = case.trim().replace('"', "");
        if other > one {
            both.say_of(
                "refusal-added",
                key,
                &case,
                format!("a refusal is described: {words}"),
            );
        } else if other < one {
            both.say_of(
                "refusal-removed",
                key,
                &case,
                format!("a refusal is no longer described: {words}"),
            );
        }
    }
}

fn stage(both: &mut Both<'_, '_>) {
    let key = "x-stage";
    let rank = |stage: Option<&str>| match stage {
        Some("private-beta") => 0,
        Some("beta") => 1,
        Some("deprecated-soon") => 2,
        _ => 3,
    };
    let (one, other) = both.texts(key);
    let text = |stage: Option<&str>| stage.unwrap_or("stable").to_owned();
    let message = format!("`{}` became `{}`", text(one), text(other));
    match rank(one).cmp(&rank(other)) {
        std::cmp::Ordering::Greater => both.say("stage-lowered", key, message),
        std::cmp::Ordering::Less => both.say("stage-raised", key, message),
        std::cmp::Ordering::Equal => {}
    }
}

fn rate_limit(both: &mut Both<'_, '_>) {
    let key = "x-rate-limit";
    // The one of the document counts for every operation that has none.
    let old = both
        .old_at(key)
        .or_else(|| both.engine.old.doc.get(both.engine.old.doc.root(), key));
    let new = both
        .new_at(key)
        .or_else(|| both.engine.new.doc.get(both.engine.new.doc.root(), key));
    let (Some(one), Some(other)) = (old, new) else {
        return;
    };
    let owner = Owner::Operation(both.number);
    if one.value.get("bucket") != other.value.get("bucket") {
        let text = |node: Node<'_>| node.value.get("bucket").map_or("none".to_owned(), shown);
        let message = format!("the bucket is {} and no longer {}", text(other), text(one));
        let change = Change::new("rate-limit-bucket-changed", HERE, old, new, message);
        both.engine.report(owner, change);
    }
    let rate = |node: Node<'_>| {
        let number = |key: &str| node.value.get(key).and_then(Value::as_f64);
        Some(number("requests")? / number("per")?)
    };
    let (Some(before), Some(after)) = (rate(one), rate(other)) else {
        return;
    };
    let rule = match before.partial_cmp(&after) {
        Some(std::cmp::Ordering::Greater) => "rate-limit-tightened",
        Some(std::cmp::Ordering::Less) => "rate-limit-loosened",
        _ => return,
    };
    let message = format!("{before} calls a second became {after}");
    both.engine
        .report(owner, Change::new(rule, HERE, old, new, message));
}

/// The service calls these; what that means for a client is not ours to judge.
fn callbacks(both: &mut Both<'_, '_>) {
    let key = "callbacks";
    let (old, new) = (both.old_at(key), both.new_at(key));
    if !same_named(&both.engine.old.doc, old, &both.engine.new.doc, new) {
        both.say_of(
            "unclassified",
            key,
            key,
            "the callbacks differ, which is not judged".to_owned(),
        );
    }
}
