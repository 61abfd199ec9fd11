//! Small helpers on JSON values: pointers, and a walk over every schema of a description.

use serde_json::{Map, Value};

/// A JSON object.
pub type Object = Map<String, Value>;

/// One reference token of a JSON Pointer (RFC 6901, section 3).
pub fn escape(token: &str) -> String {
    let mut escaped = String::with_capacity(token.len());
    push_escaped(&mut escaped, token);
    escaped
}

fn push_escaped(pointer: &mut String, token: &str) {
    if token.contains(['~', '/']) {
        pointer.push_str(&token.replace('~', "~0").replace('/', "~1"));
    } else {
        pointer.push_str(token);
    }
}

/// The pointer of a member of the value at `pointer`.
pub fn join(pointer: &str, token: &str) -> String {
    let mut joined = String::with_capacity(pointer.len() + 1 + token.len());
    joined.push_str(pointer);
    joined.push('/');
    push_escaped(&mut joined, token);
    joined
}

/// Lends out the pointer of a member of the value at `pointer`, without a copy.
fn with_member(pointer: &mut String, token: &str, work: impl FnOnce(&mut String)) {
    let length = pointer.len();
    pointer.push('/');
    push_escaped(pointer, token);
    work(pointer);
    pointer.truncate(length);
}

/// The name of the component that a local reference to a schema points at.
pub fn schema_ref(schema: &Value) -> Option<String> {
    schema.get("$ref")?.as_str().and_then(component_of)
}

/// The component that `#/components/schemas/Name` names.
pub fn component_of(reference: &str) -> Option<String> {
    let token = reference.strip_prefix("#/components/schemas/")?;
    let token = percent_encoding::percent_decode_str(token)
        .decode_utf8()
        .ok()?;
    // With another `/` it leads into the middle of a component.
    (!token.contains('/')).then(|| token.replace("~1", "/").replace("~0", "~"))
}

/// A reference to a component.
pub fn reference_to(component: &str) -> Value {
    let token = escape(component).replace('%', "%25");
    serde_json::json!({ "$ref": format!("#/components/schemas/{token}") })
}

/// Whether the value is an empty object, or `true`: a schema that allows anything.
pub fn is_any(schema: &Value) -> bool {
    match schema {
        Value::Bool(allowed) => *allowed,
        Value::Object(object) => object.keys().all(|key| is_annotation(key)),
        _ => false,
    }
}

/// Keywords that say something about a schema and restrict nothing.
pub fn is_annotation(key: &str) -> bool {
    key.starts_with("x-")
        || matches!(
            key,
            "description"
                | "title"
                | "example"
                | "examples"
                | "default"
                | "deprecated"
                | "readOnly"
                | "writeOnly"
                | "externalDocs"
                | "xml"
                | "nullable"
                | "$comment"
        )
}

/// A schema without what does not decide its type.
pub fn plain(schema: &Value) -> Value {
    let mut schema = schema.clone();
    walk_schema_mut(&mut schema, &mut |schema| {
        if let Value::Object(object) = schema {
            object.retain(|key, _| key == "nullable" || !is_annotation(key));
        }
    });
    schema
}

/// The methods of a path item, in the order of the OpenAPI specification.
pub const METHODS: &[&str] = &[
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// Keywords that hold one schema; a flag in its place is left to whoever reads the keyword.
pub const ONE: &[&str] = &["items", "additionalProperties"];
/// Keywords that hold a list of schemas.
pub const LIST: &[&str] = &["allOf", "oneOf", "anyOf", "prefixItems"];
/// Keywords that hold schemas by name.
pub const NAMED: &[&str] = &["properties", "patternProperties", "$defs", "definitions"];

/// Calls `visit` on the schemas directly inside `schema`. What stands in `not`, `if` and their like only checks values, and
/// is none of them.
pub fn children_mut(schema: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    let Value::Object(object) = schema else {
        return;
    };
    for (key, value) in object.iter_mut() {
        if ONE.contains(&key.as_str()) {
            if value.is_object() {
                visit(value);
            }
        } else if LIST.contains(&key.as_str()) {
            for item in value.as_array_mut().into_iter().flatten() {
                visit(item);
            }
        } else if NAMED.contains(&key.as_str()) {
            for (_, item) in value.as_object_mut().into_iter().flatten() {
                visit(item);
            }
        }
    }
}

/// Calls `visit` on `schema` and everything inside it, children first.
pub fn walk_schema_mut(schema: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    children_mut(schema, &mut |child| walk_schema_mut(child, visit));
    visit(schema);
}

/// Calls `visit` with the pointer of every outermost schema of the description: components, parameters, headers and
/// bodies.
pub fn outer_schemas_mut(document: &mut Value, visit: &mut dyn FnMut(&str, &mut Value)) {
    find_outer(document, &mut String::new(), false, visit);
}

fn find_outer(
    value: &mut Value,
    pointer: &mut String,
    named: bool,
    visit: &mut dyn FnMut(&str, &mut Value),
) {
    match value {
        Value::Object(object) => {
            let components = pointer.as_str() == "/components";
            for (key, child) in object.iter_mut() {
                // In a map of names (`components.schemas`, `paths`, `responses`…) a key is no keyword.
                let no_schema = key.starts_with("x-")
                    || matches!(key.as_str(), "example" | "examples" | "enum");
                if !named && no_schema {
                    continue;
                }
                with_member(pointer, key, |at| {
                    if !named && key == "schema" {
                        visit(at, child);
                    } else if components && key == "schemas" {
                        for (name, schema) in child.as_object_mut().into_iter().flatten() {
                            with_member(at, name, |at| visit(at, schema));
                        }
                    } else {
                        let names = components || !named && holds_names(key);
                        find_outer(child, at, names, visit);
                    }
                });
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                with_member(pointer, &index.to_string(), |at| {
                    find_outer(item, at, false, visit);
                });
            }
        }
        _ => {}
    }
}

/// Whether what a key of a description holds is a map of names.
fn holds_names(key: &str) -> bool {
    matches!(
        key,
        "paths"
            | "responses"
            | "content"
            | "headers"
            | "callbacks"
            | "webhooks"
            | "parameters"
            | "links"
            | "encoding"
            | "variables"
            | "scopes"
    )
}

/// Calls `visit` on every schema of the description, children first.
pub fn all_schemas_mut(document: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    outer_schemas_mut(document, &mut |_, schema| walk_schema_mut(schema, visit));
}

/// The component schemas, or nothing.
pub fn components(document: &Value) -> Option<&Object> {
    document.pointer("/components/schemas")?.as_object()
}

/// The component schemas, made when there are none.
pub fn components_mut(document: &mut Value) -> &mut Object {
    object_entry(
        object_entry(as_object_mut(document), "components"),
        "schemas",
    )
}

/// The value as an object; whatever else it was is replaced by an empty one.
pub fn as_object_mut(value: &mut Value) -> &mut Object {
    if !value.is_object() {
        *value = Value::Object(Object::new());
    }
    match value {
        Value::Object(object) => object,
        _ => unreachable!("just made an object"),
    }
}

fn object_entry<'a>(object: &'a mut Object, key: &str) -> &'a mut Object {
    as_object_mut(
        object
            .entry(key)
            .or_insert_with(|| Value::Object(Object::new())),
    )
}

/// The operations of a description: path, method, operation.
pub fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    document
        .get("paths")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .flat_map(|(path, item)| {
            METHODS
                .iter()
                .filter_map(move |method| Some((path.as_str(), *method, item.get(*method)?)))
        })
}
