//! How parameters arrive, for every style.

mod support;

use proptest::prelude::*;
use rolecall_client::{Location, ParamValue, Parameter, Style, Transport};
use serde_json::{Value, json};
use support::{PARAMETER, refused, sent, with_parameters};

const LOCATIONS: [(Location, &str); 4] = [
    (Location::Path, "/x/{p}/y"),
    (Location::Query, "/x"),
    (Location::Header, "/x"),
    (Location::Cookie, "/x"),
];

async fn written(location: Location, style: Style, explode: bool, value: Value) -> String {
    let path = LOCATIONS
        .iter()
        .find(|(known, _)| *known == location)
        .unwrap()
        .1;
    let parameter = Parameter {
        name: "p",
        location,
        style,
        explode,
        ..PARAMETER
    };
    let operation = with_parameters(path, vec![parameter]);
    let received = sent(operation, |call| call.set("p", value)).await.unwrap();
    let target = received.target();
    match location {
        Location::Path => target
            .strip_prefix("/x/")
            .unwrap()
            .strip_suffix("/y")
            .unwrap()
            .to_owned(),
        Location::Query => target
            .strip_prefix("/x")
            .unwrap()
            .trim_start_matches('?')
            .to_owned(),
        Location::Header => received.header("p").unwrap().to_owned(),
        _ => received.header("cookie").unwrap().to_owned(),
    }
}

#[tokio::test]
async fn every_style() {
    use Location::{Cookie, Header, Path, Query};
    use Style::{DeepObject, Form, Label, Matrix, PipeDelimited, Simple, SpaceDelimited};
    let list = json!(["a/b", "c"]);
    let object = json!({ "R": 100, "G": "x y" });
    for (location, style, explode, value, expected) in [
        (
            Path,
            Simple,
            false,
            json!("a/b?#%é"),
            "a%2Fb%3F%23%25%C3%A9",
        ),
        (Path, Simple, false, json!("..a"), "..a"),
        (Path, Simple, false, list.clone(), "a%2Fb,c"),
        (Path, Simple, true, list.clone(), "a%2Fb,c"),
        (Path, Simple, false, object.clone(), "R,100,G,x%20y"),
        (Path, Simple, true, object.clone(), "R=100,G=x%20y"),
        (Path, Label, false, json!(5), ".5"),
        (Path, Label, false, list.clone(), ".a%2Fb,c"),
        (Path, Label, true, list.clone(), ".a%2Fb.c"),
        (Path, Label, false, object.clone(), ".R,100,G,x%20y"),
        (Path, Label, true, object.clone(), ".R=100.G=x%20y"),
        (Path, Matrix, false, json!("v"), ";p=v"),
        (Path, Matrix, false, list.clone(), ";p=a%2Fb,c"),
        (Path, Matrix, true, list.clone(), ";p=a%2Fb;p=c"),
        (Path, Matrix, false, object.clone(), ";p=R,100,G,x%20y"),
        (Path, Matrix, true, object.clone(), ";R=100;G=x%20y"),
        (Query, Form, true, json!("a&b=c+d e"), "p=a%26b%3Dc%2Bd%20e"),
        (Query, Form, true, json!(""), "p="),
        (Query, Form, true, json!(true), "p=true"),
        (Query, Form, false, list.clone(), "p=a%2Fb,c"),
        (Query, Form, true, list.clone(), "p=a%2Fb&p=c"),
        (Query, Form, true, json!([]), ""),
        (Query, Form, false, object.clone(), "p=R,100,G,x%20y"),
        (Query, Form, true, object.clone(), "R=100&G=x%20y"),
        (Query, SpaceDelimited, false, list.clone(), "p=a%2Fb%20c"),
        (Query, SpaceDelimited, true, list.clone(), "p=a%2Fb&p=c"),
        (Query, PipeDelimited, false, list.clone(), "p=a%2Fb%7Cc"),
        (
            Query,
            PipeDelimited,
            false,
            object.clone(),
            "p=R%7C100%7CG%7Cx%20y",
        ),
        (
            Query,
            DeepObject,
            true,
            object.clone(),
            "p%5BR%5D=100&p%5BG%5D=x%20y",
        ),
        (
            Query,
            DeepObject,
            true,
            json!({"a": {"b": [1, 2]}}),
            "p%5Ba%5D%5Bb%5D=1&p%5Ba%5D%5Bb%5D=2",
        ),
        (Header, Simple, false, json!("a b;c"), "a b;c"),
        (Header, Simple, false, json!(["a", "b"]), "a,b"),
        (Header, Simple, false, object.clone(), "R,100,G,x y"),
        (Header, Simple, true, object.clone(), "R=100,G=x y"),
        (Cookie, Form, true, json!("a;b"), "p=a%3Bb"),
        (Cookie, Form, true, json!(["a", "b"]), "p=a; p=b"),
        (Cookie, Form, false, json!(["a", "b"]), "p=a,b"),
    ] {
        let got = written(location, style, explode, value.clone()).await;
        assert_eq!(
            got, expected,
            "{location:?} {style:?} explode={explode} {value}"
        );
    }
}

#[tokio::test]
async fn json_parameters_and_reserved_characters() {
    let operation = with_parameters(
        "/x",
        vec![
            Parameter {
                name: "j",
                json: true,
                ..PARAMETER
            },
            Parameter {
                name: "r",
                allow_reserved: true,
                ..PARAMETER
            },
            Parameter {
                name: "X-J",
                location: Location::Header,
                json: true,
                ..PARAMETER
            },
        ],
    );
    let received = sent(operation, |call| {
        call.set("X-J", vec!["a", "b"]);
        call.set_serialized("j", &json!({"a": "1"}));
        call.set("r", "a/b?c=d&e#f+g");
    })
    .await
    .unwrap();
    assert_eq!(
        received.target(),
        "/x?j=%7B%22a%22%3A%221%22%7D&r=a/b?c=d%26e%23f%2Bg"
    );
    assert_eq!(received.header("x-j"), Some(r#"["a","b"]"#));
}

#[tokio::test]
async fn the_last_value_counts_and_same_names_are_told_apart() {
    let operation = with_parameters(
        "/x/{id}",
        vec![
            Parameter {
                name: "id",
                location: Location::Path,
                required: true,
                ..PARAMETER
            },
            Parameter {
                name: "id",
                ..PARAMETER
            },
        ],
    );
    let received = sent(operation, |call| {
        call.set("id", 1);
        call.set("id", 2_u64);
        call.set_in(Location::Query, "id", 0.1_f32);
    })
    .await
    .unwrap();
    assert_eq!(received.target(), "/x/2?id=0.1");

    let received = sent(operation, |call| {
        call.set_in(Location::Path, "id", 1);
        call.set_in(Location::Query, "id", 2);
        call.set_serialized_in(Location::Query, "id", &json!({"a": 3, "b": [4]}));
    })
    .await
    .unwrap();
    assert_eq!(received.target(), "/x/1?a=3&b=%5B4%5D");
    let nowhere = refused(operation, |call| {
        call.set_serialized_in(Location::Header, "id", &1);
    });
    assert_eq!(nowhere.await, "there is no parameter `id`");
    let no_json = std::collections::BTreeMap::from([([1], "secret")]);
    let problem = refused(operation, |call| {
        call.set_serialized_in(Location::Query, "id", &no_json);
    });
    assert_eq!(problem.await, "parameter `id` cannot be serialized");
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let operation = with_parameters(
        "/x/{a}/{b}",
        vec![
            Parameter {
                name: "a",
                location: Location::Path,
                required: true,
                ..PARAMETER
            },
            Parameter {
                name: "b",
                location: Location::Path,
                required: true,
                ..PARAMETER
            },
            Parameter {
                name: "c",
                required: true,
                ..PARAMETER
            },
        ],
    );
    let set_a = |call: &mut rolecall_client::Call| call.set("a", "secret");
    assert_eq!(
        refused(operation, set_a).await,
        "required parameters `b`, `c` are not set"
    );
    let problem = refused(operation, |call| {
        call.set("a", "x");
        call.set("b", "x");
        call.set("c", Vec::<String>::new());
    });
    assert_eq!(problem.await, "parameter `c` is required and empty");
    let problem = refused(operation, |call| call.set("d", 1)).await;
    assert_eq!(problem, "there is no parameter `d`");
}

#[tokio::test]
async fn values_that_would_change_the_path_are_refused() {
    let path = Parameter {
        name: "p",
        location: Location::Path,
        required: true,
        ..PARAMETER
    };
    let operation = with_parameters("/x/{p}/y", vec![path]);
    for (value, expected) in [
        ("", "parameter `p` is empty, which would change the path"),
        (
            ".",
            "parameter `p` is a dot segment, which would change the path",
        ),
        (
            "..",
            "parameter `p` is a dot segment, which would change the path",
        ),
    ] {
        assert_eq!(
            refused(operation, |call| call.set("p", value)).await,
            expected
        );
    }
    // Joined, two harmless values can be one, too.
    let other = Parameter { name: "q", ..path };
    let operation = with_parameters("/x/{p}{q}", vec![path, other]);
    let problem = refused(operation, |call| {
        call.set("p", ".");
        call.set("q", ".");
    });
    assert!(problem.await.contains("dot segment"));
    // Text that looks encoded is a value like any other.
    let operation = with_parameters("/x/{p}/y", vec![path]);
    let received = sent(operation, |call| call.set("p", "%2e%2e"))
        .await
        .unwrap();
    assert_eq!(received.target(), "/x/%252e%252e/y");
}

#[tokio::test]
async fn values_that_cannot_be_written_are_refused_without_showing_them() {
    let header = Parameter {
        name: "X-P",
        location: Location::Header,
        ..PARAMETER
    };
    let operation = with_parameters(
        "/x",
        vec![
            header,
            Parameter {
                name: "n",
                ..PARAMETER
            },
        ],
    );
    let problem = refused(operation, |call| call.set("X-P", "secret\r\nX: y")).await;
    assert_eq!(
        problem,
        "header `X-P` has a character that no header can have"
    );
    let problem = refused(operation, |call| call.set("n", f64::NAN)).await;
    assert_eq!(
        problem,
        "parameter `n` is null, or a number that is not finite"
    );
}

#[test]
fn debug_shows_no_values() {
    let operation = with_parameters(
        "/x",
        vec![Parameter {
            name: "n",
            ..PARAMETER
        }],
    );
    let mut call = rolecall_client::Call::new(&Transport::new("http://h").unwrap(), operation);
    call.set("n", "secret");
    call.header("authorization", "secret");
    call.json(&"secret");
    let debug = format!("{call:?} {:?}", ParamValue::from("secret"));
    assert!(!debug.contains("secret"), "{debug}");
    assert!(
        debug.contains("authorization") && debug.contains("\"n\""),
        "{debug}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    /// Whatever the value is, it arrives as one segment, and decodes to itself.
    #[test]
    fn a_path_value_is_one_segment(value in "\\PC{1,20}") {
        prop_assume!(value != "." && value != "..");
        let path = Parameter { name: "p", location: Location::Path, style: Style::Simple, ..PARAMETER };
        let operation = with_parameters("/x/{p}/y", vec![path]);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let received = runtime.block_on(sent(operation, |call| call.set("p", value.as_str()))).unwrap();
        let segments: Vec<_> = received.target().split('/').collect();
        prop_assert_eq!((segments.len(), segments[1], segments[3]), (4, "x", "y"));
        let decoded = percent_encoding::percent_decode_str(segments[2]).decode_utf8().unwrap();
        prop_assert_eq!(decoded, value);
    }
}
