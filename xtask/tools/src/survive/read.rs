//! Reads a schema as the description means it, without the lowering that generated code rests on: a mistake there must
//! not hide itself here.
//!
//! All schemas that hold for a value (`$ref`, `allOf`) are gathered into one [`Schema`]; nothing is merged or copied.

use serde_json::Value;

use super::family::Family;
use rolecall_openapi::json::{self, Object};

/// A description that is being read.
pub struct Reader<'a> {
    root: &'a Value,
    v31: bool,
    /// Its components.
    pub components: &'a Object,
    /// How they are related.
    pub family: Family,
}

/// Everything that holds for one value.
#[derive(Clone)]
pub struct Schema<'a> {
    /// The schemas without their `$ref` and `allOf`.
    pub parts: Vec<&'a Object>,
    /// Its unions, undecided.
    pub unions: Vec<Alternatives<'a>>,
    /// The component that it belongs to, as a pointer; none for what an operation writes out.
    pub owner: Option<String>,
    /// Where it is written: one address for one place in the description.
    pub key: usize,
    /// Whether it may be null.
    pub nullable: bool,
    /// Whether it is only received.
    pub read_only: bool,
    /// Whether it is only sent.
    pub write_only: bool,
    /// The one of several types that this is about.
    pub kind: Option<&'a str>,
}

/// A union, as written.
#[derive(Clone)]
pub enum Alternatives<'a> {
    /// `oneOf` or `anyOf`, without null.
    Listed {
        /// The schema that lists them.
        holder: &'a Object,
        /// They.
        arms: Vec<&'a Value>,
    },
    /// A base class that stands for what extends it.
    Derived {
        /// Its name.
        base: String,
        /// Itself.
        schema: &'a Value,
    },
}

/// How a schema comes to hold for a value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It is the value's.
    Use,
    /// It is the value's, but a base class is only itself.
    Plain,
    /// It is a part of the value's.
    Part,
}

/// More references than this in a row lead in a circle.
const LONGEST: usize = 64;

impl<'a> Reader<'a> {
    /// A reader of a description.
    pub fn new(root: &'a Value, v31: bool, none: &'a Object) -> Self {
        let components = json::components(root).unwrap_or(none);
        Self {
            root,
            v31,
            components,
            family: Family::of(components),
        }
    }

    /// The schema of a place that belongs to `owner`.
    pub fn read(&self, schema: &'a Value, owner: Option<&str>) -> Schema<'a> {
        let mut read = Schema::empty(owner, schema);
        self.add(schema, Role::Use, &mut Via::default(), &mut read);
        read
    }

    /// The schema of a property that several parts declare: the one that says most, and the others beside it.
    pub fn read_all(&self, schemas: &[&'a Value], owner: Option<&str>) -> Schema<'a> {
        let weight = |schema: &Value| {
            let keys = schema.as_object().into_iter().flatten();
            let said = keys.filter(|(key, _)| !json::is_annotation(key)).count();
            let named = ["$ref", "enum", "properties"]
                .iter()
                .any(|key| schema.get(key).is_some());
            said + usize::from(named) * 8
        };
        let Some(most) = schemas.iter().copied().max_by_key(|schema| weight(schema)) else {
            return Schema::empty(owner, &Value::Null);
        };
        let mut read = self.read(most, owner);
        for schema in schemas.iter().filter(|schema| **schema != most) {
            self.add(schema, Role::Part, &mut Via::default(), &mut read);
        }
        read
    }

    /// An arm of a union: by itself, or beside what the union's own schema declares.
    pub fn read_arm(&self, arm: &'a Value, of: &Schema<'a>) -> Schema<'a> {
        if of.declares_properties() {
            let mut read = Schema {
                unions: Vec::new(),
                key: std::ptr::from_ref(arm) as usize,
                nullable: false,
                ..of.clone()
            };
            self.add(arm, Role::Part, &mut Via::default(), &mut read);
            read
        } else {
            self.read(arm, of.owner.as_deref())
        }
    }

    /// A component as an arm of the base class that it extends.
    pub fn read_subclass(&self, name: &str, base: &str) -> Option<Schema<'a>> {
        let schema = self.components.get(name)?;
        let mut read = Schema::empty(None, schema);
        let role = if name == base { Role::Plain } else { Role::Use };
        let at = json::join("/components/schemas", name);
        self.add_target(at, schema, role, &mut Via::default(), &mut read);
        Some(read)
    }

    /// What a local reference leads to, and its pointer.
    pub fn target(&self, reference: &str) -> Option<(String, &'a Value)> {
        let pointer = percent_encoding::percent_decode_str(reference.strip_prefix('#')?)
            .decode_utf8()
            .ok()?;
        Some((pointer.clone().into_owned(), self.root.pointer(&pointer)?))
    }

    /// What a value is, after all references that lead from it.
    pub fn resolve(&self, mut value: &'a Value) -> &'a Value {
        for _ in 0..LONGEST {
            let reference = value.get("$ref").and_then(Value::as_str);
            match reference.and_then(|reference| self.target(reference)) {
                Some((_, target)) => value = target,
                None => break,
            }
        }
        value
    }

    fn add(&self, schema: &'a Value, role: Role, via: &mut Via, into: &mut Schema<'a>) {
        let Value::Object(object) = schema else {
            return;
        };
        let address = std::ptr::from_ref(object) as usize;
        if via.places.contains(&address) || via.places.len() > LONGEST {
            return;
        }
        via.places.push(address);
        if role != Role::Part {
            into.flags(object);
        }
        let reference = object.get("$ref").and_then(Value::as_str);
        match reference.and_then(|reference| self.target(reference)) {
            Some((pointer, target)) => {
                // OpenAPI 3.1 gives meaning to what stands beside a reference.
                let says_more = |key: &String| key != "$ref" && !json::is_annotation(key);
                if self.v31 && object.keys().any(says_more) {
                    self.add_target(pointer, target, Role::Part, via, into);
                    self.add_keywords(object, role, via, into);
                } else {
                    self.add_target(pointer, target, role, via, into);
                }
            }
            None => self.add_keywords(object, role, via, into),
        }
        via.places.pop();
    }

    fn add_target(
        &self,
        pointer: String,
        target: &'a Value,
        role: Role,
        via: &mut Via,
        into: &mut Schema<'a>,
    ) {
        let name = json::component_of(&format!("#{pointer}"));
        let name = name.filter(|name| self.components.contains_key(name));
        if role != Role::Part {
            into.owner = Some(pointer);
        }
        let base = name.as_ref().filter(|name| self.family.is_base(name));
        if let (Role::Use, Some(base)) = (role, base) {
            if let Some(object) = target.as_object() {
                into.flags(object);
            }
            into.unions.push(Alternatives::Derived {
                base: base.clone(),
                schema: target,
            });
            return;
        }
        let named = name.is_some();
        via.names.extend(name);
        self.add(target, role, via, into);
        if named {
            via.names.pop();
        }
    }

    fn add_keywords(&self, object: &'a Object, role: Role, via: &mut Via, into: &mut Schema<'a>) {
        if let Some(Value::Array(parts)) = object.get("allOf") {
            match lone_reference(object) {
                Some(part) if role != Role::Part => {
                    let subclass = via.names.last().is_some_and(|name| {
                        self.components.get(name).and_then(Value::as_object) == Some(object)
                            && self.family.is_arm(name)
                    });
                    let role = if subclass { Role::Plain } else { role };
                    self.add(part, role, via, into);
                }
                _ => parts
                    .iter()
                    .for_each(|part| self.add(part, Role::Part, via, into)),
            }
        }
        for key in ["oneOf", "anyOf"] {
            if let Some(Value::Array(arms)) = object.get(key) {
                self.add_union(object, arms, role, via, into);
            }
        }
        if !into.parts.iter().any(|part| std::ptr::eq(*part, object)) {
            into.parts.push(object);
        }
    }

    fn add_union(
        &self,
        holder: &'a Object,
        arms: &'a [Value],
        role: Role,
        via: &mut Via,
        into: &mut Schema<'a>,
    ) {
        let only_constrains = |arm: &Value| {
            arm.as_object().is_some_and(|arm| {
                arm.contains_key("required")
                    && arm.keys().all(|key| {
                        matches!(key.as_str(), "required" | "not") || json::is_annotation(key)
                    })
            })
        };
        if arms.iter().all(only_constrains) {
            return;
        }
        let named: Vec<&'a Value> = arms.iter().filter(|arm| !is_null(arm)).collect();
        if named.len() < arms.len() && role != Role::Part {
            into.nullable = true;
        }
        // An arm extends the union for what the union declares itself.
        let (union, inner) = match via.names.split_last() {
            Some((last, before)) if role == Role::Part => (Some(last), before),
            _ => (None, &[][..]),
        };
        if union.is_some_and(|union| inner.iter().any(|arm| self.family.leads_to(arm, union))) {
            return;
        }
        match named.as_slice() {
            [] => {}
            [only] => {
                let alone = holder.keys().all(|key| {
                    matches!(key.as_str(), "oneOf" | "anyOf" | "type" | "discriminator")
                        || json::is_annotation(key)
                });
                let role = if alone { role } else { Role::Part };
                self.add(only, role, via, into);
            }
            _ => into.unions.push(Alternatives::Listed {
                holder,
                arms: named,
            }),
        }
    }
}

/// The way that led to a schema.
#[derive(Default)]
struct Via {
    /// Components, outermost first.
    names: Vec<String>,
    /// Addresses of schemas.
    places: Vec<usize>,
}

impl<'a> Schema<'a> {
    fn empty(owner: Option<&str>, schema: &Value) -> Self {
        Self {
            parts: Vec::new(),
            unions: Vec::new(),
            owner: owner.map(str::to_owned),
            key: std::ptr::from_ref(schema) as usize,
            nullable: false,
            read_only: false,
            write_only: false,
            kind: None,
        }
    }

    fn flags(&mut self, object: &Object) {
        let set = |key: &str| object.get(key) == Some(&Value::Bool(true));
        self.nullable |= set("nullable") || allows_null(object);
        self.read_only |= set("readOnly");
        self.write_only |= set("writeOnly");
    }

    /// Whether a part of it names a property.
    pub fn declares_properties(&self) -> bool {
        self.parts.iter().any(|part| {
            let named = part.get("properties").and_then(Value::as_object);
            named.is_some_and(|named| !named.is_empty())
        })
    }
}

/// `allOf: [$ref]` beside nothing but annotations.
fn lone_reference(object: &Object) -> Option<&Value> {
    let annotates = |object: &Object, but: &str| {
        object
            .keys()
            .all(|key| key == but || key == "type" || json::is_annotation(key))
    };
    let parts = object.get("allOf")?.as_array()?;
    let mut references = parts.iter().filter(|part| part.get("$ref").is_some());
    let reference = references.next()?;
    let others = parts
        .iter()
        .filter(|part| part.get("$ref").is_none())
        .all(|part| part.as_object().is_some_and(|part| annotates(part, "")));
    (references.next().is_none() && others && annotates(object, "allOf")).then_some(reference)
}

/// A schema of nothing but null.
fn is_null(schema: &Value) -> bool {
    schema.get("type").is_some_and(|t| t == "null")
        || schema.get("const").is_some_and(Value::is_null)
}

/// The ways of JSON Schema to say that null is allowed.
fn allows_null(object: &Object) -> bool {
    let among = |key: &str, null: &Value| {
        let values = object.get(key).and_then(Value::as_array);
        values.is_some_and(|values| values.contains(null))
    };
    let name = Value::from("null");
    among("type", &name)
        || object.get("type") == Some(&name)
        || among("enum", &Value::Null)
        || object.get("const").is_some_and(Value::is_null)
}
