//! Unions: which variant a value is of, and how much work it takes to tell.
#![allow(missing_docs, reason = "test types")]

use proptest::prelude::*;
use rolecall_client::private::json::{ReadError, Reader};
use rolecall_client::{Decoding, Extra, FromJson, decode};
use serde_json::{Map, Value, json};
use std::cell::Cell;

/// Structs of optional properties.
macro_rules! objects {
    ($($name:ident { $($kind:ident $field:ident: $ty:ty = $key:literal),* $(,)? })*) => {$(
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name {
            $(pub $field: objects!(@$kind $ty),)*
            pub extra: Extra,
        }
        rolecall_client::object! { $name, extra { $($kind $field: $ty = $key),* } }
    )*};
    (@required $ty:ty) => { $ty };
    (@optional $ty:ty) => { Option<$ty> };
}

objects! {
    Managed { required managed: bool = "managed", optional owner: String = "owner" }
    Unmanaged { required managed: bool = "managed" }
    Row { required type_: i64 = "type" }
    Button { required type_: i64 = "type" }
    Named { required type_: String = "type" }
    EcEnc { optional kid: String = "kid", optional kty: String = "kty", optional r#use: String = "use", optional x: String = "x" }
    RsaEnc { optional kid: String = "kid", optional kty: String = "kty", optional r#use: String = "use", optional n: String = "n" }
    EcSig { optional kid: String = "kid", optional kty: String = "kty", optional r#use: String = "use", optional x: String = "x" }
    RsaSig { optional kid: String = "kid", optional kty: String = "kty", optional r#use: String = "use", optional n: String = "n" }
    Opened { required type_: String = "type", required inner: Value = "inner" }
    Closed { required type_: String = "type", required inner: Value = "inner" }
    Versioned { optional v: i64 = "v", optional note: String = "note" }
    Plain { optional v: i64 = "v", optional note: i64 = "note" }
    Small { optional a: String = "a" }
    Holder { optional many: Many = "many", optional event: Event = "event", optional soft: Soft = "soft", optional job: Job = "job" }
    Large { optional a: String = "a", optional b: String = "b" }
}

rolecall_client::union! {
    pub enum Job by "managed", unknown = Unknown {
        Managed(Managed) = [true],
        Unmanaged(Unmanaged) = [false],
    }
}

rolecall_client::union! {
    pub enum Widget by "type", unknown = Unknown {
        Row(Row) = [1, -1],
        Button(Button) = [2],
        Named(Named) = ["2", "named"],
    }
}

rolecall_client::choice! {
    pub enum Key, unknown = Unknown {
        EcEnc(EcEnc): object { optional "kty": tag ["EC"], optional "use": tag ["enc"], optional "x": string },
        RsaEnc(RsaEnc): object { optional "kty": tag ["RSA"], optional "use": tag ["enc"], optional "n": string },
        EcSig(EcSig): object { optional "kty": tag ["EC"], optional "use": tag ["sig"], optional "x": string },
        RsaSig(RsaSig): object { optional "kty": tag ["RSA"], optional "use": tag ["sig"], optional "n": string },
    }
}

rolecall_client::choice! {
    pub enum Event, unknown = Unknown {
        Opened(Opened): object { required "inner": object { required "type": tag ["opened"], optional "by": string } },
        Closed(Closed): object { required "inner": object { required "type": tag ["closed"], optional "reason": string } },
    }
}

rolecall_client::choice! {
    pub enum Soft, unknown = Unknown {
        Versioned(Versioned): object { optional "v": integer [1], optional "note": string },
        Plain(Plain): object { optional "v": integer, optional "note": integer },
    }
}

rolecall_client::choice! {
    pub enum Many, unknown = Unknown {
        Number(f64): number,
        Integer(i64): integer,
        Texts(Vec<String>): array { string },
        Things(Vec<Small>): array { object { optional "a": string } },
        Map(std::collections::BTreeMap<String, String>): map { string },
        Small(Small): object { optional "a": string },
        Large(Large): object { optional "a": string, optional "b": string },
    }
}

fn read<T: FromJson>(text: &str) -> T {
    decode(text.as_bytes(), Decoding::Lenient).unwrap().value
}

fn read_value<T: FromJson>(value: &Value) -> T {
    read(&value.to_string())
}

/// The variant's name.
fn variant(value: &impl std::fmt::Debug) -> String {
    let shown = format!("{value:?}");
    shown.split('(').next().unwrap().to_owned()
}

#[test]
fn booleans_and_integers_discriminate() {
    for (text, expected, discriminator) in [
        (r#"{"managed":true,"owner":"x"}"#, "Managed", Some("true")),
        (
            r#"{"managed":false,"owner":"x"}"#,
            "Unmanaged",
            Some("false"),
        ),
        (r#"{"managed":"true"}"#, "Unknown", Some("true")),
        (r#"{"managed":null}"#, "Unknown", None),
        (
            r#"{"managed":true,"managed":false}"#,
            "Unmanaged",
            Some("false"),
        ),
    ] {
        let job: Job = read(text);
        assert_eq!(variant(&job), expected, "{text}");
        assert_eq!(job.discriminator().as_deref(), discriminator, "{text}");
    }
    for (text, expected, discriminator) in [
        (r#"{"type":1}"#, "Row", None),
        (r#"{"type":-1}"#, "Row", None),
        (r#"{"type":2}"#, "Button", Some("2")),
        (r#"{"type":2.0}"#, "Button", Some("2")),
        (r#"{"type":0.2e1}"#, "Button", Some("2")),
        (r#"{"type":"2"}"#, "Named", None),
        (r#"{"type":"n\u0061med"}"#, "Named", None),
        (r#"{"type":3}"#, "Unknown", Some("3")),
        (r#"{"type":2.5}"#, "Unknown", Some("2.5")),
    ] {
        let widget: Widget = read(text);
        assert_eq!(variant(&widget), expected, "{text}");
        assert_eq!(widget.discriminator().as_deref(), discriminator, "{text}");
    }
}

#[test]
fn a_named_variant_that_does_not_fit_is_an_error_with_a_place() {
    let text = br#"[{"managed":false},{"managed":true,"owner":7}]"#;
    let problem = decode::<Vec<Job>>(text, Decoding::Strict).err().unwrap();
    assert_eq!(problem.path, "/1/owner");
    assert_eq!(
        problem.message,
        "not a Managed: invalid type: number, expected a string"
    );
}

#[test]
fn keys_are_told_apart_by_both_constants() {
    for (kty, usage, expected) in [
        ("EC", "enc", "EcEnc"),
        ("RSA", "enc", "RsaEnc"),
        ("EC", "sig", "EcSig"),
        ("RSA", "sig", "RsaSig"),
        ("oct", "sig", "Unknown"),
        ("RSA", "wrap", "Unknown"),
    ] {
        let key: Key = read_value(&json!({ "kid": "k", "kty": kty, "use": usage }));
        assert_eq!(variant(&key), expected, "{kty} {usage}");
    }
    // Of one constant it does what it can, and then names decide.
    assert_eq!(variant(&read::<Key>(r#"{"kty":"RSA"}"#)), "RsaEnc");
    assert_eq!(variant(&read::<Key>(r#"{"use":"sig","n":"0"}"#)), "RsaSig");
    assert_eq!(
        variant(&read::<Key>(r#"{"use":null,"kty":null,"n":"0"}"#)),
        "RsaEnc"
    );
}

#[test]
fn a_nested_constant_decides() {
    for (text, expected) in [
        (
            r#"{"type":"sync","inner":{"type":"closed","reason":"r"}}"#,
            "Closed",
        ),
        (r#"{"type":"sync","inner":{"type":"opened"}}"#, "Opened"),
        (
            r#"{"type":"sync","inner":{"type":"reopened","by":"x"}}"#,
            "Unknown",
        ),
        (r#"{"type":"sync"}"#, "Unknown"),
        (r#"{"type":"sync","inner":["closed"]}"#, "Unknown"),
    ] {
        let event: Event = read(text);
        assert_eq!(variant(&event), expected, "{text}");
        assert_eq!(serde_json::to_string(&event).unwrap(), text);
    }
}

#[test]
fn a_value_that_is_not_known_is_preferred_to_no_variant_at_all() {
    for (text, expected) in [
        (r#"{"v":1}"#, "Versioned"),
        (r#"{"v":2}"#, "Plain"),
        (r#"{"note":"n"}"#, "Versioned"),
        (r#"{"note":3}"#, "Plain"),
        // Contradictions count before kinds.
        (r#"{"v":2,"note":"n"}"#, "Plain"),
    ] {
        assert_eq!(variant(&read::<Soft>(text)), expected, "{text}");
    }
}

#[test]
fn kinds_items_values_and_names_decide() {
    for (text, expected) in [
        ("3", "Integer"),
        ("3.0", "Number"),
        ("3.5", "Number"),
        ("18446744073709551615", "Number"),
        ("[]", "Texts"),
        (r#"["a",null]"#, "Texts"),
        (r#"[{"a":"x"}]"#, "Things"),
        (r#"[{"a":"x"},"y"]"#, "Unknown"),
        ("{}", "Map"),
        (r#"{"c":"x"}"#, "Map"),
        (r#"{"a":"x"}"#, "Small"),
        (r#"{"a":"x","b":"y"}"#, "Large"),
        (r#"{"a":"x","c":[1]}"#, "Small"),
        ("true", "Unknown"),
        ("null", "Unknown"),
    ] {
        let value: Many = read(text);
        assert_eq!(variant(&value), expected, "{text}");
    }
}

#[test]
fn an_unknown_variant_keeps_its_digits() {
    for text in [
        r#"{"type":9,"cost":12345678901234567.89}"#,
        r#"{"type":9,"cost":1.50,"big":123456789012345678901234567890}"#,
        "200.0",
    ] {
        assert_eq!(serde_json::to_string(&read::<Widget>(text)).unwrap(), text);
        assert_eq!(
            serde_json::to_string(&read::<Key>(&format!("[{text}]"))).unwrap(),
            format!("[{text}]")
        );
    }
}

thread_local! {
    static READ: Cell<usize> = const { Cell::new(0) };
}

/// Counts how often it is read.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick(u64);

impl FromJson for Tick {
    fn from_json(from: &mut Reader<'_>) -> Result<Self, ReadError> {
        READ.set(READ.get() + 1);
        u64::from_json(from).map(Self)
    }
}

impl serde::Serialize for Tick {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(self.0)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Tick {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Tick".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        u64::json_schema(generator)
    }
}

objects! {
    Both { required tick: Tick = "tick", optional of: Vec<Tree> = "of", optional x: i64 = "x" }
    Either { required tick: Tick = "tick", optional of: Vec<Tree> = "of", optional y: i64 = "y" }
    Branch { required kind: String = "kind", required tick: Tick = "tick", required tree: Tree = "tree" }
}

rolecall_client::choice! {
    /// Recursive, with variants that all fit.
    pub enum Tree, unknown = Unknown {
        Both(Both): object { required "tick": integer, optional "of": array, optional "x": integer },
        Either(Either): object { required "tick": integer, optional "of": array, optional "y": integer },
        Tagged(Tagged): object { required "kind": string, required "tick": integer, required "tree": any },
    }
}

rolecall_client::union! {
    pub enum Tagged by "kind", unknown = Unknown { Branch(Branch) = ["branch"] }
}

/// A tree so deep, with this leaf.
fn tree(depth: usize, leaf: &str) -> String {
    const LEVELS: [(&str, &str); 3] = [
        (r#"{"of":["#, r#"],"y":1,"tick":1}"#),
        (r#"{"tick":1,"of":["#, "]}"),
        (r#"{"tree":"#, r#","tick":1,"kind":"branch"}"#),
    ];
    let level = |index: usize| LEVELS[index % LEVELS.len()];
    let before = (0..depth).rev().map(|index| level(index).0);
    let after = (0..depth).map(|index| level(index).1);
    before.chain([leaf]).chain(after).collect()
}

/// How often something was read, and what came of it.
fn counted(text: &str) -> (usize, Result<Tree, String>) {
    READ.set(0);
    let tree = decode::<Tree>(text.as_bytes(), Decoding::Lenient);
    (
        READ.get(),
        tree.map(|tree| tree.value)
            .map_err(|problem| problem.message),
    )
}

#[test]
fn every_level_of_a_recursive_union_is_read_once() {
    // What fits, what fits nothing, and what a required property refuses, all the way down.
    for leaf in [
        r#"{"tick":1}"#,
        "7",
        r#"{"tick":-1}"#,
        r#"{"tick":1,"kind":"branch","tree":1}"#,
        r#"{"tick":-1,"kind":"branch","tree":1}"#,
    ] {
        let work = |depth| {
            let text = tree(depth, leaf);
            let (reads, value) = counted(&text);
            let again = serde_json::to_value(value.unwrap()).unwrap();
            assert_eq!(again, serde_json::from_str::<Value>(&text).unwrap());
            reads
        };
        let (one, two) = (work(15), work(30));
        assert!(one <= 16 && two - one == 15, "{leaf}: {one}, {two}");
    }
}

#[test]
fn the_depth_of_a_body_is_limited_across_unions() {
    let (_, value) = counted(&tree(72, r#"{"tick":1}"#));
    value.unwrap();
    for depth in [80, 1_000, 100_000] {
        let (reads, value) = counted(&tree(depth, r#"{"tick":1}"#));
        assert_eq!(value.unwrap_err(), "recursion limit exceeded");
        assert!(reads <= 128, "{reads}");
    }
}

/// A key of a variant: any of its properties, and others that no variant names.
fn key() -> impl Strategy<Value = (&'static str, Map<String, Value>)> {
    let variants = [
        ("EcEnc", "EC", "enc", "x"),
        ("RsaEnc", "RSA", "enc", "n"),
        ("EcSig", "EC", "sig", "x"),
        ("RsaSig", "RSA", "sig", "n"),
    ];
    let extra = proptest::collection::btree_map("[a-z]{4,6}", any::<i32>(), 0..4);
    let own = (any::<bool>(), any::<bool>(), any::<bool>());
    (proptest::sample::select(variants.to_vec()), own, extra).prop_map(|(variant, own, extra)| {
        let (name, kty, usage, property) = variant;
        let (has_kty, has_property, has_kid) = own;
        let mut body = Map::new();
        for (key, value) in extra {
            body.insert(key, value.into());
        }
        body.insert("use".to_owned(), usage.into());
        // Either of them tells the curve from RSA.
        if has_kty || !has_property {
            body.insert("kty".to_owned(), kty.into());
        }
        if has_property {
            body.insert(property.to_owned(), "0".into());
        }
        if has_kid {
            body.insert("kid".to_owned(), "k".into());
        }
        (name, body)
    })
}

proptest! {
    #[test]
    fn a_body_of_a_variant_decodes_as_that_variant((name, body) in key()) {
        let text = Value::Object(body.clone()).to_string();
        let key: Key = read(&text);
        prop_assert_eq!(variant(&key), name, "{}", text);
        prop_assert_eq!(serde_json::to_value(&key).unwrap(), Value::Object(body));
    }

    #[test]
    fn whatever_comes_is_kept(value in any_json()) {
        let body = json!({ "many": value, "event": value, "soft": value, "job": value });
        let decoded = decode::<Holder>(body.to_string().as_bytes(), Decoding::Lenient);
        prop_assert!(decoded.is_ok(), "{}", body);
        prop_assert_eq!(serde_json::to_value(&decoded.unwrap().value).unwrap(), body);
    }
}

/// JSON of a few names, so that it often fits something.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        proptest::sample::select(&["x", "opened", "closed", "sync"][..]).prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        let names = proptest::sample::select(&["a", "b", "v", "note", "type", "inner"][..]);
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(names.prop_map(str::to_owned), inner, 0..4)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}
