//! Where a decode error's position lies in the text.

use crate::{DecodeProblem, json_path};
use proptest::prelude::*;
use serde_json::{Value, json};

/// The problem that decoding `text` as `T` gives.
fn problem<T: serde::de::DeserializeOwned>(text: &str) -> DecodeProblem {
    let error = serde_json::from_str::<T>(text).err().unwrap();
    DecodeProblem::from_json(&error, text.as_bytes())
}

#[derive(serde::Deserialize)]
#[allow(dead_code)]
struct Tree {
    a: u8,
    b: Option<Vec<Tree>>,
    c: Option<Kind>,
}

#[derive(serde::Deserialize)]
enum Kind {
    One,
    Two,
}

#[test]
fn errors_have_their_path() {
    for (text, path, message) in [
        (r#"{"a":300}"#, "/a", "invalid value: integer, expected u8"),
        (
            r#"{"a":"secret"}"#,
            "/a",
            "invalid type: string, expected u8",
        ),
        (r#"{"a":[1]}"#, "/a", "invalid type: sequence, expected u8"),
        (r#"{"a":{"x":1}}"#, "/a", "invalid type: map, expected u8"),
        (
            r#"{"a":1.5}"#,
            "/a",
            "invalid type: floating point, expected u8",
        ),
        (r#"{"a":true}"#, "/a", "invalid type: boolean, expected u8"),
        ("{\"a\":\n null\n}", "/a", "invalid type: null, expected u8"),
        ("{}", "", "missing field `a`"),
        ("7", "", "invalid type: integer, expected struct Tree"),
        (r#"{"a":1,"b":[{"a":1},{}]}"#, "/b/1", "missing field `a`"),
        (
            "{\"a\":1,\"b\":[{\"a\":1},\n {\"a\" : [] } ]}",
            "/b/1/a",
            "invalid type: sequence, expected u8",
        ),
        (
            r#"{"a":1,"b":{}}"#,
            "/b",
            "invalid type: map, expected a sequence",
        ),
        (
            r#"{"a":1,"c":"secret"}"#,
            "/c",
            "unknown variant, expected `One` or `Two`",
        ),
        (
            r#"{"a":1,"x":[1,2],"b":[{"a":"s"}]}"#,
            "/b/0/a",
            "invalid type: string, expected u8",
        ),
        (r#"{"a":1,"a":2}"#, "", "duplicate field `a`"),
        (
            r#"{"a":1,"b":[{"a":"#,
            "/b/0/a",
            "EOF while parsing a value",
        ),
        ("", "", "EOF while parsing a value"),
    ] {
        let problem = problem::<Tree>(text);
        assert_eq!(
            (problem.path.as_str(), problem.message.as_str()),
            (path, message),
            "{text}"
        );
    }
    let _ = (Kind::One, Kind::Two);
}

#[test]
fn keys_are_escaped_as_in_rfc_6901() {
    type Deep = std::collections::BTreeMap<String, std::collections::BTreeMap<String, Vec<u8>>>;
    let text = r#"{"a/b": {"m~n": [1], "\u0041\"{,": [0, {}, 1]}}"#;
    assert_eq!(problem::<Deep>(text).path, "/a~1b/A\"{,/1");
}

#[test]
fn no_message_shows_a_value() {
    /// Quotes its input, as hand-written implementations may.
    #[derive(Debug)]
    struct Loud;
    impl<'de> serde::Deserialize<'de> for Loud {
        fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
            let text = String::deserialize(from)?;
            Err(serde::de::Error::custom(format!("cannot read {text}")))
        }
    }
    assert_eq!(
        problem::<Vec<Loud>>(r#"["secret"]"#).message,
        "the type refuses the value"
    );
    for secret in [
        "s3cret",
        "s3cret\\\", expected x",
        "`s3cret`, expected `",
        "s3cret, expected z",
    ] {
        let text = format!("\"{secret}\"");
        for problem in [
            problem::<u8>(&text),
            problem::<Kind>(&text),
            problem::<Vec<u8>>(&text),
        ] {
            assert!(
                !format!("{problem:?} {problem}").contains("s3cret"),
                "{problem}"
            );
        }
    }
}

/// Writes JSON and notes where each value starts and ends.
fn write(
    value: &Value,
    space: &str,
    path: &str,
    text: &mut String,
    spans: &mut Vec<(String, usize, usize)>,
) {
    let start = text.len();
    match value {
        Value::Array(items) => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                text.push_str(if at > 0 { "," } else { "" });
                text.push_str(space);
                write(item, space, &format!("{path}/{at}"), text, spans);
                text.push_str(space);
            }
            text.push_str(space);
            text.push(']');
        }
        Value::Object(map) => {
            text.push('{');
            for (at, (key, item)) in map.iter().enumerate() {
                text.push_str(if at > 0 { "," } else { "" });
                text.push_str(&format!("{space}{}{space}:{space}", json!(key)));
                let key = key.replace('~', "~0").replace('/', "~1");
                write(item, space, &format!("{path}/{key}"), text, spans);
                text.push_str(space);
            }
            text.push_str(space);
            text.push('}');
        }
        scalar => text.push_str(&scalar.to_string()),
    }
    spans.push((path.to_owned(), start, text.len()));
}

fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = &text.as_bytes()[..offset];
    let line_start = before
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    (
        before.iter().filter(|byte| **byte == b'\n').count() + 1,
        offset - line_start,
    )
}

fn values() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,6}".prop_map(Value::from),
        "[{}\\[\\],:\"\\\\/~ \n]{0,6}".prop_map(Value::from),
    ];
    scalar.prop_recursive(5, 40, 5, |inner| {
        let key = "[a-c/~\"\\\\{é]{0,3}";
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..5)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn every_value_is_found_at_its_start_and_its_end(
        value in values(),
        space in "[ \n\t]{0,3}",
    ) {
        let (mut text, mut spans) = (String::new(), Vec::new());
        write(&value, &space, "", &mut text, &mut spans);
        for (path, start, end) in spans {
            for offset in [start, end] {
                let (line, column) = line_and_column(&text, offset);
                prop_assert_eq!(&json_path::at(text.as_bytes(), line, column), &path, "{} in {}", offset, &text);
            }
        }
    }

    #[test]
    fn any_position_of_any_text_has_some_answer(
        text in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..60),
            "[{}\\[\\],:\"\\\\a1 \n]{0,60}".prop_map(String::into_bytes),
        ],
        line in 0_usize..6,
        column in prop_oneof![0_usize..80, Just(usize::MAX)],
    ) {
        let pointer = json_path::at(&text, line, column);
        prop_assert!(pointer.is_empty() || pointer.starts_with('/'));
    }

    /// What serde_json says about broken text always has a place, and the place is in the text as far as it is JSON.
    #[test]
    fn broken_text_has_a_place(value in values(), cut in any::<prop::sample::Index>()) {
        let text = value.to_string();
        let cut = &text.as_bytes()[..cut.index(text.len())];
        if let Err(error) = serde_json::from_slice::<Value>(cut) {
            let _ = DecodeProblem::from_json(&error, cut).to_string();
        }
    }
}

#[test]
fn nesting_does_not_exhaust_the_stack() {
    let text = "[".repeat(1_000_000);
    assert_eq!(json_path::at(text.as_bytes(), 1, 3), "/0/0/0");
    let end = json_path::at(text.as_bytes(), 1, usize::MAX);
    assert_eq!(end.len(), 2_000_000);
}
