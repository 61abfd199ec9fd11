use serde_json::{Value, json};

use super::*;
use rolecall_openapi::load::{self, SpecVersion};

fn described(schemas: Value) -> Vec<Case> {
    let document = json!({
        "openapi": "3.0.3",
        "paths": { "/a": { "get": { "operationId": "get", "responses": { "200": { "content": {
            "application/json": { "schema": { "$ref": "#/components/schemas/A" } } } } } } } },
        "components": { "schemas": schemas },
    });
    cases(&document, false, &[])
}

fn of(cases: &[Case], mutation: Mutation) -> Vec<(String, Value)> {
    let cases = cases.iter().filter(|case| case.mutation == mutation);
    cases
        .map(|case| (case.pointer.clone(), case.body.clone()))
        .collect()
}

#[test]
fn a_missing_property_is_expected_to_be_refused_where_it_is_missing() {
    let cases = described(json!({
        "A": { "allOf": [{ "$ref": "#/components/schemas/B" }, { "required": ["b"] }] },
        "B": { "properties": {
            "b": { "type": "object", "required": ["c"], "properties": { "c": { "type": "string" } } },
            "d": { "type": "string", "readOnly": true },
        } },
    }));
    let refused: Vec<_> = cases
        .iter()
        .filter(|case| case.mutation == Mutation::RequiredRemoved)
        .map(|case| (&case.expect, &case.body))
        .collect();
    let missing = |pointer: &str, property: &str| Expect::MissingProperty {
        pointer: pointer.to_owned(),
        property: property.to_owned(),
    };
    assert_eq!(
        refused,
        [
            (&missing("", "b"), &json!({})),
            (&missing("/b", "c"), &json!({ "b": {} })),
            (&missing("", "b"), &json!({ "d": "text" })),
            (&missing("/b", "c"), &json!({ "b": {}, "d": "text" })),
        ]
    );
}

#[test]
fn a_base_class_stands_for_what_extends_it() {
    let cases = described(json!({
        "A": {
            "required": ["kind"],
            "properties": { "kind": { "type": "string" } },
            "discriminator": { "propertyName": "kind", "mapping": { "x": "#/components/schemas/X", "y": "Y" } },
        },
        "X": { "allOf": [{ "$ref": "#/components/schemas/A" }, { "properties": { "x": { "type": "integer" } } }] },
        "Y": { "allOf": [{ "$ref": "#/components/schemas/A" }, { "required": ["y"], "properties": { "y": { "enum": ["one", "two"] } } }] },
    }));
    let bodies: Vec<Value> = of(&cases, Mutation::None)
        .into_iter()
        .map(|(_, b)| b)
        .collect();
    assert_eq!(
        bodies,
        [
            json!({ "kind": "x" }),
            json!({ "kind": "x", "x": 7 }),
            json!({ "kind": "y", "y": "one" }),
        ]
    );
    let unknown = |body: Value| ("/kind".to_owned(), body);
    assert_eq!(
        of(&cases, Mutation::UnknownDiscriminator),
        [
            unknown(json!({ "kind": "SURVIVAL_UNKNOWN" })),
            unknown(json!({ "kind": "SURVIVAL_UNKNOWN", "x": 7 })),
            unknown(json!({ "kind": "SURVIVAL_UNKNOWN", "y": "one" })),
        ]
    );
    assert_eq!(
        of(&cases, Mutation::BigInteger),
        [(
            "/x".to_owned(),
            json!({ "kind": "x", "x": 5_000_000_000_i64 })
        )]
    );
    // The discriminator may be missing, since then the whole is kept.
    assert_eq!(
        of(&cases, Mutation::RequiredRemoved),
        [("/y".to_owned(), json!({ "kind": "y" }))]
    );
}

#[test]
fn what_decides_by_form_keeps_everything() {
    let cases = described(json!({
        "A": { "oneOf": [
            { "type": "object", "required": ["x"], "properties": { "x": { "type": "string", "format": "date-time" } } },
            { "type": "array", "items": { "type": "string" } },
        ] },
    }));
    // But for a null among the items of the array, which nothing is around.
    let kept = |case: &&Case| case.mutation != Mutation::NullItem;
    let mut kept = cases.iter().filter(kept);
    assert!(kept.all(|case| matches!(case.expect, Expect::Survive | Expect::Named)));
    assert!(of(&cases, Mutation::RequiredOfArmRemoved).contains(&("/x".to_owned(), json!({}))));
    assert!(of(&cases, Mutation::Empty).contains(&(String::new(), json!([]))));
}

#[test]
fn booleans_integers_and_nested_constants_tell_arms_apart() {
    let job = |managed: &str| json!({ "required": [managed], "properties": { managed: { "type": "boolean" } } });
    let widget = |number: i64| json!({ "required": ["type"], "properties": { "type": { "type": "integer", "enum": [number] } } });
    let event = |inner: &str, own: &str| {
        json!({
            "required": ["type", "inner"],
            "properties": {
                "type": { "enum": ["sync"] },
                "inner": { "required": ["type"], "properties": { "type": { "enum": [inner] }, own: { "type": "string" } } },
            },
        })
    };
    let reference = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let cases = described(json!({
        "A": { "properties": { "job": reference("Job"), "widget": reference("Widget"), "event": reference("Event") } },
        "Job": {
            "oneOf": [reference("Yes"), reference("No")],
            "discriminator": { "propertyName": "managed", "mapping": { "true": "#/components/schemas/Yes", "false": "#/components/schemas/No" } },
        },
        "Yes": job("managed"),
        "No": job("managed"),
        "Widget": { "oneOf": [widget(1), widget(2)] },
        "Event": { "anyOf": [event("opened", "by"), event("closed", "reason")] },
    }));
    let named = cases.iter().filter(|case| case.mutation == Mutation::None);
    let bodies: Vec<&Value> = named.map(|case| &case.body).collect();
    for (key, body) in [
        ("job", json!({ "managed": true })),
        ("job", json!({ "managed": false })),
        ("widget", json!({ "type": 1 })),
        ("widget", json!({ "type": 2 })),
        (
            "event",
            json!({ "type": "sync", "inner": { "type": "opened", "by": "text" } }),
        ),
        (
            "event",
            json!({ "type": "sync", "inner": { "type": "closed", "reason": "text" } }),
        ),
    ] {
        assert!(bodies.iter().any(|made| made[key] == body), "{body}");
    }
    // What is changed belongs to the arm that the body is of.
    let removed = of(&cases, Mutation::OptionalRemoved);
    let reason = |(pointer, body): &(String, Value)| {
        pointer == "/event/inner/reason" && body["event"]["inner"] == json!({ "type": "closed" })
    };
    assert!(removed.iter().any(reason));
    let unknown = of(&cases, Mutation::UnknownDiscriminator);
    assert!(unknown.iter().any(|(pointer, _)| pointer == "/job/managed"));
}

#[test]
fn every_mutation_is_made_of_the_fixture() {
    let text = include_str!("../../../../tests/fixtures/survival/openapi.yaml");
    let document =
        load::parse("openapi.yaml", text).unwrap_or_else(|problems| panic!("{problems:?}"));
    let cases = cases(&document.value, document.version == SpecVersion::V3_1, &[]);
    for mutation in Mutation::ALL {
        assert!(
            cases.iter().any(|case| case.mutation == mutation),
            "{mutation:?}"
        );
    }
}

#[test]
fn a_wrong_answer_is_told() {
    let decoded = |value: Value| Answer::Decoded(value.to_string());
    let case = |expect| Case {
        operation: "get".to_owned(),
        body_kind: BodyKind::Success,
        status: 200,
        mutation: Mutation::None,
        pointer: String::new(),
        body: json!({ "a": [1, null], "b": 2 }),
        expect,
    };
    let refused = |path: &str, message: &str| Answer::Refused {
        path: path.to_owned(),
        message: message.to_owned(),
    };
    let survive = case(Expect::Survive);
    assert!(judge(&survive, &decoded(json!({ "b": 2, "a": [1, null] }))).is_ok());
    for wrong in [
        decoded(json!({ "b": 2.0, "a": [1, null] })),
        decoded(json!({ "a": [1, null] })),
        decoded(json!({ "a": [1], "b": 2 })),
        decoded(json!({ "a": [1, null], "b": 2, "c": null })),
        decoded(json!({ "a": [1, 0], "b": 2 })),
        refused("", "no"),
        Answer::NoType,
    ] {
        assert!(judge(&survive, &wrong).is_err(), "{wrong:?}");
    }
    let named = case(Expect::Named);
    let again = named.body.to_string();
    assert!(judge(&named, &Answer::decoded(again.clone(), "A { b: One(1) }")).is_ok());
    assert!(
        judge(
            &named,
            &Answer::decoded(again.clone(), "A { b: Unknown(1) }")
        )
        .is_err()
    );
    assert!(
        judge(
            &named,
            &Answer::decoded(again.clone(), "A { b: BeUnknown(1) }")
        )
        .is_ok()
    );
    assert!(judge(&survive, &Answer::Unnamed(again)).is_ok());
    let missing = case(Expect::MissingProperty {
        pointer: "/a".to_owned(),
        property: "x".to_owned(),
    });
    assert!(judge(&missing, &refused("/a", "missing field `x`")).is_ok());
    for wrong in [
        decoded(missing.body.clone()),
        refused("", "missing field `x`"),
        refused("/a", "missing field `y`"),
        Answer::NoType,
    ] {
        assert!(judge(&missing, &wrong).is_err(), "{wrong:?}");
    }
    let mut tally = Tally::default();
    tally.add(&missing, &Answer::NoType);
    assert_eq!(
        (tally.cases(), tally.failed, tally.failures.len()),
        (1, 1, 1)
    );
}
