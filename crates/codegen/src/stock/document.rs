//! A lowered description written down as OpenAPI 3.0 again, with nothing in it that progenitor cannot take.

use std::collections::{BTreeMap, BTreeSet};

use rolecall_openapi::json::{self, Object};
use serde_json::{Value, json};

use super::{PASS, operations};
use crate::compile::Compiled;
use crate::lower::{Loss, Plan, origin_of};
use crate::names::{Names, pascal, snake};

/// What is known while the document is written.
pub(super) struct Writer<'a> {
    /// The lowered components.
    pub(super) components: &'a Object,
    /// Enums and unions.
    pub(super) plan: &'a Plan,
    /// The names that the components have for progenitor, which changes names that are not in its own case.
    names: BTreeMap<&'a str, String>,
    pub(super) losses: Vec<Loss>,
}

/// The document, and what it cannot say.
pub(super) fn write(compiled: &Compiled) -> (Value, Vec<Loss>) {
    let none = Object::new();
    let components = json::components(&compiled.lowered.document).unwrap_or(&none);
    let mut taken = Names::default();
    let mut writer = Writer {
        components,
        plan: &compiled.lowered.plan,
        names: components
            .keys()
            .map(|name| (name.as_str(), taken.take(&pascal(name))))
            .collect(),
        losses: Vec::new(),
    };
    let mut schemas = Object::new();
    for (name, schema) in components {
        let written = writer.component(name, schema);
        schemas.insert(writer.name(name), written);
    }
    let paths = operations::write(&compiled.model.operations, &mut writer);
    let info = compiled.lowered.document.get("info");
    let text = |key: &str, other: &str| {
        let said = info.and_then(|info| info.get(key)?.as_str());
        said.unwrap_or(other).to_owned()
    };
    let document = json!({
        "openapi": "3.0.3",
        "info": { "title": text("title", "API"), "version": text("version", "0") },
        "paths": paths,
        "components": { "schemas": schemas },
    });
    (document, writer.losses)
}

/// A loss of this style.
pub(super) fn loss(kind: &'static str, pointer: String, detail: String) -> Loss {
    Loss {
        pass: PASS,
        kind,
        pointer,
        line: None,
        file: None,
        detail,
    }
}

impl Writer<'_> {
    fn name(&self, component: &str) -> String {
        let known = self.names.get(component);
        known.cloned().unwrap_or_else(|| component.to_owned())
    }

    pub(super) fn lose(&mut self, kind: &'static str, schema: &Value, detail: String) {
        self.losses.push(loss(kind, origin_of(schema), detail));
    }

    fn component(&mut self, name: &str, schema: &Value) -> Value {
        if let Some(plan) = self.plan.enums.get(name) {
            // Two values of one name would be two variants of one name.
            let mut variants = BTreeSet::new();
            let distinct = |value: &String| {
                let name = pascal(value).to_lowercase();
                variants.insert(name.replace('_', ""))
            };
            if !plan.values.iter().all(distinct) {
                self.lose(
                    "enum-as-string",
                    schema,
                    format!("values of `{name}` have the same name in Rust"),
                );
                return json!({ "type": "string" });
            }
            self.lose(
                "closed-enum",
                schema,
                format!("a value of `{name}` that is not known does not decode"),
            );
            return json!({ "type": "string", "enum": plan.values });
        }
        if let Some(plan) = self.plan.unions.get(name) {
            self.lose(
                "first-variant",
                schema,
                format!("of `{name}` the first variant that fits is taken, and a value that fits none does not decode"),
            );
            let arms: Vec<Value> = plan
                .arms
                .iter()
                .map(|arm| self.schema(&arm.schema, false))
                .collect();
            return match arms.len() {
                0 => json!({}),
                _ => json!({ "oneOf": arms }),
            };
        }
        self.object(name, schema)
    }

    fn object(&mut self, name: &str, schema: &Value) -> Value {
        let mut properties = Object::new();
        let mut fields: BTreeSet<String> = BTreeSet::new();
        for (wire, property) in members(schema) {
            // Two of one name would be two fields of one name.
            if !fields.insert(field(wire)) {
                self.lose(
                    "property-cut",
                    property,
                    format!("`{wire}` of `{name}` has the name of another field in Rust"),
                );
                continue;
            }
            let mut written = self.schema(property, true);
            if let (Some(text), Value::Object(object)) = (property.get("description"), &mut written)
                && !object.contains_key("$ref")
            {
                object.insert("description".to_owned(), text.clone());
            }
            properties.insert(wire.clone(), written);
        }
        let required: Vec<&Value> = schema
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter(|name| {
                name.as_str()
                    .is_some_and(|name| properties.contains_key(name))
            })
            .collect();
        let mut written =
            json!({ "type": "object", "required": required, "properties": properties });
        if let Some(text) = schema.get("description") {
            written["description"] = text.clone();
        }
        written
    }

    /// A schema of a property, an item or a body: a reference, a scalar, an array or a map.
    pub(super) fn schema(&self, schema: &Value, may_be_null: bool) -> Value {
        let nullable = may_be_null && allows_null(schema, self.components);
        if let Some(name) = json::schema_ref(schema) {
            if !self.components.contains_key(&name) {
                return json!({});
            }
            let reference = json::reference_to(&self.name(&name));
            return match nullable {
                true => json!({ "nullable": true, "allOf": [reference] }),
                false => reference,
            };
        }
        let inner = |key: &str| {
            schema
                .get(key)
                .map_or_else(|| json!({}), |inner| self.schema(inner, true))
        };
        let text = |key: &str| schema.get(key).and_then(Value::as_str);
        let mut written = match (text("type"), text("format")) {
            (Some("string"), Some("date-time")) => {
                json!({ "type": "string", "format": "date-time" })
            }
            (Some("integer"), Some("rolecall-number")) => json!({ "type": "number" }),
            (Some("integer"), _) => json!({ "type": "integer", "format": "int64" }),
            (Some(scalar @ ("string" | "number" | "boolean")), _) => json!({ "type": scalar }),
            (Some("array"), _) => json!({ "type": "array", "items": inner("items") }),
            (Some("object"), _) => {
                json!({ "type": "object", "additionalProperties": inner("additionalProperties") })
            }
            _ => return json!({}),
        };
        if nullable {
            written["nullable"] = json!(true);
        }
        written
    }

    /// The lowered schema behind a reference.
    pub(super) fn is_text(&self, schema: &Value) -> bool {
        match json::schema_ref(schema) {
            Some(name) => self.plan.enums.contains_key(&name),
            None => matches!(
                schema.get("type").and_then(Value::as_str),
                Some("string" | "integer" | "number" | "boolean")
            ),
        }
    }
}

fn members(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    let properties = schema.get("properties").and_then(Value::as_object);
    properties.into_iter().flatten()
}

/// What tells two fields apart in Rust.
pub(super) fn field(wire: &str) -> String {
    snake(wire).trim_matches('_').replace('_', "")
}

fn allows_null(schema: &Value, components: &Object) -> bool {
    let says = |schema: &Value| schema.get("nullable") == Some(&Value::Bool(true));
    let target = json::schema_ref(schema).and_then(|name| components.get(&name));
    says(schema) || target.is_some_and(says)
}
