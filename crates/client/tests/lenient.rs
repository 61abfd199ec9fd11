//! What does not fit costs neither the response nor itself.
#![allow(missing_docs, reason = "test types")]

mod support;

use proptest::prelude::*;
use rolecall_client::{
    DecodeProblem, Decoded, Decoding, Extra, FromJson, RawJson, Secret, Serde, decode,
};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq)]
pub struct Pet {
    pub name: String,
    pub photos: Vec<String>,
    pub tags: Option<Vec<Tag>>,
    pub labels: Option<BTreeMap<String, String>>,
    pub born: Option<String>,
    pub chip: Option<Secret>,
    pub any: Option<Value>,
    pub free: Option<Extra>,
    pub extra: Extra,
}

rolecall_client::object! { Pet, extra {
    required name: String = "name",
    required photos: Vec<String> = "photos",
    optional tags: Vec<Tag> = "tags",
    optional labels: BTreeMap<String, String> = "labels",
    optional born: String = "born",
    optional chip: Secret = "chip",
    optional any: Value = "any",
    optional free: Extra = "free",
} }

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tag {
    pub id: Option<i64>,
    pub extra: Extra,
}

rolecall_client::object! { Tag, extra { optional id: i64 = "id" } }

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Numbers {
    pub count: Option<i64>,
    pub big: Option<i64>,
    pub unsigned: Option<u64>,
    pub amount: Option<f64>,
    pub list: Option<Vec<i64>>,
    pub shares: Option<Vec<f64>>,
    pub either: Option<Either>,
    pub extra: Extra,
}

rolecall_client::object! { Numbers, extra {
    optional count: i64 = "count",
    optional big: i64 = "big",
    optional unsigned: u64 = "unsigned",
    optional amount: f64 = "amount",
    optional list: Vec<i64> = "list",
    optional shares: Vec<f64> = "shares",
    optional either: Either = "either",
} }

rolecall_client::choice! {
    /// A number or its name.
    pub enum Either, unknown = Unknown {
        Integer(i64): integer,
        Text(String): string,
    }
}

fn lenient<T: FromJson>(text: &str) -> Decoded<T> {
    decode(text.as_bytes(), Decoding::Lenient).unwrap_or_else(|problem| panic!("{text}: {problem}"))
}

fn strict<T: FromJson>(text: &str) -> Result<Decoded<T>, DecodeProblem> {
    decode(text.as_bytes(), Decoding::Strict)
}

fn written(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap()
}

/// The misfits, and that the body is written as it came.
fn misfits<T: FromJson + Serialize>(text: &str) -> Vec<String> {
    let decoded = lenient::<T>(text);
    assert_eq!(written(&decoded.value), text);
    // By way of serde, nothing is lost either.
    decoded.misfits.iter().map(ToString::to_string).collect()
}

#[test]
fn numbers_keep_value_and_form() {
    for (text, count, amount) in [
        (r#"{"count":30,"amount":200}"#, 30, 200.0),
        (r#"{"count":30.0,"amount":200.0}"#, 30, 200.0),
        (r#"{"count":1e3,"amount":2E2}"#, 1000, 200.0),
        (r#"{"count":-0,"amount":-0.0}"#, 0, -0.0),
        (r#"{"count":12.50e2,"amount":0.10}"#, 1250, 0.1),
        (
            r#"{"count":9223372036854775807,"amount":12345678901234567.89}"#,
            i64::MAX,
            12345678901234568.0,
        ),
        (r#"{"count":1,"amount":1e400}"#, 1, f64::INFINITY),
    ] {
        assert_eq!(misfits::<Numbers>(text), [""; 0], "{text}");
        let numbers = strict::<Numbers>(text).unwrap().value;
        assert_eq!(
            (numbers.count, numbers.amount),
            (Some(count), Some(amount)),
            "{text}"
        );
        let again: Numbers = serde_json::from_str(text).unwrap();
        assert_eq!((again, written(&numbers).as_str()), (numbers, text));
    }
    let text =
        r#"{"unsigned":18446744073709551615,"list":[1,2.0,3e0],"shares":[1,1.0,0.1],"either":4.0}"#;
    assert_eq!(misfits::<Numbers>(text), [""; 0]);
    let numbers = lenient::<Numbers>(text).value;
    assert_eq!(numbers.list.as_deref(), Some([1, 2, 3].as_slice()));
    assert_eq!(numbers.either, Some(Either::Integer(4)));
    assert_eq!(numbers.unsigned, Some(u64::MAX));
    // An integer that is none, and one that the type has no room for.
    assert_eq!(
        misfits::<Numbers>(r#"{"count":1.5,"big":9223372036854775808,"unsigned":-1}"#),
        [
            "at /count: found number, expected an integer of 64 bits",
            "at /big: found integer, expected an integer of 64 bits",
            "at /unsigned: found integer, expected an integer of 64 bits without a sign",
        ]
    );
}

#[test]
fn a_field_that_is_changed_is_written_as_changed() {
    let mut numbers = lenient::<Numbers>(r#"{"count":30.0,"list":[1.0,null],"amount":2e0}"#).value;
    assert_eq!(
        written(&numbers),
        r#"{"count":30.0,"amount":2e0,"list":[1.0,null]}"#
    );
    numbers.count = Some(31);
    numbers.list.as_mut().unwrap().push(2);
    assert_eq!(
        written(&numbers),
        r#"{"count":31,"amount":2e0,"list":[1,2]}"#
    );
    numbers.amount = None;
    assert_eq!(written(&numbers), r#"{"count":31,"list":[1,2]}"#);
    let mut pet = lenient::<Pet>(r#"{"name":"Rex","photos":[],"born":7}"#).value;
    pet.born = Some("today".to_owned());
    assert_eq!(
        written(&pet),
        r#"{"name":"Rex","photos":[],"born":"today"}"#
    );
    pet.born = None;
    pet.extra.remove("born");
    assert_eq!(written(&pet), r#"{"name":"Rex","photos":[]}"#);
}

#[test]
fn digits_are_kept_wherever_no_type_names_them() {
    let text = r#"{"name":"Rex","photos":[],"any":{"n":12345678901234567.89},"free":{"n":0.10},"new":[1e400,1.00],"newer":12345678901234567890123}"#;
    assert_eq!(misfits::<Pet>(text), [""; 0]);
    let pet: Pet = serde_json::from_str(text).unwrap();
    assert_eq!(written(&pet), text);
    assert_eq!(pet.extra.get("new"), Some(json!(["1e400", 1.0])));
    assert_eq!(pet.free.unwrap().raw("n"), Some("0.10"));
}

#[test]
fn nulls_that_no_description_allows() {
    let text = r#"[{"name":"Rex","photos":null,"tags":[null,{"id":1},null],"labels":{"a":null,"b":"c"},"born":null},null]"#;
    let decoded = lenient::<Vec<Pet>>(text);
    let found: Vec<_> = decoded
        .misfits
        .iter()
        .map(|misfit| (misfit.pointer.as_str(), misfit.found))
        .collect();
    assert_eq!(
        found,
        [
            ("/0/photos", "null"),
            ("/0/tags/0", "null"),
            ("/0/tags/2", "null"),
            ("/0/labels/a", "null"),
            ("/1", "null"),
        ]
    );
    let [pet] = decoded.value.as_slice() else {
        panic!("{decoded:?}");
    };
    assert_eq!(pet.tags.as_ref().map(Vec::len), Some(1));
    assert_eq!(pet.labels.as_ref().map(BTreeMap::len), Some(1));
    // All but the one of the array that nothing is around.
    let kept = r#"[{"name":"Rex","photos":null,"tags":[null,{"id":1},null],"labels":{"a":null,"b":"c"},"born":null}]"#;
    assert_eq!(written(&decoded.value), kept);
    assert_eq!(strict::<Vec<Pet>>(text).unwrap_err().path, "/0/photos");
}

#[test]
fn below_an_optional_property_nothing_is_an_error() {
    let text = r#"{"name":"Rex","photos":[],"tags":{"id":1},"labels":{"a":{"b":1}},"born":["x"],"chip":["hush"],"free":"text"}"#;
    assert_eq!(
        misfits::<Pet>(text),
        [
            "at /tags: found object, expected an array",
            "at /labels/a: found object, expected a string",
            "at /born: found array, expected a string",
            "at /chip: found array, expected a string",
            "at /free: found string, expected an object",
        ]
    );
    let pet = lenient::<Pet>(text).value;
    assert_eq!((&pet.tags, &pet.chip), (&None, &None));
    assert_eq!(pet.extra.get("born"), Some(json!(["x"])));
    let shown = format!("{pet:?}");
    assert!(!shown.contains("hush"), "{shown}");
    let problem = strict::<Pet>(text).unwrap_err();
    assert_eq!(
        problem.to_string(),
        "at /tags: invalid type: object, expected an array (line 1 column 34)"
    );
    // Deep below, the object that it makes impossible is kept.
    let text = r#"[{"name":"Rex","photos":[],"tags":[{"id":"x"}]}]"#;
    assert_eq!(
        misfits::<Vec<Pet>>(text),
        ["at /0/tags/0/id: found string, expected an integer of 64 bits"]
    );
    let pets = lenient::<Vec<Pet>>(text).value;
    assert_eq!(pets[0].tags.as_ref().unwrap()[0].id, None);
}

#[test]
fn a_required_property_is_an_error_with_its_place() {
    for (text, path, message) in [
        (r#"[{"photos":[]}]"#, "/0", "missing field `name`"),
        (
            r#"[{"name":null,"photos":[]}]"#,
            "/0/name",
            "invalid type: null, expected a string",
        ),
        (
            r#"[{"name":"x","photos":[1]}]"#,
            "/0/photos/0",
            "invalid type: number, expected a string",
        ),
        (
            r#"[{"name":"x","photos":[}]"#,
            "/0/photos/0",
            "expected value",
        ),
        (r#"[] x"#, "", "trailing characters"),
    ] {
        let problem = decode::<Vec<Pet>>(text.as_bytes(), Decoding::Lenient).unwrap_err();
        assert_eq!(
            (problem.path.as_str(), problem.message.as_str()),
            (path, message)
        );
    }
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    let text = "\u{feff}{\"id\":3}";
    assert_eq!(lenient::<Tag>(text).value.id, Some(3));
}

#[test]
fn types_of_others_are_bodies_too() {
    #[derive(Debug, serde::Deserialize)]
    struct Own {
        id: u8,
    }
    assert_eq!(lenient::<Serde<Own>>(r#"{"id":3}"#).value.0.id, 3);
    let problem = strict::<Vec<Serde<Own>>>(r#"[{"id":"secret"}]"#).unwrap_err();
    assert_eq!(
        (problem.path.as_str(), problem.message.as_str()),
        ("/0", "at /id: invalid type: string, expected u8")
    );
}

#[test]
fn depth_is_bounded() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    for text in [nested(127), format!(r#"{{"x":{}}}"#, nested(126))] {
        assert!(strict::<RawJson>(&text).is_ok());
        assert!(serde_json::from_str::<Value>(&text).is_ok());
    }
    for text in [
        nested(128),
        nested(100_000),
        format!(r#"{{"x":{}}}"#, nested(127)),
    ] {
        assert!(strict::<RawJson>(&text).is_err());
        assert!(strict::<Tag>(&text).is_err());
    }
}

fn json_value() -> impl Strategy<Value = String> {
    let number = prop_oneof![
        "-?(0|[1-9][0-9]{0,24})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?",
        "[1-9][0-9]{0,2}"
    ];
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        number,
        any::<String>().prop_map(|text| Value::from(text).to_string()),
    ];
    let key = prop_oneof![
        Just("id"),
        Just("name"),
        Just("photos"),
        Just("tags"),
        Just("labels"),
        Just("born"),
        Just("chip"),
        Just("any"),
        Just("free"),
        Just("count"),
        Just("amount"),
        Just("list"),
        Just("shares"),
        Just("either"),
        Just("x"),
        Just("l\u{61}bel"),
    ];
    leaf.prop_recursive(4, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5)
                .prop_map(|items| format!("[{}]", items.join(", "))),
            prop::collection::btree_map(key.clone(), inner, 0..6).prop_map(|map| {
                let members: Vec<_> = map
                    .iter()
                    .map(|(key, value)| format!("\"{key}\" : {value}"))
                    .collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}

/// The text without white space, with members in the order of their names: the same for the same JSON with the same digits.
fn normal(text: &str) -> String {
    fn member(raw: &serde_json::value::RawValue) -> String {
        let text = raw.get();
        match text.as_bytes()[0] {
            b'{' => {
                let map: BTreeMap<String, &serde_json::value::RawValue> =
                    serde_json::from_str(text).unwrap();
                let members: Vec<_> = map
                    .iter()
                    .map(|(key, raw)| format!("{}:{}", Value::from(key.as_str()), member(raw)))
                    .collect();
                format!("{{{}}}", members.join(","))
            }
            b'[' => {
                let items: Vec<&serde_json::value::RawValue> = serde_json::from_str(text).unwrap();
                let items: Vec<_> = items.into_iter().map(member).collect();
                format!("[{}]", items.join(","))
            }
            b'"' => Value::from(serde_json::from_str::<String>(text).unwrap()).to_string(),
            _ => text.to_owned(),
        }
    }
    member(serde_json::from_str(text).unwrap())
}

proptest! {
    /// Objects without required properties take any object, and lose nothing of it.
    #[test]
    fn any_object_survives(value in json_value()) {
        let object = value.starts_with('{');
        for decoded in [decode::<Tag>(value.as_bytes(), Decoding::Lenient).map(|tag| written(&tag.value)),
            decode::<Numbers>(value.as_bytes(), Decoding::Lenient).map(|numbers| written(&numbers.value))] {
            prop_assert_eq!(decoded.is_ok(), object);
            if let Ok(again) = decoded {
                prop_assert_eq!(normal(&again), normal(&value));
            }
        }
        let text = format!(r#"{{"name":"x","photos":[],"free":{value},"any":{value},"x":{value},"tags":[{value}]}}"#);
        let pet = lenient::<Pet>(&text);
        prop_assert_eq!(normal(&written(&pet.value)), normal(&text));
        let by_serde: Pet = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&by_serde, &pet.value);
        // What is strictly right has no misfits, and is the same value.
        if let Ok(strictly) = strict::<Pet>(&text) {
            prop_assert_eq!(&strictly.value, &pet.value);
            prop_assert!(pet.misfits.is_empty());
        } else {
            prop_assert!(!pet.misfits.is_empty());
        }
        let raw: RawJson = serde_json::from_str(&value).unwrap();
        prop_assert_eq!(normal(&written(&raw)), normal(&value));
    }

    /// The reader takes what serde_json takes, and nothing else.
    #[test]
    fn reads_what_json_is(bytes in prop_oneof![
        prop::collection::vec(prop_oneof![Just(b'{'), Just(b'}'), Just(b'['), Just(b']'), Just(b','), Just(b':'), Just(b'"'),
            Just(b'\\'), Just(b'u'), Just(b'0'), Just(b'1'), Just(b'-'), Just(b'.'), Just(b'e'), Just(b' '), Just(b'\n'), any::<u8>()], 0..12),
        json_value().prop_map(String::into_bytes),
        (json_value(), any::<prop::sample::Index>(), any::<u8>()).prop_map(|(text, at, byte)| {
            let mut bytes = text.into_bytes();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            bytes
        }),
    ]) {
        let ours = decode::<Value>(&bytes, Decoding::Lenient);
        let raw = decode::<RawJson>(&bytes, Decoding::Lenient);
        match serde_json::from_slice::<Value>(&bytes) {
            Ok(value) => {
                // serde_json is off by one in the last place of some numbers that are not whole ones of 64 bits.
                let written = String::from_utf8_lossy(&bytes);
                let long = written.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() > 18);
                if !long && !written.contains(['.', 'e', 'E']) {
                    prop_assert_eq!(&ours.unwrap().value, &value);
                }
                prop_assert_eq!(raw.unwrap().value, value);
            }
            Err(_) => prop_assert!(ours.is_err()),
        }
    }
}

/// Calls over real sockets.
mod calls {
    use super::*;
    use crate::support::{OPERATION, Server, answer, call, leak};
    use rolecall_client::{
        BoxFuture, Call, Error, Hook, HookError, HookNote, Misfit, Next, Operation, Paged, Pages,
        Transport,
    };
    use std::sync::Arc;

    #[tokio::test]
    async fn a_response_tells_of_its_misfits() {
        let body = r#"{"id":["secret"]}"#;
        let server = Server::answering(vec![answer("200 OK", body); 4]).await;
        let transport = server.transport();
        let tag = call(&transport, OPERATION)
            .send_json::<Tag, Value>()
            .await
            .unwrap();
        let misfits: Vec<_> = tag.misfits().iter().map(ToString::to_string).collect();
        assert_eq!(
            misfits,
            ["at /id: found array, expected an integer of 64 bits"]
        );
        assert_eq!(written(tag.value()), body);

        let strict = transport.with_decoding(Decoding::Strict);
        let error = call(&strict, OPERATION)
            .send_json::<Tag, Value>()
            .await
            .unwrap_err();
        let Error::Decode { problem, .. } = &error else {
            panic!("{error:?}");
        };
        assert_eq!(problem.path, "/id");
        assert!(!format!("{error} {error:?}").contains("secret"));
        let mut lenient = call(&strict, OPERATION);
        lenient.decoding(Decoding::Lenient);
        assert_eq!(
            lenient
                .send_json::<Tag, Value>()
                .await
                .unwrap()
                .misfits()
                .len(),
            1
        );

        // The hook is told, and has a note on it.
        struct Counts;
        impl Hook for Counts {
            fn execute<'a>(
                &'a self,
                request: rolecall_client::reqwest::Request,
                next: Next<'a>,
            ) -> BoxFuture<'a, Result<rolecall_client::reqwest::Response, HookError>> {
                Box::pin(async move { next.send(request).await })
            }

            fn misfits(
                &self,
                _: &'static Operation,
                misfits: &[Misfit],
                _: Option<HookNote>,
            ) -> Option<HookNote> {
                Some(HookNote::new(misfits.len()))
            }
        }
        let hooked = Transport::builder(&server.url)
            .hook(Arc::new(Counts))
            .build()
            .unwrap();
        let tag = call(&hooked, OPERATION)
            .send_json::<Tag, Value>()
            .await
            .unwrap();
        assert_eq!(tag.note().and_then(|note| note.get::<usize>()), Some(&1));
    }

    #[derive(Clone)]
    struct List(Call);

    impl Paged for List {
        type Body = Vec<Pet>;
        type Item = Pet;
        type Error = Value;

        fn call(&self) -> &Call {
            &self.0
        }

        fn call_mut(&mut self) -> &mut Call {
            &mut self.0
        }

        fn into_call(self) -> Call {
            self.0
        }

        fn split(body: Vec<Pet>) -> (Vec<Pet>, Option<String>) {
            (body, None)
        }
    }

    #[tokio::test]
    async fn one_item_need_not_cost_the_page() {
        let body = r#"[{"name":"a","photos":[]},{"photos":["secret"]},null,{"name":"b","photos":[],"born":1}]"#;
        let server = Server::answering(vec![answer("200 OK", body); 2]).await;
        let list = || {
            let pages = Pages::Whole { items: "" };
            let operation = leak(Operation { pages, ..OPERATION });
            List(Call::new(&server.transport(), operation))
        };
        let error = list().send_page().await.unwrap_err();
        assert!(
            error.to_string().contains("at /1: missing field `name`"),
            "{error}"
        );

        let page = list().results().send_page().await.unwrap();
        let items: Vec<_> = page
            .items
            .iter()
            .map(|item| match item {
                Ok(pet) => pet.name.clone(),
                Err(problem) => problem.to_string(),
            })
            .collect();
        assert_eq!(
            items,
            [
                "a",
                "item 1 does not fit: at /1: missing field `name` (line 1 column 27)",
                "item 2 does not fit: at /2: invalid type: null, expected an object (line 1 column 49)",
                "b",
            ]
        );
        let problem = page.items[1].as_ref().unwrap_err();
        assert_eq!(problem.json, json!({ "photos": ["secret"] }));
        assert!(!format!("{problem:?}").contains("secret"));
        assert_eq!(page.misfits.len(), 1);
    }
}
