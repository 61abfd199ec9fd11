//! Schemas: types, and what must agree with them.

use std::collections::HashSet;

use rolecall_openapi::pattern::compile;
use rolecall_openapi::reference::{self, Target};
use rolecall_openapi::schema::{is_of_type, mapped, types};
use rolecall_openapi::words::{kind_of, nearest, one_of, show};
use serde_json::{Map, Value};

use crate::lint::context::Context;
use crate::lint::shape::Kind;
use crate::lint::walk::Token;
use rolecall_openapi::load::{SpecVersion, escape};

const TYPES: [&str; 6] = ["string", "number", "integer", "boolean", "array", "object"];

/// A schema's index, its pointer and its keywords.
type Schema<'a> = (usize, String, &'a Map<String, Value>);

pub(super) fn check(context: &mut Context<'_>) {
    let schemas: Vec<Schema<'_>> = context
        .tree
        .of_kind(Kind::Schema)
        .filter_map(|(index, node)| {
            let value = node.value.as_object()?;
            let ignored =
                context.document.version == SpecVersion::V3_0 && value.contains_key("$ref");
            (!ignored).then(|| (index, context.tree.pointer(index), value))
        })
        .collect();
    for (index, pointer, schema) in &schemas {
        check_type(context, pointer, schema);
        check_values(context, pointer, schema);
        check_required(context, *index, pointer, schema);
        check_mapping(context, pointer, schema);
        check_pattern(context, pointer, schema);
    }
}

fn check_type(context: &mut Context<'_>, pointer: &str, schema: &Map<String, Value>) {
    let at = format!("{pointer}/type");
    let is_new = context.document.version.has_json_schema();
    match schema.get("type") {
        None => {}
        Some(Value::String(name)) => check_type_name(context, &at, name),
        Some(Value::Array(list)) if is_new => {
            for (index, item) in list.iter().enumerate() {
                let at = format!("{at}/{index}");
                match item {
                    Value::String(name) => check_type_name(context, &at, name),
                    other => odd_type(context, &at, other, "the name of a type"),
                }
            }
        }
        Some(other) if is_new => odd_type(
            context,
            &at,
            other,
            "the name of a type, or an array of names",
        ),
        Some(other) => odd_type(
            context,
            &at,
            other,
            "the name of one type (a list of types is OpenAPI 3.1)",
        ),
    }
    if types(schema).contains(&"array")
        && !schema.contains_key("items")
        && !schema.contains_key("prefixItems")
    {
        context.report(
            "array-without-items",
            pointer,
            "the array does not say what its items are",
            "`items` beside `type: array`",
            "add `items`; `items: {}` where anything may be in it",
        );
    }
}

fn odd_type(context: &mut Context<'_>, at: &str, value: &Value, expected: &str) {
    let found = format!("`type` is {}: {}", kind_of(value), show(value));
    let help = match context.document.version {
        SpecVersion::V3_0 => {
            "write one type; use `nullable: true` for null, and `oneOf` for alternatives"
        }
        SpecVersion::V3_1 | SpecVersion::V3_2 => "write the name of the type",
    };
    context.report("unknown-type", at, found, expected, help);
}

fn check_type_name(context: &mut Context<'_>, at: &str, name: &str) {
    let is_new = context.document.version.has_json_schema();
    if TYPES.contains(&name) || is_new && name == "null" {
        return;
    }
    let help = match name {
        "null" => {
            "in OpenAPI 3.0, write `nullable: true` beside the type of the other values".to_owned()
        }
        "file" => "write `type: string` with `format: binary`".to_owned(),
        "int" | "int32" | "int64" | "long" => {
            "write `type: integer`, and the width as `format`".to_owned()
        }
        "float" | "double" | "decimal" => {
            "write `type: number`, and the width as `format`".to_owned()
        }
        "date" | "datetime" | "date-time" | "uuid" | "uri" | "text" => {
            "write `type: string`, and what it is as `format`".to_owned()
        }
        "map" | "dict" => "write `type: object` with `additionalProperties`".to_owned(),
        "list" => "write `type: array`".to_owned(),
        "any" => "leave `type` out".to_owned(),
        _ => match nearest(name, TYPES) {
            Some(known) => format!("did you mean `{known}`?"),
            None => "correct the type".to_owned(),
        },
    };
    let mut known = TYPES.to_vec();
    known.extend(is_new.then_some("null"));
    context.report(
        "unknown-type",
        at,
        format!("`{name}` is not a type"),
        one_of(known),
        help,
    );
}

/// `enum` and `default` against `type`.
fn check_values(context: &mut Context<'_>, pointer: &str, schema: &Map<String, Value>) {
    let types = types(schema);
    let nullable = schema.get("nullable") == Some(&Value::Bool(true));
    let fits = |value: &Value| {
        types.is_empty()
            || value.is_null() && nullable
            || types.iter().any(|name| is_of_type(value, name))
    };
    let expected = || format!("a value of type {}", one_of(types.iter().copied()));
    let help = |value: &Value| match value {
        Value::Null => "allow null in the type, or remove the value",
        Value::Number(_) | Value::Bool(_) if types.contains(&"string") => {
            "put the value in quotes: YAML reads it as something else than a text"
        }
        Value::String(_) => "remove the quotes, or correct the type",
        _ => "correct the value or the type",
    };
    match schema.get("enum") {
        None => {}
        Some(Value::Array(values)) => {
            if values.is_empty() {
                context.report(
                    "enum-form",
                    &format!("{pointer}/enum"),
                    "`enum` has no values",
                    "at least one value",
                    "list the values, or remove `enum`: nothing is valid against an empty one",
                );
            }
            // Only texts are looked up quickly; other values are few.
            let mut texts = HashSet::new();
            for (index, value) in values.iter().enumerate() {
                let at = format!("{pointer}/enum/{index}");
                let twice = match value.as_str() {
                    Some(text) => !texts.insert(text),
                    None => values
                        .iter()
                        .take(index.min(1000))
                        .any(|other| other == value),
                };
                if twice {
                    context.report(
                        "enum-form",
                        &at,
                        format!("the value {} stands twice", show(value)),
                        "each value once",
                        "remove one of the two",
                    );
                }
                if !fits(value) {
                    let found = format!("the enum value {} is {}", show(value), kind_of(value));
                    context.report("enum-type", &at, found, expected(), help(value));
                }
            }
        }
        Some(other) => context.report(
            "enum-form",
            &format!("{pointer}/enum"),
            format!("`enum` is {}", kind_of(other)),
            "an array of values",
            "write the values as a list",
        ),
    }
    if let Some(value) = schema.get("default")
        && !fits(value)
    {
        context.report(
            "default-type",
            &format!("{pointer}/default"),
            format!("the default {} is {}", show(value), kind_of(value)),
            expected(),
            help(value),
        );
    }
}

/// Names in `required` against the properties of the whole that the schema is a part of.
fn check_required(
    context: &mut Context<'_>,
    index: usize,
    pointer: &str,
    schema: &Map<String, Value>,
) {
    let Some(Value::Array(required)) = schema.get("required") else {
        return;
    };
    // Most schemas declare what they require themselves; the whole may be as large as the description.
    let own = schema.get("properties").and_then(Value::as_object);
    let declares = |name: &Value| {
        let name = name.as_str();
        name.is_none_or(|name| own.is_some_and(|own| own.contains_key(name)))
    };
    if required.iter().all(declares) {
        return;
    }
    let whole = whole(context, index);
    let Some(whole) = context.tree.nodes.get(whole) else {
        return;
    };
    let mut declared = Declared::default();
    collect(&context.document.value, whole.value, &mut declared, 0);
    if declared.open {
        return;
    }
    for (position, name) in required
        .iter()
        .enumerate()
        .filter_map(|(at, name)| Some((at, name.as_str()?)))
    {
        if declared.names.contains(name) {
            continue;
        }
        let help = match nearest(name, declared.names.iter().copied()) {
            Some(known) => format!("did you mean `{known}`?"),
            None => "declare the property, or remove the name".to_owned(),
        };
        context.report(
            "required-undeclared",
            &format!("{pointer}/required/{position}"),
            format!("`required` names `{name}`, which no property declares"),
            "the name of a declared property",
            help,
        );
    }
}

/// The outermost schema that says something about the same value: `allOf` and its like are climbed.
fn whole(context: &Context<'_>, mut index: usize) -> usize {
    while let Some((owner, Token::Key(key))) = context.tree.owner(index) {
        let combines = matches!(
            key,
            "allOf" | "oneOf" | "anyOf" | "not" | "if" | "then" | "else"
        );
        let is_schema = context
            .tree
            .nodes
            .get(owner)
            .is_some_and(|node| node.kind == Kind::Schema);
        if !combines || !is_schema {
            break;
        }
        index = owner;
    }
    index
}

/// What properties a schema and its parts declare.
#[derive(Default)]
struct Declared<'a> {
    names: HashSet<&'a str>,
    /// Others are expected, too: the schema says what they are, or leads to where nobody can look.
    open: bool,
    seen: HashSet<*const Value>,
}

fn collect<'a>(root: &'a Value, schema: &'a Value, declared: &mut Declared<'a>, depth: usize) {
    if !declared.seen.insert(std::ptr::from_ref(schema)) {
        return;
    }
    // References make the depth of this unbounded by the depth of the document.
    if depth > 100 {
        declared.open = true;
        return;
    }
    let Some(keywords) = schema.as_object() else {
        return;
    };
    if let Some(reference) = keywords.get("$ref") {
        match reference
            .as_str()
            .map(|reference| reference::target(root, reference))
        {
            Some(Target::Found(target)) => collect(root, target, declared, depth + 1),
            _ => declared.open = true,
        }
    }
    if let Some(Value::Object(properties)) = keywords.get("properties") {
        declared.names.extend(properties.keys().map(String::as_str));
    }
    let says_more = |key: &str| {
        keywords
            .get(key)
            .is_some_and(|value| *value != Value::Bool(false))
    };
    declared.open |= says_more("additionalProperties") || says_more("patternProperties");
    for key in ["allOf", "oneOf", "anyOf"] {
        for member in keywords
            .get(key)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            collect(root, member, declared, depth + 1);
        }
    }
}

fn check_mapping(context: &mut Context<'_>, pointer: &str, schema: &Map<String, Value>) {
    let Some(Value::Object(mapping)) = schema
        .get("discriminator")
        .and_then(|found| found.get("mapping"))
    else {
        return;
    };
    for (value, target) in mapping {
        let Some(target) = target.as_str() else {
            continue;
        };
        if mapped(&context.document.value, target).is_some() {
            continue;
        }
        let reference = match target.starts_with('#') {
            true => target.to_owned(),
            false => format!("#/components/schemas/{}", escape(target)),
        };
        context.report(
            "discriminator-mapping",
            &format!("{pointer}/discriminator/mapping/{}", escape(value)),
            format!("`{value}` maps to `{target}`, which is not in the document"),
            crate::lint::reference::suggestion(&context.document.value, &reference),
            "declare the schema, or correct the mapping",
        );
    }
}

fn check_pattern(context: &mut Context<'_>, pointer: &str, schema: &Map<String, Value>) {
    let Some(pattern) = schema.get("pattern").and_then(Value::as_str) else {
        return;
    };
    if let Err(error) = compile(pattern) {
        context.report(
            "bad-pattern",
            &format!("{pointer}/pattern"),
            format!("`{pattern}` is not a regular expression: {error}"),
            "a regular expression as JavaScript knows them (ECMA-262), without slashes around it",
            "correct the expression",
        );
    }
}
