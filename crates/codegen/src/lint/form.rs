//! The forms of the values of our `x-` keys, as `specs/README.md` gives them.

use rolecall_openapi::words::{kind_of, names, nearest, one_of, show};
use serde_json::{Map, Value};

use rolecall_openapi::load::escape;

/// What is wrong with a value.
pub(super) struct Misform {
    /// JSON Pointer to the place, from the object that has the `x-` key.
    pub(super) below: String,
    pub(super) found: String,
    pub(super) expected: String,
}

pub(super) const CREDENTIALS: [&str; 4] = ["oauth2", "pat", "api-key", "ssws"];
const BASES: [&str; 3] = ["documented", "source", "inferred"];
const RETRIES: [&str; 3] = ["safe", "idempotent", "never"];
const STAGES: [&str; 4] = ["stable", "beta", "private-beta", "deprecated-soon"];
const STYLES: [&str; 6] = [
    "none",
    "whole",
    "link-header",
    "body-link",
    "body-token",
    "offset",
];

/// What a key of an object may hold.
enum Form {
    Text,
    OneOf(&'static [&'static str]),
    /// Lower-case words with hyphens.
    Id,
    /// A whole number from 1.
    Count,
    /// 100 to 599.
    Status,
    /// `""`, or parts that each begin with `/`.
    Pointer,
    /// A list of pointers, at least one.
    Pointers,
    /// A list of texts, at least one.
    Texts,
    /// Checked by the caller.
    Other,
}

/// A key of an object: its name, whether it must be there, what it holds.
type Key = (&'static str, bool, Form);

pub(super) fn facts(value: &Value, at: &str) -> Vec<Misform> {
    const KEYS: &[Key] = &[
        ("id", false, Form::Id),
        ("basis", true, Form::OneOf(&BASES)),
        ("source", true, Form::Text),
        ("note", true, Form::Text),
    ];
    objects(value, at, KEYS)
}

pub(super) fn refusals(value: &Value, at: &str) -> Vec<Misform> {
    const KEYS: &[Key] = &[
        ("credential", false, Form::OneOf(&CREDENTIALS)),
        ("status", true, Form::Status),
        ("when", true, Form::Text),
        ("try", true, Form::Text),
    ];
    objects(value, at, KEYS)
}

pub(super) fn rate_limit(value: &Value, at: &str) -> Vec<Misform> {
    const KEYS: &[Key] = &[
        ("bucket", true, Form::Text),
        ("requests", false, Form::Count),
        ("per", false, Form::Count),
    ];
    object(value, at, KEYS)
}

pub(super) fn error_fields(value: &Value, at: &str) -> Vec<Misform> {
    const KEYS: &[Key] = &[
        ("code", false, Form::Pointers),
        ("name", false, Form::Pointers),
        ("message", false, Form::Pointers),
        ("detail", false, Form::Pointers),
        ("instance", false, Form::Pointers),
        ("missing", false, Form::Pointers),
        ("request-id", false, Form::Texts),
    ];
    object(value, at, KEYS)
}

/// A scope for each scope.
pub(super) fn scope_aliases(value: &Value, at: &str) -> Vec<Misform> {
    let Value::Object(aliases) = value else {
        let expected = "an object: for each granted scope the one that it is as good as";
        return vec![misform(at, kind_of(value), expected)];
    };
    let aliases = aliases.iter();
    aliases
        .flat_map(|(granted, needed)| {
            scalar(needed, &format!("{at}/{}", escape(granted)), &Form::Text)
        })
        .collect()
}

pub(super) fn placeholder(value: &Value, at: &str) -> Vec<Misform> {
    if value == &Value::Bool(true) {
        return Vec::new();
    }
    vec![misform(at, &show(value), "`true`, or no such key")]
}

pub(super) fn retry(value: &Value, at: &str) -> Vec<Misform> {
    scalar(value, at, &Form::OneOf(&RETRIES))
}

pub(super) fn hazard(value: &Value, at: &str) -> Vec<Misform> {
    scalar(value, at, &Form::Text)
}

pub(super) fn credential(value: &Value, at: &str) -> Vec<Misform> {
    scalar(value, at, &Form::OneOf(&CREDENTIALS))
}

pub(super) fn stage(value: &Value, at: &str) -> Vec<Misform> {
    scalar(value, at, &Form::OneOf(&STAGES))
}

/// A list of texts, none of them twice.
pub(super) fn texts(value: &Value, at: &str) -> Vec<Misform> {
    each(value, at, &Form::Text)
}

/// A list of such texts, none of them twice.
fn each(value: &Value, at: &str, form: &Form) -> Vec<Misform> {
    let Some(items) = list(value) else {
        return vec![misform(at, kind_of(value), "a list of texts, at least one")];
    };
    let mut wrong = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let below = format!("{at}/{index}");
        wrong.extend(scalar(item, &below, form));
        if items.iter().take(index).any(|other| other == item) {
            let found = format!("the text {} stands twice", show(item));
            wrong.push(Misform {
                below,
                found,
                expected: "each text once".to_owned(),
            });
        }
    }
    wrong
}

pub(super) fn pagination(value: &Value, at: &str) -> Vec<Misform> {
    const PARAMETER: &[Key] = &[
        ("in", true, Form::OneOf(&["query", "body"])),
        ("name", true, Form::Text),
    ];
    const LIMIT: &[Key] = &[
        ("in", true, Form::OneOf(&["query", "body"])),
        ("name", true, Form::Text),
        ("default", false, Form::Count),
        ("maximum", false, Form::Count),
    ];
    let style = value
        .get("style")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let also = value.get("also").is_some();
    let needs_next = matches!(style, "body-link" | "body-token") || style == "link-header" && also;
    let mut keys: Vec<Key> = vec![("style", true, Form::OneOf(&STYLES))];
    if style != "none" {
        keys.push(("items", true, Form::Pointer));
    }
    if needs_next {
        keys.push(("next", true, Form::Pointer));
    }
    if !matches!(style, "none" | "whole") {
        keys.push((
            "cursor",
            matches!(style, "body-token" | "offset"),
            Form::Other,
        ));
        keys.push(("limit", style == "offset", Form::Other));
    }
    match style {
        "link-header" => keys.push(("also", false, Form::OneOf(&["body-link"]))),
        "body-link" => keys.push(("also", false, Form::OneOf(&["link-header"]))),
        _ => {}
    }
    // With an unknown style, nothing can be said about the other keys.
    if value.is_object() && !STYLES.contains(&style) {
        let style = value.get("style").unwrap_or(&Value::Null);
        return scalar(style, &format!("{at}/style"), &Form::OneOf(&STYLES));
    }
    let mut wrong = object(value, at, &keys);
    if !matches!(style, "none" | "whole") {
        for (key, form) in [("cursor", PARAMETER), ("limit", LIMIT)] {
            let Some(parameter) = value.get(key) else {
                continue;
            };
            let below = format!("{at}/{key}");
            wrong.extend(object(parameter, &below, form));
            let in_body = parameter.get("in").and_then(Value::as_str) == Some("body");
            if let (true, Some(name)) = (in_body, parameter.get("name")) {
                wrong.extend(scalar(name, &format!("{below}/name"), &Form::Pointer));
            }
        }
    }
    wrong
}

fn misform(below: &str, found: &str, expected: &str) -> Misform {
    let found = format!("{} is {found}", subject(below));
    Misform {
        below: below.to_owned(),
        found,
        expected: expected.to_owned(),
    }
}

/// What to call the value at a place: its key, or `item 2 of` the key of its list.
fn subject(below: &str) -> String {
    let mut parts = below.rsplit('/');
    let last = parts.next().unwrap_or_default();
    match (last.parse::<usize>(), parts.next()) {
        (Ok(index), Some(list)) => format!("item {index} of `{list}`"),
        _ => format!("`{last}`"),
    }
}

fn list(value: &Value) -> Option<&Vec<Value>> {
    value.as_array().filter(|items| !items.is_empty())
}

fn objects(value: &Value, at: &str, keys: &[Key]) -> Vec<Misform> {
    let Some(items) = list(value) else {
        let found = if value.is_array() {
            "an empty array"
        } else {
            kind_of(value)
        };
        let expected = format!("a list, each item an object with {}", described(keys));
        return vec![misform(at, found, &expected)];
    };
    let items = items.iter().enumerate();
    items
        .flat_map(|(index, item)| object(item, &format!("{at}/{index}"), keys))
        .collect()
}

fn object(value: &Value, below: &str, keys: &[Key]) -> Vec<Misform> {
    let Value::Object(entries) = value else {
        return vec![misform(
            below,
            kind_of(value),
            &format!("an object with {}", described(keys)),
        )];
    };
    let mut wrong = unknown(entries, below, keys);
    for (name, required, form) in keys {
        match entries.get(*name) {
            Some(value) => {
                let below = format!("{below}/{name}");
                wrong.extend(match form {
                    Form::Pointers => each(value, &below, &Form::Pointer),
                    Form::Texts => each(value, &below, &Form::Text),
                    form => scalar(value, &below, form),
                });
            }
            None if *required => wrong.push(Misform {
                below: below.to_owned(),
                found: format!("{} has no `{name}`", subject(below)),
                expected: format!("an object with {}", described(keys)),
            }),
            None => {}
        }
    }
    wrong
}

fn unknown(entries: &Map<String, Value>, below: &str, keys: &[Key]) -> Vec<Misform> {
    let known = || keys.iter().map(|(name, ..)| *name);
    entries
        .keys()
        .filter(|key| !known().any(|name| name == key.as_str()))
        .map(|key| Misform {
            below: format!("{below}/{}", escape(key)),
            found: format!("{} has a key `{key}`", subject(below)),
            expected: match nearest(key, known()) {
                Some(name) => format!("{} (did you mean `{name}`?)", described(keys)),
                None => described(keys),
            },
        })
        .collect()
}

/// `a`, `b` and (optional) `c`.
fn described(keys: &[Key]) -> String {
    let words = |wanted: bool| {
        names(
            keys.iter()
                .filter(|(_, required, _)| *required == wanted)
                .map(|(name, ..)| *name),
        )
    };
    match (keys.iter().any(|key| key.1), keys.iter().any(|key| !key.1)) {
        (true, true) => format!("{}, and where known {}", words(true), words(false)),
        (true, false) => words(true),
        (false, _) => words(false),
    }
}

fn scalar(value: &Value, below: &str, form: &Form) -> Vec<Misform> {
    let text = value.as_str();
    let (fits, expected) = match form {
        Form::Text => (
            text.is_some_and(|text| !text.trim().is_empty()),
            "a text that is not empty".to_owned(),
        ),
        Form::OneOf(words) => {
            let suggestion = text.and_then(|text| nearest(text, words.iter().copied()));
            let expected = match suggestion {
                Some(word) => format!("{} (did you mean `{word}`?)", one_of(words.iter().copied())),
                None => one_of(words.iter().copied()),
            };
            (text.is_some_and(|text| words.contains(&text)), expected)
        }
        Form::Id => (
            text.is_some_and(is_id),
            "lower-case words with hyphens, such as `two-success-codes`".to_owned(),
        ),
        Form::Count => (
            value.as_u64().is_some_and(|count| count > 0),
            "a whole number from 1".to_owned(),
        ),
        Form::Status => (
            value
                .as_u64()
                .is_some_and(|status| (100..600).contains(&status)),
            "a status as a number, such as 403".to_owned(),
        ),
        Form::Pointer => (
            text.is_some_and(|text| text.is_empty() || text.starts_with('/')),
            "a JSON Pointer: `\"\"`, or a path that begins with `/`".to_owned(),
        ),
        // Lists are looked at item by item.
        Form::Pointers | Form::Texts | Form::Other => (true, String::new()),
    };
    let found = match value {
        Value::Array(_) | Value::Object(_) | Value::Null => kind_of(value).to_owned(),
        _ => show(value),
    };
    if fits {
        Vec::new()
    } else {
        vec![misform(below, &found, &expected)]
    }
}

fn is_id(text: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    text.split('-').all(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    type Check = fn(&Value, &str) -> Vec<Misform>;

    #[test]
    fn what_is_said_of_an_api_as_a_whole_has_its_forms() {
        let good: [(Check, Value); 3] = [
            (
                error_fields,
                json!({ "code": ["/a", "/b/0"], "request-id": ["x-id"] }),
            ),
            (scope_aliases, json!({ "use-read": "read" })),
            (placeholder, json!(true)),
        ];
        for (check, value) in good {
            assert!(check(&value, "/x").is_empty(), "{value}");
        }
        let bad: [(Check, Value, &str); 9] = [
            (error_fields, json!(7), "/x"),
            (error_fields, json!({ "code": "/a" }), "/x/code"),
            (error_fields, json!({ "code": [] }), "/x/code"),
            (error_fields, json!({ "code": ["a"] }), "/x/code/0"),
            (error_fields, json!({ "code": ["/a", "/a"] }), "/x/code/1"),
            (error_fields, json!({ "colour": ["/a"] }), "/x/colour"),
            (scope_aliases, json!(["read"]), "/x"),
            (scope_aliases, json!({ "use/read": 7 }), "/x/use~1read"),
            (placeholder, json!(false), "/x"),
        ];
        for (check, value, below) in bad {
            let wrong = check(&value, "/x");
            let places: Vec<&str> = wrong.iter().map(|one| one.below.as_str()).collect();
            assert_eq!(places, [below], "{value}");
        }
    }
}
