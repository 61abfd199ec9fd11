//! Random schemas, and random changes of them.

use serde_json::{Map, Value, json};

use crate::numbers::Numbers;

/// Names of components, and of properties.
const COMPONENTS: &[&str] = &["A", "B", "C"];
const PROPERTIES: &[&str] = &["a", "b", "c"];
const PATTERNS: &[&str] = &["^[a-z]+$", "^a", ".*", "^[0-9]{2}$", "x*"];

/// Two schemas, each with the components that it may refer to: the second is the first one changed, or another.
pub fn pair(numbers: &mut Numbers) -> [(Value, Value); 2] {
    let mut components = Map::new();
    // A schema that is nothing but itself allows nobody knows what.
    numbers.references = false;
    for name in COMPONENTS {
        components.insert((*name).to_owned(), schema(numbers, 2));
    }
    numbers.references = true;
    let old = schema(numbers, 0);
    let mut after = components.clone();
    let mut new = match numbers.chance(8) {
        true => schema(numbers, 0),
        false => old.clone(),
    };
    for _ in 0..=numbers.below(3) {
        numbers.references = !numbers.chance(4);
        match !numbers.references {
            true => {
                let name = *numbers.pick(COMPONENTS).expect("some");
                change(numbers, &mut after[name], 2);
            }
            false => change(numbers, &mut new, 0),
        }
    }
    [
        (old, Value::Object(components)),
        (new, Value::Object(after)),
    ]
}

/// A schema; the deeper, the simpler.
fn schema(numbers: &mut Numbers, depth: usize) -> Value {
    let simple = depth > 3;
    match numbers.below(if simple { 6 } else { 13 }) {
        0 | 1 => string(numbers),
        2 | 3 => number(numbers),
        4 => json!({ "type": "boolean" }),
        5 if numbers.chance(4) => json!({}),
        5 => types(numbers),
        6 => array(numbers, depth),
        7 | 8 => object(numbers, depth),
        9..=11 => union(numbers, depth),
        _ if numbers.chance(3) => {
            json!({ "allOf": [object(numbers, depth + 1), object(numbers, depth + 1)] })
        }
        _ if !numbers.references => string(numbers),
        _ => {
            let name = numbers.pick(COMPONENTS).expect("some");
            json!({ "$ref": format!("#/components/schemas/{name}") })
        }
    }
}

fn small(numbers: &mut Numbers) -> Value {
    json!(numbers.below(5))
}

fn string(numbers: &mut Numbers) -> Value {
    let mut schema = json!({ "type": "string" });
    match numbers.below(9) {
        0 => schema["minLength"] = small(numbers),
        1 => schema["maxLength"] = small(numbers),
        2 => schema["pattern"] = json!(numbers.pick(PATTERNS)),
        3 => schema["format"] = json!(numbers.pick(&["uuid", "date"])),
        4 => schema["const"] = json!(numbers.pick(&["a", "ab", "12"])),
        5 | 6 => schema = json!({ "enum": some(numbers, &["a", "b", "ab", "12", "x"]) }),
        _ => {}
    }
    schema
}

/// Some of the texts, at least one.
fn some(numbers: &mut Numbers, all: &[&str]) -> Vec<Value> {
    let mut chosen: Vec<Value> = all
        .iter()
        .filter(|_| numbers.chance(2))
        .map(|text| json!(text))
        .collect();
    if chosen.is_empty() {
        chosen.push(json!(numbers.pick(all)));
    }
    chosen
}

fn number(numbers: &mut Numbers) -> Value {
    let kind = numbers.pick(&["integer", "number"]);
    let mut schema = json!({ "type": kind });
    match numbers.below(9) {
        0 => schema["minimum"] = small(numbers),
        1 => schema["maximum"] = small(numbers),
        2 => schema["exclusiveMinimum"] = small(numbers),
        3 => schema["exclusiveMaximum"] = small(numbers),
        4 => schema["multipleOf"] = json!(1 + numbers.below(4)),
        5 if kind == Some(&"integer") => {
            schema["format"] = json!(numbers.pick(&["int32", "int64"]))
        }
        6 => schema = json!({ "enum": [numbers.below(3), 3 + numbers.below(3)] }),
        _ => {}
    }
    schema
}

fn types(numbers: &mut Numbers) -> Value {
    let mut schema = json!({ "type": some(numbers, &["string", "integer", "boolean", "null"]) });
    match numbers.below(6) {
        0 => schema["minimum"] = small(numbers),
        1 => schema["maxLength"] = small(numbers),
        2 => schema["format"] = json!("int32"),
        _ => {}
    }
    schema
}

fn array(numbers: &mut Numbers, depth: usize) -> Value {
    let mut array = json!({ "type": "array" });
    if !numbers.chance(6) {
        array["items"] = schema(numbers, depth + 1);
    }
    match numbers.below(8) {
        0 => array["minItems"] = small(numbers),
        1 => array["maxItems"] = small(numbers),
        2 => array["uniqueItems"] = json!(true),
        3 => array["prefixItems"] = json!([schema(numbers, depth + 2)]),
        _ => {}
    }
    array
}

fn object(numbers: &mut Numbers, depth: usize) -> Value {
    let mut object = json!({ "type": "object", "properties": {} });
    let mut required = Vec::new();
    for name in PROPERTIES {
        if numbers.chance(2) {
            object["properties"][name] = schema(numbers, depth + 1);
            if numbers.chance(2) {
                required.push(*name);
            }
        }
    }
    if !required.is_empty() {
        object["required"] = json!(required);
    }
    match numbers.below(8) {
        0 | 1 => object["additionalProperties"] = json!(false),
        2 => object["additionalProperties"] = schema(numbers, depth + 2),
        3 => object["minProperties"] = json!(numbers.below(3)),
        4 => object["maxProperties"] = json!(1 + numbers.below(3)),
        _ => {}
    }
    object
}

fn union(numbers: &mut Numbers, depth: usize) -> Value {
    let key = *numbers.pick(&["oneOf", "anyOf"]).expect("some");
    let count = 1 + numbers.below(3);
    let mut arms: Vec<Value> = (0..count).map(|_| schema(numbers, depth + 1)).collect();
    // Null in two alternatives of `oneOf` is refused by the letter, and meant by every author.
    if key == "anyOf" && numbers.chance(6) {
        arms.push(json!({ "type": "null" }));
    }
    let mut union = match numbers.chance(4) {
        // Something is said beside the alternatives.
        true => object(numbers, depth + 1),
        false => json!({}),
    };
    union[key] = json!(arms);
    union
}

/// Changes a schema somewhere.
fn change(numbers: &mut Numbers, value: &mut Value, depth: usize) {
    if depth < 5 && !numbers.chance(3) {
        let mut inside: Vec<&mut Value> = Vec::new();
        if let Value::Object(keywords) = value {
            for (key, member) in keywords.iter_mut() {
                match (key.as_str(), member) {
                    ("items", member) => inside.push(member),
                    ("additionalProperties", member) if member.is_object() => inside.push(member),
                    ("oneOf" | "anyOf" | "allOf" | "prefixItems", Value::Array(arms)) => {
                        inside.extend(arms);
                    }
                    ("properties", Value::Object(properties)) => {
                        inside.extend(properties.iter_mut().map(|(_, property)| property));
                    }
                    _ => {}
                }
            }
        }
        let index = numbers.below(inside.len());
        if let Some(inner) = inside.into_iter().nth(index) {
            return change(numbers, inner, depth + 1);
        }
    }
    let whole = value.clone();
    let Some(object) = value.as_object_mut() else {
        return;
    };
    let union = ["oneOf", "anyOf"]
        .into_iter()
        .find(|key| object.contains_key(*key));
    match numbers.below(10) {
        // Around it.
        0 => *value = json!({ "oneOf": [whole] }),
        1 => *value = json!({ "anyOf": [whole, schema(numbers, depth + 1)] }),
        2 => *value = json!({ "oneOf": [schema(numbers, depth + 1), whole] }),
        3 => *value = schema(numbers, depth),
        _ => match union {
            Some(key) => change_union(numbers, value, key, depth),
            None => change_keyword(numbers, object, depth),
        },
    }
}

fn change_union(numbers: &mut Numbers, value: &mut Value, key: &str, depth: usize) {
    let Some(arms) = value[key].as_array_mut() else {
        return;
    };
    match numbers.below(6) {
        0 => arms.push(schema(numbers, depth + 1)),
        1 if arms.len() > 1 => {
            arms.remove(numbers.below(arms.len()));
        }
        2 => arms.reverse(),
        // Some of them in a union of their own.
        3 if arms.len() > 1 => {
            let inner = arms.split_off(1);
            let kind = *numbers.pick(&["oneOf", "anyOf"]).expect("some");
            arms.push(json!({ kind: inner }));
        }
        4 => {
            let first = arms[0].clone();
            *value = first;
        }
        _ => {
            let other = if key == "oneOf" { "anyOf" } else { "oneOf" };
            let arms = value[key].take();
            if let Some(object) = value.as_object_mut() {
                object.remove(key);
                object.insert(other.to_owned(), arms);
            }
        }
    }
}

fn change_keyword(numbers: &mut Numbers, object: &mut Map<String, Value>, depth: usize) {
    let kind = object
        .get("type")
        .and_then(Value::as_str)
        .map(str::to_owned);
    let another = match kind.as_deref() {
        Some("object") => self::object(numbers, depth),
        Some("array") => array(numbers, depth),
        Some("string") => string(numbers),
        Some("integer" | "number") => number(numbers),
        _ => types(numbers),
    };
    let Value::Object(another) = another else {
        return;
    };
    match numbers.below(4) {
        // A keyword goes, but for what makes it what it is.
        0 => {
            let keys: Vec<String> = object
                .keys()
                .filter(|key| *key != "type")
                .cloned()
                .collect();
            if let Some(key) = numbers.pick(&keys) {
                object.remove(key);
            }
        }
        1 => {
            if let Some(Value::Array(required)) = object.get_mut("required") {
                required.pop();
                return;
            }
            object.extend(another);
        }
        2 => object.extend(another),
        _ => *object = another,
    }
}
