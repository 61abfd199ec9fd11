use serde_json::{Value, json};

use super::{Direction, Validator, validate};

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

/// Where a value that travels breaks its schema.
fn broken_on_the_way(schema: &Value, value: &Value, direction: Direction) -> Vec<String> {
    Validator::default()
        .validate(&root(), schema, value, Some(direction))
        .into_iter()
        .map(|violation| violation.pointer)
        .collect()
}

#[test]
fn read_only_properties_need_not_be_sent() {
    let schema = json!({"required": ["id", "name"], "properties": {
        "id": {"type": "string", "readOnly": true}, "name": {"type": "string"}}});
    let sent = json!({"name": "a"});
    assert!(broken_on_the_way(&schema, &sent, Direction::Request).is_empty());
    assert_eq!(broken_on_the_way(&schema, &sent, Direction::Response), [""]);
    invalid(schema.clone(), sent);
    // What was read may be written back, and must still be what it was declared to be.
    let whole = json!({"id": "1", "name": "a"});
    assert!(broken_on_the_way(&schema, &whole, Direction::Request).is_empty());
    let odd = json!({"id": 1, "name": "a"});
    assert_eq!(
        broken_on_the_way(&schema, &odd, Direction::Request),
        ["/id"]
    );
    let nameless = json!({"id": "1"});
    assert_eq!(
        broken_on_the_way(&schema, &nameless, Direction::Request),
        [""]
    );
}

#[test]
fn write_only_properties_do_not_come_back() {
    let schema =
        json!({"required": ["key"], "properties": {"key": {"type": "string", "writeOnly": true}}});
    assert!(broken_on_the_way(&schema, &json!({}), Direction::Response).is_empty());
    assert_eq!(
        broken_on_the_way(&schema, &json!({}), Direction::Request),
        [""]
    );
    let with = json!({"key": "k"});
    assert!(broken_on_the_way(&schema, &with, Direction::Request).is_empty());
    assert_eq!(
        broken_on_the_way(&schema, &with, Direction::Response),
        ["/key"]
    );
    valid(schema, with);
}

#[test]
fn the_way_of_a_property_may_be_told_elsewhere() {
    let base =
        json!({"properties": {"id": {"$ref": "#/id"}, "key": {"allOf": [{"$ref": "#/key"}]}}});
    let root = json!({"base": base, "id": {"readOnly": true}, "key": {"writeOnly": true}});
    let validator = Validator::default();
    let broken = |schema: Value, value: Value, direction| {
        validator
            .validate(&root, &schema, &value, Some(direction))
            .len()
    };
    let schemas = [
        json!({"allOf": [{"$ref": "#/base"}, {"required": ["id", "key"]}]}),
        json!({"$ref": "#/base", "required": ["id", "key"]}),
        json!({"allOf": [{"$ref": "#/base"}], "anyOf": [{"required": ["id", "key"]}]}),
    ];
    for schema in schemas {
        assert_eq!(
            broken(schema.clone(), json!({"key": 1}), Direction::Request),
            0
        );
        assert_eq!(
            broken(schema.clone(), json!({"id": 1}), Direction::Request),
            1
        );
        assert_eq!(
            broken(schema.clone(), json!({"id": 1}), Direction::Response),
            0
        );
        assert_eq!(
            broken(schema, json!({"id": 1, "key": 1}), Direction::Response),
            1
        );
    }
    // The mark is about the object that declares the property, not about one inside it.
    let nested =
        json!({"allOf": [{"$ref": "#/base"}], "properties": {"inner": {"required": ["id"]}}});
    assert_eq!(broken(nested, json!({"inner": {}}), Direction::Request), 1);
}

#[test]
fn values_that_travel_are_not_quoted() {
    let schemas = [
        json!({"type": "integer"}),
        json!({"enum": ["a"]}),
        json!({"const": "a"}),
        json!({"pattern": "^a$", "format": "uuid"}),
        json!({"not": {}}),
        json!({"oneOf": [{"type": "integer"}, {"const": 1}]}),
        json!({"oneOf": [true, true]}),
        json!(false),
        json!({"items": {"maxLength": 1}, "uniqueItems": true}),
        json!({"additionalProperties": {"minimum": 2000, "multipleOf": 7}}),
        json!({"oneOf": [{"$ref": "#/components/schemas/Cat"}], "discriminator": {"propertyName": "kind"}}),
    ];
    let values = [
        json!("hunter2"),
        json!(["hunter2", "hunter2"]),
        json!({"kind": "hunter2"}),
        json!({"n": 1234}),
    ];
    let mut found = 0;
    for schema in &schemas {
        for value in &values {
            let violations =
                Validator::default().validate(&root(), schema, value, Some(Direction::Request));
            found += violations.len();
            let text = format!("{violations:?}");
            assert!(
                !text.contains("hunter2") && !text.contains("1234"),
                "{text}"
            );
        }
    }
    assert!(found > schemas.len(), "{found}");
}

#[test]
fn a_validator_is_shared_and_keeps_its_patterns() {
    let validator = Validator::default();
    let schema = json!({"pattern": "^[a-z]+$", "patternProperties": {"^x-": {"type": "string"}}});
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for (value, count) in [(json!("a"), 0), (json!("A"), 1), (json!({"x-a": 1}), 1)] {
                    let root = Value::Null;
                    assert_eq!(
                        validator.validate(&root, &schema, &value, None).len(),
                        count
                    );
                }
            });
        }
    });
    // What is no pattern asks for nothing.
    let unclosed = json!({"pattern": "("});
    for _ in 0..2 {
        assert!(
            validator
                .validate(&Value::Null, &unclosed, &json!("a"), None)
                .is_empty()
        );
    }
}

/// Servers validate on threads with little stack; what a request holds must not exhaust it.
#[test]
fn the_deepest_value_fits_on_a_small_stack() {
    let root = json!({"list": {"items": {"oneOf": [{"allOf": [{"$ref": "#/list"}]}]}},
                      "map": {"additionalProperties": {"anyOf": [{"$ref": "#/map"}]}}});
    let (mut list, mut map) = (json!([]), json!({}));
    for _ in 0..700 {
        (list, map) = (json!([list]), json!({"a": map}));
    }
    let validate = || {
        for (name, value) in [("list", &list), ("map", &map)] {
            let schema = json!({"$ref": format!("#/{name}")});
            assert!(validate(&root, &schema, value).is_empty());
        }
    };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(1024 * 1024);
        let spawned = thread.spawn_scoped(scope, validate);
        spawned.unwrap().join().unwrap();
    });
}
