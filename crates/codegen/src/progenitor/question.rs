//! What progenitor is asked: a document that holds every kind of schema once, and no more references in a row than are
//! needed to find where a type contains itself.
//!
//! A type of Rust that contains itself needs a `Box` somewhere, and progenitor decides where. So it sees the components
//! from which references lead in a circle, with those of their properties that are references. Any other component is
//! opaque to it, and any other schema is the property of an object that only holds schemas.

use std::collections::HashMap;

use rolecall_openapi::json::{self, Object};
use serde_json::{Value, json};

use super::{Answer, Decided};
use crate::lower::Plan;
use crate::model::TypeRef;

/// What progenitor calls components, with their number behind it.
pub(super) const COMPONENT: &str = "T";
/// What it calls the objects that hold schemas.
pub(super) const HOLDER: &str = "Holder";
/// What it calls properties.
pub(super) const PROPERTY: &str = "p";
/// How many schemas one object holds.
pub(super) const HELD: usize = 64;

/// Types that are ours, as progenitor must see them.
const TIMESTAMP: &str = "RolecallTimestamp";
const SECRET: &str = "RolecallSecret";
const NUMBER: &str = "RolecallNumber";

/// A schema with nothing but what decides its type, and who has it first.
pub(super) struct Shape {
    pub(super) schema: Value,
    /// The number of the component that has it in a property.
    pub(super) component: Option<usize>,
    /// The index of the schema that was asked for.
    pub(super) asked: Option<usize>,
}

/// What is asked.
pub(super) struct Question<'a> {
    /// The names of the components, by number.
    pub(super) names: Vec<&'a str>,
    /// Every shape, once.
    pub(super) shapes: Vec<Shape>,
    /// The shapes of each component's properties; none for what the plan holds.
    fields: Vec<Option<Vec<usize>>>,
    /// The shapes of the schemas that were asked for.
    asked: Vec<usize>,
    /// For each component the properties that may close a circle, and the components that they refer to.
    circular: Vec<Vec<(usize, usize)>>,
}

impl<'a> Question<'a> {
    /// What to ask for the properties of all components and for `schemas`.
    pub(super) fn new(components: &'a Object, plan: &Plan, schemas: &[Value]) -> Self {
        let names: Vec<&str> = components.keys().map(String::as_str).collect();
        let numbers = names.iter().enumerate();
        let numbers: HashMap<&str, usize> = numbers.map(|(number, name)| (*name, number)).collect();
        let mut shaper = Shaper {
            components,
            numbers,
            shapes: Vec::new(),
            known: HashMap::new(),
        };
        let is_object =
            |name: &str| !plan.enums.contains_key(name) && !plan.unions.contains_key(name);
        let objects: Vec<bool> = names.iter().map(|name| is_object(name)).collect();
        let mut fields = Vec::with_capacity(names.len());
        let mut references = vec![Vec::new(); names.len()];
        for (number, schema) in components.values().enumerate() {
            if !objects[number] {
                fields.push(None);
                continue;
            }
            let properties = schema.get("properties").and_then(Value::as_object);
            let mut own = Vec::new();
            for (index, property) in properties.into_iter().flat_map(Object::values).enumerate() {
                own.push(shaper.shape(property, Some(number), None));
                let target = shaper.target(property).filter(|target| objects[*target]);
                references[number].extend(target.map(|target| (index, target)));
            }
            fields.push(Some(own));
        }
        let asked = schemas.iter().enumerate();
        let asked = asked.map(|(index, schema)| shaper.shape(schema, None, Some(index)));
        Self {
            asked: asked.collect(),
            names,
            shapes: shaper.shapes,
            fields,
            circular: leading_into_circles(references),
        }
    }

    /// The types that progenitor does not look into: what it calls them, and what it writes for them.
    pub(super) fn opaque(&self) -> impl Iterator<Item = (String, String)> {
        let ours = [
            (TIMESTAMP, "Timestamp"),
            (SECRET, "Secret"),
            (NUMBER, "Number"),
        ];
        let ours = ours.map(|(name, ty)| (name.to_owned(), ty.to_owned()));
        let alone = |number: &usize| self.circular[*number].is_empty();
        let components = (0..self.names.len()).filter(alone).map(component);
        ours.into_iter()
            .chain(components.map(|name| (name.clone(), name)))
    }

    /// The description as progenitor sees it, with some of the shapes.
    pub(super) fn document(&self, shapes: &[usize], circles: bool) -> Value {
        let mut schemas = Object::new();
        for (name, _) in self.opaque() {
            schemas.insert(name, json!({ "type": "string" }));
        }
        for (number, properties) in self.circular.iter().enumerate() {
            // The others are there to be referred to.
            let properties = if circles { properties.as_slice() } else { &[] };
            let properties = properties.iter().map(|(index, target)| {
                (format!("{PROPERTY}{index}"), reference(&component(*target)))
            });
            let name = component(number);
            if !schemas.contains_key(&name) {
                schemas.insert(name, object(properties.collect()));
            }
        }
        for (number, held) in shapes.chunks(HELD).enumerate() {
            let properties = held.iter().enumerate().map(|(index, shape)| {
                let schema = self.shapes[*shape].schema.clone();
                (format!("{PROPERTY}{index}"), schema)
            });
            schemas.insert(format!("{HOLDER}{number}"), object(properties.collect()));
        }
        json!({
            "openapi": "3.0.3",
            "info": { "title": "lowered", "version": "1" },
            "paths": {},
            "components": { "schemas": schemas },
        })
    }

    /// The answer, put where the shapes are used.
    pub(super) fn decided(&self, answer: &Answer) -> Decided {
        let ty = |shape: &usize| answer.shapes.get(shape).cloned().unwrap_or(TypeRef::Json);
        let fields = self.names.iter().zip(&self.fields).enumerate();
        let fields = fields.filter_map(|(number, (name, own))| {
            let types = own.as_ref()?.iter().enumerate().map(|(index, shape)| {
                let circular = answer.circular.get(&(number, index));
                circular.cloned().unwrap_or_else(|| ty(shape))
            });
            Some(((*name).to_owned(), types.collect()))
        });
        Decided {
            fields: fields.collect(),
            types: self.asked.iter().map(ty).collect(),
        }
    }
}

/// Of the references of each component those from which a way leads into a circle, between components for which that
/// is so: what does not lead there is taken away, again and again.
fn leading_into_circles(mut references: Vec<Vec<(usize, usize)>>) -> Vec<Vec<(usize, usize)>> {
    let mut left: Vec<usize> = references.iter().map(Vec::len).collect();
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); references.len()];
    for (number, own) in references.iter().enumerate() {
        for (_, target) in own {
            users[*target].push(number);
        }
    }
    let mut ended: Vec<usize> = (0..left.len())
        .filter(|number| left[*number] == 0)
        .collect();
    while let Some(number) = ended.pop() {
        for user in &users[number] {
            left[*user] -= 1;
            if left[*user] == 0 {
                ended.push(*user);
            }
        }
    }
    for own in &mut references {
        own.retain(|(_, target)| left[*target] > 0);
    }
    references
}

/// The name that progenitor knows a component by.
fn component(number: usize) -> String {
    format!("{COMPONENT}{number}")
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// An object that requires every property: whether one is optional is not progenitor's to decide.
fn object(properties: Object) -> Value {
    let required: Vec<&String> = properties.keys().collect();
    json!({ "type": "object", "required": required, "properties": properties })
}

/// Collects shapes.
struct Shaper<'a> {
    components: &'a Object,
    numbers: HashMap<&'a str, usize>,
    shapes: Vec<Shape>,
    known: HashMap<Value, usize>,
}

impl Shaper<'_> {
    /// The number of the shape of a schema.
    fn shape(&mut self, schema: &Value, component: Option<usize>, asked: Option<usize>) -> usize {
        let schema = self.bare(schema, false);
        if let Some(number) = self.known.get(&schema) {
            return *number;
        }
        let number = self.shapes.len();
        self.known.insert(schema.clone(), number);
        self.shapes.push(Shape {
            schema,
            component,
            asked,
        });
        number
    }

    /// The number of the component that a schema refers to.
    fn target(&self, schema: &Value) -> Option<usize> {
        let name = json::schema_ref(schema)?;
        self.numbers.get(name.as_str()).copied()
    }

    /// A lowered schema with nothing but what decides its type.
    fn bare(&self, schema: &Value, item: bool) -> Value {
        let allows_null =
            |schema: &Value| schema.get("nullable").and_then(Value::as_bool) == Some(true);
        let name = json::schema_ref(schema);
        let target = name.as_ref().and_then(|name| self.components.get(name));
        let nullable = item && (allows_null(schema) || target.is_some_and(allows_null));
        let inside = |key| {
            schema
                .get(key)
                .map_or_else(|| json!({}), |s| self.bare(s, true))
        };
        let mut plain = if let Some(name) = name {
            let number = self.numbers.get(name.as_str());
            number.map_or_else(|| json!({}), |number| reference(&component(*number)))
        } else {
            match (
                schema.get("type").and_then(Value::as_str),
                schema.get("format").and_then(Value::as_str),
            ) {
                (Some("string"), Some("date-time")) => reference(TIMESTAMP),
                (Some("string"), Some("password")) => reference(SECRET),
                (Some("integer"), Some("rolecall-number")) => reference(NUMBER),
                (Some("array"), _) => json!({ "type": "array", "items": inside("items") }),
                (Some("object"), _) => {
                    json!({ "type": "object", "additionalProperties": inside("additionalProperties") })
                }
                (Some("integer"), _) => json!({ "type": "integer", "format": "int64" }),
                (Some(scalar @ ("string" | "number" | "boolean")), _) => json!({ "type": scalar }),
                _ => json!({}),
            }
        };
        match (nullable, plain.get("$ref").is_some()) {
            (true, true) => json!({ "nullable": true, "allOf": [plain] }),
            (true, false) if plain != json!({}) => {
                plain["nullable"] = json!(true);
                plain
            }
            _ => plain,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Question, TypeRef};
    use crate::lower::Plan;

    fn object(properties: Value) -> Value {
        json!({ "type": "object", "properties": properties })
    }

    fn to(name: &str) -> Value {
        json!({ "$ref": format!("#/components/schemas/{name}") })
    }

    #[test]
    fn a_shape_is_asked_once_and_only_circles_are_looked_into() {
        let components = json!({
            "Front": object(json!({ "a": to("Middle"), "b": { "type": "string" } })),
            "Middle": object(json!({ "a": { "type": "string", "description": "d" }, "b": to("Back"), "c": to("Ring") })),
            "Back": object(json!({ "a": { "type": "array", "items": to("Front") } })),
            "Ring": object(json!({ "a": to("Ring"), "b": { "type": "array", "items": to("Front") } })),
        });
        let asked = [to("Back"), json!({ "type": "string" })];
        let components = components.as_object().unwrap();
        let question = Question::new(components, &Plan::default(), &asked);
        assert_eq!(question.shapes.len(), 5);
        // From `Front` and from `Middle` a way leads into the circle of `Ring`; none from `Back`.
        let circular: Vec<usize> = question.circular.iter().map(Vec::len).collect();
        assert_eq!(circular, [1, 1, 0, 1]);
    }

    #[test]
    fn boxes_are_where_a_type_contains_itself() {
        let components = json!({
            "Front": object(json!({ "a": to("Tree"), "b": to("Leaf") })),
            "Tree": object(json!({ "left": to("Tree"), "leaf": to("Leaf"), "twig": to("Twig"), "all": { "type": "array", "items": to("Tree") } })),
            "Twig": object(json!({ "tree": to("Tree") })),
            "Leaf": object(json!({ "color": { "type": "string" } })),
        });
        let components = components.as_object().unwrap();
        let decided = super::super::decide(components, &Plan::default(), &[to("Tree")]).unwrap();
        let types = |name: &str| {
            let types = decided.fields[name].iter().map(TypeRef::to_string);
            types.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(types("Front"), "Tree Leaf");
        assert_eq!(types("Tree"), "Box<Tree> Leaf Twig Vec<Tree>");
        assert_eq!(types("Twig"), "Box<Tree>");
        assert_eq!(types("Leaf"), "String");
        assert_eq!(decided.types, [TypeRef::Component("Tree".into())]);
    }
}
