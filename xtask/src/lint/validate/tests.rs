use serde_json::{Value, json};

use super::validate;

fn root() -> Value {
    json!({"components": {"schemas": {
        "Cat": {"type": "object", "required": ["kind", "lives"],
                "properties": {"kind": {"type": "string"}, "lives": {"type": "integer"}}},
        "Dog": {"type": "object", "required": ["kind"],
                "properties": {"kind": {"type": "string"}, "owner": {"$ref": "#/components/schemas/Dog"}}},
        "Animal": {"type": "object", "properties": {"kind": {"type": "string"}},
                   "discriminator": {"propertyName": "kind", "mapping": {"fish": "Fish"}}},
        "Fish": {"allOf": [{"$ref": "#/components/schemas/Animal"}, {"required": ["depth"]}]},
        "Loop": {"$ref": "#/components/schemas/Loop"},
        "Tree": {"type": "object", "properties": {"left": {"$ref": "#/components/schemas/Tree"}}},
    }}})
}

/// Where a value breaks its schema.
fn broken(schema: Value, value: Value) -> Vec<String> {
    let violations = validate(&root(), &schema, &value);
    violations
        .into_iter()
        .map(|violation| violation.pointer)
        .collect()
}

fn valid(schema: Value, value: Value) {
    assert_eq!(validate(&root(), &schema, &value), vec![]);
}

fn invalid(schema: Value, value: Value) {
    assert_ne!(
        validate(&root(), &schema, &value),
        vec![],
        "{schema} should not take {value}"
    );
}

#[test]
fn types_and_null() {
    valid(json!({"type": "integer"}), json!(1.0));
    invalid(json!({"type": "integer"}), json!(1.5));
    invalid(json!({"type": "string"}), json!(null));
    valid(
        json!({"type": "string", "nullable": true, "enum": ["a"]}),
        json!(null),
    );
    valid(json!({"type": ["string", "null"]}), json!(null));
    valid(
        json!({"nullable": true, "allOf": [{"$ref": "#/components/schemas/Cat"}]}),
        json!(null),
    );
    valid(json!({}), json!([{}]));
    valid(json!(true), json!(1));
    invalid(json!(false), json!(1));
}

#[test]
fn numbers() {
    let schema = json!({"minimum": 1, "exclusiveMaximum": 10, "multipleOf": 0.5});
    for good in [json!(1), json!(9.5)] {
        valid(schema.clone(), good);
    }
    for bad in [json!(0), json!(10), json!(1.3)] {
        invalid(schema.clone(), bad);
    }
    invalid(json!({"minimum": 1, "exclusiveMinimum": true}), json!(1));
    invalid(
        json!({"type": "integer", "format": "int32"}),
        json!(3_000_000_000_u64),
    );
    valid(json!({"enum": [1]}), json!(1.0));
    invalid(json!({"const": "a"}), json!("b"));
}

#[test]
fn texts() {
    invalid(json!({"maxLength": 2}), json!("äöü"));
    valid(json!({"maxLength": 3}), json!("äöü"));
    valid(json!({"pattern": "^[a-z]+$"}), json!("abc"));
    invalid(json!({"pattern": "^[a-z]+$"}), json!("aBc"));
    for good in ["2026-03-01T12:00:00Z", "2024-02-29t23:59:60.123+05:30"] {
        valid(json!({"format": "date-time"}), json!(good));
    }
    for bad in [
        "2026-03-01",
        "2026-02-29T00:00:00Z",
        "2026-03-01T12:00:00",
        "2026-03-01T24:00:00Z",
        "",
        "T",
        "-+:",
    ] {
        invalid(json!({"format": "date-time"}), json!(bad));
    }
    invalid(
        json!({"format": "uuid"}),
        json!("0b5c1f0e7a534c4e9f2b3f6d2a1c9e77"),
    );
    valid(json!({"format": "anything"}), json!("anything"));
}

#[test]
fn arrays_and_objects() {
    let list = json!({"items": {"type": "string"}, "minItems": 1, "uniqueItems": true});
    valid(list.clone(), json!(["a", "b"]));
    assert_eq!(broken(list.clone(), json!(["a", 1, "a"])), ["/1", "/2"]);
    invalid(list, json!([]));
    let object = json!({"required": ["a"], "properties": {"a": {"type": "string"}}, "additionalProperties": {"type": "integer"}});
    valid(object.clone(), json!({"a": "x", "b": 1}));
    assert_eq!(broken(object, json!({"b/c": "x"})), ["", "/b~1c"]);
    assert_eq!(
        broken(json!({"additionalProperties": false}), json!({"a": 1})),
        ["/a"]
    );
}

#[test]
fn alternatives() {
    let overlapping = json!([{"type": "number"}, {"type": "integer"}]);
    valid(json!({"anyOf": overlapping}), json!(1));
    invalid(json!({"oneOf": overlapping}), json!(1));
    invalid(json!({"oneOf": overlapping}), json!("a"));
    invalid(json!({"not": {"type": "string"}}), json!("a"));
    let condition = json!({"if": {"required": ["a"]}, "then": {"required": ["b"]}, "else": {"required": ["c"]}});
    valid(condition.clone(), json!({"a": 1, "b": 1}));
    invalid(condition.clone(), json!({"a": 1}));
    invalid(condition, json!({}));
}

#[test]
fn a_discriminator_decides() {
    let pet = json!({"oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
                     "discriminator": {"propertyName": "kind", "mapping": {"cat": "#/components/schemas/Cat"}}});
    // By trial, this would be a valid dog.
    assert_eq!(broken(pet.clone(), json!({"kind": "cat"})), [""]);
    valid(pet.clone(), json!({"kind": "cat", "lives": 9}));
    valid(pet.clone(), json!({"kind": "Dog"}));
    assert_eq!(broken(pet.clone(), json!({"kind": "Fish"})), ["/kind"]);
    invalid(pet, json!({"lives": 9}));
    // A parent leads to its child, and the child back to the parent.
    let animal = json!({"$ref": "#/components/schemas/Animal"});
    valid(animal.clone(), json!({"kind": "fish", "depth": 3}));
    invalid(animal.clone(), json!({"kind": "fish"}));
    valid(animal, json!({"kind": "bird"}));
}

#[test]
fn circles_end() {
    valid(
        json!({"$ref": "#/components/schemas/Loop"}),
        json!({"a": 1}),
    );
    let mut value = json!({"left": 1});
    for _ in 0..150 {
        value = json!({"left": value});
    }
    invalid(json!({"$ref": "#/components/schemas/Tree"}), value);
}
